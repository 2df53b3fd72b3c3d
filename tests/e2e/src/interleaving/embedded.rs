//! The embedded DynamoDB without a network: what the AWS SDK sends goes to it in this process. So an interleaving takes
//! milliseconds, and nothing but its seed decides what happens in it.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::http::{HttpRequest, HttpResponse};
use aws_sdk_dynamodb::config::retry::RetryConfig;
use aws_sdk_dynamodb::config::timeout::TimeoutConfig;
use aws_sdk_dynamodb::config::{BehaviorVersion, Config, IntoShared, Region};
use aws_smithy_runtime_api::client::http::{
    HttpConnector, HttpConnectorFuture, SharedHttpConnector, http_client_fn,
};
use dynoxide::{Database, DynoxideError};
use onbehalf::adapters::dynamodb::create_table;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::flaw::Flaw;

pub(super) const TABLE: &str = "onbehalf";

/// A database in memory, with the app's table in it.
#[derive(Clone)]
pub(super) struct Embedded {
    pub(super) client: Client,
    wire: Arc<Wire>,
}

/// What lies between the SDK and the database.
#[derive(Debug)]
struct Wire {
    database: Memory,
    flaw: Option<Flaw>,
    /// Whether the next transaction meets another.
    conflict: AtomicBool,
}

struct Memory(Database);

impl std::fmt::Debug for Memory {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Memory")
    }
}

impl Embedded {
    pub(super) async fn start(flaw: Option<Flaw>) -> Self {
        let database = Database::memory().expect("there is room for a database in memory");
        let wire = Arc::new(Wire {
            database: Memory(database),
            flaw,
            conflict: AtomicBool::new(false),
        });
        let connector: SharedHttpConnector = Connector(Arc::clone(&wire)).into_shared();
        let config = Config::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::from_static("local"))
            .allow_no_auth()
            .endpoint_url("http://database.invalid")
            .http_client(http_client_fn(move |_, _| connector.clone()))
            .retry_config(RetryConfig::disabled())
            .timeout_config(TimeoutConfig::disabled())
            .build();
        let client = Client::from_conf(config);
        create_table(&client, TABLE)
            .await
            .expect("the table can be created");
        Self { client, wire }
    }

    /// Cancels the next transaction, as DynamoDB does with one of two that meet. The embedded one never does.
    pub(super) fn conflict_next(&self, conflict: bool) {
        self.wire.conflict.store(conflict, Ordering::Relaxed);
    }
}

#[derive(Debug)]
struct Connector(Arc<Wire>);

impl HttpConnector for Connector {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let (status, body) = self.0.answer(&request);
        let status = status.try_into().expect("it is an HTTP status");
        HttpConnectorFuture::ready(Ok(HttpResponse::new(status, body.into())))
    }
}

impl Wire {
    fn answer(&self, request: &HttpRequest) -> (u16, String) {
        let operation = request
            .headers()
            .get("x-amz-target")
            .and_then(|target| target.rsplit_once('.'))
            .map_or("", |(_, operation)| operation);
        let body = request.body().bytes().expect("the body is in memory");
        if operation == "TransactWriteItems" {
            if self.conflict.swap(false, Ordering::Relaxed) {
                return (400, conflict(&parsed(body)));
            }
            if let Some(flaw) = self.flaw {
                return self.flawed(flaw, parsed(body));
            }
        }
        self.run(operation, body)
    }

    fn flawed(&self, flaw: Flaw, mut transaction: Value) -> (u16, String) {
        let spoiled = match flaw.spoil(&mut transaction) {
            Some(spoiled) => spoiled,
            None => return (200, "{}".into()),
        };
        let (status, answer) = self.run("TransactWriteItems", transaction.to_string().as_bytes());
        (status, spoiled.hidden_in(answer))
    }

    fn run(&self, operation: &str, body: &[u8]) -> (u16, String) {
        let database = &self.database.0;
        match operation {
            "GetItem" => done(body, |request| database.get_item(request)),
            "BatchGetItem" => done(body, |request| database.batch_get_item(request)),
            "PutItem" => done(body, |request| database.put_item(request)),
            "UpdateItem" => done(body, |request| database.update_item(request)),
            "Query" => done(body, |request| database.query(request)),
            "TransactWriteItems" => done(body, |request| database.transact_write_items(request)),
            "CreateTable" => done(body, |request| database.create_table(request)),
            "UpdateTimeToLive" => done(body, |request| database.update_time_to_live(request)),
            other => panic!("the store has never asked for {other}"),
        }
    }
}

fn parsed(body: &[u8]) -> Value {
    serde_json::from_slice(body).expect("the SDK sends JSON")
}

fn done<Request: DeserializeOwned, Response: Serialize>(
    body: &[u8],
    run: impl FnOnce(Request) -> Result<Response, DynoxideError>,
) -> (u16, String) {
    let request = serde_json::from_slice(body).expect("the database understands the SDK");
    match run(request) {
        Ok(response) => (
            200,
            serde_json::to_string(&response).expect("an answer is plain data"),
        ),
        Err(error) => (error.status_code(), error.to_json()),
    }
}

/// <https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TransactWriteItems.html>: a reason for each item.
fn conflict(transaction: &Value) -> String {
    let items = transaction["TransactItems"].as_array().map_or(0, Vec::len);
    let mut reasons = vec![json!({"Code": "None"}); items];
    reasons[0] =
        json!({"Code": "TransactionConflict", "Message": "Transaction is ongoing for the item"});
    json!({
        "__type": "com.amazonaws.dynamodb.v20120810#TransactionCanceledException",
        "Message": "Transaction cancelled, please refer cancellation reasons for specific reasons",
        "CancellationReasons": reasons,
    })
    .to_string()
}
