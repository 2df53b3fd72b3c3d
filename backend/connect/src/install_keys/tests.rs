use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};

use axum::Router;
use axum::body::Body;
use axum::extract::{Path, State};
use axum::response::Response;
use tokio::sync::watch;

use super::*;
use crate::testing::{NOW, OTHER_RSA, RSA, RSA_1024_PUBLIC_PEM, broken_host, client, serve};

/// A host of install keys: what it answers, what it was asked, and whether it answers yet.
struct Host {
    url: BaseUrl,
    shared: Arc<Shared>,
}

struct Shared {
    answers: Mutex<HashMap<String, (u16, String)>>,
    asked: AtomicUsize,
    open: watch::Sender<bool>,
}

impl Host {
    async fn start() -> Self {
        let shared = Arc::new(Shared {
            answers: Mutex::default(),
            asked: AtomicUsize::new(0),
            open: watch::Sender::new(true),
        });
        let router = Router::new()
            .route("/keys/{kid}", axum::routing::get(answer))
            .with_state(Arc::clone(&shared));
        let url = serve(router).await.join("/keys");
        let url = BaseUrl::parse(&url).unwrap();
        Self { url, shared }
    }

    fn put(&self, kid: &str, status: u16, body: impl Into<String>) {
        self.shared
            .answers
            .lock()
            .unwrap()
            .insert(kid.to_owned(), (status, body.into()));
    }

    fn asked(&self) -> usize {
        self.shared.asked.load(Ordering::SeqCst)
    }
}

async fn answer(State(host): State<Arc<Shared>>, Path(kid): Path<String>) -> Response {
    host.asked.fetch_add(1, Ordering::SeqCst);
    host.open.subscribe().wait_for(|open| *open).await.unwrap();
    let answer = host.answers.lock().unwrap().get(&kid).cloned();
    let (status, body) = answer.unwrap_or((404, String::new()));
    let response = Response::builder()
        .status(status)
        .header("Location", "/keys/good");
    response.body(Body::from(body)).unwrap()
}

fn kid(name: &str) -> Kid {
    Kid::new(name).unwrap()
}

fn key(pem: &str) -> InstallKey {
    InstallKey::from_pem(pem.as_bytes()).unwrap()
}

#[tokio::test]
async fn a_key_is_fetched_once_and_kept_for_an_hour() {
    let host = Host::start().await;
    host.put("good", 200, RSA.public_pem());
    let keys = InstallKeys::new(host.url.clone(), vec![], client());

    for (seconds, asked) in [
        (0, 1),
        (1, 1),
        (KEPT_FOR - 1, 1),
        (KEPT_FOR, 2),
        (KEPT_FOR + 1, 2),
    ] {
        let found = keys.get(&kid("good"), NOW.plus(seconds)).await;
        assert_eq!(found, Ok(key(&RSA.public_pem())));
        assert_eq!(host.asked(), asked, "after {seconds} s");
    }

    // Atlassian withdraws the key: it is no longer kept.
    host.put("good", 404, "");
    let later = NOW.plus(3 * KEPT_FOR);
    assert_eq!(
        keys.get(&kid("good"), later).await,
        Err(InstallKeyError::Unknown(kid("good")))
    );
    assert_eq!(keys.cache().sizes(), (0, 1, 0));
}

#[tokio::test]
async fn an_unknown_key_is_not_asked_for_again_within_a_minute() {
    let host = Host::start().await;
    let keys = InstallKeys::new(host.url.clone(), vec![], client());

    for (seconds, asked) in [(0, 1), (1, 1), (COOLDOWN - 1, 1), (COOLDOWN, 2)] {
        let found = keys.get(&kid("stranger"), NOW.plus(seconds)).await;
        assert_eq!(found, Err(InstallKeyError::Unknown(kid("stranger"))));
        assert_eq!(host.asked(), asked, "after {seconds} s");
    }
    assert!(!InstallKeyError::Unknown(kid("stranger")).is_temporary());
}

