//! Installs, re-installs, removals: what Atlassian tells the app, and what others pretend that it does.

use confluence_simulator::{Fault, RsaKey, Signer, Token};
use onbehalf::use_cases::fresh_tenant::TENANT_FRESH_FOR;
use onbehalf::use_cases::run_schedule::Ran;
use onbehalf_contract::RunResult;
use onbehalf_tests::{Callback, World, at_once};
use serde_json::{Value, json};

/// Sends callbacks that must not be believed, and checks that each is refused so and changes nothing.
async fn assert_refused<'a>(world: &World, callbacks: Vec<(&str, Callback<'a>, u16, &str)>) {
    let before = world.table().await;
    for (what, callback, status, problem) in callbacks {
        let reply = callback.send().await;
        assert_eq!(reply.status, status, "{what}: {}", reply.text());
        assert_eq!(reply.problem(status), problem, "{what}");
        assert!(world.table().await == before, "{what} changed something");
    }
}

/// An honest callback of the next second, so that it is not taken for the one that came with the install.
fn callback<'a>(world: &'a World, event: &'static str) -> Callback<'a> {
    world.clock.advance_seconds(1);
    world.callback(event)
}

#[tokio::test]
async fn a_wrongly_signed_callback_is_refused() {
    let world = World::start().await;
    let base_url = world.app.base_url().to_owned();
    for event in ["installed", "uninstalled"] {
        let honest = callback(&world, event);
        let forged = |change: &dyn Fn(Token) -> Token| honest.clone().token(change);
        let kid = |kid: &'static str| forged(&move |token| token.kid(kid));
        let aud = |aud: Value| forged(&move |token| token.claim("aud", aud.clone()));
        let other_key = RsaKey::generate().unwrap();
        let real_kid = world.site.install_key().kid.clone();
        let forgeries = vec![
            (
                "another app's aud",
                aud(json!(["https://other.example.com"])),
            ),
            (
                "two auds",
                aud(json!([base_url, "https://other.example.com"])),
            ),
            (
                "an aud below ours",
                aud(json!([format!("{base_url}/below")])),
            ),
            ("no aud in the list", aud(json!([]))),
            ("an aud that is no URL", aud(json!({"url": base_url}))),
            ("no aud", forged(&|token| token.without("aud"))),
            (
                "an unknown kid",
                kid("8d1a2c68-5c0e-4c1d-9f5a-000000000000"),
            ),
            ("a kid that leads elsewhere", kid("../oauth2/token")),
            ("a kid that is a URL", kid("https://evil.example.com/key")),
            ("a kid with a query", kid("key?x=1")),
            ("a kid that is a dot segment", kid("..")),
            ("an empty kid", kid("")),
            ("no kid", forged(&|token| token.without_header("kid"))),
            (
                "a kid that is no text",
                forged(&|token| token.header("kid", 7)),
            ),
            (
                "another key under the right kid",
                forged(&|token| {
                    token
                        .signer(Signer::Rs256(other_key.clone()))
                        .kid(&real_kid)
                }),
            ),
            ("no signature", forged(&|token| token.unsigned())),
        ];
        let asked_before = world.site.calls().all().len();
        let forgeries = forgeries.into_iter();
        let forgeries = forgeries.map(|(what, forged)| (what, forged, 401, "not-proved"));
        assert_refused(&world, forgeries.collect()).await;
        // Only a kid that could be one is ever looked for, and only where the install keys are.
        let asked = &world.site.calls().all()[asked_before..];
        let paths: Vec<_> = asked.iter().map(|call| call.path.as_str()).collect();
        assert!(paths.len() <= 1, "{paths:?}");
        assert!(
            paths
                .iter()
                .all(|path| path.starts_with("/install-keys/8d1a2c68")),
            "{paths:?}"
        );

        assert_eq!(honest.send().await.status, 204);
    }
}

