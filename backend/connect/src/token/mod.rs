//! Tokens that the product signs with the shared secret (HS256).
//!
//! There are three kinds, all signed with the same secret, and what is right for one is a hole in another. So each has
//! a verifier and a type of its own:
//!
//! | kind | where | its `qsh` | lives for |
//! |---|---|---|---|
//! | [`PageToken`] | query parameter `jwt` of a page load | the hash of this request | 180 s |
//! | [`ContextToken`] | `Authorization` of a call from the app's own page | exactly `context-qsh` | 900 s |
//! | [`WebhookToken`] | `Authorization` of webhooks, `enabled`, `disabled` | the hash of this request | 180 s |
//!
//! A context token on a route for the other kinds would let any page of the app call any route; that is the weakness
//! that [Atlassian described in 2021](https://community.developer.atlassian.com/t/47072). A page token and a webhook
//! token differ by the request alone, and that is what their hash is compared with.
//!
//! The app signs tokens with the same secret too ([`signing`](crate::signing),
//! [`impersonation`](crate::impersonation)). They have another issuer, and no verifier here takes them.
//!
//! The tokens of `installed` and `uninstalled` are signed with Atlassian's key instead: see
//! [`lifecycle`](crate::lifecycle).
//!
//! Source: [Understanding JWT for Connect apps](https://developer.atlassian.com/cloud/confluence/understanding-jwt-for-connect-apps/).

pub(crate) mod claims;
pub(crate) mod compact;
mod context;
mod page;
mod unverified;
mod webhook;

pub use claims::{CLOCK_SKEW, LONGEST_LIFETIME};
pub use compact::LONGEST_TOKEN;
pub use context::{ConfluenceContext, ContextToken};
pub use page::PageToken;
pub use unverified::UnverifiedToken;
pub use webhook::WebhookToken;

/// Why a token was refused. Answer 401, and keep the reason for the log: it holds nothing of the token.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TokenError {
    /// Longer than [`LONGEST_TOKEN`].
    #[error("the token is longer than any that Atlassian signs")]
    TooLong,
    /// Not three parts of base64url with JSON in the first two.
    #[error("the token is not a JSON Web Token")]
    Malformed,
    /// Its header names another algorithm than the one for this kind of token.
    #[error("the token is not signed with the algorithm for its kind")]
    Algorithm,
    /// Its header has a `crit` extension, and none is known here.
    #[error("the token's header demands an extension that is not supported")]
    Extension,
    /// Its header has no key id, or one that could not be Atlassian's (lifecycle tokens).
    #[error("the token's header names no valid key")]
    KeyId,
    /// The signature is not of this key or secret. Perhaps the tenant was installed anew since.
    #[error("the token's signature is wrong; was it signed with the secret of an earlier install?")]
    Signature,
    /// The claims are JSON, but not of the documented types: an `exp` in quotes, say.
    #[error("the token's claims are not of the documented form")]
    Claims,
    /// A claim that has to be there is not.
    #[error("the token has no `{0}`")]
    Missing(&'static str),
    /// `iss` is no client key.
    #[error("the token's issuer is not a client key")]
    Issuer,
    /// `iss` is another tenant than the one whose secret is at hand, or the app itself.
    #[error("the token is from another issuer than this tenant")]
    OtherTenant,
    /// `sub` is no account id.
    #[error("the token's subject is not an account id")]
    Subject,
    /// `aud` is not exactly the app's base URL (lifecycle tokens).
    #[error("the token is meant for another audience than this app's base URL")]
    Audience,
    /// `exp` is past.
    #[error("the token has expired; is this machine's clock right?")]
    Expired,
    /// `iat` or `nbf` is in the future.
    #[error("the token is from the future; is this machine's clock right?")]
    TooEarly,
    /// `exp` is before `iat`, or more than [`LONGEST_LIFETIME`] after it.
    #[error("the token is made to live longer than any that Atlassian signs")]
    Lifetime,
    /// `qsh` is not the hash of this request.
    #[error("the token was made for another request; does a proxy change the path or the query?")]
    OtherRequest,
    /// `qsh` is `context-qsh`, where the hash of this request is needed.
    #[error("a context token is not accepted here")]
    ContextToken,
    /// `qsh` is not `context-qsh`, where exactly that is needed.
    #[error("only a context token is accepted here")]
    NotContextToken,
}

#[cfg(test)]
mod attacks;
