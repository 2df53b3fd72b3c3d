//! The notice in German.

use super::Text;

pub(super) const TEXT: Text = Text {
    lead: "Onbehalf möchte in Confluence zu festgelegten Zeiten in Ihrem Namen handeln, während Sie nicht da sind.",
    purpose: "Es führt die Zeitpläne aus, die unter „Für mich geplant“ stehen. Was es tut, gilt als von Ihnen getan und trägt Ihren Namen.",
    read: "Die Seiten und Kommentare sehen, die Sie sehen können.",
    read_write: "Sehen, was Sie sehen können, und in Ihrem Namen Seiten und Kommentare erstellen und ändern.",
    never: "Es tut nie mehr, als Sie selbst tun dürfen, erfährt nie Ihr Passwort und handelt nie mehr in Ihrem Namen, sobald dies beendet ist.",
    end: "Es endet von selbst zu dem Zeitpunkt, den Sie wählen. Sie können es hier jederzeit beenden, und es endet sofort.",
};
