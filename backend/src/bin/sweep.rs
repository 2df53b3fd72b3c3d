//! The `sweep` Lambda: writes down which consents ended because of their time.

use lambda_runtime::{Error, LambdaEvent, service_fn};
use onbehalf::{config::Config, events::sweep::sweep, logs, wiring};
use serde_json::Value;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    logs::to_cloudwatch();
    let config = Config::from_env()?;
    let aws = wiring::aws().await;
    let parts = wiring::parts(&config, &aws, wiring::system_clock())?;
    lambda_runtime::run(service_fn(async |_: LambdaEvent<Value>| {
        Ok::<_, Error>(sweep(&parts.store, &parts.notices, parts.clock.now()).await?)
    }))
    .await
}
