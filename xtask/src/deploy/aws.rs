//! AWS, through its own command line, which brings credentials of every kind with it.

use std::{
    path::PathBuf,
    process::{Command, Stdio},
};

use clap::Args;
use serde_json::Value;
use thiserror::Error;

use crate::run::{self, RunError};

/// Where in AWS.
#[derive(Args, Clone, Default)]
pub(crate) struct Where {
    /// The region; that of the profile, if not given
    #[arg(long)]
    region: Option<String>,
    /// The profile of ~/.aws/config
    #[arg(long)]
    profile: Option<String>,
}

/// The command line, and where it works.
pub(crate) struct Aws {
    program: PathBuf,
    place: Where,
    /// Beside what this process has: in tests, where AWS is.
    environment: Vec<(String, String)>,
}

#[derive(Debug, Error)]
pub(crate) enum AwsError {
    #[error(
        "AWS does not know who asks. Sign in (`aws sso login`), or set AWS_PROFILE or AWS_ACCESS_KEY_ID; a region is needed too"
    )]
    Unknown(#[source] RunError),
    #[error("AWS refused")]
    Refused(#[from] RunError),
    #[error("AWS's answer to `aws {command}` cannot be read: {answer}")]
    Answer { command: String, answer: String },
}

impl Aws {
    pub(crate) fn new(program: PathBuf, place: Where) -> Self {
        Self {
            program,
            place,
            environment: Vec::new(),
        }
    }

    #[cfg(test)]
    pub(crate) fn at(program: PathBuf, endpoint: &str) -> Self {
        let environment = [
            ("AWS_ENDPOINT_URL", endpoint),
            ("AWS_ACCESS_KEY_ID", "test"),
            ("AWS_SECRET_ACCESS_KEY", "test"),
            ("AWS_DEFAULT_REGION", "eu-central-1"),
        ];
        Self {
            program,
            place: Where::default(),
            environment: environment.map(|(a, b)| (a.into(), b.into())).into(),
        }
    }

    /// `aws …`, whose output is not paged.
    fn command(&self, arguments: &[&str]) -> Command {
        let mut aws = Command::new(&self.program);
        aws.args(arguments)
            .envs(self.environment.iter().map(|(name, value)| (name, value)))
            .env("AWS_PAGER", "");
        if let Some(region) = &self.place.region {
            aws.args(["--region", region]);
        }
        if let Some(profile) = &self.place.profile {
            aws.args(["--profile", profile]);
        }
        aws
    }

    /// Runs it with its output in sight.
    pub(crate) fn visibly(&self, arguments: &[&str]) -> Result<(), AwsError> {
        Ok(run::visibly(&mut self.command(arguments))?)
    }

    /// Runs it, and answers what it said. `Null`: nothing.
    pub(crate) fn ask(&self, arguments: &[&str]) -> Result<Value, AwsError> {
        let mut command = self.command(arguments);
        let said = run::quietly(command.args(["--output", "json"]).stderr(Stdio::piped()))?;
        if said.trim().is_empty() {
            return Ok(Value::Null);
        }
        serde_json::from_str(&said).map_err(|_| AwsError::Answer {
            command: arguments.join(" "),
            answer: said,
        })
    }

    /// The same, where something may not be there.
    pub(crate) fn ask_if_there(&self, arguments: &[&str]) -> Result<Option<Value>, AwsError> {
        match self.ask(arguments) {
            Ok(said) => Ok(Some(said)),
            Err(AwsError::Refused(RunError::Status { output, .. })) if is_not_there(&output) => {
                Ok(None)
            }
            Err(error) => Err(error),
        }
    }

    /// The account, if AWS knows who asks.
    pub(crate) fn account(&self) -> Result<String, AwsError> {
        let said = self.ask(&["sts", "get-caller-identity", "--query", "Account"]);
        match said {
            Ok(account) => Ok(account.as_str().unwrap_or_default().to_owned()),
            Err(AwsError::Refused(error)) => Err(AwsError::Unknown(error)),
            Err(error) => Err(error),
        }
    }
}

/// How the services that we ask say so.
fn is_not_there(output: &str) -> bool {
    [
        "does not exist",
        "(404)",
        "ResourceNotFoundException",
        "NoSuchBucket",
    ]
    .iter()
    .any(|words| output.contains(words))
}
