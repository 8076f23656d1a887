//! The page where incidents are marked by hand, from the screen to the engine and back, with no browser between.

use kubecast::app::marking::{self, Drag, DragStep, Marking};
use kubecast::app::plot::{Chart, sentence, text};
use kubecast::app::{Act, Action, Effect, FileRef, Handle, Route, State, ahead};
use kubecast::protocol::{Event, Mark, MarkRead, Request};
use kubecast::session::Session;

/// A screen with the engine behind it.
struct Page {
    state: State,
    session: Session,
    files: Vec<Vec<u8>>,
    kept: Vec<String>,
    downloads: Vec<(String, Vec<u8>)>,
}

impl Page {
    fn new() -> Self {
        Self {
            state: State::default(),
            session: Session::in_place(),
            files: Vec::new(),
            kept: Vec::new(),
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
        let draft = Mark {
            from: from.to_owned(),
            until: until.to_owned(),
            kind: kind.to_owned(),
            entity: "this".to_owned(),
        };
        self.mark(Marking::Draft(draft)).mark(Marking::Add)
    }

    fn drag(&mut self, from: f64, until: f64) -> &mut Self {
        for (x, step) in [
            (from, DragStep::Begin),
            (until, DragStep::On),
            (until, DragStep::End),
        ] {
            self.mark(Marking::Drag(Drag {
                x,
                width: 1_058.0,
                step,
            }));
        }
        self
    }

    fn marks(&self) -> Vec<MarkRead> {
        marking::marks(&self.state)
    }
}

/// Pods, a row a minute from midnight on, of so many hours.
fn pods(day: u32, hours: u32, labelled: bool) -> String {
    let mut text = format!(
        "time,pod,memory,cpu{}\n",
        if labelled { ",issue" } else { "" }
    );
    for t in 0..hours * 60 {
        for pod in 0..4 {
            let phase = (t + 61 * pod) % 250;
            let ramp = if (190..240).contains(&phase) {
                phase - 189
            } else {
                0
            };
            let noise = (t * 7_919 + pod * 104_729) % 89;
            let (day, hour) = (day + t / 1_440, t / 60 % 24);
            text.push_str(&format!(
                "2026-03-{day:02}T{hour:02}:{:02}:00Z,pod-{pod},{}.5,0.{noise}",
                t % 60,
                ramp + noise % 23
            ));
            if labelled {
                text.push_str(if (230..240).contains(&phase) {
                    ",oom"
                } else {
                    ",None"
                });
            }
            text.push('\n');
        }
    }
    text
}

#[test]
fn without_a_label_incidents_are_marked_and_forecast() {
    let mut page = Page::new();
    page.load(&pods(2, 40, false));
    assert!(
        marking::is_by_hand(&page.state),
        "no column says what was wrong"
    );
    assert_eq!(marking::title(&page.state), "Mark when something was wrong");
    assert!(
        ahead::why_not(&page.state)
            .unwrap()
            .starts_with("Mark incidents first")
    );
    let track = page.state.marking.value().unwrap().clone();
    assert_eq!(
        (track.name.as_str(), track.kinds[0].name.as_str()),
        ("pod-0", "memory")
    );
    assert_eq!(ahead::metric_columns(&page.state), ["memory", "cpu"]);

    // By pointer: a thousand pixels of 2,399 minutes, from 46 on.
    page.drag(146.0, 250.0);
    let drawn = page.marks();
    assert_eq!(drawn.len(), 1);
    let mark = &drawn[0].mark;
    assert_eq!(
        (mark.entity.as_str(), mark.kind.as_str()),
        ("pod-0", "incident")
    );
    assert_eq!(
        (mark.from.as_str(), mark.until.as_str()),
        ("2026-03-02T04:00:00Z", "2026-03-02T08:09:00Z")
    );
    assert_eq!((drawn[0].rows, drawn[0].problem.as_str()), (249, ""));
    // A click marks nothing.
    page.drag(400.0, 401.0);
    assert_eq!((page.marks().len(), *page.state.drag), (1, None));
    page.mark(Marking::Remove(0)).mark(Marking::Remove(7));
    assert_eq!(page.marks(), []);

    // By keyboard, of another entity.
    for pod in 0..4_u32 {
        page.mark(Marking::Show(pod, "cpu".to_owned()));
        for round in 0..9_u32 {
            let minute = 250 * round + 230 - 61 * pod;
            let clock = |t: u32| {
                format!(
                    "2026-03-0{} {:02}:{:02}",
                    2 + t / 1_440,
                    t / 60 % 24,
                    t % 60
                )
            };
            page.draft(&clock(minute), &clock(minute + 10), "oom");
        }
    }
    let marks = page.marks();
    assert_eq!(marks.len(), 36);
    assert!(
        marks.iter().all(|m| m.rows == 10 && m.problem.is_empty()),
        "{marks:?}"
    );
    assert_eq!(marks[35].mark.entity, "pod-3");
    assert_eq!(
        marks[0].mark.from, "2026-03-02T03:50:00Z",
        "times are in UTC once they are read"
    );
    assert_eq!(page.state.marking.value().unwrap().kinds[0].name, "cpu");
    page.act(Act::Forecast);
    let summary = page.state.forecast.value().expect("it can be forecast");
    assert_eq!(
        (summary.kinds.as_slice(), summary.episodes),
        (&["oom".to_owned()][..], 36)
    );
    assert_eq!(
        summary.notices[0],
        "The incidents are marked by hand: 36 spans."
    );
    let run = page.state.runs.last().unwrap().forecast.as_ref().unwrap();
    assert!(
        run.contains("\"from\":\"2026-03-02T03:50:00Z\""),
        "the run keeps them"
    );
}

#[test]
fn marks_outlive_other_options_other_data_and_the_visit() {
    let mut page = Page::new();
    page.load(&pods(2, 40, true));
    assert!(!marking::is_by_hand(&page.state) && page.state.marking.value().is_none());
    page.act(Act::SetTarget(String::new()));
    assert!(marking::is_by_hand(&page.state));
    page.draft("2026-03-02T03:50Z", "2026-03-02T04:00Z", "");
    page.draft("2026-03-03T08:00:00Z", "2026-03-03T08:10:00Z", "disk");
    let all = Mark {
        from: "2026-03-02 10:00".to_owned(),
        until: "2026-03-02 10:30".to_owned(),
        kind: "outage".to_owned(),
        entity: String::new(),
    };
    page.mark(Marking::Draft(all)).mark(Marking::Add);
    assert_eq!(page.marks()[2].rows, 120, "of all four");
    assert_eq!(page.marks()[0].mark.kind, marking::KIND);
    // On the chart of pod-1 the outage alone, and what is drawn.
    page.mark(Marking::Show(1, String::new()));
    page.mark(Marking::Drag(Drag {
        x: 500.0,
        width: 1_058.0,
        step: DragStep::Begin,
    }));
    page.mark(Marking::Drag(Drag {
        x: 600.0,
        width: 1_058.0,
        step: DragStep::On,
    }));
    let track = page.state.marking.value().unwrap().clone();
    let spans = marking::spans(&page.state, &track);
    assert_eq!(spans.len(), 2);
    assert_eq!(
        (spans[0].0.as_str(), spans[0].1, spans[0].2),
        ("outage", 36_000.0, 37_800.0)
    );
    let chart = Chart::marked(&track, spans);
    assert_eq!(
        sentence(&chart),
        "pod-1 over time: memory; 2 incidents; drag across it to mark one."
    );
    let told: Vec<String> = (0..track.secs.len())
        .filter_map(|i| text(&chart, i))
        .collect();
    assert!(
        told.iter().any(|t| t.ends_with("; outage: marked")),
        "{told:?}"
    );
    page.mark(Marking::Drag(Drag {
        x: 600.0,
        width: 1_058.0,
        step: DragStep::Lost,
    }));
    assert_eq!((page.marks().len(), *page.state.drag), (3, None));

    // A label's column, and back.
    page.act(Act::SetTarget("issue".to_owned()));
    assert!(!marking::is_by_hand(&page.state));
    assert_eq!(page.state.series.value().unwrap().incidents, 36);
    page.act(Act::SetTarget(String::new()));
    assert_eq!(page.marks().len(), 3);

    // Data of another time: each that is outside is told, and none is gone.
    page.load(&pods(2, 12, true));
    let told: Vec<(u32, String)> = page
        .marks()
        .into_iter()
        .map(|m| (m.rows, m.problem))
        .collect();
    let outside = "It lies outside the data: it is left out.".to_owned();
    assert_eq!(
        told,
        [(10, String::new()), (0, outside), (120, String::new())]
    );
    page.load(&pods(2, 40, true));
    assert_eq!(page.marks()[1].rows, 10);

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
    let files = page.file(
        "marks.csv",
        &format!("{saved}2026-03-02T20:00:00Z,2026-03-02T20:05:00Z,\"a, \"\"b\"\"\",pod-2\n"),
    );
    page.mark(Marking::Open(files));
    assert_eq!(page.marks().len(), 4);
    assert_eq!(
        (page.marks()[3].mark.kind.as_str(), page.marks()[3].rows),
        ("a, \"b\"", 5)
    );
    page.mark(Marking::Save);
    let again = String::from_utf8(page.downloads.pop().unwrap().1).unwrap();
    assert!(again.ends_with(",\"a, \"\"b\"\"\",pod-2\n"), "{again}");
    let files = page.file("marks.csv", "a,b\n1,2\n");
    page.mark(Marking::Open(files));
    let alert = page.state.alerts.last().unwrap();
    assert!(alert.failure.detail.contains("has no column \"from\""));

    // Another visit.
    let kept = page.kept.last().unwrap().clone();
    let mut later = Page::new();
    later.mark(Marking::Kept(kept)).load(&pods(2, 40, true));
    assert!(marking::is_by_hand(&later.state));
    assert_eq!(later.marks(), page.marks());
    let mut damaged = Page::new();
    damaged.mark(Marking::Kept("[true".to_owned()));
    assert_eq!(damaged.marks(), []);
}

#[test]
fn the_time_in_sight_is_drawn_on_to_the_second() {
    let mut page = Page::new();
    page.load(&pods(2, 40, false));
    page.mark(Marking::Sight(Some((3_600.0, 7_200.0))));
    let track = page.state.marking.value().unwrap();
    assert_eq!(
        (track.secs.first(), track.secs.last()),
        (Some(&3_600.0), Some(&7_200.0))
    );
    page.drag(146.0, 246.0);
    assert_eq!(page.marks()[0].mark.from, "2026-03-02T01:06:00Z");
    assert_eq!(page.marks()[0].mark.until, "2026-03-02T01:12:00Z");
    // Drawn along by a tenth, and made closer.
    page.mark(Marking::Nudge(ahead::Nudge {
        x: 500.0,
        width: 1_058.0,
        times: 1.0,
        drawn: -100.0,
    }));
    assert_eq!(page.state.marking_sight, Some((3_960.0, 7_560.0)));
    // Cycles are counted, not dated.
    let mut cycles = String::from("cycle,pressure\n");
    (0..1_001).for_each(|t| cycles.push_str(&format!("{t},{}\n", t * 37 % 101)));
    page.load(&cycles);
    page.mark(Marking::Remove(0)).drag(146.0, 246.0);
    let mark = &page.marks()[0];
    assert_eq!(
        (mark.mark.from.as_str(), mark.mark.until.as_str(), mark.rows),
        ("100", "200", 100)
    );
}
