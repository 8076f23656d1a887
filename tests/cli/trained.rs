//! From a table to predictions: `train`, `predict`, `evaluate`, `inspect`.

use super::*;

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

/// The figures are those of the reports, since the same seed holds out the same rows.
#[test]
fn two_trainings_are_compared_on_the_rows_that_both_were_judged_by() {
    let folder = Folder::new("compared");
    folder.ok("simulate --rows 1200 --hours 48 --seed 7 --out a.csv");
    let train = "train a.csv --target issue_type";
    folder.ok(&format!(
        "{train} --trees 20 --seed 3 --out f.kubecast --report f.json"
    ));
    folder.ok(&format!(
        "{train} --model decision-tree --max-depth 1 --seed 3 --out t.kubecast --report t.json"
    ));
    let compared = |words: &str| -> Value {
        serde_json::from_str(&folder.ok(&format!("compare {words} --report -"))).unwrap()
    };
    let agree = |compared: &Value, reports: [&Value; 2]| {
        let names = ["accuracy", "macro_f1", "balanced_accuracy", "log_loss"];
        for (at, name) in names.iter().enumerate() {
            let figure = &compared["figures"][at];
            for (which, report) in ["first", "second"].iter().zip(reports) {
                let (here, there) = (
                    figure[which].as_f64().unwrap(),
                    report[name].as_f64().unwrap(),
                );
                // Probabilities are kept in steps.
                let most = if *name == "log_loss" { 1e-3 } else { 1e-12 };
                assert!(
                    (here - there).abs() <= most,
                    "{name}: {here} is not {there}"
                );
            }
            assert!(figure["p"].as_f64().unwrap() > 0.0);
        }
    };
    let (forest, tree) = (folder.json("f.json"), folder.json("t.json"));
    let found = compared("f.json t.json");
    assert_eq!(found["rows_in_common"], 300);
    assert_eq!(found["rows_first_alone"], 0);
    assert!(found["groups"].as_u64().unwrap() > 1, "{found}");
    agree(&found, [&forest, &tree]);
    let rows: u64 = found["classes"]
        .as_array()
        .unwrap()
        .iter()
        .flat_map(|class| class.as_object().unwrap().values())
        .filter_map(Value::as_u64)
        .sum();
    assert_eq!(rows, 300);
    assert_eq!(found["differs"][0]["name"], "model");

    // Another seed holds out other rows, some of which are the same.
    folder.ok(&format!(
        "{train} --trees 20 --seed 4 --out o.kubecast --report o.json"
    ));
    let other = compared("f.json o.json");
    let common = other["rows_in_common"].as_u64().unwrap();
    assert!((1..300).contains(&common), "{common}");
    assert_eq!(other["rows_first_alone"], 300 - common);

    // Two models on a table that neither learned from, and on one that it did.
    folder.ok("simulate --rows 400 --hours 48 --seed 8 --out b.csv");
    for model in ["f", "t"] {
        folder.ok(&format!(
            "evaluate {model}.kubecast b.csv --report {model}b.json"
        ));
    }
    let elsewhere = compared("fb.json tb.json");
    let (forest, tree) = (folder.json("fb.json"), folder.json("tb.json"));
    assert_eq!(elsewhere["rows_in_common"], forest["rows_test"]);
    agree(&elsewhere, [&forest, &tree]);
    folder.ok("evaluate f.kubecast a.csv --report fa.json");
    let leaks = compared("fa.json f.json");
    let note = leaks["notes"][0].as_str().unwrap();
    assert!(
        note.starts_with("The first run was judged on the table that it learned from"),
        "{note}"
    );

    let refused = folder.fails("compare f.json fb.json", 1);
    assert!(refused.contains("judged on other data"), "{refused}");
}
