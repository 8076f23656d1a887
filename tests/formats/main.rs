//! Every export that is read: what each becomes, cell by cell, and what is refused and why.

mod answers;
mod expositions;
mod joined;
mod kubectl;
mod prometheus;
mod suites;
mod vendors;

use std::borrow::Cow;
use std::path::PathBuf;

use kubecast::data::{ColumnKind, Frame, Level, Values};
use kubecast::ingest::{
    FilesReader, Format, IngestError, InputFile, JoinOptions, Offset, ReadOptions, TableRead,
    read_csv, read_files,
};
use kubecast::json::Tokens;

use answers::*;
