//! Timers in EventBridge Scheduler, against moto's Scheduler over its real wire protocol.
//!
//! moto fires no schedule, its `UpdateSchedule` changes no `ActionAfterCompletion`, and it refuses a start date that is past only
//! for some schedules. So what AWS makes of a timer is for AWS to keep; what it is told is checked here.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod aws;

use std::sync::{Arc, Mutex};
use std::time::Duration;

use aws::moto::Moto;
use aws::wire::{Fault, Request, Wire};
use aws_config::SdkConfig;
use aws_sdk_scheduler::Client;
use aws_sdk_scheduler::error::DisplayErrorContext;
use http::Method;
use jiff::Timestamp;
use onbehalf::adapters::scheduler::{self, EventBridgeTimers, TimerPlace};
use onbehalf::capabilities::world::{BoxFuture, Clock, Timers};
use onbehalf::domain::ids::{AccountId, ScheduleId, Subject, TenantKey};
use onbehalf::domain::timer::{Drift, Timer, TimerId};
use onbehalf_contract::When;

const GROUP: &str = "onbehalf";

/// A clock that stands still until it is moved.
struct Hands(Mutex<Timestamp>);

impl Clock for Hands {
    fn now(&self) -> Timestamp {
        *self.0.lock().unwrap()
    }

    fn sleep(&self, _: Duration) -> BoxFuture<'_, ()> {
        Box::pin(std::future::ready(()))
    }
}

struct Place {
    moto: Moto,
    clock: Arc<Hands>,
}

impl Place {
    async fn start() -> Self {
        let moto = Moto::start();
        let client = Client::new(&moto.aws());
        let made = client.create_schedule_group().name(GROUP).send().await;
        made.unwrap();
        let clock = Arc::new(Hands(Mutex::new(Timestamp::now())));
        Self { moto, clock }
    }

    fn timers(&self, aws: &SdkConfig) -> EventBridgeTimers {
        let place = TimerPlace {
            group: GROUP.into(),
            role: "arn:aws:iam::123456789012:role/timers".into(),
            queue_url: "https://sqs.eu-central-1.amazonaws.com/123456789012/runs".into(),
        };
        EventBridgeTimers::new(Client::new(aws), place, self.clock.clone())
    }

    /// What the AWS console would show.
    fn aws(&self) -> Client {
        Client::new(&self.moto.aws())
    }

    async fn names(&self) -> Vec<String> {
        let listed = self.aws().list_schedules().send().await.unwrap();
        let names = listed.schedules().iter().map(|one| one.name().unwrap());
        names.map(str::to_owned).collect()
    }
}

fn id() -> TimerId {
    TimerId {
        of: Subject {
            tenant: TenantKey::parse("tenant").unwrap(),
            account: AccountId::parse("557058:alice").unwrap(),
        },
        schedule: ScheduleId::of_starter(),
    }
}

fn timer(expression: &str, time_zone: &str, since: Timestamp) -> Timer {
    Timer {
        when: When {
            expression: expression.into(),
            time_zone: time_zone.into(),
        },
        since,
    }
}

fn at_nine() -> Timer {
    timer("cron(0 9 * * ? *)", "Europe/Berlin", Timestamp::UNIX_EPOCH)
}

/// Which of these requests changed something.
fn changes(requests: &[Request]) -> Vec<Method> {
    let methods = requests.iter().map(|request| request.method.clone());
    methods.filter(|method| method != Method::GET).collect()
}

