//! The look at the whole table, from the screen's side: when it is asked for, what makes way, what is said of it. The
//! engine that answers is the real one.

use std::collections::VecDeque;

use kubecast::app::plot::{
    Chart, Correlations, Layout, Spreads, csv, estimate, sentence, table, text,
};
use kubecast::app::{
    Act, Action, Async, Attachment, Effect, FileRef, Kept, Route, State, profiling,
};
use kubecast::protocol::{DataProfile, Request};
use kubecast::session::Session;

/// A page whose engine works only when it is told to.
struct Page {
    state: State,
    session: Session,
    file: Vec<u8>,
    asked: Vec<Request>,
    acts: VecDeque<Act>,
}

impl Page {
    fn new(file: &str) -> Self {
        let mut page = Self {
            state: State::default(),
            session: Session::in_place(),
            file: file.as_bytes().to_vec(),
            asked: Vec::new(),
            acts: VecDeque::new(),
        };
        page.act(Act::Started(Ok(Box::new(Kept::default()))));
        page.work();
        page
    }

    fn act(&mut self, act: Act) -> &mut Self {
        let action = Action {
            at_millis: 0.0,
            act,
        };
        let (state, effects) = self.state.after(&action);
        self.state = state;
        for effect in effects {
            if let Effect::Send {
                job,
                request,
                attachments,
            } = effect
            {
                let bytes = attachments.iter().map(|a| match a {
                    Attachment::File(_) => self.file.clone(),
                    Attachment::Bytes(bytes) => bytes.to_vec(),
                });
                let bytes = bytes.collect();
                self.asked.push(request.clone());
                self.session.submit(job, request, bytes);
            }
        }
        self
    }

    /// Works the engine until nothing is asked any more.
    fn work(&mut self) -> &mut Self {
        while self.session.has_work() {
            self.work_a_slice();
        }
        self
    }

    /// Works the engine until it is asked for a profile, of which nothing is made yet.
    fn until_a_profile_is_asked(&mut self) -> &mut Self {
        while self.profiles_asked().is_empty() {
            self.work_a_slice();
        }
        self
    }

    fn work_a_slice(&mut self) {
        for reply in self.session.work(0.0) {
            self.acts.push_back(Act::Heard {
                job: reply.job,
                event: Box::new(reply.event),
                attachment: reply.attachment.map(kubecast::app::Handle::new),
            });
        }
        while let Some(act) = self.acts.pop_front() {
            self.act(act);
        }
    }

    fn load(&mut self) -> &mut Self {
        let file = FileRef {
            key: 1,
            name: "pods.csv".into(),
            bytes: self.file.len() as u64,
            modified_secs: None,
        };
        self.act(Act::LoadFiles(vec![file]))
    }

    fn profiles_asked(&self) -> Vec<&str> {
        fn target(request: &Request) -> Option<&str> {
            match request {
                Request::Profile { target } => Some(target),
                _ => None,
            }
        }
        self.asked.iter().filter_map(target).collect()
    }

    fn profile(&self) -> &DataProfile {
        self.state.profile.value().expect("a profile")
    }
}

/// Two pods, a counter that falls once, two columns missing together, two that rise together.
fn pods() -> String {
    let mut text = String::from("time,pod,restarts_total,cpu,load,disk,inodes,zone,issue\n");
    for i in 0..240_u32 {
        let (minute, pod) = (i / 2, i % 2);
        let cpu = (i * 37) % 101;
        let disk = match minute {
            0..30 => ",".to_owned(),
            _ => format!("{},{}", i % 53, i % 31),
        };
        text.push_str(&format!(
            "2024-03-04T{:02}:{:02}:00Z,pod-{pod},{},{cpu},{}.5,{disk},{},{}\n",
            8 + minute / 60,
            minute % 60,
            if pod == 1 && minute >= 60 {
                minute - 60
            } else {
                minute
            },
            cpu * 2,
            ["eu", "us"][(i % 2) as usize],
            if cpu > 80 { "oom" } else { "None" },
        ));
    }
    text
}

#[test]
fn a_file_is_profiled_as_soon_as_it_is_read_and_again_for_another_target() {
    let mut page = Page::new(&pods());
    // The sample of a first visit is not: that would have the engine fetched.
    assert_eq!(page.profiles_asked(), [] as [&str; 0]);
    assert_eq!(page.state.profile, Async::Idle);
    page.load().work();
    assert_eq!(page.profiles_asked(), ["issue"]);
    assert_eq!(page.profile().rows, 240);
    page.act(Act::SetTarget("zone".to_owned())).work();
    assert_eq!(page.profiles_asked(), ["issue", "zone"]);
    assert_eq!(page.profile().target, "zone");
    // Of the sample a person asks.
    page.act(Act::LoadSample).work();
    assert_eq!(page.profiles_asked().len(), 2);
    assert!(page.state.profile.value().is_none());
    page.act(Act::Profile).work();
    assert_eq!(page.profiles_asked().len(), 3);
    assert_eq!(page.profile().rows, 5000);
}

