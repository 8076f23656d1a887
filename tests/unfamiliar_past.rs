//! Rows that are told by their entity's own past, through the front door: what each says of a new table, and what is said where
//! there is no past.

use kubecast::data::Notice;
use kubecast::ingest::read_csv;
use kubecast::protocol::{
    Event, FileHead, ForestSpec, ModelSpec, PredictionSummary, PrepareSpec, Report, Request,
};
use kubecast::session::{Familiarity, Session};

/// What each pod's memory is about.
const LEVELS: [f64; 3] = [10.0, 100.0, 1000.0];

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
        name: "pods.csv".to_owned(),
        bytes: 0,
        modified_secs: None,
    }]
}

/// Three pods, a row a minute. Memory is about each one's own level, and half as much again in an issue: the rows of all
/// together hold any of it.
fn lines(minutes: u32, seed: u32) -> Vec<String> {
    let mut state = seed;
    let mut noise = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        f64::from(state >> 8) / f64::from(1 << 24)
    };
    let mut out = Vec::new();
    for minute in 0..minutes {
        for (pod, level) in LEVELS.iter().enumerate() {
            let is_ill = minute > 30 && (minute + 17 * pod as u32) % 60 < 4;
            let grown = if is_ill { 1.5 } else { 1.0 };
            let memory = level * (0.9 + 0.2 * noise()) * grown;
            let issue = if is_ill { "oom" } else { "None" };
            let (day, hour) = (1 + minute / 1440, minute / 60 % 24);
            out.push(format!(
                "2026-03-{day:02} {hour:02}:{:02}:00,pod-{pod},{memory:.3},{:.3},{issue}",
                minute % 60,
                noise()
            ));
        }
    }
    out
}

fn table(header: &str, lines: &[String]) -> Vec<u8> {
    format!("{header}\n{}\n", lines.join("\n")).into_bytes()
}

const HEADER: &str = "at,pod,memory,cpu,issue";

fn prepare(unfamiliar_own_past: bool) -> PrepareSpec {
    PrepareSpec {
        target: "issue".to_owned(),
        columns: vec!["memory".to_owned(), "cpu".to_owned()],
        unfamiliar_own_past,
        ..PrepareSpec::default()
    }
}

fn train(session: &mut Session, bytes: Vec<u8>, prepare: PrepareSpec) -> Result<Report, String> {
    let load = Request::Load {
        files: heads(),
        reading: None,
    };
    ask(session, load, vec![bytes]);
    let model = ModelSpec::RandomForest(ForestSpec {
        trees: 20,
        ..ForestSpec::default()
    });
    match ask(session, Request::Train { prepare, model }, vec![]).0 {
        Event::Trained { report, .. } => Ok(*report),
        Event::Failed { failure, .. } => Err(format!("{}: {}", failure.title, failure.detail)),
        other => panic!("{other:?}"),
    }
}

fn predict(session: &mut Session, bytes: Vec<u8>) -> PredictionSummary {
    let request = Request::Predict {
        files: heads(),
        reading: None,
    };
    match ask(session, request, vec![bytes]).0 {
        Event::Predicted(summary) => *summary,
        other => panic!("{other:?}"),
    }
}

fn told(session: &Session) -> Vec<Familiarity> {
    session.scores().unwrap().unfamiliar.unwrap()
}

fn csv(session: &mut Session) -> String {
    let (_, bytes) = ask(session, Request::ExportPredictions, vec![]);
    String::from_utf8(bytes.unwrap()).unwrap()
}

fn says(notices: &[Notice], words: &str) -> bool {
    notices.iter().any(|notice| notice.title().contains(words))
}

fn trained(own_past: bool) -> (Session, Report) {
    let mut session = Session::in_place();
    let bytes = table(HEADER, &lines(900, 1));
    let report = train(&mut session, bytes, prepare(own_past)).unwrap();
    (session, report)
}

/// An hour of the pods; in its last minute the first holds as much memory as the second usually does, and the third next to none.
fn strange() -> Vec<String> {
    let mut lines = lines(30, 7);
    for (row, memory) in [(87, "100.5"), (89, "11.5")] {
        let mut cells: Vec<&str> = lines[row].split(',').collect();
        cells[2] = memory;
        lines[row] = cells.join(",");
    }
    lines
}

