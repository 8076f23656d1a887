//! Jobs: one at work, the rest waiting, and what their events do to the state.

use std::rc::Rc;

use super::record::{loaded_record, report_figures, trained_record};
use super::{
    Async, Effect, Handle, Job, Origin, Pending, Progress, Purpose, Route, Source, State, Trained,
    format, verdict,
};
use crate::data::{ColumnKind, Notice};
use crate::protocol::{
    DataSummary, Event, Failure, JobId, PredictionFilter, PredictionSummary, RunRecord,
};

/// A state on its way to the next.
pub(super) struct Step {
    pub(super) state: State,
    pub(super) effects: Vec<Effect>,
    pub(super) at_millis: f64,
}

impl Step {
    /// Begins a job, or lets it wait for the one at work.
    pub(super) fn ask(&mut self, job: Pending) {
        self.state
            .queue
            .retain(|p| !job.purpose.replaces(&p.purpose));
        // Nobody waits for a preview: it makes way, and is made afterwards.
        if self.stop_preview() && job.purpose != Purpose::Preview {
            self.effects
                .push(Effect::PreviewSoon(self.state.preview_turn));
        }
        self.state.queue.push_back(job);
        // Nobody waits for an estimate or a profile: the session ends it when it is asked something else.
        let idle = |job: &mut Job| matches!(job.purpose, Purpose::Estimate | Purpose::Profile);
        if let Some(ended) = self.state.job.take_if(idle) {
            self.settle(&ended.purpose);
        }
        if self.state.job.is_some() {
            self.tell_of_waiting();
        } else {
            self.next();
        }
    }

    fn tell_of_waiting(&mut self) {
        if let (Some(training), Some(waiting)) = (self.state.training(), self.state.waiting()) {
            let text = format!(
                "{} goes on. {} comes after it.",
                training.purpose.words(),
                waiting.purpose.words()
            );
            self.say(text);
        }
    }

    /// Begins the next job that waits, if none is at work.
    pub(super) fn next(&mut self) {
        if self.state.job.is_some() {
            return;
        }
        let Some(pending) = self.state.queue.pop_front() else {
            return;
        };
        self.state.last_job += 1;
        let id = self.state.last_job;
        let job = Job {
            id,
            purpose: pending.purpose,
            began_millis: self.at_millis,
            progress: Progress::default(),
        };
        self.show(&job.purpose, Progress::default());
        self.state.job = Some(job);
        self.effects.push(Effect::Send {
            job: id,
            request: pending.request,
            attachments: pending.attachments,
        });
    }

    fn show(&mut self, purpose: &Purpose, progress: Progress) {
        match purpose {
            Purpose::Load { .. } | Purpose::SetKind { .. } => self.state.data.run(progress),
            Purpose::Target { .. } => self.state.target.run(progress),
            Purpose::Train { .. } | Purpose::Open { .. } => self.state.model.run(progress),
            Purpose::Search { .. } => self.state.search.run(progress),
            Purpose::Series => self.state.series.run(progress),
            Purpose::Forecast => self.state.forecast.run(progress),
            Purpose::Track => self.state.track.run(progress),
            Purpose::Predict { .. } => self.state.predictions.run(progress),
            Purpose::Rows => self.state.rows.run(progress),
            Purpose::Profile => self.state.profile.run(progress),
            Purpose::Page => self.state.page.run(progress),
            Purpose::Preview => self.state.preview.run(progress),
            Purpose::Remember
            | Purpose::Export
            | Purpose::Estimate
            | Purpose::Compare
            | Purpose::Metric
            | Purpose::Marks => {}
        }
    }

