//! A look at a scenario, and the files beside its table, through the session's front door.

use kubecast::protocol::{
    Event, FailureCode, Request, ScenarioFile, ScenarioPreset, ScenarioPreview, SimulateSpec,
};
use kubecast::session::{Reply, ScenarioText, Session};

fn ask(session: &mut Session, request: Request) -> Reply {
    session.submit(1, request, Vec::new());
    for now in 0..1_000_000 {
        for reply in session.work(f64::from(now)) {
            if !matches!(reply.event, Event::Progress { .. }) {
                return reply;
            }
        }
    }
    panic!("the job does not end");
}

fn look(spec: &SimulateSpec, episode: Option<u32>) -> ScenarioPreview {
    let spec = Box::new(spec.clone());
    match ask(
        &mut Session::default(),
        Request::PreviewScenario { spec, episode },
    )
    .event
    {
        Event::Preview(preview) => *preview,
        other => panic!("{other:?}"),
    }
}

fn file(spec: &SimulateSpec, what: ScenarioFile) -> (String, Vec<u8>) {
    let spec = Box::new(spec.clone());
    let reply = ask(
        &mut Session::default(),
        Request::ExportScenario { spec, what },
    );
    match (reply.event, reply.attachment) {
        (Event::File { name, .. }, Some(bytes)) => (name, bytes),
        other => panic!("{other:?}"),
    }
}

fn specs() -> Vec<SimulateSpec> {
    vec![
        SimulateSpec {
            num_samples: 5_000,
            ..SimulateSpec::default()
        },
        SimulateSpec {
            preset: ScenarioPreset::Default,
            num_samples: 60_000,
            seed: 7,
            ..SimulateSpec::default()
        },
    ]
}

/// The whole table and what is beside it, as the command line writes them.
fn whole(spec: &SimulateSpec) -> (Vec<u8>, ScenarioText) {
    let mut text = ScenarioText::new(spec).expect("it can be simulated");
    let mut table = Vec::new();
    while text.more(&mut table) {}
    (table, text)
}

#[test]
fn the_files_are_those_of_the_command_line() {
    for spec in specs() {
        let (table, mut text) = whole(&spec);
        assert_eq!(
            file(&spec, ScenarioFile::Table),
            (format!("simulated-seed-{}.csv", spec.seed), table)
        );
        assert_eq!(
            file(&spec, ScenarioFile::Episodes),
            ("episodes.csv".to_owned(), text.episodes_csv())
        );
        assert_eq!(
            file(&spec, ScenarioFile::Events),
            ("events.csv".to_owned(), text.events_csv())
        );
        assert_eq!(
            file(&spec, ScenarioFile::Config),
            ("config.json".to_owned(), text.config_json())
        );
    }
}

fn instant(preview: &ScenarioPreview, secs: f64) -> String {
    kubecast::data::time_text(preview.start_secs as i64 * 1_000_000 + (secs * 1e6) as i64)
}

/// The lines of `episodes.csv` as cells.
fn lines(text: &[u8]) -> Vec<Vec<String>> {
    let text = std::str::from_utf8(text).expect("text");
    text.lines()
        .skip(1)
        .map(|line| line.split(',').map(str::to_owned).collect())
        .collect()
}

#[test]
fn a_look_shows_what_strikes_in_the_whole_run() {
    // The last is so large that a look sees its beginning alone.
    let mut all = specs();
    all.push(SimulateSpec {
        preset: ScenarioPreset::Default,
        num_samples: 1_200_000,
        clusters: Some(8),
        ..SimulateSpec::default()
    });
    for (i, spec) in all.iter().enumerate() {
        let preview = look(spec, None);
        let mut text = ScenarioText::new(spec).expect("it can be simulated");
        let episodes = lines(&text.episodes_csv());
        assert_eq!(preview.rows, u64::from(spec.num_samples));
        if i == 2 {
            assert!(preview.seen_secs < preview.span_secs, "only the beginning");
        } else {
            assert_eq!(preview.seen_secs, preview.span_secs);
            assert_eq!(preview.episodes_found as usize, episodes.len());
        }
        assert!(preview.episodes.len() <= 301 && !preview.episodes.is_empty());
        let instant = |secs: f64| instant(&preview, secs);
        for episode in &preview.episodes {
            let line = &episodes[episode.number as usize];
            assert_eq!(episode.kind, line[1]);
            assert_eq!(instant(episode.onset_secs), line[5]);
            let Some(end_secs) = episode.end_secs else {
                assert!(preview.seen_secs < preview.span_secs);
                continue;
            };
            let impact = episode.impact_secs.map(&instant).unwrap_or_default();
            assert_eq!(impact, line[6]);
            assert_eq!(instant(end_secs), line[7]);
            assert_eq!(episode.near_miss, line[12] == "1");
        }
    }
}

