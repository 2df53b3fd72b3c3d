//! What was done on each of the last days, by result.

use leptos::prelude::*;
use onbehalf_contract::{ActsOfDay, Overview};

use super::picture::{bar, picture};
use crate::{
    admin::scale::{all_of, lengths},
    components::{
        element::{Element, element},
        text::hint,
    },
    day::Day,
    intl,
    words::{self, admin as say},
};

/// The id of the heading.
const ACTS: &str = "admin-acts";

/// In units of the picture.
const HEIGHT: u32 = 96;
const STEP: u32 = 24;
const WIDTH: u32 = 18;

pub(super) fn acts(overview: &Overview) -> AnyView {
    let days = &overview.days;
    let section = element("section")
        .set("aria-labelledby", ACTS)
        .add(element("h3").id(ACTS).text(say::overview_acts()));
    if days.iter().all(|day| all_of(day) == 0) {
        return section.put(hint(say::overview_none())).view();
    }
    let more = overview.more_acts.then(|| hint(say::overview_more()));
    section
        .put(bars(days))
        .add(span(days))
        .put(legend(days))
        .add(table(days))
        .put_all(more)
        .view()
}

fn bars(days: &[ActsOfDay]) -> AnyView {
    let most = days.iter().map(all_of).max().unwrap_or_default();
    let mut shapes = Vec::new();
    let mut left = 0;
    for day in days {
        let mut floor = HEIGHT;
        let heights = lengths([day.done, day.unknown, day.failed], most, HEIGHT);
        for (class, height) in ["good", "neutral", "bad"].into_iter().zip(heights) {
            floor = floor.saturating_sub(height);
            if height > 0 {
                shapes.push(bar(class, left, floor, WIDTH, height));
            }
        }
        // The days without anything can be seen, too.
        shapes.push(bar("ground", left, HEIGHT, WIDTH, 1));
        left += STEP;
    }
    let size = (left.saturating_sub(STEP - WIDTH).max(1), HEIGHT + 1);
    let description = say::overview_acts_desc();
    picture(
        ACTS_PICTURE,
        size,
        say::overview_acts(),
        description,
        shapes,
    )
}

const ACTS_PICTURE: &str = "admin-acts-picture";

/// From which day to which.
fn span(days: &[ActsOfDay]) -> Element {
    let ends = [days.first(), days.last()].into_iter().flatten();
    let ends = ends.map(|day| element("span").text(date(day)).view());
    element("div").class("span hint").put_all(ends)
}

/// Which colour is which result, and how often that was.
fn legend(days: &[ActsOfDay]) -> AnyView {
    let all = |count: fn(&ActsOfDay) -> u32| days.iter().map(count).fold(0, u32::saturating_add);
    let results = [
        ("good", words::outcome_done(), all(|day| day.done)),
        ("neutral", words::outcome_unknown(), all(|day| day.unknown)),
        ("bad", words::outcome_failed(), all(|day| day.failed)),
    ];
    let results = results.map(|(class, words, count)| {
        let mark = element("span").class(&["mark ", class].concat());
        let item = element("li").add(mark.set("aria-hidden", "true"));
        item.text(say::pair(&words, &intl::count(count))).view()
    });
    element("ul").class("legend").put_all(results).view()
}

/// The same in numbers, for whoever doesn't see it.
fn table(days: &[ActsOfDay]) -> Element {
    let headings = [
        say::overview_day(),
        words::outcome_done(),
        words::outcome_unknown(),
        words::outcome_failed(),
    ];
    let headings = headings.map(|words| element("th").set("scope", "col").text(words).view());
    let rows = days.iter().map(|day| {
        let numbers = [day.done, day.unknown, day.failed];
        let numbers = numbers.map(|number| element("td").text(intl::count(number)).view());
        element("tr")
            .add(element("th").set("scope", "row").text(date(day)))
            .put_all(numbers)
            .view()
    });
    element("table")
        .class("unseen")
        .add(element("caption").text(say::overview_acts()))
        .add(element("thead").add(element("tr").put_all(headings)))
        .add(element("tbody").put_all(rows))
}

fn date(of: &ActsOfDay) -> String {
    Day::parse(&of.day).map_or_else(|| of.day.clone(), intl::calendar_day)
}
