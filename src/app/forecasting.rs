//! How a forecast is asked for, refused, mended and looked at.

use super::ahead::{Nudge, nudged};
use super::engine::Step;
use super::form::{Field, HeldOut};
use super::marking::is_by_hand;
use super::{Async, Effect, Handle, Job, Pending, Purpose, Route, ahead};
use crate::protocol::{
    ForecastSpec, ForecastSummary, ForecastTrack, Mend, Refusal, Request, RunRecord,
};

impl Step {
    fn ask_plainly(&mut self, purpose: Purpose, request: Request) {
        self.ask(Pending {
            purpose,
            request,
            attachments: Vec::new(),
        });
    }

    /// The target's column; empty where there is none.
    pub(super) fn target_column(&self) -> String {
        let target = self.state.target.value();
        target.map_or(String::new(), |t| t.column.clone())
    }

    /// Has time and entities found, where that is in sight and not known.
    pub(super) fn ask_series(&mut self) {
        if self.state.route != Route::Forecast || self.state.data.value().is_none() {
            return;
        }
        if self.state.series == Async::Idle {
            self.describe_series();
        }
        self.ask_first_metric();
    }

    pub(super) fn describe_series(&mut self) {
        let spec = self.state.settings.series_spec(&self.target_column());
        let spec = Box::new(spec);
        self.ask_plainly(Purpose::Series, Request::DescribeSeries { spec });
    }

    /// What was found of another table says nothing of this one.
    pub(super) fn forget_forecast(&mut self) {
        self.state.series = Async::Idle;
        self.state.forecast = Async::Idle;
        self.state.track = Async::Idle;
        self.state.marking = None;
        self.state.refusal = None;
        self.ask_series();
    }

    pub(super) fn settle_forecast(&mut self) {
        self.state.series.settle();
        self.state.forecast.settle();
        self.state.track.settle();
        self.state.refusal = None;
    }

    pub(super) fn forecast(&mut self, anyway: bool) {
        let target = self.target_column();
        if ahead::why_not(&self.state).is_some() && is_by_hand(&self.state) {
            return;
        }
        match self.state.settings.forecast_spec(&target) {
            Ok(spec) => {
                self.state.refusal = None;
                let spec = Box::new(ForecastSpec { anyway, ..spec });
                self.ask_plainly(Purpose::Forecast, Request::Forecast { spec });
            }
            Err(field) => self.effects.push(Effect::Focus(field)),
        }
    }

    /// Changes the form by what mends the refusal, and asks again.
    pub(super) fn mend(&mut self) {
        let Some(refusal) = self.state.refusal.clone() else {
            return;
        };
        let mut settings = (*self.state.settings).clone();
        for mend in &refusal.mends {
            let form = &mut settings.ahead;
            match mend {
                Mend::Leave(column) => form.leave.push(column.clone()),
                Mend::Forward => form.held_out = HeldOut::Later,
                Mend::ByEntity => form.held_out = HeldOut::Entities,
                Mend::FirstOfDuplicates => form.first_of_duplicates = true,
                Mend::Horizon(minutes) => {
                    let text = minutes.to_string().into();
                    settings.texts.insert(Field::ForecastHorizon, text);
                }
            }
        }
        self.state.settings = Handle::new(settings);
        self.forecast(false);
        self.state.series = Async::Idle;
        self.ask_series();
    }

    pub(super) fn forecasted(&mut self, summary: &ForecastSummary, secs: f64) {
        let rung = ahead::asked(summary);
        let mut figures = vec![("rows".to_owned(), summary.rows_test as f64)];
        if let Some(outcome) = ahead::outcome(summary, rung) {
            figures.extend(ahead::run_figures(summary, outcome));
        }
        self.log(RunRecord {
            action: "forecast".to_owned(),
            secs,
            data_name: summary.data_name.clone(),
            data_fingerprint: summary.data_fingerprint.clone(),
            figures,
            forecast: summary.run.clone(),
            ..self.record("done")
        });
        self.say(ahead::verdict(summary, rung).text());
        self.state.rung = Handle::new(rung);
        self.state.forecast = Async::Ready(Handle::new(summary.clone()));
        self.state.track = Async::Idle;
        self.ask_track(summary.telling, None);
    }

    /// Asks how the two chosen runs differ, where they are two forecasts (at this budget, or where the slider stands) or two
    /// trainings.
    pub(super) fn compare(&mut self, budget: Option<f64>) {
        // What is there stays until the same runs are compared otherwise.
        if budget.is_none() {
            self.state.comparison = None;
        }
        let runs = self.state.compared.iter().map(|&i| self.state.runs.get(i));
        let texts: Vec<_> = runs
            .map(|run| run.map(|run| [&run.forecast, &run.training]))
            .collect();
        if let [Some(first), Some(second)] = texts.as_slice()
            && let Some((Some(first), Some(second))) = first
                .iter()
                .zip(second)
                .find(|both| both.0.is_some() && both.1.is_some())
        {
            let runs = (first.clone(), second.clone());
            let seen = self.state.forecast.value();
            let budget = budget.or(seen.map(|f| ahead::budget(f, *self.state.rung)));
            self.ask_plainly(Purpose::Compare, Request::CompareRuns { runs, budget });
        }
    }

    pub(super) fn refused(&mut self, job: &Job, refusal: &Refusal, secs: f64) {
        self.state.forecast.settle();
        let failure = &refusal.failure;
        if let Some(record) = self.unfinished(&job.purpose, secs, &failure.title) {
            self.log(record);
        }
        self.say(format!("{}. {}", failure.title, failure.hint));
        self.state.refusal = Some(Handle::new(refusal.clone()));
    }

    pub(super) fn ask_track(&mut self, entity: u32, secs: Option<(f64, f64)>) {
        if self.state.forecast.value().is_some() {
            self.state.sight = secs;
            self.ask_plainly(Purpose::Track, Request::Track { entity, secs });
        }
    }

    pub(super) fn tracked(&mut self, track: &ForecastTrack) {
        self.state.track = Async::Ready(Handle::new(track.clone()));
        // The charts of a budget are kept by its handle: of another entity they are others.
        self.state.rung = Handle::new(*self.state.rung);
    }

    /// Moves on from what was asked for last, which may not be there yet.
    pub(super) fn nudge(&mut self, nudge: &Nudge) {
        let track = self.state.track.value();
        let to = track.and_then(|track| nudged(track, self.state.sight, nudge));
        if to.is_some() {
            self.look_closer(to);
        }
    }

    /// Another time of the entity in sight.
    pub(super) fn look_closer(&mut self, secs: Option<(f64, f64)>) {
        if let Some(entity) = self.state.track.value().map(|t| t.entity) {
            self.ask_track(entity, secs);
        }
    }
}
