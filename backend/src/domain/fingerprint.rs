//! SHA-256, by which texts and events are known.

use aws_lc_rs::digest;

/// The SHA-256 of these bytes, in lower-case hex.
pub fn sha256(bytes: &[u8]) -> String {
    digest::digest(&digest::SHA256, bytes)
        .as_ref()
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}
