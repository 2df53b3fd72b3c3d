//! How long a small tenant waits while a big one has very much due: the app on one machine, whose worker takes turns among
//! tenants. In AWS that is what SQS's fair queues do, and nothing of ours.

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use confluence_simulator::{CrowdOrder, CrowdTenant, Options as SiteOptions, Simulator};
use jiff::{SignedDuration, Timestamp};
use onbehalf::capabilities::store::WriteSchedules;
use onbehalf::capabilities::world::SystemClock;
use onbehalf::domain::ids::Subject;
use onbehalf::domain::schedule::{Plan, Schedule};
use onbehalf::domain::timer::{Timer, TimerId};
use onbehalf_contract::{Action, Fallback, ScheduleWish, When};
use onbehalf_local::{Environment, LocalApp, Options};
use tokio::net::TcpListener;
use tokio::time::sleep;

use super::{NO_LIMITS, seed};
use crate::spread::Spread;

/// As many schedules as a person may have.
const SCHEDULES: usize = 25;
/// How many small tenants are measured, each with one run.
const SMALL: usize = 100;
/// The timer looks this often, and the first time it sweeps too.
const TICK: Duration = Duration::from_secs(5);

/// How much there is to do.
#[derive(Clone, Copy, Debug, clap::Args)]
pub(crate) struct Backlog {
    /// How many runs of the big tenant are due at one time.
    #[arg(long, default_value_t = 50_000)]
    runs: usize,
    /// How long each call of Confluence and of the authorization server takes at least.
    #[arg(long, default_value_t = 20)]
    latency_ms: u64,
}

pub(crate) async fn run(page: &Path, backlog: Backlog) -> Result<(), Box<dyn std::error::Error>> {
    let simulator = Simulator::start(SiteOptions::default()).await?;
    simulator.set_limits(NO_LIMITS);
    let folder = tempfile::tempdir()?;
    let app = start(folder.path(), page, &simulator).await?;
    // It sweeps before anything is there, and not again for an hour.
    sleep(TICK * 2).await;

    let people = backlog.runs.div_ceil(SCHEDULES);
    let big = install(&app, &simulator, 1, people).await?;
    let small = install(&app, &simulator, 2 * SMALL, 2 * SMALL).await?;
    let (calm, crowded) = small.split_at(SMALL);
    simulator.set_latency(Duration::from_millis(backlog.latency_ms));
    let calm = ask_for_runs(&app, calm).await?;

    simulator.set_latency(Duration::ZERO);
    let due = fill(&app, &big[0], backlog.runs).await?;
    simulator.set_latency(Duration::from_millis(backlog.latency_ms));
    simulator.clear_counts();
    let wait = due.duration_since(Timestamp::now());
    sleep(Duration::try_from(wait).unwrap_or_default() + TICK * 2).await;
    let before = done(&simulator);
    let began = Instant::now();
    let crowded = ask_for_runs(&app, crowded).await?;
    let after = done(&simulator);

    println!(
        "one small tenant after another asks for a run, {} ms a call, {SMALL} runs:",
        backlog.latency_ms
    );
    print("alone", &calm);
    print("while a big tenant has runs due", &crowded);
    println!(
        "  of {} runs of the big tenant {} had ended before and {} during that, {:.0} a second",
        backlog.runs,
        before,
        after - before,
        (after - before) as f64 / began.elapsed().as_secs_f64()
    );
    Ok(())
}

async fn start(
    data: &Path,
    page: &Path,
    simulator: &Simulator,
) -> Result<LocalApp, Box<dyn std::error::Error>> {
    let environment = Environment::default()
        .with("ONBEHALF_TENANT_HOSTS", "localhost")
        .with("ONBEHALF_INSTALL_KEYS_URL", simulator.install_keys_url())
        .with("ONBEHALF_TOKEN_URL", simulator.token_url());
    let options = Options {
        listener: TcpListener::bind("127.0.0.1:0").await?,
        data: data.to_owned(),
        in_memory: true,
        page: page.to_owned(),
        environment,
        clock: Arc::new(SystemClock),
        follows: None,
    };
    Ok(LocalApp::start(options).await?)
}

