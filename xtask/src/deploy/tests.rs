//! Deploys to moto, as far as moto goes, and removes it again. What moto cannot do is listed here; that the template is one
//! that AWS takes, with all its resources, is what cfn-lint and `sam validate` check.

use std::{
    fs::{self, Permissions},
    io::{BufRead, BufReader, Read, Write},
    net::TcpListener,
    os::unix::fs::PermissionsExt,
    process::{Child, Stdio},
};

use serde_json::json;
use tempfile::TempDir;

use super::*;
use crate::{
    destroy::{DestroyError, destroy, forget_key},
    setup::python::DeployTools,
};

/// What of the template moto does not make. If this list is too long by now, moto has learnt something.
const NOT_IN_MOTO: [&str; 14] = [
    "AWS::ApiGatewayV2::Api",
    "AWS::ApiGatewayV2::Integration",
    "AWS::ApiGatewayV2::Route",
    "AWS::ApiGatewayV2::Stage",
    "AWS::CloudFront::Distribution",
    "AWS::CloudFront::OriginAccessControl",
    "AWS::CloudFront::ResponseHeadersPolicy",
    "AWS::CloudWatch::Alarm",
    "AWS::Logs::MetricFilter",
    "AWS::S3::BucketPolicy",
    "AWS::SNS::Subscription",
    "AWS::Scheduler::Schedule",
    "AWS::Scheduler::ScheduleGroup",
    "AWS::SecretsManager::Secret",
];

/// moto, which ends with the test.
struct Moto(Child);

impl Drop for Moto {
    fn drop(&mut self) {
        if let Err(error) = self.0.kill().and_then(|()| self.0.wait()) {
            eprintln!("moto did not end: {error}");
        }
    }
}

fn tools() -> DeployTools {
    let moto = std::env::var_os("MOTO_SERVER").map(PathBuf::from);
    let moto = moto.or_else(|| run::on_path("moto_server"));
    let moto = moto.expect("`cargo xtask test` installs moto and says where it is");
    DeployTools::of(moto.parent().unwrap().to_owned())
}

/// AWS in moto.
fn moto(tools: &DeployTools) -> (Moto, Aws) {
    let mut child = Command::new(tools.programs.join("moto_server"))
        .args(["--host", "127.0.0.1", "--port", "0"])
        .stderr(Stdio::piped())
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
    let moto = Moto(child);
    let mut said = lines.by_ref().map_while(Result::ok);
    let endpoint = said.find_map(|line| Some(line.split_once("Running on ")?.1.trim().to_owned()));
    // What it says from here on is drained, or it would stand still.
    std::thread::spawn(move || lines.for_each(drop));
    let endpoint = endpoint.expect("moto ended before it listened");
    (moto, Aws::at(tools.aws.clone(), &endpoint))
}

/// The template as moto takes it, and what had to be left out.
fn template_for_moto(tools: &DeployTools, folder: &Path) -> (PathBuf, Vec<String>) {
    let made = Command::new(&tools.python)
        .args(["-W", "ignore", "-c", include_str!("moto_template.py")])
        .arg(template())
        .env("AWS_DEFAULT_REGION", "eu-central-1")
        .output()
        .unwrap();
    let left_out = String::from_utf8(made.stderr).unwrap();
    assert!(made.status.success(), "{left_out}");
    let file = folder.join("template.json");
    fs::write(&file, made.stdout).unwrap();
    (file, left_out.lines().map(str::to_owned).collect())
}

/// A version of Onbehalf that does nothing.
fn release(tools: &DeployTools, folder: &Path, version: &str) -> Release {
    let file = |name: &str, content: &str| {
        let file = folder.join(name);
        fs::write(&file, content).unwrap();
        file
    };
    let pack = |function| {
        let program = file(function, &format!("{function} {version}"));
        let files = vec![("bootstrap".to_owned(), program)];
        packages::pack(tools, function, files, folder).unwrap()
    };
    Release {
        packages: packages::FUNCTIONS.map(pack).into(),
        assets: vec![file(&format!("page-{version}.wasm"), version)],
    }
}

