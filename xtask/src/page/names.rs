//! Short names for what the module and its script call each other.
//!
//! wasm-bindgen makes these names from Rust's own and a hash, and each stands in both files: half a page of nothing that
//! compresses. Nobody but the two files reads them.

use std::collections::HashMap;

/// Short names by the long ones that they stand for.
#[derive(Default)]
pub(super) struct Names(HashMap<String, String>);

impl Names {
    /// Takes the short name for a name that wasm-bindgen or rustc made; all others stay.
    pub(super) fn shorten(&mut self, name: &mut String) {
        if name.starts_with('_') {
            let next = self.0.len();
            let short = self.0.entry(name.clone()).or_insert_with(|| short(next));
            name.clone_from(short);
        }
    }

    /// A script that uses the short names.
    pub(super) fn shorten_in(&self, script: &str) -> String {
        let mut short = String::with_capacity(script.len());
        let mut rest = script;
        while !rest.is_empty() {
            let (word, after) = split_at(rest, is_of_name);
            let (between, after) = split_at(after, |letter| !is_of_name(letter));
            short.push_str(self.0.get(word).map_or(word, String::as_str));
            short.push_str(between);
            rest = after;
        }
        short
    }
}

/// What begins a text as long as its letters are such, and what follows.
fn split_at(text: &str, such: impl Fn(char) -> bool) -> (&str, &str) {
    text.split_at(text.find(|letter| !such(letter)).unwrap_or(text.len()))
}

fn is_of_name(letter: char) -> bool {
    letter.is_alphanumeric() || matches!(letter, '_' | '$')
}

/// `a` to `z`, then `aa` to `zz`, and so on.
fn short(mut number: usize) -> String {
    let mut name = Vec::new();
    loop {
        name.push(char::from(b"abcdefghijklmnopqrstuvwxyz"[number % 26]));
        if number < 26 {
            break;
        }
        number = number / 26 - 1;
    }
    name.into_iter().rev().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shortened(names: &mut Names, name: &str) -> String {
        let mut name = name.to_owned();
        names.shorten(&mut name);
        name
    }

    #[test]
    fn each_long_name_has_one_short_name() {
        let mut names = Names::default();
        assert_eq!(shortened(&mut names, "__wbg_focus_0123"), "a");
        assert_eq!(shortened(&mut names, "__wbg_close_4567"), "b");
        assert_eq!(shortened(&mut names, "__wbg_focus_0123"), "a");
        assert_eq!(shortened(&mut names, "memory"), "memory");
    }

    #[test]
    fn a_script_uses_the_same_names_where_they_stand_alone() {
        let mut names = Names::default();
        for name in ["__wbg_focus_0123", "__wbindgen_malloc"] {
            shortened(&mut names, name);
        }
        assert_eq!(
            names.shorten_in("{__wbg_focus_0123: f, x: wasm.__wbindgen_malloc(“ü”)};"),
            "{a: f, x: wasm.b(“ü”)};"
        );
        for other in [
            "__wbg_focus_01234",
            "x__wbindgen_malloc",
            "$__wbindgen_malloc",
            "",
        ] {
            assert_eq!(names.shorten_in(other), other);
        }
    }

    #[test]
    fn no_two_numbers_make_one_name() {
        assert_eq!(
            [0, 25, 26, 51, 52, 701, 702].map(short),
            ["a", "z", "aa", "az", "ba", "zz", "aaa"]
        );
        let names: std::collections::HashSet<_> = (0..1000).map(short).collect();
        assert_eq!(names.len(), 1000);
    }
}
