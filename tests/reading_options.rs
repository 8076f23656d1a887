//! How files are to be read, said to every command that reads tables: the same options, of all files or of one of them.
#![cfg(feature = "cli")]

#[path = "cli/typed.rs"]
mod typed;

use std::io::Write;
use std::process::Stdio;

use serde_json::Value;

use typed::{Folder, command, stderr};

/// Numbers that are read as thousands where the comma is no decimal sign; the class hangs on them, and not on their rank.
fn table(delimiter: &str, decimal: &str) -> String {
    let mut text = ["load", "heat", "issue"].join(delimiter) + "\n";
    for i in 0..240_u32 {
        let number = |n: u32| format!("{}{decimal}{:03}", 1 + n / 1000, n % 1000);
        let (load, heat) = ((i * 377) % 2_000 + 1, (i * 911) % 2_000 + 1);
        let issue = ["None", "crash"][usize::from(load > 1_400 || heat > 1_700)];
        text += &([&number(load), &number(heat), issue].join(delimiter) + "\n");
    }
    text
}

fn written(name: &str) -> Folder {
    let folder = Folder::new(name);
    folder.file("plain.csv", table(",", "."));
    folder.file("comma.csv", table(";", ","));
    folder
}

fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

#[test]
fn a_model_learns_from_a_file_read_one_way_and_predicts_another_read_otherwise() {
    let folder = written("reading-train");
    let train = "--target issue --trees 9 --no-unfamiliar --out";
    folder.ok(&format!("train plain.csv {train} plain.kubecast"));
    folder.ok(&format!(
        "train comma.csv --decimal , {train} comma.kubecast"
    ));
    folder.ok("predict plain.kubecast plain.csv --out predictions.csv");
    let predictions = folder.read("predictions.csv");
    for words in [
        "predict plain.kubecast comma.csv --decimal ,",
        "predict plain.kubecast comma.csv --for comma.csv,decimal=,",
        "predict plain.kubecast comma.csv --decimal . --for comma.csv,decimal=comma",
        "predict comma.kubecast comma.csv --decimal , --delimiter semicolon",
        "predict comma.kubecast plain.csv",
        "predict comma.kubecast plain.csv --decimal point --offset +01:00",
    ] {
        assert_eq!(folder.ok(words), predictions, "{words}");
    }
    let thousands = folder.ok("predict plain.kubecast comma.csv --decimal .");
    assert_ne!(thousands, predictions);

    let accuracy = |words: &str| {
        folder.ok(&format!("{words} --report report.json"));
        folder.json("report.json")["accuracy"].as_f64().unwrap()
    };
    let right = accuracy("evaluate plain.kubecast comma.csv --decimal ,");
    assert_eq!(right, accuracy("evaluate plain.kubecast plain.csv"));
    let wrong = accuracy("evaluate plain.kubecast comma.csv --decimal .");
    assert!(wrong < right - 0.1, "{wrong} {right}");

    // What is said of standard input.
    let mut child = command(&folder.0, "predict plain.kubecast - --for -,decimal=,")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    stdin.write_all(table(";", ",").as_bytes()).unwrap();
    drop(stdin);
    let out = child.wait_with_output().unwrap();
    assert!(out.status.success(), "{}", stderr(&out));
    assert_eq!(String::from_utf8(out.stdout).unwrap(), predictions);
}

#[test]
fn a_table_is_described_as_it_is_told_to_be_read() {
    let folder = written("reading-inspect");
    let mean = |words: &str| {
        let table = json(&folder.ok(words));
        assert_eq!(table["columns"][0]["name"], "load");
        table["columns"][0]["mean"].as_f64().unwrap()
    };
    let plain = mean("inspect plain.csv");
    assert!((1.0..3.0).contains(&plain), "{plain}");
    assert_eq!(mean("inspect comma.csv --decimal ,"), plain);
    assert!((mean("inspect comma.csv --decimal .") / plain - 1000.0).abs() < 1e-6);
    // Two files, of which one is said how it is written.
    let both = mean("inspect plain.csv comma.csv --decimal . --for comma.csv,decimal=,");
    assert!((both - plain).abs() < 1e-12);
    let headless = json(&folder.ok("inspect plain.csv --header-rows 0"));
    assert_eq!(headless["rows"], 241);
    // Exports are joined as is said.
    let answer = r#"{"status":"success","data":{"resultType":"matrix","result":[{"metric":{"__name__":"cpu","pod":"a"},"values":[[1709541000,"1"],[1709541060,"2"],[1709541120,"3"],[1709541180,"4"]]}]}}"#;
    folder.file("cpu.json", answer);
    let rows = |words: &str| json(&folder.ok(words))["rows"].as_u64().unwrap();
    assert_eq!(rows("inspect cpu.json"), 4);
    assert!(rows("inspect cpu.json --step 120") < 4);
    folder.file("long.csv", "up,9,n1,1709541000\nup,8,n2,1709541000\n");
    let format = "__name__,__value__,node,__timestamp__:unix_s";
    let table = json(&folder.ok(&format!("inspect long.csv --victoria-format {format}")));
    let names: Vec<&str> = table["columns"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|c| c["name"].as_str())
        .collect();
    assert_eq!(names, ["timestamp", "node", "up"]);
}

#[test]
fn a_whole_table_is_looked_at_as_it_is_told_to_be_read() {
    let folder = written("reading-profile");
    let plain = folder.ok("profile plain.csv --target issue");
    folder.ok("profile comma.csv --decimal , --out told.json");
    assert_eq!(
        folder.read("told.json"),
        plain,
        "the target is the likeliest"
    );
    assert_ne!(folder.ok("profile comma.csv --decimal ."), plain);
    let profile = json(&plain);
    assert_eq!(
        (&profile["rows"], &profile["target"]),
        (&240.into(), &"issue".into())
    );
    assert_eq!(profile["by_class"]["columns"].as_array().unwrap().len(), 2);
    let said = folder.fails("profile plain.csv --target weather", 2);
    assert!(said.contains("weather"), "{said}");
}

