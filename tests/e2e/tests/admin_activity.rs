//! Admins see everything that was done, and what they did themselves; they take it out as a file, and nobody erases it.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::collections::BTreeSet;

use aws_sdk_dynamodb::types::AttributeValue;
use confluence_simulator::people::{ADA, ALICE};
use confluence_simulator::{AccountState, Fault, PersonChange};
use http::Method;
use onbehalf_tests::wish::{TEAM_PAGE, comment, id, wish};
use onbehalf_tests::{Person, Reply, Row, World};
use serde_json::{Value, json};

const ACTIVITY: &str = "/api/admin/activity";
const AUDIT: &str = "/api/admin/audit";

/// A site in which Alice and Ada have allowed everything, and in which at each full minute something was done: as Alice,
/// which Confluence refused; as Alice; as Ada; by the app, for Ada; and as Alice again, of which nobody knows how it ended.
async fn busy_world() -> (World, [Value; 4]) {
    let world = World::start().await;
    let (alice, ada) = (world.as_person("alice"), world.as_person("ada"));
    for person in [&alice, &ada] {
        person.allow("readWrite", 90).await.expect(201);
    }
    let mut fallback = wish("By the app", comment(TEAM_PAGE));
    fallback["fallback"] = json!("app");
    let schedules = [
        alice.make(&wish("Fails", comment("1"))).await,
        alice.make(&wish("Hers", comment(TEAM_PAGE))).await,
        ada.make(&wish("Ada's", comment(TEAM_PAGE))).await,
        ada.add(&fallback).await.expect(201),
    ];
    let worker = world.worker();
    for (number, schedule) in schedules.iter().enumerate() {
        world.clock.advance_seconds(60);
        if number == 3 {
            ada.revoke().await.expect(200);
        }
        worker.take(&world.due(schedule)).await;
    }
    world.clock.advance_seconds(60);
    let comments = Fault::on("POST", "/wiki/api/v2/footer-comments");
    world.site.faults().add(comments.once().after().reset());
    let ran = worker.take(&world.due(&schedules[1])).await;
    assert!(ran.starts_with("unknown"), "{ran}");
    (world, schedules)
}

/// Person, schedule and outcome of each act.
fn shown(acts: &[Value]) -> Vec<(&str, &str, &str)> {
    let shown = acts.iter().map(|it| {
        let text = |field: &str| it.pointer(field).and_then(Value::as_str).unwrap();
        let person = text("/person/accountId");
        (person, text("/act/schedule"), text("/act/outcome"))
    });
    shown.collect()
}

