//! The app's hashes and tokens beside those of npm's `atlassian-jwt`, Atlassian's own library, in both directions.

use std::io::Write as _;
use std::process::{Command, Stdio};

use atlassian_connect::qsh::canonical_request;
use atlassian_connect::signing::RequestSigner;
use atlassian_connect::{
    AppKey, ClientKey, ContextToken, PageToken, Qsh, SharedSecret, TenantSecret, UnixSeconds,
    UnverifiedToken, WebhookToken,
};
use http::Method;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use serde_json::{Value, json};

const CASES: usize = 600;
const NOW: i64 = 1_795_334_400;

#[derive(Clone, Debug)]
struct Request {
    method: &'static str,
    base_path: &'static str,
    path: String,
    query: String,
}

impl Request {
    fn path_and_query(&self) -> String {
        let Self { path, query, .. } = self;
        if query.is_empty() {
            path.clone()
        } else {
            format!("{path}?{query}")
        }
    }

    fn method(&self) -> Method {
        Method::from_bytes(self.method.as_bytes()).expect("it is a method")
    }

    fn qsh(&self) -> Qsh {
        Qsh::of(&self.method(), &self.path_and_query(), self.base_path)
    }
}

/// A character, and the ways in which a URL may hold it: as it is, or escaped.
fn written(as_it_is: &'static str) -> impl Strategy<Value = String> {
    let character = prop_oneof![
        6 => proptest::char::ranges(vec!['a'..='z', 'A'..='Z', '0'..='9'].into()),
        4 => select("-._~ !*'(),:;@/?$&=+#%|^{}[]<>\"\\".chars().collect::<Vec<_>>()),
        2 => select("äéßñ€中あ\u{a0}\u{2028}".chars().collect::<Vec<_>>()),
    ];
    (character, 0..4).prop_map(move |(character, way)| {
        let plain = character.is_ascii_alphanumeric() || as_it_is.contains(character);
        match way {
            0 | 1 if plain => character.to_string(),
            2 => escaped(character, |byte| format!("%{byte:02x}")),
            _ => escaped(character, |byte| format!("%{byte:02X}")),
        }
    })
}

fn escaped(character: char, escape: impl Fn(u8) -> String) -> String {
    character.to_string().bytes().map(escape).collect()
}

fn requests() -> impl Strategy<Value = Request> {
    let segment = vec(written("-._~!*(),:@$=&"), 0..8).prop_map(|parts| parts.concat());
    let value = || {
        let part = prop_oneof![9 => written("-._~!*'(),:@/?$"), 1 => Just("+".to_owned())];
        vec(part, 0..10).prop_map(|parts| parts.concat())
    };
    // Names are repeated now and then, as in `accountId=…&accountId=…`; one is the token's own.
    let few = [
        "a",
        "A",
        "b",
        "ac.request",
        "jwt",
        "jwts",
        "%6Awt",
        "B%5B%5D",
    ];
    let name = prop_oneof![2 => select(few.map(str::to_owned).to_vec()), 1 => value()];
    let pair = (name, value(), 0..8).prop_map(|(name, value, form)| match form {
        0 => name,
        _ => format!("{name}={value}"),
    });
    (
        select(vec!["GET", "POST", "PUT", "DELETE", "get"]),
        select(vec!["", "/wiki", "/app/v1"]),
        any::<bool>(),
        vec(segment, 1..5),
        vec(pair, 0..7),
    )
        .prop_map(|(method, base_path, below, segments, pairs)| {
            let prefix = if below { base_path } else { "" };
            Request {
                method,
                base_path,
                path: format!("{prefix}/{}", segments.join("/")),
                query: pairs.join("&"),
            }
        })
}

/// So many values, the same ones each time.
fn sample<T: std::fmt::Debug>(strategy: &impl Strategy<Value = T>, count: usize) -> Vec<T> {
    let mut runner = TestRunner::deterministic();
    (0..count)
        .map(|_| {
            strategy
                .new_tree(&mut runner)
                .expect("nothing is filtered out")
                .current()
        })
        .collect()
}

#[test]
fn our_hashes_are_atlassians() {
    let requests = sample(&requests(), CASES);
    let question = |request: &Request| {
        json!({
            "command": "qsh",
            "method": request.method,
            "url": request.path_and_query(),
            "basePath": request.base_path,
        })
    };
    let answers = ask(requests.iter().map(question).collect());
    for (request, answer) in requests.iter().zip(answers) {
        let canonical = canonical_request(
            &request.method(),
            &request.path_and_query(),
            request.base_path,
        );
        assert_eq!(answer["canonical"], canonical, "{request:?}");
        assert_eq!(answer["qsh"], request.qsh().as_str(), "{request:?}");
    }
    let escaped = requests
        .iter()
        .filter(|request| request.query.contains('%'));
    assert!(escaped.count() > CASES / 3, "the requests are too plain");
}

