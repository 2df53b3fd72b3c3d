//! A page as `cargo xtask build` leaves it, but for what is in the files.

use std::fs;
use std::path::Path;

use serde_json::json;

pub const SCRIPT_URL: &str = "/assets/page-0123456789abcdef.js";
pub const SCRIPT: &str = "export default 'the script';\n";
/// The app never looks into what the build has compressed.
pub const SCRIPT_BROTLI: &[u8] = b"the script in brotli";

/// The languages that the page is in.
pub const LANGUAGES: [&str; 8] = ["en", "de", "fr", "es", "pt", "ja", "ko", "ru"];

pub(crate) fn write(folder: &Path) {
    let assets = folder.join("assets");
    let bridge = folder.join("atlassian-connect");
    let manifest = json!({
        "script": SCRIPT_URL,
        "wasm": "/assets/page-0123456789abcdef.wasm",
        "style": "/assets/page-0123456789abcdef.css",
        "admin": {
            "script": "/assets/admin-0123456789abcdef.js",
            "wasm": "/assets/admin-0123456789abcdef.wasm",
            "style": "/assets/admin-0123456789abcdef.css",
            "words": {"en": "/assets/admin-en-0123456789abcdef.json"},
        },
    });
    let manifest = manifest.to_string();
    let files: [(_, &[u8]); 8] = [
        (folder.join("manifest.json"), manifest.as_bytes()),
        (assets.join("page-0123456789abcdef.js"), SCRIPT.as_bytes()),
        (assets.join("page-0123456789abcdef.js.br"), SCRIPT_BROTLI),
        (assets.join("page-0123456789abcdef.wasm"), b"\0asm"),
        (assets.join("page-0123456789abcdef.wasm.br"), b"brotli"),
        (assets.join("page-0123456789abcdef.css"), b"body {}"),
        (assets.join("page-0123456789abcdef.css.br"), b"brotli"),
        (bridge.join("all.js"), b"window.AP = {};"),
    ];
    let words = folder.join("words");
    for folder in [&assets, &bridge, &words] {
        fs::create_dir_all(folder).expect("a temporary folder can be written to");
    }
    for language in LANGUAGES {
        // A word of its own for each, to tell them apart by.
        let said = json!({"language": language, "ask.allow": format!("{language}: allow"), "problem.not-admin.title": format!("{language}: not an admin")});
        fs::write(words.join(format!("{language}.json")), said.to_string())
            .expect("a temporary folder can be written to");
    }
    for name in ["js", "wasm", "css"].map(|kind| format!("admin-0123456789abcdef.{kind}")) {
        write_both(&assets, &name);
    }
    write_both(&assets, "admin-en-0123456789abcdef.json");
    for (path, content) in files {
        fs::write(path, content).expect("a temporary folder can be written to");
    }
}

/// An asset, and what stands for it compressed.
fn write_both(assets: &Path, name: &str) {
    for name in [name.to_owned(), format!("{name}.br")] {
        fs::write(assets.join(name), b"{}").expect("a temporary folder can be written to");
    }
}
