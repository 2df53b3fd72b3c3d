//! The real binaries, over the Lambda Runtime API that `cargo lambda watch` emulates: the app is installed, a
//! person consents, a message from the queue acts as that person, and a timer sweeps.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::io::{BufRead, BufReader};
use std::net::TcpListener as StdTcpListener;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use aws_sdk_dynamodb::config::{BehaviorVersion, Credentials, Region};
use confluence_simulator::{Options, Simulator};
use onbehalf::adapters::dynamodb::create_table;
use onbehalf::adapters::seal::FileSealer;
use onbehalf::domain::language::Language;
use serde_json::{Value, json};
use tokio::net::TcpListener;

/// A process that ends with the test.
struct Process(Child);

impl Drop for Process {
    fn drop(&mut self) {
        let ended = self.0.kill().and_then(|()| self.0.wait());
        if let Err(error) = ended {
            eprintln!("a process did not end: {error}");
        }
    }
}

/// The Runtime API, and the functions that poll it.
struct Lambdas {
    address: String,
    http: reqwest::Client,
    _processes: Vec<Process>,
}

impl Lambdas {
    fn start(port: u16, environment: &[(&str, String)]) -> Self {
        let address = format!("http://localhost:{port}");
        let mut processes = vec![runtime_api(port)];
        for (name, binary) in [
            ("api", env!("CARGO_BIN_EXE_api")),
            ("act", env!("CARGO_BIN_EXE_act")),
            ("sweep", env!("CARGO_BIN_EXE_sweep")),
        ] {
            let function = Command::new(binary)
                .envs(environment.iter().map(|(name, value)| (name, value)))
                .env("AWS_LAMBDA_RUNTIME_API", format!("{address}/.rt/{name}"))
                .env("AWS_LAMBDA_FUNCTION_NAME", name)
                .env("AWS_LAMBDA_FUNCTION_VERSION", "1")
                .env("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "256")
                .stdout(Stdio::null())
                .spawn()
                .unwrap();
            processes.push(Process(function));
        }
        Self {
            address,
            http: reqwest::Client::new(),
            _processes: processes,
        }
    }

    /// The function URL of `api`.
    fn api_url(&self) -> String {
        format!("{}/lambda-url/api", self.address)
    }

    async fn call_api(
        &self,
        method: reqwest::Method,
        path: &str,
        token: &str,
        body: Option<Value>,
    ) -> (u16, Value) {
        let mut request = self
            .http
            .request(method, format!("{}{path}", self.api_url()))
            .header("authorization", format!("JWT {token}"));
        if let Some(body) = body {
            request = request.json(&body);
        }
        let response = request.send().await.unwrap();
        (response.status().as_u16(), response.json().await.unwrap())
    }

    /// Has SQS deliver these messages to `act`, and answers which of them it could not deal with.
    async fn deliver(&self, messages: &[String]) -> Value {
        let records: Vec<_> = messages
            .iter()
            .enumerate()
            .map(|(number, body)| json!({ "messageId": format!("message-{number}"), "body": body }))
            .collect();
        self.invoke("act", &json!({ "Records": records })).await
    }

    /// Wakes a function with this event, and answers what it returned.
    async fn invoke(&self, function: &str, event: &Value) -> Value {
        let url = format!(
            "{}/2015-03-31/functions/{function}/invocations",
            self.address
        );
        let response = self.http.post(url).json(event).send().await.unwrap();
        assert_eq!(response.status(), 200, "{function}");
        response.json().await.unwrap()
    }
}

/// cargo-lambda chooses no port by itself, and the app must know its own URL before it starts.
fn free_port() -> u16 {
    StdTcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
        .port()
}

/// Starts cargo-lambda's emulator, and waits until it says that it listens.
fn runtime_api(port: u16) -> Process {
    let program = std::env::var_os("CARGO_LAMBDA").unwrap_or_else(|| "cargo-lambda".into());
    let mut child = Command::new(&program)
        .args([
            "lambda",
            "watch",
            "--only-lambda-apis",
            "--invoke-address",
            "127.0.0.1",
        ])
        .args(["--invoke-port", &port.to_string()])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .stdout(Stdio::piped())
        .stderr(Stdio::inherit())
        .spawn()
        .unwrap_or_else(|error| {
            panic!(
                "{}: {error}; `cargo xtask test` installs cargo-lambda",
                program.display()
            )
        });
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let process = Process(child);
    let listens = lines
        .by_ref()
        .any(|line| line.unwrap().contains("starting Runtime server"));
    assert!(listens, "cargo-lambda ended before it listened");
    // What it says from here on is drained, or it would stand still.
    std::thread::spawn(move || lines.for_each(drop));
    process
}

async fn start_database() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let endpoint = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(dynoxide::server::serve_on(
        listener,
        dynoxide::Database::memory().unwrap(),
    ));
    let config = aws_sdk_dynamodb::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::from_static("local"))
        .credentials_provider(Credentials::new("local", "local", None, None, "test"))
        .endpoint_url(&endpoint)
        .build();
    create_table(&aws_sdk_dynamodb::Client::from_conf(config), "onbehalf")
        .await
        .unwrap();
    endpoint
}