    pub(super) fn settle(&mut self, purpose: &Purpose) {
        match purpose {
            Purpose::Load { .. } | Purpose::SetKind { .. } => self.state.data.settle(),
            Purpose::Target { .. } => self.state.target.settle(),
            Purpose::Train { .. } | Purpose::Open { .. } => self.state.model.settle(),
            Purpose::Search { .. } => self.state.search.settle(),
            Purpose::Series => self.state.series.settle(),
            Purpose::Forecast => self.state.forecast.settle(),
            Purpose::Track => self.state.track.settle(),
            Purpose::Predict { .. } => self.state.predictions.settle(),
            Purpose::Rows => self.state.rows.settle(),
            // What it was renewed for holds no more.
            Purpose::Profile => self.state.profile = Async::Idle,
            Purpose::Page => self.state.page.settle(),
            Purpose::Preview => self.state.preview.settle(),
            Purpose::Remember
            | Purpose::Export
            | Purpose::Estimate
            | Purpose::Compare
            | Purpose::Metric
            | Purpose::Marks => {}
        }
    }

    /// Takes an event of the engine; one of a job that is not current changes nothing.
    pub(super) fn hear(&mut self, id: JobId, event: &Event, attachment: Option<&Handle<Vec<u8>>>) {
        let Some(job) = self.state.job.clone().filter(|j| j.id == id) else {
            return;
        };
        if let Event::Progress {
            stage,
            done,
            detail,
            candidates,
        } = event
        {
            if matches!(job.purpose, Purpose::Search { .. })
                && **candidates != *self.state.candidates
            {
                self.state.candidates = Handle::new(candidates.clone());
            }
            let done = done.clamp(0.0, 1.0);
            let elapsed_secs = (self.at_millis - job.began_millis) / 1000.0;
            let progress = Progress {
                stage: Some(*stage),
                done,
                detail: detail.as_str().into(),
                left_secs: left_secs(elapsed_secs, done),
            };
            self.show(&job.purpose, progress.clone());
            self.state.job = Some(Job { progress, ..job });
            return;
        }
        self.state.job = None;
        let secs = (self.at_millis - job.began_millis) / 1000.0;
        match event {
            Event::Progress { .. } => {}
            Event::Rows(page) => self.state.rows = Async::Ready(Handle::new(page.clone())),
            Event::Data(data) => self.loaded(&job.purpose, data),
            Event::Target(target) => {
                if let Some(source) = &mut self.state.source {
                    source.target = Some(target.column.as_str().into());
                    self.effects.push(Effect::KeepData(source.clone()));
                }
                self.state.settings = Handle::new(super::form::Settings {
                    columns: None,
                    ..(*self.state.settings).clone()
                });
                self.state.target = Async::Ready(Handle::new((**target).clone()));
                self.forget_search();
                self.forget_forecast();
                self.renew_profile();
                if self.state.restored.is_some() {
                    self.adopt();
                }
            }
            Event::Trained { model, report, run } => {
                let trained = Trained {
                    model: (**model).clone(),
                    report: Some(Rc::new((**report).clone())),
                    file: None,
                    secs,
                };
                self.log(RunRecord {
                    training: run.clone(),
                    ..trained_record(&trained, self.at_millis)
                });
                self.have_model(trained);
                self.say(verdict::of_report(report).text());
                if matches!(
                    self.state.route,
                    Route::Data | Route::Prepare | Route::Train
                ) {
                    self.go(Route::Evaluate);
                }
                self.ask(remember());
            }
            Event::Profiled(profile) => {
                self.state.profile = Async::Ready(Handle::new((**profile).clone()));
            }
            Event::Estimated(estimate) => self.state.estimate = Some(estimate.clone()),
            Event::Found(found) => self.found(found, secs),
            Event::Series(found) => {
                self.marks_read(found);
                self.state.series = Async::Ready(Handle::new((**found).clone()));
            }
            Event::Forecast(summary) => self.forecasted(summary, secs),
            Event::Refused(refusal) => self.refused(&job, refusal, secs),
            Event::Track(track) if job.purpose == Purpose::Metric => self.metric_came(track),
            Event::Track(track) => self.tracked(track),
            Event::Marks(marks) => self.marks_came(marks),
            Event::Compared(comparison) => {
                self.say(comparison.finding.clone());
                self.state.comparison = Some(Handle::new((**comparison).clone()));
            }
            Event::Opened { model, report } => {
                let Purpose::Open { name, restoring } = &job.purpose else {
                    return self.next();
                };
                let trained = Trained {
                    model: (**model).clone(),
                    report: report.as_ref().map(|r| Rc::new((**r).clone())),
                    file: (!restoring).then(|| Rc::clone(name)),
                    secs: 0.0,
                };
                if !restoring {
                    self.log(RunRecord {
                        action: "open".to_owned(),
                        secs,
                        data_name: trained.model.data_name.clone(),
                        data_fingerprint: trained.model.data_fingerprint.clone(),
                        options: Some(trained.model.options.clone()),
                        figures: trained
                            .report
                            .as_ref()
                            .map(|r| report_figures(r))
                            .unwrap_or_default(),
                        ..self.record("done")
                    });
                    self.say(format!("Opened {name}: a {}.", trained.model.kind));
                }
                self.have_model(trained);
                if *restoring {
                    self.adopt();
                } else {
                    self.ask(remember());
                }
            }
            Event::Preview(preview) => {
                self.state.preview = Async::Ready(Handle::new((**preview).clone()));
            }
            Event::Predicted(summary) => self.predicted(summary, secs),
            Event::PredictionRows(page) => {
                self.state.page = Async::Ready(Handle::new(page.clone()));
            }
            Event::File { name, media_type } => {
                let bytes = attachment.cloned().unwrap_or_default();
                if job.purpose == Purpose::Remember {
                    let name: Rc<str> = name.as_str().into();
                    self.state.model_bytes = Some((Rc::clone(&name), bytes.clone()));
                    self.effects.push(Effect::KeepModel(name, bytes));
                } else {
                    self.say(format!("{name} is ready."));
                    self.effects.push(Effect::Download {
                        name: name.clone(),
                        media_type: media_type.clone(),
                        bytes,
                    });
                }
            }
            Event::Failed { failure, notices } => {
                self.failed(&job, failure.clone(), notices.clone());
            }
            Event::Cancelled => self.cancelled(&job),
        }
        self.next();
        self.profile_if_idle();
    }

