//! The configuration of one machine: the same variables as in AWS, with defaults that fit.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::path::Path;

use onbehalf::config::{Config, ConfigError};

/// Where a tenant may be: Atlassian's hosts, and a site that is simulated on this machine.
const TENANT_HOSTS: &str = "*.atlassian.net,*.jira.com,localhost,127.0.0.1";

/// The variables that were set.
#[derive(Clone, Debug, Default)]
pub struct Environment(HashMap<String, String>);

impl Environment {
    /// The variables of this process.
    pub fn of_process() -> Self {
        Self(
            std::env::vars()
                .filter(|(name, _)| name.starts_with("ONBEHALF_"))
                .collect(),
        )
    }

    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<String>) -> Self {
        self.0.insert(name.into(), value.into());
        self
    }

    pub(crate) fn config(
        &self,
        address: SocketAddr,
        seal_key: &Path,
        page: &Path,
    ) -> Result<Config, ConfigError> {
        Config::read(|name| {
            let set = self.0.get(name).filter(|value| !value.is_empty()).cloned();
            set.or_else(|| match name {
                "ONBEHALF_BASE_URL" => Some(format!("http://localhost:{}", address.port())),
                "ONBEHALF_SEAL_KEY" => Some(format!("file:{}", seal_key.display())),
                "ONBEHALF_TENANT_HOSTS" => Some(TENANT_HOSTS.into()),
                "ONBEHALF_PAGE" => Some(page.display().to_string()),
                "ONBEHALF_BRIDGE_URL" => Some("/atlassian-connect/all.js".into()),
                _ => None,
            })
        })
    }
}
