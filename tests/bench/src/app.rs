//! The app's API in this process, with AWS's stand-ins: what its functions find installed and stored.

use std::path::Path;

use aws_sdk_dynamodb::Client;
use confluence_simulator::{CrowdOrder, CrowdTenant, Simulator};
use onbehalf::adapters::dynamodb::{Store, create_table};
use onbehalf::config::Config;
use onbehalf::http::router;
use onbehalf::wiring;
use tokio::net::TcpListener;
use tokio::task::JoinSet;

use crate::aws::{Aws, CREDENTIAL, REGION};

/// What the table holds.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Stored {
    pub(crate) items: i64,
    pub(crate) bytes: i64,
}

/// The app's own API, which takes the callbacks of installations, and its store.
pub(crate) struct App {
    store: Store,
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
        let store = parts.store.clone();
        let queue = wiring::sqs_queue(&config, &sdk)?;
        let timers = wiring::event_bridge_timers(&config, &sdk, wiring::system_clock())?;
        let routes = router(wiring::api(&config, parts, queue, timers)?);
        let mut server = JoinSet::new();
        server.spawn(async move {
            if let Err(error) = axum::serve(listener, routes).await {
                eprintln!("the app's API has ended: {error}");
            }
        });
        Ok(Self {
            store,
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

    /// The name of its table.
    pub(crate) fn table(&self) -> &str {
        &self.table
    }

    pub(crate) fn store(&self) -> &Store {
        &self.store
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
}
