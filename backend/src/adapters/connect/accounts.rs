//! Confluence's word on accounts.

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use super::remembered::Asked;
use super::users::{BulkAnswer, BulkQuestion, CurrentUser, UserWithOperations};
use super::{Connect, Inner};
use crate::capabilities::platform::{Accounts, ProductError};
use crate::capabilities::store::KeepPace;
use crate::domain::account::Account;
use crate::domain::ids::AccountId;
use crate::domain::tenant::Tenant;

impl<S: KeepPace> Accounts for Connect<S> {
    async fn account(
        &self,
        tenant: &Tenant,
        id: &AccountId,
    ) -> Result<Option<Account>, ProductError> {
        let question = BulkQuestion::about([id]);
        match self
            .inner
            .post(tenant, "/api/v2/users-bulk", &question)
            .await
        {
            Ok(Some(answer)) => Ok(BulkAnswer::account(answer, id)),
            // A site that does not offer it to the app.
            Ok(None) | Err(ProductError::Refused(403 | 410)) => {
                let user = self
                    .inner
                    .user(tenant, id, "operations,personalSpace")
                    .await?;
                Ok(user.and_then(|user| user.account(id)))
            }
            Err(error) => Err(error),
        }
    }

    async fn may_use(&self, tenant: &Tenant, id: &AccountId) -> Result<bool, ProductError> {
        let user = self.inner.user(tenant, id, "operations").await?;
        match user.filter(|user| user.is(id)) {
            None => Ok(false),
            Some(user) => user.may_use().ok_or_else(|| {
                ProductError::Unavailable("Confluence did not say what the account may do".into())
            }),
        }
    }

    async fn own_account(&self, tenant: &Tenant) -> Result<AccountId, ProductError> {
        // As the app, the current user is the app's own.
        let user: Option<CurrentUser> = self.inner.get(tenant, "/rest/api/user/current").await?;
        user.and_then(CurrentUser::app).ok_or_else(|| {
            ProductError::Unavailable("Confluence named no account of an app".into())
        })
    }

    async fn is_admin(&self, tenant: &Tenant, id: &AccountId) -> Result<bool, ProductError> {
        let now = self.inner.clock.now();
        let asked = Asked::of(tenant, id, ());
        if let Some(known) = self.inner.admins.get(&asked, now) {
            return Ok(known);
        }
        let user = self.inner.user(tenant, id, "operations").await?;
        let is_admin = user.is_some_and(|user| user.administers(id));
        self.inner.admins.put(asked, is_admin, now);
        Ok(is_admin)
    }
}

impl<S: KeepPace> Inner<S> {
    /// A user as the v1 API describes it.
    async fn user(
        &self,
        tenant: &Tenant,
        id: &AccountId,
        expand: &str,
    ) -> Result<Option<UserWithOperations>, ProductError> {
        let account = utf8_percent_encode(id.as_str(), NON_ALPHANUMERIC);
        let expand = utf8_percent_encode(expand, NON_ALPHANUMERIC);
        self.get(
            tenant,
            &format!("/rest/api/user?accountId={account}&expand={expand}"),
        )
        .await
    }
}
