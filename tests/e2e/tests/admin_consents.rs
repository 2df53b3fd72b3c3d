//! Admins see everybody's consents, and take them back: one, some, or all that match.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::collections::BTreeSet;
use std::time::Instant;

use aws_sdk_dynamodb::types::AttributeValue;
use confluence_simulator::people::{ADA, ALICE};
use confluence_simulator::{AccountState, Fault, Person as SitePerson, PersonChange};
use http::Method;
use onbehalf::use_cases::verify_log::verify_log;
use onbehalf_tests::wish::{TEAM_PAGE, comment, wish};
use onbehalf_tests::{Table, World, at_once};
use serde_json::{Value, json};

const LIST: &str = "/api/admin/consents";
const REVOKE: &str = "/api/admin/consents/revoke";

/// Somebody who is new on the site, and their account id.
fn somebody(world: &World, handle: &str, name: &str) -> String {
    let account = format!("712020:{handle}");
    let person = SitePerson::ordinary(handle, &account, name);
    world.site.people().add(person).unwrap();
    account
}

fn accounts(rows: &[Value]) -> Vec<&str> {
    let accounts = rows.iter().map(|row| row["person"]["accountId"].as_str());
    accounts.map(Option::unwrap).collect()
}

/// How many consents were taken back in these steps.
fn revoked(steps: &[Value]) -> u64 {
    let revoked = steps.iter().map(|step| step["revoked"].as_u64().unwrap());
    revoked.sum()
}

/// Everybody whose consent is active.
async fn active(world: &World) -> BTreeSet<String> {
    let ada = world.as_person("ada");
    let rows = ada.all(&format!("{LIST}?state=active&limit=100")).await;
    accounts(&rows).into_iter().map(str::to_owned).collect()
}

/// How many events of this kind there are in the logs of everybody.
fn events(table: &Table, what: &str) -> usize {
    let rows = table.rows().iter();
    let events = rows.filter(|row| row["sk"].as_s().unwrap().starts_with("event#"));
    let what = format!("\"{what}\"");
    events
        .filter(|row| row["event"].as_s().unwrap().contains(&what))
        .count()
}

