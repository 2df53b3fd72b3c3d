//! The AWS template against what the code relies on.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod aws;

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;

use aws::permissions::needed_by;
use aws::source::Source;
use aws::template::{self, Allowed, Template};
use onbehalf::config::Config;
use onbehalf::domain::failure::Failure;
use onbehalf::domain::run_report::Outcome;
use serde_json::{Value, json};

const TABLE: &str = include_str!("../../infra/table.json");
const CONFIGURATION: &str = include_str!("../../docs/configuration.md");

const OPERATE: &str = include_str!("../../docs/operate.md");

const FUNCTIONS: [&str; 3] = ["Api", "Act", "Sweep"];

/// Properties that name something in a whole account or region.
const NAMES: [&str; 9] = [
    "AlarmName",
    "DashboardName",
    "FunctionName",
    "LogGroupName",
    "Name",
    "QueueName",
    "RoleName",
    "TableName",
    "TopicName",
];

/// cfn-lint and AWS SAM know what CloudFormation takes, without asking it.
#[test]
fn the_templates_are_ones_that_aws_takes() {
    let storage = Path::new(template::PATH).with_file_name("storage.yaml");
    let storage = storage.to_str().unwrap();
    check("cfn-lint", &[template::PATH, storage]);
    check(
        "sam",
        &["validate", "--lint", "--template-file", template::PATH],
    );
}

/// Runs a program that came with moto.
fn check(program: &str, arguments: &[&str]) {
    let beside = |moto: std::ffi::OsString| Path::new(&moto).with_file_name(program);
    let path = std::env::var_os("MOTO_SERVER").map_or_else(|| program.into(), beside);
    let checked = Command::new(&path)
        .args(arguments)
        .env("AWS_DEFAULT_REGION", "eu-central-1")
        .env("SAM_CLI_TELEMETRY", "0")
        .output();
    let checked = checked.unwrap_or_else(|error| {
        panic!(
            "{}: {error}; `cargo xtask test` installs it",
            path.display()
        )
    });
    assert!(
        checked.status.success(),
        "{}{}",
        String::from_utf8_lossy(&checked.stdout),
        String::from_utf8_lossy(&checked.stderr)
    );
}

#[test]
fn the_table_in_aws_is_the_table_of_one_machine() {
    let template = Template::read();
    let in_aws = template.properties("Table");
    let here: Value = serde_json::from_str(TABLE).unwrap();
    for (property, value) in here.as_object().unwrap() {
        assert_eq!(in_aws[property.as_str()], *value, "{property}");
    }
}

#[test]
fn nobody_may_do_everything_or_touch_anything() {
    let template = Template::read();
    let functions = template.of_type("AWS::Serverless::Function");
    assert_eq!(
        BTreeSet::from_iter(functions.iter().copied()),
        BTreeSet::from(FUNCTIONS)
    );
    for function in functions {
        for Allowed {
            action, resource, ..
        } in template.allowed(function)
        {
            assert!(!action.contains('*'), "{function}: {action}");
            assert!(
                resource.is_object(),
                "{function}: {action} on {resource}, which is none of ours"
            );
        }
    }
}

