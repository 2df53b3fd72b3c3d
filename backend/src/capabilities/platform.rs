//! The platform that hosts the app: how a request proves who it is, how a user's token is had, and how the product is
//! called. Atlassian Connect is the first implementation; nothing outside of it says Connect.

use std::collections::HashMap;
use std::fmt;
use std::time::Duration;

use http::request::Parts;
use jiff::{SignedDuration, Timestamp};
use onbehalf_contract::Method;
use thiserror::Error;
use url::Url;

use super::store::KeptToken;
use crate::domain::account::Account;
use crate::domain::ids::{AccountId, TenantKey};
use crate::domain::task::Task;
use crate::domain::tenant::{CallbackStamp, SealedCredentials, Tenant};
use crate::use_cases::begin::{StartedAct, StartedAppAct};

/// Who calls, proved.
#[derive(Clone, Debug)]
pub struct Caller {
    pub tenant: Tenant,
    /// `None`: somebody who is not signed in.
    pub account: Option<AccountId>,
}

/// Checks who calls. Each kind of proof is good for its own routes and for no other.
pub trait ProveCallers {
    /// A page that the product opens in a frame: a token for this very URL.
    async fn page_caller(&self, request: &Parts) -> Result<Caller, ProofError>;

    /// A call from such a page: a token that the page was given for its session.
    async fn api_caller(&self, request: &Parts) -> Result<Caller, ProofError>;

    /// A message of the product itself: its tenant, and when it was signed. Its body is not covered by the proof.
    async fn product_caller(&self, request: &Parts) -> Result<(Tenant, Timestamp), ProofError>;

    /// The platform says that the app was installed.
    async fn installation(&self, request: &Parts, body: &[u8]) -> Result<Installation, ProofError>;

    /// The platform says that the app was removed.
    async fn removal(&self, request: &Parts, body: &[u8]) -> Result<Removal, ProofError>;
}

/// A proved message that the app was installed, or installed anew.
#[derive(Debug)]
pub struct Installation {
    pub tenant: TenantKey,
    pub site: Url,
    pub display_site: Option<Url>,
    pub credentials: SealedCredentials,
    pub stamp: CallbackStamp,
}

/// A proved message that the app was removed.
#[derive(Debug)]
pub struct Removal {
    pub tenant: TenantKey,
    pub stamp: CallbackStamp,
}

/// A request did not prove who it is.
#[derive(Debug, Error)]
pub enum ProofError {
    /// Nobody can say who sent it. The cause is for the log, not for the sender.
    #[error("the request does not prove who sent it: {0}")]
    NotProved(String),
    /// It is proved who sent it, and what it says cannot be read.
    #[error("{0}")]
    Malformed(String),
    /// It is proved who sent it, and what it says cannot be used.
    #[error("{0}")]
    Unacceptable(String),
    /// It cannot be checked at this time.
    #[error("who sent the request cannot be checked now")]
    Unavailable(#[source] Box<dyn std::error::Error + Send + Sync>),
}

/// The product's word on accounts, asked as the app.
pub trait Accounts {
    /// The account as it is now; `None`: the product does not know it.
    async fn account(
        &self,
        tenant: &Tenant,
        id: &AccountId,
    ) -> Result<Option<Account>, ProductError>;

    /// Whether this account may use the product at all. Without that an active account can do nothing in it.
    async fn may_use(&self, tenant: &Tenant, id: &AccountId) -> Result<bool, ProductError>;

    /// The app's own account in this tenant.
    async fn own_account(&self, tenant: &Tenant) -> Result<AccountId, ProductError>;

    /// Whether this account administers the product. Kept for at most 60 s; unsure is no.
    async fn is_admin(&self, tenant: &Tenant, id: &AccountId) -> Result<bool, ProductError>;
}

/// The product did not answer a question of the app's own.
#[derive(Debug, Error)]
pub enum ProductError {
    #[error(transparent)]
    NotSigned(#[from] NotSigned),
    #[error("Confluence did not answer")]
    Unavailable(#[source] Box<dyn std::error::Error + Send + Sync>),
    #[error("Confluence asks to slow down")]
    RateLimited { retry_after: Option<Duration> },
    /// It answered, and not as documented: with this status.
    #[error("Confluence answered with status {0}")]
    Refused(u16),
}

/// A request of the app's own was not sent, since its signature could not be made: with the cause, in one line.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("a request could not be signed: {0}")]
pub struct NotSigned(pub String);

/// Tells the platform about whom something is kept, and learns whose data must go.
pub trait ReportPeople {
    /// How many people fit into one report.
    const MOST_IN_A_REPORT: usize;

    /// Reports these people, of whom there is at least one.
    async fn report(&self, tenant: &Tenant, people: &[KeptPerson]) -> Result<Told, ReportError>;
}

/// Somebody of whom something is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeptPerson {
    pub account: AccountId,
    /// When the oldest of it was learned, or was last told to be right.
    pub updated_at: Timestamp,
}

/// The answer to a report.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told {
    /// For how long these people are not to be reported again.
    pub cycle: SignedDuration,
    /// About some of the people of this report, and about nobody else. The others stay as they are.
    pub verdicts: HashMap<AccountId, Verdict>,
}

/// What is to become of what is kept of a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The account is closed: it must go.
    Closed,
    /// The account has changed: it must go, or be learned anew.
    Updated,
}

