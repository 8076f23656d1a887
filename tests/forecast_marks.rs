//! Incidents marked by hand, as the page asks for them: they are what a label's column would be, and what is wrong with one is said.

use kubecast::json::{self, Plain as _};
use kubecast::protocol::{
    Event, FileHead, ForecastSpec, ForecastSummary, ForecastTrack, Mark, ReadSetting, ReadSpec,
    Refusal, Request, SeriesSummary,
};
use kubecast::session::Session;
use kubecast::trees::Rng;

fn ask_with(
    session: &mut Session,
    request: Request,
    files: Vec<Vec<u8>>,
) -> (Event, Option<Vec<u8>>) {
    session.submit(3, request, files);
    for _ in 0..100_000 {
        for reply in session.work(0.0) {
            match reply.event {
                Event::Progress { .. } => {}
                event => return (event, reply.attachment),
            }
        }
    }
    panic!("the job does not end")
}

fn ask(session: &mut Session, request: Request) -> Event {
    ask_with(session, request, Vec::new()).0
}

fn clock(minute: u64) -> String {
    let (day, of_day) = (2 + minute / 1_440, minute % 1_440);
    format!("2026-03-{day:02}T{:02}:{:02}:00", of_day / 60, of_day % 60)
}

/// Which minutes each pod is out of memory, and, in pod 3, once what else.
fn issue(minute: u64, pod: u64) -> &'static str {
    let phase = (minute + 61 * pod) % 250;
    match (230..240).contains(&phase) {
        true if pod == 3 && minute % 500 < 250 => "disk",
        true => "oom",
        false => "None",
    }
}

const MINUTES: u64 = 2_000;

/// Four pods over 2,000 minutes, a row a minute, whose memory climbs for 40 minutes before ten minutes of an issue.
fn table(labelled: bool, zone: &str) -> String {
    let noise = |t: u64, p: u64| Rng::new(t, p).unit();
    let mut text = format!(
        "time,pod,memory,cpu{}\n",
        if labelled { ",issue" } else { "" }
    );
    for t in 0..MINUTES {
        for p in 0..4 {
            let phase = (t + 61 * p) % 250;
            let ramp = if (190..240).contains(&phase) {
                (phase - 189) as f64 / 2.0
            } else {
                0.0
            };
            let (memory, cpu) = (40.0 + ramp + 30.0 * noise(t, p), noise(t, p + 9));
            text.push_str(&format!("{}{zone},pod-{p},{memory:.4},{cpu:.4}", clock(t)));
            if labelled {
                text.push_str(&format!(",{}", issue(t, p)));
            }
            text.push('\n');
        }
    }
    text
}

fn mark(pod: u64, from: u64, until: u64, kind: &str) -> Mark {
    Mark {
        entity: format!("pod-{pod}"),
        from: format!("{}Z", clock(from)),
        until: format!("{}Z", clock(until)),
        kind: kind.to_owned(),
    }
}

/// What the label of [`table`] says, as marks.
fn marks() -> Vec<Mark> {
    let mut all = Vec::new();
    for pod in 0..4 {
        let mut open: Option<(u64, &str)> = None;
        for minute in 0..=MINUTES {
            let now = if minute < MINUTES {
                issue(minute, pod)
            } else {
                "None"
            };
            if let Some((from, kind)) = open.filter(|(_, kind)| *kind != now) {
                all.push(mark(pod, from, minute, kind));
                open = None;
            }
            if open.is_none() && now != "None" {
                open = Some((minute, now));
            }
        }
    }
    all
}

fn loaded_as(text: &str, said: &[(ReadSetting, &str)]) -> Session {
    let mut session = Session::in_place();
    let bytes = text.as_bytes().to_vec();
    let files = vec![FileHead {
        name: "pods.csv".to_owned(),
        bytes: bytes.len() as u64,
        modified_secs: None,
    }];
    let reading = ReadSpec {
        said: said
            .iter()
            .map(|(s, text)| (*s, (*text).to_owned()))
            .collect(),
        ..ReadSpec::default()
    };
    let reading = Some(Box::new(reading));
    let event = ask_with(&mut session, Request::Load { files, reading }, vec![bytes]).0;
    assert!(matches!(event, Event::Data(_)), "{event:?}");
    session
}

fn loaded(text: &str) -> Session {
    loaded_as(text, &[])
}

fn spec(marks: Option<Vec<Mark>>) -> ForecastSpec {
    ForecastSpec {
        target: "issue".to_owned(),
        marks,
        horizon_minutes: 20,
        windows_minutes: vec![5, 15],
        gap_minutes: 5,
        budget: 2.0,
        trees: 20,
        seed: 7,
        ..ForecastSpec::default()
    }
}

