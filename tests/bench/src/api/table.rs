//! What was measured, in a table for each kind of request.

use super::request::Kind;
use super::{Amount, Measured, OfKind};

pub(crate) fn print(amount: &Amount, measured: &[Measured]) {
    for (place, kind) in Kind::ALL.into_iter().enumerate() {
        println!(
            "{}, {} requests over {} connections, then {} one at a time:",
            kind.name(),
            amount.requests,
            amount.connections,
            amount.alone
        );
        println!(
            "  {:10} {:>10} {:>10} {:>8} {:>9} {:>9} {:>12} {:>10} {:>9} {:>10} {:>11} {:>11}",
            "",
            "a second",
            "ms of core",
            "on wall",
            "p50 ms",
            "p99 ms",
            "allocations",
            "kB",
            "DynamoDB",
            "read units",
            "write units",
            "Confluence"
        );
        for of in measured {
            if let Some(kind) = of.kinds.get(place) {
                println!("  {:10} {}", of.contender.name(), row(kind));
            }
        }
    }
    println!("peak memory, and before the first request:");
    for of in measured {
        println!(
            "  {:10} {:.1} MB, {:.1} MB",
            of.contender.name(),
            of.peak_megabytes,
            of.before_megabytes
        );
    }
}

fn row(of: &OfKind) -> String {
    let requests = of.requests as f64;
    let processor_time = of.processor_time.as_secs_f64();
    let (count, kilobytes) = match of.allocated {
        Some(allocated) => (
            format!("{:.0}", allocated.count / requests),
            format!("{:.0}", allocated.bytes / requests / 1000.0),
        ),
        None => ("-".to_owned(), "-".to_owned()),
    };
    format!(
        "{:>10.0} {:>10.3} {:>8.0} {:>9.2} {:>9.2} {:>12} {:>10} {:>9.2} {:>10.2} {:>11.2} {:>11.2}",
        requests / processor_time,
        processor_time * 1000.0 / requests,
        requests / of.took.as_secs_f64(),
        of.alone.percentile(50),
        of.alone.percentile(99),
        count,
        kilobytes,
        of.dynamodb.count as f64 / requests,
        of.dynamodb.read_units / requests,
        of.dynamodb.write_units / requests,
        of.confluence as f64 / requests
    )
}
