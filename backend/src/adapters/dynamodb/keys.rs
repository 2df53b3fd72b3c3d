//! The keys of the table. `#` separates the parts of a key, and no part can hold one.

use jiff::Timestamp;

use crate::domain::ids::{AccountId, ScheduleId, Subject, TenantKey};
use crate::domain::run::RunId;

pub(super) const PK: &str = "pk";
pub(super) const SK: &str = "sk";

pub(super) const TENANT: &str = "tenant";
pub(super) const CONSENT: &str = "consent";
pub(super) const SCHEDULES: &str = "schedule#";
pub(super) const ACTS: &str = "act#";

/// The note that a person is there.
pub(super) const PERSON: &str = "person";
pub(super) const EVENTS: &str = "event#";

/// Beside a tenant: whose turn it is to report its people.
pub(super) const REPORTS: &str = "reports";

/// Beside a tenant: its policy, and whether everything pauses.
pub(super) const RULES: &str = "rules";

/// Beside a tenant: what its admins did.
pub(super) const AUDIT: &str = "audit#";

/// An admin asks a person for their consent.
pub(super) const ASK: &str = "ask";

/// Beside a tenant: how fast its site may be called.
pub(super) const PACE: &str = "pace";

/// The index of what is to be done at a time, and its hash key.
pub(super) const DUE: &str = "due";
pub(super) const DUE_AT: &str = "dueAt";

/// In that index: tenants that were removed.
pub(super) const REMOVED: &str = "erase";

/// The index of the people of each tenant, and its hash key.
pub(super) const PEOPLE: &str = "people";

/// Over how many partitions of an index the people are spread, so that none is hot, however many there are.
pub(super) const SHARDS: u8 = 8;

pub(super) fn tenant(key: &TenantKey) -> String {
    format!("tenant#{key}")
}

pub(super) fn person(of: &Subject) -> String {
    format!("person#{}#{}", of.tenant, of.account)
}

/// The tenant that a partition is about.
pub(super) fn tenant_of(pk: &str) -> Option<TenantKey> {
    TenantKey::parse(pk.strip_prefix("tenant#")?).ok()
}

/// The person that a partition is about.
pub(super) fn person_of(pk: &str) -> Option<Subject> {
    let (tenant, account) = pk.strip_prefix("person#")?.split_once('#')?;
    Some(Subject {
        tenant: TenantKey::parse(tenant).ok()?,
        account: AccountId::parse(account).ok()?,
    })
}

pub(super) fn event(number: u64) -> String {
    format!("{EVENTS}{number:010}")
}

pub(super) fn schedule(id: &ScheduleId) -> String {
    format!("{SCHEDULES}{id}")
}

pub(super) fn runs(schedule: &ScheduleId) -> String {
    format!("run#{schedule}#")
}

pub(super) fn run(id: &RunId) -> String {
    format!("{}{:015}", runs(&id.schedule), id.due.as_millisecond())
}

/// Acts sort by the time they started.
pub(super) fn act(started_at: Timestamp, run: &RunId) -> String {
    format!("{ACTS}{:015}#{}", started_at.as_millisecond(), run.text())
}

/// What is due for a person at some time, by its kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Due {
    /// Their consent ends.
    Ending,
    /// They are reported to the platform.
    Report,
    /// Everything about them is erased.
    Erase,
    /// The timer of one of their schedules is looked at.
    Timer,
}

impl Due {
    pub(super) fn in_shard(self, shard: u8) -> String {
        let kind = match self {
            Self::Ending => "ending",
            Self::Report => "report",
            Self::Erase => "erase",
            Self::Timer => "timer",
        };
        format!("{kind}#{shard}")
    }

    pub(super) fn of(self, person: &Subject) -> String {
        self.in_shard(shard(person))
    }
}

/// The index of what admins list, and its keys.
pub(super) const LISTED: &str = "listed";
pub(super) const LISTED_AT: &str = "listedAt";

/// What is listed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Listed {
    Consents,
    Asks,
    Schedules,
    Acts,
}

impl Listed {
    pub(super) fn in_shard(self, tenant: &TenantKey, shard: u8) -> String {
        let kind = match self {
            Self::Consents => "consent",
            Self::Asks => "ask",
            Self::Schedules => "schedule",
            Self::Acts => "act",
        };
        format!("{kind}#{tenant}#{shard}")
    }

    pub(super) fn of(self, person: &Subject) -> String {
        self.in_shard(&person.tenant, shard(person))
    }
}

/// What an admin did then. The mark tells apart what was done in the same millisecond.
pub(super) fn audit(at: Timestamp, mark: &str) -> String {
    format!("{AUDIT}{:015}#{mark}", at.as_millisecond())
}

/// Some of the people of a tenant.
pub(super) fn people(tenant: &TenantKey, shard: u8) -> String {
    format!("{tenant}#{shard}")
}

/// Which part of the indexes a person is in.
pub(super) fn shard(of: &Subject) -> u8 {
    let sum = of
        .account
        .as_str()
        .bytes()
        .fold(0_u8, |sum, byte| sum.wrapping_mul(31).wrapping_add(byte));
    sum % SHARDS
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_partition_names_its_person() {
        let of = Subject {
            tenant: TenantKey::parse("c0ffee-1:2").unwrap(),
            account: AccountId::parse("557058:f58131cb").unwrap(),
        };
        assert_eq!(person(&of), "person#c0ffee-1:2#557058:f58131cb");
        assert_eq!(person_of("tenant#c0ffee"), None);
        assert_eq!(tenant_of(&person(&of)), None);
        assert_eq!(tenant_of(&tenant(&of.tenant)).as_ref(), Some(&of.tenant));
        assert_eq!(person_of(&person(&of)), Some(of));
    }

    #[test]
    fn keys_sort_by_time() {
        let at = |ms| Timestamp::from_millisecond(ms).unwrap();
        let of = Subject {
            tenant: TenantKey::parse("t").unwrap(),
            account: AccountId::parse("a").unwrap(),
        };
        let run_at = |ms| run(&RunId::new(of.clone(), ScheduleId::of_starter(), at(ms)));
        assert!(run_at(999) < run_at(1_000));
        assert!(event(9) < event(10));
        assert_eq!(Due::Ending.in_shard(3), "ending#3");
        assert_ne!(Due::Erase.in_shard(0), REMOVED);
    }
}
