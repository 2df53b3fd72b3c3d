//! What the binaries read from the environment. A missing or malformed value stops the start with one line that names it.

use std::path::PathBuf;

use atlassian_connect::lifecycle::AllowedHosts;
use atlassian_connect::{BaseUrl, impersonation, install_keys};
use jiff::SignedDuration;
use thiserror::Error;

use crate::domain::notice::{Notices, Purpose};
use crate::origin::OriginSecret;

const TENANT_HOSTS: &str = "*.atlassian.net,*.jira.com";

/// Atlassian's own copy of the bridge, which every Connect app loads.
/// <https://developer.atlassian.com/cloud/confluence/about-the-javascript-api/>
const BRIDGE: &str = "https://connect-cdn.atl-paas.net/all.js";

/// Long enough to find everything again after a mistake, short enough to be forgotten.
const RETENTION_DAYS: i64 = 30;
const LONGEST_RETENTION_DAYS: i64 = 3650;

const MOST_NOTICES_KEPT: usize = 50;

/// The configuration of any of the binaries.
#[derive(Clone, Debug)]
pub struct Config {
    /// `ONBEHALF_BASE_URL`: the app's own URL, as in its descriptor.
    pub base_url: BaseUrl,
    /// `ONBEHALF_TABLE`
    pub table: String,
    /// `ONBEHALF_SEAL_KEY`
    pub seal_key: SealKey,
    /// `ONBEHALF_TENANT_HOSTS`, as written, and read.
    pub tenant_hosts: String,
    pub allowed_hosts: AllowedHosts,
    /// `ONBEHALF_INSTALL_KEYS_URL`, and where to look if that does not know a key.
    pub install_keys: (BaseUrl, Vec<BaseUrl>),
    /// `ONBEHALF_TOKEN_URL`
    pub token_url: BaseUrl,
    /// `ONBEHALF_QUEUE_URL`: needed by those who ask for runs.
    pub queue_url: Option<String>,
    /// `ONBEHALF_SCHEDULE_GROUP`: needed by those who set timers.
    pub schedule_group: Option<String>,
    /// `ONBEHALF_SCHEDULE_ROLE`: needed by those who set timers.
    pub schedule_role: Option<String>,
    /// `ONBEHALF_PURPOSE` and `ONBEHALF_NOTICES_KEPT`: what people are asked to agree to, and which earlier versions of it
    /// still count.
    pub notices: Notices,
    /// `ONBEHALF_RETENTION_DAYS`: how long what is kept of a site is kept after the app was removed from it.
    pub retention: SignedDuration,
    /// `ONBEHALF_PAGE`: the folder of the built page. Needed by those who show it.
    pub page: PathBuf,
    /// `ONBEHALF_ORIGIN_SECRET`: what CloudFront says to `api`, if that answers nobody else.
    pub origin_secret: Option<OriginSecret>,
    /// `ONBEHALF_BRIDGE_URL`: where a browser finds Atlassian's `all.js`.
    pub bridge: String,
}

/// What seals secrets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SealKey {
    /// The ARN of a KMS key.
    Kms(String),
    /// `file:PATH`, for one machine.
    File(PathBuf),
}

/// A value of the environment is missing or malformed.
#[derive(Debug, PartialEq, Eq, Error)]
pub enum ConfigError {
    #[error("{name} is not set: {what}")]
    Missing {
        name: &'static str,
        what: &'static str,
    },
    #[error("{name} is malformed: {reason}")]
    Malformed { name: &'static str, reason: String },
}

impl Config {
    /// Reads the process's environment.
    pub fn from_env() -> Result<Self, ConfigError> {
        Self::read(|name| std::env::var(name).ok())
    }

