//! What there is before anything is due: the app installed in every tenant, a consent of every account, and a schedule.

use std::path::Path;

use aws_sdk_dynamodb::Client;
use confluence_simulator::{CrowdOrder, CrowdTenant, Simulator};
use jiff::{SignedDuration, Timestamp, Unit};
use onbehalf::adapters::dynamodb::{Store, create_table};
use onbehalf::capabilities::store::{ReadTenants, WriteConsents, WriteSchedules};
use onbehalf::config::Config;
use onbehalf::domain::consent::Consent;
use onbehalf::domain::ids::{AccountId, ScheduleId, Subject, TenantKey};
use onbehalf::domain::language::Language;
use onbehalf::domain::notice::Notices;
use onbehalf::domain::policy::Lasting;
use onbehalf::domain::run::RunId;
use onbehalf::domain::schedule::Schedule;
use onbehalf::http::router;
use onbehalf::wiring::{self, Parts};
use onbehalf_contract::Access;
use tokio::net::TcpListener;
use tokio::task::JoinSet;

use super::aws::{Aws, CREDENTIAL, REGION};

type Error = Box<dyn std::error::Error + Send + Sync>;

/// What the table holds.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Stored {
    pub(crate) items: i64,
    pub(crate) bytes: i64,
}

/// So many tenants are seeded at once.
const AT_ONCE: usize = 8;

/// The app's own API, which takes the callbacks of installations, and its store.
pub(crate) struct App {
    parts: Parts,
    base_url: String,
    variables: Vec<(&'static str, String)>,
    client: Client,
    table: String,
    _server: JoinSet<()>,
}

impl App {
    /// Starts it, with its table still empty.
    pub(crate) async fn start(
        aws: &Aws,
        simulator: &Simulator,
        page: &Path,
    ) -> Result<Self, Box<dyn std::error::Error>> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let base_url = format!("http://localhost:{}", listener.local_addr()?.port());
        let arn = |service: &str, name: &str| {
            let region = if service == "iam" { "" } else { REGION };
            format!("arn:aws:{service}:{region}:123456789012:{name}")
        };
        let variables = vec![
            ("ONBEHALF_BASE_URL", base_url.clone()),
            ("ONBEHALF_SEAL_KEY", arn("kms", "key/bench")),
            ("ONBEHALF_TENANT_HOSTS", "localhost".to_owned()),
            ("ONBEHALF_INSTALL_KEYS_URL", simulator.install_keys_url()),
            ("ONBEHALF_TOKEN_URL", simulator.token_url()),
            (
                "ONBEHALF_QUEUE_URL",
                format!("https://sqs.{REGION}.amazonaws.com/123456789012/runs"),
            ),
            ("ONBEHALF_SCHEDULE_GROUP", "bench".to_owned()),
            ("ONBEHALF_SCHEDULE_ROLE", arn("iam", "role/bench")),
            ("ONBEHALF_PAGE", page.display().to_string()),
            ("AWS_ACCESS_KEY_ID", CREDENTIAL.to_owned()),
            ("AWS_SECRET_ACCESS_KEY", CREDENTIAL.to_owned()),
            ("AWS_REGION", REGION.to_owned()),
            ("AWS_ENDPOINT_URL", aws.endpoint().to_owned()),
        ];
        let config = Config::read(|name| {
            let mut set = variables.iter();
            set.find(|(set, _)| *set == name)
                .map(|(_, value)| value.clone())
        })?;
        let sdk = aws.config();
        let client = Client::new(&sdk);
        create_table(&client, &config.table).await?;
        let parts = wiring::parts(&config, &sdk, wiring::system_clock())?;
        let queue = wiring::sqs_queue(&config, &sdk)?;
        let timers = wiring::event_bridge_timers(&config, &sdk, wiring::system_clock())?;
        let routes = router(wiring::api(&config, parts.clone(), queue, timers)?);
        let mut server = JoinSet::new();
        server.spawn(async move {
            if let Err(error) = axum::serve(listener, routes).await {
                eprintln!("the app's API has ended: {error}");
            }
        });
        Ok(Self {
            parts,
            base_url,
            variables,
            client,
            table: config.table,
            _server: server,
        })
    }