/// What a function needs is what its code can ask of AWS. That what it was seen to do is allowed, is in tests/lambdas.rs.
#[test]
fn each_function_may_do_what_its_use_cases_do_and_nothing_else() {
    let template = Template::read();
    let source = Source::read(Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/src")));
    for function in FUNCTIONS {
        let mut allowed = template.allowed(function);
        for (needed, why) in needed_by(&template, &source, function) {
            let place = allowed.iter().position(|it| *it == needed);
            let place = place.unwrap_or_else(|| {
                panic!("{function} may not, and has to: {needed:?}, because of {why}")
            });
            allowed.remove(place);
        }
        assert_eq!(allowed, [], "{function} may, and never does");
    }
}

#[test]
fn no_function_reaches_further_than_its_part() {
    let template = Template::read();
    let may = |function: &str, action: &str, resource: Value| {
        let mut allowed = template.allowed(function).into_iter();
        allowed.any(|it| it.action == action && it.resource == resource)
    };
    let index = |name: &str| json!({ "Sub": format!("${{Table.Arn}}/index/{name}") });
    let table = json!({ "GetAtt": "Table.Arn" });
    let key = json!({ "GetAtt": "SealKey.Arn" });
    // A run knows its person from its message. Nothing that acts as people can go through them.
    for index in ["due", "people", "listed"].map(index) {
        assert!(!may("Act", "dynamodb:Query", index));
    }
    assert!(!may("Act", "dynamodb:Query", table.clone()));
    // Only the sweep goes through all tenants, and it seals nothing. Only `act` opens a user's token.
    assert!(!may("Api", "dynamodb:Query", index("due")));
    assert!(!may("Sweep", "kms:GenerateDataKey", key));
    for function in ["Api", "Sweep"] {
        let allowed = template.allowed(function).into_iter();
        for allowed in allowed.filter(|it| it.action.starts_with("kms:")) {
            assert_eq!(
                allowed.condition,
                Some(json!({
                    "StringEquals": { "kms:EncryptionContext:onbehalf:purpose": "credentials" },
                })),
                "{function}: {}",
                allowed.action
            );
        }
    }
    for function in FUNCTIONS {
        assert!(!may(function, "dynamodb:Scan", table.clone()), "{function}");
        // Its own log, and no other's.
        let log = json!({ "GetAtt": format!("{function}Log.Arn") });
        let allowed = template.allowed(function);
        let mut logs = allowed.iter().filter(|it| it.action.starts_with("logs:"));
        assert!(logs.all(|it| it.resource == log), "{function}");
        let role = template.properties(&format!("{function}Role"));
        let trusted = &role["AssumeRolePolicyDocument"]["Statement"];
        let lambda = json!({ "Service": "lambda.amazonaws.com" });
        assert_eq!(trusted.as_array().unwrap().len(), 1);
        assert_eq!(trusted[0]["Principal"], lambda);
    }
}

#[test]
fn only_cloudfront_reads_assets_and_only_who_knows_the_secret_is_answered() {
    let template = Template::read();
    let policy = &template.properties("BucketPolicy")["PolicyDocument"]["Statement"];
    let allows: Vec<_> = policy
        .as_array()
        .unwrap()
        .iter()
        .filter(|statement| statement["Effect"] == "Allow")
        .collect();
    let [only] = allows[..] else {
        panic!("one may read: {allows:?}")
    };
    assert_eq!(
        only["Principal"],
        json!({ "Service": "cloudfront.amazonaws.com" })
    );
    assert_eq!(only["Action"], "s3:GetObject");
    let assets = only["Resource"]["Sub"].as_str().unwrap();
    assert!(assets.ends_with("${Bucket}/assets/*"), "{assets}");
    assert!(only["Condition"]["StringEquals"]["aws:SourceArn"].is_object());

    // What CloudFront says and what `api` expects are one value.
    let distribution = &template.properties("Distribution")["DistributionConfig"];
    let said = &distribution["Origins"][0]["OriginCustomHeaders"][0];
    assert_eq!(said["HeaderName"], onbehalf::origin::HEADER);
    let expected = &template.environment("Api")["ONBEHALF_ORIGIN_SECRET"];
    assert_eq!(&said["HeaderValue"], expected);
    assert!(
        expected["Sub"]
            .as_str()
            .unwrap()
            .starts_with("{{resolve:secretsmanager:")
    );
    let secret = &template.properties("OriginSecret")["GenerateSecretString"];
    let made = "a1".repeat(24);
    assert_eq!(secret["PasswordLength"], made.len());
    assert_eq!(secret["ExcludePunctuation"], true);
    onbehalf::origin::OriginSecret::parse(&made).unwrap();

    // No answer of the API is kept for somebody else.
    let caching_disabled = "4135ea2d-6df8-44a3-9df3-4b5a84be39ad";
    let of_api = &distribution["DefaultCacheBehavior"];
    assert_eq!(of_api["CachePolicyId"], caching_disabled);
    // A query can carry a token.
    assert!(distribution["Logging"].is_null());
}

#[test]
fn nobody_has_to_know_the_domain_beforehand() {
    let template = Template::read();
    for (name, default) in template.defaults() {
        let by_deploy = ["Bucket", "ApiPackage", "ActPackage", "SweepPackage"].contains(&name);
        assert_eq!(default.is_null(), by_deploy, "{name}");
    }
}

#[test]
fn another_stack_is_another_onbehalf_beside_this_one() {
    let template = Template::read();
    let resources = template.resources();
    let mut named = 0;
    let mut is_of_stack = |what: &str, name: &Value| {
        let says = |name: &str| name.contains("${AWS::StackName}");
        let refers = |name: &str| name == "AWS::StackName" || resources.contains_key(name);
        let is = name["Sub"].as_str().is_some_and(says) || name["Ref"].as_str().is_some_and(refers);
        assert!(is, "{what} is called {name}, which may be there already");
        named += 1;
    };
    for (resource, properties) in &resources {
        let configs = properties.as_object().unwrap().values();
        for properties in configs.chain([*properties]) {
            let names = properties.as_object().into_iter().flatten();
            for (_, name) in names.filter(|(it, _)| NAMES.contains(&it.as_str())) {
                is_of_stack(resource, name);
            }
        }
        let events = properties["Events"].as_object().into_iter().flatten();
        for (event, it) in events.filter(|(_, it)| it["Type"] == "ScheduleV2") {
            is_of_stack(event, &it["Properties"]["Name"]);
        }
    }
    assert!(named > 20, "only {named} are named");
}

#[test]
fn every_alarm_tells_somebody_and_is_explained() {
    let template = Template::read();
    let alarms = template.of_type("AWS::CloudWatch::Alarm");
    assert!(!alarms.is_empty());
    let board = template.properties("Dashboard")["DashboardBody"].to_string();
    for alarm in alarms {
        let properties = template.properties(alarm);
        let tells = json!([{ "Ref": "AlarmTopic" }]);
        assert_eq!(properties["AlarmActions"], tells, "{alarm}");
        let name = properties["AlarmName"]["Sub"].as_str().unwrap();
        let name = name.strip_prefix("${AWS::StackName}-").unwrap();
        assert!(OPERATE.contains(&format!("| `{name}` |")), "{name}");
        assert!(board.contains(&format!("${{{alarm}.Arn}}")), "{alarm}");
    }
}

#[test]
fn alarms_watch_for_what_the_code_says() {
    let template = Template::read();
    let counted_for = |alarm: &str, filter: &str| {
        let filter = template.properties(filter);
        let counts = &filter["MetricTransformations"][0]["MetricName"];
        assert_eq!(&template.properties(alarm)["MetricName"], counts);
        assert_eq!(filter["LogGroupName"], json!({ "Ref": "ActLog" }));
        filter["FilterPattern"].as_str().unwrap()
    };
    let pattern = counted_for("RunsUndecided", "UndecidedRuns");
    let undecided = Outcome::Undecided.name();
    assert_eq!(pattern, format!(r#"{{ $.Outcome = "{undecided}" }}"#));
    let pattern = counted_for("TokensFail", "TokenFailures");
    for failure in [
        Failure::TokenRefused(String::new()),
        Failure::NotPrepared,
        Failure::AtlassianDown,
    ] {
        let watched = format!(r#"$.reason = "{}""#, failure.code());
        assert!(pattern.contains(&watched), "{watched}");
    }
}

#[test]
fn a_timer_may_ask_for_runs_and_nothing_else() {
    let template = Template::read();
    let to_runs = Allowed {
        action: "sqs:SendMessage".into(),
        resource: json!({ "GetAtt": "Runs.Arn" }),
        condition: None,
    };
    let role = template.properties("TimerRole");
    let [policy] = &role["Policies"].as_array().unwrap()[..] else {
        panic!("a timer may do one thing")
    };
    assert_eq!(
        template::statements(&policy["PolicyDocument"]),
        [to_runs],
        "a timer may ask for runs, and nothing else"
    );
    let trusted = &role["AssumeRolePolicyDocument"]["Statement"][0];
    assert_eq!(
        trusted["Principal"],
        json!({ "Service": "scheduler.amazonaws.com" })
    );
    assert_eq!(
        trusted["Condition"]["StringEquals"],
        json!({
            "aws:SourceAccount": { "Ref": "AWS::AccountId" },
            "aws:SourceArn": { "GetAtt": "Timers.Arn" },
        }),
        "and only timers of ours"
    );
}

#[test]
fn a_run_comes_back_after_its_function_is_done_and_five_times_at_most() {
    let template = Template::read();
    let (runs, aside) = (
        template.properties("Runs"),
        template.properties("RunsPutAside"),
    );
    // <https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html>
    let timeout = template.properties("Act")["Timeout"].as_i64().unwrap();
    assert!(runs["VisibilityTimeout"].as_i64().unwrap() >= 6 * timeout);
    let source = &template.properties("Act")["Events"]["Runs"]["Properties"];
    assert_eq!(
        source["FunctionResponseTypes"],
        json!(["ReportBatchItemFailures"]),
        "one that fails brings back no other"
    );
    assert_eq!(
        runs["RedrivePolicy"],
        json!({ "deadLetterTargetArn": { "GetAtt": "RunsPutAside.Arn" }, "maxReceiveCount": 5 })
    );
    // SQS keeps nothing for longer than 14 days.
    assert_eq!(aside["MessageRetentionPeriod"], 14 * 24 * 60 * 60);
    // What may put runs aside is the queue of runs, which is known by its name.
    let name = runs["QueueName"]["Sub"].as_str().unwrap();
    let from = aside["RedriveAllowPolicy"]["sourceQueueArns"][0]["Sub"].as_str();
    assert!(from.unwrap().ends_with(&format!(":{name}")), "{from:?}");
    // A queue whose name ends so would be another kind, which delays no message by itself.
    assert!(!name.ends_with(".fifo"));
}

#[test]
fn every_variable_is_read_and_documented() {
    let template = Template::read();
    let asked = RefCell::new(BTreeSet::new());
    let read = Config::read(|name| {
        asked.borrow_mut().insert(name);
        match name {
            "ONBEHALF_BASE_URL" => Some("https://onbehalf.example.com".into()),
            "ONBEHALF_SEAL_KEY" => Some("file:seal.key".into()),
            _ => None,
        }
    });
    read.unwrap();
    let asked = asked.into_inner();
    for name in &asked {
        assert!(CONFIGURATION.contains(&format!("| `{name}` |")), "{name}");
    }
    for function in FUNCTIONS {
        for name in template.environment(function).keys() {
            assert!(asked.contains(name.as_str()), "{function}: {name}");
        }
    }
}
