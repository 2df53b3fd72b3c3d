//! Whom the API answers. In AWS that is CloudFront alone, which says a secret with each request; the gateway behind it has a
//! public address of its own, and would let everybody past what is set up in front. On one machine there is nothing in front.

use std::fmt;
use std::sync::Arc;

use aws_lc_rs::constant_time::verify_slices_are_equal;
use axum::Router;
use axum::extract::Request;
use axum::http::{HeaderMap, StatusCode};
use axum::middleware::{Next, from_fn};
use axum::response::IntoResponse;
use thiserror::Error;

/// The header in which CloudFront says the secret, as the template has it.
pub const HEADER: &str = "x-onbehalf-origin";

/// Nobody guesses as many letters.
const SHORTEST: usize = 32;

/// What CloudFront and the API share. Not shown in logs.
#[derive(Clone)]
pub struct OriginSecret(Arc<[u8]>);

/// The secret is too short, or nothing that a header can hold.
#[derive(Debug, Error)]
#[error("it must be {SHORTEST} letters and digits or more")]
pub struct NotASecret;

impl OriginSecret {
    pub fn parse(text: &str) -> Result<Self, NotASecret> {
        let fits = text.len() >= SHORTEST && text.bytes().all(|b| b.is_ascii_alphanumeric());
        fits.then(|| Self(text.as_bytes().into())).ok_or(NotASecret)
    }

    fn is_in(&self, headers: &HeaderMap) -> bool {
        let said = headers.get(HEADER).map(|value| value.as_bytes());
        said.is_some_and(|said| verify_slices_are_equal(said, &self.0).is_ok())
    }
}

impl fmt::Debug for OriginSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("OriginSecret")
    }
}

/// The same routes, for those who know the secret. Everybody else is refused before anything is read or logged.
pub fn only_from(origin: Option<OriginSecret>, routes: Router) -> Router {
    let Some(secret) = origin else { return routes };
    routes.layer(from_fn(move |request: Request, next: Next| {
        let known = secret.is_in(request.headers());
        async move {
            match known {
                true => next.run(request).await,
                false => StatusCode::FORBIDDEN.into_response(),
            }
        }
    }))
}

#[cfg(test)]
mod tests {
    use axum::body::Body;
    use axum::routing::get;
    use tower::ServiceExt;

    use super::*;

    const SECRET: &str = "0123456789abcdefghijklmnopqrstuv";

    async fn answer(origin: Option<&str>, said: Option<&str>) -> StatusCode {
        let origin = origin.map(|text| OriginSecret::parse(text).unwrap());
        let routes = only_from(origin, Router::new().route("/", get(async || "")));
        let mut request = Request::builder().uri("/");
        if let Some(said) = said {
            request = request.header(HEADER, said);
        }
        let request = request.body(Body::empty()).unwrap();
        routes.oneshot(request).await.unwrap().status()
    }

    #[tokio::test]
    async fn who_does_not_know_the_secret_is_refused() {
        assert_eq!(answer(Some(SECRET), Some(SECRET)).await, StatusCode::OK);
        let longer = format!("{SECRET}w");
        for said in [None, Some(""), Some(&SECRET[1..]), Some(&*longer)] {
            assert_eq!(answer(Some(SECRET), said).await, StatusCode::FORBIDDEN);
        }
    }

    #[tokio::test]
    async fn on_one_machine_there_is_no_secret() {
        assert_eq!(answer(None, None).await, StatusCode::OK);
    }

    #[test]
    fn a_secret_is_long_and_not_shown() {
        let secret = OriginSecret::parse(SECRET).unwrap();
        assert!(!format!("{secret:?}").contains(SECRET));
        for text in [
            "",
            "short",
            "0123456789 abcdefghijklmnopqrstuv",
            "{{resolve:secretsmanager:arn:aws:x}}",
        ] {
            OriginSecret::parse(text).unwrap_err();
        }
    }
}
