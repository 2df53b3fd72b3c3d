//! What a newer version wrote, and this one cannot read, holds up the sweep for nobody else.

use std::sync::{Arc, Mutex};

use aws_sdk_dynamodb::types::AttributeValue;
use confluence_simulator::people::{ADA, ALICE};
use onbehalf::capabilities::store::{Plan, PlanReports};
use onbehalf::capabilities::world::{BoxFuture, Clock, TimerError, Timers};
use onbehalf::domain::timer::{Drift, Timer, TimerId};
use onbehalf_tests::{TABLE, World};

/// Who has what cannot be read, and who must not be held up. Both ways round, since who comes first hangs on their ids.
const BOTH_WAYS: [(&str, &str); 2] = [(ALICE, ADA), (ADA, ALICE)];

/// Gives an item of a person a state that no version before had.
async fn make_unreadable(world: &World, account: &str, sk: &str) {
    let pk = format!("person#{}#{account}", world.installation().client_key);
    let update = world.database().update_item().table_name(TABLE);
    update
        .key("pk", AttributeValue::S(pk))
        .key("sk", AttributeValue::S(sk.into()))
        .condition_expression("attribute_exists(pk)")
        .update_expression("SET #state = :state")
        .expression_attribute_names("#state", "state")
        .expression_attribute_values(":state", AttributeValue::S("dreaming".into()))
        .send()
        .await
        .expect("it is there");
}

/// Timers that are all as they should be, and note whose were looked at.
#[derive(Default)]
struct LookedAt(Mutex<Vec<String>>);

impl Timers for LookedAt {
    fn set(&self, id: &TimerId, _: Option<&Timer>) -> BoxFuture<'_, Result<Drift, TimerError>> {
        let mut looked_at = self.0.lock().expect("nobody panicked");
        looked_at.push(id.of.account.to_string());
        Box::pin(async { Ok(Drift::None) })
    }
}

#[tokio::test]
async fn a_consent_that_cannot_be_read_keeps_no_other_from_ending() {
    for (unreadable, other) in BOTH_WAYS {
        let world = World::with_consents().await;
        make_unreadable(&world, unreadable, "consent").await;
        world.clock.advance_days(91);
        world.instance().sweep().await.expect("the sweep goes on");
        let table = world.table().await;
        let state = |account| table.row(account, "consent")["state"].as_s().cloned();
        assert_eq!(state(other), Ok("expired".to_owned()), "{other}");
        assert_eq!(state(unreadable), Ok("dreaming".to_owned()));
    }
}

#[tokio::test]
async fn a_schedule_that_cannot_be_read_keeps_no_other_timer_from_being_looked_at() {
    for (unreadable, other) in BOTH_WAYS {
        let world = World::with_consents().await;
        make_unreadable(&world, unreadable, "schedule#daily-note").await;
        world.clock.advance_days(2);
        let timers = Arc::new(LookedAt::default());
        let instance = world.instance().with_timers(timers.clone());
        instance.sweep().await.expect("the sweep goes on");
        assert_eq!(*timers.0.lock().expect("nobody panicked"), [other]);
    }
}

#[tokio::test]
async fn a_person_who_cannot_be_read_keeps_nobody_from_being_erased() {
    for (unreadable, other) in BOTH_WAYS {
        let world = World::with_consents().await;
        make_unreadable(&world, unreadable, "schedule#daily-note").await;
        let (store, now) = (world.app.store(), world.clock.now());
        let both = [unreadable, other].map(|account| world.subject(account));
        let plans = both
            .each_ref()
            .map(|of| (of.account.clone(), Plan::Erase { now }));
        let planned = store.plan(&both[0].tenant, &plans).await;
        planned.expect("both are to be erased");
        let before = world.table().await;
        world.instance().sweep().await.expect("the sweep goes on");
        let table = world.table().await;
        assert!(!table.holds(other), "{table:?}");
        // Nothing of them is half gone.
        assert!(table.of(unreadable).eq(before.of(unreadable)), "{table:?}");
    }
}
