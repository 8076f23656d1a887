//! The simulator's page: what is typed and chosen, its link, and its preview, as a state and the effects that are ordered.

mod headless;

use kubecast::app::form::{Field, ISSUES, Knob};
use kubecast::app::{Act, Effect, Kept, Route, Setting};
use kubecast::protocol::{
    Event, Exporters, FailureCode, Request, ScenarioColumns, ScenarioFile, ScenarioPreset,
    ScenarioPreview, SimulateSpec,
};

use headless::Screen;

impl Screen {
    fn at_simulator() -> Self {
        let mut screen = Self::default();
        screen.act(Act::Went(Route::Simulate));
        screen
    }

    fn text(&mut self, field: Field, text: &str) -> &mut Self {
        self.act(Act::Set(Setting::Text(field, text.into())))
    }

    fn choose(&mut self, key: &'static str, text: &str) -> &mut Self {
        self.act(Act::Set(Setting::Scenario(key, text.to_owned())))
    }

    fn spec(&self) -> SimulateSpec {
        self.state.settings.simulate_spec().expect("all is right")
    }

    fn link(&self) -> String {
        self.state.settings.link().expect("all is right")
    }

    /// The page that opens this screen's link.
    fn followed(&self) -> Self {
        let mut other = Self::default();
        other.act(Act::Linked(self.link()));
        assert!(other.state.alerts.is_empty(), "{:?}", other.state.alerts);
        other
    }

    fn turn(&self) -> u64 {
        self.state.preview_turn
    }
}

#[test]
fn a_link_says_what_was_chosen_and_gives_it_back() {
    let mut screen = Screen::at_simulator();
    assert_eq!(
        screen.link(),
        "num_samples=5000&time_periods=168&issue_probability=0.3&seed=42"
    );
    assert_eq!(screen.followed().spec(), screen.spec());
    screen
        .choose("preset", "default")
        .choose("columns", "seed")
        .choose("export_profile", "no_etcd")
        .choose("outages", "false")
        .choose("faults", "false")
        .text(Field::SimulateRows, "120,000")
        .text(Field::SimulateSeed, "9007199254740991")
        .text(Field::Knob(Knob::Severity), "1.7")
        .text(Field::Knob(Knob::Scrape), "30")
        .act(Act::Set(Setting::Issue("pvc_full".into(), false)));
    let spec = screen.spec();
    assert_eq!(spec.preset, ScenarioPreset::Default);
    assert_eq!(spec.columns, Some(ScenarioColumns::Seed));
    assert_eq!(spec.export_profile, Some(Exporters::NoEtcd));
    assert_eq!((spec.outages, spec.faults), (Some(false), false));
    assert_eq!(
        (spec.num_samples, spec.seed),
        (120_000, 9_007_199_254_740_991)
    );
    assert_eq!((spec.severity, spec.scrape_interval), (Some(1.7), Some(30)));
    assert_eq!(spec.issue_types.len(), ISSUES.len() - 1);
    let other = screen.followed();
    assert_eq!(other.spec(), spec);
    assert_eq!(other.link(), screen.link(), "the same words again");
    assert!(screen.link().len() < 500, "{}", screen.link());
    // What somebody's mail program made of the commas is read as well.
    let mut mailed = Screen::default();
    mailed.act(Act::Linked(screen.link().replace(',', "%2C")));
    assert_eq!(mailed.spec(), spec);
}

#[test]
fn every_setting_travels() {
    let mut screen = Screen::at_simulator();
    for (i, &knob) in Knob::ALL.iter().enumerate() {
        let rule = Field::Knob(knob).rule();
        assert!(
            rule.read("").is_ok(),
            "{} may be left to the preset",
            rule.id
        );
        let value = if rule.whole {
            rule.low + i as f64
        } else {
            rule.low + (rule.high - rule.low) / 8.0
        };
        screen.text(Field::Knob(knob), &value.to_string());
    }
    assert_eq!(screen.followed().spec(), screen.spec());
    let mut linked = Screen::default();
    let link = "preset=stress&horizons=15,120&workload_mix=1,0,0.5,0,0&start_time=2025-06-01T00:00&unknown_types=conntrack";
    linked.act(Act::Linked(link.into()));
    let spec = linked.spec();
    assert_eq!(spec.horizons, [15, 120]);
    assert_eq!(spec.workload_mix, [1.0, 0.0, 0.5, 0.0, 0.0]);
    assert_eq!(spec.start_time.as_deref(), Some("2025-06-01T00:00"));
    assert_eq!(spec.unknown_types, ["conntrack"]);
    // What is not said is what a scenario is without it.
    assert_eq!(
        spec,
        SimulateSpec {
            preset: ScenarioPreset::Stress,
            horizons: vec![15, 120],
            workload_mix: vec![1.0, 0.0, 0.5, 0.0, 0.0],
            start_time: Some("2025-06-01T00:00".into()),
            unknown_types: vec!["conntrack".into()],
            ..SimulateSpec::default()
        }
    );
    let shown = |key| linked.state.settings.chosen(key);
    assert_eq!(
        (shown("horizons"), shown("unknown_types")),
        ("15,120".to_owned(), "conntrack".to_owned()),
        "the page's fields say so"
    );
    assert_eq!(linked.followed().spec(), spec);
}