#[tokio::test]
async fn each_consent_is_listed_with_its_person_its_state_and_why() {
    let world = World::start().await;
    let ada = world.as_person("ada");
    let gone = somebody(&world, "gone", "Gustav Gone");
    world.as_person("gone").allow("read", 90).await.expect(201);
    world.clock.advance_seconds(1);
    world.uninstall().await;
    world.clock.advance_seconds(1);
    world.install().await;
    let early = somebody(&world, "early", "Emil Early");
    world.as_person("early").allow("read", 1).await.expect(201);
    let long = somebody(&world, "long", "Lotte Long");
    world.as_person("long").allow("read", 90).await.expect(201);
    world.clock.advance_days(8);
    let granted_at = "2026-11-30T08:00:02Z";
    for (handle, access, days) in [
        ("alice", "readWrite", 90),
        ("soon", "read", 2),
        ("left", "read", 30),
        ("taken", "readWrite", 30),
        ("idle", "read", 30),
    ] {
        if handle != "alice" {
            somebody(&world, handle, &format!("{handle} Somebody"));
        }
        world
            .as_person(handle)
            .allow(access, days)
            .await
            .expect(201);
    }
    world.as_person("left").revoke().await.expect(200);
    ada.revoke_of("712020:taken", "You left.").await.expect(200);
    world.site.deliveries().clear();
    let idle = world
        .site
        .people()
        .set_state("idle", AccountState::Inactive);
    idle.unwrap();
    let told = world.site.deliveries();
    told.wait_for(|it| it.event == "user_deactivated").await;
    ada.change_policy(&json!({"longestDays": 7}))
        .await
        .expect(200);

    let page = ada.get(LIST).await.expect(200);
    assert_eq!(page["total"], 8);
    assert_eq!(page.get("next"), None);
    let rows = page["items"].as_array().unwrap();
    let row = |account: &str| {
        let mut rows = rows.iter();
        let row = rows.find(|row| row["person"]["accountId"] == account);
        row.unwrap_or_else(|| panic!("{account} is not in {rows:?}"))
    };
    for (account, state, because) in [
        (ALICE, "active", None),
        ("712020:soon", "active", None),
        (&early, "expired", Some("expired")),
        ("712020:left", "revoked", Some("revokedByPerson")),
        ("712020:taken", "revoked", Some("revokedByAdmin")),
        ("712020:idle", "invalidated", Some("accountDeactivated")),
        (&gone, "invalidated", Some("appRemoved")),
        (&long, "invalidated", Some("policyChanged")),
    ] {
        let row = row(account);
        assert_eq!(row["state"], state, "{row}");
        let because = because.map(Value::from);
        assert_eq!(row.get("endedBecause").cloned(), because, "{row}");
        assert_eq!(row["endsSoon"], account == "712020:soon", "{row}");
        assert_eq!(row["acts"], 0, "{row}");
        assert_eq!(row.get("lastUsedAt"), None, "{row}");
    }
    let alice = row(ALICE);
    assert_eq!(alice["access"], "readWrite");
    assert_eq!(alice["grantedAt"], granted_at);
    assert_eq!(alice["expiresAt"], "2026-12-07T08:00:02Z", "by the policy");

    // In another process that asks for more than people agreed to, nobody has agreed.
    let asks = world.instance_with(&[("ONBEHALF_PURPOSE", "It writes your report.")]);
    let there = world.as_person("ada").at(&asks.serve().await);
    let rows = there.all(&format!("{LIST}?search=Alice")).await;
    assert_eq!(rows[0]["endedBecause"], "noticeChanged");

    // What the list shows can be asked for.
    for (filter, expected) in [
        ("state=active", 2),
        ("state=expired", 1),
        ("state=revoked", 2),
        ("state=invalidated", 3),
        ("state=none", 0),
        ("access=readWrite", 2),
        ("state=revoked&access=readWrite", 1),
        ("search=alice", 1),
        ("search=Somebody&state=active", 1),
        ("search=nobody-is-called-so", 0),
        ("search=%20", 8),
        ("search=", 8),
    ] {
        let page = ada.get(&format!("{LIST}?{filter}")).await.expect(200);
        assert_eq!(page["total"], expected, "{filter}");
        let items = page["items"].as_array().unwrap().len();
        assert_eq!(items, expected, "{filter}");
    }
}

#[tokio::test]
async fn names_come_from_confluence_each_time_and_stay_there() {
    let world = World::start().await;
    let (alice, ada) = (world.as_person("alice"), world.as_person("ada"));
    alice.allow("readWrite", 30).await.expect(201);
    ada.allow("readWrite", 30).await.expect(201);
    ada.ask(&["712020:nobody"], "Please.").await.expect(200);
    let name_of = async || {
        let rows = ada.all(&format!("{LIST}?sort=since")).await;
        let row = rows
            .into_iter()
            .find(|row| row["person"]["accountId"] == ALICE);
        row.unwrap()["person"].clone()
    };
    let person = name_of().await;
    assert_eq!(person["name"], "Alice Example");
    let avatar = person["avatar"].as_str().unwrap();
    assert!(avatar.starts_with(world.site.site_origin()), "{avatar}");

    let change = PersonChange {
        display_name: Some("Alicia Newname".into()),
        ..PersonChange::default()
    };
    world.site.people().change("alice", &change).unwrap();
    assert_eq!(name_of().await["name"], "Alicia Newname");
    ada.get(&format!("{LIST}/{ALICE}")).await.expect(200);
    ada.revoke_of(ALICE, "Because.").await.expect(200);

    let table = world.table().await;
    for word in ["Alicia", "Alice Example", "Ada Admin", "avatar"] {
        assert!(!table.holds(word), "{word} is stored");
    }
    // A list without names is better than none.
    let names = Fault::on("POST", "/wiki/api/v2/users-bulk").respond(500, Value::Null);
    world.site.faults().add(names);
    assert_eq!(name_of().await, json!({"accountId": ALICE}));
    // But what is searched by name cannot be.
    let search = Fault::on("GET", "/wiki/rest/api/search/user").respond(500, Value::Null);
    world.site.faults().add(search);
    let reply = ada.get(&format!("{LIST}?search=alice")).await;
    assert_eq!(reply.problem(503), "unavailable");
}

