//! In the place of AWS: DynamoDB, embedded, and stand-ins for KMS and SQS, behind one server that counts what is asked of
//! each.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_sdk_dynamodb::config::{Credentials, SharedCredentialsProvider};
use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::task::JoinSet;

use crate::queue::Queue;

pub(crate) const REGION: &str = "us-east-1";
/// It takes any credentials, but it wants some.
pub(crate) const CREDENTIAL: &str = "bench";

/// Part of what a data key looks like in its encrypted form here: the key itself stands behind it.
const ENCRYPTED: &[u8] = b"not encrypted: ";

/// The server, which ends when this is dropped.
pub(crate) struct Aws {
    endpoint: String,
    front: Arc<Front>,
    _servers: JoinSet<()>,
}

struct Front {
    /// Where the embedded DynamoDB is.
    database: String,
    http: reqwest::Client,
    queue: Queue,
    tally: Mutex<Tally>,
}

/// What was asked of AWS.
#[derive(Clone, Debug, Default)]
pub(crate) struct Tally {
    /// By operation, such as `TransactWriteItems`.
    pub(crate) dynamodb: BTreeMap<String, Requests>,
    /// Requests of KMS.
    pub(crate) kms: u64,
    /// Messages that were sent back to the queue.
    pub(crate) sent: u64,
    /// What nobody here understands, by its target.
    pub(crate) unknown: BTreeMap<String, u64>,
}

/// Requests of one operation of DynamoDB.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Requests {
    pub(crate) count: u64,
    /// Those that DynamoDB refused, such as by a condition. It does not say what they consumed, and they are not in the units.
    pub(crate) refused: u64,
    /// Request units, as DynamoDB answers them.
    pub(crate) read_units: f64,
    pub(crate) write_units: f64,
}

impl Aws {
    /// Starts it. Messages that are sent go to `queue`.
    pub(crate) async fn start(queue: Queue) -> Result<Self, Box<dyn std::error::Error>> {
        let mut servers = JoinSet::new();
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let front = Arc::new(Front {
            database: format!("http://{}", listener.local_addr()?),
            http: reqwest::Client::builder().no_proxy().build()?,
            queue,
            tally: Mutex::default(),
        });
        let database = dynoxide::Database::memory()?;
        servers.spawn(dynoxide::server::serve_on(listener, database));

        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let endpoint = format!("http://{}", listener.local_addr()?);
        let routes = Router::new()
            .fallback(answer)
            .with_state(Arc::clone(&front));
        servers.spawn(async move {
            if let Err(error) = axum::serve(listener, routes).await {
                eprintln!("the stand-in for AWS has ended: {error}");
            }
        });
        Ok(Self {
            endpoint,
            front,
            _servers: servers,
        })
    }

    pub(crate) fn endpoint(&self) -> &str {
        &self.endpoint
    }

    /// How the AWS SDK reaches it.
    pub(crate) fn config(&self) -> SdkConfig {
        let credentials = Credentials::new(CREDENTIAL, CREDENTIAL, None, None, CREDENTIAL);
        SdkConfig::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::from_static(REGION))
            .credentials_provider(SharedCredentialsProvider::new(credentials))
            .endpoint_url(&self.endpoint)
            .build()
    }

    /// What was asked since this was called last.
    pub(crate) fn take_tally(&self) -> Tally {
        std::mem::take(&mut *self.front.tally())
    }
}

impl Tally {
    pub(crate) fn total(&self) -> Requests {
        let all = self.dynamodb.values();
        all.fold(Requests::default(), |sum, one| Requests {
            count: sum.count + one.count,
            refused: sum.refused + one.refused,
            read_units: sum.read_units + one.read_units,
            write_units: sum.write_units + one.write_units,
        })
    }
}

