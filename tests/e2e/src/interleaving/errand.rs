//! What a process is there for, and how each is done: by the app's own use cases, over calls that stop at a gate.

use jiff::{SignedDuration, Timestamp};
use onbehalf::capabilities::platform::{Installation, Removal};
use onbehalf::capabilities::store::ReadTenants;
use onbehalf::capabilities::world::Clock;
use onbehalf::domain::consent::{Consent, Revoker};
use onbehalf::domain::consent_event::Invalid;
use onbehalf::domain::ids::{AccountId, ConsentId, Subject, TenantKey};
use onbehalf::domain::notice::Notices;
use onbehalf::domain::run::{RunId, RunMessage};
use onbehalf::domain::tenant::{CallbackStamp, SealedCredentials, Tenant};
use onbehalf::use_cases::expire_consents::expire_consents;
use onbehalf::use_cases::grant::{Granted, grant};
use onbehalf::use_cases::install::install;
use onbehalf::use_cases::invalidate::invalidate;
use onbehalf::use_cases::revoke::revoke;
use onbehalf::use_cases::run_schedule::{Acting, Ran, run_schedule};
use onbehalf::use_cases::step_times::StepTimes;
use onbehalf::use_cases::uninstall::uninstall;
use onbehalf_contract::{Access, ConsentWish};

use super::clock::GatedClock;
use super::site::GatedSite;
use super::store::GatedStore;

/// What a process is there for.
#[derive(Clone, Debug)]
pub enum Errand {
    /// The person allows, or renews if it is that very consent.
    Grant {
        person: AccountId,
        access: Access,
        lasting: Lasting,
        renews: Option<ConsentId>,
    },
    Revoke {
        person: AccountId,
        by: Revoker,
    },
    /// A message of the queue.
    Run(RunId),
    /// The same, because the person asked for it: it counts even if the schedule pauses.
    RunNow(RunId),
    /// The sweep notes what has ended.
    Sweep,
    /// The product tells what became of an account.
    Tell {
        person: AccountId,
        because: Invalid,
    },
    /// The app is removed from the site.
    Remove,
    /// It is installed, or installed anew.
    Install,
}

#[derive(Clone, Copy, Debug)]
pub enum Lasting {
    Days(i64),
    Hours(i64),
}

/// What came of it, as whoever asked is told.
#[derive(Clone, Debug)]
pub enum Answer {
    Granted(Consent),
    Revoked(Option<Consent>),
    Ran(Ran),
    Told,
    Swept,
    Removed,
    Installed,
    /// It was refused, or failed, for this reason.
    Not(String),
}

/// What a process has at hand.
pub(super) struct Hands {
    pub(super) tenant: TenantKey,
    pub(super) store: GatedStore,
    pub(super) site: GatedSite,
    pub(super) clock: GatedClock,
    pub(super) notices: Notices,
    /// Different for every process.
    pub(super) number: u32,
}

impl Hands {
    pub(super) async fn run(&self, errand: Errand) -> Answer {
        match errand {
            Errand::Grant {
                person,
                access,
                lasting,
                renews,
            } => self.grant(&person, access, lasting, renews).await,
            Errand::Revoke { person, by } => self.revoke(&person, &by).await,
            Errand::Run(run) => self.ran(&run.message()).await,
            Errand::RunNow(run) => self.ran(&run.message().asked()).await,
            Errand::Sweep => {
                let swept = expire_consents(&self.store, &self.notices, self.clock.now());
                swept.await.map_or_else(not, |_| Answer::Swept)
            }
            Errand::Tell { person, because } => self.tell(&person, because).await,
            Errand::Remove => self.remove().await,
            Errand::Install => self.install().await,
        }
    }