    fn loaded(&mut self, purpose: &Purpose, data: &DataSummary) {
        let before = self.state.target.value().map(|t| t.column.clone());
        let mut wanted = None;
        let mut kinds = Vec::new();
        match purpose {
            Purpose::Load { source, restoring } => {
                self.state.source = Some(source.clone());
                self.state.restored = match (&source.origin, restoring) {
                    (Origin::Scenario { sample: true, .. }, _) | (_, false) => None,
                    (_, true) => Some(data.name.as_str().into()),
                };
                wanted = source.target.as_deref().map(str::to_owned);
                if !restoring {
                    kinds = self.keep_kinds(data);
                    self.log(loaded_record(data, self.record("done")));
                    self.effects
                        .extend(self.state.source.clone().map(Effect::KeepData));
                    self.say(format!(
                        "Loaded {}: {}, {}.",
                        data.name,
                        format::plural(data.rows, "row"),
                        format::plural(data.columns.len() as u64, "column")
                    ));
                }
            }
            Purpose::SetKind {
                column,
                kind,
                restoring,
            } => {
                wanted = before;
                if *restoring {
                    // What was chosen before the data were read again.
                    let chosen = self.state.source.as_ref().and_then(|s| s.target.clone());
                    wanted = chosen.map(|target| target.to_string()).or(wanted);
                }
                if let Some(source) = &mut self.state.source {
                    let mut kinds: Vec<_> = source
                        .kinds
                        .iter()
                        .filter(|(name, _)| name != column)
                        .cloned()
                        .collect();
                    kinds.push((column.clone(), *kind));
                    source.kinds = kinds.into();
                    if !restoring {
                        self.effects.push(Effect::KeepData(source.clone()));
                    }
                }
                self.say(format!("{column} is read as {}.", kind.name()));
            }
            _ => {}
        }
        let target = data.target.as_ref().map(|t| Handle::new(t.clone()));
        let guess = data.target.as_ref().map(|t| t.column.clone());
        self.state.target = target.map_or(Async::Idle, Async::Ready);
        self.state.settings = Handle::new(super::form::Settings {
            columns: None,
            ahead: self.state.settings.ahead.of_other_data(),
            ..(*self.state.settings).clone()
        });
        self.state.data = Async::Ready(Handle::new(data.clone()));
        self.state.rows = Async::Idle;
        self.state.rows_view = Handle::default();
        let is_restored = matches!(
            purpose,
            Purpose::Load {
                restoring: true,
                ..
            } | Purpose::SetKind {
                restoring: true,
                ..
            }
        );
        if !is_restored || !matches!(self.state.profile, Async::Failed { .. }) {
            self.state.profile = Async::Idle;
        }
        self.forget_search();
        self.forget_forecast();
        for (column, kind) in kinds {
            self.ask(set_kind(column, kind, true));
        }
        if let Some(column) = wanted
            && guess.as_ref() != Some(&column)
            && data.columns.iter().any(|c| c.name == column)
        {
            self.ask_target(&column);
        }
    }

