//! The page where incidents are marked by hand, from the screen to the engine and back, with no browser between.

use kubecast::app::form::Field;
use kubecast::app::marking::{self, Drag, DragStep, Marking};
use kubecast::app::plot::{Chart, sentence, text};
use kubecast::app::{Act, Action, Effect, FileRef, Handle, Route, Setting, State, ahead};
use kubecast::protocol::{Event, Mark, Request};
use kubecast::session::Session;
use kubecast::trees::Rng;

/// A screen with the engine behind it.
struct Page {
    state: State,
    session: Session,
    files: Vec<Vec<u8>>,
    kept: Vec<String>,
    focused: Vec<Field>,
    downloads: Vec<(String, Vec<u8>)>,
}

impl Page {
    fn new() -> Self {
        Self {
            state: State::default(),
            session: Session::in_place(),
            files: Vec::new(),
            kept: Vec::new(),
            focused: Vec::new(),
            downloads: Vec::new(),
        }
    }

    /// Something happens, and all that it asks for is done.
    fn act(&mut self, act: Act) -> &mut Self {
        let mut acts = vec![act];
        while let Some(act) = acts.pop() {
            let (state, effects) = self.state.after(&Action {
                at_millis: 0.0,
                act,
            });
            self.state = state;
            for effect in effects {
                match effect {
                    Effect::Send { job, request, .. } => acts.push(self.answer(job, request)),
                    Effect::KeepMarks(text) => self.kept.push(text),
                    Effect::Focus(field) => self.focused.push(field),
                    Effect::Download { name, bytes, .. } => {
                        self.downloads.push((name, bytes.to_vec()));
                    }
                    _ => {}
                }
            }
        }
        self
    }

    fn answer(&mut self, job: u64, request: Request) -> Act {
        let files = match &request {
            Request::Load { .. } | Request::ReadMarks { .. } => {
                vec![self.files.last().unwrap().clone()]
            }
            _ => Vec::new(),
        };
        self.session.submit(job, request, files);
        for _ in 0..1_000_000 {
            for reply in self.session.work(0.0) {
                if !matches!(reply.event, Event::Progress { .. }) {
                    return Act::Heard {
                        job,
                        event: Box::new(reply.event),
                        attachment: reply.attachment.map(Handle::new),
                    };
                }
            }
        }
        panic!("the job does not end");
    }

    fn file(&mut self, name: &str, text: &str) -> Vec<FileRef> {
        self.files.push(text.as_bytes().to_vec());
        vec![FileRef {
            key: 0,
            name: name.into(),
            bytes: text.len() as u64,
            modified_secs: None,
        }]
    }

    fn load(&mut self, text: &str) -> &mut Self {
        let files = self.file("pods.csv", text);
        self.act(Act::LoadFiles(files))
            .act(Act::Went(Route::Forecast))
    }

    fn mark(&mut self, what: Marking) -> &mut Self {
        self.act(Act::Mark(what))
    }

    fn draft(&mut self, from: &str, until: &str, kind: &str) -> &mut Self {
        let fields = [
            (Field::MarkFrom, from),
            (Field::MarkUntil, until),
            (Field::MarkKind, kind),
        ];
        for (field, text) in fields {
            self.act(Act::Set(Setting::Text(field, text.into())));
        }
        self.mark(Marking::Add)
    }

    fn point(&mut self, x: f64, step: DragStep) -> &mut Self {
        let width = 1_058.0;
        self.mark(Marking::Drag(Drag { x, width, step }))
    }

    fn drag(&mut self, from: f64, until: f64) -> &mut Self {
        self.point(from, DragStep::Begin)
            .point(until, DragStep::On)
            .point(until, DragStep::End)
    }

    /// The marks, each with its rows and what is wrong with it.
    fn marks(&self) -> Vec<(Mark, u64, String)> {
        let marks = &self.state.settings.ahead.marks;
        let known = |(at, mark): (usize, &Mark)| {
            let (rows, problem) = marking::known(&self.state, at);
            (mark.clone(), rows.parse().unwrap(), problem.to_owned())
        };
        marks.iter().enumerate().map(known).collect()
    }
}

/// Pods, a row a minute from midnight on, of so many hours.
fn pods(hours: u64, labelled: bool) -> String {
    let noise = |t: u64, p: u64| Rng::new(t, p).unit();
    let mut text = format!(
        "time,pod,memory,cpu{}\n",
        if labelled { ",issue" } else { "" }
    );
    for t in 0..hours * 60 {
        for pod in 0..4 {
            let phase = (t + 61 * pod) % 250;
            let is_climbing = (190..240).contains(&phase);
            let climb = if is_climbing { phase - 189 } else { 0 };
            let memory = 40.0 + climb as f64 / 2.0 + 30.0 * noise(t, pod);
            let cpu = noise(t, pod + 9);
            text.push_str(&format!("{}Z,pod-{pod},{memory:.4},{cpu:.4}", clock(t)));
            if labelled {
                let is_on = (230..240).contains(&phase);
                text.push_str(if is_on { ",oom" } else { ",None" });
            }
            text.push('\n');
        }
    }
    text
}

