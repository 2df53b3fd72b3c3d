//! Programs that run side by side until one of them ends, or the user ends them all.

use std::{
    collections::VecDeque,
    io::{self, BufRead, BufReader, IsTerminal, Read},
    os::unix::process::CommandExt,
    process::{Child, Command, ExitStatus, Stdio},
    sync::mpsc::{self, Receiver, RecvTimeoutError, Sender},
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

use rustix::{
    io::Errno,
    process::{Pid, Signal, WaitId, WaitIdOptions, kill_process_group, waitid},
};
use serde::de::DeserializeOwned;
use signal_hook::{
    consts::{SIGHUP, SIGINT, SIGTERM},
    iterator::Signals,
};
use thiserror::Error;

use crate::progress;

/// How long a program may take to end after it was asked to.
const GRACE: Duration = Duration::from_secs(5);

/// How often a condition is looked at that nobody tells us about.
const INTERVAL: Duration = Duration::from_millis(100);

/// How many of a program's lines are repeated when it dies.
const LAST_WORDS: usize = 20;

#[derive(Debug, Error)]
pub(crate) enum ServerError {
    #[error("could not watch for Ctrl-C")]
    Signals(#[source] io::Error),
    #[error("could not start the {name}")]
    Start {
        name: &'static str,
        source: io::Error,
    },
    #[error("lost sight of the {name}")]
    Wait {
        name: &'static str,
        source: io::Error,
    },
    #[error("the {name} ended ({status}); its last words were:\n    {last_words}")]
    Ended {
        name: &'static str,
        status: ExitStatus,
        last_words: String,
    },
    #[error("the {name} said that it is ready, but not where: {said:?}")]
    Ready {
        name: &'static str,
        said: String,
        source: serde_json::Error,
    },
    #[error("stopped before everything was ready")]
    Stopped,
}

/// Running programs. They end when this is dropped.
pub(super) struct Servers {
    running: Vec<Server>,
    events: Receiver<Event>,
    tell: Sender<Event>,
}

struct Server {
    name: &'static str,
    child: Child,
    log: Option<JoinHandle<LastWords>>,
}

/// The last lines that a program wrote.
type LastWords = VecDeque<String>;

enum Event {
    /// A program wrote its first line to stdout.
    Ready(String),
    /// A program closed its stdout, which it does when it ends.
    Ended(&'static str),
    /// The user wants everything to end.
    Stop,
}

impl Servers {
    /// None yet.
    pub(super) fn new() -> Self {
        let (tell, events) = mpsc::channel();
        Self {
            running: Vec::new(),
            events,
            tell,
        }
    }

    /// From now on Ctrl-C ends the programs, and not xtask before them.
    pub(super) fn end_on_ctrl_c(&self) -> Result<(), ServerError> {
        let mut signals = Signals::new([SIGINT, SIGTERM, SIGHUP]).map_err(ServerError::Signals)?;
        let tell = self.tell.clone();
        thread::spawn(move || {
            for _ in signals.forever() {
                if tell.send(Event::Stop).is_err() {
                    break;
                }
            }
        });
        Ok(())
    }

    /// Starts a program and waits until it is ready, which it says with a line of JSON on stdout. Answers that line.
    pub(super) fn start<Ready: DeserializeOwned>(
        &mut self,
        name: &'static str,
        mut command: Command,
    ) -> Result<Ready, ServerError> {
        if !io::stderr().is_terminal() {
            // To the program its log looks like a file; what matters is where we show it.
            command.env("NO_COLOR", "1");
        }
        let mut child = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            // In a group of its own it does not get the terminal's Ctrl-C, and ends when we say so, with its children.
            .process_group(0)
            .spawn()
            .map_err(|source| ServerError::Start { name, source })?;
        let log = child.stderr.take().map(|log| show(name, log));
        if let Some(stdout) = child.stdout.take() {
            self.listen(name, stdout);
        }
        self.running.push(Server { name, child, log });
        match self.events.recv() {
            Ok(Event::Ready(said)) => serde_json::from_str(&said)
                .map_err(|source| ServerError::Ready { name, said, source }),
            Ok(Event::Ended(name)) => Err(self.ended(name)),
            Ok(Event::Stop) | Err(_) => Err(ServerError::Stopped),
        }
    }

    /// Waits until `done` says yes, for as long as all programs run.
    pub(super) fn wait_until(&mut self, done: impl Fn() -> bool) -> Result<(), ServerError> {
        while !done() {
            match self.events.recv_timeout(INTERVAL) {
                Ok(Event::Ended(name)) => return Err(self.ended(name)),
                Ok(Event::Stop) | Err(RecvTimeoutError::Disconnected) => {
                    return Err(ServerError::Stopped);
                }
                Ok(Event::Ready(_)) | Err(RecvTimeoutError::Timeout) => {}
            }
        }
        Ok(())
    }

    /// Waits until the user ends everything, or a program ends by itself.
    pub(super) fn until_stopped(mut self) -> Result<(), ServerError> {
        loop {
            match self.events.recv() {
                Ok(Event::Ended(name)) => return Err(self.ended(name)),
                Ok(Event::Ready(_)) => {}
                Ok(Event::Stop) | Err(_) => return Ok(()),
            }
        }
    }

    /// Waits in the background for a program's first line on stdout, and then for its end.
    fn listen(&self, name: &'static str, stdout: impl Read + Send + 'static) {
        let tell = self.tell.clone();
        thread::spawn(move || {
            let mut lines = BufReader::new(stdout).lines().map_while(Result::ok);
            // Nobody listens any more only when everything ends.
            if let Some(line) = lines.next() {
                drop(tell.send(Event::Ready(line)));
            }
            lines.for_each(|line| eprintln!("{name} │ {line}"));
            drop(tell.send(Event::Ended(name)));
        });
    }

    /// What to say about a program that ended by itself.
    fn ended(&mut self, name: &'static str) -> ServerError {
        let Some(at) = self.running.iter().position(|server| server.name == name) else {
            return ServerError::Stopped;
        };
        let mut server = self.running.remove(at);
        match server.end(WaitIdOptions::empty()) {
            Ok(Some(status)) => ServerError::Ended {
                name,
                status,
                last_words: server.last_words(),
            },
            Ok(None) => ServerError::Stopped,
            Err(source) => ServerError::Wait { name, source },
        }
    }
}

impl Drop for Servers {
    /// Asks the programs to end as Ctrl-C would, the last one started first, and ends those that don't.
    fn drop(&mut self) {
        let deadline = Instant::now() + GRACE;
        while let Some(mut server) = self.running.pop() {
            server.signal(Signal::INT);
            while matches!(server.end(WaitIdOptions::NOHANG), Ok(None)) {
                if Instant::now() > deadline {
                    server.signal(Signal::KILL);
                }
                thread::sleep(Duration::from_millis(10));
            }
        }
    }
}

impl Server {
    /// Waits for the program to end, unless `options` say not to, and then ends what it has left running.
    fn end(&mut self, options: WaitIdOptions) -> io::Result<Option<ExitStatus>> {
        let id = WaitId::Pid(Pid::from_child(&self.child));
        // Its id, which is the group's, is not given to another program before `wait` below.
        let options = options | WaitIdOptions::EXITED | WaitIdOptions::NOWAIT;
        if waitid(id, options)?.is_none() {
            return Ok(None);
        }
        self.signal(Signal::KILL);
        self.child.wait().map(Some)
    }

    /// The last lines of a program that has ended.
    fn last_words(&mut self) -> String {
        let lines = self.log.take().and_then(|log| log.join().ok());
        Vec::from(lines.unwrap_or_default()).join("\n    ")
    }

    fn signal(&self, signal: Signal) {
        let sent = kill_process_group(Pid::from_child(&self.child), signal);
        // A group that is gone needs no signal; macOS calls it forbidden if its leader was not yet waited for.
        if let Err(error) = sent
            && !matches!(error, Errno::SRCH | Errno::PERM)
        {
            progress::step(format!("could not end the {}: {error}", self.name));
        }
    }
}

/// Shows a program's log in the background, each line with the program's name, until the program ends.
fn show(name: &'static str, log: impl Read + Send + 'static) -> JoinHandle<LastWords> {
    thread::spawn(move || {
        let mut last_words = LastWords::new();
        for line in BufReader::new(log).lines().map_while(Result::ok) {
            eprintln!("{name} │ {line}");
            if last_words.len() == LAST_WORDS {
                last_words.pop_front();
            }
            last_words.push_back(line);
        }
        last_words
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, serde::Deserialize)]
    struct At {
        port: u16,
    }

    fn shell(script: &str) -> Command {
        let mut shell = Command::new("sh");
        shell.args(["-c", script]);
        shell
    }

    #[test]
    fn a_program_is_ready_when_it_says_so_and_ends_with_its_children() {
        let mut servers = Servers::new();
        let script = r#"sleep 1000 & echo '{"port":1}'; wait"#;
        assert_eq!(servers.start::<At>("one", shell(script)).unwrap().port, 1);
        let log = servers.running[0].log.take().unwrap();
        drop(servers);
        // The log's last end is closed when the last program that has it is gone, which is `sleep`.
        log.join().unwrap();
    }

    #[test]
    fn a_program_that_dies_leaves_its_last_words() {
        let mut servers = Servers::new();
        let script = "for i in $(seq 30); do echo line $i >&2; done; exit 3";
        let error = servers.start::<At>("one", shell(script)).unwrap_err();
        let message = error.to_string();
        assert!(
            message.starts_with("the one ended (exit status: 3)"),
            "{message}"
        );
        assert!(
            message.contains("line 11\n") && message.ends_with("line 30"),
            "{message}"
        );
        assert!(!message.contains("line 10\n"), "{message}");
    }

    #[test]
    fn one_that_dies_ends_the_wait_for_all() {
        let mut servers = Servers::new();
        let long = r#"echo '{"port":1}'; exec sleep 1000"#;
        servers.start::<At>("long", shell(long)).unwrap();
        let short = r#"echo '{"port":2}'; echo enough >&2"#;
        assert_eq!(servers.start::<At>("short", shell(short)).unwrap().port, 2);
        let error = servers.until_stopped().unwrap_err();
        assert!(
            matches!(error, ServerError::Ended { name: "short", .. }),
            "{error}"
        );
    }
}
