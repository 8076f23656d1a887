//! Charts on the screen: a card with a canvas that plotters draws on, its table twin, and its files.
//!
//! Invariants: all geometry, texts and tables come from `app::plot`; what is here only listens, draws and saves. Names
//! from data reach the document as text nodes alone.

mod card;
mod made;
mod paint;
mod save;
mod screen;

pub use card::{ChartCard, ChartCardProps};
pub(super) use made::MadeCharts;
pub use save::save_file;
