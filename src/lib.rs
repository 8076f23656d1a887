//! Kubecast predicts Kubernetes issues from cluster metrics.
#![doc = ""]

pub mod app;
pub mod data;
pub mod evaluate;
pub mod explain;
pub mod export;
pub mod ingest;
pub mod learn;
pub mod prepare;
pub mod protocol;
pub mod session;
pub mod simulate;
pub mod trees;

#[cfg(feature = "cli")]
pub mod cli;
#[cfg(feature = "ui")]
pub mod js;
#[cfg(feature = "ui")]
pub mod ui;
#[cfg(feature = "ui")]
pub mod worker;
