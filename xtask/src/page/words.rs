//! What the page says, one file per language: `frontend/words/{language}.json`; and what only admins read beside it:
//! `frontend/words/admin/{language}.json`.
//!
//! The page doesn't fetch these files, and its manifest doesn't list them. The backend reads the folder beside
//! `manifest.json` and puts one language's words into the HTML, or into its answer to a page that wants another.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

use super::{PageError, assets::name_by_content, at};
use crate::checkout;

/// The folder in the finished page.
pub(super) const FOLDER: &str = "words";

/// Copies every language into the finished page, without the white space that is there for people, and answers the files.
pub(super) fn copy(finished: &Path) -> Result<Vec<PathBuf>, PageError> {
    let from = checkout::root().join("frontend").join(FOLDER);
    let to = finished.join(FOLDER);
    fs::create_dir_all(&to).map_err(at(&to))?;
    files(&from)?
        .into_iter()
        .map(|file| {
            let copy = to.join(file.file_name().unwrap_or_default());
            minify(&file, &copy)?;
            Ok(copy)
        })
        .collect()
}

/// Copies what only admins read into the folder of the assets, and answers the names by their languages. The script that
/// shows it fetches these.
pub(super) fn copy_admin(
    work: &Path,
    assets: &Path,
) -> Result<BTreeMap<String, String>, PageError> {
    let from = checkout::root().join("frontend").join(FOLDER).join("admin");
    files(&from)?
        .into_iter()
        .map(|file| {
            let language = file.file_stem().unwrap_or_default().to_string_lossy();
            let name = format!("admin-{language}");
            let copy = work.join(format!("{name}.json"));
            minify(&file, &copy)?;
            let name = name_by_content(&name, &copy, assets)?;
            Ok((language.into_owned(), name))
        })
        .collect()
}

/// Copies words without their white space.
fn minify(from: &Path, to: &Path) -> Result<(), PageError> {
    let words = fs::read(from).map_err(at(from))?;
    let words = minified(&words).map_err(|error| at(from)(error.into()))?;
    fs::write(to, words).map_err(at(to))
}

/// The languages in a folder, by name.
pub(super) fn files(folder: &Path) -> Result<Vec<PathBuf>, PageError> {
    let mut files: Vec<PathBuf> = fs::read_dir(folder)
        .and_then(|files| files.map(|file| Ok(file?.path())).collect())
        .map_err(at(folder))?;
    files.retain(|file| {
        file.extension()
            .is_some_and(|extension| extension == "json")
    });
    files.sort();
    Ok(files)
}

/// The same words, which are refused if they are anything else than keys and texts.
fn minified(words: &[u8]) -> Result<Vec<u8>, serde_json::Error> {
    let words: BTreeMap<String, String> = serde_json::from_slice(words)?;
    serde_json::to_vec(&words)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_language_is_copied_without_its_white_space() {
        let finished = tempfile::tempdir().unwrap();
        let copies = copy(finished.path()).unwrap();
        assert!(copies.contains(&finished.path().join("words/en.json")));
        let originals = files(&checkout::root().join("frontend/words")).unwrap();
        assert_eq!(copies.len(), originals.len());
        for (copy, original) in copies.iter().zip(originals) {
            let read = |file: &Path| -> BTreeMap<String, String> {
                serde_json::from_slice(&fs::read(file).unwrap()).unwrap()
            };
            assert_eq!(read(copy), read(&original));
            assert!(!fs::read_to_string(copy).unwrap().contains('\n'));
        }
    }

    #[test]
    fn only_texts_by_their_keys_are_words() {
        assert_eq!(
            minified(b"{ \"b\": \"2\",\n\"a\": \"1\" }").unwrap(),
            b"{\"a\":\"1\",\"b\":\"2\"}"
        );
        for odd in [&b"[]"[..], b"{\"a\": {\"b\": \"1\"}}", b"{\"a\": 1}", b""] {
            minified(odd).unwrap_err();
        }
    }
}
