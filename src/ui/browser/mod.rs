//! What the browser offers, each behind a few plain functions.

pub(super) mod copy;
pub(super) mod download;
pub(super) mod files;
pub(super) mod folder;
pub(super) mod idb;
pub(super) mod listen;
pub(super) mod requests;
pub(super) mod seed;
pub(super) mod theme;
