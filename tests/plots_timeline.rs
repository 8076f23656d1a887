//! The timeline of a scenario: it draws at every size, says what it shows, and points back at what was drawn.

use kubecast::app::foresight;
use kubecast::app::plot::{
    Chart, Layout, Step, Theme, csv, estimate, hit, items, preferred_height, rect, sentence, step,
    svg, table, text,
};
use kubecast::protocol::{
    Event, PreviewAlert, PreviewEpisode, PreviewMetric, Request, ScenarioPreset, ScenarioPreview,
    SimulateSpec,
};
use kubecast::session::Session;

fn preview(preset: ScenarioPreset, rows: u32) -> ScenarioPreview {
    let spec = SimulateSpec {
        preset,
        num_samples: rows,
        ..SimulateSpec::default()
    };
    let mut session = Session::default();
    let request = Request::PreviewScenario {
        spec: Box::new(spec),
        episode: None,
    };
    session.submit(1, request, Vec::new());
    loop {
        for reply in session.work(0.0) {
            match reply.event {
                Event::Progress { .. } => {}
                Event::Preview(preview) => return *preview,
                other => panic!("{other:?}"),
            }
        }
    }
}

/// A small one whose every word is known.
fn small() -> ScenarioPreview {
    ScenarioPreview {
        start_secs: 1_740_960_450,
        rows: 100,
        columns: 24,
        scrape_secs: 60,
        entities: 4,
        clusters: 1,
        span_secs: 7_200.0,
        seen_secs: 7_200.0,
        entity: "web-1 on node-02".into(),
        episode: Some(1),
        secs: (0..120).map(|i| f64::from(i) * 60.0).collect(),
        metrics: vec![
            PreviewMetric {
                name: "cpu_usage_percent".into(),
                unit: "%".into(),
                values: (0..120)
                    .map(|i| (i != 50).then_some(f64::from(i)))
                    .collect(),
            },
            PreviewMetric {
                name: "pod_restart_count".into(),
                unit: String::new(),
                values: vec![Some(3.0); 120],
            },
        ],
        episodes: vec![PreviewEpisode {
            number: 1,
            kind: "cpu_throttling".into(),
            place: "web-1".into(),
            onset_secs: 1_200.0,
            impact_secs: Some(2_400.0),
            end_secs: Some(4_800.0),
            recovered_secs: Some(5_400.0),
            announced: true,
            near_miss: false,
            here: true,
        }],
        episodes_found: 1,
        alerts: vec![PreviewAlert {
            name: "CPUThrottlingHigh".into(),
            from_secs: 3_600.0,
            until_secs: 4_800.0,
        }],
    }
}

#[test]
fn it_says_what_happens() {
    let preview = small();
    let chart = Chart::timeline(&preview);
    assert_eq!(
        foresight::title(&preview),
        "Cpu throttling on web-1: the alert comes 20 minutes after the harm"
    );
    assert_eq!(
        sentence(&chart),
        "web-1 on node-02 over time: cpu_usage_percent, pod_restart_count; cpu throttling begins at 03-03 00:27, harm sets \
         in at 03-03 00:47, CPUThrottlingHigh fires at 03-03 01:07."
    );
    let says = |item| text(&chart, item).unwrap();
    assert_eq!(says(0), "03-03 00:07: cpu_usage_percent 0 %");
    assert_eq!(
        says(30),
        "03-03 00:37: cpu_usage_percent 30 %; cpu throttling: precursor"
    );
    assert!(says(50).contains("not scraped; cpu throttling: harm holds"));
    assert_eq!(
        says(120 + 85),
        "03-03 01:32: pod_restart_count 3; cpu throttling: recovering"
    );
    assert_eq!(text(&chart, 240), None);
    let (finding, sub) = foresight::finding(Some(&preview));
    assert_eq!(
        finding.text(),
        "In 2 hours 1 fault strikes, 0 without a sign before."
    );
    assert!(
        sub.starts_with("100 rows, 24 columns over 2 hours"),
        "{sub}"
    );
    let twin = table(&chart);
    assert_eq!((twin.headers.len(), twin.rows.len()), (6, 120));
    assert_eq!(
        twin.rows[60][3..],
        ["cpu_throttling", "harm holds", "CPUThrottlingHigh"]
    );
    let lines = csv(&chart);
    assert_eq!(lines.lines().count(), 121);
    assert_eq!(
        lines.lines().nth(61),
        Some("2025-03-03T01:07:30,60,3,cpu_throttling,harm holds,CPUThrottlingHigh")
    );
    let picture = svg(&chart, (720, 300), &Theme::light(), &estimate).unwrap();
    for words in [
        "cpu throttling",
        "onset",
        "impact",
        "recovery",
        "alert CPUThrottlingHigh",
        "01:00",
    ] {
        assert!(picture.contains(words), "{words} is written");
    }
}

#[test]
fn a_calm_or_damaged_one_is_drawn_too() {
    let calm = ScenarioPreview {
        episode: None,
        episodes: Vec::new(),
        alerts: Vec::new(),
        ..small()
    };
    assert_eq!(foresight::title(&calm), "web-1 on node-02: nothing strikes");
    assert!(sentence(&Chart::timeline(&calm)).ends_with("nothing strikes."));
    let mut ragged = small();
    ragged.metrics[0].values.pop();
    assert!(Chart::timeline(&ragged).is_empty());
    let mut endless = small();
    endless.secs[3] = f64::NAN;
    assert!(Chart::timeline(&endless).is_empty());
    assert!(Chart::timeline(&ScenarioPreview::default()).is_empty());
}

#[test]
fn it_draws_at_every_size_and_points_back() {
    let previews = [
        small(),
        preview(ScenarioPreset::Seed, 5_000),
        preview(ScenarioPreset::Default, 60_000),
    ];
    for preview in &previews {
        let chart = Chart::timeline(preview);
        let high = preferred_height(&chart, 640.0) as u32;
        for (width, height) in [
            (0, 0),
            (30, 20),
            (60, 500),
            (300, 17),
            (330, high),
            (640, high),
            (1_200, 700),
        ] {
            for theme in [Theme::light(), Theme::dark()] {
                assert!(svg(&chart, (width, height), &theme, &estimate).is_ok());
            }
            let layout = Layout::new(&chart, (f64::from(width), f64::from(height)), &estimate);
            for item in (0..items(&layout)).step_by(7) {
                let place = rect(&layout, item).expect("it lies somewhere");
                assert!(text(&chart, item).is_some());
                if width >= 640 {
                    let (x, y) = place.center();
                    let found = hit(&layout, x, y).expect("something is hit");
                    let back = rect(&layout, found).expect("it lies somewhere");
                    assert!((back.center().0 - x).abs() < 0.6, "{item} {found}");
                }
            }
        }
        let layout = Layout::new(&chart, (640.0, f64::from(high)), &estimate);
        let last = items(&layout) - 1;
        assert_eq!(step(&layout, None, Step::Right), Some(0));
        assert_eq!(step(&layout, Some(0), Step::Down), Some(preview.secs.len()));
        assert_eq!(step(&layout, Some(preview.secs.len()), Step::Up), Some(0));
        assert_eq!(step(&layout, Some(last), Step::Down), Some(last));
    }
}
