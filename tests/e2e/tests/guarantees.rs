//! Documents name the tests that hold what they promise. A name that leads nowhere is a promise that nobody holds.

use std::fs;
use std::path::Path;

/// Documents that name tests, and how many at least.
const DOCUMENTS: [(&str, usize); 3] = [("guarantees", 100), ("privacy", 12), ("security", 14)];

#[test]
fn every_test_that_is_named_exists() {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let repository = here.join("../..");
    for (document, at_least) in DOCUMENTS {
        let text = fs::read_to_string(repository.join(format!("docs/{document}.md")));
        let named = tests_in(&text.expect("there is a document"));
        let many = named.len();
        assert!(many >= at_least, "{document} names only {many} tests");
        for (file, test) in named {
            let path = if file.contains('/') {
                repository.join(&file)
            } else {
                here.join("tests").join(format!("{file}.rs"))
            };
            let source =
                fs::read_to_string(&path).unwrap_or_else(|error| panic!("{file}: {error}"));
            assert!(
                is_a_test(&source, &test),
                "{document}: {file} has no test {test}"
            );
        }
    }
}

/// What is written as `file::test`, but for that itself.
fn tests_in(document: &str) -> Vec<(String, String)> {
    let quoted = document.split('`').skip(1).step_by(2);
    let named = quoted.filter_map(|code| code.split_once("::"));
    named
        // A type has a capital.
        .filter(|(file, test)| *file != "file" && !test.starts_with(char::is_uppercase))
        .map(|(file, test)| (file.to_owned(), test.to_owned()))
        .collect()
}

/// Whether there is a function of this name, with an attribute before it that says that it is a test.
fn is_a_test(source: &str, name: &str) -> bool {
    let Some((before, _)) = source.split_once(&format!("fn {name}(")) else {
        return false;
    };
    let attributes = before.rsplit_once('}').map_or(before, |(_, rest)| rest);
    attributes.contains("test]") || attributes.contains("::test(")
}

#[test]
fn a_name_is_that_of_a_test() {
    let source = "fn help() {}\n#[tokio::test(start_paused = true)]\nasync fn holds() { help() }\n\
                  #[test]\nfn stands() {}\nfn helps() {}\n";
    assert!(is_a_test(source, "holds") && is_a_test(source, "stands"));
    for other in ["help", "helps", "hold", "gone"] {
        assert!(!is_a_test(source, other), "{other}");
    }
    let document = "`file::name` `road::a_consent` `src/a.rs::a_rule` `Consent::Active` `a`";
    let [(_, consent), (file, _)] = &tests_in(document)[..] else {
        panic!("two are named")
    };
    assert_eq!((&**consent, &**file), ("a_consent", "src/a.rs"));
}
