//! The main job through the front door: a table in, a model and its report out, its file, its predictions on new rows.

mod asked;
mod read;
mod refused;
mod trained;

use kubecast::data::ColumnKind;
use kubecast::protocol::{
    BoostSpec, DataSummary, Event, Failure, FailureCode, FileHead, ForestSpec, ModelSpec,
    PredictionFilter, PrepareSpec, Report, Request, SimulateSpec, TreeSpec,
};
use kubecast::session::{Compared, KeptRun, Reply, Session, compare};

use asked::*;
