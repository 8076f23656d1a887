//! Models that are trained, kept and read back.

use super::*;

#[test]
fn a_healthy_class_called_none_is_learned_and_never_dropped() {
    let mut text = String::from("cpu,taint,issue_type\n");
    for i in 0..400 {
        let (cpu, label) = [(10, "None"), (95, "oom"), (50, "NA"), (70, "null")][i % 4];
        text.push_str(&format!(
            "{},{},{label}\n",
            cpu + i % 5,
            ["None", "x"][i % 2]
        ));
    }
    let mut session = Session::in_place();
    let data = load(&mut session, "cluster.csv", &text).unwrap();
    let target = data.target.unwrap();
    assert_eq!(target.column, "issue_type");
    assert_eq!(
        target
            .classes
            .iter()
            .map(|c| (c.class.as_str(), c.rows))
            .collect::<Vec<_>>(),
        [("NA", 100), ("None", 100), ("null", 100), ("oom", 100)]
    );
    assert_eq!(
        (target.missing, data.columns[1].missing),
        (0, 200),
        "in a feature the same word is missing"
    );
    let prepare = PrepareSpec {
        columns: vec!["cpu".into(), "taint".into()],
        ..PrepareSpec::default()
    };
    let report = train(&mut session, prepare, small_forest()).unwrap();
    assert_eq!((report.rows_train, report.rows_test), (300, 100));
    assert_eq!(report.classes, ["NA", "None", "null", "oom"]);
    assert!(report.accuracy > 0.99 && report.beats_baseline);
}

#[test]
fn a_forest_judges_its_own_rows_and_boosting_stops_early_where_that_is_asked() {
    let mut session = simulated();
    let forest = ModelSpec::RandomForest(ForestSpec {
        trees: 30,
        max_leaves: Some(60),
        out_of_bag: true,
        ..ForestSpec::default()
    });
    let report = train(&mut session, PrepareSpec::default(), forest).unwrap();
    let right = report.out_of_bag.expect("the forest was asked");
    assert!(
        (right - report.accuracy).abs() < 0.1,
        "{right} out of bag, {} held out",
        report.accuracy
    );
    let boosting = ModelSpec::GradientBoosting(BoostSpec {
        rounds: 400,
        learning_rate: 0.5,
        max_depth: None,
        max_leaves: Some(15),
        min_hessian: 1.0,
        column_share: Some(0.5),
        stop_after: Some(3),
        ..BoostSpec::default()
    });
    let report = train(&mut session, PrepareSpec::default(), boosting).unwrap();
    let kept = report.rounds.expect("it may stop early");
    assert!((1..200).contains(&kept), "{kept} rounds of 400");
    assert_eq!(report.out_of_bag, None);
}

#[test]
fn every_model_trains_saves_loads_and_predicts_the_same() {
    for model in [
        small_forest(),
        ModelSpec::GradientBoosting(BoostSpec {
            rounds: 20,
            ..BoostSpec::default()
        }),
        ModelSpec::DecisionTree(TreeSpec::default()),
    ] {
        let mut session = simulated();
        let csv = file(&mut session, Request::ExportData);
        let report = train(&mut session, PrepareSpec::default(), model.clone()).unwrap();
        assert!(
            report.macro_f1 > report.baseline.macro_f1 + 0.1,
            "{}: {}",
            model.name(),
            report.macro_f1
        );
        assert!(
            !report.importance.is_empty()
                && report.importance.windows(2).all(|w| w[0].mean >= w[1].mean)
        );
        let predict = |session: &mut Session| {
            let files = vec![FileHead {
                name: "new.csv".into(),
                bytes: csv.len() as u64,
                modified_secs: None,
            }];
            let reply = ask(
                session,
                Request::Predict {
                    files,
                    reading: None,
                },
                vec![csv.clone()],
            );
            let Event::Predicted(summary) = reply.event else {
                panic!("{:?}", reply.event)
            };
            assert_eq!(summary.rows, 2000);
            assert!(summary.report.unwrap().accuracy > 0.5);
            file(session, Request::ExportPredictions)
        };
        let before = predict(&mut session);
        let bytes = file(&mut session, Request::SaveModel);
        let mut other = Session::in_place();
        let reply = ask(
            &mut other,
            Request::OpenModel {
                name: "m.kubecast".into(),
            },
            vec![bytes.clone()],
        );
        let Event::Opened {
            model: opened,
            report: Some(carried),
        } = reply.event
        else {
            panic!("{:?}", reply.event)
        };
        assert_eq!(opened.bytes, bytes.len() as u64);
        assert_eq!(carried.macro_f1, report.macro_f1);
        assert_eq!(predict(&mut other), before, "{}: bit for bit", model.name());
        assert_eq!(file(&mut other, Request::SaveModel), bytes);
    }
}

