//! Who may be impersonated: people, and nobody else.

use thiserror::Error;

use super::consent_event::Invalid;
use super::ids::AccountId;

/// An account as the product describes it at this moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    pub id: AccountId,
    pub kind: AccountKind,
    pub status: AccountStatus,
    pub name: String,
    /// The id of the person's own space, where they have one.
    pub personal_space: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AccountKind {
    Person,
    /// An app user or a service account.
    App,
    /// Somebody who only uses a help portal.
    Customer,
    /// Anything that the product did not name. It may leave the kind empty.
    Unknown,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AccountStatus {
    Active,
    Inactive,
    Closed,
    Unknown,
}

/// An account that may be impersonated: a person, and active.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FitAccount(Account);

/// Why an account may not be impersonated.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum Unfit {
    #[error("this is an app's account, not a person's")]
    App,
    #[error("this is a portal customer's account, which cannot use Confluence")]
    Customer,
    #[error("this account is deactivated")]
    Inactive,
    #[error("this account is closed")]
    Closed,
    #[error("Confluence does not know this account")]
    Unknown,
}

impl Unfit {
    /// A stable name for machines.
    pub fn code(self) -> &'static str {
        match self {
            Self::App => "account-is-app",
            Self::Customer => "account-is-customer",
            Self::Inactive => "account-inactive",
            Self::Closed => "account-closed",
            Self::Unknown => "account-unknown",
        }
    }

    /// What it means for a consent that was given before. `None`: nothing yet, for it may be a passing thing.
    pub fn invalidates(self) -> Option<Invalid> {
        match self {
            Self::App | Self::Customer => Some(Invalid::AccountUnfit),
            Self::Inactive => Some(Invalid::AccountDeactivated),
            Self::Closed => Some(Invalid::AccountClosed),
            Self::Unknown => None,
        }
    }

    /// What the person, or their admin, can do.
    pub fn remedy(self) -> &'static str {
        match self {
            Self::App | Self::Customer => "Sign in to Confluence as a person and try again.",
            Self::Inactive => "Ask a Confluence admin to reactivate the account.",
            Self::Closed => "A closed account cannot be used again. Use another account.",
            Self::Unknown => "Ask a Confluence admin whether this account may use Confluence.",
        }
    }
}

impl FitAccount {
    /// Checks an answer of the product; `None` is an account that it does not know.
    /// Whatever is not exactly a person, and exactly active, is refused, and so is the app's own account, whatever the
    /// product says of it.
    pub fn check(account: Option<Account>, apps_own: Option<&AccountId>) -> Result<Self, Unfit> {
        let account = account.ok_or(Unfit::Unknown)?;
        if apps_own == Some(&account.id) {
            return Err(Unfit::App);
        }
        match (account.kind, account.status) {
            (AccountKind::Person, AccountStatus::Active) => Ok(Self(account)),
            (AccountKind::App, _) => Err(Unfit::App),
            (AccountKind::Customer, _) => Err(Unfit::Customer),
            (_, AccountStatus::Inactive) => Err(Unfit::Inactive),
            (_, AccountStatus::Closed) => Err(Unfit::Closed),
            (AccountKind::Unknown, _) | (_, AccountStatus::Unknown) => Err(Unfit::Unknown),
        }
    }

    pub fn account(&self) -> &Account {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn account(kind: AccountKind, status: AccountStatus) -> Option<Account> {
        Some(Account {
            id: AccountId::parse("5be24ad8b1653240376955d2").unwrap(),
            kind,
            status,
            name: "Alice".into(),
            personal_space: None,
        })
    }

    #[test]
    fn only_an_active_person_is_fit() {
        use AccountKind as K;
        use AccountStatus as S;
        for kind in [K::Person, K::App, K::Customer, K::Unknown] {
            for status in [S::Active, S::Inactive, S::Closed, S::Unknown] {
                let fit = FitAccount::check(account(kind, status), None).is_ok();
                assert_eq!(
                    fit,
                    (kind, status) == (K::Person, S::Active),
                    "{kind:?} {status:?}"
                );
            }
        }
        assert_eq!(FitAccount::check(None, None), Err(Unfit::Unknown));
    }

    #[test]
    fn the_app_s_own_account_is_unfit_even_if_it_looks_like_a_person() {
        let alice = AccountId::parse("5be24ad8b1653240376955d2").unwrap();
        let looks_fit = account(AccountKind::Person, AccountStatus::Active);
        assert_eq!(FitAccount::check(looks_fit, Some(&alice)), Err(Unfit::App));
    }

    #[test]
    fn the_reason_names_what_is_wrong() {
        let check = |kind, status| FitAccount::check(account(kind, status), None).unwrap_err();
        assert_eq!(check(AccountKind::App, AccountStatus::Active), Unfit::App);
        assert_eq!(
            check(AccountKind::Customer, AccountStatus::Active),
            Unfit::Customer
        );
        assert_eq!(
            check(AccountKind::Person, AccountStatus::Inactive),
            Unfit::Inactive
        );
        assert_eq!(
            check(AccountKind::Person, AccountStatus::Closed),
            Unfit::Closed
        );
        assert_eq!(
            check(AccountKind::Unknown, AccountStatus::Active),
            Unfit::Unknown
        );
    }
}
