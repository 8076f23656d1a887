//! Files whose times name no zone, beside others whose times are known.

use super::FileRead;
use crate::data::{Level, Notice};

impl FileRead {
    /// Whether it has times without a zone, and nothing is said of them.
    fn is_zone_guessed(&self) -> bool {
        let how = self.how.as_ref();
        how.is_some_and(|how| !how.offset.is_empty() && how.sure.offset < 1.0)
    }
}

/// Whether times without a zone, of which nothing is said, stand beside those of other files that are known: if they are
/// local, their rows are hours away from where they belong.
pub fn is_zone_open(files: &[FileRead]) -> bool {
    files.iter().any(FileRead::is_zone_guessed) && !files.iter().all(FileRead::is_zone_guessed)
}

pub(super) fn without_zone(files: &[FileRead]) -> Notice {
    let local = files.iter().filter(|file| file.is_zone_guessed());
    let names: Vec<&str> = local.map(|file| file.name.as_str()).collect();
    Notice::Other {
        title: format!("The times of {} have no zone", names.join(", ")),
        meaning: "They are taken for UTC, and those of the other files are known. If they are local, the rows do not match: say how far they are ahead of UTC.".to_owned(),
        level: Level::Warning,
    }
}