    /// The environment of its functions.
    pub(crate) fn variables(&self) -> &[(&'static str, String)] {
        &self.variables
    }

    /// What its table holds now. DynamoDB itself tells that only every six hours.
    pub(crate) async fn stored(&self) -> Result<Stored, Box<dyn std::error::Error>> {
        let request = self.client.describe_table().table_name(&self.table);
        let table = request.send().await?.table.ok_or("there is no table")?;
        Ok(Stored {
            items: table.item_count.unwrap_or_default(),
            bytes: table.table_size_bytes.unwrap_or_default(),
        })
    }

    /// Makes so many tenants with so many accounts, and installs the app in each as Confluence does it.
    pub(crate) async fn install(
        &self,
        simulator: &Simulator,
        tenants: usize,
        accounts: usize,
    ) -> Result<Vec<CrowdTenant>, Box<dyn std::error::Error>> {
        let order = CrowdOrder {
            tenants,
            accounts,
            descriptor_url: Some(format!("{}/atlassian-connect.json", self.base_url)),
            announced: true,
        };
        Ok(simulator.crowd(&order).await?)
    }

    /// Gives every account a consent to read and write for 90 days and the starter schedule, as the app writes them. Answers
    /// one account of each tenant, then another of each, and so on: who is due at one time is of many tenants.
    pub(crate) async fn seed(&self, crowd: &[CrowdTenant]) -> Result<Vec<Subject>, Error> {
        consents(&self.parts.store, crowd).await?;
        schedules(&self.parts.store, crowd).await
    }
}

/// Gives every account a consent to read and write for 90 days.
pub(crate) async fn consents(store: &Store, crowd: &[CrowdTenant]) -> Result<(), Error> {
    let mut under_way = JoinSet::new();
    for tenant in crowd {
        if under_way.len() == AT_ONCE
            && let Some(written) = under_way.join_next().await
        {
            written??;
        }
        let (store, people) = (store.clone(), subjects(tenant)?);
        under_way.spawn(async move { give_consents(&store, &people).await });
    }
    while let Some(written) = under_way.join_next().await {
        written??;
    }
    Ok(())
}

/// The accounts of a tenant.
pub(crate) fn subjects(tenant: &CrowdTenant) -> Result<Vec<Subject>, Error> {
    let key = TenantKey::parse(&*tenant.installation.client_key)?;
    let accounts = tenant.accounts.iter();
    accounts
        .map(|account| {
            Ok(Subject {
                tenant: key.clone(),
                account: AccountId::parse(&*account.account_id)?,
            })
        })
        .collect()
}

async fn give_consents(store: &Store, people: &[Subject]) -> Result<(), Error> {
    let Some(of) = people.first() else {
        return Ok(());
    };
    let tenant = store.tenant(&of.tenant).await?;
    let tenant = tenant.ok_or("the app isn't installed")?;
    let (notices, now) = (Notices::default(), Timestamp::now());
    let terms = tenant
        .policy
        .check(Access::ReadWrite, Lasting::Days(90), now)?;
    let notice = notices.in_language(Language::En);
    let when = tenant.circumstances(&notices, now);
    for of in people {
        let change = Consent::grant(of, None, &terms, &notice, &when);
        let change = change.ok_or("a new consent is no change")?;
        store.write_consent(&change).await?;
    }
    Ok(())
}

/// Stores the starter schedule of every account.
async fn schedules(store: &Store, crowd: &[CrowdTenant]) -> Result<Vec<Subject>, Error> {
    let now = Timestamp::now();
    let mut people = Vec::new();
    for (place, tenant) in crowd.iter().enumerate() {
        for (nth, of) in subjects(tenant)?.into_iter().enumerate() {
            store
                .add_schedule(&Schedule::starter(&of, now), now)
                .await?;
            people.push(((nth, place), of));
        }
    }
    people.sort_by_key(|(place, _)| *place);
    Ok(people.into_iter().map(|(_, of)| of).collect())
}

/// So many runs, one after the other of all people, then the next of each: as messages. Each is due at a minute of its own
/// in the last hours, by which the pages that they make have titles of their own.
pub(crate) fn messages(
    people: &[Subject],
    runs: usize,
) -> Result<Vec<String>, Box<dyn std::error::Error>> {
    let rounds = runs.div_ceil(people.len().max(1));
    let first = Timestamp::now().round(Unit::Minute)?
        - SignedDuration::from_mins(i64::try_from(rounds)? + 1);
    let mut messages = Vec::with_capacity(runs);
    for round in 0..rounds {
        let due = first + SignedDuration::from_mins(i64::try_from(round)?);
        for of in people.iter().take(runs - messages.len()) {
            let run = RunId::new(of.clone(), ScheduleId::of_starter(), due);
            messages.push(serde_json::to_string(&run.message())?);
        }
    }
    Ok(messages)
}