const TOO_SHORT: Familiarity = Familiarity::NotTold("not told: too short a past");

#[test]
fn a_row_is_told_by_its_own_past_and_one_without_is_not_told() {
    let (mut session, report) = trained(true);
    // Time and identity were found, and the report says which.
    assert!(says(&report.notices, "in the time of at"));
    let by_pod = |n: &Notice| n.meaning() == "3 entities are told apart by pod.";
    assert!(report.notices.iter().any(by_pod), "{:?}", report.notices);
    let unfamiliar = report.unfamiliar.as_ref().unwrap();
    assert!(
        unfamiliar.average_precision.unwrap() > 0.9,
        "{unfamiliar:?}"
    );

    let summary = predict(&mut session, table(HEADER, &strange()));
    let own = told(&session);
    assert!(own[..60].iter().all(|of| *of == TOO_SHORT));
    assert!(own[60..].iter().all(|of| *of != TOO_SHORT));
    let because = |of: &Familiarity| match of {
        Familiarity::Unfamiliar(words) => words.clone(),
        other => panic!("{other:?}"),
    };
    assert_eq!(because(&own[87]), "against its own past: memory high");
    assert_eq!(because(&own[89]), "against its own past: memory low");
    let found = own
        .iter()
        .filter(|of| matches!(of, Familiarity::Unfamiliar(_)));
    assert!(found.count() <= 3, "{own:?}");
    assert!(says(
        &summary.notices,
        "60 of 90 rows have too short a past"
    ));
    // The page's rows and the file say the same.
    let why = summary
        .page
        .columns
        .iter()
        .position(|c| c == "unlike training");
    assert_eq!(
        summary.page.rows[0].1[why.unwrap()],
        "not told: too short a past"
    );
    let text = csv(&mut session);
    let of_row = |row: usize| text.lines().nth(row + 1).unwrap();
    assert!(
        of_row(0).ends_with(",,not told: too short a past"),
        "{}",
        of_row(0)
    );
    assert!(
        of_row(87).ends_with(",1,\"against its own past: memory high\"")
            || of_row(87).ends_with(",1,against its own past: memory high")
    );
    assert!(of_row(61).ends_with(",0,"), "{}", of_row(61));

    // As they are these rows are like others.
    let (mut plain, plain_report) = trained(false);
    assert_eq!(
        plain_report.confusion, report.confusion,
        "the names are learned alike"
    );
    predict(&mut plain, table(HEADER, &strange()));
    let as_they_are = told(&plain);
    assert_eq!(
        (&as_they_are[87], &as_they_are[89]),
        (&Familiarity::Familiar, &Familiarity::Familiar)
    );
    let (own, plain) = (session.scores().unwrap(), plain.scores().unwrap());
    assert_eq!(own.probabilities, plain.probabilities);

    // The model's file says the same elsewhere.
    let (_, bytes) = ask(&mut session, Request::SaveModel, vec![]);
    let mut other = Session::in_place();
    let name = "m.kubecast".to_owned();
    ask(
        &mut other,
        Request::OpenModel { name },
        vec![bytes.unwrap()],
    );
    predict(&mut other, table(HEADER, &strange()));
    assert_eq!(csv(&mut other), text);
}

#[test]
fn neither_later_rows_nor_their_order_change_what_is_told() {
    let (mut session, _) = trained(true);
    let mut lines = strange();
    predict(&mut session, table(HEADER, &lines));
    let before = told(&session);
    lines.extend((0..30).map(|n| format!("2026-03-01 09:{n:02}:00,pod-0,5e8,-7,None")));
    predict(&mut session, table(HEADER, &lines));
    assert_eq!(told(&session)[..90], before);
    // Backwards.
    lines.reverse();
    predict(&mut session, table(HEADER, &lines));
    let mut backwards = told(&session).split_off(30);
    backwards.reverse();
    assert_eq!(backwards, before);
}

