//! What an admin waits for who has very many consents to look at, and what that takes of DynamoDB.
//!
//! The program that is measured has core 0 to itself, as in [`crate::api`]. All its answers are read to their end.

use std::path::Path;
use std::time::{Duration, Instant};

use confluence_simulator::{Mint, Options, PersonChange, Simulator};
use reqwest::{Client, Method, StatusCode};
use serde_json::{Value, json};

use crate::act::{NO_LIMITS, seed};
use crate::app::App;
use crate::aws::Aws;
use crate::process::{self, keep_to_core};
use crate::program::Program;
use crate::queue::Queue;
use crate::spread::Spread;

type Error = Box<dyn std::error::Error>;

const LIST: &str = "/api/admin/consents?limit=25&sort=-since";
const POLICY: &str = "/api/admin/policy";

/// How much there is to look at.
#[derive(Clone, Copy, Debug, clap::Args)]
pub(crate) struct Amount {
    /// How many people of the tenant have consented.
    #[arg(long, default_value_t = 10_000)]
    consents: usize,
    /// How often each request is made, one after the other.
    #[arg(long, default_value_t = 20)]
    times: usize,
    /// How long each call of Confluence takes at least.
    #[arg(long, default_value_t = 20)]
    latency_ms: u64,
}

/// What there is, as an admin meets it.
struct Desk {
    aws: Aws,
    simulator: Simulator,
    app: Program,
    http: Client,
    mint: Mint,
    admin: String,
    times: usize,
}

pub(crate) async fn run(binaries: &Path, page: &Path, amount: Amount) -> Result<(), Error> {
    let Amount {
        consents,
        times,
        latency_ms,
    } = amount;
    keep_to_core(std::process::id(), 1)?;
    let aws = Aws::start(Queue::default()).await?;
    let simulator = Simulator::start(Options::default()).await?;
    simulator.set_limits(NO_LIMITS);
    let stage = App::start(&aws, &simulator, page).await?;
    let crowd = stage.install(&simulator, 1, consents).await?;
    seed::consents(stage.store(), &crowd)
        .await
        .map_err(|error| error.to_string())?;
    let tenant = crowd.first().ok_or("there is no tenant")?;
    let admin = tenant.accounts.first().ok_or("there is nobody")?;
    let admin = admin.account_id.clone();
    let administers = PersonChange {
        admin: Some(true),
        ..PersonChange::default()
    };
    tenant.people().change(&admin, &administers)?;
    let mut program = process::program(binaries.join("onbehalf-bench-served"));
    let variables = stage.variables().iter();
    program
        .arg("app")
        .envs(variables.map(|(name, value)| (name, value)));
    let app = Program::start(&mut program)?.ready().await?;
    simulator.set_latency(Duration::from_millis(latency_ms));
    let desk = Desk {
        aws,
        simulator,
        app,
        http: Client::builder().no_proxy().build()?,
        mint: tenant.mint(),
        admin,
        times,
    };
    desk.look().await?;
    desk.take_all_back().await?;
    println!("peak memory: {:.1} MB", desk.app.peak_megabytes());
    Ok(())
}

impl Desk {
    /// What is only looked at, as often as was asked.
    async fn look(&self) -> Result<(), Error> {
        println!(
            "{:30} {:>8} {:>8} {:>10} {:>10} {:>9} {:>10} {:>10}",
            "",
            "p50 ms",
            "p99 ms",
            "ms of core",
            "answer kB",
            "DynamoDB",
            "read units",
            "Confluence"
        );
        let first = self.ask(Method::GET, LIST, None).await?;
        let first: Value = serde_json::from_str(&first)?;
        let next = first["next"].as_str().ok_or("there is one page only")?;
        let next = format!("{LIST}&cursor={next}");
        let policy = self.ask(Method::GET, POLICY, None).await?;
        let mut policy: Value = serde_json::from_str(&policy)?;
        policy["longestDays"] = json!(5);
        let policy = policy.to_string();
        let preview = format!("{POLICY}/preview");
        for (name, path, body) in [
            ("the overview", "/api/admin/overview", None),
            ("the first page", LIST, None),
            ("the next page", &next, None),
            (
                "searched by name",
                "/api/admin/consents?limit=25&search=Person%2012",
                None,
            ),
            (
                "active ones, by their end",
                "/api/admin/consents?limit=25&state=active&sort=until",
                None,
            ),
            ("what a policy would do", &preview, Some(&policy)),
            (
                "a part of the export",
                "/api/admin/export/consents?format=csv",
                None,
            ),
        ] {
            self.measure(name, path, body.map(String::as_str)).await?;
        }
        Ok(())
    }

