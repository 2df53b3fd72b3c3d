//! An admin looks at what was done in a tenant.

use jiff::Timestamp;
use onbehalf_contract::Outcome;

use crate::capabilities::store::{ListCursor, ListTenant, StoreError, Within};
use crate::domain::act::Act;
use crate::domain::ids::{AccountId, ScheduleId, TenantKey};

/// How many acts one request looks through, for those that match.
const LOOKED_THROUGH: u32 = 2000;
const PAGE: u32 = 200;

/// Which acts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ActFilter {
    pub person: Option<AccountId>,
    pub schedule: Option<ScheduleId>,
    pub result: Option<Outcome>,
    pub within: Within,
}

/// Some of the acts that match, newest first.
#[derive(Debug)]
pub struct ActPage {
    pub acts: Vec<Act>,
    /// Where to go on. There may be more of them even after a page that is not full.
    pub next: Option<ListCursor>,
}

/// At most `limit` of the acts that match, from after `cursor` on.
pub async fn list_activity(
    store: &impl ListTenant,
    tenant: &TenantKey,
    filter: &ActFilter,
    limit: usize,
    cursor: Option<ListCursor>,
    now: Timestamp,
) -> Result<ActPage, StoreError> {
    let mut found = ActPage {
        acts: Vec::new(),
        next: cursor,
    };
    let mut looked_through = 0;
    loop {
        let page = store
            .acts_of(tenant, filter.within, PAGE, found.next.as_ref())
            .await?;
        for (act, place) in page.items {
            if filter.matches(&act, now) {
                found.acts.push(act);
            }
            found.next = Some(place);
            looked_through += 1;
            if found.acts.len() == limit {
                // Perhaps that was the last of all; then the next page is empty.
                return Ok(found);
            }
        }
        found.next = page.next;
        if found.next.is_none() || looked_through >= LOOKED_THROUGH {
            return Ok(found);
        }
    }
}

impl ActFilter {
    fn matches(&self, act: &Act, now: Timestamp) -> bool {
        self.person
            .as_ref()
            .is_none_or(|person| act.of().account == *person)
            && self
                .schedule
                .as_ref()
                .is_none_or(|schedule| act.run.schedule == *schedule)
            && self
                .result
                .is_none_or(|result| act.outcome_at(now) == result)
    }
}
