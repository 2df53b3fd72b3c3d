use std::fmt;

use jsonwebtoken::{Algorithm, DecodingKey};
use serde::Deserialize;

use super::TokenError;
use super::claims::RawClaims;
use super::compact::{Compact, signed_claims};
use crate::{ClientKey, TenantSecret};

/// A token that has been read but not verified.
///
/// It gives away its issuer and nothing else. That is a claim by whoever sent it, and good for one thing: to find the
/// secret that the token has to be verified with. `Debug` does not show the token.
#[derive(Clone)]
pub struct UnverifiedToken {
    token: String,
    issuer: ClientKey,
}

impl UnverifiedToken {
    /// Reads the issuer of a token that claims to be signed with a shared secret.
    ///
    /// # Errors
    ///
    /// If no verifier in [this module](crate::token) could accept it.
    pub fn parse(token: &str) -> Result<Self, TokenError> {
        #[derive(Deserialize)]
        struct OnlyIssuer {
            iss: Option<String>,
        }

        let compact = Compact::read(token, Algorithm::HS256)?;
        let OnlyIssuer { iss } = compact.unverified_claims()?;
        let issuer = ClientKey::new(iss.ok_or(TokenError::Missing("iss"))?)
            .map_err(|_| TokenError::Issuer)?;
        Ok(Self {
            token: token.to_owned(),
            issuer,
        })
    }

    /// Who the token claims to be from. Look up this tenant's secret, and believe nothing yet.
    pub fn issuer(&self) -> &ClientKey {
        &self.issuer
    }

    /// The claims, if the tenant signed them. Its own issuer is among what was signed.
    pub(super) fn claims_signed_by(
        &self,
        tenant: TenantSecret<'_>,
    ) -> Result<RawClaims, TokenError> {
        let key = DecodingKey::from_secret(tenant.shared_secret.expose().as_bytes());
        // Compares the signatures in constant time.
        let claims = signed_claims(&self.token, &key, Algorithm::HS256)?;
        if claims.iss.as_deref() != Some(tenant.client_key.as_str()) {
            return Err(TokenError::OtherTenant);
        }
        Ok(claims)
    }
}

impl fmt::Debug for UnverifiedToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("UnverifiedToken")
            .field("issuer", &self.issuer)
            .finish_non_exhaustive()
    }
}
