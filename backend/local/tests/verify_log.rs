//! The program that checks logs: what it says, and with which status it ends.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::path::Path;
use std::process::{Command, Output};
use std::sync::Arc;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::{BehaviorVersion, Credentials, Region};
use aws_sdk_dynamodb::types::AttributeValue;
use jiff::Timestamp;
use onbehalf::adapters::dynamodb::{Store, create_table};
use onbehalf::capabilities::store::WriteConsents;
use onbehalf::capabilities::world::SystemClock;
use onbehalf::domain::consent::{Circumstances, Consent};
use onbehalf::domain::ids::{AccountId, Subject, TenantKey};
use onbehalf::domain::language::Language;
use onbehalf::domain::notice::Notices;
use onbehalf::domain::policy::{Lasting, Policy};
use onbehalf_contract::Access;
use tokio::net::TcpListener;

const TABLE: &str = "onbehalf";

/// A database in this folder, as the app on one machine has it while it runs, and how to reach it.
async fn database(folder: &Path) -> (Client, String) {
    let file = folder.join("onbehalf.db");
    let database = dynoxide::Database::new(&file.to_string_lossy()).unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let endpoint = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(dynoxide::server::serve_on(listener, database));
    let config = aws_sdk_dynamodb::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::from_static("local"))
        .credentials_provider(Credentials::new("local", "local", None, None, "test"))
        .endpoint_url(&endpoint)
        .build();
    let client = Client::from_conf(config);
    create_table(&client, TABLE).await.unwrap();
    (client, endpoint)
}

async fn consent(client: &Client, account: &str) {
    let of = Subject {
        tenant: TenantKey::parse("tenant").unwrap(),
        account: AccountId::parse(account).unwrap(),
    };
    let (notices, policy, now) = (Notices::default(), Policy::default(), Timestamp::UNIX_EPOCH);
    let terms = policy.check(Access::Read, Lasting::Days(1), now);
    let when = Circumstances {
        now,
        installation: 1,
        notices: &notices,
        policy: &policy,
    };
    let notice = notices.in_language(Language::En);
    let change = Consent::grant(&of, None, &terms.unwrap(), &notice, &when).unwrap();
    let store = Store::new(client.clone(), TABLE, Arc::new(SystemClock));
    store.write_consent(&change).await.unwrap();
}

/// Runs the program beside a database that goes on answering.
async fn verify(arguments: &[&str], endpoint: Option<&str>) -> (i32, String, String) {
    let mut program = Command::new(env!("CARGO_BIN_EXE_onbehalf-verify-log"));
    program.args(arguments).env_remove("ONBEHALF_TABLE");
    if let Some(endpoint) = endpoint {
        program
            .env("AWS_ENDPOINT_URL_DYNAMODB", endpoint)
            .env("AWS_ACCESS_KEY_ID", "local")
            .env("AWS_SECRET_ACCESS_KEY", "local")
            .env("AWS_REGION", "local");
    }
    let ended = tokio::task::spawn_blocking(move || program.output());
    let Output {
        status,
        stdout,
        stderr,
    } = ended.await.unwrap().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (status.code().unwrap(), text(stdout), text(stderr))
}

#[tokio::test(flavor = "multi_thread")]
async fn it_says_what_it_found() {
    let folder = tempfile::tempdir().unwrap();
    let data = ["--data", folder.path().to_str().unwrap()];
    let (client, endpoint) = database(folder.path()).await;
    for account in ["alice", "bob"] {
        consent(&client, account).await;
    }
    let (status, said, _) = verify(&data, None).await;
    assert_eq!(
        (status, &*said),
        (0, "2 consents, 2 events: all whole\n"),
        "while the app runs"
    );
    let table = ["--table", TABLE];
    let (status, said, _) = verify(&table, Some(&endpoint)).await;
    assert_eq!((status, &*said), (0, "2 consents, 2 events: all whole\n"));

    client
        .delete_item()
        .table_name(TABLE)
        .key("pk", AttributeValue::S("person#tenant#bob".into()))
        .key("sk", AttributeValue::S("event#0000000001".into()))
        .send()
        .await
        .unwrap();
    let (status, said, _) = verify(&data, None).await;
    let expected = "tenant tenant, account bob: the events of the consent are missing\n\
                    2 consents, 1 events: 1 log is not whole\n";
    assert_eq!((status, &*said), (1, expected));
}

#[tokio::test]
async fn what_cannot_be_checked_is_not_called_whole() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().to_str().unwrap();
    let (status, said, error) = verify(&["--data", path], None).await;
    assert_eq!((status, &*said), (2, ""));
    assert!(error.contains("there is no database in"), "{error}");
    assert!(!folder.path().join("onbehalf.db").exists());

    let (_, endpoint) = database(folder.path()).await;
    let (status, said, error) = verify(&["--table", "another"], Some(&endpoint)).await;
    assert_eq!((status, &*said), (2, ""));
    assert!(error.contains("another"), "{error}");
}
