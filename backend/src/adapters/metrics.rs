//! Metrics in CloudWatch's embedded metric format: a line of the log from which CloudWatch makes them, so that nothing is
//! called for them. The line is the run's line in the log as well.
//! <https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html>

use std::io::Write;
use std::sync::{Mutex, PoisonError};

use serde_json::{Map, Value, json};

use crate::capabilities::world::RunLog;
use crate::domain::run_report::RunReport;

const NAMESPACE: &str = "Onbehalf";

/// Writes one line for each run.
pub struct EmbeddedMetrics<W>(Mutex<W>);

impl<W: Write + Send> EmbeddedMetrics<W> {
    pub fn new(out: W) -> Self {
        Self(Mutex::new(out))
    }
}

impl<W: Write + Send> RunLog for EmbeddedMetrics<W> {
    fn note(&self, report: &RunReport) {
        let line = format!("{}\n", line(report));
        let mut out = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        // A line that cannot be written is lost. What it told of is in the database.
        let _lost = out.write_all(line.as_bytes()).and_then(|()| out.flush());
    }
}

fn line(report: &RunReport) -> Value {
    let mut metrics = vec![
        json!({ "Name": "Runs", "Unit": "Count" }),
        json!({ "Name": "Late", "Unit": "Milliseconds" }),
        json!({ "Name": "Tries", "Unit": "Count" }),
        json!({ "Name": "TokensExchanged", "Unit": "Count" }),
    ];
    let mut values = Map::new();
    for (step, took) in &report.steps {
        let name = format!("{}Time", capital(step.name()));
        metrics.push(json!({ "Name": name, "Unit": "Milliseconds" }));
        values.insert(name, milliseconds(*took));
    }
    let mut line = json!({
        "_aws": {
            "Timestamp": report.at.as_millisecond(),
            "CloudWatchMetrics": [{
                "Namespace": NAMESPACE,
                "Dimensions": [[]],
                "Metrics": metrics,
            }, {
                // Each metric is paid for once for each outcome, so that only one has it.
                "Namespace": NAMESPACE,
                "Dimensions": [["Outcome"]],
                "Metrics": [{ "Name": "Runs", "Unit": "Count" }],
            }],
        },
        "message": "a run ended",
        "Outcome": report.outcome.name(),
        "Runs": 1,
        "Late": milliseconds(report.late),
        "Tries": report.tried_before + 1,
        "TokensExchanged": u8::from(report.exchanged_token),
        "held": report.held,
        "asApp": report.as_app,
        "tenant": report.run.of.tenant,
        "account": report.run.of.account,
        "run": report.run.text(),
    });
    if let (Some(line), Some(code)) = (line.as_object_mut(), report.code) {
        line.insert("reason".into(), code.into());
    }
    if let Some(line) = line.as_object_mut() {
        line.append(&mut values);
    }
    line
}

fn milliseconds(time: std::time::Duration) -> Value {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX).into()
}

fn capital(name: &str) -> String {
    let mut letters = name.chars();
    letters.next().map_or_else(String::new, |first| {
        first.to_uppercase().chain(letters).collect()
    })
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::time::Duration;

    use jiff::Timestamp;
    use onbehalf_contract::RunResult;

    use super::*;
    use crate::domain::ids::{AccountId, ScheduleId, Subject, TenantKey};
    use crate::domain::run::RunId;
    use crate::domain::run_report::{Outcome, Step};

    #[derive(Clone, Default)]
    struct Lines(Arc<Mutex<Vec<u8>>>);

    impl Write for Lines {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0.lock().unwrap().extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn a_run_is_one_line_from_which_cloudwatch_makes_metrics() {
        let of = Subject {
            tenant: TenantKey::parse("tenant").unwrap(),
            account: AccountId::parse("alice").unwrap(),
        };
        let lines = Lines::default();
        EmbeddedMetrics::new(lines.clone()).note(&RunReport {
            run: RunId::new(of, ScheduleId::of_starter(), Timestamp::UNIX_EPOCH),
            at: Timestamp::from_second(2).unwrap(),
            outcome: Outcome::Result(RunResult::Failed),
            code: Some("not-found"),
            steps: vec![
                (Step::Read, Duration::from_millis(3)),
                (Step::Call, Duration::from_millis(20)),
            ],
            late: Duration::from_secs(2),
            tried_before: 1,
            held: 0,
            exchanged_token: true,
            as_app: false,
        });
        let text = String::from_utf8(lines.0.lock().unwrap().clone()).unwrap();
        assert_eq!(text.matches('\n').count(), 1);
        let line: Value = serde_json::from_str(&text).unwrap();
        let described = &line["_aws"]["CloudWatchMetrics"];
        // Every metric that is announced is there, as a number; and every dimension, as a text.
        for described in described.as_array().unwrap() {
            for metric in described["Metrics"].as_array().unwrap() {
                let name = metric["Name"].as_str().unwrap();
                assert!(line[name].is_number(), "{name}");
            }
        }
        assert_eq!(described[0]["Dimensions"], json!([[]]));
        assert_eq!(described[1]["Dimensions"], json!([["Outcome"]]));
        assert_eq!(line["Outcome"], "failed");
        assert_eq!(line["_aws"]["Timestamp"], 2000);
        assert_eq!(
            [
                &line["ReadTime"],
                &line["CallTime"],
                &line["Late"],
                &line["Tries"]
            ],
            [3, 20, 2000, 2]
        );
        assert_eq!(line["reason"], "not-found");
    }
}
