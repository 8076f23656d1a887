//! What a person's deeds do to the state.

use std::rc::Rc;

use super::engine::{Step, set_kind};
use super::form::{Field, ModelKind, Settings};
use super::{
    Act, Action, Attachment, Effect, FileRef, Handle, Kept, Origin, Pending, Purpose, Route,
    Setting, Source, State, runlog,
};
use crate::data::SortedSet;
use crate::protocol::{
    Failure, FileHead, PredictionFilter, ReadSpec, Request, RowsView, SimulateSpec,
};

/// Rows of a page of predictions; the first, which comes with them, has as many.
pub const PAGE_ROWS: u32 = 100;

impl State {
    /// The state after an action, and what has to happen outside. Pure.
    pub fn after(&self, action: &Action) -> (Self, Vec<Effect>) {
        let mut step = Step {
            state: self.clone(),
            effects: Vec::new(),
            at_millis: action.at_millis,
        };
        step.take(&action.act);
        (step.state, step.effects)
    }
}

/// The scenario that a first visit sees.
pub fn sample_spec() -> SimulateSpec {
    SimulateSpec {
        num_samples: 5000,
        ..SimulateSpec::default()
    }
}

impl Step {
    fn take(&mut self, act: &Act) {
        match act {
            Act::Started(kept) => self.start(kept),
            Act::Went(route) => {
                self.state.route = *route;
                self.ask_estimate();
                self.scenario_changed();
                self.ask_series();
                self.profile_if_idle();
            }
            Act::Dropped(files) => self.dropped(files),
            Act::DroppedFolder { files, is_cut } => self.dropped_folder(files, *is_cut),
            Act::LoadFiles(files) => self.load_files(files),
            Act::PredictFiles(files) => self.predict(files),
            Act::PredictData => self.predict(&[]),
            Act::Simulate => match self.state.settings.simulate_spec() {
                Ok(spec) => self.load(Source::new(Origin::Scenario {
                    spec: Rc::new(spec),
                    sample: false,
                })),
                Err(field) => self.effects.push(Effect::Focus(field)),
            },
            Act::Linked(link) => self.follow_link(link),
            Act::PreviewDue(turn) => self.preview_due(*turn),
            Act::LookAt(episode) => self.ask_preview(Some(*episode)),
            Act::ExportScenario(what) => self.export_scenario(*what),
            Act::CopyLink => self.effects.push(Effect::CopyAddress),
            Act::Copied => self.say("The link is copied. It holds the settings alone."),
            Act::LoadSample => self.load(Source::new(Origin::Scenario {
                spec: Rc::new(sample_spec()),
                sample: true,
            })),
            Act::Set(setting) => {
                self.set(setting);
                self.ask_estimate();
            }
            Act::FreshSeed(field) => self.effects.push(Effect::DrawSeed(*field)),
            Act::SetKind(column, kind) => self.ask(set_kind(column.clone(), *kind, false)),
            Act::ReadAs(reading) => self.read_as(reading),
            Act::SeeReading(file) => self.state.reading_of = file.as_str().into(),
            Act::SetTarget(column) => {
                self.by_hand(column.is_empty());
                if !column.is_empty() {
                    self.ask_target(column);
                }
            }
            Act::Mark(what) => self.mark(what),
            Act::Train => self.train(),
            Act::Search => self.search(),
            Act::TrainFound => self.train_found(),
            Act::Forecast => self.forecast(false),
            Act::ForecastAnyway => self.forecast(true),
            Act::Mend => self.mend(),
            Act::Budget(rung) => self.state.rung = Handle::new(*rung),
            Act::Watch(entity) => self.ask_track(*entity, None),
            Act::Span(secs) => self.look_closer(*secs),
            Act::Nudge(nudge) => self.nudge(nudge),
            Act::Cancel => self.cancel(),
            Act::DropWaiting => {
                self.state.queue.retain(|p| {
                    !matches!(
                        p.purpose,
                        Purpose::Load { .. } | Purpose::Open { .. } | Purpose::Predict { .. }
                    )
                });
            }
            Act::PreferWaiting => self.cancel(),
            Act::Profile => self.ask_profile(),
            Act::ViewRows(view) => {
                self.state.rows_view = Handle::new(view.clone());
                self.ask_rows(0);
            }
            Act::PageRows(offset) => self.ask_rows(*offset),
            Act::Filter(filter) => {
                self.state.filter = filter.clone();
                self.ask_page(0);
            }
            Act::Page(offset) => self.ask_page(*offset),
            Act::Export(request) => self.ask(Pending {
                purpose: Purpose::Export,
                request: request.clone(),
                attachments: Vec::new(),
            }),
            Act::ExportRuns { json } => {
                let runs = &self.state.runs;
                let (name, media_type, text) = if *json {
                    (
                        "kubecast-runs.json",
                        "application/json",
                        runlog::to_json(runs),
                    )
                } else {
                    ("kubecast-runs.txt", "text/plain", runlog::to_text(runs))
                };
                self.effects.push(Effect::Download {
                    name: name.to_owned(),
                    media_type: media_type.to_owned(),
                    bytes: Handle::new(text.into_bytes()),
                });
            }
            Act::Compare(run, wanted) => {
                if *wanted {
                    self.state.compared.insert(*run);
                } else {
                    self.state.compared.remove(run);
                }
                self.compare(None);
            }
            Act::CompareAt(budget) => self.compare(Some(*budget)),
            Act::ClearRuns => self.state.clearing_runs = true,
            Act::ConfirmClear(sure) => {
                self.state.clearing_runs = false;
                if *sure {
                    self.state.runs = Handle::default();
                    self.state.compared.clear();
                    self.state.comparison = None;
                    self.say("The run log is empty.");
                    self.effects.push(Effect::KeepRuns(self.state.runs.clone()));
                }
            }
            Act::Forget => {
                self.state.restored = None;
                self.say("Nothing of this data set or model is kept in this browser any more.");
                self.effects.push(Effect::Forget);
            }
            Act::DismissRestored => self.state.restored = None,
            Act::Dismiss(id) => self.state.alerts.retain(|a| a.id != *id),
            Act::DismissFailure(route) => self.dismiss_failure(*route),
            Act::Heard {
                job,
                event,
                attachment,
            } => self.hear(*job, event, attachment.as_ref()),
            Act::Lost(what) => self.lost(what),
            Act::Trouble(failure) => self.alert((**failure).clone()),
        }
    }

