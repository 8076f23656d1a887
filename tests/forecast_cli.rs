//! `kubecast forecast`, as a person or a job would type it: the built program, real files, exit codes.
#![cfg(feature = "cli")]

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;

fn folder(name: &str) -> PathBuf {
    let path = std::env::temp_dir().join(format!("kubecast-{name}-{}", std::process::id()));
    std::fs::create_dir_all(&path).unwrap();
    path
}

fn run(folder: &Path, words: &str) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_kubecast"));
    command
        .current_dir(folder)
        .args(words.split_whitespace())
        .output()
        .unwrap()
}

fn said(out: &Output) -> String {
    String::from_utf8_lossy(&out.stderr).into_owned()
}

#[test]
fn a_simulated_cluster_is_judged_and_the_report_does_not_depend_on_threads() {
    let folder = folder("forecast");
    let made = run(
        &folder,
        "simulate --preset default --rows 30000 --seed 1 --out c.csv",
    );
    assert!(made.status.success(), "{}", said(&made));
    let asked = "forecast c.csv --time timestamp --entity entity_id --target issue_type --windows 5,15 --trees 20";
    let one = run(&folder, &format!("{asked} --threads 1 --report one.json"));
    assert!(one.status.success(), "{}", said(&one));
    let two = run(&folder, &format!("{asked} --threads 3 --report -"));
    let kept = std::fs::read_to_string(folder.join("one.json")).unwrap();
    assert_eq!(String::from_utf8_lossy(&two.stdout), kept);
    let report: Value = serde_json::from_str(&kept).unwrap();
    let all = &report["overall"];
    let count = |name: &str| all[name].as_u64().unwrap();
    assert_eq!(
        count("ahead") + count("late") + count("missed"),
        count("incidents")
    );
    assert!(count("incidents") >= 2 && said(&one).contains(report["verdict"].as_str().unwrap()));
    let rivals = report["rivals"].as_array().unwrap();
    assert_eq!(
        (rivals.len(), &rivals[0]["name"]),
        (6, &Value::from("always normal"))
    );
    // The simulator tells which of the usual alerts fires: they do, whatever the budget grants.
    assert_eq!(rivals[5]["name"], "alerts that fired");
    let pages = ["pages_ahead", "pages_during", "pages_false"].map(|n| rivals[5][n].as_u64());
    assert!(pages.iter().flatten().sum::<u64>() > 0, "{}", rivals[5]);
    assert!(said(&one).contains("The alerts that fired: "));

    // Every judged row is in the matrix once, unless an issue is on or nobody saw its horizon's end.
    let rows = &report["rows"];
    let classes = rows["classes"].as_array().unwrap().len();
    let counts = rows["counts"].as_array().unwrap();
    assert!(classes > 2 && counts.len() == classes);
    let counted: u64 = counts
        .iter()
        .flat_map(|row| row.as_array().unwrap())
        .map(|n| n.as_u64().unwrap())
        .sum();
    let judged = report["rows_test"].as_u64().unwrap();
    assert!(
        counted <= judged && counted > judged / 2,
        "{counted} of {judged}"
    );
    assert!(said(&one).contains("rows before an incident are named"));
    // Two runs of other seeds, compared.
    assert!(all["recall_ahead_90"].as_array().unwrap().len() == 2);
    let again = run(&folder, &format!("{asked} --seed 5 --report again.json"));
    assert!(again.status.success(), "{}", said(&again));
    let compared = run(&folder, "compare one.json again.json --report -");
    assert!(compared.status.success(), "{}", said(&compared));
    let compared: Value = serde_json::from_slice(&compared.stdout).unwrap();
    assert_eq!(compared["incidents_in_common"], all["incidents"]);
    assert_eq!(compared["differs"][0]["name"], "seed");
    let figures = compared["figures"].as_array().unwrap();
    assert_eq!(figures.len(), 4);
    let p = figures[0]["p"].as_f64().unwrap();
    assert!(p > 0.0 && p <= 1.0);
    let share = count("ahead") as f64 / count("incidents") as f64;
    assert!((figures[0]["first"].as_f64().unwrap() - share).abs() < 1e-12);
    assert_eq!(figures[2]["first"], all["false_per_cluster_day"]);
    assert_eq!(figures[3]["first"], all["page_precision"]);
    // At a budget of the slider (tests/session_forecast holds what comes of it), and at one that is no number of pages.
    let dear = run(
        &folder,
        "compare one.json again.json --budget 20 --report -",
    );
    assert!(dear.status.success(), "{}", said(&dear));
    let dear: Value = serde_json::from_slice(&dear.stdout).unwrap();
    assert_eq!(
        (&dear["budget_first"], &dear["budget_second"]),
        (&20.0.into(), &20.0.into())
    );
    let none = run(&folder, "compare one.json again.json --budget -1");
    assert_eq!(none.status.code(), Some(2));
    let no_run = run(&folder, "compare one.json c.csv");
    assert_eq!(no_run.status.code(), Some(1));
    assert!(said(&no_run).contains("c.csv") && said(&no_run).contains("no report of a run"));

    let long = run(&folder, &format!("{asked} --horizon-minutes 100000"));
    assert_eq!(long.status.code(), Some(1));
    assert!(said(&long).contains("too short"), "{}", said(&long));
    let budget = run(&folder, &format!("{asked} --budget NaN"));
    assert_eq!(budget.status.code(), Some(2), "{}", said(&budget));
    std::fs::remove_dir_all(&folder).unwrap();
}

