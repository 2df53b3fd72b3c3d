use confluence_simulator::{Call, Content, Simulator};
use http::Method;
use serde_json::{Value, json};

use crate::wish::id;
use crate::{NOTICE, Reply, World};

/// Somebody who has one of the app's pages open. Each call carries a fresh context token.
pub struct Person<'a> {
    world: &'a World,
    site: &'a Simulator,
    name: String,
    base_url: String,
}

impl<'a> Person<'a> {
    pub(crate) fn new(world: &'a World, site: &'a Simulator, name: &str) -> Self {
        Self {
            world,
            site,
            name: name.to_owned(),
            base_url: world.app.base_url().to_owned(),
        }
    }

    /// The same person, calling the app somewhere else.
    #[must_use]
    pub fn at(self, base_url: &str) -> Self {
        Self {
            base_url: base_url.to_owned(),
            ..self
        }
    }

    pub fn account_id(&self) -> String {
        let person = self.site.people().get(&self.name);
        person.map_or_else(|| self.name.clone(), |person| person.account_id)
    }

    pub async fn get(&self, path: &str) -> Reply {
        Reply::to(self.request(Method::GET, path)).await
    }

    pub async fn put(&self, path: &str, body: &Value) -> Reply {
        Reply::to(self.request(Method::PUT, path).json(body)).await
    }

    pub async fn post(&self, path: &str) -> Reply {
        Reply::to(self.request(Method::POST, path)).await
    }

    pub async fn delete(&self, path: &str) -> Reply {
        Reply::to(self.request(Method::DELETE, path)).await
    }

    /// Presses “Add” with this wish.
    pub async fn add(&self, wish: &Value) -> Reply {
        Reply::to(self.request(Method::POST, "/api/schedules").json(wish)).await
    }

    /// The same, and it is made.
    pub async fn make(&self, wish: &Value) -> Value {
        self.add(wish).await.expect(201)
    }

    /// Looks at what this wish would do.
    pub async fn preview(&self, wish: &Value) -> Reply {
        let request = self.request(Method::POST, "/api/schedules/preview");
        Reply::to(request.json(wish)).await
    }

    /// Changes a schedule as they see it now.
    pub async fn change(&self, id: &str, mut change: Value) -> Reply {
        if change.get("version").is_none() {
            change["version"] = self.schedule(id).await["version"].take();
        }
        let path = format!("/api/schedules/{id}");
        Reply::to(self.request(Method::PATCH, &path).json(&change)).await
    }

    /// Deletes a schedule as they see it now.
    pub async fn delete_schedule(&self, id: &str) -> Reply {
        let version = &self.schedule(id).await["version"];
        let path = format!("/api/schedules/{id}?version={version}");
        self.delete(&path).await
    }

    /// One of their schedules.
    pub async fn schedule(&self, id: &str) -> Value {
        let mut schedules = self.schedules().await.into_iter();
        let found = schedules.find(|schedule| schedule["id"] == id);
        found.unwrap_or_else(|| panic!("there is no schedule {id}"))
    }

    /// The runs of one of their schedules, newest first.
    pub async fn runs(&self, id: &str) -> Vec<Value> {
        items(self.get(&format!("/api/schedules/{id}/runs")).await)
    }

    /// The newest run of one of their schedules.
    pub async fn newest_run(&self, schedule: &Value) -> Value {
        self.runs(id(schedule)).await.swap_remove(0)
    }

    /// Says how a run ended.
    pub async fn settle(&self, run: &Value, done: bool) -> Reply {
        let run = run["id"].as_str().expect("a run has an id");
        let (schedule, _) = run.split_once('.').expect("the id names its schedule");
        let path = format!("/api/schedules/{schedule}/runs/{run}/settle");
        let request = self.request(Method::POST, &path);
        Reply::to(request.json(&json!({"done": done}))).await
    }

    /// For a body that is not JSON, or headers that are not the usual ones.
    pub fn request(&self, method: Method, path: &str) -> reqwest::RequestBuilder {
        let installation = self.world.installation_in(self.site);
        let token = self.site.mint(&installation).context(&self.name);
        self.world
            .request_at(&self.base_url, method, path)
            .header("authorization", token.authorization())
    }

    /// Presses “Allow impersonation”.
    pub async fn allow(&self, access: &str, days: i64) -> Reply {
        let wish = json!({"access": access, "days": days, "notice": NOTICE});
        self.put("/api/consent", &wish).await
    }

    /// Presses “Stop”.
    pub async fn revoke(&self) -> Reply {
        self.delete("/api/consent").await
    }

    pub async fn consent(&self) -> Value {
        self.get("/api/consent").await.expect(200)
    }

    /// What was done as them, newest first.
    pub async fn activity(&self) -> Vec<Value> {
        items(self.get("/api/consent/activity").await)
    }

    pub async fn schedules(&self) -> Vec<Value> {
        items(self.get("/api/schedules").await)
    }

    /// How the newest run of their schedule ended.
    pub async fn last_run(&self) -> Value {
        self.schedules().await[0]["lastRun"].clone()
    }

    /// Presses “Run now”, a second later than whatever was before, and waits for the end of the run.
    pub async fn run(&self) -> Value {
        self.world.clock.advance_seconds(1);
        let started = self.post("/api/schedules/daily-note/run").await.expect(202);
        self.world.app.idle().await;
        let run = self.last_run().await;
        assert_eq!(run["id"], started["id"]);
        run
    }

    /// The calls that Confluence received as them.
    pub fn calls_as_them(&self) -> Vec<Call> {
        self.site.calls().as_user(&self.account_id())
    }

    /// The pages that have them as their author, but for those that a new site has.
    pub fn new_pages(&self) -> Vec<Content> {
        let account_id = self.account_id();
        let mut pages = self.site.contents();
        pages.retain(|page| page.author_id == account_id && page.title.starts_with("Daily note"));
        pages
    }
}

fn items(reply: Reply) -> Vec<Value> {
    let mut page = reply.expect(200);
    match page["items"].take() {
        Value::Array(items) => items,
        other => panic!("items are {other}"),
    }
}
