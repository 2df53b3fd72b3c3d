use super::*;

fn time(text: &str) -> Timestamp {
    text.parse().unwrap()
}

/// The next three times after a moment, as the clock on the wall shows them.
fn next_three(expression: &str, zone: &str, after: &str) -> Vec<String> {
    let timing =
        Timing::parse(expression, zone).unwrap_or_else(|bad| panic!("{expression}: {bad}"));
    let after = time(after);
    timing
        .next_times(after, after, 3)
        .into_iter()
        .map(|next| {
            next.to_zoned(timing.zone().clone())
                .strftime("%Y-%m-%d %H:%M %Z")
                .to_string()
        })
        .collect()
}

#[test]
fn expressions_mean_what_aws_documents() {
    for (expression, zone, after, expected) in [
        (
            "cron(0 9 * * ? *)",
            "UTC",
            "2026-11-22T09:00:00Z",
            [
                "2026-11-23 09:00 UTC",
                "2026-11-24 09:00 UTC",
                "2026-11-25 09:00 UTC",
            ],
        ),
        (
            "cron(0 9 * * ? *)",
            "UTC",
            "2026-11-22T08:59:59Z",
            [
                "2026-11-22 09:00 UTC",
                "2026-11-23 09:00 UTC",
                "2026-11-24 09:00 UTC",
            ],
        ),
        // Every tenth minute from the first on.
        (
            "cron(1/10 * * * ? *)",
            "UTC",
            "2026-11-22T10:40:00Z",
            [
                "2026-11-22 10:41 UTC",
                "2026-11-22 10:51 UTC",
                "2026-11-22 11:01 UTC",
            ],
        ),
        (
            "cron(0,30 8-9 ? * MON-FRI *)",
            "UTC",
            "2026-11-20T08:40:00Z",
            [
                "2026-11-20 09:00 UTC",
                "2026-11-20 09:30 UTC",
                "2026-11-23 08:00 UTC",
            ],
        ),
        (
            "cron(0 0 ? * 1 *)",
            "UTC",
            "2026-11-22T00:00:00Z",
            [
                "2026-11-29 00:00 UTC",
                "2026-12-06 00:00 UTC",
                "2026-12-13 00:00 UTC",
            ],
        ),
        // The 31st is only in seven months.
        (
            "cron(0 0 31 * ? *)",
            "UTC",
            "2026-11-01T00:00:00Z",
            [
                "2026-12-31 00:00 UTC",
                "2027-01-31 00:00 UTC",
                "2027-03-31 00:00 UTC",
            ],
        ),
        // Leap years, and the century that is none.
        (
            "cron(0 0 29 2 ? *)",
            "UTC",
            "2026-11-22T00:00:00Z",
            [
                "2028-02-29 00:00 UTC",
                "2032-02-29 00:00 UTC",
                "2036-02-29 00:00 UTC",
            ],
        ),
        (
            "cron(0 0 29 FEB ? 2090-2120)",
            "UTC",
            "2092-03-01T00:00:00Z",
            [
                "2096-02-29 00:00 UTC",
                "2104-02-29 00:00 UTC",
                "2108-02-29 00:00 UTC",
            ],
        ),
        (
            "cron(0 12 L * ? *)",
            "UTC",
            "2027-01-31T12:00:00Z",
            [
                "2027-02-28 12:00 UTC",
                "2027-03-31 12:00 UTC",
                "2027-04-30 12:00 UTC",
            ],
        ),
        (
            "cron(15 10 ? * 6L 2026-2027)",
            "UTC",
            "2026-11-22T00:00:00Z",
            [
                "2026-11-27 10:15 UTC",
                "2026-12-25 10:15 UTC",
                "2027-01-29 10:15 UTC",
            ],
        ),
        (
            "cron(0 9 ? * L *)",
            "UTC",
            "2026-11-22T00:00:00Z",
            [
                "2026-11-28 09:00 UTC",
                "2026-12-05 09:00 UTC",
                "2026-12-12 09:00 UTC",
            ],
        ),
        (
            "cron(0 9 ? * 3#2 *)",
            "UTC",
            "2026-11-22T00:00:00Z",
            [
                "2026-12-08 09:00 UTC",
                "2027-01-12 09:00 UTC",
                "2027-02-09 09:00 UTC",
            ],
        ),
        // A fifth Monday is not in every month.
        (
            "cron(0 9 ? * MON#5 *)",
            "UTC",
            "2026-11-22T00:00:00Z",
            [
                "2026-11-30 09:00 UTC",
                "2027-03-29 09:00 UTC",
                "2027-05-31 09:00 UTC",
            ],
        ),
        // The 1st of August 2026 is a Saturday: Friday would be in July. The 31st of January 2027 is a Sunday.
        (
            "cron(0 9 1W * ? *)",
            "UTC",
            "2026-07-22T00:00:00Z",
            [
                "2026-08-03 09:00 UTC",
                "2026-09-01 09:00 UTC",
                "2026-10-01 09:00 UTC",
            ],
        ),
        (
            "cron(0 9 31W * ? *)",
            "UTC",
            "2027-01-01T00:00:00Z",
            [
                "2027-01-29 09:00 UTC",
                "2027-03-31 09:00 UTC",
                "2027-05-31 09:00 UTC",
            ],
        ),
        (
            "cron(0 9 15W * ? *)",
            "UTC",
            "2026-08-01T00:00:00Z",
            [
                "2026-08-14 09:00 UTC",
                "2026-09-15 09:00 UTC",
                "2026-10-15 09:00 UTC",
            ],
        ),
        // The clocks go forward in Berlin on the 28th of March 2027 at 02:00: 02:30 is not there, and does not run.
        (
            "cron(30 2 * * ? *)",
            "Europe/Berlin",
            "2027-03-27T00:00:00Z",
            [
                "2027-03-27 02:30 CET",
                "2027-03-29 02:30 CEST",
                "2027-03-30 02:30 CEST",
            ],
        ),
        // They go back on the 31st of October 2027 at 03:00: 02:30 is there twice, and runs the first time only.
        (
            "cron(30 2 * * ? *)",
            "Europe/Berlin",
            "2027-10-30T00:00:00Z",
            [
                "2027-10-30 02:30 CEST",
                "2027-10-31 02:30 CEST",
                "2027-11-01 02:30 CET",
            ],
        ),
        (
            "cron(0/30 * * * ? *)",
            "Europe/Berlin",
            "2027-10-31T00:00:00Z",
            [
                "2027-10-31 02:30 CEST",
                "2027-10-31 03:00 CET",
                "2027-10-31 03:30 CET",
            ],
        ),
        // Between the two, in the hour's second pass, its times are over.
        (
            "cron(30 2 * * ? *)",
            "Europe/Berlin",
            "2027-10-31T01:10:00Z",
            [
                "2027-11-01 02:30 CET",
                "2027-11-02 02:30 CET",
                "2027-11-03 02:30 CET",
            ],
        ),
        // South of the equator, and by half an hour.
        (
            "cron(15 2 * * ? *)",
            "Australia/Lord_Howe",
            "2026-10-02T15:00:00Z",
            [
                "2026-10-03 02:15 +1030",
                "2026-10-05 02:15 +11",
                "2026-10-06 02:15 +11",
            ],
        ),
    ] {
        assert_eq!(
            next_three(expression, zone, after),
            expected,
            "{expression} {zone} after {after}"
        );
    }
}

