use std::sync::Arc;

use atlassian_connect::BaseUrl;
use atlassian_connect::descriptor::{Descriptor, DescriptorError};

use super::page::Page;
use crate::adapters::connect::Connect;
use crate::adapters::dynamodb::Store;
use crate::capabilities::world::{RunQueue, SharedClock};

/// What the handlers work with.
#[derive(Clone)]
pub struct Api {
    pub(super) store: Store,
    pub(super) platform: Connect<Store>,
    pub(super) queue: Arc<dyn RunQueue>,
    pub(super) clock: SharedClock,
    pub(super) page: Page,
    pub(super) app: Arc<App>,
}

/// The app as its descriptor describes it.
pub(super) struct App {
    pub(super) name: String,
    pub(super) descriptor: String,
}

/// What the API is made of.
pub struct ApiSettings {
    pub store: Store,
    pub platform: Connect<Store>,
    pub queue: Arc<dyn RunQueue>,
    pub clock: SharedClock,
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
            clock,
            page,
            base_url,
        } = settings;
        let descriptor = Descriptor::from_template(DESCRIPTOR, &base_url)?;
        let app = App {
            name: descriptor
                .name
                .clone()
                .unwrap_or_else(|| descriptor.key.to_string()),
            descriptor: descriptor.to_json(),
        };
        Ok(Self {
            store,
            platform,
            queue,
            clock,
            page,
            app: Arc::new(app),
        })
    }
}
