//! What IAM asks for each request to AWS, and whether the template gives it.

use serde_json::{Value, json};

use super::template::Template;
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
    let resource = match body["IndexName"].as_str() {
        Some(index) => json!({ "Sub": format!("${{Table.Arn}}/index/{index}") }),
        None => json!({ "GetAtt": "Table.Arn" }),
    };
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
    let group = json!({
        "Sub": "arn:${AWS::Partition}:scheduler:${AWS::Region}:${AWS::AccountId}:schedule/${Timers}/*",
    });
    let mut needed = vec![(format!("scheduler:{verb}Schedule"), group)];
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
            Some(name) => request.body["EncryptionContext"][name] == *value,
            // Of the services only EventBridge Scheduler is given a role.
            None => key == "iam:PassedToService" && value == "scheduler.amazonaws.com",
        }
    })
}
