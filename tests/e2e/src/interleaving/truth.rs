//! What truly happened in an interleaving, in the order in which it happened, held against what is promised.
//!
//! It knows more than any process: whether a call was made whose answer was lost, which of two writes came first, what
//! time it is. And it has rules of its own: it never asks the app's domain whether something is allowed.

use std::collections::{BTreeMap, HashMap};
use std::fmt;

use jiff::{SignedDuration, Timestamp};
use onbehalf::domain::act::{Act, Finished};
use onbehalf::domain::consent::{Change, Consent};
use onbehalf::domain::ids::{AccountId, Subject};
use onbehalf::domain::run::RunId;
use onbehalf::domain::tenant::{Tenant, TenantState};

use super::clock::ModelClock;
use super::errand::{Answer, Errand};
use super::person::PersonTruth;
use super::tally::Tally;
use super::words::InWords;

/// How long an act's call may take, from the start of the act.
const CALL_LIMIT: SignedDuration = SignedDuration::from_secs(10);

/// A process.
#[derive(Clone, Debug)]
pub(super) struct Me {
    pub(super) number: u32,
    pub(super) errand: Errand,
    /// The versions of the notice that count in its release of the app.
    pub(super) counting: Vec<String>,
}

pub(super) struct Truth {
    clock: ModelClock,
    pub(super) tenant: TenantTruth,
    pub(super) people: BTreeMap<AccountId, PersonTruth>,
    /// By person and text of the run.
    pub(super) runs: BTreeMap<(AccountId, String), RunTruth>,
    /// The newest event of the consent that a process has seen or written.
    seen: HashMap<u32, u64>,
    /// The generation and installation of the tenant that a process has written.
    wrote: HashMap<u32, (u64, u64)>,
    pub(super) tally: Tally,
    /// What is not as it was promised.
    pub(super) broken: Vec<String>,
    /// What happened, in words, if somebody wants to read it.
    story: Option<Vec<String>>,
}

/// What was last written about the tenant.
#[derive(Debug, Default)]
pub(super) struct TenantTruth {
    pub(super) generation: u64,
    pub(super) installation: u64,
    pub(super) installed: bool,
    /// The removal that was answered last, by the generation and the installation that it wrote. Nothing is done any more
    /// with what was known before.
    removed: (u64, u64),
}

/// What happened in a run.
#[derive(Debug, Default)]
pub(super) struct RunTruth {
    pub(super) begun: Option<Begun>,
    tokens: u32,
    pub(super) calls: u32,
    pub(super) carried_out: u32,
    /// How its act ended, as that was written first.
    pub(super) finished: Option<Finished>,
}

#[derive(Debug)]
pub(super) struct Begun {
    by: u32,
    pub(super) act: Act,
}

impl Truth {
    pub(super) fn start(clock: ModelClock, people: &[AccountId], in_words: bool) -> Self {
        Self {
            clock,
            tenant: TenantTruth::default(),
            people: people
                .iter()
                .map(|id| (id.clone(), PersonTruth::default()))
                .collect(),
            runs: BTreeMap::new(),
            seen: HashMap::new(),
            wrote: HashMap::new(),
            tally: Tally::default(),
            broken: Vec::new(),
            story: in_words.then(Vec::new),
        }
    }

    /// Goes on with the story.
    pub(super) fn tell(&mut self, what: impl FnOnce() -> String) {
        if let Some(story) = &mut self.story {
            let now = self.clock.now();
            story.push(format!("{now}  {}", what()));
        }
    }

    pub(super) fn story(&self) -> String {
        self.story.as_deref().unwrap_or_default().join("\n")
    }

    /// Notes that a promise was broken, unless it was kept.
    pub(super) fn promise(&mut self, kept: bool, otherwise: impl FnOnce() -> String) {
        if !kept {
            let broken = otherwise();
            self.tell(|| format!("✗ {broken}"));
            self.broken.push(broken);
        }
    }

    pub(super) fn tenant_written(&mut self, me: &Me, tenant: &Tenant, replaces: Option<u64>) {
        let Tenant {
            generation,
            installation,
            ..
        } = *tenant;
        let before = self.tenant.generation;
        self.promise(
            replaces.unwrap_or(0) == before && generation == before + 1,
            || format!("generation {generation} of the tenant takes the place of {before}"),
        );
        let installed = matches!(tenant.state, TenantState::Installed { .. });
        self.tell(|| {
            format!("{me}: the tenant is in generation {generation}, installation {installation}, installed: {installed}")
        });
        self.tenant.generation = generation;
        self.tenant.installation = installation;
        self.tenant.installed = installed;
        self.wrote.insert(me.number, (generation, installation));
    }

    pub(super) fn consent_seen(&mut self, me: &Me, consent: Option<&Consent>) {
        let version = consent.map_or(0, |consent| consent.version);
        self.tell(|| format!("{me}: sees version {version} of the consent"));
        self.seen.insert(me.number, version);
    }

    pub(super) fn consent_written(&mut self, me: &Me, change: &Change) {
        let account = &change.consent.of.account;
        self.tell(|| {
            format!(
                "{me}: the log of {account} goes on: {}",
                InWords(&change.events)
            )
        });
        self.seen.insert(me.number, change.consent.version);
        let (now, installation) = (self.clock.now(), self.tenant.installation);
        let person = self.people.entry(account.clone()).or_default();
        for wrong in person.write(&me.errand, change, now, installation) {
            self.promise(false, || format!("{me} {wrong}"));
        }
    }

    /// The transaction that an act begins with is sent.
    pub(super) fn begin_asked(&mut self, me: &Me, act: &Act, installation: u64) {
        self.tell(|| format!("{me}: begins {}", InWords(&act.run)));
        let (_, removed) = self.tenant.removed;
        self.promise(installation >= removed, || {
            format!("{me} began an act in installation {installation}, and its removal had been answered")
        });
    }