#[test]
fn nobody_waits_for_a_profile() {
    let mut page = Page::new(&pods());
    page.load().until_a_profile_is_asked();
    assert!(page.state.profile.running().is_some());
    // A page of rows is asked for: it comes at once, and the profile is made afterwards.
    page.act(Act::PageRows(100));
    assert!(matches!(
        page.asked.last(),
        Some(Request::Rows { offset: 100, .. })
    ));
    page.work();
    assert_eq!(page.state.rows.value().expect("rows").offset, 100);
    assert_eq!(page.profiles_asked().len(), 2);
    assert_eq!(page.profile().rows, 240);
    // Where the data are not in sight it waits until they are.
    page.act(Act::Went(Route::Prepare));
    page.act(Act::SetTarget("zone".to_owned())).work();
    assert_eq!(page.profiles_asked().len(), 2);
    page.act(Act::Went(Route::Data)).work();
    assert_eq!(page.profile().target, "zone");
}

#[test]
fn an_engine_that_dies_of_it_is_not_asked_again() {
    let mut page = Page::new(&pods());
    page.load().until_a_profile_is_asked();
    page.session = Session::in_place();
    page.act(Act::Lost("it ran out of memory".to_owned()))
        .work();
    assert_eq!(page.state.data.value().expect("data").rows, 240);
    assert_eq!(page.profiles_asked().len(), 1);
    assert!(matches!(page.state.profile, Async::Failed { .. }));
    page.act(Act::Profile).work();
    assert_eq!(page.profile().rows, 240);
}

#[test]
fn what_it_found_is_said() {
    let mut page = Page::new(&pods());
    page.load().work();
    let profile = page.profile();
    let missing = &profile.missing;
    assert_eq!(missing.groups[0].columns, ["disk", "inodes"]);
    assert_eq!(
        profiling::missing_title(missing, profile.rows),
        "2 columns are missing together in 25 % of the rows"
    );
    let classes = profile.by_class.as_ref().expect("classes");
    assert_eq!(
        profiling::class_title(classes),
        "cpu differs most between the classes"
    );
    assert_eq!(
        profiling::named_title(classes),
        "Names by class: no column of names differs"
    );
    let lines = profiling::named_lines(classes);
    let zones: Vec<_> = lines.iter().filter(|line| line.0 == "zone").collect();
    assert_eq!(zones.len(), 2);
    let eu = &zones[0].1;
    assert_eq!((eu[0].as_str(), eu[3].as_str()), ("eu", "120"));
    assert!(eu[1].ends_with(" %") && eu[2].ends_with(" %"), "{eu:?}");
    let found = profile.correlation.as_ref().expect("correlation");
    assert_eq!(
        profiling::correlation_title(found),
        "cpu and load rise and fall together most"
    );
    let series = profile.series.as_ref().expect("time");
    assert_eq!(
        profiling::series_title(series),
        "A row every 1 min, without a gap"
    );
    assert_eq!(series.counters[0].resets, 1);
    let said = profiling::sentence(profile);
    assert!(
        said.contains("75 % of the rows are complete; no row is there twice."),
        "{said}"
    );
    assert!(said.contains("1 counter reset"), "{said}");
}

#[test]
fn charts_of_it_say_what_they_show() {
    let mut page = Page::new(&pods());
    page.load().work();
    let profile = page.profile();
    let chart = Chart::Spreads(Spreads::new(profile.by_class.as_ref().expect("classes"), 0));
    assert!(text(&chart, 0).expect("None").starts_with("None: median"));
    assert!(sentence(&chart).starts_with("cpu by class. None: median"));
    assert_eq!(table(&chart).rows.len(), 2);
    assert_eq!(
        csv(&chart).lines().next(),
        Some("class,p5,p25,p50,p75,p95,values")
    );
    let chart = Chart::Pairs(Correlations::new(
        profile.correlation.as_ref().expect("pairs"),
    ));
    assert!(
        sentence(&chart).ends_with("the strongest is cpu and load: 1.00."),
        "{}",
        sentence(&chart)
    );
    let numbers = table(&chart).headers.len() - 1;
    for (width, height) in [(320.0, 400.0), (900.0, 500.0), (10.0, 10.0)] {
        let Layout::Matrix(at) = Layout::new(&chart, (width, height), &estimate) else {
            assert!(width < 24.0);
            continue;
        };
        assert_eq!(at.len(), numbers * numbers);
        let svg = kubecast::app::plot::svg(
            &chart,
            (width as u32, height as u32),
            &kubecast::app::plot::Theme::light(),
            &estimate,
        );
        assert!(svg.is_ok());
    }
    // Numbers of a report that was made by hand.
    let odd = kubecast::protocol::CorrelationProfile {
        columns: vec!["a".into(), "b".into()],
        matrix: vec![None, Some(7.0), Some(f64::NAN)],
        ..Default::default()
    };
    let chart = Chart::Pairs(Correlations::new(&odd));
    assert_eq!(
        sentence(&chart),
        "Rank correlation of 2 columns: none is defined."
    );
    assert_eq!(text(&chart, 1).as_deref(), Some("a and b: not defined"));
    let none = Chart::Spreads(Spreads::new(
        &kubecast::protocol::ClassProfile::default(),
        3,
    ));
    assert!(none.is_empty());
}
