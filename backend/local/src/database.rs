//! The embedded DynamoDB. The AWS SDK talks to it over HTTP, as it would to AWS.

use std::path::Path;

use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_sdk_dynamodb::config::{Credentials, SharedCredentialsProvider};
use dynoxide::Database;
use onbehalf::wiring;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

/// A running database. It stops when this is dropped.
pub(crate) struct EmbeddedDatabase {
    aws: SdkConfig,
    server: JoinHandle<()>,
}

impl EmbeddedDatabase {
    /// Starts a database on a file, or in memory.
    pub(crate) async fn start(file: Option<&Path>) -> Result<Self, String> {
        let database = match file {
            Some(file) => Database::new(&file.to_string_lossy()),
            None => Database::memory(),
        };
        let database = database.map_err(|error| error.to_string())?;
        let listener = TcpListener::bind(("127.0.0.1", 0))
            .await
            .map_err(|error| error.to_string())?;
        let address = listener.local_addr().map_err(|error| error.to_string())?;
        let server = tokio::spawn(dynoxide::server::serve_on(listener, database));
        // The database asks for credentials and takes any.
        let credentials = Credentials::new("local", "local", None, None, "onbehalf-local");
        let aws = SdkConfig::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::from_static("local"))
            .credentials_provider(SharedCredentialsProvider::new(credentials))
            .endpoint_url(format!("http://{address}"))
            .timeout_config(wiring::aws_timeouts())
            .build();
        Ok(Self { aws, server })
    }

    /// How to reach it.
    pub(crate) fn aws(&self) -> &SdkConfig {
        &self.aws
    }
}

impl Drop for EmbeddedDatabase {
    fn drop(&mut self) {
        self.server.abort();
    }
}