/// A built page with nothing in it: what is tested here is not the page.
fn write_page(folder: &Path) {
    let words = folder.join("words");
    std::fs::create_dir_all(&words).unwrap();
    for language in Language::ALL {
        std::fs::write(words.join(format!("{}.json", language.code())), "{}").unwrap();
    }
    std::fs::create_dir_all(folder.join("assets")).unwrap();
    for name in ["page.js", "page.wasm", "page.css"] {
        std::fs::write(folder.join("assets").join(name), "").unwrap();
        std::fs::write(folder.join("assets").join(format!("{name}.br")), "").unwrap();
    }
    let manifest = json!({
        "script": "/assets/page.js", "wasm": "/assets/page.wasm", "style": "/assets/page.css",
    });
    std::fs::write(folder.join("manifest.json"), manifest.to_string()).unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn the_lambdas_install_consent_and_act() {
    let folder = tempfile::tempdir().unwrap();
    let key = folder.path().join("seal.key");
    FileSealer::create(&key).unwrap();
    write_page(folder.path());
    let database = start_database().await;
    let simulator = Simulator::start(Options::default()).await.unwrap();

    let port = free_port();
    let lambdas = Lambdas::start(
        port,
        &[
            ("AWS_ACCESS_KEY_ID", "local".into()),
            ("AWS_SECRET_ACCESS_KEY", "local".into()),
            ("AWS_REGION", "local".into()),
            ("AWS_ENDPOINT_URL_DYNAMODB", database),
            (
                "ONBEHALF_BASE_URL",
                format!("http://localhost:{port}/lambda-url/api"),
            ),
            ("ONBEHALF_SEAL_KEY", format!("file:{}", key.display())),
            ("ONBEHALF_TENANT_HOSTS", "localhost".into()),
            ("ONBEHALF_INSTALL_KEYS_URL", simulator.install_keys_url()),
            ("ONBEHALF_TOKEN_URL", simulator.token_url()),
            ("ONBEHALF_QUEUE_URL", "http://localhost/queue".into()),
            ("ONBEHALF_PAGE", folder.path().display().to_string()),
        ],
    );
    let descriptor = format!("{}/atlassian-connect.json", lambdas.api_url());
    let installation = simulator.install(&descriptor).await.unwrap();
    let token = simulator.context_token("alice").unwrap().sign();
    let alice = simulator.people().get("alice").unwrap().account_id;
    let message = |due: &str| {
        json!({
            "tenant": installation.client_key, "accountId": alice, "schedule": "daily-note", "due": due,
        })
        .to_string()
    };
    let pages = || {
        simulator
            .contents()
            .iter()
            .filter(|page| page.author_id == alice)
            .count()
    };
    let before = pages();

    let wish = json!({ "access": "readWrite", "days": 30, "notice": "2026-11" });
    let (status, consent) = lambdas
        .call_api(reqwest::Method::PUT, "/api/consent", &token, Some(wish))
        .await;
    assert_eq!(
        (status, &consent["state"]),
        (201, &json!("active")),
        "{consent}"
    );

    // A message that cannot be read goes back to the queue, and does not hold up the other.
    let answer = lambdas
        .deliver(&["not a message".into(), message("2026-11-22T09:00:00Z")])
        .await;
    assert_eq!(
        answer["batchItemFailures"],
        json!([{ "itemIdentifier": "message-0" }])
    );
    assert_eq!(pages(), before + 1, "one page was written as Alice");
    // SQS may deliver a message twice.
    let answer = lambdas.deliver(&[message("2026-11-22T09:00:00Z")]).await;
    assert_eq!(answer["batchItemFailures"], json!([]));
    assert_eq!(pages(), before + 1, "and only once");

    // What a timer sends, the sweep does not read; a consent whose time is not over stays as it is.
    assert_eq!(
        lambdas
            .invoke("sweep", &json!({ "source": "aws.scheduler" }))
            .await,
        Value::Null
    );

    let (status, consent) = lambdas
        .call_api(reqwest::Method::DELETE, "/api/consent", &token, None)
        .await;
    assert_eq!((status, &consent["state"]), (200, &json!("revoked")));
    lambdas.deliver(&[message("2026-11-23T09:00:00Z")]).await;
    assert_eq!(
        pages(),
        before + 1,
        "no act starts after a revoke was answered"
    );
    let (_, schedules) = lambdas
        .call_api(reqwest::Method::GET, "/api/schedules", &token, None)
        .await;
    assert_eq!(
        schedules["items"][0]["lastRun"]["reason"]["code"],
        "consent-revoked"
    );
}
