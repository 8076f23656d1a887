//! `kubecast forecast --marks`, as a person or a job would type it: the built program, real files, exit codes.
#![cfg(feature = "cli")]

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use kubecast::trees::Rng;
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

/// Two engines' cycles, whose pressure climbs for 40 of each 250 before ten cycles of wear.
fn cycles() -> String {
    let mut text = String::from("cycle,unit,pressure,noise\n");
    for cycle in 0..3_000_u32 {
        for unit in 0..2_u32 {
            let phase = (cycle + 97 * unit) % 250;
            let climb = if (190..240).contains(&phase) {
                phase - 189
            } else {
                0
            };
            let draw = |of: u32| Rng::new(u64::from(cycle), u64::from(unit + of)).unit();
            let pressure = 40.0 + f64::from(climb) / 2.0 + 30.0 * draw(0);
            let noise = draw(9);
            writeln!(text, "{cycle},unit-{unit},{pressure:.4},{noise:.4}").unwrap();
        }
    }
    text
}

fn marks() -> String {
    let mut text = String::from("# from the log book\n\nentity;from;until;kind\n");
    for unit in 0..2_u32 {
        for round in 0..12_u32 {
            let from = 250 * round + 230 - 97 * unit;
            writeln!(text, "unit-{unit};{from};{};worn", from + 10).unwrap();
        }
    }
    text
}

#[test]
fn marks_of_a_file_are_the_target_and_the_report_keeps_them() {
    let folder = folder("marks");
    std::fs::write(folder.join("engines.csv"), cycles()).unwrap();
    std::fs::write(folder.join("marks.csv"), marks()).unwrap();
    let asked = "forecast engines.csv --time cycle --entity unit --windows 5,15 --horizon-minutes 20 --trees 20 --budget 5";
    let out = run(
        &folder,
        &format!("{asked} --marks marks.csv --report r.json"),
    );
    assert!(out.status.success(), "{}", said(&out));
    assert!(
        said(&out).contains("note: The incidents are marked by hand: 24 spans."),
        "{}",
        said(&out)
    );
    assert!(said(&out).contains("Warns of "), "{}", said(&out));
    let report = std::fs::read_to_string(folder.join("r.json")).unwrap();
    let report: Value = serde_json::from_str(&report).unwrap();
    assert_eq!(report["episodes"], 24);
    assert!(
        report["overall"]["ahead"].as_u64().unwrap() >= 2,
        "{}",
        report["overall"]
    );
    let kept = &report["run"]["spec"]["marks"];
    assert_eq!(kept.as_array().unwrap().len(), 24);
    assert_eq!(
        kept[1],
        serde_json::json!({"entity": "unit-0", "from": "480", "until": "490", "kind": "worn"})
    );
    assert_eq!(report["run"]["spec"]["target"], "");

    // A label that says the same comes to the same figures.
    let mut labelled = String::new();
    for (at, line) in cycles().lines().enumerate() {
        let cells: Vec<&str> = line.split(',').collect();
        let worn = || {
            let (cycle, unit): (u32, u32) =
                (cells[0].parse().unwrap(), cells[1][5..].parse().unwrap());
            (230..240).contains(&((cycle + 97 * unit) % 250))
        };
        let label = match at {
            0 => "issue",
            _ if worn() => "worn",
            _ => "None",
        };
        writeln!(labelled, "{line},{label}").unwrap();
    }
    std::fs::write(folder.join("labelled.csv"), labelled).unwrap();
    let asked = asked.replace("engines.csv", "labelled.csv");
    let out = run(&folder, &format!("{asked} --target issue --report l.json"));
    assert!(out.status.success(), "{}", said(&out));
    let by_label = std::fs::read_to_string(folder.join("l.json")).unwrap();
    let by_label: Value = serde_json::from_str(&by_label).unwrap();
    for part in [
        "verdict",
        "episodes",
        "cuts",
        "overall",
        "kinds",
        "rivals",
        "curve",
        "calibration",
        "rows",
        "thresholds",
    ] {
        assert_eq!(report[part], by_label[part], "{part}");
    }
    std::fs::remove_dir_all(folder).unwrap();
}

#[test]
fn what_is_wrong_with_marks_is_said_with_file_and_line() {
    let folder = folder("marks-wrong");
    std::fs::write(folder.join("engines.csv"), cycles()).unwrap();
    let asked =
        "forecast engines.csv --time cycle --entity unit --windows 5 --trees 5 --marks marks.csv";
    let refused = |marks: &str, more: &str| {
        std::fs::write(folder.join("marks.csv"), marks).unwrap();
        let out = run(&folder, &format!("{asked} {more}"));
        assert!(!out.status.success(), "{marks}");
        said(&out)
    };
    let with = |line: &str| {
        let all = marks();
        let (head, rest) = all.split_once("kind\n").unwrap();
        format!("{head}kind\n{line}\n{rest}")
    };
    for (line, words) in [
        ("unit-0;20;10;worn", "it ends before it has begun"),
        (
            "unit-0;10;2026-01-01;worn",
            "\"2026-01-01\" is no number, which \"cycle\" counts time by",
        ),
        (
            "unit-7;10;20;worn",
            "there is no entity \"unit-7\"; there is unit-0, unit-1",
        ),
        ("unit-0;10;20;none", "says that nothing is wrong"),
        ("unit-0;10;20;", "it names no kind of issue"),
    ] {
        let told = refused(&with(line), "");
        assert!(
            told.contains("A mark cannot be used") && told.contains(words),
            "{told}"
        );
        assert!(
            told.contains("marks.csv") && told.contains("line 4"),
            "{told}"
        );
    }
    let told = refused("when,what\n1,2\n", "");
    assert!(
        told.contains("has no column \"from\"") && told.contains("marks.csv"),
        "{told}"
    );
    assert!(refused("from,until,kind\n", "").contains("marks no incident"));
    let outside = refused("from,until,kind\n90000,90010,worn\n", "");
    assert!(
        outside.contains("of another time than the data"),
        "{outside}"
    );
    let both = refused(&marks(), "--target issue");
    assert!(
        both.contains("--marks") && both.contains("cannot be used with"),
        "{both}"
    );
    let nowhere = run(&folder, "forecast engines.csv --marks gone.csv");
    assert!(!nowhere.status.success() && said(&nowhere).contains("gone.csv"));
    std::fs::remove_dir_all(folder).unwrap();
}
