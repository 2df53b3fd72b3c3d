//! A process that dies on its way from a message to a finished record, at every point of that way.
//!
//! First on a stage, where a process stops before and after each of its calls and can be killed at each of these points;
//! then over real HTTP, at the two calls that leave for Atlassian.

use confluence_simulator::Fault;
use onbehalf::domain::account::AccountStatus;
use onbehalf::domain::run::RunId;
use onbehalf::use_cases::run_schedule::Ran;
use onbehalf_contract::{Access, Outcome, RunResult};
use onbehalf_tests::World;
use onbehalf_tests::interleaving::{
    Answer, Came, Errand, Ground, Lasting, Process, Release, Stage, Stop, Word, Work,
};

/// How a run goes that nobody kills.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Way {
    /// The page is written.
    Done,
    /// It takes so long to get a token that the tenant must be read anew.
    SlowToken,
    /// The transaction that it begins with meets another.
    Conflict,
    /// The product refuses, for the person may not use it any more; so their consent ends.
    AccessLost,
    /// There is no consent.
    NoConsent,
    /// The account is closed; so the consent ends.
    AccountClosed,
    /// What is already there is written anew: that may be repeated.
    Update,
    /// There is no consent, and the app does it.
    AsApp,
}

const WAYS: [Way; 8] = [
    Way::Done,
    Way::SlowToken,
    Way::Conflict,
    Way::AccessLost,
    Way::NoConsent,
    Way::AccountClosed,
    Way::Update,
    Way::AsApp,
];

/// The calls of a run that goes well, in their order.
const CALLS: [&str; 6] = [
    "run_context",
    "account",
    "commit_begin",
    "user_token",
    "perform",
    "record_finish",
];

/// A message, and what its process will meet.
struct Delivery {
    stage: Stage,
    run: RunId,
    way: Way,
}

impl Delivery {
    async fn prepare(ground: &Ground, name: &str, way: Way) -> Self {
        let stage = Stage::set(ground, name, 1, false).await;
        let person = stage.people[0].clone();
        if !matches!(way, Way::NoConsent | Way::AsApp) {
            let grant = Errand::Grant {
                person: person.clone(),
                access: Access::ReadWrite,
                lasting: Lasting::Days(30),
                renews: None,
            };
            let granted = stage.finish(grant, Release::First).await;
            assert!(matches!(granted, Answer::Granted(_)), "{granted:?}");
        }
        match way {
            Way::AccessLost => stage.site.borrow_mut().set_may_use(&person, false),
            Way::AccountClosed => stage
                .site
                .borrow_mut()
                .set_status(&person, AccountStatus::Closed),
            _ => {}
        }
        let work = match way {
            Way::Update => Work::Update,
            Way::AsApp => Work::PageOrApp,
            _ => Work::Page,
        };
        if work != Work::Page {
            stage.add_schedule(&person, work).await;
        }
        let run = stage.run_of(&person, work, 0);
        Self { stage, run, way }
    }

    /// Delivers it to a process that gets past so many stops, and is then killed. `Ok`: the stop that it was killed at.
    /// `Err`: it came to its end before.
    async fn kill_after(&self, stops: usize) -> Result<Stop, Answer> {
        let mut process = self.process();
        for passed in 0.. {
            match self.go_on(&mut process).await {
                Came::ToItsEnd(answer) => return Err(answer),
                Came::To(stop) if passed == stops => return Ok(stop),
                Came::To(_) => {}
            }
        }
        unreachable!("a run comes to an end");
    }

    /// Delivers it to a process that nobody kills. Answers how the run stands then.
    async fn to_its_end(&self) -> RunResult {
        let mut process = self.process();
        loop {
            match self.go_on(&mut process).await {
                Came::ToItsEnd(Answer::Ran(_)) => break,
                Came::ToItsEnd(other) => panic!("it fails without a reason: {other:?}"),
                Came::To(_) => {}
            }
        }
        let stored = self.stage.stored(&self.run).await.run;
        let now = self.stage.clock.now();
        stored.expect("it is on record").result_at(now)
    }

