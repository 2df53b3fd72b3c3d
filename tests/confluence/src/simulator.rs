//! A running simulator and what can be done with it.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::middleware;
use axum::routing::{get, post};
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinSet;

use crate::calls::{Calls, Deliveries, Exchanges, Reports};
use crate::clock::SimClock;
use crate::counts::Tally;
use crate::crowd::{CrowdError, CrowdOrder, CrowdTenant};
use crate::descriptor::Descriptor;
use crate::faults::Faults;
use crate::groups::Groups;
use crate::installation::Installation;
use crate::jwt::{RsaKey, Token};
use crate::lifecycle::{self, InstallError, NotInstalled};
use crate::limits::{Limits, TenantLimits};
use crate::people::People;
use crate::site::{Site, StateError, Urls};
use crate::spaces::{Content, Space};
use crate::tokens::Mint;
use crate::{authorization_server, control, crowd, gateway, host, install_keys, plugins, rest};

/// How to start a simulator. The default takes free ports, the system's time, and keeps no state.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// The port of the site; `None` or 0 takes a free one.
    pub site_port: Option<u16>,
    /// The port of Atlassian's shared services; `None` or 0 takes a free one.
    pub services_port: Option<u16>,
    /// The folder into which npm installed the bridge (`tests/node_modules`). Without it all works but the host page
    /// in a browser.
    pub assets: PathBuf,
    pub clock: SimClock,
    /// The file that brings the site back after a restart.
    pub state: Option<PathBuf>,
}

/// A Confluence Cloud site with the services that Atlassian runs beside it, until it is dropped.
#[derive(Debug)]
pub struct Simulator {
    site: Arc<Site>,
    stop: watch::Sender<bool>,
    servers: JoinSet<()>,
}

/// Why a simulator didn't start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    #[error("can't listen on port {port}: {cause}; choose another port, or 0 for a free one")]
    Listen { port: u16, cause: io::Error },
    #[error(transparent)]
    State(#[from] StateError),
    #[error("can't set up the HTTP client: {0}")]
    Client(reqwest::Error),
}

impl Simulator {
    /// Starts the servers. They are ready when this returns.
    ///
    /// # Errors
    /// A port is taken, or the state file is of no use.
    pub async fn start(options: Options) -> Result<Self, StartError> {
        let Options {
            site_port,
            services_port,
            assets,
            clock,
            state,
        } = options;
        let (site_listener, site_origin) = listen(site_port).await?;
        let (services_listener, services) = listen(services_port).await?;
        let http = reqwest::Client::builder()
            .no_proxy()
            .redirect(reqwest::redirect::Policy::none());
        let http = http.build().map_err(StartError::Client)?;
        let urls = Urls {
            base: format!("{site_origin}/wiki"),
            origin: site_origin,
            services,
        };
        let site = Arc::new(Site::new(urls, clock, assets, state, http)?);
        let (stop, stopped) = watch::channel(false);
        let mut servers = JoinSet::new();
        servers.spawn(serve(site_listener, site_router(&site), stopped.clone()));
        servers.spawn(serve(services_listener, services_router(&site), stopped));
        Ok(Self {
            site,
            stop,
            servers,
        })
    }

    /// `http://localhost:PORT/wiki`, as apps are told it.
    #[must_use]
    pub fn base_url(&self) -> &str {
        &self.site.urls.base
    }

    /// `http://localhost:PORT`.
    #[must_use]
    pub fn site_origin(&self) -> &str {
        &self.site.urls.origin
    }

    /// `http://localhost:PORT/control`, where browser tests steer the simulator.
    #[must_use]
    pub fn control_url(&self) -> String {
        format!("{}/control", self.site.urls.origin)
    }

    /// `GET {this}/{kid}` answers the public key of lifecycle callbacks.
    #[must_use]
    pub fn install_keys_url(&self) -> String {
        format!("{}{}", self.site.urls.services, install_keys::PATH)
    }

    /// Where access tokens are asked for.
    #[must_use]
    pub fn token_url(&self) -> String {
        format!(
            "{}{}",
            self.site.urls.services,
            authorization_server::TOKEN_PATH
        )
    }