fn series(session: &mut Session, spec: ForecastSpec) -> SeriesSummary {
    let spec = Box::new(spec);
    match ask(session, Request::DescribeSeries { spec }) {
        Event::Series(found) => *found,
        other => panic!("{other:?}"),
    }
}

fn forecast(session: &mut Session, spec: ForecastSpec) -> Result<ForecastSummary, Refusal> {
    let spec = Box::new(spec);
    match ask(session, Request::Forecast { spec }) {
        Event::Forecast(summary) => Ok(*summary),
        Event::Refused(refusal) => Err(*refusal),
        other => panic!("{other:?}"),
    }
}

fn report(session: &mut Session) -> json::Value {
    let (_, bytes) = ask_with(session, Request::ExportForecast, Vec::new());
    json::Value::of_text(&bytes.unwrap()).unwrap()
}

/// Of a report, or of a part of it, the fields of these names left out.
fn without(value: json::Value, names: &[&str]) -> json::Value {
    match value {
        json::Value::Map(fields) => {
            let left = fields
                .into_iter()
                .filter(|(name, _)| !names.contains(&name.as_str()));
            json::Value::Map(left.map(|(n, v)| (n, without(v, names))).collect())
        }
        other => other,
    }
}

fn text(value: json::Value) -> String {
    let mut writer = json::Writer::indented();
    value.write(&mut writer);
    writer.finish()
}

#[test]
fn marks_equal_to_a_label_are_judged_as_the_label_to_the_last_byte() {
    let mut labelled = loaded(&table(true, "Z"));
    let by_label = forecast(&mut labelled, spec(None)).unwrap();
    assert_eq!(by_label.kinds, ["disk", "oom"]);
    assert!(by_label.rungs.len() > 3 && by_label.episodes > 20);
    // What was asked and what is said of it differ; the data does not.
    let asked = ["spec", "notices"];
    let expected = text(without(report(&mut labelled), &asked));
    let marked = forecast(&mut labelled, spec(Some(marks()))).unwrap();
    assert_eq!(text(without(report(&mut labelled), &asked)), expected);
    let blank = |summary: &ForecastSummary| ForecastSummary {
        spec: ForecastSpec::default(),
        notices: Vec::new(),
        run: None,
        ..summary.clone()
    };
    assert_eq!(blank(&marked), blank(&by_label));
    assert_eq!(
        marked.notices[0],
        "The incidents are marked by hand: 32 spans."
    );
    assert_eq!(marked.notices[1..], by_label.notices);

    // The same of a table that has no label at all, with the marks in any order.
    let mut bare = loaded(&table(false, "Z"));
    let turned: Vec<Mark> = marks().into_iter().rev().collect();
    forecast(&mut bare, spec(Some(turned))).unwrap();
    let more = ["spec", "notices", "fingerprint"];
    let bare = text(without(report(&mut bare), &more));
    assert_eq!(bare, text(without(report(&mut labelled), &more)));
}

#[test]
fn a_run_keeps_its_marks() {
    let mut session = loaded(&table(false, "Z"));
    let summary = forecast(&mut session, spec(Some(marks()))).unwrap();
    assert_eq!(summary.spec.marks, Some(marks()));
    let told = text(report(&mut session));
    assert!(told.contains("marked by hand: 32 spans"));
    assert!(
        told.contains("\"from\": \"2026-03-02T03:50:00Z\""),
        "{told}"
    );
    // Another run of other marks is another target.
    let mut fewer = marks();
    fewer.truncate(30);
    let other = forecast(&mut session, spec(Some(fewer))).unwrap();
    let runs = (summary.run.unwrap(), other.run.unwrap());
    let Event::Compared(compared) = ask(&mut session, Request::CompareRuns { runs, budget: None })
    else {
        panic!("they can be compared");
    };
    let said = json::to_text(&*compared);
    assert!(
        said.contains("32 marked by hand") && said.contains("30 marked by hand"),
        "{said}"
    );
}

