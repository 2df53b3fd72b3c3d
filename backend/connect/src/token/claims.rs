use serde::Deserialize;

use super::TokenError;
use crate::{AccountId, ClientKey, Qsh, UnixSeconds};

/// How far the clocks of Atlassian and this machine may be apart, in seconds.
///
/// Each second of it is one more in which a stolen token works after it has expired, and one in which a token can be
/// presented before its time. Machines whose clocks are kept by NTP are apart by much less; Atlassian's own library
/// allows 3 s.
pub const CLOCK_SKEW: i64 = 3;

/// The longest that a token may live, from `iat` to `exp`, in seconds.
///
/// Atlassian's live for 180 s, and context tokens for 900 s. One that is made for much longer was made by something else
/// that has the secret, and would outlive every revocation.
pub const LONGEST_LIFETIME: i64 = 3600;

/// What stands as `qsh` in a context token, which is not tied to one request.
pub(crate) const CONTEXT_QSH: &str = "context-qsh";

/// Claims as they stand in a token, with the types that they must have.
#[derive(Deserialize)]
pub(crate) struct RawClaims {
    pub(crate) iss: Option<String>,
    sub: Option<String>,
    qsh: Option<String>,
    iat: Option<i64>,
    exp: Option<i64>,
    nbf: Option<i64>,
    aud: Option<Audience>,
    #[serde(default)]
    pub(crate) context: serde_json::Value,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Audience {
    One(String),
    Many(Vec<String>),
}

/// What every kind of verified token says.
#[derive(Clone, Debug)]
pub(crate) struct Claims {
    pub(crate) client_key: ClientKey,
    pub(crate) account_id: Option<AccountId>,
    pub(crate) issued_at: UnixSeconds,
    pub(crate) expires_at: UnixSeconds,
}

impl RawClaims {
    /// Checks the issuer's form, the times and the subject: what is the same for every kind of token.
    pub(crate) fn check(&self, now: UnixSeconds) -> Result<Claims, TokenError> {
        let issuer = self.iss.as_deref().ok_or(TokenError::Missing("iss"))?;
        let client_key = ClientKey::new(issuer).map_err(|_| TokenError::Issuer)?;

        let issued_at = UnixSeconds::new(self.iat.ok_or(TokenError::Missing("iat"))?);
        let expires_at = UnixSeconds::new(self.exp.ok_or(TokenError::Missing("exp"))?);
        let not_before = UnixSeconds::new(self.nbf.unwrap_or(i64::MIN));
        let latest_start = now.plus(CLOCK_SKEW);
        if issued_at > latest_start || not_before > latest_start {
            return Err(TokenError::TooEarly);
        }
        if !(1..=LONGEST_LIFETIME).contains(&expires_at.since(issued_at)) {
            return Err(TokenError::Lifetime);
        }
        if expires_at.plus(CLOCK_SKEW) <= now {
            return Err(TokenError::Expired);
        }

        // No subject is an anonymous visitor. A subject that is no account id is not: it is a token gone wrong.
        let account_id = self
            .sub
            .as_deref()
            .map(AccountId::new)
            .transpose()
            .map_err(|_| TokenError::Subject)?;
        Ok(Claims {
            client_key,
            account_id,
            issued_at,
            expires_at,
        })
    }

    /// Checks that the token was made for this very request.
    pub(crate) fn check_request(&self, request: &Qsh) -> Result<(), TokenError> {
        match self.qsh.as_deref() {
            None => Err(TokenError::Missing("qsh")),
            Some(qsh) if qsh == request.as_str() => Ok(()),
            Some(CONTEXT_QSH) => Err(TokenError::ContextToken),
            Some(_) => Err(TokenError::OtherRequest),
        }
    }

    /// Checks that the token is a context token.
    pub(crate) fn check_context(&self) -> Result<(), TokenError> {
        match self.qsh.as_deref() {
            None => Err(TokenError::Missing("qsh")),
            Some(CONTEXT_QSH) => Ok(()),
            Some(_) => Err(TokenError::NotContextToken),
        }
    }

    /// Checks that the token is meant for this audience and for no other. One trailing slash is no difference.
    pub(crate) fn check_audience(&self, expected: &str) -> Result<(), TokenError> {
        let audience = match &self.aud {
            None => return Err(TokenError::Missing("aud")),
            Some(Audience::One(audience)) => audience,
            Some(Audience::Many(audiences)) => match audiences.as_slice() {
                [audience] => audience,
                _ => return Err(TokenError::Audience),
            },
        };
        if audience.strip_suffix('/').unwrap_or(audience) == expected {
            Ok(())
        } else {
            Err(TokenError::Audience)
        }
    }
}

/// What every verified token gives away, for a type with a field `claims: Claims`.
macro_rules! claims_of {
    ($token:ty, $account:literal) => {
        impl $token {
            /// The tenant that the token is from.
            pub fn client_key(&self) -> &$crate::ClientKey {
                &self.claims.client_key
            }

            #[doc = $account]
            pub fn account_id(&self) -> Option<&$crate::AccountId> {
                self.claims.account_id.as_ref()
            }

            /// When it was issued.
            pub fn issued_at(&self) -> $crate::UnixSeconds {
                self.claims.issued_at
            }

            /// When it expires. From [`CLOCK_SKEW`](crate::token::CLOCK_SKEW) later on it is refused by its age.
            pub fn expires_at(&self) -> $crate::UnixSeconds {
                self.claims.expires_at
            }
        }
    };
}
pub(crate) use claims_of;
