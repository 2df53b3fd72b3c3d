//! Checks the logs of a table: one on this machine, or one in AWS.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use aws_config::SdkConfig;
use aws_sdk_dynamodb::Client;
use onbehalf::adapters::dynamodb::Store;
use onbehalf::capabilities::store::StoreError;
use onbehalf::capabilities::world::SystemClock;
use onbehalf::use_cases::verify_log::{self, LogCheck};
use onbehalf::wiring;
use thiserror::Error;

use crate::database::EmbeddedDatabase;
use crate::server::DATABASE;

/// Where the table is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// In the folder in which the app on this machine keeps its data. The app may be running.
    Folder { folder: PathBuf, table: String },
    /// Where the AWS SDK's own environment leads.
    Aws { table: String },
}

/// The logs were not checked.
#[derive(Debug, Error)]
pub enum VerifyError {
    #[error("there is no database in {}: run the app first, or name a folder or a table", .0.display())]
    NoDatabase(PathBuf),
    #[error("the embedded DynamoDB did not start: {0}")]
    Database(String),
    #[error("the table {table} could not be read")]
    Table {
        table: String,
        #[source]
        cause: StoreError,
    },
}

/// Checks every log of a table. It reads all of the table, and changes nothing.
pub async fn verify_log(place: &Place) -> Result<LogCheck, VerifyError> {
    match place {
        Place::Aws { table } => check(&wiring::aws().await, table).await,
        Place::Folder { folder, table } => {
            let database = existing(&folder.join(DATABASE)).await?;
            check(database.aws(), table).await
        }
    }
}

async fn existing(file: &Path) -> Result<EmbeddedDatabase, VerifyError> {
    if !file.is_file() {
        let folder = file.parent().unwrap_or(file);
        return Err(VerifyError::NoDatabase(folder.to_owned()));
    }
    EmbeddedDatabase::start(Some(file))
        .await
        .map_err(VerifyError::Database)
}

async fn check(aws: &SdkConfig, table: &str) -> Result<LogCheck, VerifyError> {
    let store = Store::new(Client::new(aws), table, Arc::new(SystemClock));
    verify_log::verify_log(&store)
        .await
        .map_err(|cause| VerifyError::Table {
            table: table.to_owned(),
            cause,
        })
}
