//! Which columns are learned from by default.

use super::giveaway::Labels;
use super::label::healthy_classes;
use crate::data::{Column, ColumnKind, Dictionary, Frame, Notice};

/// Most classes of a target that columns are tested against.
const MAX_CLASSES: usize = 255;

/// Whether a column is learned from by default.
#[derive(Clone, Debug, PartialEq)]
pub struct FeatureChoice {
    /// The column.
    pub column: String,
    /// Whether it is.
    pub used: bool,
    /// Why it is not, in a sentence; empty where it is.
    pub why_not: String,
    /// [`Notice::TargetCopy`] where it gives the target away.
    pub notice: Option<Notice>,
}

/// For each column of the table, in order, whether it is learned from by default to predict `target`: numbers, booleans
/// and categories are, unless they give the target away. Where nothing else would be left, those that do are used, and
/// told. Empty where there is no such column.
pub fn default_features(frame: &Frame, target: &str) -> Vec<FeatureChoice> {
    match frame.column(target) {
        Some(column) => choose(frame, target, Some(&column.classes())),
        None => Vec::new(),
    }
}

/// The same with the target's classes at hand; without them, or with too few or too many of them, no column is tested.
pub(crate) fn choose(
    frame: &Frame,
    target: &str,
    classes: Option<&Dictionary>,
) -> Vec<FeatureChoice> {
    let labels = classes
        .filter(|classes| classes.names.len() <= MAX_CLASSES)
        .and_then(|classes| {
            Labels::new(classes, &healthy_classes(&classes.names, &classes.counts()))
        });
    let choice = |column: &Column| {
        let out = |why: &str| FeatureChoice {
            column: column.name.clone(),
            used: false,
            why_not: why.to_owned(),
            notice: None,
        };
        if column.name == target {
            return out("It is what is predicted.");
        }
        if let Some(why) = kind_why_not(column.kind) {
            return out(why);
        }
        match labels.as_ref().and_then(|labels| labels.share_told(column)) {
            Some(share_explained) => FeatureChoice {
                notice: Some(Notice::TargetCopy {
                    column: column.name.clone(),
                    target: target.to_owned(),
                    share_explained,
                }),
                ..out("It gives the target away.")
            },
            None => FeatureChoice {
                used: true,
                ..out("")
            },
        }
    };
    let mut choices: Vec<FeatureChoice> = frame.columns().iter().map(choice).collect();
    if !choices.iter().any(|c| c.used) {
        for choice in choices.iter_mut().filter(|c| c.notice.is_some()) {
            choice.used = true;
            choice.why_not.clear();
        }
    }
    choices
}

/// Why a column of this kind is not learned from, if it is not.
fn kind_why_not(kind: ColumnKind) -> Option<&'static str> {
    match kind {
        ColumnKind::Number | ColumnKind::Integer | ColumnKind::Boolean | ColumnKind::Category => {
            None
        }
        ColumnKind::Timestamp => {
            Some("An instant does not come back, so nothing can be learned from it.")
        }
        ColumnKind::Text => Some("It is free text. Make it a category if its values repeat."),
        ColumnKind::Constant => Some("It cannot tell rows apart."),
        ColumnKind::Identifier => Some("It names rows, and new rows have new names."),
    }
}
