//! The app's real store, whose calls stop at a gate.

use std::time::Duration;

use jiff::Timestamp;
use onbehalf::adapters::dynamodb::Store;
use onbehalf::capabilities::store::{
    ActCursor, ActsPage, BeginError, CommitBegin, CommitBeginAsApp, ExpiringConsents, KeepPace,
    NoteFailures, ReadActs, ReadConsents, ReadRunContext, ReadTenants, RecordRuns, RunContext,
    RunEnd, StoreError, WriteConsents, WriteError, WriteTenants,
};
use onbehalf::domain::act::{Act, Finished};
use onbehalf::domain::consent::{Change, Circumstances, Consent};
use onbehalf::domain::ids::{AccountId, Subject, TenantKey};
use onbehalf::domain::pace::Pace;
use onbehalf::domain::run::{Run, RunId};
use onbehalf::domain::schedule::Schedule;
use onbehalf::domain::tenant::Tenant;

use super::calls::{
    COMMIT_BEGIN, COMMIT_BEGIN_AS_APP, Calls, NOTE_FAILURES, RECORD_FINISH, RECORD_NO_ACT,
    RUN_CONTEXT, WRITE_CONSENT,
};
use super::flaw::Flaw;
use super::truth::{Me, Truth};

pub(super) struct GatedStore {
    calls: Calls,
    store: Store,
    /// The one tenant of this interleaving. Others on the same table are none of its business.
    tenant: TenantKey,
}

impl GatedStore {
    pub(super) fn new(calls: Calls, store: Store, tenant: TenantKey) -> Self {
        Self {
            calls,
            store,
            tenant,
        }
    }
}

fn nothing<T, E>(_: &mut Truth, _: &Me, _: &Result<T, E>) {}

impl ReadTenants for GatedStore {
    async fn tenant(&self, key: &TenantKey) -> Result<Option<Tenant>, StoreError> {
        if self.calls.flaw == Some(Flaw::TenantRemembered)
            && let Some(tenant) = self.calls.remembered.borrow().clone()
        {
            return Ok(Some(tenant));
        }
        let call = self.store.tenant(key);
        let tenant = self.calls.store("tenant", call, nothing).await?;
        if self.calls.flaw == Some(Flaw::TenantRemembered) {
            self.calls.remembered.replace(tenant.clone());
        }
        Ok(tenant)
    }
}

impl WriteTenants for GatedStore {
    async fn write_tenant(&self, tenant: &Tenant, replaces: Option<u64>) -> Result<(), WriteError> {
        let call = self.store.write_tenant(tenant, replaces);
        self.calls
            .store("write_tenant", call, |truth, me, written| {
                if written.is_ok() {
                    truth.tenant_written(me, tenant, replaces);
                }
            })
            .await
    }

    async fn note_enabled(
        &self,
        key: &TenantKey,
        enabled: bool,
        at: Timestamp,
    ) -> Result<(), StoreError> {
        let call = self.store.note_enabled(key, enabled, at);
        self.calls.store("note_enabled", call, nothing).await
    }

    async fn note_app_account(
        &self,
        key: &TenantKey,
        generation: u64,
        account: &AccountId,
    ) -> Result<(), StoreError> {
        let call = self.store.note_app_account(key, generation, account);
        self.calls.store("note_app_account", call, nothing).await
    }
}

impl ReadConsents for GatedStore {
    async fn consent(&self, of: &Subject) -> Result<Option<Consent>, StoreError> {
        let call = self.store.consent(of);
        self.calls
            .store("consent", call, |truth, me, read| {
                if let Ok(consent) = read {
                    truth.consent_seen(me, consent.as_ref());
                }
            })
            .await
    }
}

impl WriteConsents for GatedStore {
    async fn write_consent(&self, change: &Change) -> Result<(), WriteError> {
        let call = self.store.write_consent(change);
        self.calls
            .store(WRITE_CONSENT, call, |truth, me, written| {
                if written.is_ok() {
                    truth.consent_written(me, change);
                }
            })
            .await
    }

    async fn write_first_consent(
        &self,
        change: &Change,
        starter: &Schedule,
    ) -> Result<(), WriteError> {
        let call = self.store.write_first_consent(change, starter);
        self.calls
            .store(WRITE_CONSENT, call, |truth, me, written| {
                if written.is_ok() {
                    truth.consent_written(me, change);
                }
            })
            .await
    }
}

impl ExpiringConsents for GatedStore {
    async fn ended_by(&self, now: Timestamp) -> Result<Vec<Subject>, StoreError> {
        let call = self.store.ended_by(now);
        let mut people = self.calls.store("ended_by", call, nothing).await?;
        people.retain(|of| of.tenant == self.tenant);
        Ok(people)
    }
}

