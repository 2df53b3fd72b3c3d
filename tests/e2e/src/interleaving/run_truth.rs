//! What truly happened in one run, and what follows from it.

use std::collections::HashMap;

use jiff::{SignedDuration, Timestamp};
use onbehalf::capabilities::store::RunEnd;
use onbehalf::domain::act::{Act, Finished};
use onbehalf::domain::ids::AccountId;
use onbehalf_contract::{Outcome, RunResult};

use super::work::Work;

/// How long an act's call may take, from the start of the act.
pub(super) const CALL_LIMIT: SignedDuration = SignedDuration::from_secs(10);

/// How often a run may be tried.
const MOST_TRIES: u32 = 4;

/// Which act: a token, and a call, are for one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct ActName {
    pub(super) account: AccountId,
    /// The run's text.
    pub(super) run: String,
    started_at: i64,
}

impl ActName {
    pub(super) fn of(act: &Act) -> Self {
        Self {
            account: act.of().account.clone(),
            run: act.run.text(),
            started_at: act.started_at.as_millisecond(),
        }
    }

    pub(super) fn text(&self) -> String {
        format!("{} {} {}", self.account, self.run, self.started_at)
    }

    pub(super) fn parse(text: &str) -> Option<Self> {
        let (rest, started_at) = text.rsplit_once(' ')?;
        let (account, run) = rest.split_once(' ')?;
        Some(Self {
            account: AccountId::parse(account).ok()?,
            run: run.into(),
            started_at: started_at.parse().ok()?,
        })
    }
}

/// What happened in a run.
#[derive(Debug, Default)]
pub(super) struct RunTruth {
    /// The acts that began, in their order.
    pub(super) acts: Vec<ActTruth>,
    /// As it was last written; `None`: nothing was.
    pub(super) stands: Option<Stands>,
    /// How often it was tried, whether or not that came to an act.
    tried: u32,
    /// How often something was written about it.
    writes: u64,
    /// How often something had been written when a process looked.
    seen: HashMap<u32, u64>,
}

/// How a run stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Stands {
    /// Its newest act is under way, or nobody has said how it ended.
    UnderWay,
    /// Its newest act came to this.
    AfterAct(RunEnd),
    /// Its newest try came to this, and to no act.
    WithoutAct(RunEnd),
}

/// What happened in one act.
#[derive(Debug)]
pub(super) struct ActTruth {
    pub(super) by: u32,
    pub(super) act: Act,
    pub(super) tokens: u32,
    pub(super) calls: u32,
    pub(super) carried_out: u32,
    pub(super) finished: Option<Finished>,
}

impl ActTruth {
    fn is_unclear(&self) -> bool {
        let outcome = self.finished.as_ref().map(|finished| finished.outcome);
        matches!(outcome, None | Some(Outcome::Unknown))
    }

    /// As it must be stored.
    pub(super) fn as_recorded(&self) -> Act {
        Act {
            finished: self.finished.clone(),
            ..self.act.clone()
        }
    }
}

impl RunTruth {
    pub(super) fn seen_by(&mut self, process: u32) {
        self.seen.insert(process, self.writes);
    }

    /// What speaks against the beginning of one more act.
    pub(super) fn against(&self, act: &Act, process: u32, asked_at: Timestamp) -> Vec<String> {
        let mut against = Vec::new();
        let repeatable = Work::of(&act.run.schedule).may_be_repeated();
        match (&self.stands, self.acts.last()) {
            (Some(Stands::UnderWay), Some(last)) => {
                let over = asked_at > last.act.started_at + CALL_LIMIT;
                if !(repeatable && over) {
                    let by = last.by;
                    against.push(format!("the same run began before, in process {by}"));
                }
            }
            (Some(Stands::AfterAct(end) | Stands::WithoutAct(end)), _) => match end.again_at {
                None => against.push(format!("the same run has ended: {:?}", end.result)),
                Some(again_at) if asked_at < again_at => {
                    against.push(format!("it was to wait until {again_at}"));
                }
                Some(_) => {}
            },
            _ => {}
        }
        if self.seen.get(&process) != Some(&self.writes) {
            against.push("the run was not any more as it was found".into());
        }
        if self.tried >= MOST_TRIES {
            against.push(format!("it had been tried {} times", self.tried));
        }
        against
    }

