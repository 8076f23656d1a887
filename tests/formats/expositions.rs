//! Text that Prometheus and its tools write: expositions and dumps.

use super::*;

#[test]
fn promtool_dumps() {
    let dump = "{__name__=\"up\", job=\"node\"} 1 1709541000000\n{__name__=\"up\", job=\"node\"} 0 1709541060000\n{__name__=\"up\", job=\"api\"} 1 1709541000000\n";
    let expected = [
        "timestamp | job | up",
        "2024-03-04T08:30:00 | api | 1",
        "2024-03-04T08:30:00 | node | 1",
        "2024-03-04T08:31:00 | node | 0",
    ];
    check(&read(&[("dump.prom", dump)]), &expected);
    let openmetrics = "up{job=\"node\"} 1 1709541000.000\nup{job=\"node\"} 0 1709541060.000\nup{job=\"api\"} 1 1709541000.000\n# EOF\n";
    check(&read(&[("dump.om", openmetrics)]), &expected);
    let labels_only =
        "{\"__name__\":\"up\",\"job\":\"node\"}\n{\"__name__\":\"up\",\"job\":\"api\"}\n";
    assert_eq!(
        try_read(&[("series.json", labels_only)]),
        Err(IngestError::NoSamples {
            file: "series.json".into()
        })
    );
}

#[test]
fn openmetrics_with_times() {
    let text = "# TYPE x counter\n# HELP x Requests.\nx_total{node=\"n1\"} 42 1709541000.5\nx_total{node=\"n1\"} 72 1709541030.5\nx_total{node=\"n2\"} 1 1709541000.5\nx_total{node=\"n2\"} 1 1709541030.5\n# EOF\n";
    check(
        &read(&[("x.om", text)]),
        &[
            "timestamp | node | rate(x_total)",
            "2024-03-04T08:30:00.5 | n1 | ",
            "2024-03-04T08:30:00.5 | n2 | ",
            "2024-03-04T08:30:30.5 | n1 | 1",
            "2024-03-04T08:30:30.5 | n2 | 0",
        ],
    );
    let error =
        try_read(&[("bad.om", "# TYPE x counter\nx_total -1\n# EOF\n")]).expect_err("a rule");
    assert_eq!(
        (error.line(), error.to_string().contains("negative")),
        (Some(2), true),
        "{error}"
    );
}

#[test]
fn an_exposition_without_times_is_one_scrape() {
    let text = "# HELP load Load.\n# TYPE load gauge\nload{node=\"n1\"} 0.5\nload{node=\"n2\"} 1.5\n# TYPE x histogram\nx_bucket{node=\"n1\",le=\"+Inf\"} 3\n";
    check(
        &read(&[("metrics.txt", text)]),
        &["node | load | x_bucket", "n1 | 0.5 | 3", "n2 | 1.5 | "],
    );
    let scrapes = read_files(
        vec![
            dated("a.txt", text, T),
            dated("b.txt", &text.replace("0.5", "0.75"), T + 300),
        ],
        &JoinOptions::default(),
    )
    .expect("a table");
    check(
        &scrapes,
        &[
            "timestamp | node | load | rate(x_bucket)",
            "2024-03-04T08:30:00 | n1 | 0.5 | ",
            "2024-03-04T08:30:00 | n2 | 1.5 | ",
            "2024-03-04T08:35:00 | n1 | 0.75 | 0",
            "2024-03-04T08:35:00 | n2 | 1.5 | ",
        ],
    );
    // In the order of the names' numbers, however they are dropped.
    let numbered = read(&[("s10.txt", "load 3\n"), ("s9.txt", "load 2\n")]);
    check(&numbered, &["scrape | load", "1 | 2", "2 | 3"]);
    assert!(has_notice(&numbered, "The samples have no times"));
}

#[test]
fn classic_milliseconds_and_lines_that_are_no_samples() {
    let text = "# TYPE a gauge\na 1 1709541000000\noops\na 2 1709541015000\n";
    let read = read(&[("a.prom", text)]);
    check(
        &read,
        &[
            "timestamp | a",
            "2024-03-04T08:30:00 | 1",
            "2024-03-04T08:30:15 | 2",
        ],
    );
    assert!(has_notice(&read, "line 3"), "{:#?}", read.table.notices);
}
