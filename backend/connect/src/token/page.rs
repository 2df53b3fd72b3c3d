use super::claims::{Claims, claims_of};
use crate::{Qsh, TenantSecret, TokenError, UnixSeconds, UnverifiedToken};

/// The verified token of a page load (the query parameter `jwt`).
///
/// It proves that the product made this URL for this person within the last minutes. It does not prove that the person
/// meant it: parts of a page's URL can be chosen by whoever made the link to it.
#[derive(Clone, Debug)]
pub struct PageToken {
    claims: Claims,
}

impl PageToken {
    /// Verifies a token against the secret of its tenant and the hash of the request that it came with.
    ///
    /// # Errors
    ///
    /// See [`TokenError`]. A context token is refused.
    pub fn verify(
        token: &UnverifiedToken,
        tenant: TenantSecret<'_>,
        qsh: &Qsh,
        now: UnixSeconds,
    ) -> Result<Self, TokenError> {
        let signed = token.claims_signed_by(tenant)?;
        let claims = signed.check(now)?;
        signed.check_request(qsh)?;
        Ok(Self { claims })
    }
}

claims_of!(
    PageToken,
    "Who the page was made for; nobody if the visitor is anonymous."
);