    async fn measure(&self, name: &str, path: &str, body: Option<&str>) -> Result<(), Error> {
        let method = if body.is_some() {
            Method::POST
        } else {
            Method::GET
        };
        self.aws.take_tally();
        self.simulator.clear_counts();
        let used = self.app.processor_time();
        let (mut times, mut bytes) = (Vec::with_capacity(self.times), 0);
        for _ in 0..self.times {
            let began = Instant::now();
            bytes += self.ask(method.clone(), path, body).await?.len();
            times.push(began.elapsed());
        }
        let used = self.app.processor_time() - used;
        let asked = times.len() as f64;
        let dynamodb = self.aws.take_tally().total();
        let calls = self.simulator.counts().calls;
        let calls: u64 = calls.iter().map(|call| call.count).sum();
        let times = Spread::of(times);
        println!(
            "{name:30} {:>8.0} {:>8.0} {:>10.0} {:>10.1} {:>9.1} {:>10.1} {:>10.2}",
            times.percentile(50),
            times.percentile(99),
            used.as_secs_f64() * 1000.0 / asked,
            bytes as f64 / asked / 1000.0,
            dynamodb.count as f64 / asked,
            dynamodb.read_units / asked,
            calls as f64 / asked
        );
        Ok(())
    }

    /// Takes every consent back, in as many steps as the API makes of it.
    async fn take_all_back(&self) -> Result<(), Error> {
        self.aws.take_tally();
        let (mut steps, mut revoked, mut times) = (0, 0, Vec::new());
        let mut wish = json!({"reason": "The project is over.", "which": {"kind": "matching"}});
        loop {
            let began = Instant::now();
            let path = "/api/admin/consents/revoke";
            let answer = self
                .ask(Method::POST, path, Some(&wish.to_string()))
                .await?;
            times.push(began.elapsed());
            steps += 1;
            let answer: Value = serde_json::from_str(&answer)?;
            revoked += answer["revoked"].as_u64().unwrap_or_default();
            match answer.get("next") {
                Some(next) => wish["cursor"] = next.clone(),
                None => break,
            }
        }
        let took: Duration = times.iter().sum();
        let dynamodb = self.aws.take_tally().total();
        let times = Spread::of(times);
        println!(
            "taken back: {revoked}, in {steps} steps and {:.1} s; a step: p50 {:.0} ms, p99 {:.0} ms; {} requests of DynamoDB, \
             {:.0} read and {:.0} write units",
            took.as_secs_f64(),
            times.percentile(50),
            times.percentile(99),
            dynamodb.count,
            dynamodb.read_units,
            dynamodb.write_units
        );
        Ok(())
    }

    /// Asks as the admin, and answers the body of the answer.
    async fn ask(&self, method: Method, path: &str, body: Option<&str>) -> Result<String, Error> {
        let url = format!("{}{path}", self.app.base_url());
        let token = self.mint.context(&self.admin).authorization();
        let mut request = self.http.request(method, url);
        request = request.header("authorization", token);
        if let Some(body) = body {
            let json = request.header("content-type", "application/json");
            request = json.body(body.to_owned());
        }
        let answer = request.send().await?;
        let status = answer.status();
        let text = answer.text().await?;
        match status {
            StatusCode::OK => Ok(text),
            _ => Err(format!("{path} was answered {status}: {text}").into()),
        }
    }
}
