//! The `act` Lambda: runs schedules as their people, from batches of SQS messages.

use std::io::stdout;

use aws_lambda_events::event::sqs::SqsEvent;
use lambda_runtime::{Error, LambdaEvent, service_fn};
use onbehalf::adapters::metrics::EmbeddedMetrics;
use onbehalf::{config::Config, events::runs::run_batch, logs, wiring};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), logs::Ended> {
    logs::to_cloudwatch();
    let config = Config::from_env()?;
    let aws = wiring::aws().await;
    let parts = wiring::parts(&config, &aws, wiring::system_clock())?;
    let queue = wiring::sqs_queue(&config, &aws)?;
    let log = EmbeddedMetrics::new(stdout());
    let ended = lambda_runtime::run(service_fn(async |event: LambdaEvent<SqsEvent>| {
        Ok::<_, Error>(run_batch(&parts.acting(), &*queue, &log, event.payload).await)
    }))
    .await;
    Ok(ended?)
}
