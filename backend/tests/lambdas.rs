//! The real binaries, over the Lambda Runtime API that `cargo lambda watch` emulates, with what the template deploys: the app is
//! installed, a person consents and makes a schedule, a timer asks for its runs, a message from the queue acts as that person,
//! and the sweep puts right what went wrong. Each function has the environment of the template, and does nothing that the
//! template does not allow it.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod aws;

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader};
use std::net::TcpListener as StdTcpListener;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use aws::permissions::assert_allowed;
use aws::stack::{ORIGIN_SECRET, Stack};
use aws::wire::{self, Request, Wire};
use confluence_simulator::{Effect, Fault, Installation, Options, Simulator};
use jiff::{Timestamp, Unit};
use onbehalf::adapters::sqs::message_group;
use onbehalf::domain::language::Language;
use onbehalf::origin;
use reqwest::Method;
use serde_json::{Value, json};

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
    /// Where browsers and Atlassian come in.
    front: String,
    http: reqwest::Client,
    stack: Stack,
    functions: Vec<Function>,
    /// Whether EventBridge Scheduler refuses what `api` asks of it.
    timers_are_busy: Arc<AtomicBool>,
    /// Whether KMS refuses everything.
    key_is_disabled: Arc<AtomicBool>,
    _runtime_api: Process,
    _page: tempfile::TempDir,
}

/// A function, and all that it says to AWS.
struct Function {
    /// As the template has it.
    name: &'static str,
    database: Wire,
    aws: Wire,
    _process: Process,
}

