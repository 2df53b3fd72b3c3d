//! An operator's check of all logs: whatever is altered in the table by hand, it is found and named.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use aws_sdk_dynamodb::types::AttributeValue;
use confluence_simulator::people::{ADA, ALICE};
use onbehalf::capabilities::store::LogOwner;
use onbehalf::domain::fingerprint::sha256;
use onbehalf::use_cases::verify_log::verify_log;
use onbehalf_tests::{Row, Table, World};

const TABLE: &str = "onbehalf";

/// A table whose rows are altered by hand, and set right again.
struct Tampering {
    world: World,
    database: aws_sdk_dynamodb::Client,
    whole: Table,
}

impl Tampering {
    /// Alice has consented, renewed, taken it back and consented again; Ada has consented and taken it back.
    async fn start() -> Self {
        let world = World::start().await;
        let (alice, ada) = (world.as_person("alice"), world.as_person("ada"));
        for (person, days, status) in [(&alice, 30, 201), (&alice, 7, 200), (&ada, 30, 201)] {
            person.allow("readWrite", days).await.expect(status);
            world.clock.advance_seconds(1);
        }
        for person in [&alice, &ada] {
            person.revoke().await.expect(200);
        }
        alice.allow("read", 30).await.expect(201);
        let whole = world.table().await;
        let database = world.database();
        Self {
            world,
            database,
            whole,
        }
    }

    fn row(&self, account: &str, sk: &str) -> Row {
        self.whole.row(account, sk).clone()
    }

    fn event(&self, number: u32) -> Row {
        self.row(ALICE, &format!("event#{number:010}"))
    }

    async fn put(&self, row: Row) {
        let item = row.into_iter().collect();
        let put = self.database.put_item().table_name(TABLE);
        put.set_item(Some(item)).send().await.unwrap();
    }

    async fn delete(&self, row: &Row) {
        let delete = self.database.delete_item().table_name(TABLE);
        let delete = delete.key("pk", row["pk"].clone());
        delete.key("sk", row["sk"].clone()).send().await.unwrap();
    }

    /// What is found now, with whose log it is. Then all is set right again.
    async fn found(&self) -> Vec<String> {
        let check = verify_log(self.world.app.store()).await.unwrap();
        let found = check.findings.iter().map(|finding| {
            let owner = match &finding.owner {
                LogOwner::Person(of) if of.account.as_str() == ALICE => "Alice",
                LogOwner::Person(of) if of.account.as_str() == ADA => "Ada",
                LogOwner::Person(_) => "somebody",
                LogOwner::Nobody { key } => key,
            };
            format!("{owner}: {}", finding.what)
        });
        let found = found.collect();
        let altered = self.world.table().await;
        for row in altered.rows() {
            if !self.whole.rows().contains(row) {
                self.delete(row).await;
            }
        }
        for row in self.whole.rows() {
            if !altered.rows().contains(row) {
                self.put(row.clone()).await;
            }
        }
        assert!(self.world.table().await == self.whole);
        found
    }
}

fn text(row: &Row, name: &str) -> String {
    row[name].as_s().unwrap().clone()
}

fn with(mut row: Row, name: &str, value: &str) -> Row {
    row.insert(name.into(), AttributeValue::S(value.into()));
    row
}

/// The event as somebody alters it who knows how it is hashed.
fn rewritten(row: Row, from: &str, to: &str) -> Row {
    let event = text(&row, "event");
    assert!(event.contains(from), "{from} is not in {event}");
    let event = event.replace(from, to);
    let of = text(&row, "pk");
    let of = of.strip_prefix("person#").unwrap();
    let hash = sha256(format!("{of}#{event}").as_bytes());
    with(with(row, "event", &event), "hash", &hash)
}

#[tokio::test]
async fn what_nobody_altered_is_whole() {
    let tampering = Tampering::start().await;
    let check = verify_log(tampering.world.app.store()).await.unwrap();
    assert_eq!((check.consents, check.events), (2, 6));
    assert_eq!(tampering.found().await, [""; 0]);
}

