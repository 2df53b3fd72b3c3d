//! What there is before anything is due: a consent of every account, and a schedule.

use confluence_simulator::CrowdTenant;
use jiff::{SignedDuration, Timestamp, Unit};
use onbehalf::adapters::dynamodb::Store;
use onbehalf::capabilities::store::{ReadTenants, WriteConsents, WriteSchedules};
use onbehalf::domain::consent::Consent;
use onbehalf::domain::ids::{AccountId, ScheduleId, Subject, TenantKey};
use onbehalf::domain::language::Language;
use onbehalf::domain::notice::Notices;
use onbehalf::domain::policy::Lasting;
use onbehalf::domain::run::RunId;
use onbehalf::domain::schedule::Schedule;
use onbehalf_contract::Access;
use tokio::task::JoinSet;

type Error = Box<dyn std::error::Error + Send + Sync>;

/// So many tenants are seeded at once.
const AT_ONCE: usize = 8;

/// Gives every account a consent to read and write for 90 days and the starter schedule, as the app writes them. Answers
/// one account of each tenant, then another of each, and so on: who is due at one time is of many tenants.
pub(crate) async fn consents_and_schedules(
    store: &Store,
    crowd: &[CrowdTenant],
) -> Result<Vec<Subject>, Error> {
    consents(store, crowd).await?;
    schedules(store, crowd).await
}

/// Gives every account a consent to read and write for 90 days.
pub(crate) async fn consents(store: &Store, crowd: &[CrowdTenant]) -> Result<(), Error> {
    let mut under_way = JoinSet::new();
    for tenant in crowd {
        if under_way.len() == AT_ONCE
            && let Some(written) = under_way.join_next().await
        {
            written??;
        }
        let (store, people) = (store.clone(), subjects(tenant)?);
        under_way.spawn(async move { give_consents(&store, &people).await });
    }
    while let Some(written) = under_way.join_next().await {
        written??;
    }
    Ok(())
}

/// The accounts of a tenant.
pub(crate) fn subjects(tenant: &CrowdTenant) -> Result<Vec<Subject>, Error> {
    let key = TenantKey::parse(&*tenant.installation.client_key)?;
    let accounts = tenant.accounts.iter();
    accounts
        .map(|account| {
            Ok(Subject {
                tenant: key.clone(),
                account: AccountId::parse(&*account.account_id)?,
            })
        })
        .collect()
}

async fn give_consents(store: &Store, people: &[Subject]) -> Result<(), Error> {
    let Some(of) = people.first() else {
        return Ok(());
    };
    let tenant = store.tenant(&of.tenant).await?;
    let tenant = tenant.ok_or("the app isn't installed")?;
    let (notices, now) = (Notices::default(), Timestamp::now());
    let terms = tenant
        .policy
        .check(Access::ReadWrite, Lasting::Days(90), now)?;
    let notice = notices.in_language(Language::En);
    let when = tenant.circumstances(&notices, now);
    for of in people {
        let change = Consent::grant(of, None, &terms, &notice, &when);
        let change = change.ok_or("a new consent is no change")?;
        store.write_consent(&change).await?;
    }
    Ok(())
}

/// Stores the starter schedule of every account.
async fn schedules(store: &Store, crowd: &[CrowdTenant]) -> Result<Vec<Subject>, Error> {
    let now = Timestamp::now();
    let mut people = Vec::new();
    for (place, tenant) in crowd.iter().enumerate() {
        for (nth, of) in subjects(tenant)?.into_iter().enumerate() {
            store
                .add_schedule(&Schedule::starter(&of, now), now)
                .await?;
            people.push(((nth, place), of));
        }
    }
    people.sort_by_key(|(place, _)| *place);
    Ok(people.into_iter().map(|(_, of)| of).collect())
}

/// So many runs, one after the other of all people, then the next of each: as messages. Each is due at a minute of its own
/// in the last hours, by which the pages that they make have titles of their own.
pub(crate) fn messages(
    people: &[Subject],
    runs: usize,
) -> Result<Vec<String>, Box<dyn std::error::Error>> {
    let rounds = runs.div_ceil(people.len().max(1));
    let first = Timestamp::now().round(Unit::Minute)?
        - SignedDuration::from_mins(i64::try_from(rounds)? + 1);
    let mut messages = Vec::with_capacity(runs);
    for round in 0..rounds {
        let due = first + SignedDuration::from_mins(i64::try_from(round)?);
        for of in people.iter().take(runs - messages.len()) {
            let run = RunId::new(of.clone(), ScheduleId::of_starter(), due);
            messages.push(serde_json::to_string(&run.message())?);
        }
    }
    Ok(messages)
}
