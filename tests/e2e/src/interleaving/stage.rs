//! One tenant on a database that many share, its people, its clock, and the processes that work for it.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use onbehalf::adapters::dynamodb::Store;
use onbehalf::capabilities::store::{ReadSchedules, WriteSchedules};
use onbehalf::domain::consent::Consent;
use onbehalf::domain::ids::{AccountId, Subject, TenantKey};
use onbehalf::domain::notice::{Notices, Purpose};
use onbehalf::domain::run::RunId;
use onbehalf::domain::tenant::Tenant;
use onbehalf_contract::Access;

use super::calls::Calls;
use super::clock::{GatedClock, ModelClock};
use super::embedded::{Embedded, TABLE};
use super::errand::{Answer, Errand, Hands};
use super::flaw::Flaw;
use super::gate::{Came, Gate, Process, Stop, Word};
use super::run_truth::RunTruth;
use super::site::{GatedSite, Site};
use super::store::GatedStore;
use super::tally::Tally;
use super::truth::{Me, Truth};
use super::words::InWords;
use super::work::Work;

/// A table, and what is deliberately wrong about it and the app.
#[derive(Clone)]
pub struct Ground {
    database: Embedded,
    flaw: Option<Flaw>,
}

impl Ground {
    pub async fn new(flaw: Option<Flaw>) -> Self {
        let database = Embedded::start(flaw).await;
        Self { database, flaw }
    }
}

/// Which release of the app a process runs. The second has a notice that the first does not know, and does not count the
/// consents to the notice of the first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Release {
    First,
    Second,
}

/// Where processes meet.
pub struct Stage {
    pub clock: ModelClock,
    pub people: Vec<AccountId>,
    pub site: Rc<RefCell<Site>>,
    pub(super) truth: Rc<RefCell<Truth>>,
    tenant: TenantKey,
    database: Embedded,
    /// The app's store, without a gate: for a look at what is stored.
    pub(super) store: Store,
    flaw: Option<Flaw>,
    remembered: Rc<RefCell<Option<Tenant>>>,
    processes: Cell<u32>,
}

impl Stage {
    /// A tenant of this name in which the app is installed, and so many people who have a schedule.
    pub async fn set(ground: &Ground, name: &str, people: usize, in_words: bool) -> Self {
        let clock = ModelClock::start();
        let people: Vec<_> = (0..people)
            .map(|number| {
                AccountId::parse(format!("{name}:{number}")).expect("it is an account id")
            })
            .collect();
        let truth = Rc::new(RefCell::new(Truth::start(clock.clone(), &people, in_words)));
        let calls = Calls {
            me: Rc::new(Me {
                number: 0,
                errand: Errand::Sweep,
                counting: Vec::new(),
            }),
            gate: Gate::default(),
            truth: Rc::clone(&truth),
            clock: clock.clone(),
            flaw: None,
            remembered: Rc::default(),
        };
        let store = Store::new(
            ground.database.client.clone(),
            TABLE,
            Arc::new(GatedClock::new(&calls)),
        );
        let stage = Self {
            clock,
            site: Rc::new(RefCell::new(Site::with(&people))),
            people,
            truth,
            tenant: TenantKey::parse(name).expect("it is a tenant's key"),
            database: ground.database.clone(),
            store,
            flaw: ground.flaw,
            remembered: Rc::default(),
            processes: Cell::new(0),
        };
        stage.finish(Errand::Install, Release::First).await;
        for person in &stage.people {
            stage.add_schedule(person, Work::Page).await;
        }
        stage
    }

    /// Gives somebody a schedule that does this.
    pub async fn add_schedule(&self, person: &AccountId, work: Work) {
        let now = self.clock.now();
        let schedule = work.schedule(&self.subject(person), now);
        let added = self.store.add_schedule(&schedule, now).await;
        added.expect("a schedule can be added");
    }

    /// A process on an errand. It has not begun yet.
    pub fn process(&self, errand: Errand, release: Release) -> Process<Answer> {
        let notices = release.notices();
        let number = self.processes.get() + 1;
        self.processes.set(number);
        let gate = Gate::default();
        let calls = Calls {
            me: Rc::new(Me {
                number,
                errand: errand.clone(),
                counting: notices.counting().map(str::to_owned).collect(),
            }),
            gate: gate.clone(),
            truth: Rc::clone(&self.truth),
            clock: self.clock.clone(),
            flaw: self.flaw,
            remembered: Rc::clone(&self.remembered),
        };
        let store = Store::new(
            self.database.client.clone(),
            TABLE,
            Arc::new(GatedClock::new(&calls)),
        );
        let hands = Hands {
            tenant: self.tenant.clone(),
            store: GatedStore::new(calls.clone(), store, self.tenant.clone()),
            site: GatedSite::new(calls.clone(), Rc::clone(&self.site)),
            clock: GatedClock::new(&calls),
            notices,
            number,
        };
        self.tell(|| format!("{number}: {}", InWords(&errand)));
        Process::new(gate, async move {
            let answer = hands.run(errand).await;
            calls.truth.borrow_mut().answered(&calls.me, &answer);
            answer
        })
    }

