//! The functions as Lambda takes them: a program and, for `api`, the page, in a zip that is named by what is in it.

use std::{
    env, fmt, fs, io,
    path::{Path, PathBuf},
    process::Command,
};

use clap::ValueEnum;
use sha2::{Digest, Sha256};
use thiserror::Error;

use crate::{
    checkout, page, progress,
    run::{self, RunError},
    setup::python::DeployTools,
};

/// What the functions run on. arm64 costs a fifth less.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Architecture {
    Arm64,
    #[value(name = "x86_64")]
    X86_64,
}

/// The functions, which are programs of the package `onbehalf`.
pub(crate) const FUNCTIONS: [&str; 3] = ["api", "act", "sweep"];

/// A larger one takes longer to start, and has something in it that nobody meant to be there.
const LARGEST: u64 = 8_000_000;

pub(crate) struct Package {
    pub(crate) function: &'static str,
    pub(crate) file: PathBuf,
    /// Its name in the bucket.
    pub(crate) key: String,
    pub(crate) size: u64,
}

#[derive(Debug, Error)]
pub(crate) enum PackageError {
    #[error(
        "the functions could not be built for {target}; if its standard library is missing: `rustup target add {target}`, \
         or deploy with `--architecture` for what this machine has"
    )]
    Build {
        target: &'static str,
        source: RunError,
    },
    #[error("could not be packed")]
    Pack(#[from] RunError),
    #[error("{package} is too large: a package may have {LARGEST} bytes")]
    TooLarge { package: String },
    #[error("could not read or write {file}")]
    File { file: PathBuf, source: io::Error },
}

impl Architecture {
    /// In Lambda's words.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Arm64 => "arm64",
            Self::X86_64 => "x86_64",
        }
    }

    fn flag(self) -> &'static str {
        match self {
            Self::Arm64 => "--arm64",
            Self::X86_64 => "--x86-64",
        }
    }

    fn target(self) -> &'static str {
        match self {
            Self::Arm64 => "aarch64-unknown-linux-gnu",
            Self::X86_64 => "x86_64-unknown-linux-gnu",
        }
    }
}

/// Builds the functions for release, and packs them.
pub(crate) fn build(
    tools: &DeployTools,
    architecture: Architecture,
) -> Result<Vec<Package>, PackageError> {
    progress::step(format!(
        "building the functions for {}",
        architecture.name()
    ));
    let mut cargo = Command::new(&tools.cargo_lambda);
    cargo
        .args(["lambda", "build", "--release", "--locked"])
        .args(["--package", "onbehalf", architecture.flag()])
        // Where it finds Zig, which links for other machines.
        .env("PATH", before_the_path(&tools.programs))
        .current_dir(checkout::root());
    run::visibly(&mut cargo).map_err(|source| PackageError::Build {
        target: architecture.target(),
        source,
    })?;
    let built = checkout::target().join("lambda");
    let pack = |function: &'static str| {
        let program = built.join(function).join("bootstrap");
        let mut files = vec![("bootstrap".to_owned(), program)];
        if function == "api" {
            files.extend(page_files(&page::folder())?);
        }
        pack(tools, function, files, &checkout::target().join("packages"))
    };
    FUNCTIONS.into_iter().map(pack).collect()
}

/// Packs files into `folder`, unless the same are there already.
pub(super) fn pack(
    tools: &DeployTools,
    function: &'static str,
    mut files: Vec<(String, PathBuf)>,
    folder: &Path,
) -> Result<Package, PackageError> {
    files.sort();
    let name = format!("{function}-{}.zip", hash(&files)?);
    let file = folder.join(&name);
    if !file.exists() {
        fs::create_dir_all(folder).map_err(at(folder))?;
        let unfinished = folder.join(format!("{name}.new"));
        let mut zip = Command::new(&tools.python);
        zip.arg(checkout::root().join(ZIP)).arg(&unfinished);
        for (name, file) in &files {
            zip.arg(format!("{name}={}", file.display()));
        }
        run::quietly(&mut zip)?;
        fs::rename(&unfinished, &file).map_err(at(&file))?;
    }
    let size = fs::metadata(&file).map_err(at(&file))?.len();
    let package = Package {
        function,
        key: format!("packages/{name}"),
        file,
        size,
    };
    if size > LARGEST {
        let package = package.to_string();
        return Err(PackageError::TooLarge { package });
    }
    Ok(package)
}

/// Python's own module writes what Lambda reads, and is there anyway.
const ZIP: &str = "xtask/src/deploy/zip.py";

/// What `api` needs of the page: its manifest, its words, and the assets, so that a version can always serve its own.
fn page_files(page: &Path) -> Result<Vec<(String, PathBuf)>, PackageError> {
    let mut files = Vec::new();
    collect(page, "page", &mut files)?;
    files.retain(|(name, _)| {
        // Atlassian serves its bridge, words are put into HTML and never sent as they are, and who made the page from what is
        // for those who build it.
        !(name.starts_with("page/atlassian-connect/")
            || (name.starts_with("page/words/") && name.ends_with(".br"))
            || name == "page/made-from")
    });
    Ok(files)
}

/// The files below a folder, with their names in the package.
fn collect(
    folder: &Path,
    name: &str,
    files: &mut Vec<(String, PathBuf)>,
) -> Result<(), PackageError> {
    for entry in fs::read_dir(folder).map_err(at(folder))? {
        let entry = entry.map_err(at(folder))?;
        let name = format!("{name}/{}", entry.file_name().to_string_lossy());
        if entry.path().is_dir() {
            collect(&entry.path(), &name, files)?;
        } else {
            files.push((name, entry.path()));
        }
    }
    Ok(())
}

/// The first 16 hexadecimal digits of the SHA-256 of names and contents.
fn hash(files: &[(String, PathBuf)]) -> Result<String, PackageError> {
    let mut digest = Sha256::new();
    for (name, file) in files {
        let content = fs::read(file).map_err(at(file))?;
        digest.update(format!("{name}\n{}\n", content.len()));
        digest.update(content);
    }
    let digest = digest.finalize();
    Ok(digest[..8]
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect())
}

impl Package {
    /// The parameter of the template that names it.
    pub(super) fn parameter(&self) -> (String, String) {
        let (first, rest) = self.function.split_at(1);
        let name = format!("{}{rest}Package", first.to_uppercase());
        (name, self.key.clone())
    }
}

impl fmt::Display for Package {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let megabytes = f64::from(u32::try_from(self.size).unwrap_or(u32::MAX)) / 1e6;
        write!(f, "{:<6} {megabytes:.2} MB  {}", self.function, self.key)
    }
}

/// The PATH with `folder` before everything else.
fn before_the_path(folder: &Path) -> std::ffi::OsString {
    let path = env::var_os("PATH").unwrap_or_default();
    let folders = std::iter::once(folder.to_owned()).chain(env::split_paths(&path));
    // A folder with a colon in its name is on no PATH.
    env::join_paths(folders).unwrap_or(path)
}

/// Says which file an I/O error is about.
pub(super) fn at(file: &Path) -> impl FnOnce(io::Error) -> PackageError {
    let file = file.to_owned();
    move |source| PackageError::File { file, source }
}