    /// Reads an environment.
    pub fn read(var: impl Fn(&'static str) -> Option<String>) -> Result<Self, ConfigError> {
        let set = |name| var(name).filter(|value| !value.is_empty());
        let tenant_hosts = set("ONBEHALF_TENANT_HOSTS").unwrap_or_else(|| TENANT_HOSTS.into());
        let install_keys = match set("ONBEHALF_INSTALL_KEYS_URL") {
            Some(url) => (parse("ONBEHALF_INSTALL_KEYS_URL", &url)?, Vec::new()),
            None => (
                parse("ONBEHALF_INSTALL_KEYS_URL", install_keys::PRODUCTION)?,
                vec![parse(
                    "ONBEHALF_INSTALL_KEYS_URL",
                    install_keys::PRODUCTION_FALLBACK,
                )?],
            ),
        };
        let token_url =
            set("ONBEHALF_TOKEN_URL").unwrap_or_else(|| impersonation::PRODUCTION.into());
        Ok(Self {
            base_url: parse(
                "ONBEHALF_BASE_URL",
                &set("ONBEHALF_BASE_URL").ok_or(ConfigError::Missing {
                    name: "ONBEHALF_BASE_URL",
                    what: "the app's own URL, such as https://onbehalf.example.com",
                })?,
            )?,
            table: set("ONBEHALF_TABLE").unwrap_or_else(|| "onbehalf".into()),
            seal_key: SealKey::read(set("ONBEHALF_SEAL_KEY"))?,
            allowed_hosts: tenant_hosts
                .parse()
                .map_err(|error| malformed("ONBEHALF_TENANT_HOSTS", &error))?,
            tenant_hosts,
            install_keys,
            token_url: parse("ONBEHALF_TOKEN_URL", &token_url)?,
            queue_url: set("ONBEHALF_QUEUE_URL"),
            schedule_group: schedule_group(set("ONBEHALF_SCHEDULE_GROUP"))?,
            schedule_role: schedule_role(set("ONBEHALF_SCHEDULE_ROLE"))?,
            notices: notices(set("ONBEHALF_PURPOSE"), set("ONBEHALF_NOTICES_KEPT"))?,
            retention: retention(set("ONBEHALF_RETENTION_DAYS"))?,
            page: set("ONBEHALF_PAGE").unwrap_or_else(|| "page".into()).into(),
            origin_secret: set("ONBEHALF_ORIGIN_SECRET")
                .map(|text| OriginSecret::parse(&text))
                .transpose()
                .map_err(|error| malformed("ONBEHALF_ORIGIN_SECRET", &error))?,
            bridge: set("ONBEHALF_BRIDGE_URL").unwrap_or_else(|| BRIDGE.into()),
        })
    }

    /// The queue's URL, for a binary that needs it.
    pub fn needed_queue_url(&self) -> Result<&str, ConfigError> {
        self.queue_url.as_deref().ok_or(ConfigError::Missing {
            name: "ONBEHALF_QUEUE_URL",
            what: "the URL of the SQS queue that feeds the `act` function",
        })
    }

    /// The schedule group, for a binary that sets timers.
    pub fn needed_schedule_group(&self) -> Result<&str, ConfigError> {
        self.schedule_group.as_deref().ok_or(ConfigError::Missing {
            name: "ONBEHALF_SCHEDULE_GROUP",
            what: "the schedule group of EventBridge Scheduler that holds the timers",
        })
    }

    /// The role of timers, for a binary that sets them.
    pub fn needed_schedule_role(&self) -> Result<&str, ConfigError> {
        self.schedule_role.as_deref().ok_or(ConfigError::Missing {
            name: "ONBEHALF_SCHEDULE_ROLE",
            what: "the ARN of the role as which EventBridge Scheduler asks for runs",
        })
    }
}

impl SealKey {
    fn read(value: Option<String>) -> Result<Self, ConfigError> {
        const NAME: &str = "ONBEHALF_SEAL_KEY";
        let value = value.ok_or(ConfigError::Missing {
            name: NAME,
            what: "the ARN of a KMS key, or file:PATH on one machine",
        })?;
        match value.strip_prefix("file:") {
            Some("") => Err(malformed(NAME, &"file: names no file")),
            Some(path) => Ok(Self::File(path.into())),
            None if value.starts_with("arn:") => Ok(Self::Kms(value)),
            None => Err(malformed(
                NAME,
                &"it is neither the ARN of a KMS key nor file:PATH",
            )),
        }
    }
}

fn notices(purpose: Option<String>, kept: Option<String>) -> Result<Notices, ConfigError> {
    let purpose = purpose
        .map(|purpose| Purpose::parse(&purpose))
        .transpose()
        .map_err(|error| malformed("ONBEHALF_PURPOSE", &error))?;
    let kept = kept.unwrap_or_default();
    let kept: Vec<String> = kept
        .split(',')
        .map(|version| version.trim().to_owned())
        .filter(|version| !version.is_empty())
        .collect();
    // Each is a value in a condition of the database, which takes up to 100.
    if kept.len() > MOST_NOTICES_KEPT {
        return Err(malformed(
            "ONBEHALF_NOTICES_KEPT",
            &format!("it names more than {MOST_NOTICES_KEPT} versions"),
        ));
    }
    Ok(Notices::new(purpose, kept))
}

fn retention(days: Option<String>) -> Result<SignedDuration, ConfigError> {
    let days = match days {
        None => RETENTION_DAYS,
        Some(days) => days
            .parse()
            .ok()
            .filter(|days| (0..=LONGEST_RETENTION_DAYS).contains(days))
            .ok_or_else(|| {
                let reason =
                    format!("it must be a number of days from 0 to {LONGEST_RETENTION_DAYS}");
                malformed("ONBEHALF_RETENTION_DAYS", &reason)
            })?,
    };
    Ok(SignedDuration::from_hours(24 * days))
}

/// <https://docs.aws.amazon.com/scheduler/latest/APIReference/API_CreateScheduleGroup.html>
fn schedule_group(name: Option<String>) -> Result<Option<String>, ConfigError> {
    let fits = |name: &String| {
        (1..=64).contains(&name.len())
            && name
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b"-_.".contains(&b))
    };
    match name {
        Some(name) if !fits(&name) => Err(malformed(
            "ONBEHALF_SCHEDULE_GROUP",
            &"it must be 1 to 64 letters, digits, hyphens, underscores and dots",
        )),
        name => Ok(name),
    }
}

fn schedule_role(arn: Option<String>) -> Result<Option<String>, ConfigError> {
    match arn {
        Some(arn) if !(arn.starts_with("arn:") && arn.contains(":role/")) => Err(malformed(
            "ONBEHALF_SCHEDULE_ROLE",
            &"it is not the ARN of a role",
        )),
        arn => Ok(arn),
    }
}

fn parse(name: &'static str, url: &str) -> Result<BaseUrl, ConfigError> {
    BaseUrl::parse(url).map_err(|error| malformed(name, &error))
}

fn malformed(name: &'static str, reason: &dyn std::fmt::Display) -> ConfigError {
    ConfigError::Malformed {
        name,
        reason: reason.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const WHOLE: [(&str, &str); 2] = [
        ("ONBEHALF_BASE_URL", "https://onbehalf.example.com"),
        ("ONBEHALF_SEAL_KEY", "arn:aws:kms:eu-central-1:1:key/1"),
    ];

    fn read(changes: &[(&'static str, &str)]) -> Result<Config, String> {
        Config::read(|name| {
            let changed = changes.iter().find(|(changed, _)| *changed == name);
            let set = changed.or_else(|| WHOLE.iter().find(|(set, _)| *set == name));
            set.map(|(_, value)| (*value).to_owned())
        })
        .map_err(|error| error.to_string())
    }

    #[test]
    fn two_values_are_enough() {
        let config = read(&[]).unwrap();
        assert_eq!(config.table, "onbehalf");
        assert_eq!(config.token_url.as_str(), impersonation::PRODUCTION);
        assert_eq!(config.install_keys.1.len(), 1);
        config.needed_queue_url().unwrap_err();
        config.needed_schedule_group().unwrap_err();
        config.needed_schedule_role().unwrap_err();
    }

    #[test]
    fn an_error_names_the_value_in_one_line() {
        for (name, value) in [
            ("ONBEHALF_BASE_URL", ""),
            ("ONBEHALF_BASE_URL", "onbehalf.example.com"),
            ("ONBEHALF_BASE_URL", "http://onbehalf.example.com"),
            ("ONBEHALF_SEAL_KEY", ""),
            ("ONBEHALF_SEAL_KEY", "file:"),
            ("ONBEHALF_SEAL_KEY", "hunter2"),
            ("ONBEHALF_TENANT_HOSTS", "*"),
            ("ONBEHALF_TOKEN_URL", "ftp://example.com"),
            ("ONBEHALF_INSTALL_KEYS_URL", "/keys"),
            ("ONBEHALF_PURPOSE", r#"{"de": "Es berichtet."}"#),
            ("ONBEHALF_RETENTION_DAYS", "-1"),
            ("ONBEHALF_RETENTION_DAYS", "a month"),
            ("ONBEHALF_SCHEDULE_GROUP", "ours/theirs"),
            ("ONBEHALF_ORIGIN_SECRET", "guess me"),
            ("ONBEHALF_SCHEDULE_ROLE", "timers"),
            ("ONBEHALF_SCHEDULE_ROLE", "arn:aws:kms:eu-central-1:1:key/1"),
        ] {
            let error = read(&[(name, value)]).unwrap_err();
            assert!(
                error.starts_with(name) && error.lines().count() == 1,
                "{name}={value}: {error}"
            );
        }
    }
}