#[tokio::test]
async fn a_list_says_what_was_done_in_the_last_thirty_days() {
    let world = World::start().await;
    let (alice, ada) = (world.as_person("alice"), world.as_person("ada"));
    alice.allow("readWrite", 90).await.expect(201);
    alice.run().await;
    world.clock.advance_days(1);
    alice.run().await;
    let row = async || ada.all(LIST).await.swap_remove(0);
    let used = row().await;
    assert_eq!(used["acts"], 2);
    assert_eq!(used["lastUsedAt"], alice.activity().await[0]["startedAt"]);
    world.clock.advance_days(29);
    assert_eq!(row().await["acts"], 1);
    world.clock.advance_days(2);
    let unused = row().await;
    assert_eq!(unused["acts"], 0);
    assert_eq!(unused["lastUsedAt"], used["lastUsedAt"]);
}

#[tokio::test]
async fn a_list_is_sorted_in_every_way() {
    let world = World::start().await;
    let ada = world.as_person("ada");
    for (handle, access, days) in [
        ("a", "readWrite", 5),
        ("b", "read", 90),
        ("c", "readWrite", 30),
    ] {
        somebody(&world, handle, handle);
        world
            .as_person(handle)
            .allow(access, days)
            .await
            .expect(201);
        world.clock.advance_seconds(1);
    }
    world.as_person("a").revoke().await.expect(200);
    for (sort, expected) in [
        ("", "c b a"),
        ("?sort=since", "a b c"),
        ("?sort=-since", "c b a"),
        ("?sort=until", "a c b"),
        ("?sort=-until", "b c a"),
        ("?sort=state", "b c a"),
        ("?sort=-state", "a b c"),
        ("?sort=access", "b a c"),
        ("?sort=-access", "a c b"),
    ] {
        let rows = ada.all(&format!("{LIST}{sort}")).await;
        let handles: Vec<_> = accounts(&rows)
            .into_iter()
            .map(|account| account.trim_start_matches("712020:"))
            .collect();
        assert_eq!(handles.join(" "), expected, "{sort}");
    }
}

#[tokio::test]
async fn pages_leave_nobody_out_whatever_changes_between_them() {
    let world = World::start().await;
    let crowd = world.crowd(10).await;
    let ada = world.as_person("ada");
    for sort in ["since", "-since", "until", "-until", "state", "access"] {
        let path = format!("{LIST}?sort={sort}&limit=1");
        let rows = ada.all(&path).await;
        let listed: BTreeSet<_> = accounts(&rows).into_iter().map(str::to_owned).collect();
        assert_eq!(rows.len(), crowd.len(), "{sort}");
        assert_eq!(listed, crowd.iter().cloned().collect(), "{sort}");
    }

    // Who stood where the next page begins is not in the list any more.
    let path = format!("{LIST}?state=active&limit=4");
    let first = ada.get(&path).await.expect(200);
    let next = first["next"].as_str().unwrap();
    let first = first["items"].as_array().unwrap();
    let last = accounts(first)[3];
    ada.revoke_of(last, "Because.").await.expect(200);
    // And somebody is new, before it all.
    world.clock.advance_seconds(1);
    world.as_person("alice").allow("read", 1).await.expect(201);
    let mut all = first.clone();
    let mut next = Some(next.to_owned());
    while let Some(cursor) = next {
        let page = ada
            .get(&format!("{path}&cursor={cursor}"))
            .await
            .expect(200);
        all.extend(page["items"].as_array().unwrap().iter().cloned());
        next = page["next"].as_str().map(str::to_owned);
    }
    assert_eq!(all.len(), crowd.len(), "{all:?}");
    let all: BTreeSet<_> = accounts(&all).into_iter().collect();
    assert_eq!(all, crowd.iter().map(String::as_str).collect());
}