#[tokio::test]
async fn everything_that_was_done_is_listed_newest_first() {
    let (world, [fails, hers, adas, by_app]) = busy_world().await;
    let ada = world.as_person("ada");
    let all = ada.all(ACTIVITY).await;
    let expected = [
        (ALICE, id(&hers), "unknown"),
        (ADA, id(&by_app), "done"),
        (ADA, id(&adas), "done"),
        (ALICE, id(&hers), "done"),
        (ALICE, id(&fails), "failed"),
    ];
    assert_eq!(shown(&all), expected);
    assert_eq!(all[1]["act"]["asApp"], true);
    assert_eq!(all[0]["person"]["name"], "Alice Example");
    assert_eq!(all[4]["act"]["startedAt"], "2026-11-22T08:01:00Z");
    assert_eq!(all[3]["act"], world.as_person("alice").activity().await[1]);
    for limit in [1, 2, 3, 5] {
        let paged = ada.all(&format!("{ACTIVITY}?limit={limit}")).await;
        assert_eq!(paged, all, "{limit}");
    }

    let of = |places: &[usize]| -> Vec<_> { places.iter().map(|at| all[*at].clone()).collect() };
    for (filter, places) in [
        (format!("person={ALICE}"), vec![0, 3, 4]),
        (format!("person={ADA}"), vec![1, 2]),
        ("person=712020:nobody".to_owned(), vec![]),
        (format!("schedule={}", id(&hers)), vec![0, 3]),
        (format!("schedule={}&person={ADA}", id(&hers)), vec![]),
        ("result=done".to_owned(), vec![1, 2, 3]),
        ("result=failed".to_owned(), vec![4]),
        ("result=unknown".to_owned(), vec![0]),
        ("result=started".to_owned(), vec![]),
        ("from=2026-11-22T08:03:00Z".to_owned(), vec![0, 1, 2]),
        ("to=2026-11-22T08:03:00Z".to_owned(), vec![3, 4]),
        (
            "from=2026-11-22T08:02:00Z&to=2026-11-22T08:04:00Z&result=done".to_owned(),
            vec![2, 3],
        ),
        ("to=2026-11-22T08:00:00Z".to_owned(), vec![]),
    ] {
        let found = ada.all(&format!("{ACTIVITY}?{filter}")).await;
        assert_eq!(found, of(&places), "{filter}");
        let found = ada.all(&format!("{ACTIVITY}?{filter}&limit=1")).await;
        assert_eq!(found, of(&places), "{filter}, one at a time");
    }
    for (query, status) in [
        ("limit=0", 422),
        ("limit=101", 422),
        ("result=good", 400),
        ("who=alice", 400),
        ("person=a%23b", 422),
        ("schedule=%23", 422),
        ("from=yesterday", 422),
        ("from=2026-11-22T08:00:00Z&to=2026-11-22T08:00:00Z", 422),
        ("cursor=zzz", 422),
    ] {
        let reply = ada.get(&format!("{ACTIVITY}?{query}")).await;
        let problem = if status == 400 {
            "malformed"
        } else {
            "unacceptable"
        };
        assert_eq!(reply.problem(status), problem, "{query}");
    }
}

#[tokio::test]
async fn a_person_s_revoke_or_end_hides_nothing_of_what_was_done() {
    let (world, _) = busy_world().await;
    let ada = world.as_person("ada");
    let before = ada.all(ACTIVITY).await;
    world.as_person("alice").revoke().await.expect(200);
    ada.change_policy(&json!({"longestDays": 1}))
        .await
        .expect(200);
    assert_eq!(ada.all(ACTIVITY).await, before);
    world.clock.advance_days(90);
    assert_eq!(ada.all(ACTIVITY).await, before);
}

/// The row of Alice's first act.
async fn an_act(world: &World) -> Row {
    let table = world.table().await;
    let mut acts = table.of(ALICE).filter(|row| {
        let sk = row["sk"].as_s().unwrap();
        sk.starts_with("act#")
    });
    acts.next().unwrap().clone()
}

/// So many more acts of Alice, one a second, all before the first.
async fn many_acts(world: &World, act: &Row, count: usize, outcome: &str) {
    let started: i64 = act["startedAt"].as_n().unwrap().parse().unwrap();
    let schedule = act["schedule"].as_s().unwrap().clone();
    world
        .put_copies(act, count, |number, row| {
            let at = started - 1000 * (i64::try_from(number).unwrap() + 1);
            let sk = format!("act#{at:015}#{schedule}.{at}");
            row.insert("sk".into(), AttributeValue::S(sk));
            for name in ["startedAt", "dueTime", "listedAt"] {
                row.insert(name.into(), AttributeValue::N(at.to_string()));
            }
            row.insert("outcome".into(), AttributeValue::S(outcome.into()));
        })
        .await;
}

