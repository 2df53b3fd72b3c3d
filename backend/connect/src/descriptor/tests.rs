use serde_json::{Value, json};

use super::*;

/// The least that a descriptor needs.
fn least() -> Value {
    json!({
        "key": "com.example.app",
        "baseUrl": "https://app.example.com",
        "authentication": {"type": "jwt"},
    })
}

/// A descriptor with some of everything.
const FULL: &str = r#"
{
    "key": "com.example.app",
    "name": "Example",
    "description": "Does this and that.",
    "vendor": {"name": "Example Inc.", "url": "https://example.com"},
    "baseUrl": "https://app.example.com/connect",
    "authentication": {"type": "jwt"},
    "lifecycle": {
        "installed": "/lifecycle/installed",
        "enabled": "/lifecycle/enabled",
        "disabled": "/lifecycle/disabled",
        "uninstalled": "/lifecycle/uninstalled"
    },
    "scopes": ["READ", "ACT_AS_USER"],
    "apiVersion": 2,
    "enableLicensing": true,
    "apiMigrations": {"gdpr": true, "signed-install": true, "context-qsh": true},
    "translations": {"paths": {"en-US": "/i18n/en_US.json", "de-DE": "/i18n/de_DE.json"}},
    "links": {"self": "https://app.example.com/atlassian-connect.json"},
    "modules": {
        "generalPages": [
            {"key": "hidden", "name": {"value": "Hidden"}, "url": "/hidden?request={ac.request}", "location": "none"},
            {
                "key": "cached",
                "name": {"value": "Cached", "i18n": "page.cached"},
                "url": "/cached",
                "weight": 200,
                "icon": {"url": "/icon.png", "width": 16, "height": 16},
                "params": {"a": "b"},
                "cacheable": true
            }
        ],
        "adminPages": [{"key": "admin", "name": {"value": "Admin"}, "url": "/admin", "fullPage": true}],
        "configurePage": {"key": "configure", "name": {"value": "Configure"}, "url": "/configure"},
        "postInstallPage": {"key": "start", "name": {"value": "Get started"}, "url": "/start"},
        "webSections": [{"key": "section", "name": {"value": "Section"}, "location": "system.header/left"}],
        "webPanels": [{
            "key": "panel",
            "name": {"value": "Panel"},
            "location": "atl.general",
            "url": "/panel",
            "layout": {"width": "100%", "height": "100px"}
        }],
        "webItems": [
            {
                "key": "to-page",
                "name": {"value": "Page"},
                "location": "system.user/user-preferences",
                "context": "page",
                "url": "hidden",
                "target": {"type": "dialog", "options": {"width": "600px", "height": "400px", "chrome": true}},
                "conditions": [
                    {"condition": "user_is_logged_in"},
                    {"type": "or", "conditions": [
                        {"condition": "feature_flag", "invert": true, "params": {"featureFlagKey": "x"}},
                        {"and": [{"condition": "user_is_admin"}]}
                    ]},
                    {"or": [{"condition": "addon_is_licensed"}, {"condition": "user_is_sysadmin"}]}
                ]
            },
            {
                "key": "to-dialog",
                "name": {"value": "Dialog"},
                "tooltip": {"value": "Opens a dialog"},
                "location": "system.content.action/secondary",
                "target": {"type": "dialogmodule", "options": {"key": "dialog"}},
                "styleClasses": ["primary"]
            },
            {
                "key": "to-product",
                "name": {"value": "Product"},
                "location": "system.help/pages",
                "context": "product",
                "url": "/spaces",
                "target": {"type": "page"}
            },
            {
                "key": "to-web",
                "name": {"value": "Web"},
                "location": "system.help/pages",
                "url": "https://example.com",
                "target": {"type": "inlinedialog", "options": {"onHover": true, "offsetX": "30px"}}
            }
        ],
        "dialogs": [{
            "key": "dialog",
            "url": "/dialog",
            "options": {"size": "x-large", "header": {"value": "Dialog"}}
        }],
        "webhooks": [{"event": "user_deactivated", "url": "/webhooks/user_deactivated", "excludeBody": true}],
        "contentBylineItems": [{"key": "byline", "whatever": ["it", "has"]}]
    }
}
"#;

fn full() -> Value {
    serde_json::from_str(FULL).unwrap()
}

/// `value` with the member at this place replaced.
fn at(mut value: Value, pointer: &str, change: Value) -> Value {
    let (parent, name) = pointer.rsplit_once('/').unwrap();
    match value.pointer_mut(parent).unwrap() {
        Value::Array(array) => array[name.parse::<usize>().unwrap()] = change,
        Value::Object(object) => drop(object.insert(name.to_owned(), change)),
        other => panic!("{other} has no members"),
    }
    value
}

fn rules(descriptor: &Value) -> Vec<String> {
    match Descriptor::parse(&descriptor.to_string()) {
        Ok(_) => vec![],
        Err(DescriptorError::Rules(rules)) => rules,
        Err(error) => panic!("{error}"),
    }
}

