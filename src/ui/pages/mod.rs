//! The eight steps, and the simulator beside them.

mod columns;
mod data;
mod evaluate;
mod forecast;
mod keep;
mod marks;
mod predict;
mod prepare;
mod profile;
mod reading;
mod rows;
mod runs;
mod search;
mod simulate;
mod train;

pub(super) use data::data;
pub(super) use evaluate::evaluate;
pub(super) use forecast::forecast;
pub(super) use keep::keep;
pub(super) use predict::predict;
pub(super) use prepare::prepare;
pub(super) use runs::runs;
pub(super) use simulate::simulate;
pub(super) use train::train;
