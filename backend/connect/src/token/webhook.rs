use super::claims::{Claims, claims_of};
use crate::{Qsh, TenantSecret, TokenError, UnixSeconds, UnverifiedToken};

/// The verified token of a webhook, or of an `enabled` or `disabled` callback (the `Authorization` header).
///
/// It covers the URL, not the body: that rests on TLS.
#[derive(Clone, Debug)]
pub struct WebhookToken {
    claims: Claims,
}

impl WebhookToken {
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
    WebhookToken,
    "Who brought the event about, if Atlassian says."
);
