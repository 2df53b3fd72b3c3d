//! Which part of a list is asked for.

use axum::extract::Query;
use axum::extract::rejection::QueryRejection;
use serde::Deserialize;

use super::problem::Failure;

pub(super) const USUAL_LIMIT: u32 = 25;
const HIGHEST_LIMIT: u32 = 100;

/// The query, as it is written.
#[derive(Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(super) struct PagingQuery {
    cursor: Option<String>,
    #[param(minimum = 1, maximum = 100)]
    limit: Option<u32>,
}

impl PagingQuery {
    /// How many items a page is to have.
    pub(super) fn limit(asked: Option<u32>) -> Result<u32, Failure> {
        let limit = asked.unwrap_or(USUAL_LIMIT);
        let fits = (1..=HIGHEST_LIMIT).contains(&limit);
        fits.then_some(limit)
            .ok_or_else(|| Failure::Unacceptable(format!("a page has 1 to {HIGHEST_LIMIT} items")))
    }
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
        Ok(Self {
            limit: PagingQuery::limit(query.limit)?,
            cursor: query.cursor,
        })
    }
}

/// A cursor must be one that this list gave out.
pub(super) fn not_of_this_list() -> Failure {
    Failure::Unacceptable("the cursor is not one of this list".into())
}
