//! The seven steps.

mod columns;
mod data;
mod evaluate;
mod keep;
mod predict;
mod prepare;
mod runs;
mod simulate;
mod train;

pub(super) use data::Data;
pub(super) use evaluate::Evaluate;
pub(super) use keep::Keep;
pub(super) use predict::Predict;
pub(super) use prepare::Prepare;
pub(super) use runs::Runs;
pub(super) use train::Train;

use yew::Callback;

use super::shell::App;
use crate::app::{Act, Route};

/// Closes the failure of a step's value.
fn dismiss(app: &App) -> Callback<Route> {
    let store = app.store.clone();
    Callback::from(move |route| store.act(Act::DismissFailure(route)))
}
