//! The requests: those of a browser, with tokens as Confluence makes them; and for the limit, which verifies nothing, with
//! what it has to know.

use std::time::{SystemTime, UNIX_EPOCH};

use confluence_simulator::{CrowdTenant, Installation, Token, qsh};
use reqwest::Method;
use serde_json::{Map, Value, json};

use super::Contender;

/// What is asked of the API.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Grant,
    See,
    Page,
}

/// A request, and what answers it.
#[derive(Clone, Debug)]
pub(crate) struct Prepared {
    pub(crate) kind: Kind,
    pub(crate) method: Method,
    pub(crate) url: String,
    pub(crate) headers: Vec<(&'static str, String)>,
    pub(crate) body: Option<String>,
}

const PAGE: &str = "/consent?request=bench";
/// As long as a context token.
const LIFE_SECONDS: u64 = 900;

impl Kind {
    pub(crate) const ALL: [Self; 3] = [Self::Grant, Self::See, Self::Page];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Grant => "PUT /api/consent",
            Self::See => "GET /api/consent",
            Self::Page => "GET /consent",
        }
    }
}

/// One request of each account, with tokens that are good for some minutes from now.
pub(crate) fn prepare(
    kind: Kind,
    contender: Contender,
    crowd: &[CrowdTenant],
    base_url: &str,
) -> Vec<Prepared> {
    let mut requests = Vec::new();
    for tenant in crowd {
        let mint = tenant.mint();
        for account in &tenant.accounts {
            let account = account.account_id.as_str();
            let (path, headers) = match (contender, kind) {
                (Contender::Limit, Kind::Page) => {
                    (PAGE.to_owned(), told(&tenant.installation, account))
                }
                (Contender::Limit, _) => {
                    let told = told(&tenant.installation, account);
                    ("/api/consent".to_owned(), told)
                }
                (_, Kind::Page) => {
                    let token = mint.page(account, PAGE).sign();
                    (format!("{PAGE}&jwt={token}"), Vec::new())
                }
                (_, Kind::Grant | Kind::See) => {
                    let authorization = mint.context(account).authorization();
                    let headers = vec![("authorization", authorization)];
                    ("/api/consent".to_owned(), headers)
                }
            };
            let grants = kind == Kind::Grant;
            requests.push(Prepared {
                kind,
                method: if grants { Method::PUT } else { Method::GET },
                url: format!("{base_url}{path}"),
                headers,
                body: grants.then(wish),
            });
        }
    }
    requests
}

/// What a person wishes who allows impersonation.
pub(crate) fn wish() -> String {
    json!({ "access": "readWrite", "days": 30, "notice": "2026-11" }).to_string()
}

/// What the limit has to know of a caller.
fn told(app: &Installation, account: &str) -> Vec<(&'static str, String)> {
    let of_account = signed(app, "POST", "/api/v2/users-bulk");
    let operations = format!("/rest/api/user?accountId={account}&expand=operations");
    let of_operations = signed(app, "GET", &operations);
    vec![
        ("x-tenant", app.client_key.clone()),
        ("x-account", account.to_owned()),
        ("x-site", app.base_url.clone()),
        ("x-account-token", of_account),
        ("x-operations-token", of_operations),
    ]
}

/// What authorizes the app's own request, as the app would sign it.
fn signed(app: &Installation, method: &str, path_and_query: &str) -> String {
    let now = SystemTime::now().duration_since(UNIX_EPOCH);
    let now = now.unwrap_or_default().as_secs();
    let claims = [
        ("iss", Value::from(app.app_key.as_str())),
        ("iat", now.into()),
        ("exp", (now + LIFE_SECONDS).into()),
        ("qsh", qsh(method, path_and_query, "").into()),
    ];
    let claims = claims.map(|(name, value)| (name.to_owned(), value));
    Token::hs256(&app.shared_secret, Map::from_iter(claims)).authorization()
}
