//! `GET /api/texts/{language}`: everything that the page says in one language, and `GET /i18n/{language}`: what
//! Confluence's menus say of it. Nothing in them is about anybody.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::State;
use onbehalf_contract::{Notice as NoticeJson, Texts};

use super::api::Api;
use super::in_path::InPath;
use super::openapi::Problems;
use super::problem::Failure;
use crate::domain::language::Language;
use crate::domain::notice::Notice;

#[utoipa::path(
    get,
    path = "/api/texts/{language}",
    tag = "texts",
    params(("language" = String, Path, description = "`en`, `de`, `fr`, `es`, `pt`, `ja`, `ko` or `ru`")),
    responses((status = 200, body = Texts, description = "Everything that the page says"), Problems),
)]
pub(super) async fn show(
    State(api): State<Api>,
    InPath(language): InPath<String>,
) -> Result<Json<Texts>, Failure> {
    let language = Language::parse(&language).ok_or(Failure::LanguageUnknown)?;
    Ok(Json(texts(&api, language)))
}

/// The names of the descriptor's modules, by their `i18n` keys.
/// <https://developer.atlassian.com/cloud/confluence/internationalization/>
pub(super) async fn menus(
    State(api): State<Api>,
    InPath(language): InPath<String>,
) -> Result<Json<BTreeMap<&'static str, String>>, Failure> {
    let language = Language::parse(&language).ok_or(Failure::LanguageUnknown)?;
    let allow = api
        .page
        .words(language)
        .get(ALLOW)
        .ok_or(Failure::Internal)?;
    Ok(Json(BTreeMap::from([
        ("consent.page", allow.clone()),
        ("consent.menu", format!("{allow}…")),
    ])))
}

/// What the button says, and so what leads to it.
const ALLOW: &str = "ask.allow";

pub(super) fn texts(api: &Api, language: Language) -> Texts {
    let Notice {
        version,
        language,
        lead,
        purpose,
        read,
        read_write,
        never,
        end,
    } = api.notices.in_language(language);
    Texts {
        language: language.code().into(),
        notice: NoticeJson {
            version: version.into(),
            lead: lead.into(),
            read: read.into(),
            read_write: read_write.into(),
            never: never.into(),
            purpose: purpose.into(),
            end: end.into(),
        },
        words: api.page.words(language).clone(),
    }
}
