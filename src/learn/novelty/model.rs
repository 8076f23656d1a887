//! The fitted references: judge rows, write themselves, read themselves with every part checked.

use ndarray::{ArrayView2, Axis};

use super::reference::{Reference, gathered};
use super::{HEALTHY_ALARMS, ISSUE_ALARMS};
use crate::data::sort_by;
use crate::learn::IsolationError;
use crate::trees::{BytesError, IsolationTreeError, Reader, Writer};

/// Columns that are told for a row, at most, and the least share of the first one's worth that the others have.
const MOST_COLUMNS: usize = 3;
const LEAST_SHARE: f64 = 0.25;
/// What a computed logarithm may be short of the exact one.
const ROUNDING: f64 = 1e-9;

/// Why familiarity cannot be judged.
#[derive(Debug, thiserror::Error)]
pub enum NoveltyError {
    /// They end too early, or a length is wrong.
    #[error(transparent)]
    Bytes(#[from] BytesError),
    /// A tree is damaged.
    #[error("a tree that tells the familiar: {0}")]
    Tree(#[from] IsolationTreeError),
    /// A part that cannot be.
    #[error("what tells the familiar is damaged: {0}")]
    Part(&'static str),
    /// The forest's own.
    #[error(transparent)]
    Forest(#[from] IsolationError),
}

/// On which side of the usual a value is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// Above the middle.
    High,
    /// Below it.
    Low,
    /// There is none.
    Missing,
    /// A name, which is on no side.
    Other,
}

/// What is found about a row.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Judgement {
    /// Whether it is unlike all that its name was learned from.
    pub is_unfamiliar: bool,
    /// How rare it would be among healthy rows: the negative natural logarithm of their share that is as strange.
    pub surprise: f64,
}

/// What rows are compared with.
#[derive(Clone, Debug, PartialEq)]
pub struct Novelty {
    healthy: Reference,
    issues: Option<Reference>,
    /// For each class, whether it is judged by the healthy rows alone.
    healthy_classes: Vec<bool>,
}

impl Novelty {
    pub(super) fn new(
        healthy: Reference,
        issues: Option<Reference>,
        healthy_classes: Vec<bool>,
    ) -> Self {
        Self {
            healthy,
            issues,
            healthy_classes,
        }
    }

    /// The healthy rows (all, where no class is healthy).
    pub fn healthy(&self) -> &Reference {
        &self.healthy
    }

    /// Features that it takes.
    pub fn features(&self) -> usize {
        self.healthy.features()
    }

    /// Classes that it knows.
    pub fn classes(&self) -> usize {
        self.healthy_classes.len()
    }

    /// One healthy row in so many is called unfamiliar.
    pub fn alarm_one_in(&self) -> f64 {
        1.0 / self.healthy.alarms(HEALTHY_ALARMS)
    }

    /// Judges rows (rows x features; `NaN` is missing), each with the class that it was given.
    pub fn judge(
        &self,
        rows: ArrayView2<'_, f64>,
        predicted: &[u32],
    ) -> Result<Vec<Judgement>, NoveltyError> {
        let strange = |of: &Reference, share: f64, surprise: f64| {
            surprise >= -libm::log(of.alarms(share)) - ROUNDING
        };
        let surprise = self.healthy.surprise(rows)?.into_iter();
        let mut judged: Vec<Judgement> = surprise
            .map(|surprise| Judgement {
                is_unfamiliar: strange(&self.healthy, HEALTHY_ALARMS, surprise),
                surprise,
            })
            .collect();
        let named_issue: Vec<usize> = (0..judged.len())
            .filter(|&row| judged[row].is_unfamiliar && !self.is_healthy(predicted.get(row)))
            .collect();
        if named_issue.is_empty() {
            return Ok(judged);
        }
        match &self.issues {
            Some(issues) => {
                let surprise = issues.surprise(gathered(rows, &named_issue).view())?;
                for (&row, surprise) in named_issue.iter().zip(surprise) {
                    judged[row].is_unfamiliar = strange(issues, ISSUE_ALARMS, surprise);
                }
            }
            // Too few to say what is unlike them.
            None => named_issue
                .iter()
                .for_each(|&row| judged[row].is_unfamiliar = false),
        }
        Ok(judged)
    }

    /// The columns that make a row unlike what its name was learned from, the most telling first, at most three.
    /// `sources` says for each feature which column it is made from.
    pub fn because(
        &self,
        rows: ArrayView2<'_, f64>,
        row: usize,
        predicted: u32,
        sources: &[usize],
    ) -> Vec<(usize, Side)> {
        let values = rows.index_axis(Axis(0), row).to_vec();
        let mut shares = self.healthy.shares(&values);
        if let Some(issues) = &self.issues
            && !self.is_healthy(Some(&predicted))
        {
            // What is like either says nothing.
            let both = shares.iter().zip(issues.shares(&values));
            let both: Vec<f64> = both.map(|(&share, other)| share.min(other)).collect();
            if both.iter().any(|&share| share > 0.0) {
                shares = both;
            }
        }
        let mut columns: Vec<(usize, f64, Side, f64)> = Vec::new();
        for (feature, (share, &column)) in shares.into_iter().zip(sources).enumerate() {
            let x = values[feature];
            let side = match self.healthy.middle(feature) {
                _ if x.is_nan() => Side::Missing,
                Some(middle) if x > middle => Side::High,
                Some(middle) if x < middle => Side::Low,
                _ => Side::Other,
            };
            match columns.iter_mut().find(|known| known.0 == column) {
                // The side is that of the feature that says most.
                Some(known) => {
                    known.1 += share;
                    if share > known.3 {
                        (known.2, known.3) = (side, share);
                    }
                }
                None => columns.push((column, share, side, share)),
            }
        }
        sort_by(&mut columns, |a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
        let least = columns.first().map_or(0.0, |top| top.1 * LEAST_SHARE);
        let telling = columns.iter().take(MOST_COLUMNS);
        telling
            .filter(|column| column.1 > 0.0 && column.1 >= least)
            .map(|column| (column.0, column.2))
            .collect()
    }

    fn is_healthy(&self, class: Option<&u32>) -> bool {
        class.is_some_and(|&class| self.healthy_classes.get(class as usize) == Some(&true))
    }

    /// Writes it.
    pub fn write(&self, w: &mut Writer) {
        w.len(self.features());
        w.len(self.healthy_classes.len());
        self.healthy_classes.iter().for_each(|&h| w.u8(u8::from(h)));
        w.u8(u8::from(self.issues.is_some()));
        self.healthy.write(w);
        if let Some(issues) = &self.issues {
            issues.write(w);
        }
    }

    /// Reads and checks one.
    pub fn read(r: &mut Reader<'_>) -> Result<Self, NoveltyError> {
        let features = r.u32()?;
        if features == 0 || features > u32::from(u16::MAX) {
            return Err(NoveltyError::Part("the number of features"));
        }
        let features = features as usize;
        let n = r.len(1)?;
        let mut healthy_classes = Vec::with_capacity(n);
        for _ in 0..n {
            healthy_classes.push(r.u8()? == 1);
        }
        let has_issues = r.u8()? == 1;
        let healthy = Reference::read(r, features)?;
        let issues = match has_issues {
            true => Some(Reference::read(r, features)?),
            false => None,
        };
        Ok(Self {
            healthy,
            issues,
            healthy_classes,
        })
    }
}
