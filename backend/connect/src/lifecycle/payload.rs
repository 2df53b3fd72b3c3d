use crate::{AccountId, BaseUrl, ClientKey, OauthClientId, SharedSecret, WebhookToken};

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

/// The app was uninstalled.
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

impl Enabled {
    /// Reads the body of an `enabled` callback.
    ///
    /// # Errors
    ///
    /// See [`PayloadError`].
    pub fn parse(token: &WebhookToken, body: &[u8]) -> Result<Self, PayloadError> {
        todo!()
    }
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

impl Disabled {
    /// Reads the body of a `disabled` callback.
    ///
    /// # Errors
    ///
    /// See [`PayloadError`].
    pub fn parse(token: &WebhookToken, body: &[u8]) -> Result<Self, PayloadError> {
        todo!()
    }
}

/// What a lifecycle callback says about the site.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct HostDetails {
    /// Where the product's REST API is. Confluence's ends in `/wiki`.
    pub base_url: BaseUrl,
    /// Where people see the site, if it has a domain of its own. For links only.
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
    /// Any other.
    Other(String),
}

/// Why the body of a lifecycle callback was refused. Answer 400, or 401 for [`PayloadError::ClientKey`].
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PayloadError {
    /// Its client key is not the one that the token was issued by.
    #[error("the body's clientKey is not the token's issuer")]
    ClientKey,
}
