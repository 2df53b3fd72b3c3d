//! A crowd: many tenants with many people on one simulator, made at once.
//!
//! Each tenant is a site of its own at `http://localhost:PORT/sites/{number}/wiki`: with its own people, spaces, pages,
//! installation, access tokens and records, and a control API below `…/sites/{number}/control`. Keys, clock, faults,
//! latency, limits and counts are those of the whole simulator. There are no pages for browsers.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::sync::{Arc, PoisonError, RwLock};

use axum::Router;
use axum::body::Body;
use axum::extract::{FromRequestParts, Request, State};
use axum::response::{IntoResponse, Response};
use http::request::Parts;
use http::{StatusCode, Uri};
use serde::{Deserialize, Serialize};
use tokio::task::JoinSet;
use tower::ServiceExt as _;

use crate::calls::{Calls, Exchanges};
use crate::installation::Installation;
use crate::lifecycle::{self, InstallError};
use crate::limits::TenantLimits;
use crate::people::{People, Person};
use crate::site::Site;
use crate::spaces::{Content, Space};
use crate::tokens::Mint;

/// How many apps are told of their installations at once.
const AT_ONCE: usize = 16;

/// What crowd to make.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CrowdOrder {
    pub tenants: usize,
    /// In all tenants together, spread evenly.
    pub accounts: usize,
    /// Of the app that is installed in each tenant; absent: of the only one that is installed in the simulator's own site.
    #[serde(default)]
    pub descriptor_url: Option<String>,
    /// Whether the app is told, by the callbacks of each installation. Otherwise whoever ordered the crowd hands the
    /// installations to the app.
    #[serde(default)]
    pub announced: bool,
}

/// A tenant of a crowd.
#[derive(Clone, Debug)]
pub struct CrowdTenant {
    pub installation: Installation,
    pub accounts: Vec<CrowdAccount>,
    site: Arc<Site>,
}

/// An account of a crowd, with a space of its own.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct CrowdAccount {
    pub account_id: String,
    pub space_id: String,
    pub homepage_id: String,
}

/// Why there is no crowd.
#[derive(Debug, thiserror::Error)]
pub enum CrowdError {
    #[error("a crowd has at least one tenant")]
    Empty,
    #[error("exactly one app must be installed, or descriptorUrl must name one")]
    WhichApp,
    #[error(transparent)]
    Install(#[from] InstallError),
    #[error("the system gave no randomness to make keys with")]
    Randomness,
}

/// The tenants beside the simulator's own site. Clones share them.
#[derive(Clone, Debug, Default)]
pub(crate) struct Crowd(Arc<RwLock<Tenants>>);

#[derive(Debug, Default)]
struct Tenants {
    sites: Vec<Arc<Site>>,
    by_client_key: BTreeMap<String, usize>,
    /// How many accounts were made so far.
    accounts: usize,
}

/// A tenant's site with its people, in which no app is installed yet.
type Peopled = (Arc<Site>, Vec<CrowdAccount>);

/// The site that a request is for: a crowd's tenant, or else the simulator's own.
#[derive(Clone, Debug)]
pub(crate) struct At(pub(crate) Arc<Site>);

impl Crowd {
    /// The tenant with this `clientKey`.
    pub(crate) fn tenant(&self, client_key: &str) -> Option<Arc<Site>> {
        let tenants = self.0.read().unwrap_or_else(PoisonError::into_inner);
        let place = tenants.by_client_key.get(client_key)?;
        tenants.sites.get(*place).cloned()
    }

    pub(crate) fn clear(&self) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = Tenants::default();
    }

    /// The tenant with this number; they are counted from 1.
    fn numbered(&self, number: usize) -> Option<Arc<Site>> {
        let tenants = self.0.read().unwrap_or_else(PoisonError::into_inner);
        tenants.sites.get(number.checked_sub(1)?).cloned()
    }

    /// Makes the sites of a crowd, with their people and without an app.
    fn add(&self, main: &Site, order: &CrowdOrder) -> Result<Vec<Peopled>, CrowdError> {
        let mut tenants = self.0.write().unwrap_or_else(PoisonError::into_inner);
        let mut added = Vec::with_capacity(order.tenants);
        for place in 0..order.tenants {
            let number = tenants.sites.len() + 1;
            let site = main
                .beside(&format!("{PATH}/{number}"))
                .map_err(|_| CrowdError::Randomness)?;
            let site = Arc::new(site);
            // The first tenants have one more, if there is a remainder.
            let share = order.accounts / order.tenants
                + usize::from(place < order.accounts % order.tenants);
            let accounts = (0..share)
                .map(|_| {
                    tenants.accounts += 1;
                    add_account(&site, tenants.accounts)
                })
                .collect();
            tenants
                .by_client_key
                .insert(site.client_key.clone(), number - 1);
            tenants.sites.push(Arc::clone(&site));
            added.push((site, accounts));
        }
        Ok(added)
    }
}

/// Where the tenants' sites are, below the simulator's origin.
pub(crate) const PATH: &str = "/sites";

