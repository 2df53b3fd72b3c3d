//! The workspace's own programs, built by cargo.

use std::{
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use serde::Deserialize;
use thiserror::Error;

use crate::{
    checkout, progress,
    run::{self, RunError},
};

#[derive(Debug, Error)]
pub(crate) enum BinaryError {
    #[error(transparent)]
    Cargo(#[from] RunError),
    #[error("cargo built {package}, but no program of that name came out of it")]
    Missing { package: String },
}

/// Builds `packages`, each of which has a program of its own name, and answers the programs in the same order.
pub(crate) fn build<const N: usize>(packages: [&str; N]) -> Result<[PathBuf; N], BinaryError> {
    progress::step(format!("building {}", packages.join(" and ")));
    let mut cargo = Command::new("cargo");
    cargo
        // With the features of the whole workspace, as tests are built, so that both share what they depend on.
        .args(["build", "--workspace"])
        .args(["--message-format", "json-render-diagnostics"])
        .current_dir(checkout::root());
    for package in packages {
        cargo.args(["--bin", package]);
    }
    // Cargo's own progress goes to stderr, in sight; stdout is the list of what was built.
    let built = run::answer(cargo.stderr(Stdio::inherit()))?;
    let mut programs = [const { PathBuf::new() }; N];
    for (program, package) in programs.iter_mut().zip(packages) {
        *program = executable(package, &built).ok_or_else(|| BinaryError::Missing {
            package: package.to_owned(),
        })?;
    }
    Ok(programs)
}

/// One of cargo's messages: <https://doc.rust-lang.org/cargo/reference/external-tools.html#artifact-messages>
#[derive(Deserialize)]
struct Message {
    executable: Option<PathBuf>,
}

/// The program called `name` among cargo's messages, of which there is one on each line.
fn executable(name: &str, messages: &str) -> Option<PathBuf> {
    messages
        .lines()
        .filter_map(|line| serde_json::from_str::<Message>(line).ok()?.executable)
        .find(|file| file.file_stem() == Path::new(name).file_stem())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_program_is_found_among_libraries_and_other_programs() {
        let messages = r#"{"reason":"compiler-artifact","target":{"name":"onbehalf"},"executable":null}
{"reason":"compiler-artifact","target":{"name":"api"},"executable":"/t/debug/api"}
{"reason":"compiler-artifact","target":{"name":"onbehalf-local"},"executable":"/t/debug/onbehalf-local"}
{"reason":"build-finished","success":true}"#;
        assert_eq!(
            executable("onbehalf-local", messages),
            Some("/t/debug/onbehalf-local".into())
        );
        assert_eq!(executable("onbehalf", messages), None);
    }
}
