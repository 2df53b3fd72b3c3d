//! Runs Onbehalf on one machine.

use std::fs;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use clap::Parser;
use onbehalf::capabilities::world::{SharedClock, SystemClock};
use onbehalf_local::{Environment, FollowingClock, LocalApp, Options};
use tokio::net::TcpListener;
use tracing_subscriber::EnvFilter;

/// Onbehalf in one process, on an embedded DynamoDB.
#[derive(Debug, Parser)]
struct Arguments {
    /// Port to listen on; 0 takes a free one. By default 8787, or the next free one after it.
    #[arg(long)]
    port: Option<u16>,
    /// Folder for the database and the key.
    #[arg(long, value_name = "DIR", default_value = "target/onbehalf")]
    data: PathBuf,
    /// Keep the database in memory, and forget it at the end.
    #[arg(long)]
    in_memory: bool,
    /// Remove what the folder holds from earlier runs.
    #[arg(long)]
    fresh: bool,
    /// Folder of the built page.
    #[arg(long, value_name = "DIR", default_value = "target/page")]
    page: PathBuf,
    /// URL of a clock to go by, which answers `{"now": …}`: the simulated site's, in which the time can be moved.
    #[arg(long, value_name = "URL")]
    clock: Option<String>,
    /// Print one line of JSON to standard output when it listens.
    #[arg(long)]
    ready: bool,
}

const FIRST_PORT: u16 = 8787;
const PORTS_TO_TRY: u16 = 20;

#[tokio::main]
async fn main() -> ExitCode {
    let filter =
        EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info,dynoxide=error"));
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(io::stderr)
        .init();
    match run(Arguments::parse()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            tracing::error!("{error}");
            ExitCode::FAILURE
        }
    }
}

async fn run(arguments: Arguments) -> Result<(), Box<dyn std::error::Error>> {
    let Arguments {
        port,
        data,
        in_memory,
        fresh,
        page,
        clock,
        ready,
    } = arguments;
    if fresh {
        remove(&data)?;
    }
    let follows = clock.map(FollowingClock::of).transpose()?;
    let clock: SharedClock = match &follows {
        Some(clock) => Arc::new(clock.clone()),
        None => Arc::new(SystemClock),
    };
    let mut app = LocalApp::start(Options {
        listener: listen(port).await?,
        data,
        in_memory,
        page,
        environment: Environment::of_process(),
        clock,
        follows,
    })
    .await?;
    tracing::info!(url = app.base_url(), "Onbehalf is listening");
    if ready {
        println!(r#"{{"baseUrl":"{}"}}"#, app.base_url());
    }
    tokio::select! {
        stop = tokio::signal::ctrl_c() => stop?,
        () = app.stopped() => return Err("a part of the app stopped".into()),
    }
    Ok(())
}

/// Removes the files that this app makes, and nothing else.
fn remove(data: &std::path::Path) -> io::Result<()> {
    for file in [
        "onbehalf.db",
        "onbehalf.db-wal",
        "onbehalf.db-shm",
        "seal.key",
    ] {
        match fs::remove_file(data.join(file)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
    }
    Ok(())
}

async fn listen(port: Option<u16>) -> io::Result<TcpListener> {
    let on = |port| TcpListener::bind(SocketAddr::from((Ipv4Addr::LOCALHOST, port)));
    let Some(port) = port else {
        for port in FIRST_PORT..FIRST_PORT + PORTS_TO_TRY {
            match on(port).await {
                Err(error) if error.kind() == io::ErrorKind::AddrInUse => {}
                bound => return bound,
            }
        }
        return on(0).await;
    };
    on(port).await
}
