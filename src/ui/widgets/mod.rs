//! The parts that pages are made of.

mod alert;
mod field;
mod files;
mod notices;
mod status;
mod table;
mod text;

pub(super) use alert::Alert;
pub(super) use field::{Check, Select, number_field};
pub(super) use files::{Chosen, FileButton};
pub(super) use notices::Notices;
pub(super) use status::{Strip, Waiting, async_view};
pub(super) use table::{Rows, Scroll, Spark, shape};
pub(super) use text::{figure_list, mark, opening};

use super::shell::App;
use yew::prelude::*;

/// The state, and the way to change it.
#[hook]
pub(super) fn use_app() -> App {
    use_context::<App>().expect("every component stands inside the shell")
}
