//! A tiny app on a free port, and a site in which it is installed.

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::extract::{Request, State};
use axum::response::{Html, IntoResponse, Response};
use confluence_simulator::{Installation, Options, Simulator, Token};
use http::{HeaderMap, Method, StatusCode};
use serde_json::{Map, Value, json};
use tokio::net::TcpListener;

/// A site with an app.
pub(crate) struct World {
    pub(crate) site: Simulator,
    pub(crate) app: App,
    pub(crate) http: reqwest::Client,
}

/// An app that serves a descriptor and writes down what it receives.
#[derive(Clone)]
pub(crate) struct App {
    pub(crate) origin: String,
    state: Arc<Mutex<AppState>>,
}

struct AppState {
    descriptor: Value,
    /// The origin of the site, from which the app's pages take the bridge.
    site: String,
    answer: StatusCode,
    received: Vec<Received>,
}

/// A callback or webhook that reached the app.
#[derive(Clone)]
pub(crate) struct Received {
    pub(crate) path: String,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Value,
}

impl World {
    pub(crate) async fn new() -> Self {
        let world = Self::without_app().await;
        world.install().await;
        world
    }

    pub(crate) async fn without_app() -> Self {
        Self::with(Options::default()).await
    }

    /// A site with these options, and an app that isn't installed yet.
    pub(crate) async fn with(options: Options) -> Self {
        let site = Simulator::start(options).await.unwrap();
        let http = reqwest::Client::builder()
            .no_proxy()
            .redirect(reqwest::redirect::Policy::none())
            .build()
            .unwrap();
        let app = App::start(site.site_origin()).await;
        Self { site, app, http }
    }

    pub(crate) async fn install(&self) -> Installation {
        self.site.install(&self.app.descriptor_url()).await.unwrap()
    }

    pub(crate) fn installation(&self) -> Installation {
        self.site.installation("fake-app").unwrap()
    }

    /// An assertion that the authorization server should accept.
    pub(crate) fn assertion(&self, account_id: &str) -> Token {
        let now = self.site.clock().epoch_seconds();
        let Installation {
            shared_secret,
            oauth_client_id,
            ..
        } = self.installation();
        let (authorization_server, _) = self
            .site
            .token_url()
            .rsplit_once("/oauth2")
            .map(own)
            .unwrap();
        Token::hs256(&shared_secret, Map::new())
            .claim(
                "iss",
                format!("urn:atlassian:connect:clientid:{oauth_client_id}"),
            )
            .claim(
                "sub",
                format!("urn:atlassian:connect:useraccountid:{account_id}"),
            )
            .claim("tnt", self.site.base_url())
            .claim("aud", authorization_server)
            .claim("iat", now)
            .claim("exp", now + 60)
    }

    /// Asks for an access token.
    pub(crate) async fn exchange(&self, assertion: &Token, scope: Option<&str>) -> (u16, Value) {
        let mut form = vec![
            (
                "grant_type",
                "urn:ietf:params:oauth:grant-type:jwt-bearer".to_owned(),
            ),
            ("assertion", assertion.sign()),
        ];
        form.extend(scope.map(|scope| ("scope", scope.to_owned())));
        let response = self
            .http
            .post(self.site.token_url())
            .form(&form)
            .send()
            .await
            .unwrap();
        (response.status().as_u16(), response.json().await.unwrap())
    }

    /// An access token for an account.
    pub(crate) async fn access_token(&self, account_id: &str, scope: Option<&str>) -> String {
        let (status, body) = self.exchange(&self.assertion(account_id), scope).await;
        assert_eq!(status, 200, "{body}");
        body["access_token"].as_str().unwrap().to_owned()
    }

    /// A token with which the app calls in its own name.
    pub(crate) fn app_token(&self, method: &str, path: &str) -> Token {
        let now = self.site.clock().epoch_seconds();
        let Installation {
            shared_secret,
            client_key,
            app_key,
            ..
        } = self.installation();
        Token::hs256(&shared_secret, Map::new())
            .claim("iss", app_key)
            .claim("aud", json!([client_key]))
            .claim("iat", now)
            .claim("exp", now + 180)
            .claim("qsh", confluence_simulator::qsh(method, path, ""))
    }

    /// A GET in the app's own name, of a path below the base URL.
    pub(crate) async fn get_as_app(&self, path: &str) -> (u16, Value) {
        self.call(
            "GET",
            path,
            &self.app_token("GET", path).authorization(),
            None,
        )
        .await
    }

    /// A call with an access token.
    pub(crate) async fn call_as_user(
        &self,
        token: &str,
        method: &str,
        path: &str,
        body: Option<Value>,
    ) -> (u16, Value) {
        self.call(method, path, &format!("Bearer {token}"), body)
            .await
    }

    /// Any call of a path below the base URL.
    pub(crate) async fn call(
        &self,
        method: &str,
        path: &str,
        authorization: &str,
        body: Option<Value>,
    ) -> (u16, Value) {
        let url = format!("{}{path}", self.site.base_url());
        let request = self
            .http
            .request(method.parse().unwrap(), url)
            .header("authorization", authorization);
        let request = match body {
            Some(body) => request.json(&body),
            None => request,
        };
        read(request.send().await.unwrap()).await
    }

