//! Programs from PyPI, exactly as `tests/requirements.txt` has them, in a virtual environment below `target/`.

use std::{
    fs, io,
    path::{Path, PathBuf},
    process::Command,
};

use thiserror::Error;

use crate::{
    checkout, progress,
    run::{self, RunError},
};

/// Where the programs are.
pub(crate) struct PythonTools {
    pub(crate) cargo_lambda: PathBuf,
    pub(crate) moto_server: PathBuf,
    pub(crate) schemathesis: PathBuf,
}

#[derive(Debug, Error)]
pub(crate) enum PythonError {
    #[error("the tests need Python 3.10 or later; install it from https://www.python.org")]
    Missing,
    #[error(
        "the Python packages of {REQUIREMENTS} could not be installed; on Debian, `venv` is the package python3-venv"
    )]
    Install(#[from] RunError),
    #[error("could not read or write {file}")]
    File { file: PathBuf, source: io::Error },
}

const REQUIREMENTS: &str = "tests/requirements.txt";

/// Installs what the requirements list, unless exactly that is there.
pub(crate) fn install() -> Result<PythonTools, PythonError> {
    let requirements = checkout::root().join(REQUIREMENTS);
    let wanted = fs::read(&requirements).map_err(at(&requirements))?;
    let environment = checkout::target().join("tools").join("python");
    let programs = environment.join("bin");
    let stamp = environment.join("installed.txt");
    if !fs::read(&stamp).is_ok_and(|installed| installed == wanted) {
        let python = run::on_path("python3").ok_or(PythonError::Missing)?;
        progress::step(format!("installing the Python packages of {REQUIREMENTS}"));
        run::quietly(
            Command::new(python)
                .args(["-m", "venv", "--clear"])
                .arg(&environment),
        )?;
        run::quietly(
            Command::new(programs.join("python"))
                .args([
                    "-m",
                    "pip",
                    "install",
                    "--disable-pip-version-check",
                    "--requirement",
                ])
                .arg(&requirements),
        )?;
        fs::write(&stamp, wanted).map_err(at(&stamp))?;
    }
    Ok(PythonTools {
        cargo_lambda: programs.join("cargo-lambda"),
        moto_server: programs.join("moto_server"),
        schemathesis: programs.join("schemathesis"),
    })
}

/// Says which file an I/O error is about.
fn at(file: &Path) -> impl FnOnce(io::Error) -> PythonError {
    let file = file.to_owned();
    move |source| PythonError::File { file, source }
}