#[tokio::test]
async fn a_timer_is_made_changed_and_removed_and_nothing_is_done_twice() {
    let place = Place::start().await;
    let wire = Wire::to(&place.moto.endpoint).await;
    let timers = place.timers(&wire.aws());
    let id = id();
    let set = async |timer: Option<&Timer>| {
        let drift = timers.set(&id, timer).await.unwrap();
        (drift, changes(&wire.take()))
    };

    assert_eq!(set(None).await, (Drift::None, vec![]));
    assert_eq!(
        set(Some(&at_nine())).await,
        (Drift::Missing, vec![Method::POST])
    );
    assert_eq!(set(Some(&at_nine())).await, (Drift::None, vec![]));
    let there = place
        .aws()
        .get_schedule()
        .group_name(GROUP)
        .name(scheduler::name(&id));
    let there = there.send().await.unwrap();
    assert_eq!(there.schedule_expression(), Some("cron(0 9 * * ? *)"));
    assert_eq!(there.schedule_expression_timezone(), Some("Europe/Berlin"));
    assert_eq!(there.start_date(), None);

    for changed in [
        timer("cron(0 10 * * ? *)", "Europe/Berlin", Timestamp::UNIX_EPOCH),
        timer("cron(0 10 * * ? *)", "Asia/Tokyo", Timestamp::UNIX_EPOCH),
        timer(
            "at(2126-12-24T18:00:00)",
            "Asia/Tokyo",
            Timestamp::UNIX_EPOCH,
        ),
    ] {
        assert_eq!(
            set(Some(&changed)).await,
            (Drift::Different, vec![Method::PUT])
        );
        assert_eq!(set(Some(&changed)).await, (Drift::None, vec![]));
    }

    assert_eq!(set(None).await, (Drift::Extra, vec![Method::DELETE]));
    assert_eq!(set(None).await, (Drift::None, vec![]));
    assert_eq!(place.names().await, Vec::<String>::new());
}

#[tokio::test]
async fn each_schedule_has_a_timer_of_its_own() {
    let place = Place::start().await;
    let timers = place.timers(&place.moto.aws());
    let mut ids = vec![id(), id(), id(), id()];
    ids[1].of.tenant = TenantKey::parse("x".repeat(255)).unwrap();
    ids[2].of.account = AccountId::parse("x".repeat(128)).unwrap();
    ids[3].schedule = ScheduleId::parse("x".repeat(64)).unwrap();
    for id in &ids {
        let name = scheduler::name(id);
        // <https://docs.aws.amazon.com/scheduler/latest/APIReference/API_CreateSchedule.html>
        assert!(
            name.len() <= 64
                && name
                    .bytes()
                    .all(|b| b.is_ascii_alphanumeric() || b"-_.".contains(&b)),
            "{name}"
        );
        assert_eq!(
            timers.set(id, Some(&at_nine())).await.unwrap(),
            Drift::Missing
        );
    }
    timers.set(&ids[0], None).await.unwrap();
    let mut left: Vec<_> = ids[1..].iter().map(scheduler::name).collect();
    let mut there = place.names().await;
    left.sort();
    there.sort();
    assert_eq!(there, left);
}