    fn process(&self) -> Process<Answer> {
        let errand = Errand::Run(self.run.clone());
        self.stage.process(errand, Release::First)
    }

    async fn go_on(&self, process: &mut Process<Answer>) -> Came<Answer> {
        match (self.way, process.stands()) {
            (Way::SlowToken, Some(Stop::After("user_token"))) => self.stage.advance_seconds(2),
            (Way::Conflict, Some(Stop::Before("commit_begin"))) => self.stage.conflict_next(true),
            _ => {}
        }
        process.go_on(Word::Go).await
    }

    /// What must hold once nobody works any more, and time has passed.
    async fn check(&self, what: &str) {
        self.stage.check_run(&self.run).await;
        self.stage.check_person(&self.run.of.account).await;
        let broken = self.stage.broken();
        assert!(broken.is_empty(), "{what}: {broken:?}");
    }
}

/// Whether the act was on record when its process died.
fn had_begun(way: Way, stops: &[Stop]) -> bool {
    let begin = match way {
        Way::AsApp => "commit_begin_as_app",
        _ => "commit_begin",
    };
    stops.contains(&Stop::After(begin))
}

/// Whether its end was.
fn had_ended(stops: &[Stop]) -> bool {
    stops.contains(&Stop::After("record_finish"))
}

/// All stops of a run that goes this way.
async fn stops_of(ground: &Ground, way: Way) -> Vec<Stop> {
    let mut stops = Vec::new();
    loop {
        let delivery = Delivery::prepare(ground, &format!("{way:?}-{}", stops.len()), way).await;
        match delivery.kill_after(stops.len()).await {
            Ok(stop) => stops.push(stop),
            Err(_) => return stops,
        }
    }
}

#[tokio::test]
async fn a_run_stops_before_and_after_each_of_its_calls() {
    let ground = Ground::new(None).await;
    let expected: Vec<_> = CALLS
        .into_iter()
        .flat_map(|call| [Stop::Before(call), Stop::After(call)])
        .collect();
    assert_eq!(stops_of(&ground, Way::Done).await, expected);
}

#[tokio::test]
async fn a_run_whose_process_dies_anywhere_is_done_once_or_said_to_be_unknown() {
    let ground = Ground::new(None).await;
    for way in WAYS {
        let stops = stops_of(&ground, way).await;
        for killed_at in 0..stops.len() {
            for wait in [0, 11] {
                let what = format!("{way:?}, killed at {:?}, {wait} s", stops[killed_at]);
                let name = format!("{way:?}-{killed_at}-{wait}");
                let delivery = Delivery::prepare(&ground, &name, way).await;
                assert_eq!(
                    delivery.kill_after(killed_at).await.unwrap(),
                    stops[killed_at]
                );

                delivery.stage.advance_seconds(wait);
                let passed = &stops[..=killed_at];
                let result = delivery.to_its_end().await;
                let expected = match way {
                    Way::NoConsent | Way::AccountClosed => RunResult::Refused,
                    Way::AccessLost if had_ended(passed) || !had_begun(way, passed) => {
                        RunResult::Failed
                    }
                    _ if had_ended(passed) || !had_begun(way, passed) => RunResult::Done,
                    _ if wait == 0 => RunResult::Started,
                    Way::Update => RunResult::Done,
                    _ => RunResult::Unknown,
                };
                assert_eq!(result, expected, "{what}");

                // And once more, when the time of any act is over.
                delivery.stage.advance_seconds(11);
                let expected = match expected {
                    RunResult::Started if way == Way::Update => RunResult::Done,
                    RunResult::Started => RunResult::Unknown,
                    ended => ended,
                };
                assert_eq!(delivery.to_its_end().await, expected, "{what}");
                delivery.check(&what).await;
            }
        }
    }
}