impl Front {
    fn tally(&self) -> MutexGuard<'_, Tally> {
        self.tally.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Asks the embedded DynamoDB, and what that consumes.
    async fn dynamodb(&self, operation: &str, headers: &HeaderMap, body: &Bytes) -> Response {
        let body = match asking_what_it_consumes(operation, body) {
            Some(body) => body,
            None => return malformed("the request isn't JSON"),
        };
        let mut request = self.http.post(&self.database).body(body);
        for name in [
            "x-amz-target",
            "x-amz-date",
            "authorization",
            "content-type",
        ] {
            if let Some(value) = headers.get(name) {
                request = request.header(name, value);
            }
        }
        let answer = async {
            let answer = request.send().await?;
            Ok::<_, reqwest::Error>((answer.status(), answer.bytes().await?))
        };
        let (status, answer) = match answer.await {
            Ok(answer) => answer,
            Err(error) => return malformed(&error.to_string()),
        };
        let consumed: f64 = units(&answer);
        let mut tally = self.tally();
        let requests = tally.dynamodb.entry(operation.to_owned()).or_default();
        requests.count += 1;
        requests.refused += u64::from(!status.is_success());
        match reads(operation) {
            true => requests.read_units += consumed,
            false => requests.write_units += consumed,
        }
        drop(tally);
        let json = [("content-type", "application/x-amz-json-1.0")];
        (status, json, answer).into_response()
    }

    /// <https://docs.aws.amazon.com/kms/latest/APIReference/API_GenerateDataKey.html>. What is sealed with these keys is worth
    /// nothing.
    fn kms(&self, operation: &str, body: &Bytes) -> Response {
        self.tally().kms += 1;
        let request: Value = serde_json::from_slice(body).unwrap_or_default();
        let key = match operation {
            "GenerateDataKey" => Some(data_key(&request)),
            "Decrypt" => request["CiphertextBlob"]
                .as_str()
                .and_then(|encrypted| STANDARD.decode(encrypted).ok())
                .and_then(|encrypted| encrypted.strip_prefix(ENCRYPTED).map(<[u8]>::to_vec)),
            _ => None,
        };
        let Some(key) = key else {
            return malformed("GenerateDataKey and Decrypt are all there is here");
        };
        let encrypted = STANDARD.encode([ENCRYPTED, &key].concat());
        let answer = json!({"KeyId": request["KeyId"], "Plaintext": STANDARD.encode(key),
                            "CiphertextBlob": encrypted});
        amazon_json(&answer)
    }

    /// <https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html>
    fn send_message(&self, body: &Bytes) -> Response {
        let request: Value = serde_json::from_slice(body).unwrap_or_default();
        let Some(message) = request["MessageBody"].as_str() else {
            return malformed("MessageBody is missing");
        };
        let delay = request["DelaySeconds"].as_u64().unwrap_or_default();
        let mut tally = self.tally();
        tally.sent += 1;
        let id = format!("sent-{}", tally.sent);
        drop(tally);
        self.queue
            .put_later(message.to_owned(), Duration::from_secs(delay));
        amazon_json(&json!({"MessageId": id}))
    }
}

async fn answer(State(front): State<Arc<Front>>, headers: HeaderMap, body: Bytes) -> Response {
    let target = headers
        .get("x-amz-target")
        .and_then(|target| target.to_str().ok())
        .unwrap_or_default();
    match target.split_once('.') {
        Some(("DynamoDB_20120810", operation)) => front.dynamodb(operation, &headers, &body).await,
        Some(("TrentService", operation)) => front.kms(operation, &body),
        Some(("AmazonSQS", "SendMessage")) => front.send_message(&body),
        _ => {
            let mut tally = front.tally();
            *tally.unknown.entry(target.to_owned()).or_default() += 1;
            drop(tally);
            malformed("not a part of AWS that is here")
        }
    }
}

/// The request, if it is one that consumes, asking to be told how much that is.
fn asking_what_it_consumes(operation: &str, body: &Bytes) -> Option<Vec<u8>> {
    let mut request: Value = serde_json::from_slice(body).ok()?;
    if operation.ends_with("Item") || operation.ends_with("Items") || operation == "Query" {
        request["ReturnConsumedCapacity"] = json!("TOTAL");
    }
    // The embedded database goes through all tokens of the last ten minutes in each transaction, which would soon be what is
    // measured. Nothing is sent twice here.
    if let Some(request) = request.as_object_mut() {
        request.remove("ClientRequestToken");
    }
    serde_json::to_vec(&request).ok()
}

/// The units that an answer tells of: in an object, or in one for each table.
fn units(answer: &Bytes) -> f64 {
    let answer: Value = serde_json::from_slice(answer).unwrap_or_default();
    let of = |consumed: &Value| consumed["CapacityUnits"].as_f64().unwrap_or_default();
    match &answer["ConsumedCapacity"] {
        Value::Array(tables) => tables.iter().map(of).sum(),
        table => of(table),
    }
}

