//! What IAM asks for what is asked of AWS, and whether the template gives that and nothing else.

use serde_json::{Value, json};

use super::reach::{Asked, Walk};
use super::source::Source;
use super::template::{Allowed, Template};
use super::wire::Request;

/// Whoever answers for a function in the template must allow each of these requests.
pub(crate) fn assert_allowed(template: &Template, function: &str, requests: &[Request]) {
    let allowed = template.allowed(function);
    for request in requests {
        for (action, resource) in needed(request) {
            let fits = allowed.iter().any(|it| {
                it.action == action
                    && it.resource == resource
                    && it.condition.as_ref().is_none_or(|it| meets(it, request))
            });
            assert!(
                fits,
                "{function} may not {action} on {resource}, and did: {request:?}"
            );
        }
    }
}

/// What a function needs: for what its binary can ask of AWS, for its log, and for the queues that Lambda reads for it. Each
/// with the reason.
pub(crate) fn needed_by(
    template: &Template,
    source: &Source,
    function: &str,
) -> Vec<(Allowed, String)> {
    let walk = Walk::from(source, &function.to_lowercase());
    let mut needed: Vec<(Allowed, String)> = Vec::new();
    for (asked, way) in walk.asked() {
        let condition = (asked.service == "kms").then(|| bound(&walk, &asked.operation));
        for (action, resource, condition) in needed_for(&asked, condition) {
            let allowed = Allowed {
                action,
                resource,
                condition,
            };
            // One permission can be needed for two operations.
            if needed.iter().all(|(other, _)| *other != allowed) {
                needed.push((allowed, way.join(" → ")));
            }
        }
    }
    let mut for_lambda = |actions: &[&str], resource: Value, why: &str| {
        needed.extend(actions.iter().map(|action| {
            let allowed = Allowed {
                action: (*action).to_owned(),
                resource: resource.clone(),
                condition: None,
            };
            (allowed, why.to_owned())
        }));
    };
    let properties = template.properties(function);
    let log = properties["LoggingConfig"]["LogGroup"]["Ref"].as_str();
    let log = json!({ "GetAtt": format!("{}.Arn", log.unwrap()) });
    let actions = ["logs:CreateLogStream", "logs:PutLogEvents"];
    for_lambda(&actions, log, "its log");
    let events = properties["Events"].as_object().into_iter().flatten();
    for (name, event) in events.filter(|(_, event)| event["Type"] == "SQS") {
        let actions = ["DeleteMessage", "GetQueueAttributes", "ReceiveMessage"];
        let actions = actions.map(|it| format!("sqs:{it}"));
        let queue = event["Properties"]["Queue"].clone();
        for_lambda(&actions.each_ref().map(String::as_str), queue, name);
    }
    needed
}

/// The actions that an operation takes, each with its resource as the template names it, and its condition.
fn needed_for(asked: &Asked, condition: Option<Value>) -> Vec<(String, Value, Option<Value>)> {
    let action = format!("{}:{}", asked.service, camel(&asked.operation));
    match (asked.service.as_str(), asked.operation.as_str()) {
        // That takes what its items take.
        ("dynamodb", "transact_write_items") => vec![],
        ("dynamodb", _) => vec![(action, table_or(asked.index.as_deref()), None)],
        ("kms", _) => vec![(action, json!({ "GetAtt": "SealKey.Arn" }), condition)],
        ("sqs", _) => vec![(action, json!({ "GetAtt": "Runs.Arn" }), None)],
        ("scheduler", operation) => {
            let mut needed = vec![(action, timers(), None)];
            // A timer is given a role.
            if ["create_schedule", "update_schedule"].contains(&operation) {
                let role = json!({ "GetAtt": "TimerRole.Arn" });
                let to = json!({ "iam:PassedToService": "scheduler.amazonaws.com" });
                let condition = json!({ "StringEquals": to });
                needed.push(("iam:PassRole".to_owned(), role, Some(condition)));
            }
            needed
        }
        _ => panic!("{asked:?}: on what?"),
    }
}

