//! Webhooks about people, for the apps that subscribed to them.
//!
//! <https://developer.atlassian.com/cloud/confluence/modules/webhook/>

use std::sync::Arc;

use serde_json::json;

use crate::lifecycle::deliver;
use crate::people::{AccountState, Person};
use crate::site::Site;

/// What happened to an account.
#[derive(Clone, Copy, Debug)]
pub(crate) enum UserEvent {
    Created,
    Deactivated,
    Reactivated,
    Removed,
}

impl UserEvent {
    /// What a change of state means, if it means anything.
    pub(crate) fn of(before: AccountState, after: AccountState) -> Option<Self> {
        match (before, after) {
            (before, after) if before == after => None,
            (_, AccountState::Closed) => Some(Self::Removed),
            (_, AccountState::Inactive) => Some(Self::Deactivated),
            (_, AccountState::Active) => Some(Self::Reactivated),
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Created => "user_created",
            Self::Deactivated => "user_deactivated",
            Self::Reactivated => "user_reactivated",
            Self::Removed => "user_removed",
        }
    }
}

/// Tells every app that subscribed, in the background and once.
///
/// The body's shape isn't documented; this one names the account where Confluence's other events do.
pub(crate) fn user_changed(site: &Arc<Site>, event: UserEvent, person: &Person) {
    let body = json!({
        "timestamp": site.clock.now().as_millisecond(),
        "event": event.name(),
        "accountType": person.account_type.as_str(),
        "userProfile": {"accountId": person.account_id, "displayName": person.shown_name()},
    });
    let installations =
        site.read(|world| world.installations.values().cloned().collect::<Vec<_>>());
    for installation in installations
        .into_iter()
        .filter(|installation| installation.enabled)
    {
        let webhooks = installation.descriptor.modules.webhooks.clone();
        for webhook in webhooks
            .into_iter()
            .filter(|webhook| webhook.event == event.name())
        {
            let (site, installation, body) = (site.clone(), installation.clone(), body.clone());
            site.clone().in_background(async move {
                let token = site.mint(installation.clone()).webhook(&webhook.url);
                // Best effort: the record of the delivery is all that an error leaves.
                drop(
                    deliver(
                        &site,
                        &installation,
                        event.name(),
                        &webhook.url,
                        &token,
                        body,
                    )
                    .await,
                );
            });
        }
    }
}
