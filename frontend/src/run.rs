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

/// The run called `id` of this schedule, once it is no longer under way. One that waits may do so for minutes, so that
/// is news enough.
pub(crate) fn ended<'a>(schedule: &'a Schedule, id: &str) -> Option<&'a Run> {
    let newest = schedule.last_run.as_ref();
    newest.filter(|run| run.id == id && run.result != RunResult::Started)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::sample;

    fn schedule(last_run: Option<(&str, RunResult)>) -> Schedule {
        Schedule {
            last_run: last_run.map(|(id, result)| Run {
                id: id.to_owned(),
                result,
                ..sample::run()
            }),
            ..sample::schedule()
        }
    }

    #[test]
    fn a_run_has_ended_when_it_has_any_result_but_started() {
        for result in [
            RunResult::Waiting,
            RunResult::Done,
            RunResult::Refused,
            RunResult::Failed,
            RunResult::Unknown,
        ] {
            assert!(ended(&schedule(Some(("r2", result))), "r2").is_some());
        }
        assert!(ended(&schedule(Some(("r2", RunResult::Started))), "r2").is_none());
    }

    #[test]
    fn an_earlier_run_says_nothing_about_this_one() {
        assert!(ended(&schedule(Some(("r1", RunResult::Done))), "r2").is_none());
        assert!(ended(&schedule(None), "r2").is_none());
    }

    #[test]
    fn looking_ends_after_about_half_a_minute() {
        let total: i32 = (0..).map_while(wait_before).sum();
        assert!((25_000..=40_000).contains(&total), "{total} ms");
    }
}
