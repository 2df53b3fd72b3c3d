//! The tokens that a site makes, for the simulator's own use and for tests that forge.

use jiff::SignedDuration;
use serde_json::{Map, Value, json};

use crate::clock::SimClock;
use crate::installation::Installation;
use crate::jwt::{RsaKey, Token, claims};
use crate::people::{Person, find};
use crate::qsh::qsh;

/// How long a page token, and any other that is bound to one request, lives.
const REQUEST_LIFE: SignedDuration = SignedDuration::from_secs(180);
/// How long a context token lives.
const CONTEXT_LIFE: SignedDuration = SignedDuration::from_secs(900);

/// Makes tokens for one installation, current or past.
///
/// A person is named by handle or account id; an unknown name is taken to be an account id, and `"nobody"` leaves
/// `sub` out, as for anonymous visitors.
#[derive(Clone, Debug)]
pub struct Mint {
    installation: Installation,
    clock: SimClock,
    install_key: RsaKey,
    people: Vec<Person>,
}

impl Mint {
    pub(crate) fn new(
        installation: Installation,
        clock: SimClock,
        install_key: RsaKey,
        people: Vec<Person>,
    ) -> Self {
        Self {
            installation,
            clock,
            install_key,
            people,
        }
    }

    /// The token in the `jwt` parameter of an iframe's URL. `path_and_query` is relative to the app's base URL, as in
    /// `/consent?request=1`.
    pub fn page(&self, person: &str, path_and_query: &str) -> Token {
        let hash = self.hash("GET", path_and_query);
        self.host_token(person, REQUEST_LIFE, hash)
            .claim("context", Map::new())
    }

    /// The token that `AP.context.getToken` gives.
    pub fn context(&self, person: &str) -> Token {
        self.context_in(person, Map::new())
    }

    /// A context token in which `confluence` tells of the page and space around the iframe.
    pub(crate) fn context_in(&self, person: &str, confluence: Map<String, Value>) -> Token {
        let context =
            json!({"license": {"active": self.installation.licensed}, "confluence": confluence});
        self.host_token(person, CONTEXT_LIFE, "context-qsh".to_owned())
            .claim("context", context)
    }

    /// The token of a webhook, and of the callbacks `enabled` and `disabled`.
    pub fn webhook(&self, path_and_query: &str) -> Token {
        let hash = self.hash("POST", path_and_query);
        self.host_token("nobody", REQUEST_LIFE, hash)
    }

    /// The token of the callbacks `installed` and `uninstalled`: RS256, with a `kid`.
    pub fn lifecycle(&self, path_and_query: &str) -> Token {
        let hash = self.hash("POST", path_and_query);
        let token = Token::rs256(&self.install_key, self.claims(REQUEST_LIFE, hash));
        token.claim("aud", json!([self.installation.descriptor.base_url]))
    }

    /// The installation that the tokens are for.
    #[must_use]
    pub fn installation(&self) -> &Installation {
        &self.installation
    }

    fn host_token(&self, person: &str, life: SignedDuration, hash: String) -> Token {
        let token = Token::hs256(&self.installation.shared_secret, self.claims(life, hash));
        match person {
            "nobody" => token,
            who => token.claim(
                "sub",
                find(&self.people, who).map_or(who, |person| &person.account_id),
            ),
        }
    }

    fn claims(&self, life: SignedDuration, hash: String) -> Map<String, Value> {
        let now = self.clock.epoch_seconds();
        claims([
            ("iss", json!(self.installation.client_key)),
            ("iat", json!(now)),
            ("exp", json!(now + life.as_secs())),
            ("qsh", json!(hash)),
        ])
    }

    fn hash(&self, method: &str, path_and_query: &str) -> String {
        // The path is already relative to the base URL.
        qsh(method, path_and_query, "")
    }
}
