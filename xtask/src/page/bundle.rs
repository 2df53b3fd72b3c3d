//! From what the compilers made to what browsers get: smaller, named by content, compressed.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use super::{
    PageError,
    assets::{self, Admin, Manifest},
    at,
    bindings::Bindings,
    words,
};
use crate::{checkout, run};

/// Makes the finished page in `finished`, with the tools in `modules`.
pub(super) fn make(
    modules: &Path,
    page: &Bindings,
    admin: &Bindings,
    work: &Path,
    finished: &Path,
) -> Result<(), PageError> {
    let folder = finished.join("assets");
    fs::create_dir_all(&folder).map_err(at(&folder))?;
    let workshop = Workshop {
        modules,
        work,
        folder: &folder,
    };

    // The script for everybody knows where the one for admins is, so that one comes first.
    let words = words::copy_admin(work, &folder)?;
    let wasm = workshop.wasm("admin", admin)?;
    let style = workshop.style("admin", &["", "admin"])?;
    let script = workshop.script("admin", admin, &admin_start(&wasm, &words))?;
    let page_wasm = workshop.wasm("page", page)?;
    let page_start = page_start(&page_wasm, &script, &style);
    let manifest = Manifest {
        script: assets::path(&workshop.script("page", page, &page_start)?),
        wasm: assets::path(&page_wasm),
        style: assets::path(&workshop.style("page", &[""])?),
        admin: Admin {
            script: assets::path(&script),
            wasm: assets::path(&wasm),
            style: assets::path(&style),
            words: words
                .into_iter()
                .map(|(language, name)| (language, assets::path(&name)))
                .collect(),
        },
    };

    let bridge = finished.join("atlassian-connect/all.js");
    assets::copy(
        &modules.join("atlassian-connect-js/dist/iframe.js"),
        &bridge,
    )?;

    let mut files = words::copy(finished)?;
    files.extend(files_in(&folder)?);
    files.push(bridge);
    assets::compress(&files)?;
    manifest.write(finished)
}

/// Where assets are made and where they go.
struct Workshop<'a> {
    /// The tools.
    modules: &'a Path,
    work: &'a Path,
    /// The finished assets.
    folder: &'a Path,
}

impl Workshop<'_> {
    /// A module that is small, and its name.
    fn wasm(&self, name: &str, bindings: &Bindings) -> Result<String, PageError> {
        let small = self.work.join(format!("{name}.wasm"));
        optimize(self.modules, &bindings.wasm, &small)?;
        assets::name_by_content(name, &small, self.folder)
    }

    /// The bindings and what starts them as one script, and its name.
    fn script(&self, name: &str, bindings: &Bindings, start: &str) -> Result<String, PageError> {
        let small = self.work.join(format!("{name}.js"));
        let entry = bindings.script.with_file_name(format!("start-{name}.js"));
        fs::write(&entry, start).map_err(at(&entry))?;
        esbuild(self.modules, &entry, &small)?;
        assets::name_by_content(name, &small, self.folder)
    }

    /// All style sheets of these folders below `frontend/style` as one, and its name.
    fn style(&self, name: &str, folders: &[&str]) -> Result<String, PageError> {
        let small = self.work.join(format!("{name}.css"));
        let entry = self.work.join(format!("start-{name}.css"));
        let mut sheets = Vec::new();
        for folder in folders {
            sheets.extend(style_sheets(folder)?);
        }
        fs::write(&entry, imports(&sheets)).map_err(at(&entry))?;
        esbuild(self.modules, &entry, &small)?;
        assets::name_by_content(name, &small, self.folder)
    }
}

fn files_in(folder: &Path) -> Result<Vec<PathBuf>, PageError> {
    fs::read_dir(folder)
        .and_then(|files| files.map(|file| Ok(file?.path())).collect())
        .map_err(at(folder))
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

/// The script that a page loads: starts the module that lies beside it. Where the page leaves room for what admins see,
/// it calls `showAdmin`, which loads that.
fn page_start(wasm: &str, admin_script: &str, admin_style: &str) -> String {
    format!(
        "import start from './page.js';\n\
         const at = (name) => new URL(name, import.meta.url);\n\
         globalThis.showAdmin = () => {{\n\
           const style = document.createElement('link');\n\
           style.rel = 'stylesheet';\n\
           style.href = at('{admin_style}');\n\
           document.head.append(style);\n\
           return import(at('{admin_script}'));\n\
         }};\n\
         start({{ module_or_path: at('{wasm}') }});\n"
    )
}

/// The same for what admins see. It finds its words by `adminWords`, and who loads it waits for the module as well, to
/// know of its failure.
fn admin_start(wasm: &str, words: &BTreeMap<String, String>) -> String {
    let words: String = words
        .iter()
        .map(|(language, name)| format!("{language}: at('{name}'), "))
        .collect();
    format!(
        "import start from './admin.js';\n\
         const at = (name) => new URL(name, import.meta.url).href;\n\
         globalThis.adminWords = {{ {words}}};\n\
         await start({{ module_or_path: at('{wasm}') }});\n"
    )
}

/// The style sheets in a folder below `frontend/style`, in the order of their names.
fn style_sheets(folder: &str) -> Result<Vec<PathBuf>, PageError> {
    let folder = checkout::root().join("frontend/style").join(folder);
    let mut sheets = files_in(&folder)?;
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