#[test]
fn what_is_shown_stands_in_the_table() {
    let spec = &specs()[1];
    let preview = look(spec, None);
    let chosen = preview.episode.expect("something strikes");
    let episode = preview.episodes.iter().find(|e| e.number == chosen);
    let episode = episode.expect("it is listed");
    assert!(episode.here && episode.announced && episode.impact_secs.is_some());
    assert!(preview.secs.len() <= 300 && preview.secs.len() > 50);
    assert!((1..=4).contains(&preview.metrics.len()));
    assert!(preview.secs.windows(2).all(|pair| pair[0] < pair[1]));
    let (table, _) = whole(spec);
    let table = String::from_utf8(table).expect("text");
    let mut rows = table
        .lines()
        .map(|line| line.split(',').collect::<Vec<_>>());
    let header = rows.next().expect("a header");
    let at = |name: &str| {
        header
            .iter()
            .position(|column| *column == name)
            .expect("a column")
    };
    let (workload, node, time) = (at("workload"), at("node"), at("timestamp"));
    let of_entity: Vec<Vec<&str>> = rows
        .filter(|row| format!("{} on {}", row[workload], row[node]) == preview.entity)
        .collect();
    for (i, &secs) in preview.secs.iter().enumerate() {
        let instant = instant(&preview, secs);
        let row = of_entity
            .iter()
            .find(|row| row[time] == instant)
            .expect("such a row");
        for metric in &preview.metrics {
            let cell = row[at(&metric.name)];
            let shown = metric.values[i].map(|value| value.to_string());
            assert_eq!(
                shown.unwrap_or_default(),
                cell,
                "{} at {instant}",
                metric.name
            );
        }
    }
    for alert in &preview.alerts {
        let instant = instant(&preview, alert.from_secs);
        let row = of_entity
            .iter()
            .find(|row| row[time] == instant)
            .expect("such a row");
        assert_eq!(
            (row[at("alert_firing")], row[at("alert_name")]),
            ("1", alert.name.as_str())
        );
    }
}

#[test]
fn another_episode_can_be_looked_at_and_none_is_no_failure() {
    let spec = &specs()[0];
    let preview = look(spec, None);
    let other = preview
        .episodes
        .iter()
        .rev()
        .find(|e| Some(e.number) != preview.episode);
    let other = other.expect("there are several").number;
    assert_eq!(look(spec, Some(other)).episode, Some(other));
    assert_eq!(look(spec, Some(u32::MAX)).episode, preview.episode);
    let healthy = SimulateSpec {
        faults: false,
        ..spec.clone()
    };
    let calm = look(&healthy, None);
    assert_eq!((calm.episode, calm.episodes.len()), (None, 0));
    assert!(!calm.metrics.is_empty() && !calm.secs.is_empty());
    // The smallest there is.
    let one = SimulateSpec {
        num_samples: 1,
        time_periods: Some(1),
        ..SimulateSpec::default()
    };
    assert_eq!(look(&one, None).rows, 1);
}

#[test]
fn what_cannot_be_simulated_is_named_with_what_is_allowed() {
    let bad = SimulateSpec {
        scrape_interval: Some(17),
        ..SimulateSpec::default()
    };
    for request in [
        Request::PreviewScenario {
            spec: Box::new(bad.clone()),
            episode: None,
        },
        Request::ExportScenario {
            spec: Box::new(bad),
            what: ScenarioFile::Config,
        },
    ] {
        let Event::Failed { failure, .. } = ask(&mut Session::default(), request).event else {
            panic!("it cannot be simulated");
        };
        assert_eq!(failure.code, FailureCode::Option);
        assert!(failure.detail.contains("multiple of 60"), "{failure:?}");
    }
}
