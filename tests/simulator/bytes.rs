//! The same bytes, whatever the pieces and the form.

use super::*;

/// Specification, 1 and 11: the same bytes for any size of the pieces, and for the table as a whole.
#[test]
fn the_size_of_the_pieces_changes_nothing() {
    for preset in [Preset::Seed, Preset::Default, Preset::Stress] {
        let scenario = Scenario {
            num_samples: 6_000,
            ..Scenario::of(preset)
        };
        let whole = frame_csv(&run(scenario.clone()), CsvOptions::default());
        for rows in [1, 777, 100_000] {
            let mut simulation = Simulation::new(scenario.clone().check().unwrap());
            let mut pieces = Vec::new();
            for chunk in simulation.chunks(rows) {
                assert!(chunk.rows() <= rows);
                if pieces.is_empty() {
                    chunk.write_header(&mut pieces);
                }
                chunk.write_rows(&mut pieces);
            }
            assert!(pieces == whole, "{preset:?} in pieces of {rows}");
        }
    }
    let spec = SimulateSpec {
        preset: ScenarioPreset::Default,
        num_samples: 3_000,
        columns: Some(ScenarioColumns::Seed),
        ..SimulateSpec::default()
    };
    let mut stream = ScenarioText::new(&spec).unwrap();
    let mut text = Vec::new();
    while stream.more(&mut text) {}
    let scenario = Scenario {
        num_samples: 3_000,
        columns: ColumnSet::Seed,
        ..Scenario::of(Preset::Default)
    };
    assert!(text == frame_csv(&run(scenario), CsvOptions::default()));
}

/// What the page simulates is what the command line's file gives when it is read.
#[test]
fn the_full_table_equals_what_is_read_back_from_its_csv() {
    for preset in [Preset::Default, Preset::Production, Preset::Stress] {
        let frame = run(Scenario {
            num_samples: 20_000,
            ..Scenario::of(preset)
        });
        let back = read_csv("simulated.csv", &frame_csv(&frame, CsvOptions::default()))
            .unwrap()
            .frame;
        for (ours, theirs) in frame.columns().iter().zip(back.columns()) {
            assert_eq!(ours.name, theirs.name);
            let empty = ours.missing_count() == frame.rows();
            assert!(
                empty || ours.kind == theirs.kind || ours.kind == ColumnKind::Constant,
                "{}: {:?} {:?}",
                ours.name,
                ours.kind,
                theirs.kind
            );
            for row in (0..frame.rows()).step_by(97) {
                assert_eq!(ours.text(row), theirs.text(row), "{}", ours.name);
            }
        }
    }
}

/// Specification, 9: a line for each metric and time, and OpenMetrics, read back, hold what the wide table holds.
#[test]
fn other_forms_hold_the_same_values() {
    let spec = SimulateSpec {
        preset: ScenarioPreset::Default,
        num_samples: 4_000,
        ..SimulateSpec::default()
    };
    let wide = run(Scenario {
        num_samples: 4_000,
        ..Scenario::of(Preset::Default)
    });
    // By instant, entity and metric.
    let mut values = BTreeMap::<(String, u64, String), f64>::new();
    let entity = numbers(&wide, "entity_id");
    let left_out = [
        "entity_id",
        "time_of_day",
        "day_of_week",
        "is_weekend",
        "cluster_age_days",
    ];
    for column in wide.columns() {
        let Values::Number(cells) = &column.values else {
            continue;
        };
        if left_out.contains(&column.name.as_str()) {
            continue;
        }
        for (row, &value) in cells
            .iter()
            .enumerate()
            .filter(|(_, value)| !value.is_nan())
        {
            values.insert(
                (
                    text(&wide, "timestamp", row),
                    entity[row] as u64,
                    column.name.clone(),
                ),
                value,
            );
        }
    }
    assert!(values.len() > 150_000, "{}", values.len());

    let mut lines = Vec::new();
    let mut stream = ScenarioText::new(&spec).unwrap();
    while stream.more_long(&mut lines) {}
    let long = read_csv("long.csv", &lines).unwrap().frame;
    assert_eq!(long.rows(), values.len());
    let (of, value) = (numbers(&long, "entity_id"), numbers(&long, "value"));
    for row in 0..long.rows() {
        let key = (
            text(&long, "timestamp", row),
            of[row] as u64,
            text(&long, "metric", row),
        );
        assert_eq!(values.get(&key), Some(&value[row]), "{key:?}");
    }

    let mut lines = Vec::new();
    let mut stream = ScenarioText::new(&spec).unwrap();
    while stream.more_openmetrics(&mut lines).unwrap() {}
    assert!(lines.ends_with(b"\n# EOF\n"));
    let file = InputFile {
        name: "cluster.om".to_owned(),
        bytes: (&lines).into(),
        modified_secs: None,
    };
    let read = read_files(vec![file], &JoinOptions::default()).unwrap();
    let back = read.table.frame;
    let mut found = 0;
    for column in back.columns() {
        let Values::Number(cells) = &column.values else {
            continue;
        };
        for (row, &value) in cells
            .iter()
            .enumerate()
            .filter(|(_, value)| !value.is_nan())
        {
            let entity = text(&back, "entity_id", row).parse().unwrap();
            let key = (text(&back, "timestamp", row), entity, column.name.clone());
            if column.name != "entity_id" {
                assert_eq!(values.get(&key), Some(&value), "{key:?}");
                found += 1;
            }
        }
    }
    assert_eq!(found, values.len());

    let few = SimulateSpec {
        columns: Some(ScenarioColumns::Seed),
        ..spec
    };
    let refused = ScenarioText::new(&few)
        .unwrap()
        .more_openmetrics(&mut lines)
        .unwrap_err();
    assert!(refused.hint.contains("--columns full"), "{refused:?}");
}
