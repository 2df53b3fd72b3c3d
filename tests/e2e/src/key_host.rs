//! Atlassian's host of install keys, where several simulated sites have theirs.

use std::sync::{Arc, Mutex, PoisonError};

use axum::Router;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::routing::get;
use confluence_simulator::Simulator;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

type Keys = Arc<Mutex<Vec<(String, String)>>>;

/// Serves `GET /{kid}`, until it is dropped.
pub(crate) struct KeyHost {
    pub(crate) url: String,
    keys: Keys,
    server: JoinHandle<()>,
}

impl KeyHost {
    pub(crate) async fn start() -> Self {
        let keys = Keys::default();
        let router = Router::new()
            .route("/{kid}", get(key))
            .with_state(Arc::clone(&keys));
        let listener = TcpListener::bind(("127.0.0.1", 0))
            .await
            .expect("there is a free port");
        let address = listener.local_addr().expect("a listener has an address");
        let server = tokio::spawn(async move {
            axum::serve(listener, router)
                .await
                .expect("axum serves for ever");
        });
        Self {
            url: format!("http://{address}"),
            keys,
            server,
        }
    }

    pub(crate) fn add(&self, site: &Simulator) {
        let key = site.install_key();
        let pem = key.public_pem().expect("an RSA key can be written as PEM");
        self.keys
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push((key.kid.clone(), pem));
    }
}

impl Drop for KeyHost {
    fn drop(&mut self) {
        self.server.abort();
    }
}

async fn key(State(keys): State<Keys>, Path(kid): Path<String>) -> Result<String, StatusCode> {
    let keys = keys.lock().unwrap_or_else(PoisonError::into_inner);
    let found = keys.iter().find(|(known, _)| *known == kid);
    found
        .map(|(_, pem)| pem.clone())
        .ok_or(StatusCode::NOT_FOUND)
}
