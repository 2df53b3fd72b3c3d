//! From Rust to WebAssembly modules.

use std::path::PathBuf;

use super::PageError;
use crate::{
    checkout, progress, run,
    setup::toolchain::{Toolchain, WASM},
};

/// The raw modules.
pub(super) struct Modules {
    /// What everybody gets.
    pub(super) page: PathBuf,
    /// What only admins get beside it.
    pub(super) admin: PathBuf,
}

/// Compiles `frontend/`.
pub(super) fn compile(toolchain: &Toolchain) -> Result<Modules, PageError> {
    progress::step("compiling the page");
    // A target directory of its own: two compilers in one rebuild each other's work, and a page that builds
    // need not wait for a server that does.
    let target = checkout::target().join("web");
    let mut cargo = toolchain.cargo_build();
    cargo
        .env("CARGO_ENCODED_RUSTFLAGS", rustc_flags().join("\u{1f}"))
        .args(["--package", "onbehalf-page", "--profile", PROFILE])
        .arg("--target-dir")
        .arg(&target)
        .current_dir(checkout::root());
    run::visibly(&mut cargo)?;
    let made = target.join(WASM).join(PROFILE);
    Ok(Modules {
        page: made.join("onbehalf-page.wasm"),
        admin: made.join("onbehalf-admin.wasm"),
    })
}

/// Leptos makes less code of components whose types it forgets; and no path of this machine belongs into the module.
fn rustc_flags() -> Vec<String> {
    let mut flags = vec!["--cfg".to_owned(), "erase_components".to_owned()];
    let root = checkout::root();
    let home = std::env::var_os("CARGO_HOME").map(PathBuf::from);
    let home = home.or_else(|| Some(PathBuf::from(std::env::var_os("HOME")?).join(".cargo")));
    for (path, name) in [(Some(root), "onbehalf"), (home.as_deref(), "cargo")] {
        if let Some(path) = path {
            flags.push(format!("--remap-path-prefix={}={name}", path.display()));
        }
    }
    flags
}

/// The profile in the workspace's `Cargo.toml`.
const PROFILE: &str = "page";
