//! Tokens that each verifier has to refuse, and the few that it has to accept.

use http::Method;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::{ContextToken, LONGEST_TOKEN, PageToken, TokenError, UnverifiedToken, WebhookToken};
use crate::testing::{ACCOUNT, NOW, RSA, Tenant, part, signed_with_hmac, with};
use crate::{AccountId, AppKey, Qsh, UnixSeconds};

/// The three kinds of token that are signed with the shared secret.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Kind {
    Page,
    Context,
    Webhook,
}

const KINDS: [Kind; 3] = [Kind::Page, Kind::Context, Kind::Webhook];

#[derive(Debug, PartialEq)]
struct Accepted {
    client_key: String,
    account_id: Option<String>,
    issued_at: UnixSeconds,
    expires_at: UnixSeconds,
}

impl Kind {
    /// The request that a token of this kind belongs to in these tests.
    fn request(self) -> Qsh {
        match self {
            Self::Page => Qsh::of(&Method::GET, "/consent?request=r1&lic=none&jwt=x", ""),
            // Never looked at: `verify` does not even take it.
            Self::Context => Qsh::of(&Method::PUT, "/api/consent", ""),
            Self::Webhook => Qsh::of(&Method::POST, "/webhooks/user_deactivated", ""),
        }
    }

    fn claims(self, tenant: &Tenant) -> Value {
        match self {
            Self::Context => with(
                tenant.claims("context-qsh"),
                json!({"exp": NOW.get() + 900}),
            ),
            Self::Page | Self::Webhook => tenant.claims_for(&self.request()),
        }
    }

    fn verify(
        self,
        token: &str,
        tenant: &Tenant,
        now: UnixSeconds,
    ) -> Result<Accepted, TokenError> {
        let token = UnverifiedToken::parse(token)?;
        macro_rules! accepted {
            ($verified:expr) => {
                $verified.map(|token| Accepted {
                    client_key: token.client_key().to_string(),
                    account_id: token.account_id().map(AccountId::to_string),
                    issued_at: token.issued_at(),
                    expires_at: token.expires_at(),
                })
            };
        }
        match self {
            Self::Page => accepted!(PageToken::verify(
                &token,
                tenant.secret(),
                &self.request(),
                now
            )),
            Self::Context => accepted!(ContextToken::verify(&token, tenant.secret(), now)),
            Self::Webhook => accepted!(WebhookToken::verify(
                &token,
                tenant.secret(),
                &self.request(),
                now
            )),
        }
    }
}

#[test]
fn each_kind_accepts_its_own_and_says_what_was_proved() {
    let tenant = Tenant::new("tenant-1");
    for kind in KINDS {
        let lifetime = if kind == Kind::Context { 900 } else { 180 };
        let accepted = kind
            .verify(&tenant.sign(&kind.claims(&tenant)), &tenant, NOW)
            .unwrap();
        let expected = Accepted {
            client_key: "tenant-1".to_owned(),
            account_id: Some(ACCOUNT.to_owned()),
            issued_at: NOW,
            expires_at: NOW.plus(lifetime),
        };
        assert_eq!(accepted, expected, "{kind:?}");
    }
}

#[test]
fn each_kind_refuses_the_other_two() {
    let tenant = Tenant::new("tenant-1");
    for (verifier, token, refusal) in [
        (Kind::Page, Kind::Context, TokenError::ContextToken),
        (Kind::Page, Kind::Webhook, TokenError::OtherRequest),
        (Kind::Webhook, Kind::Context, TokenError::ContextToken),
        (Kind::Webhook, Kind::Page, TokenError::OtherRequest),
        (Kind::Context, Kind::Page, TokenError::NotContextToken),
        (Kind::Context, Kind::Webhook, TokenError::NotContextToken),
    ] {
        let signed = tenant.sign(&token.claims(&tenant));
        assert_eq!(
            verifier.verify(&signed, &tenant, NOW),
            Err(refusal),
            "{token:?} where {verifier:?} belongs"
        );
    }
}