    /// A call of the control API.
    pub(crate) async fn control(
        &self,
        method: &str,
        path: &str,
        body: Option<Value>,
    ) -> (u16, Value) {
        let url = format!("{}{path}", self.site.control_url());
        let request = self.http.request(method.parse().unwrap(), url);
        let request = match body {
            Some(body) => request.json(&body),
            None => request,
        };
        read(request.send().await.unwrap()).await
    }
}

impl App {
    async fn start(site: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let origin = format!("http://localhost:{}", listener.local_addr().unwrap().port());
        let state = AppState {
            descriptor: descriptor(&origin),
            site: site.to_owned(),
            answer: StatusCode::NO_CONTENT,
            received: Vec::new(),
        };
        let state = Arc::new(Mutex::new(state));
        let router = Router::new().fallback(serve).with_state(state.clone());
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        Self { origin, state }
    }

    pub(crate) fn descriptor_url(&self) -> String {
        format!("{}/atlassian-connect.json", self.origin)
    }

    pub(crate) fn descriptor(&self) -> Value {
        self.state.lock().unwrap().descriptor.clone()
    }

    pub(crate) fn set_descriptor(&self, descriptor: Value) {
        self.state.lock().unwrap().descriptor = descriptor;
    }

    /// What the app answers from now on.
    pub(crate) fn answer(&self, status: u16) {
        self.state.lock().unwrap().answer = StatusCode::from_u16(status).unwrap();
    }

    /// The last thing received at a path.
    pub(crate) fn last(&self, path: &str) -> Received {
        let state = self.state.lock().unwrap();
        state
            .received
            .iter()
            .rfind(|received| received.path == path)
            .cloned()
            .unwrap()
    }
}

impl Received {
    /// The token of the `Authorization` header.
    pub(crate) fn token(&self) -> &str {
        self.headers["authorization"]
            .to_str()
            .unwrap()
            .strip_prefix("JWT ")
            .unwrap()
    }
}

async fn serve(State(state): State<Arc<Mutex<AppState>>>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let path = parts.uri.path_and_query().unwrap().to_string();
    if path == "/atlassian-connect.json" {
        return state.lock().unwrap().descriptor.to_string().into_response();
    }
    if path == "/i18n/de" {
        return r#"{"guide": "Anleitung"}"#.into_response();
    }
    if parts.method == Method::GET {
        let site = state.lock().unwrap().site.clone();
        return Html(include_str!("app.html").replace("{{site}}", &site)).into_response();
    }
    let bytes = axum::body::to_bytes(body, usize::MAX).await.unwrap();
    let body = serde_json::from_slice(&bytes).unwrap_or_default();
    let mut state = state.lock().unwrap();
    state.received.push(Received {
        path,
        headers: parts.headers,
        body,
    });
    state.answer.into_response()
}

fn descriptor(origin: &str) -> Value {
    json!({
        "key": "fake-app",
        "name": "Fake app",
        "baseUrl": origin,
        "authentication": {"type": "jwt"},
        "apiMigrations": {"gdpr": true, "signed-install": true, "context-qsh": true},
        "lifecycle": {
            "installed": "/installed", "uninstalled": "/uninstalled", "enabled": "/enabled?x=1", "disabled": "/disabled"
        },
        "translations": {"paths": {"de-DE": "/i18n/de", "fr-FR": "/i18n/not-json"}},
        "scopes": ["READ", "WRITE", "ACT_AS_USER"],
        "modules": {
            "generalPages": [
                {"key": "hello", "name": {"value": "Hello"}, "url": "/hello?a={ac.a}&page={page.id}", "location": "none"},
                {"key": "guide", "name": {"value": "Fake guide", "i18n": "guide"}, "url": "/guide"}
            ],
            "adminPages": [{"key": "settings", "name": {"value": "Fake settings"}, "url": "/settings"}],
            "dialogs": [{"key": "box", "url": "/box", "options": {"size": "small", "header": {"value": "A small box"}}}],
            "webItems": [
                {
                    "key": "hello-dialog", "name": {"value": "Say hello…"}, "location": "system.user/user-preferences",
                    "context": "page", "url": "hello",
                    "target": {"type": "dialog", "options": {
                        "width": "600px", "height": "300px", "chrome": true, "header": {"value": "Hello in a dialog"}
                    }},
                    "conditions": [{"condition": "user_is_logged_in"}]
                },
                {
                    "key": "hello-page", "name": {"value": "Hello, page"}, "location": "system.content.action/secondary",
                    "context": "page", "url": "hello", "target": {"type": "page"}
                },
                {
                    "key": "hello-box", "name": {"value": "Open a box"}, "location": "system.content.action/primary",
                    "target": {"type": "dialogmodule", "options": {"key": "box"}}
                },
                {
                    "key": "for-admins", "name": {"value": "For admins"}, "location": "system.user/user-content",
                    "context": "product", "url": "/admin", "conditions": [{"condition": "user_is_admin"}]
                }
            ],
            "webhooks": [
                {"event": "user_deactivated", "url": "/hook"},
                {"event": "user_reactivated", "url": "/hook"},
                {"event": "user_removed", "url": "/hook"}
            ]
        }
    })
}

async fn read(response: reqwest::Response) -> (u16, Value) {
    let status = response.status().as_u16();
    let text = response.text().await.unwrap();
    (
        status,
        serde_json::from_str(&text).unwrap_or(Value::String(text)),
    )
}

fn own((left, right): (&str, &str)) -> (String, String) {
    (left.to_owned(), right.to_owned())
}
