use serde_json::Value;

use super::claims::{Claims, claims_of};
use crate::{TenantSecret, TokenError, UnixSeconds, UnverifiedToken};

/// The verified token of a call that the app's own page makes to its backend (`AP.context.getToken`).
///
/// It proves who is looking at the app's page, and for which tenant; not which request they make with it.
#[derive(Clone, Debug)]
pub struct ContextToken {
    claims: Claims,
    context: ConfluenceContext,
}

impl ContextToken {
    /// Verifies a token against the secret of its tenant.
    ///
    /// # Errors
    ///
    /// See [`TokenError`]. Any token but a context token is refused.
    pub fn verify(
        token: &UnverifiedToken,
        tenant: TenantSecret<'_>,
        now: UnixSeconds,
    ) -> Result<Self, TokenError> {
        let signed = token.claims_signed_by(tenant)?;
        let claims = signed.check(now)?;
        signed.check_context()?;
        Ok(Self {
            claims,
            context: ConfluenceContext::read(&signed.context),
        })
    }

    /// What the person is looking at.
    pub fn context(&self) -> &ConfluenceContext {
        &self.context
    }
}

claims_of!(
    ContextToken,
    "Who is looking; nobody if the visitor is anonymous."
);

/// What the page that asked for a context token stands in. All of it is optional, and none of it is a permission.
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

impl ConfluenceContext {
    /// Takes what is there and has the documented type; ids and versions come as numbers and as text.
    fn read(context: &Value) -> Self {
        let text = |pointer: &str| match context.pointer(pointer) {
            Some(Value::String(text)) if !text.is_empty() => Some(text.clone()),
            Some(Value::Number(number)) => Some(number.to_string()),
            _ => None,
        };
        Self {
            license_active: context.pointer("/license/active").and_then(Value::as_bool),
            space_key: text("/confluence/space/key"),
            space_id: text("/confluence/space/id"),
            content_id: text("/confluence/content/id"),
            content_type: text("/confluence/content/type"),
            content_version: text("/confluence/content/version"),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_context_as_confluence_sends_it() {
        let context = ConfluenceContext::read(&json!({
            "license": {"active": true},
            "confluence": {
                "editor": {"version": "v2"},
                "macro": {"outputType": "display", "hash": "h", "id": "m"},
                "content": {"type": "page", "version": "7", "id": "98305"},
                "space": {"key": "DS", "id": 65537},
            },
        }));
        assert_eq!(
            context,
            ConfluenceContext {
                license_active: Some(true),
                space_key: Some("DS".to_owned()),
                space_id: Some("65537".to_owned()),
                content_id: Some("98305".to_owned()),
                content_type: Some("page".to_owned()),
                content_version: Some("7".to_owned()),
            }
        );
    }

    #[test]
    fn an_empty_or_odd_context_says_nothing() {
        for odd in [
            json!(null),
            json!({}),
            json!("x"),
            json!({"confluence": []}),
            json!({"license": {"active": "yes"}, "confluence": {"space": {"key": "", "id": {}}}}),
        ] {
            assert_eq!(
                ConfluenceContext::read(&odd),
                ConfluenceContext::default(),
                "{odd}"
            );
        }
    }
}
