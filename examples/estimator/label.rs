//! Class labels of any kind, in order.

use std::cmp::Ordering;

use serde_json::{Value, json};

use super::Answer;

/// A class label. Those of one request are of one kind.
#[derive(Clone, Debug)]
pub enum Label {
    Bool(bool),
    Int(i128),
    /// A whole number that was written with a point.
    Float(f64),
    Text(String),
}

impl Label {
    fn of(value: &Value) -> Option<Self> {
        Some(match value {
            Value::Bool(b) => Self::Bool(*b),
            Value::String(s) => Self::Text(s.clone()),
            Value::Number(n) => match (n.as_i64(), n.as_u64(), n.as_f64()) {
                (Some(i), ..) => Self::Int(i.into()),
                (_, Some(u), _) => Self::Int(u.into()),
                (.., Some(x)) => Self::Float(x),
                _ => return None,
            },
            _ => return None,
        })
    }

    /// Kinds in no particular order, numbers by value, text by its code points.
    fn order(&self, other: &Self) -> Ordering {
        match (self, other) {
            (Self::Bool(a), Self::Bool(b)) => a.cmp(b),
            (Self::Int(a), Self::Int(b)) => a.cmp(b),
            (Self::Float(a), Self::Float(b)) => a.total_cmp(b),
            (Self::Text(a), Self::Text(b)) => a.cmp(b),
            _ => self.kind().cmp(other.kind()),
        }
    }

    fn kind(&self) -> &'static str {
        match self {
            Self::Bool(_) => "truth values",
            Self::Int(_) => "whole numbers",
            Self::Float(_) => "numbers",
            Self::Text(_) => "text",
        }
    }

    fn to_json(&self) -> Value {
        match self {
            Self::Bool(b) => json!(b),
            Self::Int(i) => i64::try_from(*i).map_or_else(|_| json!(*i as u64), |i| json!(i)),
            Self::Float(x) => json!(x),
            Self::Text(s) => json!(s),
        }
    }

    /// As a key of a JSON object.
    fn key(&self) -> String {
        match self {
            Self::Text(s) => s.clone(),
            other => other.to_json().to_string(),
        }
    }
}

/// The distinct labels, sorted, as scikit-learn's `classes_`.
pub struct Labels(Vec<Label>);

impl Labels {
    /// The labels of `y`, and each row's place among them.
    pub fn of(y: &Value) -> Answer<(Self, Vec<u8>)> {
        let list = y.as_array().ok_or("y must be a list of labels")?;
        let mut labels = Vec::with_capacity(list.len());
        for (i, value) in list.iter().enumerate() {
            labels.push(match Label::of(value) {
                Some(label) => label,
                None if value.is_null() => {
                    return Err(format!("y[{i}] is missing (NaN): every row needs a label"));
                }
                None => return Err(format!("y[{i}] is no label: {value}")),
            });
        }
        let has_float = labels.iter().any(|l| matches!(l, Label::Float(_)));
        if has_float {
            for label in &mut labels {
                if let Label::Int(i) = label {
                    *label = Label::Float(*i as f64);
                }
            }
        }
        let fraction = labels
            .iter()
            .position(|l| matches!(l, Label::Float(x) if x.fract() != 0.0));
        if let Some(i) = fraction {
            return Err(format!(
                "Unknown label type: y[{i}] is {}, and a number with a fraction is no class",
                list[i]
            ));
        }
        if let Some(other) = labels.iter().find(|l| l.kind() != labels[0].kind()) {
            return Err(format!(
                "Unknown label type: y mixes {} and {}",
                labels[0].kind(),
                other.kind()
            ));
        }
        let mut distinct = labels.clone();
        distinct.sort_by(Label::order);
        distinct.dedup_by(|a, b| a.order(b).is_eq());
        if distinct.len() > 255 {
            return Err(format!(
                "{} classes are more than the 255 that a model can tell apart",
                distinct.len()
            ));
        }
        let place = |label: &Label| distinct.partition_point(|d| d.order(label).is_lt()) as u8;
        let classes = labels.iter().map(place).collect();
        Ok((Self(distinct), classes))
    }

    pub fn len(&self) -> usize {
        self.0.len()
    }

    pub fn to_json(&self) -> Value {
        self.0.iter().map(Label::to_json).collect()
    }

    /// The place of a label that is written as a key.
    pub fn place(&self, key: &str) -> Option<usize> {
        self.0.iter().position(|label| label.key() == key)
    }
}
