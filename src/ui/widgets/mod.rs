//! The parts that pages are made of.

mod alert;
mod button;
mod card;
mod field;
mod files;
mod notices;
mod pager;
mod status;
mod table;
mod text;

pub(super) use alert::alert;
pub(super) use button::{button, go, way};
pub(super) use card::{actions, card, cell, column_heads, pairs, strip_note};
pub(super) use field::{Named, check, choice, named_field, number_field, typed_field};
pub(super) use files::{Chosen, MODELS, TABLES, TABLES_AND_MODELS, file_button};
pub(super) use notices::notice_list;
pub(super) use pager::pager;
pub(super) use status::{failed, plain_strip, strip, work_strip, work_words};
pub(super) use table::{Rows, Source, scroll, shape, spark};
pub(super) use text::{figure_list, mark, opening};
