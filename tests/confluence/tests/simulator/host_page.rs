//! The host page in a real browser, with Atlassian's own bridge on both sides.

use std::path::PathBuf;
use std::process::Stdio;

use confluence_simulator::{Options, PersonChange};
use serde_json::{Value, json};
use tokio::process::Command;

use crate::support::World;

/// Needs Node, what `npm ci` installs in `tests/`, and Chromium (on the PATH, or named by `CHROMIUM`).
#[tokio::test]
async fn people_use_apps_in_the_host_page() {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/simulator/host_page.mjs");
    let world = World::with(Options {
        assets: assets(),
        ..Options::default()
    })
    .await;
    world.install().await;
    let node = Command::new("node")
        .arg(script)
        .env("CONFLUENCE", world.site.site_origin())
        .stderr(Stdio::inherit())
        .stdout(Stdio::inherit())
        .kill_on_drop(true)
        .status();
    assert!(
        node.await.unwrap().success(),
        "the script says above what went wrong"
    );
}

#[tokio::test]
async fn menus_and_titles_are_in_the_person_s_language_where_the_app_translates_them() {
    let world = World::new().await;
    let page = async || {
        let path = "/wiki/plugins/servlet/ac/fake-app/guide";
        let url = format!("{}{path}", world.site.site_origin());
        world
            .http
            .get(url)
            .send()
            .await
            .unwrap()
            .text()
            .await
            .unwrap()
    };
    for (locale, name) in [
        ("en_US", "Fake guide"),
        ("de_DE", "Anleitung"),
        ("de_AT", "Anleitung"),
        // The app's file for French can't be read, and for Japanese there is none.
        ("fr_FR", "Fake guide"),
        ("ja_JP", "Fake guide"),
    ] {
        let change = PersonChange {
            locale: Some(locale.to_owned()),
            ..PersonChange::default()
        };
        world.site.people().change("alice", &change).unwrap();
        let html = page().await;
        assert!(html.contains(&format!("<title>{name}")), "{locale}: {html}");
        for other in ["Fake guide", "Anleitung"] {
            assert_eq!(html.contains(other), other == name, "{locale}: {html}");
        }
    }
}

#[tokio::test]
async fn the_bridge_is_told_what_confluence_tells_it() {
    let world = World::new().await;
    let path = "/wiki/plugins/servlet/ac/fake-app/hello?ac.a=x%20y%26z&page.id=7&classifier=json";
    let response = world
        .http
        .get(format!("{}{path}", world.site.site_origin()))
        .send()
        .await
        .unwrap();
    let data: Value = response.json().await.unwrap();
    let url = data["url"].as_str().unwrap();
    let origin = world
        .site
        .site_origin()
        .replace(':', "%3A")
        .replace('/', "%2F");
    let expected = format!(
        "{}/hello?a=x%20y%26z&page=7&xdm_e={origin}&xdm_c=channel-fake-app__hello&cp=%2Fwiki\
         &xdm_deprecated_addon_key_do_not_use=fake-app&lic=none&cv=1001.0.0-SNAPSHOT&jwt=",
        world.app.origin
    );
    let token = url
        .strip_prefix(&expected)
        .unwrap_or_else(|| panic!("{url}\n{expected}"));
    let claims = claims(token);
    let path = url.strip_prefix(&world.app.origin).unwrap();
    assert_eq!(claims["qsh"], confluence_simulator::qsh("GET", path, ""));
    assert_eq!(claims["sub"], confluence_simulator::people::ALICE);
    assert_eq!(
        claims["exp"].as_i64().unwrap() - claims["iat"].as_i64().unwrap(),
        180
    );
    assert_eq!(
        self::claims(data["contextJwt"].as_str().unwrap())["qsh"],
        "context-qsh"
    );
    assert_eq!(data["productCtx"], json!({"page.id": "7"}).to_string());
}

#[tokio::test]
async fn pages_of_apps_are_for_those_who_may_see_them() {
    let world = World::new().await;
    let get = async |person: &str, path: &str| {
        let sign_in = format!("{}/sign-in?person={person}", world.site.control_url());
        let signed_in = world.http.get(sign_in).send().await.unwrap();
        let cookie = signed_in.headers()["set-cookie"]
            .to_str()
            .unwrap()
            .split(';')
            .next()
            .unwrap();
        let url = format!("{}{path}", world.site.base_url());
        world
            .http
            .get(url)
            .header("cookie", cookie)
            .send()
            .await
            .unwrap()
    };
    let page = |module: &str| format!("/plugins/servlet/ac/fake-app/{module}");
    for (person, path, expected) in [
        ("alice", page("hello"), 200),
        ("nobody", page("hello"), 200),
        ("dora", page("hello"), 403),
        ("carl", page("hello"), 403),
        ("alice", page("settings"), 403),
        ("nobody", page("settings"), 403),
        ("ada", page("settings"), 200),
        ("alice", page("missing"), 404),
        ("alice", "/admin".to_owned(), 403),
        ("alice", "/spaces/BOARD/pages/65542".to_owned(), 404),
        ("ada", "/spaces/BOARD/pages/65542".to_owned(), 200),
        ("nobody", "/spaces/TEAM/pages/65537".to_owned(), 404),
    ] {
        assert_eq!(
            get(person, &path).await.status().as_u16(),
            expected,
            "{person} at {path}"
        );
    }
    let anonymous: Value = get("nobody", &format!("{}?classifier=json", page("hello")))
        .await
        .json()
        .await
        .unwrap();
    assert_eq!(
        claims(anonymous["contextJwt"].as_str().unwrap()).get("sub"),
        None
    );
    let home = get("alice", "/home").await.text().await.unwrap();
    assert!(home.contains("Say hello…") && home.contains("Fake guide"));
    assert!(!home.contains("For admins"), "its condition doesn't hold");
    world.site.set_enabled("fake-app", false).unwrap();
    assert_eq!(get("alice", &page("hello")).await.status(), 404);
}

/// Where npm has installed the bridge.
fn assets() -> PathBuf {
    let default = concat!(env!("CARGO_MANIFEST_DIR"), "/../node_modules");
    std::env::var_os("CONFLUENCE_ASSETS").map_or_else(|| default.into(), PathBuf::from)
}

fn claims(token: &str) -> Value {
    use base64::Engine as _;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;
    let claims = token.split('.').nth(1).unwrap();
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(claims).unwrap()).unwrap()
}
