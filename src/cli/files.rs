//! Files of the command line, where `-` is standard input or output.

use std::io::{Read, Write};
use std::path::{Path, PathBuf};

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

/// Writes a whole file; see [`Target`].
pub(super) fn write(path: &str, bytes: &[u8]) -> Result<(), Failure> {
    let mut target = Target::create(path)?;
    target.write(bytes)?;
    target.finish()
}

/// A file as it is written: beside its place first, so that what stood there is replaced by all of it or not at all.
pub(super) struct Target {
    path: String,
    to: Box<dyn Write>,
    /// Where it stands until it is whole; nothing for standard output, a device or a pipe.
    beside: Option<PathBuf>,
    /// Whoever reads has read enough.
    closed: bool,
}

impl Target {
    pub(super) fn create(path: &str) -> Result<Self, Failure> {
        let (to, beside): (Box<dyn Write>, _) = if path == "-" {
            (Box::new(std::io::stdout().lock()), None)
        } else if std::fs::metadata(path).is_ok_and(|m| !m.is_file()) {
            // A device or a pipe is written to, not replaced.
            let file = std::fs::OpenOptions::new().write(true).open(path);
            (
                Box::new(file.map_err(|error| broken("write", path, &error))?),
                None,
            )
        } else {
            let mut beside = Path::new(path).as_os_str().to_owned();
            beside.push(format!(".{}.part", std::process::id()));
            let file = std::fs::File::create(&beside);
            let file = file.map_err(|error| broken("write", path, &error))?;
            (Box::new(file), Some(PathBuf::from(beside)))
        };
        Ok(Self {
            path: path.to_owned(),
            to,
            beside,
            closed: false,
        })
    }

    pub(super) fn write(&mut self, bytes: &[u8]) -> Result<(), Failure> {
        if self.closed {
            return Ok(());
        }
        let done = self.to.write_all(bytes);
        self.settle(done)
    }

    /// Whether nobody reads any more.
    pub(super) fn is_closed(&self) -> bool {
        self.closed
    }

    pub(super) fn finish(mut self) -> Result<(), Failure> {
        let done = if self.closed { Ok(()) } else { self.to.flush() };
        self.settle(done)?;
        if let Some(beside) = self.beside.take() {
            let moved = std::fs::rename(&beside, &self.path);
            if let Err(error) = moved {
                self.beside = Some(beside);
                return Err(broken("write", &self.path, &error));
            }
        }
        Ok(())
    }

    fn settle(&mut self, done: std::io::Result<()>) -> Result<(), Failure> {
        match done {
            Err(error) if self.path == "-" && error.kind() == std::io::ErrorKind::BrokenPipe => {
                self.closed = true;
                Ok(())
            }
            Err(error) => {
                let name = if self.path == "-" {
                    "standard output"
                } else {
                    &self.path
                };
                Err(broken("write", name, &error))
            }
            Ok(()) => Ok(()),
        }
    }
}

impl Drop for Target {
    fn drop(&mut self) {
        if let Some(beside) = &self.beside {
            // It may not be there; what counts is the first error.
            let _ = std::fs::remove_file(beside);
        }
    }
}

/// What a file is called, for people and for what is said of it.
pub(super) fn file_name(path: &str) -> String {
    if path == "-" {
        return "standard input".to_owned();
    }
    Path::new(path).file_name().map_or_else(
        || path.to_owned(),
        |name| name.to_string_lossy().into_owned(),
    )
}

pub(super) fn broken(what: &str, path: &str, error: &std::io::Error) -> Failure {
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
