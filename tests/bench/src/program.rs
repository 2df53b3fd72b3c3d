//! A program that is measured, on core 0.

use std::io::{self, BufRead, BufReader, Read};
use std::ops::Sub;
use std::process::{Child, Command, Stdio};
use std::thread::JoinHandle;
use std::time::Duration;

use serde::Deserialize;
use tokio::sync::oneshot;

use crate::process::{peak_megabytes, processor_time, start_on_core};

/// What does not listen by then never will.
const STARTS_IN: Duration = Duration::from_secs(20);

/// A program that listens. It ends when this is dropped.
pub(crate) struct Program {
    process: Process,
    base_url: String,
}

/// A program that was started.
pub(crate) struct Starting {
    process: Process,
    listens: oneshot::Receiver<Ready>,
}

/// What a program has asked the allocator for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Deserialize)]
pub(crate) struct Allocated {
    /// How often.
    pub(crate) count: f64,
    pub(crate) bytes: f64,
}

struct Process {
    child: Child,
    reader: Option<JoinHandle<()>>,
}

/// The line with which a program says that it listens.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Ready {
    base_url: String,
}

impl Program {
    pub(crate) fn start(command: &mut Command) -> io::Result<Starting> {
        let (mut child, _) = start_on_core(command.stdout(Stdio::piped()), 0)?;
        let (ready, listens) = oneshot::channel();
        let out = child.stdout.take();
        let reader = out.map(|out| std::thread::spawn(move || read(out, ready)));
        let process = Process { child, reader };
        Ok(Starting { process, listens })
    }

    pub(crate) fn base_url(&self) -> &str {
        &self.base_url
    }

    /// The most memory that it ever held, in MB.
    pub(crate) fn peak_megabytes(&self) -> f64 {
        peak_megabytes(self.process.child.id()).unwrap_or_default()
    }

    /// The processor time that it has used.
    pub(crate) fn processor_time(&self) -> Duration {
        processor_time(self.process.child.id()).unwrap_or_default()
    }

    /// What it has allocated since its start, if it counts that.
    pub(crate) async fn allocated(&self) -> reqwest::Result<Option<Allocated>> {
        let http = reqwest::Client::builder().no_proxy().build()?;
        let url = format!("{}/allocations", self.base_url);
        let answer = http.get(url).send().await?;
        match answer.status().is_success() {
            true => answer.json().await.map(Some),
            false => Ok(None),
        }
    }
}

impl Starting {
    pub(crate) async fn ready(self) -> Result<Program, Box<dyn std::error::Error>> {
        let Self { process, listens } = self;
        let ready = tokio::time::timeout(STARTS_IN, listens).await?;
        let Ready { base_url } = ready.map_err(|_| "the program ended before it listened")?;
        Ok(Program { process, base_url })
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        if let Err(error) = self.child.kill().and_then(|()| self.child.wait()) {
            eprintln!("the program did not end: {error}");
        }
        if self.reader.take().is_some_and(|it| it.join().is_err()) {
            eprintln!("what the program said was not read to the end");
        }
    }
}

impl Sub for Allocated {
    type Output = Self;

    fn sub(self, before: Self) -> Self {
        Self {
            count: self.count - before.count,
            bytes: self.bytes - before.bytes,
        }
    }
}

/// Reads all that a program says: what nobody reads would stop it in the end.
fn read(out: impl Read, ready: oneshot::Sender<Ready>) {
    let mut lines = BufReader::new(out).lines().map_while(Result::ok);
    let said = lines
        .by_ref()
        .find_map(|line| serde_json::from_str(&line).ok());
    if let Some(said) = said
        && ready.send(said).is_err()
    {
        eprintln!("the program listened too late");
    }
    lines.for_each(drop);
}
