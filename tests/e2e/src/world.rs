use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use aws_config::SdkConfig;
use confluence_simulator::{Installation, Options as SiteOptions, PersonChange, Simulator};
use http::Method;
use jiff::Timestamp;
use onbehalf::capabilities::world::Clock;
use onbehalf::config::Config;
use onbehalf::domain::ids::{AccountId, ScheduleId, Subject, TenantKey};
use onbehalf::domain::run::RunId;
use onbehalf::use_cases::verify_log::verify_log;
use onbehalf_local::{Environment, LocalApp, Options};
use serde_json::Value;
use tempfile::TempDir;
use tokio::net::TcpListener;

use crate::key_host::KeyHost;
use crate::{
    Callback, ConflictingDatabase, HoldingDatabase, Instance, Person, Reply, Table, TestClock, page,
};

const APP_KEY: &str = "onbehalf";
/// The app's table.
pub const TABLE: &str = "onbehalf";

/// A Confluence site, and the app.
pub struct World {
    pub site: Simulator,
    pub app: LocalApp,
    pub clock: TestClock,
    http: reqwest::Client,
    variables: HashMap<&'static str, String>,
    serial: AtomicU32,
    folder: TempDir,
    _keys: Option<KeyHost>,
}

impl World {
    /// A site with the app installed in it.
    pub async fn start() -> Self {
        let world = Self::before_install().await;
        world.install().await;
        world
    }

    /// A site in which Alice and Ada have allowed everything for 90 days.
    pub async fn with_consents() -> Self {
        let world = Self::start().await;
        for person in ["alice", "ada"] {
            let consent = world.as_person(person).allow("readWrite", 90).await;
            consent.expect(201);
        }
        world
    }

    /// A site in which Alice and Ada have consented, a week ago: it is time to report them.
    pub async fn a_week_after_consent() -> Self {
        let world = Self::with_consents().await;
        world.clock.advance_days(7);
        world
    }

    /// A site that the app is not installed in yet.
    pub async fn before_install() -> Self {
        let clock = TestClock::start();
        let site = start_site(&clock).await;
        Self::around(site, clock, None).await
    }

    /// Two sites, with the app installed in both. Only the first has an authorization server that knows its people.
    pub async fn with_another_site() -> (Self, Simulator) {
        let clock = TestClock::start();
        let (site, other) = (start_site(&clock).await, start_site(&clock).await);
        let keys = KeyHost::start().await;
        keys.add(&site);
        keys.add(&other);
        let world = Self::around(site, clock, Some(keys)).await;
        world.install().await;
        world.install_in(&other).await;
        (world, other)
    }

    async fn around(site: Simulator, clock: TestClock, keys: Option<KeyHost>) -> Self {
        let folder = tempfile::tempdir().expect("there is room for a temporary folder");
        let page = folder.path().join("page");
        page::write(&page);
        let listener = TcpListener::bind(("127.0.0.1", 0))
            .await
            .expect("there is a free port");
        let address = listener.local_addr().expect("a listener has an address");
        let keys_url = keys
            .as_ref()
            .map_or_else(|| site.install_keys_url(), |keys| keys.url.clone());
        let seal_key = folder.path().join("seal.key");
        let variables = HashMap::from([
            (
                "ONBEHALF_BASE_URL",
                format!("http://localhost:{}", address.port()),
            ),
            ("ONBEHALF_TABLE", TABLE.to_owned()),
            ("ONBEHALF_SEAL_KEY", format!("file:{}", seal_key.display())),
            (
                "ONBEHALF_TENANT_HOSTS",
                "localhost,*.atlassian.net".to_owned(),
            ),
            ("ONBEHALF_INSTALL_KEYS_URL", keys_url),
            ("ONBEHALF_TOKEN_URL", site.token_url()),
            ("ONBEHALF_PAGE", page.display().to_string()),
            (
                "ONBEHALF_BRIDGE_URL",
                "/atlassian-connect/all.js".to_owned(),
            ),
        ]);
        let environment = variables
            .iter()
            .fold(Environment::default(), |environment, (name, value)| {
                environment.with(name, value)
            });
        let app = LocalApp::start(Options {
            listener,
            data: folder.path().to_owned(),
            in_memory: true,
            page,
            environment,
            clock: Arc::new(clock.clone()),
            follows: None,
        })
        .await
        .expect("the app starts");
        let http = reqwest::Client::builder()
            .no_proxy()
            .redirect(reqwest::redirect::Policy::none())
            .build()
            .expect("there is an HTTP client");
        Self {
            site,
            app,
            clock,
            http,
            variables,
            serial: AtomicU32::new(0),
            folder,
            _keys: keys,
        }
    }

