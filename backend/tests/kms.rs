//! Sealing with AWS KMS, against moto's KMS over its real wire protocol.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

use aws_sdk_kms::config::{BehaviorVersion, Credentials, Region};
use onbehalf::adapters::seal::{Binding, KmsSealer, Purpose, SealError, Sealer};
use onbehalf::domain::ids::TenantKey;

/// moto's server, which ends with the test.
struct Moto {
    child: Child,
    endpoint: String,
}

impl Drop for Moto {
    fn drop(&mut self) {
        if let Err(error) = self.child.kill().and_then(|()| self.child.wait()) {
            eprintln!("moto did not end: {error}");
        }
    }
}

impl Moto {
    fn start() -> Self {
        let program = std::env::var_os("MOTO_SERVER").unwrap_or_else(|| "moto_server".into());
        let mut child = Command::new(&program)
            .args(["--host", "127.0.0.1", "--port", "0"])
            .stderr(Stdio::piped())
            .stdout(Stdio::null())
            .spawn()
            .unwrap_or_else(|error| {
                panic!(
                    "{}: {error}; `cargo xtask test` installs moto",
                    program.display()
                )
            });
        let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
        let endpoint = lines
            .by_ref()
            .map(Result::unwrap)
            .find_map(|line| {
                line.split_once("Running on ")
                    .map(|(_, url)| url.trim().to_owned())
            })
            .expect("moto ended before it listened");
        // What it says from here on is drained, or it would stand still.
        std::thread::spawn(move || lines.for_each(drop));
        Self { child, endpoint }
    }

    fn kms(&self) -> aws_sdk_kms::Client {
        let config = aws_sdk_kms::Config::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::from_static("eu-central-1"))
            .credentials_provider(Credentials::new("test", "test", None, None, "test"))
            .endpoint_url(&self.endpoint)
            .build();
        aws_sdk_kms::Client::from_conf(config)
    }
}

#[tokio::test]
async fn what_kms_sealed_opens_only_for_its_tenant_and_purpose() {
    let moto = Moto::start();
    let key = moto
        .kms()
        .create_key()
        .send()
        .await
        .unwrap()
        .key_metadata
        .unwrap()
        .arn
        .unwrap();
    // Each sealer is a Lambda of its own, with an empty memory.
    let sealer = || Sealer::Kms(KmsSealer::new(moto.kms(), &key));
    let (ours, theirs) = (
        TenantKey::parse("ours").unwrap(),
        TenantKey::parse("theirs").unwrap(),
    );
    let binding = Binding {
        tenant: &ours,
        purpose: Purpose::Credentials,
    };
    let writer = sealer();
    let sealed = writer.seal(&binding, b"the secret").await.unwrap();
    let again = writer.seal(&binding, b"the secret").await.unwrap();
    assert_ne!(sealed, again, "no two sealed values are alike");
    assert!(!sealed.windows(10).any(|window| window == b"the secret"));

    assert_eq!(writer.open(&binding, &sealed).await.unwrap(), b"the secret");
    assert_eq!(
        sealer().open(&binding, &again).await.unwrap(),
        b"the secret"
    );
    for other in [
        Binding {
            tenant: &theirs,
            ..binding
        },
        Binding {
            purpose: Purpose::UserToken,
            ..binding
        },
    ] {
        let refused = sealer().open(&other, &sealed).await;
        assert!(
            matches!(refused, Err(SealError::DoesNotOpen)),
            "{refused:?}"
        );
        let refused = writer.open(&other, &sealed).await;
        assert!(
            matches!(refused, Err(SealError::DoesNotOpen)),
            "{refused:?}"
        );
    }
    for cut in [0, 1, 2, 40, sealed.len() - 1] {
        writer.open(&binding, &sealed[..cut]).await.unwrap_err();
    }
}