    fn start(&mut self, kept: &Result<Box<Kept>, String>) {
        match kept {
            Ok(kept) => {
                self.state.keeps = Some(true);
                self.state.runs = Handle::new(kept.runs.clone());
                match &kept.source {
                    Some(source) => self.restore(source.clone()),
                    None => self.first_sample(),
                }
                if let Some((name, bytes)) = &kept.model {
                    self.reopen(Rc::clone(name), bytes.clone());
                }
            }
            Err(_) => {
                self.state.keeps = Some(false);
                self.first_sample();
            }
        }
    }

    /// The sample of a first visit; whoever came by a link to a scenario stays there.
    fn first_sample(&mut self) {
        if self.state.route == Route::Simulate {
            self.ask_sample();
            self.next();
        } else {
            self.take(&Act::LoadSample);
        }
    }

    /// Loads again what was kept, with the kinds that were set.
    pub(super) fn restore(&mut self, source: Source) {
        let kinds = Rc::clone(&source.kinds);
        self.ask(load_job(source, true));
        for (column, kind) in kinds.iter() {
            self.ask(set_kind(column.clone(), *kind, true));
        }
    }

    /// Opens again a model file that was kept.
    pub(super) fn reopen(&mut self, name: Rc<str>, bytes: Handle<Vec<u8>>) {
        self.state.model_bytes = Some((Rc::clone(&name), bytes.clone()));
        self.ask(Pending {
            request: Request::OpenModel {
                name: name.to_string(),
            },
            purpose: Purpose::Open {
                name,
                restoring: true,
            },
            attachments: vec![Attachment::Bytes(bytes)],
        });
    }

    /// Reads the files at hand again, as they were told to be read.
    fn read_as(&mut self, reading: &ReadSpec) {
        let source = self.state.source.clone();
        if let Some(source) = source.filter(|s| matches!(s.origin, Origin::Files(_)))
            && *source.reading != *reading
        {
            self.load(Source {
                reading: Rc::new(reading.clone()),
                ..source
            });
        }
    }

    pub(super) fn load(&mut self, source: Source) {
        self.go(Route::Data);
        self.ask(load_job(source, false));
    }

    pub(super) fn predict(&mut self, files: &[FileRef]) {
        self.go(Route::Predict);
        let name = match files {
            [] => self
                .state
                .data
                .value()
                .map_or_else(|| "the data set".into(), |d| d.name.as_str().into()),
            _ => Source::new(Origin::Files(files.into())).name().into(),
        };
        self.ask(Pending {
            purpose: Purpose::Predict { name },
            request: Request::Predict {
                files: heads(files),
                reading: None,
            },
            attachments: files.iter().map(|f| Attachment::File(f.key)).collect(),
        });
    }

