//! Rows of an issue that no training row was of, through the front door.

use kubecast::protocol::{
    Event, FileHead, ForestSpec, ModelSpec, PredictionFilter, PredictionSummary, PrepareSpec,
    Report, Request, ScenarioPreset, SimulateSpec,
};
use kubecast::session::Session;

const NOVEL: &str = "etcd_high_latency";

fn ask(session: &mut Session, request: Request, files: Vec<Vec<u8>>) -> (Event, Option<Vec<u8>>) {
    session.submit(1, request, files);
    while session.has_work() {
        for reply in session.work(0.0) {
            if !matches!(reply.event, Event::Progress { .. }) {
                return (reply.event, reply.attachment);
            }
        }
    }
    unreachable!("a job ends with an event")
}

fn heads() -> Vec<FileHead> {
    vec![FileHead {
        name: "cluster.csv".to_owned(),
        bytes: 0,
        modified_secs: None,
    }]
}

/// A simulated cluster's header, its rows without those of the novel kind, and the rows of that kind.
fn simulated() -> (String, Vec<String>, Vec<String>) {
    let mut session = Session::in_place();
    let spec = Box::new(SimulateSpec {
        preset: ScenarioPreset::Default,
        num_samples: 24_000,
        time_periods: Some(72),
        clusters: Some(2),
        seed: 3,
        ..SimulateSpec::default()
    });
    let request = Request::Simulate {
        spec,
        sample: false,
    };
    ask(&mut session, request, vec![]);
    let (_, bytes) = ask(&mut session, Request::ExportData, vec![]);
    let text = String::from_utf8(bytes.unwrap()).unwrap();
    let mut lines = text.lines().map(str::to_owned);
    let header = lines.next().unwrap();
    let at = header.split(',').position(|c| c == "issue_type").unwrap();
    let (novel, known) = lines.partition(|line| line.split(',').nth(at) == Some(NOVEL));
    (header, known, novel)
}

fn table(header: &str, rows: &[String]) -> Vec<u8> {
    format!("{header}\n{}\n", rows.join("\n")).into_bytes()
}

fn train(session: &mut Session, bytes: Vec<u8>, mark_unfamiliar: bool) -> Report {
    let request = Request::Load {
        files: heads(),
        reading: None,
    };
    ask(session, request, vec![bytes]);
    let columns = [
        "cpu_usage_percent",
        "memory_usage_percent",
        "disk_usage_percent",
        "pod_ready_percent",
        "api_server_latency_ms",
        "etcd_latency_ms",
        "scheduler_latency_ms",
        "etcd_disk_wal_fsync_p99_seconds",
        "apiserver_request_p99_seconds",
        "coredns_p99_seconds",
        "app_p99_seconds",
        "app_error_ratio",
        "workload_type",
    ];
    let prepare = PrepareSpec {
        target: "issue_type".to_owned(),
        columns: columns.map(str::to_owned).to_vec(),
        mark_unfamiliar,
        ..PrepareSpec::default()
    };
    let model = ModelSpec::RandomForest(ForestSpec {
        trees: 20,
        ..ForestSpec::default()
    });
    match ask(session, Request::Train { prepare, model }, vec![]).0 {
        Event::Trained { report, .. } => *report,
        other => panic!("{other:?}"),
    }
}

fn predict(session: &mut Session, bytes: Vec<u8>) -> PredictionSummary {
    match ask(
        session,
        Request::Predict {
            files: heads(),
            reading: None,
        },
        vec![bytes],
    )
    .0
    {
        Event::Predicted(summary) => *summary,
        other => panic!("{other:?}"),
    }
}

fn csv(session: &mut Session) -> String {
    let (_, bytes) = ask(session, Request::ExportPredictions, vec![]);
    String::from_utf8(bytes.unwrap()).unwrap()
}

#[test]
fn a_kind_kept_from_training_is_unfamiliar_and_its_columns_are_told() {
    let (header, known, novel) = simulated();
    assert!(novel.len() > 40, "{} rows to be found", novel.len());
    let mut session = Session::in_place();
    let report = train(&mut session, table(&header, &known), true);
    let unfamiliar = report.unfamiliar.unwrap();
    assert!((unfamiliar.alarm_one_in - 1000.0).abs() < 1e-6);
    assert_eq!(unfamiliar.of_class.len(), report.classes.len());
    // Of the known, few are; of 5,700 healthy rows held out some six.
    let none = report.classes.iter().position(|c| c == "None").unwrap();
    assert!(unfamiliar.of_class[none] <= 25, "{unfamiliar:?}");

    let summary = predict(&mut session, table(&header, &novel));
    let found = summary.unfamiliar.unwrap();
    assert!(
        found * 2 > summary.rows,
        "{found} of {} rows are unfamiliar",
        summary.rows
    );
    // The page: names that are guesses say so, with the columns.
    let filter = PredictionFilter {
        unfamiliar_only: true,
        ..PredictionFilter::default()
    };
    let request = Request::PredictionRows {
        filter,
        offset: 0,
        limit: 1_000,
    };
    let Event::PredictionRows(page) = ask(&mut session, request, vec![]).0 else {
        panic!("no page")
    };
    assert_eq!(page.total, found);
    let why = page.columns.iter().position(|c| c == "unlike training");
    let why = why.unwrap();
    let mut etcd = 0;
    for (_, cells) in &page.rows {
        assert!(
            cells[0].starts_with("unfamiliar (") && cells[0].ends_with("?)"),
            "{cells:?}"
        );
        etcd += u64::from(cells[why].contains("etcd") && cells[why].contains("high"));
    }
    assert!(etcd * 2 > found, "etcd is told for {etcd} of {found}");

    // The file: the name stays, the mark stands beside it.
    let text = csv(&mut session);
    let mut lines = text.lines();
    assert!(lines.next().unwrap().ends_with(",unfamiliar,because"));
    let marked = lines.filter(|line| line.contains(",1,")).count() as u64;
    assert!(marked >= found);

    // The model file says the same.
    let (_, bytes) = ask(&mut session, Request::SaveModel, vec![]);
    let mut other = Session::in_place();
    let name = "m.kubecast".to_owned();
    let opened = ask(
        &mut other,
        Request::OpenModel { name },
        vec![bytes.unwrap()],
    )
    .0;
    assert!(matches!(opened, Event::Opened { .. }), "{opened:?}");
    let again = predict(&mut other, table(&header, &novel));
    assert_eq!(again.unfamiliar, Some(found));
    assert_eq!(csv(&mut other), text);
}

#[test]
fn without_it_nothing_is_told_and_the_model_is_the_same() {
    let (header, known, novel) = simulated();
    let of = |mark: bool| {
        let mut session = Session::in_place();
        let report = train(&mut session, table(&header, &known), mark);
        let summary = predict(&mut session, table(&header, &novel));
        (report, summary, csv(&mut session))
    };
    let (with, _, marked) = of(true);
    let (without, summary, plain) = of(false);
    assert_eq!(without.unfamiliar, None);
    assert_eq!(summary.unfamiliar, None);
    assert!(!summary.page.columns.contains(&"unlike training".to_owned()));
    assert_eq!(with.confusion, without.confusion);
    // The same predictions, but for what stands behind them.
    for (marked, plain) in marked.lines().zip(plain.lines()) {
        assert!(marked.starts_with(plain), "{marked} is not {plain}");
    }
}
