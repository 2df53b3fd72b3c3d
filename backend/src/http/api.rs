use std::sync::Arc;

use atlassian_connect::BaseUrl;
use atlassian_connect::descriptor::{Descriptor, DescriptorError};
use jiff::SignedDuration;

use super::page::Page;
use crate::adapters::connect::Connect;
use crate::adapters::dynamodb::Store;
use crate::capabilities::world::{RunQueue, SharedClock, Timers};
use crate::domain::consent::Circumstances;
use crate::domain::notice::Notices;
use crate::domain::tenant::Tenant;

/// What the handlers work with.
#[derive(Clone)]
pub struct Api {
    pub(super) store: Store,
    pub(super) platform: Connect<Store>,
    pub(super) queue: Arc<dyn RunQueue>,
    pub(super) timers: Arc<dyn Timers>,
    pub(super) clock: SharedClock,
    pub(super) notices: Arc<Notices>,
    /// How long what is kept of a tenant is kept after the app was removed.
    pub(super) retention: SignedDuration,
    pub(super) page: Page,
    pub(super) app: Arc<App>,
}

/// The app as its descriptor describes it.
pub(super) struct App {
    pub(super) name: String,
    pub(super) vendor: String,
    pub(super) url: String,
    pub(super) descriptor: String,
}

/// What the API is made of.
pub struct ApiSettings {
    pub store: Store,
    pub platform: Connect<Store>,
    pub queue: Arc<dyn RunQueue>,
    pub timers: Arc<dyn Timers>,
    pub clock: SharedClock,
    pub notices: Arc<Notices>,
    pub retention: SignedDuration,
    pub page: Page,
    pub base_url: BaseUrl,
}

/// The descriptor with `{{baseUrl}}` in the place of the app's URL.
const DESCRIPTOR: &str = include_str!("../../../atlassian-connect.json");

impl Api {
    pub fn new(settings: ApiSettings) -> Result<Self, DescriptorError> {
        let ApiSettings {
            store,
            platform,
            queue,
            timers,
            clock,
            notices,
            retention,
            page,
            base_url,
        } = settings;
        let descriptor = Descriptor::from_template(DESCRIPTOR, &base_url)?;
        let name = descriptor
            .name
            .clone()
            .unwrap_or_else(|| descriptor.key.to_string());
        let vendor = descriptor
            .vendor
            .as_ref()
            .and_then(|vendor| vendor.name.clone());
        let app = App {
            vendor: vendor.unwrap_or_else(|| name.clone()),
            name,
            url: base_url.to_string(),
            descriptor: descriptor.to_json(),
        };
        Ok(Self {
            store,
            platform,
            queue,
            timers,
            clock,
            notices,
            retention,
            page,
            app: Arc::new(app),
        })
    }

    /// What the standing of this tenant's consents depends on now.
    pub(super) fn circumstances<'a>(&'a self, tenant: &'a Tenant) -> Circumstances<'a> {
        tenant.circumstances(&self.notices, self.clock.now())
    }
}
