//! Parameters as typed and chosen: checked in words, and turned into what the engine is asked.

mod field;
mod settings;

pub use field::{Field, Rule};
pub use settings::{FeatureRule, ISSUES, MissingRule, ModelKind, Settings};