fn keys(aws: &Aws) -> Vec<String> {
    let name = storage(aws).needed_resource("Bucket").unwrap();
    Bucket { aws, name }.keys().unwrap()
}

fn stack(aws: &Aws) -> Stack<'_> {
    let name = "onbehalf".to_owned();
    Stack { aws, name }
}

fn storage(aws: &Aws) -> Stack<'_> {
    let name = storage_of("onbehalf");
    Stack { aws, name }
}

#[test]
fn a_deployment_is_made_whole_again_upgraded_and_removed_without_losing_data_unasked() {
    let (tools, folder) = (tools(), TempDir::new().unwrap());
    let (template, left_out) = template_for_moto(&tools, folder.path());
    assert_eq!(left_out, NOT_IN_MOTO);

    let (_moto, aws) = moto(&tools);
    let publish = |release: &Release| {
        let parameters = vec![("RetentionDays".to_owned(), "7".to_owned())];
        release.publish(&aws, "onbehalf", &template, parameters)
    };
    // Interrupted before the stack: what is in the bucket stays, and is not uploaded again.
    let first = release(&tools, folder.path(), "one");
    let nowhere = folder.path().join("no-template.json");
    first
        .publish(&aws, "onbehalf", &nowhere, Vec::new())
        .unwrap_err();
    let uploaded = keys(&aws);
    assert_eq!(uploaded.len(), 4, "{uploaded:?}");
    assert_eq!(stack(&aws).state().unwrap(), None);
    publish(&first).unwrap();
    assert_eq!(keys(&aws), uploaded);

    // A newer version names its own packages and its own assets; the old ones are still there.
    let second = release(&tools, folder.path(), "two");
    publish(&second).unwrap();
    let now = keys(&aws);
    assert_eq!(now.len(), 8);
    assert!(uploaded.iter().all(|key| now.contains(key)));
    let environment = "Environment.Variables.ONBEHALF_RETENTION_DAYS";
    let function = [
        "lambda",
        "get-function-configuration",
        "--function-name",
        "onbehalf-act",
    ];
    let days = aws
        .ask(&[&function, &["--query", environment][..]].concat())
        .unwrap();
    // moto makes a number of it.
    assert_eq!(days.to_string().trim_matches('"'), "7");

    // Data is not lost by removing the app, unless that is asked for.
    let table = stack(&aws).needed_resource("Table").unwrap();
    let item = json!({ "pk": { "S": "person#1" }, "sk": { "S": "consent" } }).to_string();
    let put = [
        "dynamodb",
        "put-item",
        "--table-name",
        &table,
        "--item",
        &item,
    ];
    aws.ask(&put).unwrap();
    let refused = destroy(&aws, "onbehalf", false).unwrap_err();
    assert!(matches!(refused, DestroyError::HoldsData { table: named } if named == table));
    assert!(stack(&aws).state().unwrap().is_some());
    let describe = ["dynamodb", "describe-table", "--table-name", &table];
    assert_eq!(
        aws.ask(&describe).unwrap()["Table"]["DeletionProtectionEnabled"],
        true
    );

    destroy(&aws, "onbehalf", true).unwrap();
    assert_eq!(aws.ask_if_there(&describe).unwrap(), None);
    assert_nothing_is_left(&aws);
    // And again, when there is nothing left; and when there is only what an interrupted deployment began.
    destroy(&aws, "onbehalf", false).unwrap();
    first
        .publish(&aws, "onbehalf", &nowhere, Vec::new())
        .unwrap_err();
    destroy(&aws, "onbehalf", false).unwrap();
    assert_nothing_is_left(&aws);
}

fn assert_nothing_is_left(aws: &Aws) {
    for stack in [stack(aws), storage(aws)] {
        assert_eq!(stack.state().unwrap(), None, "{}", stack.name);
    }
    assert_eq!(
        aws.ask(&["s3api", "list-buckets"]).unwrap()["Buckets"],
        json!([])
    );
}

