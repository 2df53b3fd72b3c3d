//! The state of the site, shared by everything that serves it.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use tokio::task::JoinSet;

use crate::access_tokens::AccessTokens;
use crate::calls::{Calls, Deliveries, Exchanges, Log, Reports};
use crate::clock::SimClock;
use crate::counts::Counts;
use crate::crowd::Crowd;
use crate::faults::Faults;
use crate::groups::{self, Group};
use crate::installation::Installation;
use crate::jwt::RsaKey;
use crate::limits::Meter;
use crate::people::{self, Person, cast};
use crate::plugins::Tasks;
use crate::random;
use crate::spaces::{self, Content, Space};
use crate::tokens::Mint;

/// How often apps are to report the accounts of which they keep personal data, in days.
const USUAL_REPORT_CYCLE: u32 = 7;
/// The ids of what is made on a site come after this one.
const FIRST_ID: u64 = 131_072;

/// Everything about one site of a running simulator, which has one of its own and those of its crowd.
#[derive(Debug)]
pub(crate) struct Site {
    pub(crate) urls: Urls,
    /// Names the site towards its apps.
    pub(crate) client_key: String,
    pub(crate) clock: SimClock,
    pub(crate) faults: Faults,
    pub(crate) calls: Calls,
    pub(crate) exchanges: Exchanges,
    pub(crate) deliveries: Deliveries,
    pub(crate) reports: Reports,
    pub(crate) counts: Counts,
    report_cycle: AtomicU32,
    pub(crate) meter: Arc<Meter>,
    /// How long every call takes longer, in milliseconds.
    latency: Arc<AtomicU64>,
    /// The tenants beside this one. Those have none themselves.
    pub(crate) crowd: Crowd,
    pub(crate) access_tokens: AccessTokens,
    pub(crate) plugin_tasks: Tasks,
    pub(crate) install_key: RsaKey,
    pub(crate) http: reqwest::Client,
    /// The folder into which npm installed the bridge.
    pub(crate) assets: PathBuf,
    world: Mutex<World>,
    state: Option<PathBuf>,
    background: Mutex<JoinSet<()>>,
}

/// Where the simulator is reached.
#[derive(Clone, Debug)]
pub(crate) struct Urls {
    /// `http://localhost:PORT`.
    pub(crate) origin: String,
    /// The origin with Confluence's context path: `http://localhost:PORT/wiki`.
    pub(crate) base: String,
    /// `http://localhost:PORT` of Atlassian's shared services.
    pub(crate) services: String,
}

/// What survives a restart.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct World {
    /// The `clientKey` of this site.
    pub(crate) client_key: String,
    install_key: StoredKey,
    pub(crate) people: Vec<Person>,
    #[serde(default = "groups::cast")]
    pub(crate) groups: Vec<Group>,
    pub(crate) spaces: Vec<Space>,
    pub(crate) contents: Vec<Content>,
    pub(crate) installations: BTreeMap<String, Installation>,
    /// The account of each app's own user, which a re-install brings back.
    pub(crate) app_accounts: BTreeMap<String, String>,
    /// When the personal data of an account has changed last, if it has.
    #[serde(default)]
    updated: BTreeMap<String, Timestamp>,
    last_id: u64,
}

#[derive(Clone, Deserialize, Serialize)]
struct StoredKey {
    kid: String,
    pkcs8: String,
}

/// Why the state file is of no use.
#[derive(Debug, thiserror::Error)]
pub enum StateError {
    #[error("can't read or write the state file {path}: {cause}; check its folder and rights")]
    File { path: PathBuf, cause: io::Error },
    #[error("{path} isn't a state file of this simulator ({cause}); delete it to start afresh")]
    Malformed { path: PathBuf, cause: String },
    #[error("the system gave no randomness to make keys with")]
    Randomness,
}

impl From<aws_lc_rs::error::Unspecified> for StateError {
    fn from(_: aws_lc_rs::error::Unspecified) -> Self {
        Self::Randomness
    }
}

