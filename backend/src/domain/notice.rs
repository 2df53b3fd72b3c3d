//! The text that a person reads before agreeing. It lives here and nowhere else.
//!
//! A change of its meaning is a new version with a new name: a consent keeps the version that was agreed to.

/// A version of the notice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Notice {
    pub version: &'static str,
    pub lead: &'static str,
    pub purpose: &'static str,
    pub read: &'static str,
    pub read_write: &'static str,
    pub never: &'static str,
    pub end: &'static str,
}

/// The notice that is shown today.
pub const CURRENT: Notice = Notice {
    version: "2026-11",
    lead: "Onbehalf asks to act as you in Confluence, at set times, while you are away.",
    purpose: "It runs the schedules listed under “Scheduled for me”. What it does counts as done by you, and carries your name.",
    read: "See the pages and comments that you can see.",
    read_write: "See what you can see, and create and change pages and comments as you.",
    never: "It never does more than you may do yourself, never learns your password, and never acts as you once this has ended.",
    end: "It ends by itself at the time you choose. You can stop it here at any moment, and it stops at once.",
};

/// Why a version cannot be agreed to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotCurrent {
    /// It was shown once; a newer one has taken its place.
    Replaced,
    /// No notice ever had this name.
    Unknown,
}

/// The versions that came before, newest first.
const REPLACED: [&str; 0] = [];

/// The notice that a person agrees to, if it is the one to be shown now.
pub fn agreed(version: &str) -> Result<&'static Notice, NotCurrent> {
    if version == CURRENT.version {
        Ok(&CURRENT)
    } else if REPLACED.contains(&version) {
        Err(NotCurrent::Replaced)
    } else {
        Err(NotCurrent::Unknown)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_current_notice_can_be_agreed_to() {
        assert_eq!(agreed(CURRENT.version), Ok(&CURRENT));
        assert_eq!(agreed("2020-01"), Err(NotCurrent::Unknown));
        assert_eq!(agreed(""), Err(NotCurrent::Unknown));
    }
}