#[test]
fn units_grown_elsewhere_in_any_order_give_the_same_model() {
    for model in [
        small_forest(),
        ModelSpec::GradientBoosting(BoostSpec {
            rounds: 5,
            ..BoostSpec::default()
        }),
    ] {
        let mut here = simulated();
        train(&mut here, PrepareSpec::default(), model.clone()).unwrap();
        let mut there = Session::default();
        let spec = SimulateSpec {
            num_samples: 2000,
            ..SimulateSpec::default()
        };
        ask(
            &mut there,
            Request::Simulate {
                spec: Box::new(spec),
                sample: true,
            },
            vec![],
        );
        there.submit(
            8,
            Request::Train {
                prepare: PrepareSpec::default(),
                model,
            },
            vec![],
        );
        while there.has_work() {
            there.work(0.0);
        }
        let work = there.unit_work().unwrap();
        assert!(there.unit_work().is_none(), "handed out once");
        // Two workers, and the units come back last first.
        let mut workers: Vec<_> = (0..2)
            .map(|_| kubecast::learn::UnitGrower::from_bytes(&work.setup).unwrap())
            .collect();
        let mut grown: Vec<_> = (0..work.units)
            .map(|u| (u, workers[u as usize % 2].grow(u).unwrap()))
            .collect();
        grown.reverse();
        for (unit, bytes) in grown {
            there.accept_unit(unit, &bytes, 1.0);
        }
        while there.has_work() {
            there.work(2.0);
        }
        assert_eq!(
            file(&mut there, Request::SaveModel),
            file(&mut here, Request::SaveModel)
        );
    }
}

/// What the page keeps of a training is what its report holds for the command line, and says the same of two of them.
#[test]
fn the_page_and_the_command_line_compare_trainings_alike() {
    let mut session = simulated();
    let mut kept = Vec::new();
    let mut reports = Vec::new();
    for trees in [20, 3] {
        let model = ModelSpec::RandomForest(ForestSpec {
            trees,
            ..ForestSpec::default()
        });
        let prepare = PrepareSpec::default();
        let Event::Trained { run, .. } =
            ask(&mut session, Request::Train { prepare, model }, vec![]).event
        else {
            panic!("it is trained");
        };
        kept.push(run.unwrap());
        reports.push(file(&mut session, Request::ExportReport));
    }
    let [first, second] = [0, 1].map(|at| {
        let of_report = KeptRun::of_json(&reports[at]).unwrap();
        assert_eq!(KeptRun::of_json(kept[at].as_bytes()).unwrap(), of_report);
        of_report
    });
    let Compared::Trainings(compared) = compare(&first, &second, None).unwrap() else {
        panic!("they are trainings");
    };
    let runs = (kept[0].clone(), kept[1].clone());
    let request = Request::CompareRuns { runs, budget: None };
    let Event::Compared(told) = ask(&mut session, request, vec![]).event else {
        panic!("they can be compared");
    };
    assert_eq!(told.finding, compared.finding);
    let (caption, figures) = &told.tables[0];
    assert!(caption.ends_with("rows in common"), "{caption}");
    let accuracy = compared.report.accuracy.of[0].unwrap();
    assert_eq!(
        figures[1][..2],
        ["accuracy".to_owned(), format!("{accuracy:.4}")]
    );
    let (_, differs) = &told.tables[1];
    assert_eq!(differs[1], ["trees", "20", "3"]);
    // A model file holds no rows of the table.
    let model = file(&mut session, Request::SaveModel);
    assert!(model.len() < reports[1].len() * 4);
    let name = "m.kubecast".to_owned();
    ask(&mut session, Request::OpenModel { name }, vec![model]);
    let opened = file(&mut session, Request::ExportReport);
    assert!(
        KeptRun::of_json(&opened).is_err(),
        "of an opened model no run is known"
    );
}
