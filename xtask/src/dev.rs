//! `cargo xtask dev`: a Confluence site and the app, installed in it, on this machine.

mod ports;
mod servers;
mod site;

use std::{path::Path, process::Command};

use clap::Args;
use serde::Deserialize;
use thiserror::Error;

use crate::{
    app::{self, AppError},
    binaries::{self, BinaryError},
    checkout,
    page::{self, PageError},
    progress,
    setup::npm::{self, NpmError},
};
use ports::{Ports, PortsError, Wanted};
use servers::{ServerError, Servers};
use site::Site;

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
    #[error(transparent)]
    App(#[from] AppError),
}

/// Runs both until Ctrl-C, or until one of them ends.
pub(crate) fn run(options: &DevOptions) -> Result<(), DevError> {
    page::ensure()?;
    npm::install("tests")?;
    let [app, confluence] = binaries::build([app::PROGRAM, CONFLUENCE])?;
    if options.fresh {
        app::forget()?;
    }
    let data = app::data();
    let wanted = Wanted {
        app: options.port,
        site: options.site_port,
    };
    let ports = Ports::choose(wanted, &data.join("ports.json"))?;

    let mut servers = Servers::new();
    servers.end_on_ctrl_c()?;
    let site: Site = servers.start("site", site_command(&confluence, &ports, &data))?;
    let app: App = servers.start("app", app_command(&app, &ports, &site))?;
    progress::step("waiting until the app is installed in the site");
    servers.wait_until(|| site.has_an_app())?;
    println!("{}", welcome(&app, &site, &data));
    Ok(servers.until_stopped()?)
}

/// The package and program of the Confluence site.
pub(crate) const CONFLUENCE: &str = "confluence-simulator";

/// What the app says when it listens.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct App {
    base_url: String,
}

/// The site. It installs the app as soon as the app answers.
fn site_command(program: &Path, ports: &Ports, data: &Path) -> Command {
    let descriptor = format!("http://localhost:{}/atlassian-connect.json", ports.app);
    let mut site = Command::new(program);
    site.args(["--site-port", &ports.site.to_string()])
        .args(["--services-port", &ports.services.to_string()])
        .args(["--app", &descriptor])
        .arg("--state")
        .arg(data.join("confluence.json"))
        .arg("--assets")
        .arg(npm::modules("tests"));
    site
}

/// The app, made to trust the site on this machine as it would trust Atlassian's.
fn app_command(program: &Path, ports: &Ports, site: &Site) -> Command {
    let mut app = app::command(program, Some(ports.app));
    app.args(["--clock", &site.clock_url()])
        .env("ONBEHALF_TENANT_HOSTS", "localhost")
        .env("ONBEHALF_INSTALL_KEYS_URL", &site.install_keys_url)
        .env("ONBEHALF_TOKEN_URL", &site.token_url);
    app
}

/// What a person can do now.
fn welcome(app: &App, site: &Site, data: &Path) -> String {
    let folder = data.strip_prefix(checkout::root()).unwrap_or(data);
    format!(
        "
  Onbehalf is installed in a Confluence site on this machine.

    As Alice, a user    {alice}
    As Ada, an admin    {ada}
    The site            {site}
    The app             {app}
    The data            {data}, removed by --fresh

  Open the first link. In your user menu, top right, choose “Allow impersonation…”.
  Ctrl-C stops everything.
",
        alice = site.sign_in("alice"),
        ada = site.sign_in("ada"),
        site = site.base_url,
        app = app.base_url,
        data = folder.display(),
    )
}
