use crate::{AccountId, ClientKey, Qsh, TenantSecret, TokenError, UnixSeconds, UnverifiedToken};

/// The verified token of a webhook, or an `enabled` or `disabled` callback (the `Authorization` header).
#[derive(Clone, Debug)]
pub struct WebhookToken {
    client_key: ClientKey,
    account_id: Option<AccountId>,
    issued_at: UnixSeconds,
    expires_at: UnixSeconds,
}

impl WebhookToken {
    /// Verifies a token against the secret of its tenant and the hash of the request that it came with.
    ///
    /// # Errors
    ///
    /// See [`TokenError`].
    pub fn verify(
        token: &UnverifiedToken,
        tenant: TenantSecret<'_>,
        qsh: &Qsh,
        now: UnixSeconds,
    ) -> Result<Self, TokenError> {
        todo!()
    }

    /// The tenant that the token is from.
    pub fn client_key(&self) -> &ClientKey {
        &self.client_key
    }

    /// Who is looking, or acted; nobody if anonymous.
    pub fn account_id(&self) -> Option<&AccountId> {
        self.account_id.as_ref()
    }

    /// When it was issued.
    pub fn issued_at(&self) -> UnixSeconds {
        self.issued_at
    }

    /// When it expires.
    pub fn expires_at(&self) -> UnixSeconds {
        self.expires_at
    }
}
