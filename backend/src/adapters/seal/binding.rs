use crate::domain::ids::TenantKey;

/// What a sealed value belongs to. It opens only for the same.
#[derive(Clone, Copy, Debug)]
pub struct Binding<'a> {
    pub tenant: &'a TenantKey,
    pub purpose: Purpose,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// What the platform gave to this installation.
    Credentials,
    /// A user's token.
    UserToken,
}

impl Purpose {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Credentials => "credentials",
            Self::UserToken => "user-token",
        }
    }
}

impl Binding<'_> {
    /// The associated data. A tenant key holds no `#`, so no two bindings are written alike.
    pub(super) fn bytes(&self) -> Vec<u8> {
        format!("onbehalf#{}#{}", self.purpose.name(), self.tenant).into_bytes()
    }
}
