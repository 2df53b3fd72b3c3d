use http::{HeaderMap, StatusCode};
use serde_json::Value;

/// What the app answered.
#[derive(Clone, Debug)]
pub struct Reply {
    pub status: u16,
    pub headers: HeaderMap,
    pub bytes: Vec<u8>,
}

impl Reply {
    pub(crate) async fn to(request: reqwest::RequestBuilder) -> Self {
        let response = request.send().await.expect("the app answers");
        Self {
            status: response.status().as_u16(),
            headers: response.headers().clone(),
            bytes: response
                .bytes()
                .await
                .expect("the app's answer ends")
                .to_vec(),
        }
    }

    /// The body, when the status is this one.
    #[track_caller]
    pub fn expect(self, status: u16) -> Value {
        assert_eq!(self.status, status, "{}", self.text());
        if self.bytes.is_empty() {
            Value::Null
        } else {
            self.json()
        }
    }

    /// Checks that this is a whole problem (RFC 9457) with this status, and answers its name.
    #[track_caller]
    pub fn problem(&self, status: u16) -> String {
        assert_eq!(self.status, status, "{}", self.text());
        assert_eq!(self.header("content-type"), "application/problem+json");
        let problem = self.json();
        let said = |field: &str| {
            let text = problem[field].as_str().unwrap_or_default();
            assert!(!text.trim().is_empty(), "no {field} in {problem}");
            text.to_owned()
        };
        assert_eq!(problem["status"], status);
        for field in ["title", "detail", "remedy"] {
            let text = said(field);
            assert!(
                text.starts_with(char::is_uppercase),
                "{text:?} is no sentence"
            );
        }
        let kind = said("type");
        let name = kind
            .strip_prefix("/problems/")
            .expect("a type is below /problems/");
        name.to_owned()
    }

    #[track_caller]
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.bytes)
            .unwrap_or_else(|error| panic!("{error} in {}", self.text()))
    }

    pub fn text(&self) -> String {
        let text = String::from_utf8_lossy(&self.bytes);
        let status = StatusCode::from_u16(self.status).unwrap_or_default();
        if text.is_empty() {
            status.to_string()
        } else {
            text.into_owned()
        }
    }

    /// A header that is there exactly once; otherwise nothing.
    pub fn header(&self, name: &str) -> &str {
        let mut values = self.headers.get_all(name).iter();
        match (values.next(), values.next()) {
            (Some(value), None) => value.to_str().unwrap_or_default(),
            _ => "",
        }
    }
}
