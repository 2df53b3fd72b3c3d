//! The choice for how long: a number of days, or until the end of a day that the person picks.

use leptos::prelude::*;
use onbehalf_contract::Limits;

use super::dynamic::text;
use crate::{
    choice::{self, Choice, Length, Time},
    day::Day,
    intl, words,
};

/// The id of the date input.
pub(crate) const LAST_DAY: &str = "last-day";

#[component]
pub(crate) fn TimeChoice(
    limits: Limits,
    choice: RwSignal<Choice>,
    /// Whether the person went on without a day that can be picked.
    day_missing: RwSignal<bool>,
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
    let until_a_day = choice::offers_a_day(&limits).then(|| {
        view! {
            {segment(Time::UntilDay, words::ask_until_day(), choice)}
            {day_input(longest, choice, day_missing)}
        }
        .into_any()
    });
    view! {
        <fieldset>
            <legend>{words::ask_time()}</legend>
            <div class="segments">
                {choice::durations(&limits)
                    .into_iter()
                    .map(|days| segment(Time::Days(days), intl::duration(days, "day"), choice))
                    .collect_view()}
                {until_a_day}
            </div>
            <p class="hint" id="time-hint">
                {hint}
            </p>
        </fieldset>
    }
    .into_any()
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

fn segment(time: Time, words: String, choice: RwSignal<Choice>) -> AnyView {
    view! {
        <label class="segment">
            <input
                type="radio"
                name="time"
                prop:checked=move || choice.get().time == time
                on:input=move |_| choice.update(|choice| choice.time = time)
            />
            {words}
        </label>
    }
    .into_any()
}

/// Shown by the style sheet while the choice before it is marked.
fn day_input(longest_days: i64, choice: RwSignal<Choice>, day_missing: RwSignal<bool>) -> AnyView {
    let (first, last) = days(longest_days).unzip();
    let text = |day: Option<Day>| day.map(|day| day.to_string());
    view! {
        <label class="field">
            {words::ask_last_day()}
            <input
                type="date"
                id=LAST_DAY
                min=text(first)
                max=text(last)
                aria-describedby="time-hint"
                aria-invalid=move || day_missing.get().then_some("true")
                on:input=move |input| {
                    day_missing.set(false);
                    let day = Day::parse(&event_target_value(&input));
                    choice.update(|choice| choice.day = day);
                }
            />
        </label>
    }
    .into_any()
}
