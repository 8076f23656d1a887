//! A forecast through the session, as the page asks for it: what is found, refused, mended, told and looked at.

#[path = "session_forecast/compared.rs"]
mod compared;

use kubecast::protocol::{
    Event, FileHead, ForecastSpec, ForecastSummary, ForecastTrack, Mend, Refusal, Request,
    SeriesSummary,
};
use kubecast::session::Session;
use kubecast::trees::Rng;

fn ask_with(
    session: &mut Session,
    request: Request,
    files: Vec<Vec<u8>>,
) -> (Event, Option<Vec<u8>>) {
    session.submit(3, request, files);
    let mut done = 0.0;
    for _ in 0..100_000 {
        for reply in session.work(0.0) {
            match reply.event {
                Event::Progress { done: share, .. } => {
                    assert!((done..=1.0).contains(&share), "{done} {share}");
                    done = share;
                }
                event => return (event, reply.attachment),
            }
        }
    }
    panic!("the job does not end")
}

fn ask(session: &mut Session, request: Request) -> Event {
    ask_with(session, request, Vec::new()).0
}

/// Four pods over 2,000 minutes, a row a minute. Each leaks memory for 40 minutes before it is killed for ten, every 250
/// minutes, at its own times; `cpu` is noise, `told` knows what comes.
fn table() -> String {
    let noise = |t: u64, p: u64| Rng::new(t, p).unit();
    let mut text = String::from("time,pod,memory,cpu,told,issue\n");
    for t in 0..2_000_u64 {
        for p in 0..4 {
            let phase = (t + 61 * p) % 250;
            let ramp = if (190..240).contains(&phase) {
                (phase - 189) as f64 / 2.0
            } else {
                0.0
            };
            let minute = format!("2026-03-02T{:02}:{:02}:00Z", t / 60 % 24, t % 60);
            let minute = minute.replace("03-02", if t < 1_440 { "03-02" } else { "03-03" });
            let issue = if (230..240).contains(&phase) {
                "oom"
            } else {
                "None"
            };
            let told = if (209..230).contains(&phase) {
                9.0
            } else {
                noise(t, p + 20)
            };
            let (memory, cpu) = (40.0 + ramp + 30.0 * noise(t, p), noise(t, p + 9));
            text.push_str(&format!(
                "{minute},pod-{p},{memory:.4},{cpu:.4},{told:.4},{issue}\n"
            ));
        }
    }
    text
}

fn loaded(text: &str) -> Session {
    let mut session = Session::in_place();
    let bytes = text.as_bytes().to_vec();
    let files = vec![FileHead {
        name: "pods.csv".to_owned(),
        bytes: bytes.len() as u64,
        modified_secs: None,
    }];
    let event = ask_with(
        &mut session,
        Request::Load {
            files,
            reading: None,
        },
        vec![bytes],
    )
    .0;
    assert!(matches!(event, Event::Data(_)), "{event:?}");
    session
}

fn spec() -> ForecastSpec {
    ForecastSpec {
        target: "issue".to_owned(),
        leave: vec!["told".to_owned()],
        horizon_minutes: 20,
        windows_minutes: vec![5, 15],
        gap_minutes: 5,
        budget: 2.0,
        trees: 20,
        seed: 7,
        ..ForecastSpec::default()
    }
}

fn series(session: &mut Session, spec: &ForecastSpec) -> SeriesSummary {
    let spec = Box::new(spec.clone());
    match ask(session, Request::DescribeSeries { spec }) {
        Event::Series(found) => *found,
        other => panic!("{other:?}"),
    }
}

fn forecast(session: &mut Session, spec: &ForecastSpec) -> Result<ForecastSummary, Refusal> {
    let spec = Box::new(spec.clone());
    match ask(session, Request::Forecast { spec }) {
        Event::Forecast(summary) => Ok(*summary),
        Event::Refused(refusal) => Err(*refusal),
        other => panic!("{other:?}"),
    }
}

fn track(session: &mut Session, entity: u32, secs: Option<(f64, f64)>) -> ForecastTrack {
    match ask(session, Request::Track { entity, secs }) {
        Event::Track(track) => *track,
        other => panic!("{other:?}"),
    }
}