#[tokio::test]
async fn a_callback_whose_body_does_not_fit_is_refused() {
    let world = World::start().await;
    for event in ["installed", "uninstalled"] {
        let honest = callback(&world, event);
        let with = |name: &str, value: Value| honest.clone().field(name, value);
        let site = |url: &str| with("baseUrl", json!(url));
        let unacceptable = |what, callback| (what, callback, 422, "unacceptable");
        let mut callbacks = vec![
            (
                "another tenant",
                with("clientKey", json!("other")),
                401,
                "not-proved",
            ),
            (
                "a tenant that is no text",
                with("clientKey", json!(7)),
                400,
                "malformed",
            ),
            unacceptable("no tenant", with("clientKey", Value::Null)),
            unacceptable("another app", with("key", json!("other-app"))),
            unacceptable("no app", with("key", Value::Null)),
            unacceptable("another event", with("eventType", json!("enabled"))),
            unacceptable("no event", with("eventType", Value::Null)),
            unacceptable("no site", with("baseUrl", Value::Null)),
            unacceptable("no URL", site("wiki")),
            unacceptable(
                "a host that is not allowed",
                site("https://evil.example.com/wiki"),
            ),
            unacceptable(
                "a host that ends the same",
                site("https://evilatlassian.net/wiki"),
            ),
            unacceptable(
                "a host that begins the same",
                site("https://localhost.example.com/wiki"),
            ),
            unacceptable(
                "the allowed hosts' parent",
                site("https://atlassian.net/wiki"),
            ),
            unacceptable("another port", site("https://x.atlassian.net:8443/wiki")),
            unacceptable(
                "a user",
                site("https://x.atlassian.net@evil.example.com/wiki"),
            ),
            unacceptable(
                "a user of an allowed host",
                site("https://me:secret@x.atlassian.net/wiki"),
            ),
            unacceptable(
                "a backslash",
                site("https://evil.example.com\\@x.atlassian.net/wiki"),
            ),
            unacceptable(
                "a fragment",
                site("https://evil.example.com#.atlassian.net/wiki"),
            ),
            unacceptable("in the clear", site("http://x.atlassian.net/wiki")),
            unacceptable("another scheme", site("ftp://x.atlassian.net/wiki")),
            unacceptable(
                "a loopback address that is not named",
                site("http://127.0.0.1:8080/wiki"),
            ),
            unacceptable(
                "an address of the cloud",
                site("http://169.254.169.254/wiki"),
            ),
            (
                "no JSON",
                honest.clone().bytes("installed"),
                400,
                "malformed",
            ),
            ("no body", honest.clone().bytes(""), 400, "malformed"),
            ("a list", honest.clone().bytes("[]"), 400, "malformed"),
            (
                "no UTF-8",
                honest.clone().bytes(b"{\"key\":\"\xff\"}"),
                400,
                "malformed",
            ),
            (
                "64 kB and a byte",
                honest.clone().bytes(vec![b' '; 64 * 1024 + 1]),
                413,
                "too-long",
            ),
        ];
        if event == "installed" {
            callbacks.extend([
                unacceptable("an empty secret", with("sharedSecret", json!(""))),
                unacceptable("no secret", with("sharedSecret", Value::Null)),
                (
                    "a secret that is no text",
                    with("sharedSecret", json!(7)),
                    400,
                    "malformed",
                ),
            ]);
        }
        assert_refused(&world, callbacks).await;
        assert_eq!(honest.send().await.status, 204, "{event}");
    }
}

#[tokio::test]
async fn a_site_on_an_allowed_host_is_taken() {
    let world = World::start().await;
    let other = callback(&world, "installed")
        .tenant("another-site")
        .field("baseUrl", "https://x.atlassian.net/wiki");
    assert_eq!(other.send().await.status, 204);
    let table = world.table().await;
    let site = &table.row("another-site", "tenant")["site"];
    assert_eq!(site.as_s().unwrap(), "https://x.atlassian.net/wiki");
}

#[tokio::test]
async fn a_callback_counts_once_and_never_after_a_newer_one() {
    let world = World::start().await;
    let first = callback(&world, "installed");
    let late = callback(&world, "uninstalled");
    let second = callback(&world, "installed");

    assert_eq!(first.send().await.status, 204);
    assert_refused(&world, vec![("a replay", first.clone(), 401, "replayed")]).await;
    assert_eq!(second.send().await.status, 204);
    let replays = vec![
        ("a replay", second.clone(), 401, "replayed"),
        ("the one before", first, 401, "replayed"),
        ("a removal from between", late, 401, "replayed"),
    ];
    assert_refused(&world, replays).await;

    let token = world.site.mint(&world.installation()).context("alice");
    let request = world.request(http::Method::GET, "/api/consent").header(
        "authorization",
        token.secret(second.secret()).authorization(),
    );
    assert_eq!(world.send(request).await.status, 200);
}

