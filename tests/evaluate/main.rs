//! Evaluation and importance through their front doors.
#![allow(clippy::print_stderr, reason = "a test that does not run says so")]

mod baseline;
mod dice;
mod importance;
mod predicted;
mod report;

use std::path::PathBuf;

use kubecast::evaluate::{Average, ConfusionMatrix, Evaluation, Labels, RankedScores, evaluate};
use kubecast::explain::Permutation;
use kubecast::learn::{
    BoostParams, Fitter, ForestParams, Learner, Model, Predictor, Reshuffled, TrainRows,
};
use linfa::ParamGuard;
use ndarray::{Array2, Axis};
use proptest::prelude::*;

use dice::*;
