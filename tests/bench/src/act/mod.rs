//! Runs that are due: the real `act` binary, fed as by Lambda and SQS, with the embedded DynamoDB, and as many tenants and
//! people as are asked for on the simulated Confluence.
//!
//! `act` has core 0, all the rest has core 1.

pub(crate) mod fairness;
mod lambda;
mod price;
pub(crate) mod seed;

use std::path::Path;
use std::time::{Duration, Instant};

use confluence_simulator::{Limits, Options, Simulator, Tally as SiteTally};

use self::lambda::Lambda;
use self::price::Used;
use crate::app::{App, Stored};
use crate::aws::{Aws, Tally};
use crate::process::keep_to_core;
use crate::queue::{Ended, Queue};
use crate::spread::Spread;

/// Neither the quota of an app nor that of token requests is what is measured here.
pub(crate) const NO_LIMITS: Limits = Limits {
    rest_points_per_hour: u32::MAX,
    tokens_per_five_minutes: u32::MAX,
    tenant_points_per_hour: None,
    bursts: None,
};

/// How much there is to do.
#[derive(Clone, Copy, Debug, clap::Args)]
pub(crate) struct Size {
    #[arg(long, default_value_t = 100_000)]
    pub(crate) runs: usize,
    #[arg(long, default_value_t = 1_000)]
    pub(crate) tenants: usize,
    /// In all tenants together. The runs are spread evenly over them.
    #[arg(long, default_value_t = 20_000)]
    pub(crate) accounts: usize,
    /// How many messages a batch has, as in the template.
    #[arg(long, default_value_t = 10)]
    pub(crate) batch: usize,
    /// How long each call of Confluence and of the authorization server takes at least.
    #[arg(long, default_value_t = 20)]
    pub(crate) latency_ms: u64,
}

/// What was measured.
struct Measured {
    took: Duration,
    ended: Ended,
    processor_time: Duration,
    peak_megabytes: f64,
    before_megabytes: f64,
    logged: u64,
    aws: Tally,
    site: SiteTally,
    /// What was stored before and after.
    stored: (Stored, Stored),
}

/// Measures the size that is asked for after a tenth of it, so that it shows how the cost grows.
pub(crate) async fn run(
    binaries: &Path,
    page: &Path,
    size: Size,
) -> Result<(), Box<dyn std::error::Error>> {
    keep_to_core(std::process::id(), 1)?;
    let tenth = Size {
        runs: size.runs / 10,
        tenants: (size.tenants / 10).max(1),
        accounts: (size.accounts / 10).max(1),
        ..size
    };
    for size in [tenth, size] {
        let measured = measure(binaries, page, size).await?;
        print(size, &measured);
    }
    Ok(())
}

async fn measure(
    binaries: &Path,
    page: &Path,
    size: Size,
) -> Result<Measured, Box<dyn std::error::Error>> {
    let queue = Queue::default();
    let aws = Aws::start(queue.clone()).await?;
    let simulator = Simulator::start(Options::default()).await?;
    simulator.set_limits(NO_LIMITS);

    let began = Instant::now();
    let app = App::start(&aws, &simulator, page).await?;
    let crowd = app.install(&simulator, size.tenants, size.accounts).await?;
    println!(
        "{} tenants installed in {:.1} s",
        crowd.len(),
        began.elapsed().as_secs_f64()
    );
    let began = Instant::now();
    let people = seed::consents_and_schedules(app.store(), &crowd)
        .await
        .map_err(|error| error.to_string())?;
    println!(
        "{} consents and schedules written in {:.1} s",
        people.len(),
        began.elapsed().as_secs_f64()
    );
    let messages = seed::messages(&people, size.runs)?;
    let before = app.stored().await?;

    simulator.set_latency(Duration::from_millis(size.latency_ms));
    simulator.clear_counts();
    let lambda = Lambda::start(
        &binaries.join("act"),
        queue.clone(),
        size.batch,
        app.variables(),
    )
    .await?;
    let before_megabytes = lambda.peak_megabytes();
    aws.take_tally();
    let began = Instant::now();
    for message in messages {
        queue.put(message);
    }
    let ended = queue.until_empty().await;
    let took = began.elapsed();
    let asked = aws.take_tally();
    Ok(Measured {
        took,
        ended,
        processor_time: lambda.processor_time(),
        peak_megabytes: lambda.peak_megabytes(),
        before_megabytes,
        logged: lambda.logged(),
        aws: asked,
        site: simulator.counts(),
        stored: (before, app.stored().await?),
    })
}