#[test]
fn rates_are_counted_from_the_start() {
    let timing = Timing::parse("rate(90 minutes)", "UTC").unwrap();
    let start = time("2026-11-22T09:07:30Z");
    let next = |after| timing.next_after(time(after), start).unwrap().to_string();
    assert_eq!(next("2026-11-22T00:00:00Z"), "2026-11-22T09:07:30Z");
    assert_eq!(next("2026-11-22T09:07:30Z"), "2026-11-22T10:37:30Z");
    assert_eq!(next("2027-11-22T09:07:29Z"), "2027-11-22T09:07:30Z");
    let daily = Timing::parse("rate(1 day)", "Europe/Berlin").unwrap();
    let start = time("2027-03-27T08:00:00Z");
    let later = daily.next_times(start, start, 2);
    assert_eq!(
        later,
        [time("2027-03-28T08:00:00Z"), time("2027-03-29T08:00:00Z")],
        "a day has 24 hours"
    );
}

#[test]
fn at_runs_once() {
    let start = time("2026-11-22T00:00:00Z");
    let timing = Timing::parse("at(2026-12-24T18:00:00)", "Europe/Berlin").unwrap();
    let once = time("2026-12-24T17:00:00Z");
    assert_eq!(timing.next_times(start, start, 3), [once]);
    assert_eq!(timing.next_after(once, start), None);
    // What falls into the hour that is not there runs as the clocks have gone forward: it has no other day to run.
    let gap = Timing::parse("at(2027-03-28T02:30:00)", "Europe/Berlin").unwrap();
    assert_eq!(
        gap.next_after(start, start),
        Some(time("2027-03-28T01:30:00Z"))
    );
}

