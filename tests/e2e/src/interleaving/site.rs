//! The product as the processes find it: who may use it, and what they ask of it and do in it.

use std::cell::RefCell;
use std::collections::{BTreeMap, HashMap};
use std::rc::Rc;
use std::time::Duration;

use jiff::SignedDuration;
use onbehalf::capabilities::platform::{
    Accounts, Answer, CallError, Directory, NamedGroup, NamedPerson, PlannedRequest, Product,
    ProductError, TokenError, UserToken, UserTokens, Who,
};
use onbehalf::capabilities::store::KeptToken;
use onbehalf::domain::account::{Account, AccountKind, AccountStatus};
use onbehalf::domain::ids::AccountId;
use onbehalf::domain::task::Task;
use onbehalf::domain::tenant::Tenant;
use onbehalf::use_cases::begin::StartedAct;

use super::calls::{ACCOUNT, Calls, PERFORM, RETRY_AFTER, USER_TOKEN};
use super::flaw::Flaw;
use super::gate::{Stop, Word};
use super::run_truth::ActName;
use super::truth::Truth;

/// The app's own account in the site.
const OWN_ACCOUNT: &str = "the-app-itself";

/// A site and its people.
#[derive(Debug, Default)]
pub struct Site(BTreeMap<AccountId, Standing>);

#[derive(Clone, Copy, Debug)]
struct Standing {
    status: AccountStatus,
    may_use: bool,
}

impl Site {
    pub(super) fn with(people: &[AccountId]) -> Self {
        let fit = Standing {
            status: AccountStatus::Active,
            may_use: true,
        };
        Self(people.iter().map(|id| (id.clone(), fit)).collect())
    }

    pub fn set_status(&mut self, person: &AccountId, status: AccountStatus) {
        self.change(person, |standing| standing.status = status);
    }

    pub fn set_may_use(&mut self, person: &AccountId, may_use: bool) {
        self.change(person, |standing| standing.may_use = may_use);
    }

    pub(super) fn account(&self, person: &AccountId) -> Option<Account> {
        self.0.get(person).map(|standing| Account {
            id: person.clone(),
            kind: AccountKind::Person,
            status: standing.status,
            name: "Somebody".into(),
            personal_space: Some("1".into()),
        })
    }

    pub(super) fn may_use(&self, person: &AccountId) -> bool {
        self.0
            .get(person)
            .is_some_and(|it| it.may_use && it.status == AccountStatus::Active)
    }

    /// Whether it gives a token for this person.
    pub(super) fn is_active(&self, person: &AccountId) -> bool {
        self.0
            .get(person)
            .is_some_and(|it| it.status == AccountStatus::Active)
    }

    fn change(&mut self, person: &AccountId, how: impl FnOnce(&mut Standing)) {
        how(self.0.get_mut(person).expect("they are of this site"));
    }
}

/// The platform as this process finds it: its questions, the tokens that it asks for and its calls are all noted.
pub(super) struct GatedSite {
    calls: Calls,
    site: Rc<RefCell<Site>>,
}

impl GatedSite {
    pub(super) fn new(calls: Calls, site: Rc<RefCell<Site>>) -> Self {
        Self { calls, site }
    }
}

impl Accounts for GatedSite {
    async fn account(&self, _: &Tenant, id: &AccountId) -> Result<Option<Account>, ProductError> {
        let answer = || {
            let account = self.site.borrow().account(id);
            let active = account
                .as_ref()
                .is_some_and(|account| account.status == AccountStatus::Active);
            if !active {
                self.calls.note(Truth::not_allowed);
            }
            account
        };
        self.calls.ask(ACCOUNT, answer).await
    }

    async fn may_use(&self, _: &Tenant, id: &AccountId) -> Result<bool, ProductError> {
        let answer = || self.site.borrow().may_use(id);
        self.calls.ask("may_use", answer).await
    }

    async fn own_account(&self, _: &Tenant) -> Result<AccountId, ProductError> {
        let own = || AccountId::parse(OWN_ACCOUNT).expect("this is an account id");
        self.calls.ask("own_account", own).await
    }

    async fn is_admin(&self, _: &Tenant, _: &AccountId) -> Result<bool, ProductError> {
        self.calls.ask("is_admin", || false).await
    }
}

/// Nobody names groups in these cases, and nobody looks for people.
impl Directory for GatedSite {
    async fn people(
        &self,
        _: &Tenant,
        _: &[AccountId],
    ) -> Result<HashMap<AccountId, NamedPerson>, ProductError> {
        self.calls.ask("people", HashMap::new).await
    }

