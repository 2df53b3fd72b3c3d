//! What the tests of several modules make tokens with.

use std::sync::LazyLock;

use aws_lc_rs::encoding::{AsDer, Pkcs8V1Der, PublicKeyX509Der};
use aws_lc_rs::hmac;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{KeyPair, RSA_PKCS1_SHA256, RsaKeyPair};
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use serde_json::{Value, json};
use tokio::net::TcpListener;

use crate::{BaseUrl, ClientKey, HttpClient, Qsh, SharedSecret, TenantSecret, UnixSeconds};

pub(crate) const NOW: UnixSeconds = UnixSeconds::new(1_795_320_000);
pub(crate) const ACCOUNT: &str = "557058:1b6f8b3a-6d3c-4a4c-9f3a-0d2c4a1f7f10";

/// A tenant with its secret.
pub(crate) struct Tenant {
    pub(crate) client_key: ClientKey,
    pub(crate) shared_secret: SharedSecret,
}

impl Tenant {
    pub(crate) fn new(name: &str) -> Self {
        Self {
            client_key: ClientKey::new(name).unwrap(),
            shared_secret: SharedSecret::new(format!("the shared secret of {name}, long enough"))
                .unwrap(),
        }
    }

    pub(crate) fn secret(&self) -> TenantSecret<'_> {
        TenantSecret {
            client_key: &self.client_key,
            shared_secret: &self.shared_secret,
        }
    }

    /// Signs claims as the product does.
    pub(crate) fn sign(&self, claims: &Value) -> String {
        hs256(self.shared_secret.expose().as_bytes(), claims)
    }

    /// The claims of a token for a request, as the product makes them.
    pub(crate) fn claims(&self, qsh: &str) -> Value {
        json!({
            "iss": self.client_key,
            "sub": ACCOUNT,
            "qsh": qsh,
            "iat": NOW.get(),
            "exp": NOW.get() + 180,
            "context": {},
        })
    }

    pub(crate) fn claims_for(&self, qsh: &Qsh) -> Value {
        self.claims(qsh.as_str())
    }
}

/// `value` with some members changed; those that are null are taken out.
pub(crate) fn with(mut value: Value, changes: Value) -> Value {
    let object = value.as_object_mut().unwrap();
    for (name, change) in changes.as_object().unwrap() {
        match change {
            Value::Null => object.remove(name),
            change => object.insert(name.clone(), change.clone()),
        };
    }
    value
}

pub(crate) fn hs256(secret: &[u8], claims: &Value) -> String {
    signed_with_hmac(&json!({"typ": "JWT", "alg": "HS256"}), secret, claims)
}

pub(crate) fn signed_with_hmac(header: &Value, secret: &[u8], claims: &Value) -> String {
    let message = format!("{}.{}", part(header), part(claims));
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret);
    format!(
        "{message}.{}",
        URL_SAFE_NO_PAD.encode(hmac::sign(&key, message.as_bytes()))
    )
}

pub(crate) fn part(json: &Value) -> String {
    URL_SAFE_NO_PAD.encode(json.to_string())
}

/// Serves this router on a port of the system's choice.
pub(crate) async fn serve(router: axum::Router) -> BaseUrl {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = BaseUrl::parse(&format!("http://{}", listener.local_addr().unwrap())).unwrap();
    tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
    url
}

/// A host that hangs up on everybody.
pub(crate) async fn broken_host() -> BaseUrl {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = BaseUrl::parse(&format!("http://{}", listener.local_addr().unwrap())).unwrap();
    tokio::spawn(async move {
        loop {
            drop(listener.accept().await);
        }
    });
    url
}

pub(crate) fn client() -> HttpClient {
    HttpClient::new().unwrap()
}

/// A key that is too small to believe.
pub(crate) const RSA_1024_PUBLIC_PEM: &str = "\
-----BEGIN PUBLIC KEY-----
MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQC3Gjvmk4Z0I+0bMeod2KgpRu99
+tB5o7gI5JxSLEHX4qdcTPRBHQk7SrE4MusqvoDcM5sDBFfw0owCW8lNDKHQzSyl
zpt1kRef5PfBk5oj54tKH0SFrWVFDg/b/RilnI8V3OGGZkEGJfuAkfC1iJnu+U4Q
+Ve/H7pTyzO8xH5yTQIDAQAB
-----END PUBLIC KEY-----
";

/// An RSA key pair, generated once for all tests.
pub(crate) static RSA: LazyLock<TestKey> = LazyLock::new(TestKey::generate);

/// Another one.
pub(crate) static OTHER_RSA: LazyLock<TestKey> = LazyLock::new(TestKey::generate);

pub(crate) struct TestKey(RsaKeyPair);

impl TestKey {
    fn generate() -> Self {
        Self(RsaKeyPair::generate(KeySize::Rsa2048).unwrap())
    }

    pub(crate) fn public_pem(&self) -> String {
        let der: PublicKeyX509Der<'_> = self.0.public_key().as_der().unwrap();
        pem("PUBLIC KEY", der.as_ref())
    }

    /// The public key in the older PKCS#1 form, which is not what Atlassian serves.
    pub(crate) fn public_pem_pkcs1(&self) -> String {
        pem("RSA PUBLIC KEY", self.0.public_key().as_ref())
    }

    pub(crate) fn private_pem(&self) -> String {
        let der: Pkcs8V1Der<'_> = self.0.as_der().unwrap();
        pem("PRIVATE KEY", der.as_ref())
    }

    pub(crate) fn sign(&self, header: &Value, claims: &Value) -> String {
        let message = format!("{}.{}", part(header), part(claims));
        let mut signature = vec![0; self.0.public_modulus_len()];
        self.0
            .sign(
                &RSA_PKCS1_SHA256,
                &SystemRandom::new(),
                message.as_bytes(),
                &mut signature,
            )
            .unwrap();
        format!("{message}.{}", URL_SAFE_NO_PAD.encode(signature))
    }
}

pub(crate) fn pem(label: &str, der: &[u8]) -> String {
    let encoded = STANDARD.encode(der);
    let lines: Vec<&str> = encoded
        .as_bytes()
        .chunks(64)
        .map(|line| std::str::from_utf8(line).unwrap())
        .collect();
    format!(
        "-----BEGIN {label}-----\n{}\n-----END {label}-----\n",
        lines.join("\n")
    )
}
