//! What a site received of the app's reports about people.

use std::collections::BTreeMap;

use confluence_simulator::Simulator;
use serde_json::Value;

use crate::paths::REPORT;

/// How many accounts each report held that a site received, refused ones included.
pub fn reports_to(site: &Simulator) -> Vec<usize> {
    let calls = site.calls().filter(|call| call.path == REPORT);
    let counts = calls.iter().map(|call| {
        let body = call.body.as_deref().expect("a report has a body");
        let report: Value = serde_json::from_str(body).expect("a report is JSON");
        let accounts = report["accounts"].as_array();
        accounts.expect("a report names accounts").len()
    });
    counts.collect()
}

/// How often each account was reported to a site that took it.
pub fn times_reported(site: &Simulator) -> BTreeMap<String, usize> {
    let mut times = BTreeMap::new();
    for report in site.reports().all() {
        *times.entry(report.account_id).or_default() += 1;
    }
    times
}
