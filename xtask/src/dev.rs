//! `cargo xtask dev`: a Confluence site and the app, installed in it, on this machine.

mod ports;
mod servers;

use std::{
    fs, io,
    path::{Path, PathBuf},
    process::Command,
};

use clap::Args;
use serde::Deserialize;
use thiserror::Error;

use crate::{
    app,
    binaries::{self, BinaryError},
    checkout,
    page::{self, PageError},
    setup::npm::{self, NpmError},
};
use ports::{Ports, PortsError, Wanted};
use servers::{ServerError, Servers};

#[derive(Args)]
pub(crate) struct DevOptions {
    /// The app's port; 8787, or a free one near it, if not given
    #[arg(long)]
    port: Option<u16>,
    /// The Confluence site's port; 8990, or a free one near it, if not given
    #[arg(long)]
    site_port: Option<u16>,
    /// Begin with a new site and no data
    #[arg(long)]
    fresh: bool,
}

#[derive(Debug, Error)]
pub(crate) enum DevError {
    #[error(transparent)]
    Page(#[from] PageError),
    #[error(transparent)]
    Npm(#[from] NpmError),
    #[error(transparent)]
    Build(#[from] BinaryError),
    #[error(transparent)]
    Ports(#[from] PortsError),
    #[error(transparent)]
    Server(#[from] ServerError),
    #[error("could not remove {folder}, which holds the data of the last time")]
    Fresh { folder: PathBuf, source: io::Error },
}

/// Runs both until Ctrl-C, or until one of them ends.
pub(crate) fn run(options: &DevOptions) -> Result<(), DevError> {
    page::ensure()?;
    npm::install("tests")?;
    let [app, confluence] = binaries::build([app::PROGRAM, CONFLUENCE])?;
    let data = app::data();
    if options.fresh {
        remove(data.clone())?;
    }
    let wanted = Wanted {
        app: options.port,
        site: options.site_port,
    };
    let ports = Ports::choose(wanted, &data.join("ports.json"))?;

    let mut servers = Servers::new()?;
    let app: AppReady = servers.start("app", app_command(&app, &ports))?;
    let site: SiteReady = servers.start("site", site_command(&confluence, &ports, &app, &data))?;
    print!("{}", welcome(&app, &site, &data));
    Ok(servers.until_stopped()?)
}

/// The package and program of the Confluence site.
pub(crate) const CONFLUENCE: &str = "confluence-simulator";

/// What the app says when it listens.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct AppReady {
    base_url: String,
}

/// What the site says when it listens and the app is installed in it.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct SiteReady {
    base_url: String,
}

/// The app, made to trust this machine's site as it would trust Atlassian's.
fn app_command(program: &Path, ports: &Ports) -> Command {
    let services = format!("http://localhost:{}", ports.services);
    let mut app = app::command(program, Some(ports.app));
    app.arg("--ready")
        .env("ONBEHALF_TENANT_HOSTS", "localhost")
        .env(
            "ONBEHALF_INSTALL_KEYS_URL",
            format!("{services}/install-keys"),
        )
        .env("ONBEHALF_TOKEN_URL", format!("{services}/oauth2/token"));
    app
}

fn site_command(program: &Path, ports: &Ports, app: &AppReady, data: &Path) -> Command {
    let mut site = Command::new(program);
    site.args(["--site-port", &ports.site.to_string()])
        .args(["--services-port", &ports.services.to_string()])
        .arg("--app")
        .arg(format!("{}/atlassian-connect.json", app.base_url))
        .arg("--state")
        .arg(data.join("confluence.json"))
        .env("CONFLUENCE_ASSETS", npm::modules("tests"));
    site
}

fn welcome(app: &AppReady, site: &SiteReady, data: &Path) -> String {
    let data = data.strip_prefix(checkout::root()).unwrap_or(data);
    format!(
        "
  Onbehalf runs, and is installed in a Confluence site on this machine.

    Open      {site}
    The app   {app}
    Data      {data}/ (begin anew with --fresh)

  Ctrl-C stops everything.

",
        site = site.base_url,
        app = app.base_url,
        data = data.display(),
    )
}

fn remove(folder: PathBuf) -> Result<(), DevError> {
    match fs::remove_dir_all(&folder) {
        Err(source) if source.kind() != io::ErrorKind::NotFound => {
            Err(DevError::Fresh { folder, source })
        }
        _ => Ok(()),
    }
}
