//! What is stored in the end, held against what truly happened.

use onbehalf::capabilities::store::{ReadActs, ReadConsentLogs, ReadConsents, ReadRuns, RunEnd};
use onbehalf::domain::act::Act;
use onbehalf::domain::consent::Consent;
use onbehalf::domain::consent_event::verified;
use onbehalf::domain::ids::AccountId;
use onbehalf::domain::run::{Run, RunId};
use onbehalf_contract::{Outcome, RunResult};

use super::run_truth::{ActTruth, RunTruth, Stands};
use super::stage::Stage;
use super::work::Work;

/// What is stored about a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stored {
    pub run: Option<Run>,
    pub act: Option<Act>,
}

impl Stage {
    pub async fn stored(&self, run: &RunId) -> Stored {
        let stored = self.store.run(run).await.expect("a run can be read");
        let act = match &stored {
            Some(stored) if stored.started_at.is_some() => self.store.act(run).await,
            _ => Ok(None),
        };
        Stored {
            run: stored,
            act: act.expect("an act can be read"),
        }
    }

    /// Holds what is stored about a person against what truly happened.
    pub async fn check_person(&self, person: &AccountId) {
        let of = self.subject(person);
        let stored = self
            .store
            .consent(&of)
            .await
            .expect("a consent can be read");
        let log = self.store.consent_log(&of).await;
        let log = verified(&of, &log.expect("a log can be read"));
        let (consent, events) = {
            let truth = self.truth.borrow();
            let person = &truth.people[person];
            (person.consent.clone(), person.events.clone())
        };
        self.promise(stored == consent, || {
            format!("stored is {stored:?}, and {consent:?} was written")
        });
        self.promise(log.as_ref() == Ok(&events), || {
            format!("the log says {log:?}, and {events:?} was written")
        });
        if let Ok(events) = log {
            let replayed = Consent::replay(&of, &events);
            self.promise(replayed.as_ref() == Ok(&stored), || {
                format!("stored is {stored:?}, and the log makes {replayed:?}")
            });
        }
        let acts = self.store.acts(&of, 100, None).await;
        let mut recorded: Vec<_> = acts.expect("acts can be read").acts;
        recorded.sort_by_key(|act| (act.run.text(), act.started_at));
        let begun: Vec<_> = {
            let truth = self.truth.borrow();
            let runs = truth.runs.iter().filter(|((of, _), _)| of == person);
            runs.flat_map(|(_, run)| &run.acts)
                .map(ActTruth::as_recorded)
                .collect()
        };
        self.promise(recorded == begun, || {
            format!("on record are the acts {recorded:?}, and {begun:?} have begun")
        });
    }

    /// Holds what is stored about a run, once no process is left that works for it, against what truly happened.
    pub async fn check_run(&self, run: &RunId) {
        let stored = self.stored(run).await;
        self.hold_run(run, &stored);
    }

    pub(super) fn hold_run(&self, run: &RunId, stored: &Stored) {
        let Stored { run: stored, act } = stored;
        let truth = self.truth.borrow();
        let key = (run.of.account.clone(), run.text());
        let untouched = RunTruth::default();
        let truly = truth.runs.get(&key).unwrap_or(&untouched);
        let about = truly.about();
        let recorded = about.map(ActTruth::as_recorded);
        let (stands, carried_out, calls) =
            (truly.stands.clone(), truly.carried_out(), truly.calls());
        let by_this_act = about.map(|act| act.carried_out);
        drop(truth);

        let text = run.text();
        let now = self.clock.now();
        self.promise(*act == recorded, || {
            format!("{text}: on record is {act:?}, and what has begun is {recorded:?}")
        });
        let end = stored.as_ref().map(|run| RunEnd {
            result: run.result,
            reason: run.reason.clone(),
            again_at: run.again_at,
        });
        let as_written = match (&stands, &end) {
            (None, None) => true,
            (Some(Stands::UnderWay), Some(end)) => end.result == RunResult::Started,
            (Some(Stands::AfterAct(written) | Stands::WithoutAct(written)), Some(end)) => {
                written == end
            }
            _ => false,
        };
        self.promise(as_written, || {
            format!("{text}: stored is {end:?}, and {stands:?} was written")
        });
        let result = stored.as_ref().map(|run| run.result_at(now));
        let outcome = act.as_ref().map(|act| act.outcome_at(now));
        let repeatable = Work::of(&run.schedule).may_be_repeated();
        let agree = match (outcome, result) {
            (None, None | Some(RunResult::Refused | RunResult::Failed)) => carried_out == 0,
            (None, Some(RunResult::Waiting)) => carried_out == 0 || repeatable,
            (Some(Outcome::Done), Some(RunResult::Done)) => by_this_act == Some(1),
            (Some(Outcome::Failed), Some(RunResult::Failed)) => carried_out == 0,
            (Some(Outcome::Failed), Some(RunResult::Waiting)) => {
                by_this_act == Some(0) && (carried_out == 0 || repeatable)
            }
            (Some(Outcome::Unknown), Some(RunResult::Unknown)) => carried_out <= 1 || repeatable,
            (Some(Outcome::Unknown), Some(RunResult::Waiting)) => repeatable,
            _ => false,
        };
        self.promise(agree, || {
            format!("{text}: carried out {carried_out} times in {calls} calls, the act's outcome is {outcome:?} and the run's result {result:?}")
        });
    }
}
