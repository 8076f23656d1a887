//! Every export that is read: what each becomes, cell by cell, and what is refused and why.

use std::borrow::Cow;
use std::path::PathBuf;

use kubecast::data::{ColumnKind, Frame, Level, Values};
use kubecast::ingest::{
    FilesReader, Format, IngestError, InputFile, JoinOptions, Offset, ReadOptions, TableRead,
    read_csv, read_files,
};
use kubecast::json::Tokens;

/// 2024-03-04T08:30:00Z
const T: i64 = 1_709_541_000;

fn data_folder(name: &str) -> Option<PathBuf> {
    let folder = std::env::var_os("KUBECAST_DATA").map_or_else(
        || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared/data"),
        PathBuf::from,
    );
    Some(folder.join(name)).filter(|f| f.is_dir())
}

#[expect(clippy::print_stderr, reason = "a test that did not run must say so")]
fn not_run(test: &str) {
    eprintln!("{test} DID NOT RUN: no test data (set KUBECAST_DATA)");
}

fn file<'a>(name: &str, bytes: &'a [u8]) -> InputFile<'a> {
    InputFile {
        name: name.to_owned(),
        bytes: Cow::Borrowed(bytes),
        modified_secs: None,
    }
}

fn dated<'a>(name: &str, text: &'a str, modified_secs: i64) -> InputFile<'a> {
    InputFile {
        modified_secs: Some(modified_secs as f64),
        ..file(name, text.as_bytes())
    }
}

fn try_read(files: &[(&str, &str)]) -> Result<TableRead, IngestError> {
    let files = files
        .iter()
        .map(|(name, text)| file(name, text.as_bytes()))
        .collect();
    read_files(files, &JoinOptions::default())
}

fn read(files: &[(&str, &str)]) -> TableRead {
    try_read(files).unwrap_or_else(|e| panic!("{e}: {}", e.hint()))
}

/// The table as lines of cells; missing ones are empty.
fn cells(frame: &Frame) -> Vec<String> {
    let header: Vec<&str> = frame.columns().iter().map(|c| c.name.as_str()).collect();
    let row = |at: usize| {
        let cells: Vec<String> = frame.columns().iter().map(|c| c.text(at)).collect();
        cells.join(" | ")
    };
    std::iter::once(header.join(" | "))
        .chain((0..frame.rows()).map(row))
        .collect()
}

fn check(read: &TableRead, expected: &[&str]) {
    assert_eq!(
        cells(&read.table.frame),
        expected,
        "{:#?}",
        read.table.notices
    );
}

fn has_notice(read: &TableRead, words: &str) -> bool {
    read.table
        .notices
        .iter()
        .any(|n| format!("{}. {}", n.title(), n.meaning()).contains(words))
}

fn matrix(series: &[(&str, &[(i64, &str)])]) -> String {
    let series: Vec<String> = series
        .iter()
        .map(|(labels, points)| {
            let points: Vec<String> = points
                .iter()
                .map(|(t, v)| format!("[{t},\"{v}\"]"))
                .collect();
            format!(
                "{{\"metric\":{{{labels}}},\"values\":[{}]}}",
                points.join(",")
            )
        })
        .collect();
    format!(
        "{{\"status\":\"success\",\"data\":{{\"resultType\":\"matrix\",\"result\":[{}]}}}}",
        series.join(",")
    )
}

#[test]
fn prometheus_matrix() {
    let json = matrix(&[
        (
            r#""__name__":"load","instance":"n1","job":"node-exporter""#,
            &[(T, "0.31"), (T + 60, "NaN"), (T + 120, "0.5")],
        ),
        (
            r#""__name__":"load","instance":"n2","job":"node-exporter""#,
            &[(T, "1"), (T + 120, "2e-1")],
        ),
    ]);
    let read = read(&[("load.json", &json)]);
    check(
        &read,
        &[
            "timestamp | instance | load",
            "2024-03-04T08:30:00 | n1 | 0.31",
            "2024-03-04T08:30:00 | n2 | 1",
            "2024-03-04T08:31:00 | n1 | ",
            "2024-03-04T08:32:00 | n1 | 0.5",
            "2024-03-04T08:32:00 | n2 | 0.2",
        ],
    );
    let join = read.join.expect("a report");
    assert_eq!((join.series, join.samples, join.step_secs), (2, 5, 60.0));
    assert_eq!(
        (join.entity_labels, join.dropped_labels),
        (vec!["instance".to_owned()], vec!["job".to_owned()])
    );
    assert_eq!(join.columns[0].gaps, 1);
    assert_eq!(read.table.frame.columns()[0].kind, ColumnKind::Timestamp);
    assert_eq!(read.files[0].recognised.format, Format::PrometheusJson);
}

