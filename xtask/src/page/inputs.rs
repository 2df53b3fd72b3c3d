//! What the page is made from, to know whether it has to be made again.

use std::{
    fs,
    path::{Path, PathBuf},
};

use sha2::{Digest, Sha256};

use super::{PageError, at};
use crate::{checkout, setup::toolchain::Toolchain};

/// Everything in the checkout that the page depends on. `xtask/src/page` is how it is made.
const INPUTS: [&str; 5] = [
    "Cargo.lock",
    "Cargo.toml",
    "backend/contract",
    "frontend",
    "xtask/src/page",
];

/// A hash of all inputs and of the compiler.
pub(super) fn fingerprint(toolchain: &Toolchain) -> Result<String, PageError> {
    let root = checkout::root();
    let mut files = Vec::new();
    for input in INPUTS {
        collect(&root.join(input), &mut files)?;
    }
    files.sort();

    let mut hash = Sha256::new();
    hash.update(toolchain.version()?);
    for file in files {
        let content = fs::read(&file).map_err(at(&file))?;
        // Lengths, so that moving a byte from one file's end to the next one's start shows.
        hash.update(file.as_os_str().as_encoded_bytes());
        hash.update(content.len().to_le_bytes());
        hash.update(content);
    }
    Ok(hash
        .finalize()
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect())
}

/// Whether the page in `folder` was made from inputs with this fingerprint.
pub(super) fn made_from(folder: &Path, fingerprint: &str) -> bool {
    fs::read_to_string(folder.join(FILE)).is_ok_and(|made_from| made_from == fingerprint)
}

/// Notes down what the page in `folder` was made from.
pub(super) fn remember(folder: &Path, fingerprint: &str) -> Result<(), PageError> {
    let file = folder.join(FILE);
    fs::write(&file, fingerprint).map_err(at(&file))
}

const FILE: &str = "made-from";

/// Adds every file at or below `path`, but nothing that npm installed.
fn collect(path: &Path, files: &mut Vec<PathBuf>) -> Result<(), PageError> {
    if path.is_file() {
        files.push(path.to_owned());
        return Ok(());
    }
    for entry in fs::read_dir(path).map_err(at(path))? {
        let entry = entry.map_err(at(path))?;
        if entry.file_name() != "node_modules" {
            collect(&entry.path(), files)?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_counts_but_those_of_npm() {
        let folder = tempfile::tempdir().unwrap();
        let file = |name: &str| folder.path().join(name);
        fs::create_dir_all(file("src")).unwrap();
        fs::create_dir_all(file("node_modules/esbuild")).unwrap();
        fs::write(file("src/main.rs"), "").unwrap();
        fs::write(file("node_modules/esbuild/main.js"), "").unwrap();
        let mut files = Vec::new();
        collect(folder.path(), &mut files).unwrap();
        assert_eq!(files, [file("src/main.rs")]);
    }

    #[test]
    fn a_page_is_current_only_for_its_inputs() {
        let folder = tempfile::tempdir().unwrap();
        assert!(!made_from(folder.path(), "one"));
        remember(folder.path(), "one").unwrap();
        assert!(made_from(folder.path(), "one"));
        assert!(!made_from(folder.path(), "two"));
    }
}
