//! What a process has used, as Linux counts it.

use std::fs;
use std::process::Command;
use std::time::Duration;

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

/// Keeps a process, with all its threads, to one core.
pub(crate) fn keep_to_core(process: u32, core: u32) -> std::io::Result<()> {
    let status = Command::new("taskset")
        .args(["--all-tasks", "--cpu-list", "--pid"])
        .args([core.to_string(), process.to_string()])
        .stdout(std::process::Stdio::null())
        .status()?;
    match status.success() {
        true => Ok(()),
        false => Err(std::io::Error::other(format!("taskset: {status}"))),
    }
}
