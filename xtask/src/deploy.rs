//! `cargo xtask deploy`: Onbehalf in an AWS account, new or again.
//!
//! In this order, so that no version is live before what it names is there: the bucket, packages and assets, the stack, a
//! smoke test. Names in the bucket hold the hash of what they name, and nothing in it is ever replaced. So each step can be
//! interrupted, and doing all of them again makes it whole.

pub(crate) mod aws;
mod bucket;
pub(crate) mod packages;
pub(crate) mod stack;
#[cfg(test)]
mod tests;

use std::{
    path::{Path, PathBuf},
    process::Command,
};

use clap::Args;
use thiserror::Error;

use crate::{
    checkout,
    destroy::{DestroyError, remove_app},
    page::{self, PageError},
    progress,
    run::{self, RunError},
    setup::python::{self, PythonError},
};
use aws::{Aws, AwsError, Where};
use bucket::Bucket;
use packages::{Architecture, Package, PackageError};
use stack::{Settled, Stack, StackError};

#[derive(Args)]
pub(crate) struct DeployOptions {
    /// The name of the stack; another name is another Onbehalf
    #[arg(long, default_value = "onbehalf")]
    stack: String,
    #[command(flatten)]
    place: Where,
    #[arg(long, value_enum, default_value = "arm64")]
    architecture: Architecture,
    /// A parameter of infra/template.yaml, such as AlarmEmail=ops@example.com; what is not given stays as it was
    #[arg(long = "parameter", value_name = "NAME=VALUE", value_parser = parameter)]
    parameters: Vec<(String, String)>,
    /// Build everything and say what would be done; asks nothing of AWS
    #[arg(long)]
    dry_run: bool,
}

