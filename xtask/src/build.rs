//! `cargo xtask build`: the page; for a release, the functions and the list of what is in them too.

use clap::Args;
use thiserror::Error;

use crate::{
    deploy::packages::{self, Architecture, PackageError},
    page::{self, PageError},
    sbom::{self, SbomError},
    setup::python::{self, PythonError},
};

#[derive(Args)]
pub(crate) struct BuildOptions {
    /// Build and pack the functions too, and write what they are made of to target/onbehalf.cdx.json (CycloneDX)
    #[arg(long)]
    release: bool,
    #[arg(long, value_enum, default_value = "arm64", requires = "release")]
    architecture: Architecture,
}

#[derive(Debug, Error)]
pub(crate) enum BuildError {
    #[error(transparent)]
    Page(#[from] PageError),
    #[error(transparent)]
    Sbom(#[from] SbomError),
    #[error(transparent)]
    Python(#[from] PythonError),
    #[error(transparent)]
    Package(#[from] PackageError),
}

/// Builds, and prints what it weighs.
pub(crate) fn run(options: &BuildOptions) -> Result<(), BuildError> {
    page::build()?;
    if options.release {
        println!("{}", sbom::write()?.display());
        let tools = python::install_for_deploy()?;
        for package in packages::build(&tools, options.architecture)? {
            println!("{package}");
        }
    }
    Ok(())
}
