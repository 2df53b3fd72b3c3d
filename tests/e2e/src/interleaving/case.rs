//! One random interleaving.

use jiff::{SignedDuration, Timestamp};
use onbehalf::domain::account::AccountStatus;
use onbehalf::domain::consent::Revoker;
use onbehalf::domain::consent_event::Invalid;
use onbehalf::domain::ids::AccountId;
use onbehalf::domain::run::RunId;
use onbehalf::use_cases::run_schedule::Ran;
use onbehalf_contract::{Access, RunResult};

use super::calls::{
    ACCOUNT, COMMIT_BEGIN, COMMIT_BEGIN_AS_APP, NOTE_FAILURES, PERFORM, RECORD_FINISH,
    RECORD_NO_ACT, USER_TOKEN, WRITE_CONSENT,
};
use super::choices::Choices;
use super::errand::{Answer, Errand, Lasting};
use super::gate::{Came, Process, Stop, Word};
use super::stage::{Ground, Release, Stage};
use super::stored::Stored;
use super::words::InWords;
use super::work::Work;

/// So many processes at most work at the same time.
const AT_ONCE: usize = 4;

/// Plays the interleaving of a seed: its stage, as it is at the end. It ends early if a promise is broken.
pub(super) async fn play(ground: &Ground, seed: u64, in_words: bool) -> Stage {
    let mut case = Case::begin(ground, seed, in_words).await;
    while case.one_move().await {
        if !case.stage.broken().is_empty() {
            return case.stage;
        }
    }
    case.settle().await;
    case.stage
}

struct Case {
    stage: Stage,
    choices: Choices,
    trouble: Trouble,
    /// Whether accounts are closed and opened.
    changes: bool,
    /// Whether the app may be removed.
    removes: bool,
    /// Whether a new release of the app is about to take the place of the old one.
    releases: bool,
    /// How many errands are still to come.
    errands: u64,
    working: Vec<Working>,
    /// Those that somebody was sent a message about.
    runs: Vec<RunId>,
    /// What schedule each person has beside their first.
    works: Vec<(AccountId, Option<Work>)>,
}

/// How likely what trouble is: one in so many stops. 0 is never.
struct Trouble {
    kill: u64,
    failure: u64,
    conflict: u64,
    refusal: u64,
}

struct Working {
    process: Process<Answer>,
    /// How much more often than others it goes on.
    speed: u64,
}

enum Move {
    Start,
    GoOn(usize),
    Time,
    Site,
}

impl Case {
    async fn begin(ground: &Ground, seed: u64, in_words: bool) -> Self {
        let mut choices = Choices::of(seed);
        let people = if choices.one_in(4) { 2 } else { 1 };
        let stage = Stage::set(ground, &format!("case-{seed}"), people, in_words).await;
        let trouble = Trouble {
            kill: choices.one_of(&[0, 0, 25, 60]),
            failure: choices.one_of(&[0, 0, 15, 40]),
            conflict: choices.one_of(&[0, 0, 0, 5]),
            refusal: choices.one_of(&[0, 0, 4]),
        };
        let mut case = Self {
            stage,
            trouble,
            changes: choices.one_in(3),
            removes: choices.one_in(3),
            releases: choices.one_in(8),
            errands: 4 + choices.below(6),
            working: Vec::new(),
            runs: Vec::new(),
            works: Vec::new(),
            choices,
        };
        for person in case.stage.people.clone() {
            let more = case.choices.one_of(&[
                None,
                Some(Work::Update),
                Some(Work::Update),
                Some(Work::PageOrApp),
                Some(Work::UpdateOrApp),
            ]);
            if let Some(work) = more {
                case.stage.add_schedule(&person, work).await;
            }
            case.works.push((person.clone(), more));
            if !case.choices.one_in(8) {
                let errand = case.grant(person);
                case.stage.finish(errand, Release::First).await;
            }
        }
        case
    }