    /// Files that are read again keep the types that were set by hand, where their columns are still there.
    fn keep_kinds(&mut self, data: &DataSummary) -> Vec<(String, ColumnKind)> {
        let Some(source) = &mut self.state.source else {
            return Vec::new();
        };
        let is_there = |name: &String| data.columns.iter().any(|c| c.name == *name);
        let kinds: Vec<_> = source.kinds.iter().cloned().collect();
        let kinds: Vec<_> = kinds.into_iter().filter(|(n, _)| is_there(n)).collect();
        source.kinds = kinds.clone().into();
        kinds
    }

    /// Sets the forms to what the model of the last visit was trained with, if it was on the data at hand.
    fn adopt(&mut self) {
        let (Some(model), Some(data), Some(target)) = (
            self.state.model.value(),
            self.state.data.value(),
            self.state.target.value(),
        ) else {
            return;
        };
        let model = &model.model;
        if model.data_fingerprint == data.fingerprint && model.target == target.column {
            let mut settings = (*self.state.settings).clone();
            settings.adopt(&model.options, &target.features);
            self.state.settings = Handle::new(settings);
        }
    }

    fn have_model(&mut self, trained: Trained) {
        self.state.model = Async::Ready(Handle::new(trained));
        // Predictions of another model would be read as this one's.
        self.state.predictions = Async::Idle;
        self.state.page = Async::Idle;
        self.state.filter = PredictionFilter::default();
    }

    fn predicted(&mut self, summary: &PredictionSummary, secs: f64) {
        let model = self.state.model.value().cloned();
        let mut figures = vec![("rows".to_owned(), summary.rows as f64)];
        if let Some(report) = &summary.report {
            figures.extend(report_figures(report));
        }
        self.log(RunRecord {
            action: if summary.report.is_some() {
                "evaluate"
            } else {
                "predict"
            }
            .to_owned(),
            secs,
            data_name: summary.data_name.clone(),
            data_fingerprint: summary
                .report
                .as_ref()
                .map(|r| r.data_fingerprint.clone())
                .unwrap_or_default(),
            options: model.map(|m| m.model.options.clone()),
            figures,
            ..self.record("done")
        });
        self.say(verdict::of_predictions(summary).text());
        self.state.filter = PredictionFilter::default();
        let mut settings = (*self.state.settings).clone();
        settings.texts.remove(&super::form::Field::MinProbability);
        self.state.settings = Handle::new(settings);
        self.state.page = Async::Ready(Handle::new(summary.page.clone()));
        self.state.predictions = Async::Ready(Handle::new(summary.clone()));
    }

