//! What has to be fast: the tree engine and the learners. `kubecast` shows these modules as its own.

pub use kubecast_data::data;

pub mod learn;
pub mod trees;
