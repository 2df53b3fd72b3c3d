//! What the schedules on a stage do.

use jiff::Timestamp;
use onbehalf::domain::ids::{ScheduleId, Subject};
use onbehalf::domain::schedule::Schedule;
use onbehalf::domain::task::Task;
use onbehalf_contract::{Action, Fallback, Method};

/// One kind of schedule. Who has one of them has one of this kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Work {
    /// A new page: done twice, there are two.
    Page,
    /// The same page written anew: done twice, it is as if it was done once.
    Update,
    /// A new page, by the app if it cannot be by the person.
    PageOrApp,
    /// The same page written anew, by the app if it cannot be by the person.
    UpdateOrApp,
}

impl Work {
    const ALL: [Self; 4] = [Self::Page, Self::Update, Self::PageOrApp, Self::UpdateOrApp];

    pub(super) fn of(schedule: &ScheduleId) -> Self {
        let known = Self::ALL.into_iter().find(|work| work.id() == *schedule);
        known.expect("it is one of these")
    }

    pub(super) fn id(self) -> ScheduleId {
        match self {
            Self::Page => ScheduleId::of_starter(),
            Self::Update => named("update"),
            Self::PageOrApp => named("page-or-app"),
            Self::UpdateOrApp => named("update-or-app"),
        }
    }

    /// Whether it may be done again when nobody knows whether it was done.
    pub(super) fn may_be_repeated(self) -> bool {
        matches!(self, Self::Update | Self::UpdateOrApp)
    }

    /// Whether the app does it in the place of a person who cannot be impersonated.
    pub(super) fn falls_back(self) -> bool {
        matches!(self, Self::PageOrApp | Self::UpdateOrApp)
    }

    pub(super) fn schedule(self, of: &Subject, now: Timestamp) -> Schedule {
        let mut schedule = Schedule::starter(of, now);
        schedule.id = self.id();
        if self.may_be_repeated() {
            schedule.task = Task::parse(Action::Request {
                method: Method::Put,
                path: "/wiki/api/v2/pages/98305".into(),
                body: Some(r#"{"id": "98305", "status": "current"}"#.into()),
            })
            .expect("it can be done");
        }
        if self.falls_back() {
            schedule.fallback = Fallback::App;
        }
        schedule
    }
}

fn named(name: &str) -> ScheduleId {
    ScheduleId::parse(name).expect("it is a schedule's id")
}
