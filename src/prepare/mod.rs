//! From a table to features: which rows are held out, what fills a missing cell, how numbers are scaled and names
//! become numbers.
//!
//! Invariants: a [`Recipe`] is fitted on training rows only and never looks at another row; it is plain data that
//! travels with the model, holds no `NaN` and no infinity, and is [checked](Recipe::check) after it is read back; a
//! table that does not fit it is refused with each column named. Nothing here knows the screen's vocabulary
//! (`protocol`), the learners or the files.
//!
//! ```
//! use kubecast::data::{Column, Frame};
//! use kubecast::prepare::{Recipe, RecipeParams, split};
//!
//! let frame = Frame::new("cluster", vec![
//!     Column::number("cpu_percent", vec![12.0, 94.0, f64::NAN, 97.0, 20.0, 99.0]),
//!     Column::category("issue", ["None", "oom", "None", "oom", "None", "oom"]),
//! ])?;
//! let classes = frame.column("issue").ok_or("no target")?.classes();
//! let rows = split(&classes, 0.34, 42, true)?;
//! let params = RecipeParams::new("issue", vec!["cpu_percent".to_owned()]);
//! let (recipe, _notices) = Recipe::fit(&frame, &params, &rows.train)?;
//! let held_out = recipe.transform(&frame, &rows.test)?;
//! assert_eq!(held_out.matrix.dim(), (rows.test.len(), 1));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod blocks;
mod cells;
mod clock;
mod column_looks;
mod encode;
mod episode;
mod error;
mod features;
mod giveaway;
mod history;
mod horizon;
mod impute;
mod known;
mod label;
mod look_back;
mod matching;
mod params;
mod reading;
mod recipe;
mod restarts;
mod rolling;
mod scale;
mod series;
mod split;
mod split_time;
mod window;

pub use clock::is_clock;
pub use episode::{Episode, NO_LABEL, episodes};
pub use error::{MissingColumn, PrepareError, RetypedColumn};
pub(crate) use features::choose as choose_features;
pub use features::{FeatureChoice, default_features};
pub use history::{FEWEST_PAST_VALUES, OwnPast, PastRows, against_own_past};
pub use horizon::{Ahead, ahead};
pub(crate) use impute::mean;
pub use label::healthy_classes;
pub use look_back::{LookBack, Looked, each_feature, features};
pub use params::{EncodingRule, MissingRule, RecipeParams, ScalingRule};
pub use recipe::{ColumnSpec, Features, Recipe};
pub use restarts::{Restarts, restarts};
pub use rolling::{Counter, Fading, Lag, Rolled, Window};
pub use series::{MINUTE_MICROS, NO_SERIES, Series, SeriesError, entity_columns, time_columns};
pub use split::{Split, split};
pub use split_time::{
    Shares, TimeSplit, TimeSplitError, split_entities, split_forward, split_shuffled,
};
pub use window::{
    FAR_MINUTES, Look, Looks, MOST_DEVIATIONS, SHORT_MINUTES, WINDOW_MINUTES, WindowPlan,
    feature_name, full, is_counter, past_minutes, propose,
};