#[test]
fn text_that_is_no_token() {
    let tenant = Tenant::new("tenant-1");
    let header = part(&json!({"typ": "JWT", "alg": "HS256"}));
    for text in [
        String::new(),
        "garbage".to_owned(),
        ".".to_owned(),
        "..".to_owned(),
        "a.b.c".to_owned(),
        "💥.💥.💥".to_owned(),
        format!("{header}.e30"),
        format!("{header}..."),
        format!("{header}.!!!!.AAAA"),
        format!("{header}=.e30.AAAA"),
        format!("{}.e30.AAAA", part(&json!({"typ": "JWT"}))),
        format!("{}.e30.AAAA", part(&json!({"alg": 256}))),
        format!("{}.e30.AAAA", part(&json!([]))),
    ] {
        for kind in KINDS {
            assert_eq!(
                kind.verify(&text, &tenant, NOW),
                Err(TokenError::Malformed),
                "{text:?}"
            );
        }
    }
    for claims in [json!("text"), json!(7), json!([]), json!(null)] {
        let token = format!("{header}.{}.AAAA", part(&claims));
        for kind in KINDS {
            assert!(kind.verify(&token, &tenant, NOW).is_err(), "{claims}");
        }
    }
    let long = format!("{header}.{}.AAAA", "A".repeat(LONGEST_TOKEN));
    assert_eq!(
        UnverifiedToken::parse(&long).unwrap_err(),
        TokenError::TooLong
    );
}

#[test]
fn headers() {
    let tenant = Tenant::new("tenant-1");
    let secret = tenant.shared_secret.expose().as_bytes();
    for kind in KINDS {
        let claims = kind.claims(&tenant);
        let unsigned = format!(
            "{}.{}.",
            part(&json!({"typ": "JWT", "alg": "none"})),
            part(&claims)
        );
        let rs256 = RSA.sign(&json!({"typ": "JWT", "alg": "RS256", "kid": "k1"}), &claims);
        for (token, refusal) in [
            (unsigned, TokenError::Algorithm),
            (
                signed_with_hmac(&json!({"alg": "None"}), secret, &claims),
                TokenError::Algorithm,
            ),
            (
                signed_with_hmac(&json!({"alg": "hs256"}), secret, &claims),
                TokenError::Algorithm,
            ),
            (
                signed_with_hmac(&json!({"alg": "HS512"}), secret, &claims),
                TokenError::Algorithm,
            ),
            (rs256, TokenError::Algorithm),
            (
                signed_with_hmac(&json!({"alg": "HS256", "crit": ["exp"]}), secret, &claims),
                TokenError::Extension,
            ),
        ] {
            assert_eq!(kind.verify(&token, &tenant, NOW), Err(refusal), "{kind:?}");
        }
        let without_type = signed_with_hmac(&json!({"alg": "HS256"}), secret, &claims);
        assert!(kind.verify(&without_type, &tenant, NOW).is_ok());
    }
}

#[test]
fn signatures() {
    let tenant = Tenant::new("tenant-1");
    let other = Tenant::new("tenant-2");
    for kind in KINDS {
        let claims = kind.claims(&tenant);
        let token = tenant.sign(&claims);
        let (message, signature) = token.rsplit_once('.').unwrap();
        let (header, _) = message.split_once('.').unwrap();
        let impostor = with(claims.clone(), json!({"sub": "557058:somebody-else"}));

        let own_header_rs256 = part(&json!({"alg": "RS256", "kid": "k1"}));
        for (token, refusal) in [
            // Another tenant's secret, and none.
            (other.sign(&claims), TokenError::Signature),
            (crate::testing::hs256(b"", &claims), TokenError::Signature),
            // The claims, the header or the signature of another token.
            (
                format!("{header}.{}.{signature}", part(&impostor)),
                TokenError::Signature,
            ),
            (
                format!("{own_header_rs256}.{}.{signature}", part(&claims)),
                TokenError::Algorithm,
            ),
            (format!("{message}."), TokenError::Signature),
            (
                format!("{message}.{}", &signature[..40]),
                TokenError::Signature,
            ),
            // A true token of another tenant, which is not the one whose secret is at hand.
            (other.sign(&kind.claims(&other)), TokenError::Signature),
            // This tenant's secret under another tenant's name.
            (tenant.sign(&kind.claims(&other)), TokenError::OtherTenant),
        ] {
            assert_eq!(kind.verify(&token, &tenant, NOW), Err(refusal), "{kind:?}");
        }
    }
}

