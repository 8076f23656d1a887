//! The JavaScript module.
