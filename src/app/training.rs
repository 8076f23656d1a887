//! How a training is asked for, and a search for better settings before it.

use super::engine::Step;
use super::{Async, Effect, Handle, Pending, Purpose, Route, select};
use crate::protocol::{
    Failure, FailureCode, FoldKind, ModelSpec, Options, Place, PrepareSpec, Request, RunRecord,
    SearchSpec, SearchSummary,
};

impl Step {
    pub(super) fn train(&mut self) {
        let Some((prepare, model)) = self.specs() else {
            return;
        };
        self.go(Route::Train);
        self.ask(Pending {
            request: Request::Train {
                prepare: prepare.clone(),
                model: model.clone(),
            },
            purpose: Purpose::Train {
                prepare: Box::new(prepare),
                model: Box::new(model),
            },
            attachments: Vec::new(),
        });
    }

    pub(super) fn search(&mut self) {
        if select::search_why_not(&self.state).is_some() {
            return;
        }
        let Some((prepare, model)) = self.specs() else {
            return;
        };
        let settings = &self.state.settings;
        let mut search = SearchSpec {
            seconds: f64::from(settings.search_secs),
            ..SearchSpec::default()
        };
        // A column that the table lacks was of another one.
        let mut kinds = select::fold_kinds(&self.state).into_iter();
        if let Some((kind, _)) = kinds.find(|(kind, _)| *kind == settings.folds) {
            let groups = match &kind {
                FoldKind::Grouped { column } => self.state.data.value().and_then(|data| {
                    let column = data.columns.iter().find(|c| c.name == *column)?;
                    u32::try_from(column.distinct).ok()
                }),
                _ => None,
            };
            search.folds = search.folds.min(groups.unwrap_or(search.folds));
            search.fold_kind = kind;
        }
        self.state.candidates = Handle::default();
        self.ask(Pending {
            purpose: Purpose::Search {
                prepare: Box::new(prepare.clone()),
                model: Box::new(model.clone()),
            },
            request: Request::Search {
                prepare,
                model,
                search,
            },
            attachments: Vec::new(),
        });
    }

    pub(super) fn found(&mut self, found: &SearchSummary, secs: f64) {
        let record = self.record("done");
        self.log(self.search_record(found, RunRecord { secs, ..record }));
        self.state.candidates = Handle::new(found.candidates.clone());
        self.state.search = Async::Ready(Handle::new(found.clone()));
        self.say(select::found(found));
    }

    /// What was found on another table or target says nothing of this one.
    pub(super) fn forget_search(&mut self) {
        self.state.search = Async::Idle;
        self.state.candidates = Handle::default();
    }

    /// Sets the form to what was found, and trains.
    pub(super) fn train_found(&mut self) {
        let (Some(found), Some(target)) = (self.state.search.value(), self.state.target.value())
        else {
            return;
        };
        let options = Options {
            prepare: found.prepare.clone(),
            model: found.model.clone(),
            kinds: Vec::new(),
        };
        let mut settings = (*self.state.settings).clone();
        settings.adopt(&options, &target.features);
        self.state.settings = Handle::new(settings);
        self.train();
    }

    /// The recipe and the model of the forms; what is not right is shown.
    fn specs(&mut self) -> Option<(PrepareSpec, ModelSpec)> {
        let Some(target) = self.state.target.value().cloned() else {
            self.alert(Failure {
                code: FailureCode::Data,
                title: "There is nothing to train on yet".to_owned(),
                detail: "No column of this data set was chosen as target.".to_owned(),
                hint: "Load a table and choose the column to predict on the Data step.".to_owned(),
                place: Place::default(),
            });
            return None;
        };
        let settings = self.state.settings.clone();
        let prepare = match settings.prepare_spec(&target.column) {
            Ok(prepare) => prepare,
            Err(field) => {
                self.go(Route::Prepare);
                self.effects.push(Effect::Focus(field));
                return None;
            }
        };
        let model = match settings.model_spec() {
            Ok(model) => model,
            Err(field) => {
                self.go(Route::Train);
                self.effects.push(Effect::Focus(field));
                return None;
            }
        };
        if self.state.features().is_empty() {
            self.go(Route::Prepare);
            self.alert(Failure {
                code: FailureCode::Option,
                title: "No column is left to learn from".to_owned(),
                detail: format!("Every column but {} is unchecked.", target.column),
                hint: "Check at least one column, or choose the suggested ones.".to_owned(),
                place: Place::default(),
            });
            return None;
        }
        Some((prepare, model))
    }
}