#[test]
fn what_is_typed_as_a_scenario_has_it_travels_too() {
    let mut screen = Screen::at_simulator();
    screen
        .choose("preset", "default")
        .choose("horizons", "10, 45")
        .choose(
            "issue_weights",
            "memory_leak=3, disk_pressure 0.5, pvc_full=1",
        )
        .choose("unknown_types", "conntrack,cert_expiry")
        .choose("workload_mix", "1,0,0.5,0,0")
        .choose("start_time", "2025-06-01T00:00");
    let spec = screen.spec();
    assert_eq!(spec.horizons, [10, 45]);
    assert_eq!(spec.unknown_types, ["conntrack", "cert_expiry"]);
    assert_eq!(spec.issue_types.len(), spec.issue_weights.len());
    for (issue, weight) in spec.issue_types.iter().zip(&spec.issue_weights) {
        let typed = match issue.as_str() {
            "memory_leak" => 3.0,
            "disk_pressure" => 0.5,
            _ => 1.0,
        };
        assert_eq!(*weight, typed, "{issue}");
    }
    let followed = screen.followed();
    assert_eq!(followed.spec(), spec);
    assert_eq!(
        followed.state.settings.chosen("issue_weights"),
        "disk_pressure=0.5, memory_leak=3"
    );
    // Emptied, it is the preset's again; what cannot be read changes nothing.
    screen.choose("issue_weights", "").choose("horizons", "");
    assert!(screen.spec().issue_weights.is_empty() && screen.spec().horizons.is_empty());
    for wrong in [
        "meteor=2",
        "memory_leak",
        "memory_leak=0",
        "memory_leak=much",
    ] {
        screen.choose("issue_weights", wrong);
        assert!(screen.spec().issue_weights.is_empty(), "{wrong}");
    }
}

#[test]
fn a_link_that_cannot_be_read_is_named_and_changes_nothing() {
    let long = format!("seed={}", "1".repeat(5_000));
    for (link, named) in [
        ("colour=red", "colour"),
        ("preset=huge", "preset"),
        ("faults=perhaps", "faults"),
        ("horizons=soon", "horizons"),
        ("issue_types=meteor", "meteor"),
        ("issue_types=pvc_full&issue_weights=2,3", "issue_weights"),
        ("issue_weights=2", "issue_weights"),
        (long.as_str(), "longer"),
    ] {
        let mut screen = Screen::default();
        let before = screen.state.settings.clone();
        screen.act(Act::Linked(link.to_owned()));
        assert_eq!(screen.state.route, Route::Simulate);
        assert_eq!(screen.state.settings, before, "{link}");
        let alert = screen.state.alerts.first().expect("it is told");
        assert_eq!(alert.failure.code, FailureCode::Option);
        assert!(
            alert.failure.detail.contains(named),
            "{link}: {:?}",
            alert.failure
        );
    }
    // A number out of its range stands in its field, which says what is allowed.
    for (link, field) in [
        ("num_samples=0", Field::SimulateRows),
        ("time_periods=-3", Field::SimulateHours),
        ("issue_probability=1.5", Field::SimulateProbability),
        ("clusters=0", Field::Knob(Knob::Clusters)),
        ("num_samples=99999999999", Field::SimulateRows),
    ] {
        let mut screen = Screen::default();
        screen.act(Act::Linked(link.to_owned()));
        assert_eq!(screen.state.settings.simulate_spec(), Err(field), "{link}");
        let problem = screen.state.settings.problem(field).expect("it says why");
        assert!(problem.contains("from"), "{problem}");
        screen.act(Act::Simulate);
        assert_eq!(screen.effects.last(), Some(&Effect::Focus(field)));
        assert!(screen.sent().is_empty());
    }
}

