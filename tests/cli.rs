//! The command line, as a person or a job would type it: the built program, real files, exit codes.
#![cfg(feature = "cli")]

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde_json::Value;

/// A folder of its own that goes away with the test.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("kubecast-cli-{name}-{}", std::process::id()));
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    fn file(&self, name: &str, content: impl AsRef<[u8]>) -> String {
        std::fs::write(self.0.join(name), content).unwrap();
        name.to_owned()
    }

    fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.0.join(name)).unwrap()
    }

    fn json(&self, name: &str) -> Value {
        serde_json::from_str(&self.read(name)).unwrap()
    }

    fn run(&self, words: &str) -> Output {
        command(&self.0, words).output().unwrap()
    }

    /// Runs what must succeed, and returns its standard output.
    fn ok(&self, words: &str) -> String {
        let out = self.run(words);
        assert!(out.status.success(), "{words}: {}", stderr(&out));
        String::from_utf8(out.stdout).unwrap()
    }

    /// Runs what must fail with an exit code, and returns what it says.
    fn fails(&self, words: &str, code: i32) -> String {
        let out = self.run(words);
        assert_eq!(out.status.code(), Some(code), "{words}: {}", stderr(&out));
        assert!(out.stdout.is_empty(), "{words} wrote to standard output");
        stderr(&out)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn command(folder: &Path, words: &str) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_kubecast"));
    command.current_dir(folder).args(words.split_whitespace());
    command
}

fn stderr(out: &Output) -> String {
    String::from_utf8_lossy(&out.stderr).into_owned()
}

const REPORT_NAMES: [&str; 18] = [
    "accuracy",
    "balanced_accuracy",
    "macro_f1",
    "weighted_f1",
    "mcc",
    "log_loss",
    "roc_auc_ovr",
    "classes",
    "confusion",
    "per_class",
    "importance",
    "baseline",
    "rows_train",
    "rows_test",
    "fit_secs",
    "options",
    "data_fingerprint",
    "beats_baseline",
];

/// What is simulated as OpenMetrics is read back as the table that it was, and a line per metric holds as many values.
#[test]
fn a_simulated_exposition_is_read_back() {
    let folder = Folder::new("exposition");
    let asked = "simulate --preset default --rows 600 --seed 4 --out";
    folder.ok(&format!("{asked} wide.csv"));
    folder.ok(&format!("{asked} metrics.om --format openmetrics"));
    folder.ok(&format!("{asked} long.csv --layout long"));
    folder.ok("read metrics.om --out back.csv");
    let values = |file: &str, name: &str| {
        let text = folder.read(file);
        let mut lines = text.lines().map(|line| line.split(',').collect::<Vec<_>>());
        let header = lines.next().unwrap();
        let at = |name: &str| header.iter().position(|column| *column == name).unwrap();
        let (time, entity, value) = (at("timestamp"), at("entity_id"), at(name));
        let mut values: Vec<(String, String, String)> = lines
            .filter(|cells| !cells[value].is_empty())
            .map(|cells| {
                (
                    cells[time].into(),
                    cells[entity].into(),
                    cells[value].into(),
                )
            })
            .collect();
        values.sort();
        values
    };
    for name in [
        "etcd_db_ratio",
        "kubelet_evictions_total",
        "app_p99_seconds",
    ] {
        let wide = values("wide.csv", name);
        assert!(wide.len() > 500, "{name}: {}", wide.len());
        assert_eq!(values("back.csv", name), wide, "{name}");
        let long = folder.read("long.csv");
        let marked = format!(",{name},");
        assert_eq!(
            long.lines().filter(|line| line.contains(&marked)).count(),
            wide.len()
        );
    }
    let few = folder.fails("simulate --rows 50 --format openmetrics", 2);
    assert!(few.contains("--columns full"), "{few}");
}

