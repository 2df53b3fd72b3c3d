//! The bucket of packages and assets. A name in it holds the hash of what it names, so what is there is never written again.

use std::{
    fs,
    path::{Path, PathBuf},
};

use super::{
    aws::{Aws, AwsError},
    packages::{PackageError, at},
};

pub(super) struct Bucket<'a> {
    pub(super) aws: &'a Aws,
    pub(super) name: String,
}

impl Bucket<'_> {
    /// The names of all that is in it.
    pub(super) fn keys(&self) -> Result<Vec<String>, AwsError> {
        let list = ["s3api", "list-objects-v2", "--bucket", &self.name];
        let keys = self
            .aws
            .ask(&[&list, &["--query", "Contents[].Key"][..]].concat())?;
        let keys = keys.as_array().into_iter().flatten();
        Ok(keys
            .filter_map(|key| key.as_str().map(str::to_owned))
            .collect())
    }

    /// Uploads a file.
    pub(super) fn put(&self, file: &Path, key: &str) -> Result<(), AwsError> {
        self.put_as(file, key, &[])
    }

    /// Uploads what browsers ask for and may keep for ever.
    pub(super) fn put_asset(&self, file: &Path) -> Result<(), AwsError> {
        let kept = ["--cache-control", "public, max-age=31536000, immutable"];
        let kind = ["--content-type", kind(file)];
        self.put_as(file, &asset_key(file), &[kept, kind].concat())
    }

    fn put_as(&self, file: &Path, key: &str, how: &[&str]) -> Result<(), AwsError> {
        let from = file.display().to_string();
        let to = format!("s3://{}/{key}", self.name);
        self.aws
            .visibly(&[&["s3", "cp", &from, &to, "--only-show-errors"], how].concat())
    }
}

/// The assets of the built page. CloudFront compresses by itself.
pub(super) fn assets_of(page: &Path) -> Result<Vec<PathBuf>, PackageError> {
    let folder = page.join("assets");
    let listed = fs::read_dir(&folder).map_err(at(&folder))?;
    let mut files = Vec::new();
    for entry in listed {
        files.push(entry.map_err(at(&folder))?.path());
    }
    files.retain(|file| file.extension().is_none_or(|extension| extension != "br"));
    files.sort();
    Ok(files)
}

/// Where in the bucket, and below the app's URL, an asset is.
pub(super) fn asset_key(file: &Path) -> String {
    let name = file.file_name().unwrap_or_default();
    format!("assets/{}", name.to_string_lossy())
}

/// As `api` serves it by itself.
fn kind(file: &Path) -> &'static str {
    match file.extension().and_then(|extension| extension.to_str()) {
        Some("js") => "text/javascript; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("json") => "application/json",
        Some("wasm") => "application/wasm",
        _ => "application/octet-stream",
    }
}