#[test]
fn claims() {
    let tenant = Tenant::new("tenant-1");
    let now = NOW.get();
    for kind in KINDS {
        for (changes, refusal) in [
            (json!({"iss": null}), TokenError::Missing("iss")),
            (json!({"iss": ""}), TokenError::Issuer),
            (json!({"iss": "a b"}), TokenError::Issuer),
            (json!({"iss": ["tenant-1"]}), TokenError::Claims),
            (json!({"iss": 1}), TokenError::Claims),
            (json!({"exp": null}), TokenError::Missing("exp")),
            (json!({"exp": format!("{}", now + 180)}), TokenError::Claims),
            (json!({"exp": 1.8e9}), TokenError::Claims),
            (json!({"exp": []}), TokenError::Claims),
            (
                json!({"exp": now - 3, "iat": now - 60}),
                TokenError::Expired,
            ),
            (json!({"exp": 0, "iat": -60}), TokenError::Expired),
            (json!({"iat": null}), TokenError::Missing("iat")),
            (json!({"iat": format!("{now}")}), TokenError::Claims),
            (
                json!({"iat": now + 4, "exp": now + 100}),
                TokenError::TooEarly,
            ),
            (json!({"nbf": now + 4}), TokenError::TooEarly),
            (json!({"nbf": "soon"}), TokenError::Claims),
            // Absurd times: no lifetime, a negative one, a long one, and ones that would overflow.
            (json!({"exp": now, "iat": now}), TokenError::Lifetime),
            (json!({"exp": now - 1, "iat": now}), TokenError::Lifetime),
            (json!({"exp": now + 3601}), TokenError::Lifetime),
            (json!({"iat": 0}), TokenError::Lifetime),
            (
                json!({"iat": i64::MIN, "exp": i64::MAX}),
                TokenError::Lifetime,
            ),
            (json!({"exp": u64::MAX}), TokenError::Claims),
            (json!({"sub": ""}), TokenError::Subject),
            (json!({"sub": "unknown"}), TokenError::Subject),
            (json!({"sub": "a/b"}), TokenError::Subject),
            (json!({"sub": 7}), TokenError::Claims),
            (json!({"qsh": null}), TokenError::Missing("qsh")),
            (json!({"qsh": 1}), TokenError::Claims),
        ] {
            let token = tenant.sign(&with(kind.claims(&tenant), changes.clone()));
            assert_eq!(
                kind.verify(&token, &tenant, NOW),
                Err(refusal),
                "{kind:?} {changes}"
            );
        }
        for (changes, account_id) in [
            // An anonymous visitor, and clocks that are apart by as much as is allowed.
            (json!({"sub": null}), None),
            (json!({"iat": now + 3}), Some(ACCOUNT)),
            (json!({"exp": now - 2, "iat": now - 60}), Some(ACCOUNT)),
            (json!({"exp": now + 3600}), Some(ACCOUNT)),
            (json!({"nbf": now}), Some(ACCOUNT)),
            (
                json!({"aud": ["whoever"], "more": {"to": "come"}}),
                Some(ACCOUNT),
            ),
            (json!({"context": "odd"}), Some(ACCOUNT)),
        ] {
            let token = tenant.sign(&with(kind.claims(&tenant), changes.clone()));
            let accepted = kind.verify(&token, &tenant, NOW).unwrap();
            assert_eq!(
                accepted.account_id.as_deref(),
                account_id,
                "{kind:?} {changes}"
            );
        }
    }
}