    /// Fetches a descriptor and checks it, as an installation begins.
    ///
    /// # Errors
    /// The descriptor can't be had or is refused.
    pub async fn read_descriptor(&self, descriptor_url: &str) -> Result<Descriptor, InstallError> {
        lifecycle::read_descriptor(&self.site, descriptor_url).await
    }

    /// Installs an app, or installs it anew, as the plugin interface does it.
    ///
    /// # Errors
    /// The descriptor can't be had or is refused, or the app doesn't accept the callback.
    pub async fn install(&self, descriptor_url: &str) -> Result<Installation, InstallError> {
        lifecycle::install(&self.site, descriptor_url, Some(crate::people::ADA)).await
    }

    /// Uninstalls an app; its answer to the callback changes nothing.
    ///
    /// # Errors
    /// No such app is installed.
    pub async fn uninstall(&self, app_key: &str) -> Result<(), NotInstalled> {
        lifecycle::uninstall(&self.site, app_key).await
    }

    /// Enables or disables an app, which is told in the background.
    ///
    /// # Errors
    /// No such app is installed.
    pub fn set_enabled(&self, app_key: &str, enabled: bool) -> Result<(), NotInstalled> {
        lifecycle::set_enabled(&self.site, app_key, enabled)
    }

    /// An installed app, with its secrets.
    #[must_use]
    pub fn installation(&self, app_key: &str) -> Option<Installation> {
        self.site.installation(app_key)
    }

    #[must_use]
    pub fn installations(&self) -> Vec<Installation> {
        self.site
            .read(|world| world.installations.values().cloned().collect())
    }

    #[must_use]
    pub fn clock(&self) -> &SimClock {
        &self.site.clock
    }

    #[must_use]
    pub fn people(&self) -> People {
        People::new(self.site.clone())
    }

    #[must_use]
    pub fn groups(&self) -> Groups {
        Groups::new(self.site.clone())
    }

    #[must_use]
    pub fn faults(&self) -> &Faults {
        &self.site.faults
    }

    /// The calls received by the REST API, the plugin interface, the authorization server and the install keys.
    #[must_use]
    pub fn calls(&self) -> &Calls {
        &self.site.calls
    }

    /// The requests for access tokens, and what became of them.
    #[must_use]
    pub fn exchanges(&self) -> &Exchanges {
        &self.site.exchanges
    }

    /// The lifecycle callbacks and webhooks sent.
    #[must_use]
    pub fn deliveries(&self) -> &Deliveries {
        &self.site.deliveries
    }

    /// The accounts that apps have reported, of which they keep personal data.
    #[must_use]
    pub fn reports(&self) -> &Reports {
        &self.site.reports
    }

    /// Sets how often apps are to report accounts, which `Cycle-Period` tells them: 7 days, if not changed.
    pub fn set_report_cycle(&self, days: u32) {
        self.site.set_report_cycle(days);
    }

    #[must_use]
    pub fn spaces(&self) -> Vec<Space> {
        self.site.read(|world| world.spaces.clone())
    }

    /// The pages and comments.
    #[must_use]
    pub fn contents(&self) -> Vec<Content> {
        self.site.read(|world| world.contents.clone())
    }

    #[must_use]
    pub fn limits(&self) -> Limits {
        self.site.meter.limits()
    }

    pub fn set_limits(&self, limits: Limits) {
        self.site.meter.set_limits(limits);
    }

    /// Gives a tenant, by its `clientKey`, limits of its own; `None` takes them away.
    pub fn set_tenant_limits(&self, client_key: &str, limits: Option<TenantLimits>) {
        self.site.meter.set_tenant_limits(client_key, limits);
    }

    /// Makes every call take so much longer: REST and services, of all sites.
    pub fn set_latency(&self, latency: Duration) {
        self.site.set_latency(latency);
    }

    /// How many calls and token requests there were of each kind, of all sites.
    #[must_use]
    pub fn counts(&self) -> Tally {
        self.site.counts.tally()
    }

    pub fn clear_counts(&self) {
        self.site.counts.clear();
    }

    /// Makes many tenants, each with a site of its own, and installs an app in each.
    ///
    /// # Errors
    /// Which app is unclear, or it can't be installed.
    pub async fn crowd(&self, order: &CrowdOrder) -> Result<Vec<CrowdTenant>, CrowdError> {
        crowd::make(&self.site, order).await
    }