#[tokio::test]
async fn what_no_list_understands_is_refused() {
    let world = World::start().await;
    let ada = world.as_person("ada");
    let long = format!("search={}", "x".repeat(101));
    for (query, status, problem) in [
        ("limit=0", 422, "unacceptable"),
        ("limit=101", 422, "unacceptable"),
        ("limit=-1", 400, "malformed"),
        ("limit=many", 400, "malformed"),
        ("sort=name", 422, "unacceptable"),
        ("sort=--since", 422, "unacceptable"),
        ("state=ended", 400, "malformed"),
        ("access=write", 400, "malformed"),
        ("cursor=", 422, "unacceptable"),
        ("cursor=712020:x", 422, "unacceptable"),
        ("cursor=1.a%23b", 422, "unacceptable"),
        ("who=alice", 400, "malformed"),
        (&long, 422, "unacceptable"),
    ] {
        let reply = ada.get(&format!("{LIST}?{query}")).await;
        assert_eq!(reply.problem(status), problem, "{query}");
    }
}

#[tokio::test]
async fn an_admin_sees_all_of_one_person_s_consent() {
    let world = World::start().await;
    let (alice, ada) = (world.as_person("alice"), world.as_person("ada"));
    alice.allow("read", 30).await.expect(201);
    world.clock.advance_seconds(1);
    alice.allow("readWrite", 90).await.expect(200);
    alice.run().await;
    let hers = alice
        .add(&wish("Hers", comment(TEAM_PAGE)))
        .await
        .expect(201);
    world.clock.advance_seconds(1);
    ada.revoke_of(ALICE, "The audit is over.").await.expect(200);

    let seen = ada.get(&format!("{LIST}/{ALICE}")).await.expect(200);
    assert_eq!(seen["person"]["name"], "Alice Example");
    assert_eq!(seen["consent"]["state"], "revoked");
    assert_eq!(seen["consent"]["endedNote"], "The audit is over.");
    let events = seen["events"].as_array().unwrap();
    let what: Vec<_> = events.iter().map(|event| &event["what"]).collect();
    assert_eq!(what, ["granted", "renewed", "revoked"]);
    let by: Vec<_> = events.iter().map(|event| &event["by"]).collect();
    assert_eq!(by, ["person", "person", "admin"]);
    assert_eq!(events[1]["access"], "readWrite");
    assert_eq!(events[1]["expiresAt"], "2027-02-20T08:00:01Z");
    assert_eq!(events[2]["reason"], "The audit is over.");
    assert_eq!(events[2]["admin"]["accountId"], ADA);
    assert_eq!(events[2]["admin"]["name"], "Ada Admin");
    let schedules = seen["schedules"].as_array().unwrap();
    assert!(schedules.iter().any(|it| it["id"] == hers["id"]));
    assert_eq!(seen["activity"]["items"], json!(alice.activity().await));

    for account in ["712020:nobody", "a%23b", ADA] {
        let reply = ada.get(&format!("{LIST}/{account}")).await;
        assert_eq!(reply.problem(404), "no-such-consent", "{account}");
    }
    // An altered log is not shown as if it was whole.
    let key = world.installation().client_key;
    let update = world.database().update_item().table_name("onbehalf");
    update
        .key("pk", AttributeValue::S(format!("person#{key}#{ALICE}")))
        .key("sk", AttributeValue::S("event#0000000003".into()))
        .update_expression("SET #event = :event")
        .expression_attribute_names("#event", "event")
        .expression_attribute_values(":event", AttributeValue::S("{}".into()))
        .send()
        .await
        .unwrap();
    let reply = ada.get(&format!("{LIST}/{ALICE}")).await;
    assert_eq!(reply.status, 500, "{}", reply.text());
}