#[test]
fn a_preset_brings_its_hours_share_and_kinds_along() {
    let mut screen = Screen::at_simulator();
    screen.choose("preset", "production");
    let spec = screen.spec();
    assert_eq!(spec.issue_probability, Some(0.01));
    assert_eq!(spec.time_periods, None);
    assert!(spec.issue_types.is_empty(), "all of the preset");
    assert!(screen.state.settings.issues.contains("image_pull_failure"));
    screen.choose("preset", "seed");
    assert_eq!(screen.spec().time_periods, Some(168));
    assert!(!screen.state.settings.issues.contains("image_pull_failure"));
    // Kinds that were chosen by hand stay.
    screen.act(Act::Set(Setting::Issue("disk_pressure".into(), false)));
    screen.choose("preset", "stress");
    assert_eq!(screen.spec().issue_types.len(), 8);
}

#[test]
fn the_address_and_the_preview_follow_the_choices() {
    let mut screen = Screen::at_simulator();
    assert_eq!(
        screen.effects,
        [
            Effect::Address(screen.link()),
            Effect::PreviewSoon(screen.turn())
        ]
    );
    let early = screen.turn();
    screen.text(Field::SimulateSeed, "7");
    assert_eq!(screen.effects.last(), Some(&Effect::PreviewSoon(early + 1)));
    screen.act(Act::PreviewDue(early));
    assert!(
        screen.sent().is_empty(),
        "only the last change is looked at"
    );
    screen.act(Act::PreviewDue(early + 1));
    let expected = Request::PreviewScenario {
        spec: Box::new(screen.spec()),
        episode: None,
    };
    assert_eq!(screen.sent(), [&expected]);
    // What is wrong is not looked at, and the last look stays.
    screen.hear(Event::Preview(Box::new(ScenarioPreview {
        rows: 5,
        ..ScenarioPreview::default()
    })));
    screen.text(Field::SimulateRows, "none");
    assert_eq!(screen.sent().len(), 1);
    assert_eq!(screen.state.preview.value().map(|p| p.rows), Some(5));
    // Elsewhere nothing of it goes on.
    screen.act(Act::Went(Route::Data));
    screen.act(Act::PreviewDue(screen.turn()));
    assert_eq!(screen.sent().len(), 1);
}

#[test]
fn a_newer_look_replaces_one_under_way_and_work_goes_before_it() {
    let mut screen = Screen::at_simulator();
    screen.act(Act::PreviewDue(screen.turn()));
    let first = screen.job();
    screen.act(Act::LookAt(3));
    assert!(screen.effects.contains(&Effect::Cancel(first)));
    assert!(matches!(
        screen.last_sent(),
        Request::PreviewScenario {
            episode: Some(3),
            ..
        }
    ));
    let second = screen.job();
    screen.act(Act::ExportScenario(ScenarioFile::Config));
    assert!(screen.effects.contains(&Effect::Cancel(second)));
    assert_eq!(screen.sent().len(), 3);
    assert!(matches!(
        screen.last_sent(),
        Request::ExportScenario {
            what: ScenarioFile::Config,
            ..
        }
    ));
    assert_eq!(
        screen
            .effects
            .iter()
            .rev()
            .find(|e| matches!(e, Effect::PreviewSoon(_))),
        Some(&Effect::PreviewSoon(screen.turn())),
        "and it is looked at again"
    );
    // While work runs a look waits; only the newest does.
    screen.act(Act::PreviewDue(screen.turn()));
    screen.act(Act::LookAt(4));
    assert_eq!(screen.state.queue.len(), 1);
}

#[test]
fn whoever_comes_by_a_link_stays_there() {
    let mut screen = Screen::default();
    screen.act(Act::Linked("seed=7".into()));
    screen.act(Act::Started(Ok(Box::<Kept>::default())));
    assert_eq!(screen.state.route, Route::Simulate);
    assert!(!screen.effects.iter().any(|e| matches!(e, Effect::Go(_))));
    assert!(matches!(
        screen.sent()[0],
        Request::Simulate { sample: true, .. }
    ));
    screen.act(Act::PreviewDue(screen.turn()));
    assert_eq!(screen.state.queue.len(), 1, "the look comes next");
}

#[test]
fn a_scenario_becomes_the_data_set() {
    let mut screen = Screen::at_simulator();
    screen.act(Act::Started(Ok(Box::<Kept>::default())));
    assert!(matches!(
        screen.sent()[0],
        Request::Simulate { sample: true, .. }
    ));
    screen.choose("preset", "default").act(Act::Simulate);
    assert_eq!(screen.state.route, Route::Data);
    let spec = screen.spec();
    let waits = &screen.state.queue[0].request;
    assert_eq!(
        *waits,
        Request::Simulate {
            spec: Box::new(spec),
            sample: false
        }
    );
}