#[tokio::test]
async fn ever_new_unknown_keys_stop_being_asked_for() {
    let host = Host::start().await;
    host.put("known", 200, RSA.public_pem());
    host.put("new", 200, RSA.public_pem());
    let keys = InstallKeys::new(host.url.clone(), vec![], client());
    assert!(keys.get(&kid("known"), NOW.plus(-KEPT_FOR)).await.is_ok());

    for number in 0..FAILED_LOOKUPS {
        let stranger = kid(&format!("stranger-{number}"));
        assert_eq!(
            keys.get(&stranger, NOW).await,
            Err(InstallKeyError::Unknown(stranger))
        );
    }
    assert_eq!(host.asked(), 1 + FAILED_LOOKUPS);
    assert_eq!(
        keys.get(&kid("one-too-many"), NOW).await,
        Err(InstallKeyError::TooManyLookups)
    );
    assert_eq!(
        keys.get(&kid("new"), NOW).await,
        Err(InstallKeyError::TooManyLookups)
    );
    assert_eq!(host.asked(), 1 + FAILED_LOOKUPS);
    assert!(InstallKeyError::TooManyLookups.is_temporary());

    // A key that was known goes on working, even if it has to be fetched again; and after a minute all is well.
    assert!(keys.get(&kid("known"), NOW).await.is_ok());
    assert!(keys.get(&kid("new"), NOW.plus(COOLDOWN)).await.is_ok());
    assert_eq!(keys.cache().sizes(), (2, 0, 0));
}

#[tokio::test]
async fn no_more_keys_are_kept_than_fit() {
    let host = Host::start().await;
    let keys = InstallKeys::new(host.url.clone(), vec![], client());
    for number in 0..=KEPT_KEYS {
        let name = format!("key-{number}");
        host.put(&name, 200, RSA.public_pem());
        assert!(
            keys.get(&kid(&name), NOW.plus(i64::try_from(number).unwrap()))
                .await
                .is_ok()
        );
    }
    assert_eq!(keys.cache().sizes(), (KEPT_KEYS, 0, 0));
    // The oldest had to go.
    let asked = host.asked();
    assert!(keys.get(&kid("key-1"), NOW.plus(100)).await.is_ok());
    assert_eq!(host.asked(), asked);
    assert!(keys.get(&kid("key-0"), NOW.plus(100)).await.is_ok());
    assert_eq!(host.asked(), asked + 1);
}

#[tokio::test]
async fn all_who_ask_at_the_same_time_wait_for_one_lookup() {
    let host = Host::start().await;
    host.put("good", 200, RSA.public_pem());
    let keys = Arc::new(InstallKeys::new(host.url.clone(), vec![], client()));

    host.shared.open.send_replace(false);
    let waiting: Vec<_> = (0..10)
        .map(|_| {
            let keys = Arc::clone(&keys);
            tokio::spawn(async move { keys.get(&kid("good"), NOW).await })
        })
        .collect();
    while keys.cache().waiting(&kid("good")) < 10 {
        tokio::task::yield_now().await;
    }
    host.shared.open.send_replace(true);
    for one in waiting {
        assert_eq!(one.await.unwrap(), Ok(key(&RSA.public_pem())));
    }
    assert_eq!(host.asked(), 1);
    assert_eq!(keys.cache().sizes(), (1, 0, 0));
}

#[tokio::test]
async fn one_who_gives_up_leaves_nothing_behind() {
    let host = Host::start().await;
    host.put("good", 200, RSA.public_pem());
    let keys = InstallKeys::new(host.url.clone(), vec![], client());
    {
        let unborn = kid("good");
        let mut asking = Box::pin(keys.get(&unborn, NOW));
        let mut context = std::task::Context::from_waker(std::task::Waker::noop());
        assert!(asking.as_mut().poll(&mut context).is_pending());
        assert_eq!(keys.cache().sizes(), (0, 0, 1));
    }
    assert_eq!(keys.cache().sizes(), (0, 0, 0));
    assert!(keys.get(&kid("good"), NOW).await.is_ok());
}

