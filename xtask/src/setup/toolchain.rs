//! A Rust compiler that can build WebAssembly.

use std::{
    path::{Path, PathBuf},
    process::Command,
};

use thiserror::Error;

use super::apt;
use crate::{
    progress,
    run::{self, RunError},
};

/// The target that the page is built for.
pub(crate) const WASM: &str = "wasm32-unknown-unknown";

/// Debian's current compiler, and the standard library's source, from which it builds the one for [`WASM`].
const DEBIAN_PACKAGES: [&str; 3] = ["rustc-web", "cargo-web", "rust-web-src"];

/// Which compiler builds the page.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Toolchain {
    /// The one on the PATH, which has a standard library for [`WASM`].
    OnPath,
    /// Debian's, for machines where rustup can't download. It builds the standard library along with the page.
    Debian { linker: PathBuf },
}

#[derive(Debug, Error)]
pub(crate) enum ToolchainError {
    #[error(transparent)]
    Run(#[from] RunError),
    #[error(
        "there is no Rust standard library for {WASM} on this machine, and rustup could not download it.\n\
         Either run `rustup target add {WASM}` where there is a network,\n\
         or on Debian 12 or later, as root: `apt-get install {}`",
        DEBIAN_PACKAGES.join(" ")
    )]
    NoTarget,
    #[error(
        "no linker for WebAssembly: neither rustup's rust-lld nor wasm-ld; on Debian, `apt-get install lld`"
    )]
    NoLinker,
}

impl Toolchain {
    /// Finds a compiler for [`WASM`], or installs one.
    pub(crate) fn ready() -> Result<Self, ToolchainError> {
        if has_target()? {
            return Ok(Self::OnPath);
        }
        if !debian_is_installed() {
            if target_was_added() {
                return Ok(Self::OnPath);
            }
            if !apt::is_usable() {
                return Err(ToolchainError::NoTarget);
            }
            apt::install(&DEBIAN_PACKAGES)?;
        }
        Ok(Self::Debian { linker: linker()? })
    }

    /// What the compiler says it is.
    pub(crate) fn version(&self) -> Result<String, RunError> {
        let compiler = match self {
            Self::OnPath => "rustc",
            Self::Debian { .. } => DEBIAN_RUSTC,
        };
        run::quietly(Command::new(compiler).args(["--version", "--verbose"]))
    }

    /// `cargo build` for [`WASM`].
    pub(crate) fn cargo_build(&self) -> Command {
        let mut command = match self {
            Self::OnPath => {
                let mut command = Command::new("cargo");
                command.arg("build");
                command
            }
            Self::Debian { linker } => {
                let mut command = Command::new(DEBIAN_CARGO);
                command
                    // `-Z build-std` on a stable compiler. The source is that of the compiler itself.
                    .env("RUSTC_BOOTSTRAP", "1")
                    .env("RUSTC", DEBIAN_RUSTC)
                    .env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER", linker)
                    .args(["build", "-Z", "build-std=std,panic_abort"]);
                command
            }
        };
        command.args(["--target", WASM]);
        command
    }
}

const DEBIAN_CARGO: &str = "/usr/bin/cargo";
const DEBIAN_RUSTC: &str = "/usr/bin/rustc";
const DEBIAN_SOURCE: &str = "/usr/lib/rustlib/src/rust/library/std/Cargo.toml";

fn has_target() -> Result<bool, RunError> {
    let folder = rustc(&["--print", "target-libdir", "--target", WASM])?;
    Ok(holds_core(Path::new(folder.trim())))
}

/// rustc names the folder of a target's libraries also when nothing is in it.
fn holds_core(folder: &Path) -> bool {
    folder.read_dir().is_ok_and(|files| {
        files
            .flatten()
            .any(|file| file.file_name().to_string_lossy().starts_with("libcore-"))
    })
}

fn debian_is_installed() -> bool {
    [DEBIAN_CARGO, DEBIAN_RUSTC, DEBIAN_SOURCE]
        .iter()
        .all(|file| Path::new(file).exists())
}

fn target_was_added() -> bool {
    if run::on_path("rustup").is_none() {
        return false;
    }
    progress::step(format!("rustup target add {WASM}"));
    match run::quietly(Command::new("rustup").args(["target", "add", WASM])) {
        Ok(_) => true,
        Err(error) => {
            progress::step(format!("rustup could not: {error}"));
            false
        }
    }
}

fn linker() -> Result<PathBuf, ToolchainError> {
    if let Some(found) = installed_linker()? {
        return Ok(found);
    }
    if apt::is_usable() {
        apt::install(&["lld"])?;
    }
    run::on_path("wasm-ld").ok_or(ToolchainError::NoLinker)
}

fn installed_linker() -> Result<Option<PathBuf>, RunError> {
    let sysroot = rustc(&["--print", "sysroot"])?;
    let about = rustc(&["--version", "--verbose"])?;
    let rust_lld = host(&about).map(|host| {
        Path::new(sysroot.trim())
            .join("lib/rustlib")
            .join(host)
            .join("bin/rust-lld")
    });
    Ok(rust_lld
        .filter(|file| file.exists())
        .or_else(|| run::on_path("wasm-ld")))
}

/// The host's triple, from `rustc --version --verbose`.
fn host(about: &str) -> Option<&str> {
    about.lines().find_map(|line| line.strip_prefix("host: "))
}

fn rustc(arguments: &[&str]) -> Result<String, RunError> {
    run::quietly(Command::new("rustc").args(arguments))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn host_is_read_from_what_rustc_says() {
        let about = "rustc 1.95.0 (59807616e 2026-04-14)\nbinary: rustc\nhost: aarch64-apple-darwin\nrelease: 1.95.0\n";
        assert_eq!(host(about), Some("aarch64-apple-darwin"));
        assert_eq!(host("rustc 1.95.0"), None);
    }

    #[test]
    fn an_empty_library_folder_is_no_target() {
        let folder = tempfile::tempdir().unwrap();
        assert!(!holds_core(&folder.path().join("lib")));
        assert!(!holds_core(folder.path()));
        std::fs::write(folder.path().join("libcore-0123.rlib"), "").unwrap();
        assert!(holds_core(folder.path()));
    }
}