#[test]
fn from_a_simulated_cluster_to_predictions() {
    let folder = Folder::new("whole");
    folder.ok("simulate --rows 1200 --hours 48 --seed 7 --out a.csv");
    let again = folder.ok("simulate --rows 1200 --hours 48 --seed 7");
    assert_eq!(folder.read("a.csv"), again, "the same seed, the same bytes");
    assert_eq!(again.lines().count(), 1201);
    let fewer = folder.ok("simulate --rows 300 --issues node_failure --seed 7");
    for other in ["memory_pressure", "network_latency"] {
        assert!(!fewer.contains(other), "{other} was not asked for");
    }

    for (model, params) in [
        ("random-forest", "--trees 20"),
        ("gradient-boosting", "--rounds 10 --learning-rate 0.3"),
        ("decision-tree", "--max-depth 6"),
    ] {
        folder.ok(&format!(
            "train a.csv --target issue_type --model {model} {params} --seed 3 --out {model}.kubecast --report {model}.json"
        ));
        let report = folder.json(&format!("{model}.json"));
        for name in REPORT_NAMES {
            assert!(
                report.get(name).is_some(),
                "{model}: no {name} in the report"
            );
        }
        assert!(report["fit_secs"].as_f64().unwrap() > 0.0);
        let rows = |name: &str| report[name].as_u64().unwrap();
        assert_eq!(rows("rows_train") + rows("rows_test"), 1200);
        assert_eq!(rows("rows_test"), 300);
        let confusion: u64 = report["confusion"]
            .as_array()
            .unwrap()
            .iter()
            .flat_map(|row| row.as_array().unwrap())
            .map(|cell| cell.as_u64().unwrap())
            .sum();
        assert_eq!(confusion, 300);
        assert_eq!(report["options"]["prepare"]["seed"], 3);
        assert_eq!(report["options"]["model"]["kind"], model);
        assert_eq!(report["data_name"], "a.csv");

        // On the rows that it was trained on it is right more often than on those that it never saw.
        folder.ok(&format!(
            "evaluate {model}.kubecast a.csv --report again.json"
        ));
        let again = folder.json("again.json");
        assert_eq!(again["rows_test"], 1200);
        assert_eq!(again["data_fingerprint"], report["data_fingerprint"]);
        assert!(again["accuracy"].as_f64().unwrap() >= report["accuracy"].as_f64().unwrap() - 0.02);

        let predictions = folder.ok(&format!("predict {model}.kubecast a.csv"));
        let header = predictions.lines().next().unwrap();
        assert!(
            header.starts_with("row,predicted,probability,p_"),
            "{header}"
        );
        let classes = report["classes"].as_array().unwrap().len();
        // Whether the row is unlike those learned from, and why.
        assert_eq!(header.split(',').count(), 3 + classes + 2);
        assert!(header.ends_with(",unfamiliar,because"), "{header}");
        assert_eq!(predictions.lines().count(), 1201);
        folder.ok(&format!("predict {model}.kubecast a.csv --out p.csv"));
        assert_eq!(folder.read("p.csv"), predictions);

        if model == "decision-tree" {
            folder.ok(&format!(
                "train a.csv --target issue_type --model {model} --no-unfamiliar --out plain.kubecast"
            ));
            let plain = folder.ok("predict plain.kubecast a.csv");
            let header = plain.lines().next().unwrap();
            assert_eq!(header.split(',').count(), 3 + classes);
        }

        let inspected: Value =
            serde_json::from_str(&folder.ok(&format!("inspect {model}.kubecast"))).unwrap();
        assert_eq!(inspected["model"]["target"], "issue_type");
        assert_eq!(inspected["report"]["accuracy"], report["accuracy"]);
    }
}

