use serde::Serialize;

use crate::signing::{self, SigningError};
use crate::{AccountId, BaseUrl, OauthClientId, SharedSecret, UnixSeconds};

/// How long an assertion is good for, in seconds. It is used at once; Atlassian's own library gives it as long.
pub const ASSERTION_LIFETIME: i64 = 60;

/// What an app asserts to be given a user's token.
#[derive(Clone, Copy, Debug)]
pub struct Assertion<'a> {
    /// The installation.
    pub client_id: &'a OauthClientId,
    /// Its secret, which signs the assertion.
    pub shared_secret: &'a SharedSecret,
    /// The tenant's base URL; Confluence's ends in `/wiki`.
    pub base_url: &'a BaseUrl,
    /// Who to act as.
    pub account_id: &'a AccountId,
}

impl Assertion<'_> {
    pub(super) fn sign(&self, audience: &str, now: UnixSeconds) -> Result<String, SigningError> {
        #[derive(Serialize)]
        struct Claims<'a> {
            iss: String,
            sub: String,
            tnt: &'a str,
            aud: &'a str,
            iat: UnixSeconds,
            exp: UnixSeconds,
        }

        let claims = Claims {
            iss: format!("urn:atlassian:connect:clientid:{}", self.client_id),
            sub: format!("urn:atlassian:connect:useraccountid:{}", self.account_id),
            tnt: self.base_url.as_str(),
            aud: audience,
            iat: now,
            exp: now.plus(ASSERTION_LIFETIME),
        };
        signing::signed(&claims, self.shared_secret)
    }
}
