//! Unfamiliar rows by their own past: `train --unfamiliar-own-past`, then `predict` and `evaluate`.

use super::*;

#[test]
fn rows_are_told_by_their_own_past() {
    let folder = Folder::new("own-past");
    folder.ok("simulate --preset default --rows 4000 --hours 48 --clusters 2 --seed 5 --out a.csv");
    let learn = "train a.csv --target issue_type --trees 5";
    folder.ok(&format!(
        "{learn} --unfamiliar-own-past --out found.kubecast --report r.json"
    ));
    let report = folder.json("r.json");
    let notices = report["notices"].to_string();
    assert!(
        notices.contains("in the time of timestamp") && notices.contains("told apart by entity_id"),
        "{notices}"
    );
    assert!(report["unfamiliar"]["average_precision"].as_f64().unwrap() > 0.0);
    // Named, they are the same.
    folder.ok(&format!(
        "{learn} --unfamiliar-own-past --time timestamp --entity entity_id --threads 3 --out named.kubecast"
    ));
    assert_eq!(
        folder.ok("predict named.kubecast a.csv"),
        folder.ok("predict found.kubecast a.csv")
    );

    let text = folder.ok("predict found.kubecast a.csv");
    let header = text.lines().next().unwrap();
    assert!(header.ends_with(",unfamiliar,because"), "{header}");
    let untold = text
        .lines()
        .filter(|line| line.ends_with(",,not told: too short a past"));
    // Twenty of each entity's.
    let entities = folder.read("a.csv");
    let at = entities
        .lines()
        .next()
        .unwrap()
        .split(',')
        .position(|c| c == "entity_id")
        .unwrap();
    let mut names: Vec<&str> = entities
        .lines()
        .skip(1)
        .filter_map(|l| l.split(',').nth(at))
        .collect();
    names.sort_unstable();
    names.dedup();
    assert_eq!(untold.count(), 20 * names.len());
    folder.ok("evaluate found.kubecast a.csv --report e.json");
    assert!(folder.json("e.json")["unfamiliar"]["average_precision"].is_number());

    // A single row has no past, and gets its name.
    let first: Vec<&str> = entities.lines().take(2).collect();
    std::fs::write(folder.0.join("one.csv"), first.join("\n")).unwrap();
    let one = folder.ok("predict found.kubecast one.csv");
    assert!(
        one.lines()
            .nth(1)
            .unwrap()
            .ends_with(",,not told: too short a past"),
        "{one}"
    );
}
