//! Tokens that the product signs with the shared secret (HS256).
//!
//! There are three kinds, and each has a verifier of its own that refuses the other two where they can be told apart.

mod context;
mod page;
mod webhook;

use crate::ClientKey;

pub use context::{ConfluenceContext, ContextToken};
pub use page::PageToken;
pub use webhook::WebhookToken;

/// A token that has been read but not verified.
#[derive(Clone)]
pub struct UnverifiedToken {
    compact: String,
    issuer: ClientKey,
}

impl UnverifiedToken {
    /// Reads the issuer of a token.
    ///
    /// # Errors
    ///
    /// If it is no token that any verifier of this module could accept.
    pub fn parse(token: &str) -> Result<Self, TokenError> {
        todo!()
    }

    /// Who the token claims to be from. Good for one thing: finding the secret to verify it with.
    pub fn issuer(&self) -> &ClientKey {
        &self.issuer
    }
}

/// Why a token was refused. Answer 401, and keep the reason for the log.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TokenError {
    /// Longer than any token of Atlassian's.
    #[error("the token is too long")]
    TooLong,
}