/// For what a binary seals or opens values, as a condition.
fn bound(walk: &Walk<'_>, operation: &str) -> Value {
    let method = match operation {
        "generate_data_key" => "seal",
        "decrypt" => "open",
        _ => panic!("for what is {operation} called?"),
    };
    let purposes = walk.variants("adapters::seal::binding::Purpose", method);
    let purposes: Vec<_> = purposes.iter().map(|it| kebab(it)).collect();
    let purposes = match &purposes[..] {
        [] => panic!("for what does it {method}?"),
        [one] => json!(one),
        more => json!(more),
    };
    json!({ "StringEquals": { "kms:EncryptionContext:onbehalf:purpose": purposes } })
}

/// `BatchGetItem` of `batch_get_item`.
fn camel(name: &str) -> String {
    let capital = |word: &str| {
        let (first, rest) = word.split_at(1);
        first.to_uppercase() + rest
    };
    name.split('_').map(capital).collect()
}

/// `user-token` of `UserToken`.
fn kebab(name: &str) -> String {
    let small = name.chars().map(|letter| match letter.is_uppercase() {
        true => format!("-{}", letter.to_lowercase()),
        false => letter.to_string(),
    });
    small.collect::<String>().trim_start_matches('-').to_owned()
}

/// The actions that a request takes, each with its resource as the template names it.
fn needed(request: &Request) -> Vec<(String, Value)> {
    let Some(operation) = &request.operation else {
        return timer(request);
    };
    let (service, operation) = operation.split_once('.').unwrap();
    match service {
        "DynamoDB_20120810" => table(operation, &request.body),
        "TrentService" => vec![(
            format!("kms:{operation}"),
            json!({ "GetAtt": "SealKey.Arn" }),
        )],
        "AmazonSQS" => vec![(format!("sqs:{operation}"), json!({ "GetAtt": "Runs.Arn" }))],
        _ => panic!("{request:?}"),
    }
}

/// A transaction takes the actions of its items.
/// <https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/transaction-apis-iam.html>
fn table(operation: &str, body: &Value) -> Vec<(String, Value)> {
    let resource = table_or(body["IndexName"].as_str());
    let actions: Vec<String> = match operation {
        "TransactWriteItems" => {
            let items = body["TransactItems"].as_array().unwrap().iter();
            let kinds = items.flat_map(|item| item.as_object().unwrap().keys());
            kinds
                .map(|kind| match kind.as_str() {
                    "ConditionCheck" => "ConditionCheckItem".to_owned(),
                    kind => format!("{kind}Item"),
                })
                .collect()
        }
        "TransactGetItems" => vec!["GetItem".to_owned()],
        operation => vec![operation.to_owned()],
    };
    actions
        .into_iter()
        .map(|action| (format!("dynamodb:{action}"), resource.clone()))
        .collect()
}

fn table_or(index: Option<&str>) -> Value {
    match index {
        Some(index) => json!({ "Sub": format!("${{Table.Arn}}/index/{index}") }),
        None => json!({ "GetAtt": "Table.Arn" }),
    }
}

/// Every timer of ours.
fn timers() -> Value {
    json!({
        "Sub": "arn:${AWS::Partition}:scheduler:${AWS::Region}:${AWS::AccountId}:schedule/${Timers}/*",
    })
}

/// EventBridge Scheduler names its operations by method.
fn timer(request: &Request) -> Vec<(String, Value)> {
    assert!(request.path.starts_with("/schedules/"), "{request:?}");
    let verb = match request.method.as_str() {
        "GET" => "Get",
        "POST" => "Create",
        "PUT" => "Update",
        "DELETE" => "Delete",
        _ => panic!("{request:?}"),
    };
    let mut needed = vec![(format!("scheduler:{verb}Schedule"), timers())];
    if !request.body["Target"]["RoleArn"].is_null() {
        let role = json!({ "GetAtt": "TimerRole.Arn" });
        needed.push(("iam:PassRole".to_owned(), role));
    }
    needed
}

/// Whether a request meets the condition of a statement.
fn meets(condition: &Value, request: &Request) -> bool {
    let Some(equal) = condition["StringEquals"].as_object() else {
        panic!("{condition}")
    };
    equal.iter().all(|(key, value)| {
        match key.strip_prefix("kms:EncryptionContext:") {
            Some(name) => {
                let is = &request.body["EncryptionContext"][name];
                is == value || value.as_array().is_some_and(|any| any.contains(is))
            }
            // Of the services only EventBridge Scheduler is given a role.
            None => key == "iam:PassedToService" && value == "scheduler.amazonaws.com",
        }
    })
}
