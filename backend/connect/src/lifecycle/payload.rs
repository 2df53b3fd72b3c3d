use serde::Deserialize;

use super::AllowedHosts;
use crate::{AccountId, AppKey, BaseUrl, ClientKey, OauthClientId, SharedSecret};

/// The longest body that is read, in bytes. Those of Confluence have less than 2 kB.
pub const LONGEST_BODY: usize = 64 * 1024;

/// The app was installed, installed again, or upgraded: in each case this secret replaces the one before.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Installed {
    /// The tenant.
    pub client_key: ClientKey,
    /// The new secret.
    pub shared_secret: SharedSecret,
    /// The tenant's site.
    pub host: HostDetails,
}

/// The app was uninstalled. Its secret is void.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Uninstalled {
    /// The tenant.
    pub client_key: ClientKey,
    /// The tenant's site.
    pub host: HostDetails,
}

/// The app was enabled.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Enabled {
    /// The tenant.
    pub client_key: ClientKey,
    /// The tenant's site.
    pub host: HostDetails,
}

/// The app was disabled.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Disabled {
    /// The tenant.
    pub client_key: ClientKey,
    /// The tenant's site.
    pub host: HostDetails,
}

/// What a lifecycle callback says about the site.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct HostDetails {
    /// Where the product's REST API is, on an allowed host. Confluence's ends in `/wiki`.
    pub base_url: BaseUrl,
    /// Where people see the site, if it has a domain of its own. For links only: its host is not checked.
    pub display_url: Option<BaseUrl>,
    /// The product.
    pub product_type: Option<ProductType>,
    /// The site's name. Its admins can edit it.
    pub description: Option<String>,
    /// For impersonation. Absent if the app was installed before impersonation was offered: install it again.
    pub oauth_client_id: Option<OauthClientId>,
    /// Who did it, if Atlassian says.
    pub account_id: Option<AccountId>,
    /// The support entitlement number, for paid apps.
    pub service_entitlement_number: Option<String>,
    /// The entitlement's id, for paid apps.
    pub entitlement_id: Option<String>,
    /// The entitlement's number, for paid apps.
    pub entitlement_number: Option<String>,
    /// The Forge installation (an ARI), for Connect apps that run on Forge.
    pub installation_id: Option<String>,
}

/// The product that an app is installed in.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ProductType {
    /// Confluence.
    Confluence,
    /// Jira.
    Jira,
    /// Any other, as Atlassian names it.
    Other(String),
}