#[tokio::test]
async fn processes_may_die_one_after_the_other() {
    let ground = Ground::new(None).await;
    let stops = stops_of(&ground, Way::Done).await;
    for (first, stop) in stops.iter().enumerate() {
        for second in 0.. {
            let what = format!("killed at {stop:?}, and after {second} more stops");
            let name = format!("again-{first}-{second}");
            let delivery = Delivery::prepare(&ground, &name, Way::Done).await;
            delivery.kill_after(first).await.unwrap();
            delivery.stage.advance_seconds(11);
            let killed = delivery.kill_after(second).await;
            delivery.stage.advance_seconds(11);
            let result = delivery.to_its_end().await;
            assert!(
                matches!(result, RunResult::Done | RunResult::Unknown),
                "{what}: {result:?}"
            );
            assert_eq!(delivery.to_its_end().await, result, "{what}");
            delivery.check(&what).await;
            if killed.is_err() {
                break;
            }
        }
    }
}

#[tokio::test]
async fn a_record_without_an_end_says_so_before_anybody_looks_into_it() {
    let ground = Ground::new(None).await;
    let stops = stops_of(&ground, Way::Done).await;
    for killed_at in 0..stops.len() {
        let passed = &stops[..=killed_at];
        if !had_begun(Way::Done, passed) || had_ended(passed) {
            continue;
        }
        let name = format!("silent-{killed_at}");
        let delivery = Delivery::prepare(&ground, &name, Way::Done).await;
        delivery.kill_after(killed_at).await.unwrap();
        for (seconds, outcome, result) in [
            (10, Outcome::Started, RunResult::Started),
            (1, Outcome::Unknown, RunResult::Unknown),
        ] {
            delivery.stage.advance_seconds(seconds);
            let now = delivery.stage.clock.now();
            let stored = delivery.stage.stored(&delivery.run).await;
            assert_eq!(stored.act.unwrap().outcome_at(now), outcome);
            assert_eq!(stored.run.unwrap().result_at(now), result);
        }
    }
}

/// Kills a process over HTTP at this call of its own, and delivers its message again, at once and 11 s later.
async fn killed_over_http(fault: Fault, pages: usize, exchanges: usize) {
    let world = World::start().await;
    let alice = world.as_person("alice");
    alice.allow("readWrite", 30).await.expect(201);
    let run = world.run_due_in("alice", 0);
    let held = world.site.faults().add(fault.once().hold());

    let victim = world.instance();
    let process = tokio::spawn({
        let run = run.clone();
        async move { victim.run(&run).await }
    });
    held.arrived().await;
    process.abort();
    let died = process.await.expect_err("it was killed");
    assert!(died.is_cancelled());

    let another = world.instance();
    let deliver = async || another.run(&run).await.expect("it can be decided");
    assert_eq!(deliver().await, Ran::Nothing);
    assert_eq!(alice.activity().await[0]["outcome"], "started");
    world.clock.advance_seconds(11);
    assert_eq!(alice.activity().await[0]["outcome"], "unknown");
    assert_eq!(deliver().await, Ran::Ended(RunResult::Unknown));
    assert_eq!(deliver().await, Ran::Nothing);
    let [act] = &alice.activity().await[..] else {
        panic!("not exactly one act")
    };
    assert_eq!(act["outcome"], "unknown");
    assert_eq!(alice.last_run().await["reason"]["code"], "outcome-unknown");
    assert_eq!(alice.new_pages().len(), pages);
    assert_eq!(world.site.exchanges().all().len(), exchanges);

    // The next run is another.
    assert_eq!(alice.run().await["result"], "done");
    assert_eq!(alice.new_pages().len(), pages + 1);
}

#[tokio::test]
async fn killed_before_its_token_is_given() {
    killed_over_http(Fault::on("POST", "/oauth2/token"), 0, 0).await;
}

#[tokio::test]
async fn killed_when_its_token_was_given() {
    killed_over_http(Fault::on("POST", "/oauth2/token").after(), 0, 1).await;
}

#[tokio::test]
async fn killed_before_its_page_is_written() {
    killed_over_http(Fault::on("POST", "/wiki/api/v2/pages"), 0, 1).await;
}

#[tokio::test]
async fn killed_when_its_page_was_written() {
    killed_over_http(Fault::on("POST", "/wiki/api/v2/pages").after(), 1, 1).await;
}
