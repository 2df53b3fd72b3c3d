//! The JavaScript through which a browser and the WebAssembly module talk, by wasm-bindgen.
//!
//! wasm-bindgen is used as a library, so that no tool has to be installed and its version is the one in `Cargo.lock`.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use thiserror::Error;
use wasm_bindgen_cli_support::Bindgen;

use super::names::Names;
use crate::checkout;

#[derive(Debug, Error)]
pub(crate) enum BindingsError {
    #[error("could not read Cargo.lock")]
    Lock(#[source] io::Error),
    #[error(
        "wasm-bindgen is {page} in the page and {tool} in xtask, and they only work as one version.\n\
         Run `cargo update wasm-bindgen wasm-bindgen-cli-support`"
    )]
    Versions { page: String, tool: String },
    #[error("wasm-bindgen could not read {module}: {reason}")]
    Generate { module: PathBuf, reason: String },
    #[error("could not write {file}")]
    Write { file: PathBuf, source: io::Error },
}

/// What wasm-bindgen made.
pub(crate) struct Bindings {
    /// An ES module whose default export starts the page.
    pub(crate) script: PathBuf,
    /// The module that goes with it.
    pub(crate) wasm: PathBuf,
}

/// Makes the bindings of `module` in `folder`, which are called so.
pub(crate) fn generate(
    name: &str,
    module: &Path,
    folder: &Path,
) -> Result<Bindings, BindingsError> {
    let lock = fs::read_to_string(checkout::root().join("Cargo.lock"));
    same_versions(&lock.map_err(BindingsError::Lock)?)?;

    let mut bindgen = Bindgen::new();
    bindgen
        .input_path(module)
        .out_name(name)
        .typescript(false)
        .demangle(false)
        .remove_name_section(true)
        .remove_producers_section(true)
        // The default path is baked into the script; ours has a hash in it that isn't known yet.
        .omit_default_module_path(true);
    let mut names = Names::default();
    let made = bindgen.web(true).and_then(|bindgen| {
        let mut made = bindgen.generate_output()?;
        let module = made.wasm_mut();
        // Leptos brings streams for server functions, of which the page has none: to export them keeps all their code.
        let unused = module.funcs.iter_mut();
        for function in unused.filter(|it| it.name.as_deref().is_some_and(is_unused)) {
            let mut body = function.kind.unwrap_local_mut().builder_mut().func_body();
            body.instrs_mut().clear();
            body.unreachable();
        }
        for import in module.imports.iter_mut() {
            names.shorten(&mut import.name);
        }
        for export in module.exports.iter_mut() {
            names.shorten(&mut export.name);
        }
        made.emit(folder)?;
        Ok(made)
    });
    let made = made.map_err(|error| BindingsError::Generate {
        module: module.to_owned(),
        reason: format!("{error:#}"),
    })?;
    let script = folder.join(format!("{name}.js"));
    fs::write(&script, names.shorten_in(made.js())).map_err(|source| BindingsError::Write {
        file: script.clone(),
        source,
    })?;
    Ok(Bindings {
        script,
        wasm: folder.join(format!("{name}_bg.wasm")),
    })
}

/// Whether a function is of a crate that is linked and never called. In its mangled name, each part follows its length;
/// a crate that stands at the end has only made an instance of what is another's.
/// <https://doc.rust-lang.org/rustc/symbol-mangling/v0.html>
fn is_unused(name: &str) -> bool {
    name.trim_end_matches("12wasm_streams")
        .contains("12wasm_streams")
}

fn same_versions(lock: &str) -> Result<(), BindingsError> {
    let page = version("wasm-bindgen", lock);
    let tool = version("wasm-bindgen-cli-support", lock);
    if page == tool {
        return Ok(());
    }
    Err(BindingsError::Versions {
        page: page.unwrap_or("missing").to_owned(),
        tool: tool.unwrap_or("missing").to_owned(),
    })
}

/// The version of `package` in the text of a `Cargo.lock`.
fn version<'lock>(package: &str, lock: &'lock str) -> Option<&'lock str> {
    let name = format!("name = \"{package}\"");
    let mut lines = lock.lines().skip_while(|line| *line != name);
    lines
        .nth(1)?
        .strip_prefix("version = \"")?
        .strip_suffix('"')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_checkout_has_one_version_of_wasm_bindgen() {
        let lock = fs::read_to_string(checkout::root().join("Cargo.lock")).unwrap();
        assert!(version("wasm-bindgen", &lock).is_some());
        same_versions(&lock).unwrap();
    }

    #[test]
    fn what_an_unused_crate_has_of_its_own_is_unused_and_what_it_shares_is_not() {
        assert!(is_unused(
            "_RNvXs8_NtNtCsc0_12wasm_streams8readable27into_underlying_byte_source"
        ));
        assert!(is_unused(
            "_RINvNtCsfM_6js_sys7futures17future_to_promiseNCNvNtCsc0_12wasm_streams8writableECsc0_12wasm_streams"
        ));
        assert!(!is_unused(
            "_RNvXs3_NtCsfM_6js_sys7futuresNtB5_8JsFutureNtNtCs4w_4core6future6Future4pollCsc0_12wasm_streams"
        ));
        assert!(!is_unused("_RNvNtCs8s_13onbehalf_page5start5start"));
    }

    #[test]
    fn different_versions_are_refused_with_the_way_out() {
        let lock = "[[package]]\nname = \"wasm-bindgen\"\nversion = \"0.2.100\"\n\n\
                    [[package]]\nname = \"wasm-bindgen-cli-support\"\nversion = \"0.2.101\"\n";
        let message = same_versions(lock).unwrap_err().to_string();
        assert!(message.contains("0.2.100 in the page and 0.2.101 in xtask"));
        assert!(message.contains("cargo update"));
    }
}