    fn ask_rows(&mut self, offset: u64) {
        let view = &self.state.rows_view;
        let is_plain = **view == RowsView::default();
        if self.state.data.value().is_none() {
            return;
        }
        self.ask(Pending {
            purpose: Purpose::Rows,
            request: Request::Rows {
                offset,
                limit: PAGE_ROWS,
                view: (!is_plain).then(|| Box::new((**view).clone())),
            },
            attachments: Vec::new(),
        });
    }

    fn ask_page(&mut self, offset: u64) {
        if self.state.predictions.value().is_none() {
            return;
        }
        self.ask(Pending {
            purpose: Purpose::Page,
            request: Request::PredictionRows {
                filter: self.state.filter.clone(),
                offset,
                limit: PAGE_ROWS,
            },
            attachments: Vec::new(),
        });
    }

    pub(super) fn ask_target(&mut self, column: &str) {
        self.ask(Pending {
            purpose: Purpose::Target {
                column: column.to_owned(),
            },
            request: Request::DescribeTarget {
                column: column.to_owned(),
            },
            attachments: Vec::new(),
        });
    }

    fn set(&mut self, setting: &Setting) {
        let mut s: Settings = (*self.state.settings).clone();
        match setting {
            Setting::Text(field, text) => {
                s.texts.insert(*field, Rc::clone(text));
            }
            Setting::Issue(issue, on) => {
                if *on {
                    s.issues.insert(issue.clone());
                } else {
                    s.issues.remove(issue);
                }
            }
            Setting::Scenario(key, text) => {
                if let Err(why) = s.choose(key, text) {
                    return self.say(why);
                }
            }
            Setting::Column(column, on) => {
                let mut chosen = s.columns.take().unwrap_or_else(|| {
                    self.state
                        .features()
                        .iter()
                        .map(|c| (*c).to_owned())
                        .collect()
                });
                if *on {
                    chosen.insert(column.clone());
                } else {
                    chosen.remove(column);
                }
                s.columns = self.unless_suggested(chosen);
            }
            Setting::AllColumns => {
                let usable = self.state.data.value().map(|d| {
                    d.columns
                        .iter()
                        .filter(|c| c.kind.is_feature())
                        .map(|c| c.name.clone())
                        .collect()
                });
                s.columns = self.unless_suggested(usable.unwrap_or_default());
            }
            Setting::NoColumns => s.columns = Some(SortedSet::default()),
            Setting::SuggestedColumns => s.columns = None,
            Setting::Missing(rule) => s.missing = *rule,
            Setting::Indicator(on) => s.indicator = *on,
            Setting::Scaling(x) => s.scaling = *x,
            Setting::Encoding(x) => s.encoding = *x,
            Setting::Stratify(on) => s.stratify = *on,
            Setting::MarkUnfamiliar(on) => s.mark_unfamiliar = *on,
            Setting::OwnPast(on) => s.own_past = *on,
            Setting::Model(kind) => s.model = *kind,
            Setting::Features(rule) => s.features = *rule,
            Setting::ForestWeight(x) => s.forest_weight = *x,
            Setting::BoostWeight(x) => s.boost_weight = *x,
            Setting::ForestCriterion(x) => s.forest_criterion = *x,
            Setting::TreeCriterion(x) => s.tree_criterion = *x,
            Setting::Bootstrap(on) => s.bootstrap = *on,
            Setting::RandomCuts(on) => s.random_cuts = *on,
            Setting::OutOfBag(on) => s.out_of_bag = *on,
            Setting::SearchSecs(secs) => s.search_secs = *secs,
            Setting::Folds(kind) => s.folds = kind.clone(),
            Setting::ForecastTime(column) => s.ahead.time.clone_from(column),
            Setting::ForecastEntity(columns) => s.ahead.entity.clone_from(columns),
            Setting::ForecastHeldOut(rule) => s.ahead.held_out = *rule,
            Setting::ForecastPutBack(column) => s.ahead.leave.retain(|c| c != column),
            Setting::ModelDefaults => {
                let fresh = Settings::default();
                s.texts.retain(|f| !model_fields(s.model).contains(f));
                s.mark_unfamiliar = fresh.mark_unfamiliar;
                s.own_past = fresh.own_past;
                match s.model {
                    ModelKind::Forest => {
                        s.features = fresh.features;
                        s.forest_weight = fresh.forest_weight;
                        s.forest_criterion = fresh.forest_criterion;
                        s.bootstrap = fresh.bootstrap;
                        s.random_cuts = fresh.random_cuts;
                        s.out_of_bag = fresh.out_of_bag;
                    }
                    ModelKind::Boosting => s.boost_weight = fresh.boost_weight,
                    ModelKind::Tree => s.tree_criterion = fresh.tree_criterion,
                }
            }
            Setting::PrepareDefaults => {
                let fresh = Settings::default();
                s.texts.retain(|f| {
                    !matches!(f, Field::TestShare | Field::SplitSeed | Field::FillValue)
                });
                s.columns = None;
                s.missing = fresh.missing;
                s.indicator = fresh.indicator;
                s.scaling = fresh.scaling;
                s.encoding = fresh.encoding;
                s.stratify = fresh.stratify;
            }
        }
        self.state.settings = Handle::new(s);
        match setting {
            Setting::ForecastTime(_) | Setting::ForecastEntity(_) => {
                self.state.series = super::Async::Idle;
                self.ask_series();
            }
            Setting::Text(Field::MinProbability, _) => self.filter_typed(),
            Setting::Text(..) | Setting::Issue(..) | Setting::Scenario(..) => {
                self.scenario_changed();
            }
            _ => {}
        }
    }