    /// Makes tokens for an installation, which may be one of the past.
    #[must_use]
    pub fn mint(&self, installation: &Installation) -> Mint {
        self.site.mint(installation.clone())
    }

    /// The page token of a person (handle, account id, or `"nobody"`) for a path of the only installed app, relative
    /// to its base URL.
    ///
    /// # Errors
    /// Not exactly one app is installed: use [`Simulator::mint`].
    pub fn page_token(&self, person: &str, path_and_query: &str) -> Result<Token, NotInstalled> {
        Ok(self.only_mint()?.page(person, path_and_query))
    }

    /// The context token of a person, for the only installed app.
    ///
    /// # Errors
    /// Not exactly one app is installed: use [`Simulator::mint`].
    pub fn context_token(&self, person: &str) -> Result<Token, NotInstalled> {
        Ok(self.only_mint()?.context(person))
    }

    /// The token of a webhook to a path of the only installed app.
    ///
    /// # Errors
    /// Not exactly one app is installed: use [`Simulator::mint`].
    pub fn webhook_token(&self, path_and_query: &str) -> Result<Token, NotInstalled> {
        Ok(self.only_mint()?.webhook(path_and_query))
    }

    /// The token of `installed` or `uninstalled` to a path of the only installed app.
    ///
    /// # Errors
    /// Not exactly one app is installed: use [`Simulator::mint`].
    pub fn lifecycle_token(&self, path_and_query: &str) -> Result<Token, NotInstalled> {
        Ok(self.only_mint()?.lifecycle(path_and_query))
    }

    /// The key that signs lifecycle callbacks, whose public half the install keys serve.
    #[must_use]
    pub fn install_key(&self) -> &RsaKey {
        &self.site.install_key
    }

    /// Everything back to how a new site is, apart from its keys and installations.
    pub fn reset(&self) {
        self.site.reset();
    }

    /// Stops the servers, and waits until open calls are answered. Held calls are let go.
    pub async fn shutdown(mut self) {
        self.site.faults.clear();
        self.site.end_background();
        self.stop.send_replace(true);
        while self.servers.join_next().await.is_some() {}
    }

    fn only_mint(&self) -> Result<Mint, NotInstalled> {
        let mut installations = self.installations();
        match (installations.pop(), installations.is_empty()) {
            (Some(only), true) => Ok(self.site.mint(only)),
            _ => Err(NotInstalled("(exactly one)".to_owned())),
        }
    }
}

impl Drop for Simulator {
    fn drop(&mut self) {
        self.site.end_background();
    }
}

fn site_router(site: &Arc<Site>) -> Router {
    let apis = Router::new().merge(rest::router()).merge(plugins::router());
    let apis = apis.layer(middleware::from_fn_with_state(site.clone(), gateway::pass));
    let apis = apis.merge(control::router()).with_state(site.clone());
    Router::new()
        .merge(crowd::router(site.clone(), apis.clone()))
        .merge(apis)
        .merge(host::router().with_state(site.clone()))
}

fn services_router(site: &Arc<Site>) -> Router {
    Router::new()
        .route(
            authorization_server::TOKEN_PATH,
            post(authorization_server::token),
        )
        .route(
            &format!("{}/{{kid}}", install_keys::PATH),
            get(install_keys::key),
        )
        .layer(middleware::from_fn_with_state(site.clone(), gateway::pass))
        .with_state(site.clone())
}

async fn listen(port: Option<u16>) -> Result<(TcpListener, String), StartError> {
    let port = port.unwrap_or_default();
    let failed = |cause| StartError::Listen { port, cause };
    let listener = TcpListener::bind(SocketAddr::from((Ipv4Addr::LOCALHOST, port)))
        .await
        .map_err(failed)?;
    let origin = format!(
        "http://localhost:{}",
        listener.local_addr().map_err(failed)?.port()
    );
    Ok((listener, origin))
}

async fn serve(listener: TcpListener, router: Router, mut stopped: watch::Receiver<bool>) {
    let stop = async move {
        // An error means that the simulator is gone, which is a reason to stop too.
        drop(stopped.wait_for(|stop| *stop).await);
    };
    if let Err(error) = axum::serve(listener, router)
        .with_graceful_shutdown(stop)
        .await
    {
        tracing::error!(%error, "a server of the simulator has ended");
    }
}
