//! What has to be fast: tables, the tree engine and the learners. `kubecast` shows these modules as its own.

pub mod data;
pub mod learn;
pub mod trees;
