//! A standing order to act as an account at given times.

use jiff::Timestamp;
use onbehalf_contract::{
    Access, Fallback, NotRun, ScheduleChange, ScheduleState, ScheduleWish, When,
};
use thiserror::Error;

use super::fingerprint::sha256;
use super::ids::{ScheduleId, Subject};
use super::task::{BadTask, Fill, Task};
use super::timer::Timer;
use super::timing::{BadTiming, Timing};

/// More are no use to anybody, and the page shows all of them.
pub const MOST_SCHEDULES: usize = 25;

/// How many of the next times are told.
const NEXT_TIMES: usize = 5;

/// In characters.
const LONGEST_TITLE: usize = 100;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Schedule {
    pub of: Subject,
    pub id: ScheduleId,
    /// Counts the changes that its person made.
    pub version: u64,
    pub title: String,
    pub when: When,
    pub task: Task,
    pub fallback: Fallback,
    pub state: State,
    /// When it was made, resumed or given other times: rates are counted from here.
    pub since: Timestamp,
    /// How many runs in a row have come to nothing.
    pub failures: u32,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum State {
    Active,
    /// By its person; or because its runs kept failing, for this reason.
    Paused(Option<NotRun>),
    /// Its person does not want it any more. It is kept until the timer has forgotten it.
    Deleted,
}

/// A wish that cannot be fulfilled, and what is wrong with it.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum BadWish {
    #[error("the title has 1 to {LONGEST_TITLE} characters, and no line breaks")]
    Title,
    #[error("when it runs cannot be read: {0}")]
    When(#[from] BadTiming),
    #[error("it would never run: its time is over")]
    Over,
    #[error(transparent)]
    Task(#[from] BadTask),
}

/// A wish that was checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    title: String,
    when: When,
    task: Task,
    fallback: Fallback,
}

impl Plan {
    /// Checks a wish at this moment.
    pub fn check(wish: ScheduleWish, now: Timestamp) -> Result<Self, BadWish> {
        let ScheduleWish {
            title,
            when,
            action,
            fallback,
        } = wish;
        Ok(Self {
            title: checked_title(title)?,
            when: checked_when(when, now)?,
            task: Task::parse(action)?,
            fallback,
        })
    }

    pub fn task(&self) -> &Task {
        &self.task
    }

    pub fn fallback(&self) -> Fallback {
        self.fallback
    }

    /// The same wish of the same person at the same moment is the same schedule: a button pressed twice makes one.
    pub fn schedule(self, of: &Subject, now: Timestamp) -> Result<Schedule, super::ids::BadId> {
        let Self {
            title,
            when,
            task,
            fallback,
        } = self;
        let seed = format!("{of:?} {} {title} {when:?} {task:?}", now.as_millisecond());
        let name: String = sha256(seed.as_bytes()).chars().take(20).collect();
        Ok(Schedule {
            of: of.clone(),
            id: ScheduleId::parse(name)?,
            version: 1,
            title,
            when,
            task,
            fallback,
            state: State::Active,
            since: whole_seconds(now),
            failures: 0,
        })
    }
}

impl Schedule {
    /// The schedule that every person has from the start, so that there is something to see.
    pub fn starter(of: &Subject, now: Timestamp) -> Self {
        Self {
            of: of.clone(),
            id: ScheduleId::of_starter(),
            version: 1,
            title: "Daily note".into(),
            when: When {
                expression: "cron(0 9 * * ? *)".into(),
                time_zone: "UTC".into(),
            },
            task: Task::CreatePage {
                title: "Daily note, {date}, {time}".into(),
                body: "<p>This page was written for you by Onbehalf, because you allowed it.</p>"
                    .into(),
                space: None,
            },
            fallback: Fallback::Skip,
            state: State::Active,
            since: whole_seconds(now),
            failures: 0,
        }
    }

    /// The schedule with this changed, and what is not mentioned as it is.
    pub fn changed(&self, change: ScheduleChange, now: Timestamp) -> Result<Self, BadWish> {
        let ScheduleChange {
            version: _,
            title,
            when,
            action,
            fallback,
            state,
        } = change;
        let mut new = self.clone();
        new.version += 1;
        if let Some(title) = title {
            new.title = checked_title(title)?;
        }
        if let Some(action) = action {
            new.task = Task::parse(action)?;
        }
        if let Some(fallback) = fallback {
            new.fallback = fallback;
        }
        if let Some(when) = when.filter(|when| *when != self.when) {
            new.when = checked_when(when, now)?;
            new.since = whole_seconds(now);
        }
        match (state, &self.state) {
            (Some(ScheduleState::Active), State::Paused(_)) => {
                checked_when(new.when.clone(), now)?;
                new.state = State::Active;
                new.since = whole_seconds(now);
                new.failures = 0;
            }
            (Some(ScheduleState::Paused), State::Active) => new.state = State::Paused(None),
            _ => {}
        }
        Ok(new)
    }

    /// The schedule as its person wants it no more.
    pub fn deleted(&self) -> Self {
        let mut deleted = self.clone();
        deleted.version += 1;
        deleted.state = State::Deleted;
        deleted
    }

    /// The schedule after a run came to nothing, for this reason. Once that has happened too often it pauses, and says why.
    pub fn after_failure(&self, reason: &NotRun, pauses_after: u32) -> Self {
        let mut failed = self.clone();
        failed.failures = self.failures.saturating_add(1);
        if failed.failures >= pauses_after && self.state == State::Active {
            failed.state = State::Paused(Some(reason.clone()));
        }
        failed
    }

    /// The schedule after a run came to something.
    pub fn after_success(&self) -> Self {
        let mut fine = self.clone();
        fine.failures = 0;
        fine
    }

    /// Whether it fires when it is due.
    pub fn is_active(&self) -> bool {
        self.state == State::Active
    }

    pub fn is_deleted(&self) -> bool {
        self.state == State::Deleted
    }

    /// What the consent must cover.
    pub fn access(&self) -> Access {
        self.task.access()
    }

    /// The task with its placeholders filled in, for a run that was due at this time.
    pub fn task_at(&self, due: Timestamp, display_name: &str) -> Task {
        let zone = self
            .timing()
            .map_or(jiff::tz::TimeZone::UTC, |timing| timing.zone().clone());
        self.task.filled(&Fill::new(due, zone, display_name))
    }

    /// When it runs next, soonest first.
    pub fn next_runs(&self, now: Timestamp) -> Vec<Timestamp> {
        if !self.is_active() {
            return Vec::new();
        }
        self.timing()
            .map(|timing| timing.next_times(now, self.since, NEXT_TIMES))
            .unwrap_or_default()
    }

    /// What the timer must have for it; `None`: nothing.
    pub fn timer(&self, now: Timestamp) -> Option<Timer> {
        (!self.next_runs(now).is_empty()).then(|| Timer {
            when: self.when.clone(),
            since: self.since,
        })
    }

    /// When it runs. What was checked when it was written can be read again, unless a time zone has gone from the world.
    pub fn timing(&self) -> Option<Timing> {
        Timing::parse(&self.when.expression, &self.when.time_zone).ok()
    }
}

/// The next times of a wish, soonest first.
pub fn next_times(when: &When, now: Timestamp) -> Result<Vec<Timestamp>, BadWish> {
    Ok(Timing::parse(&when.expression, &when.time_zone)?.next_times(now, now, NEXT_TIMES))
}

/// As AWS keeps it.
fn whole_seconds(time: Timestamp) -> Timestamp {
    Timestamp::from_second(time.as_second()).unwrap_or(time)
}

fn checked_title(title: String) -> Result<String, BadWish> {
    let fits = (1..=LONGEST_TITLE).contains(&title.trim().chars().count())
        && !title.chars().any(char::is_control);
    fits.then_some(title).ok_or(BadWish::Title)
}

fn checked_when(when: When, now: Timestamp) -> Result<When, BadWish> {
    match next_times(&when, now)?.is_empty() {
        true => Err(BadWish::Over),
        false => Ok(when),
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

#[cfg(test)]
mod tests {
    use onbehalf_contract::Action;

    use super::*;
    use crate::domain::ids::{AccountId, TenantKey};
    use crate::domain::task::in_words;

    fn time(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn now() -> Timestamp {
        time("2026-11-22T20:00:00Z")
    }

    fn starter() -> Schedule {
        let of = Subject {
            tenant: TenantKey::parse("tenant").unwrap(),
            account: AccountId::parse("alice").unwrap(),
        };
        Schedule::starter(&of, now())
    }

    fn when(expression: &str) -> When {
        When {
            expression: expression.into(),
            time_zone: "Europe/Berlin".into(),
        }
    }

    fn wish(when: When) -> ScheduleWish {
        ScheduleWish {
            title: "Note".into(),
            when,
            action: Action::CommentOnPage {
                page_id: "1".into(),
                body: "x".into(),
            },
            fallback: Fallback::Skip,
        }
    }

    #[test]
    fn placeholders_are_filled_in_in_the_schedule_s_time_zone() {
        let mut schedule = starter();
        schedule.when.time_zone = "Pacific/Auckland".into();
        let task = schedule.task_at(time("2026-11-22T20:05:09Z"), "Alice");
        assert_eq!(
            in_words(&task.deed()),
            "Create the page “Daily note, 23 November 2026, 09:05:09”"
        );
    }

    #[test]
    fn a_wish_must_come_true_at_some_time() {
        assert!(Plan::check(wish(when("at(2026-11-22T21:01:00)")), now()).is_ok());
        // In Berlin it is 21:00.
        let over = Plan::check(wish(when("at(2026-11-22T21:00:00)")), now());
        assert_eq!(over, Err(BadWish::Over));
        for bad in [
            "rate(30 seconds)",
            "rate(0 minutes)",
            "cron(0 9 31 2 ? *)",
            "every day",
        ] {
            let refused = Plan::check(wish(when(bad)), now());
            assert!(
                matches!(refused, Err(BadWish::When(_))),
                "{bad}: {refused:?}"
            );
        }
        let mut untitled = wish(when("rate(1 day)"));
        for title in ["", "  ", "a\nb", &"x".repeat(101)] {
            untitled.title = title.into();
            assert_eq!(Plan::check(untitled.clone(), now()), Err(BadWish::Title));
        }
    }

    #[test]
    fn pressing_twice_makes_one() {
        let make = |at| {
            let plan = Plan::check(wish(when("rate(1 day)")), now()).unwrap();
            plan.schedule(&starter().of, at).unwrap().id
        };
        assert_eq!(make(now()), make(now()));
        assert_ne!(make(now()), make(time("2026-11-22T20:00:00.001Z")));
    }

    #[test]
    fn a_change_touches_what_it_names() {
        let schedule = starter();
        let later = time("2026-11-23T00:00:00Z");
        let renamed = ScheduleChange {
            version: 1,
            title: Some("Diary".into()),
            ..ScheduleChange::default()
        };
        let mut expected = schedule.clone();
        expected.title = "Diary".into();
        expected.version = 2;
        assert_eq!(schedule.changed(renamed, later).unwrap(), expected);

        let moved = ScheduleChange {
            when: Some(when("rate(1 day)")),
            ..ScheduleChange::default()
        };
        assert_eq!(schedule.changed(moved, later).unwrap().since, later);
    }

    #[test]
    fn it_pauses_itself_after_failing_too_often_and_resuming_forgets_that() {
        let reason = NotRun {
            code: "not-found".into(),
            detail: String::new(),
            remedy: String::new(),
        };
        let twice = starter()
            .after_failure(&reason, 3)
            .after_failure(&reason, 3);
        assert_eq!((twice.failures, &twice.state), (2, &State::Active));
        let paused = twice.after_failure(&reason, 3);
        assert_eq!(paused.state, State::Paused(Some(reason)));
        assert_eq!(
            (paused.next_runs(now()), paused.timer(now())),
            (vec![], None)
        );

        let state = |state| ScheduleChange {
            state: Some(state),
            ..ScheduleChange::default()
        };
        let resumed = paused.changed(state(ScheduleState::Active), now()).unwrap();
        assert_eq!((resumed.failures, &resumed.state), (0, &State::Active));
        assert_eq!(resumed.next_runs(now()).len(), 5);
        let by_hand = resumed
            .changed(state(ScheduleState::Paused), now())
            .unwrap();
        assert_eq!(by_hand.state, State::Paused(None));
    }

    #[test]
    fn what_is_deleted_or_over_has_no_timer() {
        let schedule = starter();
        assert!(schedule.timer(now()).is_some());
        assert_eq!(schedule.deleted().timer(now()), None);
        let mut once = schedule;
        once.when = when("at(2026-11-22T21:00:00)");
        assert!(once.timer(time("2026-11-22T19:59:59Z")).is_some());
        assert_eq!(once.timer(now()), None);
    }
}