fn clock(minute: u64) -> String {
    let (day, hour) = (2 + minute / 1_440, minute / 60 % 24);
    format!("2026-03-{day:02}T{hour:02}:{:02}:00", minute % 60)
}

#[test]
fn without_a_label_incidents_are_marked_and_forecast() {
    let mut page = Page::new();
    page.load(&pods(40, false));
    let by_hand = marking::is_by_hand(&page.state);
    assert!(by_hand, "no column says what was wrong");
    assert_eq!(marking::title(&page.state), "Mark when something was wrong");
    let why_not = ahead::why_not(&page.state).unwrap();
    assert!(why_not.starts_with("Mark incidents below"), "{why_not}");
    let track = page.state.marking.as_ref().unwrap().clone();
    let seen = (track.name.as_str(), track.kinds[0].name.as_str());
    assert_eq!(seen, ("pod-0", "memory"));
    assert_eq!(ahead::metric_columns(&page.state), ["memory", "cpu"]);

    // By pointer: a thousand pixels of 2,399 minutes, from 46 on.
    page.drag(146.0, 250.0);
    let drawn = Mark {
        entity: "pod-0".to_owned(),
        from: "2026-03-02T04:00:00Z".to_owned(),
        until: "2026-03-02T08:09:00Z".to_owned(),
        kind: "incident".to_owned(),
    };
    assert_eq!(page.marks(), [(drawn, 249, String::new())]);
    // A click marks nothing, and neither do fields that are blank.
    page.drag(400.0, 401.0)
        .draft(" ", "2026-03-02T08:09", "oom");
    assert_eq!((page.marks().len(), *page.state.drag), (1, None));
    assert_eq!(page.focused, [Field::MarkFrom]);
    page.mark(Marking::Remove(0)).mark(Marking::Remove(7));
    assert_eq!(page.marks(), []);

    // By keyboard, of one entity after the other.
    for pod in 0..4 {
        page.mark(Marking::Show(format!("pod-{pod}"), "cpu".to_owned()));
        for round in 0..9 {
            let minute = 250 * round + 230 - 61 * pod;
            let minute_text = |t: u64| clock(t).replace('T', " ");
            page.draft(&minute_text(minute), &minute_text(minute + 10), "oom");
        }
    }
    let marks = page.marks();
    assert_eq!(marks.len(), 36);
    let is_read = |(_, rows, problem): &(Mark, u64, String)| *rows == 10 && problem.is_empty();
    assert!(marks.iter().all(is_read), "{marks:?}");
    assert_eq!(marks[35].0.entity, "pod-3");
    // In UTC once it is read.
    assert_eq!(marks[0].0.from, "2026-03-02T03:50:00Z");
    assert_eq!(page.state.marking.as_ref().unwrap().kinds[0].name, "cpu");
    page.act(Act::Forecast);
    assert_eq!(page.state.refusal, None);
    let summary = page.state.forecast.value().expect("it can be forecast");
    assert_eq!((summary.kinds[0].as_str(), summary.episodes), ("oom", 36));
    let said = &summary.notices[0];
    assert_eq!(said, "The incidents are marked by hand: 36 spans.");
    let run = page.state.runs.last().unwrap().forecast.as_ref().unwrap();
    assert!(run.contains("\"from\":\"2026-03-02T03:50:00Z\""), "kept");
}

