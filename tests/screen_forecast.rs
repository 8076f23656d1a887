//! The forecast's page: what is asked and refused, and what is said at each budget, as a state and the effects that are
//! ordered; and its charts.

use kubecast::app::ahead::{self, Nudge, Zoom};
use kubecast::app::form::{Field, HeldOut};
use kubecast::app::plot::{
    Chart, Layout, Step, Theme, csv, estimate, hit, items, preferred_height, rect, sentence, step,
    svg, table, text,
};
use kubecast::app::{Act, Action, Effect, Kept, Route, Setting, State, runlog, select};
use kubecast::data::ColumnKind;
use kubecast::protocol::{
    BudgetRung, CalibrationBin, CalibrationSummary, ClassCount, ColumnSummary, DataOrigin,
    DataSummary, Event, Failure, FailureCode, Flattering, ForecastOutcome, ForecastSpec,
    ForecastSummary, ForecastTrack, IncidentLine, Interval, LeakSummary, Mend, Place, Profile,
    Refusal, Request, RivalSummary, RowsPage, RunComparison, SeriesSummary, TargetSummary,
    TrackIncident, TrackKind, TrackPage, WatchedEntity,
};

#[derive(Default)]
struct Screen {
    state: State,
    effects: Vec<Effect>,
}

impl Screen {
    fn act(&mut self, act: Act) -> &mut Self {
        let (state, effects) = self.state.after(&Action {
            at_millis: 0.0,
            act,
        });
        self.state = state;
        self.effects.extend(effects);
        self
    }

    fn hear(&mut self, event: Event) -> &mut Self {
        let job = self.state.job.as_ref().expect("a job is at work").id;
        self.act(Act::Heard {
            job,
            event: Box::new(event),
            attachment: None,
        })
    }

    fn last_sent(&self) -> &Request {
        let sent = self.effects.iter().rev().find_map(|e| match e {
            Effect::Send { request, .. } => Some(request),
            _ => None,
        });
        sent.expect("something was asked")
    }

    fn last_spec(&self) -> &ForecastSpec {
        match self.last_sent() {
            Request::Forecast { spec } | Request::DescribeSeries { spec } => spec,
            other => panic!("{other:?}"),
        }
    }

    /// A table is there, its time is found, and the step is in sight.
    fn ready() -> Self {
        let mut screen = Self::default();
        screen.act(Act::Started(Ok(Box::<Kept>::default())));
        screen.hear(Event::Data(Box::new(data())));
        screen.act(Act::Went(Route::Forecast));
        screen.hear(Event::Series(Box::new(found())));
        screen
    }
}

fn data() -> DataSummary {
    let column = |name: &str, kind| ColumnSummary {
        name: name.into(),
        kind,
        kind_set: false,
        missing: 0,
        distinct: 4,
        mean: None,
        profile: Profile::Empty,
        used: true,
        why_not: String::new(),
        target_why_not: if name == "issue" {
            String::new()
        } else {
            "too many".into()
        },
    };
    DataSummary {
        name: "pods.csv".into(),
        origin: DataOrigin::Files,
        files: Vec::new(),
        rows: 8_000,
        bytes: 1,
        parse_secs: 0.1,
        fingerprint: "f".into(),
        columns: vec![
            column("time", ColumnKind::Timestamp),
            column("pod", ColumnKind::Category),
            column("uptime", ColumnKind::Number),
            column("cpu", ColumnKind::Number),
            column("issue", ColumnKind::Category),
            column("rate(Restarts_total)", ColumnKind::Number),
        ],
        notices: Vec::new(),
        preview: RowsPage::default(),
        target: Some(TargetSummary {
            column: "issue".into(),
            classes: vec![
                ClassCount {
                    class: "None".into(),
                    rows: 7_680,
                    healthy: true,
                },
                ClassCount {
                    class: "oom".into(),
                    rows: 320,
                    healthy: false,
                },
            ],
            missing: 0,
            why_not: String::new(),
            notices: Vec::new(),
            features: vec!["cpu".into()],
        }),
        join: None,
        readings: Vec::new(),
    }
}

fn found() -> SeriesSummary {
    SeriesSummary {
        time: "time".into(),
        entity: vec!["pod".into()],
        entities: 4,
        step_secs: 60.0,
        span: vec!["2026-03-02T00:00:00Z".into(), "2026-03-03T09:19:00Z".into()],
        gaps: 2,
        incidents: 32,
        ..SeriesSummary::default()
    }
}

