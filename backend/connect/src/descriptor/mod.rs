//! The app descriptor (`atlassian-connect.json`).

use crate::BaseUrl;

/// An app descriptor.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Descriptor {
    /// Where the app is.
    pub base_url: BaseUrl,
}

impl Descriptor {
    /// Reads a descriptor whose `baseUrl` is a URL, and checks it.
    ///
    /// # Errors
    ///
    /// See [`DescriptorError`].
    pub fn parse(json: &str) -> Result<Self, DescriptorError> {
        todo!()
    }

    /// Reads a template of a descriptor: `{{baseUrl}}` is replaced by the app's base URL first.
    ///
    /// # Errors
    ///
    /// See [`DescriptorError`].
    pub fn from_template(json: &str, base_url: &BaseUrl) -> Result<Self, DescriptorError> {
        todo!()
    }

    /// The same app at another URL.
    #[must_use]
    pub fn with_base_url(mut self, base_url: BaseUrl) -> Self {
        self.base_url = base_url;
        self
    }

    /// The descriptor as JSON, to be served.
    pub fn to_json(&self) -> String {
        todo!()
    }
}

/// Why a descriptor was refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DescriptorError {
    /// Not JSON, or not of the descriptor's form.
    #[error("the descriptor is not of the documented form: {0}")]
    Form(String),
    /// Well-formed, but Atlassian would refuse it.
    #[error("the descriptor would be refused: {}", .0.join("; "))]
    Rules(Vec<String>),
}
