use crate::{AccountId, ClientKey, TenantSecret, TokenError, UnixSeconds, UnverifiedToken};

/// The verified token of a call that the app's own page makes to its backend (`AP.context.getToken`).
#[derive(Clone, Debug)]
pub struct ContextToken {
    client_key: ClientKey,
    account_id: Option<AccountId>,
    issued_at: UnixSeconds,
    expires_at: UnixSeconds,
    context: ConfluenceContext,
}

impl ContextToken {
    /// Verifies a token against the secret of its tenant.
    ///
    /// # Errors
    ///
    /// See [`TokenError`].
    pub fn verify(
        token: &UnverifiedToken,
        tenant: TenantSecret<'_>,
        now: UnixSeconds,
    ) -> Result<Self, TokenError> {
        todo!()
    }

    /// The tenant that the token is from.
    pub fn client_key(&self) -> &ClientKey {
        &self.client_key
    }

    /// Who is looking; nobody if anonymous.
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

    /// What the page is looking at.
    pub fn context(&self) -> &ConfluenceContext {
        &self.context
    }
}

/// What the page that asked for a context token is looking at.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct ConfluenceContext {
    /// Whether the app's licence is active, where the app is paid.
    pub license_active: Option<bool>,
    /// The space's key.
    pub space_key: Option<String>,
    /// The space's id.
    pub space_id: Option<String>,
    /// The content's id.
    pub content_id: Option<String>,
    /// The content's type: `page`, `blogpost`, …
    pub content_type: Option<String>,
    /// The content's version.
    pub content_version: Option<String>,
}
