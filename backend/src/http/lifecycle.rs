//! What Atlassian tells the app about an installation. Each answers 204: Atlassian aborts an install on most others.

use axum::extract::State;
use axum::http::StatusCode;

use super::api::Api;
use super::caller::{Installed, ProductMessage, Removed};
use super::problem::Failure;
use crate::use_cases::install::install;
use crate::use_cases::learn_own_account::learn_own_account;
use crate::use_cases::switch_app::switch_app;
use crate::use_cases::uninstall::uninstall;

pub(super) async fn installed(
    State(api): State<Api>,
    Installed(installation): Installed,
) -> Result<StatusCode, Failure> {
    let tenant = install(&api.store, installation).await?;
    tracing::info!(tenant.key = %tenant.key, tenant.generation = tenant.generation, "the app was installed");
    Ok(StatusCode::NO_CONTENT)
}

pub(super) async fn uninstalled(
    State(api): State<Api>,
    Removed(removal): Removed,
) -> Result<StatusCode, Failure> {
    let key = removal.tenant.clone();
    uninstall(&api.store, &*api.clock, api.retention, removal).await?;
    tracing::info!(tenant.key = %key, "the app was removed");
    Ok(StatusCode::NO_CONTENT)
}

/// It comes once the installation is complete, so that the app can ask Confluence for the first time.
pub(super) async fn enabled(
    State(api): State<Api>,
    message: ProductMessage,
) -> Result<StatusCode, Failure> {
    let tenant = message.tenant.clone();
    let status = switch(State(api.clone()), message, true).await?;
    if let Err(error) = learn_own_account(&api.store, &api.platform, &tenant).await {
        // It is asked again with the next consent.
        tracing::warn!(%error, tenant.key = %tenant.key, "the app's own account is not known");
    }
    Ok(status)
}

pub(super) async fn disabled(
    state: State<Api>,
    message: ProductMessage,
) -> Result<StatusCode, Failure> {
    switch(state, message, false).await
}

async fn switch(
    State(api): State<Api>,
    message: ProductMessage,
    enabled: bool,
) -> Result<StatusCode, Failure> {
    switch_app(&api.store, &message.tenant, enabled, message.signed_at).await?;
    Ok(StatusCode::NO_CONTENT)
}
