//! Carrying out tasks in Confluence, as a person or as the app.

use std::time::{Duration, Instant};

use http::header::CONTENT_TYPE;
use onbehalf_contract::Method;
use reqwest::{RequestBuilder, Response, StatusCode};
use serde::Deserialize;
use serde_json::{Value, json};
use url::Url;

use super::{Connect, Inner, limits, rest};
use crate::capabilities::platform::{Answer, CallError, PlannedRequest, Product, Who};
use crate::capabilities::store::KeepPace;
use crate::domain::task::{ContentId, Task};
use crate::domain::tenant::Tenant;

/// What a page, a comment and much else answers.
/// <https://developer.atlassian.com/cloud/confluence/rest/v2/api-group-page/#api-pages-post>
#[derive(Deserialize)]
struct Content {
    #[serde(rename = "_links")]
    links: Option<Links>,
}

#[derive(Deserialize)]
struct Links {
    base: Option<String>,
    webui: Option<String>,
}

/// A page as it is read before something is added to it.
/// <https://developer.atlassian.com/cloud/confluence/rest/v2/api-group-page/#api-pages-id-get>
#[derive(Deserialize)]
struct Page {
    title: String,
    status: String,
    version: Version,
    body: Body,
}

#[derive(Deserialize)]
struct Version {
    number: u64,
}

#[derive(Deserialize)]
struct Body {
    storage: Storage,
}

#[derive(Deserialize)]
struct Storage {
    value: String,
}

impl<S: KeepPace> Product for Connect<S> {
    async fn perform(
        &self,
        tenant: &Tenant,
        who: Who<'_>,
        task: &Task,
        limit: Duration,
    ) -> Result<Answer, CallError> {
        let caller = Caller {
            inner: &self.inner,
            tenant,
            who,
            // The limit is for all of it.
            deadline: Instant::now() + limit,
        };
        caller.perform(task).await
    }

    fn requests(&self, task: &Task) -> Result<Vec<PlannedRequest>, CallError> {
        Ok(match task {
            Task::CreatePage { .. } | Task::CommentOnPage { .. } | Task::Request(_) => {
                vec![Call::of(task)?.planned()]
            }
            Task::AppendToPage { page, body } => vec![
                Call::reading(page).planned(),
                Call::writing(
                    page,
                    &json!({
                        "id": page.as_str(),
                        "status": "current",
                        "title": "…",
                        "body": storage(&format!("…{body}")),
                        "version": { "number": "…" },
                    }),
                )
                .planned(),
            ],
        })
    }
}

/// A call, as it is made.
struct Call {
    method: Method,
    /// Below the site's base URL, which ends in `/wiki`.
    path: String,
    /// JSON.
    body: Option<String>,
}

impl Call {
    fn of(task: &Task) -> Result<Self, CallError> {
        Ok(match task {
            Task::CreatePage { title, body, space } => {
                let space = space.as_ref().ok_or(CallError::NoSpace)?;
                let page = json!({
                    "spaceId": space.as_str(),
                    "status": "current",
                    "title": title,
                    "body": storage(body),
                });
                Self::new(Method::Post, "/api/v2/pages".into(), &page)
            }
            Task::CommentOnPage { page, body } => {
                let comment = json!({ "pageId": page.as_str(), "body": storage(body) });
                Self::new(Method::Post, "/api/v2/footer-comments".into(), &comment)
            }
            Task::AppendToPage { page, .. } => Self::reading(page),
            Task::Request(request) => Self {
                method: request.method(),
                path: request.path().below_site().to_owned(),
                body: request.body().map(str::to_owned),
            },
        })
    }

    fn reading(page: &ContentId) -> Self {
        Self {
            method: Method::Get,
            path: format!("/api/v2/pages/{page}?body-format=storage"),
            body: None,
        }
    }

    fn writing(page: &ContentId, body: &Value) -> Self {
        Self::new(Method::Put, format!("/api/v2/pages/{page}"), body)
    }

    fn new(method: Method, path: String, body: &Value) -> Self {
        Self {
            method,
            path,
            body: Some(body.to_string()),
        }
    }

    fn planned(self) -> PlannedRequest {
        PlannedRequest {
            method: self.method,
            path: format!("/wiki{}", self.path),
            body: self.body,
        }
    }

    /// Whether a call like this changes nothing, so that one without an answer has not done anything.
    fn only_reads(&self) -> bool {
        self.method == Method::Get
    }
}

fn storage(value: &str) -> Value {
    json!({ "representation": "storage", "value": value })
}

struct Caller<'a, S> {
    inner: &'a Inner<S>,
    tenant: &'a Tenant,
    who: Who<'a>,
    deadline: Instant,
}

