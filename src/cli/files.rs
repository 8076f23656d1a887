//! Files of the command line, where `-` is standard input or output.

use std::io::{Read, Write};
use std::path::Path;

use crate::protocol::{Failure, FailureCode, FileHead, Place};

/// A file's name for people, and its bytes.
pub(super) fn read(path: &str) -> Result<(FileHead, Vec<u8>), Failure> {
    let mut bytes = Vec::new();
    let mut modified_secs = None;
    if path == "-" {
        std::io::stdin().lock().read_to_end(&mut bytes)
    } else {
        std::fs::File::open(path).and_then(|mut file| {
            modified_secs = written_secs(&file);
            file.read_to_end(&mut bytes)
        })
    }
    .map_err(|error| broken("read", path, &error))?;
    let head = FileHead {
        name: file_name(path),
        bytes: bytes.len() as u64,
        modified_secs,
    };
    Ok((head, bytes))
}

/// When a file was written, in seconds since 1970, where the system knows. A pipe was not written at any time.
fn written_secs(file: &std::fs::File) -> Option<u64> {
    let metadata = file.metadata().ok().filter(std::fs::Metadata::is_file)?;
    let written = metadata.modified().ok()?;
    let since = written.duration_since(std::time::UNIX_EPOCH).ok()?;
    Some(since.as_secs())
}

/// Several files, in order.
pub(super) fn read_all(paths: &[String]) -> Result<(Vec<FileHead>, Vec<Vec<u8>>), Failure> {
    let read: Result<Vec<_>, _> = paths.iter().map(|path| read(path)).collect();
    Ok(read?.into_iter().unzip())
}

/// Writes beside the file first, so that what stood there is replaced by all of it or not at all.
pub(super) fn write(path: &str, bytes: &[u8]) -> Result<(), Failure> {
    if path == "-" {
        let mut out = std::io::stdout().lock();
        return match out.write_all(bytes).and_then(|()| out.flush()) {
            // Whoever reads has read enough.
            Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => Ok(()),
            done => done.map_err(|error| broken("write", "standard output", &error)),
        };
    }
    let target = Path::new(path);
    // A device or a pipe is written to, not replaced.
    if std::fs::metadata(target).is_ok_and(|m| !m.is_file()) {
        return std::fs::write(target, bytes).map_err(|error| broken("write", path, &error));
    }
    let mut beside = target.as_os_str().to_owned();
    beside.push(format!(".{}.part", std::process::id()));
    let beside = Path::new(&beside);
    std::fs::write(beside, bytes)
        .and_then(|()| std::fs::rename(beside, target))
        .map_err(|error| {
            // It may not be there; what counts is the first error.
            let _ = std::fs::remove_file(beside);
            broken("write", path, &error)
        })
}

fn file_name(path: &str) -> String {
    if path == "-" {
        return "standard input".to_owned();
    }
    Path::new(path).file_name().map_or_else(
        || path.to_owned(),
        |name| name.to_string_lossy().into_owned(),
    )
}

fn broken(what: &str, path: &str, error: &std::io::Error) -> Failure {
    Failure {
        code: FailureCode::Input,
        title: format!("Cannot {what} {path}"),
        detail: format!("The system says: {error}."),
        hint: match error.kind() {
            std::io::ErrorKind::NotFound => "Check the path.",
            std::io::ErrorKind::PermissionDenied => "Check who may use it.",
            _ => "Check that it is a file, and that the disk has room.",
        }
        .to_owned(),
        place: Place::default(),
    }
}
