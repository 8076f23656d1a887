//! A search for better settings through the session: what it finds, and what it must not touch.

use kubecast::data::Dictionary;
use kubecast::learn::UnitGrower;
use kubecast::prepare::split;
use kubecast::protocol::{
    BoostSpec, Event, Failure, FileHead, FoldKind, ForestSpec, ModelSpec, PrepareSpec, Request,
    SearchScore, SearchSpec, SearchSummary, SimulateSpec, Stage, TreeSpec,
};
use kubecast::session::Session;

/// Works to the last event; the clock moves on by `tick_secs` with each slice.
fn ask(session: &mut Session, request: Request, files: Vec<Vec<u8>>, tick_secs: f64) -> Event {
    session.submit(7, request, files);
    let mut done = 0.0;
    for slice in 0..100_000 {
        for reply in session.work(f64::from(slice) * tick_secs) {
            match reply.event {
                Event::Progress { done: share, .. } => {
                    assert!(share >= done && share <= 1.0);
                    done = share;
                }
                event => return event,
            }
        }
    }
    panic!("the job does not end")
}

fn found(event: Event) -> Result<SearchSummary, Failure> {
    match event {
        Event::Found(summary) => Ok(*summary),
        Event::Failed { failure, .. } => Err(failure),
        other => panic!("{other:?}"),
    }
}

fn simulated(inline: bool) -> Session {
    let mut session = if inline {
        Session::in_place()
    } else {
        Session::default()
    };
    let spec = SimulateSpec {
        num_samples: 600,
        ..SimulateSpec::default()
    };
    ask(
        &mut session,
        Request::Simulate {
            spec: Box::new(spec),
            sample: true,
        },
        vec![],
        0.0,
    );
    session
}

fn forest() -> ModelSpec {
    ModelSpec::RandomForest(ForestSpec {
        trees: 9,
        max_depth: Some(2),
        ..ForestSpec::default()
    })
}

fn boosting() -> ModelSpec {
    ModelSpec::GradientBoosting(BoostSpec {
        rounds: 9,
        ..BoostSpec::default()
    })
}

fn nine() -> SearchSpec {
    SearchSpec {
        candidates: 9,
        folds: 3,
        ..SearchSpec::default()
    }
}

fn request(model: ModelSpec, search: SearchSpec) -> Request {
    Request::Search {
        prepare: PrepareSpec::default(),
        model,
        search,
    }
}

#[test]
fn what_is_found_is_no_worse_on_the_folds_and_trains() {
    for model in [forest(), boosting()] {
        let mut session = simulated(true);
        let summary = found(ask(
            &mut session,
            request(model.clone(), nine()),
            vec![],
            0.0,
        ))
        .unwrap();
        assert_eq!((summary.tried, summary.fits), (10, 3 * (10 + 4 + 2)));
        let of = |number: u32| {
            summary
                .candidates
                .iter()
                .find(|c| c.number == number)
                .unwrap()
        };
        let (best, own) = (of(summary.best), of(0));
        assert!(best.mean >= own.mean && own.changes.is_empty());
        assert_eq!((best.steps, best.folds, own.folds), (9, 3, 3));
        assert_eq!(summary.best > 0, summary.model != model, "{summary:?}");
        assert_eq!(summary.prepare.target, "issue_type");
        let train = Request::Train {
            prepare: summary.prepare,
            model: summary.model.clone(),
        };
        let Event::Trained { model, .. } = ask(&mut session, train, vec![], 0.0) else {
            panic!("not trained")
        };
        assert_eq!(model.options.model, summary.model);
    }
}

#[test]
fn time_ends_a_search_and_what_is_done_is_kept() {
    let mut session = simulated(true);
    let spec = SearchSpec {
        seconds: 20.5,
        ..nine()
    };
    let summary = found(ask(
        &mut session,
        request(forest(), spec.clone()),
        vec![],
        1.0,
    ))
    .unwrap();
    assert_eq!((summary.fits, summary.secs), (21, 21.0));
    assert_eq!(summary.tried, 7);
    // No time for even the user's own settings.
    let spec = SearchSpec {
        seconds: 0.5,
        ..spec
    };
    let summary = found(ask(&mut session, request(forest(), spec), vec![], 1.0)).unwrap();
    assert_eq!((summary.best, summary.model), (0, forest()));
}

#[test]
fn workers_find_the_same_and_hear_who_goes_on() {
    let alone = found(ask(
        &mut simulated(true),
        request(boosting(), nine()),
        vec![],
        0.0,
    ))
    .unwrap();
    let mut session = simulated(false);
    session.submit(9, request(boosting(), nine()), vec![]);
    while session.has_work() {
        session.work(0.0);
    }
    let work = session.unit_work().unwrap();
    assert!(work.at_once == work.units && session.unit_work().is_none());
    let mut workers: Vec<UnitGrower> = (0..2)
        .map(|_| UnitGrower::from_bytes(&work.setup).unwrap())
        .collect();
    let mut next = 0;
    let mut searching = false;
    let event = loop {
        let news = session.unit_news();
        for worker in &mut workers {
            news.lessons.iter().for_each(|l| worker.learn(l).unwrap());
        }
        let units: Vec<u32> = (next..news.released).rev().collect();
        next = news.released;
        let mut last = None;
        for unit in units {
            let bytes = workers[unit as usize % 2].grow(unit).unwrap();
            last = session.accept_unit(unit, &bytes, 0.0).pop();
        }
        match last.expect("a unit was released").event {
            Event::Progress {
                stage, candidates, ..
            } => {
                searching |= stage == Stage::Searching && candidates.iter().any(|c| c.number > 0);
            }
            event => break event,
        }
    };
    assert!(searching);
    assert_eq!(found(event).unwrap(), alone);
    assert!(session.accept_unit(0, &[], 0.0).is_empty());
}

