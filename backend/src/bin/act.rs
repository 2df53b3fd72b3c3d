//! The `act` Lambda: runs schedules as their people, from batches of SQS messages.

use aws_lambda_events::event::sqs::SqsEvent;
use lambda_runtime::{Error, LambdaEvent, service_fn};
use onbehalf::{config::Config, events::runs::run_batch, logs, wiring};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    logs::to_cloudwatch();
    let config = Config::from_env()?;
    let aws = wiring::aws().await;
    let parts = wiring::parts(&config, &aws, wiring::system_clock())?;
    lambda_runtime::run(service_fn(async |event: LambdaEvent<SqsEvent>| {
        Ok::<_, Error>(
            run_batch(
                &parts.store,
                &parts.platform,
                &parts.notices,
                &*parts.clock,
                event.payload,
            )
            .await,
        )
    }))
    .await
}