/// Rows drawn at random flatter: the score of the split is far above what comes true in another fleet.
#[test]
fn a_split_that_leaks_says_more_than_comes_true() {
    let folder = folder("forecast-judge");
    for (seed, file) in [(1, "own.csv"), (2, "other.csv")] {
        let made = format!("simulate --preset default --rows 12000 --seed {seed} --out {file}");
        let made = run(&folder, &made);
        assert!(made.status.success(), "{}", said(&made));
    }
    let asked = "forecast own.csv --time timestamp --entity entity_id --target issue_type --windows 15 --trees 20 --any-rows";
    let refused = run(&folder, asked);
    assert_eq!(refused.status.code(), Some(1));
    assert!(said(&refused).contains("leak"), "{}", said(&refused));
    let precision = |more: &str| {
        let out = run(&folder, &format!("{asked} --anyway --report - {more}"));
        assert!(out.status.success(), "{}", said(&out));
        let report: Value = serde_json::from_slice(&out.stdout).unwrap();
        let ends = |at: usize| report["average_precision_90"][at].as_f64().unwrap();
        let figure = report["average_precision"].as_f64().unwrap();
        assert!(ends(0) < ends(1) && figure > 0.0);
        (figure, ends(0), report["rows_test"].as_u64().unwrap())
    };
    let (flattering, least, _) = precision("");
    let (comes_true, _, rows) = precision("--judge other.csv");
    assert_eq!(rows, 12_000);
    assert!(
        comes_true < least && comes_true < flattering / 2.0,
        "{comes_true} of {flattering}"
    );
    let other = run(&folder, "read own.csv --out narrow.csv");
    assert!(other.status.success(), "{}", said(&other));
    let narrow = std::fs::read_to_string(folder.join("narrow.csv")).unwrap();
    let without = narrow.replacen("cpu_usage_percent", "cpu_used_percent", 1);
    std::fs::write(folder.join("narrow.csv"), without).unwrap();
    let missing = run(&folder, &format!("{asked} --anyway --judge narrow.csv"));
    assert_eq!(missing.status.code(), Some(1));
    assert!(
        said(&missing).contains("cpu_usage_percent"),
        "{}",
        said(&missing)
    );
    std::fs::remove_dir_all(&folder).unwrap();
}

/// C-MAPSS FD001 (NASA), the one with true precursors, by unit: failing within 10, 30 and 60 cycles.
#[test]
fn engines_that_wear_out_are_told_from_those_that_do_not_by_unit() {
    let data = std::env::var_os("KUBECAST_DATA").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data"),
        PathBuf::from,
    );
    let Ok(text) = std::fs::read_to_string(data.join("telemetry/cmapss_fd001_units1-70.csv"))
    else {
        #[expect(clippy::print_stderr, reason = "a test that did not run says so")]
        {
            eprintln!("engines DID NOT RUN: no test data (set KUBECAST_DATA)");
        }
        return;
    };
    let folder = folder("engines");
    // The incident is the last cycle of each unit; RUL and label, the last two columns, are known only afterwards.
    let lines: Vec<&str> = text.lines().collect();
    let unit = |line: &str| line.split(',').next().map(str::to_owned);
    let mut out = String::new();
    for (at, line) in lines.iter().enumerate() {
        let (cells, state) = (
            line.rsplitn(3, ',').last().unwrap(),
            match at {
                0 => "state",
                _ if lines
                    .get(at + 1)
                    .is_none_or(|next| unit(next) != unit(line)) =>
                {
                    "failed"
                }
                _ => "healthy",
            },
        );
        out.push_str(&format!("{cells},{state}\n"));
    }
    std::fs::write(folder.join("engines.csv"), out).unwrap();
    // A day of 1,440 cycles is seen a quarter: 20 false pages a day are five here, less would be none.
    for (horizon, least) in [(10, 0.99), (30, 0.99), (60, 0.96)] {
        let asked = format!(
            "forecast engines.csv --time cycle --entity unit --target state --horizon-minutes {horizon} --windows 5,15,30 --by-entity --gap-minutes 0 --budget 20 --report -"
        );
        let done = run(&folder, &asked);
        assert!(done.status.success(), "{}", said(&done));
        let report: Value = serde_json::from_slice(&done.stdout).unwrap();
        let area = report["roc_auc"].as_f64().unwrap();
        assert!(area >= least, "{horizon}: {area}");
        assert_eq!(report["overall"]["ahead"], report["overall"]["incidents"]);
    }
    std::fs::remove_dir_all(&folder).unwrap();
}

