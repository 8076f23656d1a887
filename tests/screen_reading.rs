//! How files are read, from the screen's side: what is said of them is read again at once, and stays said. The engine that
//! answers is the real one.

use std::collections::BTreeMap;
use std::rc::Rc;

use kubecast::app::{
    Act, Action, Async, Attachment, Effect, FileRef, Handle, Kept, Source, State, reading,
    source_of_text, source_to_text,
};
use kubecast::data::ColumnKind;
use kubecast::protocol::{
    DataSummary, Event, ReadSetting, ReadSpec, Request, RowsFilter, RowsView,
};
use kubecast::session::Session;

/// A page with its engine: what is ordered is done at once.
struct Page {
    state: State,
    session: Session,
    files: BTreeMap<u32, Vec<u8>>,
    kept: Option<Source>,
    downloads: Vec<(String, String)>,
    asked: Vec<Request>,
}

impl Page {
    fn new() -> Self {
        Self {
            state: State::default(),
            session: Session::in_place(),
            files: BTreeMap::new(),
            kept: None,
            downloads: Vec::new(),
            asked: Vec::new(),
        }
    }

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
                    Effect::Send {
                        job,
                        request,
                        attachments,
                    } => {
                        let bytes = attachments.iter().map(|a| match a {
                            Attachment::File(key) => self.files[key].clone(),
                            Attachment::Bytes(bytes) => bytes.to_vec(),
                        });
                        let bytes = bytes.collect();
                        self.asked.push(request.clone());
                        self.session.submit(job, request, bytes);
                        while self.session.has_work() {
                            for reply in self.session.work(0.0) {
                                if !matches!(reply.event, Event::Progress { .. }) {
                                    acts.push(Act::Heard {
                                        job: reply.job,
                                        event: Box::new(reply.event),
                                        attachment: reply.attachment.map(Handle::new),
                                    });
                                }
                            }
                        }
                    }
                    Effect::KeepData(source) => self.kept = Some(source),
                    Effect::Download { name, bytes, .. } => self
                        .downloads
                        .push((name, String::from_utf8(bytes.to_vec()).unwrap())),
                    _ => {}
                }
            }
        }
        self
    }

    fn drop(&mut self, files: &[(&str, &[u8])]) -> &mut Self {
        let mut refs = Vec::new();
        for (name, bytes) in files {
            let key = self.files.len() as u32;
            self.files.insert(key, bytes.to_vec());
            refs.push(FileRef {
                key,
                name: (*name).into(),
                bytes: bytes.len() as u64,
                modified_secs: None,
            });
        }
        self.act(Act::Dropped(refs))
    }

    fn say(&mut self, setting: ReadSetting, value: &str) -> &mut Self {
        self.say_of(None, setting, value)
    }

    fn say_of(&mut self, file: Option<&str>, setting: ReadSetting, value: &str) -> &mut Self {
        let spec = self.spec().saying(file, setting, value.to_owned());
        self.act(Act::ReadAs(spec))
    }

    fn spec(&self) -> Rc<ReadSpec> {
        Rc::clone(&self.state.source.as_ref().expect("a source").reading)
    }

    fn data(&self) -> &DataSummary {
        self.state.data.value().expect("a data set")
    }

    fn columns(&self) -> Vec<&str> {
        self.data()
            .columns
            .iter()
            .map(|c| c.name.as_str())
            .collect()
    }
}

/// As a spreadsheet in a German office writes it, with a row cut short and a note below.
fn german() -> Vec<u8> {
    let mut text = String::from("Messwerte Cluster Süd\n\nZeit;Knoten;CPU;Störung\n");
    for i in 0..60 {
        let issue = ["None", "oom", "disk"][i % 3];
        text.push_str(&format!(
            "2024-03-04 08:{i:02}:00;k{};{},{};{issue}\n",
            i % 4,
            i % 90,
            i % 10
        ));
    }
    text.push_str("2024-03-04 09:01:00;k1;4,5\nStand: gestern\n");
    // Windows-1252: each letter one byte.
    text.chars().map(|c| c as u32 as u8).collect()
}

