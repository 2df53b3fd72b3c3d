//! A stack of CloudFormation: brought to a state from which it can go on, deployed, asked, and removed.

use std::{path::Path, thread, time::Duration};

use thiserror::Error;

use super::aws::{Aws, AwsError};
use crate::progress;

pub(crate) struct Stack<'a> {
    pub(crate) aws: &'a Aws,
    pub(crate) name: String,
}

/// How a stack is that nobody changes at the moment.
#[must_use]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Settled {
    CanBeDeployed,
    /// Its first deployment failed. What is left of it has to be removed first.
    FailedAtFirst,
}

#[derive(Debug, Error)]
pub(crate) enum StackError {
    #[error(transparent)]
    Aws(#[from] AwsError),
    #[error(
        "the stack {name} is {state}, from where CloudFormation does not go on by itself; its events say why. {remedy}"
    )]
    Stuck {
        name: String,
        state: String,
        remedy: &'static str,
    },
    #[error("the stack {name} has no {what}; deploy it first")]
    Missing { name: String, what: String },
}

/// Between two looks at a stack that is being changed.
const PAUSE: Duration = Duration::from_secs(if cfg!(test) { 0 } else { 5 });

impl Stack<'_> {
    /// Its state, in CloudFormation's words.
    pub(crate) fn state(&self) -> Result<Option<String>, AwsError> {
        let state = self.aws.ask_if_there(&[
            "cloudformation",
            "describe-stacks",
            "--stack-name",
            &self.name,
            "--query",
            "Stacks[0].StackStatus",
        ])?;
        Ok(state.and_then(|state| state.as_str().map(str::to_owned)))
    }

    /// Makes it what the template says. It has to be settled before.
    pub(crate) fn deploy(
        &self,
        template: &Path,
        parameters: &[(String, String)],
    ) -> Result<(), StackError> {
        let template = template.display().to_string();
        let overrides: Vec<_> = parameters
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        let mut arguments = vec![
            "cloudformation",
            "deploy",
            "--stack-name",
            &self.name,
            "--template-file",
            &template,
            "--no-fail-on-empty-changeset",
            "--capabilities",
            "CAPABILITY_IAM",
            "CAPABILITY_AUTO_EXPAND",
            "--tags",
            "app=onbehalf",
        ];
        if !overrides.is_empty() {
            arguments.push("--parameter-overrides");
            arguments.extend(overrides.iter().map(String::as_str));
        }
        Ok(self.aws.visibly(&arguments)?)
    }

    /// Waits for what is under way.
    pub(crate) fn settle(&self) -> Result<Settled, StackError> {
        loop {
            let Some(state) = self.state()? else {
                return Ok(Settled::CanBeDeployed);
            };
            match state.as_str() {
                // A change set that was never carried out: the next one takes its place.
                "REVIEW_IN_PROGRESS" => return Ok(Settled::CanBeDeployed),
                "ROLLBACK_COMPLETE" | "ROLLBACK_FAILED" | "CREATE_FAILED" => {
                    return Ok(Settled::FailedAtFirst);
                }
                "UPDATE_ROLLBACK_FAILED" => {
                    return Err(self.stuck(
                        state,
                        "Then `aws cloudformation continue-update-rollback`, and deploy again",
                    ));
                }
                "DELETE_FAILED" => {
                    return Err(self.stuck(state, "Then `cargo xtask destroy` again"));
                }
                state if state.ends_with("_IN_PROGRESS") => {
                    progress::step(format!("waiting: {} is {state}", self.name));
                    thread::sleep(PAUSE);
                }
                _ => return Ok(Settled::CanBeDeployed),
            }
        }
    }

    /// Removes it, and waits until it is gone. What the template says is to stay, stays.
    pub(crate) fn delete(&self) -> Result<(), StackError> {
        let name = ["--stack-name", &*self.name];
        let delete = [&["cloudformation", "delete-stack"], &name[..]].concat();
        let wait = [
            &["cloudformation", "wait", "stack-delete-complete"],
            &name[..],
        ]
        .concat();
        self.aws.ask(&delete)?;
        self.aws.ask(&wait)?;
        Ok(())
    }

    /// What CloudFormation made for a resource of the template.
    pub(crate) fn resource(&self, resource: &str) -> Result<Option<String>, AwsError> {
        let made = self.aws.ask_if_there(&[
            "cloudformation",
            "describe-stack-resource",
            "--stack-name",
            &self.name,
            "--logical-resource-id",
            resource,
            "--query",
            "StackResourceDetail.PhysicalResourceId",
        ])?;
        Ok(made.and_then(|made| made.as_str().map(str::to_owned)))
    }

    /// The same, where it has to be there.
    pub(crate) fn needed_resource(&self, resource: &str) -> Result<String, StackError> {
        self.resource(resource)?
            .ok_or_else(|| self.missing(resource))
    }

    /// An output of the template.
    pub(crate) fn output(&self, output: &str) -> Result<String, StackError> {
        let said = self.aws.ask(&[
            "cloudformation",
            "describe-stacks",
            "--stack-name",
            &self.name,
            "--query",
            &format!("Stacks[0].Outputs[?OutputKey=='{output}'].OutputValue | [0]"),
        ])?;
        said.as_str()
            .map(str::to_owned)
            .ok_or_else(|| self.missing(output))
    }

    fn stuck(&self, state: String, remedy: &'static str) -> StackError {
        StackError::Stuck {
            name: self.name.clone(),
            state,
            remedy,
        }
    }

    fn missing(&self, what: &str) -> StackError {
        StackError::Missing {
            name: self.name.clone(),
            what: what.to_owned(),
        }
    }
}
