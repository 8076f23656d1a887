//! Charts as data, geometry and ink, without a browser: what is shown ([`Chart`]), where it lies for one size
//! ([`Layout`]), how it is drawn on any plotters backend ([`draw`], [`paint`], [`svg`]), what lies under the pointer
//! ([`hit`]), and the same as a table ([`table`], [`csv`]).
//!
//! ```text
//! summary -> Chart -> Layout (size, font) -> paint -> canvas or SVG
//!              |         `-> hit, rect, step: pointer and keys
//!              `-> text, sentence, table, csv
//! ```
//!
//! Invariants: names only `data` and `protocol`; nothing panics whatever a report holds; lengths are CSS pixels until
//! [`draw`] turns them into the backend's units; what is pointed at is read from the same layout that was drawn.

mod bars;
mod budget;
mod chart;
mod curve;
mod dots;
mod draw;
mod hit;
mod label;
mod layout;
mod matrix;
mod number;
mod pairs;
mod palette;
mod spread;
mod surface;
mod svg;
mod table;
mod timeline;
mod times;
mod warned;

pub use budget::{BudgetCurve, BudgetLayout, BudgetMark};
pub use chart::{
    CLASS_ROWS, Chart, Confusion, Counts, CurveKind, Curves, IMPORTANCE_ROWS, Score, Scores, Series,
};
pub use curve::{CurveLayout, Entry, EntryKind};
pub use draw::{FONT, LABEL_SIZE, Raster, SMALL_SIZE, draw, paint};
pub use hit::{Step, hit, items, rect, sentence, step, text};
pub use label::{Measure, estimate};
pub use layout::{Layout, Rect, RowLayout, preferred_height};
pub use matrix::MatrixLayout;
pub use pairs::Correlations;
pub use palette::{Dash, Rgb, Theme, class_color, class_dash, is_healthy};
pub use spread::Spreads;
pub use surface::{DrawError, Pen, Sheet, Surface};
pub use svg::svg;
pub use table::{Table, csv, table};
pub use timeline::{Timeline, clock};
pub use times::TimelineLayout;
pub use warned::{PageMark, Warned};
