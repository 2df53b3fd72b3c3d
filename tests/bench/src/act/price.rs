//! What a million runs would cost on AWS, from what was measured: an estimate.
//!
//! Prices of us-east-1 (N. Virginia), on demand, before any free tier and any discount, as AWS's price pages had them in the
//! first half of 2026. Each constant names its page.

use super::lambda::MEMORY;

/// <https://aws.amazon.com/lambda/pricing/>: a million requests.
const LAMBDA_REQUESTS: f64 = 0.20;
/// The same page: a GB-second on arm64.
const LAMBDA_GB_SECOND: f64 = 0.000_013_333_4;
/// <https://aws.amazon.com/dynamodb/pricing/on-demand/>: a million write request units.
const DYNAMODB_WRITES: f64 = 0.625;
/// The same page: a million read request units.
const DYNAMODB_READS: f64 = 0.125;
/// The same page: a GB for a month.
const DYNAMODB_GB_MONTH: f64 = 0.25;
/// <https://aws.amazon.com/sqs/pricing/>: a million requests of a standard queue.
const SQS_REQUESTS: f64 = 0.40;
/// The same page: on top of that, for a million requests that name a message group, which makes the queue fair.
const SQS_FAIR: f64 = 0.10;
/// <https://aws.amazon.com/eventbridge/pricing/>: a million invocations of Scheduler.
const SCHEDULER_INVOCATIONS: f64 = 1.00;
/// <https://aws.amazon.com/kms/pricing/>: ten thousand requests.
const KMS_REQUESTS: f64 = 0.03;
/// <https://aws.amazon.com/cloudwatch/pricing/>: a GB of logs taken in.
const LOGS_GB: f64 = 0.50;

/// What Lambda itself logs of an invocation, in bytes: `platform.start` and `platform.report`. Assumed.
const PLATFORM_LOG: f64 = 600.0;

/// What DynamoDB adds to the size of an item, in bytes.
/// <https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html>
const ITEM_OVERHEAD: f64 = 100.0;
/// As long what a run leaves is kept.
const MONTHS_KEPT: f64 = 12.0;

/// What runs have used.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Used {
    pub(crate) runs: f64,
    pub(crate) batches: f64,
    /// Of all batches together, in seconds, each rounded up to a millisecond.
    pub(crate) billed_seconds: f64,
    pub(crate) write_units: f64,
    pub(crate) read_units: f64,
    /// Messages that were sent back to the queue.
    pub(crate) sent_back: f64,
    pub(crate) kms_requests: f64,
    pub(crate) log_bytes: f64,
    /// To the table, in all.
    pub(crate) items_added: f64,
    pub(crate) bytes_added: f64,
}

/// One line of the bill for a million runs.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Item {
    pub(crate) what: &'static str,
    /// How much of it a run takes.
    pub(crate) each: f64,
    pub(crate) unit: &'static str,
    pub(crate) dollars: f64,
}

/// The bill for a million runs.
pub(crate) fn of_a_million(used: &Used) -> Vec<Item> {
    let each = |total: f64| total / used.runs;
    let batches = each(used.batches);
    let gb_seconds = each(used.billed_seconds) * MEMORY as f64 / 1024.0;
    let kms = each(used.kms_requests);
    let logged = each(used.log_bytes) + batches * PLATFORM_LOG;
    // Each message is sent once; a batch is received at once, and deleted at once.
    let sent = 1.0 + each(used.sent_back);
    let stored = each(used.bytes_added) + each(used.items_added) * ITEM_OVERHEAD;
    let sqs = sent + 2.0 * batches;
    let line = |what, each, unit, dollars| Item {
        what,
        each,
        unit,
        dollars,
    };
    let million = 1_000_000.0;
    vec![
        line(
            "Lambda, requests",
            batches,
            "requests",
            batches * LAMBDA_REQUESTS,
        ),
        line(
            "Lambda, duration",
            gb_seconds,
            "GB-seconds",
            gb_seconds * million * LAMBDA_GB_SECOND,
        ),
        line(
            "DynamoDB, writes",
            each(used.write_units),
            "request units",
            each(used.write_units) * DYNAMODB_WRITES,
        ),
        line(
            "DynamoDB, reads",
            each(used.read_units),
            "request units",
            each(used.read_units) * DYNAMODB_READS,
        ),
        line(
            "DynamoDB, kept a year",
            stored,
            "bytes",
            stored * million / 1_000_000_000.0 * DYNAMODB_GB_MONTH * MONTHS_KEPT,
        ),
        line("SQS", sqs, "requests", sqs * SQS_REQUESTS + sent * SQS_FAIR),
        line(
            "EventBridge Scheduler",
            1.0,
            "invocations",
            SCHEDULER_INVOCATIONS,
        ),
        line(
            "KMS",
            kms,
            "requests",
            kms * million / 10_000.0 * KMS_REQUESTS,
        ),
        line(
            "CloudWatch Logs",
            logged,
            "bytes",
            logged * million / 1_000_000_000.0 * LOGS_GB,
        ),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bill() {
        let used = Used {
            runs: 100.0,
            batches: 10.0,
            billed_seconds: 4.0,
            write_units: 1_600.0,
            read_units: 300.0,
            sent_back: 0.0,
            kms_requests: 10.0,
            log_bytes: 40_000.0,
            items_added: 200.0,
            bytes_added: 80_000.0,
        };
        let bill = of_a_million(&used);
        let cents: Vec<_> = bill
            .iter()
            .map(|item| (item.what, (item.dollars * 100.0).round()))
            .collect();
        assert_eq!(
            cents,
            [
                ("Lambda, requests", 2.0),
                ("Lambda, duration", 13.0),
                ("DynamoDB, writes", 1000.0),
                ("DynamoDB, reads", 38.0),
                ("DynamoDB, kept a year", 300.0),
                ("SQS", 58.0),
                ("EventBridge Scheduler", 100.0),
                ("KMS", 30.0),
                ("CloudWatch Logs", 23.0),
            ]
        );
    }
}
