//! Whatever happens to a consent in whatever order, with whatever is killed, lost or delivered twice: no act begins
//! without it, none goes unrecorded, and nothing is done twice.
//!
//! `cargo test --test revocation` plays the same 2,000 interleavings each time. `ONBEHALF_INTERLEAVINGS=100000` plays more
//! of them; `ONBEHALF_INTERLEAVING=1729 … -- --nocapture no_interleaving` plays that one alone, and tells it in words.

use std::env;
use std::time::Instant;

use jiff::Timestamp;
use onbehalf::domain::consent::{Revoker, Why};
use onbehalf::domain::run::RunId;
use onbehalf::use_cases::run_schedule::Ran;
use onbehalf_contract::{Access, RunResult};
use onbehalf_tests::interleaving::{
    Answer, Came, Errand, Flaw, Ground, Lasting, Process, Release, Stage, Stop, Word, Work,
    explore, first_found, story_of,
};

const INTERLEAVINGS: u64 = 2_000;

/// Every flaw is found in so many interleavings.
const ENOUGH: u64 = 400;

#[test]
fn no_interleaving_breaks_a_promise() {
    if let Some(seed) = number("ONBEHALF_INTERLEAVING") {
        println!("{}", story_of(seed, None));
        explore(seed..seed + 1).unwrap_or_else(|broken| panic!("{broken}"));
        return;
    }
    let count = number("ONBEHALF_INTERLEAVINGS").unwrap_or(INTERLEAVINGS);
    let began = Instant::now();
    let tally = explore(0..count).unwrap_or_else(|broken| {
        let seed = broken.seed;
        panic!("{broken}\n\nONBEHALF_INTERLEAVING={seed} plays it again.")
    });
    let seconds = began.elapsed().as_secs_f64();
    #[expect(clippy::cast_precision_loss, reason = "it is for people to read")]
    let rate = count as f64 / seconds;
    println!("the seeds from 0 to {count}: {seconds:.0} s, {rate:.0} a second\n{tally}");
    // What never happens proves nothing.
    for (what, times) in [
        ("acts that began", count / 2),
        ("calls carried out", count / 3),
        ("acts of runs that were tried again", count / 20),
        ("calls repeated that may be", count / 400),
        ("acts of the app itself that began", count / 20),
        ("revocations and invalidations answered", count),
        ("consents given", count),
        ("removals answered", count / 20),
        ("processes killed before a call", count / 10),
        ("processes killed after a call", count / 10),
        ("calls that failed", count / 10),
        ("answers that were lost", count / 10),
        ("transactions that met another", count / 10),
        ("errands that were refused or failed", count / 2),
    ] {
        assert!(tally.of(what) >= times, "too few {what}:\n{tally}");
    }
}

/// The checks can fail: what is deliberately wrong is found, and for what it is.
#[test]
fn every_flaw_is_found() {
    for flaw in Flaw::ALL {
        let words = match flaw {
            Flaw::ConsentUnchecked | Flaw::RevocationLost => {
                "began an act, and the consent has ended"
            }
            Flaw::ReadCoversWriting => "began an act, and the consent is to read",
            Flaw::ClaimedAgain => "the same run began before",
            Flaw::RunIgnored => unreachable!("it has a test of its own"),
            Flaw::ActLost => "on record is None, and what has begun is Some",
            Flaw::EndLost => "result: Started, reason: None, again_at: None }), and Some(AfterAct",
            Flaw::EventLost => "the log says Ok([])",
            Flaw::VersionIgnored => "two have won",
            Flaw::CallRepeated | Flaw::UnclearTakenForUnsent => "wrote the same twice",
            Flaw::WaitsIgnored => "it was to wait until",
            Flaw::AppTakesToken => "asked for a token for an act of the app itself",
            Flaw::UnclearTakenForFailed => {
                "carried out 1 times in 1 calls, the act's outcome is Some(Failed)"
            }
            Flaw::TenantRemembered | Flaw::RemovalAnsweredAtOnce => {
                "and the removal of generation 2 had been answered"
            }
            Flaw::ClockStopped => "the time of the consent is over",
        };
        let found = first_found(flaw, words, 0..ENOUGH);
        let broken = found.unwrap_or_else(|| panic!("{flaw:?} is not found"));
        println!("{flaw:?}, seed {}: {}", broken.seed, broken.promises[0]);
    }
}

#[test]
fn a_seed_decides_everything() {
    for seed in 0..20 {
        let story = story_of(seed, None);
        assert_eq!(story_of(seed, None), story);
        assert!(story.lines().count() > 10, "{story}");
    }
}

