//! `GET /api/texts/{language}`: everything that the page says in one language. Nothing in it is about anybody.

use axum::Json;
use axum::extract::{Path, State};
use onbehalf_contract::{Notice as NoticeJson, Texts};

use super::api::Api;
use super::problem::Failure;
use crate::domain::language::Language;
use crate::domain::notice::Notice;

pub(super) async fn show(
    State(api): State<Api>,
    Path(language): Path<String>,
) -> Result<Json<Texts>, Failure> {
    let language = Language::parse(&language).ok_or(Failure::LanguageUnknown)?;
    Ok(Json(texts(&api, language)))
}

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
