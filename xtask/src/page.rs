//! The page as browsers get it: `target/page`, made from `frontend/`.
//!
//! ```text
//! target/page/manifest.json               which files belong together
//! target/page/assets/page-<hash>.{js,wasm,css}
//! target/page/assets/admin-<hash>.{js,wasm,css}   what only admins see
//! target/page/assets/admin-<language>-<hash>.json and what it says
//! target/page/words/<language>.json       what the page says, for the backend to put into its HTML
//! target/page/atlassian-connect/all.js    Atlassian's bridge, for where its CDN is out of reach
//! ```
//!
//! Every file has a Brotli sibling, `<name>.br`. A hash is of the content, so that assets can be cached for ever.

mod assets;
mod bindings;
mod budget;
mod bundle;
mod compile;
mod inputs;
mod names;
mod words;

use std::{
    fs::{self, File},
    io,
    path::{Path, PathBuf},
};

use thiserror::Error;

use crate::{
    checkout, progress,
    run::RunError,
    setup::{
        npm::{self, NpmError},
        toolchain::{Toolchain, ToolchainError},
    },
};
pub(crate) use budget::OverBudget;

#[derive(Debug, Error)]
pub(crate) enum PageError {
    #[error(transparent)]
    Toolchain(#[from] ToolchainError),
    #[error(transparent)]
    Npm(#[from] NpmError),
    #[error(transparent)]
    Run(#[from] RunError),
    #[error(transparent)]
    Bindings(#[from] bindings::BindingsError),
    #[error(transparent)]
    OverBudget(#[from] OverBudget),
    #[error("could not read or write {file}")]
    File { file: PathBuf, source: io::Error },
}

/// Where the finished page is.
pub(crate) fn folder() -> PathBuf {
    checkout::target().join("page")
}

/// `cargo xtask build`: makes the page, prints what it weighs, and fails if that is too much.
pub(crate) fn build() -> Result<(), PageError> {
    ensure()?;
    let sizes = budget::measure(&folder())?;
    print!("{sizes}");
    Ok(sizes.check()?)
}

/// Makes the page unless the one that is there was made from the same inputs.
pub(crate) fn ensure() -> Result<(), PageError> {
    let toolchain = Toolchain::ready()?;
    let modules = npm::install("frontend")?;

    let _alone = only_one_at_a_time()?;
    let inputs = inputs::fingerprint(&toolchain)?;
    let page = folder();
    if inputs::made_from(&page, &inputs) {
        return Ok(());
    }
    let work = checkout::target().join("page.new");
    empty(&work)?;
    let finished = work.join("page");
    make(&toolchain, &modules, &work, &finished)?;
    inputs::remember(&finished, &inputs)?;
    swap(&finished, &page, &work)
}

/// Makes the page in `finished`, with what comes up on the way in `work`.
fn make(
    toolchain: &Toolchain,
    modules: &Path,
    work: &Path,
    finished: &Path,
) -> Result<(), PageError> {
    let compiled = compile::compile(toolchain)?;
    progress::step("making the page small");
    let folder = work.join("bindings");
    let page = bindings::generate("page", &compiled.page, &folder)?;
    let admin = bindings::generate("admin", &compiled.admin, &folder)?;
    bundle::make(modules, &page, &admin, work, finished)
}

/// Two builds at once would write into the same folder; the second waits.
fn only_one_at_a_time() -> Result<File, PageError> {
    let file = checkout::target().join("page.lock");
    let lock = || -> io::Result<File> {
        let lock = File::create(&file)?;
        lock.lock()?;
        Ok(lock)
    };
    lock().map_err(at(&file))
}

/// Puts `finished` in the place of `page`: whoever reads sees the old page or the new one, not a mixture.
fn swap(finished: &Path, page: &Path, work: &Path) -> Result<(), PageError> {
    if page.exists() {
        fs::rename(page, work.join("old")).map_err(at(page))?;
    }
    fs::rename(finished, page).map_err(at(page))?;
    fs::remove_dir_all(work).map_err(at(work))
}

fn empty(folder: &Path) -> Result<(), PageError> {
    if folder.exists() {
        fs::remove_dir_all(folder).map_err(at(folder))?;
    }
    fs::create_dir_all(folder).map_err(at(folder))
}

/// Says which file an I/O error is about.
fn at(file: &Path) -> impl FnOnce(io::Error) -> PageError {
    let file = file.to_owned();
    move |source| PageError::File { file, source }
}