fn line(name: &str, ahead: u32, lead: Option<f64>, false_pages: u32) -> IncidentLine {
    IncidentLine {
        name: name.into(),
        incidents: 14,
        ahead,
        missed: 14 - ahead,
        lead_minutes: lead,
        lead_p10_minutes: lead.map(|x| x / 2.0),
        pages_ahead: ahead,
        pages_false: false_pages,
        false_per_day: f64::from(false_pages) / 2.0,
        false_per_cluster_day: f64::from(false_pages) / 4.0,
        recall_ahead: Some(Interval {
            low: 0.4,
            high: 0.8,
        }),
        page_precision: Some(0.75),
        pages_per_incident: (ahead > 0).then_some(1.0),
        ..IncidentLine::default()
    }
}

fn outcome(threshold: Option<f64>, all: IncidentLine) -> ForecastOutcome {
    ForecastOutcome {
        thresholds: vec![threshold],
        kinds: vec![IncidentLine {
            name: "oom".into(),
            ..all.clone()
        }],
        false_per_day: Some(Interval {
            low: 0.3,
            high: 1.1,
        }),
        recall_ahead: Some(Interval {
            low: 0.4,
            high: 0.8,
        }),
        lead_minutes: Some(Interval {
            low: 8.0,
            high: 14.0,
        }),
        row_counts: vec![vec![90, 10], vec![3, 7]],
        rows_finding: "7 of 10 rows before an incident are named".into(),
        all,
    }
}

/// Nothing for nothing, 9 of 14 for half a page, 12 for five.
fn summary() -> ForecastSummary {
    let rung = |budget, outcome, rival| BudgetRung {
        budget,
        outcome,
        rivals: vec![0, rival],
    };
    ForecastSummary {
        spec: ForecastSpec {
            time: Some("time".into()),
            entity: vec!["pod".into()],
            target: "issue".into(),
            ..ForecastSpec::default()
        },
        data_name: "pods.csv".into(),
        entities: 4,
        clusters: 2,
        days: 2.0,
        rows_test: 2_400,
        kinds: vec!["oom".into()],
        average_precision: Some(0.611),
        rungs: vec![rung(0.0, 0, 0), rung(0.5, 1, 0), rung(5.0, 2, 1)],
        outcomes: vec![
            outcome(None, line("all", 0, None, 0)),
            outcome(Some(0.59), line("all", 9, Some(11.0), 1)),
            outcome(Some(0.2), line("all", 12, Some(12.5), 11)),
        ],
        rivals: vec![
            RivalSummary {
                name: "always normal".into(),
                outcomes: vec![line("always normal", 0, None, 0)],
            },
            RivalSummary {
                name: "static thresholds".into(),
                outcomes: vec![
                    line("static thresholds", 0, None, 0),
                    line("static thresholds", 13, Some(3.0), 9),
                ],
            },
        ],
        calibration: Some(CalibrationSummary {
            bins: vec![
                CalibrationBin {
                    mean: 0.03,
                    share: 0.02,
                    rows: 900,
                },
                CalibrationBin {
                    mean: 0.6,
                    share: 0.7,
                    rows: 30,
                },
            ],
            brier: 0.02,
            calibration_error: 0.012,
            ..CalibrationSummary::default()
        }),
        watched: vec![WatchedEntity {
            number: 1,
            name: "pod-1".into(),
            incidents: 4,
        }],
        telling: 1,
        ..ForecastSummary::default()
    }
}

/// Two hours of one pod: an incident at 4,800 s, warned of 11 minutes before, and a false page at 600 s.
fn track() -> ForecastTrack {
    ForecastTrack {
        entity: 1,
        name: "pod-1".into(),
        start_secs: 1_772_409_600,
        counted: false,
        span: vec![0.0, 7_140.0],
        secs: (0..120).map(|i| f64::from(i) * 60.0).collect(),
        kinds: vec![TrackKind {
            name: "oom".into(),
            values: (0..120)
                .map(|i| (i != 50).then(|| if (69..80).contains(&i) { 0.8 } else { 0.1 }))
                .collect(),
        }],
        incidents: vec![TrackIncident {
            kind: "oom".into(),
            start_secs: 4_800.0,
            end_secs: 5_400.0,
            counts: true,
        }],
        pages: vec![
            vec![],
            vec![
                TrackPage {
                    kind: 0,
                    secs: 600.0,
                },
                TrackPage {
                    kind: 0,
                    secs: 4_140.0,
                },
            ],
            vec![],
        ],
    }
}

