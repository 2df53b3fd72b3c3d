//! User tokens: one exchange for all who ask at once, in whatever Lambda, then kept, sealed, until shortly before they
//! expire.

use std::collections::HashMap;
use std::sync::{Arc, Mutex as SyncMutex, PoisonError};
use std::time::Duration;

use atlassian_connect::impersonation::{Assertion, ExchangeError, UserToken as ConnectUserToken};
use atlassian_connect::{AccountId as ConnectAccountId, BaseUrl, Scope, ScopeSet};
use jiff::{SignedDuration, Timestamp};
use onbehalf_contract::Access;
use tokio::sync::Mutex;

use super::{Connect, Inner};
use crate::adapters::seal::{Binding, Purpose};
use crate::capabilities::platform::{TOKEN_SPARE, TokenError, UserToken, UserTokens};
use crate::capabilities::store::{KeepPace, KeepTokens, KeptToken};
use crate::domain::ids::Subject;
use crate::domain::tenant::Tenant;
use crate::use_cases::begin::StartedAct;

/// Past this many people, those whose tokens have expired are forgotten; and again when twice as many have come as were left.
const PEOPLE_KEPT: usize = 10_000;

/// Whose token, and for what. The generation makes a re-install a new name: its tokens are others.
#[derive(Clone, PartialEq, Eq, Hash)]
struct Name {
    of: Subject,
    generation: u64,
    access: Access,
}

/// The tokens in memory. Whoever holds the lock of a place is the one who fills it.
#[derive(Default)]
pub(super) struct Tokens(SyncMutex<Places>);

#[derive(Default)]
struct Places {
    by_name: HashMap<Name, Place>,
    /// How many there were after those that had expired were forgotten.
    left: usize,
}

type Place = Arc<Mutex<Option<Known>>>;

/// What is known of a token.
enum Known {
    Held(Held),
    /// Asked for here, and refused with this OAuth error code. It cannot be asked for again before the turn is over, and
    /// who comes meanwhile is told the same.
    Refused {
        code: String,
        until: Timestamp,
    },
}

struct Held {
    secret: String,
    expires_at: Timestamp,
}

/// How long one Lambda has the turn to ask for a token. Nobody waits for it longer than an act lasts.
const TURN: SignedDuration = SignedDuration::from_secs(10);

/// How often it is looked whether the one whose turn it is has the token, and after what pauses.
const LOOKS: u32 = 30;
const PAUSE: Duration = Duration::from_millis(250);

impl<S: KeepTokens + KeepPace> UserTokens for Connect<S> {
    async fn user_token(
        &self,
        tenant: &Tenant,
        act: &StartedAct,
        kept: Option<&KeptToken>,
    ) -> Result<UserToken, TokenError> {
        let act = act.act();
        let name = Name {
            of: act.of().clone(),
            generation: tenant.generation,
            access: act.access,
        };
        if name.of.tenant != tenant.key {
            return Err(TokenError::Internal("the act is of another tenant".into()));
        }
        let place = self.inner.tokens.place(&name, self.inner.clock.now());
        let mut known = place.lock().await;
        let now = self.inner.clock.now();
        match known.as_ref() {
            Some(Known::Held(held)) if is_fresh(held.expires_at, now) => {
                return Ok(UserToken::kept(held.secret.clone()));
            }
            Some(Known::Refused { code, until }) if now < *until => {
                return Err(TokenError::Refused(code.clone()));
            }
            _ => {}
        }
        let had = match self.inner.open(&name, kept, now).await {
            Some(kept) => Ok((kept, false)),
            None => self.inner.exchange_once(tenant, &name, kept).await,
        };
        match had {
            Ok((held, exchanged)) => {
                let secret = held.secret.clone();
                *known = Some(Known::Held(held));
                Ok(match exchanged {
                    true => UserToken::exchanged(secret),
                    false => UserToken::kept(secret),
                })
            }
            Err(error) => {
                if let TokenError::Refused(code) = &error {
                    *known = Some(Known::Refused {
                        code: code.clone(),
                        until: now.saturating_add(TURN).map_err(internal)?,
                    });
                }
                Err(error)
            }
        }
    }
}

impl<S: KeepTokens + KeepPace> Inner<S> {
    /// Asks for a token, or waits for the one that another Lambda is asking for. Says whether it was asked for here.
    async fn exchange_once(
        &self,
        tenant: &Tenant,
        name: &Name,
        kept: Option<&KeptToken>,
    ) -> Result<(Held, bool), TokenError> {
        // What was found and did not open: what is about to expire is not asked for anew before it has.
        let useless = |kept: &KeptToken, now| {
            kept.generation == name.generation && is_fresh(kept.expires_at, now)
        };
        let mut kept = kept.cloned();
        for look in 0..LOOKS {
            if look > 0 {
                self.clock.sleep(PAUSE).await;
            }
            let now = self.clock.now();
            let until = now.saturating_add(TURN).map_err(internal)?;
            let useless = kept.as_ref().filter(|kept| useless(kept, now));
            let turn = self.store.take_exchange(
                &name.of,
                name.access,
                name.generation,
                now,
                until,
                useless,
            );
            if turn.await.map_err(internal)? {
                return Ok((self.exchange(tenant, name).await?, true));
            }
            kept = self
                .store
                .kept_token(&name.of, name.access)
                .await
                .map_err(internal)?;
            if let Some(held) = self.open(name, kept.as_ref(), self.clock.now()).await {
                return Ok((held, false));
            }
        }
        Err(TokenError::Awaited)
    }

