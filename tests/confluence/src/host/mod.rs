//! The host page: Confluence as a browser shows it, with a bar of the simulator's own above.

use std::sync::Arc;

use axum::Router;
use axum::response::Redirect;
use axum::routing::get;

use crate::site::Site;

mod account;
mod admin;
mod app_page;
mod assets;
mod avatar;
mod home;
mod html;
mod language;
mod layout;
mod menu_items;
mod module;
mod page;
mod search;
mod space;
mod storage_format;
mod time;
mod tools;
mod visitor;

pub(crate) fn router() -> Router<Arc<Site>> {
    let tools = Router::new()
        .route("/apps", get(tools::apps::show))
        .route("/calls", get(tools::calls::show))
        .route("/clock", get(tools::clock::show));
    Router::new()
        .route("/", get(Redirect::to("/wiki/home")))
        .route("/wiki", get(Redirect::to("/wiki/home")))
        .route("/wiki/", get(Redirect::to("/wiki/home")))
        .route("/wiki/home", get(home::show))
        .route("/wiki/search", get(search::show))
        .route("/wiki/create", get(page::create))
        .route("/wiki/spaces", get(space::list))
        .route("/wiki/spaces/{key}", get(space::show))
        .route("/wiki/spaces/{key}/overview", get(space::show))
        .route("/wiki/spaces/{key}/pages/{id}", get(page::show_in_space))
        .route(
            "/wiki/spaces/{key}/pages/{id}/{title}",
            get(page::show_titled),
        )
        .route("/wiki/pages/{id}", get(page::show))
        .route("/wiki/people/{account_id}", get(account::show))
        .route("/wiki/admin", get(admin::show))
        .route(
            "/wiki/plugins/servlet/ac/{app}/{module}",
            get(app_page::show).post(app_page::show),
        )
        .route("/wiki/aa-avatar/{account_id}", get(avatar::image))
        .route("/atlassian-connect/all.js", get(assets::bridge))
        .route("/wiki/atlassian-connect/all.js", get(assets::bridge))
        .route("/simulator-assets/{*name}", get(assets::asset))
        .nest("/wiki/simulator", tools)
}