#[test]
fn marks_outlive_other_options_other_data_and_the_visit() {
    let mut page = Page::new();
    page.load(&pods(40, true));
    assert!(!marking::is_by_hand(&page.state) && page.state.marking.is_none());
    page.act(Act::SetTarget(String::new()));
    assert!(marking::is_by_hand(&page.state));
    page.draft("2026-03-02T03:50Z", "2026-03-02T04:00Z", "");
    page.draft("2026-03-03T08:00:00Z", "2026-03-03T08:10:00Z", "disk");
    page.mark(Marking::Show(String::new(), String::new()));
    page.draft("2026-03-02 10:00", "2026-03-02 10:30", "outage");
    assert_eq!(page.marks()[2].1, 120, "of all four");
    assert_eq!(page.marks()[0].0.kind, "incident");

    // On the chart of pod-1 the outage alone, and what is drawn.
    page.mark(Marking::Show("pod-1".to_owned(), String::new()));
    page.point(500.0, DragStep::Begin)
        .point(600.0, DragStep::On);
    let seen = marking::seen(&page.state).unwrap();
    assert_eq!(seen.incidents.len(), 2);
    let outage = &seen.incidents[0];
    assert_eq!((outage.start_secs, outage.end_secs), (36_000.0, 37_800.0));
    let chart = Chart::marked(&seen);
    assert_eq!(
        sentence(&chart),
        "pod-1 over time: memory; 2 incidents; draw across it to mark one."
    );
    let told: Vec<String> = (0..seen.secs.len())
        .filter_map(|i| text(&chart, i))
        .collect();
    assert!(
        told.iter().any(|t| t.ends_with("; outage: marked")),
        "{told:?}"
    );
    page.point(600.0, DragStep::Lost);
    assert_eq!((page.marks().len(), *page.state.drag), (3, None));

    // A label's column, and back.
    page.act(Act::SetTarget("issue".to_owned()));
    assert!(!marking::is_by_hand(&page.state));
    let by_label = page.state.series.value().unwrap().incidents;
    assert!(by_label > 30, "{by_label}");
    page.act(Act::SetTarget(String::new()));
    assert_eq!(page.marks().len(), 3);

    // Data of another time: each that is outside is told, and none is gone.
    page.load(&pods(12, true));
    let told: Vec<(u64, String)> = page.marks().into_iter().map(|m| (m.1, m.2)).collect();
    let outside = "It lies outside the data: it is left out.".to_owned();
    assert_eq!(
        told,
        [(10, String::new()), (0, outside), (120, String::new())]
    );
    page.load(&pods(40, true));
    assert_eq!(page.marks()[1].1, 10);

    // Saved, and read again with what is new.
    page.mark(Marking::Save);
    let (name, bytes) = page.downloads.pop().unwrap();
    let saved = String::from_utf8(bytes).unwrap();
    assert_eq!(name, "marks.csv");
    assert_eq!(
        saved,
        "from,until,kind,entity\n\
         2026-03-02T03:50:00Z,2026-03-02T04:00:00Z,incident,pod-0\n\
         2026-03-03T08:00:00Z,2026-03-03T08:10:00Z,disk,pod-0\n\
         2026-03-02T10:00:00Z,2026-03-02T10:30:00Z,outage,\n"
    );
    let more = "2026-03-02T20:00:00Z,2026-03-02T20:05:00Z,\"a, \"\"b\"\"\",pod-2\n";
    let files = page.file("marks.csv", &(saved + more));
    page.mark(Marking::Open(files));
    assert_eq!(page.marks().len(), 4);
    let last = page.marks().pop().unwrap();
    assert_eq!((last.0.kind.as_str(), last.1), ("a, \"b\"", 5));
    page.mark(Marking::Save);
    let again = String::from_utf8(page.downloads.pop().unwrap().1).unwrap();
    assert!(again.ends_with(more), "{again}");
    let files = page.file("marks.csv", "a,b\n1,2\n");
    page.mark(Marking::Open(files));
    let alert = page.state.alerts.last().unwrap();
    assert!(alert.failure.detail.contains("has no column \"from\""));
    assert_eq!(page.marks().len(), 4);

    // Another visit.
    let kept = page.kept.last().unwrap().clone();
    let mut later = Page::new();
    later.mark(Marking::Kept(kept)).load(&pods(40, true));
    assert!(marking::is_by_hand(&later.state));
    assert_eq!(later.marks(), page.marks());
    let mut damaged = Page::new();
    damaged.mark(Marking::Kept("[true".to_owned()));
    assert_eq!(damaged.state.settings.ahead.marks, []);
}

#[test]
fn the_time_in_sight_is_drawn_on_to_the_second() {
    let mut page = Page::new();
    page.load(&pods(40, false));
    page.mark(Marking::Sight(Some((3_600.0, 7_200.0))));
    let track = page.state.marking.as_ref().unwrap();
    let ends = (track.secs.first(), track.secs.last());
    assert_eq!(ends, (Some(&3_600.0), Some(&7_200.0)));
    page.drag(246.0, 146.0);
    let (mark, rows, _) = page.marks().remove(0);
    let ends = (mark.from.as_str(), mark.until.as_str(), rows);
    assert_eq!(ends, ("2026-03-02T01:06:00Z", "2026-03-02T01:12:00Z", 6));
    page.mark(Marking::Sight(None));
    let track = page.state.marking.as_ref().unwrap();
    assert_eq!(track.secs.first(), Some(&0.0));

    // Cycles are counted, not dated. A mark of the data before is kept, and cannot be read here.
    let mut cycles = String::from("cycle,pressure\n");
    (0..1_001).for_each(|t| cycles.push_str(&format!("{t},{}\n", t * 37 % 101)));
    page.load(&cycles);
    let (_, rows, problem) = page.marks().remove(0);
    assert!(
        rows == 0 && problem.contains("which \"cycle\" counts time by"),
        "{problem}"
    );
    page.mark(Marking::Remove(0)).drag(146.0, 246.0);
    let (mark, rows, _) = page.marks().remove(0);
    assert_eq!(
        (mark.from.as_str(), mark.until.as_str(), rows),
        ("100", "200", 100)
    );
}
