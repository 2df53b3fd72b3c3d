//! An admin looks at the consents of a tenant: searched, filtered, sorted, a page at a time.

use std::collections::{HashMap, HashSet};

use jiff::{SignedDuration, Timestamp};
use onbehalf_contract::{Access, ConsentSort, ConsentState};
use thiserror::Error;

use crate::capabilities::platform::{Directory, NamedPerson, ProductError};
use crate::capabilities::store::{CountActs, ListTenant, ReadActs, StoreError};
use crate::domain::consent::{Circumstances, Consent, Standing, Why};
use crate::domain::ids::{AccountId, Subject};
use crate::domain::tenant::Tenant;

/// Of how many people at most a name is looked for. Confluence is asked for no more.
const MOST_FOUND: usize = 200;

/// How far back acts are counted.
const COUNTED: SignedDuration = SignedDuration::from_hours(30 * 24);

/// Past this many, "many" is all that anybody wants to know.
const MOST_COUNTED: u32 = 1000;

/// Which consents.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// A part of a name.
    pub search: Option<String>,
    pub state: Option<ConsentState>,
    pub access: Option<Access>,
}

/// In which order.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Order {
    pub by: ConsentSort,
    /// The biggest, or newest, first.
    pub descending: bool,
}

#[derive(Debug)]
pub struct ConsentPage {
    pub rows: Vec<Row>,
    pub total: u32,
    /// After which the next page begins.
    pub next: Option<Place>,
}

/// A place in an ordered list: what stood there, by what it was sorted. So it stays a place whatever becomes of whoever
/// stood there.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    rank: i64,
    account: AccountId,
}

#[derive(Debug)]
pub struct Row {
    pub consent: Consent,
    pub person: Option<NamedPerson>,
    pub last_used_at: Option<Timestamp>,
    pub acts: u32,
}

/// They could not be listed.
#[derive(Debug, Error)]
pub enum ListError {
    #[error(transparent)]
    Product(#[from] ProductError),
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// One page of the consents that match, from after `after` on.
pub async fn list_consents(
    store: &(impl ListTenant + ReadActs + CountActs),
    platform: &impl Directory,
    tenant: &Tenant,
    filter: &Filter,
    order: Order,
    (limit, after): (usize, Option<&Place>),
    when: &Circumstances<'_>,
) -> Result<ConsentPage, ListError> {
    let consents = matching(store, platform, tenant, filter, when).await?;
    let total = u32::try_from(consents.len()).unwrap_or(u32::MAX);
    let mut left: Vec<_> = consents
        .into_iter()
        .map(|consent| (Place::of(&consent, order, when), consent))
        .filter(|(place, _)| after.is_none_or(|after| place > after))
        .collect();
    left.sort_by(|(a, _), (b, _)| a.cmp(b));
    let more = left.len() > limit;
    left.truncate(limit);
    let next = left.last().filter(|_| more).map(|(place, _)| place.clone());
    let shown: Vec<_> = left.into_iter().map(|(_, consent)| consent).collect();

    let accounts: Vec<_> = shown.iter().map(|it| it.of.account.clone()).collect();
    let names = names(platform, tenant, &accounts).await;
    let used = futures_util::future::try_join_all(
        shown
            .iter()
            .map(|consent| used(store, &consent.of, when.now)),
    );
    let rows = shown.iter().zip(used.await?).map(|(consent, used)| Row {
        person: names.get(&consent.of.account).cloned(),
        consent: consent.clone(),
        last_used_at: used.last,
        acts: used.count,
    });
    Ok(ConsentPage {
        rows: rows.collect(),
        total,
        next,
    })
}

/// All consents that match, in no order.
pub async fn matching(
    store: &impl ListTenant,
    platform: &impl Directory,
    tenant: &Tenant,
    filter: &Filter,
    when: &Circumstances<'_>,
) -> Result<Vec<Consent>, ListError> {
    let found: Option<HashSet<AccountId>> = match filter.search.as_deref().map(str::trim) {
        None | Some("") => None,
        Some(name) => {
            let people = platform.find_people(tenant, name, MOST_FOUND).await?;
            Some(people.into_iter().map(|person| person.account).collect())
        }
    };
    let mut consents = store.consents_of(&tenant.key).await?;
    consents.retain(|consent| {
        found
            .as_ref()
            .is_none_or(|found| found.contains(&consent.of.account))
            && filter
                .state
                .is_none_or(|state| state_of(consent, when) == state)
            && filter
                .access
                .is_none_or(|access| consent.access(when) == access)
    });
    Ok(consents)
}

/// The names of these people, as far as Confluence tells them now: a list without names is better than none.
pub async fn names(
    platform: &impl Directory,
    tenant: &Tenant,
    accounts: &[AccountId],
) -> HashMap<AccountId, NamedPerson> {
    if accounts.is_empty() {
        return HashMap::new();
    }
    platform
        .people(tenant, accounts)
        .await
        .unwrap_or_else(|error| {
            tracing::warn!(%error, tenant.key = %tenant.key, "a list is shown without names");
            HashMap::new()
        })
}

/// Where a consent stands, in the words of the API.
pub fn state_of(consent: &Consent, when: &Circumstances<'_>) -> ConsentState {
    match consent.standing(when) {
        Standing::Active => ConsentState::Active,
        Standing::Ended(end) => match end.why {
            Why::Expired => ConsentState::Expired,
            Why::Revoked { .. } => ConsentState::Revoked,
            Why::Invalid(_) => ConsentState::Invalidated,
        },
    }
}

impl Place {
    /// Of two that are alike, the accounts decide: nobody comes before and after themselves.
    fn of(consent: &Consent, order: Order, when: &Circumstances<'_>) -> Self {
        let rank = match order.by {
            ConsentSort::Since => consent.granted_at.as_millisecond(),
            ConsentSort::Until => consent.ends_at(when).as_millisecond(),
            ConsentSort::State => rank(consent, when),
            ConsentSort::Access => width(consent, when),
        };
        Self {
            rank: if order.descending { -rank } else { rank },
            account: consent.of.account.clone(),
        }
    }

    /// As a cursor.
    pub fn text(&self) -> String {
        format!("{}.{}", self.rank, self.account)
    }

    /// `None`: this was no cursor.
    pub fn parse(text: &str) -> Option<Self> {
        let (rank, account) = text.split_once('.')?;
        Some(Self {
            rank: rank.parse().ok()?,
            account: AccountId::parse(account).ok()?,
        })
    }
}

fn rank(consent: &Consent, when: &Circumstances<'_>) -> i64 {
    match state_of(consent, when) {
        ConsentState::Active => 0,
        ConsentState::Expired => 1,
        ConsentState::Revoked => 2,
        ConsentState::Invalidated => 3,
        ConsentState::None => 4,
    }
}

fn width(consent: &Consent, when: &Circumstances<'_>) -> i64 {
    match consent.access(when) {
        Access::Read => 0,
        Access::ReadWrite => 1,
    }
}

struct Used {
    last: Option<Timestamp>,
    count: u32,
}

async fn used(
    store: &(impl ReadActs + CountActs),
    of: &Subject,
    now: Timestamp,
) -> Result<Used, StoreError> {
    let since = now.saturating_sub(COUNTED).unwrap_or(Timestamp::MIN);
    let newest = store.acts(of, 1, None).await?;
    let last = newest.acts.first().map(|act| act.started_at);
    let count = match last {
        Some(last) if last >= since => store.count_acts(of, since, MOST_COUNTED).await?,
        _ => 0,
    };
    Ok(Used { last, count })
}
