//! Processes that are measured: on which core they are, and what they have used, as Linux counts it.

use std::ffi::OsStr;
use std::fs;
use std::io;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// Linux counts processor time for programs in hundredths of a second, whatever its own clock does.
const TICKS_A_SECOND: f64 = 100.0;

/// The most memory that the process ever held, in MB (`VmHWM`).
pub(crate) fn peak_megabytes(process: u32) -> Option<f64> {
    let status = fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    let kilobytes: f64 = line.split_ascii_whitespace().nth(1)?.parse().ok()?;
    Some(kilobytes / 1024.0)
}

/// The processor time that the process has used in its own code and in the system's.
pub(crate) fn processor_time(process: u32) -> Option<Duration> {
    let stat = fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
    // The second field is the program's name in brackets, and may hold anything.
    let (_, fields) = stat.rsplit_once(')')?;
    let mut fields = fields.split_ascii_whitespace().skip(11);
    let user: f64 = fields.next()?.parse().ok()?;
    let system: f64 = fields.next()?.parse().ok()?;
    Some(Duration::from_secs_f64((user + system) / TICKS_A_SECOND))
}

/// A program that is given nothing of this environment but the path: what is set here, such as where certificates are, is not
/// set in a Lambda function.
pub(crate) fn program(name: impl AsRef<OsStr>) -> Command {
    let mut command = Command::new(name);
    command.env_clear();
    if let Some(path) = std::env::var_os("PATH") {
        command.env("PATH", path);
    }
    command
}

/// Keeps a process, with all its threads, to one core.
pub(crate) fn keep_to_core(process: u32, core: u32) -> io::Result<()> {
    taskset(&["--all-tasks"], &process.to_string(), core)
}

/// Starts a process that has only this core, from its first instruction on: it has that from the thread that starts it. Answers
/// when that was, too.
pub(crate) fn start_on_core(command: &mut Command, core: u32) -> io::Result<(Child, Instant)> {
    let start = || {
        // A link to `{process}/task/{thread}`.
        let thread = fs::read_link("/proc/thread-self")?;
        let thread = thread.file_name().unwrap_or_default().to_string_lossy();
        taskset(&[], &thread, core)?;
        let at = Instant::now();
        Ok((command.spawn()?, at))
    };
    std::thread::scope(|scope| scope.spawn(start).join()).unwrap_or_else(|_| {
        Err(io::Error::other(
            "the thread that starts processes panicked",
        ))
    })
}

fn taskset(options: &[&str], task: &str, core: u32) -> io::Result<()> {
    let status = Command::new("taskset")
        .args(options)
        .args(["--cpu-list", "--pid", &core.to_string(), task])
        .stdout(Stdio::null())
        .status()?;
    match status.success() {
        true => Ok(()),
        false => Err(io::Error::other(format!("taskset: {status}"))),
    }
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn a_process_has_one_core_from_its_start_on() {
        let mut print = Command::new("grep");
        print.args(["Cpus_allowed_list", "/proc/self/status"]);
        let (process, _) = start_on_core(print.stdout(Stdio::piped()), 0).unwrap();
        let said = process.wait_with_output().unwrap().stdout;
        assert_eq!(String::from_utf8(said).unwrap(), "Cpus_allowed_list:\t0\n");
    }
}
