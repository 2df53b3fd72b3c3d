//! What the queue delivers: twice, in batches, malformed, or about what is gone.

use confluence_simulator::people::{ADA, ALICE};
use onbehalf_tests::wish::{TEAM_PAGE, comment, wish};
use onbehalf_tests::{World, at_once};
use serde_json::{Value, json};

#[tokio::test]
async fn a_message_that_comes_again_does_nothing() {
    let world = World::with_consents().await;
    let alice = world.as_person("alice");
    let made = alice.make(&wish("Note", comment(TEAM_PAGE))).await;
    let message = world.due(&made);
    let workers = [world.worker(), world.worker(), world.worker()];
    let mut taken = at_once(workers.iter().map(|worker| worker.take(&message))).await;
    taken.sort();
    assert_eq!(taken, ["done", "nothing", "nothing"]);
    let before = world.table().await;
    // Whatever else it says, it is of the same run.
    for again in [
        message.clone(),
        message.clone().asked(),
        message.held_back(None),
    ] {
        world.clock.advance_seconds(3600);
        assert_eq!(workers[0].take(&again).await, "nothing");
    }
    assert!(world.table().await == before);
    assert_eq!(alice.calls_as_them().len(), 1);
    assert_eq!(world.comments_of(ALICE).len(), 1);
}

#[tokio::test]
async fn one_bad_message_of_a_batch_holds_up_no_other() {
    let world = World::with_consents().await;
    let (alice, ada) = (world.as_person("alice"), world.as_person("ada"));
    let hers = world.due(&alice.make(&wish("Note", comment(TEAM_PAGE))).await);
    let adas = world.due(&ada.make(&wish("Note", comment(TEAM_PAGE))).await);
    let text = |message| serde_json::to_string(message).unwrap();
    let mut of_gone_tenant = hers.clone();
    of_gone_tenant.tenant = "no-such-tenant".into();
    let mut of_gone_schedule = hers.clone();
    of_gone_schedule.schedule = "0123456789abcdef0123".into();
    let mut of_nobody = hers.clone();
    of_nobody.account_id = "557058:nobody".into();
    let with = |name: &str, value: Value| {
        let mut message = serde_json::to_value(&hers).unwrap();
        message[name] = value;
        message.to_string()
    };
    let bodies = [
        text(&hers),
        String::new(),
        "{".into(),
        "[]".into(),
        "null".into(),
        with("due", json!("yesterday")),
        with("due", json!(1_795_000_000)),
        with("accountId", json!("a#b")),
        with("accountId", json!("")),
        with("schedule", json!("../x")),
        with("tenant", Value::Null),
        with("as", json!("admin")),
        with("held", json!(-1)),
        with("asked", json!("yes")),
        text(&of_gone_tenant),
        text(&of_gone_schedule),
        text(&of_nobody),
        text(&adas),
        text(&hers),
    ];
    let worker = world.worker();
    // Those that cannot be read are delivered again, and put aside at last. Of the others nothing is left to do.
    let again = worker.take_batch(&bodies).await;
    assert_eq!(again, (1..=13).collect::<Vec<_>>());
    for account in [ALICE, ADA] {
        assert_eq!(world.comments_of(account).len(), 1);
    }
    assert_eq!(worker.sent(), None);
    let table = world.table().await;
    for trace in [
        "no-such-tenant",
        "0123456789abcdef0123",
        "557058:nobody",
        "a#b",
    ] {
        assert!(!table.holds(trace), "{trace}");
    }
}

#[tokio::test]
async fn the_messages_of_a_removed_site_hold_up_nobody() {
    let (world, other) = World::with_another_site().await;
    let alice = world.as_person("alice");
    alice.allow("readWrite", 30).await.expect(201);
    let here = world.due(&alice.make(&wish("Note", comment(TEAM_PAGE))).await);
    let there = world.as_person_of(&other, "alice");
    there.allow("readWrite", 30).await.expect(201);
    let made = there.make(&wish("Note", comment(TEAM_PAGE))).await;
    let tenant = other.installations()[0].client_key.clone();
    let gone = world.due_in(&tenant, &made);
    world.clock.advance_seconds(1);
    other.uninstall("onbehalf").await.unwrap();
    other.calls().clear();

    let bodies = [&gone, &here].map(|message| serde_json::to_string(message).unwrap());
    let worker = world.worker();
    assert!(worker.take_batch(&bodies).await.is_empty());
    assert_eq!(world.comments_of(ALICE).len(), 1);
    assert!(other.calls().all().is_empty());
    assert_eq!(worker.sent(), None);
}