/// An `aws` that says of each stack what a test says, one state after the other, and otherwise only notes what it is asked.
struct Told {
    folder: TempDir,
    aws: Aws,
}

impl Told {
    /// What is left of the app, in these states; there is a bucket.
    fn of(states: &[&str]) -> Self {
        let folder = TempDir::new().unwrap();
        let program = folder.path().join("aws");
        fs::write(&program, include_str!("told_aws.sh")).unwrap();
        fs::set_permissions(&program, Permissions::from_mode(0o755)).unwrap();
        fs::write(folder.path().join("onbehalf"), states.join("\n") + "\n").unwrap();
        fs::write(folder.path().join("onbehalf-storage"), "CREATE_COMPLETE\n").unwrap();
        let aws = Aws::at(program, "http://localhost");
        Self { folder, aws }
    }

    /// What it was asked to change.
    fn changes(&self) -> Vec<String> {
        let asked = fs::read_to_string(self.folder.path().join("asked")).unwrap_or_default();
        let changes = asked.lines().filter(|it| !it.contains(" describe-"));
        changes
            .map(|it| it.split(" --").next().unwrap().to_owned())
            .collect()
    }

    fn publish(&self) -> Result<(), DeployError> {
        let release = Release {
            packages: Vec::new(),
            assets: Vec::new(),
        };
        release.publish(&self.aws, "onbehalf", &template(), Vec::new())
    }
}

const PUBLISHED: [&str; 3] = [
    "cloudformation deploy",
    "s3api list-objects-v2",
    "cloudformation deploy",
];

#[test]
fn what_is_under_way_is_waited_for() {
    for states in [
        &["none"][..],
        &["REVIEW_IN_PROGRESS"],
        &["CREATE_IN_PROGRESS", "CREATE_COMPLETE"],
        &[
            "UPDATE_IN_PROGRESS",
            "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS",
            "UPDATE_COMPLETE",
        ],
        &["UPDATE_ROLLBACK_IN_PROGRESS", "UPDATE_ROLLBACK_COMPLETE"],
        &["DELETE_IN_PROGRESS", "none"],
    ] {
        let told = Told::of(states);
        told.publish().unwrap();
        assert_eq!(told.changes(), PUBLISHED, "{states:?}");
        let last = fs::read_to_string(told.folder.path().join("onbehalf")).unwrap();
        assert_eq!(last.trim(), *states.last().unwrap());
    }
}

#[test]
fn what_is_left_of_a_first_deployment_that_failed_is_removed() {
    let removed = [
        "dynamodb scan",
        "dynamodb update-table",
        "dynamodb delete-table",
        "dynamodb wait table-not-exists",
        "kms schedule-key-deletion",
        "cloudformation delete-stack",
        "cloudformation wait stack-delete-complete",
    ];
    for states in [
        &["ROLLBACK_COMPLETE"][..],
        &["CREATE_FAILED"],
        &["ROLLBACK_IN_PROGRESS", "ROLLBACK_FAILED"],
    ] {
        let told = Told::of(states);
        told.publish().unwrap();
        let expected = [&PUBLISHED[..2], &removed, &PUBLISHED[2..]].concat();
        assert_eq!(told.changes(), expected, "{states:?}");
    }
}

#[test]
fn a_removal_that_was_interrupted_when_the_table_was_gone_goes_on_unasked() {
    for state in ["UPDATE_COMPLETE", "DELETE_IN_PROGRESS", "DELETE_FAILED"] {
        let told = Told::of(&[state]);
        fs::write(told.folder.path().join("no-table"), "").unwrap();
        destroy(&told.aws, "onbehalf", false).unwrap();
        let gone = [
            "cloudformation delete-stack",
            "cloudformation wait stack-delete-complete",
        ];
        let app = ["dynamodb scan", "kms schedule-key-deletion"];
        let expected = [&app[..], &gone, &["s3 rm s3://Bucket"], &gone].concat();
        assert_eq!(told.changes(), expected, "{state}");
    }
}