#[test]
fn what_is_read_is_written_again() {
    for json in [least(), full()] {
        let descriptor = Descriptor::parse(&json.to_string()).unwrap();
        let written: Value = serde_json::from_str(&descriptor.to_json()).unwrap();
        assert_eq!(written, json);
    }
}

#[test]
fn upper_case_names_are_the_same() {
    let mut json = full();
    for (pointer, value) in [
        ("/authentication/type", "JWT"),
        ("/modules/webItems/0/context", "PAGE"),
        ("/modules/dialogs/0/options/size", "X-LARGE"),
        ("/modules/webItems/0/conditions/1/type", "OR"),
    ] {
        json = at(json, pointer, json!(value));
    }
    json = at(json, "/scopes", json!(["read", "act_as_user"]));
    assert_eq!(
        Descriptor::parse(&json.to_string()),
        Descriptor::parse(&full().to_string())
    );
}

#[test]
fn a_target_needs_no_options() {
    for target in ["page", "dialog", "inlinedialog"] {
        let json = at(
            full(),
            "/modules/webItems/0/target",
            json!({"type": target}),
        );
        assert_eq!(rules(&json), [""; 0], "{target}");
    }
}

#[test]
fn templates() {
    let base_url = BaseUrl::parse("https://app.example.com/connect/").unwrap();
    let template = at(full(), "/baseUrl", json!(BASE_URL_PLACEHOLDER));
    let template = at(template, "/vendor/url", json!("{{baseUrl}}/about")).to_string();
    let descriptor = Descriptor::from_template(&template, &base_url).unwrap();
    assert_eq!(descriptor.base_url, base_url);
    assert_eq!(
        descriptor.vendor.as_ref().unwrap().url.as_deref(),
        Some("https://app.example.com/connect/about")
    );

    // A template is no descriptor until it is filled in.
    assert!(matches!(
        Descriptor::parse(&template),
        Err(DescriptorError::Form(_))
    ));

    let moved = descriptor.with_base_url(BaseUrl::parse("https://other.example.com").unwrap());
    assert_eq!(moved.base_url.as_str(), "https://other.example.com");
    assert_eq!(moved.validate(), Ok(()));
}