#[test]
fn an_odd_file_is_read_right_and_the_screen_says_how() {
    let mut page = Page::new();
    page.drop(&[("werte.csv", &german())]);
    assert_eq!(page.columns(), ["Zeit", "Knoten", "CPU", "Störung"]);
    let data = page.data();
    assert_eq!(data.readings.len(), 1);
    let sentence = reading::read_sentence(&data.readings);
    assert!(
        sentence.starts_with("Semicolon-separated, Windows-1252, decimal comma, 1 header row; "),
        "{sentence}"
    );
    let r = &data.readings[0];
    assert_eq!(r.repaired.count, r.repaired.rows.len() as u64);
    assert!(r.repaired.rows.iter().any(|n| n.line == 64), "{r:?}");
    assert!(
        r.skipped
            .rows
            .iter()
            .any(|n| n.line == 1 && n.text.contains("Messwerte")),
        "{r:?}"
    );
    assert!(
        r.guesses
            .iter()
            .all(|g| g.sure.is_none_or(|s| (0.0..=1.0).contains(&s)))
    );
    page.act(Act::Export(Request::ExportRowNotes));
    let (name, text) = page.downloads.pop().unwrap();
    assert_eq!(name, "werte.rows-not-as-they-stand.csv");
    assert!(text.starts_with("file,line,what,why,text\n"), "{text}");
    let all = r_count(page.data());
    assert_eq!(text.lines().count() as u64, all + 1);
    assert!(text.contains("werte.csv,64,repaired,"), "{text}");
}

fn r_count(data: &DataSummary) -> u64 {
    data.readings
        .iter()
        .map(|r| r.repaired.count + r.skipped.count)
        .sum()
}

#[test]
fn what_is_said_is_read_again_at_once_and_left_to_be_guessed_again() {
    let mut page = Page::new();
    page.drop(&[("werte.csv", &german())]);
    page.say(ReadSetting::Delimiter, "comma");
    assert_ne!(page.columns(), ["Zeit", "Knoten", "CPU", "Störung"]);
    let guess = &page.data().readings[0].guesses[1];
    assert_eq!((guess.value.as_str(), guess.sure), ("comma", Some(1.0)));
    let fields = reading::guess_fields(&page.data().readings, &page.spec(), None);
    assert_eq!(fields[1].said, "comma");
    // The same once more asks for nothing.
    let asked = page.asked.len();
    page.say(ReadSetting::Delimiter, "comma");
    assert_eq!(page.asked.len(), asked);
    page.say(ReadSetting::Delimiter, "");
    assert_eq!(page.columns(), ["Zeit", "Knoten", "CPU", "Störung"]);
    // Other settings go their way too.
    page.say(ReadSetting::HeaderRows, "0");
    assert!(!page.columns().contains(&"Zeit"), "{:?}", page.columns());
    page.say(ReadSetting::HeaderRows, "")
        .say(ReadSetting::Encoding, "UTF-8");
    assert!(!page.columns().contains(&"Störung"), "{:?}", page.columns());
}

/// The field of a setting, as the screen shows it.
fn field(page: &Page, setting: ReadSetting) -> reading::GuessField {
    let fields = reading::guess_fields(&page.data().readings, &page.spec(), None);
    let field = fields.into_iter().find(|f| f.setting == setting);
    field.unwrap_or_else(|| panic!("no {setting:?}"))
}

#[test]
fn a_zone_is_asked_for_where_other_files_name_one_and_may_always_be_said() {
    let local = "time,cpu\n2024-03-04 08:30:00,1\n2024-03-04 08:31:00,2\n";
    let zoned = local.replace("cpu", "memory").replace(":00,", ":00Z,");
    let first = |page: &Page| page.data().preview.rows[0].clone();
    let mut page = Page::new();
    page.drop(&[("local.csv", local.as_bytes())]);
    let alone = field(&page, ReadSetting::Offset);
    assert_eq!(alone.label, "Times without a zone are");
    assert_eq!(alone.options[0].1, "UTC (guessed)");
    let before = first(&page);
    page.say(ReadSetting::Offset, "+01:00");
    assert_ne!(first(&page), before);
    assert_eq!(field(&page, ReadSetting::Offset).said, "+01:00");
    page.say(ReadSetting::Offset, "");
    assert_eq!(first(&page), before);

    page.drop(&[
        ("local.csv", local.as_bytes()),
        ("zoned.csv", zoned.as_bytes()),
    ]);
    assert_eq!(page.data().rows, 2);
    let asked = field(&page, ReadSetting::Offset);
    assert!(
        asked.label.starts_with("How far ahead of UTC?"),
        "{asked:?}"
    );
    assert_eq!(asked.options[0].1, "UTC (50 % sure)");
    let is_told = |page: &Page| {
        let notices = &page.data().notices;
        notices
            .iter()
            .any(|n| n.title() == "The times of local.csv have no zone")
    };
    assert!(is_told(&page));
    // An hour apart no row has both.
    page.say(ReadSetting::Offset, "+01:00");
    assert_eq!(page.data().rows, 4);
    assert!(!is_told(&page));
    assert_eq!(
        field(&page, ReadSetting::Offset).label,
        "Times without a zone are"
    );
}

