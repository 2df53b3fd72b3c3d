//! The load: requests over connections that are kept, each of which sends the next as soon as it has an answer.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use reqwest::StatusCode;
use thiserror::Error;
use tokio::task::{JoinError, JoinSet};

use super::request::Prepared;

/// A request was not answered as it should be.
#[derive(Debug, Error)]
pub(crate) enum LoadError {
    #[error("{request} was answered {status}: {body}")]
    Refused {
        request: &'static str,
        status: StatusCode,
        body: String,
    },
    #[error(transparent)]
    Http(#[from] reqwest::Error),
    #[error(transparent)]
    Client(#[from] JoinError),
}

/// Sends them all, and answers how long each took. The first answer that is no success ends it.
pub(crate) async fn send(
    requests: Vec<Prepared>,
    connections: usize,
) -> Result<Vec<Duration>, LoadError> {
    let (requests, next) = (Arc::new(requests), Arc::new(AtomicUsize::new(0)));
    let mut clients = JoinSet::new();
    for _ in 0..connections {
        let (requests, next) = (Arc::clone(&requests), Arc::clone(&next));
        clients.spawn(async move {
            let http = client()?;
            let mut times = Vec::new();
            while let Some(request) = requests.get(next.fetch_add(1, Ordering::Relaxed)) {
                let began = Instant::now();
                ask(&http, request).await?;
                times.push(began.elapsed());
            }
            Ok::<_, LoadError>(times)
        });
    }
    let mut times = Vec::with_capacity(requests.len());
    while let Some(of_client) = clients.join_next().await {
        times.extend(of_client??);
    }
    Ok(times)
}

/// Sends one, and answers the body of the answer.
pub(crate) async fn answer(request: &Prepared) -> Result<String, LoadError> {
    ask(&client()?, request).await
}

fn client() -> reqwest::Result<reqwest::Client> {
    reqwest::Client::builder().no_proxy().build()
}

async fn ask(http: &reqwest::Client, request: &Prepared) -> Result<String, LoadError> {
    let Prepared {
        kind,
        method,
        url,
        headers,
        body,
    } = request;
    let mut request = http.request(method.clone(), url);
    for (name, value) in headers {
        request = request.header(*name, value);
    }
    if let Some(body) = body {
        let json = request.header("content-type", "application/json");
        request = json.body(body.clone());
    }
    let answer = request.send().await?;
    let status = answer.status();
    let body = answer.text().await?;
    match status == kind.succeeds_with() {
        true => Ok(body),
        false => Err(LoadError::Refused {
            request: kind.name(),
            status,
            body,
        }),
    }
}
