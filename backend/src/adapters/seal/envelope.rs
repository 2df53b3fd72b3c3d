//! AES-256-GCM with a random nonce: `nonce (12 bytes) ‖ ciphertext ‖ tag (16 bytes)`.

use aws_lc_rs::aead::{AES_256_GCM, Aad, NONCE_LEN, Nonce, RandomizedNonceKey};

use super::SealError;
use super::binding::Binding;

/// An AES-256 key in memory.
pub(super) struct Key(RandomizedNonceKey);

impl Key {
    pub(super) fn new(bytes: &[u8]) -> Result<Self, SealError> {
        RandomizedNonceKey::new(&AES_256_GCM, bytes)
            .map(Self)
            .map_err(|_| SealError::Crypto)
    }

    pub(super) fn seal(&self, binding: &Binding<'_>, secret: &[u8]) -> Result<Vec<u8>, SealError> {
        let mut text = secret.to_vec();
        let nonce = self
            .0
            .seal_in_place_append_tag(Aad::from(binding.bytes()), &mut text)
            .map_err(|_| SealError::Crypto)?;
        let mut sealed = nonce.as_ref().to_vec();
        sealed.append(&mut text);
        Ok(sealed)
    }

    pub(super) fn open(&self, binding: &Binding<'_>, sealed: &[u8]) -> Result<Vec<u8>, SealError> {
        let (nonce, text) = sealed
            .split_at_checked(NONCE_LEN)
            .ok_or(SealError::DoesNotOpen)?;
        let nonce = Nonce::try_assume_unique_for_key(nonce).map_err(|_| SealError::DoesNotOpen)?;
        let mut text = text.to_vec();
        let opened = self
            .0
            .open_in_place(nonce, Aad::from(binding.bytes()), &mut text)
            .map_err(|_| SealError::DoesNotOpen)?
            .len();
        text.truncate(opened);
        Ok(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::adapters::seal::Purpose;
    use crate::domain::ids::TenantKey;

    #[test]
    fn a_value_opens_only_for_what_it_was_sealed_for() {
        let (ours, theirs) = (
            TenantKey::parse("ours").unwrap(),
            TenantKey::parse("theirs").unwrap(),
        );
        let key = Key::new(&[7; 32]).unwrap();
        let binding = Binding {
            tenant: &ours,
            purpose: Purpose::Credentials,
        };
        let sealed = key.seal(&binding, b"secret").unwrap();
        assert!(!sealed.windows(6).any(|window| window == b"secret"));
        assert_eq!(key.open(&binding, &sealed).unwrap(), b"secret");

        let other_tenant = Binding {
            tenant: &theirs,
            ..binding
        };
        let other_purpose = Binding {
            purpose: Purpose::UserToken,
            ..binding
        };
        key.open(&other_tenant, &sealed).unwrap_err();
        key.open(&other_purpose, &sealed).unwrap_err();
        Key::new(&[8; 32])
            .unwrap()
            .open(&binding, &sealed)
            .unwrap_err();
        for at in 0..sealed.len() {
            let mut altered = sealed.clone();
            altered[at] ^= 1;
            key.open(&binding, &altered).unwrap_err();
        }
        for length in 0..sealed.len() {
            key.open(&binding, &sealed[..length]).unwrap_err();
        }
    }
}
