//! What the tests of the admins' side need.

use aws_config::SdkConfig;
use aws_sdk_dynamodb::types::{PutRequest, WriteRequest};
use http::Method;
use serde_json::{Value, json};

use crate::database::patient;
use crate::{Person, Reply, Row, TABLE, World};

/// A whole policy, as it is before anybody decided anything.
pub fn usual_policy() -> Value {
    json!({
        "version": 0, "longestDays": 90, "access": ["read", "readWrite"], "groups": [],
        "ownSchedules": true, "restRequests": true, "activityDays": 365,
    })
}

impl Person<'_> {
    pub async fn send(&self, method: Method, path: &str, body: &Value) -> Reply {
        Reply::to(self.request(method, path).json(body)).await
    }

    /// All items of a list, whatever the pages that it comes in.
    pub async fn all(&self, path: &str) -> Vec<Value> {
        let separator = if path.contains('?') { '&' } else { '?' };
        let (mut all, mut next) = (Vec::new(), String::new());
        loop {
            let mut page = self.get(&format!("{path}{next}")).await.expect(200);
            match page["items"].take() {
                Value::Array(items) => all.extend(items),
                other => panic!("items are {other}"),
            }
            match page["next"].as_str() {
                None => return all,
                Some(cursor) => {
                    next = format!("{separator}cursor={}", encoded(cursor));
                }
            }
        }
    }

    /// As an admin: changes these fields of the policy that they see now.
    pub async fn change_policy(&self, change: &Value) -> Reply {
        let policy = self.policy_with(change).await;
        self.put("/api/admin/policy", &policy).await
    }

    /// As an admin: looks at what that would do.
    pub async fn preview_policy(&self, change: &Value) -> Value {
        let policy = self.policy_with(change).await;
        let path = "/api/admin/policy/preview";
        self.send(Method::POST, path, &policy).await.expect(200)
    }

    async fn policy_with(&self, change: &Value) -> Value {
        let mut policy = self.get("/api/admin/policy").await.expect(200);
        for (name, value) in change.as_object().expect("a change has fields") {
            policy[name] = value.clone();
        }
        policy
    }

    /// As an admin: stops everything.
    pub async fn pause_all(&self, reason: &str) -> Reply {
        self.put("/api/admin/pause", &json!({ "reason": reason }))
            .await
    }

    /// As an admin: takes somebody's consent back.
    pub async fn revoke_of(&self, account: &str, reason: &str) -> Reply {
        let path = format!("/api/admin/consents/{account}/revoke");
        self.send(Method::POST, &path, &json!({ "reason": reason }))
            .await
    }

    /// As an admin: takes many back, a step at a time, and answers what each step did.
    pub async fn revoke_which(&self, which: &Value, reason: &str) -> Vec<Value> {
        let mut steps = Vec::new();
        let mut wanted = json!({"reason": reason, "which": which});
        loop {
            let path = "/api/admin/consents/revoke";
            let step = self.send(Method::POST, path, &wanted).await.expect(200);
            let next = step.get("next").cloned();
            steps.push(step);
            match next {
                None => return steps,
                Some(next) => wanted["cursor"] = next,
            }
        }
    }

    /// As an admin: asks for somebody's consent.
    pub async fn ask(&self, accounts: &[&str], note: &str) -> Reply {
        let wish = json!({"accounts": accounts, "note": note});
        self.send(Method::POST, "/api/admin/asks", &wish).await
    }
}

/// As it stands in a URL.
fn encoded(text: &str) -> String {
    url::form_urlencoded::byte_serialize(text.as_bytes()).collect()
}

impl World {
    /// The state that the page of somebody begins with.
    pub async fn page_state(&self, person: &str) -> Value {
        let html = self.open(person, "/consent").await.text();
        let opening = r#"<script type="application/json" id="state">"#;
        let (_, after) = html
            .split_once(opening)
            .unwrap_or_else(|| panic!("there is no state in {html}"));
        let (state, _) = after.split_once("</script").expect("the state ends");
        serde_json::from_str(state).unwrap_or_else(|error| panic!("{error} in {state}"))
    }

    /// The app's database for whoever waits for a minute, as the embedded one takes some time for a very long list.
    pub fn patient_database(&self) -> SdkConfig {
        patient(self.app.aws())
    }

    /// Puts so many copies of a row into the table, each with what is changed in it.
    pub async fn put_copies(&self, row: &Row, copies: usize, change: impl Fn(usize, &mut Row)) {
        let database = self.database();
        let numbers: Vec<_> = (0..copies).collect();
        for some in numbers.chunks(25) {
            let puts = some.iter().map(|number| {
                let mut row = row.clone();
                change(*number, &mut row);
                let put = PutRequest::builder().set_item(Some(row.into_iter().collect()));
                let put = put.build().expect("a row is an item");
                WriteRequest::builder().put_request(put).build()
            });
            let batch = database.batch_write_item();
            let answer = batch.request_items(TABLE, puts.collect()).send().await;
            let left = answer.expect("the table can be written").unprocessed_items;
            assert!(left.is_none_or(|left| left.is_empty()));
        }
    }
}
