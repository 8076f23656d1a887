//! The screen's behaviour: what a person does and what the engine says, against the state that results and the
//! effects that are ordered. No browser is needed.

#[path = "../headless/mod.rs"]
mod headless;

mod restored;
mod sample;
mod search;
mod settings;
mod told;
mod visit;

use kubecast::app::form::{Field, ModelKind};
use kubecast::app::{
    Act, Async, Attachment, Effect, FileRef, Handle, Kept, Origin, Purpose, Route, Setting, Source,
    estimate_words, runlog, select, verdict,
};
use kubecast::data::ColumnKind;
use kubecast::protocol::{
    Baseline, Candidate, ClassCount, ColumnSummary, DataOrigin, DataSummary, Estimate, Event,
    Failure, FailureCode, FoldKind, ForestSpec, Interval, ModelSpec, ModelSummary, Options, Place,
    PredictionFilter, PredictionSummary, PrepareSpec, Profile, Report, Request, RowsPage,
    SearchSummary, Stage, TargetSummary,
};

use headless::Screen;
use sample::*;
