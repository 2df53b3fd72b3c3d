//! Dates, durations and lists as the person's language writes them, in the person's time zone: by the browser's `Intl`.

use std::cell::RefCell;

use js_sys::{Array, Date, Function, Object, Reflect};
use wasm_bindgen::{JsCast, JsValue};

use crate::day::Day;

const DAY_MS: f64 = 86_400_000.0;
const MINUTE_MS: f64 = 60_000.0;

thread_local! {
    static LOCALE: RefCell<String> = const { RefCell::new(String::new()) };
}

/// From now on everything is written as in this locale: `de-DE`.
pub(crate) fn write_as_in(locale: &str) {
    LOCALE.set(locale.to_owned());
}

/// The day of a moment in RFC 3339: `22 November 2026`.
pub(crate) fn day(moment: &str) -> String {
    date(&parse(moment), &[LONG_DATE]).unwrap_or_else(|| moment.to_owned())
}

/// The day of a moment in RFC 3339, where there is little room: `22 Nov 2026`.
pub(crate) fn short_day(moment: &str) -> String {
    let style = ("dateStyle", "medium");
    date(&parse(moment), &[style]).unwrap_or_else(|| moment.to_owned())
}

/// The day and the time of a moment in RFC 3339: `22 November 2026 at 09:00`.
pub(crate) fn day_and_time(moment: &str) -> String {
    date(&parse(moment), &[LONG_DATE, SHORT_TIME]).unwrap_or_else(|| moment.to_owned())
}

/// The day and the time of a moment in milliseconds since 1970.
pub(crate) fn day_and_time_of(moment: f64) -> String {
    date(&Date::new(&moment.into()), &[LONG_DATE, SHORT_TIME]).unwrap_or_default()
}

/// The day and the time of a moment in RFC 3339, in a time zone of their own: `Sun, 22 Nov 2026, 09:00`.
pub(crate) fn day_and_time_in(moment: &str, zone: &str) -> String {
    let options = [
        ("weekday", "short"),
        ("day", "numeric"),
        ("month", "short"),
        ("year", "numeric"),
        ("hour", "numeric"),
        ("minute", "2-digit"),
        ("timeZone", zone),
    ];
    date(&parse(moment), &options).unwrap_or_else(|| moment.to_owned())
}

/// A day of the calendar: `22 November 2026`.
pub(crate) fn calendar_day(day: Day) -> String {
    let text = day.to_string();
    date(&parse(&text), &[LONG_DATE, UTC]).unwrap_or(text)
}

/// A day and a time that are the same everywhere: `22 November 2026 at 09:00`.
pub(crate) fn wall_clock(day: Day, minute: u32) -> String {
    let moment = parse(&day.to_string()).get_time() + f64::from(minute) * MINUTE_MS;
    let date = date(&Date::new(&moment.into()), &[LONG_DATE, SHORT_TIME, UTC]);
    date.unwrap_or_else(|| day.to_string())
}

/// A time of the day, in minutes from its start: `09:00`.
pub(crate) fn time(minute: u32) -> String {
    let moment = f64::from(minute) * MINUTE_MS;
    date(&Date::new(&moment.into()), &[SHORT_TIME, UTC]).unwrap_or_default()
}

/// A day of the week; 0 is Sunday.
pub(crate) fn weekday(day: u32) -> String {
    // The first Sunday of 1970 was its fourth day.
    let moment = f64::from(3 + day) * DAY_MS;
    date(&Date::new(&moment.into()), &[("weekday", "long"), UTC]).unwrap_or_default()
}

/// A number: `12,345`.
pub(crate) fn count(count: u32) -> String {
    let number = JsValue::from(f64::from(count));
    format("NumberFormat", &[], &[number]).unwrap_or_else(|| count.to_string())
}

/// A number and its unit (`minute`, `hour` or `day`): `1 day`, `30 days`.
pub(crate) fn duration(count: i64, unit: &str) -> String {
    let options = [("style", "unit"), ("unit", unit), ("unitDisplay", "long")];
    format("NumberFormat", &options, &[number(count)]).unwrap_or_default()
}

/// How far away something is: `in 2 days`.
pub(crate) fn in_time(count: i64, unit: &str) -> String {
    format("RelativeTimeFormat", &[], &[number(count), unit.into()]).unwrap_or_default()
}