    fn failed(&mut self, job: &Job, failure: Failure, notices: Vec<Notice>) {
        let secs = (self.at_millis - job.began_millis) / 1000.0;
        match &job.purpose {
            Purpose::Load {
                restoring: true,
                source,
            } => {
                self.state.data.settle();
                self.state.queue.retain(|p| {
                    !matches!(
                        p.purpose,
                        Purpose::SetKind {
                            restoring: true,
                            ..
                        }
                    )
                });
                self.alert(Failure {
                    title: format!("{} could not be restored", source.name()),
                    ..failure
                });
                self.effects.push(Effect::Forget);
                self.ask_sample();
            }
            Purpose::Open {
                restoring: true, ..
            } => {
                self.state.model.settle();
                self.state.model_bytes = None;
                self.alert(Failure {
                    title: "The model of your last visit could not be opened".to_owned(),
                    ..failure
                });
            }
            // Of a column to mark on it is said where time and entities are.
            Purpose::Remember | Purpose::Estimate | Purpose::Metric => {}
            Purpose::Export | Purpose::Compare | Purpose::Marks => self.alert(failure),
            Purpose::Preview => self.state.preview.fail(job.id, failure, notices),
            purpose => {
                if let Some(record) = self.unfinished(purpose, secs, &failure.title) {
                    self.log(record);
                }
                self.say(format!("{}. {}", failure.title, failure.hint));
                match purpose {
                    Purpose::Load { .. } | Purpose::SetKind { .. } => {
                        self.state.data.fail(job.id, failure, notices);
                    }
                    Purpose::Target { .. } => self.state.target.fail(job.id, failure, notices),
                    Purpose::Train { .. } | Purpose::Open { .. } => {
                        self.state.model.fail(job.id, failure, notices);
                    }
                    Purpose::Search { .. } => self.state.search.fail(job.id, failure, notices),
                    Purpose::Series => self.state.series.fail(job.id, failure, notices),
                    Purpose::Forecast => self.state.forecast.fail(job.id, failure, notices),
                    Purpose::Track => self.state.track.fail(job.id, failure, notices),
                    Purpose::Predict { .. } => {
                        self.state.predictions.fail(job.id, failure, notices);
                    }
                    Purpose::Rows => self.state.rows.fail(job.id, failure, notices),
                    Purpose::Profile => self.state.profile.fail(job.id, failure, notices),
                    _ => self.state.page.fail(job.id, failure, notices),
                }
            }
        }
    }

    pub(super) fn ask_sample(&mut self) {
        let spec = super::after::sample_spec();
        self.state.queue.push_front(Pending {
            request: crate::protocol::Request::Simulate {
                spec: Box::new(spec.clone()),
                sample: true,
            },
            purpose: Purpose::Load {
                source: Source::new(Origin::Scenario {
                    spec: Rc::new(spec),
                    sample: true,
                }),
                restoring: false,
            },
            attachments: Vec::new(),
        });
    }

    /// Leaves everything as it was before the job.
    pub(super) fn cancelled(&mut self, job: &Job) {
        let secs = (self.at_millis - job.began_millis) / 1000.0;
        self.settle(&job.purpose);
        if let Some(record) = self.unfinished(&job.purpose, secs, "cancelled") {
            self.log(record);
        }
        self.say(format!(
            "{}: cancelled. Nothing was changed.",
            job.purpose.words()
        ));
    }
}

/// Seconds left at the mean pace so far; none before a second has passed or a fiftieth is done.
fn left_secs(elapsed_secs: f64, done: f64) -> Option<f64> {
    (elapsed_secs >= 1.0 && done >= 0.02).then(|| elapsed_secs * (1.0 - done) / done)
}

fn remember() -> Pending {
    Pending {
        purpose: Purpose::Remember,
        request: crate::protocol::Request::SaveModel,
        attachments: Vec::new(),
    }
}

/// Reads a column as another kind.
pub(super) fn set_kind(column: String, kind: ColumnKind, restoring: bool) -> Pending {
    Pending {
        request: crate::protocol::Request::SetKind {
            column: column.clone(),
            kind,
        },
        purpose: Purpose::SetKind {
            column,
            kind,
            restoring,
        },
        attachments: Vec::new(),
    }
}
