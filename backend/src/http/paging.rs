//! Which part of a list is asked for.

use axum::extract::Query;
use axum::extract::rejection::QueryRejection;
use serde::Deserialize;

use super::problem::Failure;

pub(super) const USUAL_LIMIT: u32 = 25;
const HIGHEST_LIMIT: u32 = 100;

/// The query, as it is written.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct PagingQuery {
    cursor: Option<String>,
    limit: Option<u32>,
}

/// A part of a list.
pub(super) struct Paging {
    /// The place to go on from; `None`: the beginning.
    pub(super) cursor: Option<String>,
    pub(super) limit: u32,
}

impl Paging {
    pub(super) fn of(query: Result<Query<PagingQuery>, QueryRejection>) -> Result<Self, Failure> {
        let Query(query) = query.map_err(|error| Failure::Malformed(error.body_text()))?;
        let limit = query.limit.unwrap_or(USUAL_LIMIT);
        if !(1..=HIGHEST_LIMIT).contains(&limit) {
            return Err(Failure::Unacceptable(format!(
                "a page has 1 to {HIGHEST_LIMIT} items"
            )));
        }
        Ok(Self {
            cursor: query.cursor,
            limit,
        })
    }
}

/// A cursor must be one that this list gave out.
pub(super) fn not_of_this_list() -> Failure {
    Failure::Unacceptable("the cursor is not one of this list".into())
}
