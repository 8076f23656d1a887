//! From table to features, through the module's front door.
//!
//! `fixtures/prepare.json` is made by `fixtures/make_prepare.py`, which says with which scikit-learn.

mod features;
mod giveaways;
mod hostile;
mod other_tables;
mod recipes;
mod scikit_learn;
mod tables;

use std::path::PathBuf;

use kubecast::data::{Column, ColumnKind, Frame, Notice};
use kubecast::ingest::read_csv;
use kubecast::json;
use kubecast::prepare::{
    EncodingRule, Features, MissingRule, PrepareError, Recipe, RecipeParams, ScalingRule,
    default_features, split,
};
use kubecast::simulate::{Scenario, Simulation};
use proptest::prelude::*;

use tables::*;