    pub(super) fn begin(&mut self, process: u32, act: &Act) {
        self.wrote(Stands::UnderWay);
        self.tried += 1;
        self.acts.push(ActTruth {
            by: process,
            act: act.clone(),
            tokens: 0,
            calls: 0,
            carried_out: 0,
            finished: None,
        });
    }

    pub(super) fn act(&mut self, name: &ActName) -> Option<&mut ActTruth> {
        let mut acts = self.acts.iter_mut();
        acts.find(|it| ActName::of(&it.act) == *name)
    }

    /// The end of an act was written. It counts if the run was still at this act. Answers what is wrong with that.
    pub(super) fn finish(&mut self, act: &Act, finished: &Finished, end: &RunEnd) -> Vec<String> {
        let newest = self.acts.last_mut().filter(|newest| {
            newest.act.started_at == act.started_at && self.stands == Some(Stands::UnderWay)
        });
        let Some(newest) = newest else {
            return Vec::new();
        };
        newest.finished = Some(finished.clone());
        let repeatable = Work::of(&act.run.schedule).may_be_repeated();
        self.wrote(Stands::AfterAct(end.clone()));
        let mut wrong = self.against_waiting(end);
        if end.again_at.is_some() && finished.outcome == Outcome::Unknown && !repeatable {
            wrong.push("waits to repeat what may have been done".into());
        }
        wrong
    }

    /// That a try came to no act was written. It counts if the run was still as that process had found it.
    pub(super) fn without_act(&mut self, process: u32, end: &RunEnd) -> Vec<String> {
        if self.seen.get(&process) != Some(&self.writes) {
            return Vec::new();
        }
        self.tried += 1;
        self.wrote(Stands::WithoutAct(end.clone()));
        self.against_waiting(end)
    }

    /// The act that the run's record must be about.
    pub(super) fn about(&self) -> Option<&ActTruth> {
        let newest = self.acts.last();
        match &self.stands {
            None => None,
            Some(Stands::UnderWay) => newest,
            Some(Stands::AfterAct(end) | Stands::WithoutAct(end))
                if end.result == RunResult::Unknown =>
            {
                newest
                    .filter(|act| act.is_unclear() && self.is_after_act())
                    .or_else(|| self.unclear())
            }
            Some(Stands::AfterAct(_)) => newest,
            Some(Stands::WithoutAct(_)) => None,
        }
    }

    /// The first act of which nobody knows whether it was carried out.
    pub(super) fn unclear(&self) -> Option<&ActTruth> {
        self.acts.iter().find(|act| act.is_unclear())
    }

    fn is_after_act(&self) -> bool {
        matches!(self.stands, Some(Stands::AfterAct(_)))
    }

    pub(super) fn calls(&self) -> u32 {
        self.acts.iter().map(|act| act.calls).sum()
    }

    pub(super) fn carried_out(&self) -> u32 {
        self.acts.iter().map(|act| act.carried_out).sum()
    }

    /// When it is tried again, if it waits.
    pub(super) fn again_at(&self) -> Option<Timestamp> {
        match &self.stands {
            Some(Stands::AfterAct(end) | Stands::WithoutAct(end)) => end.again_at,
            _ => None,
        }
    }

    fn against_waiting(&self, end: &RunEnd) -> Vec<String> {
        let mut wrong = Vec::new();
        if end.again_at.is_some() && self.tried >= MOST_TRIES {
            wrong.push(format!("waits after {} tries", self.tried));
        }
        wrong
    }

    fn wrote(&mut self, stands: Stands) {
        self.stands = Some(stands);
        self.writes += 1;
    }
}
