//! What EventBridge Scheduler does when a schedule is due: it calls `SendMessage` of SQS.
//!
//! SQS can deal fairly with tenants if each message says whose it is, in `MessageGroupId` (see
//! [`message_group`](crate::adapters::sqs::message_group)). There are two ways to have the Scheduler call SQS:
//!
//! - A *templated* target, the queue's ARN, takes a message group in `SqsParameters`. But it is documented as “The FIFO
//!   message group ID to use as the target” alone:
//!   <https://docs.aws.amazon.com/scheduler/latest/APIReference/API_SqsParameters.html>. (The rules of EventBridge, which are
//!   another service, say “fair or FIFO queue” since November 2025:
//!   <https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_SqsParameters.html>.)
//! - A *universal* target calls any operation with “the request parameters that EventBridge Scheduler sends to the target
//!   API”, which “are determined by the service API”:
//!   <https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-targets-universal.html>. `SendMessage` takes a
//!   `MessageGroupId` for standard queues:
//!   <https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-fair-queues.html>.
//!
//! The second is documented from end to end, so it is the one that is used.

use jiff::Timestamp;
use serde::Serialize;

use crate::adapters::sqs::message_group;
use crate::domain::run::RunId;
use crate::domain::timer::TimerId;

/// What the Scheduler replaces with the time for which it was set, such as `2022-03-22T18:59:43Z`.
/// <https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-schedule-context-attributes.html>
const SCHEDULED_TIME: &str = "<aws.scheduler.scheduled-time>";

/// The parameters of the call.
/// <https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html>
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct SendMessage<'a> {
    message_body: String,
    message_group_id: String,
    queue_url: &'a str,
}

/// The ARN of the operation, in the partition of this role.
pub(super) fn target(role: &str) -> String {
    let partition = role.split(':').nth(1).unwrap_or("aws");
    format!("arn:{partition}:scheduler:::aws-sdk:sqs:sendMessage")
}

/// What the Scheduler sends for this timer.
pub(super) fn input(id: &TimerId, queue_url: &str) -> Result<String, serde_json::Error> {
    // Written from the message itself, so that whatever it comes to hold is here too.
    let run = RunId::new(id.of.clone(), id.schedule.clone(), Timestamp::UNIX_EPOCH);
    let mut message = serde_json::to_value(run.message())?;
    message["due"] = SCHEDULED_TIME.into();
    serde_json::to_string(&SendMessage {
        message_body: message.to_string(),
        message_group_id: message_group(id.of.tenant.as_str()),
        queue_url,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ids::{AccountId, ScheduleId, Subject, TenantKey};
    use crate::events::runs::message_of;

    #[test]
    fn what_aws_sends_is_the_message_of_the_run() {
        let id = TimerId {
            of: Subject {
                // What a tenant is called may look like JSON.
                tenant: TenantKey::parse(r#"a"\{}b"#).unwrap(),
                account: AccountId::parse("557058:f58131cb-b67d-43c7-b30d-6b58d40bd077").unwrap(),
            },
            schedule: ScheduleId::parse("weekly-2").unwrap(),
        };
        let input = input(&id, "https://sqs.eu-central-1.amazonaws.com/1/runs").unwrap();
        // AWS replaces text.
        let sent = input.replace(SCHEDULED_TIME, "2022-03-22T18:59:43Z");
        let sent: serde_json::Value = serde_json::from_str(&sent).unwrap();
        let message = message_of(sent["MessageBody"].as_str().unwrap()).unwrap();
        let due = "2022-03-22T18:59:43Z".parse().unwrap();
        let run = RunId::new(id.of.clone(), id.schedule.clone(), due);
        assert_eq!(message, run.message());
        assert_eq!(sent["MessageGroupId"], message_group(id.of.tenant.as_str()));
        assert_eq!(
            sent["QueueUrl"],
            "https://sqs.eu-central-1.amazonaws.com/1/runs"
        );
    }

    #[test]
    fn the_operation_is_in_the_partition_of_the_role() {
        assert_eq!(
            target("arn:aws:iam::1:role/timers"),
            "arn:aws:scheduler:::aws-sdk:sqs:sendMessage"
        );
        assert_eq!(
            target("arn:aws-cn:iam::1:role/timers"),
            "arn:aws-cn:scheduler:::aws-sdk:sqs:sendMessage"
        );
    }
}
