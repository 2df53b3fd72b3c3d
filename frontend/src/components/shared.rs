//! What the parts of the page know in common.

use onbehalf_contract::{Consent, ConsentState, Schedule};

use super::{announcer::Announcer, feed::Feed, live::Live};
use crate::{api, bridge::Frame, browser, state::State, trouble::Trouble};

/// The id of the page's first heading, which takes the focus when the page changes.
pub(crate) const HEADING: &str = "heading";

/// Where things stand. Given to every part that needs it.
#[derive(Clone, Copy)]
pub(crate) struct Shared {
    /// What the HTML said. Its consent, schedules and activity are the first ones only.
    pub(crate) state: Live<State>,
    /// The consent as it now is.
    pub(crate) consent: Live<Consent>,
    /// Whether it is active. Apart, so that what depends on this alone stays when a consent is renewed.
    pub(crate) active: Live<bool>,
    /// What is scheduled. Whoever reads it is told of what comes and goes; a change of one alone is between it and its
    /// item, which stays what it is when others come and go.
    pub(crate) schedules: Live<Vec<Schedule>>,
    /// What was done as the person.
    pub(crate) feed: Feed,
    pub(crate) frame: Frame,
    /// Why what the person wanted was not done, although the page now shows something else than before.
    pub(crate) overtaken: Live<Option<Trouble>>,
    pub(crate) announcer: Announcer,
}

impl Shared {
    pub(crate) fn new(state: State, frame: Frame) -> Self {
        Self {
            active: Live::new(state.consent.state == ConsentState::Active),
            consent: Live::new(state.consent.clone()),
            schedules: Live::new(state.schedules.clone()),
            feed: Feed::new(state.activity.clone()),
            state: Live::new(state),
            frame,
            overtaken: Live::new(None),
            announcer: Announcer::new(),
        }
    }

    /// The app's name.
    pub(crate) fn app(self) -> String {
        self.state.with_untracked(|state| state.app.clone())
    }

    /// Whether the person may not consent.
    pub(crate) fn refused(self) -> bool {
        self.state.with_untracked(|state| state.refusal.is_some())
    }

    pub(crate) fn in_dialog(self) -> bool {
        self.frame == Frame::Dialog
    }

    /// What a link into Confluence opens in: a dialog stays open, a page gives way.
    pub(crate) fn link_target(self) -> &'static str {
        if self.in_dialog() { "_blank" } else { "_top" }
    }

    /// Takes over the consent as it now is.
    pub(crate) fn set_consent(self, consent: Consent) {
        let active = consent.state == ConsentState::Active;
        if active {
            self.answered();
        }
        self.overtaken.set(None);
        self.consent.set(consent);
        if self.active.get_untracked() != active {
            self.active.set(active);
        }
    }

    /// Whoever has agreed or said no is not asked any more.
    pub(crate) fn answered(self) {
        self.state.update_untracked(|state| state.ask = None);
    }

    /// After a conflict: how things really are now.
    pub(crate) async fn refresh_after(self, trouble: &Trouble) {
        if !trouble.is_conflict() {
            return;
        }
        let Ok(consent) = api::consent().await else {
            return;
        };
        if self.consent.with_untracked(|now| *now != consent) {
            self.set_consent(consent);
            // The part with the message has gone, so it is said where it stays.
            self.overtaken.set(Some(trouble.clone()));
            browser::focus_soon(HEADING);
        }
    }
}
