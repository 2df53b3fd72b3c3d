//! JSON Web Tokens as Atlassian makes and checks them, written out so that tests can also make wrong ones.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use aws_lc_rs::encoding::{AsDer, Pkcs8V1Der, PublicKeyX509Der};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::{KeyPair, KeySize};
use aws_lc_rs::signature::{KeyPair as _, RSA_PKCS1_SHA256};
use aws_lc_rs::{error::Unspecified, hmac};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use serde_json::{Map, Value, json};

/// A token that is about to be signed. Any part of it can be overridden, dropped or contradicted, so that tests can
/// forge; what the simulator itself sends is built from the same parts without doing so.
#[derive(Clone, Debug)]
#[must_use = "a token is made by `sign`"]
pub struct Token {
    header: Map<String, Value>,
    claims: Map<String, Value>,
    signer: Signer,
}

/// What a token is signed with.
#[derive(Clone)]
pub enum Signer {
    Hs256(Vec<u8>),
    Hs384(Vec<u8>),
    Hs512(Vec<u8>),
    Rs256(RsaKey),
    /// No signature: the last part of the token is empty.
    Unsigned,
}

/// An RSA key pair with the id under which its public half is published. Clones share the key.
#[derive(Clone)]
pub struct RsaKey {
    pub kid: String,
    pair: Arc<KeyPair>,
}

/// Why a token was refused.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum TokenError {
    #[error("the token isn't three base64url parts with JSON in the first two")]
    Malformed,
    #[error("the token's algorithm isn't {0}")]
    Algorithm(&'static str),
    #[error("the token's signature doesn't match")]
    Signature,
}

impl Token {
    /// A token signed with HMAC-SHA256 by a shared secret.
    pub fn hs256(secret: &str, claims: Map<String, Value>) -> Self {
        Self {
            header: header("HS256"),
            claims,
            signer: Signer::Hs256(secret.as_bytes().to_vec()),
        }
    }

    /// A token signed with RSA, which names its key.
    pub fn rs256(key: &RsaKey, claims: Map<String, Value>) -> Self {
        let mut header = header("RS256");
        header.insert("kid".to_owned(), key.kid.clone().into());
        Self {
            header,
            claims,
            signer: Signer::Rs256(key.clone()),
        }
    }

    /// Sets a claim.
    pub fn claim(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.claims.insert(name.to_owned(), value.into());
        self
    }

    /// Drops a claim.
    pub fn without(mut self, name: &str) -> Self {
        self.claims.remove(name);
        self
    }

    /// Sets a header field and nothing else: `.header("alg", "none")` leaves the signature as it is.
    pub fn header(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.header.insert(name.to_owned(), value.into());
        self
    }

    /// Drops a header field.
    pub fn without_header(mut self, name: &str) -> Self {
        self.header.remove(name);
        self
    }

    /// Sets `kid`.
    pub fn kid(self, kid: &str) -> Self {
        self.header("kid", kid)
    }

    /// Signs with something else, and sets `alg` to what that is.
    pub fn signer(mut self, signer: Signer) -> Self {
        self.signer = signer;
        let algorithm = self.signer.algorithm();
        self.header("alg", algorithm)
    }

    /// Signs with HMAC-SHA256 and another secret.
    pub fn secret(self, secret: &str) -> Self {
        self.signer(Signer::Hs256(secret.as_bytes().to_vec()))
    }

    /// Leaves the token unsigned, with `alg: none`.
    pub fn unsigned(self) -> Self {
        self.signer(Signer::Unsigned)
    }

    /// The claims as they stand.
    #[must_use]
    pub fn claims(&self) -> &Map<String, Value> {
        &self.claims
    }

    /// The finished token.
    #[must_use]
    pub fn sign(&self) -> String {
        let part = |map: &Map<String, Value>| {
            URL_SAFE_NO_PAD.encode(Value::Object(map.clone()).to_string())
        };
        let message = format!("{}.{}", part(&self.header), part(&self.claims));
        let signature = URL_SAFE_NO_PAD.encode(self.signer.sign(message.as_bytes()));
        format!("{message}.{signature}")
    }

    /// As an `Authorization` header wants it: `JWT <token>`.
    #[must_use]
    pub fn authorization(&self) -> String {
        format!("JWT {}", self.sign())
    }
}