#[test]
fn time_and_entities_are_found_and_what_is_missing_is_said() {
    let mut session = loaded(&table());
    let found = series(&mut session, &spec());
    assert_eq!(
        (found.time.as_str(), found.entity.as_slice()),
        ("time", &["pod".to_owned()][..])
    );
    assert_eq!(
        (found.entities, found.step_secs, found.counted),
        (4, 60.0, false)
    );
    assert_eq!((found.incidents, found.duplicates), (32, 0));
    assert_eq!(found.refusal, None);
    let one = ForecastSpec {
        entity: vec!["issue".to_owned()],
        ..spec()
    };
    let refusal = series(&mut session, &one)
        .refusal
        .expect("pods share their minutes");
    assert_eq!(refusal.mends, [Mend::FirstOfDuplicates]);
    let nothing = ForecastSpec {
        target: "pod".to_owned(),
        ..spec()
    };
    let refusal = series(&mut session, &nothing)
        .refusal
        .expect("no pod is an issue");
    assert_eq!(refusal.failure.title, "There is nothing to warn of");
    assert!(
        !refusal.failure.hint.contains("--"),
        "{}",
        refusal.failure.hint
    );
    let mut timeless = loaded("a,issue\n1,None\n2,bad\n3,None\n");
    let refusal = series(&mut timeless, &spec())
        .refusal
        .expect("there is no time");
    assert!(refusal.failure.title.contains("no time"), "{refusal:?}");
    let failed = ask(
        &mut Session::in_place(),
        Request::Track {
            entity: 0,
            secs: None,
        },
    );
    assert!(matches!(failed, Event::Failed { .. }));
}

#[test]
fn every_budget_is_told_and_more_of_it_never_catches_fewer_on_the_part_that_it_is_chosen_on() {
    let mut session = loaded(&table());
    let summary = forecast(&mut session, &spec()).expect("it can be forecast");
    assert_eq!(summary.kinds, ["oom"]);
    let budgets: Vec<f64> = summary.rungs.iter().map(|r| r.budget).collect();
    assert!(
        budgets.windows(2).all(|b| b[0] < b[1]) && budgets.contains(&2.0),
        "{budgets:?}"
    );
    let asked = summary.rungs.iter().find(|r| r.budget == 2.0).unwrap();
    let outcome = &summary.outcomes[asked.outcome as usize];
    assert!(outcome.all.incidents >= 7, "{:?}", outcome.all);
    assert_eq!(
        (outcome.all.ahead, outcome.all.missed),
        (outcome.all.incidents, 0)
    );
    assert!(outcome.all.lead_minutes.unwrap() >= 10.0 && outcome.recall_ahead.is_some());
    // A threshold never rises as the budget grows.
    let thresholds: Vec<f64> = summary
        .rungs
        .iter()
        .map(|r| summary.outcomes[r.outcome as usize].thresholds[0].unwrap_or(f64::INFINITY))
        .collect();
    assert!(
        thresholds.windows(2).all(|t| t[0] >= t[1]),
        "{thresholds:?}"
    );
    for (rival, at) in summary.rivals.iter().zip(&asked.rivals) {
        assert_eq!(
            rival.outcomes[*at as usize].incidents,
            outcome.all.incidents
        );
    }
    assert_eq!(summary.rivals.len(), 5);
    let calibration = summary.calibration.as_ref().unwrap();
    let rows: u64 = calibration.bins.iter().map(|b| b.rows).sum();
    assert!(rows > 0 && calibration.brier < 0.1, "{calibration:?}");
    assert_eq!(summary.watched.len(), 4);
    // The same rows at every budget; what reaches a threshold does so at any lower one.
    assert_eq!(summary.row_classes, ["nothing ahead", "oom"]);
    let rows = |counts: &[Vec<u64>]| counts.iter().flatten().sum::<u64>();
    let first = &summary.outcomes[0].row_counts;
    assert!(rows(first) > 1_000 && rows(first) <= summary.rows_test);
    let called = |o: &kubecast::protocol::ForecastOutcome| o.row_counts[0][1] + o.row_counts[1][1];
    assert!(
        summary
            .outcomes
            .iter()
            .all(|o| rows(&o.row_counts) == rows(first))
    );
    assert!(summary.rungs.windows(2).all(|r| {
        let of = |r: &kubecast::protocol::BudgetRung| called(&summary.outcomes[r.outcome as usize]);
        of(&r[0]) <= of(&r[1])
    }));
    assert!(
        outcome.row_counts[1][1] > 0
            && outcome
                .rows_finding
                .contains("rows before an incident are named")
    );
    assert_eq!(
        forecast(&mut session, &spec()),
        Ok(summary.clone()),
        "the same again"
    );

    let (event, file) = ask_with(&mut session, Request::ExportForecast, Vec::new());
    assert!(matches!(event, Event::File { name, .. } if name == "pods.forecast.json"));
    let text = String::from_utf8(file.unwrap()).unwrap();
    assert!(text.contains("\"verdict\": \"Warns of "), "{text}");
}

