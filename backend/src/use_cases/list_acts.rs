//! A person looks at what was done as them.

use crate::capabilities::store::{ActCursor, ActsPage, ReadActs, StoreError};
use crate::domain::ids::Subject;

/// Their acts, newest first.
pub async fn list_acts(
    store: &impl ReadActs,
    of: &Subject,
    limit: u32,
    cursor: Option<&ActCursor>,
) -> Result<ActsPage, StoreError> {
    store.acts(of, limit, cursor).await
}
