//! The app, as the `api` binary wires it, which has the Lambda runtime in the place of a server.

use axum::Router;
use onbehalf::config::Config;
use onbehalf::{http, logs, wiring};

pub(crate) async fn routes() -> Result<Router, Box<dyn std::error::Error>> {
    logs::to_cloudwatch();
    let config = Config::from_env()?;
    let aws = wiring::aws().await;
    let parts = wiring::parts(&config, &aws, wiring::system_clock())?;
    let queue = wiring::sqs_queue(&config, &aws)?;
    let timers = wiring::event_bridge_timers(&config, &aws, wiring::system_clock())?;
    Ok(http::router(wiring::api(&config, parts, queue, timers)?))
}