#[test]
fn a_metric_without_a_name_is_called_after_its_file() {
    let json = matrix(&[(r#""instance":"n1""#, &[(T, "0.5"), (T + 60, "0.25")])]);
    check(
        &read(&[("cpu utilisation.json", &json)]),
        &[
            "timestamp | cpu utilisation",
            "2024-03-04T08:30:00 | 0.5",
            "2024-03-04T08:31:00 | 0.25",
        ],
    );
}

#[test]
fn prometheus_vector_scalar_bare_list_and_errors() {
    let vector = r#"{"status":"success","data":{"resultType":"vector","result":[{"metric":{"__name__":"up","node":"a"},"value":[1709541000.5,"1"]},{"metric":{"__name__":"up","node":"b"},"value":[1709541000.5,"0"]}]}}"#;
    check(
        &read(&[("v.json", vector)]),
        &[
            "timestamp | node | up",
            "2024-03-04T08:30:00.5 | a | 1",
            "2024-03-04T08:30:00.5 | b | 0",
        ],
    );
    let scalar =
        r#"{"status":"success","data":{"resultType":"scalar","result":[1709541000,"1.5"]}}"#;
    check(
        &read(&[("s.json", scalar)]),
        &["timestamp | s", "2024-03-04T08:30:00 | 1.5"],
    );
    let bare =
        r#"[{"metric": {"__name__": "up"}, "values": [[1709541000, "1"], [1709541015, "0"]]}]"#;
    check(
        &read(&[("b.json", bare)]),
        &[
            "timestamp | up",
            "2024-03-04T08:30:00 | 1",
            "2024-03-04T08:30:15 | 0",
        ],
    );
    let error = try_read(&[(
        "e.json",
        r#"{"status":"error","errorType":"bad_data","error":"1:7: parse error: unclosed"}"#,
    )])
    .expect_err("an error");
    assert_eq!(
        error.to_string(),
        "e.json holds an error instead of data: bad_data: 1:7: parse error: unclosed"
    );
    let string =
        r#"{"status":"success","data":{"resultType":"string","result":[1709541000,"hi"]}}"#;
    assert_eq!(
        try_read(&[("t.json", string)]),
        Err(IngestError::NoSamples {
            file: "t.json".into()
        })
    );
    let cut = r#"{"status":"success","data":{"resultType":"matrix","result":[{"metric":{"a":"b"},"values":[[170954"#;
    assert!(matches!(
        try_read(&[("c.json", cut)]),
        Err(IngestError::Malformed { byte: Some(_), .. })
    ));
}

#[test]
fn histograms_and_odd_values_are_told() {
    let json = r#"{"status":"success","data":{"resultType":"matrix","result":[
        {"metric":{"__name__":"h"},"histograms":[[1709541000,{"count":"60","buckets":[[0,"0","1","5"]]}]]},
        {"metric":{"__name__":"g"},"values":[[1709541000,"+Inf"],[1709541060,null],[1709541120,"x"],[1709541180,"2"]]}]},
        "warnings":["results truncated"]}"#;
    let read = read(&[("h.json", json)]);
    check(
        &read,
        &[
            "timestamp | g",
            "2024-03-04T08:30:00 | ",
            "2024-03-04T08:31:00 | ",
            "2024-03-04T08:32:00 | ",
            "2024-03-04T08:33:00 | 2",
        ],
    );
    for words in [
        "1 series with native histograms",
        "2 values that hold no number",
        "1 value infinite",
        "results truncated",
    ] {
        assert!(
            has_notice(&read, words),
            "{words}: {:#?}",
            read.table.notices
        );
    }
}

#[test]
fn counters_become_rates_and_resets_are_seen() {
    let json = matrix(&[
        (
            r#""__name__":"http_requests_total","pod":"a","code":"200""#,
            &[
                (T, "100"),
                (T + 60, "160"),
                (T + 120, "30"),
                (T + 240, "150"),
            ],
        ),
        (
            r#""__name__":"http_requests_total","pod":"a","code":"500""#,
            &[(T, "1"), (T + 60, "1"), (T + 120, "1"), (T + 240, "13")],
        ),
        (
            r#""__name__":"http_requests_total","pod":"b","code":"200""#,
            &[(T, "5"), (T + 60, "65")],
        ),
        (
            r#""__name__":"http_requests_total","pod":"b","code":"500""#,
            &[(T, "0"), (T + 60, "6")],
        ),
    ]);
    let first = read(&[("requests.json", &json)]);
    check(
        &first,
        &[
            "timestamp | pod | rate(http_requests_total{code=\"200\"}) | rate(http_requests_total{code=\"500\"})",
            "2024-03-04T08:30:00 | a |  | ",
            "2024-03-04T08:30:00 | b |  | ",
            "2024-03-04T08:31:00 | a | 1 | 0",
            "2024-03-04T08:31:00 | b | 1 | 0.1",
            "2024-03-04T08:32:00 | a | 0.5 | 0",
            "2024-03-04T08:34:00 | a | 1 | 0.1",
        ],
    );
    let columns = &first.join.as_ref().expect("a report").columns;
    assert!(
        columns
            .iter()
            .all(|c| c.is_rate && c.gaps == 1 && c.source == "requests.json")
    );
    assert_eq!((columns[0].resets, columns[1].resets), (1, 0));
    let options = JoinOptions {
        rates: vec![("http_requests_total".to_owned(), false)],
        entity_labels: Some(vec!["pod".to_owned(), "code".to_owned()]),
        step_secs: Some(120.0),
        ..JoinOptions::default()
    };
    let other =
        read_files(vec![file("requests.json", json.as_bytes())], &options).expect("a table");
    check(
        &other,
        &[
            "timestamp | pod | code | http_requests_total",
            "2024-03-04T08:31:00 | a | 200 | 160",
            "2024-03-04T08:31:00 | a | 500 | 1",
            "2024-03-04T08:31:00 | b | 200 | 65",
            "2024-03-04T08:31:00 | b | 500 | 6",
            "2024-03-04T08:33:00 | a | 200 | 30",
            "2024-03-04T08:33:00 | a | 500 | 1",
            "2024-03-04T08:35:00 | a | 200 | 150",
            "2024-03-04T08:35:00 | a | 500 | 13",
        ],
    );
}