#[test]
fn the_held_out_rows_are_not_seen() {
    let classes: Vec<&str> = (0..300).map(|row| ["a", "b", "c"][row % 3]).collect();
    let prepare = PrepareSpec {
        target: "y".to_owned(),
        columns: vec!["p".to_owned(), "q".to_owned()],
        ..PrepareSpec::default()
    };
    let dictionary = Dictionary::from_cells(&classes);
    let held_out = split(&dictionary, prepare.test_share, prepare.seed, true)
        .unwrap()
        .test;
    let search = |changed: bool| {
        let mut text = "p,q,y\n".to_owned();
        for (row, class) in classes.iter().enumerate() {
            let (p, q) = ((row * 7919) % 97 + row % 3 * 20, (row * 104_729) % 89);
            // Of the same kind, so that the column still is one.
            let far = usize::from(changed && held_out.contains(&(row as u32))) * 1_000_000;
            text.push_str(&format!("{},{},{class}\n", p + far, q + far));
        }
        let mut session = Session::in_place();
        let files = vec![FileHead {
            name: "a.csv".to_owned(),
            bytes: text.len() as u64,
            modified_secs: None,
        }];
        ask(
            &mut session,
            Request::Load {
                files,
                reading: None,
            },
            vec![text.into_bytes()],
            0.0,
        );
        let request = Request::Search {
            prepare: prepare.clone(),
            model: forest(),
            search: nine(),
        };
        found(ask(&mut session, request, vec![], 0.0)).unwrap()
    };
    assert_eq!(search(false), search(true));
}

#[test]
fn a_search_changes_nothing_whether_it_ends_is_cancelled_or_fails() {
    let mut session = simulated(true);
    let train = Request::Train {
        prepare: PrepareSpec::default(),
        model: forest(),
    };
    ask(&mut session, train, vec![], 0.0);
    let bytes = |session: &mut Session| {
        session.submit(1, Request::SaveModel, vec![]);
        session
            .work(0.0)
            .pop()
            .and_then(|reply| reply.attachment)
            .unwrap()
    };
    let before = bytes(&mut session);
    found(ask(&mut session, request(boosting(), nine()), vec![], 0.0)).unwrap();
    assert_eq!(bytes(&mut session), before);
    for slices in 0..20 {
        session.submit(2, request(boosting(), nine()), vec![]);
        for _ in 0..slices {
            session.work(0.0);
        }
        assert_eq!(session.cancel().pop().unwrap().event, Event::Cancelled);
        assert_eq!(bytes(&mut session), before);
    }
}

#[test]
fn folds_by_namespace_and_forward_in_time() {
    for fold_kind in [
        FoldKind::Grouped {
            column: "namespace".to_owned(),
        },
        FoldKind::Forward {
            column: "timestamp".to_owned(),
            gap_secs: 3600.0,
        },
    ] {
        for score in [SearchScore::Accuracy, SearchScore::LogLoss] {
            let spec = SearchSpec {
                fold_kind: fold_kind.clone(),
                score,
                ..nine()
            };
            let mut session = simulated(true);
            let summary = found(ask(&mut session, request(forest(), spec), vec![], 0.0)).unwrap();
            let mean = |number: u32| {
                let c = summary.candidates.iter().find(|c| c.number == number);
                c.unwrap().mean
            };
            let (best, own) = (mean(summary.best), mean(0));
            match score {
                SearchScore::LogLoss => assert!(best <= own),
                _ => assert!(best >= own && best <= 1.0),
            }
        }
    }
}

#[test]
fn what_cannot_be_searched_is_refused_in_words() {
    let mut session = simulated(true);
    let mut title = |model: ModelSpec, spec: SearchSpec| {
        found(ask(&mut session, request(model, spec), vec![], 0.0))
            .unwrap_err()
            .title
    };
    let folds = |folds: u32| SearchSpec { folds, ..nine() };
    for k in [0, 1, 21, u32::MAX] {
        assert_eq!(
            title(forest(), folds(k)),
            "The rows cannot be divided into these folds"
        );
    }
    for seconds in [0.0, -1.0, f64::NAN, f64::INFINITY, 1e9] {
        let spec = SearchSpec { seconds, ..nine() };
        assert_eq!(title(forest(), spec), "The time to search is out of range");
    }
    let tree = ModelSpec::DecisionTree(TreeSpec::default());
    assert_eq!(title(tree, nine()), "A parameter is out of range");
    let spec = SearchSpec {
        candidates: 0,
        ..nine()
    };
    assert_eq!(title(forest(), spec), "A parameter is out of range");
    let by = |fold_kind| SearchSpec {
        fold_kind,
        ..nine()
    };
    let column = || "nothing".to_owned();
    let grouped = FoldKind::Grouped { column: column() };
    assert_eq!(title(forest(), by(grouped)), "There is no column nothing");
    let forward = |column: &str, gap_secs| FoldKind::Forward {
        column: column.to_owned(),
        gap_secs,
    };
    assert_eq!(
        title(forest(), by(forward("node", 0.0))),
        "node holds no times"
    );
    assert_eq!(
        title(forest(), by(forward("timestamp", 1e300))),
        "The rows cannot be divided into these folds"
    );
}