#[tokio::test]
async fn the_fallback_is_asked_where_the_first_has_no_answer() {
    let first = Host::start().await;
    let second = Host::start().await;
    second.put("good", 200, OTHER_RSA.public_pem());
    let good = Ok(key(&OTHER_RSA.public_pem()));

    let keys = || InstallKeys::new(first.url.clone(), vec![second.url.clone()], client());
    for (status, body) in [
        (404, ""),
        (500, ""),
        (403, ""),
        (302, ""),
        (200, "<!doctype html>"),
        (204, ""),
    ] {
        first.put("good", status, body);
        assert_eq!(keys().get(&kid("good"), NOW).await, good, "{status}");
    }
    // The first has it: the second is not asked, and each is asked for the key and for nothing else.
    let asked = second.asked();
    first.put("good", 200, RSA.public_pem());
    assert_eq!(
        keys().get(&kid("good"), NOW).await,
        Ok(key(&RSA.public_pem()))
    );
    assert_eq!(second.asked(), asked);

    let keys = InstallKeys::new(broken_host().await, vec![second.url.clone()], client());
    assert_eq!(keys.get(&kid("good"), NOW).await, good);
}

#[tokio::test]
async fn a_host_that_fails_is_not_a_host_that_does_not_know() {
    let good = Host::start().await;
    let bad = Host::start().await;
    for status in [201, 301, 302, 307, 400, 403, 429, 500, 503] {
        bad.put("key", status, RSA.public_pem());
        for (first, second) in [(&bad, &good), (&good, &bad)] {
            let keys = InstallKeys::new(first.url.clone(), vec![second.url.clone()], client());
            let error = keys.get(&kid("key"), NOW).await.unwrap_err();
            assert!(
                matches!(error, InstallKeyError::Unavailable { .. }),
                "{status}: {error}"
            );
            assert!(error.is_temporary());
            // It may be asked again at once.
            let asked = bad.asked();
            assert!(keys.get(&kid("key"), NOW).await.is_err());
            assert_eq!(bad.asked(), asked + 1);
        }
    }
    let keys = InstallKeys::new(broken_host().await, vec![], client());
    let error = keys.get(&kid("key"), NOW).await.unwrap_err();
    assert_eq!(
        error,
        InstallKeyError::Unavailable {
            reason: "the connection broke off"
        }
    );
}

#[tokio::test]
async fn a_host_that_never_answers() {
    let host = Host::start().await;
    host.shared.open.send_replace(false);
    let keys = InstallKeys::new(host.url.clone(), vec![], client())
        .with_timeout(Duration::from_millis(50));
    let error = keys.get(&kid("key"), NOW).await.unwrap_err();
    assert_eq!(
        error,
        InstallKeyError::Unavailable {
            reason: "it took too long"
        }
    );
    assert_eq!(
        error.to_string(),
        "the host of the install keys could not be asked: it took too long; can this machine reach it?"
    );
}

#[tokio::test]
async fn an_answer_that_is_no_key() {
    let host = Host::start().await;
    let long = format!("{}{}", RSA.public_pem(), "\n".repeat(LONGEST_BODY));
    for body in ["", "<!doctype html>", RSA_1024_PUBLIC_PEM, &long] {
        host.put("key", 200, body);
        let keys = InstallKeys::new(host.url.clone(), vec![], client());
        assert_eq!(
            keys.get(&kid("key"), NOW).await,
            Err(InstallKeyError::NotAKey(kid("key")))
        );
    }
    assert!(InstallKeyError::NotAKey(kid("key")).is_temporary());
}

#[test]
fn the_production_hosts_are_urls() {
    let keys = InstallKeys::production(client());
    assert_eq!(
        format!("{keys:?}"),
        "InstallKeys { urls: [BaseUrl(https://asap-distribution.us-west-2.prod.atl-asap.net), \
         BaseUrl(https://connect-install-keys.atlassian.com)], .. }"
    );
}
