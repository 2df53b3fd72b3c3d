//! Programs from PyPI, exactly as requirement files have them, in a virtual environment below `target/`.

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

/// What deploying uses.
pub(crate) struct DeployTools {
    pub(crate) aws: PathBuf,
    pub(crate) cargo_lambda: PathBuf,
    pub(crate) python: PathBuf,
    /// The folder of these and of what they call.
    pub(crate) programs: PathBuf,
}

/// What the tests use.
pub(crate) struct PythonTools {
    pub(crate) deploy: DeployTools,
    pub(crate) moto_server: PathBuf,
    pub(crate) schemathesis: PathBuf,
}

#[derive(Debug, Error)]
pub(crate) enum PythonError {
    #[error("Python 3.10 or later is needed; install it from https://www.python.org")]
    Missing,
    #[error(
        "the Python packages of {requirements} could not be installed; on Debian, `venv` is the package python3-venv"
    )]
    Install {
        requirements: &'static str,
        source: RunError,
    },
    #[error("could not read or write {file}")]
    File { file: PathBuf, source: io::Error },
}

const FOR_DEPLOY: &str = "infra/requirements.txt";
/// Includes the other.
const FOR_TESTS: &str = "tests/requirements.txt";

/// Installs what deploying needs, unless exactly that is there.
pub(crate) fn install_for_deploy() -> Result<DeployTools, PythonError> {
    let wanted = read(FOR_DEPLOY)?;
    Ok(DeployTools::of(install_as(FOR_DEPLOY, "deploy", &wanted)?))
}

/// Installs what the tests need, unless exactly that is there.
pub(crate) fn install() -> Result<PythonTools, PythonError> {
    let wanted = read(FOR_TESTS)? + &read(FOR_DEPLOY)?;
    let programs = install_as(FOR_TESTS, "tests", &wanted)?;
    Ok(PythonTools {
        moto_server: programs.join("moto_server"),
        schemathesis: programs.join("schemathesis"),
        deploy: DeployTools::of(programs),
    })
}

/// One environment holds all, since the one list includes the other. Answers the folder of the programs.
fn install_as(
    requirements: &'static str,
    name: &str,
    wanted: &str,
) -> Result<PathBuf, PythonError> {
    let environment = checkout::target().join("tools").join("python");
    let programs = environment.join("bin");
    let stamp = environment.join(format!("installed-for-{name}.txt"));
    if fs::read_to_string(&stamp).is_ok_and(|installed| installed == wanted) {
        return Ok(programs);
    }
    let python = run::on_path("python3").ok_or(PythonError::Missing)?;
    progress::step(format!("installing the Python packages of {requirements}"));
    let pip = ["-m", "pip", "install", "--disable-pip-version-check"];
    let made = run::quietly(Command::new(python).args(["-m", "venv"]).arg(&environment));
    made.and_then(|_| {
        run::quietly(
            Command::new(programs.join("python"))
                .args(pip)
                .arg("--requirement")
                .arg(checkout::root().join(requirements)),
        )
    })
    .map_err(|source| PythonError::Install {
        requirements,
        source,
    })?;
    fs::write(&stamp, wanted).map_err(at(&stamp))?;
    Ok(programs)
}

impl DeployTools {
    pub(crate) fn of(programs: PathBuf) -> Self {
        Self {
            aws: programs.join("aws"),
            cargo_lambda: programs.join("cargo-lambda"),
            python: programs.join("python"),
            programs,
        }
    }
}

fn read(requirements: &str) -> Result<String, PythonError> {
    let file = checkout::root().join(requirements);
    fs::read_to_string(&file).map_err(at(&file))
}

/// Says which file an I/O error is about.
fn at(file: &Path) -> impl FnOnce(io::Error) -> PythonError {
    let file = file.to_owned();
    move |source| PythonError::File { file, source }
}
