//! What people wish to have scheduled.

use serde_json::{Value, json};

use crate::paths::{COMMENTS, PAGES};

/// A page of the site in a space that everybody may write in.
pub const TEAM_PAGE: &str = "65543";
/// A page in a space that everybody may read, and only admins may write in.
pub const POLICY_PAGE: &str = "65539";
/// A page in a space that only admins may read.
pub const BOARD_PAGE: &str = "65542";

/// The id of a schedule, as the app tells it.
pub fn id(schedule: &Value) -> &str {
    schedule["id"].as_str().expect("a schedule has an id")
}

/// A schedule that does this, every morning at nine in UTC.
pub fn wish(title: &str, action: Value) -> Value {
    wish_at(title, "cron(0 9 * * ? *)", "UTC", action)
}

/// A schedule that does this then.
pub fn wish_at(title: &str, expression: &str, time_zone: &str, action: Value) -> Value {
    json!({
        "title": title,
        "when": {"expression": expression, "timeZone": time_zone},
        "action": action,
    })
}

pub fn comment(page: &str) -> Value {
    json!({"kind": "commentOnPage", "pageId": page, "body": "<p>Seen.</p>"})
}

/// A schedule that comments on the team's page.
pub fn commenting(title: &str) -> Value {
    wish(title, comment(TEAM_PAGE))
}

pub fn append(page: &str, body: &str) -> Value {
    json!({"kind": "appendToPage", "pageId": page, "body": body})
}

/// A request, with this JSON as its body unless it is `null`.
pub fn request(method: &str, path: &str, body: &Value) -> Value {
    let mut request = json!({"kind": "request", "method": method, "path": path});
    if !body.is_null() {
        request["body"] = json!(body.to_string());
    }
    request
}

pub fn get(path: &str) -> Value {
    request("GET", path, &Value::Null)
}

pub fn post_comment(page: &str) -> Value {
    let body = json!({"pageId": page, "body": {"representation": "storage", "value": "<p>Hi</p>"}});
    request("POST", COMMENTS, &body)
}

/// The second version of a page.
pub fn put_page(page: &str) -> Value {
    let body = json!({
        "id": page, "status": "current", "title": "Rewritten", "version": {"number": 2},
        "body": {"representation": "storage", "value": "<p>All new.</p>"},
    });
    request("PUT", &format!("{PAGES}/{page}"), &body)
}