impl Site {
    pub(crate) fn new(
        urls: Urls,
        clock: SimClock,
        assets: PathBuf,
        state: Option<PathBuf>,
        http: reqwest::Client,
    ) -> Result<Self, StateError> {
        let (world, install_key) = match state.as_deref().map(load).transpose()?.flatten() {
            Some(loaded) => loaded,
            None => fresh(clock.now())?,
        };
        Ok(Self {
            urls,
            client_key: world.client_key.clone(),
            counts: Counts::default(),
            latency: Arc::default(),
            crowd: Crowd::default(),
            meter: Arc::new(Meter::new(clock.clone())),
            access_tokens: AccessTokens::new(clock.clone()),
            clock,
            faults: Faults::default(),
            calls: Calls::default(),
            exchanges: Exchanges::default(),
            deliveries: Deliveries::default(),
            reports: Reports::default(),
            report_cycle: AtomicU32::new(USUAL_REPORT_CYCLE),
            plugin_tasks: Tasks::default(),
            install_key,
            http,
            assets,
            world: Mutex::new(world),
            state,
            background: Mutex::default(),
        })
    }

    /// The site of another tenant, at a path of this one's origin: without anyone or anything in it.
    pub(crate) fn beside(&self, path: &str) -> Result<Self, StateError> {
        let client_key = random::uuid()?;
        let origin = format!("{}{path}", self.urls.origin);
        let world = self.read(|world| World {
            client_key: client_key.clone(),
            install_key: world.install_key.clone(),
            people: Vec::new(),
            groups: groups::cast(),
            spaces: Vec::new(),
            contents: Vec::new(),
            installations: BTreeMap::new(),
            app_accounts: BTreeMap::new(),
            updated: BTreeMap::new(),
            last_id: FIRST_ID,
        });
        Ok(Self {
            urls: Urls {
                base: format!("{origin}/wiki"),
                origin,
                services: self.urls.services.clone(),
            },
            client_key,
            clock: self.clock.clone(),
            faults: self.faults.clone(),
            calls: Log::of_tenant(),
            exchanges: Log::of_tenant(),
            deliveries: Log::of_tenant(),
            reports: Log::of_tenant(),
            counts: self.counts.clone(),
            report_cycle: AtomicU32::new(self.report_cycle()),
            meter: Arc::clone(&self.meter),
            latency: Arc::clone(&self.latency),
            crowd: Crowd::default(),
            access_tokens: AccessTokens::new(self.clock.clone()),
            plugin_tasks: Tasks::default(),
            install_key: self.install_key.clone(),
            http: self.http.clone(),
            assets: self.assets.clone(),
            world: Mutex::new(world),
            state: None,
            background: Mutex::default(),
        })
    }

    pub(crate) fn read<T>(&self, look: impl FnOnce(&World) -> T) -> T {
        look(&self.lock())
    }

    /// Changes the world, and writes it to the state file if there is one.
    pub(crate) fn write<T>(&self, change: impl FnOnce(&mut World) -> T) -> T {
        let mut world = self.lock();
        let result = change(&mut world);
        if let Some(path) = &self.state
            && let Err(error) = save(path, &world)
        {
            // The site works on; what is lost is only what a restart would have brought back.
            tracing::error!(%error, "the state wasn't saved");
        }
        result
    }

    /// Everything back to how a new site is, apart from its keys and installations.
    pub(crate) fn reset(&self) {
        let now = self.clock.now();
        self.write(|world| {
            let apps: Vec<_> = world
                .people
                .iter()
                .filter(|person| world.is_app_user(person))
                .cloned()
                .collect();
            world.people = cast();
            world.people.extend(apps);
            world.groups = groups::cast();
            world.spaces = spaces::spaces();
            world.contents = spaces::contents(now);
            world.updated.clear();
        });
        self.set_report_cycle(USUAL_REPORT_CYCLE);
        self.set_latency(Duration::ZERO);
        self.crowd.clear();
        self.access_tokens.clear();
        self.meter.reset();
        self.clear_records();
        self.faults.clear();
    }

    pub(crate) fn clear_records(&self) {
        self.calls.clear();
        self.exchanges.clear();
        self.deliveries.clear();
        self.reports.clear();
        self.counts.clear();
    }

    /// How long every call takes longer.
    pub(crate) fn latency(&self) -> Duration {
        Duration::from_millis(self.latency.load(Ordering::Relaxed))
    }

    pub(crate) fn set_latency(&self, latency: Duration) {
        let milliseconds = u64::try_from(latency.as_millis()).unwrap_or(u64::MAX);
        self.latency.store(milliseconds, Ordering::Relaxed);
    }

