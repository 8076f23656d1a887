//! What every other part names: tables. `kubecast` shows this module as its own.

pub mod data;