#[test]
fn what_is_not_of_the_form() {
    for (pointer, change) in [
        ("/key", json!("no spaces")),
        ("/key", json!("a".repeat(81))),
        ("/key", json!(null)),
        ("/baseUrl", json!("/relative")),
        ("/baseUrl", json!("http://app.example.com")),
        ("/baseUrl", json!("https://user@app.example.com")),
        ("/authentication", json!(null)),
        ("/authentication/type", json!("basic")),
        ("/authentication/publicKey", json!("MII…")),
        ("/scopes/0", json!("READ_EVERYTHING")),
        ("/scopes", json!("READ")),
        ("/apiMigrations/signed-instal", json!(true)),
        ("/apiMigrations/gdpr", json!("true")),
        ("/lifecycle/upgraded", json!("/lifecycle/upgraded")),
        ("/translations/paths/xx-XX", json!("/i18n/xx.json")),
        ("/moduls", json!({})),
        ("/modules/generalPage", json!([])),
        ("/modules/generalPages/0/ky", json!("x")),
        ("/modules/generalPages/0/key", json!(null)),
        ("/modules/generalPages/0/name", json!("text")),
        ("/modules/generalPages/0/url", json!(null)),
        ("/modules/generalPages/0/fullPage", json!(true)),
        ("/modules/configurePage", json!([])),
        ("/modules/webItems/0/location", json!(null)),
        ("/modules/webItems/0/context", json!("site")),
        ("/modules/webItems/0/target/type", json!("popup")),
        ("/modules/webItems/0/target/more", json!(1)),
        ("/modules/webItems/0/target/options/widht", json!("1px")),
        ("/modules/webItems/1/target/options", json!({})),
        ("/modules/webItems/0/conditions/0/when", json!("x")),
        ("/modules/webItems/0/conditions/0", json!({"not": []})),
        ("/modules/dialogs/0/options/size", json!("huge")),
        ("/modules/webhooks/0/event", json!(null)),
        ("/modules/webhooks/0/propertyKeys", json!([])),
    ] {
        let json = at(full(), pointer, change.clone()).to_string();
        let error = Descriptor::parse(&json).unwrap_err();
        assert!(
            matches!(error, DescriptorError::Form(_)),
            "{pointer} {change}: {error}"
        );
    }
    assert!(matches!(
        Descriptor::parse(""),
        Err(DescriptorError::Form(_))
    ));
    let twice = least().to_string().replacen('{', r#"{"key":"other","#, 1);
    assert!(matches!(
        Descriptor::parse(&twice),
        Err(DescriptorError::Form(_))
    ));
}

#[test]
fn each_rule() {
    let relative = "not a URL relative to baseUrl, which begins with one /";
    let long = |most: usize| json!("ä".repeat(most + 1));
    for (pointer, change, broken) in [
        (
            "/name",
            long(80),
            "name: longer than 80 characters".to_owned(),
        ),
        (
            "/description",
            long(1400),
            "description: longer than 1400 characters".to_owned(),
        ),
        (
            "/vendor/name",
            long(100),
            "vendor.name: longer than 100 characters".to_owned(),
        ),
        (
            "/vendor/url",
            long(200),
            "vendor.url: longer than 200 characters".to_owned(),
        ),
        (
            "/baseUrl",
            json!(format!("https://app.example.com/{}", "a".repeat(200))),
            "baseUrl: longer than 200 characters".to_owned(),
        ),
        (
            "/translations/paths/en-US",
            json!("en_US.json"),
            format!("translations.paths: {relative}"),
        ),
        (
            "/lifecycle/installed",
            json!("installed"),
            format!("lifecycle.installed: {relative}"),
        ),
        (
            "/lifecycle/enabled",
            json!("https://evil.example"),
            format!("lifecycle.enabled: {relative}"),
        ),
        (
            "/lifecycle/disabled",
            json!("//evil.example"),
            format!("lifecycle.disabled: {relative}"),
        ),
        (
            "/lifecycle/uninstalled",
            json!("/\\evil.example"),
            format!("lifecycle.uninstalled: {relative}"),
        ),
        (
            "/lifecycle",
            json!({"uninstalled": "/lifecycle/uninstalled"}),
            "apiMigrations.signed-install: there is no lifecycle.installed to be signed".to_owned(),
        ),
        (
            "/modules/generalPages/0/url",
            json!("hidden"),
            format!("page \"hidden\": {relative}"),
        ),
        (
            "/modules/adminPages/0/url",
            json!("/a b"),
            format!("page \"admin\": {relative}"),
        ),
        (
            "/modules/configurePage/url",
            json!(""),
            format!("page \"configure\": {relative}"),
        ),
        (
            "/modules/postInstallPage/url",
            json!("."),
            format!("page \"start\": {relative}"),
        ),
        (
            "/modules/generalPages/1/url",
            json!("/cached?space={space.key}"),
            "page \"cached\": a cacheable page gets no parameters, but its url has some".to_owned(),
        ),
        (
            "/modules/webPanels/0/url",
            json!("panel"),
            format!("web panel \"panel\": {relative}"),
        ),
        (
            "/modules/dialogs/0/url",
            json!("dialog"),
            format!("dialog \"dialog\": {relative}"),
        ),
        (
            "/modules/webhooks/0/url",
            json!("hook"),
            format!("webhook \"user_deactivated\": {relative}"),
        ),
        (
            "/modules/webhooks/0/event",
            json!(""),
            "webhooks: one has no event".to_owned(),
        ),
        (
            "/scopes",
            json!(["ACT_AS_USER"]),
            "webhooks: need the scope READ".to_owned(),
        ),
        (
            "/scopes",
            json!([]),
            "webhooks: need the scope READ".to_owned(),
        ),
        (
            "/modules/webPanels/0/key",
            json!("a_b"),
            "webPanels \"a_b\": a key has letters, digits and - only".to_owned(),
        ),
        (
            "/modules/webSections/0/key",
            json!(""),
            "webSections \"\": a key has letters, digits and - only".to_owned(),
        ),
        (
            "/modules/adminPages/0/key",
            json!("hidden"),
            "adminPages \"hidden\": another module has this key".to_owned(),
        ),
        (
            "/modules/contentBylineItems/0/key",
            json!("panel"),
            "contentBylineItems \"panel\": another module has this key".to_owned(),
        ),
        (
            "/modules/webItems/0/url",
            json!("nowhere"),
            "web item \"to-page\": its url is the key of no page".to_owned(),
        ),
        (
            "/modules/webItems/2/url",
            json!("javascript:alert(1)"),
            "web item \"to-product\": its url is neither absolute nor begins with one /".to_owned(),
        ),
        (
            "/modules/webItems/1/target/options/key",
            json!("nowhere"),
            "web item \"to-dialog\": its target is the key of no dialog".to_owned(),
        ),
    ] {
        assert_eq!(
            rules(&at(full(), pointer, change.clone())),
            [broken],
            "{pointer} {change}"
        );
    }
}

#[test]
fn scopes_that_imply_read_are_enough_for_webhooks() {
    for scope in ["READ", "WRITE", "DELETE", "SPACE_ADMIN", "ADMIN"] {
        assert_eq!(
            rules(&at(full(), "/scopes", json!([scope]))),
            [""; 0],
            "{scope}"
        );
    }
}

#[test]
fn all_rules_are_told_at_once() {
    let json = at(
        at(full(), "/scopes", json!([])),
        "/lifecycle/enabled",
        json!("x"),
    );
    assert_eq!(
        Descriptor::parse(&json.to_string())
            .unwrap_err()
            .to_string(),
        "the descriptor breaks the rules: lifecycle.enabled: not a URL relative to baseUrl, which begins with one /; \
         webhooks: need the scope READ"
    );
}
