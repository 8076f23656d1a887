//! The run log's records: what is worth one, and what it says.

use super::engine::Step;
use super::{Effect, Handle, Origin, Purpose, Trained, runlog};
use crate::protocol::{
    DataOrigin, DataSummary, ModelSpec, Options, PrepareSpec, Report, RunRecord, SearchSummary,
};

/// Runs that the log holds; the oldest go.
const MOST_RUNS: usize = 500;
/// Trainings of which what they are compared by is kept; it is large.
const MOST_TRAININGS: usize = 50;

impl Step {
    pub(super) fn record(&self, outcome: &str) -> RunRecord {
        RunRecord {
            action: String::new(),
            at_millis: self.at_millis,
            secs: 0.0,
            data_name: String::new(),
            data_fingerprint: String::new(),
            options: None,
            figures: Vec::new(),
            outcome: outcome.to_owned(),
            forecast: None,
            training: None,
        }
    }

    /// The record of a job that did not end well, where it is worth one.
    pub(super) fn unfinished(
        &self,
        purpose: &Purpose,
        secs: f64,
        outcome: &str,
    ) -> Option<RunRecord> {
        let data = self.state.data.value();
        let base = RunRecord {
            secs,
            data_name: data.map(|d| d.name.clone()).unwrap_or_default(),
            data_fingerprint: data.map(|d| d.fingerprint.clone()).unwrap_or_default(),
            ..self.record(outcome)
        };
        Some(match purpose {
            Purpose::Load {
                source,
                restoring: false,
            } => RunRecord {
                action: match source.origin {
                    Origin::Files(_) => "load",
                    Origin::Scenario { .. } => "simulate",
                }
                .to_owned(),
                data_name: source.name(),
                data_fingerprint: String::new(),
                ..base
            },
            Purpose::Train { prepare, model } => RunRecord {
                action: "train".to_owned(),
                options: Some(self.chosen(prepare, model)),
                ..base
            },
            Purpose::Search { prepare, model } => RunRecord {
                action: "search".to_owned(),
                options: Some(self.chosen(prepare, model)),
                ..base
            },
            Purpose::Forecast => RunRecord {
                action: "forecast".to_owned(),
                ..base
            },
            Purpose::Open {
                name,
                restoring: false,
            } => RunRecord {
                action: "open".to_owned(),
                data_name: name.to_string(),
                data_fingerprint: String::new(),
                ..base
            },
            Purpose::Predict { name } => RunRecord {
                action: "predict".to_owned(),
                data_name: name.to_string(),
                data_fingerprint: String::new(),
                ..base
            },
            _ => return None,
        })
    }

    fn chosen(&self, prepare: &PrepareSpec, model: &ModelSpec) -> Options {
        let source = self.state.source.as_ref();
        Options {
            prepare: prepare.clone(),
            model: model.clone(),
            kinds: source.map(|s| s.kinds.to_vec()).unwrap_or_default(),
        }
    }

    /// With the best settings as its options, since they are what it found.
    pub(super) fn search_record(&self, found: &SearchSummary, base: RunRecord) -> RunRecord {
        let data = self.state.data.value();
        let mut figures = vec![
            (runlog::TRIED.to_owned(), f64::from(found.tried)),
            (runlog::FITTED.to_owned(), f64::from(found.fits)),
        ];
        let score = |number: u32| found.candidates.iter().find(|c| c.number == number);
        for (name, number) in [(runlog::BEST_FOUND, found.best), (runlog::OWN, 0)] {
            figures.extend(score(number).map(|c| (name.to_owned(), c.mean)));
        }
        RunRecord {
            action: "search".to_owned(),
            data_name: data.map(|d| d.name.clone()).unwrap_or_default(),
            data_fingerprint: data.map(|d| d.fingerprint.clone()).unwrap_or_default(),
            options: Some(self.chosen(&found.prepare, &found.model)),
            figures,
            ..base
        }
    }

    pub(super) fn log(&mut self, record: RunRecord) {
        let mut runs = (*self.state.runs).clone();
        runs.push(record);
        let comparable = runs.iter_mut().rev().filter(|run| run.training.is_some());
        for run in comparable.skip(MOST_TRAININGS) {
            run.training = None;
        }
        if runs.len() > MOST_RUNS {
            runs.remove(0);
            self.state.compared = self
                .state
                .compared
                .iter()
                .filter_map(|i| i.checked_sub(1))
                .collect();
        }
        self.state.runs = Handle::new(runs);
        self.effects.push(Effect::KeepRuns(self.state.runs.clone()));
    }
}

pub(super) fn loaded_record(data: &DataSummary, base: RunRecord) -> RunRecord {
    RunRecord {
        action: match data.origin {
            DataOrigin::Files => "load",
            DataOrigin::Simulated { .. } => "simulate",
        }
        .to_owned(),
        secs: data.parse_secs,
        data_name: data.name.clone(),
        data_fingerprint: data.fingerprint.clone(),
        figures: vec![
            ("rows".to_owned(), data.rows as f64),
            ("columns".to_owned(), data.columns.len() as f64),
        ],
        ..base
    }
}

pub(super) fn trained_record(trained: &Trained, at_millis: f64) -> RunRecord {
    RunRecord {
        action: "train".to_owned(),
        at_millis,
        secs: trained.secs,
        data_name: trained.model.data_name.clone(),
        data_fingerprint: trained.model.data_fingerprint.clone(),
        options: Some(trained.model.options.clone()),
        figures: trained
            .report
            .as_ref()
            .map(|r| report_figures(r))
            .unwrap_or_default(),
        outcome: "done".to_owned(),
        forecast: None,
        training: None,
    }
}

pub(super) fn report_figures(report: &Report) -> Vec<(String, f64)> {
    let mut figures = vec![
        (
            runlog::ROWS.to_owned(),
            (report.rows_train + report.rows_test) as f64,
        ),
        ("training rows".to_owned(), report.rows_train as f64),
        ("held-out rows".to_owned(), report.rows_test as f64),
        (runlog::ACCURACY.to_owned(), report.accuracy),
        ("balanced accuracy".to_owned(), report.balanced_accuracy),
        (runlog::MACRO_F1.to_owned(), report.macro_f1),
        ("weighted F1".to_owned(), report.weighted_f1),
        ("MCC".to_owned(), report.mcc),
        ("log loss".to_owned(), report.log_loss),
        ("baseline accuracy".to_owned(), report.baseline.accuracy),
    ];
    figures.extend(report.roc_auc_ovr.map(|x| ("ROC AUC".to_owned(), x)));
    figures.extend(
        report
            .average_precision
            .map(|x| ("average precision".to_owned(), x)),
    );
    figures.retain(|(_, x)| x.is_finite());
    figures
}
