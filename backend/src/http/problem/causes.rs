//! What a use case failed with, as what a request failed with.

use super::{Failure, RETRY_AFTER_SECONDS};
use crate::capabilities::platform::ProductError;
use crate::capabilities::store::StoreError;
use crate::logs::in_one_line;
use crate::use_cases::add_schedule::AddScheduleError;
use crate::use_cases::change_consent::ChangeError;
use crate::use_cases::change_schedule::ChangeScheduleError;
use crate::use_cases::grant::GrantError;
use crate::use_cases::install::InstallError;
use crate::use_cases::may_schedule::MayNot;
use crate::use_cases::open_consent_page::OpenError;
use crate::use_cases::preview_schedule::PreviewError;
use crate::use_cases::run_now::RunNowError;
use crate::use_cases::settle_run::SettleError;
use crate::use_cases::uninstall::UninstallError;

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        match &error {
            StoreError::Unavailable(_) => {
                tracing::warn!(cause = in_one_line(&error), "the database did not answer");
                Self::Unavailable("Onbehalf's database does not answer at this moment.")
            }
            StoreError::OtherTable(_) => {
                tracing::error!(%error);
                Self::Internal
            }
            StoreError::Unreadable(_) => {
                tracing::error!(
                    cause = in_one_line(&error),
                    "an item in the database cannot be read"
                );
                Self::Internal
            }
        }
    }
}

impl From<ProductError> for Failure {
    fn from(error: ProductError) -> Self {
        tracing::warn!(
            cause = in_one_line(&error),
            "Confluence did not answer a question"
        );
        match error {
            ProductError::RateLimited { retry_after } => Self::RateLimited(
                retry_after.map_or(RETRY_AFTER_SECONDS, |wait| wait.as_secs().max(1)),
            ),
            ProductError::NotSigned(_) => {
                Self::Unavailable("Onbehalf cannot open its keys at this moment.")
            }
            ProductError::Unavailable(_) | ProductError::Refused(_) => Self::Unavailable(
                "Confluence does not answer at this moment, so your account cannot be checked.",
            ),
        }
    }
}

impl From<GrantError> for Failure {
    fn from(error: GrantError) -> Self {
        match error {
            GrantError::NoTime | GrantError::BadTime => Self::Unacceptable(error.to_string()),
            GrantError::LanguageUnknown => Self::LanguageUnknown,
            GrantError::NotCurrent => Self::NotTheCurrentConsent,
            GrantError::NotInGroup => Self::NotInGroup,
            GrantError::Policy(error) => Self::Policy(error),
            GrantError::NoticeReplaced => Self::NoticeReplaced,
            GrantError::NoticeUnknown => Self::NoticeUnknown,
            GrantError::Unfit(unfit) => Self::Unfit(unfit),
            GrantError::Changed => Self::Changed(error.to_string()),
            GrantError::Product(error) => error.into(),
            GrantError::Store(error) => error.into(),
        }
    }
}

impl From<ChangeError> for Failure {
    fn from(error: ChangeError) -> Self {
        match error {
            ChangeError::Changed => Self::Changed(error.to_string()),
            ChangeError::Store(error) => error.into(),
        }
    }
}

impl From<OpenError> for Failure {
    fn from(error: OpenError) -> Self {
        match error {
            OpenError::Product(error) => error.into(),
            OpenError::Store(error) => error.into(),
        }
    }
}

impl From<MayNot> for Failure {
    fn from(error: MayNot) -> Self {
        match error {
            MayNot::NoConsent => Self::NoConsentForSchedule,
            MayNot::ReadOnly => Self::ConsentCoversReadingOnly,
            MayNot::OnlyAdmins => Self::OnlyAdmins,
            MayNot::OwnSchedulesOff => Self::OwnSchedulesOff,
            MayNot::NotAllowedByPolicy => Self::NotAllowedByPolicy,
            MayNot::Product(error) => error.into(),
            MayNot::Store(error) => error.into(),
        }
    }
}

impl From<AddScheduleError> for Failure {
    fn from(error: AddScheduleError) -> Self {
        match error {
            AddScheduleError::Bad(bad) => Self::Unacceptable(bad.to_string()),
            AddScheduleError::TooMany => Self::TooManySchedules,
            AddScheduleError::MayNot(error) => error.into(),
            AddScheduleError::Id(_) => Self::Internal,
            AddScheduleError::Store(error) => error.into(),
        }
    }
}

impl From<ChangeScheduleError> for Failure {
    fn from(error: ChangeScheduleError) -> Self {
        match error {
            ChangeScheduleError::NoSuchSchedule => Self::NoSuchSchedule,
            ChangeScheduleError::Changed => Self::ScheduleChanged,
            ChangeScheduleError::Bad(bad) => Self::Unacceptable(bad.to_string()),
            ChangeScheduleError::MayNot(error) => error.into(),
            ChangeScheduleError::Store(error) => error.into(),
        }
    }
}

impl From<PreviewError> for Failure {
    fn from(error: PreviewError) -> Self {
        match error {
            PreviewError::Bad(bad) => Self::Unacceptable(bad.to_string()),
            PreviewError::Call(_) => Self::NoSpace,
            PreviewError::Product(error) => error.into(),
            PreviewError::Id(_) => Self::Internal,
        }
    }
}

impl From<SettleError> for Failure {
    fn from(error: SettleError) -> Self {
        match error {
            SettleError::NoSuchRun => Self::NoSuchRun,
            SettleError::Known => Self::RunNotUnknown,
            SettleError::Store(error) => error.into(),
        }
    }
}

impl From<RunNowError> for Failure {
    fn from(error: RunNowError) -> Self {
        match error {
            RunNowError::NoSuchSchedule => Self::NoSuchSchedule,
            RunNowError::Paused => Self::Paused,
            RunNowError::Queue(error) => {
                tracing::warn!(
                    cause = in_one_line(&error),
                    "the queue of runs did not answer"
                );
                Self::Unavailable(
                    "Onbehalf's queue does not answer at this moment, so nothing will run.",
                )
            }
            RunNowError::Store(error) => error.into(),
        }
    }
}

impl From<InstallError> for Failure {
    fn from(error: InstallError) -> Self {
        match error {
            InstallError::Replayed(_) => Self::Replayed,
            InstallError::Changed => Self::Changed(error.to_string()),
            InstallError::Store(error) => error.into(),
        }
    }
}

impl From<UninstallError> for Failure {
    fn from(error: UninstallError) -> Self {
        match error {
            UninstallError::Replayed(_) => Self::Replayed,
            UninstallError::Changed => Self::Changed(error.to_string()),
            UninstallError::Store(error) => error.into(),
        }
    }
}
