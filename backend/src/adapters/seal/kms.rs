//! Data keys from AWS KMS. A data key seals the values of one tenant and one purpose for a while; its encrypted form
//! stands in front of each sealed value, and KMS opens it only with the same encryption context.
//!
//! `length of the encrypted key (2 bytes, big-endian) ‖ encrypted key ‖ nonce ‖ ciphertext ‖ tag`

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use aws_sdk_kms::Client;
use aws_sdk_kms::primitives::Blob;
use aws_sdk_kms::types::DataKeySpec;

use super::SealError;
use super::binding::Binding;
use super::envelope::Key;

/// How many data keys are kept in memory. Past that all are forgotten, and had from KMS again as they are needed.
const KEYS_KEPT: usize = 4096;

/// How many values one data key seals before a new one takes its place.
const SEALS_PER_KEY: u32 = 10_000;

/// Seals with data keys from KMS.
#[derive(Clone)]
pub struct KmsSealer {
    client: Client,
    key_id: String,
    keys: Arc<Mutex<Keys>>,
}

#[derive(Default)]
struct Keys {
    /// By binding: the key to seal with.
    sealing: HashMap<Vec<u8>, (DataKey, u32)>,
    /// By binding and encrypted form: keys to open with.
    opening: HashMap<(Vec<u8>, Vec<u8>), Arc<Key>>,
}

#[derive(Clone)]
struct DataKey {
    key: Arc<Key>,
    encrypted: Vec<u8>,
}

impl KmsSealer {
    /// Uses the KMS key with this id or ARN.
    pub fn new(client: Client, key_id: impl Into<String>) -> Self {
        Self {
            client,
            key_id: key_id.into(),
            keys: Arc::default(),
        }
    }

    pub(super) async fn seal(
        &self,
        binding: &Binding<'_>,
        secret: &[u8],
    ) -> Result<Vec<u8>, SealError> {
        let DataKey { key, encrypted } = match self.sealing_key(binding) {
            Some(key) => key,
            None => self.new_key(binding).await?,
        };
        let length = u16::try_from(encrypted.len()).map_err(|_| SealError::Crypto)?;
        let mut sealed = length.to_be_bytes().to_vec();
        sealed.extend_from_slice(&encrypted);
        sealed.append(&mut key.seal(binding, secret)?);
        Ok(sealed)
    }

    pub(super) async fn open(
        &self,
        binding: &Binding<'_>,
        sealed: &[u8],
    ) -> Result<Vec<u8>, SealError> {
        let (length, rest) = sealed
            .split_first_chunk::<2>()
            .ok_or(SealError::DoesNotOpen)?;
        let length = usize::from(u16::from_be_bytes(*length));
        let (encrypted, text) = rest
            .split_at_checked(length)
            .ok_or(SealError::DoesNotOpen)?;
        let name = (binding.bytes(), encrypted.to_vec());
        let known = self.with_keys(|keys| keys.opening.get(&name).cloned());
        let key = match known {
            Some(key) => key,
            None => {
                let key = Arc::new(self.decrypt(binding, encrypted).await?);
                self.with_keys(|keys| {
                    keys.make_room();
                    keys.opening.insert(name, Arc::clone(&key));
                });
                key
            }
        };
        key.open(binding, text)
    }

    fn sealing_key(&self, binding: &Binding<'_>) -> Option<DataKey> {
        self.with_keys(|keys| {
            let (key, left) = keys.sealing.get_mut(&binding.bytes())?;
            *left = left.checked_sub(1)?;
            Some(key.clone())
        })
    }

    async fn new_key(&self, binding: &Binding<'_>) -> Result<DataKey, SealError> {
        let answer = self
            .client
            .generate_data_key()
            .key_id(&self.key_id)
            .key_spec(DataKeySpec::Aes256)
            .set_encryption_context(Some(context(binding)))
            .send()
            .await
            .map_err(|error| SealError::Unavailable(Box::new(error)))?;
        let plain = answer.plaintext.ok_or(SealError::Crypto)?;
        let encrypted = answer
            .ciphertext_blob
            .ok_or(SealError::Crypto)?
            .into_inner();
        let key = DataKey {
            key: Arc::new(Key::new(plain.as_ref())?),
            encrypted,
        };
        self.with_keys(|keys| {
            keys.make_room();
            keys.opening.insert(
                (binding.bytes(), key.encrypted.clone()),
                Arc::clone(&key.key),
            );
            keys.sealing
                .insert(binding.bytes(), (key.clone(), SEALS_PER_KEY));
        });
        Ok(key)
    }

    async fn decrypt(&self, binding: &Binding<'_>, encrypted: &[u8]) -> Result<Key, SealError> {
        let answer = self
            .client
            .decrypt()
            .key_id(&self.key_id)
            .ciphertext_blob(Blob::new(encrypted))
            .set_encryption_context(Some(context(binding)))
            .send()
            .await
            .map_err(|error| match error.as_service_error() {
                Some(refused)
                    if refused.is_invalid_ciphertext_exception()
                        || refused.is_incorrect_key_exception() =>
                {
                    SealError::DoesNotOpen
                }
                _ => SealError::Unavailable(Box::new(error)),
            })?;
        Key::new(answer.plaintext.ok_or(SealError::Crypto)?.as_ref())
    }

    fn with_keys<T>(&self, work: impl FnOnce(&mut Keys) -> T) -> T {
        // Nothing in here can panic half-way: a poisoned map is whole.
        work(&mut self.keys.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Keys {
    fn make_room(&mut self) {
        if self.opening.len() >= KEYS_KEPT || self.sealing.len() >= KEYS_KEPT {
            self.opening.clear();
            self.sealing.clear();
        }
    }
}

/// KMS writes it into its audit log, and opens a data key only with the same.
fn context(binding: &Binding<'_>) -> HashMap<String, String> {
    HashMap::from([
        ("onbehalf:tenant".into(), binding.tenant.to_string()),
        ("onbehalf:purpose".into(), binding.purpose.name().into()),
    ])
}