fn number(variable: &str) -> Option<u64> {
    let text = env::var(variable).ok()?;
    let number = text.replace('_', "").parse();
    Some(number.unwrap_or_else(|_| panic!("{variable} must be a number, not {text}")))
}

/// A stage with one person, who allowed everything for so long.
async fn stage_with_consent(ground: &Ground, name: &str, lasting: Lasting) -> Stage {
    let stage = Stage::set(ground, name, 1, false).await;
    let granted = stage.finish(grant(&stage, lasting), Release::First).await;
    assert!(matches!(granted, Answer::Granted(_)), "{granted:?}");
    stage
}

fn grant(stage: &Stage, lasting: Lasting) -> Errand {
    Errand::Grant {
        person: stage.people[0].clone(),
        access: Access::ReadWrite,
        lasting,
        renews: None,
    }
}

fn revoke(stage: &Stage) -> Errand {
    Errand::Revoke {
        person: stage.people[0].clone(),
        by: Revoker::Person,
    }
}

/// Lets a process go on until it stands there.
async fn up_to(process: &mut Process<Answer>, there: Stop) {
    while process.stands() != Some(there) {
        let came = process.go_on(Word::Go).await;
        assert!(matches!(came, Came::To(_)), "{came:?} before {there:?}");
    }
}

#[track_caller]
fn assert_kept(stage: &Stage) {
    let broken = stage.broken();
    assert!(broken.is_empty(), "{broken:?}");
}

/// While a release takes the place of another, processes of both are there. The new one may see an end where the old one
/// sees none: it has a notice that people were not asked about.
#[tokio::test]
async fn what_one_release_answers_as_ended_no_other_release_acts_on() {
    let ground = Ground::new(None).await;
    let stage = stage_with_consent(&ground, "releases", Lasting::Days(30)).await;
    let revoked = stage.finish(revoke(&stage), Release::Second).await;
    assert!(matches!(revoked, Answer::Revoked(Some(_))), "{revoked:?}");
    let run = stage.run_due_in(&stage.people[0], 0);
    let ran = stage.finish(Errand::Run(run), Release::First).await;
    assert!(
        matches!(ran, Answer::Ran(Ran::Ended(RunResult::Refused))),
        "{ran:?}"
    );
    assert_kept(&stage);
}

/// A transaction that took too long may have put the act on record. Its consent, and its tenant, may be gone by now.
#[tokio::test]
async fn no_token_is_asked_for_once_the_time_of_an_act_is_over() {
    let ground = Ground::new(None).await;
    let stage = stage_with_consent(&ground, "late", Lasting::Hours(1)).await;
    let run = stage.run_due_in(&stage.people[0], 0);
    let mut process = stage.process(Errand::Run(run.clone()), Release::First);
    up_to(&mut process, Stop::Before("commit_begin")).await;
    stage.advance_seconds(3_600);
    let ran = stage.to_its_end(process).await;
    assert!(matches!(ran, Answer::Ran(Ran::Waits(_))), "{ran:?}");
    let reason = stage.stored(&run).await.run.and_then(|run| run.reason);
    assert_eq!(reason.unwrap().code, "too-slow");
    assert_kept(&stage);
}

/// Whoever removes the app is answered after a second. What took longer to read than that is not what is.
#[tokio::test]
async fn nothing_is_asked_for_with_what_was_known_before_a_removal_was_answered() {
    let ground = Ground::new(None).await;
    for (name, call, result) in [
        ("before-begin", "account", RunResult::Refused),
        ("before-token", "commit_begin", RunResult::Failed),
        ("before-call", "user_token", RunResult::Failed),
    ] {
        for rereads in [false, true] {
            let name = format!("{name}-{rereads}");
            let stage = stage_with_consent(&ground, &name, Lasting::Days(30)).await;
            let run = stage.run_due_in(&stage.people[0], 0);
            let mut process = stage.process(Errand::Run(run.clone()), Release::First);
            up_to(&mut process, Stop::After(call)).await;
            if rereads {
                stage.advance_seconds(1);
                up_to(&mut process, Stop::After("tenant")).await;
            }
            let removed = stage.finish(Errand::Remove, Release::First).await;
            assert!(matches!(removed, Answer::Removed), "{removed:?}");
            let ran = stage.to_its_end(process).await;
            assert!(
                matches!(ran, Answer::Ran(it) if it == Ran::Ended(result)),
                "{ran:?}"
            );
            let reason = stage.stored(&run).await.run.and_then(|run| run.reason);
            assert_eq!(reason.unwrap().code, "app-not-installed");
            assert_kept(&stage);
        }
    }
}