#[test]
fn an_entity_is_seen_over_time_with_every_peak_and_the_pages_of_each_budget() {
    let mut session = loaded(&table());
    let summary = forecast(&mut session, &spec()).unwrap();
    let whole = track(&mut session, summary.telling, None);
    assert_eq!(whole.name, format!("pod-{}", summary.telling));
    assert!(whole.secs.windows(2).all(|s| s[0] < s[1]) && whole.secs.len() <= 850);
    assert_eq!(whole.kinds.len(), 1);
    assert_eq!(whole.kinds[0].values.len(), whole.secs.len());
    assert!(
        whole
            .incidents
            .iter()
            .all(|i| i.kind == "oom" && i.end_secs - i.start_secs == 540.0)
    );
    let counting = whole.incidents.iter().filter(|i| i.counts).count() as u32;
    let of = summary
        .watched
        .iter()
        .find(|w| w.number == summary.telling)
        .unwrap();
    assert_eq!(counting, of.incidents);
    assert_eq!(whole.pages.len(), summary.outcomes.len());
    let peak = |t: &ForecastTrack| {
        t.kinds[0]
            .values
            .iter()
            .flatten()
            .fold(0.0_f64, |a, &b| a.max(b))
    };
    // No closer look shows more than the whole did.
    let (from, until) = (whole.span[0], whole.span[1]);
    let step = (until - from) / 7.0;
    let closer: Vec<ForecastTrack> = (0..7)
        .map(|i| {
            track(
                &mut session,
                summary.telling,
                Some((from + step * f64::from(i), from + step * f64::from(i + 1))),
            )
        })
        .collect();
    let most = closer.iter().map(peak).fold(0.0, f64::max);
    assert_eq!(peak(&whole), most);
    // Those caught ahead on this entity have a page in the horizon before them.
    let rung = summary.rungs.iter().find(|r| r.budget == 2.0).unwrap();
    let pages = &whole.pages[rung.outcome as usize];
    for incident in whole.incidents.iter().filter(|i| i.counts) {
        let ahead = |p: f64| (0.0..=1_200.0).contains(&(incident.start_secs - p));
        assert!(
            pages.iter().any(|p| ahead(p.secs)),
            "{incident:?} {pages:?}"
        );
    }
}

#[test]
fn a_split_that_leaks_is_refused_mended_and_scored_beside_the_honest_one() {
    let mut session = loaded(&table());
    let leaky = ForecastSpec {
        leave: Vec::new(),
        ..spec()
    };
    let refusal = forecast(&mut session, &leaky).expect_err("a column knows");
    assert!(
        refusal.failure.title.starts_with("The split leaks"),
        "{refusal:?}"
    );
    assert_eq!(refusal.mends, [Mend::Leave("told".to_owned())]);
    assert!(refusal.leaks[0].meaning.contains("\"told\""), "{refusal:?}");
    let anyway = ForecastSpec {
        anyway: true,
        ..leaky
    };
    let both = forecast(&mut session, &anyway).unwrap();
    let flattering = both.flattering.clone().expect("the leaking one is told");
    assert!(both.leaks.is_empty() && flattering.leaks.len() == 1);
    assert!(flattering.average_precision > both.average_precision);
    let honest = forecast(&mut session, &spec()).unwrap();
    assert_eq!(
        ForecastSummary {
            flattering: None,
            spec: honest.spec.clone(),
            ..both
        },
        honest,
        "the honest one is the same as without the other"
    );

    let shuffled = ForecastSpec {
        shuffled: true,
        ..spec()
    };
    let refusal =
        forecast(&mut session, &shuffled).expect_err("rows of one incident stand on both sides");
    assert_eq!(refusal.mends, [Mend::Forward]);
    assert!(
        refusal
            .leaks
            .iter()
            .all(|l| !l.rows.is_empty() && l.rows.iter().all(|r| r.0 > 0))
    );
}

#[test]
fn what_cannot_be_forecast_is_refused_with_a_way_on() {
    let mut session = loaded(&table());
    let long = ForecastSpec {
        horizon_minutes: 5_000,
        ..spec()
    };
    let refusal = forecast(&mut session, &long).expect_err("the horizon is longer than the data");
    assert!(refusal.failure.title.contains("too short"), "{refusal:?}");
    assert_eq!(refusal.mends, [Mend::Horizon(1_250)]);
    // One incident only.
    let lines: Vec<String> = table()
        .lines()
        .enumerate()
        .map(|(i, line)| {
            if i > 800 {
                line.replace(",oom", ",None")
            } else {
                line.to_owned()
            }
        })
        .collect();
    let mut session = loaded(&lines.join("\n"));
    let refusal = forecast(&mut session, &spec()).expect_err("nothing to judge by");
    assert_eq!(refusal.failure.title, "There are too few incidents");
    assert_eq!(refusal.mends, [Mend::ByEntity]);
}

