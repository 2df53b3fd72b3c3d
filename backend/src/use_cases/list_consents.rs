//! An admin looks at the consents of a tenant: searched, filtered, sorted, a page at a time.

use std::cmp::Ordering;
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
    /// The account after which the next page begins.
    pub next: Option<AccountId>,
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

/// One page of the consents that match, from after `after` on. Whoever is not in the list any more is no place in it: then
/// it begins anew.
pub async fn list_consents(
    store: &(impl ListTenant + ReadActs + CountActs),
    platform: &impl Directory,
    tenant: &Tenant,
    filter: &Filter,
    order: Order,
    (limit, after): (usize, Option<&AccountId>),
    when: &Circumstances<'_>,
) -> Result<ConsentPage, ListError> {
    let mut consents = matching(store, platform, tenant, filter, when).await?;
    consents.sort_by(|a, b| compare(a, b, order, when));
    let total = u32::try_from(consents.len()).unwrap_or(u32::MAX);
    let from = after
        .and_then(|after| consents.iter().position(|it| it.of.account == *after))
        .map_or(0, |place| place + 1);
    let shown: Vec<_> = consents.iter().skip(from).take(limit).cloned().collect();
    let more = from + shown.len() < consents.len();
    let next = shown.last().filter(|_| more);
    let next = next.map(|consent| consent.of.account.clone());

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

/// Nobody comes before and after themselves: of two that are alike, the accounts decide.
fn compare(a: &Consent, b: &Consent, order: Order, when: &Circumstances<'_>) -> Ordering {
    let by = match order.by {
        ConsentSort::Since => a.granted_at.cmp(&b.granted_at),
        ConsentSort::Until => a.ends_at(when).cmp(&b.ends_at(when)),
        ConsentSort::State => rank(a, when).cmp(&rank(b, when)),
        ConsentSort::Access => width(a, when).cmp(&width(b, when)),
    };
    let by = if order.descending { by.reverse() } else { by };
    by.then_with(|| a.of.account.cmp(&b.of.account))
}

fn rank(consent: &Consent, when: &Circumstances<'_>) -> u8 {
    match state_of(consent, when) {
        ConsentState::Active => 0,
        ConsentState::Expired => 1,
        ConsentState::Revoked => 2,
        ConsentState::Invalidated => 3,
        ConsentState::None => 4,
    }
}

fn width(consent: &Consent, when: &Circumstances<'_>) -> u8 {
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
