//! Calls to Confluence as a person.

use std::time::Duration;

use onbehalf_contract::Action;
use reqwest::StatusCode;
use serde::Deserialize;
use serde_json::json;
use url::Url;

use super::{Connect, rest};
use crate::capabilities::platform::{Answer, CallError, Product, UserToken};
use crate::domain::account::FitAccount;
use crate::domain::tenant::Tenant;

/// <https://developer.atlassian.com/cloud/confluence/rest/v2/api-group-page/#api-pages-post>
#[derive(Deserialize)]
struct CreatedPage {
    #[serde(rename = "_links")]
    links: Option<Links>,
}

#[derive(Deserialize)]
struct Links {
    base: Option<String>,
    webui: Option<String>,
}

impl<S> Product for Connect<S> {
    async fn perform(
        &self,
        tenant: &Tenant,
        person: &FitAccount,
        token: &UserToken,
        action: &Action,
        limit: Duration,
    ) -> Result<Answer, CallError> {
        let Action::CreatePage { title, body } = action;
        let space = person
            .account()
            .personal_space
            .as_deref()
            .ok_or(CallError::NoSpace)?;
        let page = json!({
            "spaceId": space,
            "status": "current",
            "title": title,
            "body": { "representation": "storage", "value": body },
        });
        let url = format!(
            "{}/api/v2/pages",
            tenant.site.as_str().trim_end_matches('/')
        );
        let request = self
            .inner
            .http
            .post(url)
            .bearer_auth(token.expose())
            .json(&page)
            .timeout(limit);
        let response = request.send().await.map_err(|error| {
            if error.is_connect() || error.is_builder() {
                CallError::NotSent
            } else {
                CallError::Unclear { status: None }
            }
        })?;
        let status = response.status();
        match status {
            status if status.is_success() => {
                // The page is there. An answer that cannot be read costs the link, not the result.
                let created: Option<CreatedPage> = rest::read(response).await.ok();
                let link = created
                    .and_then(|page| page.links)
                    .and_then(|links| link_in(tenant, &links));
                Ok(Answer {
                    status: status.as_u16(),
                    link,
                })
            }
            // A gateway's answer says nothing about what the product did.
            status if status.is_server_error() && status != StatusCode::SERVICE_UNAVAILABLE => {
                Err(CallError::Unclear {
                    status: Some(status.as_u16()),
                })
            }
            status => Err(CallError::Refused {
                status: status.as_u16(),
            }),
        }
    }
}

/// Where the page is. A link that leads away from the tenant's own site is not passed on.
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
