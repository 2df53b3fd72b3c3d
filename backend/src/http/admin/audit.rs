//! `/api/admin/audit`: what admins did.

use std::collections::BTreeSet;

use axum::Json;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use onbehalf_contract::{AuditEntry as EntryJson, AuditPage};

use super::people::somebody;
use crate::capabilities::store::Administer;
use crate::domain::ids::AccountId;
use crate::http::api::Api;
use crate::http::caller::AdminCaller;
use crate::http::openapi::Problems;
use crate::http::paging::{Paging, PagingQuery, not_of_this_list};
use crate::http::problem::Failure;
use crate::use_cases::list_consents::names;

/// In characters: a time and a mark.
const LONGEST_CURSOR: usize = 40;

#[utoipa::path(
    get,
    path = "/api/admin/audit",
    tag = "admin",
    params(PagingQuery),
    responses((status = 200, body = AuditPage, description = "What admins did, newest first"), Problems),
    security(("contextToken" = [])),
)]
pub(super) async fn list(
    State(api): State<Api>,
    admin: AdminCaller,
    paging: Result<Query<PagingQuery>, QueryRejection>,
) -> Result<Json<AuditPage>, Failure> {
    let paging = Paging::of(paging)?;
    let is_place = |cursor: &String| {
        cursor.len() <= LONGEST_CURSOR
            && cursor
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b == b'#')
    };
    if !paging.cursor.as_ref().is_none_or(is_place) {
        return Err(not_of_this_list());
    }
    let tenant = &admin.tenant;
    let page = api
        .store
        .audit(&tenant.key, paging.limit, paging.cursor.as_deref())
        .await?;
    let accounts: BTreeSet<AccountId> = page
        .entries
        .iter()
        .flat_map(|entry| std::iter::once(entry.by.clone()).chain(entry.person.clone()))
        .collect();
    let accounts: Vec<_> = accounts.into_iter().collect();
    let names = names(&api.platform, tenant, &accounts).await;
    let items = page.entries.into_iter().map(|entry| EntryJson {
        at: entry.at.to_string(),
        by: somebody(&entry.by, &names),
        did: entry.did,
        person: entry.person.map(|person| somebody(&person, &names)),
    });
    Ok(Json(AuditPage {
        items: items.collect(),
        next: page.next,
    }))
}
