//! Runs another program to its end.

use std::{
    ffi::OsStr,
    io::{self, BufRead, BufReader},
    path::{Path, PathBuf},
    process::{Command, ExitStatus, Stdio},
};

use thiserror::Error;

#[derive(Debug, Error)]
pub(crate) enum RunError {
    #[error("`{command}` could not be started; is it installed and on the PATH?")]
    Start { command: String, source: io::Error },
    #[error("`{command}` failed: {status}{}", indented(.output))]
    Status {
        command: String,
        status: ExitStatus,
        /// What it said, where it was not shown already.
        output: String,
    },
}

/// Runs `command` with its output in sight.
pub(crate) fn visibly(command: &mut Command) -> Result<(), RunError> {
    let status = command.stdin(Stdio::null()).status();
    let status = status.map_err(|source| not_started(command, source))?;
    succeeded(command, status, String::new())
}

/// Runs `command` and shows its output only if it fails. Answers what it wrote to stdout.
pub(crate) fn quietly(command: &mut Command) -> Result<String, RunError> {
    answer(command.stderr(Stdio::piped()))
}

/// Runs `command` and answers what it wrote to stdout. Its stderr goes where `command` says.
pub(crate) fn answer(command: &mut Command) -> Result<String, RunError> {
    let output = command.stdin(Stdio::null()).output();
    let output = output.map_err(|source| not_started(command, source))?;
    let stdout = String::from_utf8_lossy(&output.stdout).into_owned();
    let said = format!("{stdout}{}", String::from_utf8_lossy(&output.stderr));
    succeeded(command, output.status, said)?;
    Ok(stdout)
}

/// Runs `command` and hands over each line that it writes to stdout. Its stderr is in sight.
pub(crate) fn line_by_line(
    mut command: Command,
    mut each: impl FnMut(&str),
) -> Result<(), RunError> {
    command.stdin(Stdio::null()).stdout(Stdio::piped());
    let child = command.spawn();
    let mut child = child.map_err(|source| not_started(&command, source))?;
    if let Some(stdout) = child.stdout.take() {
        let lines = BufReader::new(stdout).split(b'\n').map_while(Result::ok);
        lines.for_each(|line| each(&String::from_utf8_lossy(&line)));
    }
    let status = child.wait();
    let status = status.map_err(|source| not_started(&command, source))?;
    succeeded(&command, status, String::new())
}

/// The file that the shell would run for `program`.
pub(crate) fn on_path(program: &str) -> Option<PathBuf> {
    let folders = std::env::var_os("PATH")?;
    std::env::split_paths(&folders)
        .map(|folder| folder.join(program))
        .find(|file| is_executable(file))
}

fn is_executable(file: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    file.metadata()
        .is_ok_and(|found| found.is_file() && found.permissions().mode() & 0o111 != 0)
}

fn succeeded(command: &Command, status: ExitStatus, output: String) -> Result<(), RunError> {
    if status.success() {
        return Ok(());
    }
    Err(RunError::Status {
        command: line(command),
        status,
        output,
    })
}

fn not_started(command: &Command, source: io::Error) -> RunError {
    RunError::Start {
        command: line(command),
        source,
    }
}

fn line(command: &Command) -> String {
    let words: Vec<_> = std::iter::once(command.get_program())
        .chain(command.get_args())
        .map(OsStr::to_string_lossy)
        .collect();
    words.join(" ")
}

fn indented(output: &str) -> String {
    output
        .lines()
        .map(|line| format!("\n    {line}"))
        .collect::<String>()
}
