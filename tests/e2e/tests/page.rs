//! The pages that Confluence frames, what they are made of, and the descriptor that it learns of them from.

use atlassian_connect::descriptor::Descriptor;
use confluence_simulator::people::{ADA, ALICE};
use confluence_simulator::{AccountState, AccountType, Fault, PersonChange};
use http::Method;
use onbehalf_tests::{LANGUAGES, NOTICE, Reply, SCRIPT, SCRIPT_BROTLI, SCRIPT_URL, World};
use serde_json::{Value, json};

/// The state inside the page, as a browser would find it.
#[track_caller]
fn state(reply: &Reply) -> Value {
    let html = reply.text();
    let (_, after) = html
        .split_once(r#"<script type="application/json" id="state">"#)
        .unwrap_or_else(|| panic!("no state in {html}"));
    let (state, _) = after.split_once("</script").expect("the state ends");
    serde_json::from_str(state).expect("the state is JSON")
}

/// What the policy says about this.
fn directive(reply: &Reply, name: &str) -> String {
    let policy = reply.header("content-security-policy").to_owned();
    let parts = policy.split(';').map(str::trim);
    let mut found = parts.filter_map(|part| part.strip_prefix(name));
    let value = found
        .next()
        .unwrap_or_else(|| panic!("no {name} in {policy:?}"));
    value.trim().to_owned()
}

#[track_caller]
fn assert_guarded(reply: &Reply) {
    assert_eq!(reply.header("cache-control"), "no-cache, no-store");
    assert_eq!(reply.header("referrer-policy"), "no-referrer");
    assert_eq!(reply.header("x-content-type-options"), "nosniff");
    assert!(
        reply
            .header("strict-transport-security")
            .starts_with("max-age=31536000")
    );
    // Confluence frames these pages, and this header cannot name it.
    assert!(!reply.headers.contains_key("x-frame-options"));
}

#[tokio::test]
async fn the_consent_page_carries_its_first_state() {
    let world = World::start().await;
    let reply = world.open("alice", "/consent?request=mine").await;
    assert_eq!(reply.status, 200);
    assert_eq!(reply.header("content-type"), "text/html; charset=utf-8");
    let state = state(&reply);
    assert_eq!(state["app"], "Onbehalf");
    assert_eq!(state["site"], "localhost");
    assert_eq!(
        state["person"],
        json!({"accountId": ALICE, "name": "Alice Example"})
    );
    assert_eq!(state["consent"], json!({"state": "none", "notice": NOTICE}));
    assert_eq!(state["texts"]["language"], "en");
    assert_eq!(state["texts"]["notice"]["version"], NOTICE);
    assert_eq!(state["texts"]["words"]["language"], "en");
    assert_eq!(state["activity"], json!({"items": []}));
    assert_eq!(state["schedules"][0]["id"], "daily-note");
    assert_eq!(
        state["limits"],
        json!({"longestDays": 90, "usualDays": 30, "days": [1, 7, 30, 90], "access": ["read", "readWrite"], "neededAccess": "readWrite"})
    );
    assert_eq!(state.get("refusal"), None);

    let alice = world.as_person("alice");
    alice.allow("read", 7).await.expect(201);
    let reply = world.open("alice", "/consent?request=mine").await;
    assert_eq!(self::state(&reply)["consent"], alice.consent().await);
}

#[tokio::test]
async fn pages_are_compressed_for_whoever_can_read_that_and_answers_of_the_api_are_not() {
    let world = World::start().await;
    let mint = world.site.mint(&world.installation());
    let token = mint.page("alice", "/consent").sign();
    let page = format!("/consent?jwt={token}");
    let open = async |encodings: &str| {
        let request = world.request(Method::GET, &page);
        world
            .send(request.header("accept-encoding", encodings))
            .await
    };
    let (plain, small) = (open("identity").await, open("gzip, br").await);
    assert_eq!(state(&plain)["app"], "Onbehalf");
    assert!(!plain.headers.contains_key("content-encoding"));
    assert_eq!(small.header("content-encoding"), "gzip");
    assert_eq!(small.header("vary"), "accept-encoding");
    let sizes = [&small, &plain].map(|reply| reply.bytes.len());
    assert!(sizes[0] * 3 < sizes[1] * 2, "{sizes:?}");
    assert_guarded(&small);

    let document = world.request(Method::GET, "/openapi.json");
    let document = world.send(document.header("accept-encoding", "gzip")).await;
    assert!(!document.headers.contains_key("content-encoding"));
}

#[tokio::test]
async fn the_consent_page_is_guarded_and_only_its_own_site_may_frame_it() {
    let world = World::start().await;
    let reply = world.open("alice", "/consent").await;
    assert_guarded(&reply);
    assert_eq!(
        directive(&reply, "frame-ancestors"),
        world.site.site_origin()
    );
    assert_eq!(directive(&reply, "default-src"), "'none'");
    assert_eq!(directive(&reply, "script-src"), "'self' 'wasm-unsafe-eval'");
    assert_eq!(directive(&reply, "connect-src"), "'self'");
    assert_eq!(directive(&reply, "base-uri"), "'none'");
    assert_eq!(directive(&reply, "form-action"), "'none'");
    let html = reply.text();
    assert!(html.contains(SCRIPT_URL));
    // The policy has no 'unsafe-inline': what the page runs comes from files.
    let inline = html.split("<script").skip(1).filter(|script| {
        let tag = script.split('>').next().unwrap();
        !tag.contains("src=") && !tag.contains("application/json")
    });
    assert_eq!(inline.count(), 0);
}

#[tokio::test]
async fn a_name_cannot_break_out_of_the_state() {
    let world = World::start().await;
    let name = "</script><script>alert(1)</script><!-- {{state}} & \u{2028} \"'";
    let change = PersonChange {
        display_name: Some(name.into()),
        ..PersonChange::default()
    };
    world.site.people().change("alice", &change).unwrap();
    let reply = world.open("alice", "/consent").await;
    assert_eq!(state(&reply)["person"]["name"], name);
    let html = reply.text();
    assert!(!html.contains("alert(1)</script>"), "{html}");
    assert!(!html.contains("<!-- {{"), "{html}");
}

#[tokio::test]
async fn a_page_that_was_not_opened_by_confluence_says_how_to_open_it() {
    let world = World::start().await;
    for reply in [
        world.get("/consent").await,
        world.get("/consent?jwt=garbage").await,
        world.get("/consent?jwt=").await,
    ] {
        assert_eq!(reply.status, 401);
        assert_eq!(reply.header("content-type"), "text/html; charset=utf-8");
        let html = reply.text();
        assert!(html.contains("Open this page from Confluence"), "{html}");
        assert!(html.contains("choose “Allow impersonation…”"), "{html}");
        assert!(!html.contains("id=\"state\""), "{html}");
        assert_guarded(&reply);
        let frames = directive(&reply, "frame-ancestors");
        assert_eq!(frames, "http://localhost:* https://*.atlassian.net");
    }
}

#[tokio::test]
async fn a_page_token_grows_old_but_its_page_can_be_loaded_again_until_then() {
    let world = World::start().await;
    let mint = world.site.mint(&world.installation());
    let url = format!("/consent?jwt={}", mint.page("alice", "/consent").sign());
    assert_eq!(world.get(&url).await.status, 200);
    assert_eq!(world.get(&url).await.status, 200);
    world.clock.advance_seconds(183);
    assert_eq!(world.get(&url).await.status, 401);
}

#[tokio::test]
async fn who_cannot_consent_is_shown_why() {
    let world = World::start().await;
    for (person, why) in [
        ("dora", "account-inactive"),
        ("carl", "account-is-customer"),
        ("onbehalf", "account-is-app"),
        ("712020:nobody-knows-me", "account-unknown"),
    ] {
        let reply = world.open(person, "/consent").await;
        assert_eq!(reply.status, 403, "{person}");
        let refusal = &state(&reply)["refusal"];
        assert_eq!(refusal["type"], format!("/problems/{why}"));
        assert_eq!(refusal["status"], 403);
        assert_eq!(refusal["title"], "This account cannot be impersonated");
        assert!(refusal["remedy"].as_str().unwrap().ends_with('.'));
        assert_guarded(&reply);
    }
}

#[tokio::test]
async fn who_is_not_signed_in_is_told_to_sign_in() {
    let world = World::start().await;
    for path in ["/consent", "/admin"] {
        let reply = world.open("nobody", path).await;
        assert_eq!(reply.status, 403);
        assert!(
            reply.text().contains("Sign in to Confluence"),
            "{}",
            reply.text()
        );
    }
}

#[tokio::test]
async fn without_confluence_the_page_says_to_try_again() {
    let world = World::start().await;
    let users = || Fault::on("POST", "/wiki/api/v2/users-bulk").once();
    for (fault, wait) in [
        (users().respond(500, Value::Null), "5"),
        (users().reset(), "5"),
        (users().too_many_requests(7), "7"),
    ] {
        world.site.faults().add(fault);
        let reply = world.open("alice", "/consent").await;
        assert_eq!(reply.status, 503);
        assert_eq!(reply.header("content-type"), "text/html; charset=utf-8");
        assert!(reply.text().contains("Try again"), "{}", reply.text());
        assert_eq!(reply.header("retry-after"), wait);
        assert_guarded(&reply);
    }
    assert_eq!(world.open("alice", "/consent").await.status, 200);
}

#[tokio::test]
async fn only_admins_see_the_admin_page() {
    let world = World::start().await;
    let reply = world.open("ada", "/admin").await;
    assert_eq!(reply.status, 200);
    for part in [
        "/assets/admin-0123456789abcdef.js",
        "\"app\":\"Onbehalf\"",
        "\"overview\":{",
    ] {
        assert!(reply.text().contains(part), "{part}: {}", reply.text());
    }
    assert_guarded(&reply);
    assert_eq!(
        directive(&reply, "frame-ancestors"),
        world.site.site_origin()
    );

    for person in ["alice", "carl", "onbehalf", "712020:nobody-knows-me"] {
        let reply = world.open(person, "/admin").await;
        assert_eq!(reply.status, 403, "{person}");
        assert!(
            reply.text().contains("en: not an admin"),
            "{}",
            reply.text()
        );
    }
}

#[tokio::test]
async fn the_page_speaks_the_language_that_the_browser_asks_for() {
    let world = World::start().await;
    let (_, mut english) = texts(&world, "en").await;
    english.remove("words");
    for language in LANGUAGES {
        let path = "/consent";
        let token = world.site.mint(&world.installation()).page("alice", path);
        let request = world
            .request(Method::GET, &format!("{path}?jwt={}", token.sign()))
            .header(
                "accept-language",
                format!("zh-CN, {language}-XX;q=0.9, en;q=0.5"),
            );
        let reply = world.send(request).await;
        assert!(
            reply
                .text()
                .contains(&format!("<html lang=\"{language}\">"))
        );
        let shown = state(&reply)["texts"].clone();
        let (whole, said) = texts(&world, language).await;
        assert_eq!(shown, whole, "the page can fetch just what it was given");
        assert_eq!(said["words"]["language"], language);
        assert_eq!(said["notice"]["version"], NOTICE);
        assert_eq!(
            said["notice"]["lead"] == english["notice"]["lead"],
            language == "en"
        );
    }
    for unknown in ["tlh", "EN", "de-DE", ""] {
        let reply = world.get(&format!("/api/texts/{unknown}")).await;
        assert!(
            [404, 422].contains(&reply.status),
            "{unknown}: {}",
            reply.status
        );
    }
}

#[tokio::test]
async fn every_translation_that_the_descriptor_declares_names_every_module() {
    let world = World::start().await;
    let descriptor: Value = world.get("/atlassian-connect.json").await.expect(200);
    let paths = descriptor["translations"]["paths"]
        .as_object()
        .expect("there are translations");
    assert_eq!(paths.len(), LANGUAGES.len());
    let mut keys: Vec<&str> = Vec::new();
    for kind in ["generalPages", "webItems", "adminPages"] {
        let modules = descriptor["modules"][kind]
            .as_array()
            .expect("there are modules");
        keys.extend(
            modules
                .iter()
                .filter_map(|module| module["name"]["i18n"].as_str()),
        );
    }
    assert!(!keys.is_empty());
    for (tag, path) in paths {
        let path = path.as_str().expect("a path is a text");
        let names: Value = world.get(path).await.expect(200);
        for key in &keys {
            let name = names[key].as_str().unwrap_or_default();
            assert!(name.starts_with(&tag[..2]), "{tag} {key}: {name:?}");
        }
    }
    assert_eq!(
        world.get("/i18n/tlh").await.problem(422),
        "language-unknown"
    );
}

/// What the page says in a language, as JSON and as an object.
async fn texts(world: &World, language: &str) -> (Value, serde_json::Map<String, Value>) {
    let said: Value = world
        .get(&format!("/api/texts/{language}"))
        .await
        .expect(200);
    let object = said.as_object().cloned().expect("texts are an object");
    (said, object)
}

#[tokio::test]
async fn an_admin_of_another_kind_is_no_admin() {
    let world = World::start().await;
    for change in [
        PersonChange {
            account_type: Some(AccountType::App),
            ..PersonChange::default()
        },
        PersonChange {
            account_type: Some(AccountType::Atlassian),
            state: Some(AccountState::Inactive),
            ..PersonChange::default()
        },
    ] {
        world.site.people().change(ADA, &change).unwrap();
        assert_eq!(world.open("ada", "/admin").await.status, 403, "{change:?}");
        world.clock.advance_seconds(60);
    }
}

#[tokio::test]
async fn a_demoted_admin_is_one_for_a_minute_at_most() {
    let world = World::start().await;
    assert_eq!(world.open("ada", "/admin").await.status, 200);
    world.set_admin("ada", false);
    world.clock.advance_seconds(59);
    assert_eq!(world.open("ada", "/admin").await.status, 200);
    world.clock.advance_seconds(1);
    assert_eq!(world.open("ada", "/admin").await.status, 403);
}

#[tokio::test]
async fn while_confluence_cannot_be_asked_nobody_is_an_admin() {
    let world = World::start().await;
    assert_eq!(world.open("ada", "/admin").await.status, 200);
    world.clock.advance_seconds(60);
    world
        .site
        .faults()
        .add(Fault::on("GET", "/wiki/rest/api/user").reset());
    let reply = world.open("ada", "/admin").await;
    assert_eq!(reply.status, 503);
    assert!(!reply.text().contains("Onbehalf on localhost"));
    world.site.faults().clear();
    assert_eq!(world.open("ada", "/admin").await.status, 200);
}

#[tokio::test]
async fn assets_are_kept_for_ever_and_sent_compressed_to_who_can_read_that() {
    let world = World::start().await;
    let get = async |accepts: Option<&str>| {
        let request = world.request(Method::GET, SCRIPT_URL);
        world
            .send(match accepts {
                Some(codings) => request.header("accept-encoding", codings),
                None => request,
            })
            .await
    };
    for accepts in [None, Some("gzip"), Some("br;q=0, gzip"), Some("brotli")] {
        let reply = get(accepts).await;
        assert_eq!(reply.status, 200);
        assert_eq!(reply.bytes, SCRIPT.as_bytes(), "{accepts:?}");
        assert!(!reply.headers.contains_key("content-encoding"));
    }
    for accepts in ["br", "gzip, deflate, br, zstd", "gzip,br;q=0.5"] {
        let reply = get(Some(accepts)).await;
        assert_eq!(reply.bytes, SCRIPT_BROTLI, "{accepts}");
        assert_eq!(reply.header("content-encoding"), "br");
        assert_eq!(
            reply.header("content-type"),
            "text/javascript; charset=utf-8"
        );
        assert_eq!(
            reply.header("cache-control"),
            "public, max-age=31536000, immutable"
        );
        assert_eq!(reply.header("vary"), "accept-encoding");
        assert_eq!(reply.header("x-content-type-options"), "nosniff");
    }
    let wasm = world.get("/assets/page-0123456789abcdef.wasm").await;
    assert_eq!(wasm.header("content-type"), "application/wasm");
}

#[tokio::test]
async fn nothing_but_the_assets_of_the_page_is_served() {
    let world = World::start().await;
    for path in [
        "/assets/page.js",
        "/assets/page-0123456789abcdef.js.br",
        "/assets/..%2Fmanifest.json",
        "/assets/%2E%2E%2F%2E%2E%2Fseal.key",
        "/assets/..%5Cseal.key",
        "/assets/%00",
        "/assets/",
        "/manifest.json",
        "/seal.key",
    ] {
        let reply = world.get(path).await;
        assert_eq!(reply.problem(404), "no-such-route", "{path}");
        assert_eq!(reply.header("cache-control"), "no-cache, no-store");
    }
}

#[tokio::test]
async fn the_descriptor_names_this_very_app_and_both_sides_accept_it() {
    let world = World::before_install().await;
    let url = world.url("/atlassian-connect.json");
    let reply = world.get("/atlassian-connect.json").await;
    assert_eq!(reply.status, 200);
    assert_eq!(reply.header("content-type"), "application/json");
    assert!(!reply.text().contains("{{"), "{}", reply.text());
    let descriptor = Descriptor::parse(&reply.text()).unwrap();
    assert_eq!(descriptor.base_url.as_str(), world.app.base_url());
    let read = world.site.read_descriptor(&url).await.unwrap();
    assert_eq!(read.base_url, world.app.base_url());
    assert_eq!(read.key, "onbehalf");
    // What the routes answer to is what the descriptor says.
    let json = reply.json();
    for event in ["installed", "uninstalled", "enabled", "disabled"] {
        let path = json["lifecycle"][event].as_str().unwrap();
        let reply = world.send(world.request(Method::POST, path)).await;
        assert_eq!(reply.problem(401), "not-proved", "{event}");
    }
}

#[tokio::test]
async fn the_bridge_comes_from_the_app_itself_on_one_machine() {
    let world = World::before_install().await;
    let reply = world.get("/atlassian-connect/all.js").await;
    assert_eq!(reply.status, 200);
    assert_eq!(
        reply.header("content-type"),
        "text/javascript; charset=utf-8"
    );
}