/// Why the body of a lifecycle callback was refused. Answer 400, or 401 for [`PayloadError::ClientKey`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PayloadError {
    /// Longer than [`LONGEST_BODY`].
    #[error("the body is longer than any that Atlassian sends")]
    TooLong,
    /// Not a JSON object with fields of the documented types.
    #[error("the body is not JSON of the documented form")]
    Form,
    /// A field that has to be there is not.
    #[error("the body has no `{0}`")]
    Missing(&'static str),
    /// A field does not hold what it should.
    #[error("the body's `{0}` is not valid")]
    Invalid(&'static str),
    /// `eventType` is another event.
    #[error("the body is about another event than the one whose URL it was sent to")]
    Event,
    /// `key` is another app's.
    #[error("the body is about another app")]
    AppKey,
    /// `clientKey` is not the issuer of the token. The signature does not cover the body, and this is what ties them.
    #[error("the body is about another tenant than its token")]
    ClientKey,
    /// The host of `baseUrl` is not among the allowed ones.
    #[error("the body's baseUrl is not on an allowed host; is the list of allowed hosts right?")]
    Host,
}

/// What a body has to agree with.
#[derive(Debug)]
pub(super) struct Rules {
    pub(super) app_key: AppKey,
    pub(super) hosts: AllowedHosts,
}

impl Rules {
    pub(super) fn installed(
        &self,
        client_key: &ClientKey,
        body: &[u8],
    ) -> Result<Installed, PayloadError> {
        let (host, shared_secret) = self.read(client_key, "installed", body)?;
        let shared_secret = shared_secret.ok_or(PayloadError::Missing("sharedSecret"))?;
        let shared_secret =
            SharedSecret::new(shared_secret).map_err(|_| PayloadError::Invalid("sharedSecret"))?;
        if shared_secret.expose().len() < 32 {
            // Its length is for Atlassian to choose, and there is no other to be had: it is taken, but not in silence.
            tracing::warn!(tenant.key = %client_key, "The shared secret has fewer than the 32 bytes that RFC 7518 asks for");
        }
        Ok(Installed {
            client_key: client_key.clone(),
            shared_secret,
            host,
        })
    }

    pub(super) fn uninstalled(
        &self,
        client_key: &ClientKey,
        body: &[u8],
    ) -> Result<Uninstalled, PayloadError> {
        let (host, _) = self.read(client_key, "uninstalled", body)?;
        Ok(Uninstalled {
            client_key: client_key.clone(),
            host,
        })
    }

    pub(super) fn enabled(
        &self,
        client_key: &ClientKey,
        body: &[u8],
    ) -> Result<Enabled, PayloadError> {
        let (host, _) = self.read(client_key, "enabled", body)?;
        Ok(Enabled {
            client_key: client_key.clone(),
            host,
        })
    }

    pub(super) fn disabled(
        &self,
        client_key: &ClientKey,
        body: &[u8],
    ) -> Result<Disabled, PayloadError> {
        let (host, _) = self.read(client_key, "disabled", body)?;
        Ok(Disabled {
            client_key: client_key.clone(),
            host,
        })
    }

    /// Reads a body that is about this tenant, this app and this event, and the secret if there is one.
    fn read(
        &self,
        client_key: &ClientKey,
        event: &str,
        body: &[u8],
    ) -> Result<(HostDetails, Option<String>), PayloadError> {
        use PayloadError::{Invalid, Missing};

        if body.len() > LONGEST_BODY {
            return Err(PayloadError::TooLong);
        }
        let body: Body = serde_json::from_slice(body).map_err(|_| PayloadError::Form)?;
        if body.client_key.ok_or(Missing("clientKey"))? != client_key.as_str() {
            return Err(PayloadError::ClientKey);
        }
        if body.key.ok_or(Missing("key"))? != self.app_key.as_str() {
            return Err(PayloadError::AppKey);
        }
        if body.event_type.ok_or(Missing("eventType"))? != event {
            return Err(PayloadError::Event);
        }
        let base_url = body.base_url.ok_or(Missing("baseUrl"))?;
        let base_url = BaseUrl::parse(&base_url).map_err(|_| Invalid("baseUrl"))?;
        if !self.hosts.allows(&base_url) {
            return Err(PayloadError::Host);
        }

        let display_url = given(body.display_url)
            .map(|url| BaseUrl::parse(&url))
            .transpose();
        let oauth_client_id = given(body.oauth_client_id)
            .map(OauthClientId::new)
            .transpose();
        // `unknown` is what Atlassian says for nobody in particular.
        let account_id = given(body.account_id)
            .filter(|id| id != "unknown")
            .map(AccountId::new)
            .transpose();
        let host = HostDetails {
            base_url,
            display_url: display_url.map_err(|_| Invalid("displayUrl"))?,
            product_type: given(body.product_type).map(|product| match product.as_str() {
                "confluence" => ProductType::Confluence,
                "jira" => ProductType::Jira,
                _ => ProductType::Other(product),
            }),
            description: given(body.description),
            oauth_client_id: oauth_client_id.map_err(|_| Invalid("oauthClientId"))?,
            account_id: account_id.map_err(|_| Invalid("accountId"))?,
            service_entitlement_number: given(body.service_entitlement_number),
            entitlement_id: given(body.entitlement_id),
            entitlement_number: given(body.entitlement_number),
            installation_id: given(body.installation_id),
        };
        Ok((host, body.shared_secret))
    }
}

/// A body as it stands in the callback. Atlassian adds fields as it goes: those that are not named here are ignored.
///
/// Source: [the lifecycle payload](https://developer.atlassian.com/cloud/confluence/connect-app-descriptor/#lifecycle-http-request-payload).
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Body {
    key: Option<String>,
    client_key: Option<String>,
    event_type: Option<String>,
    base_url: Option<String>,
    shared_secret: Option<String>,
    display_url: Option<String>,
    product_type: Option<String>,
    description: Option<String>,
    oauth_client_id: Option<String>,
    account_id: Option<String>,
    service_entitlement_number: Option<String>,
    entitlement_id: Option<String>,
    entitlement_number: Option<String>,
    installation_id: Option<String>,
}

/// An empty text says as little as none.
fn given(text: Option<String>) -> Option<String> {
    text.filter(|text| !text.is_empty())
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::testing::{ACCOUNT, with};

    fn rules() -> Rules {
        Rules {
            app_key: AppKey::new("com.example.app").unwrap(),
            hosts: AllowedHosts::atlassian_cloud(),
        }
    }

    fn tenant() -> ClientKey {
        ClientKey::new("tenant-1").unwrap()
    }

    fn body(event: &str) -> Value {
        json!({
            "key": "com.example.app",
            "clientKey": "tenant-1",
            "eventType": event,
            "baseUrl": "https://example.atlassian.net/wiki",
            "sharedSecret": "a secret of decent length, as it comes",
        })
    }

    #[test]
    fn an_install_as_confluence_sends_it() {
        let body = with(
            body("installed"),
            json!({
                "oauthClientId": "eyJob3N0S2V5IjoiYSJ9",
                "publicKey": "MIGf…",
                "serverVersion": "6452",
                "pluginsVersion": "1001.0.0-SNAPSHOT",
                "displayUrl": "https://docs.example.com/wiki",
                "displayUrlServicedeskHelpCenter": "https://help.example.com",
                "productType": "confluence",
                "description": "Example Inc.",
                "serviceEntitlementNumber": "SEN-1",
                "entitlementId": "e1",
                "entitlementNumber": "E-1",
                "installationId": "ari:cloud:ecosystem::installation/1",
                "accountId": ACCOUNT,
                "somethingNew": {"a": [1]},
            }),
        );
        let installed = rules()
            .installed(&tenant(), body.to_string().as_bytes())
            .unwrap();
        assert_eq!(
            installed.shared_secret.expose(),
            "a secret of decent length, as it comes"
        );
        insta::assert_debug_snapshot!(installed, @r#"
        Installed {
            client_key: ClientKey(
                "tenant-1",
            ),
            shared_secret: SharedSecret(…),
            host: HostDetails {
                base_url: BaseUrl(https://example.atlassian.net/wiki),
                display_url: Some(
                    BaseUrl(https://docs.example.com/wiki),
                ),
                product_type: Some(
                    Confluence,
                ),
                description: Some(
                    "Example Inc.",
                ),
                oauth_client_id: Some(
                    OauthClientId(
                        "eyJob3N0S2V5IjoiYSJ9",
                    ),
                ),
                account_id: Some(
                    AccountId(
                        "557058:1b6f8b3a-6d3c-4a4c-9f3a-0d2c4a1f7f10",
                    ),
                ),
                service_entitlement_number: Some(
                    "SEN-1",
                ),
                entitlement_id: Some(
                    "e1",
                ),
                entitlement_number: Some(
                    "E-1",
                ),
                installation_id: Some(
                    "ari:cloud:ecosystem::installation/1",
                ),
            },
        }
        "#);
    }

    #[test]
    fn the_least_that_a_body_needs() {
        let without_secret = |event| with(body(event), json!({"sharedSecret": null})).to_string();
        let installed = rules()
            .installed(&tenant(), body("installed").to_string().as_bytes())
            .unwrap();
        let uninstalled = rules()
            .uninstalled(&tenant(), without_secret("uninstalled").as_bytes())
            .unwrap();
        let enabled = rules()
            .enabled(&tenant(), without_secret("enabled").as_bytes())
            .unwrap();
        let disabled = rules()
            .disabled(&tenant(), without_secret("disabled").as_bytes())
            .unwrap();
        for host in [
            installed.host,
            uninstalled.host,
            enabled.host,
            disabled.host,
        ] {
            assert_eq!(host.base_url.as_str(), "https://example.atlassian.net/wiki");
            assert_eq!(
                (host.oauth_client_id, host.account_id, host.display_url),
                (None, None, None)
            );
        }
    }

    #[test]
    fn bodies_that_are_refused_for_every_event() {
        type Read = fn(&Rules, &ClientKey, &[u8]) -> Result<(), PayloadError>;
        let events: [(&str, Read); 4] = [
            ("installed", |rules, tenant, body| {
                rules.installed(tenant, body).map(drop)
            }),
            ("uninstalled", |rules, tenant, body| {
                rules.uninstalled(tenant, body).map(drop)
            }),
            ("enabled", |rules, tenant, body| {
                rules.enabled(tenant, body).map(drop)
            }),
            ("disabled", |rules, tenant, body| {
                rules.disabled(tenant, body).map(drop)
            }),
        ];
        for (event, read) in events {
            for (changes, refusal) in [
                (
                    json!({"clientKey": null}),
                    PayloadError::Missing("clientKey"),
                ),
                (json!({"clientKey": "tenant-2"}), PayloadError::ClientKey),
                (json!({"clientKey": "Tenant-1"}), PayloadError::ClientKey),
                (json!({"clientKey": ["tenant-1"]}), PayloadError::Form),
                (json!({"key": null}), PayloadError::Missing("key")),
                (json!({"key": "com.example.other"}), PayloadError::AppKey),
                (
                    json!({"eventType": null}),
                    PayloadError::Missing("eventType"),
                ),
                (json!({"eventType": "upgraded"}), PayloadError::Event),
                (json!({"baseUrl": null}), PayloadError::Missing("baseUrl")),
                (json!({"baseUrl": ""}), PayloadError::Invalid("baseUrl")),
                (
                    json!({"baseUrl": "http://example.atlassian.net/wiki"}),
                    PayloadError::Invalid("baseUrl"),
                ),
                (
                    json!({"baseUrl": "https://a@example.atlassian.net"}),
                    PayloadError::Invalid("baseUrl"),
                ),
                (
                    json!({"baseUrl": "https://evilatlassian.net/wiki"}),
                    PayloadError::Host,
                ),
                (
                    json!({"baseUrl": "https://evil.example/.atlassian.net"}),
                    PayloadError::Host,
                ),
                (
                    json!({"baseUrl": "http://localhost:8080"}),
                    PayloadError::Host,
                ),
                (
                    json!({"baseUrl": "http://169.254.169.254"}),
                    PayloadError::Invalid("baseUrl"),
                ),
                (
                    json!({"displayUrl": "javascript:alert(1)"}),
                    PayloadError::Invalid("displayUrl"),
                ),
                (
                    json!({"oauthClientId": "a b"}),
                    PayloadError::Invalid("oauthClientId"),
                ),
                (
                    json!({"accountId": "a/b"}),
                    PayloadError::Invalid("accountId"),
                ),
            ] {
                let body = with(body(event), changes.clone()).to_string();
                assert_eq!(
                    read(&rules(), &tenant(), body.as_bytes()),
                    Err(refusal),
                    "{event} {changes}"
                );
            }
            for other in events
                .map(|(other, _)| other)
                .iter()
                .filter(|other| **other != event)
            {
                let body = body(other).to_string();
                assert_eq!(
                    read(&rules(), &tenant(), body.as_bytes()),
                    Err(PayloadError::Event),
                    "{other}"
                );
            }
            let twice = format!(
                r#"{{"clientKey":"tenant-2",{}"#,
                &body(event).to_string()[1..]
            );
            let long = with(
                body(event),
                json!({"description": "x".repeat(LONGEST_BODY)}),
            )
            .to_string();
            for (text, refusal) in [
                ("", PayloadError::Form),
                ("null", PayloadError::Form),
                ("{", PayloadError::Form),
                (r#""installed""#, PayloadError::Form),
                (&twice, PayloadError::Form),
                (&long, PayloadError::TooLong),
            ] {
                assert_eq!(
                    read(&rules(), &tenant(), text.as_bytes()),
                    Err(refusal),
                    "{event}"
                );
            }
        }
    }

    #[test]
    fn an_install_without_a_secret() {
        for (secret, refusal) in [
            (json!(null), PayloadError::Missing("sharedSecret")),
            (json!(""), PayloadError::Invalid("sharedSecret")),
            (json!(7), PayloadError::Form),
        ] {
            let body = with(body("installed"), json!({"sharedSecret": secret})).to_string();
            assert_eq!(
                rules().installed(&tenant(), body.as_bytes()).unwrap_err(),
                refusal
            );
        }
    }

    #[test]
    fn what_is_empty_or_nobody_is_absent() {
        let nothing = json!({"accountId": "unknown", "displayUrl": "", "oauthClientId": "", "description": ""});
        let body = with(body("installed"), nothing).to_string();
        let host = rules().installed(&tenant(), body.as_bytes()).unwrap().host;
        assert_eq!(
            (
                host.account_id,
                host.display_url,
                host.oauth_client_id,
                host.description
            ),
            (None, None, None, None)
        );
    }
}