    async fn grant(
        &self,
        person: &AccountId,
        access: Access,
        lasting: Lasting,
        renews: Option<ConsentId>,
    ) -> Answer {
        let Some(tenant) = self.proved().await else {
            return not_proved();
        };
        let now = self.clock.now();
        let (days, until) = match lasting {
            Lasting::Days(days) => (Some(days), None),
            Lasting::Hours(hours) => (None, Some(now + SignedDuration::from_hours(hours))),
        };
        let wish = ConsentWish {
            access,
            days,
            until: until.as_ref().map(Timestamp::to_string),
            notice: self.notices.version().into(),
            language: None,
            renews: renews.map(String::from),
        };
        let granted = grant(
            &self.store,
            &self.site,
            &self.notices,
            &tenant,
            person,
            &wish,
            &self.clock,
        );
        match granted.await {
            Ok(Granted::New(consent) | Granted::Renewed(consent)) => Answer::Granted(consent),
            Err(error) => not(error),
        }
    }

    async fn revoke(&self, person: &AccountId, by: &Revoker) -> Answer {
        let Some(tenant) = self.proved().await else {
            return not_proved();
        };
        let revoked = revoke(&self.store, &self.clock, &self.notices, &tenant, person, by);
        revoked.await.map_or_else(not, Answer::Revoked)
    }

    async fn ran(&self, message: &RunMessage) -> Answer {
        let acting = Acting {
            store: &self.store,
            platform: &self.site,
            notices: &self.notices,
            clock: &self.clock,
        };
        let ran = run_schedule(&acting, message, &mut StepTimes::default()).await;
        ran.map_or_else(not, Answer::Ran)
    }

    async fn tell(&self, person: &AccountId, because: Invalid) -> Answer {
        let Some(tenant) = self.proved().await else {
            return not_proved();
        };
        let of = Subject {
            tenant: tenant.key.clone(),
            account: person.clone(),
        };
        let told = invalidate(
            &self.store,
            &self.clock,
            &self.notices,
            &tenant,
            &of,
            because,
        );
        told.await.map_or_else(not, |_| Answer::Told)
    }

    async fn remove(&self) -> Answer {
        let removal = Removal {
            tenant: self.tenant.clone(),
            stamp: self.stamp(),
        };
        let retention = SignedDuration::from_hours(30 * 24);
        let removed = uninstall(&self.store, &self.clock, retention, removal);
        removed.await.map_or_else(not, |()| Answer::Removed)
    }

    async fn install(&self) -> Answer {
        let installation = Installation {
            tenant: self.tenant.clone(),
            site: "https://example.atlassian.net/wiki"
                .parse()
                .expect("this is a URL"),
            display_site: None,
            credentials: SealedCredentials(b"sealed".into()),
            stamp: self.stamp(),
        };
        let installed = install(&self.store, installation);
        installed.await.map_or_else(not, |_| Answer::Installed)
    }

    /// The tenant that a request of it proves to come from: only an installed one has a secret to sign with.
    async fn proved(&self) -> Option<Tenant> {
        let tenant = self.store.tenant(&self.tenant).await.ok().flatten();
        tenant.filter(|tenant| tenant.installed().is_some())
    }

    fn stamp(&self) -> CallbackStamp {
        let signed_at = self.clock.now().as_second();
        CallbackStamp {
            signed_at: Timestamp::from_second(signed_at).expect("the clock shows a time"),
            fingerprint: format!("callback {}", self.number),
        }
    }
}

fn not_proved() -> Answer {
    Answer::Not("nobody can say who asks".into())
}

fn not(error: impl std::error::Error) -> Answer {
    Answer::Not(error.to_string())
}

impl Errand {
    pub(super) fn name(&self) -> &'static str {
        match self {
            Self::Grant { .. } => "grant",
            Self::Revoke { .. } => "revoke",
            Self::Run(_) => "run",
            Self::RunNow(_) => "run now",
            Self::Sweep => "sweep",
            Self::Tell { .. } => "tell",
            Self::Remove => "remove",
            Self::Install => "install",
        }
    }
}