#[test]
fn time_and_entities_are_looked_for_when_they_come_into_sight_and_again_when_they_are_corrected() {
    let mut screen = Screen::ready();
    assert_eq!(screen.last_spec().target, "issue");
    assert_eq!(
        ahead::found(&found()),
        "4 entities by pod, a row every 1 min, 2026-03-02 00:00 to 2026-03-03 09:19; 32 incidents. 2 gaps."
    );
    assert_eq!(ahead::time_columns(&screen.state), ["time", "uptime"]);
    assert_eq!(ahead::entity_columns(&screen.state), ["pod"]);
    // A counter of restarts has too many values for classes, and is one to warn of.
    assert_eq!(
        ahead::target_columns(&screen.state),
        ["issue", "rate(Restarts_total)"]
    );
    let sent = screen.effects.len();
    screen
        .act(Act::Went(Route::Data))
        .act(Act::Went(Route::Forecast));
    assert_eq!(
        screen.effects.len(),
        sent,
        "what is known is not asked again"
    );
    screen.act(Act::Set(Setting::ForecastTime("uptime".into())));
    assert_eq!(screen.last_spec().time.as_deref(), Some("uptime"));
    screen.hear(Event::Series(Box::default()));
    screen.act(Act::Set(Setting::ForecastEntity([
        "pod".into(),
        String::new(),
    ])));
    assert_eq!(screen.last_spec().entity, ["pod"]);
}

#[test]
fn what_is_typed_is_checked_and_asked() {
    let mut screen = Screen::ready();
    screen.act(Act::Forecast);
    let spec = screen.last_spec();
    assert_eq!(
        *spec,
        ForecastSpec {
            target: "issue".into(),
            ..ForecastSpec::default()
        }
    );
    screen.hear(Event::Forecast(Box::new(summary())));
    screen.hear(Event::Track(Box::new(track())));
    for (field, text) in [
        (Field::ForecastHorizon, "45"),
        (Field::ForecastWindow(2), ""),
        (Field::ForecastBudget, "1.5"),
    ] {
        screen.act(Act::Set(Setting::Text(field, text.into())));
    }
    screen
        .act(Act::Set(Setting::ForecastHeldOut(HeldOut::Entities)))
        .act(Act::Forecast);
    let spec = screen.last_spec();
    assert_eq!(
        (spec.horizon_minutes, spec.budget, spec.by_entity),
        (45, 1.5, true)
    );
    assert_eq!(spec.windows_minutes, [5, 15]);
    screen.hear(Event::Cancelled);
    assert!(
        screen.state.forecast.value().is_some(),
        "the last one stays"
    );
    screen.act(Act::Set(Setting::Text(Field::ForecastHorizon, "0".into())));
    assert_eq!(
        ahead::why_not(&screen.state).as_deref(),
        Some("Set Warn ahead by, minutes right first.")
    );
    screen.act(Act::Forecast);
    assert_eq!(
        screen.effects.last(),
        Some(&Effect::Focus(Field::ForecastHorizon))
    );
}

