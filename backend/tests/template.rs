//! The AWS template against what the code relies on.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod aws;

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;

use aws::template::{self, Allowed, Template};
use onbehalf::config::Config;
use serde_json::{Value, json};

const TABLE: &str = include_str!("../../infra/table.json");
const CONFIGURATION: &str = include_str!("../../docs/configuration.md");

const FUNCTIONS: [&str; 3] = ["Api", "Act", "Sweep"];

/// cfn-lint comes with moto, and knows what CloudFormation and SAM take.
#[test]
fn the_template_is_one_that_aws_takes() {
    let beside = |moto: std::ffi::OsString| Path::new(&moto).with_file_name("cfn-lint");
    let program = std::env::var_os("MOTO_SERVER").map_or_else(|| "cfn-lint".into(), beside);
    let checked = Command::new(&program).arg(template::PATH).output();
    let checked = checked.unwrap_or_else(|error| {
        panic!(
            "{}: {error}; `cargo xtask test` installs it",
            program.display()
        )
    });
    assert!(
        checked.status.success(),
        "{}",
        String::from_utf8_lossy(&checked.stdout)
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

#[test]
fn runs_are_asked_for_by_people_by_timers_and_by_act_itself() {
    let template = Template::read();
    let send = |function: &str| {
        let allowed = template.allowed(function).into_iter();
        let mut queues = allowed.filter(|it| it.action.starts_with("sqs:"));
        (queues.next(), queues.count())
    };
    let to_runs = Allowed {
        action: "sqs:SendMessage".into(),
        resource: json!({ "GetAtt": "Runs.Arn" }),
        condition: None,
    };
    assert_eq!(send("Api"), (Some(to_runs.clone()), 0));
    assert_eq!(send("Act"), (Some(to_runs.clone()), 0));
    assert_eq!(send("Sweep"), (None, 0));

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
fn timers_are_set_by_api_and_sweep_and_only_in_their_group() {
    let template = Template::read();
    let group = json!({
        "Sub": "arn:${AWS::Partition}:scheduler:${AWS::Region}:${AWS::AccountId}:schedule/${Timers}/*",
    });
    let mut expected: Vec<_> = [
        "CreateSchedule",
        "DeleteSchedule",
        "GetSchedule",
        "UpdateSchedule",
    ]
    .map(|action| Allowed {
        action: format!("scheduler:{action}"),
        resource: group.clone(),
        condition: None,
    })
    .into();
    expected.push(Allowed {
        action: "iam:PassRole".into(),
        resource: json!({ "GetAtt": "TimerRole.Arn" }),
        condition: Some(json!({
            "StringEquals": { "iam:PassedToService": "scheduler.amazonaws.com" },
        })),
    });
    let timers = |function: &str| {
        let mut allowed = template.allowed(function);
        allowed.retain(|it| it.action.starts_with("scheduler:") || it.action.starts_with("iam:"));
        allowed
    };
    assert_eq!(timers("Api"), expected);
    assert_eq!(timers("Sweep"), expected);
    assert_eq!(timers("Act"), []);
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
