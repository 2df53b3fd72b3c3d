//! The middle of an act: the token, and the call.

use onbehalf_contract::Outcome;

use super::begin::{StartedAct, StartedAppAct};
use super::fresh_tenant::FreshTenant;
use super::run_schedule::Acting;
use super::step_times::StepTimes;
use crate::capabilities::platform::{
    Answer, CallError, NotSigned, Product, ProductError, TokenError, UserTokens, Who,
};
use crate::capabilities::store::{KeptToken, ReadTenants};
use crate::domain::act::{Act, Finished};
use crate::domain::failure::Failure;
use crate::domain::run_report::Step;
use crate::domain::task::Task;
use crate::logs::in_one_line;

/// An act that was begun, and who acts.
pub(super) enum Begun {
    AsPerson(StartedAct),
    AsApp(StartedAppAct),
}

impl Begun {
    pub(super) fn act(&self) -> &Act {
        match self {
            Self::AsPerson(started) => started.act(),
            Self::AsApp(started) => started.act(),
        }
    }
}

/// How an act that began came to its end.
pub(super) enum Ended {
    Done(Answer),
    Failed { why: Failure, status: Option<u16> },
}

/// Gets the token, if it is a person's act, and makes the call, all within the act's time.
pub(super) async fn carry_out(
    acting: &Acting<'_, impl ReadTenants, impl UserTokens + Product>,
    mut tenant: FreshTenant,
    begun: &Begun,
    kept: Option<&KeptToken>,
    task: &Task,
    times: &mut StepTimes,
) -> Ended {
    let Acting {
        store,
        platform,
        clock,
        ..
    } = *acting;
    let token = match begun {
        Begun::AsApp(_) => None,
        Begun::AsPerson(started) => {
            tenant = match tenant.in_time(store, clock, started.act()).await {
                Ok((tenant, _)) => tenant,
                Err(why) => return Ended::not_called(why),
            };
            let asked = platform.user_token(&tenant.tenant, started, kept);
            match times.of(Step::Token, clock, asked).await {
                Ok(token) => {
                    times.exchanged_token = token.is_exchanged();
                    Some(token)
                }
                Err(error) => return Ended::not_called(error.into()),
            }
        }
    };
    let (tenant, left) = match tenant.in_time(store, clock, begun.act()).await {
        Ok(in_time) => in_time,
        Err(why) => return Ended::not_called(why),
    };
    let who = match (begun, &token) {
        (Begun::AsApp(started), _) => Who::App(started),
        (Begun::AsPerson(_), Some(token)) => Who::Person(token),
        (Begun::AsPerson(_), None) => return Ended::not_called(Failure::NotPrepared),
    };
    let call = platform.perform(&tenant.tenant, who, task, left);
    match times.of(Step::Call, clock, call).await {
        Ok(answer) => Ended::Done(answer),
        Err(error) => Ended::Failed {
            status: status_of(&error),
            why: failure(error, task.is_idempotent()),
        },
    }
}

impl Ended {
    pub(super) fn not_called(why: Failure) -> Self {
        Self::Failed { why, status: None }
    }

    /// For the record of the act.
    pub(super) fn finished(&self, at: jiff::Timestamp) -> Finished {
        let (outcome, status, link) = match self {
            Self::Done(Answer { status, link }) => (Outcome::Done, Some(*status), link.clone()),
            Self::Failed {
                why: Failure::OutcomeUnknown { .. },
                status,
            } => (Outcome::Unknown, *status, None),
            Self::Failed { status, .. } => (Outcome::Failed, *status, None),
        };
        Finished {
            at,
            outcome,
            status,
            link,
            settled: false,
        }
    }

    /// Whether it was refused in a way that a person is who may not use the product at all. Of what somebody may not see,
    /// Confluence says that it is not there.
    pub(super) fn may_have_lost_access(&self) -> bool {
        matches!(
            self,
            Self::Failed {
                why: Failure::TokenRefused(_) | Failure::NotPermitted { .. } | Failure::NotFound,
                ..
            }
        )
    }
}

fn status_of(error: &CallError) -> Option<u16> {
    match error {
        CallError::Refused { status, .. } => Some(*status),
        CallError::Unclear { status } => *status,
        CallError::NotSent | CallError::NotSigned(_) | CallError::NoSpace => None,
    }
}

fn failure(error: CallError, idempotent: bool) -> Failure {
    match error {
        CallError::Refused {
            status,
            retry_after,
        } => match status {
            400 | 409 => Failure::NotAccepted { status },
            401 | 403 => Failure::NotPermitted { status },
            404 => Failure::NotFound,
            429 => Failure::RateLimited {
                who: "Confluence",
                retry_after,
            },
            503 => Failure::ConfluenceDown { retry_after },
            _ => Failure::Refused { status },
        },
        CallError::NotSent => Failure::ConfluenceDown { retry_after: None },
        CallError::NotSigned(error) => error.into(),
        CallError::NoSpace => Failure::NoSpace,
        CallError::Unclear { .. } => Failure::OutcomeUnknown { idempotent },
    }
}

impl From<TokenError> for Failure {
    fn from(error: TokenError) -> Self {
        match error {
            TokenError::Refused(code) => Self::TokenRefused(code),
            TokenError::RateLimited { retry_after } => Self::RateLimited {
                who: "Atlassian",
                retry_after,
            },
            TokenError::Awaited => Self::TooSlow,
            TokenError::Unavailable(_) => Self::AtlassianDown,
            TokenError::Internal(cause) => {
                tracing::warn!(cause, "a token could not be prepared");
                Self::NotPrepared
            }
        }
    }
}

impl From<NotSigned> for Failure {
    fn from(error: NotSigned) -> Self {
        tracing::warn!(%error, "the app cannot prove itself to Confluence");
        Self::NotPrepared
    }
}

impl From<ProductError> for Failure {
    fn from(error: ProductError) -> Self {
        match error {
            ProductError::NotSigned(error) => error.into(),
            ProductError::RateLimited { retry_after } => Self::RateLimited {
                who: "Confluence",
                retry_after,
            },
            ProductError::Unavailable(_) | ProductError::Refused(_) => {
                tracing::warn!(
                    cause = in_one_line(&error),
                    "Confluence did not answer a question"
                );
                Self::ConfluenceDown { retry_after: None }
            }
        }
    }
}