    async fn find_people(
        &self,
        _: &Tenant,
        _: &str,
        _: usize,
    ) -> Result<Vec<NamedPerson>, ProductError> {
        self.calls.ask("find_people", Vec::new).await
    }

    async fn find_groups(&self, _: &Tenant, _: &str) -> Result<Vec<NamedGroup>, ProductError> {
        self.calls.ask("find_groups", Vec::new).await
    }

    async fn group(&self, _: &Tenant, _: &str) -> Result<Option<NamedGroup>, ProductError> {
        self.calls.ask("group", || None).await
    }

    async fn is_member(
        &self,
        _: &Tenant,
        _: &AccountId,
        _: &[String],
    ) -> Result<bool, ProductError> {
        self.calls.ask("is_member", || false).await
    }
}

impl UserTokens for GatedSite {
    async fn user_token(
        &self,
        tenant: &Tenant,
        act: &StartedAct,
        _: Option<&KeptToken>,
    ) -> Result<UserToken, TokenError> {
        let act = act.act();
        self.calls
            .note(|truth, me| truth.token_asked(me, tenant, act));
        let unavailable = || TokenError::Unavailable("the connection broke".into());
        match self.calls.gate.stop(Stop::Before(USER_TOKEN)).await {
            Word::Go => {}
            Word::Fail => return Err(unavailable()),
            Word::Refuse => return Err(TokenError::Refused("unauthorized_client".into())),
            Word::SlowDown => {
                let retry_after = Some(RETRY_AFTER);
                return Err(TokenError::RateLimited { retry_after });
            }
        }
        let given = self.site.borrow().is_active(&act.of().account);
        match self.calls.gate.stop(Stop::After(USER_TOKEN)).await {
            Word::Go if given => Ok(UserToken::exchanged(ActName::of(act).text())),
            Word::Go => Err(TokenError::Refused("invalid_grant".into())),
            Word::Fail | Word::Refuse | Word::SlowDown => Err(unavailable()),
        }
    }
}

impl Product for GatedSite {
    async fn perform(
        &self,
        tenant: &Tenant,
        who: Who<'_>,
        _: &Task,
        limit: Duration,
    ) -> Result<Answer, CallError> {
        let (name, as_app) = match who {
            // The token says which act it was given for.
            Who::Person(token) => (ActName::parse(token.expose()), false),
            Who::App(started) => {
                if self.calls.flaw == Some(Flaw::AppTakesToken) {
                    self.calls
                        .note(|truth, me| truth.token_asked(me, tenant, started.act()));
                }
                (Some(ActName::of(started.act())), true)
            }
        };
        let name = name.expect("it names an act");
        self.calls
            .note(|truth, me| truth.call_asked(me, tenant, &name, as_app));
        let asked_at = self.calls.clock.now();
        let is_over = || {
            let spent = self.calls.clock.now().duration_since(asked_at);
            spent >= SignedDuration::try_from(limit).unwrap_or(SignedDuration::MAX)
        };
        let unclear = Err(CallError::Unclear { status: None });
        let word = self.calls.gate.stop(Stop::Before(PERFORM)).await;
        if word == Word::Fail {
            return Err(CallError::NotSent);
        }
        if is_over() {
            return unclear;
        }
        let may_use = as_app || self.site.borrow().may_use(&name.account);
        let refusal = match word {
            Word::SlowDown => Some(CallError::Refused {
                status: 429,
                retry_after: Some(RETRY_AFTER),
            }),
            Word::Go if may_use => None,
            _ => Some(CallError::Refused {
                status: 403,
                retry_after: None,
            }),
        };
        let mut repeats = u32::from(self.calls.flaw == Some(Flaw::CallRepeated));
        loop {
            if refusal.is_none() {
                self.calls.note(|truth, me| truth.carried_out(me, &name));
            }
            let word = self.calls.gate.stop(Stop::After(PERFORM)).await;
            if word == Word::Go && !is_over() {
                break;
            }
            if repeats == 0 {
                return match self.calls.flaw {
                    Some(Flaw::UnclearTakenForFailed) => Err(CallError::Refused {
                        status: 500,
                        retry_after: None,
                    }),
                    Some(Flaw::UnclearTakenForUnsent) => Err(CallError::NotSent),
                    _ => unclear,
                };
            }
            repeats -= 1;
        }
        match refusal {
            Some(refusal) => Err(refusal),
            None => Ok(Answer {
                status: 200,
                link: Some("https://example.atlassian.net/wiki/spaces/~1/pages/1".into()),
            }),
        }
    }

    fn requests(&self, _: &Task) -> Result<Vec<PlannedRequest>, CallError> {
        unreachable!("nobody looks ahead here")
    }
}