/// A token taken apart, its signature not yet checked.
#[derive(Debug)]
pub(crate) struct Parsed<'a> {
    header: Map<String, Value>,
    claims: Map<String, Value>,
    message: &'a str,
    signature: Vec<u8>,
}

impl<'a> Parsed<'a> {
    pub(crate) fn parse(token: &'a str) -> Result<Self, TokenError> {
        let (message, signature) = token.rsplit_once('.').ok_or(TokenError::Malformed)?;
        let (header, claims) = message.split_once('.').ok_or(TokenError::Malformed)?;
        Ok(Self {
            header: object(header)?,
            claims: object(claims)?,
            message,
            signature: URL_SAFE_NO_PAD
                .decode(signature)
                .map_err(|_| TokenError::Malformed)?,
        })
    }

    /// A claim that nothing vouches for yet: only good for finding the key to check the token with.
    pub(crate) fn unverified(&self, claim: &str) -> Option<&str> {
        self.claims.get(claim).and_then(Value::as_str)
    }

    /// The claims, if `secret` signed them with HMAC-SHA256.
    pub(crate) fn verify_hs256(self, secret: &str) -> Result<Map<String, Value>, TokenError> {
        self.require("HS256")?;
        let key = hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes());
        hmac::verify(&key, self.message.as_bytes(), &self.signature)
            .map_err(|_| TokenError::Signature)?;
        Ok(self.claims)
    }

    fn require(&self, algorithm: &'static str) -> Result<(), TokenError> {
        let named = self.header.get("alg").and_then(Value::as_str);
        if named == Some(algorithm) {
            Ok(())
        } else {
            Err(TokenError::Algorithm(algorithm))
        }
    }
}

impl RsaKey {
    /// Makes a new key of 2048 bits.
    ///
    /// # Errors
    /// The system has no randomness to give.
    pub fn generate() -> Result<Self, Unspecified> {
        Ok(Self {
            kid: crate::random::uuid()?,
            pair: Arc::new(KeyPair::generate(KeySize::Rsa2048)?),
        })
    }

    /// The key of this process, made when it is first asked for: Atlassian has the same keys for all sites, and
    /// making one takes long.
    pub(crate) fn shared() -> Result<Self, Unspecified> {
        static SHARED: Mutex<Option<RsaKey>> = Mutex::new(None);
        let mut shared = SHARED.lock().unwrap_or_else(PoisonError::into_inner);
        match &*shared {
            Some(key) => Ok(key.clone()),
            None => Ok(shared.insert(Self::generate()?).clone()),
        }
    }

    pub(crate) fn restore(kid: &str, pkcs8: &str) -> Option<Self> {
        let pair = KeyPair::from_pkcs8(&STANDARD.decode(pkcs8).ok()?).ok()?;
        Some(Self {
            kid: kid.to_owned(),
            pair: Arc::new(pair),
        })
    }

    pub(crate) fn to_pkcs8(&self) -> Result<String, Unspecified> {
        let der: Pkcs8V1Der<'_> = self.pair.as_der()?;
        Ok(STANDARD.encode(der.as_ref()))
    }

    /// The public half as PEM (`-----BEGIN PUBLIC KEY-----`).
    ///
    /// # Errors
    /// The key can't be encoded.
    pub fn public_pem(&self) -> Result<String, Unspecified> {
        let der: PublicKeyX509Der<'_> = self.pair.public_key().as_der()?;
        let encoded = STANDARD.encode(der.as_ref());
        let lines: Vec<_> = encoded
            .as_bytes()
            .chunks(64)
            .map(|line| String::from_utf8_lossy(line))
            .collect();
        Ok(format!(
            "-----BEGIN PUBLIC KEY-----\n{}\n-----END PUBLIC KEY-----\n",
            lines.join("\n")
        ))
    }
}