#[tokio::test]
async fn what_is_rare_is_found_behind_pages_that_are_empty() {
    let (world, [fails, ..]) = busy_world().await;
    let act = an_act(&world).await;
    many_acts(&world, &act, 2_100, "done").await;
    let there = world.instance_on(&world.patient_database()).serve().await;
    let ada = world.as_person("ada").at(&there);
    // The oldest of all.
    let mut oldest = act.clone();
    let at = 1_000_000_000_000_i64;
    let sk = format!("act#{at:015}#{}.{at}", id(&fails));
    oldest.insert("sk".into(), AttributeValue::S(sk));
    world
        .put_copies(&oldest, 1, |_, row| {
            for name in ["startedAt", "dueTime", "listedAt"] {
                row.insert(name.into(), AttributeValue::N(at.to_string()));
            }
        })
        .await;
    let path = format!("{ACTIVITY}?result=failed");
    let first = ada.get(&path).await.expect(200);
    assert_eq!(first["items"].as_array().unwrap().len(), 1, "a short page");
    let next = first["next"].as_str().expect("and more to come");
    assert!(!next.is_empty());
    let found = ada.all(&path).await;
    assert_eq!(found.len(), 2, "{found:?}");
    assert_eq!(found[1]["act"]["startedAt"], "2001-09-09T01:46:40Z");
}

#[tokio::test]
async fn what_admins_did_stays_on_record_and_no_route_erases_it() {
    let world = World::start().await;
    let (alice, ada) = (world.as_person("alice"), world.as_person("ada"));
    alice.allow("read", 90).await.expect(201);
    for number in 0..12 {
        world.clock.advance_seconds(1);
        let note = format!("Ask {number}.");
        ada.ask(&[ADA], &note).await.expect(200);
    }
    world.clock.advance_seconds(1);
    ada.revoke_of(ALICE, "Because.").await.expect(200);
    world.clock.advance_seconds(1);
    ada.get("/api/admin/export/consents").await;
    let all = ada.all(AUDIT).await;
    assert_eq!(all.len(), 14);
    assert_eq!(
        all[0]["did"],
        json!({"kind": "exported", "what": "consents"})
    );
    assert_eq!(all[0].get("person"), None);
    assert_eq!(all[1]["did"]["kind"], "revokedConsent");
    assert_eq!(all[1]["person"]["name"], "Alice Example");
    let times: Vec<_> = all.iter().map(|it| it["at"].as_str().unwrap()).collect();
    assert!(times.is_sorted_by(|a, b| a > b), "{times:?}");
    for limit in [1, 5, 7, 14] {
        let paged = ada.all(&format!("{AUDIT}?limit={limit}")).await;
        assert_eq!(paged, all, "{limit}");
    }
    for query in ["limit=0", "limit=101", "cursor=a/b", "cursor=%20"] {
        let reply = ada.get(&format!("{AUDIT}?{query}")).await;
        assert_eq!(reply.problem(422), "unacceptable", "{query}");
    }

    let before = world.table().await;
    let place = ada.get(&format!("{AUDIT}?limit=1")).await.expect(200)["next"].take();
    let place = place.as_str().unwrap().replace('#', "%23");
    for path in [
        AUDIT.to_owned(),
        format!("{AUDIT}/{place}"),
        format!("{AUDIT}?cursor={place}"),
    ] {
        for method in [Method::DELETE, Method::PUT, Method::POST, Method::PATCH] {
            let reply = ada.send(method.clone(), &path, &json!({})).await;
            assert!([404, 405].contains(&reply.status), "{method} {path}");
        }
    }
    assert!(world.table().await == before);
    // The erasing of whom it is about leaves it as well, until its year is over.
    let rows = before.rows().iter();
    let entries = rows.filter(|row| row["sk"].as_s().unwrap().starts_with("audit#"));
    let entries: Vec<Row> = entries.cloned().collect();
    for entry in &entries {
        let (at, ttl) = (entry["at"].as_n().unwrap(), entry["ttl"].as_n().unwrap());
        let (at, ttl): (i64, i64) = (at.parse().unwrap(), ttl.parse().unwrap());
        assert_eq!(ttl, at / 1000 + 365 * 86_400);
    }
    world
        .site
        .people()
        .set_state("alice", AccountState::Closed)
        .unwrap();
    world.clock.advance_days(7);
    world.instance().sweep().await.unwrap();
    let table = world.table().await;
    assert_eq!(table.of(ALICE).count(), 0);
    let rows = table.rows().iter();
    let left = rows.filter(|row| row["sk"].as_s().unwrap().starts_with("audit#"));
    assert_eq!(left.cloned().collect::<Vec<_>>(), entries);
    world.clock.advance_seconds(60);
    let all = ada.all(AUDIT).await;
    assert_eq!(all[1]["person"]["accountId"], ALICE);
    assert_ne!(all[1]["person"]["name"], "Alice Example");
}