    /// The token that another Lambda left. One that does not open is as good as none.
    async fn open(&self, name: &Name, kept: Option<&KeptToken>, now: Timestamp) -> Option<Held> {
        let kept = kept
            .filter(|kept| kept.generation == name.generation && is_fresh(kept.expires_at, now))?;
        let opened = self.sealer.open(&binding(&name.of), &kept.sealed).await;
        let text = String::from_utf8(opened.ok()?).ok()?;
        // What was sealed is the person and the token, so that one person's token is never another's.
        let (account, secret) = text.split_once(' ')?;
        (account == name.of.account.as_str()).then(|| Held {
            secret: secret.to_owned(),
            expires_at: kept.expires_at,
        })
    }

    async fn exchange(&self, tenant: &Tenant, name: &Name) -> Result<Held, TokenError> {
        let credentials = self.credentials(tenant).await.map_err(internal)?;
        let client_id = credentials.oauth_client_id.as_ref().ok_or_else(|| {
            TokenError::Refused(
                "the installation has no oauthClientId; it must be installed again".into(),
            )
        })?;
        let base_url = BaseUrl::parse(tenant.site.as_str()).map_err(internal)?;
        let account_id = ConnectAccountId::new(name.of.account.as_str()).map_err(internal)?;
        let assertion = Assertion {
            client_id,
            shared_secret: &credentials.shared_secret,
            base_url: &base_url,
            account_id: &account_id,
        };
        let scopes = scopes(name.access);
        let exchange = self.token_endpoint.exchange(assertion, &scopes, self.now());
        let token = match exchange.await {
            Ok(token) => token,
            Err(error) => {
                if let ExchangeError::RateLimited { retry_after } = &error {
                    self.note_block(tenant, *retry_after).await;
                }
                return Err(error.into());
            }
        };
        self.keep(name, token).await
    }

    async fn keep(&self, name: &Name, token: ConnectUserToken) -> Result<Held, TokenError> {
        let expires_at = Timestamp::from_second(token.expires_at().get()).map_err(internal)?;
        let text = format!("{} {}", name.of.account, token.expose());
        let sealed = self
            .sealer
            .seal(&binding(&name.of), text.as_bytes())
            .await
            .map_err(internal)?;
        let kept = KeptToken {
            generation: name.generation,
            sealed,
            expires_at,
        };
        self.store
            .keep_token(&name.of, name.access, &kept)
            .await
            .map_err(internal)?;
        Ok(Held {
            secret: token.expose().to_owned(),
            expires_at,
        })
    }
}

impl Tokens {
    fn place(&self, name: &Name, now: Timestamp) -> Place {
        let mut places = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        // It looks at all of them, so not at each call.
        if places.by_name.len() >= PEOPLE_KEPT.max(2 * places.left) {
            // A place that somebody is filling is locked, and stays.
            places.by_name.retain(|_, place| match place.try_lock() {
                Ok(known) => match known.as_ref() {
                    Some(Known::Held(held)) => is_fresh(held.expires_at, now),
                    Some(Known::Refused { until, .. }) => now < *until,
                    None => false,
                },
                Err(_) => true,
            });
            places.left = places.by_name.len();
        }
        Arc::clone(places.by_name.entry(name.clone()).or_default())
    }
}

fn is_fresh(expires_at: Timestamp, now: Timestamp) -> bool {
    expires_at.duration_since(now) > TOKEN_SPARE
}

/// The token never carries more than the consent: to read, `READ` alone is asked for.
fn scopes(access: Access) -> ScopeSet {
    match access {
        Access::Read => ScopeSet::only(Scope::Read),
        Access::ReadWrite => ScopeSet::only(Scope::Read).and(Scope::Write),
    }
}

fn binding(of: &Subject) -> Binding<'_> {
    Binding {
        tenant: &of.tenant,
        purpose: Purpose::UserToken,
    }
}

fn internal(error: impl std::fmt::Display) -> TokenError {
    TokenError::Internal(error.to_string())
}

impl From<ExchangeError> for TokenError {
    fn from(error: ExchangeError) -> Self {
        match error {
            ExchangeError::Refused { code, .. } => Self::Refused(code.to_string()),
            ExchangeError::RateLimited { retry_after } => Self::RateLimited { retry_after },
            error => Self::Unavailable(Box::new(error)),
        }
    }
}