#[tokio::test]
async fn what_an_admin_takes_back_is_over_with_the_answer_and_on_record() {
    let world = World::start().await;
    let (alice, ada) = (world.as_person("alice"), world.as_person("ada"));
    alice.allow("readWrite", 90).await.expect(201);
    let hers = alice
        .add(&wish("Hers", comment(TEAM_PAGE)))
        .await
        .expect(201);
    // Another process that has her token.
    let warm = world.worker();
    assert_eq!(warm.take(&world.due(&hers)).await, "done");
    world.clock.advance_seconds(1);
    ada.revoke_of(ALICE, "You left the team.").await.expect(200);
    assert_eq!(
        warm.take(&world.due(&hers)).await,
        "refused: consent-revoked-by-admin"
    );
    assert_eq!(alice.calls_as_them().len(), 1);
    let consent = alice.consent().await;
    assert_eq!(consent["endedNote"], "You left the team.");
    let entry = &ada.all("/api/admin/audit").await[0];
    assert_eq!(entry["by"]["accountId"], ADA);
    assert_eq!(entry["person"]["accountId"], ALICE);
    assert_eq!(
        entry["did"],
        json!({"kind": "revokedConsent", "reason": "You left the team."})
    );
    assert_eq!(entry["at"], consent["endedAt"]);
}

#[tokio::test]
async fn a_consent_that_is_renewed_while_it_is_taken_back_is_taken_back() {
    let world = World::start().await;
    let alice = world.as_person("alice");
    alice.allow("read", 30).await.expect(201);
    for many in [false, true] {
        world.clock.advance_seconds(1);
        let database = world.holding_database(0).await;
        let there = world.instance_on(database.aws()).serve().await;
        let ada = world.as_person("ada").at(&there);
        let revoke = async {
            if many {
                let which = json!({"kind": "accounts", "accounts": [ALICE]});
                let steps = ada.revoke_which(&which, "Now.").await;
                assert_eq!(revoked(&steps), 1);
            } else {
                ada.revoke_of(ALICE, "Now.").await.expect(200);
            }
        };
        let between = async {
            database.arrived().await;
            world.clock.advance_seconds(1);
            alice.allow("readWrite", 90).await.expect(200);
            database.release();
        };
        tokio::join!(revoke, between);
        let consent = alice.consent().await;
        assert_eq!(consent["endedBecause"], "revokedByAdmin");
        assert_eq!(consent["access"], "readWrite");
        let path = format!("{LIST}/{ALICE}");
        let seen = world.as_person("ada").get(&path).await.expect(200);
        let events = seen["events"].as_array().unwrap();
        let what: Vec<_> = events.iter().rev().map(|it| &it["what"]).take(2).collect();
        assert_eq!(what, ["revoked", "renewed"]);
        // The one that was not carried out is on no record.
        let audit = world.as_person("ada").all("/api/admin/audit").await;
        assert_eq!(audit.len(), 1 + usize::from(many));
        world.clock.advance_seconds(1);
        alice.allow("read", 30).await.expect(201);
    }
}

#[tokio::test]
async fn a_selection_is_taken_back_and_each_that_was_not_is_named() {
    let world = World::start().await;
    let crowd = world.crowd(3).await;
    let (alice, ada) = (world.as_person("alice"), world.as_person("ada"));
    alice.allow("read", 30).await.expect(201);
    alice.revoke().await.expect(200);
    let which = json!({
        "kind": "accounts",
        "accounts": [crowd[0], crowd[1], crowd[1], ALICE, "712020:nobody"],
    });
    let steps = ada.revoke_which(&which, "  An incident. ").await;
    let [step] = &steps[..] else {
        panic!("{steps:?}")
    };
    assert_eq!(step["revoked"], 2);
    assert_eq!(step["left"], 0);
    assert_eq!(
        step["not"],
        json!([
            {"accountId": ALICE, "code": "ended-before"},
            {"accountId": "712020:nobody", "code": "no-consent"},
        ])
    );
    let mine = world.as_person(&crowd[0]).consent().await;
    assert_eq!(mine["endedBecause"], "revokedByAdmin");
    assert_eq!(mine["endedNote"], "An incident.");
    assert_eq!(alice.consent().await["endedBecause"], "revokedByPerson");
    assert_eq!(active(&world).await, BTreeSet::from([crowd[2].clone()]));

    // A second time changes nothing.
    let before = world.table().await;
    let steps = ada.revoke_which(&which, "Again.").await;
    assert_eq!(revoked(&steps), 0);
    assert!(world.table().await == before);

    let many: Vec<_> = (0..10_001).map(|number| number.to_string()).collect();
    let of = |which: Value| json!({"reason": "Now.", "which": which});
    for wrong in [
        of(json!({"kind": "accounts", "accounts": many})),
        of(json!({"kind": "accounts", "accounts": ["a#b"]})),
        of(json!({"kind": "accounts"})),
        of(json!({"kind": "everybody"})),
        of(json!({"kind": "matching", "search": "x".repeat(101)})),
        of(json!({"kind": "matching", "name": "x"})),
        json!({"reason": " ", "which": which}),
        json!({"reason": "x".repeat(501), "which": which}),
        json!({"reason": "Now.", "which": which, "cursor": "a#b"}),
        json!({"reason": "Now."}),
    ] {
        let reply = ada.send(Method::POST, REVOKE, &wrong).await;
        assert_eq!(reply.problem(422), "unacceptable", "{wrong:.100}");
        assert!(world.table().await == before);
    }
}

