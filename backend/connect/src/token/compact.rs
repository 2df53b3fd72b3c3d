use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::errors::ErrorKind;
use jsonwebtoken::{Algorithm, DecodingKey, Validation};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::error::Category;

use super::TokenError;
use super::claims::RawClaims;

/// The longest token that is read, in bytes. Those seen from Confluence have about 1000.
pub const LONGEST_TOKEN: usize = 8192;

/// The parts of a token that may be looked at before it is verified.
pub(crate) struct Compact<'a> {
    token: &'a str,
    header: Header,
}

#[derive(Deserialize)]
struct Header {
    alg: String,
    kid: Option<String>,
    crit: Option<serde_json::Value>,
}

impl<'a> Compact<'a> {
    /// Reads the header of a token, and refuses it if it is not signed with this algorithm.
    ///
    /// This spares work and no more: the verification below is pinned to the algorithm whatever the header says.
    pub(crate) fn read(token: &'a str, algorithm: Algorithm) -> Result<Self, TokenError> {
        if token.len() > LONGEST_TOKEN {
            return Err(TokenError::TooLong);
        }
        let mut parts = token.split('.');
        let (Some(header), Some(_), Some(_), None) =
            (parts.next(), parts.next(), parts.next(), parts.next())
        else {
            return Err(TokenError::Malformed);
        };
        let header: Header = json(header).map_err(|_| TokenError::Malformed)?;
        if header.alg.parse() != Ok(algorithm) {
            return Err(TokenError::Algorithm);
        }
        if header.crit.is_some() {
            return Err(TokenError::Extension);
        }
        Ok(Self { token, header })
    }

    /// The header's key id.
    pub(crate) fn kid(&self) -> Option<&str> {
        self.header.kid.as_deref()
    }

    /// The claims, of which nothing is proved.
    pub(crate) fn unverified_claims<T: DeserializeOwned>(&self) -> Result<T, TokenError> {
        json(self.token.split('.').nth(1).unwrap_or_default()).map_err(|error| match error {
            NotJson::OtherTypes => TokenError::Claims,
            NotJson::Malformed => TokenError::Malformed,
        })
    }

    /// The last part, as text.
    pub(crate) fn signature(&self) -> &str {
        self.token.rsplit('.').next().unwrap_or_default()
    }
}

/// The claims of a token that carries a true signature by this key. Their meaning is not checked.
pub(crate) fn signed_claims(
    token: &str,
    key: &DecodingKey,
    algorithm: Algorithm,
) -> Result<RawClaims, TokenError> {
    let mut validation = Validation::new(algorithm);
    // The library would read the clock, and would take an array for `iss` and any member of one for `aud`. What the
    // claims mean is checked in `claims`, by one rule for all kinds.
    validation.required_spec_claims.clear();
    validation.validate_exp = false;
    validation.validate_aud = false;
    jsonwebtoken::decode(token, key, &validation)
        .map(|token| token.claims)
        .map_err(|error| match error.kind() {
            ErrorKind::InvalidSignature => TokenError::Signature,
            ErrorKind::InvalidAlgorithm => TokenError::Algorithm,
            ErrorKind::Json(_) => TokenError::Claims,
            _ => TokenError::Malformed,
        })
}

enum NotJson {
    Malformed,
    OtherTypes,
}

fn json<T: DeserializeOwned>(part: &str) -> Result<T, NotJson> {
    let bytes = URL_SAFE_NO_PAD
        .decode(part)
        .map_err(|_| NotJson::Malformed)?;
    serde_json::from_slice(&bytes).map_err(|error| match error.classify() {
        Category::Data => NotJson::OtherTypes,
        _ => NotJson::Malformed,
    })
}
