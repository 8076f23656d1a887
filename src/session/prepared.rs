//! From the current table to rows to learn from and rows held out: the same for a training and for a search.

use ndarray::Array2;

use super::convert;
use super::estimate::check_memory;
use super::failure::Fault;
use super::profile;
use crate::data::{Dictionary, Frame, MISSING_CODE, Notice};
use crate::ingest;
use crate::prepare::{self, Recipe};
use crate::protocol::PrepareSpec;

/// Fewest rows of a class that are not told of as few.
const FEW_ROWS: u64 = 5;

/// Features and classes on both sides, and what was worked around.
#[derive(Debug)]
pub(super) struct Prepared {
    /// With the target and the columns named.
    pub(super) spec: PrepareSpec,
    pub(super) recipe: Recipe,
    pub(super) class_names: Vec<String>,
    /// Rows of the table that are learned from, ascending.
    pub(super) train_rows: Vec<u32>,
    /// Training rows x features.
    pub(super) train: Array2<f64>,
    pub(super) train_classes: Vec<u8>,
    /// Rows of the table that are held out, ascending.
    pub(super) test_rows: Vec<u32>,
    /// Held-out rows x features.
    pub(super) test: Array2<f64>,
    pub(super) truth: Vec<u32>,
    pub(super) notices: Vec<Notice>,
}

impl Prepared {
    pub(super) fn new(
        frame: &Frame,
        spec: &PrepareSpec,
        memory_limit_bytes: Option<u64>,
    ) -> Result<Self, Fault> {
        let mut spec = spec.clone();
        if spec.target.is_empty() {
            let guess = ingest::guess_target(frame).ok_or_else(Fault::no_target)?;
            spec.target = frame.columns()[guess].name.clone();
        }
        let at = frame
            .position(&spec.target)
            .ok_or_else(|| Fault::no_column(&spec.target))?;
        let target = profile::describe_target(frame, at);
        if !target.why_not.is_empty() {
            return Err(Fault::target(&spec.target, &target.why_not));
        }
        let mut notices = Vec::new();
        if spec.columns.is_empty() {
            let choices = prepare::default_features(frame, &spec.target);
            // Where every column gives the answer away, they are all there is to learn from: told, not refused.
            let any = choices.iter().any(|c| c.used);
            for choice in choices {
                if choice.used || (!any && matches!(choice.notice, Some(Notice::TargetCopy { .. })))
                {
                    spec.columns.push(choice.column);
                }
                notices.extend(choice.notice);
            }
        }
        let classes = frame.columns()[at].classes();
        let missing = classes.codes.iter().filter(|c| **c == MISSING_CODE).count() as u64;
        if missing > 0 {
            notices.push(Notice::MissingTarget { rows: missing });
        }
        for (class, rows) in classes.names.iter().zip(classes.counts()) {
            if rows < FEW_ROWS {
                notices.push(Notice::RareClass {
                    class: class.clone(),
                    rows,
                });
            }
        }
        let rows = prepare::split(&classes, spec.test_share, spec.seed, spec.stratify)?;
        let (recipe, told) = Recipe::fit(frame, &convert::recipe(&spec), &rows.train)?;
        notices.extend(told);
        check_memory(
            frame,
            recipe.feature_names().len(),
            rows.train.len(),
            memory_limit_bytes,
        )?;
        let train = recipe.transform(frame, &rows.train)?;
        let test = recipe.transform(frame, &rows.test)?;
        let dropped =
            (rows.train.len() + rows.test.len() - train.rows.len() - test.rows.len()) as u64;
        let told_of_drops = notices
            .iter()
            .any(|n| matches!(n, Notice::DroppedRows { .. }));
        if dropped > 0 && !told_of_drops {
            notices.push(Notice::DroppedRows { rows: dropped });
        }
        if test.rows.is_empty() {
            return Err(Fault::no_test_rows());
        }
        let train_classes = codes(&classes, &train.rows);
        Ok(Self {
            spec,
            recipe,
            train_classes: train_classes.into_iter().map(|c| c as u8).collect(),
            truth: codes(&classes, &test.rows),
            class_names: classes.names,
            train_rows: train.rows,
            train: train.matrix,
            test_rows: test.rows,
            test: test.matrix,
            notices,
        })
    }
}

fn codes(classes: &Dictionary, rows: &[u32]) -> Vec<u32> {
    rows.iter()
        .map(|&row| classes.codes[row as usize])
        .collect()
}
