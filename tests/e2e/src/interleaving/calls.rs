//! What a process calls: the store, the site and the clock. Each call stops at the process's gate before it is made and
//! before it is answered, and what really happens in between goes into the truth, in the order in which it happens.

use std::cell::RefCell;
use std::rc::Rc;
use std::time::Duration;

use onbehalf::capabilities::platform::ProductError;
use onbehalf::capabilities::store::StoreError;
use onbehalf::domain::tenant::Tenant;

use super::clock::ModelClock;
use super::flaw::Flaw;
use super::gate::{Gate, Stop, Word};
use super::truth::{Me, Truth};

// The names of those calls that something can happen to which cannot happen to others.
pub(super) const WRITE_CONSENT: &str = "write_consent";
pub(super) const COMMIT_BEGIN: &str = "commit_begin";
pub(super) const COMMIT_BEGIN_AS_APP: &str = "commit_begin_as_app";
pub(super) const NOTE_FAILURES: &str = "note_failures";
pub(super) const RECORD_NO_ACT: &str = "record_no_act";
pub(super) const RUN_CONTEXT: &str = "run_context";
pub(super) const RECORD_FINISH: &str = "record_finish";
pub(super) const ACCOUNT: &str = "account";
pub(super) const USER_TOKEN: &str = "user_token";
pub(super) const PERFORM: &str = "perform";

/// How long a site that asks to slow down asks for.
pub(super) const RETRY_AFTER: Duration = Duration::from_secs(90);

/// What all calls of one process share.
#[derive(Clone)]
pub(super) struct Calls {
    pub(super) me: Rc<Me>,
    pub(super) gate: Gate,
    pub(super) truth: Rc<RefCell<Truth>>,
    pub(super) clock: ModelClock,
    pub(super) flaw: Option<Flaw>,
    /// What a flaw keeps of the tenant.
    pub(super) remembered: Rc<RefCell<Option<Tenant>>>,
}

impl Calls {
    /// A call of the store. What it truly came to is noted as soon as it is made, whoever learns of it.
    pub(super) async fn store<T, E: From<StoreError>>(
        &self,
        what: &'static str,
        call: impl Future<Output = Result<T, E>>,
        note: impl FnOnce(&mut Truth, &Me, &Result<T, E>),
    ) -> Result<T, E> {
        let unavailable = || StoreError::Unavailable("the connection broke".into());
        if self.gate.stop(Stop::Before(what)).await != Word::Go {
            return Err(unavailable().into());
        }
        let answer = call.await;
        note(&mut self.truth.borrow_mut(), &self.me, &answer);
        match self.gate.stop(Stop::After(what)).await {
            Word::Go => answer,
            Word::Fail | Word::Refuse | Word::SlowDown => Err(unavailable().into()),
        }
    }

    /// A question to the site.
    pub(super) async fn ask<T>(
        &self,
        what: &'static str,
        answer: impl FnOnce() -> T,
    ) -> Result<T, ProductError> {
        let unavailable = || ProductError::Unavailable("the connection broke".into());
        match self.gate.stop(Stop::Before(what)).await {
            Word::Go => {}
            Word::SlowDown => {
                let retry_after = Some(RETRY_AFTER);
                return Err(ProductError::RateLimited { retry_after });
            }
            Word::Fail | Word::Refuse => return Err(unavailable()),
        }
        let answer = answer();
        match self.gate.stop(Stop::After(what)).await {
            Word::Go => Ok(answer),
            Word::Fail | Word::Refuse | Word::SlowDown => Err(unavailable()),
        }
    }

    pub(super) fn note(&self, note: impl FnOnce(&mut Truth, &Me)) {
        note(&mut self.truth.borrow_mut(), &self.me);
    }
}
