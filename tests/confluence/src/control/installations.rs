//! `/control/installations`: installing without the plugin interface, and the secrets of what is installed.

use axum::Json;
use axum::extract::Path;
use http::StatusCode;
use serde::Deserialize;

use super::Body;
use crate::crowd::At;
use crate::installation::Installation;
use crate::lifecycle::{self, NotInstalled};
use crate::people::ADA;
use crate::refusal::Refusal;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Install {
    descriptor_url: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Change {
    #[serde(default)]
    enabled: Option<bool>,
    #[serde(default)]
    licensed: Option<bool>,
}

pub(super) async fn list(At(site): At) -> Json<Vec<Installation>> {
    Json(site.read(|world| world.installations.values().cloned().collect()))
}

/// `POST`: answers 422 with the reason when the installation fails.
pub(super) async fn install(
    At(site): At,
    Body(Install { descriptor_url }): Body<Install>,
) -> Result<(StatusCode, Json<Installation>), Refusal> {
    match lifecycle::install(&site, &descriptor_url, Some(ADA)).await {
        Ok(installation) => Ok((StatusCode::CREATED, Json(installation))),
        Err(error) => {
            let reason = format!("{}: {error}", error.code());
            Err(Refusal::new(StatusCode::UNPROCESSABLE_ENTITY, reason))
        }
    }
}

pub(super) async fn show(
    At(site): At,
    Path(key): Path<String>,
) -> Result<Json<Installation>, Refusal> {
    site.installation(&key)
        .map(Json)
        .ok_or_else(|| refuse(&NotInstalled(key)))
}

/// `PATCH`: enables, disables (which the app is told), or changes the licence.
pub(super) async fn change(
    At(site): At,
    Path(key): Path<String>,
    Body(Change { enabled, licensed }): Body<Change>,
) -> Result<Json<Installation>, Refusal> {
    if let Some(licensed) = licensed {
        site.write(|world| {
            if let Some(installation) = world.installations.get_mut(&key) {
                installation.licensed = licensed;
            }
        });
    }
    if let Some(enabled) = enabled {
        lifecycle::set_enabled(&site, &key, enabled).map_err(|error| refuse(&error))?;
    }
    show(At(site), Path(key)).await
}

pub(super) async fn uninstall(
    At(site): At,
    Path(key): Path<String>,
) -> Result<StatusCode, Refusal> {
    lifecycle::uninstall(&site, &key)
        .await
        .map_err(|error| refuse(&error))?;
    Ok(StatusCode::NO_CONTENT)
}

fn refuse(error: &NotInstalled) -> Refusal {
    Refusal::not_found(error.to_string())
}