    /// Installs the app, or installs it anew.
    pub async fn install(&self) {
        self.install_in(&self.site).await;
    }

    async fn install_in(&self, site: &Simulator) {
        site.deliveries().clear();
        site.install(&self.url("/atlassian-connect.json"))
            .await
            .expect("the app is installed");
        // Confluence does not wait for the answer to this one, but a test that goes on to disable the app has to.
        let enabled = site
            .deliveries()
            .wait_for(|delivery| delivery.event == "enabled")
            .await;
        assert_eq!(enabled.status, Some(204));
    }

    pub async fn uninstall(&self) {
        self.site
            .uninstall(APP_KEY)
            .await
            .expect("the app is installed");
    }

    /// Switches the app on or off, and waits until it knows.
    pub async fn set_enabled(&self, enabled: bool) {
        let event = if enabled { "enabled" } else { "disabled" };
        self.site.deliveries().clear();
        self.site
            .set_enabled(APP_KEY, enabled)
            .expect("the app is installed");
        let told = self
            .site
            .deliveries()
            .wait_for(|delivery| delivery.event == event)
            .await;
        assert_eq!(told.status, Some(204));
    }

    pub fn installation(&self) -> Installation {
        self.installation_in(&self.site)
    }

    pub(crate) fn installation_in(&self, site: &Simulator) -> Installation {
        site.installation(APP_KEY).expect("the app is installed")
    }