/// What names the next part.
fn next_of(reply: &Reply) -> Option<String> {
    let link = reply.header("link");
    let next = link.strip_prefix("<?")?.strip_suffix(">; rel=\"next\"")?;
    Some(next.to_owned())
}

/// All parts of an export.
async fn parts(person: &Person<'_>, path: &str) -> Vec<Reply> {
    let separator = if path.contains('?') { '&' } else { '?' };
    let mut parts = vec![person.get(path).await];
    loop {
        let last = &parts[parts.len() - 1];
        assert_eq!(last.status, 200, "{}", last.text());
        match next_of(last) {
            None => return parts,
            Some(next) => parts.push(person.get(&format!("{path}{separator}{next}")).await),
        }
    }
}

fn lines(text: &str) -> Vec<&str> {
    text.split_terminator('\n').collect()
}

#[tokio::test]
async fn consents_and_activity_are_taken_out_as_files() {
    let (world, [fails, hers, ..]) = busy_world().await;
    let ada = world.as_person("ada");
    let change = PersonChange {
        display_name: Some(r#"=cmd("|'/c calc'!A1"), Alice"#.into()),
        ..PersonChange::default()
    };
    world.site.people().change("alice", &change).unwrap();

    let sheet = ada.get("/api/admin/export/consents").await;
    assert_eq!(sheet.header("content-type"), "text/csv; charset=utf-8");
    let file = "attachment; filename=\"onbehalf-consents.csv\"";
    assert_eq!(sheet.header("content-disposition"), file);
    assert_eq!(next_of(&sheet), None);
    let text = sheet.text();
    let rows: Vec<_> = text.split_terminator("\r\n").collect();
    assert_eq!(
        rows[0],
        r#""accountId","name","state","endedBecause","access","grantedAt","expiresAt","endedAt","consentId","notice","language""#
    );
    assert_eq!(rows.len(), 3);
    let evil =
        r#""'=cmd(""|'/c calc'!A1""), Alice","active","","readWrite","2026-11-22T08:00:00Z""#;
    assert!(
        rows[1].contains(r#""revoked","revokedByPerson""#),
        "{}",
        rows[1]
    );
    assert!(
        rows[2].starts_with(&format!("\"{ALICE}\",{evil}")),
        "{}",
        rows[2]
    );

    let path = "/api/admin/export/consents?format=jsonl&state=active";
    let reply = ada.get(path).await;
    assert_eq!(reply.header("content-type"), "application/jsonl");
    let text = reply.text();
    let [line] = &lines(&text)[..] else {
        panic!("{text}")
    };
    let line: Value = serde_json::from_str(line).unwrap();
    assert_eq!(line["accountId"], ALICE);
    assert_eq!(line["name"], r#"=cmd("|'/c calc'!A1"), Alice"#);

    let reply = ada.get("/api/admin/export/activity?format=jsonl").await;
    let text = reply.text();
    let acts: Vec<Value> = lines(&text)
        .into_iter()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let outcomes: Vec<_> = acts
        .iter()
        .map(|act| act["outcome"].as_str().unwrap())
        .collect();
    assert_eq!(outcomes, ["unknown", "done", "done", "done", "failed"]);
    assert_eq!(acts[4]["schedule"], id(&fails));
    assert_eq!(acts[4]["status"], "404");
    assert_eq!(acts[1]["asApp"], true);
    assert_eq!(acts[3]["what"], format!("Comment on the page {TEAM_PAGE}"));
    let path = format!(
        "/api/admin/export/activity?schedule={}&result=done",
        id(&hers)
    );
    let text = ada.get(&path).await.text();
    let rows: Vec<_> = text.split_terminator("\r\n").collect();
    assert_eq!(rows.len(), 2, "{text}");
    assert!(rows[1].contains("\"'=cmd("), "{text}");

    // Who takes what out is on record.
    let entries = ada.all(AUDIT).await;
    let what: Vec<_> = entries.iter().map(|it| &it["did"]["what"]).collect();
    assert!(what.contains(&&json!("consents")) && what.contains(&&json!("activity")));
    for path in [
        "consents?format=xlsx",
        "activity?format=",
        "consents?cursor=a%23b",
        "activity?cursor=x",
    ] {
        let reply = ada.get(&format!("/api/admin/export/{path}")).await;
        assert_eq!(reply.problem(422), "unacceptable", "{path}");
    }
    let reply = ada.get("/api/admin/export/consents?limit=1").await;
    assert_eq!(reply.problem(400), "malformed");
}

/// However it is begun: with a place that nobody was given, too.
#[tokio::test]
async fn nothing_is_taken_out_that_is_not_on_record() {
    let (world, _) = busy_world().await;
    let ada = world.as_person("ada");
    let acts = ada.get(&format!("{ACTIVITY}?limit=1")).await.expect(200);
    let place = acts["next"].as_str().unwrap();
    for (number, path) in [
        "consents".to_owned(),
        "consents?cursor=0".to_owned(),
        "activity".to_owned(),
        format!("activity?cursor={place}"),
    ]
    .iter()
    .enumerate()
    {
        world.clock.advance_seconds(1);
        let reply = ada.get(&format!("/api/admin/export/{path}")).await;
        assert_eq!(reply.status, 200, "{}", reply.text());
        assert!(reply.text().contains(ALICE), "{}", reply.text());
        assert_eq!(ada.all(AUDIT).await.len(), number + 1, "{path}");
    }
}

#[tokio::test]
async fn a_long_export_comes_in_parts_that_are_one_file() {
    let (world, _) = busy_world().await;
    let act = an_act(&world).await;
    let consent = world.table().await.row(ALICE, "consent").clone();
    many_acts(&world, &act, 5_500, "done").await;
    let key = world.installation().client_key;
    world
        .put_copies(&consent, 5_000, |number, row| {
            let pk = format!("person#{key}#712020:copy-{number:05}");
            row.insert("pk".into(), AttributeValue::S(pk));
        })
        .await;
    let there = world.instance_on(&world.patient_database()).serve().await;
    let ada = world.as_person("ada").at(&there);
    for (path, count, columns) in [
        ("/api/admin/export/consents", 5_002, "\"accountId\","),
        ("/api/admin/export/activity", 5_505, "\"startedAt\","),
    ] {
        let sheet = parts(&ada, path).await;
        assert_eq!(sheet.len(), 2, "{path}");
        let texts: Vec<_> = sheet.iter().map(Reply::text).collect();
        let whole = texts.concat();
        let rows: Vec<_> = whole.split_terminator("\r\n").collect();
        assert_eq!(rows.len(), count + 1, "{path}");
        assert!(rows[0].starts_with(columns), "{path}: {}", rows[0]);
        assert!(!texts[1].contains(columns), "{path}");
        let different: BTreeSet<_> = rows.iter().collect();
        assert_eq!(different.len(), rows.len(), "{path}");
        assert!(texts.iter().all(|text| text.len() < 3_000_000));

        // One that broke off is gone on with, whatever happened meanwhile.
        world.clock.advance_seconds(1);
        let next = next_of(&sheet[0]).unwrap();
        let again = ada.get(&format!("{path}?{next}")).await;
        assert_eq!(again.text(), texts[1], "{path}");
    }
    let json = parts(&ada, "/api/admin/export/activity?format=jsonl&result=done").await;
    let texts: Vec<_> = json.iter().map(Reply::text).collect();
    let whole = texts.concat();
    let ids: BTreeSet<_> = lines(&whole)
        .into_iter()
        .map(|line| serde_json::from_str::<Value>(line).unwrap()["id"].to_string())
        .collect();
    assert_eq!(ids.len(), 5_503);
}

#[tokio::test]
async fn the_overview_says_how_the_site_stands() {
    let (world, [fails, ..]) = busy_world().await;
    let (alice, ada) = (world.as_person("alice"), world.as_person("ada"));
    let crowd = world.crowd(3).await;
    for (account, state) in [
        (&crowd[0], AccountState::Inactive),
        (&crowd[1], AccountState::Closed),
    ] {
        world.site.deliveries().clear();
        world.site.people().set_state(account, state).unwrap();
        world
            .site
            .deliveries()
            .wait_for(|it| it.event.starts_with("user_"))
            .await;
    }
    world.clock.advance_days(1);
    alice.allow("readWrite", 2).await.expect(200);
    let starter = world.due(&alice.schedule("daily-note").await);
    assert_eq!(world.worker().take(&starter).await, "done");
    let overview = ada.get("/api/admin/overview").await.expect(200);
    assert_eq!(
        overview["consents"],
        json!({"active": 2, "expired": 0, "revoked": 1, "invalidated": 2})
    );
    assert_eq!(overview["endingSoon"], 1);
    assert_eq!(overview["accountsGone"], 2);
    assert_eq!(overview["moreActs"], false);
    let days = overview["days"].as_array().unwrap();
    assert_eq!(days.len(), 14);
    assert_eq!(
        days[0],
        json!({"day": "2026-11-10", "done": 0, "failed": 0, "unknown": 0})
    );
    assert_eq!(
        days[12],
        json!({"day": "2026-11-22", "done": 3, "failed": 1, "unknown": 1})
    );
    assert_eq!(
        days[13],
        json!({"day": "2026-11-23", "done": 1, "failed": 0, "unknown": 0})
    );
    let failing = overview["failing"].as_array().unwrap();
    let ids: BTreeSet<_> = failing
        .iter()
        .map(|it| it["schedule"]["id"].as_str().unwrap())
        .collect();
    assert!(ids.contains(id(&fails)), "{failing:?}");
    let row = failing
        .iter()
        .find(|it| it["schedule"]["id"] == fails["id"])
        .unwrap();
    assert_eq!(row["person"]["name"], "Alice Example");
    assert_eq!(row["schedule"]["lastRun"]["result"], "failed");

    world.clock.advance_days(2);
    let overview = ada.get("/api/admin/overview").await.expect(200);
    assert_eq!(overview["consents"]["expired"], 1);
    assert_eq!(overview["endingSoon"], 0);
    world.clock.advance_days(12);
    let overview = ada.get("/api/admin/overview").await.expect(200);
    let days = overview["days"].as_array().unwrap();
    assert!(days.iter().all(|day| day["failed"] == 0), "{days:?}");
}

#[tokio::test]
async fn everybody_s_schedules_are_listed() {
    let (world, schedules) = busy_world().await;
    let (alice, ada) = (world.as_person("alice"), world.as_person("ada"));
    let all = ada.all("/api/admin/schedules").await;
    let listed: BTreeSet<_> = all
        .iter()
        .map(|it| it["schedule"]["id"].as_str().unwrap())
        .collect();
    for schedule in &schedules {
        assert!(listed.contains(id(schedule)));
    }
    // And the first schedule of each of the two.
    assert_eq!(all.len(), 6);
    let hers = all
        .iter()
        .find(|it| it["schedule"]["id"] == schedules[1]["id"])
        .unwrap();
    assert_eq!(hers["schedule"], alice.schedule(id(&schedules[1])).await);
    assert_eq!(hers["person"]["name"], "Alice Example");
    for limit in [1, 4] {
        let paged = ada
            .all(&format!("/api/admin/schedules?limit={limit}"))
            .await;
        assert_eq!(paged, all, "{limit}");
    }
    alice.delete_schedule(id(&schedules[1])).await.expect(204);
    assert_eq!(ada.all("/api/admin/schedules").await.len(), 5);
    let reply = ada.get("/api/admin/schedules?cursor=x").await;
    assert_eq!(reply.problem(422), "unacceptable");
}