    /// An act is on record. The transaction that put it there was sent at `asked_at`.
    pub(super) fn begun(&mut self, me: &Me, act: &Act, installation: u64, asked_at: Timestamp) {
        self.tell(|| format!("{me}: the act of {} has begun", InWords(&act.run)));
        self.tally.count("acts that began");
        let person = self.people.entry(act.of().account.clone()).or_default();
        let mut against = person.against(act, asked_at, installation, &me.counting);
        let run = self.run_of(&act.run);
        if let Some(before) = &run.begun {
            against.push(format!(
                "the same run began before, in process {}",
                before.by
            ));
        }
        run.begun = Some(Begun {
            by: me.number,
            act: act.clone(),
        });
        if act.started_at != asked_at {
            against.push(format!("it is said to have begun at {}", act.started_at));
        }
        self.promise(against.is_empty(), || {
            format!("{me} began an act, and {}", against.join(", and "))
        });
    }

    pub(super) fn token_asked(&mut self, me: &Me, tenant: &Tenant, act: &Act) {
        self.tell(|| format!("{me}: asks for a token for {}", InWords(&act.run)));
        self.tally.count("tokens asked for");
        let run = self.run_of(&act.run);
        run.tokens += 1;
        let first = run.tokens == 1;
        let as_recorded = run
            .begun
            .as_ref()
            .is_some_and(|begun| begun.by == me.number && begun.act == *act);
        self.promise(as_recorded, || {
            format!("{me} asked for a token for an act that it has not on record: {act:?}")
        });
        self.promise(first, || {
            format!("{me} asked for a second token for one act")
        });
        self.still_in_time(me, tenant, act, "asked for a token");
    }

    pub(super) fn call_asked(&mut self, me: &Me, tenant: &Tenant, of: &Subject, run: &str) {
        self.tell(|| format!("{me}: calls for {run}"));
        self.tally.count("calls");
        let key = (of.account.clone(), run.to_owned());
        let run = self.runs.entry(key).or_default();
        run.calls += 1;
        let first = run.calls == 1;
        let act = run
            .begun
            .as_ref()
            .filter(|begun| begun.by == me.number)
            .map(|begun| begun.act.clone());
        self.promise(act.is_some(), || {
            format!("{me} called without a record of its own of the act")
        });
        self.promise(first, || format!("{me} called a second time for one act"));
        if let Some(act) = act {
            self.still_in_time(me, tenant, &act, "called");
        }
    }

    /// Whether nothing has happened since the act began that must keep it from going on.
    fn still_in_time(&mut self, me: &Me, tenant: &Tenant, act: &Act, what: &str) {
        let spent = self.clock.now().duration_since(act.started_at);
        self.promise(spent < CALL_LIMIT, || {
            format!("{me} {what} {spent:#} after the start of the act")
        });
        let (removed, _) = self.tenant.removed;
        self.promise(tenant.generation > removed, || {
            format!("{me} {what} with generation {} of the tenant, and the removal of generation {removed} had been answered", tenant.generation)
        });
    }

    /// The product did what it was called for.
    pub(super) fn carried_out(&mut self, me: &Me, of: &Subject, run: &str) {
        self.tell(|| format!("{me}: {run} is carried out"));
        self.tally.count("calls carried out");
        let key = (of.account.clone(), run.to_owned());
        let run = self.runs.entry(key).or_default();
        run.carried_out += 1;
        let first = run.carried_out == 1;
        self.promise(first, || format!("{me} wrote the same twice"));
    }

    /// The end of an act is on record; if it was there before, nothing has changed.
    pub(super) fn finished(&mut self, me: &Me, act: &Act, finished: &Finished) {
        self.tell(|| {
            format!(
                "{me}: the act of {} ends: {:?}",
                InWords(&act.run),
                finished.outcome
            )
        });
        self.run_of(&act.run)
            .finished
            .get_or_insert_with(|| finished.clone());
    }

    /// Whoever sent the process is told what came of it.
    pub(super) fn answered(&mut self, me: &Me, answer: &Answer) {
        self.tell(|| format!("{me}: is answered {}", InWords(answer)));
        let seen = self.seen.get(&me.number).copied();
        match (&me.errand, answer) {
            (Errand::Revoke { person, .. }, Answer::Revoked(_))
            | (Errand::Tell { person, .. }, Answer::Told) => {
                self.tally.count("revocations and invalidations answered");
                // It was decided when the process last looked: what was agreed to later is another consent.
                let person = self.people.entry(person.clone()).or_default();
                person.said_to_have_ended(seen.unwrap_or(0));
            }
            (Errand::Remove, Answer::Removed) => {
                self.tally.count("removals answered");
                let removed = self.wrote.get(&me.number).copied().unwrap_or_default();
                self.tenant.removed = self.tenant.removed.max(removed);
            }
            (Errand::Grant { person, access, .. }, Answer::Granted(consent)) => {
                self.tally.count("consents given");
                let person = self.people.get(person);
                let recorded = person.is_some_and(|it| it.has_agreed(&consent.agreement));
                self.promise(recorded && consent.agreement.access == *access, || {
                    format!("{me} answered a consent that is not on record")
                });
            }
            (_, Answer::Not(_)) => self.tally.count("errands that were refused or failed"),
            _ => {}
        }
    }

    fn run_of(&mut self, run: &RunId) -> &mut RunTruth {
        let key = (run.of.account.clone(), run.text());
        self.runs.entry(key).or_default()
    }
}

impl fmt::Display for Me {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({})", self.number, self.errand.name())
    }
}
