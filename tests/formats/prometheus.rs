//! What Prometheus answers: each shape of its JSON, its counters, its alerts.

use super::*;

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