impl Signer {
    fn algorithm(&self) -> &'static str {
        match self {
            Self::Hs256(_) => "HS256",
            Self::Hs384(_) => "HS384",
            Self::Hs512(_) => "HS512",
            Self::Rs256(_) => "RS256",
            Self::Unsigned => "none",
        }
    }

    fn sign(&self, message: &[u8]) -> Vec<u8> {
        let keyed = |algorithm, secret: &[u8]| {
            hmac::sign(&hmac::Key::new(algorithm, secret), message)
                .as_ref()
                .to_vec()
        };
        match self {
            Self::Hs256(secret) => keyed(hmac::HMAC_SHA256, secret),
            Self::Hs384(secret) => keyed(hmac::HMAC_SHA384, secret),
            Self::Hs512(secret) => keyed(hmac::HMAC_SHA512, secret),
            Self::Rs256(key) => {
                let mut signature = vec![0; key.pair.public_modulus_len()];
                // PKCS #1 v1.5 can't fail with a key of 2048 bits; an empty signature would be refused everywhere.
                match key.pair.sign(
                    &RSA_PKCS1_SHA256,
                    &SystemRandom::new(),
                    message,
                    &mut signature,
                ) {
                    Ok(()) => signature,
                    Err(Unspecified) => Vec::new(),
                }
            }
            Self::Unsigned => Vec::new(),
        }
    }
}

// Keys aren't printed.
impl fmt::Debug for Signer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.algorithm())
    }
}

impl fmt::Debug for RsaKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RsaKey")
            .field("kid", &self.kid)
            .finish_non_exhaustive()
    }
}

/// Collects claims: `claims([("iss", …), …])`.
pub(crate) fn claims<const N: usize>(pairs: [(&str, Value); N]) -> Map<String, Value> {
    pairs
        .into_iter()
        .map(|(name, value)| (name.to_owned(), value))
        .collect()
}

fn header(algorithm: &str) -> Map<String, Value> {
    claims([("typ", json!("JWT")), ("alg", json!(algorithm))])
}

fn object(part: &str) -> Result<Map<String, Value>, TokenError> {
    let bytes = URL_SAFE_NO_PAD
        .decode(part)
        .map_err(|_| TokenError::Malformed)?;
    serde_json::from_slice(&bytes).map_err(|_| TokenError::Malformed)
}

#[cfg(test)]
mod tests {
    use aws_lc_rs::signature::{RSA_PKCS1_2048_8192_SHA256, UnparsedPublicKey};

    use super::*;

    fn token() -> Token {
        Token::hs256("secret", claims([("iss", json!("me")), ("exp", json!(60))]))
    }

    #[test]
    fn a_signed_token_verifies_with_its_secret_alone() {
        let signed = token().sign();
        assert_eq!(
            Parsed::parse(&signed)
                .unwrap()
                .verify_hs256("secret")
                .unwrap()["iss"],
            "me"
        );
        let other = Parsed::parse(&signed).unwrap().verify_hs256("other");
        assert_eq!(other.unwrap_err(), TokenError::Signature);
    }

    #[test]
    fn the_algorithm_is_pinned() {
        for forged in [
            token().unsigned(),
            token().header("alg", "HS512"),
            token().without_header("alg"),
        ] {
            let error = Parsed::parse(&forged.sign())
                .unwrap()
                .verify_hs256("secret")
                .unwrap_err();
            assert_eq!(error, TokenError::Algorithm("HS256"));
        }
    }

    #[test]
    fn a_changed_claim_breaks_the_signature() {
        let (good, changed) = (token().sign(), token().claim("iss", "you").sign());
        let mixed = format!(
            "{}.{}",
            changed.rsplit_once('.').unwrap().0,
            good.rsplit_once('.').unwrap().1
        );
        assert_eq!(
            Parsed::parse(&mixed)
                .unwrap()
                .verify_hs256("secret")
                .unwrap_err(),
            TokenError::Signature
        );
    }

    #[test]
    fn an_rsa_key_survives_its_encoding() {
        let key = RsaKey::generate().unwrap();
        let restored = RsaKey::restore(&key.kid, &key.to_pkcs8().unwrap()).unwrap();
        assert_eq!(restored.public_pem().unwrap(), key.public_pem().unwrap());
        let signed = Token::rs256(&key, Map::new()).sign();
        let (message, signature) = signed.rsplit_once('.').unwrap();
        let signature = URL_SAFE_NO_PAD.decode(signature).unwrap();
        let public = UnparsedPublicKey::new(
            &RSA_PKCS1_2048_8192_SHA256,
            restored.pair.public_key().as_ref(),
        );
        public.verify(message.as_bytes(), &signature).unwrap();
    }

    #[test]
    fn keys_are_not_printed() {
        assert!(!format!("{:?}", token()).contains("115"));
        assert!(format!("{:?}", token()).contains("HS256"));
    }
}