/// A report was of no use.
#[derive(Debug, Error)]
pub enum ReportError {
    #[error(transparent)]
    Product(#[from] ProductError),
    /// It was taken, and the answer is not one that can be followed. Nothing of it counts.
    #[error("{reason}; look into what answers in the place of Confluence")]
    NotBelieved {
        reason: String,
        /// For how long these people are not to be reported again.
        cycle: SignedDuration,
    },
}

/// The only source of user tokens. It takes an act that is on record with a live consent, and gives a token for exactly
/// what was consented to.
pub trait UserTokens {
    /// `kept` is the token that was found stored for this person and access a moment ago, if there was one.
    async fn user_token(
        &self,
        tenant: &Tenant,
        act: &StartedAct,
        kept: Option<&KeptToken>,
    ) -> Result<UserToken, TokenError>;
}

/// A token is not used in the last seconds of its life: the call that it is for takes up to ten.
pub const TOKEN_SPARE: SignedDuration = SignedDuration::from_secs(12);

/// Lets its bearer act as a person until it expires. Never logged, never stored in the clear, never sent to a browser.
#[derive(Clone)]
pub struct UserToken {
    secret: String,
    exchanged: bool,
}

impl UserToken {
    /// A token that was had before.
    pub fn kept(secret: String) -> Self {
        Self {
            secret,
            exchanged: false,
        }
    }

    /// A token that was asked for just now.
    pub fn exchanged(secret: String) -> Self {
        Self {
            secret,
            exchanged: true,
        }
    }

    /// Whether it was asked for just now.
    pub fn is_exchanged(&self) -> bool {
        self.exchanged
    }

    pub fn expose(&self) -> &str {
        &self.secret
    }
}

impl fmt::Debug for UserToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("UserToken(…)")
    }
}

/// There is no token, and nothing was done.
#[derive(Debug, Error)]
pub enum TokenError {
    /// The authorization server refuses this account or this app: its OAuth error code.
    #[error("Atlassian refused a token: {0}")]
    Refused(String),
    #[error("Atlassian asks to slow down")]
    RateLimited { retry_after: Option<Duration> },
    /// Somebody else is asking for it, and did not get it in time.
    #[error("the token did not come in time")]
    Awaited,
    #[error("Atlassian's authorization server did not answer")]
    Unavailable(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// Our own side could not prepare or keep the token.
    #[error("the token could not be prepared: {0}")]
    Internal(String),
}

/// Calls the product as a person, or as the app.
pub trait Product {
    /// Carries out one task, and gives it up after `limit`.
    async fn perform(
        &self,
        tenant: &Tenant,
        who: Who<'_>,
        task: &Task,
        limit: Duration,
    ) -> Result<Answer, CallError>;

    /// What [`Product::perform`] asks for, in its order. Of a text that is to be added to a page, the page as it is then is
    /// left open.
    fn requests(&self, task: &Task) -> Result<Vec<PlannedRequest>, CallError>;
}

/// Who calls: whoever holds the token, or the app, with an act of its own.
#[derive(Clone, Copy, Debug)]
pub enum Who<'a> {
    Person(&'a UserToken),
    App(&'a StartedAppAct),
}

/// One request to the product.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlannedRequest {
    pub method: Method,
    /// Below the site's host, with its query.
    pub path: String,
    pub body: Option<String>,
}

/// The product did what it was asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    pub status: u16,
    /// Where to see the result.
    pub link: Option<String>,
}

/// A task was not carried out, or nobody knows.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum CallError {
    /// The product answered that it will not; nothing was done.
    #[error("Confluence answered with status {status}")]
    Refused {
        status: u16,
        /// How long to wait, if it says.
        retry_after: Option<Duration>,
    },
    /// What would have done something never reached the product.
    #[error("Confluence could not be reached")]
    NotSent,
    /// Nothing was sent.
    #[error(transparent)]
    NotSigned(#[from] NotSigned),
    /// The person has no space of their own to write in; nothing was sent.
    #[error("there is no space to write in")]
    NoSpace,
    /// The call was sent, and whether it was carried out is not known.
    #[error("Confluence gave no clear answer")]
    Unclear { status: Option<u16> },
}

/// The product's people and groups, for admins to find them by their names. Nothing of this is stored.
pub trait Directory {
    /// How these people are called now. Whom the product does not name any more is left out.
    async fn people(
        &self,
        tenant: &Tenant,
        accounts: &[AccountId],
    ) -> Result<HashMap<AccountId, NamedPerson>, ProductError>;

    /// Active people whose name holds this text, at most 25 of them (or `most`, if that is more).
    async fn find_people(
        &self,
        tenant: &Tenant,
        name: &str,
        most: usize,
    ) -> Result<Vec<NamedPerson>, ProductError>;

    /// Groups whose name holds this text, at most 25.
    async fn find_groups(
        &self,
        tenant: &Tenant,
        name: &str,
    ) -> Result<Vec<NamedGroup>, ProductError>;

    /// The group of this id, as it is called now; `None`: there is none.
    async fn group(&self, tenant: &Tenant, id: &str) -> Result<Option<NamedGroup>, ProductError>;

    /// Whether somebody is a member of one of these groups.
    async fn is_member(
        &self,
        tenant: &Tenant,
        account: &AccountId,
        groups: &[String],
    ) -> Result<bool, ProductError>;
}

/// Somebody, as the product names them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NamedPerson {
    pub account: AccountId,
    pub name: String,
    /// The URL of a picture, on the tenant's own site or on Atlassian's avatar servers.
    pub avatar: Option<String>,
}

/// A group, as the product names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NamedGroup {
    pub id: String,
    pub name: String,
}
