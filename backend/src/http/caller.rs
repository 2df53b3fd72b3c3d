//! Extractors: a handler that takes one of these runs only for a caller who proved to be that.

use axum::body::Bytes;
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::request::Parts;

use super::api::Api;
use super::json::body_of;
use super::problem::Failure;
use crate::capabilities::platform::{
    Accounts, Caller, Installation, ProofError, ProveCallers, Removal,
};
use crate::domain::ids::{AccountId, Subject};
use crate::domain::tenant::Tenant;

/// Somebody who called the API from one of our pages.
pub(super) struct ApiCaller {
    pub(super) tenant: Tenant,
    pub(super) of: Subject,
}

/// Somebody who called the API, and who administers the product: that was asked just now, or less than a minute ago.
pub(super) struct AdminCaller {
    pub(super) tenant: Tenant,
    pub(super) account: AccountId,
}

/// Somebody for whom the product opened one of our pages.
pub(super) struct PageCaller {
    pub(super) tenant: Tenant,
    pub(super) of: Subject,
}

/// The platform, saying that the app was installed.
pub(super) struct Installed(pub(super) Installation);

/// The platform, saying that the app was removed.
pub(super) struct Removed(pub(super) Removal);

/// The product, with a message about one of our tenants.
pub(super) struct ProductMessage {
    pub(super) tenant: Tenant,
    pub(super) signed_at: jiff::Timestamp,
}

/// The same, with its body. The proof does not cover the body.
pub(super) struct SignedMessage {
    pub(super) tenant: Tenant,
    pub(super) body: Bytes,
}

impl FromRequestParts<Api> for ApiCaller {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, api: &Api) -> Result<Self, Failure> {
        let caller = api.platform.api_caller(parts).await?;
        let (tenant, of) = signed_in(caller)?;
        Ok(Self { tenant, of })
    }
}

impl FromRequestParts<Api> for AdminCaller {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, api: &Api) -> Result<Self, Failure> {
        let ApiCaller { tenant, of } = ApiCaller::from_request_parts(parts, api).await?;
        if !api.platform.is_admin(&tenant, &of.account).await? {
            return Err(Failure::NotAdmin);
        }
        Ok(Self {
            tenant,
            account: of.account,
        })
    }
}

impl PageCaller {
    /// Not an extractor: whoever shows a page also shows why it cannot be shown.
    pub(super) async fn prove(api: &Api, parts: &Parts) -> Result<Self, Failure> {
        let caller = api.platform.page_caller(parts).await?;
        let (tenant, of) = signed_in(caller)?;
        Ok(Self { tenant, of })
    }
}

/// Somebody, and not just anybody.
fn signed_in(caller: Caller) -> Result<(Tenant, Subject), Failure> {
    let Caller { tenant, account } = caller;
    let account = account.ok_or(Failure::Anonymous)?;
    let of = Subject {
        tenant: tenant.key.clone(),
        account,
    };
    Ok((tenant, of))
}

impl FromRequest<Api> for Installed {
    type Rejection = Failure;

    async fn from_request(request: Request, api: &Api) -> Result<Self, Failure> {
        let (parts, body) = request.into_parts();
        let body = body_of(&parts, body).await?;
        Ok(Self(api.platform.installation(&parts, &body).await?))
    }
}

impl FromRequest<Api> for Removed {
    type Rejection = Failure;

    async fn from_request(request: Request, api: &Api) -> Result<Self, Failure> {
        let (parts, body) = request.into_parts();
        let body = body_of(&parts, body).await?;
        Ok(Self(api.platform.removal(&parts, &body).await?))
    }
}

impl FromRequestParts<Api> for ProductMessage {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, api: &Api) -> Result<Self, Failure> {
        let (tenant, signed_at) = api.platform.product_caller(parts).await?;
        Ok(Self { tenant, signed_at })
    }
}

impl FromRequest<Api> for SignedMessage {
    type Rejection = Failure;

    async fn from_request(request: Request, api: &Api) -> Result<Self, Failure> {
        let (parts, body) = request.into_parts();
        let body = body_of(&parts, body).await?;
        let (tenant, _) = api.platform.product_caller(&parts).await?;
        Ok(Self { tenant, body })
    }
}

impl From<ProofError> for Failure {
    fn from(error: ProofError) -> Self {
        match error {
            ProofError::NotProved(why) => {
                tracing::info!(
                    reason = why,
                    "refused a request that does not prove who sent it"
                );
                Self::NotProved
            }
            ProofError::Malformed(why) => Self::Malformed(why),
            ProofError::Unacceptable(why) => Self::Unacceptable(why),
            ProofError::Unavailable(cause) => Self::unavailable(&*cause),
        }
    }
}