#[tokio::test]
async fn whatever_is_altered_in_aws_is_put_right() {
    let place = Place::start().await;
    let timers = place.timers(&place.moto.aws());
    let (id, wanted, aws) = (id(), at_nine(), place.aws());
    timers.set(&id, Some(&wanted)).await.unwrap();
    let name = scheduler::name(&id);
    let there = aws
        .get_schedule()
        .group_name(GROUP)
        .name(&name)
        .send()
        .await
        .unwrap();

    // The schedule as it is, but for one thing.
    let again = || {
        aws.update_schedule()
            .group_name(GROUP)
            .name(&name)
            .set_schedule_expression(there.schedule_expression.clone())
            .set_schedule_expression_timezone(there.schedule_expression_timezone.clone())
            .set_flexible_time_window(there.flexible_time_window.clone())
            .set_action_after_completion(there.action_after_completion.clone())
            .set_state(there.state.clone())
            .set_target(there.target.clone())
    };
    let target = there.target.clone().unwrap();
    let to = |change: &dyn Fn(&mut aws_sdk_scheduler::types::Target)| {
        let mut target = target.clone();
        change(&mut target);
        target
    };
    let soon = aws_sdk_scheduler::primitives::DateTime::from_secs(4_102_444_800);
    let window = aws_sdk_scheduler::types::FlexibleTimeWindow::builder()
        .mode("FLEXIBLE".into())
        .maximum_window_in_minutes(15)
        .build()
        .unwrap();
    again().send().await.unwrap();
    assert_eq!(timers.set(&id, Some(&wanted)).await.unwrap(), Drift::None);
    for (what, altered) in [
        ("expression", again().schedule_expression("rate(1 minute)")),
        ("time zone", again().schedule_expression_timezone("UTC")),
        ("start", again().start_date(soon)),
        ("end", again().end_date(soon)),
        ("state", again().state("DISABLED".into())),
        ("window", again().flexible_time_window(window)),
        (
            "operation",
            again().target(to(&|it| it.arn = "arn:aws:lambda:::other".into())),
        ),
        (
            "role",
            again().target(to(&|it| it.role_arn = "arn:aws:iam::1:role/other".into())),
        ),
        (
            "message",
            again().target(to(&|it| it.input = Some("{}".into()))),
        ),
        ("retries", again().target(to(&|it| it.retry_policy = None))),
    ] {
        altered.send().await.unwrap();
        assert_eq!(
            timers.set(&id, Some(&wanted)).await.unwrap(),
            Drift::Different,
            "{what}"
        );
        assert_eq!(
            timers.set(&id, Some(&wanted)).await.unwrap(),
            Drift::None,
            "{what}"
        );
    }
    let gone = async || {
        let request = aws.delete_schedule().group_name(GROUP).name(&name);
        request.send().await.unwrap();
    };
    gone().await;
    assert_eq!(
        timers.set(&id, Some(&wanted)).await.unwrap(),
        Drift::Missing
    );
    // What moto changes only by making it anew.
    gone().await;
    aws.create_schedule()
        .group_name(GROUP)
        .name(&name)
        .set_schedule_expression(there.schedule_expression.clone())
        .set_schedule_expression_timezone(there.schedule_expression_timezone.clone())
        .set_flexible_time_window(there.flexible_time_window.clone())
        .action_after_completion("NONE".into())
        .set_state(there.state.clone())
        .set_target(there.target.clone())
        .send()
        .await
        .unwrap();
    assert_eq!(
        timers.set(&id, Some(&wanted)).await.unwrap(),
        Drift::Different
    );
}

#[tokio::test]
async fn what_is_about_to_run_for_the_last_time_is_left_to_aws() {
    let place = Place::start().await;
    let timers = place.timers(&place.moto.aws());
    let once = timer(
        "at(2026-12-24T18:00:00)",
        "Europe/Berlin",
        Timestamp::UNIX_EPOCH,
    );
    let now = |text: &str| *place.clock.0.lock().unwrap() = text.parse().unwrap();
    now("2026-12-24T16:59:59Z");
    for (time, drift) in [
        // Before its time it can be called off.
        ("2026-12-24T16:59:59Z", Drift::Extra),
        // From then on AWS runs it within the minute, and tries for an hour.
        ("2026-12-24T17:00:00Z", Drift::None),
        ("2026-12-24T17:59:59Z", Drift::None),
        // Then it should be gone.
        ("2026-12-24T18:00:00Z", Drift::Extra),
    ] {
        timers.set(&id(), Some(&once)).await.unwrap();
        now(time);
        assert_eq!(timers.set(&id(), None).await.unwrap(), drift, "{time}");
    }
}

