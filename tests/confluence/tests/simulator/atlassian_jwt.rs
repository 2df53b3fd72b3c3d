//! The simulator's tokens and hashes beside those of npm's `atlassian-jwt`, Atlassian's own library.

use std::io::Write as _;
use std::process::{Command, Stdio};

use confluence_simulator::{RsaKey, Token, canonical_request, qsh};
use serde_json::{Map, Value, json};

const CASES: usize = 400;

#[test]
fn hashes_are_atlassians() {
    let mut dice = Dice(20_261_122);
    let requests: Vec<_> = (0..CASES).map(|_| Request::random(&mut dice)).collect();
    let questions = requests.iter().map(
        |Request {
             method,
             url,
             base_path,
         }| {
            json!({"command": "qsh", "method": method, "url": url, "basePath": base_path})
        },
    );
    let answers = ask(questions.collect());
    for (
        Request {
            method,
            url,
            base_path,
        },
        answer,
    ) in requests.iter().zip(answers)
    {
        assert_eq!(
            answer["canonical"],
            canonical_request(method, url, base_path),
            "{method} {url} below {base_path}"
        );
        assert_eq!(
            answer["qsh"],
            qsh(method, url, base_path),
            "{method} {url} below {base_path}"
        );
    }
}

#[test]
fn atlassian_accepts_our_tokens() {
    let mut dice = Dice(1);
    let key = RsaKey::generate().unwrap();
    let pem = key.public_pem().unwrap();
    let mut expected = Vec::new();
    let mut questions = Vec::new();
    for _ in 0..CASES / 2 {
        let (secret, claims) = (dice.text(40), dice.claims());
        let token = Token::hs256(&secret, claims.clone()).sign();
        questions.push(json!({"command": "verify", "token": token, "secret": secret}));
        expected.push(json!({"claims": claims}));
    }
    for _ in 0..CASES / 20 {
        let claims = dice.claims();
        let token = Token::rs256(&key, claims.clone()).sign();
        questions.push(json!({"command": "verify", "token": token, "publicKey": pem}));
        expected.push(json!({"claims": claims, "kid": key.kid}));
    }
    assert_eq!(ask(questions), expected);
}

#[test]
fn our_tokens_are_like_those_that_atlassian_makes() {
    let mut dice = Dice(2);
    let orders: Vec<_> = (0..CASES / 2)
        .map(|_| (dice.text(40), dice.claims()))
        .collect();
    let question = |(secret, claims): &(String, Map<String, Value>)| json!({"command": "sign", "claims": claims, "secret": secret});
    let answers = ask(orders.iter().map(question).collect());
    for ((secret, claims), answer) in orders.into_iter().zip(answers) {
        // The order of JSON's properties is free; the signature is over what each wrote.
        let theirs = answer["token"].as_str().unwrap();
        let ours = Token::hs256(&secret, claims).sign();
        assert_eq!(json_of(theirs), json_of(&ours));
        assert_eq!(theirs.len(), ours.len());
    }
}

#[test]
fn atlassian_refuses_our_forgeries() {
    let honest = Token::hs256(
        "secret",
        Map::from_iter([("iss".to_owned(), json!("site"))]),
    );
    let forgeries = [
        honest.clone().secret("other"),
        honest.clone().unsigned(),
        honest.header("alg", "HS512"),
    ];
    let question =
        |token: &Token| json!({"command": "verify", "token": token.sign(), "secret": "secret"});
    for answer in ask(forgeries.iter().map(question).collect()) {
        assert!(answer["error"].is_string(), "{answer}");
    }
}

/// Asks the script, all questions at once.
fn ask(questions: Vec<Value>) -> Vec<Value> {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/atlassian-jwt.mjs");
    let mut node = Command::new("node")
        .arg(script)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut input = node.stdin.take().unwrap();
    let count = questions.len();
    let lines: String = questions
        .iter()
        .map(|question| format!("{question}\n"))
        .collect();
    // Beside the reading: the pipes hold less than all questions and answers.
    let writer = std::thread::spawn(move || input.write_all(lines.as_bytes()).unwrap());
    let output = node.wait_with_output().unwrap();
    writer.join().unwrap();
    let answers = String::from_utf8(output.stdout).unwrap();
    let answers: Vec<_> = answers
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(
        answers.len(),
        count,
        "`npm ci` in tests/ installs what the script needs"
    );
    answers
}

fn json_of(token: &str) -> Vec<Value> {
    use base64::Engine as _;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;
    let parts = token.split('.').take(2);
    parts
        .map(|part| serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap())
        .collect()
}

struct Request {
    method: &'static str,
    url: String,
    base_path: &'static str,
}

impl Request {
    fn random(dice: &mut Dice) -> Self {
        let method = dice.pick(&["GET", "POST", "PUT", "DELETE", "get"]);
        let base_path = dice.pick(&["", "/wiki", "/app/v1"]);
        let mut url = base_path.to_owned();
        for _ in 0..dice.below(4) {
            url.push('/');
            url.push_str(dice.pick(&[
                "rest",
                "a%20b",
                "a&b",
                "~x",
                "557058%3Aab",
                "%E2%82%AC",
                "p.q",
                "a,b",
                "A",
            ]));
        }
        if url.is_empty() || dice.below(4) == 0 {
            url.push('/');
        }
        let pairs: Vec<_> = (0..dice.below(6)).map(|_| dice.pair()).collect();
        if !pairs.is_empty() {
            url = format!("{url}?{}", pairs.join("&"));
        }
        Self {
            method,
            url,
            base_path,
        }
    }
}

/// A generator that gives the same numbers on every machine (xorshift64).
struct Dice(u64);

impl Dice {
    fn roll(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    fn below(&mut self, limit: usize) -> usize {
        usize::try_from(self.roll() % limit as u64).unwrap()
    }

    fn pick(&mut self, choices: &[&'static str]) -> &'static str {
        choices[self.below(choices.len())]
    }

    fn pair(&mut self) -> String {
        let name = self.pick(&[
            "a",
            "A",
            "b",
            "ac.request",
            "jwt",
            "%7E",
            "n%20m",
            "x+y",
            "%C3%A9",
            "B%5B0%5D",
        ]);
        let values = [
            "",
            "1",
            "a+b",
            "a%2Bb",
            "%3A",
            ":",
            "~",
            "%7E",
            "*",
            "'()!",
            "a,b",
            "%2C",
            "%E2%82%AC",
            ".1",
            "€",
        ];
        match self.below(8) {
            0 => name.to_owned(),
            _ => format!("{name}={}", self.pick(&values)),
        }
    }

    fn text(&mut self, length: usize) -> String {
        let letters = ["a", "Z", "0", "-", "_", "€", "é", "\"", "\\", " "];
        (0..length).map(|_| self.pick(&letters)).collect()
    }

    fn claims(&mut self) -> Map<String, Value> {
        let claims = [
            ("iss", json!(self.text(12))),
            ("sub", json!(self.text(24))),
            ("exp", json!(self.roll() >> 33)),
            ("aud", json!([self.text(8)])),
            (
                "context",
                json!({"license": {"active": self.below(2) == 0}}),
            ),
        ];
        claims
            .into_iter()
            .map(|(name, value)| (name.to_owned(), value))
            .collect()
    }
}
