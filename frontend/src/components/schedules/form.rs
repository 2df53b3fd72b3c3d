//! The form for a schedule: a new one, or one that there is.

use std::sync::Arc;

use leptos::prelude::*;
use onbehalf_contract::{Schedule, ScheduleChange, ScheduleWish};

use super::{
    fields::Fields,
    item::Item,
    preview::{Preview, preview},
};
use crate::{
    api, browser,
    components::{
        button::Button,
        call::call,
        dynamic::dynamic,
        element::{all, element, nothing, said},
        live::Live,
        message::{Again, alert, failure},
        panel::is_escape,
        radio::group,
        shared::Shared,
    },
    draft::{
        Draft, FIELDS,
        field::{
            COUNT, DATE, DAY, EXPRESSION, FALLBACK, JSON, METHOD, OFTEN, PAGE, PAGE_TITLE, PATH,
            STORAGE, TEXT, TIME, TITLE, UNIT, WEEKDAYS, WHAT, ZONE,
        },
    },
    intl,
    json::{METHODS, ToJson},
    trouble::Trouble,
    words,
};

/// How long nothing is typed before the preview is asked for, in milliseconds.
const PAUSE_MS: i32 = 500;

/// What can be filled in, whatever the language.
const PLACEHOLDERS: &str = "{date}, {time}, {week}, {displayName}";

const EXAMPLES: &str = "cron(0 9 ? * MON *), rate(2 hours), at(2030-12-24T18:00:00)";

/// What closes the form: given what was saved, or nothing.
pub(super) type Close = Arc<dyn Fn(Option<Schedule>) + Send + Sync>;

/// What is being filled in.
#[derive(Clone, Copy)]
struct Form {
    shared: Shared,
    /// The schedule that is edited; nothing for a new one.
    item: Option<Item>,
    close: Live<Close>,
    draft: Live<Draft>,
    /// Which fields there are depends on these two.
    often: Live<String>,
    what: Live<String>,
    preview: Live<Preview>,
    /// The wish that the preview is of, so that nothing is saved that nobody has seen.
    seen: Live<String>,
    /// How often something was typed or chosen.
    changes: Live<u32>,
    /// Whether the person should look at the preview before they save.
    look: Live<bool>,
    busy: Live<bool>,
    trouble: Live<Option<Trouble>>,
}

pub(super) fn schedule_form(shared: Shared, item: Option<Item>, close: Close) -> AnyView {
    let today = intl::day_of(intl::now(), 1).map(|day| day.to_string());
    let mut draft = Draft::new(intl::own_zone(), today.unwrap_or_default());
    if let Some(item) = item {
        draft = item.now.with_untracked(|now| Draft::of(now, draft));
    }
    let form = Form {
        shared,
        item,
        close: Live::new(close),
        often: Live::new(draft.get(OFTEN).to_owned()),
        what: Live::new(draft.get(WHAT).to_owned()),
        draft: Live::new(draft.clone()),
        preview: Live::new(Preview::Incomplete),
        seen: Live::new(String::new()),
        changes: Live::new(0),
        look: Live::new(false),
        busy: Live::new(false),
        trouble: Live::new(None),
    };
    let heading_id = form.part("heading");
    let heading = match item {
        Some(_) => words::schedules_edit(),
        None => words::schedules_new(),
    };
    browser::focus_soon(&form.part(TITLE));
    form.changed();
    let id = form.id();
    let fields = Fields {
        form: &id,
        draft: &draft,
    };
    element("form")
        .id(&id)
        .class("panel")
        .set("aria-labelledby", &heading_id)
        // The Enter key in a field would send a form; only the button does.
        .on("submit", |submit| submit.prevent_default())
        .on("input", move |_| form.changed())
        // What was typed does not go with the dialog around it.
        .on("keydown", |key| {
            is_escape(&key);
        })
        .add(element("h3").id(&heading_id).text(heading))
        .put(fields.line("text", TITLE, words::form_title()))
        .put(fields.choice(OFTEN, words::form_often(), &WAYS))
        .put(dynamic(move || {
            let often = form.often.get();
            form.with_fields(|fields| when(fields, &often))
        }))
        .put(zone(&fields))
        .put(fields.choice(WHAT, words::form_what(), &DEEDS))
        .put(dynamic(move || {
            let what = form.what.get();
            form.with_fields(|fields| action(fields, &what))
        }))
        .put(fallback(form, &fields))
        .put(preview_place(form))
        .put(buttons(form))
        .view()
}

/// The ways to say when.
const WAYS: [(&str, &dyn Fn() -> String); 8] = [
    ("daily", &words::form_daily),
    ("weekdays", &words::form_weekdays),
    ("weekly", &words::form_weekly),
    ("monthly", &words::form_monthly),
    ("lastDay", &words::form_last_day),
    ("once", &words::form_once),
    ("interval", &words::form_interval),
    ("expression", &words::form_by_expression),
];