#[test]
fn the_result_does_not_depend_on_threads_or_on_where_it_is_read_from() {
    let folder = Folder::new("threads");
    folder.ok("simulate --rows 600 --seed 1 --out a.csv");
    let train = "--target issue_type --trees 12 --out";
    folder.ok(&format!("train a.csv --threads 1 {train} one.kubecast"));
    folder.ok(&format!("train a.csv --threads 4 {train} four.kubecast"));
    let read = |name: &str| std::fs::read(folder.0.join(name)).unwrap();
    assert_eq!(read("one.kubecast"), read("four.kubecast"));
    folder.ok(&format!("train a.csv --seed 43 {train} other.kubecast"));
    assert_ne!(read("one.kubecast"), read("other.kubecast"), "another seed");

    let mut child = command(&folder.0, "predict one.kubecast -")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let csv = read("a.csv");
    let mut stdin = child.stdin.take().unwrap();
    let writer = std::thread::Builder::new().spawn(move || stdin.write_all(&csv));
    let piped = child.wait_with_output().unwrap();
    writer.unwrap().join().unwrap().unwrap();
    assert_eq!(
        String::from_utf8(piped.stdout).unwrap(),
        folder.ok("predict one.kubecast a.csv")
    );
}

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
fn what_is_wrong_is_said_with_what_to_do() {
    let folder = Folder::new("wrong");
    folder.ok("simulate --rows 300 --seed 1 --out a.csv");
    folder.ok("train a.csv --target issue_type --trees 3 --out m.kubecast");
    let kept = std::fs::read(folder.0.join("m.kubecast")).unwrap();

    // The command line is at fault.
    for words in [
        "",
        "guess a.csv",
        "train",
        "train a.csv --trees many",
        "train a.csv --model svm",
        "train a.csv --rounds 5",
        "train a.csv --kind cpu=colour",
        "train a.csv --max-features 3",
        "train a.csv --test-share 2",
        "train a.csv --trees 0",
        "simulate --rows 0",
        "simulate --issues moon_phase",
    ] {
        let said = folder.fails(words, 2);
        assert!(
            said.contains("error:") || said.contains("Usage"),
            "{words}: {said}"
        );
    }

    // The data is, or a file.
    folder.file("empty.csv", "");
    folder.file("header.csv", "a,b\n");
    folder.file("one.csv", "a,issue\n1,x\n2,x\n3,x\n");
    folder.file(
        "binary.csv",
        [0x7f, b'E', b'L', b'F', 0, 0, 0, 1, 0xff, 0xfe, 0, 0],
    );
    folder.file("other.csv", "colour,shape\nred,round\n");
    folder.file("cut.kubecast", &kept[..kept.len() / 2]);
    for (words, says) in [
        ("train nowhere.csv", "nowhere.csv"),
        ("train empty.csv", "empty.csv"),
        ("train header.csv", "error:"),
        ("train one.csv --target issue", "issue"),
        ("train a.csv --target weather", "weather"),
        (
            "train a.csv --target issue_type --columns weather",
            "weather",
        ),
        ("train binary.csv", "binary.csv"),
        ("predict a.csv a.csv", "a.csv"),
        ("predict cut.kubecast a.csv", "cut.kubecast"),
        ("predict m.kubecast other.csv", "column"),
        ("evaluate m.kubecast other.csv", "column"),
        ("inspect cut.kubecast", "cut.kubecast"),
    ] {
        let out = folder.run(words);
        let said = stderr(&out);
        let code = out.status.code();
        assert!(matches!(code, Some(1 | 2)), "{words}: {code:?} {said}");
        assert!(
            said.lines().any(|line| line.starts_with("error: ")) && said.contains(says),
            "{words}: {said}"
        );
        assert!(said.trim_end().lines().count() >= 3, "no way out: {said}");
    }

    // What stood there before a training that failed still stands.
    folder.fails("train one.csv --target issue --out m.kubecast", 1);
    assert_eq!(std::fs::read(folder.0.join("m.kubecast")).unwrap(), kept);
}

/// `tests/fixtures/version1-*` were made by the program that wrote version 1, of `version1.csv`, a simulated cluster:
/// files that people keep are read for ever.
#[test]
fn models_of_the_first_version_predict_what_they_did() {
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures");
    for model in ["forest", "boost"] {
        let words = format!("predict version1-{model}.kubecast version1.csv --out -");
        let out = command(&fixtures, &words).output().unwrap();
        assert!(out.status.success(), "{}", stderr(&out));
        let then = std::fs::read(fixtures.join(format!("version1-{model}.predictions.csv")));
        assert!(out.stdout == then.unwrap(), "{model} predicts otherwise");
    }
}

