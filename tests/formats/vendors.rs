//! What VictoriaMetrics, Datadog and Grafana write.

use super::*;

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