const UNITS: [(&str, &dyn Fn() -> String); 3] = [
    ("minute", &words::form_minutes),
    ("hour", &words::form_hours),
    ("day", &words::form_whole_days),
];

/// What can be done.
const DEEDS: [(&str, &dyn Fn() -> String); 4] = [
    ("createPage", &words::form_create_page),
    ("appendToPage", &words::form_append_to_page),
    ("commentOnPage", &words::form_comment_on_page),
    ("request", &words::form_request),
];

/// What one of the [`WAYS`] asks for.
fn when(fields: &Fields, often: &str) -> AnyView {
    let time = || fields.line("time", TIME, words::form_time());
    match often {
        "weekly" => all([weekdays(fields), time()]),
        "monthly" => row([fields.line("number", DAY, words::form_day()), time()]),
        "once" => row([fields.line("date", DATE, words::form_date()), time()]),
        "interval" => row([
            fields.line("number", COUNT, words::form_count()),
            fields.choice(UNIT, words::form_unit(), &UNITS),
        ]),
        "expression" => all([
            fields.line("text", EXPRESSION, words::form_expression()),
            fields.hint(EXPRESSION, words::form_expression_hint(EXAMPLES)),
        ]),
        _ => time(),
    }
}

/// The days of the week, Monday first.
fn weekdays(fields: &Fields) -> AnyView {
    let days = [1, 2, 3, 4, 5, 6, 0];
    let days = days.map(|day: u32| fields.tick(WEEKDAYS[day as usize], intl::weekday(day)));
    let days = element("div").class("segments").put_all(days);
    group(words::form_days()).add(days).view()
}

/// The time zone: any that the browser knows, the person's own first.
fn zone(fields: &Fields) -> AnyView {
    let list = fields.id("zones");
    let own = intl::own_zone();
    let mut zones = intl::zones();
    zones.retain(|zone| *zone != own);
    zones.insert(0, own);
    let options = zones.iter();
    let options = options.map(|zone| element("option").set("value", zone).view());
    all([
        fields.line_with("text", ZONE, words::form_zone(), Some(&list)),
        element("datalist").id(&list).put_all(options).view(),
    ])
}

/// What one of the [`DEEDS`] asks for.
fn action(fields: &Fields, what: &str) -> AnyView {
    let placeholders = words::form_placeholders(PLACEHOLDERS);
    if what == "request" {
        let methods = METHODS.map(|(name, _)| (name, move || name.to_owned()));
        let methods = methods
            .each_ref()
            .map(|(name, words)| (*name, words as &dyn Fn() -> String));
        return all([
            row([
                fields.choice(METHOD, words::form_method(), &methods),
                fields.line("text", PATH, words::form_path()),
            ]),
            fields.area(JSON, words::form_json(), false),
            fields.hint(JSON, placeholders),
        ]);
    }
    let place = if what == "createPage" {
        fields.line("text", PAGE_TITLE, words::form_page_title())
    } else {
        fields.line("text", PAGE, words::form_page())
    };
    all([
        place,
        fields.area(TEXT, words::form_text(), true),
        fields.hint(TEXT, placeholders),
        fields.tick(STORAGE, words::form_storage()),
    ])
}

/// What to do when the person can't be impersonated: for admins, and where an admin has chosen something.
fn fallback(form: Form, fields: &Fields) -> AnyView {
    let admin = form.shared.state.with_untracked(|state| state.admin);
    if !admin && fields.draft.get(FALLBACK) == "skip" {
        return nothing();
    }
    let app = form.shared.app();
    let as_app = || words::form_as_app(&app);
    let options: [(&str, &dyn Fn() -> String); 2] = [("skip", &words::form_skip), ("app", &as_app)];
    all([
        fields.choice(FALLBACK, words::form_fallback(), &options),
        fields.hint(FALLBACK, words::form_as_app_hint(&app)),
    ])
}

fn preview_place(form: Form) -> AnyView {
    let id = form.part("preview");
    let heading = element("h4").id(&id).focusable();
    element("section")
        .class("preview")
        // It scrolls, so it takes the focus.
        .set("tabindex", "0")
        .set("aria-labelledby", &id)
        .add(heading.text(words::form_preview()))
        .put(dynamic(move || form.preview.with(preview)))
        .view()
}

fn buttons(form: Form) -> AnyView {
    let save_id = form.part("save");
    let save = call(move || form.save());
    let cancel = call(move || {
        // What is on its way will be there, so it is waited for.
        if !form.busy.get_untracked() {
            (form.close.get_untracked())(None);
        }
    });
    let look = dynamic(move || {
        if form.look.get() {
            alert(said(words::form_look()))
        } else {
            nothing()
        }
    });
    element("div")
        .class("actions")
        .put(look)
        .put(failure(form.trouble, Again::new(save, &save_id)))
        .put(
            Button::new("primary", words::form_save())
                .id(&save_id)
                .busy(form.busy, save),
        )
        .put(Button::new("subtle", words::form_cancel()).on_press(cancel))
        .view()
}

