//! Requests that the app makes to the product as itself.
//!
//! Source: [Authentication for Connect apps](https://developer.atlassian.com/cloud/confluence/authentication-for-connect-apps/).

use http::HeaderValue;
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use serde::Serialize;

use crate::{AppKey, Qsh, SharedSecret, TenantSecret, UnixSeconds};

/// Signs the app's own requests to the product.
#[derive(Clone, Debug)]
pub struct RequestSigner {
    app_key: AppKey,
    lifetime: i64,
}

impl RequestSigner {
    /// A signer for the app with this key. Its tokens live for 180 s, as those of Atlassian's own library.
    pub fn new(app_key: AppKey) -> Self {
        Self {
            app_key,
            lifetime: 180,
        }
    }

    /// With another lifetime, in seconds; held between 60 and 180.
    #[must_use]
    pub fn with_lifetime(mut self, seconds: i64) -> Self {
        self.lifetime = seconds.clamp(60, 180);
        self
    }

    /// The value of `Authorization` for a request with this hash. It is marked as sensitive.
    ///
    /// Take the hash with the path of the tenant's base URL as the base path: `/wiki` for Confluence.
    ///
    /// # Errors
    ///
    /// If the token can't be signed, which no input is known to bring about.
    pub fn authorization(
        &self,
        tenant: TenantSecret<'_>,
        qsh: &Qsh,
        now: UnixSeconds,
    ) -> Result<HeaderValue, SigningError> {
        #[derive(Serialize)]
        struct Claims<'a> {
            iss: &'a str,
            iat: UnixSeconds,
            exp: UnixSeconds,
            qsh: &'a str,
            aud: [&'a str; 1],
        }

        let claims = Claims {
            iss: self.app_key.as_str(),
            iat: now,
            exp: now.plus(self.lifetime),
            qsh: qsh.as_str(),
            aud: [tenant.client_key.as_str()],
        };
        let token = signed(&claims, tenant.shared_secret)?;
        let mut value = HeaderValue::try_from(format!("JWT {token}")).map_err(|_| SigningError)?;
        value.set_sensitive(true);
        Ok(value)
    }
}

/// A token could not be signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the token could not be signed")]
pub struct SigningError;

/// A token with these claims, signed with the shared secret (HS256).
pub(crate) fn signed(
    claims: &impl Serialize,
    secret: &SharedSecret,
) -> Result<String, SigningError> {
    let key = EncodingKey::from_secret(secret.expose().as_bytes());
    jsonwebtoken::encode(&Header::new(Algorithm::HS256), claims, &key).map_err(|_| SigningError)
}

#[cfg(test)]
mod tests {
    use http::Method;
    use jsonwebtoken::{DecodingKey, Validation};
    use serde_json::{Value, json};

    use super::*;
    use crate::testing::{NOW, Tenant};

    fn claims_of(value: &HeaderValue, tenant: &Tenant) -> Value {
        let token = value.to_str().unwrap().strip_prefix("JWT ").unwrap();
        let mut validation = Validation::new(Algorithm::HS256);
        validation.validate_exp = false;
        validation.validate_aud = false;
        let key = DecodingKey::from_secret(tenant.shared_secret.expose().as_bytes());
        jsonwebtoken::decode::<Value>(token, &key, &validation)
            .unwrap()
            .claims
    }

    #[test]
    fn a_request_is_signed_by_the_app_for_the_product() {
        let tenant = Tenant::new("tenant-1");
        let signer = RequestSigner::new(AppKey::new("com.example.app").unwrap());
        let qsh = Qsh::of(
            &Method::GET,
            "/wiki/rest/api/user?accountId=557058%3Aa&expand=operations",
            "/wiki",
        );
        let value = signer.authorization(tenant.secret(), &qsh, NOW).unwrap();
        assert_eq!(
            claims_of(&value, &tenant),
            json!({
                "iss": "com.example.app",
                "aud": ["tenant-1"],
                "iat": NOW.get(),
                "exp": NOW.get() + 180,
                "qsh": Qsh::of(&Method::GET, "/rest/api/user?accountId=557058:a&expand=operations", "").as_str(),
            })
        );
        assert!(value.is_sensitive());
        assert_eq!(format!("{value:?}"), "Sensitive");
    }

    #[test]
    fn lifetimes_are_held_in_range() {
        let tenant = Tenant::new("tenant-1");
        let qsh = Qsh::of(&Method::GET, "/", "");
        for (asked, given) in [(0, 60), (60, 60), (90, 90), (180, 180), (86_400, 180)] {
            let signer = RequestSigner::new(AppKey::new("app").unwrap()).with_lifetime(asked);
            let claims = claims_of(
                &signer.authorization(tenant.secret(), &qsh, NOW).unwrap(),
                &tenant,
            );
            assert_eq!(claims["exp"], NOW.get() + given);
        }
    }
}
