/// The HTTP client could not be set up: the platform's TLS roots could not be read.
#[derive(Debug, thiserror::Error)]
#[error("the HTTP client could not be set up; are the system's TLS roots readable?")]
pub struct ClientError(#[from] reqwest::Error);