    /// Somebody of the site, by handle or account id.
    pub fn as_person(&self, name: &str) -> Person<'_> {
        Person::new(self, &self.site, name)
    }

    /// Somebody of another site.
    pub fn as_person_of<'a>(&'a self, site: &'a Simulator, name: &str) -> Person<'a> {
        Person::new(self, site, name)
    }

    /// `installed` or `uninstalled`, as Confluence would send it now for the present installation.
    pub fn callback(&self, event: &'static str) -> Callback<'_> {
        Callback::new(self, &self.site, &self.installation(), event)
    }

    /// What a browser shows of one of the app's pages, with a page token made for it.
    pub async fn open(&self, person: &str, path_and_query: &str) -> Reply {
        let token = self
            .site
            .mint(&self.installation())
            .page(person, path_and_query)
            .sign();
        let separator = if path_and_query.contains('?') {
            '&'
        } else {
            '?'
        };
        self.get(&format!("{path_and_query}{separator}jwt={token}"))
            .await
    }

    /// Without any token.
    pub async fn get(&self, path_and_query: &str) -> Reply {
        self.send(self.request(Method::GET, path_and_query)).await
    }

    pub fn request(&self, method: Method, path_and_query: &str) -> reqwest::RequestBuilder {
        self.request_at(self.app.base_url(), method, path_and_query)
    }

    pub(crate) fn request_at(
        &self,
        base_url: &str,
        method: Method,
        path_and_query: &str,
    ) -> reqwest::RequestBuilder {
        self.http
            .request(method, format!("{base_url}{path_and_query}"))
    }

    pub async fn send(&self, request: reqwest::RequestBuilder) -> Reply {
        Reply::to(request).await
    }

    pub fn url(&self, path: &str) -> String {
        format!("{}{path}", self.app.base_url())
    }

    /// All that the app keeps.
    pub async fn table(&self) -> Table {
        Table::read(&self.database(), TABLE).await
    }

    /// The app's database, to break things in.
    pub fn database(&self) -> aws_sdk_dynamodb::Client {
        aws_sdk_dynamodb::Client::new(self.app.aws())
    }

    /// Another process of the app on the same table.
    pub fn instance(&self) -> Instance {
        self.instance_on(self.app.aws())
    }

    /// Another process of the app on the same table, with these variables set otherwise.
    pub fn instance_with(&self, changed: &[(&'static str, &str)]) -> Instance {
        let config = Config::read(|name| {
            let changed = changed.iter().find(|(changed, _)| *changed == name);
            changed.map_or_else(
                || self.variables.get(name).cloned(),
                |(_, value)| Some((*value).to_owned()),
            )
        });
        let config = config.expect("the variables are right");
        Instance::new(
            config,
            self.app.aws(),
            self.clock.clone(),
            self.app.timers(),
        )
    }

    /// Another process of the app, on another database.
    pub fn instance_on(&self, aws: &SdkConfig) -> Instance {
        let config = Config::read(|name| self.variables.get(name).cloned());
        let config = config.expect("the variables are right");
        Instance::new(config, aws, self.clock.clone(), self.app.timers())
    }

    /// The app's table in a database that holds up the transaction that comes after so many others.
    pub async fn holding_database(&self, others: u32) -> HoldingDatabase {
        HoldingDatabase::before(self.app.aws(), others).await
    }

    /// The app's table in a database where transactions can meet.
    pub async fn conflicting_database(&self) -> ConflictingDatabase {
        ConflictingDatabase::before(self.app.aws()).await
    }

    /// Somebody of the site, by account id.
    pub fn subject(&self, account: &str) -> Subject {
        Subject {
            tenant: TenantKey::parse(self.installation().client_key)
                .expect("a clientKey is a tenant's key"),
            account: AccountId::parse(account).expect("this is an account id"),
        }
    }

    /// Makes somebody an admin of the site, or no admin any more.
    pub fn set_admin(&self, who: &str, admin: bool) {
        let change = PersonChange {
            admin: Some(admin),
            ..PersonChange::default()
        };
        let changed = self.site.people().change(who, &change);
        changed.expect("they are there");
    }

    /// Has the app's timer look for what is due, and waits until that is done.
    pub async fn tick(&self) {
        self.clock.tick().await;
        self.app.idle().await;
    }

    /// Moves the clock to this time, given as text. What is not a whole second is over with the next.
    pub fn advance_to(&self, time: &Value) {
        let time = time.as_str().and_then(|time| time.parse().ok());
        let time: Timestamp = time.expect("this is a time");
        let seconds = time.as_second() - self.clock.epoch_seconds();
        let more = i64::from(time.subsec_nanosecond() > 0);
        self.clock.advance_seconds(seconds + more);
    }

    /// Checks that the log of every consent is whole.
    pub async fn assert_logs_whole(&self) {
        let check = verify_log(self.app.store()).await;
        let check = check.expect("the table can be read");
        assert_eq!(check.findings, []);
    }

    /// The run of somebody's schedule that is due so many seconds from now.
    pub fn run_due_in(&self, person: &str, seconds: i64) -> RunId {
        let due = self.clock.now().as_second() + seconds;
        let of = self.subject(&self.as_person(person).account_id());
        let due = Timestamp::from_second(due).expect("the clock shows a time");
        RunId::new(of, ScheduleId::of_starter(), due)
    }

    /// 1, 2, 3, …
    pub(crate) fn serial(&self) -> u32 {
        self.serial.fetch_add(1, Ordering::Relaxed) + 1
    }

    /// The folder that holds the app's key.
    pub fn folder(&self) -> &std::path::Path {
        self.folder.path()
    }
}

async fn start_site(clock: &TestClock) -> Simulator {
    let options = SiteOptions {
        clock: clock.of_site(),
        ..SiteOptions::default()
    };
    Simulator::start(options).await.expect("the site starts")
}