    /// The probability that was typed filters at once where it can be read.
    fn filter_typed(&mut self) {
        let text = self.state.settings.text(Field::MinProbability);
        if let Ok(min_probability) = Field::MinProbability.rule().read(&text) {
            let filter = PredictionFilter {
                min_probability,
                ..self.state.filter.clone()
            };
            if filter != self.state.filter {
                self.take(&Act::Filter(filter));
            }
        }
    }

    fn unless_suggested(&self, chosen: SortedSet<String>) -> Option<SortedSet<String>> {
        let target = self.state.target.value()?;
        let same = target.features.len() == chosen.len()
            && target.features.iter().all(|f| chosen.contains(f));
        (!same).then_some(chosen)
    }

    fn dismiss_failure(&mut self, route: Route) {
        match route {
            Route::Data => {
                self.state.data.settle();
                self.state.target.settle();
                self.state.rows.settle();
                self.state.profile.settle();
            }
            Route::Simulate => self.state.preview.settle(),
            Route::Forecast => self.settle_forecast(),
            Route::Predict => {
                self.state.predictions.settle();
                self.state.page.settle();
            }
            _ => {
                self.state.model.settle();
                self.state.search.settle();
            }
        }
    }

    pub(super) fn go(&mut self, route: Route) {
        if self.state.route != route {
            self.state.route = route;
            self.effects.push(Effect::Go(route));
        }
    }

    pub(super) fn say(&mut self, text: impl Into<Rc<str>>) {
        self.state.said = text.into();
    }

    pub(super) fn alert(&mut self, failure: Failure) {
        self.state.last_job += 1;
        self.state.alerts.push(super::Alert {
            id: self.state.last_job,
            failure: Handle::new(failure),
        });
        // More than a few are noise: the oldest go.
        if self.state.alerts.len() > 3 {
            self.state.alerts.remove(0);
        }
    }

    /// Stops the job at work at once; whatever was there before stays.
    fn cancel(&mut self) {
        let Some(job) = self.state.job.take() else {
            return;
        };
        self.effects.push(Effect::Cancel(job.id));
        self.cancelled(&job);
        self.next();
    }
}

fn heads(files: &[FileRef]) -> Vec<FileHead> {
    files
        .iter()
        .map(|f| FileHead {
            name: f.name.to_string(),
            bytes: f.bytes,
            modified_secs: f.modified_secs,
        })
        .collect()
}

fn load_job(source: Source, restoring: bool) -> Pending {
    let (request, attachments) = match &source.origin {
        Origin::Files(files) => (
            Request::Load {
                files: heads(files),
                reading: (*source.reading != ReadSpec::default())
                    .then(|| Box::new((*source.reading).clone())),
            },
            files.iter().map(|f| Attachment::File(f.key)).collect(),
        ),
        Origin::Scenario { spec, sample } => (
            Request::Simulate {
                spec: Box::new((**spec).clone()),
                sample: *sample,
            },
            Vec::new(),
        ),
    };
    Pending {
        purpose: Purpose::Load { source, restoring },
        request,
        attachments,
    }
}

/// The typed parameters of each model, in the order in which they are shown.
pub fn model_fields(model: ModelKind) -> &'static [Field] {
    match model {
        ModelKind::Forest => &[
            Field::ForestTrees,
            Field::ForestDepth,
            Field::ForestMinSplit,
            Field::ForestMinLeaf,
            Field::ForestLeaves,
            Field::ForestFeatureShare,
        ],
        ModelKind::Boosting => &[
            Field::BoostRounds,
            Field::BoostRate,
            Field::BoostDepth,
            Field::BoostLeaves,
            Field::BoostColumns,
            Field::BoostMinHessian,
            Field::BoostMinGain,
            Field::BoostStop,
            Field::BoostMinLeaf,
            Field::BoostL2,
            Field::BoostSubsample,
        ],
        ModelKind::Tree => &[Field::TreeDepth, Field::TreeMinSplit, Field::TreeMinLeaf],
    }
}