/// `Monday, Wednesday and Friday`.
pub(crate) fn list(items: impl IntoIterator<Item = String>) -> String {
    let items: Array = items.into_iter().map(JsValue::from).collect();
    format("ListFormat", &[], &[items.into()]).unwrap_or_default()
}

/// The time zone that the person is in.
pub(crate) fn own_zone() -> String {
    let formatter = formatter("DateTimeFormat", &[]);
    let options = formatter.and_then(|it| call(&it, "resolvedOptions", &[]));
    let zone = options.and_then(|it| Reflect::get(&it, &"timeZone".into()).ok());
    zone.and_then(|it| it.as_string()).unwrap_or_default()
}

/// Every time zone that the browser knows. Older ones don't say, and answer none.
pub(crate) fn zones() -> Vec<String> {
    let zones = intl().and_then(|intl| call(&intl, "supportedValuesOf", &["timeZone".into()]));
    let zones = zones.map(|zones| Array::from(&zones)).unwrap_or_default();
    zones.into_iter().filter_map(|it| it.as_string()).collect()
}

/// This moment, in milliseconds since 1970.
pub(crate) fn now() -> f64 {
    Date::now()
}

/// A moment in RFC 3339, in milliseconds since 1970; not a number if it isn't one.
pub(crate) fn milliseconds(moment: &str) -> f64 {
    parse(moment).get_time()
}

/// A moment in milliseconds since 1970, in RFC 3339.
pub(crate) fn rfc_3339(milliseconds: f64) -> String {
    Date::new(&milliseconds.into()).to_iso_string().into()
}

/// The beginning of a day where the person is, in milliseconds since 1970.
pub(crate) fn start_of(day: Day) -> f64 {
    milliseconds(&format!("{day}T00:00:00"))
}

/// The last second of a day where the person is, in milliseconds since 1970.
pub(crate) fn end_of(day: Day) -> f64 {
    // Without a time zone it is the person's own.
    milliseconds(&format!("{day}T23:59:59"))
}

/// The day on which this moment is where the person is; `later` adds days of the calendar.
pub(crate) fn day_of(milliseconds: f64, later: u32) -> Option<Day> {
    let date = Date::new(&milliseconds.into());
    date.set_date(date.get_date() + later);
    Day::new(date.get_full_year(), date.get_month() + 1, date.get_date())
}

#[expect(
    clippy::cast_precision_loss,
    reason = "JavaScript's numbers are floats; these count days, hours and minutes"
)]
fn number(count: i64) -> JsValue {
    // Not as it is: that would be a BigInt.
    JsValue::from(count as f64)
}

fn parse(moment: &str) -> Date {
    Date::new(&moment.into())
}

const LONG_DATE: (&str, &str) = ("dateStyle", "long");
const SHORT_TIME: (&str, &str) = ("timeStyle", "short");
const UTC: (&str, &str) = ("timeZone", "UTC");

/// A date in words, unless it isn't one.
fn date(date: &Date, options: &[(&str, &str)]) -> Option<String> {
    format("DateTimeFormat", options, &[date.into()])
}

/// Makes a formatter of this kind and lets it format. By name, since that is the least code for all kinds together.
fn format(kind: &str, options: &[(&str, &str)], values: &[JsValue]) -> Option<String> {
    call(&formatter(kind, options)?, "format", values)?.as_string()
}

fn formatter(kind: &str, options: &[(&str, &str)]) -> Option<JsValue> {
    let settings = Object::new();
    for (key, value) in options {
        Reflect::set(&settings, &(*key).into(), &(*value).into()).ok()?;
    }
    let locale = LOCALE.with_borrow(|locale| JsValue::from(locale));
    let kind: Function = Reflect::get(&intl()?, &kind.into()).ok()?.dyn_into().ok()?;
    Reflect::construct(&kind, &Array::of2(&locale, &settings)).ok()
}

/// What a method answers, unless it isn't there or throws.
fn call(object: &JsValue, method: &str, values: &[JsValue]) -> Option<JsValue> {
    let method: Function = Reflect::get(object, &method.into()).ok()?.dyn_into().ok()?;
    let values: Array = values.iter().collect();
    method.apply(object, &values).ok()
}

fn intl() -> Option<JsValue> {
    Reflect::get(&js_sys::global(), &"Intl".into()).ok()
}
