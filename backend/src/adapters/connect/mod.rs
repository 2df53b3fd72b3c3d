//! Atlassian Connect as the platform, by way of the `atlassian-connect` crate.

mod accounts;
mod callers;
mod credentials;
mod directory;
mod limits;
mod personal_data;
mod product;
mod remembered;
mod rest;
mod user_tokens;
mod users;

use std::sync::Arc;
use std::time::Duration;

use atlassian_connect::impersonation::TokenEndpoint;
use atlassian_connect::install_keys::InstallKeys;
use atlassian_connect::lifecycle::{AllowedHosts, LifecycleVerifier};
use atlassian_connect::signing::RequestSigner;
use atlassian_connect::{AppKey, BaseUrl, HttpClient, UnixSeconds};

use self::remembered::Remembered;
use crate::adapters::seal::Sealer;
use crate::capabilities::world::SharedClock;

/// How long the app's own questions to the product may take.
const QUESTION_LIMIT: Duration = Duration::from_secs(5);

/// The platform. Cheap to clone. `S` is where tenants and sealed tokens are kept.
pub struct Connect<S> {
    inner: Arc<Inner<S>>,
}

struct Inner<S> {
    store: S,
    sealer: Sealer,
    clock: SharedClock,
    base_url: BaseUrl,
    lifecycle: LifecycleVerifier,
    signer: RequestSigner,
    token_endpoint: TokenEndpoint,
    http: HttpClient,
    admins: Remembered<()>,
    members: Remembered<directory::OneOf>,
    noted: limits::Noted,
    tokens: user_tokens::Tokens,
}

/// What the platform is set up with.
pub struct Settings {
    pub app_key: AppKey,
    /// The app's own URL, as in its descriptor.
    pub base_url: BaseUrl,
    /// The hosts that a tenant's base URL may have.
    pub tenant_hosts: AllowedHosts,
    pub install_keys: InstallKeys,
    pub token_endpoint: TokenEndpoint,
    /// Makes the calls to the product. It follows no redirects: a token goes to the site that it is for.
    pub http: HttpClient,
}

impl<S> Connect<S> {
    pub fn new(store: S, sealer: Sealer, clock: SharedClock, settings: Settings) -> Self {
        let Settings {
            app_key,
            base_url,
            tenant_hosts,
            install_keys,
            token_endpoint,
            http,
        } = settings;
        Self {
            inner: Arc::new(Inner {
                store,
                sealer,
                clock,
                lifecycle: LifecycleVerifier::new(
                    base_url.clone(),
                    app_key.clone(),
                    tenant_hosts,
                    install_keys,
                ),
                base_url,
                signer: RequestSigner::new(app_key),
                token_endpoint,
                http,
                admins: Remembered::default(),
                members: Remembered::default(),
                noted: limits::Noted::default(),
                tokens: user_tokens::Tokens::default(),
            }),
        }
    }
}

impl<S> Clone for Connect<S> {
    fn clone(&self) -> Self {
        Self {
            inner: Arc::clone(&self.inner),
        }
    }
}

impl<S> Inner<S> {
    fn now(&self) -> UnixSeconds {
        UnixSeconds::new(self.clock.now().as_second())
    }
}