/// Four pods whose use climbs before each restart.
fn pods(delimiter: &str, decimal: &str, late: u32) -> String {
    let mut text =
        ["time", "pod", "cpu", "mem", "disk", "net", "restart_count"].join(delimiter) + "\n";
    for t in 0..1_200_u32 {
        for pod in 0..4 {
            let phase = (t + late + pod * 57) % 240;
            let climb = phase.saturating_sub(189).min(41) * u32::from(phase <= 230) * 8;
            let noise = |salt: u32| {
                let mixed = ((t * 4 + pod) * 8 + salt + late * 9_001).wrapping_mul(2_654_435_761);
                (mixed ^ mixed >> 15).wrapping_mul(2_246_822_519) >> 16
            };
            let number = |thousandths: u32| format!("1{decimal}{thousandths:03}");
            let count = (t + late + pod * 57 + 9) / 240;
            let line = [
                t.to_string(),
                format!("api-{pod}"),
                number(100 + climb + noise(0) % 500),
                number(noise(1) % 1_000),
                number(noise(2) % 1_000),
                number(noise(3) % 1_000),
                count.to_string(),
            ];
            text += &(line.join(delimiter) + "\n");
        }
    }
    text
}

#[test]
fn a_forecast_is_judged_by_a_file_that_is_written_otherwise() {
    let folder = Folder::new("reading-forecast");
    folder.file("own.csv", pods(",", ".", 0));
    folder.file("other.csv", pods(",", ".", 40));
    folder.file("comma.csv", pods(";", ",", 40));
    let asked = "forecast own.csv --time time --entity pod --target restart_count --horizon-minutes 20 --windows 5 --trees 9 \
                 --budget 4 --report -";
    let overall = |more: &str| json(&folder.ok(&format!("{asked} {more}")))["overall"].clone();
    let plain = overall("--judge other.csv");
    assert!(plain["ahead"].as_u64().unwrap() > 5, "{plain}");
    assert_eq!(
        overall("--judge comma.csv --for comma.csv,decimal=,"),
        plain
    );
    assert_ne!(
        overall("--judge comma.csv --for comma.csv,decimal=."),
        plain
    );
    let said = folder.fails(&format!("{asked} --header-rows 0"), 1);
    assert!(said.contains("no column \"time\""), "{said}");
}

#[test]
fn what_cannot_be_said_is_refused_alike_by_every_command() {
    let folder = written("reading-wrong");
    folder.ok("train plain.csv --target issue --trees 3 --out m.kubecast");
    for begin in [
        "read plain.csv",
        "train plain.csv --target issue --trees 3",
        "evaluate m.kubecast plain.csv",
        "predict m.kubecast plain.csv",
        "inspect plain.csv",
        "profile plain.csv",
        "forecast plain.csv",
    ] {
        for (words, says) in [
            ("--delimiter ab", "what stands between cells"),
            ("--decimal x", ". or ,"),
            ("--dates year-first", "day-first or month-first"),
            ("--offset 15:00", "-14:00 to +14:00"),
            ("--text-encoding ebcdic", "Windows-1252"),
            ("--header-rows one", "whole number"),
            ("--step 0", "billion seconds"),
            ("--for plain.csv", "FILE,OPTION=VALUE"),
            ("--for plain.csv,colour=red", "preamble-rows"),
            ("--for plain.csv,decimal=x", ". or ,"),
            ("--for other.csv,decimal=.", "about no file that is read"),
        ] {
            let said = folder.fails(&format!("{begin} {words}"), 2);
            assert!(said.contains(says), "{begin} {words}: {said}");
        }
    }
    let said = folder.fails("inspect m.kubecast --decimal ,", 2);
    assert!(said.contains("m.kubecast is a model"), "{said}");
}

#[test]
fn the_short_help_of_other_commands_is_short_and_the_long_one_tells_all() {
    let folder = Folder::new("reading-help");
    let options = [
        "--delimiter",
        "--preamble-rows",
        "--text-encoding",
        "--for",
        "--victoria-format",
    ];
    for name in [
        "train", "evaluate", "predict", "inspect", "profile", "forecast",
    ] {
        let (short, long) = (
            folder.ok(&format!("{name} -h")),
            folder.ok(&format!("{name} --help")),
        );
        for option in options {
            assert!(!short.contains(&format!("{option} <")), "{name}: {short}");
            assert!(
                long.contains(&format!("{option} <")),
                "{name} {option}: {long}"
            );
        }
        assert!(
            short.contains("can be said as to `kubecast read`"),
            "{short}"
        );
    }
    for help in ["read -h", "read --help"] {
        let help = folder.ok(help);
        assert!(
            options
                .iter()
                .all(|option| help.contains(&format!("{option} <"))),
            "{help}"
        );
    }
    // The name that it had where `read` alone took it; to `train` it says how names become numbers.
    folder.file("k.csv", b"stadt,n\nK\xf6ln,1\nBonn,2\n");
    for name in ["--encoding", "--text-encoding"] {
        let read = folder.ok(&format!("read k.csv {name} latin-1"));
        assert!(read.contains("K\u{f6}ln"), "{read}");
    }
    folder.file("plain.csv", table(",", "."));
    folder.ok("train plain.csv --target issue --trees 3 --encoding one-hot --text-encoding utf-8");
}
