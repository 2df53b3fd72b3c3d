//! What truly happened in an interleaving, in the order in which it happened, held against what is promised.
//!
//! It knows more than any process: whether a call was made whose answer was lost, which of two writes came first, what
//! time it is. And it has rules of its own: it never asks the app's domain whether something is allowed.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::fmt;

use jiff::Timestamp;
use onbehalf::capabilities::store::RunEnd;
use onbehalf::domain::act::{Act, Finished};
use onbehalf::domain::consent::{Change, Consent};
use onbehalf::domain::ids::AccountId;
use onbehalf::domain::run::RunId;
use onbehalf::domain::tenant::{Tenant, TenantState};

use super::clock::ModelClock;
use super::errand::{Answer, Errand};
use super::person::PersonTruth;
use super::run_truth::{ActName, ActTruth, CALL_LIMIT, RunTruth};
use super::tally::Tally;
use super::words::InWords;
use super::work::Work;

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
    /// The processes that were told that they may not act as their person.
    not_allowed: HashSet<u32>,
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
            not_allowed: HashSet::new(),
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

    /// Somebody looks at what is known of a run.
    pub(super) fn run_seen(&mut self, me: &Me, run: &RunId) {
        self.run_of(run).seen_by(me.number);
    }

    /// Somebody is told that they may not act as their person.
    pub(super) fn not_allowed(&mut self, me: &Me) {
        self.tell(|| format!("{me}: may not act as this person"));
        self.not_allowed.insert(me.number);
    }

    /// A person's act is on record. The transaction that put it there was sent at `asked_at`.
    pub(super) fn begun(&mut self, me: &Me, act: &Act, installation: u64, asked_at: Timestamp) {
        self.tally.count("acts that began");
        let person = self.people.entry(act.of().account.clone()).or_default();
        let against = person.against(act, asked_at, installation, &me.counting);
        self.any_begun(me, act, asked_at, against);
    }

    /// An act of the app itself is on record.
    pub(super) fn begun_as_app(&mut self, me: &Me, act: &Act, asked_at: Timestamp) {
        self.tally.count("acts of the app itself that began");
        let mut against = Vec::new();
        if !Work::of(&act.run.schedule).falls_back() {
            against.push("nobody has chosen that the app does it".to_owned());
        }
        if !self.not_allowed.contains(&me.number) {
            against.push("nobody has said that it cannot be done by the person".to_owned());
        }
        self.any_begun(me, act, asked_at, against);
    }

    fn any_begun(&mut self, me: &Me, act: &Act, asked_at: Timestamp, mut against: Vec<String>) {
        self.tell(|| format!("{me}: the act of {} has begun", InWords(&act.run)));
        let run = self.run_of(&act.run);
        against.extend(run.against(act, me.number, asked_at));
        run.begin(me.number, act);
        if run.acts.len() > 1 {
            self.tally.count("acts of runs that were tried again");
        }
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
        let name = ActName::of(act);
        let recorded = self.run_of(&act.run).act(&name);
        let as_recorded = recorded
            .as_ref()
            .is_some_and(|begun| begun.by == me.number && begun.act == *act);
        let first = recorded.is_some_and(|begun| {
            begun.tokens += 1;
            begun.tokens == 1
        });
        self.promise(as_recorded, || {
            format!("{me} asked for a token for an act that it has not on record: {act:?}")
        });
        self.promise(!act.as_app, || {
            format!("{me} asked for a token for an act of the app itself")
        });
        self.promise(first, || {
            format!("{me} asked for a second token for one act")
        });
        self.still_in_time(me, tenant, act, "asked for a token");
    }

    pub(super) fn call_asked(&mut self, me: &Me, tenant: &Tenant, name: &ActName, as_app: bool) {
        self.tell(|| format!("{me}: calls for {}", name.run));
        self.tally.count("calls");
        let recorded = self.act_named(name).filter(|begun| begun.by == me.number);
        let Some(begun) = recorded else {
            self.promise(false, || {
                format!("{me} called without a record of its own of the act")
            });
            return;
        };
        begun.calls += 1;
        let (first, act) = (begun.calls == 1, begun.act.clone());
        self.promise(first, || format!("{me} called a second time for one act"));
        self.promise(act.as_app == as_app, || {
            format!("{me} called as the app: {as_app}, and on record is {act:?}")
        });
        self.still_in_time(me, tenant, &act, "called");
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
    pub(super) fn carried_out(&mut self, me: &Me, name: &ActName) {
        self.tell(|| format!("{me}: {} is carried out", name.run));
        self.tally.count("calls carried out");
        let Some(begun) = self.act_named(name) else {
            return;
        };
        begun.carried_out += 1;
        let (first, act) = (begun.carried_out == 1, begun.act.clone());
        let run = self.run_of(&act.run);
        let newest = run.acts.last().is_some_and(|last| last.act == act);
        let first_of_all = run.carried_out() == 1;
        if first && !first_of_all {
            self.tally.count("calls repeated that may be");
        }
        let repeatable = Work::of(&act.run.schedule).may_be_repeated();
        self.promise(first && (repeatable || first_of_all), || {
            format!("{me} wrote the same twice")
        });
        self.promise(newest, || {
            format!("{me} wrote for an act when a newer one had begun")
        });
    }

    /// The end of an act is on record; if it was there before, nothing has changed.
    pub(super) fn finished(&mut self, me: &Me, act: &Act, finished: &Finished, end: &RunEnd) {
        self.tell(|| {
            let (outcome, result) = (finished.outcome, end.result);
            format!(
                "{me}: the act of {} ends: {outcome:?}, the run: {result:?}",
                InWords(&act.run)
            )
        });
        for wrong in self.run_of(&act.run).finish(act, finished, end) {
            self.promise(false, || format!("{me}: the run {wrong}"));
        }
    }

    /// That a run came to no act is on record, if it was as it had been found.
    pub(super) fn without_act(&mut self, me: &Me, run: &RunId, end: &RunEnd) {
        self.tell(|| format!("{me}: {} comes to no act: {:?}", InWords(run), end.result));
        for wrong in self.run_of(run).without_act(me.number, end) {
            self.promise(false, || format!("{me}: the run {wrong}"));
        }
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

    fn act_named(&mut self, name: &ActName) -> Option<&mut ActTruth> {
        let key = (name.account.clone(), name.run.clone());
        self.runs.get_mut(&key)?.act(name)
    }
}

impl fmt::Display for Me {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({})", self.number, self.errand.name())
    }
}
