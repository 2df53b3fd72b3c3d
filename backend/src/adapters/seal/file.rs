//! One key in a file, for one machine. The file holds 32 random bytes.

use std::fs;
use std::io::Write;
use std::path::Path;
use std::sync::Arc;

use aws_lc_rs::rand;

use super::SealError;
use super::binding::Binding;
use super::envelope::Key;

const KEY_BYTES: usize = 32;

/// Seals with the key in a file.
#[derive(Clone)]
pub struct FileSealer(Arc<Key>);

impl FileSealer {
    /// Reads the key.
    pub fn read(path: &Path) -> Result<Self, SealError> {
        let unusable = |reason: String| SealError::KeyFile {
            path: path.display().to_string(),
            reason,
        };
        let bytes = fs::read(path).map_err(|error| unusable(error.to_string()))?;
        if bytes.len() != KEY_BYTES {
            return Err(unusable(format!(
                "it holds {} bytes, and a key is {KEY_BYTES}",
                bytes.len()
            )));
        }
        Key::new(&bytes).map(|key| Self(Arc::new(key)))
    }

    /// Makes a key, readable by its owner alone, unless there is one already.
    pub fn create(path: &Path) -> Result<(), SealError> {
        let unusable = |error: std::io::Error| SealError::KeyFile {
            path: path.display().to_string(),
            reason: error.to_string(),
        };
        let mut options = fs::OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut file = match options.open(path) {
            Ok(file) => file,
            Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => return Ok(()),
            Err(error) => return Err(unusable(error)),
        };
        let mut bytes = [0; KEY_BYTES];
        rand::fill(&mut bytes).map_err(|_| SealError::Crypto)?;
        file.write_all(&bytes)
            .and_then(|()| file.sync_all())
            .map_err(unusable)
    }

    pub(super) fn seal(&self, binding: &Binding<'_>, secret: &[u8]) -> Result<Vec<u8>, SealError> {
        self.0.seal(binding, secret)
    }

    pub(super) fn open(&self, binding: &Binding<'_>, sealed: &[u8]) -> Result<Vec<u8>, SealError> {
        self.0.open(binding, sealed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_made_once_and_anything_else_in_the_file_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("seal.key");
        assert!(matches!(
            FileSealer::read(&path),
            Err(SealError::KeyFile { .. })
        ));
        FileSealer::create(&path).unwrap();
        let made = fs::read(&path).unwrap();
        FileSealer::create(&path).unwrap();
        assert_eq!(fs::read(&path).unwrap(), made);
        FileSealer::read(&path).unwrap();
        fs::write(&path, b"short").unwrap();
        assert!(matches!(
            FileSealer::read(&path),
            Err(SealError::KeyFile { .. })
        ));
    }
}