#[test]
fn every_mark_is_told_with_its_rows_or_what_is_wrong_with_it() {
    let mut session = loaded(&table(false, "Z"));
    let mut odd = vec![
        mark(0, 100, 110, "oom"),
        mark(1, 110, 100, "oom"),
        mark(2, 100, 110, ""),
        mark(2, 100, 110, "None"),
        mark(9, 100, 110, "oom"),
        mark(0, 9_000, 9_010, "oom"),
        mark(0, 300, 310, "oom"),
    ];
    odd[6].from = "yesterday".to_owned();
    let all = Mark {
        entity: String::new(),
        ..mark(0, 500, 510, "outage")
    };
    odd.push(all);
    let found = series(&mut session, spec(Some(odd.clone())));
    assert_eq!(found.names, ["pod-0", "pod-1", "pod-2", "pod-3"]);
    let told = found.mark_problems.iter().map(String::as_str);
    let problems: Vec<(&str, u64)> = told.zip(found.mark_rows.iter().copied()).collect();
    assert_eq!(
        problems,
        [
            ("", 10),
            ("It ends before it has begun.", 0),
            ("It names no kind of issue.", 0),
            (
                "\"None\" says that nothing is wrong: it is no kind of issue.",
                0
            ),
            (
                "There is no entity \"pod-9\"; there is pod-0, pod-1, pod-2 and 1 more.",
                0
            ),
            ("It lies outside the data: it is left out.", 0),
            ("\"yesterday\" is no time.", 0),
            ("", 40),
        ]
    );
    assert_eq!(
        found.mark_secs[1].unwrap() - found.mark_secs[0].unwrap(),
        600.0
    );
    // Each that cannot be used is refused by its number; one of another time is left out, and said to be.
    for at in [1, 2, 3, 4, 6] {
        let mut all = marks();
        all.insert(2, odd[at].clone());
        let refusal = forecast(&mut session, spec(Some(all))).unwrap_err();
        let failure = &refusal.failure;
        assert_eq!(failure.title, "A mark cannot be used");
        assert!(failure.detail.starts_with("Mark 3 ("), "{failure:?}");
        assert!(
            failure
                .detail
                .to_lowercase()
                .ends_with(&problems[at].0.to_lowercase()),
            "{failure:?}"
        );
    }
    let mut all = marks();
    all.push(odd[5].clone());
    let told = forecast(&mut session, spec(Some(all))).unwrap().notices;
    assert!(
        told[1].starts_with("1 mark holds no row of the data, and count for nothing: mark 33 (oom of pod-0, 2026-03-08T06:00:00Z"),
        "{told:?}"
    );
    let refused = |session: &mut Session, marks: Vec<Mark>| {
        let failure = forecast(session, spec(Some(marks))).unwrap_err().failure;
        format!("{}. {} {}", failure.title, failure.detail, failure.hint)
    };
    let outside = refused(&mut session, vec![odd[5].clone()]);
    assert!(
        outside.starts_with("The marks are of another time than the data."),
        "{outside}"
    );
    assert!(refused(&mut session, Vec::new()).contains("No incident is marked yet."));
    let always = Mark {
        entity: String::new(),
        ..mark(0, 0, 9_000, "oom")
    };
    assert!(refused(&mut session, vec![always]).contains("The marks hold every row"));
    // Nothing is wrong where the first mark is still to be made.
    let found = series(&mut session, spec(Some(Vec::new())));
    assert_eq!(
        (found.refusal, found.incidents, found.entities),
        (None, 0, 4)
    );
}

#[test]
fn of_marks_that_overlap_the_first_holds_and_it_is_said() {
    let mut session = loaded(&table(false, "Z"));
    let found = |session: &mut Session, marks: Vec<Mark>| series(session, spec(Some(marks)));
    let two = vec![mark(0, 105, 120, "disk"), mark(0, 100, 110, "oom")];
    assert_eq!(found(&mut session, two.clone()).incidents, 2);
    let mut all = marks();
    all.extend(two);
    let told = forecast(&mut session, spec(Some(all))).unwrap().notices;
    let overlap = told.iter().find(|n| n.contains("overlap")).unwrap();
    assert!(
        overlap.starts_with("Mark 34 (oom of pod-0, 2026-03-02T01:40:00Z to"),
        "{overlap}"
    );
    assert!(
        overlap.ends_with("the 5 rows of both are of \"oom\", which begins first."),
        "{overlap}"
    );
    // Of one kind they are one incident.
    let same = vec![mark(0, 100, 110, "oom"), mark(0, 105, 120, "oom")];
    assert_eq!(found(&mut session, same).incidents, 1);
}