#[tokio::test]
async fn an_event_that_is_altered_removed_swapped_or_moved_is_found() {
    let tampering = Tampering::start().await;
    let event = |number| tampering.event(number);

    let text_of = text(&event(2), "event").replace("readWrite", "read");
    tampering.put(with(event(2), "event", &text_of)).await;
    assert_eq!(
        tampering.found().await,
        ["Alice: event 2 is not what its hash says"]
    );

    let altered = rewritten(event(2), "readWrite", "read");
    tampering.put(altered).await;
    assert_eq!(
        tampering.found().await,
        ["Alice: event 3 does not follow the one before it"]
    );

    tampering
        .put(rewritten(event(4), r#""read""#, r#""readWrite""#))
        .await;
    assert_eq!(
        tampering.found().await,
        ["Alice: the consent is not what its events say"]
    );

    for number in 1..=4 {
        tampering.delete(&event(number)).await;
        assert_eq!(
            tampering.found().await,
            [format!(
                "Alice: event {number} is missing, or not in its place"
            )]
        );
    }

    let (second, third) = (text(&event(2), "sk"), text(&event(3), "sk"));
    tampering.put(with(event(2), "sk", &third)).await;
    tampering.put(with(event(3), "sk", &second)).await;
    assert_eq!(
        tampering.found().await,
        ["Alice: event 2 is missing, or not in its place"]
    );

    for sk in ["event#0000000007", "event#0000000000"] {
        tampering.delete(&event(4)).await;
        tampering.put(with(event(4), "sk", sk)).await;
        let missing = if sk.ends_with('7') { 4 } else { 1 };
        assert_eq!(
            tampering.found().await,
            [format!(
                "Alice: event {missing} is missing, or not in its place"
            )]
        );
    }
    tampering.put(with(event(4), "sk", "event#5")).await;
    assert_eq!(
        tampering.found().await,
        ["Alice: there is an event under the key event#5, or what once was one"]
    );
}

#[tokio::test]
async fn an_event_of_somebody_else_is_found() {
    let tampering = Tampering::start().await;
    let ada = text(&tampering.row(ADA, "consent"), "pk");

    // In the place of one of theirs, and after the last of theirs.
    tampering.put(with(tampering.event(1), "pk", &ada)).await;
    assert_eq!(
        tampering.found().await,
        ["Ada: event 1 is not what its hash says"]
    );
    tampering.delete(&tampering.event(3)).await;
    tampering.put(with(tampering.event(3), "pk", &ada)).await;
    assert_eq!(
        tampering.found().await,
        [
            "Ada: event 3 does not follow the one before it",
            "Alice: event 3 is missing, or not in its place",
        ]
    );

    // As the only one of somebody who has none, and of nobody.
    let bob = ada.replace(ADA, "712020:b0b");
    tampering.put(with(tampering.event(1), "pk", &bob)).await;
    assert_eq!(
        tampering.found().await,
        ["somebody: event 1 is not what its hash says"]
    );
    tampering
        .put(rewritten(
            with(tampering.event(1), "pk", &bob),
            "readWrite",
            "readWrite",
        ))
        .await;
    assert_eq!(
        tampering.found().await,
        ["somebody: the consent is missing; its events are there, 1 in number"]
    );
    tampering
        .put(with(tampering.event(1), "pk", "person#bob"))
        .await;
    assert_eq!(
        tampering.found().await,
        ["person#bob: a consent or an event is kept under a key that names no person"]
    );
}

#[tokio::test]
async fn a_consent_without_events_and_events_without_a_consent_are_found() {
    let tampering = Tampering::start().await;
    let consent = tampering.row(ALICE, "consent");
    tampering.delete(&consent).await;
    assert_eq!(
        tampering.found().await,
        ["Alice: the consent is missing; its events are there, 4 in number"]
    );

    for number in 1..=4 {
        tampering.delete(&tampering.event(number)).await;
    }
    assert_eq!(
        tampering.found().await,
        ["Alice: the events of the consent are missing"]
    );

    // A consent that was given to nobody.
    let pk = text(&consent, "pk").replace(ALICE, "712020:b0b");
    tampering.put(with(consent, "pk", &pk)).await;
    assert_eq!(
        tampering.found().await,
        ["somebody: the events of the consent are missing"]
    );
}

#[tokio::test]
async fn whatever_attribute_of_a_consent_or_an_event_is_altered_it_is_found() {
    let tampering = Tampering::start().await;
    let mut altered = 0;
    for row in tampering.whole.rows() {
        let sk = text(row, "sk");
        if sk != "consent" && !sk.starts_with("event#") {
            continue;
        }
        for (name, value) in row {
            if name == "pk" || name == "sk" {
                continue;
            }
            let other = match value {
                AttributeValue::S(text) => AttributeValue::S(format!("{text}x")),
                AttributeValue::N(number) => {
                    let number: i64 = number.parse().unwrap();
                    AttributeValue::N((number + 1).to_string())
                }
                other => panic!("{name} is {other:?}"),
            };
            for value in [Some(other), None] {
                let mut changed = row.clone();
                match &value {
                    Some(value) => changed.insert(name.clone(), value.clone()),
                    None => changed.remove(name),
                };
                tampering.put(changed).await;
                let found = tampering.found().await;
                assert_eq!(found.len(), 1, "{sk}, {name} as {value:?}: {found:?}");
                altered += 1;
            }
        }
    }
    assert!(altered > 60, "only {altered} alterations");
}
