//! Learners: checked parameters, then a fitter that grows unit by unit, then a model.

/// Grows units of a training in any worker: the same bytes whatever the worker.
#[derive(Debug)]
pub struct UnitGrower {}

/// Why a unit cannot be grown.
#[derive(Debug, thiserror::Error)]
#[error("the training set that reached the worker is damaged: {detail}")]
pub struct UnitError {
    /// What is wrong.
    pub detail: String,
}

impl UnitGrower {
    /// From the bytes of a `session::UnitWork`.
    pub fn from_bytes(setup: &[u8]) -> Result<Self, UnitError> {
        let _ = setup;
        Ok(Self {})
    }

    /// Grows one unit.
    pub fn grow(&mut self, unit: u32) -> Result<Vec<u8>, UnitError> {
        let _ = unit;
        Ok(Vec::new())
    }
}
