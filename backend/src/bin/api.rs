//! The `api` Lambda: descriptor, callbacks, pages and the JSON API.

use onbehalf::{config::Config, http, logs, origin, wiring};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), logs::Ended> {
    logs::to_cloudwatch();
    let config = Config::from_env()?;
    let aws = wiring::aws().await;
    let parts = wiring::parts(&config, &aws, wiring::system_clock())?;
    let queue = wiring::sqs_queue(&config, &aws)?;
    let timers = wiring::event_bridge_timers(&config, &aws, wiring::system_clock())?;
    let api = wiring::api(&config, parts, queue, timers)?;
    let routes = origin::only_from(config.origin_secret, http::router(api));
    Ok(lambda_http::run(routes).await?)
}