#[test]
fn what_an_interrupted_deployment_has_uploaded_is_not_uploaded_again() {
    let (tools, folder) = (tools(), TempDir::new().unwrap());
    let release = release(&tools, folder.path(), "one");
    let [there, missing @ ..] = &release.packages[..] else {
        panic!("there are packages")
    };
    let told = Told::of(&["none"]);
    let asset = bucket::asset_key(&release.assets[0]);
    let keys = json!([there.key, asset]).to_string();
    fs::write(told.folder.path().join("keys"), keys).unwrap();
    let publish = release.publish(&told.aws, "onbehalf", &template(), Vec::new());
    publish.unwrap();
    let mut uploaded = told.changes();
    uploaded.retain(|it| it.starts_with("s3 cp "));
    let upload = |it: &Package| format!("s3 cp {} s3://Bucket/{}", it.file.display(), it.key);
    assert_eq!(uploaded, missing.iter().map(upload).collect::<Vec<_>>());
}

#[test]
fn a_stack_that_is_stuck_is_left_alone_and_the_remedy_said() {
    for (state, remedy) in [
        ("UPDATE_ROLLBACK_FAILED", "continue-update-rollback"),
        ("DELETE_FAILED", "cargo xtask destroy"),
    ] {
        let told = Told::of(&[state]);
        let said = told.publish().unwrap_err().to_string();
        assert!(said.contains(state) && said.contains(remedy), "{said}");
        assert_eq!(told.changes(), PUBLISHED[..2]);
    }
}

/// moto takes a key away with its stack, so this is a key of its own.
#[test]
fn a_key_is_kept_for_a_month_and_its_deletion_asked_for_once() {
    let tools = tools();
    let (_moto, aws) = moto(&tools);
    let create = ["kms", "create-key", "--query", "KeyMetadata.KeyId"];
    let key = aws.ask(&create).unwrap();
    let key = key.as_str().unwrap();
    forget_key(&aws, key).unwrap();
    forget_key(&aws, key).unwrap();
    let describe = ["kms", "describe-key", "--key-id", key];
    let key = &aws.ask(&describe).unwrap()["KeyMetadata"];
    assert_eq!(key["KeyState"], "PendingDeletion");
    assert!(key["DeletionDate"].is_string() || key["DeletionDate"].is_number());
}

#[test]
fn the_template_can_be_sent_as_it_is() {
    // CloudFormation takes a larger one only from a bucket.
    // https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html
    assert!(fs::metadata(template()).unwrap().len() <= 51_200);
}

#[test]
fn a_package_is_named_by_what_is_in_it_and_is_no_larger_than_it_may_be() {
    let (tools, folder) = (tools(), TempDir::new().unwrap());
    let program = folder.path().join("program");
    let pack = |content: &[u8], into: &str| {
        fs::write(&program, content).unwrap();
        let files = vec![("bootstrap".to_owned(), program.clone())];
        packages::pack(&tools, "act", files, &folder.path().join(into))
    };
    let one = pack(b"one", "here").unwrap();
    let same = pack(b"one", "there").unwrap();
    assert_eq!(one.key, same.key);
    assert_eq!(fs::read(&one.file).unwrap(), fs::read(&same.file).unwrap());
    assert_ne!(pack(b"two", "here").unwrap().key, one.key);

    // What cannot be made smaller by packing it.
    let mut seed = 1_u32;
    let noise: Vec<u8> = std::iter::repeat_with(|| {
        seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (seed >> 24) as u8
    })
    .take(8_100_000)
    .collect();
    let large = pack(&noise, "here").map(|package| package.size);
    let error = large.unwrap_err().to_string();
    assert!(
        error.starts_with("act ") && error.contains("8000000"),
        "{error}"
    );
}