#[tokio::test]
async fn a_rate_starts_on_the_next_of_its_times() {
    let place = Place::start().await;
    let wire = Wire::to(&place.moto.endpoint).await;
    let timers = place.timers(&wire.aws());
    let started = async || {
        let name = scheduler::name(&id());
        let there = place
            .aws()
            .get_schedule()
            .group_name(GROUP)
            .name(name)
            .send();
        let start = there.await.unwrap().start_date().unwrap().secs();
        Timestamp::from_second(start).unwrap()
    };
    let time = |text: &str| text.parse::<Timestamp>().unwrap();
    let now = |text: &str| *place.clock.0.lock().unwrap() = time(text);

    // It was made on a whole minute and some milliseconds, which AWS does not keep.
    let hourly = timer("rate(1 hour)", "UTC", time("2026-11-22T09:30:00.123Z"));
    now("2026-11-22T09:30:00.200Z");
    assert_eq!(
        timers.set(&id(), Some(&hourly)).await.unwrap(),
        Drift::Missing
    );
    assert_eq!(started().await, time("2026-11-22T10:30:00Z"));

    // That it has run since then is no drift: days later this is still the same row of times.
    for later in [
        "2026-11-22T10:29:59Z",
        "2026-11-22T10:30:00Z",
        "2026-11-29T17:00:00Z",
    ] {
        now(later);
        assert_eq!(
            timers.set(&id(), Some(&hourly)).await.unwrap(),
            Drift::None,
            "{later}"
        );
    }

    // Whatever is mended does not run in between, and gives AWS no time that is past.
    place
        .aws()
        .delete_schedule()
        .group_name(GROUP)
        .name(scheduler::name(&id()))
        .send()
        .await
        .unwrap();
    assert_eq!(
        timers.set(&id(), Some(&hourly)).await.unwrap(),
        Drift::Missing
    );
    assert_eq!(started().await, time("2026-11-29T17:30:00Z"));

    // Another row of times is another timer, also if only its start is another.
    let shifted = timer("rate(1 hour)", "UTC", time("2026-11-29T16:45:00Z"));
    assert_eq!(
        timers.set(&id(), Some(&shifted)).await.unwrap(),
        Drift::Different
    );
    assert_eq!(started().await, time("2026-11-29T17:45:00Z"));

    // A start that is yet to come is the first time.
    let tomorrow = timer("rate(1 day)", "UTC", time("2026-11-30T08:00:00Z"));
    assert_eq!(
        timers.set(&id(), Some(&tomorrow)).await.unwrap(),
        Drift::Different
    );
    assert_eq!(started().await, time("2026-11-30T08:00:00Z"));
    assert_eq!(
        timers.set(&id(), Some(&tomorrow)).await.unwrap(),
        Drift::None
    );
    // From here on it would be one that skips times.
    let sooner = timer("rate(1 day)", "UTC", time("2026-11-28T08:00:00Z"));
    now("2026-11-29T07:00:00Z");
    assert_eq!(
        timers.set(&id(), Some(&sooner)).await.unwrap(),
        Drift::Different
    );
    assert_eq!(started().await, time("2026-11-29T08:00:00Z"));
}

