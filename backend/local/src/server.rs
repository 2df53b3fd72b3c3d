//! Starts everything and keeps it running.

use std::fs;
use std::io;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use axum::Router;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::http::{HeaderValue, StatusCode};
use axum::response::IntoResponse;
use axum::routing::get;
use onbehalf::adapters::dynamodb::{Store, create_table};
use onbehalf::adapters::seal::{FileSealer, SealError};
use onbehalf::capabilities::store::StoreError;
use onbehalf::capabilities::world::{SharedClock, Timers};
use onbehalf::config::{ConfigError, SealKey};
use onbehalf::http::router;
use onbehalf::wiring;
use thiserror::Error;
use tokio::net::TcpListener;
use tokio::task::JoinSet;

use crate::clock::FollowingClock;
use crate::database::EmbeddedDatabase;
use crate::environment::Environment;
use crate::queue::LocalQueue;
use crate::timer;
use crate::timers::LocalTimers;

/// The database's file in the app's folder.
pub(crate) const DATABASE: &str = "onbehalf.db";

/// How to start the app.
pub struct Options {
    /// Where it listens. The system chooses a port if that is 0.
    pub listener: TcpListener,
    /// The folder for the key that seals secrets, and for the database.
    pub data: PathBuf,
    /// Keep the database in memory instead, and forget it.
    pub in_memory: bool,
    /// The folder of the built page.
    pub page: PathBuf,
    pub environment: Environment,
    pub clock: SharedClock,
    /// A clock to look at before each request, if `clock` follows another.
    pub follows: Option<FollowingClock>,
}

/// The app did not start.
#[derive(Debug, Error)]
pub enum StartError {
    #[error("{} cannot be used: {cause}", path.display())]
    Data { path: PathBuf, cause: io::Error },
    #[error("the embedded DynamoDB did not start: {0}")]
    Database(String),
    #[error("the table cannot be made: {0}")]
    Table(#[from] StoreError),
    #[error(transparent)]
    Config(#[from] ConfigError),
    #[error(transparent)]
    Seal(#[from] SealError),
    #[error(transparent)]
    Wiring(#[from] wiring::StartError),
    #[error("the listener has no address: {0}")]
    Listener(io::Error),
}

/// The running app. It stops when this is dropped.
pub struct LocalApp {
    base_url: String,
    address: SocketAddr,
    parts: wiring::Parts,
    queue: LocalQueue,
    timers: LocalTimers,
    database: EmbeddedDatabase,
    tasks: JoinSet<()>,
}

impl LocalApp {
    /// Starts the database, the API, the worker and the timer.
    pub async fn start(options: Options) -> Result<Self, StartError> {
        let Options {
            listener,
            data,
            in_memory,
            page,
            environment,
            clock,
            follows,
        } = options;
        let address = listener.local_addr().map_err(StartError::Listener)?;
        let config = environment.config(address, &data.join("seal.key"), &page)?;
        fs::create_dir_all(&data).map_err(|cause| StartError::Data {
            path: data.clone(),
            cause,
        })?;
        if let SealKey::File(path) = &config.seal_key {
            FileSealer::create(path)?;
        }
        let file = (!in_memory).then(|| data.join(DATABASE));
        let database = EmbeddedDatabase::start(file.as_deref())
            .await
            .map_err(StartError::Database)?;
        let client = aws_sdk_dynamodb::Client::new(database.aws());
        create_table(&client, &config.table).await?;

        let parts = wiring::parts(&config, database.aws(), clock)?;
        let queue = LocalQueue::new(Arc::clone(&parts.clock));
        let timers = LocalTimers::default();
        timer::set_all(&parts, &timers).await?;
        let api = wiring::api(
            &config,
            parts.clone(),
            Arc::new(queue.clone()),
            Arc::new(timers.clone()),
        )?;
        let mut routes = bridge(&config.page).merge(router(api));
        if let Some(clock) = follows {
            routes = clock.before_each_request(routes);
        }

        let mut tasks = JoinSet::new();
        tasks.spawn(queue.clone().work(parts.clone()));
        tasks.spawn(timer::run(parts.clone(), queue.clone(), timers.clone()));
        tasks.spawn(async move {
            if let Err(error) = axum::serve(listener, routes).await {
                tracing::error!(%error, "the server stopped");
            }
        });
        Ok(Self {
            base_url: config.base_url.to_string(),
            address,
            parts,
            queue,
            timers,
            database,
            tasks,
        })
    }

    /// The app's own URL, as in its descriptor.
    pub fn base_url(&self) -> &str {
        &self.base_url
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The table, to look into.
    pub fn store(&self) -> &Store {
        &self.parts.store
    }

    /// How the AWS SDK reaches the embedded DynamoDB.
    pub fn aws(&self) -> &aws_config::SdkConfig {
        self.database.aws()
    }

    /// The timers, which a sweep looks at.
    pub fn timers(&self) -> Arc<dyn Timers> {
        Arc::new(self.timers.clone())
    }

    /// Waits until every run that was asked for has ended, or is to be tried later.
    pub async fn idle(&self) {
        self.queue.idle().await;
    }

    /// Waits until one of its parts stops, which none does by itself.
    pub async fn stopped(&mut self) {
        self.tasks.join_next().await;
    }
}

/// Atlassian's bridge from our own copy, so that nothing has to be fetched from Atlassian on one machine.
fn bridge(page: &Path) -> Router {
    let file = page.join("atlassian-connect").join("all.js");
    Router::new().route(
        "/atlassian-connect/all.js",
        get(async move || match tokio::fs::read(&file).await {
            Ok(script) => {
                let headers = [
                    (
                        CONTENT_TYPE,
                        HeaderValue::from_static("text/javascript; charset=utf-8"),
                    ),
                    (
                        CACHE_CONTROL,
                        HeaderValue::from_static("public, max-age=3600"),
                    ),
                ];
                (headers, script).into_response()
            }
            Err(_) => StatusCode::NOT_FOUND.into_response(),
        }),
    )
}