#[test]
fn a_search_tells_its_table_and_trains_with_the_best() {
    let folder = Folder::new("search");
    folder.ok("simulate --rows 400 --seed 3 --out a.csv");
    let words =
        "train a.csv --trees 9 --max-depth 2 --search 600 --candidates 9 --folds 3 --report -";
    let [one, two] = [1, 2].map(|threads| folder.run(&format!("{words} --threads {threads}")));
    assert!(one.status.success(), "{}", stderr(&one));
    let told = stderr(&one);
    assert!(
        told.contains("10 settings tried, 48 models fitted"),
        "{told}"
    );
    assert!(told.contains("yours") && told.contains("\n* "), "{told}");
    let report = |out: &Output| -> Value {
        let mut report: Value = serde_json::from_slice(&out.stdout).unwrap();
        report["fit_secs"] = Value::Null;
        report
    };
    assert_eq!(report(&one), report(&two), "whatever the number of threads");
    assert_eq!(report(&one)["options"]["model"]["trees"], 9);
    for wrong in [
        "--folds 1",
        "--fold-kind forward:node",
        "--fold-kind grouped:nothing",
    ] {
        let told = folder.fails(&format!("train a.csv --search 1 {wrong}"), 2);
        assert!(told.starts_with("error: "), "{told}");
    }
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

#[test]
fn a_simulation_is_written_with_what_happened_in_it() {
    let folder = Folder::new("simulator");
    let words = "simulate --preset default --rows 9000 --seed 5 --issue-probability 0.2";
    let plain = folder.ok(words);
    assert_eq!(plain.lines().count(), 9_001);
    assert!(
        plain.starts_with("node,namespace,workload_type,pod_count,")
            && plain.contains("etcd_db_ratio")
    );
    folder.ok(&format!(
        "{words} --out a.csv.gz --episodes episodes.csv --events events.csv --config config.json"
    ));
    let packed = std::fs::read(folder.0.join("a.csv.gz")).unwrap();
    assert!(packed.starts_with(&[0x1f, 0x8b]) && packed.len() * 2 < plain.len());
    let mut unpacked = String::new();
    std::io::Read::read_to_string(
        &mut flate2::read::GzDecoder::new(&packed[..]),
        &mut unpacked,
    )
    .unwrap();
    assert!(unpacked == plain, "the same bytes, packed");
    assert!(folder.read("episodes.csv").lines().count() > 3);
    assert!(folder.read("events.csv").contains(",impact,"));
    assert_eq!(folder.json("config.json")["num_samples"], 9_000);

    let twin = folder.ok(&format!("{words} --twin"));
    assert!(twin != plain && !twin.contains("precursor"));
    let seed = folder.ok("simulate --preset production --rows 400 --columns seed");
    assert_eq!(seed.lines().next().unwrap().split(',').count(), 24);

    for (words, named, allowed) in [
        ("--rows 0", "--rows", "1..=5000000"),
        ("--hours -3", "--hours", "1..=8784"),
        ("--issue-probability 1.2", "issue_probability", "0 to 1"),
        ("--issues moon_phase", "issue_types", "node_failure"),
        ("--clusters 0", "clusters", "1 or more"),
        ("--nodes 500", "nodes", "2 to 200"),
        ("--workload-mix 1,2", "workload_mix", "five"),
        ("--start-time soon", "start_time", "2025-03-03T00:07:30"),
        ("--row-drop -0.1", "row_drop", "0 to 0.5"),
        ("--preset hard", "--preset", "production"),
    ] {
        let said = folder.fails(&format!("simulate {words}"), 2);
        assert!(
            said.contains(named) && said.contains(allowed),
            "{words}: {said}"
        );
    }
}

#[test]
fn what_a_training_needs_is_told_before_it_begins_and_what_does_not_fit_is_refused() {
    let folder = Folder::new("estimate");
    folder.ok("simulate --rows 3000 --seed 5 --out a.csv");
    let words = "train a.csv --target issue_type --estimate --threads 2";
    let told: Value = serde_json::from_str(&folder.ok(words)).unwrap();
    let bytes = told["memory_bytes"].as_u64().unwrap();
    // 3,000 rows of two dozen columns as numbers are half a megabyte; a worker's program alone is 16 MB.
    assert!((17 << 20..200 << 20).contains(&bytes), "{told}");
    let secs = told["secs"].as_f64().unwrap();
    assert!(secs > 0.0 && secs < 600.0, "{told}");
    assert_eq!(told["workers"], 2);
    assert_eq!(
        told["probe_rows"], 2250,
        "all training rows of so small a table"
    );
    let more = format!("{words} --trees 2000");
    let more: Value = serde_json::from_str(&folder.ok(&more)).unwrap();
    assert!(more["memory_bytes"].as_u64() > Some(bytes), "{more}");
    // The whole of it does not fit; a training whose table alone does not fit is refused, whether or not it is asked first.
    for words in [
        format!("{words} --memory-limit 10MB"),
        "train a.csv --target issue_type --estimate --memory-limit 100KB".to_owned(),
        "train a.csv --target issue_type --out m.kubecast --memory-limit 100KB".to_owned(),
    ] {
        let said = folder.fails(&words, 1);
        assert!(
            said.contains("more memory than there is"),
            "{words}: {said}"
        );
        assert!(said.contains("fewer"), "a way out: {said}");
    }
    assert!(!folder.0.join("m.kubecast").exists());
    assert!(
        folder
            .fails(&format!("{words} --out m.kubecast"), 2)
            .contains("--out")
    );
    assert!(
        folder
            .fails("train a.csv --memory-limit much", 2)
            .contains("--memory-limit")
    );
}