#[tokio::test]
async fn two_callbacks_of_one_second_both_count() {
    let world = World::start().await;
    let removal = callback(&world, "uninstalled");
    let install = world.callback("installed");
    assert_eq!(removal.send().await.status, 204);
    assert_eq!(install.send().await.status, 204);
    assert_eq!(removal.send().await.problem(401), "replayed");
    assert_eq!(install.send().await.problem(401), "replayed");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_ten_installs_at_once_one_secret_remains_whole() {
    let world = World::start().await;
    world.clock.advance_seconds(1);
    let installs: Vec<_> = (0..10)
        .map(|number| {
            let callback = world.callback("installed");
            callback.token(|token| token.claim("jti", number))
        })
        .collect();
    let replies = at_once(installs.iter().map(Callback::send)).await;
    let replies: Vec<_> = replies.iter().map(|reply| reply.status).collect();
    assert!(
        replies.iter().all(|status| [204, 409].contains(status)),
        "{replies:?}"
    );
    assert!(replies.contains(&204), "{replies:?}");

    let mut working = 0;
    for install in &installs {
        let token = world.site.mint(&world.installation()).context("alice");
        let request = world.request(http::Method::GET, "/api/consent").header(
            "authorization",
            token.secret(install.secret()).authorization(),
        );
        working += usize::from(world.send(request).await.status == 200);
    }
    assert_eq!(working, 1);
}

#[tokio::test]
async fn a_new_install_changes_the_secret_at_once_and_keeps_what_people_agreed_to() {
    let world = World::start().await;
    let alice = world.as_person("alice");
    alice.allow("readWrite", 30).await.expect(201);
    let old = world.site.mint(&world.installation());
    world.clock.advance_seconds(1);
    world.install().await;

    let request = world
        .request(http::Method::GET, "/api/consent")
        .header("authorization", old.context("alice").authorization());
    assert_eq!(world.send(request).await.problem(401), "not-proved");
    assert_eq!(alice.consent().await["state"], "active");
}

#[tokio::test]
async fn a_new_install_puts_the_tokens_of_the_old_one_out_of_use() {
    let world = World::start().await;
    let alice = world.as_person("alice");
    alice.allow("readWrite", 30).await.expect(201);
    let exchanges = || world.site.exchanges().all().len();
    alice.run().await;
    alice.run().await;
    assert_eq!(exchanges(), 1, "a token is used until it expires");

    world.install().await;
    assert_eq!(alice.run().await["result"], "done");
    assert_eq!(exchanges(), 2);
    // The one that was kept in the table is of no more use to a process that has none in its memory.
    world.clock.advance_seconds(1);
    world.install().await;
    let run = world.run_due_in("alice", 0);
    assert_eq!(
        world.instance().run(&run).await.unwrap(),
        Ran::Ended(RunResult::Done)
    );
    assert_eq!(exchanges(), 3);
}

#[tokio::test]
async fn a_removed_app_acts_for_nobody() {
    let world = World::start().await;
    let alice = world.as_person("alice");
    alice.allow("readWrite", 30).await.expect(201);
    alice.run().await;
    world.clock.advance_seconds(1);
    let run = world.run_due_in("alice", 0);
    let instance = world.instance();
    let secret = world.installation().shared_secret;

    world.uninstall().await;
    assert_eq!(
        instance.run(&run).await.unwrap(),
        Ran::Ended(RunResult::Refused)
    );
    assert_eq!(alice.calls_as_them().len(), 1);
    assert_eq!(world.site.exchanges().all().len(), 1);
    assert!(!format!("{:?}", world.table().await).contains(&secret));

    world.clock.advance_seconds(1);
    world.install().await;
    assert_eq!(
        alice.last_run().await["reason"]["code"],
        "app-not-installed"
    );
    // A consent is given to an installation, and ends with it.
    let consent = alice.consent().await;
    assert_eq!(consent["state"], "invalidated");
    assert_eq!(consent["endedBecause"], "appRemoved");
    assert_eq!(
        alice.run().await["reason"]["code"],
        "consent-invalidated-app-removed"
    );
    alice.allow("readWrite", 30).await.expect(201);
    assert_eq!(alice.run().await["result"], "done");
}

#[tokio::test]
async fn a_removal_is_answered_when_nothing_can_start_any_more() {
    let world = World::start().await;
    let waits = world.clock.waits().len();
    assert_eq!(callback(&world, "uninstalled").send().await.status, 204);
    let fresh_for = std::time::Duration::try_from(TENANT_FRESH_FOR).unwrap();
    assert_eq!(world.clock.waits()[waits..], [fresh_for]);
}

#[tokio::test]
async fn an_old_removal_does_not_remove_a_new_install() {
    let world = World::start().await;
    let removal = callback(&world, "uninstalled");
    assert_eq!(removal.send().await.status, 204);
    world.clock.advance_seconds(1);
    world.install().await;
    assert_refused(&world, vec![("an old removal", removal, 401, "replayed")]).await;
    assert_eq!(world.as_person("alice").consent().await["state"], "none");
}

#[tokio::test]
async fn a_site_that_never_had_the_app_is_told_that_it_is_gone() {
    let world = World::start().await;
    let before = world.table().await;
    let unknown = callback(&world, "uninstalled").tenant("never-seen");
    assert_eq!(unknown.send().await.status, 204);
    assert!(world.table().await == before);
}

#[tokio::test]
async fn an_app_that_is_switched_off_acts_for_nobody_until_it_is_on_again() {
    let world = World::start().await;
    let alice = world.as_person("alice");
    alice.allow("readWrite", 30).await.expect(201);

    world.set_enabled(false).await;
    world.clock.advance_seconds(1);
    let run = world.run_due_in("alice", 0);
    assert_eq!(
        world.instance().run(&run).await.unwrap(),
        Ran::Ended(RunResult::Refused)
    );
    assert_eq!(
        alice.last_run().await["reason"]["code"],
        "app-not-installed"
    );
    assert!(world.site.exchanges().all().is_empty());

    world.set_enabled(true).await;
    assert_eq!(alice.run().await["result"], "done");
}

#[tokio::test]
async fn a_late_message_does_not_switch_the_app_on() {
    let world = World::start().await;
    world.clock.advance_seconds(1);
    let late = world
        .site
        .mint(&world.installation())
        .webhook("/lifecycle/enabled");
    world.clock.advance_seconds(1);
    world.set_enabled(false).await;
    let before = world.table().await;
    let request = world
        .request(http::Method::POST, "/lifecycle/enabled")
        .header("authorization", late.authorization());
    assert_eq!(world.send(request).await.status, 204);
    assert!(world.table().await == before);
}

#[tokio::test]
async fn while_the_install_keys_cannot_be_had_an_install_has_to_wait() {
    let world = World::before_install().await;
    let url = world.url("/atlassian-connect.json");
    let keys = || Fault::on("GET", "/install-keys/*").once();
    for fault in [
        keys().reset(),
        keys().respond(500, Value::Null),
        keys().respond(200, json!("not a key")),
    ] {
        world.site.faults().add(fault);
        world.site.install(&url).await.unwrap_err();
        let sent = world.site.deliveries().all();
        assert_eq!(sent.last().unwrap().status, Some(503));
        assert!(world.table().await.rows().is_empty());
    }
    world.install().await;
}

#[tokio::test]
async fn an_install_without_impersonation_says_so_when_a_run_needs_it() {
    let world = World::start().await;
    let old = callback(&world, "installed")
        .field("oauthClientId", Value::Null)
        .field("sharedSecret", world.installation().shared_secret);
    assert_eq!(old.send().await.status, 204);
    let alice = world.as_person("alice");
    alice.allow("readWrite", 30).await.expect(201);
    let run = alice.run().await;
    assert_eq!(run["result"], "failed");
    assert_eq!(run["reason"]["code"], "token-refused");
    assert!(alice.calls_as_them().is_empty());
}