#[tokio::test]
async fn all_that_match_are_taken_back_step_by_step_and_nobody_else() {
    let world = World::start().await;
    let crowd = world.crowd(110).await;
    let ada = world.as_person("ada");
    world
        .as_person("alice")
        .allow("readWrite", 30)
        .await
        .expect(201);
    let which = json!({"kind": "matching", "access": "read"});
    let path = "/api/admin/consents/revoke";
    let wanted = json!({"reason": "Over.", "which": which});
    let step = ada.send(Method::POST, path, &wanted).await.expect(200);
    assert_eq!((&step["revoked"], &step["left"]), (&json!(50), &json!(60)));
    assert!(step["next"].is_string());
    assert_eq!(active(&world).await.len(), 61);

    // Whoever began goes home; it is begun anew, and goes on where it stopped.
    let steps = ada.revoke_which(&which, "Over.").await;
    let left: Vec<_> = steps.iter().map(|step| &step["left"]).collect();
    assert_eq!(left, [10, 0]);
    assert_eq!(revoked(&steps), 60);
    assert_eq!(active(&world).await, BTreeSet::from([ALICE.to_owned()]));
    let table = world.table().await;
    assert_eq!(events(&table, "revoked"), crowd.len());
    assert_eq!(ada.all("/api/admin/audit?limit=100").await.len(), 110);
    assert_eq!(verify_log(world.app.store()).await.unwrap().findings, []);

    // Nothing matches.
    let steps = ada.revoke_which(&which, "Over.").await;
    assert_eq!(steps, [json!({"revoked": 0, "not": [], "left": 0})]);
    let nobody = json!({"kind": "matching", "search": "nobody-is-called-so"});
    assert_eq!(revoked(&ada.revoke_which(&nobody, "Over.").await), 0);
    // What has ended cannot be taken back, whatever the filter says.
    let ended = json!({"kind": "matching", "state": "revoked"});
    assert_eq!(revoked(&ada.revoke_which(&ended, "Over.").await), 0);
    assert!(world.table().await == table);
    let alice = json!({"kind": "matching", "search": "Alice"});
    assert_eq!(revoked(&ada.revoke_which(&alice, "Over.").await), 1);
    assert_eq!(active(&world).await, BTreeSet::new());
}

#[tokio::test]
async fn two_admins_who_take_back_the_same_at_once_do_it_once() {
    let world = World::start().await;
    let crowd = world.crowd(70).await;
    world.set_admin("alice", true);
    let (ada, alice) = (world.as_person("ada"), world.as_person("alice"));
    let which = json!({"kind": "matching"});
    let both = [&ada, &alice].map(|admin| admin.revoke_which(&which, "Over."));
    let steps = at_once(both).await;
    let each: Vec<_> = steps.iter().map(|steps| revoked(steps)).collect();
    let table = world.table().await;
    assert_eq!(events(&table, "revoked"), crowd.len(), "{each:?}");
    assert_eq!(active(&world).await, BTreeSet::new());
    let audit = ada.all("/api/admin/audit?limit=100").await;
    let people: BTreeSet<_> = audit
        .iter()
        .map(|it| it["person"]["accountId"].as_str())
        .collect();
    assert_eq!((audit.len(), people.len()), (crowd.len(), crowd.len()));
    assert_eq!(verify_log(world.app.store()).await.unwrap().findings, []);
}

