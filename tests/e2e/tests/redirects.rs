//! What the app sends goes where it is meant to go: no answer leads it, and the token that it carries, anywhere else.

use confluence_simulator::people::ALICE;
use confluence_simulator::{Effect, Fault};
use onbehalf_tests::World;
use onbehalf_tests::paths::{COMMENTS, REPORT, TOKEN, USER, USERS};
use onbehalf_tests::wish::commenting;
use serde_json::Value;

/// An answer that points elsewhere, in each of the ways there are.
const REDIRECTS: [u16; 5] = [301, 302, 303, 307, 308];

fn redirect(method: &str, path: &str, status: u16, to: String) -> Fault {
    let mut fault = Fault::on(method, path).once().respond(status, Value::Null);
    if let Effect::Respond { headers, .. } = &mut fault.effect {
        headers.insert("Location".into(), to);
    }
    fault
}

#[tokio::test]
async fn nobody_is_acted_for_where_an_answer_points() {
    let (world, other) = World::with_another_site().await;
    let alice = world.as_person("alice");
    alice.allow("readWrite", 90).await.expect(201);
    let worker = world.worker();
    other.calls().clear();
    for status in REDIRECTS {
        for (path, to) in [
            (USERS, other.site_origin().to_owned() + USERS),
            (TOKEN, other.token_url()),
            (COMMENTS, other.site_origin().to_owned() + COMMENTS),
        ] {
            // A token of the time before is over.
            world.clock.advance_seconds(1000);
            let made = alice.make(&commenting("Note")).await;
            let fault = redirect("POST", path, status, to);
            let fault = world.site.faults().add(fault);
            let taken = worker.take(&world.due(&made)).await;
            assert_ne!(taken, "done", "{status} {path}");
            assert_eq!(fault.hits(), 1, "{status} {path}");
            let there = other.calls().all();
            assert!(there.is_empty(), "{status} {path}: {there:?}");
        }
    }
    assert!(world.comments_of(ALICE).is_empty());
}

#[tokio::test]
async fn nobody_is_an_admin_or_reported_where_an_answer_points() {
    let (world, other) = World::with_another_site().await;
    let ada = world.as_person("ada");
    ada.allow("read", 90).await.expect(201);
    world.clock.advance_days(7);
    let instance = world.instance();
    other.calls().clear();
    for status in REDIRECTS {
        // What was said before is forgotten by now, and a site that refused a report is asked again.
        world.clock.advance_days(1);
        let to = |path: &str| other.site_origin().to_owned() + path;
        let who = world
            .site
            .faults()
            .add(redirect("GET", USER, status, to(USER)));
        let reply = ada.get("/api/admin/overview").await;
        assert_eq!(reply.problem(503), "unavailable", "{status}");
        let report = redirect("POST", REPORT, status, to(REPORT));
        let report = world.site.faults().add(report);
        instance.sweep().await.expect("a sweep goes on");
        assert_eq!((who.hits(), report.hits()), (1, 1), "{status}");
        let there = other.calls().all();
        assert!(there.is_empty(), "{status}: {there:?}");
    }
    assert!(world.site.reports().all().is_empty());
}
