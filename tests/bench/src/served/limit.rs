//! The least that could be done for the same requests: the calls that the app makes of DynamoDB and of Confluence, with
//! nothing verified, nothing decided, and nothing read of what is answered.
//!
//! Whoever asks says in headers who they are, where their site is, and what Confluence wants to see of the app. What is
//! written are the items of one person, whom the app gave a consent, under the keys of another; what is answered is what the
//! app answered them.

use std::collections::HashMap;
use std::sync::Arc;

use aws_config::BehaviorVersion;
use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::{
    AttributeValue, Delete, KeysAndAttributes, Put, TransactWriteItem, Update,
};
use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::header::{AUTHORIZATION, CONTENT_TYPE};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use serde::Deserialize;
use serde_json::json;

type Error = Box<dyn std::error::Error + Send + Sync>;
type Item = HashMap<String, AttributeValue>;

/// The environment variable with the [`Example`] in JSON.
const EXAMPLE: &str = "BENCH_EXAMPLE";

/// A person whom the app gave a consent, and what it answers them.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Example {
    table: String,
    tenant: String,
    account: String,
    consent: String,
    page: String,
}

struct Limit {
    dynamodb: Client,
    http: reqwest::Client,
    example: Example,
    /// The items of the example, by the first part of their sort keys.
    items: HashMap<String, Item>,
}

/// Who asks, as they say.
struct Caller<'a> {
    tenant: &'a str,
    account: &'a str,
    site: &'a str,
    /// Signed for the question about the account.
    account_token: &'a str,
    /// Signed for the question what the account may do, if that will be asked.
    operations_token: &'a str,
}

pub(crate) async fn routes() -> Result<Router, Error> {
    let example: Example = serde_json::from_str(&std::env::var(EXAMPLE)?)?;
    let aws = aws_config::load_defaults(BehaviorVersion::latest()).await;
    let dynamodb = Client::new(&aws);
    let of_example = dynamodb
        .query()
        .table_name(&example.table)
        .key_condition_expression("pk = :pk")
        .expression_attribute_values(":pk", person(&example.tenant, &example.account))
        .consistent_read(true)
        .send()
        .await?;
    let items = of_example.items.unwrap_or_default().into_iter();
    let by_kind = items.filter_map(|item| {
        let sk = item.get("sk")?.as_s().ok()?;
        let kind = sk.split('#').next()?.to_owned();
        Some((kind, item))
    });
    let limit = Limit {
        dynamodb,
        http: reqwest::Client::new(),
        items: by_kind.collect(),
        example,
    };
    Ok(Router::new()
        .route("/api/consent", get(see).put(grant))
        .route("/consent", get(page))
        .with_state(Arc::new(limit)))
}

async fn see(State(limit): State<Arc<Limit>>, headers: HeaderMap) -> Response {
    answered(limit.see(&headers).await)
}

async fn grant(State(limit): State<Arc<Limit>>, headers: HeaderMap, _wish: Bytes) -> Response {
    answered(limit.grant(&headers).await)
}

async fn page(State(limit): State<Arc<Limit>>, headers: HeaderMap) -> Response {
    answered(limit.page(&headers).await)
}

fn answered(answer: Result<Response, Error>) -> Response {
    answer.unwrap_or_else(|error| {
        (StatusCode::INTERNAL_SERVER_ERROR, error.to_string()).into_response()
    })
}

impl Limit {
    async fn see(&self, headers: &HeaderMap) -> Result<Response, Error> {
        let caller = Caller::of(headers)?;
        self.tenant(&caller).await?;
        self.item(&caller, "consent").await?;
        Ok(self.consent(StatusCode::OK))
    }

    async fn grant(&self, headers: &HeaderMap) -> Result<Response, Error> {
        let caller = Caller::of(headers)?;
        self.tenant(&caller).await?;
        self.account(&caller).await?;
        self.item(&caller, "consent").await?;
        self.write([
            self.put(&caller, "consent")?,
            self.put(&caller, "event")?,
            self.forget_ask(&caller)?,
            self.note_person(&caller)?,
            self.put(&caller, "schedule")?,
        ])
        .await?;
        Ok(self.consent(StatusCode::CREATED))
    }

    async fn page(&self, headers: &HeaderMap) -> Result<Response, Error> {
        let caller = Caller::of(headers)?;
        self.tenant(&caller).await?;
        let schedules = async {
            self.newest(&caller, "schedule#").await?;
            self.newest(&caller, "run#daily-note#").await
        };
        tokio::try_join!(
            self.account(&caller),
            self.operations(&caller),
            self.item(&caller, "consent"),
            schedules,
            self.newest(&caller, "act#"),
            self.item(&caller, "ask"),
        )?;
        let html = [(CONTENT_TYPE, "text/html; charset=utf-8")];
        Ok((html, self.example.page.clone()).into_response())
    }

    fn consent(&self, status: StatusCode) -> Response {
        let json = [(CONTENT_TYPE, "application/json")];
        (status, json, self.example.consent.clone()).into_response()
    }

