//! What the parts of the admin page know in common.

use onbehalf_contract::{AdminConsents, Overview, Pause, Somebody};

use super::{acts::Acts, api, asked::Asked, filter::Filter, tabs::Tab};
use crate::{
    browser,
    components::{announcer::Announcer, live::Live},
};

/// The id of the heading of what is shown, which takes the focus when that changes.
pub(super) const HEADING: &str = "admin-heading";

/// Where things stand. Given to every part that needs it.
#[derive(Clone, Copy)]
pub(super) struct Desk {
    app: Live<String>,
    site: Live<String>,
    pub(super) overview: Asked<Overview>,
    /// Whether the overview came just now, with the page.
    pub(super) fresh: Live<bool>,
    /// Why nothing is done as anybody, if so. Apart from the overview, since it is always in sight.
    pub(super) pause: Live<Option<Pause>>,
    pub(super) tab: Live<Tab>,
    /// Which consents are listed, and in which order.
    pub(super) filter: Live<Filter>,
    pub(super) sort: Live<&'static str>,
    /// The cursors of the pages up to the one that is shown. The first page has none.
    pub(super) trail: Live<Vec<Option<String>>>,
    /// The page of them that was asked for last.
    pub(super) consents: Asked<AdminConsents>,
    /// Whose consent is shown in place of the list.
    pub(super) opened: Live<Option<Somebody>>,
    /// Which acts are listed.
    pub(super) acts: Live<Acts>,
    pub(super) announcer: Announcer,
}

impl Desk {
    pub(super) fn new(app: String, site: String, overview: Option<Overview>) -> Self {
        let pause = overview.as_ref().and_then(|it| it.pause.clone());
        Self {
            app: Live::new(app),
            site: Live::new(site),
            fresh: Live::new(true),
            overview: Asked::new(overview),
            pause: Live::new(pause),
            tab: Live::new(Tab::Overview),
            filter: Live::new(Filter::default()),
            sort: Live::new("-since"),
            trail: Live::new(vec![None]),
            consents: Asked::new(None),
            opened: Live::new(None),
            acts: Live::new(Acts::default()),
            announcer: Announcer::new(),
        }
    }

    /// The app's name.
    pub(super) fn app(self) -> String {
        self.app.get_untracked()
    }

    /// The Confluence site's host.
    pub(super) fn site(self) -> String {
        self.site.get_untracked()
    }

    pub(super) fn say(self, what: String) {
        self.announcer.say(what);
    }

    /// Asks how things stand.
    pub(super) fn look_again(self) {
        self.overview.ask_then(api::overview(), move |overview| {
            // What is being written about a pause stays where nothing has changed.
            if self.pause.with_untracked(|now| *now != overview.pause) {
                self.pause.set(overview.pause.clone());
            }
        });
    }

    /// Shows the consents that match.
    pub(super) fn show_consents(self, filter: Filter, sort: &'static str) {
        self.filter.set(filter);
        self.sort.set(sort);
        self.trail.set(vec![None]);
        self.opened.set(None);
        self.turn_to(Tab::Consents);
    }

    /// Shows somebody's consent.
    pub(super) fn open(self, person: Somebody) {
        self.opened.set(Some(person));
        self.turn_to(Tab::Consents);
    }

    /// Shows what was done.
    pub(super) fn show_acts(self, acts: Acts) {
        self.acts.set(acts);
        self.turn_to(Tab::Activity);
    }

    fn turn_to(self, tab: Tab) {
        if self.tab.get_untracked() != tab {
            self.tab.set(tab);
        }
        browser::focus_soon(HEADING);
    }
}