/// Fields side by side, where there is room.
fn row(fields: [AnyView; 2]) -> AnyView {
    element("div").class("row").put_all(fields).view()
}

impl Form {
    fn id(self) -> String {
        match self.item {
            Some(item) => item.id("form"),
            None => "form".to_owned(),
        }
    }

    /// Fields with what stands in them by now.
    fn with_fields(self, make: impl FnOnce(&Fields) -> AnyView) -> AnyView {
        make(&Fields {
            form: &self.id(),
            draft: &self.draft.get_untracked(),
        })
    }

    /// The id of a part of it.
    fn part(self, name: &str) -> String {
        [&self.id(), "-", name].concat()
    }

    /// Takes over what stands in the fields, and shows what that comes to once nothing more is typed.
    fn changed(self) {
        self.read();
        self.look.set(false);
        let change = self.changes.get_untracked() + 1;
        self.changes.set(change);
        browser::spawn(async move {
            browser::sleep(PAUSE_MS).await;
            if self.is_still(change) {
                self.ask(false).await;
            }
        });
    }

    /// Whether nothing has changed since, and the form is still there.
    fn is_still(self, change: u32) -> bool {
        self.changes.try_get_untracked() == Some(change)
    }

    fn read(self) {
        let Some(form) = browser::form(&self.id()) else {
            return;
        };
        self.draft.update_untracked(|draft| {
            for field in FIELDS {
                if let Some(value) = browser::field_value(&form, field) {
                    draft.set(field, value);
                }
            }
        });
        let lacking = self.draft.with_untracked(Draft::lacks_a_day);
        browser::require(&form, WEEKDAYS[1], lacking);
        for (field, shown) in [(OFTEN, self.often), (WHAT, self.what)] {
            let chosen = self
                .draft
                .with_untracked(|draft| draft.get(field).to_owned());
            if shown.with_untracked(|shown| *shown != chosen) {
                shown.set(chosen);
            }
        }
    }

    /// Asks for the preview, if all is filled in. What is wrong is said beside it, or at the buttons to whoever saves.
    async fn ask(self, saving: bool) {
        if !browser::form(&self.id()).is_some_and(|form| form.check_validity()) {
            self.preview.set(Preview::Incomplete);
            return;
        }
        let change = self.changes.get_untracked();
        let wish = self.draft.with_untracked(Draft::wish);
        let answer = api::preview_schedule(&wish).await;
        if !self.is_still(change) {
            return;
        }
        match answer {
            Ok(preview) => {
                let zone = wish.when.time_zone.clone();
                if let Some(next) = preview.next_runs.first() {
                    let next = intl::day_and_time_in(next, &zone);
                    let said = words::schedules_pair(&words::form_preview(), &next);
                    self.shared.announcer.say(said);
                }
                self.preview.set(Preview::Shown { preview, zone });
                self.seen.set(wish.to_json());
                if saving {
                    self.look.set(true);
                    browser::focus_soon(&self.part("preview"));
                }
            }
            Err(why) if saving => self.trouble.set(Some(why)),
            Err(why) => {
                self.shared.announcer.say(why.detail());
                self.preview.set(Preview::Refused(why.detail()));
            }
        }
    }

    /// Keeps it, if the person has seen what it will do; otherwise shows them that.
    fn save(self) {
        self.trouble.set(None);
        self.look.set(false);
        // The browser says which field is missing, and leads there.
        if !browser::form(&self.id()).is_some_and(|form| form.report_validity()) {
            return;
        }
        self.busy.set(true);
        let wish = self.draft.with_untracked(Draft::wish);
        let seen = self.seen.with_untracked(|seen| *seen == wish.to_json());
        browser::spawn(async move {
            if seen {
                self.keep(wish).await;
            } else {
                self.ask(true).await;
            }
            self.busy.set(false);
        });
    }

    async fn keep(self, wish: ScheduleWish) {
        let answer = match self.item {
            Some(item) => change(item, wish).await,
            None => api::create_schedule(&wish).await,
        };
        match answer {
            Ok(schedule) => {
                let said = words::schedules_saved(&schedule.title);
                self.shared.announcer.say(said);
                if let Some(close) = self.close.try_get_untracked() {
                    close(Some(schedule));
                }
            }
            Err(why) => {
                if let Some(item) = self.item.filter(|_| why.is_conflict()) {
                    // How it now is stands above the form, which keeps what was typed.
                    item.catch_up().await;
                }
                self.trouble.set(Some(why));
            }
        }
    }
}

async fn change(item: Item, wish: ScheduleWish) -> Result<Schedule, Trouble> {
    let (id, version) = item.now.with_untracked(|now| (now.id.clone(), now.version));
    let change = ScheduleChange {
        version,
        title: Some(wish.title),
        when: Some(wish.when),
        action: Some(wish.action),
        fallback: Some(wish.fallback),
        state: None,
    };
    api::change_schedule(&id, &change).await
}
