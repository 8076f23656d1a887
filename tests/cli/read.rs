//! Files of any kind in every command.

use super::*;

#[test]
fn inspect_describes_a_table() {
    let folder = Folder::new("inspect");
    folder.file(
        "a.csv",
        "cpu,node,issue\n1.5,a,None\n2.5,b,crash\n3.5,a,None\n",
    );
    let table: Value = serde_json::from_str(&folder.ok("inspect a.csv")).unwrap();
    assert_eq!(table["rows"], 3);
    let names: Vec<&str> = table["columns"]
        .as_array()
        .unwrap()
        .iter()
        .map(|c| c["name"].as_str().unwrap())
        .collect();
    assert_eq!(names, ["cpu", "node", "issue"]);
}

#[test]
fn read_writes_the_table_and_how_it_was_read() {
    let folder = Folder::new("read");
    let file = folder.file(
        "odd.txt",
        b"Bericht\n\nname;wert;wann\nK\xf6ln;1,5;01.02.2026\nBonn;2,5\nTrier;3,5;13.02.2026\n\nStand: heute\n",
    );
    folder.ok(&format!("read {file} --out typed.csv --report how.json"));
    assert_eq!(
        folder.read("typed.csv"),
        "name,wert,wann\nK\u{f6}ln,1.5,2026-02-01T00:00:00\nBonn,2.5,\nTrier,3.5,2026-02-13T00:00:00\n"
    );
    let how = folder.json("how.json");
    for (name, value) in [
        ("encoding", "Windows-1252"),
        ("delimiter", ";"),
        ("quote", "\""),
        ("escape", "\""),
        ("decimal", ","),
    ] {
        assert_eq!(how[name], value, "{name}");
    }
    assert_eq!(
        (&how["header_rows"], &how["preamble_rows"], &how["rows"]),
        (&1.into(), &1.into(), &3.into())
    );
    assert_eq!(how["columns"][2]["type"], "timestamp");
    assert_eq!(how["columns"][2]["missing"], 1);
    assert_eq!(how["repaired"][0]["line"], 5);
    let skipped: Vec<u64> = how["skipped"]
        .as_array()
        .unwrap()
        .iter()
        .map(|r| r["line"].as_u64().unwrap())
        .collect();
    assert_eq!(skipped, [1, 2, 7, 8]);
    assert!(
        how["sure"]
            .as_object()
            .unwrap()
            .values()
            .all(|s| (0.0..=1.0).contains(&s.as_f64().unwrap()))
    );
    // Cells as they stand, from standard input, told otherwise.
    assert_eq!(
        folder
            .ok(&format!(
                "read {file} --raw --header-rows 0 --preamble-rows 2 --encoding latin-1"
            ))
            .lines()
            .nth(1),
        Some("K\u{f6}ln,\"1,5\",01.02.2026")
    );
    assert!(
        folder
            .fails(&format!("read {file} {file} --raw"), 2)
            .contains("--raw is for one file")
    );
    assert!(folder.fails("read nowhere.csv", 1).contains("nowhere.csv"));
    let empty = folder.file("empty.csv", "");
    assert!(
        folder
            .fails(&format!("read {empty}"), 1)
            .contains("is empty")
    );
    assert!(
        folder
            .fails(&format!("read {file} --delimiter ab"), 2)
            .contains("delimiter")
    );
}

/// A query's answer with a series for each of four pods, whose value tells whether an alert fires.
fn answer(of: impl Fn(u64, u64) -> String) -> String {
    let series: Vec<String> = (0..4)
        .map(|pod| {
            let points: Vec<String> = (0..60)
                .map(|at| (at, of(pod, at)))
                .filter(|(_, value)| !value.is_empty())
                .map(|(at, value)| format!("[{},\"{value}\"]", 1_709_541_000 + 60 * at))
                .collect();
            format!(
                "{{\"metric\":{{\"alertname\":\"Busy\",\"alertstate\":\"firing\",\"namespace\":\"shop\",\"pod\":\"api-{pod}\"}},\"values\":[{}]}}",
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
fn every_command_reads_exported_metrics() {
    let folder = Folder::new("exports");
    let fires = |pod: u64, at: u64| (pod * 7 + at).is_multiple_of(5);
    folder.file(
        "cpu.json",
        answer(|pod, at| if fires(pod, at) { "0.9" } else { "0.1" }.to_owned()),
    );
    folder.file("load.json", answer(|pod, at| (pod + at).to_string()));
    let alerts = answer(|pod, at| if fires(pod, at) { "1" } else { "" }.to_owned());
    folder.file(
        "alerts.json",
        alerts.replace("\"alertname\"", "\"__name__\":\"ALERTS\",\"alertname\""),
    );
    let files = "cpu.json load.json alerts.json";
    let summary: Value = serde_json::from_str(&folder.ok(&format!("inspect {files}"))).unwrap();
    let names: Vec<&str> = summary["columns"]
        .as_array()
        .unwrap()
        .iter()
        .map(|c| c["name"].as_str().unwrap())
        .collect();
    assert_eq!(names, ["timestamp", "pod", "cpu", "load", "alert"]);
    assert_eq!(summary["rows"], 240);
    assert_eq!(summary["join"]["entity_labels"], serde_json::json!(["pod"]));
    assert_eq!(summary["join"]["step_secs"], 60.0);
    assert_eq!(summary["join"]["columns"][0]["source"], "cpu.json");
    assert_eq!(summary["files"].as_array().unwrap().len(), 3);
    let trained = folder.run(&format!(
        "train {files} --target alert --columns cpu,load --trees 9 --out m.kubecast --report r.json"
    ));
    assert!(trained.status.success(), "{}", stderr(&trained));
    assert!(stderr(&trained).contains("one row for each instant and pod"));
    assert_eq!(folder.json("r.json")["accuracy"], 1.0);
    let evaluated: Value =
        serde_json::from_str(&folder.ok(&format!("evaluate m.kubecast {files}"))).unwrap();
    assert_eq!(evaluated["accuracy"], 1.0);
    // Without the alerts it predicts them; from standard input as well.
    let predicted = folder.ok("predict m.kubecast cpu.json load.json");
    assert_eq!(
        predicted.lines().filter(|l| l.contains(",Busy,")).count(),
        48
    );
    let mut child = command(&folder.0, "predict m.kubecast - load.json")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    // Its metric's name is in the answer, since standard input has none.
    let cpu = folder
        .read("cpu.json")
        .replace("{\"alertname\"", "{\"__name__\":\"cpu\",\"alertname\"");
    child
        .stdin
        .take()
        .unwrap()
        .write_all(cpu.as_bytes())
        .unwrap();
    let piped = child.wait_with_output().unwrap();
    assert_eq!(String::from_utf8(piped.stdout).unwrap(), predicted);
    folder.file(
        "error.json",
        r#"{"status":"error","errorType":"timeout","error":"query timed out"}"#,
    );
    let told = folder.fails("inspect error.json", 1);
    assert!(told.contains("timeout: query timed out"), "{told}");
    // kubectl prints no time: it is the file's.
    folder.file(
        "top.txt",
        "NAME CPU(cores) CPU(%) MEMORY(bytes) MEMORY(%)\nn1 412m 10% 5321Mi 34%\n",
    );
    let top: Value = serde_json::from_str(&folder.ok("inspect top.txt")).unwrap();
    assert_eq!(top["columns"][0]["name"], "timestamp");
}
