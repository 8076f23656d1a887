//! `kubecast simulate`, and what is written beside the table.

use super::*;

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
