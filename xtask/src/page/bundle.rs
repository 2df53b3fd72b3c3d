//! From what the compilers made to what browsers get: smaller, named by content, compressed.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use super::{
    PageError,
    assets::{self, Manifest},
    at,
    bindings::Bindings,
    words,
};
use crate::{checkout, run};

/// Makes the finished page in `finished`, with the tools in `modules`.
pub(super) fn make(
    modules: &Path,
    bindings: &Bindings,
    work: &Path,
    finished: &Path,
) -> Result<(), PageError> {
    let folder = finished.join("assets");
    fs::create_dir_all(&folder).map_err(at(&folder))?;

    let wasm = work.join("small.wasm");
    optimize(modules, &bindings.wasm, &wasm)?;
    let wasm = assets::name_by_content(&wasm, &folder)?;

    // The script knows the module's name, so the module comes first.
    let script = work.join("small.js");
    let entry = bindings.script.with_file_name("entry.js");
    fs::write(&entry, start_script(&wasm)).map_err(at(&entry))?;
    esbuild(modules, &entry, &script)?;
    let script = assets::name_by_content(&script, &folder)?;

    let style = work.join("small.css");
    let entry = work.join("entry.css");
    fs::write(&entry, imports(&style_sheets()?)).map_err(at(&entry))?;
    esbuild(modules, &entry, &style)?;
    let style = assets::name_by_content(&style, &folder)?;

    let bridge = finished.join("atlassian-connect/all.js");
    assets::copy(
        &modules.join("atlassian-connect-js/dist/iframe.js"),
        &bridge,
    )?;

    let mut files = words::copy(finished)?;
    files.extend([
        folder.join(&script),
        folder.join(&wasm),
        folder.join(&style),
        bridge,
    ]);
    assets::compress(&files)?;
    Manifest::of(&script, &wasm, &style).write(finished)
}

/// Shrinks a WebAssembly module.
fn optimize(modules: &Path, from: &Path, to: &Path) -> Result<(), PageError> {
    run::quietly(
        Command::new("node")
            .arg(modules.join("binaryen/bin/wasm-opt"))
            .args(["-Oz", "--converge"])
            .args(RUSTC_FEATURES.map(|feature| format!("--enable-{feature}")))
            .arg(from)
            .arg("--output")
            .arg(to),
    )?;
    Ok(())
}

/// What rustc uses of WebAssembly without being asked to.
/// <https://doc.rust-lang.org/rustc/platform-support/wasm32-unknown-unknown.html#enabled-webassembly-features>
const RUSTC_FEATURES: [&str; 8] = [
    "bulk-memory",
    "bulk-memory-opt",
    "call-indirect-overlong",
    "multivalue",
    "mutable-globals",
    "nontrapping-float-to-int",
    "reference-types",
    "sign-ext",
];

/// Bundles and minifies a script or a style sheet with everything that it imports.
fn esbuild(modules: &Path, entry: &Path, to: &Path) -> Result<(), PageError> {
    run::quietly(
        Command::new(modules.join(".bin/esbuild"))
            .arg(entry)
            .args(["--bundle", "--minify", "--format=esm", "--charset=utf8"])
            .args(["--legal-comments=none", "--log-level=warning"])
            .arg(format!("--outfile={}", to.display())),
    )?;
    Ok(())
}

/// The script that a page loads: starts the module that lies beside it.
fn start_script(wasm: &str) -> String {
    format!(
        "import start from './page.js';\n\
         start({{ module_or_path: new URL('{wasm}', import.meta.url) }});\n"
    )
}

/// The style sheets of the page, in the order of their names.
fn style_sheets() -> Result<Vec<PathBuf>, PageError> {
    let folder = checkout::root().join("frontend/style");
    let mut sheets: Vec<PathBuf> = fs::read_dir(&folder)
        .and_then(|files| files.map(|file| Ok(file?.path())).collect())
        .map_err(at(&folder))?;
    sheets.retain(|file| file.extension().is_some_and(|extension| extension == "css"));
    sheets.sort();
    Ok(sheets)
}

fn imports(sheets: &[PathBuf]) -> String {
    sheets
        .iter()
        .map(|sheet| format!("@import \"{}\";\n", sheet.display()))
        .collect()
}
