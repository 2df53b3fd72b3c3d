//! How a request proves who it is. Three kinds of token, three verifiers, and none takes another's.

use atlassian_connect::authorization::{AuthorizationError, PresentedToken};
use atlassian_connect::lifecycle::{LifecycleError, LifecycleToken, PayloadError};
use atlassian_connect::{
    AccountId as ConnectAccountId, BaseUrl, ContextToken, PageToken, Qsh, TokenError,
    UnverifiedToken, WebhookToken,
};
use http::request::Parts;
use jiff::Timestamp;
use url::Url;

use super::credentials::{Credentials, CredentialsError};
use super::{Connect, Inner};
use crate::adapters::seal::SealError;
use crate::capabilities::platform::{Caller, Installation, ProofError, ProveCallers, Removal};
use crate::capabilities::store::{ReadTenants, StoreError};
use crate::domain::ids::{AccountId, TenantKey};
use crate::domain::tenant::{CallbackStamp, Tenant};

impl<S: ReadTenants> ProveCallers for Connect<S> {
    async fn page_caller(&self, request: &Parts) -> Result<Caller, ProofError> {
        let presented = PresentedToken::in_query(&request.headers, &request.uri)?;
        let (token, tenant, credentials) = self.inner.claimed_tenant(presented.as_str()).await?;
        let qsh = self.inner.qsh(request);
        let token = PageToken::verify(&token, credentials.tenant_secret(), &qsh, self.inner.now())?;
        Ok(Caller {
            tenant,
            account: token.account_id().map(account).transpose()?,
        })
    }

    async fn api_caller(&self, request: &Parts) -> Result<Caller, ProofError> {
        let presented = PresentedToken::in_header(&request.headers, &request.uri)?;
        let (token, tenant, credentials) = self.inner.claimed_tenant(presented.as_str()).await?;
        let token = ContextToken::verify(&token, credentials.tenant_secret(), self.inner.now())?;
        Ok(Caller {
            tenant,
            account: token.account_id().map(account).transpose()?,
        })
    }

    async fn product_caller(&self, request: &Parts) -> Result<(Tenant, Timestamp), ProofError> {
        let presented = PresentedToken::in_header(&request.headers, &request.uri)?;
        let (token, tenant, credentials) = self.inner.claimed_tenant(presented.as_str()).await?;
        let qsh = self.inner.qsh(request);
        let token =
            WebhookToken::verify(&token, credentials.tenant_secret(), &qsh, self.inner.now())?;
        Ok((tenant, time(token.issued_at().get())?))
    }

    async fn installation(&self, request: &Parts, body: &[u8]) -> Result<Installation, ProofError> {
        let token = self.inner.lifecycle_token(request).await?;
        let installed = token.installed(body)?;
        let tenant = tenant_key(installed.client_key.as_str())?;
        let credentials = self.inner.seal_credentials(&tenant, &installed).await?;
        Ok(Installation {
            tenant,
            site: site(&installed.host.base_url)?,
            display_site: installed.host.display_url.as_ref().map(site).transpose()?,
            credentials,
            stamp: stamp(&token)?,
        })
    }

    async fn removal(&self, request: &Parts, body: &[u8]) -> Result<Removal, ProofError> {
        let token = self.inner.lifecycle_token(request).await?;
        let uninstalled = token.uninstalled(body)?;
        Ok(Removal {
            tenant: tenant_key(uninstalled.client_key.as_str())?,
            stamp: stamp(&token)?,
        })
    }
}

impl<S: ReadTenants> Inner<S> {
    /// The tenant that a token claims to be from, and the secret that will show whether it is.
    async fn claimed_tenant(
        &self,
        token: &str,
    ) -> Result<(UnverifiedToken, Tenant, Credentials), ProofError> {
        let token = UnverifiedToken::parse(token)?;
        let key = TenantKey::parse(token.issuer().as_str())
            .map_err(|_| ProofError::NotProved("its issuer is no tenant of this app".into()))?;
        let tenant =
            self.store.tenant(&key).await?.ok_or_else(|| {
                ProofError::NotProved("its issuer is no tenant of this app".into())
            })?;
        let credentials = self.credentials(&tenant).await?;
        Ok((token, tenant, credentials))
    }

    async fn lifecycle_token(&self, request: &Parts) -> Result<LifecycleToken, ProofError> {
        let presented = PresentedToken::in_header(&request.headers, &request.uri)?;
        let qsh = self.qsh(request);
        Ok(self
            .lifecycle
            .verify(presented.as_str(), &qsh, self.now())
            .await?)
    }

    fn qsh(&self, request: &Parts) -> Qsh {
        let path_and_query = request
            .uri
            .path_and_query()
            .map_or("/", |path| path.as_str());
        Qsh::of(&request.method, path_and_query, self.base_url.path())
    }
}

fn account(id: &ConnectAccountId) -> Result<AccountId, ProofError> {
    AccountId::parse(id.as_str()).map_err(|error| ProofError::NotProved(error.to_string()))
}

fn tenant_key(key: &str) -> Result<TenantKey, ProofError> {
    TenantKey::parse(key).map_err(|error| ProofError::Unacceptable(error.to_string()))
}

fn site(url: &BaseUrl) -> Result<Url, ProofError> {
    Url::parse(url.as_str()).map_err(|error| ProofError::Unacceptable(error.to_string()))
}

fn stamp(token: &LifecycleToken) -> Result<CallbackStamp, ProofError> {
    Ok(CallbackStamp {
        signed_at: time(token.issued_at().get())?,
        fingerprint: token.fingerprint().to_owned(),
    })
}

fn time(seconds: i64) -> Result<Timestamp, ProofError> {
    Timestamp::from_second(seconds).map_err(|error| ProofError::NotProved(error.to_string()))
}

impl From<AuthorizationError> for ProofError {
    fn from(error: AuthorizationError) -> Self {
        Self::NotProved(error.to_string())
    }
}

impl From<TokenError> for ProofError {
    fn from(error: TokenError) -> Self {
        Self::NotProved(error.to_string())
    }
}

impl From<LifecycleError> for ProofError {
    fn from(error: LifecycleError) -> Self {
        if error.is_temporary() {
            Self::Unavailable(Box::new(error))
        } else {
            Self::NotProved(error.to_string())
        }
    }
}

impl From<PayloadError> for ProofError {
    fn from(error: PayloadError) -> Self {
        match error {
            PayloadError::ClientKey => Self::NotProved(error.to_string()),
            PayloadError::Form => Self::Malformed(error.to_string()),
            _ => Self::Unacceptable(error.to_string()),
        }
    }
}

impl From<CredentialsError> for ProofError {
    fn from(error: CredentialsError) -> Self {
        match error {
            CredentialsError::NotInstalled => Self::NotProved(error.to_string()),
            CredentialsError::Seal(SealError::Unavailable(cause)) => Self::Unavailable(cause),
            error => Self::Unavailable(Box::new(error)),
        }
    }
}

impl From<StoreError> for ProofError {
    fn from(error: StoreError) -> Self {
        Self::Unavailable(Box::new(error))
    }
}