    /// Lets one thing happen. `false`: nothing is left to happen.
    async fn one_move(&mut self) -> bool {
        if self.errands == 0 && self.working.is_empty() {
            return false;
        }
        let now = self.stage.clock.now();
        let mut moves = vec![Move::Time];
        let mut weights = vec![1];
        if self.changes && self.errands > 0 {
            moves.push(Move::Site);
            weights.push(1);
        }
        if self.errands > 0 && self.working.len() < AT_ONCE {
            moves.push(Move::Start);
            weights.push(12);
        }
        for (place, working) in self.working.iter().enumerate() {
            if !working.sleeps(now) {
                moves.push(Move::GoOn(place));
                weights.push(working.speed);
            }
        }
        match moves[self.choices.weighted(&weights)] {
            Move::Start => self.start(),
            Move::GoOn(place) => self.go_on(place).await,
            Move::Time => self.let_time_pass(),
            Move::Site => self.change_site(),
        }
        true
    }

    fn start(&mut self) {
        self.errands -= 1;
        let errand = self.errand();
        if let Errand::Run(run) | Errand::RunNow(run) = &errand
            && !self.runs.contains(run)
        {
            self.runs.push(run.clone());
        }
        let release = if self.releases {
            self.choices.one_of(&[Release::First, Release::Second])
        } else {
            Release::First
        };
        self.working.push(Working {
            process: self.stage.process(errand, release),
            speed: self.choices.one_of(&[3, 10, 10, 40]),
        });
    }

    fn errand(&mut self) -> Errand {
        let person = self.person();
        let removals = if self.removes { 5 } else { 0 };
        match self.choices.weighted(&[12, 4, 3, 1, 1, removals]) {
            0 if self.choices.one_in(6) => Errand::RunNow(self.run(&person)),
            0 => Errand::Run(self.run(&person)),
            1 => self.grant(person),
            2 => self.revoke(person),
            3 => Errand::Sweep,
            4 => Errand::Tell {
                person,
                because: self
                    .choices
                    .one_of(&[Invalid::AccountDeactivated, Invalid::AccountClosed]),
            },
            _ if self.choices.one_in(3) => Errand::Install,
            _ => Errand::Remove,
        }
    }

    fn grant(&mut self, person: AccountId) -> Errand {
        let given = self.stage.consent_of(&person);
        Errand::Grant {
            access: match self.choices.below(4) {
                0 if given.is_some() => Access::Read,
                _ => Access::ReadWrite,
            },
            lasting: self.choices.one_of(&[
                Lasting::Days(1),
                Lasting::Days(30),
                Lasting::Hours(1),
                Lasting::Hours(30),
            ]),
            renews: given
                .filter(|_| self.choices.one_in(2))
                .map(|consent| consent.id),
            person,
        }
    }

    fn revoke(&mut self, person: AccountId) -> Errand {
        let by = if self.choices.one_in(4) {
            Revoker::Admin {
                account: AccountId::parse("ada").expect("it is an account id"),
                reason: "They left the team.".into(),
            }
        } else {
            Revoker::Person
        };
        Errand::Revoke { person, by }
    }

    /// A run of this person: mostly one that was asked for before, for that is where the trouble is.
    fn run(&mut self, person: &AccountId) -> RunId {
        let known = self.runs.iter().filter(|run| run.of.account == *person);
        let known: Vec<_> = known.cloned().collect();
        // Where two may try at once, they shall.
        let waiting = known.iter().find(|run| self.stage.again_at(run).is_some());
        if let Some(waiting) = waiting
            && !self.choices.one_in(3)
        {
            return waiting.clone();
        }
        if known.is_empty() || (known.len() < 3 && self.choices.one_in(3)) {
            let minutes = i64::try_from(self.runs.len()).expect("there are few runs");
            let mut works = vec![Work::Page];
            let more = self.works.iter().filter(|(of, _)| of == person);
            works.extend(more.filter_map(|(_, work)| *work));
            let work = works[self.choices.index(works.len())];
            self.stage.run_of(person, work, -minutes)
        } else {
            known[self.choices.index(known.len())].clone()
        }
    }

    fn person(&mut self) -> AccountId {
        self.stage.people[self.choices.index(self.stage.people.len())].clone()
    }

    async fn go_on(&mut self, place: usize) {
        let stands = self.working[place].process.stands();
        if let Some(stop) = stands
            && self.choices.one_in(self.trouble.kill)
        {
            self.working.swap_remove(place);
            self.stage
                .tell(|| format!("a process is killed {}", InWords(&stop)));
            self.stage.count(match stop {
                Stop::Before(_) => "processes killed before a call",
                Stop::After(_) => "processes killed after a call",
                Stop::Resting | Stop::Asleep(_) => "processes killed at rest",
            });
            return;
        }
        let word = self.word(stands);
        let came = self.working[place].process.go_on(word).await;
        self.stage.conflict_next(false);
        if let Came::ToItsEnd(_) = came {
            self.working.swap_remove(place);
        }
    }