fn reads(operation: &str) -> bool {
    matches!(
        operation,
        "GetItem" | "BatchGetItem" | "TransactGetItems" | "Query"
    )
}

/// 32 bytes, the same for the same tenant and purpose.
fn data_key(request: &Value) -> Vec<u8> {
    let context = request["EncryptionContext"].to_string();
    let mut key = vec![0_u8; 32];
    for (place, byte) in context.bytes().enumerate() {
        let at = place % key.len();
        key[at] = key[at].rotate_left(1) ^ byte;
    }
    key
}

fn amazon_json(body: &Value) -> Response {
    let json = [("content-type", "application/x-amz-json-1.1")];
    (json, body.to_string()).into_response()
}

fn malformed(reason: &str) -> Response {
    let body = json!({"__type": "ValidationException", "message": reason});
    let json = [("content-type", "application/x-amz-json-1.0")];
    (StatusCode::BAD_REQUEST, json, body.to_string()).into_response()
}

#[cfg(test)]
mod tests {
    use aws_sdk_dynamodb::Client;
    use aws_sdk_dynamodb::primitives::Blob;
    use aws_sdk_dynamodb::types::{
        AttributeDefinition, AttributeValue, BillingMode, ConditionCheck, KeySchemaElement,
        KeyType, Put, ScalarAttributeType, TransactWriteItem,
    };

    use super::*;

    async fn table() -> (Aws, Client) {
        let aws = Aws::start(Queue::default()).await.unwrap();
        let client = Client::new(&aws.config());
        let attribute = AttributeDefinition::builder()
            .attribute_name("pk")
            .attribute_type(ScalarAttributeType::S);
        let key = KeySchemaElement::builder()
            .attribute_name("pk")
            .key_type(KeyType::Hash);
        client
            .create_table()
            .table_name("items")
            .billing_mode(BillingMode::PayPerRequest)
            .attribute_definitions(attribute.build().unwrap())
            .key_schema(key.build().unwrap())
            .send()
            .await
            .unwrap();
        aws.take_tally();
        (aws, client)
    }

    fn item(pk: &str, bytes: usize) -> [(String, AttributeValue); 2] {
        let blob = AttributeValue::B(Blob::new(vec![0; bytes]));
        [
            ("pk".to_owned(), AttributeValue::S(pk.to_owned())),
            ("data".to_owned(), blob),
        ]
    }

    fn one(aws: &Aws, operation: &str) -> (f64, f64) {
        let tally = aws.take_tally();
        let requests = tally.dynamodb[operation];
        assert_eq!((requests.count, requests.refused), (1, 0), "{tally:?}");
        (requests.read_units, requests.write_units)
    }

    /// <https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/read-write-operations.html>
    #[tokio::test]
    async fn units_are_those_of_dynamodb() {
        let (aws, client) = table().await;
        let put = client.put_item().table_name("items");
        let put = put.set_item(Some(item("a", 1500).into()));
        put.send().await.unwrap();
        assert_eq!(one(&aws, "PutItem"), (0.0, 2.0), "1 a KB");

        let get = client.get_item().table_name("items").consistent_read(true);
        let get = get.key("pk", AttributeValue::S("a".into()));
        get.send().await.unwrap();
        assert_eq!(one(&aws, "GetItem"), (1.0, 0.0), "1 for 4 KB");

        let put = Put::builder()
            .table_name("items")
            .set_item(Some(item("b", 500).into()));
        let check = ConditionCheck::builder()
            .table_name("items")
            .key("pk", AttributeValue::S("a".into()))
            .condition_expression("attribute_exists(pk)");
        let put = TransactWriteItem::builder().put(put.build().unwrap());
        let check = TransactWriteItem::builder().condition_check(check.build().unwrap());
        client
            .transact_write_items()
            .transact_items(put.build())
            .transact_items(check.build())
            .send()
            .await
            .unwrap();
        assert_eq!(
            one(&aws, "TransactWriteItems"),
            (0.0, 6.0),
            "2 a KB in a transaction, and as much for what is only checked"
        );
    }

    #[tokio::test]
    async fn what_is_refused_is_counted_apart() {
        let (aws, client) = table().await;
        let get = client.get_item().table_name("nowhere");
        let get = get.key("pk", AttributeValue::S("a".into()));
        get.send().await.unwrap_err();
        let tally = aws.take_tally();
        assert_eq!((tally.total().count, tally.total().refused), (1, 1));
    }
}