#[tokio::test]
async fn what_others_do_in_between_is_looked_at_again() {
    let place = Place::start().await;
    let (id, name) = (id(), scheduler::name(&id()));
    let other = place.timers(&place.moto.aws());
    let (wanted, theirs) = (
        at_nine(),
        timer("cron(0 7 * * ? *)", "UTC", Timestamp::UNIX_EPOCH),
    );

    // Before the first request of this method goes on, somebody else sets the timer.
    let meeting = async |method: Method, meanwhile: Option<Timer>| {
        let (others, of) = (other.clone(), id.clone());
        let once = Arc::new(Mutex::new(Some(meanwhile)));
        let wire = Wire::with(&place.moto.endpoint, move |request| {
            let (others, of) = (others.clone(), of.clone());
            let now = (request.method == method).then(|| once.lock().unwrap().take());
            Box::pin(async move {
                if let Some(meanwhile) = now.flatten() {
                    others.set(&of, meanwhile.as_ref()).await.unwrap();
                }
                None
            })
        });
        let wire = wire.await;
        (place.timers(&wire.aws()), wire)
    };

    // Both make it; ours is the later.
    let (timers, wire) = meeting(Method::POST, Some(theirs.clone())).await;
    assert_eq!(
        timers.set(&id, Some(&wanted)).await.unwrap(),
        Drift::Different
    );
    assert_eq!(changes(&wire.requests()), [Method::POST, Method::PUT]);
    assert_eq!(other.set(&id, Some(&wanted)).await.unwrap(), Drift::None);

    // Both make the same.
    other.set(&id, None).await.unwrap();
    let (timers, wire) = meeting(Method::POST, Some(wanted.clone())).await;
    assert_eq!(timers.set(&id, Some(&wanted)).await.unwrap(), Drift::None);
    assert_eq!(changes(&wire.requests()), [Method::POST]);

    // It is removed while it is changed.
    other.set(&id, Some(&theirs)).await.unwrap();
    let (timers, wire) = meeting(Method::PUT, None).await;
    assert_eq!(
        timers.set(&id, Some(&wanted)).await.unwrap(),
        Drift::Missing
    );
    assert_eq!(changes(&wire.requests()), [Method::PUT, Method::POST]);

    // Both remove it.
    let (timers, wire) = meeting(Method::DELETE, None).await;
    assert_eq!(timers.set(&id, None).await.unwrap(), Drift::None);
    assert_eq!(changes(&wire.requests()), [Method::DELETE]);
    assert_eq!(place.names().await, Vec::<String>::new());

    // Somebody else makes it each time that it is made, and removes it each time that it is looked for.
    let (others, of) = (other.clone(), id.clone());
    let wire = Wire::with(&place.moto.endpoint, move |request| {
        let (others, of, theirs) = (others.clone(), of.clone(), theirs.clone());
        Box::pin(async move {
            let meanwhile = (request.method == Method::POST).then_some(&theirs);
            others.set(&of, meanwhile).await.unwrap();
            None
        })
    })
    .await;
    let error = place
        .timers(&wire.aws())
        .set(&id, Some(&wanted))
        .await
        .unwrap_err();
    assert!(
        DisplayErrorContext(&error).to_string().contains(&name),
        "{error:?}"
    );
    assert_eq!(
        changes(&wire.requests()),
        [Method::POST, Method::POST, Method::POST]
    );
}

#[tokio::test]
async fn without_an_answer_nothing_is_said_about_the_timer() {
    let place = Place::start().await;
    for (status, name) in [
        (429, "ThrottlingException"),
        (500, "InternalServerException"),
        (403, "AccessDeniedException"),
        (402, "ServiceQuotaExceededException"),
    ] {
        for method in [Method::GET, Method::POST, Method::PUT, Method::DELETE] {
            let there = (method == Method::PUT || method == Method::DELETE).then(at_nine);
            place
                .timers(&place.moto.aws())
                .set(&id(), there.as_ref())
                .await
                .unwrap();
            let wanted = timer("cron(0 7 * * ? *)", "UTC", Timestamp::UNIX_EPOCH);
            let wanted = (method != Method::DELETE).then_some(wanted);
            let at = method.clone();
            let wire = Wire::with(&place.moto.endpoint, move |request| {
                let fault = (request.method == at).then_some(Fault { status, name });
                Box::pin(std::future::ready(fault))
            })
            .await;
            let error = place
                .timers(&wire.aws())
                .set(&id(), wanted.as_ref())
                .await
                .unwrap_err();
            assert!(
                DisplayErrorContext(&error).to_string().contains(name),
                "{error:?}"
            );
            // It is not for this to try again: a sweep does.
            assert_eq!(wire.requests().last().unwrap().method, method);
        }
    }

    // A group that is not there is no timer that is not there.
    let timers = place.timers(&place.moto.aws());
    timers.set(&id(), None).await.unwrap();
    let gone = place.aws().delete_schedule_group().name(GROUP).send().await;
    gone.unwrap();
    timers.set(&id(), Some(&at_nine())).await.unwrap_err();

    // What cannot be told AWS is not told.
    timers
        .set(
            &id(),
            Some(&timer("rate(0 hours)", "UTC", Timestamp::UNIX_EPOCH)),
        )
        .await
        .unwrap_err();
}