#[derive(Debug, Error)]
pub(crate) enum DeployError {
    #[error(transparent)]
    Python(#[from] PythonError),
    #[error(transparent)]
    Page(#[from] PageError),
    #[error(transparent)]
    Package(#[from] PackageError),
    #[error(transparent)]
    Aws(#[from] AwsError),
    #[error(transparent)]
    Stack(#[from] StackError),
    #[error("what is left of a deployment that failed could not be removed")]
    Remove(#[from] DestroyError),
    #[error(
        "it is deployed, and {descriptor} does not answer as it should. A domain of your own has to lead to {domain}; \
         docs/operate.md says how to go back"
    )]
    Smoke {
        descriptor: String,
        /// Where CloudFront answers.
        domain: String,
        source: RunError,
    },
}

/// Deploys, and says where the descriptor is.
pub(crate) fn run(options: &DeployOptions) -> Result<(), DeployError> {
    let tools = python::install_for_deploy()?;
    page::build()?;
    let release = Release {
        packages: packages::build(&tools, options.architecture)?,
        assets: bucket::assets_of(&page::folder())?,
    };
    for package in &release.packages {
        println!("{package}");
    }
    let mut parameters = options.parameters.clone();
    let architecture = options.architecture.name().to_owned();
    parameters.push(("Architecture".to_owned(), architecture));
    if options.dry_run {
        print!("{}", release.plan(&options.stack, &parameters));
        return Ok(());
    }
    let aws = Aws::new(tools.aws, options.place.clone());
    progress::step(format!("deploying to the account {}", aws.account()?));
    release.publish(&aws, &options.stack, &template(), parameters)?;

    let stack = Stack {
        aws: &aws,
        name: options.stack.clone(),
    };
    let descriptor = stack.output("Descriptor")?;
    progress::step("asking it whether it is whole");
    let mut smoke = smoke_command(&descriptor, &stack.output("Gateway")?, &release.assets);
    let domain = stack.output("Domain")?;
    run::visibly(&mut smoke).map_err(|source| DeployError::Smoke {
        descriptor: descriptor.clone(),
        domain,
        source,
    })?;
    println!("{descriptor}");
    Ok(())
}

/// The stack of the bucket, which is there before the stack that names what is in it.
pub(crate) fn storage_of(stack: &str) -> String {
    format!("{stack}-storage")
}

fn template() -> PathBuf {
    checkout::root().join("infra/template.yaml")
}

fn storage_template() -> PathBuf {
    checkout::root().join("infra/storage.yaml")
}

/// What is deployed.
struct Release {
    packages: Vec<Package>,
    /// The files of the page that browsers ask for.
    assets: Vec<PathBuf>,
}

impl Release {
    /// Everything but the smoke test.
    fn publish(
        &self,
        aws: &Aws,
        name: &str,
        template: &Path,
        mut parameters: Vec<(String, String)>,
    ) -> Result<(), DeployError> {
        let storage = Stack {
            aws,
            name: storage_of(name),
        };
        progress::step("the bucket");
        if storage.settle()? == Settled::FailedAtFirst {
            storage.delete()?;
        }
        storage.deploy(&storage_template(), &[])?;
        let bucket = Bucket {
            aws,
            name: storage.needed_resource("Bucket")?,
        };
        progress::step("packages and assets");
        let there = bucket.keys()?;
        for Package { file, key, .. } in &self.packages {
            if !there.contains(key) {
                bucket.put(file, key)?;
            }
        }
        for asset in &self.assets {
            if !there.contains(&bucket::asset_key(asset)) {
                bucket.put_asset(asset)?;
            }
        }
        progress::step("the stack, which takes some minutes the first time");
        parameters.push(("Bucket".to_owned(), bucket.name.clone()));
        parameters.extend(self.packages.iter().map(Package::parameter));
        let stack = Stack {
            aws,
            name: name.to_owned(),
        };
        if stack.settle()? == Settled::FailedAtFirst {
            progress::step(format!("removing what is left of {name}"));
            // CloudFormation leaves the table, which is protected; without a first deployment there is nothing in it.
            remove_app(&stack, false)?;
        }
        Ok(stack.deploy(template, &parameters)?)
    }

    /// What `publish` would do.
    fn plan(&self, name: &str, parameters: &[(String, String)]) -> String {
        let mut plan = format!(
            "would deploy infra/storage.yaml as {}, a bucket\n",
            storage_of(name)
        );
        let assets = self.assets.iter().map(|file| bucket::asset_key(file));
        for key in self.packages.iter().map(|it| it.key.clone()).chain(assets) {
            plan += &format!("would upload {key}, unless it is there\n");
        }
        plan += &format!("would deploy infra/template.yaml as {name}, with\n");
        let packages = self.packages.iter().map(Package::parameter);
        for (name, value) in parameters.iter().cloned().chain(packages) {
            plan += &format!("  {name}={value}\n");
        }
        plan + "would ask the app whether it is whole, and print the URL of its descriptor\n"
    }
}

/// Asks a deployed app what only a whole one answers.
fn smoke_command(descriptor: &str, gateway: &str, assets: &[PathBuf]) -> Command {
    let mut node = Command::new("node");
    node.arg(checkout::root().join(SMOKE))
        .args([descriptor, gateway])
        .args(
            assets
                .iter()
                .map(|file| format!("/{}", bucket::asset_key(file))),
        );
    node
}

/// Node.js speaks HTTPS, which spares xtask a client of its own.
const SMOKE: &str = "xtask/src/deploy/smoke.mjs";

/// `NAME=VALUE`, where the name is that of a parameter which is an operator's to set. The AWS command line would pass over
/// any other without a word.
fn parameter(text: &str) -> Result<(String, String), String> {
    let (name, value) = text.split_once('=').ok_or("it is not NAME=VALUE")?;
    let parameters = include_str!("../../infra/template.yaml").lines();
    let parameters = parameters.skip_while(|line| *line != "Parameters:").skip(1);
    let parameters = parameters.take_while(|line| line.starts_with(' '));
    let names = parameters.filter_map(|line| line.strip_prefix("  ")?.strip_suffix(':'));
    let mut names = names.filter(|it| !it.starts_with(' ') && !BY_ITSELF.contains(it));
    if names.clone().any(|it| it == name) {
        return Ok((name.to_owned(), value.to_owned()));
    }
    let first = names.next().unwrap_or_default();
    let rest: String = names.map(|it| format!(", {it}")).collect();
    Err(format!("{name} is not one of {first}{rest}"))
}

/// Parameters that say what was built.
const BY_ITSELF: [&str; 5] = [
    "Architecture",
    "Bucket",
    "ApiPackage",
    "ActPackage",
    "SweepPackage",
];