#[test]
fn each_of_several_files_is_read_as_is_said_of_it() {
    let plain = "Zeit,Last\n2024-03-04 08:00:00,1.5\n2024-03-04 08:01:00,2.5\n";
    let mut page = Page::new();
    page.drop(&[("werte.csv", &german()), ("plain.csv", plain.as_bytes())]);
    let columns: Vec<String> = page.columns().iter().map(|c| (*c).to_owned()).collect();
    let shown = |page: &Page, file: Option<&str>| {
        let fields = reading::guess_fields(&page.data().readings, &page.spec(), file);
        (fields[1].options[0].1.clone(), fields[1].said.clone())
    };
    assert_eq!(shown(&page, None).0, "Not the same in all files");
    assert!(shown(&page, Some("werte.csv")).0.starts_with("semicolon ("));
    assert!(shown(&page, Some("plain.csv")).0.starts_with("comma ("));
    let plainly = page.data().readings[1].clone();
    // Said of one file alone.
    page.say_of(Some("werte.csv"), ReadSetting::Delimiter, "comma");
    // Then it has no times to be joined on.
    assert!(matches!(page.state.data, Async::Failed { .. }));
    assert_eq!(*page.spec(), ReadSpec::default());
    page.say_of(Some("werte.csv"), ReadSetting::Delimiter, "semicolon");
    assert_eq!(page.data().readings[1], plainly);
    let guess = &page.data().readings[0].guesses[1];
    assert_eq!((guess.value.as_str(), guess.sure), ("semicolon", Some(1.0)));
    assert_eq!(
        shown(&page, Some("werte.csv")),
        ("Guess it".to_owned(), "semicolon".to_owned())
    );
    assert_eq!(shown(&page, None).0, "Not the same in all files");
    page.say_of(Some("werte.csv"), ReadSetting::PreambleRows, "5");
    assert_eq!(page.data().readings[1], plainly);
    assert_ne!(page.columns(), columns);
    page.say_of(Some("werte.csv"), ReadSetting::PreambleRows, "");
    assert_eq!(page.columns(), columns);
    // It stays over a reload.
    let text = source_to_text(page.kept.as_ref().expect("kept"));
    let Some(kept) = source_of_text(
        &text,
        vec![FileRef {
            key: 0,
            name: "werte.csv".into(),
            bytes: 1,
            modified_secs: None,
        }],
    ) else {
        panic!("{text}");
    };
    assert_eq!(kept.reading, page.spec());
    // What is said of all holds for all.
    page.say(ReadSetting::Delimiter, "");
    assert_eq!(page.spec().said_of, []);
    assert_eq!(page.columns(), columns);
    // Of a file that is not there nothing can be said.
    page.say_of(Some("other.csv"), ReadSetting::Delimiter, "comma");
    assert!(
        page.data()
            .notices
            .iter()
            .any(|n| n.title() == "There is no file other.csv")
    );
    // The one that is looked at is the state's.
    page.act(Act::SeeReading("plain.csv".to_owned()));
    assert_eq!(&*page.state.reading_of, "plain.csv");
}