#[test]
fn another_table_has_no_forecast_and_a_cancelled_one_leaves_the_last() {
    let text = table();
    let mut session = loaded(&text);
    let summary = forecast(&mut session, &spec()).unwrap();
    let seen = track(&mut session, summary.telling, None);
    let spec = Box::new(spec());
    session.submit(4, Request::Forecast { spec }, Vec::new());
    session.work(0.0);
    session.cancel();
    assert_eq!(track(&mut session, summary.telling, None), seen);
    let bytes = text.into_bytes();
    let files = vec![FileHead {
        name: "again.csv".to_owned(),
        bytes: bytes.len() as u64,
        modified_secs: None,
    }];
    let load = Request::Load {
        files,
        reading: None,
    };
    ask_with(&mut session, load, vec![bytes]);
    let entity = summary.telling;
    let event = ask(&mut session, Request::Track { entity, secs: None });
    assert!(matches!(event, Event::Failed { .. }), "{event:?}");
}

/// Four pods over 2,000 minutes. Each leaks memory for 40 minutes before it is killed, every 250 minutes, and once more three
/// minutes later; `restarts` counts both, from another number each, and begins anew for the second pod at minute 1,000.
fn counted() -> String {
    let mut text = String::from("time,pod,memory,cpu,left,restarts,restarts_rate,still_restarts\n");
    let mut counts = [0_u32, 3, 7, 1];
    for t in 0..2_000_u64 {
        for p in 0..4_u64 {
            let phase = (t + 61 * p) % 250;
            let grown = u32::from(t > 0 && matches!(phase, 230 | 233));
            let count = &mut counts[p as usize];
            *count += grown;
            if (t, p) == (1_000, 1) {
                *count = 0;
            }
            let noise = |of| Rng::new(t, of).unit();
            let ramp = match phase {
                190..=230 => (phase - 189) as f64 / 2.0,
                _ => 0.0,
            };
            let (day, hour, minute) = (2 + t / 1_440, t / 60 % 24, t % 60);
            text.push_str(&format!(
                "2026-03-0{day}T{hour:02}:{minute:02}:00Z,pod-{p},{:.4},{:.4},{},{count},{:.4},4\n",
                40.0 + ramp + 30.0 * noise(p),
                noise(p + 9),
                (480 - phase) % 250,
                f64::from(grown) / 60.0,
            ));
        }
    }
    text
}

#[test]
fn a_counter_of_restarts_is_warned_of_and_tells_nothing_of_itself() {
    let mut session = loaded(&counted());
    let spec = ForecastSpec {
        target: "restarts".to_owned(),
        leave: vec!["left".to_owned()],
        ..spec()
    };
    // Eight each: both kills of a pair are one, and a pod that begins anew was not killed.
    let found = series(&mut session, &spec);
    assert_eq!(
        (found.incidents, found.entity),
        (32, vec!["pod".to_owned()])
    );
    let each_flap = ForecastSpec {
        gap_minutes: 0,
        ..spec.clone()
    };
    assert_eq!(series(&mut session, &each_flap).incidents, 64);

    let summary = forecast(&mut session, &spec).expect("it can be forecast");
    assert_eq!(summary.kinds, ["restart"]);
    let notices = summary.notices.join(" ");
    assert!(
        notices.contains(
            "each of the 64 rows at which it rises is a restart. Its falls (1) are none."
        ),
        "{notices}"
    );
    assert!(
        notices.contains("they tell the rises of \"restarts\" once more: restarts_rate."),
        "{notices}"
    );
    let asked = summary.rungs.iter().find(|r| r.budget == 2.0).unwrap();
    let outcome = &summary.outcomes[asked.outcome as usize];
    assert!(outcome.all.incidents >= 7, "{:?}", outcome.all);
    assert_eq!(outcome.all.ahead, outcome.all.incidents);
    assert!(summary.leaks.is_empty());
    // The gate looks at restarts as at any label: minutes left until one give it away.
    let leaky = ForecastSpec {
        leave: Vec::new(),
        ..spec.clone()
    };
    let refusal = forecast(&mut session, &leaky).unwrap_err();
    assert!(refusal.mends.contains(&Mend::Leave("left".to_owned())));

    let still = ForecastSpec {
        target: "still_restarts".to_owned(),
        ..spec
    };
    let refusal = series(&mut session, &still).refusal.expect("none restarts");
    let (detail, hint) = (&refusal.failure.detail, &refusal.failure.hint);
    assert!(
        detail.contains("never rises: there is no restart to forecast"),
        "{detail}"
    );
    assert!(hint.starts_with("Choose another column"), "{hint}");
    assert_eq!(
        forecast(&mut session, &still).unwrap_err().failure,
        refusal.failure
    );
}
