//! Following a run that the person asked for until it has ended.

use onbehalf_contract::{Run, RunResult, Schedule};

/// How long to wait before looking again, in milliseconds. A run is a message on a queue and one call to Confluence
/// of at most ten seconds: nearly all end within two seconds, and waiting much longer than 30 helps nobody.
const WAITS: [i32; 16] = [
    400, 600, 1000, 1000, 1000, 2000, 2000, 2000, 2000, 3000, 3000, 3000, 3000, 3000, 3000, 3000,
];

/// How long to wait before the given look (the first is 0); `None` when it is time to stop looking.
pub(crate) fn wait_before(look: usize) -> Option<i32> {
    WAITS.get(look).copied()
}

/// The run called `id` of this schedule, once it has ended.
pub(crate) fn ended(schedule: Schedule, id: &str) -> Option<Run> {
    schedule
        .last_run
        .filter(|run| run.id == id && run.result != RunResult::Started)
}

#[cfg(test)]
mod tests {
    use onbehalf_contract::{Action, Fallback, ScheduleState, When};

    use super::*;

    fn schedule(last_run: Option<(&str, RunResult)>) -> Schedule {
        Schedule {
            id: "s1".to_owned(),
            account_id: "a1".to_owned(),
            title: "Daily note".to_owned(),
            when: When {
                expression: "rate(1 day)".to_owned(),
                time_zone: "UTC".to_owned(),
            },
            action: Action::CreatePage {
                title: "Note".to_owned(),
                body: String::new(),
            },
            fallback: Fallback::Skip,
            state: ScheduleState::Active,
            last_run: last_run.map(|(id, result)| Run {
                id: id.to_owned(),
                due: "2026-11-22T09:00:00Z".to_owned(),
                result,
                link: None,
                reason: None,
            }),
        }
    }

    #[test]
    fn a_run_has_ended_when_it_has_any_result_but_started() {
        for result in [
            RunResult::Done,
            RunResult::Refused,
            RunResult::Failed,
            RunResult::Unknown,
        ] {
            assert!(ended(schedule(Some(("r2", result))), "r2").is_some());
        }
        assert!(ended(schedule(Some(("r2", RunResult::Started))), "r2").is_none());
    }

    #[test]
    fn an_earlier_run_says_nothing_about_this_one() {
        assert!(ended(schedule(Some(("r1", RunResult::Done))), "r2").is_none());
        assert!(ended(schedule(None), "r2").is_none());
    }

    #[test]
    fn looking_ends_after_about_half_a_minute() {
        let total: i32 = (0..).map_while(wait_before).sum();
        assert!((25_000..=40_000).contains(&total), "{total} ms");
    }
}