/// Makes a crowd, and installs the app in each of its tenants.
pub(crate) async fn make(
    main: &Arc<Site>,
    order: &CrowdOrder,
) -> Result<Vec<CrowdTenant>, CrowdError> {
    if order.tenants == 0 {
        return Err(CrowdError::Empty);
    }
    let app = Arc::new(match &order.descriptor_url {
        Some(url) => lifecycle::look_at(main, url).await?,
        None => only_app(main).ok_or(CrowdError::WhichApp)?,
    });
    let mut waiting = main.crowd.add(main, order)?.into_iter().enumerate();
    let (mut under_way, mut made) = (JoinSet::new(), BTreeMap::new());
    let announced = order.announced;
    loop {
        while under_way.len() < AT_ONCE
            && let Some((place, (site, accounts))) = waiting.next()
        {
            let app = Arc::clone(&app);
            under_way.spawn(async move {
                let installation = lifecycle::install_like(&site, &app, announced).await?;
                let tenant = CrowdTenant {
                    installation,
                    accounts,
                    site,
                };
                Ok::<_, InstallError>((place, tenant))
            });
        }
        match under_way.join_next().await {
            Some(Ok(installed)) => {
                let (place, tenant) = installed?;
                made.insert(place, tenant);
            }
            // It panicked, which nothing here does.
            Some(Err(_)) => {}
            None => return Ok(made.into_values().collect()),
        }
    }
}

fn only_app(main: &Site) -> Option<Installation> {
    main.read(|world| match world.installations.len() {
        1 => world.installations.values().next().cloned(),
        _ => None,
    })
}

fn add_account(site: &Site, number: usize) -> CrowdAccount {
    let account_id = format!("712020:00000000-0000-4000-8000-{number:012}");
    let name = format!("Person {number}");
    let now = site.clock.now();
    site.write(|world| {
        let (space_id, homepage_id) = (world.next_id(), world.next_id());
        let person = Person::ordinary(&format!("person-{number}"), &account_id, &name);
        world.people.push(person);
        world
            .spaces
            .push(Space::personal(&space_id, &account_id, &name, &homepage_id));
        let body = "<p>Welcome to my space.</p>";
        let home = Content::page(&homepage_id, &space_id, None, &name, &account_id, now, body);
        world.contents.push(home);
        CrowdAccount {
            account_id: account_id.clone(),
            space_id,
            homepage_id,
        }
    })
}

impl CrowdTenant {
    /// `http://localhost:PORT/sites/{number}/wiki`.
    #[must_use]
    pub fn base_url(&self) -> &str {
        &self.site.urls.base
    }

    #[must_use]
    pub fn people(&self) -> People {
        People::new(Arc::clone(&self.site))
    }

    /// The last calls of this tenant.
    #[must_use]
    pub fn calls(&self) -> &Calls {
        &self.site.calls
    }

    /// The last requests for access tokens for this tenant.
    #[must_use]
    pub fn exchanges(&self) -> &Exchanges {
        &self.site.exchanges
    }

    /// Its pages and comments.
    #[must_use]
    pub fn contents(&self) -> Vec<Content> {
        self.site.read(|world| world.contents.clone())
    }

    /// Makes tokens for its installation.
    #[must_use]
    pub fn mint(&self) -> Mint {
        self.site.mint(self.installation.clone())
    }

    /// Gives it limits of its own; `None` takes them away.
    pub fn set_limits(&self, limits: Option<TenantLimits>) {
        self.site
            .meter
            .set_tenant_limits(&self.site.client_key, limits);
    }
}

impl FromRequestParts<Arc<Site>> for At {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, main: &Arc<Site>) -> Result<Self, Infallible> {
        let of_crowd = parts.extensions.get::<Self>().cloned();
        Ok(of_crowd.unwrap_or_else(|| Self(Arc::clone(main))))
    }
}

/// The sites of the crowd: a request for one goes on to `apis` as if the site stood at the root.
pub(crate) fn router(main: Arc<Site>, apis: Router) -> Router {
    let route = format!("{PATH}/{{number}}/{{*path}}");
    Router::new()
        .route(&route, axum::routing::any(enter))
        .with_state((main, apis))
}

async fn enter(State((main, apis)): State<(Arc<Site>, Router)>, request: Request) -> Response {
    let Some((site, uri)) = destination(&main.crowd, request.uri()) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let (mut parts, body) = request.into_parts();
    parts.uri = uri;
    // What routing has left there is about the path that this one replaces.
    parts.extensions.clear();
    parts.extensions.insert(At(site));
    match apis
        .oneshot(Request::from_parts(parts, Body::new(body)))
        .await
    {
        Ok(response) => response,
        Err(never) => match never {},
    }
}

fn destination(crowd: &Crowd, uri: &Uri) -> Option<(Arc<Site>, Uri)> {
    let path = uri.path_and_query()?.as_str();
    let below = path.strip_prefix(PATH)?.strip_prefix('/')?;
    let slash = below.find('/')?;
    let site = crowd.numbered(below[..slash].parse().ok()?)?;
    Some((site, below[slash..].parse().ok()?))
}
