//! Four pods that are watched: their table, and the forecast that the engine would make of it.

use super::*;

impl Screen {
    pub fn last_spec(&self) -> &ForecastSpec {
        match self.last_sent() {
            Request::Forecast { spec } | Request::DescribeSeries { spec } => spec,
            other => panic!("{other:?}"),
        }
    }

    /// A table is there, its time is found, and the step is in sight.
    pub fn ready() -> Self {
        let mut screen = Self::default();
        screen.act(Act::Started(Ok(Box::<Kept>::default())));
        screen.hear(Event::Data(Box::new(data())));
        screen.act(Act::Went(Route::Forecast));
        screen.hear(Event::Series(Box::new(found())));
        screen
    }
}

pub fn data() -> DataSummary {
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

pub fn found() -> SeriesSummary {
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

pub fn line(name: &str, ahead: u32, lead: Option<f64>, false_pages: u32) -> IncidentLine {
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

pub fn outcome(threshold: Option<f64>, all: IncidentLine) -> ForecastOutcome {
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
pub fn summary() -> ForecastSummary {
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
pub fn track() -> ForecastTrack {
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
