//! Dates in the person's own language and time zone.

use js_sys::{Array, Date, Intl, Object, Reflect};
use wasm_bindgen::JsValue;

const DAY_MS: f64 = 86_400_000.0;

/// The day of a moment in RFC 3339: `22 November 2026`.
pub(crate) fn day(moment: &str) -> String {
    shown(&parse(moment), None).unwrap_or_else(|| moment.to_owned())
}

/// The day and the time of a moment in RFC 3339: `22 November 2026 at 09:00`.
pub(crate) fn day_and_time(moment: &str) -> String {
    shown(&parse(moment), Some("short")).unwrap_or_else(|| moment.to_owned())
}

/// The day that is this many days of 24 hours from now.
pub(crate) fn day_after(days: i64) -> String {
    #[expect(
        clippy::cast_precision_loss,
        reason = "a consent lasts years, not aeons"
    )]
    let then = Date::now() + days as f64 * DAY_MS;
    shown(&Date::new(&then.into()), None).unwrap_or_default()
}

fn parse(moment: &str) -> Date {
    Date::new(&moment.into())
}

/// A date in words, unless it isn't one.
fn shown(date: &Date, time_style: Option<&str>) -> Option<String> {
    if date.get_time().is_nan() {
        return None;
    }
    let options = Object::new();
    let style = |key: &str, value: &str| Reflect::set(&options, &key.into(), &value.into());
    style("dateStyle", "long").ok()?;
    if let Some(time_style) = time_style {
        style("timeStyle", time_style).ok()?;
    }
    // An empty list of locales means the browser's own.
    let format = Intl::DateTimeFormat::new(&Array::new(), &options);
    format
        .format()
        .call1(&JsValue::UNDEFINED, date)
        .ok()?
        .as_string()
}
