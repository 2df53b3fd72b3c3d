//! Shows the runs that were put aside because nobody could deal with them, sends them back or drops them.
//!
//! It ends with 0 if that was done, and with 1 if it was not, or not all of it.

use std::process::ExitCode;

use aws_sdk_sqs::Client;
use clap::{Parser, Subcommand};
use onbehalf::adapters::sqs::{AsideError, PutAside, RunsPutAside};
use onbehalf::domain::run::RunMessage;
use onbehalf::events::runs;
use onbehalf::wiring;
use thiserror::Error;

/// Looks after the runs that were given up.
#[derive(Debug, Parser)]
#[command(name = "cargo xtask dlq")]
struct Arguments {
    /// The queue of runs; if not given, ONBEHALF_QUEUE_URL.
    #[arg(long, value_name = "URL", global = true)]
    queue_url: Option<String>,
    #[command(subcommand)]
    task: Task,
}

#[derive(Debug, Subcommand)]
enum Task {
    /// Show what was put aside.
    List,
    /// Have runs tried again: all that can be read, or those named.
    SendBack {
        /// The id that `list` shows; may be given more than once.
        #[arg(long = "id", value_name = "ID")]
        ids: Vec<String>,
    },
    /// Forget messages, for good.
    Drop {
        /// The id that `list` shows; may be given more than once.
        #[arg(long = "id", value_name = "ID", required = true)]
        ids: Vec<String>,
    },
}

#[derive(Debug, Error)]
enum DlqError {
    #[error(
        "which queue? Give --queue-url, or set ONBEHALF_QUEUE_URL to the RunsUrl that the stack puts out"
    )]
    NoQueue,
    #[error("there is no message {0}, or somebody else has it in hand; try again in five minutes")]
    NoSuchMessage(String),
    #[error("message {0} is malformed and would only be put aside again; drop it")]
    Malformed(String),
    #[error(transparent)]
    Aside(#[from] AsideError),
}

#[tokio::main]
async fn main() -> ExitCode {
    let Arguments { queue_url, task } = Arguments::parse();
    let queue_url = queue_url.or_else(|| std::env::var("ONBEHALF_QUEUE_URL").ok());
    match run(queue_url.as_deref(), &task).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {}", with_causes(&error));
            ExitCode::FAILURE
        }
    }
}

async fn run(queue_url: Option<&str>, task: &Task) -> Result<(), DlqError> {
    let queue_url = queue_url
        .filter(|url| !url.is_empty())
        .ok_or(DlqError::NoQueue)?;
    let client = Client::new(&wiring::aws().await);
    let aside = RunsPutAside::of(client, queue_url).await?;
    // To look, and even more to change something, is to have all of it in hand. Whatever is not dealt with goes back.
    let mut taken = aside.take().await?;
    let done = carry_out(task, &aside, &mut taken).await;
    for message in &taken {
        if let Err(error) = aside.give_back(message).await {
            eprintln!(
                "{}: {}; it shows again in five minutes",
                message.id,
                with_causes(&error)
            );
        }
    }
    done
}

/// Takes what it has dealt with out of `taken`.
async fn carry_out(
    task: &Task,
    aside: &RunsPutAside,
    taken: &mut Vec<PutAside>,
) -> Result<(), DlqError> {
    match task {
        Task::List => {
            list(taken);
            Ok(())
        }
        Task::SendBack { ids } => {
            let chosen = if ids.is_empty() {
                taken
                    .extract_if(.., |message| run_in(message).is_some())
                    .collect()
            } else {
                choose(ids, taken)?
            };
            if let Some(malformed) = chosen.iter().find(|message| run_in(message).is_none()) {
                let error = DlqError::Malformed(malformed.id.clone());
                taken.extend(chosen);
                return Err(error);
            }
            each(chosen, taken, async |message| {
                aside.send_back(message).await?;
                println!("{}: sent back", message.id);
                Ok(())
            })
            .await?;
            if ids.is_empty() && !taken.is_empty() {
                println!(
                    "{} malformed and left",
                    count(taken.len() as u64, "message")
                );
            }
            Ok(())
        }
        Task::Drop { ids } => {
            let chosen = choose(ids, taken)?;
            each(chosen, taken, async |message| {
                aside.remove(message).await?;
                println!("{}: dropped", message.id);
                Ok(())
            })
            .await
        }
    }
}

/// Takes these messages out of those that were taken; if one is not among them, none.
fn choose(ids: &[String], taken: &mut Vec<PutAside>) -> Result<Vec<PutAside>, DlqError> {
    for id in ids {
        if !taken.iter().any(|message| message.id == *id) {
            return Err(DlqError::NoSuchMessage(id.clone()));
        }
    }
    Ok(taken
        .extract_if(.., |message| ids.contains(&message.id))
        .collect())
}

/// Deals with each message until that fails. What was not dealt with goes back to the others.
async fn each(
    chosen: Vec<PutAside>,
    taken: &mut Vec<PutAside>,
    deal_with: impl AsyncFn(&PutAside) -> Result<(), AsideError>,
) -> Result<(), DlqError> {
    let mut chosen = chosen.into_iter();
    while let Some(message) = chosen.next() {
        if let Err(error) = deal_with(&message).await {
            taken.push(message);
            taken.extend(chosen);
            return Err(error.into());
        }
    }
    Ok(())
}

fn list(taken: &[PutAside]) {
    for message in taken {
        let sent = message
            .sent
            .map_or_else(|| "unknown".to_owned(), |sent| sent.to_string());
        println!(
            "{}: asked for at {sent}, taken up {}",
            message.id,
            count(message.received, "time")
        );
        match run_in(message) {
            Some(run) => println!(
                "    tenant {}, account {}, schedule {}, due {}",
                run.tenant, run.account_id, run.schedule, run.due
            ),
            // Whatever it is, it may be somebody's secret.
            None => println!("    malformed, {} bytes", message.body.len()),
        }
    }
    println!("{} put aside", count(taken.len() as u64, "message"));
}

fn count(number: impl Into<u64>, what: &str) -> String {
    match number.into() {
        1 => format!("1 {what}"),
        number => format!("{number} {what}s"),
    }
}

/// The run that a message asks for. `None`: it is malformed.
fn run_in(message: &PutAside) -> Option<RunMessage> {
    runs::message_of(&message.body).ok()
}

fn with_causes(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text.push_str(&format!(": {error}"));
        cause = error.source();
    }
    text
}