#[test]
fn atlassian_accepts_the_requests_that_we_sign() {
    let signed = (requests(), "[ -~é€]{1,60}", "[A-Za-z0-9-]{1,40}");
    let signer = RequestSigner::new(AppKey::new("onbehalf").unwrap());
    let mut questions = Vec::new();
    let mut expected = Vec::new();
    for (request, secret, client_key) in sample(&signed, CASES) {
        let tenant = TenantSecret {
            client_key: &ClientKey::new(&*client_key).unwrap(),
            shared_secret: &SharedSecret::new(&*secret).unwrap(),
        };
        let now = UnixSeconds::new(NOW);
        let header = signer.authorization(tenant, &request.qsh(), now).unwrap();
        let token = header
            .to_str()
            .unwrap()
            .strip_prefix("JWT ")
            .unwrap()
            .to_owned();
        questions.push(json!({"command": "verify", "token": token, "secret": secret}));
        expected.push(json!({"claims": {
            "iss": "onbehalf",
            "iat": NOW,
            "exp": NOW + 180,
            "qsh": request.qsh().as_str(),
            "aud": [client_key],
        }}));
        questions
            .push(json!({"command": "verify", "token": token, "secret": format!("{secret}.")}));
        expected.push(Value::Null);
    }
    for (expected, answer) in expected.into_iter().zip(ask(questions)) {
        if expected.is_null() {
            assert!(answer["error"].is_string(), "{answer}");
        } else {
            assert_eq!(answer, expected);
        }
    }
}

#[test]
fn we_accept_the_tokens_that_atlassian_signs_each_for_its_own_use() {
    let signed = (
        requests(),
        "[ -~é€]{1,60}",
        "[A-Za-z0-9-]{1,40}",
        "[A-Za-z0-9:-]{8,60}",
        any::<bool>(),
    );
    let cases = sample(&signed, CASES);
    let question = |(request, secret, client_key, account_id, context): &(
        Request,
        String,
        String,
        String,
        bool,
    )| {
        let qsh = request.qsh();
        let claims = json!({
            "iss": client_key,
            "sub": account_id,
            "iat": NOW,
            "exp": NOW + 180,
            "qsh": if *context { "context-qsh" } else { qsh.as_str() },
            "context": {},
        });
        json!({"command": "sign", "claims": claims, "secret": secret})
    };
    let answers = ask(cases.iter().map(question).collect());
    for ((request, secret, client_key, account_id, context), answer) in cases.iter().zip(answers) {
        let token = UnverifiedToken::parse(answer["token"].as_str().unwrap()).unwrap();
        assert_eq!(token.issuer().as_str(), client_key);
        let client_key = ClientKey::new(&**client_key).unwrap();
        let now = UnixSeconds::new(NOW);
        let verified = |secret: &str| {
            let shared_secret = SharedSecret::new(secret).unwrap();
            let tenant = TenantSecret {
                client_key: &client_key,
                shared_secret: &shared_secret,
            };
            let qsh = request.qsh();
            let account = |id: Option<&atlassian_connect::AccountId>| id.unwrap().to_string();
            [
                PageToken::verify(&token, tenant, &qsh, now)
                    .map(|token| account(token.account_id())),
                WebhookToken::verify(&token, tenant, &qsh, now)
                    .map(|token| account(token.account_id())),
                ContextToken::verify(&token, tenant, now).map(|token| account(token.account_id())),
            ]
        };
        let accepted = verified(secret).map(Result::ok);
        let account = Some(account_id.clone());
        if *context {
            assert_eq!(accepted, [None, None, account], "{request:?}");
        } else {
            assert_eq!(accepted, [account.clone(), account, None], "{request:?}");
        }
        let forged = verified(&format!("{secret}."));
        assert!(forged.iter().all(Result::is_err), "{request:?}");
    }
}

/// Asks Atlassian's library, all questions at once.
fn ask(questions: Vec<Value>) -> Vec<Value> {
    let script = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../confluence/atlassian-jwt.mjs"
    );
    let mut node = Command::new("node")
        .arg(script)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("node is installed");
    let mut input = node.stdin.take().expect("it is piped");
    let lines: String = questions
        .iter()
        .map(|question| format!("{question}\n"))
        .collect();
    // Beside the reading: the pipes hold less than all questions and answers.
    let writer = std::thread::spawn(move || input.write_all(lines.as_bytes()));
    let output = node.wait_with_output().expect("node ends");
    let written = writer.join().expect("writing does not panic");
    written.expect("node reads to the end");
    let answers = String::from_utf8(output.stdout).expect("JSON is UTF-8");
    let answers: Vec<_> = answers
        .lines()
        .map(|line| serde_json::from_str(line).expect("each line is JSON"))
        .collect();
    assert_eq!(
        answers.len(),
        questions.len(),
        "`npm ci` in tests/ installs what the script needs"
    );
    answers
}