/// A query's answer with a series for each of four pods; minutes without a value are left out.
fn answer(metric: &str, of: impl Fn(u64, u64) -> Option<String>) -> String {
    let series: Vec<String> = (0..4)
        .map(|pod| {
            let points: Vec<String> = (0..2_000)
                .filter_map(|t| Some(format!("[{},\"{}\"]", 1_709_541_000 + 60 * t, of(pod, t)?)))
                .collect();
            format!(
                "{{\"metric\":{{{metric},\"namespace\":\"shop\",\"pod\":\"api-{pod}\"}},\"values\":[{}]}}",
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
fn alerts_and_restarts_of_exports_are_warned_of() {
    let folder = folder("forecast-exports");
    let write = |name: &str, text: String| std::fs::write(folder.join(name), text).unwrap();
    // Each pod's CPU climbs for 40 minutes every 250; then an alert fires for ten, and the pod restarts once.
    let phase = |pod: u64, t: u64| (t + 61 * pod) % 250;
    let noise = |pod: u64, t: u64| kubecast::trees::Rng::new(t, pod).unit();
    let cpu = |pod, t| {
        let climb = match phase(pod, t) {
            at @ 190..=230 => (at - 189) as f64 / 60.0,
            _ => 0.0,
        };
        Some(format!("{:.9}", climb + noise(pod, t)))
    };
    let fires = |pod, t| (230..240).contains(&phase(pod, t));
    let restarts = |pod, t: u64| {
        let past = (1..=t).filter(|t| phase(pod, *t) == 230);
        Some((pod + past.count() as u64).to_string())
    };
    write("cpu.json", answer("\"__name__\":\"cpu_used\"", cpu));
    let named = "\"__name__\":\"ALERTS\",\"alertname\":\"Busy\",\"alertstate\":\"firing\"";
    let firing = |pod, t| fires(pod, t).then(|| "1".to_owned());
    write("alerts.json", answer(named, firing));
    let counter = "kube_pod_container_status_restarts_total";
    let named = format!("\"__name__\":\"{counter}\",\"container\":\"api\"");
    write("restarts.json", answer(&named, restarts));

    let shared =
        "--horizon-minutes 20 --windows 5,15 --budget 4 --trees 20 --gap-minutes 5 --report -";
    let judged = |asked: String| -> Value {
        let out = run(&folder, &format!("forecast {asked} {shared}"));
        assert!(out.status.success(), "{}", said(&out));
        serde_json::from_slice(&out.stdout).unwrap()
    };
    let alert = judged("cpu.json alerts.json --target alert".to_owned());
    let restart = judged(format!("cpu.json restarts.json --target rate({counter})"));
    for (report, kind) in [(&alert, "Busy"), (&restart, "restart")] {
        assert_eq!(report["kinds"][0]["name"], kind, "{}", report["kinds"]);
        assert_eq!(
            (&report["episodes"], &report["entities"]),
            (&32.into(), &4.into())
        );
        let all = &report["overall"];
        assert!(all["incidents"].as_u64().unwrap() >= 7, "{all}");
        assert_eq!(all["ahead"], all["incidents"], "{all}");
    }
    // As a table of the command's own, with the counter itself; and one that never rises.
    let mut table = String::from("time,pod,cpu,restart_count,restarts_before\n");
    for t in 0..2_000 {
        for pod in 0..4 {
            let (cpu, count) = (cpu(pod, t).unwrap(), restarts(pod, t).unwrap());
            table.push_str(&format!("{t},api-{pod},{cpu},{count},{pod}\n"));
        }
    }
    write("pods.csv", table);
    let counted = judged("pods.csv --time time --entity pod --target restart_count".to_owned());
    assert_eq!(counted["episodes"], 32);
    assert_eq!(counted["overall"]["ahead"], counted["overall"]["incidents"]);
    let still = "forecast pods.csv --time time --entity pod --target restarts_before";
    let still = run(&folder, still);
    assert_eq!(still.status.code(), Some(1));
    let text = said(&still);
    assert!(
        text.contains("never rises: there is no restart to forecast")
            && text.contains("Choose another column with --target"),
        "{text}"
    );
    std::fs::remove_dir_all(&folder).unwrap();
}
