//! The notice in English.

use super::Text;

pub(super) const TEXT: Text = Text {
    lead: "Onbehalf asks to act as you in Confluence, at set times, while you are away.",
    purpose: "It runs the schedules listed under “Scheduled for me”. What it does counts as done by you, and carries your name.",
    read: "See the pages and comments that you can see.",
    read_write: "See what you can see, and create and change pages and comments as you.",
    never: "It never does more than you may do yourself, never learns your password, and never acts as you once this has ended.",
    end: "It ends by itself at the time you choose. You can stop it here at any moment, and it stops at once.",
};