/// Somebody allows, which takes a while, and meanwhile somebody takes back. Whoever reads the log by its times must not find
/// a consent there that ended before it began.
#[tokio::test]
async fn a_log_does_not_run_backwards() {
    let ground = Ground::new(None).await;
    let stage = stage_with_consent(&ground, "backwards", Lasting::Days(30)).await;
    let mut renewal = stage.process(grant(&stage, Lasting::Days(1)), Release::First);
    up_to(&mut renewal, Stop::Before("account")).await;
    stage.advance_seconds(5);
    stage.finish(revoke(&stage), Release::First).await;
    let granted = stage.to_its_end(renewal).await;
    assert!(matches!(granted, Answer::Granted(_)), "{granted:?}");
    assert_kept(&stage);
}

/// A sweep that takes a while finds people whose consent's time was over when it looked. What they agreed to since then
/// is none of its business, and least of all that of a release which does not know the notice.
#[tokio::test]
async fn a_sweep_leaves_alone_what_was_renewed_since_it_looked() {
    let ground = Ground::new(None).await;
    for release in [Release::First, Release::Second] {
        let name = format!("swept-{release:?}");
        let stage = stage_with_consent(&ground, &name, Lasting::Hours(1)).await;
        stage.advance_seconds(3_600);
        let mut sweep = stage.process(Errand::Sweep, Release::First);
        up_to(&mut sweep, Stop::After("ended_by")).await;
        stage.advance_seconds(1);
        stage
            .finish(grant(&stage, Lasting::Days(30)), release)
            .await;
        let swept = stage.to_its_end(sweep).await;
        assert!(matches!(swept, Answer::Swept), "{swept:?}");
        let consent = stage.consent_of(&stage.people[0]).unwrap();
        assert_eq!(consent.ended, None);
        assert_kept(&stage);
    }
}

/// Somebody asks, and while that takes its time the app is removed, installed again, and allowed again.
#[tokio::test]
async fn what_was_known_before_a_new_installation_ends_nothing_in_it_but_on_request() {
    let ground = Ground::new(None).await;
    for revokes in [false, true] {
        let name = format!("installed-again-{revokes}");
        let stage = stage_with_consent(&ground, &name, Lasting::Days(30)).await;
        let errand = match revokes {
            true => revoke(&stage),
            false => grant(&stage, Lasting::Days(1)),
        };
        let mut process = stage.process(errand, Release::First);
        up_to(&mut process, Stop::After("tenant")).await;
        for errand in [
            Errand::Remove,
            Errand::Install,
            grant(&stage, Lasting::Days(7)),
        ] {
            stage.finish(errand, Release::First).await;
        }
        let given = stage.consent_of(&stage.people[0]);
        match (revokes, stage.to_its_end(process).await) {
            (true, Answer::Revoked(Some(consent))) => {
                let by = Revoker::Person;
                assert_eq!(consent.ended.unwrap().why, Why::Revoked { by });
            }
            (false, Answer::Not(_)) => assert_eq!(stage.consent_of(&stage.people[0]), given),
            (_, answer) => panic!("{answer:?}"),
        }
        assert_kept(&stage);
    }
}

/// A run of this work whose first try came to nothing, or to nobody knows what, and that waits until then.
async fn waiting(stage: &Stage, work: Work, at: Stop, word: Word) -> (RunId, Timestamp) {
    let person = &stage.people[0];
    if work != Work::Page {
        stage.add_schedule(person, work).await;
    }
    let run = stage.run_of(person, work, 0);
    let mut process = stage.process(Errand::Run(run.clone()), Release::First);
    up_to(&mut process, at).await;
    process.go_on(word).await;
    match stage.to_its_end(process).await {
        Answer::Ran(Ran::Waits(again_at)) => (run, again_at),
        other => panic!("it does not wait: {other:?}"),
    }
}

/// Has the message of a run that waits delivered to two processes, which both find that it is free, and answers what came
/// of the second.
async fn second_delivery(stage: &Stage, work: Work) -> (RunId, Answer) {
    let (run, again_at) = waiting(stage, work, Stop::Before("perform"), Word::SlowDown).await;
    let early = stage.finish(Errand::Run(run.clone()), Release::First).await;
    assert!(matches!(early, Answer::Ran(Ran::Waits(at)) if at == again_at));
    stage.clock.advance_to(again_at);
    let mut one = stage.process(Errand::Run(run.clone()), Release::First);
    let mut other = stage.process(Errand::Run(run.clone()), Release::First);
    up_to(&mut one, Stop::Before("commit_begin")).await;
    stage.advance_seconds(1);
    up_to(&mut other, Stop::Before("commit_begin")).await;
    let first = stage.to_its_end(one).await;
    assert!(
        matches!(first, Answer::Ran(Ran::Ended(RunResult::Done))),
        "{first:?}"
    );
    (run, stage.to_its_end(other).await)
}

