//! docs/guarantees.md names the test of each promise. A name that leads nowhere is a promise that nobody holds.

use std::fs;
use std::path::Path;

const DOCUMENT: &str = include_str!("../../../docs/guarantees.md");

#[test]
fn every_test_that_is_named_exists() {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let named: Vec<_> = DOCUMENT
        .split('`')
        .skip(1)
        .step_by(2)
        .filter_map(|code| code.split_once("::").filter(|(file, _)| *file != "file"))
        .collect();
    assert!(named.len() > 30, "only {} tests are named", named.len());
    for (file, test) in named {
        let path = if file.contains('/') {
            here.join("../..").join(file)
        } else {
            here.join("tests").join(format!("{file}.rs"))
        };
        let source = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{file}: {error}"));
        assert!(
            source.contains(&format!("fn {test}(")),
            "{file} has no test {test}"
        );
    }
}