#[test]
fn a_budget_moves_the_sentence_and_every_figure_without_asking_anybody() {
    let mut screen = Screen::ready();
    screen
        .act(Act::Forecast)
        .hear(Event::Forecast(Box::new(summary())));
    assert_eq!(
        screen.last_sent(),
        &Request::Track {
            entity: 1,
            secs: None
        }
    );
    screen.hear(Event::Track(Box::new(track())));
    let said = |screen: &Screen| {
        let summary = screen.state.forecast.value().unwrap();
        ahead::verdict(summary, *screen.state.rung).text()
    };
    let half = "Warns of 9 of 14 incidents, a median of 11 minutes ahead, at 0.5 false pages a day (90 % interval 0.3 to 1.1).";
    assert_eq!(said(&screen), half);
    assert_eq!(&*screen.state.said, half);
    let note = |screen: &Screen| select::steps(&screen.state)[4].note.clone();
    assert_eq!(note(&screen), "9 of 14 caught ahead");
    let sent = screen.effects.len();
    screen.act(Act::Budget(2));
    assert_eq!(
        said(&screen),
        "No better than static thresholds, which warns of 13 of 14 incidents at 4.5 false pages a day. It warns of 12 of 14 \
         incidents, a median of 12.5 minutes ahead, at 5.5 false pages a day (90 % interval 0.3 to 1.1)."
    );
    screen.act(Act::Budget(0));
    assert_eq!(
        said(&screen),
        "Nothing here is found to precede the incidents: at this budget it warns of none of 14 incidents."
    );
    assert_eq!(note(&screen), "0 of 14 caught ahead");
    assert_eq!(screen.effects.len(), sent, "the slider asks nobody");
    let summary = screen.state.forecast.value().unwrap();
    let outcome = ahead::outcome(summary, 1).unwrap();
    let values: Vec<String> = ahead::figures(summary, outcome)
        .into_iter()
        .map(|f| f.value)
        .collect();
    assert_eq!(values, ["9 of 14", "11 minutes", "0.5", "75 %", "1"]);
    let below: Vec<String> = ahead::figures(summary, outcome)
        .into_iter()
        .map(|f| f.below)
        .collect();
    assert_eq!(
        below[..3],
        [
            "90 % interval 40 to 80 %",
            "90 % interval 8 to 14",
            "90 % interval 0.3 to 1.1"
        ]
    );
    assert_eq!(
        ahead::cells(&outcome.all),
        [
            "14",
            "9",
            "40 to 80 %",
            "0",
            "5",
            "11 / 5.5",
            "–",
            "0.5",
            "0.25",
            "75 %",
            "1"
        ]
    );
    assert_eq!(ahead::rivals_title(summary, 1), "Beats every simple rule");
    assert_eq!(
        ahead::rivals_title(summary, 2),
        "No better than static thresholds"
    );
    assert_eq!(
        ahead::curve_title(summary, 1),
        "3 incidents more would be caught ahead at 2.8 false pages per cluster-day"
    );
    let run = screen.state.runs.last().unwrap();
    assert_eq!(
        (run.action.as_str(), runlog::figure(run, "caught ahead")),
        ("forecast", Some(9.0))
    );
    assert_eq!(
        ahead::grounds(summary),
        "Judged on the last 48 hours, which it never saw, after a gap of 90 minutes: 2,400 rows of 4 entities. Looks 30 minutes ahead."
    );
}

/// A plot of 700 pixels shows 7,140 seconds, 10.2 each.
#[test]
fn a_timeline_is_drawn_along_and_closer_under_the_pointer() {
    let mut screen = Screen::ready();
    screen
        .act(Act::Forecast)
        .hear(Event::Forecast(Box::new(summary())))
        .hear(Event::Track(Box::new(track())));
    let nudge = |x: f64, times: f64, drawn: f64| {
        let width = 46.0 + 700.0 + 12.0;
        Act::Nudge(Nudge {
            x,
            width,
            times,
            drawn,
        })
    };
    let span = |screen: &Screen| match screen.last_sent() {
        Request::Track { secs, .. } => secs.map(|(a, b)| (a.round(), b.round())),
        other => panic!("{other:?}"),
    };
    // All is in sight: it can be neither drawn along nor wider.
    let sent = screen.effects.len();
    screen
        .act(nudge(300.0, 1.0, 50.0))
        .act(nudge(300.0, 1.25, 0.0));
    assert_eq!(screen.effects.len(), sent);
    // Half as much, at a quarter: 1,785 seconds stays a quarter of what is in sight.
    screen.act(nudge(46.0 + 175.0, 0.5, 0.0));
    assert_eq!(span(&screen), Some((893.0, 4463.0)));
    // Before the answer is there, 100 pixels to the right: a seventh of 3,570 seconds sooner.
    screen.act(nudge(300.0, 1.0, 100.0));
    screen.hear(Event::Track(Box::new(track())));
    assert_eq!(span(&screen), Some((383.0, 3953.0)));
    // No further than the beginning, no closer than ten minutes.
    screen.hear(Event::Track(Box::new(track())));
    screen.act(nudge(300.0, 1.0, 10_000.0));
    assert_eq!(span(&screen), Some((0.0, 3570.0)));
    screen.hear(Event::Track(Box::new(track())));
    screen.act(nudge(46.0, 0.01, 0.0));
    assert_eq!(span(&screen), Some((0.0, 600.0)));
}

