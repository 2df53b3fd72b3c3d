//! What the values of the contract that are both read and written are called.

use onbehalf_contract::{Access, Fallback, Method, ScheduleState};

pub(crate) const ACCESSES: [(&str, Access); 2] =
    [("read", Access::Read), ("readWrite", Access::ReadWrite)];

pub(crate) const METHODS: [(&str, Method); 4] = [
    ("GET", Method::Get),
    ("POST", Method::Post),
    ("PUT", Method::Put),
    ("PATCH", Method::Patch),
];

pub(crate) const FALLBACKS: [(&str, Fallback); 2] =
    [("skip", Fallback::Skip), ("app", Fallback::App)];

pub(crate) const SCHEDULE_STATES: [(&str, ScheduleState); 2] = [
    ("active", ScheduleState::Active),
    ("paused", ScheduleState::Paused),
];

/// The value that goes by this name.
pub(crate) fn named<T: Copy>(name: &str, names: &[(&str, T)]) -> Option<T> {
    let (_, value) = names.iter().find(|(known, _)| *known == name)?;
    Some(*value)
}

/// The name of a value. Each is in its list, which the tests of reading and writing hold it to.
pub(crate) fn name<T: PartialEq>(value: &T, names: &[(&'static str, T)]) -> &'static str {
    let found = names.iter().find(|(_, known)| known == value);
    found.map_or("", |(name, _)| name)
}