impl NoteFailures for GatedStore {
    async fn note_failures(
        &self,
        schedule: &Schedule,
        before: u32,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let call = self.store.note_failures(schedule, before, now);
        self.calls.store(NOTE_FAILURES, call, nothing).await
    }
}

impl ReadRunContext for GatedStore {
    async fn run_context(&self, run: &RunId) -> Result<RunContext, StoreError> {
        let call = self.store.run_context(run);
        let mut context = self
            .calls
            .store(RUN_CONTEXT, call, |truth, me, read| {
                if read.is_ok() {
                    truth.run_seen(me, run);
                }
            })
            .await?;
        if self.calls.flaw == Some(Flaw::WaitsIgnored)
            && let Some(run) = &mut context.run
        {
            run.again_at = None;
        }
        if self.calls.flaw == Some(Flaw::TenantRemembered) {
            let mut remembered = self.calls.remembered.borrow_mut();
            if remembered.is_none() {
                *remembered = context.tenant;
            }
            context.tenant = remembered.clone();
        }
        Ok(context)
    }
}

impl KeepPace for GatedStore {
    async fn slow_down(&self, tenant: &TenantKey, pace: &Pace) -> Result<(), StoreError> {
        let call = self.store.slow_down(tenant, pace);
        self.calls.store("slow_down", call, nothing).await
    }

    async fn take_slot(
        &self,
        tenant: &TenantKey,
        gap: Duration,
        now: Timestamp,
    ) -> Result<Timestamp, StoreError> {
        let call = self.store.take_slot(tenant, gap, now);
        self.calls.store("take_slot", call, nothing).await
    }
}

impl RecordRuns for GatedStore {
    async fn record_no_act(
        &self,
        id: &RunId,
        was: Option<&Run>,
        end: &RunEnd,
        at: Timestamp,
    ) -> Result<(), StoreError> {
        let call = self.store.record_no_act(id, was, end, at);
        self.calls
            .store(RECORD_NO_ACT, call, |truth, me, written| {
                if written.is_ok() {
                    truth.without_act(me, id, end);
                }
            })
            .await
    }

    async fn record_finish(
        &self,
        act: &Act,
        finished: &Finished,
        end: &RunEnd,
    ) -> Result<(), StoreError> {
        let call = self.store.record_finish(act, finished, end);
        self.calls
            .store(RECORD_FINISH, call, |truth, me, written| {
                if written.is_ok() {
                    truth.finished(me, act, finished, end);
                }
            })
            .await
    }

    async fn settle(&self, act: &Act, finished: &Finished, end: &RunEnd) -> Result<(), WriteError> {
        let call = self.store.settle(act, finished, end);
        self.calls.store("settle", call, nothing).await
    }
}

impl CommitBegin for GatedStore {
    async fn commit_begin(
        &self,
        act: &Act,
        was: Option<&Run>,
        when: &Circumstances<'_>,
    ) -> Result<(), BeginError> {
        let asked_at = self.calls.clock.now();
        self.calls
            .note(|truth, me| truth.begin_asked(me, act, when.installation));
        let call = self.store.commit_begin(act, was, when);
        self.calls
            .store(COMMIT_BEGIN, call, |truth, me, begun| match begun {
                Ok(()) => truth.begun(me, act, when.installation, asked_at),
                Err(BeginError::NotAllowed(_)) => truth.not_allowed(me),
                Err(_) => {}
            })
            .await
    }
}

impl CommitBeginAsApp for GatedStore {
    async fn commit_begin_as_app(&self, act: &Act, was: Option<&Run>) -> Result<(), BeginError> {
        let asked_at = self.calls.clock.now();
        let call = self.store.commit_begin_as_app(act, was);
        self.calls
            .store(COMMIT_BEGIN_AS_APP, call, |truth, me, begun| {
                if begun.is_ok() {
                    truth.begun_as_app(me, act, asked_at);
                }
            })
            .await
    }
}

impl ReadActs for GatedStore {
    async fn acts(
        &self,
        of: &Subject,
        limit: u32,
        cursor: Option<&ActCursor>,
    ) -> Result<ActsPage, StoreError> {
        let call = self.store.acts(of, limit, cursor);
        self.calls.store("acts", call, nothing).await
    }

    async fn act(&self, run: &RunId) -> Result<Option<Act>, StoreError> {
        let call = self.store.act(run);
        self.calls.store("act", call, nothing).await
    }
}