#[test]
fn a_dry_run_names_everything_that_would_be_done() {
    let (tools, folder) = (tools(), TempDir::new().unwrap());
    let release = release(&tools, folder.path(), "one");
    let parameters = [("AlarmEmail".to_owned(), "ops@example.com".to_owned())];
    let plan = release.plan("mine", &parameters);
    for package in &release.packages {
        assert!(
            plan.contains(&format!("would upload {}", package.key)),
            "{plan}"
        );
    }
    for line in [
        "infra/storage.yaml as mine-storage",
        "would upload assets/page-one.wasm",
        "infra/template.yaml as mine",
        "  AlarmEmail=ops@example.com\n",
        "  ActPackage=packages/act-",
    ] {
        assert!(plan.contains(line), "{plan}");
    }
}

/// Answers as a deployed app does, but for `otherwise`; and says where.
fn deployed(otherwise: &'static str) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    let descriptor = json!({ "key": "onbehalf", "baseUrl": base }).to_string();
    std::thread::spawn(move || {
        for connection in listener.incoming() {
            let mut connection = connection.unwrap();
            let mut head = Vec::new();
            let mut byte = [0];
            while !head.ends_with(b"\r\n\r\n") && connection.read(&mut byte).unwrap() == 1 {
                head.push(byte[0]);
            }
            let head = String::from_utf8(head).unwrap();
            let path = head.split(' ').nth(1).unwrap_or_default();
            let (status, kept, body) = match path {
                path if path == otherwise => (503, "", ""),
                "/gateway/healthz" => (403, "", ""),
                "/healthz" => (204, "", ""),
                "/api/consent" => (401, "", ""),
                "/atlassian-connect.json" => (200, "no-store", &*descriptor),
                "/assets/page-one.wasm" => (200, "max-age=31536000, immutable", "wasm"),
                _ => (404, "", ""),
            };
            let length = body.len();
            let answer = format!(
                "HTTP/1.1 {status} -\r\nconnection: close\r\ncache-control: {kept}\r\n\
                 x-content-type-options: nosniff\r\ncontent-length: {length}\r\n\r\n{body}"
            );
            connection.write_all(answer.as_bytes()).unwrap();
        }
    });
    base
}

#[test]
fn a_smoke_test_fails_if_anything_is_not_as_it_should_be() {
    let ask = |otherwise: &'static str| {
        let base = deployed(otherwise);
        let asset = PathBuf::from("page-one.wasm");
        let descriptor = format!("{base}/atlassian-connect.json");
        let mut smoke = smoke_command(&descriptor, &format!("{base}/gateway"), &[asset]);
        run::quietly(smoke.env("SMOKE_SECONDS", "0"))
    };
    ask("").unwrap();
    for otherwise in [
        "/healthz",
        "/atlassian-connect.json",
        "/api/consent",
        "/gateway/healthz",
        "/assets/page-one.wasm",
    ] {
        let said = ask(otherwise).unwrap_err().to_string();
        assert_eq!(said.matches("not so: ").count(), 1, "{said}");
        assert!(said.contains("status 503"), "{said}");
    }
}

#[test]
fn a_parameter_is_one_that_the_template_has_and_an_operator_sets() {
    let purpose = ("Purpose".to_owned(), "a=b".to_owned());
    assert_eq!(parameter("Purpose=a=b"), Ok(purpose));
    let text = fs::read_to_string(template()).unwrap();
    for name in [
        "DomainName",
        "AlarmEmail",
        "ActConcurrency",
        "OriginSecretNumber",
    ] {
        assert!(text.contains(&format!("\n  {name}:\n    Type: ")), "{name}");
        parameter(&format!("{name}=1")).unwrap();
    }
    for wrong in ["Purpose", "AlarmMail=ops@example.com", "Type=String", "="] {
        parameter(wrong).unwrap_err();
    }
    for by_itself in BY_ITSELF {
        assert!(text.contains(&format!("\n  {by_itself}:\n    Type: ")));
        let said = parameter(&format!("{by_itself}=x")).unwrap_err();
        assert!(said.ends_with("OriginSecretNumber"), "{said}");
    }
}
