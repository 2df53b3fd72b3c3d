//! The buttons that save what is listed as a file.

use leptos::prelude::*;

use super::{
    api,
    desk::Desk,
    export::{Format, file_name},
    file::whole,
};
use crate::{
    browser,
    components::{
        button::Button,
        call::call,
        element::{all, element},
        live::Live,
        message::{Again, failure},
    },
    intl,
    trouble::Trouble,
    words::admin as say,
};

/// What is listed.
#[derive(Clone, Copy)]
pub(super) enum What {
    Consents,
    Activity,
}

impl What {
    fn name(self) -> &'static str {
        match self {
            Self::Consents => "consents",
            Self::Activity => "activity",
        }
    }
}

/// One for each format. They save all that matches, on all pages.
pub(super) fn exports(desk: Desk, what: What) -> AnyView {
    let buttons = Format::ALL.map(|format| button(desk, what, format));
    element("div")
        .class("actions exports")
        .put_all(buttons)
        .view()
}

fn button(desk: Desk, what: What, format: Format) -> AnyView {
    let busy = Live::new(false);
    let trouble = Live::new(None::<Trouble>);
    let id = ["admin-export-", format.name()].concat();
    let export = call(move || {
        busy.set(true);
        trouble.set(None);
        let path = match what {
            What::Consents => desk
                .filter
                .with_untracked(|filter| api::exported_consents(filter, format)),
            What::Activity => desk
                .acts
                .with_untracked(|acts| api::exported_activity(acts, format)),
        };
        browser::spawn(async move {
            let name = file_name(what.name(), intl::day_of(intl::now(), 0), format);
            let saved = whole(path).await.and_then(|text| {
                let saved = browser::download(&name, format.media_type(), &text);
                saved.map_err(|_| Trouble::Garbled)
            });
            match saved {
                Ok(()) => desk.say(say::export_done(&name)),
                Err(why) => trouble.set(Some(why)),
            }
            busy.set(false);
        });
    });
    let words = say::export_as(format.title());
    let button = Button::new("default", words).id(&id);
    all([
        failure(trouble, Again::new(export, &id)),
        button.busy(busy, export),
    ])
}
