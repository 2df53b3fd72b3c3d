//! The choice for how long: a number of days, or until the end of a day that the person picks.

use leptos::prelude::*;
use onbehalf_contract::Limits;

use super::{
    dynamic::text,
    element::element,
    live::Live,
    radio::{group, radio},
};
use crate::{
    browser,
    choice::{self, Choice, Length, Time},
    day::Day,
    intl, words,
};

/// The id of the date input.
pub(crate) const LAST_DAY: &str = "last-day";

/// `day_missing` says whether the person went on without a day that can be picked.
pub(crate) fn time_choice(
    limits: &Limits,
    choice: Live<Choice>,
    day_missing: Live<bool>,
) -> AnyView {
    let longest = limits.longest_days;
    let hint = text(move || match length(choice.get(), longest) {
        Some(length) => words::ask_until(&intl::day_and_time_of(length.end(intl::now()))),
        None => days(longest)
            .map(|(first, last)| {
                words::ask_day_range(&intl::calendar_day(first), &intl::calendar_day(last))
            })
            .unwrap_or_default(),
    });
    let mut segments = element("div").class("segments").put_all(
        choice::durations(limits)
            .into_iter()
            .map(|days| segment(Time::Days(days), intl::duration(days, "day"), choice)),
    );
    if choice::offers_a_day(limits) {
        segments = segments
            .put(segment(Time::UntilDay, words::ask_until_day(), choice))
            .put(day_input(longest, choice, day_missing));
    }
    let hint = element("p").class("hint").id("time-hint").put(hint);
    group(words::ask_time()).add(segments).add(hint).view()
}

/// What is chosen, unless that is a day and there is none that can be picked.
pub(crate) fn length(choice: Choice, longest_days: i64) -> Option<Length> {
    match choice.time {
        Time::Days(days) => Some(Length::Days(days)),
        Time::UntilDay => {
            let (first, last) = days(longest_days)?;
            let day = choice.day.filter(|day| (first..=last).contains(day))?;
            Some(Length::until(intl::end_of(day), longest_days, intl::now()))
        }
    }
}

/// The days that can be picked: from tomorrow to the last one that the longest time reaches.
fn days(longest_days: i64) -> Option<(Day, Day)> {
    let now = intl::now();
    let last = Length::Days(longest_days).end(now);
    Some((intl::day_of(now, 1)?, intl::day_of(last, 0)?))
}

fn segment(time: Time, words: String, choice: Live<Choice>) -> AnyView {
    let first = choice.get_untracked().time == time;
    let input = radio("time", first, move || {
        choice.update(|choice| choice.time = time);
    });
    element("label")
        .class("segment")
        .add(input)
        .text(words)
        .view()
}

/// Shown by the style sheet while the choice before it is marked.
fn day_input(longest_days: i64, choice: Live<Choice>, day_missing: Live<bool>) -> AnyView {
    let mut input = element("input")
        .set("type", "date")
        .id(LAST_DAY)
        .set("aria-describedby", "time-hint")
        .follow("aria-invalid", move || day_missing.get().then_some("true"))
        .on("input", move |input| {
            day_missing.set(false);
            let day = Day::parse(&browser::target_value(&input));
            choice.update(|choice| choice.day = day);
        });
    if let Some((first, last)) = days(longest_days) {
        input = input
            .set("min", &first.to_string())
            .set("max", &last.to_string());
    }
    element("label")
        .class("field")
        .text(words::ask_last_day())
        .add(input)
        .view()
}