    /// What `Cycle-Period` says, in days.
    pub(crate) fn report_cycle(&self) -> u32 {
        self.report_cycle.load(Ordering::Relaxed)
    }

    pub(crate) fn set_report_cycle(&self, days: u32) {
        self.report_cycle.store(days, Ordering::Relaxed);
    }

    /// The account with this id.
    pub(crate) fn account(&self, id: &str) -> Option<Person> {
        self.read(|world| {
            world
                .people
                .iter()
                .find(|person| person.account_id == id)
                .cloned()
        })
    }

    /// The person with this handle or account id: for those who steer the simulator, not for the protocol.
    pub(crate) fn person(&self, who: &str) -> Option<Person> {
        self.read(|world| people::find(&world.people, who).cloned())
    }

    pub(crate) fn installation(&self, app_key: &str) -> Option<Installation> {
        self.read(|world| world.installations.get(app_key).cloned())
    }

    pub(crate) fn mint(&self, installation: Installation) -> Mint {
        let people = self.read(|world| world.people.clone());
        Mint::new(
            installation,
            self.clock.clone(),
            self.install_key.clone(),
            people,
        )
    }

    /// Runs something beside the call that led to it, until it ends or the simulator does.
    pub(crate) fn in_background(self: &Arc<Self>, work: impl Future<Output = ()> + Send + 'static) {
        let mut background = self
            .background
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        while background.try_join_next().is_some() {}
        background.spawn(work);
    }

    pub(crate) fn end_background(&self) {
        self.background
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .abort_all();
    }

    fn lock(&self) -> MutexGuard<'_, World> {
        self.world.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl World {
    pub(crate) fn next_id(&mut self) -> String {
        self.last_id += 1;
        self.last_id.to_string()
    }

    pub(crate) fn mark_updated(&mut self, account_id: &str, now: Timestamp) {
        self.updated.insert(account_id.to_owned(), now);
    }

    /// When the personal data of an account has changed last, if it has.
    pub(crate) fn updated_at(&self, account_id: &str) -> Option<Timestamp> {
        self.updated.get(account_id).copied()
    }

    fn is_app_user(&self, person: &Person) -> bool {
        self.app_accounts
            .values()
            .any(|account_id| *account_id == person.account_id)
    }
}

fn fresh(now: Timestamp) -> Result<(World, RsaKey), StateError> {
    let key = RsaKey::shared()?;
    let world = World {
        client_key: random::uuid()?,
        install_key: StoredKey {
            kid: key.kid.clone(),
            pkcs8: key.to_pkcs8()?,
        },
        people: cast(),
        groups: groups::cast(),
        spaces: spaces::spaces(),
        contents: spaces::contents(now),
        installations: BTreeMap::new(),
        app_accounts: BTreeMap::new(),
        updated: BTreeMap::new(),
        last_id: FIRST_ID,
    };
    Ok((world, key))
}

fn load(path: &Path) -> Result<Option<(World, RsaKey)>, StateError> {
    let malformed = |cause: String| StateError::Malformed {
        path: path.to_owned(),
        cause,
    };
    let json = match fs::read_to_string(path) {
        Ok(json) => json,
        Err(cause) if cause.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(cause) => {
            return Err(StateError::File {
                path: path.to_owned(),
                cause,
            });
        }
    };
    let world: World = serde_json::from_str(&json).map_err(|error| malformed(error.to_string()))?;
    let StoredKey { kid, pkcs8 } = &world.install_key;
    let key =
        RsaKey::restore(kid, pkcs8).ok_or_else(|| malformed("the key can't be read".to_owned()))?;
    Ok(Some((world, key)))
}

/// Writes a new file and moves it over the old one, so that a crash leaves one of the two.
fn save(path: &Path, world: &World) -> Result<(), StateError> {
    let failed = |cause| StateError::File {
        path: path.to_owned(),
        cause,
    };
    let json = serde_json::to_vec_pretty(world).map_err(|error| failed(error.into()))?;
    let new = path.with_extension("new");
    fs::write(&new, json).map_err(failed)?;
    fs::rename(&new, path).map_err(failed)
}

// The key isn't printed.
impl std::fmt::Debug for StoredKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("StoredKey")
            .field("kid", &self.kid)
            .finish_non_exhaustive()
    }
}