#[test]
fn times_without_a_zone_are_as_the_datas_and_counts_are_counts() {
    // 03:50 of the data's clock is 02:50 UTC.
    let mut session = loaded_as(&table(false, ""), &[(ReadSetting::Offset, "+01:00")]);
    let local = Mark {
        from: "02.03.2026 03:50".to_owned(),
        until: "2026-03-02 04:00:00".to_owned(),
        ..mark(0, 0, 0, "oom")
    };
    let told = series(
        &mut session,
        spec(Some(vec![local, mark(1, 230, 240, "oom")])),
    );
    let ends = |at: usize| (told.marks[at].from.as_str(), told.mark_rows[at]);
    assert_eq!(ends(0), ("2026-03-02T02:50:00Z", 10));
    assert_eq!(ends(1), ("2026-03-02T03:50:00Z", 10));
    let mut utc = loaded(&table(false, "Z"));
    let bare = Mark {
        from: "2026-03-02 03:50".to_owned(),
        until: "1772424000".to_owned(),
        ..mark(0, 0, 0, "oom")
    };
    let told = series(&mut utc, spec(Some(vec![bare])));
    assert_eq!(
        (told.marks[0].from.as_str(), told.mark_rows[0]),
        ("2026-03-02T03:50:00Z", 10)
    );
    assert_eq!(told.marks[0].until, "2026-03-02T04:00:00Z");

    // Cycles of one engine.
    let mut cycles = String::from("cycle,pressure\n");
    for t in 0..400 {
        cycles.push_str(&format!("{t},{}\n", t * 37 % 101));
    }
    let mut counted = loaded(&cycles);
    let of = |from: &str, until: &str| Mark {
        entity: String::new(),
        from: from.to_owned(),
        until: until.to_owned(),
        kind: "worn".to_owned(),
    };
    let told = series(
        &mut counted,
        spec(Some(vec![of("100", "110.5"), of("2026-03-02", "200")])),
    );
    assert!(told.counted);
    assert_eq!(
        (told.mark_rows[0], &told.mark_secs[..2]),
        (11, &[Some(6_000.0), Some(6_630.0)][..])
    );
    assert_eq!(
        told.mark_problems[1],
        "\"2026-03-02\" is no number, which \"cycle\" counts time by."
    );
}

#[test]
fn a_column_is_shown_to_mark_on_and_none_of_its_peaks_is_lost() {
    let mut session = loaded(&table(true, "Z"));
    let metric = |session: &mut Session, entity, column: &str, secs| -> ForecastTrack {
        let request = Request::Metric {
            spec: Box::new(spec(Some(Vec::new()))),
            entity,
            column: column.to_owned(),
            secs,
        };
        match ask(session, request) {
            Event::Track(track) => *track,
            other => panic!("{other:?}"),
        }
    };
    let all = metric(&mut session, 1, "", None);
    assert_eq!(
        (all.name.as_str(), all.kinds[0].name.as_str()),
        ("pod-1", "memory")
    );
    assert_eq!(all.span, [0.0, 1_999.0 * 60.0]);
    assert!(all.secs.len() <= 430 && all.secs.len() == all.kinds[0].values.len());
    let of_pod: Vec<f64> = table(false, "Z")
        .lines()
        .filter(|l| l.contains("pod-1"))
        .map(|l| l.split(',').nth(2).unwrap().parse().unwrap())
        .collect();
    let shown = all.kinds[0].values.iter().flatten().copied();
    let most = |all: &[f64]| all.iter().copied().fold(f64::MIN, f64::max);
    let least = |all: &[f64]| all.iter().copied().fold(f64::MAX, f64::min);
    let shown: Vec<f64> = shown.collect();
    assert_eq!(
        (most(&shown), least(&shown)),
        (most(&of_pod), least(&of_pod))
    );
    let hour = metric(&mut session, 1, "cpu", Some((3_600.0, 7_200.0)));
    assert_eq!((hour.kinds[0].name.as_str(), hour.secs.len()), ("cpu", 61));
    // An entity or a column that is not there is another one, so that the page is never without.
    let other = metric(&mut session, 99, "gone", None);
    assert_eq!((other.entity, other.kinds[0].name.as_str()), (3, "memory"));
}

#[test]
fn a_file_of_marks_is_read_or_refused_with_what_it_lacks() {
    let mut session = Session::in_place();
    let mut read = |text: &str| {
        let name = "marks.csv".to_owned();
        let file = vec![text.as_bytes().to_vec()];
        ask_with(&mut session, Request::ReadMarks { name }, file).0
    };
    let text = "Kind;from;to;note\noom;2026-03-02 03:50;2026-03-02 04:00;\"a; b\"\n\ndisk;1772424000;1772427600;\n";
    let Event::Marks(marks) = read(text) else {
        panic!("it is a list of marks");
    };
    assert_eq!(marks.len(), 2);
    assert_eq!(
        (marks[1].kind.as_str(), marks[1].entity.as_str()),
        ("disk", "")
    );
    let mut refused = |text: &str| match read(text) {
        Event::Failed { failure, .. } => format!("{} {}", failure.detail, failure.hint),
        other => panic!("{other:?}"),
    };
    let told = refused("a,b\n1,2\n");
    assert!(
        told.starts_with("The file has no column \"from\": its header is \"a,b\". Give it"),
        "{told}"
    );
    assert!(refused("from,until,kind\n").contains("marks no incident"));
    assert!(!refused("").is_empty());
}
