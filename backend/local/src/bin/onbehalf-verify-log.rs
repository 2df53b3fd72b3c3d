//! Checks that every consent is what its events say, and that no event was altered, removed or moved.
//!
//! It ends with 0 if all logs are whole, with 1 if one is not, and with 2 if they could not be checked.

use std::error::Error;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;
use onbehalf::capabilities::store::LogOwner;
use onbehalf::use_cases::verify_log::LogCheck;
use onbehalf_local::{Place, verify_log};

/// Checks the log of every consent.
#[derive(Debug, Parser)]
struct Arguments {
    /// Folder in which the app on this machine keeps its data.
    #[arg(long, value_name = "DIR", default_value = "target/onbehalf")]
    data: PathBuf,
    /// A table that the AWS SDK's own environment leads to, in the place of the one on this machine.
    #[arg(long, value_name = "NAME", conflicts_with = "data")]
    table: Option<String>,
}

const WHOLE: u8 = 0;
const ALTERED: u8 = 1;
const NOT_CHECKED: u8 = 2;

#[tokio::main]
async fn main() -> ExitCode {
    let Arguments { data, table } = Arguments::parse();
    let place = match table {
        Some(table) => Place::Aws { table },
        None => Place::Folder {
            folder: data,
            table: std::env::var("ONBEHALF_TABLE").unwrap_or_else(|_| "onbehalf".into()),
        },
    };
    ExitCode::from(match verify_log(&place).await {
        Ok(check) => tell(&check),
        Err(error) => {
            eprintln!("error: {}", with_causes(&error));
            NOT_CHECKED
        }
    })
}

fn tell(check: &LogCheck) -> u8 {
    let LogCheck {
        consents,
        events,
        findings,
    } = check;
    for finding in findings {
        match &finding.owner {
            LogOwner::Person(of) => println!(
                "tenant {}, account {}: {}",
                of.tenant, of.account, finding.what
            ),
            LogOwner::Nobody { key } => println!("key {key}: {}", finding.what),
        }
    }
    let what = format!("{consents} consents, {events} events");
    match findings.len() {
        0 => {
            println!("{what}: all whole");
            WHOLE
        }
        1 => {
            println!("{what}: 1 log is not whole");
            ALTERED
        }
        number => {
            println!("{what}: {number} logs are not whole");
            ALTERED
        }
    }
}

fn with_causes(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text.push_str(&format!(": {error}"));
        cause = error.source();
    }
    text
}
