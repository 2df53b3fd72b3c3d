#![doc = include_str!("../README.md")]
#![warn(missing_docs)]

pub mod authorization;
mod base_url;
pub mod descriptor;
mod hex;
mod http_client;
mod ids;
pub mod impersonation;
pub mod install_keys;
pub mod lifecycle;
pub mod personal_data;
pub mod qsh;
mod scope;
mod shared_secret;
pub mod signing;
#[cfg(test)]
mod testing;
mod time;
pub mod token;

pub use base_url::{BaseUrl, BaseUrlError};
pub use http_client::{ClientError, HttpClient};
pub use ids::{AccountId, AppKey, ClientKey, IdError, Kid, OauthClientId};
pub use qsh::Qsh;
pub use scope::{Scope, ScopeSet, UnknownScope};
pub use shared_secret::{EmptySecret, SharedSecret, TenantSecret};
pub use time::UnixSeconds;
pub use token::{ContextToken, PageToken, TokenError, UnverifiedToken, WebhookToken};