#[test]
fn what_says_no_time_is_refused_with_where_it_is_wrong() {
    let field = |expression: &str| match Timing::parse(expression, "UTC") {
        Err(BadTiming::Field { field, .. }) => field,
        other => panic!("{expression}: {other:?}"),
    };
    for (expression, wrong) in [
        ("cron(60 9 * * ? *)", "field of minutes"),
        ("cron(-1 9 * * ? *)", "field of minutes"),
        ("cron(+1 9 * * ? *)", "field of minutes"),
        ("cron(*/0 9 * * ? *)", "field of minutes"),
        ("cron(5-1 9 * * ? *)", "field of minutes"),
        ("cron(, 9 * * ? *)", "field of minutes"),
        ("cron(0 24 * * ? *)", "field of hours"),
        ("cron(0 9 0 * ? *)", "day of month"),
        ("cron(0 9 32 * ? *)", "day of month"),
        ("cron(0 9 LW * ? *)", "day of month"),
        ("cron(0 9 L,15 * ? *)", "day of month"),
        ("cron(0 9 0W * ? *)", "day of month"),
        ("cron(0 9 1 13 ? *)", "month"),
        ("cron(0 9 1 JANUARY ? *)", "month"),
        ("cron(0 9 ? * 0 *)", "day of week"),
        ("cron(0 9 ? * 8 *)", "day of week"),
        ("cron(0 9 ? * MON#6 *)", "day of week"),
        ("cron(0 9 ? * #2 *)", "day of week"),
        ("cron(0 9 ? * 2/2 *)", "day of week"),
        ("cron(0 9 * * ? 1969)", "year"),
        ("cron(0 9 * * ? 2200)", "year"),
    ] {
        assert_eq!(field(expression), wrong, "{expression}");
    }
    for (expression, bad) in [
        ("", BadTiming::Form),
        ("every day", BadTiming::Form),
        ("CRON(0 9 * * ? *)", BadTiming::Form),
        ("cron(0 9 * * ? *", BadTiming::Form),
        ("cron(0 9 * * ?)", BadTiming::Fields(5)),
        ("cron(0 0 9 * * ? *)", BadTiming::Fields(7)),
        ("cron(0 9 * * * *)", BadTiming::BothDays),
        ("cron(0 9 1 * MON *)", BadTiming::BothDays),
        ("cron(0 9 ? * ? *)", BadTiming::BothDays),
        ("cron(0 9 30 2 ? *)", BadTiming::Never),
        ("cron(0 9 31 APR,JUN ? *)", BadTiming::Never),
        ("cron(0 9 29 2 ? 2027)", BadTiming::Never),
        ("rate(0 minutes)", BadTiming::Rate),
        ("rate(30 seconds)", BadTiming::Rate),
        ("rate(1.5 hours)", BadTiming::Rate),
        ("rate(+5 minutes)", BadTiming::Rate),
        ("rate(5)", BadTiming::Rate),
        ("rate(5 minutes daily)", BadTiming::Rate),
        ("rate(99999999999999999999 days)", BadTiming::Rate),
        ("at(2026-12-24)", BadTiming::At),
        ("at(2026-02-30T18:00:00)", BadTiming::At),
        ("at(2026-12-24T18:00:00Z)", BadTiming::At),
        ("at(2026-12-24 18:00:00)", BadTiming::At),
    ] {
        assert_eq!(
            Timing::parse(expression, "UTC").unwrap_err(),
            bad,
            "{expression}"
        );
    }
    for zone in ["", "Mars/Olympus", "europe/berlin", "+01:00", "CET-1"] {
        assert_eq!(
            Timing::parse("rate(1 day)", zone).unwrap_err(),
            BadTiming::Zone(zone.into())
        );
    }
}
