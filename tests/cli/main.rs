//! The command line, as a person or a job would type it: the built program, real files, exit codes.
#![cfg(feature = "cli")]

mod own_past;
mod read;
mod refused;
mod simulated;
mod trained;
mod typed;

use std::io::Write;
use std::path::Path;
use std::process::{Output, Stdio};

use serde_json::Value;

use typed::*;
