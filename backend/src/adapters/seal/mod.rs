//! Sealing secrets before they are stored: envelope encryption with AES-256-GCM, where every sealed value is bound to its
//! tenant and its purpose. A value that is moved to another tenant, or used for another purpose, does not open.

mod binding;
mod envelope;
mod file;
mod kms;

use thiserror::Error;

pub use binding::{Binding, Purpose};
pub use file::FileSealer;
pub use kms::KmsSealer;

/// Seals and opens secrets.
#[derive(Clone)]
pub enum Sealer {
    /// Data keys come from AWS KMS.
    Kms(KmsSealer),
    /// One key in a file, for one machine.
    File(FileSealer),
}

/// A secret was not sealed, or not opened.
#[derive(Debug, Error)]
pub enum SealError {
    /// KMS did not answer, or refused.
    #[error("the key service did not answer")]
    Unavailable(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// It was sealed for another tenant, for another purpose or with another key, or was altered.
    #[error("a sealed value does not open; was it sealed with another key?")]
    DoesNotOpen,
    /// The key file is not a key.
    #[error("the key file {path} is not usable: {reason}")]
    KeyFile { path: String, reason: String },
    /// The machine's cryptography failed.
    #[error("encryption failed")]
    Crypto,
}

impl Sealer {
    pub async fn seal(&self, binding: &Binding<'_>, secret: &[u8]) -> Result<Vec<u8>, SealError> {
        match self {
            Self::Kms(kms) => kms.seal(binding, secret).await,
            Self::File(file) => file.seal(binding, secret),
        }
    }

    pub async fn open(&self, binding: &Binding<'_>, sealed: &[u8]) -> Result<Vec<u8>, SealError> {
        match self {
            Self::Kms(kms) => kms.open(binding, sealed).await,
            Self::File(file) => file.open(binding, sealed),
        }
    }
}
