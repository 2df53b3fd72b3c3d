//! What is stored in the end, held against what truly happened.

use onbehalf::capabilities::store::{ReadActs, ReadConsentLogs, ReadConsents, ReadRuns};
use onbehalf::domain::act::Act;
use onbehalf::domain::consent::Consent;
use onbehalf::domain::consent_event::verified;
use onbehalf::domain::ids::AccountId;
use onbehalf::domain::run::{Run, RunId};
use onbehalf_contract::{Outcome, RunResult};

use super::stage::Stage;

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
        recorded.iter_mut().for_each(|act| act.finished = None);
        recorded.sort_by_key(|act| act.run.text());
        let begun: Vec<_> = {
            let truth = self.truth.borrow();
            let runs = truth.runs.iter().filter(|((of, _), _)| of == person);
            runs.filter_map(|(_, run)| run.begun.as_ref())
                .map(|begun| begun.act.clone())
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
        let (begun, calls, carried_out, finished) = {
            let truth = self.truth.borrow();
            let key = (run.of.account.clone(), run.text());
            let run = truth.runs.get(&key);
            run.map_or((false, 0, 0, None), |run| {
                (
                    run.begun.is_some(),
                    run.calls,
                    run.carried_out,
                    run.finished.clone(),
                )
            })
        };
        let text = run.text();
        let now = self.clock.now();
        let result = stored.as_ref().map(|run| run.result_at(now));
        self.promise(act.is_some() == begun, || {
            format!("{text}: has an act begun? {begun}. On record is {act:?}")
        });
        let Some(act) = act else {
            let refused = matches!(result, None | Some(RunResult::Refused));
            self.promise(refused, || {
                format!("{text}: no act, and its result is {result:?}")
            });
            return;
        };
        let outcome = act.outcome_at(now);
        let agree = match (outcome, result) {
            (Outcome::Done, Some(RunResult::Done)) => carried_out == 1,
            (Outcome::Failed, Some(RunResult::Failed)) => carried_out == 0,
            (Outcome::Unknown, Some(RunResult::Unknown)) => carried_out <= 1,
            _ => false,
        };
        self.promise(act.finished == finished, || {
            format!(
                "{text}: stored is the end {:?}, and {finished:?} was written",
                act.finished
            )
        });
        self.promise(agree, || {
            format!("{text}: carried out {carried_out} times in {calls} calls, the act's outcome is {outcome:?} and the run's result {result:?}")
        });
    }
}