    async fn tenant(&self, caller: &Caller<'_>) -> Result<(), Error> {
        let pk = AttributeValue::S(format!("tenant#{}", caller.tenant));
        let keys = ["tenant", "rules"].map(|sk| key(pk.clone(), sk));
        let keys = KeysAndAttributes::builder()
            .set_keys(Some(keys.into()))
            .consistent_read(true)
            .build()?;
        let request = self.dynamodb.batch_get_item();
        request
            .request_items(&self.example.table, keys)
            .send()
            .await?;
        Ok(())
    }

    async fn item(&self, caller: &Caller<'_>, sk: &str) -> Result<(), Error> {
        self.dynamodb
            .get_item()
            .table_name(&self.example.table)
            .set_key(Some(key(caller.pk(), sk)))
            .consistent_read(true)
            .send()
            .await?;
        Ok(())
    }

    async fn newest(&self, caller: &Caller<'_>, begin: &str) -> Result<(), Error> {
        self.dynamodb
            .query()
            .table_name(&self.example.table)
            .key_condition_expression("pk = :pk AND begins_with(sk, :begin)")
            .expression_attribute_values(":pk", caller.pk())
            .expression_attribute_values(":begin", AttributeValue::S(begin.to_owned()))
            .scan_index_forward(false)
            .limit(25)
            .consistent_read(true)
            .send()
            .await?;
        Ok(())
    }

    /// What Confluence says of the account.
    async fn account(&self, caller: &Caller<'_>) -> Result<(), Error> {
        let request = self
            .http
            .post(format!("{}/api/v2/users-bulk", caller.site))
            .json(&json!({ "accountIds": [caller.account] }));
        asked(request.header(AUTHORIZATION, caller.account_token)).await
    }

    /// What the account may do.
    async fn operations(&self, caller: &Caller<'_>) -> Result<(), Error> {
        let Caller { site, account, .. } = caller;
        let url = format!("{site}/rest/api/user?accountId={account}&expand=operations");
        let request = self.http.get(url);
        asked(request.header(AUTHORIZATION, caller.operations_token)).await
    }

    async fn write(&self, items: impl Into<Vec<TransactWriteItem>>) -> Result<(), Error> {
        let request = self.dynamodb.transact_write_items();
        request
            .set_transact_items(Some(items.into()))
            .send()
            .await?;
        Ok(())
    }

    fn example(&self, kind: &str) -> Result<&Item, Error> {
        let item = self.items.get(kind);
        item.ok_or_else(|| format!("the example has no {kind}").into())
    }

    fn put(&self, caller: &Caller<'_>, kind: &str) -> Result<TransactWriteItem, Error> {
        let mut item = self.example(kind)?.clone();
        item.insert("pk".to_owned(), caller.pk());
        let put = Put::builder()
            .table_name(&self.example.table)
            .set_item(Some(item))
            .condition_expression("attribute_not_exists(pk)");
        Ok(TransactWriteItem::builder().put(put.build()?).build())
    }

    fn forget_ask(&self, caller: &Caller<'_>) -> Result<TransactWriteItem, Error> {
        let delete = Delete::builder()
            .table_name(&self.example.table)
            .set_key(Some(key(caller.pk(), "ask")));
        Ok(TransactWriteItem::builder().delete(delete.build()?).build())
    }

    fn note_person(&self, caller: &Caller<'_>) -> Result<TransactWriteItem, Error> {
        let note = "SET people = if_not_exists(people, :people), \
                    updatedAt = if_not_exists(updatedAt, :now), due = :due, dueAt = :dueAt ADD additions :one";
        let mut update = Update::builder()
            .table_name(&self.example.table)
            .set_key(Some(key(caller.pk(), "person")))
            .update_expression(note)
            .expression_attribute_values(":one", AttributeValue::N("1".to_owned()));
        let example = self.example("person")?;
        for (name, attribute) in [
            (":people", "people"),
            (":now", "updatedAt"),
            (":due", "due"),
            (":dueAt", "dueAt"),
        ] {
            let value = example.get(attribute);
            let value = value.ok_or_else(|| format!("the example's note has no {attribute}"))?;
            update = update.expression_attribute_values(name, value.clone());
        }
        Ok(TransactWriteItem::builder().update(update.build()?).build())
    }
}

impl<'a> Caller<'a> {
    fn of(headers: &'a HeaderMap) -> Result<Self, Error> {
        let header = |name: &str| {
            let value = headers.get(name).and_then(|value| value.to_str().ok());
            value.ok_or_else(|| format!("the header {name} is missing"))
        };
        Ok(Self {
            tenant: header("x-tenant")?,
            account: header("x-account")?,
            site: header("x-site")?,
            account_token: header("x-account-token")?,
            operations_token: header("x-operations-token")?,
        })
    }

    fn pk(&self) -> AttributeValue {
        person(self.tenant, self.account)
    }
}

fn person(tenant: &str, account: &str) -> AttributeValue {
    AttributeValue::S(format!("person#{tenant}#{account}"))
}

fn key(pk: AttributeValue, sk: &str) -> Item {
    HashMap::from([
        ("pk".to_owned(), pk),
        ("sk".to_owned(), AttributeValue::S(sk.to_owned())),
    ])
}

async fn asked(request: reqwest::RequestBuilder) -> Result<(), Error> {
    let answer = request.send().await?.error_for_status()?;
    answer.bytes().await?;
    Ok(())
}