fn print(size: Size, measured: &Measured) {
    let Size {
        runs,
        tenants,
        accounts,
        batch,
        latency_ms,
    } = size;
    let Measured {
        took,
        ended,
        processor_time,
        peak_megabytes,
        before_megabytes,
        logged,
        aws,
        site,
        stored: (before, after),
    } = measured;
    let each = |total: f64| total / runs as f64;
    let billed: Duration = ended.batches.iter().map(|took| whole_ms(*took)).sum();
    println!(
        "act, {runs} runs of {accounts} accounts in {tenants} tenants, batches of {batch}, {latency_ms} ms a call:"
    );
    println!(
        "  {:.0} runs a second, one process, {:.0} s in all",
        runs as f64 / took.as_secs_f64(),
        took.as_secs_f64()
    );
    let spread = Spread::of(ended.batches.clone());
    println!(
        "  a batch: p50 {:.0} ms, p99 {:.0} ms; {:.2} ms of processor time a run",
        spread.percentile(50),
        spread.percentile(99),
        each(processor_time.as_secs_f64() * 1000.0)
    );
    println!(
        "  peak memory {peak_megabytes:.1} MB, {before_megabytes:.1} MB before the first batch"
    );
    println!(
        "  messages that came back {}, put aside {}, sent again {}",
        ended.came_back, ended.put_aside, aws.sent
    );
    print_site(site);
    print_dynamodb(aws, runs);
    let total = aws.total();
    let used = Used {
        runs: runs as f64,
        batches: ended.batches.len() as f64,
        billed_seconds: billed.as_secs_f64(),
        write_units: total.write_units,
        read_units: total.read_units,
        sent_back: aws.sent as f64,
        kms_requests: aws.kms as f64,
        log_bytes: *logged as f64,
        items_added: (after.items - before.items) as f64,
        bytes_added: (after.bytes - before.bytes) as f64,
    };
    println!(
        "  items added to the table: {:.2} a run, {:.0} bytes",
        each(used.items_added),
        each(used.bytes_added)
    );
    print_bill(&used);
}

fn print_site(site: &SiteTally) {
    for call in &site.calls {
        println!(
            "  {} {} as {}: {} answered {}",
            call.kind.method,
            call.kind.endpoint,
            call.kind.caller,
            call.count,
            call.kind
                .status
                .map_or("nothing".to_owned(), |status| status.to_string())
        );
    }
    println!(
        "  tokens were issued for {} accounts, at most {} for one; answers by status: {:?}",
        site.exchanges.accounts, site.exchanges.most_for_one_account, site.exchanges.by_status
    );
}

fn print_dynamodb(aws: &Tally, runs: usize) {
    let each = |total: f64| total / runs as f64;
    let total = aws.total();
    println!(
        "  DynamoDB: {:.3} requests a run, {:.2} read and {:.2} write request units; {} refused",
        each(total.count as f64),
        each(total.read_units),
        each(total.write_units),
        total.refused
    );
    for (operation, requests) in &aws.dynamodb {
        println!(
            "    {operation}: {:.3} a run, {:.2} read and {:.2} write units",
            each(requests.count as f64),
            each(requests.read_units),
            each(requests.write_units)
        );
    }
    println!("  KMS: {} requests", aws.kms);
    for (target, count) in &aws.unknown {
        println!("  {count} requests that nobody answered: {target:?}");
    }
}

fn print_bill(used: &Used) {
    println!(
        "  an estimate for a million runs on AWS, us-east-1, without free tiers, at this latency:"
    );
    let bill = price::of_a_million(used);
    for item in &bill {
        println!(
            "    {:24} ${:6.2}  ({:.4} {} a run)",
            item.what, item.dollars, item.each, item.unit
        );
    }
    let total: f64 = bill.iter().map(|item| item.dollars).sum();
    println!("    {:24} ${total:6.2}", "together");
}

/// As Lambda bills it.
fn whole_ms(took: Duration) -> Duration {
    Duration::from_millis(u64::try_from(took.as_micros().div_ceil(1000)).unwrap_or(u64::MAX))
}