#[test]
fn what_cannot_be_read_so_changes_nothing() {
    let mut page = Page::new();
    page.drop(&[("werte.csv", &german())]);
    page.say(ReadSetting::Delimiter, "abc");
    assert!(matches!(page.state.data, Async::Failed { .. }));
    assert_eq!(page.columns(), ["Zeit", "Knoten", "CPU", "Störung"]);
    assert_eq!(*page.spec(), ReadSpec::default());
    for (setting, value) in [
        (ReadSetting::Encoding, "EBCDIC"),
        (ReadSetting::Quote, "''"),
        (ReadSetting::Escape, "twice"),
        (ReadSetting::Decimal, ";"),
        (ReadSetting::HeaderRows, "-1"),
        (ReadSetting::PreambleRows, "1e99"),
        (ReadSetting::Comment, "//"),
        (ReadSetting::Offset, "Berlin"),
        (ReadSetting::Offset, "+15:00"),
    ] {
        page.say(setting, value);
        let Async::Failed { failure, .. } = &page.state.data else {
            panic!("{setting:?} {value}");
        };
        assert!(!failure.hint.is_empty());
    }
    for step_secs in [Some(0.0), Some(-3.0), Some(1e300)] {
        page.act(Act::ReadAs(ReadSpec {
            step_secs,
            ..ReadSpec::default()
        }));
        assert!(
            matches!(page.state.data, Async::Failed { .. }),
            "{step_secs:?}"
        );
    }
}

#[test]
fn what_was_said_survives_a_reload_and_a_lost_worker_with_types_and_target() {
    let mut page = Page::new();
    page.drop(&[("werte.csv", &german())]);
    page.act(Act::SetKind("CPU".into(), ColumnKind::Category));
    page.act(Act::SetTarget("Knoten".into()));
    page.say(ReadSetting::Comment, "#");
    // Reading again keeps the types and the target.
    let kind = |page: &Page| page.data().columns[2].kind;
    let target = |page: &Page| page.state.target.value().map(|t| t.column.clone());
    assert_eq!(kind(&page), ColumnKind::Category);
    assert_eq!(target(&page).as_deref(), Some("Knoten"));
    page.act(Act::Lost("it ran out of memory".into()));
    let load = page.asked.iter().rev().find_map(|r| match r {
        Request::Load { reading, .. } => Some(reading.clone()),
        _ => None,
    });
    let said = vec![(ReadSetting::Comment, "#".to_owned())];
    assert_eq!(load.flatten().expect("said again").said, said);
    assert_eq!(kind(&page), ColumnKind::Category);
    assert_eq!(target(&page).as_deref(), Some("Knoten"));
    // The next visit.
    let kept = page.kept.clone().expect("it is kept");
    let text = source_to_text(&kept);
    let mut next = Page::new();
    next.files = page.files.clone();
    let file = FileRef {
        key: 0,
        name: "werte.csv".into(),
        bytes: next.files[&0].len() as u64,
        modified_secs: None,
    };
    next.act(Act::Started(Ok(Box::new(Kept {
        source: source_of_text(&text, vec![file]),
        ..Kept::default()
    }))));
    assert_eq!(next.spec().said, said);
    assert_eq!(kind(&next), ColumnKind::Category);
    assert_eq!(target(&next).as_deref(), Some("Knoten"));
    // Types of columns that are not there any more are forgotten.
    next.say(ReadSetting::Delimiter, "comma");
    assert!(next.state.alerts.is_empty() && !matches!(next.state.data, Async::Failed { .. }));
    assert!(next.state.source.as_ref().unwrap().kinds.is_empty());
    // Other files are guessed anew.
    next.drop(&[("other.csv", b"a,b\n1,x\n2,y\n3,x\n4,y\n")]);
    assert_eq!(*next.spec(), ReadSpec::default());
}

/// A counter that begins anew once, and a gauge, each of two nodes, 30 s apart.
fn prometheus(metric: &str, value: impl Fn(u32, u32) -> f64) -> Vec<u8> {
    let series = ["n1", "n2"].iter().zip(1..).map(|(node, n)| {
        let samples = (0..40_u32)
            .map(|i| format!("[{},\"{}\"]", 1_709_541_000 + i * 30, value(n, i)))
            .collect::<Vec<_>>()
            .join(",");
        format!("{{\"metric\":{{\"__name__\":\"{metric}\",\"job\":\"x\",\"node\":\"{node}\"}},\"values\":[{samples}]}}")
    });
    let series = series.collect::<Vec<_>>().join(",");
    format!(
        "{{\"status\":\"success\",\"data\":{{\"resultType\":\"matrix\",\"result\":[{series}]}}}}"
    )
    .into_bytes()
}