#[test]
fn a_rate_that_prometheus_computed_is_none_again() {
    let json = matrix(&[(
        "",
        &[(T, "3"), (T + 60, "1"), (T + 120, "4"), (T + 180, "1")],
    )]);
    let read = read(&[("http_requests_total.json", &json)]);
    assert_eq!(read.table.frame.columns()[1].name, "http_requests_total");
}

#[test]
fn files_are_joined_on_time_and_labels() {
    let cpu = matrix(&[
        (r#""instance":"n1:9100""#, &[(T, "0.1"), (T + 60, "0.2")]),
        (r#""instance":"n2:9100""#, &[(T, "0.3"), (T + 60, "0.4")]),
    ]);
    // Its scrapes are ten seconds later, and its series name the node.
    let ready = matrix(&[
        (
            r#""__name__":"ready","node":"n1","instance":"10.0.0.9:8080""#,
            &[(T + 10, "1"), (T + 70, "0")],
        ),
        (
            r#""__name__":"ready","node":"n2","instance":"10.0.0.9:8080""#,
            &[(T + 70, "1")],
        ),
    ]);
    let wide = matrix(&[(r#""__name__":"p99""#, &[(T, "0.7"), (T + 60, "0.8")])]);
    let alerts = matrix(&[
        (
            r#""__name__":"ALERTS","alertname":"NodeNotReady","alertstate":"firing","node":"n1","severity":"critical""#,
            &[(T + 60, "1")],
        ),
        (
            r#""__name__":"ALERTS","alertname":"HighCpu","alertstate":"firing","node":"n1","severity":"warning""#,
            &[(T + 60, "1")],
        ),
        (
            r#""__name__":"ALERTS","alertname":"Soon","alertstate":"pending","node":"n2","severity":"warning""#,
            &[(T + 60, "1")],
        ),
        (
            r#""__name__":"ALERTS","alertname":"Watchdog","alertstate":"firing""#,
            &[(T, "1"), (T + 60, "1")],
        ),
    ]);
    let files = [
        ("cpu.json", &*cpu),
        ("ready.json", &*ready),
        ("p99.json", &*wide),
        ("alerts.json", &*alerts),
    ];
    let expected = [
        "timestamp | node | cpu | p99 | ready | alert",
        "2024-03-04T08:30:10 | n1 | 0.1 | 0.7 | 1 | None",
        "2024-03-04T08:30:10 | n2 | 0.3 | 0.7 |  | None",
        "2024-03-04T08:31:10 | n1 | 0.2 | 0.8 | 0 | NodeNotReady",
        "2024-03-04T08:31:10 | n2 | 0.4 | 0.8 | 1 | None",
    ];
    let joined = read(&files);
    check(&joined, &expected);
    assert_eq!(joined.join.as_ref().expect("a report").alerts_hidden, 1);
    let mut turned = files;
    turned.reverse();
    let turned = read(&turned);
    check(&turned, &expected);
    assert_eq!(turned.join, joined.join);
}

#[test]
fn alerts_alone_are_a_table_of_when_they_fire() {
    let alerts = matrix(&[
        (
            r#""__name__":"ALERTS","alertname":"A","alertstate":"firing","pod":"x""#,
            &[(T, "1"), (T + 60, "1")],
        ),
        (
            r#""__name__":"ALERTS","alertname":"B","alertstate":"firing","pod":"y""#,
            &[(T + 60, "1")],
        ),
    ]);
    check(
        &read(&[("alerts.json", &alerts)]),
        &[
            "timestamp | pod | alert",
            "2024-03-04T08:30:00 | x | A",
            "2024-03-04T08:31:00 | x | A",
            "2024-03-04T08:31:00 | y | B",
        ],
    );
}

#[test]
fn pods_take_what_their_node_and_namespace_say() {
    let pods = matrix(&[
        (
            r#""__name__":"restarts","namespace":"shop","pod":"api","node":"n1""#,
            &[(T, "0"), (T + 30, "1")],
        ),
        (
            r#""__name__":"restarts","namespace":"shop","pod":"web","node":"n2""#,
            &[(T, "0"), (T + 30, "0")],
        ),
    ]);
    let nodes = matrix(&[
        (
            r#""__name__":"load","instance":"n1:9100""#,
            &[(T, "5"), (T + 30, "6")],
        ),
        (
            r#""__name__":"load","instance":"n2:9100""#,
            &[(T, "7"), (T + 30, "8")],
        ),
    ]);
    check(
        &read(&[("pods.json", &pods), ("nodes.json", &nodes)]),
        &[
            "timestamp | node | pod | load | restarts",
            "2024-03-04T08:30:00 | n1 | api | 5 | 0",
            "2024-03-04T08:30:00 | n2 | web | 7 | 0",
            "2024-03-04T08:30:30 | n1 | api | 6 | 1",
            "2024-03-04T08:30:30 | n2 | web | 8 | 0",
        ],
    );
}

#[test]
fn pairs_of_replicas_are_one_and_fill_each_other() {
    let json = matrix(&[
        (
            r#""__name__":"m","pod":"a","prometheus_replica":"0""#,
            &[(T, "1"), (T + 60, "2"), (T + 180, "4")],
        ),
        (
            r#""__name__":"m","pod":"a","prometheus_replica":"1""#,
            &[(T + 5, "1.5"), (T + 125, "3.5")],
        ),
        (
            r#""__name__":"m","pod":"b","prometheus_replica":"0""#,
            &[(T, "9")],
        ),
    ]);
    let read = read(&[("m.json", &json)]);
    check(
        &read,
        &[
            "timestamp | pod | m",
            "2024-03-04T08:30:05 | a | 1",
            "2024-03-04T08:30:05 | b | 9",
            "2024-03-04T08:31:05 | a | 2",
            "2024-03-04T08:32:05 | a | 3.5",
            "2024-03-04T08:33:05 | a | 4",
        ],
    );
    assert_eq!(
        read.join.as_ref().expect("a report").columns[0].duplicates,
        1
    );
    assert!(has_notice(&read, "1 series found twice"));
}

#[test]
fn clocks_that_jitter_fill_no_cell_twice() {
    let json = r#"{"status":"success","data":{"resultType":"matrix","result":[
        {"metric":{"__name__":"a"},"values":[[1709541059.9,"1"],[1709541120.1,"2"],[1709541179.95,"3"],[1709541240.05,"4"]]},
        {"metric":{"__name__":"b"},"values":[[1709541060.2,"5"],[1709541119.8,"6"],[1709541180.0,"7"],[1709541300.0,"8"]]}]}}"#;
    let read = read(&[("j.json", json)]);
    let join = read.join.as_ref().expect("a report");
    assert_eq!((join.step_secs, join.merged), (60.0, 0));
    let rows = cells(&read.table.frame);
    let values: Vec<&str> = rows
        .iter()
        .skip(1)
        .filter_map(|r| r.split_once(" | "))
        .map(|r| r.1)
        .collect();
    assert_eq!(values, ["1 | 5", "2 | 6", "3 | 7", "4 | ", " | 8"]);
}

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

#[test]
fn victoria_metrics() {
    let lines = "{\"metric\":{\"__name__\":\"up\",\"job\":\"node\"},\"values\":[1,0],\"timestamps\":[1709541000000,1709541060000]}\n{\"metric\":{\"__name__\":\"up\",\"job\":\"node\"},\"values\":[null,1],\"timestamps\":[1709541120000,1709541180000]}\n{\"metric\":{\"__name__\":\"up\",\"job\":\"api\"},\"values\":[1],\"timestamps\":[1709541060000]}\n";
    check(
        &read(&[("export.jsonl", lines)]),
        &[
            "timestamp | job | up",
            "2024-03-04T08:30:00 | node | 1",
            "2024-03-04T08:31:00 | api | 1",
            "2024-03-04T08:31:00 | node | 0",
            "2024-03-04T08:32:00 | node | ",
            "2024-03-04T08:33:00 | node | 1",
        ],
    );
    let csv = "up,n1,1,1709541000\nup,n2,0,1709541000\nup,n1,0,1709541060\n";
    let guessed = read(&[("v.csv", csv)]);
    check(
        &guessed,
        &[
            "timestamp | label_2 | up",
            "2024-03-04T08:30:00 | n1 | 1",
            "2024-03-04T08:30:00 | n2 | 0",
            "2024-03-04T08:31:00 | n1 | 0",
        ],
    );
    let options = JoinOptions {
        victoria_format: Some("__name__,instance,__value__,__timestamp__:unix_s".to_owned()),
        ..JoinOptions::default()
    };
    let told = read_files(vec![file("v.csv", csv.as_bytes())], &options).expect("a table");
    assert_eq!(told.table.frame.columns()[1].name, "instance");
}

#[test]
fn datadog() {
    let json = r#"{"status":"ok","series":[{"metric":"kubernetes.cpu.usage.total","scope":"host:n1","pointlist":[[1709541000000,3.1e8],[1709541060000,null]],"unit":[{"family":"cpu"}]},{"pointlist":[[1709541000000,1]],"scope":"host:n2","metric":"kubernetes.cpu.usage.total"}]}"#;
    check(
        &read(&[("dd.json", json)]),
        &[
            "timestamp | host | kubernetes.cpu.usage.total",
            "2024-03-04T08:30:00 | n1 | 310000000",
            "2024-03-04T08:30:00 | n2 | 1",
            "2024-03-04T08:31:00 | n1 | ",
        ],
    );
    let csv = "date,metric,host:n1,host:n2\n2024-03-04 08:30:00,cpu,1.5,2.5\n2024-03-04 08:31:00,cpu,,3\n";
    check(
        &read(&[("dd.csv", csv)]),
        &[
            "timestamp | host | cpu",
            "2024-03-04T08:30:00 | n1 | 1.5",
            "2024-03-04T08:30:00 | n2 | 2.5",
            "2024-03-04T08:31:00 | n1 | ",
            "2024-03-04T08:31:00 | n2 | 3",
        ],
    );
}

#[test]
fn grafana() {
    let raw = "\u{feff}\"Time\",\"{instance=\"\"n1\"\", job=\"\"x\"\"}\",\"{instance=\"\"n2\"\", job=\"\"x\"\"}\"\r\n1709541000000,0.31,\r\n1709541060000,0.5,0.25\r\n\r\n";
    check(
        &read(&[("CPU-data-2024-03-04 10_00_00.csv", raw)]),
        &[
            "timestamp | instance | CPU",
            "2024-03-04T08:30:00 | n1 | 0.31",
            "2024-03-04T08:30:00 | n2 | ",
            "2024-03-04T08:31:00 | n1 | 0.5",
            "2024-03-04T08:31:00 | n2 | 0.25",
        ],
    );
    let formatted = "sep=;\r\n\"Time\";\"CPU\";\"Memory\"\r\n2024-03-04 08:30:00;31.2%;1.50 KiB\r\n2024-03-04 08:31:00;N/A;2 KiB\r\n";
    check(
        &read(&[(
            "Panel-data-as-joinbyfield-2024-03-04 10_00_00.csv",
            formatted,
        )]),
        &[
            "Time | CPU | Memory",
            "2024-03-04T08:30:00 | 31.2 | 1536",
            "2024-03-04T08:31:00 | N/A | 2048",
        ],
    );
    let one = |a: &str, b: &str| {
        format!("\"Time\",\"Value\"\r\n1709541000000,{a}\r\n1709541060000,{b}\r\n")
    };
    check(
        &read(&[
            ("CPU-data-2024-03-04 10_00_00.csv", &one("1", "2")),
            ("Memory-data-2024-03-04 10_00_05.csv", &one("3", "")),
        ]),
        &[
            "timestamp | CPU | Memory",
            "2024-03-04T08:30:00 | 1 | 3",
            "2024-03-04T08:31:00 | 2 | ",
        ],
    );
    let legends = |a: &str| format!("\"Time\",\"n1\",\"n2\"\r\n1709541000000,{a},2\r\n");
    check(
        &read(&[
            ("CPU-data-2024-03-04 10_00_00.csv", &legends("1")),
            ("Memory-data-2024-03-04 10_00_05.csv", &legends("5")),
        ]),
        &[
            "timestamp | series | CPU | Memory",
            "2024-03-04T08:30:00 | n1 | 1 | 5",
            "2024-03-04T08:30:00 | n2 | 2 | 2",
        ],
    );
    let long =
        "Series;Time;Value\nn1;2024-03-04T08:30:00+00:00;1\nn2;2024-03-04T08:30:00+00:00;2\n";
    check(
        &read(&[("long.csv", long)]),
        &[
            "Series | Time | Value",
            "n1 | 2024-03-04T08:30:00 | 1",
            "n2 | 2024-03-04T08:30:00 | 2",
        ],
    );
}

#[test]
fn a_table_of_labels_beside_series() {
    let cpu = matrix(&[
        (
            r#""__name__":"cpu","node":"n1""#,
            &[(T, "1"), (T + 60, "2")],
        ),
        (
            r#""__name__":"cpu","node":"n2""#,
            &[(T, "3"), (T + 60, "4")],
        ),
    ]);
    let labels = "timestamp,node,issue_type\n2024-03-04T08:30:20Z,n1,None\n2024-03-04T08:31:20Z,n1,disk_full\n2024-03-04T08:31:20Z,n2,None\n";
    check(
        &read(&[("cpu.json", &cpu), ("labels.csv", labels)]),
        &[
            "timestamp | node | cpu | issue_type",
            "2024-03-04T08:30:20 | n1 | 1 | None",
            "2024-03-04T08:30:20 | n2 | 3 | ",
            "2024-03-04T08:31:20 | n1 | 2 | disk_full",
            "2024-03-04T08:31:20 | n2 | 4 | None",
        ],
    );
    let untimed = "node,rack\nn1,7\n";
    assert_eq!(
        try_read(&[("cpu.json", &cpu), ("racks.csv", untimed)]),
        Err(IngestError::NoTimes {
            file: "racks.csv".into()
        })
    );
}

#[test]
fn kubectl_top() {
    let nodes = "NAME   CPU(cores)   CPU(%)   MEMORY(bytes)   MEMORY(%)\nn1     412m         10%      5321Mi          34%\nn2     <unknown>    <unknown>   <unknown>    <unknown>\n";
    let expected = [
        "node | cpu_cores | cpu_percent | memory_bytes | memory_percent",
        "n1 | 0.412 | 10 | 5579472896 | 34",
        "n2 |  |  |  | ",
    ];
    check(&read(&[("top.txt", nodes)]), &expected);
    check(&read(&[("top.txt", &nodes.replace("(%)", "%"))]), &expected);
    let pods =
        "NAMESPACE NAME CPU(cores) MEMORY(bytes)\nshop api-7c 3m 1Gi\nkube-system dns 1 20Mi\n";
    let later = pods.replace("3m", "5m");
    let both = read_files(
        vec![dated("b.txt", &later, T + 60), dated("a.txt", pods, T)],
        &JoinOptions::default(),
    )
    .expect("a table");
    check(
        &both,
        &[
            "timestamp | namespace | pod | cpu_cores | memory_bytes",
            "2024-03-04T08:30:00 | kube-system | dns | 1 | 20971520",
            "2024-03-04T08:30:00 | shop | api-7c | 0.003 | 1073741824",
            "2024-03-04T08:31:00 | kube-system | dns | 1 | 20971520",
            "2024-03-04T08:31:00 | shop | api-7c | 0.005 | 1073741824",
        ],
    );
    check(
        &read(&[("t.txt", "n1 412m 10% 5321Mi 34%\n")]),
        &[
            "cpu_cores | cpu_percent | memory_bytes | memory_percent",
            "0.412 | 10 | 5579472896 | 34",
        ],
    );
    // What PowerShell writes.
    let wide: Vec<u8> = std::iter::once(0xfeff)
        .chain(nodes.encode_utf16())
        .flat_map(u16::to_le_bytes)
        .collect();
    let read = read_files(vec![file("top.txt", &wide)], &JoinOptions::default()).expect("a table");
    check(&read, &expected);
}

/// Values that are the times at which they were measured, in any phase, jittering, onto any step.
#[test]
fn no_row_knows_what_was_measured_after_its_time() {
    let mut state = 7_u64;
    let mut random = |below: u64| {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        (state >> 33) as i64 % below as i64
    };
    for (step_secs, scrape, jitter, phases) in [
        (None, 15, 1, [0, 0, 0]),
        (None, 15, 3, [0, 0, 0]),
        (None, 60, 3, [0, 9, 41]),
        (None, 30, 7, [2, 5, 11]),
        (Some(60.0), 15, 1, [0, 0, 0]),
        (Some(60.0), 15, 4, [3, 7, 14]),
        (Some(300.0), 60, 5, [0, 20, 40]),
        (Some(10.0), 30, 6, [1, 2, 3]),
        (Some(45.0), 60, 1, [0, 30, 50]),
    ] {
        let mut points = Vec::new();
        for phase in phases {
            let at = |i: i64, random: &mut dyn FnMut(u64) -> i64| {
                let time = T + i * scrape + phase + random(jitter);
                (time, (time - T).to_string())
            };
            points.push((0..120).map(|i| at(i, &mut random)).collect::<Vec<_>>());
        }
        let labels = [
            r#""__name__":"a","pod":"x""#,
            r#""__name__":"b","pod":"x""#,
            r#""__name__":"ALERTS","alertname":"Late","alertstate":"firing","pod":"x""#,
        ];
        let times: Vec<Vec<(i64, &str)>> = points
            .iter()
            .map(|points| points.iter().map(|(t, v)| (*t, v.as_str())).collect())
            .collect();
        let json: Vec<(&str, &[(i64, &str)])> = labels
            .into_iter()
            .zip(times.iter().map(Vec::as_slice))
            .collect();
        let options = JoinOptions {
            step_secs,
            ..JoinOptions::default()
        };
        let read = read_files(vec![file("a.json", matrix(&json).as_bytes())], &options).unwrap();
        let frame = &read.table.frame;
        let Values::Time(stamps) = &frame.column("timestamp").unwrap().values else {
            panic!("{frame:?}")
        };
        let step = step_secs.unwrap_or(scrape as f64);
        let mut seen = 0;
        for name in ["a", "b"] {
            let Values::Number(values) = &frame.column(name).unwrap().values else {
                panic!("{frame:?}")
            };
            for (stamp, value) in stamps.iter().zip(values.iter()) {
                let age = (*stamp - T * 1_000_000) as f64 / 1e6 - *value;
                seen += usize::from(!age.is_nan());
                let most = 2.0 * step + scrape as f64;
                assert!(
                    age.is_nan() || (0.0..=most).contains(&age),
                    "{name} {step} {age}"
                );
            }
        }
        assert!(seen > 20, "{seen}");
    }
    // Where all stand at the same instants the row bears that instant.
    let json = matrix(&[(r#""__name__":"a""#, &[(T + 7, "1"), (T + 67, "2")])]);
    check(
        &read(&[("a.json", &json)]),
        &[
            "timestamp | a",
            "2024-03-04T08:30:07 | 1",
            "2024-03-04T08:31:07 | 2",
        ],
    );
}

#[test]
fn kubernetes_events() {
    let text = "NAMESPACE   LAST SEEN                TYPE      REASON    OBJECT       MESSAGE\nshop        3m12s (x9 over 40m)      Warning   BackOff   Pod/api-7c   Back-off restarting failed container\nshop        50s                      Normal    Pulled    Pod/api-7c   Image already present\n            2m                       Warning   NotReady\n";
    let read_at =
        read_files(vec![dated("events.txt", text, T)], &JoinOptions::default()).expect("a table");
    check(
        &read_at,
        &[
            "last_seen | first_seen | namespace | object_kind | object | reason | type | count",
            "2024-03-04T08:26:48 | 2024-03-04T07:50:00 | shop | pod | api-7c | BackOff | Warning | 9",
            "2024-03-04T08:29:10 | 2024-03-04T08:29:10 | shop | pod | api-7c | Pulled | Normal | 1",
        ],
    );
    assert!(has_notice(&read_at, "1 line unlike what kubectl prints"));
    let undated = read(&[("events.txt", &text.replace("   ", " "))]);
    assert_eq!(
        cells(&undated.table.frame)[1],
        "shop | pod | api-7c | BackOff | Warning | 9"
    );
    let json = r#"{"apiVersion":"v1","items":[
        {"apiVersion":"v1","kind":"Event","count":9,"involvedObject":{"kind":"Pod","name":"api-7c","namespace":"shop"},"reason":"BackOff","type":"Warning","firstTimestamp":"2024-03-04T07:50:00Z","lastTimestamp":"2024-03-04T08:26:48Z","message":"x","metadata":{"name":"e1","namespace":"shop"}},
        {"kind":"Event","count":null,"eventTime":"2024-03-04T08:30:00.5Z","involvedObject":{"kind":"Node","name":"n1"},"reason":"Rebooted","type":"Warning","firstTimestamp":null,"lastTimestamp":null,"series":{"count":3,"lastObservedTime":"2024-03-04T08:31:00Z"},"metadata":{"namespace":"default"}}],
        "kind":"List","metadata":{"resourceVersion":""}}"#;
    check(
        &read(&[("events.json", json)]),
        &[
            "last_seen | first_seen | namespace | object_kind | object | reason | type | count",
            "2024-03-04T08:31:00 | 2024-03-04T08:30:00.5 |  | node | n1 | Rebooted | Warning | 3",
            "2024-03-04T08:26:48 | 2024-03-04T07:50:00 | shop | pod | api-7c | BackOff | Warning | 9",
        ],
    );
    let metrics = matrix(&[
        (
            r#""__name__":"cpu","namespace":"shop","pod":"api-7c""#,
            &[(T - 3600, "1"), (T - 240, "1"), (T - 180, "2")],
        ),
        (
            r#""__name__":"cpu","namespace":"shop","pod":"web""#,
            &[(T - 3600, "1"), (T - 240, "3"), (T - 180, "4")],
        ),
    ]);
    let joined = read_files(
        vec![
            dated("events.txt", text, T),
            file("cpu.json", metrics.as_bytes()),
        ],
        &JoinOptions {
            step_secs: Some(60.0),
            ..JoinOptions::default()
        },
    )
    .expect("a table");
    check(
        &joined,
        &[
            "timestamp | pod | cpu | events{reason=\"BackOff\"} | events{reason=\"Pulled\"}",
            "2024-03-04T07:30:00 | api-7c | 1 |  | ",
            "2024-03-04T07:30:00 | web | 1 |  | ",
            "2024-03-04T08:26:00 | api-7c | 1 | 0 | 0",
            "2024-03-04T08:26:00 | web | 3 | 0 | 0",
            "2024-03-04T08:27:00 | api-7c | 2 | 9 | 0",
            "2024-03-04T08:27:00 | web | 4 | 0 | 0",
        ],
    );
}

#[test]
fn the_openmetrics_suite_passes() {
    let Some(folder) = data_folder("prometheus/openmetrics") else {
        return not_run("the_openmetrics_suite_passes");
    };
    let mut seen = 0;
    let mut wrong = Vec::new();
    for entry in std::fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        let name = path
            .file_name()
            .expect("a name")
            .to_string_lossy()
            .into_owned();
        let Some(case) = name.strip_suffix("__metrics") else {
            continue;
        };
        let test =
            std::fs::read(path.with_file_name(format!("{case}__test.json"))).expect("a test");
        let test: serde_json::Value = serde_json::from_slice(&test).expect("JSON");
        let text = std::fs::read(&path).expect("a text");
        // Metadata without a sample is a good exposition, though there is no table in it.
        let read = read_files(vec![file("suite.om", &text)], &JoinOptions::default());
        let is_read = matches!(read, Ok(_) | Err(IngestError::NoSamples { .. }));
        if test["shouldParse"] != is_read {
            wrong.push(format!("{case}: {:?}", read.err()));
        }
        seen += 1;
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert_eq!(seen, 211);
}

/// Whether tokens of the text come to its end, cut into pieces of that size.
fn tokens_end(text: &[u8], size: usize) -> bool {
    let mut tokens = Tokens::new(false);
    let mut rest: Vec<u8> = Vec::new();
    for piece in text.chunks(size.max(1)).chain([&[][..]]) {
        let last = piece.is_empty();
        rest.extend_from_slice(piece);
        let mut at = 0;
        loop {
            match tokens.next(&rest, &mut at, last) {
                Ok(Some(_)) => {}
                Ok(None) => break,
                Err(_) => return false,
            }
        }
        tokens.passed(at);
        rest.drain(..at);
    }
    true
}

#[test]
fn the_json_suite_passes() {
    let Some(folder) = data_folder("json/test_parsing") else {
        return not_run("the_json_suite_passes");
    };
    let mut seen = 0;
    let mut wrong = Vec::new();
    for entry in std::fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        let name = path
            .file_name()
            .expect("a name")
            .to_string_lossy()
            .into_owned();
        let text = std::fs::read(&path).expect("a text");
        let whole = tokens_end(&text, usize::MAX);
        if (name.starts_with("y_") && !whole) || (name.starts_with("n_") && whole) {
            wrong.push(name.clone());
        }
        for size in [1, 2, 3, 7] {
            if text.len() < 10_000 {
                assert_eq!(tokens_end(&text, size), whole, "{name} cut by {size}");
            }
        }
        // The tree is read by other code, and agrees; but for what it has no number for.
        if !name.contains("overflow") && !name.contains("huge_exp") && !name.contains("pos_double")
        {
            assert_eq!(
                kubecast::json::Value::of_text(&text).is_ok(),
                whole,
                "{name}"
            );
        }
        seen += 1;
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert!(seen > 300, "{seen}");
}

#[test]
fn every_hostile_answer_does_what_it_must() {
    let Some(folder) = data_folder("hostile") else {
        return not_run("every_hostile_answer_does_what_it_must");
    };
    let manifest = std::fs::read_to_string(folder.join("manifest.jsonl")).expect("the manifest");
    let mut failed = Vec::new();
    let (mut answers, mut tables) = (0, 0);
    for line in manifest.lines() {
        let entry: serde_json::Value = serde_json::from_str(line).expect("JSON");
        let name = entry["file"].as_str().expect("a name");
        let bytes = std::fs::read(folder.join(name)).expect("a file");
        let read = read_files(vec![file(name, &bytes)], &JoinOptions::default());
        if entry["kind"] == "csv" {
            // A table is what it is without the other formats; what is compressed is now unpacked, within bounds.
            let plain = read_csv(name, &bytes);
            let same = match (&read, &plain) {
                (Ok(a), Ok(b)) => {
                    a.table.frame.fingerprint() == b.frame.fingerprint()
                        && a.table.notices == b.notices
                }
                (Err(a), Err(b)) => a == b || name.ends_with(".gz"),
                _ => false,
            };
            if !same {
                failed.push(format!(
                    "{name}: {:?} but {:?}",
                    read.map(|_| ()),
                    plain.map(|_| ())
                ));
            }
            tables += 1;
            continue;
        }
        answers += 1;
        let must: Vec<&str> = entry["must"]
            .as_str()
            .unwrap_or_default()
            .split('|')
            .collect();
        let done = match &read {
            Err(error) if error.to_string().contains(' ') && error.hint().ends_with('.') => {
                "refuse"
            }
            Err(_) => "be silent",
            Ok(read)
                if read
                    .table
                    .notices
                    .iter()
                    .any(|n| n.level() == Level::Warning) =>
            {
                "warn"
            }
            Ok(_) => "load",
        };
        // A warning too many does no harm.
        let is_allowed = must.contains(&done) || (done == "warn" && must.contains(&"load"));
        if !is_allowed {
            failed.push(format!(
                "{name} must {must:?} and does {done}: {:?}",
                read.as_ref().map(|r| &r.table.notices)
            ));
        }
        if let (Some(points), Ok(read)) = (entry["points"].as_u64(), &read) {
            assert_eq!(read.files[0].rows, points, "{name}");
        }
    }
    assert!(failed.is_empty(), "{failed:#?}");
    assert_eq!((answers, tables), (26, 126));
}

#[test]
fn tables_with_other_columns_are_joined_on_time() {
    let cpu = "time,service_name,cpu\n2024-03-04T08:30:00Z,api,1\n2024-03-04T08:30:00Z,web,2\n2024-03-04T08:31:00Z,api,3\n";
    let errors = "ts,service_name,errors\n2024-03-04 08:30:00,api,7\n2024-03-04 08:30:00,web,8\n2024-03-04 08:31:00,web,9\n";
    let joined = read(&[("cpu.csv", cpu), ("errors.csv", errors)]);
    check(
        &joined,
        &[
            "timestamp | service_name | cpu | errors",
            "2024-03-04T08:30:00 | api | 1 | 7",
            "2024-03-04T08:30:00 | web | 2 | 8",
            "2024-03-04T08:31:00 | api | 3 | ",
            "2024-03-04T08:31:00 | web |  | 9",
        ],
    );
    assert!(has_notice(&joined, "The times of errors.csv have no zone"));
    let said = ReadOptions {
        offset: Offset::named("+01:00"),
        ..ReadOptions::default()
    };
    let files = vec![
        file("cpu.csv", cpu.as_bytes()),
        file("errors.csv", errors.as_bytes()),
    ];
    let moved = FilesReader::new(files, JoinOptions::default()).read_as(said);
    let moved = moved.finish().expect("a table");
    assert!(!has_notice(&moved, "The times of"));
    assert_eq!(
        cells(&moved.table.frame)[1],
        "2024-03-04T07:30:00 | api |  | 7"
    );
}
