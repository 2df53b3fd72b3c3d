//! Sealing with AWS KMS, against moto's KMS over its real wire protocol.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod aws;

use aws::moto::Moto;
use aws_sdk_kms::Client;
use onbehalf::adapters::seal::{Binding, KmsSealer, Purpose, SealError, Sealer};
use onbehalf::domain::ids::TenantKey;

#[tokio::test]
async fn what_kms_sealed_opens_only_for_its_tenant_and_purpose() {
    let moto = Moto::start();
    let kms = Client::new(&moto.aws());
    let key = kms
        .create_key()
        .send()
        .await
        .unwrap()
        .key_metadata
        .unwrap()
        .arn
        .unwrap();
    // Each sealer is a Lambda of its own, with an empty memory.
    let sealer = || Sealer::Kms(KmsSealer::new(kms.clone(), &key));
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
