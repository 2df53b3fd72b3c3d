//! `cargo xtask destroy`: removes Onbehalf from an AWS account. Like a deployment, it can be interrupted and done again.

use clap::Args;
use serde_json::Value;
use thiserror::Error;

use crate::{
    deploy::{
        aws::{Aws, AwsError, Where},
        stack::{Stack, StackError},
        storage_of,
    },
    progress,
    run::RunError,
    setup::python::{self, PythonError},
};

#[derive(Args)]
pub(crate) struct DestroyOptions {
    /// The name of the stack
    #[arg(long, default_value = "onbehalf")]
    stack: String,
    #[command(flatten)]
    place: Where,
    /// Delete consents, records of acts, schedules, and the key that opens what is sealed among them
    #[arg(long)]
    delete_data: bool,
}

#[derive(Debug, Error)]
pub(crate) enum DestroyError {
    #[error(transparent)]
    Python(#[from] PythonError),
    #[error(transparent)]
    Aws(#[from] AwsError),
    #[error(transparent)]
    Stack(#[from] StackError),
    #[error(
        "nothing was removed: the table {table} holds what people consented to and what was done as them. \
         With --delete-data that is deleted too"
    )]
    HoldsData { table: String },
}

/// How long the deletion of the key can be cancelled, in days: the longest that KMS knows.
const KEY_IS_KEPT: &str = "30";

/// Removes it, and says what can still be had back.
pub(crate) fn run(options: &DestroyOptions) -> Result<(), DestroyError> {
    let tools = python::install_for_deploy()?;
    let aws = Aws::new(tools.aws, options.place.clone());
    progress::step(format!("removing from the account {}", aws.account()?));
    destroy(&aws, &options.stack, options.delete_data)
}

/// Removes the app, and the bucket last, from which it came.
pub(crate) fn destroy(aws: &Aws, name: &str, delete_data: bool) -> Result<(), DestroyError> {
    let stack = Stack {
        aws,
        name: name.to_owned(),
    };
    if stack.state()?.is_some() {
        remove_app(&stack, delete_data)?;
    }
    let storage = Stack {
        aws,
        name: storage_of(name),
    };
    if storage.state()?.is_some() {
        progress::step("the bucket");
        if let Some(bucket) = storage.resource("Bucket")? {
            let bucket = format!("s3://{bucket}");
            aws.ask_if_there(&["s3", "rm", &bucket, "--recursive", "--quiet"])?;
        }
        storage.delete()?;
    }
    progress::step("removed. docs/operate.md says what can be had back, and for how long");
    Ok(())
}

/// The data goes first: what is left of the app can do nothing without it, and once the stack is gone nothing says any more
/// which table and which key were its own.
pub(crate) fn remove_app(stack: &Stack<'_>, delete_data: bool) -> Result<(), DestroyError> {
    if let Some(table) = stack.resource("Table")? {
        delete_table(stack.aws, table, delete_data)?;
    }
    if let Some(key) = stack.resource("SealKey")? {
        forget_key(stack.aws, &key)?;
    }
    progress::step(format!("the stack {}", stack.name));
    Ok(stack.delete()?)
}

/// Deletes the table, if it is empty or its data may go. DynamoDB keeps a last backup for 35 days.
pub(crate) fn delete_table(
    aws: &Aws,
    table: String,
    delete_data: bool,
) -> Result<(), DestroyError> {
    let on = ["--table-name", &*table];
    let look = [
        &["dynamodb", "scan", "--limit", "1", "--no-paginate"],
        &on[..],
    ]
    .concat();
    let Some(found) = aws.ask_if_there(&look)? else {
        return Ok(());
    };
    // A page that is empty, and not the last, is none that says that nothing is there.
    let is_empty = found["Count"] == 0 && found["LastEvaluatedKey"] == Value::Null;
    if !(is_empty || delete_data) {
        return Err(DestroyError::HoldsData { table });
    }
    progress::step(format!("the table {table}"));
    let open = [
        &[
            "dynamodb",
            "update-table",
            "--no-deletion-protection-enabled",
        ],
        &on[..],
    ]
    .concat();
    aws.ask_if_there(&open)?;
    aws.ask_if_there(&[&["dynamodb", "delete-table"], &on[..]].concat())?;
    aws.ask(&[&["dynamodb", "wait", "table-not-exists"], &on[..]].concat())?;
    Ok(())
}

/// Has the key deleted, unless that is under way or done.
pub(crate) fn forget_key(aws: &Aws, key: &str) -> Result<(), DestroyError> {
    progress::step(format!("the key {key}, in {KEY_IS_KEPT} days"));
    let forget = ["kms", "schedule-key-deletion", "--key-id", key];
    let days = ["--pending-window-in-days", KEY_IS_KEPT];
    match aws.ask(&[&forget, &days[..]].concat()) {
        Err(AwsError::Refused(RunError::Status { output, .. }))
            if ["KMSInvalidStateException", "NotFoundException"]
                .iter()
                .any(|name| output.contains(name)) =>
        {
            Ok(())
        }
        asked => Ok(asked.map(drop)?),
    }
}
