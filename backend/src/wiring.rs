//! Puts the adapters together, from the configuration. Each binary takes what it needs, and no more.

use std::sync::Arc;
use std::time::Duration;

use atlassian_connect::impersonation::TokenEndpoint;
use atlassian_connect::install_keys::InstallKeys;
use atlassian_connect::{AppKey, HttpClient};
use aws_config::timeout::TimeoutConfig;
use aws_config::{BehaviorVersion, SdkConfig};
use serde::Deserialize;
use thiserror::Error;

use crate::adapters::connect::{Connect, Settings};
use crate::adapters::dynamodb::Store;
use crate::adapters::scheduler::{EventBridgeTimers, TimerPlace};
use crate::adapters::seal::{FileSealer, KmsSealer, SealError, Sealer};
use crate::adapters::sqs::SqsQueue;
use crate::capabilities::world::{RunQueue, SharedClock, SystemClock, Timers};
use crate::config::{Config, ConfigError, SealKey};
use crate::domain::notice::Notices;
use crate::http::{Api, ApiSettings, Page, PageError};
use crate::use_cases::run_schedule::Acting;

/// The start failed. One line says why.
#[derive(Debug, Error)]
pub enum StartError {
    #[error(transparent)]
    Config(#[from] ConfigError),
    #[error(transparent)]
    Page(#[from] PageError),
    #[error(transparent)]
    Seal(#[from] SealError),
    #[error(transparent)]
    Http(#[from] atlassian_connect::ClientError),
    #[error("atlassian-connect.json: {0}")]
    Descriptor(String),
}

/// The parts that every binary has.
#[derive(Clone)]
pub struct Parts {
    pub store: Store,
    pub platform: Connect<Store>,
    pub clock: SharedClock,
    pub notices: Arc<Notices>,
}

impl Parts {
    /// What runs work with.
    pub fn acting(&self) -> Acting<'_, Store, Connect<Store>> {
        Acting {
            store: &self.store,
            platform: &self.platform,
            notices: &self.notices,
            clock: &*self.clock,
        }
    }
}

/// AWS as the environment describes it, with limits that leave a request time to say what failed.
pub async fn aws() -> SdkConfig {
    aws_config::defaults(BehaviorVersion::latest())
        .timeout_config(aws_timeouts())
        .load()
        .await
}

/// How long AWS may take: to connect, for one try, and for all tries of one call.
pub fn aws_timeouts() -> TimeoutConfig {
    TimeoutConfig::builder()
        .connect_timeout(Duration::from_secs(1))
        .operation_attempt_timeout(Duration::from_secs(2))
        .operation_timeout(Duration::from_secs(5))
        .build()
}

/// Wires the store and the platform.
pub fn parts(config: &Config, aws: &SdkConfig, clock: SharedClock) -> Result<Parts, StartError> {
    let store = Store::new(
        aws_sdk_dynamodb::Client::new(aws),
        &config.table,
        Arc::clone(&clock),
    );
    let (first, fallbacks) = config.install_keys.clone();
    let http = HttpClient::new()?;
    let settings = Settings {
        app_key: app_key()?,
        base_url: config.base_url.clone(),
        tenant_hosts: config.allowed_hosts.clone(),
        install_keys: InstallKeys::new(first, fallbacks, http.clone()),
        token_endpoint: TokenEndpoint::new(config.token_url.clone(), http.clone()),
        http,
    };
    let platform = Connect::new(
        store.clone(),
        sealer(config, aws)?,
        Arc::clone(&clock),
        settings,
    );
    Ok(Parts {
        store,
        platform,
        clock,
        notices: Arc::new(config.notices.clone()),
    })
}

/// Wires the API, whose runs go to this queue, and whose schedules to this timer.
pub fn api(
    config: &Config,
    parts: Parts,
    queue: Arc<dyn RunQueue>,
    timers: Arc<dyn Timers>,
) -> Result<Api, StartError> {
    let Parts {
        store,
        platform,
        clock,
        notices,
    } = parts;
    let page = Page::read(&config.page, config.bridge.clone(), &config.tenant_hosts)?;
    Api::new(ApiSettings {
        store,
        platform,
        queue,
        timers,
        clock,
        notices,
        retention: config.retention,
        page,
        base_url: config.base_url.clone(),
    })
    .map_err(|error| StartError::Descriptor(error.to_string()))
}

/// The queue in AWS.
pub fn sqs_queue(config: &Config, aws: &SdkConfig) -> Result<Arc<dyn RunQueue>, StartError> {
    let url = config.needed_queue_url()?;
    Ok(Arc::new(SqsQueue::new(aws_sdk_sqs::Client::new(aws), url)))
}

/// The timers in AWS.
pub fn event_bridge_timers(
    config: &Config,
    aws: &SdkConfig,
    clock: SharedClock,
) -> Result<Arc<dyn Timers>, StartError> {
    let place = TimerPlace {
        group: config.needed_schedule_group()?.to_owned(),
        role: config.needed_schedule_role()?.to_owned(),
        queue_url: config.needed_queue_url()?.to_owned(),
    };
    let client = aws_sdk_scheduler::Client::new(aws);
    Ok(Arc::new(EventBridgeTimers::new(client, place, clock)))
}

/// The machine's clock.
pub fn system_clock() -> SharedClock {
    Arc::new(SystemClock)
}

fn sealer(config: &Config, aws: &SdkConfig) -> Result<Sealer, StartError> {
    Ok(match &config.seal_key {
        SealKey::Kms(arn) => Sealer::Kms(KmsSealer::new(aws_sdk_kms::Client::new(aws), arn)),
        SealKey::File(path) => Sealer::File(FileSealer::read(path)?),
    })
}

/// The app's key is what its descriptor says.
fn app_key() -> Result<AppKey, StartError> {
    #[derive(Deserialize)]
    struct Key {
        key: AppKey,
    }
    let descriptor: Key = serde_json::from_str(include_str!("../../atlassian-connect.json"))
        .map_err(|error| StartError::Descriptor(error.to_string()))?;
    Ok(descriptor.key)
}