async fn install(
    app: &LocalApp,
    simulator: &Simulator,
    tenants: usize,
    accounts: usize,
) -> Result<Vec<CrowdTenant>, Box<dyn std::error::Error>> {
    let order = CrowdOrder {
        tenants,
        accounts,
        descriptor_url: Some(format!("{}/atlassian-connect.json", app.base_url())),
        announced: true,
    };
    let crowd = simulator.crowd(&order).await?;
    seed::consents(app.store(), &crowd)
        .await
        .map_err(|error| error.to_string())?;
    Ok(crowd)
}

/// Makes so many runs of a tenant due at one time, and answers when.
async fn fill(
    app: &LocalApp,
    tenant: &CrowdTenant,
    runs: usize,
) -> Result<Timestamp, Box<dyn std::error::Error>> {
    let people = seed::subjects(tenant).map_err(|error| error.to_string())?;
    let mut made = Vec::with_capacity(runs);
    for (of, account) in people.iter().zip(&tenant.accounts) {
        for number in 0..SCHEDULES.min(runs - made.len()) {
            let schedule = comment(of, &account.homepage_id, number)?;
            let now = Timestamp::now();
            app.store().add_schedule(&schedule, now).await?;
            made.push(TimerId {
                of: of.clone(),
                schedule: schedule.id,
            });
        }
    }
    // Until then all timers are set: that happens in memory.
    let now = Timestamp::now();
    let due = Timestamp::from_second(now.as_second())? + SignedDuration::from_secs(10);
    let timer = Timer {
        when: When {
            expression: format!("at({})", due.strftime("%Y-%m-%dT%H:%M:%S")),
            time_zone: "UTC".to_owned(),
        },
        since: now,
    };
    for id in &made {
        app.timers().set(id, Some(&timer)).await?;
    }
    match Timestamp::now() < due {
        true => Ok(due),
        false => Err("the runs were due before all timers were set".into()),
    }
}

/// A schedule of its own for each number, which by itself is not due now.
fn comment(
    of: &Subject,
    page_id: &str,
    number: usize,
) -> Result<Schedule, Box<dyn std::error::Error>> {
    let wish = ScheduleWish {
        title: format!("Comment {number}"),
        when: When {
            expression: "rate(30 days)".to_owned(),
            time_zone: "UTC".to_owned(),
        },
        action: Action::CommentOnPage {
            page_id: page_id.to_owned(),
            body: "<p>A comment.</p>".to_owned(),
        },
        fallback: Fallback::Skip,
    };
    let now = Timestamp::now();
    Ok(Plan::check(wish, now)?.schedule(of, now)?)
}

/// Presses Run now for one person of each tenant, one after the other: how long until their page is there.
async fn ask_for_runs(
    app: &LocalApp,
    tenants: &[CrowdTenant],
) -> Result<Spread, Box<dyn std::error::Error>> {
    let http = reqwest::Client::builder().no_proxy().build()?;
    let url = format!("{}/api/schedules/daily-note/run", app.base_url());
    let mut times = Vec::with_capacity(tenants.len());
    for tenant in tenants {
        let token = tenant.mint().context(&tenant.accounts[0].account_id);
        let began = Instant::now();
        let request = http
            .post(&url)
            .header("authorization", token.authorization());
        let response = request.send().await?;
        let status = response.status();
        if !status.is_success() {
            return Err(format!("{status}: {}", response.text().await?).into());
        }
        let page = tenant.calls().wait_for(|call| {
            call.method == "POST" && call.path == "/wiki/api/v2/pages" && call.status == Some(200)
        });
        tokio::time::timeout(Duration::from_secs(600), page).await?;
        times.push(began.elapsed());
    }
    Ok(Spread::of(times))
}

/// How many comments were made.
fn done(simulator: &Simulator) -> u64 {
    let calls = simulator.counts().calls;
    let comments = calls
        .iter()
        .filter(|call| call.kind.endpoint == "/wiki/api/v2/footer-comments");
    comments.map(|call| call.count).sum()
}

fn print(when: &str, spread: &Spread) {
    println!(
        "  {when}: p50 {:.0} ms, p99 {:.0} ms, longest {:.0} ms",
        spread.percentile(50),
        spread.percentile(99),
        spread.percentile(100)
    );
}
