//! Parameters as typed and chosen: checked in words, and turned into what the engine is asked.

mod ahead;
mod field;
mod knob;
mod scenario;
mod settings;

pub use ahead::{AheadForm, FORECAST_WINDOWS, HeldOut};
pub use field::{Field, Rule};
pub use knob::Knob;
pub use scenario::ISSUES;
pub use settings::{FeatureRule, MissingRule, ModelKind, Settings};
