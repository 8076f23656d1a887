//! What is said of several files: of all of them, and of single ones.

use super::{FileRead, ReadOptions};
use crate::data::{Level, Notice};

/// How files are to be read.
#[derive(Clone, Debug, Default)]
pub(super) struct Readings {
    /// Those of which nothing else is said.
    pub all: ReadOptions,
    /// Single ones, by name; the last holds.
    pub single: Vec<(String, ReadOptions)>,
}

impl Readings {
    /// How a file is to be read; its name is without the ending that its packing gave it.
    pub fn of(&self, file: &str) -> &ReadOptions {
        let said = self.single.iter().rev().find(|(name, _)| is_of(name, file));
        said.map_or(&self.all, |(_, reading)| reading)
    }

    /// Tells what was said of files that are not there.
    pub fn unused<'a>(&'a self, files: &'a [FileRead]) -> impl Iterator<Item = Notice> + 'a {
        let is_there = |name: &str| files.iter().any(|file| is_of(name, &file.name));
        let unused = self.single.iter().filter(move |(name, _)| !is_there(name));
        unused.map(|(name, _)| Notice::Other {
            title: format!("There is no file {name}"),
            meaning: "What was said of how it is to be read was not used.".to_owned(),
            level: Level::Warning,
        })
    }
}

fn is_of(name: &str, file: &str) -> bool {
    name == file || name.strip_suffix(".gz") == Some(file)
}