#[tokio::test]
async fn two_deliveries_of_a_waiting_run_begin_one_act() {
    let ground = Ground::new(None).await;
    for work in [Work::Page, Work::Update] {
        let stage = stage_with_consent(&ground, &format!("{work:?}"), Lasting::Days(30)).await;
        let (run, second) = second_delivery(&stage, work).await;
        assert!(matches!(second, Answer::Ran(Ran::Nothing)), "{second:?}");
        stage.check_run(&run).await;
        stage.check_person(&stage.people[0]).await;
        assert_kept(&stage);
    }
}

/// That check can fail, too.
#[tokio::test]
async fn a_retry_that_ignores_how_its_run_was_found_is_found() {
    let ground = Ground::new(Some(Flaw::RunIgnored)).await;
    let stage = stage_with_consent(&ground, "ignored", Lasting::Days(30)).await;
    second_delivery(&stage, Work::Page).await;
    let broken = stage.broken().join("; ");
    for promise in [
        "the run was not any more as it was found",
        "wrote the same twice",
    ] {
        assert!(broken.contains(promise), "{broken}");
    }
}

#[tokio::test]
async fn nobody_acts_after_a_revoke_when_a_run_is_tried_again() {
    let ground = Ground::new(None).await;
    let stage = stage_with_consent(&ground, "again", Lasting::Days(30)).await;
    let at = Stop::Before("user_token");
    let (run, again_at) = waiting(&stage, Work::Page, at, Word::Fail).await;
    stage.finish(revoke(&stage), Release::First).await;
    stage.clock.advance_to(again_at);
    let ran = stage.finish(Errand::Run(run.clone()), Release::First).await;
    assert!(
        matches!(ran, Answer::Ran(Ran::Ended(RunResult::Refused))),
        "{ran:?}"
    );
    stage.check_run(&run).await;
    assert_kept(&stage);
}

/// It was sent, its answer was lost, and before it could be repeated the consent was taken back: that it was refused would
/// be half the truth.
#[tokio::test]
async fn what_may_have_been_done_by_an_earlier_try_stays_unknown() {
    let ground = Ground::new(None).await;
    for work in [Work::Update, Work::UpdateOrApp] {
        let stage = stage_with_consent(&ground, &format!("lost-{work:?}"), Lasting::Days(30)).await;
        let (run, again_at) = waiting(&stage, work, Stop::After("perform"), Word::Fail).await;
        let first = stage.stored(&run).await.act;
        stage.finish(revoke(&stage), Release::First).await;
        stage.clock.advance_to(again_at);
        let ran = stage.finish(Errand::Run(run.clone()), Release::First).await;
        let stored = stage.stored(&run).await;
        let result = stored.run.unwrap().result;
        match work {
            // The app has written it anew.
            Work::UpdateOrApp => assert_eq!(result, RunResult::Done, "{ran:?}"),
            _ => {
                assert_eq!(result, RunResult::Unknown, "{ran:?}");
                assert_eq!(stored.act, first);
            }
        }
        stage.check_run(&run).await;
        stage.check_person(&stage.people[0]).await;
        assert_kept(&stage);
    }
}

#[tokio::test]
async fn a_fallback_to_the_app_makes_no_user_token() {
    let ground = Ground::new(None).await;
    let stage = stage_with_consent(&ground, "as-the-app", Lasting::Days(30)).await;
    let person = &stage.people[0];
    stage.add_schedule(person, Work::PageOrApp).await;
    let runs = [0, 1].map(|minutes| stage.run_of(person, Work::PageOrApp, minutes));
    for (run, as_app) in runs.iter().zip([false, true]) {
        let ran = stage.finish(Errand::Run(run.clone()), Release::First).await;
        assert!(
            matches!(ran, Answer::Ran(Ran::Ended(RunResult::Done))),
            "{ran:?}"
        );
        assert_eq!(stage.stored(run).await.act.unwrap().as_app, as_app);
        stage.check_run(run).await;
        stage.finish(revoke(&stage), Release::First).await;
    }
    assert_eq!(stage.tally().of("tokens asked for"), 1);
    assert_eq!(stage.tally().of("calls"), 2);
    assert_kept(&stage);
}
