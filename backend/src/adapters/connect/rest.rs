//! The app's own questions to the product, signed as the app.

use atlassian_connect::{BaseUrl, Qsh};
use http::Method;
use http::header::AUTHORIZATION;
use reqwest::{RequestBuilder, Response, StatusCode};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::{Inner, QUESTION_LIMIT, limits};
use crate::capabilities::platform::{NotSigned, ProductError};
use crate::capabilities::store::KeepPace;
use crate::domain::tenant::Tenant;
use crate::logs::in_one_line;

/// No answer that we ask for comes near it.
const LONGEST_ANSWER: usize = 1024 * 1024;

impl<S: KeepPace> Inner<S> {
    /// `GET` of a path below the product's base URL. `None`: there is no such thing.
    pub(super) async fn get<T: DeserializeOwned>(
        &self,
        tenant: &Tenant,
        path_and_query: &str,
    ) -> Result<Option<T>, ProductError> {
        self.ask(tenant, Method::GET, path_and_query, None::<&()>)
            .await
    }

    /// `POST` of a question whose parameters do not fit into a URL. It changes nothing.
    pub(super) async fn post<T: DeserializeOwned>(
        &self,
        tenant: &Tenant,
        path_and_query: &str,
        body: &impl Serialize,
    ) -> Result<Option<T>, ProductError> {
        self.ask(tenant, Method::POST, path_and_query, Some(body))
            .await
    }

    async fn ask<T: DeserializeOwned>(
        &self,
        tenant: &Tenant,
        method: Method,
        path_and_query: &str,
        body: Option<&impl Serialize>,
    ) -> Result<Option<T>, ProductError> {
        let response = self.send(tenant, method, path_and_query, body).await?;
        match response.status() {
            StatusCode::OK => read(response).await.map(Some),
            StatusCode::NOT_FOUND => Ok(None),
            status => Err(ProductError::Refused(status.as_u16())),
        }
    }

    /// Sends a request, and answers any answer but those by which the product says that it cannot answer now.
    pub(super) async fn send(
        &self,
        tenant: &Tenant,
        method: Method,
        path_and_query: &str,
        body: Option<&impl Serialize>,
    ) -> Result<Response, ProductError> {
        let mut request = self
            .signed(tenant, method, path_and_query)
            .await?
            .timeout(QUESTION_LIMIT);
        if let Some(body) = body {
            request = request.json(body);
        }
        let response = request.send().await.map_err(unavailable)?;
        self.note_limits(tenant, &response).await;
        match response.status() {
            StatusCode::TOO_MANY_REQUESTS => Err(ProductError::RateLimited {
                retry_after: limits::retry_after(response.headers()),
            }),
            status if status.is_server_error() => Err(ProductError::Unavailable(
                format!("Confluence answered with status {}", status.as_u16()).into(),
            )),
            _ => Ok(response),
        }
    }

    /// A request of the app's own, signed.
    pub(super) async fn signed(
        &self,
        tenant: &Tenant,
        method: Method,
        path_and_query: &str,
    ) -> Result<RequestBuilder, NotSigned> {
        let credentials = self.credentials(tenant).await.map_err(not_signed)?;
        let site = BaseUrl::parse(tenant.site.as_str()).map_err(not_signed)?;
        let url = site.join(path_and_query);
        // The hash covers the path below the product's base path.
        let qsh = Qsh::of(&method, path_and_query, "");
        let authorization = self
            .signer
            .authorization(credentials.tenant_secret(), &qsh, self.now())
            .map_err(not_signed)?;
        Ok(self
            .http
            .reqwest()
            .request(method, url)
            .header(AUTHORIZATION, authorization))
    }
}

fn not_signed(error: impl std::error::Error + 'static) -> NotSigned {
    NotSigned(in_one_line(&error))
}

/// The answer, if it is JSON and not too long.
pub(super) async fn read<T: DeserializeOwned>(response: Response) -> Result<T, ProductError> {
    let body = read_body(response).await?;
    serde_json::from_slice(&body).map_err(|error| ProductError::Unavailable(Box::new(error)))
}

/// The answer as it came, if it is not too long.
pub(super) async fn read_body(mut response: Response) -> Result<Vec<u8>, ProductError> {
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(unavailable)? {
        if body.len() + chunk.len() > LONGEST_ANSWER {
            return Err(ProductError::Unavailable(
                "Confluence's answer is too long".into(),
            ));
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

/// The error without its URL, which may name a person.
fn unavailable(error: reqwest::Error) -> ProductError {
    ProductError::Unavailable(Box::new(error.without_url()))
}