impl Lambdas {
    async fn start(simulator: &Simulator) -> Self {
        let stack = Stack::start().await;
        let page = tempfile::tempdir().unwrap();
        write_page(page.path());
        let port = free_port();
        let address = format!("http://localhost:{port}");
        let api = format!("{address}/lambda-url/api");
        let cloudfront = Wire::adding((origin::HEADER, ORIGIN_SECRET), &api).await;
        let front = cloudfront.endpoint.replace("127.0.0.1", "localhost");
        let parameters = BTreeMap::from([
            ("BaseUrl", front.clone()),
            ("TenantHosts", "localhost".to_owned()),
            ("Purpose", String::new()),
            ("NoticesKept", String::new()),
            ("RetentionDays", "30".to_owned()),
        ]);
        let timers_are_busy = Arc::new(AtomicBool::new(false));
        let key_is_disabled = Arc::new(AtomicBool::new(false));
        let runtime_api = runtime_api(port);
        let mut functions = Vec::new();
        for (name, path, binary) in [
            ("Api", "api", env!("CARGO_BIN_EXE_api")),
            ("Act", "act", env!("CARGO_BIN_EXE_act")),
            ("Sweep", "sweep", env!("CARGO_BIN_EXE_sweep")),
        ] {
            let database = Wire::to(&stack.database).await;
            let busy = (name == "Api").then(|| Arc::clone(&timers_are_busy));
            let disabled = Arc::clone(&key_is_disabled);
            let aws = Wire::with(&stack.moto.endpoint, move |request| {
                let busy = busy.as_ref().is_some_and(|it| it.load(Ordering::SeqCst));
                let disabled = disabled.load(Ordering::SeqCst);
                let of_kms = |operation: &String| operation.starts_with("TrentService.");
                let fault = if busy && request.path.starts_with("/schedules/") {
                    Some(wire::Fault {
                        status: 429,
                        name: "ThrottlingException",
                    })
                } else if disabled && request.operation.as_ref().is_some_and(of_kms) {
                    Some(wire::Fault {
                        status: 400,
                        name: "DisabledException",
                    })
                } else {
                    None
                };
                Box::pin(std::future::ready(fault))
            })
            .await;
            let process = Command::new(binary)
                .envs(stack.environment(name, &parameters))
                // What AWS itself sets.
                .env("AWS_LAMBDA_RUNTIME_API", format!("{address}/.rt/{path}"))
                .env("AWS_LAMBDA_FUNCTION_NAME", path)
                .env("AWS_LAMBDA_FUNCTION_VERSION", "1")
                .env("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "256")
                .env("AWS_REGION", "eu-central-1")
                .env("AWS_ACCESS_KEY_ID", "test")
                .env("AWS_SECRET_ACCESS_KEY", "test")
                // What is elsewhere here.
                .env("AWS_ENDPOINT_URL", &aws.endpoint)
                .env("AWS_ENDPOINT_URL_DYNAMODB", &database.endpoint)
                .env("ONBEHALF_INSTALL_KEYS_URL", simulator.install_keys_url())
                .env("ONBEHALF_TOKEN_URL", simulator.token_url())
                .env("ONBEHALF_PAGE", page.path())
                .stdout(Stdio::null())
                .spawn()
                .unwrap();
            functions.push(Function {
                name,
                database,
                aws,
                _process: Process(process),
            });
        }
        Self {
            address,
            front,
            http: reqwest::Client::new(),
            stack,
            functions,
            timers_are_busy,
            key_is_disabled,
            _runtime_api: runtime_api,
            _page: page,
        }
    }

    async fn call_api(
        &self,
        method: Method,
        path: &str,
        token: &str,
        body: Option<Value>,
    ) -> (u16, Value) {
        let mut request = self
            .http
            .request(method, format!("{}{path}", self.front))
            .header("authorization", format!("JWT {token}"));
        if let Some(body) = body {
            request = request.json(&body);
        }
        let response = request.send().await.unwrap();
        let status = response.status().as_u16();
        let body = response.bytes().await.unwrap();
        (status, serde_json::from_slice(&body).unwrap_or(Value::Null))
    }

    /// Does what AWS does for the queue: hands what is in it to `act`, removes what that could deal with, and answers the
    /// rest, which is visible again.
    async fn work(&self) -> Vec<String> {
        let mut left = Vec::new();
        loop {
            let batch = self.stack.receive().await;
            if batch.is_empty() {
                break;
            }
            let records: Vec<_> = batch
                .iter()
                .map(|message| json!({ "messageId": message.message_id(), "body": message.body() }))
                .collect();
            let answer = self.invoke("act", &json!({ "Records": records })).await;
            let failed = answer["batchItemFailures"].as_array().unwrap();
            for message in batch {
                let id = json!({ "itemIdentifier": message.message_id() });
                if failed.contains(&id) {
                    left.push(message);
                } else {
                    self.stack.delete(&message).await;
                }
            }
        }
        let mut bodies = Vec::new();
        for message in left {
            self.stack.give_back(&message).await;
            bodies.push(message.body.unwrap());
        }
        bodies
    }

    /// The messages that a function sent since this was asked for the last time.
    fn sent(&self, name: &str) -> Vec<Request> {
        let function = self.functions.iter().find(|it| it.name == name);
        let mut said = function.unwrap().aws.take();
        said.retain(|it| it.operation.as_deref() == Some("AmazonSQS.SendMessage"));
        said
    }

    fn assert_allowed(&self) {
        for Function {
            name,
            database,
            aws,
            ..
        } in &self.functions
        {
            assert_allowed(&self.stack.template, name, &database.requests());
            assert_allowed(&self.stack.template, name, &aws.requests());
        }
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

/// A built page with nothing in it: what is tested here is not the page.
fn write_page(folder: &Path) {
    let words = folder.join("words");
    std::fs::create_dir_all(&words).unwrap();
    for language in Language::ALL {
        std::fs::write(words.join(format!("{}.json", language.code())), "{}").unwrap();
    }
    std::fs::create_dir_all(folder.join("assets")).unwrap();
    let module = |name: &str| ["js", "wasm", "css"].map(|kind| format!("{name}.{kind}"));
    for name in [module("page"), module("admin")].concat() {
        let name = name.as_str();
        std::fs::write(folder.join("assets").join(name), "").unwrap();
        std::fs::write(folder.join("assets").join(format!("{name}.br")), "").unwrap();
    }
    let manifest = json!({
        "script": "/assets/page.js", "wasm": "/assets/page.wasm", "style": "/assets/page.css",
        "admin": {
            "script": "/assets/admin.js", "wasm": "/assets/admin.wasm", "style": "/assets/admin.css",
            "words": {},
        },
    });
    std::fs::write(folder.join("manifest.json"), manifest.to_string()).unwrap();
}

/// The app, installed in a site, with Alice, who consented.
struct Road {
    simulator: Simulator,
    installation: Installation,
    lambdas: Lambdas,
    token: String,
    alice: String,
    pages_before: usize,
}

impl Road {
    async fn start() -> Self {
        let simulator = Simulator::start(Options::default()).await.unwrap();
        let lambdas = Lambdas::start(&simulator).await;
        let descriptor = format!("{}/atlassian-connect.json", lambdas.front);
        let installation = simulator.install(&descriptor).await.unwrap();
        let token = simulator.context_token("alice").unwrap().sign();
        let alice = simulator.people().get("alice").unwrap().account_id;
        let mut road = Self {
            simulator,
            installation,
            lambdas,
            token,
            alice,
            pages_before: 0,
        };
        road.pages_before = road.pages();
        let wish = json!({ "access": "readWrite", "days": 30, "notice": "2026-11" });
        let (status, consent) = road.call(Method::PUT, "/api/consent", Some(wish)).await;
        assert_eq!(
            (status, &consent["state"]),
            (201, &json!("active")),
            "{consent}"
        );
        road
    }

    async fn call(&self, method: Method, path: &str, body: Option<Value>) -> (u16, Value) {
        self.lambdas.call_api(method, path, &self.token, body).await
    }

    /// The pages that Alice wrote, or somebody as Alice, since she consented.
    fn pages(&self) -> usize {
        let contents = self.simulator.contents();
        let hers = contents.iter().filter(|page| page.author_id == self.alice);
        hers.count() - self.pages_before
    }

    fn message(&self, due: &str) -> String {
        json!({
            "tenant": self.installation.client_key,
            "accountId": self.alice,
            "schedule": "daily-note",
            "due": due,
        })
        .to_string()
    }
}

/// When the schedule runs that everybody has from the start.
const STARTER: &str = "cron(0 9 * * ? *)";

/// The last whole minute: what a timer is due at.
fn last_minute() -> String {
    Timestamp::now().round(Unit::Minute).unwrap().to_string()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_lambdas_install_consent_and_act() {
    let road = Road::start().await;
    let lambdas = &road.lambdas;

    // Whoever consents has a schedule. Its timer is set by the next sweep.
    let timer = json!({ "source": "aws.scheduler" });
    assert_eq!(lambdas.invoke("sweep", &timer).await, Value::Null);
    let [starter] = &lambdas.stack.timers().await[..] else {
        panic!("one timer is set")
    };
    assert_eq!(starter.schedule_expression(), Some(STARTER));
    let (status, run) = road
        .call(Method::POST, "/api/schedules/daily-note/run", None)
        .await;
    assert_eq!(status, 202, "{run}");
    let [asked] = &lambdas.sent("Api")[..] else {
        panic!("one message asks for it")
    };
    let group = message_group(&road.installation.client_key);
    assert_eq!(asked.body["MessageGroupId"], group);
    assert_eq!(lambdas.work().await, [""; 0]);
    assert_eq!(road.pages(), 1, "one page was written as Alice");

    // A message that cannot be read goes back to the queue, and does not hold up the other.
    lambdas.stack.send("not a message").await;
    lambdas
        .stack
        .send(&road.message("2026-11-22T09:00:00Z"))
        .await;
    assert_eq!(lambdas.work().await, ["not a message"]);
    assert_eq!(road.pages(), 2);
    // SQS may deliver a message twice.
    lambdas
        .stack
        .send(&road.message("2026-11-22T09:00:00Z"))
        .await;
    for _ in 1..5 {
        assert_eq!(lambdas.work().await, ["not a message"]);
    }
    assert_eq!(road.pages(), 2, "and only once");
    // Nobody can deal with it, and so it is put aside.
    assert_eq!(lambdas.work().await, [""; 0]);
    assert_eq!(lambdas.stack.put_aside().await, 1);

    let (status, consent) = road.call(Method::DELETE, "/api/consent", None).await;
    assert_eq!((status, &consent["state"]), (200, &json!("revoked")));
    lambdas
        .stack
        .send(&road.message("2026-11-23T09:00:00Z"))
        .await;
    assert_eq!(lambdas.work().await, [""; 0]);
    assert_eq!(road.pages(), 2, "no act starts after a revoke was answered");
    let (_, schedules) = road.call(Method::GET, "/api/schedules", None).await;
    assert_eq!(
        schedules["items"][0]["lastRun"]["reason"]["code"],
        "consent-revoked"
    );
    lambdas.assert_allowed();
}

#[tokio::test(flavor = "multi_thread")]
async fn who_does_not_come_through_cloudfront_is_refused() {
    let simulator = Simulator::start(Options::default()).await.unwrap();
    let lambdas = Lambdas::start(&simulator).await;
    let direct = format!("{}/lambda-url/api", lambdas.address);
    for (base, status) in [(&direct, 403), (&lambdas.front, 200)] {
        let request = lambdas.http.get(format!("{base}/atlassian-connect.json"));
        assert_eq!(request.send().await.unwrap().status(), status);
    }
    let guess = lambdas.http.get(format!("{direct}/healthz"));
    let guess = guess.header(origin::HEADER, ORIGIN_SECRET.to_lowercase());
    assert_eq!(guess.send().await.unwrap().status(), 403);
}

#[test]
fn a_function_that_is_half_configured_says_in_one_line_what_is_missing() {
    let whole = [
        ("ONBEHALF_BASE_URL", "https://onbehalf.example.com"),
        ("ONBEHALF_SEAL_KEY", "arn:aws:kms:eu-central-1:1:key/1"),
        ("ONBEHALF_QUEUE_URL", "https://sqs.example.com/1/runs"),
        ("ONBEHALF_SCHEDULE_GROUP", "timers"),
        ("ONBEHALF_SCHEDULE_ROLE", "arn:aws:iam::1:role/timers"),
        ("ONBEHALF_RETENTION_DAYS", "30"),
        ("ONBEHALF_ORIGIN_SECRET", ORIGIN_SECRET),
        ("ONBEHALF_PAGE", "no/such/folder"),
    ];
    let timers = ["ONBEHALF_SCHEDULE_GROUP", "ONBEHALF_SCHEDULE_ROLE"];
    for (binary, also) in [
        (env!("CARGO_BIN_EXE_api"), &timers[..]),
        (env!("CARGO_BIN_EXE_act"), &[]),
        (env!("CARGO_BIN_EXE_sweep"), &timers[..]),
    ] {
        let of_all = [
            "ONBEHALF_BASE_URL",
            "ONBEHALF_SEAL_KEY",
            "ONBEHALF_QUEUE_URL",
        ];
        let needed = of_all.iter().chain(also);
        let missing = needed.flat_map(|name| [(*name, None), (*name, Some(""))]);
        let malformed = [
            ("ONBEHALF_RETENTION_DAYS", Some("a month")),
            ("ONBEHALF_ORIGIN_SECRET", Some("guess me")),
        ];
        for (name, value) in missing.chain(malformed) {
            let mut started = Command::new(binary);
            started.env_clear().envs(whole);
            match value {
                Some(value) => started.env(name, value),
                None => started.env_remove(name),
            };
            let ended = started.output().unwrap();
            let said = String::from_utf8(ended.stderr).unwrap();
            assert!(!ended.status.success(), "{binary} without {name}");
            assert_eq!(said.lines().count(), 1, "{binary} without {name}: {said}");
            assert!(said.starts_with(&format!("Error: {name} ")), "{said}");
            assert!(!said.contains("guess me"), "{said}");
        }
    }
    let no_page = Command::new(env!("CARGO_BIN_EXE_api"))
        .env_clear()
        .envs(whole)
        .output();
    let said = String::from_utf8(no_page.unwrap().stderr).unwrap();
    assert!(
        said.contains("no/such/folder") && said.contains("cargo xtask build"),
        "{said}"
    );
    assert_eq!(said.lines().count(), 1, "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_newer_version_wrote_is_left_alone_and_a_refusing_key_stops_acting_for_a_while() {
    let road = Road::start().await;
    let (lambdas, stack) = (&road.lambdas, &road.lambdas.stack);
    let (_, schedules) = road.call(Method::GET, "/api/schedules", None).await;
    assert_eq!(schedules["items"][0]["id"], "daily-note", "{schedules}");

    // Somebody went back to this version from one that knows of more: the function says that it cannot read what is there,
    // and changes nothing.
    let person = format!("person#{}#{}", road.installation.client_key, road.alice);
    let item = ["schedule#daily-note", "consent"].map(|sk| (person.clone(), sk));
    let was = [
        stack.set_state(&item[0], "dreaming").await,
        stack.set_state(&item[1], "dreaming").await,
    ];
    stack.send(&road.message("2026-11-22T09:00:00Z")).await;
    let left = lambdas.work().await;
    assert_eq!(
        left,
        [road.message("2026-11-22T09:00:00Z")],
        "the run waits"
    );
    let (status, problem) = road.call(Method::GET, "/api/consent", None).await;
    assert!(status >= 500, "{problem}");
    let (status, problem) = road.call(Method::DELETE, "/api/consent", None).await;
    assert!(status >= 500, "{problem}");
    assert_eq!(road.pages(), 0);
    // The newer version finds all as it left it.
    for (item, was) in item.iter().zip(&was) {
        assert_eq!(stack.set_state(item, was).await, "dreaming");
    }

    // Without the key no secret opens, and so nothing is done as anybody; the run is tried again later.
    lambdas.key_is_disabled.store(true, Ordering::SeqCst);
    assert_eq!(lambdas.work().await, [""; 0]);
    assert_eq!(road.pages(), 0);
    assert_eq!(stack.delayed().await, "1");
    let (_, schedules) = road.call(Method::GET, "/api/schedules", None).await;
    let run = &schedules["items"][0]["lastRun"];
    assert_eq!(run["result"], "waiting", "{run}");
    assert_eq!(run["reason"]["code"], "token-not-prepared", "{run}");
    lambdas.key_is_disabled.store(false, Ordering::SeqCst);
    stack.send(&road.message("2026-11-23T09:00:00Z")).await;
    assert_eq!(lambdas.work().await, [""; 0]);
    assert_eq!(road.pages(), 1, "nothing was lost");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_schedule_is_timed_and_held_back_and_put_right_in_aws() {
    let road = Road::start().await;
    let (lambdas, stack) = (&road.lambdas, &road.lambdas.stack);
    let expressions = async || {
        let timers = stack.timers().await;
        let expressions = timers
            .iter()
            .map(|timer| timer.schedule_expression().unwrap());
        let mut expressions: Vec<_> = expressions.map(str::to_owned).collect();
        expressions.sort();
        expressions
    };

    // A schedule that a person makes is one in EventBridge Scheduler, and fires from there.
    let wish = json!({
        "title": "Weekly report",
        "when": { "expression": "cron(0 9 ? * MON *)", "timeZone": "Europe/Berlin" },
        "action": { "kind": "createPage", "title": "Week {week}", "body": "<p>All is well.</p>" },
    });
    let (status, schedule) = road
        .call(Method::POST, "/api/schedules", Some(wish.clone()))
        .await;
    assert_eq!(status, 201, "{schedule}");
    let path = format!("/api/schedules/{}", schedule["id"].as_str().unwrap());
    assert_eq!(expressions().await, ["cron(0 9 ? * MON *)"]);
    let due = last_minute();
    stack.fire(&stack.timers().await[0], &due).await;
    assert_eq!(lambdas.work().await, [""; 0]);
    assert_eq!(road.pages(), 1, "one page was written as Alice");
    let (_, runs) = road.call(Method::GET, &format!("{path}/runs"), None).await;
    assert_eq!(runs["items"][0]["result"], "done", "{runs}");
    assert_eq!(runs["items"][0]["due"].as_str().unwrap(), due);

    // What Confluence has no time for is asked for again, later.
    let slow_down = Effect::Respond {
        status: 429,
        headers: [("Retry-After".to_owned(), "120".to_owned())].into(),
        body: Value::Null,
    };
    let mut fault = Fault::on("POST", "/wiki/api/v2/pages").once();
    fault.effect = slow_down;
    road.simulator.faults().add(fault);
    let (status, _) = road.call(Method::POST, &format!("{path}/run"), None).await;
    assert_eq!(status, 202);
    assert_eq!(lambdas.work().await, [""; 0]);
    assert_eq!(road.pages(), 1);
    assert_eq!(stack.delayed().await, "1");
    let [again] = &lambdas.sent("Act")[..] else {
        panic!("one message asks for it again")
    };
    let delay = again.body["DelaySeconds"].as_i64().unwrap();
    assert!((100..=900).contains(&delay), "{delay} s");

    // What EventBridge Scheduler has no time for stands nevertheless, and the sweep tells it.
    lambdas.timers_are_busy.store(true, Ordering::SeqCst);
    let mut other = wish.clone();
    other["when"] = json!({ "expression": "rate(2 hours)", "timeZone": "UTC" });
    let (status, second) = road.call(Method::POST, "/api/schedules", Some(other)).await;
    assert_eq!(status, 201, "{second}");
    let paused = json!({ "version": schedule["version"], "state": "paused" });
    let (status, now_paused) = road.call(Method::PATCH, &path, Some(paused)).await;
    assert_eq!(
        (status, &now_paused["state"]),
        (200, &json!("paused")),
        "{now_paused}"
    );
    assert_eq!(expressions().await, ["cron(0 9 ? * MON *)"]);
    stack
        .fire(&stack.timers().await[0], "2026-11-23T08:00:00Z")
        .await;
    assert_eq!(lambdas.work().await, [""; 0]);
    assert_eq!(
        road.pages(),
        1,
        "a schedule that pauses does nothing, whatever the timer says"
    );
    lambdas.timers_are_busy.store(false, Ordering::SeqCst);
    let timer = json!({ "source": "aws.scheduler" });
    assert_eq!(lambdas.invoke("sweep", &timer).await, Value::Null);
    assert_eq!(expressions().await, [STARTER, "rate(2 hours)"]);

    // What is changed and deleted is so there at once.
    let resumed = json!({ "version": now_paused["version"], "state": "active" });
    let (status, resumed) = road.call(Method::PATCH, &path, Some(resumed)).await;
    assert_eq!(status, 200, "{resumed}");
    let later = json!({
        "version": resumed["version"],
        "when": { "expression": "cron(0 9 ? * TUE *)", "timeZone": "Europe/Berlin" },
    });
    let (status, later) = road.call(Method::PATCH, &path, Some(later)).await;
    assert_eq!(status, 200, "{later}");
    let second = format!(
        "/api/schedules/{}?version={}",
        second["id"].as_str().unwrap(),
        second["version"]
    );
    let (status, _) = road.call(Method::DELETE, &second, None).await;
    assert_eq!(status, 204);
    assert_eq!(expressions().await, [STARTER, "cron(0 9 ? * TUE *)"]);
    lambdas.assert_allowed();
}
