//! The public keys that Atlassian signs lifecycle callbacks with.
//!
//! The header of a token names its key, and a host of Atlassian's answers the key's PEM. Both the name and the moment
//! are chosen by whoever sends a callback, so this asks a host from the configuration and no other, keeps what it gets,
//! remembers what is not there, and asks only so often.
//!
//! Source: [Security for Connect apps](https://developer.atlassian.com/cloud/confluence/security-for-connect-apps/#validating-installation-lifecycle-requests).

mod cache;
mod key;

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use reqwest::StatusCode;
use tokio::sync::OnceCell;

use self::cache::{Cache, Lookup};
use crate::http_client::{self, BodyError};
use crate::{BaseUrl, HttpClient, Kid, UnixSeconds};

pub use cache::{COOLDOWN, FAILED_LOOKUPS, KEPT_FOR, KEPT_KEYS};
pub use key::InstallKey;

/// Atlassian's production host of install keys.
///
/// Source: [atlassian-connect-express 11.5](https://bitbucket.org/atlassian/atlassian-connect-express/src/master/lib/middleware/verify-installation.js).
pub const PRODUCTION: &str = "https://asap-distribution.us-west-2.prod.atl-asap.net";

/// Atlassian's older, documented production host of install keys, asked where the first has no answer.
///
/// Source: [Security for Connect apps](https://developer.atlassian.com/cloud/confluence/security-for-connect-apps/#validating-installation-lifecycle-requests).
pub const PRODUCTION_FALLBACK: &str = "https://connect-install-keys.atlassian.com";

/// How long one host may take. The product gives an app about 10 s to answer `installed`; two hosts fit in.
const TIMEOUT: Duration = Duration::from_secs(4);

/// The longest body that is read. The PEM of the largest key that is accepted has less than 2 kB.
const LONGEST_BODY: usize = 8 * 1024;

/// Fetches install keys, and keeps them: `GET {url}/{kid}` answers PEM.
///
/// Share one among all callbacks of an app: it is what it remembers.
pub struct InstallKeys {
    urls: Vec<BaseUrl>,
    client: HttpClient,
    timeout: Duration,
    cache: Mutex<Cache>,
}

impl InstallKeys {
    /// Keys from the first of these URLs that has them.
    #[must_use]
    pub fn new(first: BaseUrl, fallbacks: Vec<BaseUrl>, client: HttpClient) -> Self {
        let mut urls = fallbacks;
        urls.insert(0, first);
        Self {
            urls,
            client,
            timeout: TIMEOUT,
            cache: Mutex::default(),
        }
    }

    /// Keys from Atlassian's production hosts, [`PRODUCTION`] and [`PRODUCTION_FALLBACK`].
    #[must_use]
    pub fn production(client: HttpClient) -> Self {
        let url = |text| BaseUrl::parse(text).expect("a constant of this module is a URL");
        Self::new(url(PRODUCTION), vec![url(PRODUCTION_FALLBACK)], client)
    }

    /// With another time that each host may take. The product waits about 10 s for an answer to `installed`.
    #[must_use]
    pub fn with_timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// The key with this id: kept, or fetched once for all who ask at the same time.
    ///
    /// # Errors
    ///
    /// See [`InstallKeyError`].
    pub async fn get(&self, kid: &Kid, now: UnixSeconds) -> Result<InstallKey, InstallKeyError> {
        let flight = match self.cache().look_up(kid, now)? {
            Lookup::Kept(key) => return Ok(key),
            Lookup::Flight(flight) => Passenger {
                keys: self,
                kid,
                flight,
            },
        };
        let landed = flight.flight.get_or_init(|| async {
            let result = self.fetch(kid).await;
            self.cache().record(kid, &result, now);
            result
        });
        landed.await.clone()
    }

    async fn fetch(&self, kid: &Kid) -> Result<InstallKey, InstallKeyError> {
        // What the hosts say if none has the key: "unknown" only if all of them say so.
        let mut failure = InstallKeyError::Unknown(kid.clone());
        for url in &self.urls {
            match self.fetch_from(url, kid).await {
                Ok(key) => return Ok(key),
                Err(InstallKeyError::Unknown(_)) => {}
                Err(error) => {
                    tracing::warn!(key.id = %kid, key.host = url.host(), "Install key not had: {error}");
                    failure = error;
                }
            }
        }
        Err(failure)
    }

    async fn fetch_from(&self, url: &BaseUrl, kid: &Kid) -> Result<InstallKey, InstallKeyError> {
        let unavailable = |reason| InstallKeyError::Unavailable { reason };
        // A `Kid` is one plain path segment: see there.
        let request = self
            .client
            .reqwest()
            .get(url.join(&format!("/{kid}")))
            .timeout(self.timeout);
        let response = request
            .send()
            .await
            .map_err(|error| unavailable(http_client::reason(&error)))?;
        match response.status() {
            StatusCode::OK => {}
            StatusCode::NOT_FOUND | StatusCode::GONE => {
                return Err(InstallKeyError::Unknown(kid.clone()));
            }
            _ => return Err(unavailable("it answered neither 200 nor 404")),
        }
        let body = http_client::read_body(response, LONGEST_BODY)
            .await
            .map_err(|error| match error {
                BodyError::TooLong => InstallKeyError::NotAKey(kid.clone()),
                BodyError::Broken(reason) => unavailable(reason),
            })?;
        InstallKey::from_pem(&body).ok_or_else(|| InstallKeyError::NotAKey(kid.clone()))
    }

    fn cache(&self) -> MutexGuard<'_, Cache> {
        // Nothing panics with the lock held, and each change of the cache is whole by itself.
        self.cache.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for InstallKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("InstallKeys")
            .field("urls", &self.urls)
            .finish_non_exhaustive()
    }
}

/// One who waits for a key. The last to leave, also by giving up, clears the flight away.
struct Passenger<'a> {
    keys: &'a InstallKeys,
    kid: &'a Kid,
    flight: Flight,
}

type Flight = Arc<OnceCell<Result<InstallKey, InstallKeyError>>>;

impl Drop for Passenger<'_> {
    fn drop(&mut self) {
        self.keys.cache().leave(self.kid, &self.flight);
    }
}

/// Why there is no install key.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InstallKeyError {
    /// No host knows it, or none did within the last [`COOLDOWN`] seconds. Answer 401.
    #[error("no install key has the id {0}; the callback is not from Atlassian")]
    Unknown(Kid),
    /// A host could not be asked. Answer 503.
    #[error(
        "the host of the install keys could not be asked: {reason}; can this machine reach it?"
    )]
    Unavailable {
        /// What went wrong, in words.
        reason: &'static str,
    },
    /// A host answered something else than the PEM of an RSA public key of at least 2048 bits. Answer 503.
    #[error("what the host answered for {0} is not an RSA public key in PEM of at least 2048 bits")]
    NotAKey(Kid),
    /// Too many lookups failed within the last minute, and no further one is made. Answer 503.
    #[error("too many install keys were asked for in vain; further ones have to wait a minute")]
    TooManyLookups,
}

impl InstallKeyError {
    /// Whether asking later might help: answer 503, otherwise 401.
    pub fn is_temporary(&self) -> bool {
        !matches!(self, Self::Unknown(_))
    }
}

#[cfg(test)]
mod tests;
