//! Finished files: their names, their compressed siblings, and the manifest that lists them.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::{PageError, at};
use crate::run;

/// Where the files of the page are, as paths below the app's base URL. What the backend puts into its HTML.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Manifest {
    pub(super) script: String,
    pub(super) wasm: String,
    pub(super) style: String,
    pub(super) admin: Admin,
}

/// The same for what only admins see.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Admin {
    pub(super) script: String,
    pub(super) wasm: String,
    pub(super) style: String,
    /// By language.
    pub(super) words: BTreeMap<String, String>,
}

/// Where browsers find the asset with this name.
pub(super) fn path(name: &str) -> String {
    format!("/assets/{name}")
}

impl Manifest {
    /// Writes `manifest.json` into `folder`.
    pub(super) fn write(&self, folder: &Path) -> Result<(), PageError> {
        let file = folder.join("manifest.json");
        let json = serde_json::to_vec_pretty(self).map_err(|error| at(&file)(error.into()))?;
        fs::write(&file, json).map_err(at(&file))
    }

    /// Reads the `manifest.json` of `folder`.
    pub(super) fn read(folder: &Path) -> Result<Self, PageError> {
        let file = folder.join("manifest.json");
        let json = fs::read(&file).map_err(at(&file))?;
        serde_json::from_slice(&json).map_err(|error| at(&file)(error.into()))
    }
}

/// Copies `from` into `folder` as `<name>-<hash>.<extension>` and answers that.
pub(super) fn name_by_content(name: &str, from: &Path, folder: &Path) -> Result<String, PageError> {
    let content = fs::read(from).map_err(at(from))?;
    let extension = from.extension().unwrap_or_default().to_string_lossy();
    let name = format!("{name}-{}.{extension}", short_hash(&content));
    let file = folder.join(&name);
    fs::write(&file, content).map_err(at(&file))?;
    Ok(name)
}

/// Copies a file, with the folders above it.
pub(super) fn copy(from: &Path, to: &Path) -> Result<(), PageError> {
    if let Some(folder) = to.parent() {
        fs::create_dir_all(folder).map_err(at(folder))?;
    }
    fs::copy(from, to).map_err(at(from))?;
    Ok(())
}

/// Writes `<file>.br` for each file.
pub(super) fn compress(files: &[PathBuf]) -> Result<(), PageError> {
    run::quietly(
        Command::new("node")
            .args(["--input-type=module", "--eval", COMPRESS, "--"])
            .args(files),
    )?;
    Ok(())
}

/// Node.js carries the reference implementation of Brotli, which spares us from compiling one.
const COMPRESS: &str = include_str!("compress.mjs");

/// The file that holds `file` compressed.
pub(super) fn compressed(file: &Path) -> PathBuf {
    let mut name = file.to_owned().into_os_string();
    name.push(".br");
    name.into()
}

/// The first 16 hexadecimal digits of the SHA-256 of `content`.
fn short_hash(content: &[u8]) -> String {
    let digest = Sha256::digest(content);
    digest[..8]
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_tells_the_content() {
        // SHA-256 of "abc" begins so: FIPS 180-2, appendix B.1.
        assert_eq!(short_hash(b"abc"), "ba7816bf8f01cfea");
        let folder = tempfile::tempdir().unwrap();
        let from = folder.path().join("small.css");
        fs::write(&from, "abc").unwrap();
        let name = name_by_content("page", &from, folder.path()).unwrap();
        assert_eq!(name, "page-ba7816bf8f01cfea.css");
        assert_eq!(fs::read(folder.path().join(name)).unwrap(), b"abc");
    }

    #[test]
    fn the_manifest_is_what_the_backend_reads() {
        let manifest = Manifest {
            script: path("page-1.js"),
            wasm: path("page-2.wasm"),
            style: path("page-3.css"),
            admin: Admin {
                script: path("admin-4.js"),
                wasm: path("admin-5.wasm"),
                style: path("admin-6.css"),
                words: [("en".to_owned(), path("admin-en-7.json"))].into(),
            },
        };
        assert_eq!(
            serde_json::to_value(manifest).unwrap(),
            serde_json::json!({
                "script": "/assets/page-1.js",
                "wasm": "/assets/page-2.wasm",
                "style": "/assets/page-3.css",
                "admin": {
                    "script": "/assets/admin-4.js",
                    "wasm": "/assets/admin-5.wasm",
                    "style": "/assets/admin-6.css",
                    "words": {"en": "/assets/admin-en-7.json"},
                },
            })
        );
    }
}