impl<S: KeepPace> Caller<'_, S> {
    async fn perform(&self, task: &Task) -> Result<Answer, CallError> {
        let call = match task {
            Task::AppendToPage { page, body } => {
                let reading = Call::reading(page);
                let page_now = self.send(&reading).await.map_err(nothing_done)?;
                let page_now: Page = rest::read(page_now).await.map_err(|_| CallError::NotSent)?;
                let text = format!("{}{body}", page_now.body.storage.value);
                Call::writing(
                    page,
                    &json!({
                        "id": page.as_str(),
                        "status": page_now.status,
                        "title": page_now.title,
                        "body": storage(&text),
                        // If somebody changed the page since, Confluence refuses.
                        "version": { "number": page_now.version.number + 1 },
                    }),
                )
            }
            task => Call::of(task)?,
        };
        let answer = self.send(&call).await?;
        let status = answer.status().as_u16();
        // It is done. An answer that cannot be read costs the link, not the result.
        let content: Option<Content> = rest::read(answer).await.ok();
        let link = content
            .and_then(|content| content.links)
            .and_then(|links| link_in(self.tenant, &links));
        Ok(Answer { status, link })
    }

    /// Makes one call, and answers what succeeded.
    async fn send(&self, call: &Call) -> Result<Response, CallError> {
        let left = self.deadline.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Err(CallError::NotSent);
        }
        let mut request = self.request(call).await?.timeout(left);
        if let Some(body) = &call.body {
            request = request
                .header(CONTENT_TYPE, "application/json")
                .body(body.clone());
        }
        let response = request.send().await.map_err(|error| {
            if error.is_connect() || error.is_builder() || call.only_reads() {
                CallError::NotSent
            } else {
                CallError::Unclear { status: None }
            }
        })?;
        self.inner.note_limits(self.tenant, &response).await;
        let status = response.status();
        match status {
            status if status.is_success() => Ok(response),
            // A gateway's answer says nothing about what the product did.
            status if status.is_server_error() && status != StatusCode::SERVICE_UNAVAILABLE => {
                Err(CallError::Unclear {
                    status: Some(status.as_u16()),
                })
            }
            status => Err(CallError::Refused {
                status: status.as_u16(),
                retry_after: limits::retry_after(response.headers()).map(limits::followed),
            }),
        }
    }

    async fn request(&self, call: &Call) -> Result<RequestBuilder, CallError> {
        let method = match call.method {
            Method::Get => http::Method::GET,
            Method::Post => http::Method::POST,
            Method::Put => http::Method::PUT,
            Method::Patch => http::Method::PATCH,
        };
        let site = self.tenant.site.as_str().trim_end_matches('/');
        let url = format!("{site}{}", call.path);
        // What a parser would make another address of is not sent: the path was checked as it is written.
        if Url::parse(&url).map_or(true, |parsed| parsed.as_str() != url) {
            return Err(CallError::Refused {
                status: 400,
                retry_after: None,
            });
        }
        Ok(match self.who {
            Who::Person(token) => self
                .inner
                .http
                .reqwest()
                .request(method, url)
                .bearer_auth(token.expose()),
            Who::App(_) => self.inner.signed(self.tenant, method, &call.path).await?,
        })
    }
}

/// Of reading a page before it is written.
fn nothing_done(error: CallError) -> CallError {
    match error {
        CallError::Unclear { .. } => CallError::NotSent,
        error => error,
    }
}

/// Where the result is. A link that leads away from the tenant's own site is not passed on.
fn link_in(tenant: &Tenant, links: &Links) -> Option<String> {
    let web = links.webui.as_deref().filter(|web| web.starts_with('/'))?;
    let base = links
        .base
        .as_deref()
        .unwrap_or(tenant.site.as_str())
        .trim_end_matches('/');
    let link = Url::parse(&format!("{base}{web}")).ok()?;
    let ours = [Some(&tenant.site), tenant.display_site.as_ref()];
    ours.into_iter()
        .flatten()
        .any(|site| site.origin() == link.origin())
        .then(|| link.into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ids::TenantKey;
    use crate::domain::policy::Policy;
    use crate::domain::tenant::{Callbacks, TenantState};

    #[test]
    fn only_links_into_the_tenant_s_site_are_passed_on() {
        let tenant = Tenant {
            key: TenantKey::parse("tenant").unwrap(),
            site: Url::parse("https://example.atlassian.net/wiki").unwrap(),
            display_site: Some(Url::parse("https://docs.example.com/wiki").unwrap()),
            state: TenantState::Uninstalled {
                at: jiff::Timestamp::UNIX_EPOCH,
                erase_at: jiff::Timestamp::UNIX_EPOCH,
            },
            generation: 1,
            installation: 1,
            app_account: None,
            callbacks: Callbacks::default(),
            policy: Policy::default(),
            pause: None,
        };
        let link = |base: Option<&str>, webui: &str| {
            link_in(
                &tenant,
                &Links {
                    base: base.map(Into::into),
                    webui: Some(webui.into()),
                },
            )
        };
        let page = "/spaces/~alice/pages/1";
        assert_eq!(
            link(None, page).unwrap(),
            "https://example.atlassian.net/wiki/spaces/~alice/pages/1"
        );
        assert_eq!(
            link(Some("https://docs.example.com/wiki"), page).unwrap(),
            "https://docs.example.com/wiki/spaces/~alice/pages/1"
        );
        assert_eq!(link(Some("https://evil.example/wiki"), page), None);
        assert_eq!(link(Some("javascript:alert(1)//"), page), None);
        assert_eq!(link(None, "@evil.example/"), None);
    }
}
