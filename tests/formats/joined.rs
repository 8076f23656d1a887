//! Several series and files as one table: on time, by labels, onto a grid.

use super::*;

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