#[test]
fn how_exports_are_joined_is_told_and_can_be_changed() {
    let total = prometheus("http_requests_total", |n, i| f64::from((i % 25) * 60 * n));
    let load = prometheus("node_load1", |n, i| f64::from(n) + f64::from(i) / 7.0);
    let mut page = Page::new();
    page.drop(&[("total.json", &total), ("load.json", &load)]);
    let join = page.data().join.clone().expect("joined");
    assert_eq!(page.data().rows, 80);
    let sentence = reading::join_sentence(&join);
    assert_eq!(
        sentence,
        "4 series became 2 columns: one row for each instant and node, 30 s apart; 1 counter made a rate per second, 2 resets seen."
    );
    assert!(page.data().readings.is_empty());
    page.act(Act::ReadAs(
        page.spec().rating("http_requests_total", false),
    ));
    let join = page.data().join.clone().unwrap();
    assert!(join.columns.iter().all(|c| !c.is_rate));
    page.act(Act::ReadAs(ReadSpec {
        step_secs: Some(60.0),
        ..(*page.spec()).clone()
    }));
    let join = page.data().join.clone().unwrap();
    assert_eq!(join.step_secs, 60.0);
    // Two samples to a cell, and the first and the last may stand alone.
    assert!((40..=42).contains(&page.data().rows));
    assert!(
        join.columns.iter().all(|c| !c.is_rate),
        "what was said before still holds"
    );
    page.act(Act::ReadAs(page.spec().naming_rows_by("job")));
    let join = page.data().join.clone().unwrap();
    assert_eq!(join.entity_labels, ["job"]);
}

#[test]
fn of_a_folder_what_may_be_data_is_read_and_the_rest_is_named() {
    let table = b"a,b\n1,x\n2,y\n3,x\n4,y\n".to_vec();
    let mut page = Page::new();
    let mut refs = Vec::new();
    for name in ["monday.csv", "picture.png", "README.md", "tuesday.CSV"] {
        let key = page.files.len() as u32;
        page.files.insert(key, table.clone());
        refs.push(FileRef {
            key,
            name: name.into(),
            bytes: table.len() as u64,
            modified_secs: None,
        });
    }
    page.act(Act::DroppedFolder {
        files: refs.clone(),
        is_cut: true,
    });
    assert_eq!(page.data().rows, 8);
    let told = &page.state.alerts[0].failure.detail;
    assert!(
        told.contains("picture.png") && told.contains("README.md"),
        "{told}"
    );
    assert!(
        told.contains("500") && !told.contains("monday.csv"),
        "{told}"
    );
    // Nothing but other things.
    let mut page = Page::new();
    page.act(Act::DroppedFolder {
        files: refs[1..3].to_vec(),
        is_cut: false,
    });
    assert!(page.state.data.value().is_none());
    assert_eq!(page.state.alerts.len(), 1);
    // All of it data: nothing to tell.
    let mut page = Page::new();
    page.files.insert(0, table.clone());
    page.act(Act::DroppedFolder {
        files: refs[..1].to_vec(),
        is_cut: false,
    });
    assert_eq!((page.data().rows, page.state.alerts.len()), (4, 0));
}

#[test]
fn rows_are_listed_in_the_order_and_choice_of_the_person() {
    let mut page = Page::new();
    page.drop(&[("werte.csv", &german())]);
    assert_eq!(
        (page.data().preview.rows.len(), page.data().preview.total),
        (50, 61)
    );
    page.act(Act::PageRows(50));
    let rows = |page: &Page| page.state.rows.value().expect("rows").clone();
    assert_eq!((rows(&page).offset, rows(&page).rows.len()), (50, 11));
    let view = RowsView {
        sort: Some("CPU".into()),
        descending: true,
        filter: Some(RowsFilter {
            column: "Störung".into(),
            contains: "oom".into(),
            ..RowsFilter::default()
        }),
    };
    page.act(Act::ViewRows(view.clone()));
    assert_eq!((rows(&page).total, rows(&page).rows[0].0), (20, 58));
    // What fails leaves the rows that are in sight.
    page.act(Act::ViewRows(RowsView {
        sort: Some("gone".into()),
        ..view
    }));
    assert!(matches!(page.state.rows, Async::Failed { .. }));
    assert_eq!(rows(&page).total, 20);
    assert!(!matches!(page.state.data, Async::Failed { .. }));
    // Other data begin with their first rows, as they stand.
    page.drop(&[("other.csv", b"a,b\n1,x\n2,y\n3,x\n4,y\n")]);
    assert!(page.state.rows.value().is_none());
    assert_eq!(*page.state.rows_view, RowsView::default());
}
