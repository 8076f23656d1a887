//! The forecast's page: what is asked and refused, and what is said at each budget, as a state and the effects that are
//! ordered; and its charts.

#[path = "../headless/mod.rs"]
mod headless;

mod asked;
mod budget;
mod charts;
mod refused;
mod timeline;
mod watched;

use kubecast::app::ahead::{self, Nudge, Zoom};
use kubecast::app::form::{FORECAST_WINDOWS, Field, HeldOut};
use kubecast::app::plot::{
    Chart, Layout, Step, Theme, csv, estimate, hit, items, preferred_height, rect, sentence, step,
    svg, table, text,
};
use kubecast::app::{Act, Effect, Kept, Route, Setting, runlog, select};
use kubecast::data::ColumnKind;
use kubecast::protocol::{
    BudgetRung, CalibrationBin, CalibrationSummary, ClassCount, ColumnSummary, DataOrigin,
    DataSummary, Event, Failure, FailureCode, Flattering, ForecastOutcome, ForecastSpec,
    ForecastSummary, ForecastTrack, IncidentLine, Interval, LeakSummary, Mend, Place, Profile,
    Refusal, Request, RivalSummary, RowsPage, RunComparison, SeriesSummary, TargetSummary,
    TrackIncident, TrackKind, TrackPage, WatchedEntity,
};

use headless::Screen;
use watched::*;