/// JSON lets a name stand twice, and parsers differ over which one counts.
#[test]
fn a_claim_that_stands_twice_is_refused() {
    use base64::Engine;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;

    let tenant = Tenant::new("tenant-1");
    for kind in KINDS {
        let claims = kind.claims(&tenant).to_string();
        let twice = format!(r#"{{"sub":"557058:somebody-else",{}"#, &claims[1..]);
        let message = format!(
            "{}.{}",
            part(&json!({"alg": "HS256"})),
            URL_SAFE_NO_PAD.encode(twice)
        );
        let key = aws_lc_rs::hmac::Key::new(
            aws_lc_rs::hmac::HMAC_SHA256,
            tenant.shared_secret.expose().as_bytes(),
        );
        let signature = URL_SAFE_NO_PAD.encode(aws_lc_rs::hmac::sign(&key, message.as_bytes()));
        let refused = kind.verify(&format!("{message}.{signature}"), &tenant, NOW);
        assert_eq!(refused, Err(TokenError::Claims), "{kind:?}");
    }
}

#[test]
fn another_request() {
    let tenant = Tenant::new("tenant-1");
    let token = UnverifiedToken::parse(&tenant.sign(&Kind::Page.claims(&tenant))).unwrap();
    for (method, url) in [
        (Method::POST, "/consent?request=r1&lic=none"),
        (Method::GET, "/admin?request=r1&lic=none"),
        (Method::GET, "/consent?request=r2&lic=none"),
        (Method::GET, "/consent?request=r1&lic=none&more=1"),
        (Method::GET, "/consent?request=r1"),
        (Method::GET, "/consent"),
    ] {
        let qsh = Qsh::of(&method, url, "");
        let page = PageToken::verify(&token, tenant.secret(), &qsh, NOW);
        assert_eq!(
            page.unwrap_err(),
            TokenError::OtherRequest,
            "{method} {url}"
        );
        let webhook = WebhookToken::verify(&token, tenant.secret(), &qsh, NOW);
        assert_eq!(
            webhook.unwrap_err(),
            TokenError::OtherRequest,
            "{method} {url}"
        );
    }
}

/// The app signs with the same secret. What it sends out must not be good to come in with.
#[test]
fn tokens_that_the_app_itself_has_signed() {
    let tenant = Tenant::new("tenant-1");
    let app_key = AppKey::new("com.example.app").unwrap();
    for kind in KINDS {
        let signer = crate::signing::RequestSigner::new(app_key.clone());
        let header = signer
            .authorization(tenant.secret(), &kind.request(), NOW)
            .unwrap();
        let request = header
            .to_str()
            .unwrap()
            .strip_prefix("JWT ")
            .unwrap()
            .to_owned();
        let session = with(
            kind.claims(&tenant),
            json!({"iss": app_key, "aud": [tenant.client_key]}),
        );
        for token in [request, tenant.sign(&session)] {
            assert_eq!(
                kind.verify(&token, &tenant, NOW),
                Err(TokenError::OtherTenant),
                "{kind:?}"
            );
        }
    }
}

proptest! {
    #[test]
    fn no_text_is_accepted_or_panics(text in ".{0,80}", parts in "[A-Za-z0-9_-]{0,60}\\.[A-Za-z0-9_-]{0,60}\\.[A-Za-z0-9_-]{0,60}") {
        let tenant = Tenant::new("tenant-1");
        for kind in KINDS {
            prop_assert!(kind.verify(&text, &tenant, NOW).is_err());
            prop_assert!(kind.verify(&parts, &tenant, NOW).is_err());
        }
    }

    #[test]
    fn one_changed_character_is_one_too_many(at in any::<prop::sample::Index>(), other in "[A-Za-z0-9_.=-]") {
        let tenant = Tenant::new("tenant-1");
        for kind in KINDS {
            let token = tenant.sign(&kind.claims(&tenant));
            let at = at.index(token.len());
            let mut changed = token.clone();
            changed.replace_range(at..=at, &other);
            prop_assume!(changed != token);
            prop_assert!(kind.verify(&changed, &tenant, NOW).is_err(), "{changed}");
        }
    }
}

#[test]
fn the_issuer_can_be_read_before_anything_is_proved_and_nothing_else_shows() {
    let tenant = Tenant::new("tenant-1");
    let token = UnverifiedToken::parse(&tenant.sign(&Kind::Page.claims(&tenant))).unwrap();
    assert_eq!(token.issuer().as_str(), "tenant-1");
    assert_eq!(
        format!("{token:?}"),
        r#"UnverifiedToken { issuer: ClientKey("tenant-1"), .. }"#
    );
}