    fn word(&mut self, stands: Option<Stop>) -> Word {
        match stands {
            Some(stop @ (Stop::Before(_) | Stop::After(_)))
                if self.choices.one_in(self.trouble.failure) =>
            {
                self.stage
                    .tell(|| format!("a call fails {}", InWords(&stop)));
                self.stage.count(match stop {
                    Stop::After(_) => "answers that were lost",
                    _ => "calls that failed",
                });
                Word::Fail
            }
            Some(stop @ Stop::Before(PERFORM | USER_TOKEN | ACCOUNT))
                if self.choices.one_in(self.trouble.refusal) =>
            {
                self.stage
                    .tell(|| format!("the site says no {}", InWords(&stop)));
                self.choices.one_of(&[Word::Refuse, Word::SlowDown])
            }
            Some(
                Stop::Before(
                    WRITE_CONSENT | COMMIT_BEGIN | COMMIT_BEGIN_AS_APP | RECORD_FINISH
                    | RECORD_NO_ACT | NOTE_FAILURES,
                )
                | Stop::Resting,
            ) if self.choices.one_in(self.trouble.conflict) => {
                self.stage.count("transactions that met another");
                self.stage.conflict_next(true);
                Word::Go
            }
            _ => Word::Go,
        }
    }

    fn let_time_pass(&mut self) {
        let mut waits = self.runs.iter().filter_map(|run| self.stage.again_at(run));
        let now = self.stage.clock.now();
        if let Some(again_at) = waits.find(|again_at| *again_at > now)
            && self.choices.one_in(2)
        {
            self.stage.clock.advance_to(again_at);
            self.stage.tell(|| "time passes".into());
            return;
        }
        let (from, to) = match self.choices.weighted(&[12, 5, 3, 1, 3]) {
            0 => (1, 400),
            1 => (400, 3_000),
            2 => (3_000, 15_000),
            3 => (3_600_000, 48 * 3_600_000),
            _ => {
                // To a time at which something ends, or just beside it.
                let times = self.times();
                let time = times[self.choices.index(times.len())];
                let beside = SignedDuration::from_millis(self.choices.one_of(&[-1, 0, 1]));
                self.stage.clock.advance_to(time + beside);
                self.stage.tell(|| "time passes".into());
                return;
            }
        };
        let milliseconds = i64::try_from(from + self.choices.below(to - from));
        let by = SignedDuration::from_millis(milliseconds.expect("it is not an age"));
        self.stage.clock.advance(by);
        self.stage.tell(|| "time passes".into());
    }

    /// When consents end and sleepers wake.
    fn times(&self) -> Vec<Timestamp> {
        let consents = self
            .stage
            .people
            .iter()
            .filter_map(|it| self.stage.consent_of(it));
        let ends = consents.map(|consent| consent.agreement.expires_at);
        let wakes = self
            .working
            .iter()
            .filter_map(|it| match it.process.stands() {
                Some(Stop::Asleep(until)) => Some(until),
                _ => None,
            });
        let now = self.stage.clock.now();
        let waits = self.runs.iter().filter_map(|run| self.stage.again_at(run));
        ends.chain(wakes).chain(waits).chain([now]).collect()
    }

    fn change_site(&mut self) {
        let person = self.person();
        let choice = self.choices.below(6);
        let mut site = self.stage.site.borrow_mut();
        match choice {
            0 => site.set_status(&person, AccountStatus::Inactive),
            1 => site.set_status(&person, AccountStatus::Closed),
            2 => site.set_may_use(&person, false),
            _ => {
                site.set_status(&person, AccountStatus::Active);
                site.set_may_use(&person, true);
            }
        }
        let told = format!("{site:?}");
        self.stage.tell(|| told);
    }

    /// Nobody works any more. When the time of all acts is over, every message is delivered once more, to a process
    /// without trouble, and again as long as its run waits; then everyone takes their consent back, and one more message
    /// comes.
    async fn settle(&mut self) {
        self.stage.tell(|| "what is left".into());
        self.stage.advance_seconds(11);
        for run in &self.runs {
            self.deliver_again(run).await;
        }
        for person in &self.stage.people {
            self.take_back(person).await;
            self.stage.check_person(person).await;
        }
    }