#[test]
fn two_forecasts_are_compared_by_the_engine_and_no_other_runs_are() {
    let mut screen = Screen::ready();
    for run in ["one", "two"] {
        let summary = ForecastSummary {
            run: Some(run.into()),
            ..summary()
        };
        screen
            .act(Act::Forecast)
            .hear(Event::Forecast(Box::new(summary)))
            .hear(Event::Track(Box::new(track())));
    }
    let runs = &screen.state.runs;
    let places: Vec<usize> = (0..runs.len())
        .filter(|&i| select::comparable(&runs[i]))
        .collect();
    assert_eq!(
        (places.len(), runlog::of_json(&runlog::to_json(runs))),
        (2, (**runs).clone())
    );
    let sent = screen.effects.len();
    screen.act(Act::Compare(places[1], true));
    assert_eq!(
        screen.effects.len(),
        sent,
        "one alone is nothing to compare"
    );
    screen.act(Act::Compare(places[0], true));
    let runs = ("one".to_owned(), "two".to_owned());
    assert_eq!(screen.last_sent(), &Request::CompareForecasts { runs });
    assert_eq!(select::at_work(&screen.state).as_deref(), Some("Comparing"));
    let comparison = RunComparison {
        finding: "Both warn of as many.".into(),
        ..RunComparison::default()
    };
    screen.hear(Event::Compared(Box::new(comparison)));
    let said = screen.state.comparison.as_ref().map(|c| c.finding.as_str());
    assert_eq!(said, Some("Both warn of as many."));
    screen.act(Act::Compare(places[0], false));
    assert!(screen.state.comparison.is_none());
    // What cannot be compared is said.
    screen.act(Act::Compare(places[0], true));
    let failure = refusal().failure;
    screen.hear(Event::Failed {
        failure: failure.clone(),
        notices: Vec::new(),
    });
    let told = screen.state.alerts.last().map(|a| *a.failure == failure);
    assert_eq!(told, Some(true));
}

fn refusal() -> Refusal {
    Refusal {
        failure: Failure {
            code: FailureCode::Data,
            title: "The split leaks".into(),
            detail: "A column tells.".into(),
            hint: "Leave it out.".into(),
            place: Place::default(),
        },
        leaks: vec![LeakSummary {
            meaning: "The column \"ttf\" alone gives the answer away.".into(),
            repair: "Leave it out.".into(),
            count: 900,
            rows: Vec::new(),
        }],
        mends: vec![Mend::Leave("ttf".into()), Mend::Forward],
    }
}

#[test]
fn a_refusal_is_mended_with_one_click_or_overruled() {
    let mut screen = Screen::ready();
    screen
        .act(Act::Set(Setting::ForecastHeldOut(HeldOut::Any)))
        .act(Act::Forecast);
    assert!(screen.last_spec().shuffled);
    screen.hear(Event::Refused(Box::new(refusal())));
    assert!(screen.state.refusal.is_some() && screen.state.forecast.value().is_none());
    assert_eq!(
        screen.state.runs.last().map(|r| r.outcome.as_str()),
        Some("The split leaks")
    );
    assert_eq!(
        ahead::mends(&refusal().mends),
        "Leave ttf out, split forward in time"
    );
    let mut other = Screen {
        state: screen.state.clone(),
        effects: Vec::new(),
    };
    screen.act(Act::Mend);
    let spec = screen.last_spec();
    assert_eq!(
        (spec.leave.as_slice(), spec.shuffled, spec.anyway),
        (&["ttf".to_owned()][..], false, false)
    );
    assert!(screen.state.refusal.is_none());
    screen.hear(Event::Cancelled);
    screen
        .hear(Event::Series(Box::new(found())))
        .act(Act::Set(Setting::ForecastPutBack("ttf".into())))
        .act(Act::Forecast);
    assert!(screen.last_spec().leave.is_empty());
    other.act(Act::ForecastAnyway);
    assert!(other.last_spec().anyway && other.last_spec().shuffled);
    let flattering = Flattering {
        leaks: refusal().leaks,
        all: line("all", 14, Some(20.0), 0),
        average_precision: Some(0.974),
    };
    let both = ForecastSummary {
        flattering: Some(flattering),
        ..summary()
    };
    let (figures, price) = ahead::flattered(&both).unwrap();
    assert_eq!(figures[0].value, "14 of 14");
    assert!(
        price.ends_with("0.974 where the honest split has 0.611: the leak is worth 0.363."),
        "{price}"
    );
    let leaky = ForecastSummary {
        leaks: refusal().leaks,
        ..summary()
    };
    assert!(
        ahead::verdict(&leaky, 1)
            .text()
            .starts_with("Not to be believed, since the split leaks: it warns of 9")
    );
}

