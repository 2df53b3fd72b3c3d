//! What a release is made of, as a bill of materials: every crate that ends up in a function or in the page, from cargo's own
//! metadata, in CycloneDX's JSON. <https://cyclonedx.org/docs/1.6/json/>

use std::{
    collections::{BTreeMap, BTreeSet},
    fs, io,
    path::PathBuf,
    process::Command,
};

use serde::Deserialize;
use serde_json::{Value, json};
use thiserror::Error;

use crate::{
    checkout,
    run::{self, RunError},
};

#[derive(Debug, Error)]
pub(crate) enum SbomError {
    #[error(transparent)]
    Cargo(#[from] RunError),
    #[error("cargo's metadata is not of the known form")]
    Form(#[from] serde_json::Error),
    #[error("could not write {file}")]
    File { file: PathBuf, source: io::Error },
}

/// Cargo's metadata, as far as it is read.
/// <https://doc.rust-lang.org/cargo/commands/cargo-metadata.html#json-format>
#[derive(Deserialize)]
struct Metadata {
    packages: Vec<Package>,
    resolve: Resolve,
}

#[derive(Deserialize)]
struct Package {
    id: String,
    name: String,
    version: String,
    license: Option<String>,
    /// `None`: it is in this workspace.
    source: Option<String>,
}

#[derive(Deserialize)]
struct Resolve {
    nodes: Vec<Node>,
}

#[derive(Deserialize)]
struct Node {
    id: String,
    deps: Vec<Dependency>,
}

#[derive(Deserialize)]
struct Dependency {
    pkg: String,
    dep_kinds: Vec<Kind>,
}

#[derive(Deserialize)]
struct Kind {
    /// `None`: an ordinary one.
    kind: Option<String>,
}

/// What is deployed: the functions, and the page that they show.
const DEPLOYED: [&str; 2] = ["onbehalf", "onbehalf-page"];

/// Writes `target/onbehalf.cdx.json`, and answers where that is.
pub(crate) fn write() -> Result<PathBuf, SbomError> {
    let metadata = run::quietly(
        Command::new("cargo")
            .args(["metadata", "--format-version", "1", "--locked"])
            .current_dir(checkout::root()),
    )?;
    let bill = bill(&serde_json::from_str(&metadata)?);
    let file = checkout::target().join("onbehalf.cdx.json");
    let text = serde_json::to_vec_pretty(&bill)?;
    match fs::write(&file, text) {
        Ok(()) => Ok(file),
        Err(source) => Err(SbomError::File { file, source }),
    }
}

/// The same crates make the same bill: it holds neither a time nor a number of its own.
fn bill(metadata: &Metadata) -> Value {
    let packages: BTreeMap<_, _> = metadata.packages.iter().map(|it| (&*it.id, it)).collect();
    let nodes: BTreeMap<_, _> = metadata
        .resolve
        .nodes
        .iter()
        .map(|it| (&*it.id, it))
        .collect();
    let roots = metadata.packages.iter().filter(|it| it.is_deployed());
    let mut waiting: Vec<&str> = roots.map(|it| &*it.id).collect();
    let mut inside = BTreeSet::new();
    while let Some(id) = waiting.pop() {
        if inside.insert(id) {
            let node = nodes.get(id).into_iter();
            waiting.extend(node.flat_map(|node| node.deps.iter().filter_map(Dependency::shipped)));
        }
    }
    let of = |id: &&str| packages.get(*id).copied();
    let components: Vec<_> = inside
        .iter()
        .filter_map(of)
        .map(Package::component)
        .collect();
    let dependencies: Vec<_> = inside
        .iter()
        .filter_map(|id| {
            let needs = nodes.get(*id)?.deps.iter().filter_map(Dependency::shipped);
            let needs: BTreeSet<_> = needs
                .filter_map(|id| Some(packages.get(id)?.purl()))
                .collect();
            Some(json!({ "ref": packages.get(*id)?.purl(), "dependsOn": needs }))
        })
        .collect();
    json!({
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {
            "component": {
                "type": "application",
                "name": "onbehalf",
                "version": env!("CARGO_PKG_VERSION"),
            },
        },
        "components": components,
        "dependencies": dependencies,
    })
}

impl Package {
    fn is_deployed(&self) -> bool {
        self.source.is_none() && DEPLOYED.contains(&&*self.name)
    }

    /// <https://github.com/package-url/purl-spec>
    fn purl(&self) -> String {
        format!("pkg:cargo/{}@{}", self.name, self.version)
    }

    fn component(&self) -> Value {
        let mut component = json!({
            "type": "library",
            "bom-ref": self.purl(),
            "name": self.name,
            "version": self.version,
            "purl": self.purl(),
        });
        if let (Some(component), Some(license)) = (component.as_object_mut(), &self.license) {
            // Cargo took a slash for “or” once, which SPDX does not.
            let expression = license.replace('/', " OR ");
            component.insert("licenses".into(), json!([{ "expression": expression }]));
        }
        component
    }
}

impl Dependency {
    /// What it depends on, if that is a part of the program: not what only tests or build scripts use.
    fn shipped(&self) -> Option<&str> {
        let ordinary = self.dep_kinds.iter().any(|it| it.kind.is_none());
        ordinary.then_some(&*self.pkg)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bill_holds_what_is_shipped_and_nothing_else() {
        let package = |name: &str, source: Option<&str>| json!({ "id": name, "name": name, "version": "1.0.0", "license": "MIT/Apache-2.0", "source": source });
        let registry = Some("registry");
        let needs = |name: &str, kind: Option<&str>| json!({ "pkg": name, "dep_kinds": [{ "kind": kind }] });
        let metadata = json!({
            "packages": [
                package("onbehalf", None), package("xtask", None), package("serde", registry),
                package("itoa", registry), package("proptest", registry), package("cc", registry), package("clap", registry),
            ],
            "resolve": { "nodes": [
                { "id": "onbehalf", "deps": [needs("serde", None), needs("proptest", Some("dev")), needs("cc", Some("build"))] },
                { "id": "serde", "deps": [needs("itoa", None)] },
                { "id": "xtask", "deps": [needs("clap", None)] },
            ] },
        });
        let bill = bill(&serde_json::from_value(metadata).unwrap());
        let components = bill["components"].as_array().unwrap();
        let names: Vec<_> = components.iter().map(|it| &it["name"]).collect();
        assert_eq!(names, ["itoa", "onbehalf", "serde"]);
        assert_eq!(components[0]["purl"], "pkg:cargo/itoa@1.0.0");
        assert_eq!(
            components[0]["licenses"][0]["expression"],
            "MIT OR Apache-2.0"
        );
        assert_eq!(
            bill["dependencies"][0],
            json!({ "ref": "pkg:cargo/onbehalf@1.0.0", "dependsOn": ["pkg:cargo/serde@1.0.0"] })
        );
    }

    #[test]
    fn the_bill_of_this_workspace_names_what_it_is_known_to_hold() {
        let file = write().unwrap();
        let bill: Value = serde_json::from_slice(&fs::read(file).unwrap()).unwrap();
        let components = bill["components"].as_array().unwrap();
        let holds = |name: &str| components.iter().any(|it| it["name"] == name);
        for name in ["axum", "aws-sdk-dynamodb", "leptos", "onbehalf", "rustls"] {
            assert!(holds(name), "{name}");
        }
        for name in ["proptest", "dynoxide-rs", "xtask", "clap"] {
            assert!(!holds(name), "{name}");
        }
    }
}
