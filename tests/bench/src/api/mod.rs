//! What the API does for a consent: it is given, it is looked at, and its page is loaded. Beside the app, in the same run,
//! are measured the least that could be done for the same requests, and an app with Atlassian's own framework.
//!
//! The program that is measured has core 0 to itself. The embedded DynamoDB, the simulated Confluence and the load have core 1,
//! and take longer for a request than a fast program does, which then waits. So how many requests a core has time for comes
//! from the processor time that the program used.

mod load;
mod request;
mod table;

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use confluence_simulator::{CrowdOrder, CrowdTenant, Options, Simulator};
use reqwest::StatusCode;
use serde_json::json;

pub(crate) use self::request::wish;
use self::request::{Kind, Prepared};
use crate::act::NO_LIMITS;
use crate::app::App;
use crate::aws::{Aws, Requests};
use crate::process::{self, keep_to_core};
use crate::program::{Allocated, Program, Starting};
use crate::queue::Queue;
use crate::spread::Spread;

type Error = Box<dyn std::error::Error>;

/// How many accounts a tenant has.
const ACCOUNTS: usize = 100;

/// How much is asked of each program, for each kind of request. Each is a person's first.
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct Amount {
    /// Requests that come many at a time.
    #[arg(long, default_value_t = 5_000)]
    requests: usize,
    /// Over how many connections these come.
    #[arg(long, default_value_t = 16)]
    connections: usize,
    /// Requests that come one at a time, as to a Lambda function.
    #[arg(long, default_value_t = 1_000)]
    alone: usize,
    /// Requests before these, which do not count.
    #[arg(long, default_value_t = 1_000)]
    warm_up: usize,
    /// The folder of the app with Atlassian's own framework.
    #[arg(long, value_name = "DIR", default_value = "tests/bench/express")]
    express: PathBuf,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Contender {
    App,
    Limit,
    Express,
}

/// What was measured of one program.
struct Measured {
    contender: Contender,
    /// In the order of [`Kind::ALL`].
    kinds: Vec<OfKind>,
    before_megabytes: f64,
    peak_megabytes: f64,
}

/// What was measured of one kind of request.
struct OfKind {
    requests: usize,
    took: Duration,
    processor_time: Duration,
    /// How long each took of those that came one at a time.
    alone: Spread,
    /// `None`: it does not count what it allocates.
    allocated: Option<Allocated>,
    dynamodb: Requests,
    /// Requests of Confluence.
    confluence: u64,
}

/// What is around the programs.
struct Stage<'a> {
    aws: Aws,
    simulator: Simulator,
    app: App,
    binaries: &'a Path,
    amount: &'a Amount,
}

pub(crate) async fn run(binaries: &Path, page: &Path, amount: &Amount) -> Result<(), Error> {
    keep_to_core(std::process::id(), 1)?;
    let aws = Aws::start(Queue::default()).await?;
    let simulator = Simulator::start(Options::default()).await?;
    simulator.set_limits(NO_LIMITS);
    let app = App::start(&aws, &simulator, page).await?;
    let stage = Stage {
        aws,
        simulator,
        app,
        binaries,
        amount,
    };
    let app = stage.program("app", &[])?.ready().await?;
    let example = stage.example(&app).await?;
    let mut measured = vec![stage.measure(Contender::App, app).await?];
    let limit = stage.program("limit", &[("BENCH_EXAMPLE", example)])?;
    let limit = limit.ready().await?;
    measured.push(stage.measure(Contender::Limit, limit).await?);
    let express = stage.express()?.ready().await?;
    measured.push(stage.measure(Contender::Express, express).await?);
    table::print(amount, &measured);
    Ok(())
}

