//! A module of an app as a page of its own: `/wiki/plugins/servlet/ac/{app}/{module}?ac.name=value`.

use axum::Json;
use axum::extract::{Path, RawQuery};
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use serde_json::json;

use super::layout::View;
use super::module::{Context, Module};
use super::visitor::Visitor;
use crate::people::Person;

/// `GET` and `POST`; with `classifier=json` the bridge's data instead of a page.
pub(super) async fn show(
    visitor: Visitor,
    Path((app_key, module_key)): Path<(String, String)>,
    RawQuery(query): RawQuery,
) -> Response {
    let mut context: Context = url::form_urlencoded::parse(query.unwrap_or_default().as_bytes())
        .into_owned()
        .collect();
    let as_json = context
        .remove("classifier")
        .is_some_and(|classifier| classifier == "json");
    let refuse = |status: StatusCode, why: &str| match (as_json, status) {
        (true, _) => (status, Json(json!({"error": why}))).into_response(),
        (false, StatusCode::NOT_FOUND) => visitor.not_found(why),
        (false, _) => visitor.forbidden(why),
    };
    let installation = visitor
        .site
        .installation(&app_key)
        .filter(|installation| installation.enabled);
    let Some(installation) = installation else {
        return refuse(
            StatusCode::NOT_FOUND,
            "There is no such app, or it is disabled.",
        );
    };
    let Some(module) = Module::find(&installation, &module_key, visitor.locale()) else {
        return refuse(StatusCode::NOT_FOUND, "The app has no such page.");
    };
    let person = visitor.person.as_ref();
    if person.is_some_and(|person| !person.may_use_confluence()) {
        return refuse(
            StatusCode::FORBIDDEN,
            "This account has no access to Confluence.",
        );
    }
    if module.for_admins && !person.is_some_and(Person::administers) {
        return refuse(StatusCode::FORBIDDEN, "This page is for administrators.");
    }
    let data = module.data(&visitor.site, &installation, person, &context);
    if as_json {
        return Json(data).into_response();
    }
    context.retain(|name, _| !name.starts_with("ac."));
    let body = r#"<div class="app-page" id="ac-content"></div>"#.to_owned();
    let view = View {
        administration: module.for_admins,
        module: Some(data),
        context,
        target: "addonmodule",
        ..View::new(module.name, body)
    };
    visitor.show(&view)
}