    async fn deliver_again(&self, run: &RunId) {
        let mut stored = self.stage.stored(run).await;
        if let Some(again_at) = stored.run.as_ref().and_then(|run| run.again_at)
            && again_at > self.stage.clock.now()
            && self.stage.fires(run).await
        {
            let answer = self.delivered(run).await;
            self.stage
                .promise(matches!(answer, Answer::Ran(Ran::Waits(_))), || {
                    format!(
                        "{}: it waits, and ends with {}",
                        InWords(run),
                        InWords(&answer)
                    )
                });
            self.stage.clock.advance_to(again_at);
            stored = self.unchanged(run, stored).await;
        }
        let expected = self.expected(run, &stored).await;
        let answer = self.delivered(run).await;
        let as_expected = matches!(answer, Answer::Ran(ran) if ran == expected);
        self.stage.promise(as_expected, || {
            let (run, answer) = (InWords(run), InWords(&answer));
            format!("{run}: another delivery ends with {answer} instead of {expected:?}")
        });
        let after = match expected {
            Ran::Nothing => self.unchanged(run, stored).await,
            _ => self.stage.stored(run).await,
        };
        self.stage.hold_run(run, &after);
    }

    /// What a delivery of this run must come to, if nothing goes wrong.
    async fn expected(&self, run: &RunId, stored: &Stored) -> Ran {
        if !self.stage.fires(run).await {
            return Ran::Nothing;
        }
        let work = Work::of(&run.schedule);
        let lost = match &stored.run {
            None => false,
            Some(run) => match run.result {
                RunResult::Waiting => false,
                RunResult::Started => true,
                _ => return Ran::Nothing,
            },
        };
        let tries = stored.run.as_ref().map_or(0, |run| run.tries);
        if lost && (!work.may_be_repeated() || tries >= 4) {
            return Ran::Ended(RunResult::Unknown);
        }
        let person = &run.of.account;
        let result = match self.stage.is_installed() {
            false => RunResult::Refused,
            true if self.may_act(run) => match self.stage.site.borrow().may_use(person) {
                true => RunResult::Done,
                false => RunResult::Failed,
            },
            true if work.falls_back() => RunResult::Done,
            true => RunResult::Refused,
        };
        Ran::Ended(match result {
            RunResult::Refused | RunResult::Failed if self.stage.is_unclear(run) => {
                RunResult::Unknown
            }
            result => result,
        })
    }

    async fn delivered(&self, run: &RunId) -> Answer {
        let errand = Errand::Run(run.clone());
        self.stage.finish(errand, Release::First).await
    }

    /// How a run stands, which nothing must have changed.
    async fn unchanged(&self, run: &RunId, before: Stored) -> Stored {
        let after = self.stage.stored(run).await;
        self.stage.promise(before == after, || {
            let run = InWords(run);
            format!("{run}: its record was {before:?}, and is {after:?}")
        });
        after
    }

    async fn take_back(&self, person: &AccountId) {
        let revoke = Errand::Revoke {
            person: person.clone(),
            by: Revoker::Person,
        };
        let revoked = self.stage.finish(revoke, Release::First).await;
        // Of a site that the app was removed from, nobody can ask anything.
        if !matches!(revoked, Answer::Revoked(_)) {
            return;
        }
        let run = self.stage.run_due_in(person, 1);
        let answer = self
            .stage
            .finish(Errand::RunNow(run.clone()), Release::First)
            .await;
        let refused = matches!(answer, Answer::Ran(Ran::Ended(RunResult::Refused)));
        self.stage.promise(refused, || {
            format!(
                "a run after the last revocation ends with {}",
                InWords(&answer)
            )
        });
        let Stored { run: _, act } = self.stage.stored(&run).await;
        self.stage.promise(act.is_none(), || {
            format!("the last revocation was followed by {act:?}")
        });
    }

    /// Whether a process of the first release may act now for this run, if nobody did before.
    fn may_act(&self, run: &RunId) -> bool {
        let person = &run.of.account;
        self.stage.allows(person, Release::First) && self.stage.site.borrow().is_active(person)
    }
}

impl Working {
    fn sleeps(&self, now: Timestamp) -> bool {
        matches!(self.process.stands(), Some(Stop::Asleep(until)) if until > now)
    }
}
