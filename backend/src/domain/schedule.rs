//! A standing order to act as an account at given times.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use onbehalf_contract::{Access, Action, Deed, Fallback, ScheduleState, When};

use super::ids::{ScheduleId, Subject};

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Schedule {
    pub of: Subject,
    pub id: ScheduleId,
    pub title: String,
    pub when: When,
    pub action: Action,
    pub fallback: Fallback,
    pub state: ScheduleState,
}

impl Schedule {
    /// The schedule that every person has from the start, so that there is something to see.
    pub fn starter(of: &Subject) -> Self {
        Self {
            of: of.clone(),
            id: ScheduleId::of_starter(),
            title: "Daily note".into(),
            when: When {
                expression: "cron(0 9 * * ? *)".into(),
                time_zone: "UTC".into(),
            },
            action: Action::CreatePage {
                title: "Daily note, {date}, {time}".into(),
                body: "<p>This page was written for you by Onbehalf, because you allowed it.</p>"
                    .into(),
            },
            fallback: Fallback::Skip,
            state: ScheduleState::Active,
        }
    }

    /// What the consent must cover.
    pub fn access(&self) -> Access {
        match self.action {
            Action::CreatePage { .. } => Access::ReadWrite,
        }
    }

    /// The action with its placeholders filled in, for a run that was due at this time.
    pub fn action_at(&self, due: Timestamp) -> Action {
        let zone = TimeZone::get(&self.when.time_zone).unwrap_or(TimeZone::UTC);
        let due = due.to_zoned(zone);
        let fill = |text: &str| {
            text.replace("{date}", &due.strftime("%-d %B %Y").to_string())
                .replace("{time}", &due.strftime("%H:%M:%S").to_string())
        };
        match &self.action {
            Action::CreatePage { title, body } => Action::CreatePage {
                title: fill(title),
                body: fill(body),
            },
        }
    }

    /// What a run that was due at this time sets out to do.
    pub fn deed_at(&self, due: Timestamp) -> Deed {
        match self.action_at(due) {
            Action::CreatePage { title, .. } => Deed::CreatePage { title },
        }
    }
}

/// The least access that lets all of these run.
pub fn needed_access<'a>(mut schedules: impl Iterator<Item = &'a Schedule>) -> Access {
    if schedules.any(|schedule| schedule.access() == Access::ReadWrite) {
        Access::ReadWrite
    } else {
        Access::Read
    }
}

/// A deed in words, in English: for those who read the API.
pub fn in_words(deed: &Deed) -> String {
    match deed {
        Deed::CreatePage { title } => format!("Create the page “{title}”"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ids::{AccountId, TenantKey};

    #[test]
    fn placeholders_are_filled_in_in_the_schedule_s_time_zone() {
        let of = Subject {
            tenant: TenantKey::parse("tenant").unwrap(),
            account: AccountId::parse("alice").unwrap(),
        };
        let mut schedule = Schedule::starter(&of);
        schedule.when.time_zone = "Pacific/Auckland".into();
        let due = "2026-11-22T20:05:09Z".parse().unwrap();
        assert_eq!(
            in_words(&schedule.deed_at(due)),
            "Create the page “Daily note, 23 November 2026, 09:05:09”"
        );
    }
}