impl Stage<'_> {
    fn program(&self, routes: &str, variables: &[(&str, String)]) -> std::io::Result<Starting> {
        let mut command = process::program(self.binaries.join("onbehalf-bench-served"));
        command
            .arg(routes)
            .envs(
                self.app
                    .variables()
                    .iter()
                    .map(|(name, value)| (name, value)),
            )
            .envs(variables.iter().map(|(name, value)| (name, value)));
        Program::start(&mut command)
    }

    fn express(&self) -> std::io::Result<Starting> {
        let aws = self.app.variables().iter();
        let aws = aws.filter(|(name, _)| name.starts_with("AWS_"));
        let mut command = process::program("node");
        command
            .arg("app.js")
            .current_dir(&self.amount.express)
            .envs(aws.map(|(name, value)| (name, value)))
            .env("NODE_ENV", "production")
            // The AWS SDK says how long it will support this version of Node.js.
            .env("NODE_NO_WARNINGS", "1")
            .env("CONNECT_KEYS_CDN_URL", self.simulator.install_keys_url());
        Program::start(&mut command)
    }

    /// Gives one person a consent, and answers what the limit has to know of that.
    async fn example(&self, app: &Program) -> Result<String, Error> {
        let crowd = self.app.install(&self.simulator, 1, 1).await?;
        let answer = async |kind| {
            let requests = request::prepare(kind, Contender::App, &crowd, app.base_url());
            let request = requests.first().ok_or("nobody is there")?;
            Ok::<_, Error>(load::answer(request).await?)
        };
        answer(Kind::Grant).await?;
        let installation = &crowd[0].installation;
        Ok(json!({
            "table": self.app.table(),
            "tenant": installation.client_key,
            "account": crowd[0].accounts[0].account_id,
            "consent": answer(Kind::See).await?,
            "page": answer(Kind::Page).await?,
        })
        .to_string())
    }

    async fn measure(&self, contender: Contender, program: Program) -> Result<Measured, Error> {
        let before_megabytes = program.peak_megabytes();
        let crowd = self.crowd(contender, &program).await?;
        let mut kinds = Vec::new();
        for kind in Kind::ALL {
            kinds.push(self.measure_kind(kind, contender, &program, &crowd).await?);
        }
        Ok(Measured {
            contender,
            kinds,
            before_megabytes,
            peak_megabytes: program.peak_megabytes(),
        })
    }

    /// The people of a program, in tenants of its own.
    async fn crowd(
        &self,
        contender: Contender,
        program: &Program,
    ) -> Result<Vec<CrowdTenant>, Error> {
        let Amount {
            requests,
            alone,
            warm_up,
            ..
        } = *self.amount;
        let accounts = requests + alone + warm_up;
        let tenants = accounts.div_ceil(ACCOUNTS);
        match contender {
            Contender::App | Contender::Limit => {
                self.app.install(&self.simulator, tenants, accounts).await
            }
            Contender::Express => {
                let order = CrowdOrder {
                    tenants,
                    accounts,
                    descriptor_url: Some(format!("{}/atlassian-connect.json", program.base_url())),
                    announced: true,
                };
                Ok(self.simulator.crowd(&order).await?)
            }
        }
    }

    async fn measure_kind(
        &self,
        kind: Kind,
        contender: Contender,
        program: &Program,
        crowd: &[CrowdTenant],
    ) -> Result<OfKind, Error> {
        let mut requests = request::prepare(kind, contender, crowd, program.base_url());
        let mut take = |count: usize| -> Vec<Prepared> {
            let from = requests.len().saturating_sub(count);
            requests.split_off(from)
        };
        let Amount {
            requests,
            connections,
            alone,
            warm_up,
            ..
        } = *self.amount;
        load::send(take(warm_up), connections).await?;
        self.aws.take_tally();
        self.simulator.clear_counts();
        let allocated_before = program.allocated().await?;
        let processor_time = program.processor_time();
        let began = Instant::now();
        load::send(take(requests), connections).await?;
        let took = began.elapsed();
        let processor_time = program.processor_time() - processor_time;
        let allocated = program.allocated().await?;
        let calls = self.simulator.counts().calls;
        let dynamodb = self.aws.take_tally().total();
        let alone = load::send(take(alone), 1).await?;
        Ok(OfKind {
            requests,
            took,
            processor_time,
            alone: Spread::of(alone),
            allocated: allocated
                .zip(allocated_before)
                .map(|(after, before)| after - before),
            dynamodb,
            confluence: calls.iter().map(|call| call.count).sum(),
        })
    }
}

impl Contender {
    fn name(self) -> &'static str {
        match self {
            Self::App => "the app",
            Self::Limit => "the limit",
            Self::Express => "Express",
        }
    }
}

impl Kind {
    fn succeeds_with(self) -> StatusCode {
        match self {
            Self::Grant => StatusCode::CREATED,
            Self::See | Self::Page => StatusCode::OK,
        }
    }
}