#[test]
fn a_table_without_time_or_entity_gets_its_names_and_is_told_why_no_more() {
    let (mut session, _) = trained(true);
    predict(&mut session, table(HEADER, &strange()));
    let whole = session.scores().unwrap();
    for lacking in [0, 1] {
        let without = |line: &String| {
            let cells = line.split(',').enumerate();
            let cells: Vec<&str> = cells
                .filter(|(at, _)| *at != lacking)
                .map(|c| c.1)
                .collect();
            cells.join(",")
        };
        let header = without(&HEADER.to_owned());
        let lines: Vec<String> = strange().iter().map(without).collect();
        let summary = predict(&mut session, table(&header, &lines));
        let scores = session.scores().unwrap();
        assert_eq!(scores.probabilities, whole.probabilities);
        assert_eq!(summary.unfamiliar, Some(0));
        let missing = ["\"at\"", "\"pod\""][lacking];
        let is_told = |n: &Notice| {
            n.title() == "No row is judged as familiar or not" && n.meaning().contains(missing)
        };
        assert!(summary.notices.iter().any(is_told), "{:?}", summary.notices);
        let unknown = Familiarity::NotTold("not told: no time or entity");
        assert!(scores.unfamiliar.unwrap().iter().all(|of| *of == unknown));
    }
    // Where both are there, neither is called superfluous.
    let summary = predict(&mut session, table(HEADER, &strange()));
    let extra = |n: &Notice| matches!(n, Notice::ExtraColumn { .. });
    assert!(!summary.notices.iter().any(extra), "{:?}", summary.notices);
    // A row alone has no past; with its past it has.
    let frame = |lines: &[String]| read_csv("t.csv", &table(HEADER, lines)).unwrap().frame;
    let alone = session.predict_frame(&frame(&strange()[87..88])).unwrap();
    assert_eq!(alone.unfamiliar.unwrap(), [TOO_SHORT]);
    let of_table = session.predict_frame(&frame(&strange())).unwrap();
    assert_eq!(of_table.unfamiliar.unwrap()[87], told(&session)[87]);
}

#[test]
fn what_has_no_past_to_learn_from_is_refused_or_said() {
    let mut session = Session::in_place();
    let without_time: Vec<String> = lines(300, 1).iter().map(|l| l[20..].to_owned()).collect();
    let refused = train(
        &mut session,
        table(&HEADER[3..], &without_time),
        prepare(true),
    );
    let refused = refused.unwrap_err();
    assert!(
        refused.contains("own past") && refused.contains("No column of this table is a time"),
        "{refused}"
    );
    let whole = table(HEADER, &lines(300, 1));
    for (time, entity) in [("when", "pod"), ("pod", "pod"), ("at", "node")] {
        let prepare = PrepareSpec {
            time: Some(time.to_owned()),
            entity: vec![entity.to_owned()],
            ..prepare(true)
        };
        let refused = train(&mut session, whole.clone(), prepare).unwrap_err();
        let wrong = if time == "at" { entity } else { time };
        assert!(refused.contains(wrong), "{refused}");
    }
    let only_names = PrepareSpec {
        columns: vec!["pod".to_owned()],
        ..prepare(true)
    };
    let refused = train(&mut session, whole.clone(), only_names).unwrap_err();
    assert!(refused.contains("olds numbers"), "{refused}");
    // Of few rows nothing is told, which is said.
    let report = train(&mut session, table(HEADER, &lines(100, 1)), prepare(true)).unwrap();
    assert_eq!(report.unfamiliar, None);
    let title = "Unfamiliar rows will not be told";
    assert!(
        report.notices.iter().any(|n| n.title() == title),
        "{:?}",
        report.notices
    );
    // Where nothing is to be marked, no past is asked for.
    let unmarked = PrepareSpec {
        mark_unfamiliar: false,
        ..prepare(true)
    };
    let report = train(
        &mut session,
        table(&HEADER[3..], &without_time),
        unmarked.clone(),
    );
    let report = report.unwrap();
    assert_eq!(report.unfamiliar, None);
    // The options are as they were asked, by which the page knows the model for one of its settings.
    assert_eq!(report.options.prepare, unmarked);
    // Rows that share their time are told of.
    let one_pod = PrepareSpec {
        entity: vec!["issue".to_owned()],
        ..prepare(true)
    };
    let report = train(&mut session, whole, one_pod).unwrap();
    let shared = |n: &Notice| {
        n.title()
            .ends_with("rows have their time and entity in common with another")
    };
    assert!(report.notices.iter().any(shared), "{:?}", report.notices);
}
