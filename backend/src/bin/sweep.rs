//! The `sweep` Lambda: notes which consents have ended, keeps the timers in step, reports the accounts that something is
//! stored about, erases what must go.

use lambda_runtime::{Error, LambdaEvent, service_fn};
use onbehalf::{config::Config, events::sweep::sweep, logs, wiring};
use serde_json::Value;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), logs::Ended> {
    logs::to_cloudwatch();
    let config = Config::from_env()?;
    let aws = wiring::aws().await;
    let parts = wiring::parts(&config, &aws, wiring::system_clock())?;
    let timers = wiring::event_bridge_timers(&config, &aws, wiring::system_clock())?;
    let ended = lambda_runtime::run(service_fn(async |_: LambdaEvent<Value>| {
        let swept = sweep(
            &parts.store,
            &parts.platform,
            &*timers,
            &parts.notices,
            &*parts.clock,
        );
        Ok::<_, Error>(swept.await?)
    }))
    .await;
    Ok(ended?)
}
