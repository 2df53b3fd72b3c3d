//! Runs a Confluence Cloud site on this machine, with one app installed.

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use clap::Parser;
use confluence_simulator::{CrowdOrder, Descriptor, InstallError, Options, Simulator, StartError};
use tracing_subscriber::EnvFilter;

/// A Confluence Cloud site on this machine: host page, plugin interface, REST and authorization server.
#[derive(Debug, Parser)]
struct Arguments {
    /// Port of the site; 0 takes a free one.
    #[arg(long, default_value_t = 8990)]
    site_port: u16,
    /// Port of Atlassian's shared services (install keys, access tokens); 0 takes a free one.
    #[arg(long, default_value_t = 8991)]
    services_port: u16,
    /// URL of the descriptor of an app to install, as soon as it can be reached.
    #[arg(long, value_name = "URL")]
    app: Option<String>,
    /// File that keeps people, pages and installations over a restart.
    #[arg(long, value_name = "FILE")]
    state: Option<PathBuf>,
    /// So many more tenants, each with a site of its own in which the app is installed too.
    #[arg(long, value_name = "N", default_value_t = 0, requires = "app")]
    tenants: usize,
    /// So many accounts in those tenants, all told.
    #[arg(long, value_name = "N", default_value_t = 0, requires = "tenants")]
    accounts: usize,
    /// How much longer every call of REST and services takes.
    #[arg(long, value_name = "MS", default_value_t = 0)]
    latency_ms: u64,
    /// Folder into which npm installed Atlassian's bridge.
    #[arg(long, value_name = "DIR", default_value = concat!(env!("CARGO_MANIFEST_DIR"), "/../node_modules"))]
    assets: PathBuf,
}

/// How often the app is asked for its descriptor.
const PATIENCE: Duration = Duration::from_millis(500);

#[tokio::main]
async fn main() -> ExitCode {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info"));
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .init();
    match run(Arguments::parse()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            tracing::error!(%error, "the simulator didn't start");
            ExitCode::FAILURE
        }
    }
}

async fn run(arguments: Arguments) -> Result<(), StartError> {
    let Arguments {
        site_port,
        services_port,
        app,
        state,
        tenants,
        accounts,
        latency_ms,
        assets,
    } = arguments;
    let options = Options {
        site_port: Some(site_port),
        services_port: Some(services_port),
        assets,
        state,
        ..Options::default()
    };
    let simulator = Simulator::start(options).await?;
    simulator.set_latency(Duration::from_millis(latency_ms));
    let crowd = (tenants > 0).then_some(CrowdOrder {
        tenants,
        accounts,
        descriptor_url: app.clone(),
        announced: true,
    });
    println!(
        "{}",
        serde_json::json!({
            "baseUrl": simulator.base_url(),
            "controlUrl": simulator.control_url(),
            "tokenUrl": simulator.token_url(),
            "installKeysUrl": simulator.install_keys_url(),
        })
    );
    tokio::select! {
        () = keep_installed(&simulator, app.as_deref(), crowd.as_ref()) => {}
        () = asked_to_stop() => {}
    }
    simulator.shutdown().await;
    Ok(())
}

/// Installs the app when it can be reached, unless it is already installed as it is now; tries until that is so. Then
/// makes the crowd.
async fn keep_installed(
    simulator: &Simulator,
    descriptor_url: Option<&str>,
    crowd: Option<&CrowdOrder>,
) {
    if let Some(url) = descriptor_url {
        let (mut seen, mut told) = (String::new(), false);
        while let Err(error) = install_if_changed(simulator, url).await {
            // An app that starts at the same time needs a moment: trouble is told when it comes again, and once.
            let error = error.to_string();
            if error != seen {
                (seen, told) = (error, false);
            } else if !told {
                tracing::warn!("not installed yet: {seen}");
                told = true;
            }
            tokio::time::sleep(PATIENCE).await;
        }
    }
    if let Some(order) = crowd {
        match simulator.crowd(order).await {
            Ok(made) => tracing::info!(tenants = made.len(), "the crowd is there"),
            Err(error) => tracing::error!(%error, "there is no crowd"),
        }
    }
    std::future::pending().await
}

async fn install_if_changed(simulator: &Simulator, url: &str) -> Result<(), InstallError> {
    let now: Descriptor = simulator.read_descriptor(url).await?;
    let current = simulator.installation(&now.key);
    let same =
        current.is_some_and(|app| app.descriptor == now && app.base_url == simulator.base_url());
    if !same {
        let installation = simulator.install(url).await?;
        tracing::info!(app.key = %installation.app_key, "installed");
    }
    Ok(())
}

async fn asked_to_stop() {
    if let Err(error) = tokio::signal::ctrl_c().await {
        tracing::error!(%error, "can't listen for the interrupt; stopping");
    }
}