    /// Has an errand done, without any trouble.
    pub async fn finish(&self, errand: Errand, release: Release) -> Answer {
        let process = self.process(errand, release);
        self.to_its_end(process).await
    }

    /// Lets a process do the rest of its work. What it sleeps passes.
    pub async fn to_its_end(&self, mut process: Process<Answer>) -> Answer {
        loop {
            match process.go_on(Word::Go).await {
                Came::ToItsEnd(answer) => return answer,
                Came::To(Stop::Asleep(until)) => self.clock.advance_to(until),
                Came::To(_) => {}
            }
        }
    }

    /// Cancels the next transaction because it meets another.
    pub fn conflict_next(&self, conflict: bool) {
        self.database.conflict_next(conflict);
    }

    pub fn subject(&self, person: &AccountId) -> Subject {
        Subject {
            tenant: self.tenant.clone(),
            account: person.clone(),
        }
    }

    /// The run of a person's first schedule that is due so many minutes from now.
    pub fn run_due_in(&self, person: &AccountId, minutes: i64) -> RunId {
        self.run_of(person, Work::Page, minutes)
    }

    /// The run of their schedule that does this.
    pub fn run_of(&self, person: &AccountId, work: Work, minutes: i64) -> RunId {
        let due = self.clock.now() + SignedDuration::from_mins(minutes);
        RunId::new(self.subject(person), work.id(), due)
    }

    /// Whether the schedule of this run fires by itself.
    pub(super) async fn fires(&self, run: &RunId) -> bool {
        let schedule = self.store.schedule(&run.of, &run.schedule).await;
        let schedule = schedule.expect("a schedule can be read");
        schedule.is_some_and(|schedule| schedule.is_active())
    }

    /// Whether an act of this run may have been carried out, or not: nobody will know.
    pub(super) fn is_unclear(&self, run: &RunId) -> bool {
        let truth = self.truth.borrow();
        let key = (run.of.account.clone(), run.text());
        truth
            .runs
            .get(&key)
            .is_some_and(|run| run.unclear().is_some())
    }

    /// When this run is tried again, if it waits.
    pub(super) fn again_at(&self, run: &RunId) -> Option<Timestamp> {
        let truth = self.truth.borrow();
        let key = (run.of.account.clone(), run.text());
        truth.runs.get(&key).and_then(RunTruth::again_at)
    }

    pub fn advance_seconds(&self, seconds: i64) {
        self.clock.advance(SignedDuration::from_secs(seconds));
    }

    /// The consent that was last written.
    pub fn consent_of(&self, person: &AccountId) -> Option<Consent> {
        let truth = self.truth.borrow();
        truth.people.get(person).and_then(|it| it.consent.clone())
    }

    /// What is not as it was promised; empty if all is.
    pub fn broken(&self) -> Vec<String> {
        self.truth.borrow().broken.clone()
    }

    pub fn story(&self) -> String {
        self.truth.borrow().story()
    }

    pub fn tally(&self) -> Tally {
        self.truth.borrow().tally.clone()
    }

    pub(super) fn count(&self, what: &'static str) {
        self.truth.borrow_mut().tally.count(what);
    }

    pub(super) fn tell(&self, what: impl FnOnce() -> String) {
        self.truth.borrow_mut().tell(what);
    }

    /// Notes that a promise was broken, unless it was kept.
    pub(super) fn promise(&self, kept: bool, otherwise: impl FnOnce() -> String) {
        self.truth.borrow_mut().promise(kept, otherwise);
    }

    /// Whether the app is installed.
    pub(super) fn is_installed(&self) -> bool {
        self.truth.borrow().tenant.installed
    }

    /// Whether the tenant and the consent that were last written allow writing as this person now.
    pub(super) fn allows(&self, person: &AccountId, release: Release) -> bool {
        let truth = self.truth.borrow();
        let consent = truth.people.get(person).and_then(|it| it.consent.as_ref());
        truth.tenant.installed
            && consent.is_some_and(|consent| {
                let agreement = &consent.agreement;
                consent.ended.is_none()
                    && agreement.access == Access::ReadWrite
                    && agreement.expires_at > self.clock.now()
                    && agreement.installation == truth.tenant.installation
                    && release.notices().counts(&agreement.notice)
            })
    }
}

impl Release {
    fn notices(self) -> Notices {
        match self {
            Self::First => Notices::default(),
            Self::Second => {
                let purpose = Purpose::parse("It writes your report.");
                Notices::new(Some(purpose.expect("it is a purpose")), [])
            }
        }
    }
}