/// Ten thousand people, as one whose consent is copied: they have no logs.
async fn ten_thousand(world: &World) -> Vec<String> {
    let one = world.crowd(1).await.swap_remove(0);
    let table = world.table().await;
    let key = world.installation().client_key;
    let account = |number: usize| format!("712020:copy-{number:05}");
    let row = table.row(&one, "consent");
    world
        .put_copies(row, 9_999, |number, row| {
            let pk = format!("person#{key}#{}", account(number));
            let listed = format!("consent#{key}#{}", number % 8);
            row.insert("pk".into(), AttributeValue::S(pk));
            row.insert("listed".into(), AttributeValue::S(listed));
        })
        .await;
    (0..9_999).map(account).chain([one]).collect()
}

#[tokio::test]
async fn ten_thousand_consents_are_listed_and_taken_back() {
    let world = World::start().await;
    let began = Instant::now();
    let everybody = ten_thousand(&world).await;
    println!("10,000 consents put: {:?}", began.elapsed());
    let there = world.instance_on(&world.patient_database()).serve().await;
    let ada = world.as_person("ada").at(&there);

    let began = Instant::now();
    let first = ada.get(LIST).await.expect(200);
    println!("first page of 10,000: {:?}", began.elapsed());
    assert_eq!(first["total"], 10_000);
    assert_eq!(first["items"].as_array().unwrap().len(), 25);
    let (mut listed, mut cursor) = (BTreeSet::new(), String::new());
    let began = Instant::now();
    for page in 0..4 {
        let page = match page {
            0 => format!("{LIST}?limit=100&sort=until"),
            _ => format!("{LIST}?limit=100&sort=until&cursor={cursor}"),
        };
        let page = ada.get(&page).await.expect(200);
        let rows = page["items"].as_array().unwrap();
        listed.extend(accounts(rows).into_iter().map(str::to_owned));
        cursor = page["next"].as_str().unwrap().to_owned();
    }
    println!("each of four pages of 100: {:?}", began.elapsed() / 4);
    assert_eq!(listed.len(), 400);
    let began = Instant::now();
    let overview = ada.get("/api/admin/overview").await.expect(200);
    println!("the overview: {:?}", began.elapsed());
    assert_eq!(overview["consents"]["active"], 10_000);

    // As many are named as can be, most of whom never consented. The first hundred did.
    let mut named: Vec<_> = (0..9_900).map(|it| format!("712020:new-{it:05}")).collect();
    named.extend_from_slice(&everybody[..100]);
    let mut wanted = json!({"reason": "Over.", "which": {"kind": "accounts", "accounts": named}});
    for (revoked, not, left) in [(50, 0, 9_950), (50, 0, 9_900), (0, 50, 9_850)] {
        let began = Instant::now();
        let step = ada.send(Method::POST, REVOKE, &wanted).await.expect(200);
        println!("one step of 10,000 named: {:?}", began.elapsed());
        assert_eq!(
            (&step["revoked"], &step["left"]),
            (&json!(revoked), &json!(left))
        );
        assert_eq!(step["not"].as_array().unwrap().len(), not);
        wanted["cursor"] = step["next"].clone();
    }
    // And the last fifty.
    wanted["cursor"] = json!("712020:new-09849");
    let last = ada.send(Method::POST, REVOKE, &wanted).await.expect(200);
    assert_eq!((&last["revoked"], &last["left"]), (&json!(0), &json!(0)));
    assert_eq!(last["not"].as_array().unwrap().len(), 50);
    assert_eq!(last.get("next"), None);

    let began = Instant::now();
    let wanted = json!({"reason": "Over.", "which": {"kind": "matching"}});
    let step = ada.send(Method::POST, REVOKE, &wanted).await.expect(200);
    println!("one step of all that match: {:?}", began.elapsed());
    assert_eq!(
        (&step["revoked"], &step["left"]),
        (&json!(50), &json!(9_850))
    );
}
