use std::fmt;

use aws_lc_rs::rsa::PublicEncryptingKey;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use jsonwebtoken::DecodingKey;

/// The least size of a key, in bits: below it, a signature by Atlassian proves little.
const LEAST_BITS: usize = 2048;

/// An RSA public key of at least 2048 bits.
#[derive(Clone)]
pub struct InstallKey(DecodingKey);

impl InstallKey {
    /// Reads PEM of the one form that Atlassian serves, `BEGIN PUBLIC KEY` (X.509 SubjectPublicKeyInfo), and that holds
    /// an RSA key which is large enough.
    pub(super) fn from_pem(pem: &[u8]) -> Option<Self> {
        let encoded: Vec<u8> = std::str::from_utf8(pem)
            .ok()?
            .trim()
            .strip_prefix("-----BEGIN PUBLIC KEY-----")?
            .strip_suffix("-----END PUBLIC KEY-----")?
            .bytes()
            .filter(|byte| !byte.is_ascii_whitespace())
            .collect();
        let der = STANDARD.decode(encoded).ok()?;
        let key = PublicEncryptingKey::from_der(&der).ok()?;
        if key.key_size_bits() < LEAST_BITS {
            return None;
        }
        DecodingKey::from_rsa_pem(pem).ok().map(Self)
    }

    pub(crate) fn decoding_key(&self) -> &DecodingKey {
        &self.0
    }
}

impl fmt::Debug for InstallKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("InstallKey")
    }
}

/// So that results can be compared: it is the same key if it verifies the same signatures.
impl PartialEq for InstallKey {
    fn eq(&self, other: &Self) -> bool {
        self.0.try_get_as_bytes().ok() == other.0.try_get_as_bytes().ok()
    }
}

impl Eq for InstallKey {}

#[cfg(test)]
mod tests {
    use aws_lc_rs::encoding::{AsDer, PublicKeyX509Der};
    use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair};

    use super::*;
    use crate::testing::{RSA, RSA_1024_PUBLIC_PEM, pem};

    #[test]
    fn the_form_that_atlassian_serves() {
        let pem = RSA.public_pem();
        for text in [
            pem.clone(),
            pem.trim().to_owned(),
            pem.replace('\n', "\r\n"),
            format!("\n{pem}\n"),
        ] {
            assert!(InstallKey::from_pem(text.as_bytes()).is_some(), "{text:?}");
        }
    }

    #[test]
    fn anything_else() {
        let good = RSA.public_pem();
        let ec = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).unwrap();
        let ec: PublicKeyX509Der<'_> = ec.public_key().as_der().unwrap();
        for (what, text) in [
            ("nothing", String::new()),
            (
                "an error page",
                "<!doctype html><title>Oops</title>".to_owned(),
            ),
            ("half a key", good[..good.len() / 2].to_owned()),
            ("a damaged key", good.replacen("MIIB", "MIIC", 1)),
            ("two keys", format!("{good}{good}")),
            ("a key after something else", format!("hello\n{good}")),
            ("an empty key", pem("PUBLIC KEY", b"")),
            ("a small key", RSA_1024_PUBLIC_PEM.to_owned()),
            ("an elliptic-curve key", pem("PUBLIC KEY", ec.as_ref())),
            ("a private key", RSA.private_pem()),
            ("PKCS#1", RSA.public_pem_pkcs1()),
        ] {
            assert!(InstallKey::from_pem(text.as_bytes()).is_none(), "{what}");
        }
        assert!(InstallKey::from_pem(b"\xff\xfe").is_none());
    }
}