#[test]
fn another_table_forgets_the_forecast_and_an_entity_is_looked_at_closer() {
    let mut screen = Screen::ready();
    screen
        .act(Act::Forecast)
        .hear(Event::Forecast(Box::new(summary())));
    screen.hear(Event::Track(Box::new(track())));
    let closer = ahead::zoom(&track(), Zoom::Closer);
    assert_eq!(
        closer,
        Some((3_015.0, 6_585.0)),
        "half as wide, about the incident"
    );
    assert_eq!(
        ahead::zoom(&track(), Zoom::Wider),
        None,
        "all of it is in sight"
    );
    screen.act(Act::Span(closer));
    assert_eq!(
        screen.last_sent(),
        &Request::Track {
            entity: 1,
            secs: closer
        }
    );
    screen
        .hear(Event::Track(Box::new(track())))
        .act(Act::Watch(1));
    assert_eq!(
        screen.last_sent(),
        &Request::Track {
            entity: 1,
            secs: None
        }
    );
    screen.hear(Event::Track(Box::new(track())));
    screen
        .act(Act::SetTarget("issue".into()))
        .hear(Event::Target(Box::new(data().target.unwrap())));
    assert!(screen.state.forecast.value().is_none() && screen.state.track.value().is_none());
    assert!(
        matches!(screen.last_sent(), Request::DescribeSeries { .. }),
        "it is in sight"
    );
}

#[test]
fn charts_say_what_they_show_and_draw_at_every_size() {
    let summary = summary();
    let budgets = Chart::budgets(&summary, 1, "minutes".into());
    assert_eq!(
        sentence(&budgets),
        "What each of 3 budgets buys. A budget of 0.5 costs 0.25 false pages per cluster-day: 9 of 14 incidents caught ahead, a \
         median of 11 minutes ahead."
    );
    let warned = Chart::warned(&track(), &summary, 1);
    assert_eq!(
        sentence(&warned),
        "pod-1 over time: oom; 1 incident; 2 pages, 1 ahead of an incident, 1 false."
    );
    assert_eq!(text(&warned, 70).as_deref(), Some("03-02 01:10: oom 80 %"));
    assert_eq!(
        text(&warned, 69).as_deref(),
        Some("03-02 01:09: oom 80 %; page: oom")
    );
    assert!(text(&warned, 85).unwrap().contains("oom: harm holds"));
    assert_eq!(
        ahead::track_title(&summary, &track(), 1),
        "pod-1: oom was paged 11 minutes ahead"
    );
    assert_eq!(
        ahead::track_title(&summary, &track(), 0),
        "pod-1: 1 incident, none paged ahead"
    );
    let reliability = Chart::reliability(summary.calibration.as_ref().unwrap());
    assert_eq!(
        text(&reliability, 1).as_deref(),
        Some("Where it said 60.0 %, it came in 70.0 %")
    );
    for (chart, words) in [
        (
            &budgets,
            [
                "9 of 14",
                "Median lead, minutes",
                "false pages per cluster-day",
            ],
        ),
        (&warned, ["11 min ahead", "pages above 59 %", "01:00"]),
        (
            &reliability,
            ["came within the horizon, %", "said, %", "all kinds"],
        ),
    ] {
        for dark in [false, true] {
            for width in [390, 720, 1_200] {
                let height = preferred_height(chart, f64::from(width)) as u32;
                let picture = svg(chart, (width, height), &Theme::of(dark), &estimate).unwrap();
                assert!(
                    picture.contains(words[0]),
                    "{} at {width}: {picture}",
                    words[0]
                );
                if width > 390 {
                    for word in words {
                        assert!(picture.contains(word), "{word} at {width}");
                    }
                }
            }
        }
        for size in [
            (0.0, 0.0),
            (23.0, 300.0),
            (60.0, 40.0),
            (300.0, 17.0),
            (720.0, 300.0),
        ] {
            let layout = Layout::new(chart, size, &estimate);
            for item in 0..items(&layout) {
                let (x, y) = rect(&layout, item).unwrap().center();
                assert!(
                    size.0 < 200.0 || hit(&layout, x, y).is_some(),
                    "{item} {size:?}"
                );
                let next = step(&layout, Some(item), Step::Right).unwrap();
                assert!(next < items(&layout));
            }
        }
        let twin = table(chart);
        assert!(twin.rows.iter().all(|row| row.len() == twin.headers.len()));
        assert_eq!(
            csv(chart).lines().count(),
            items(&Layout::new(chart, (720.0, 300.0), &estimate)) + 1
        );
    }
    let nothing = ForecastSummary::default();
    assert!(Chart::budgets(&nothing, 3, String::new()).is_empty());
    assert!(
        ahead::verdict(&nothing, 0)
            .text()
            .contains("nothing to judge")
    );
    assert!(Chart::warned(&ForecastTrack::default(), &nothing, 9).is_empty());
}
