//! Running programs and saying so: one line when a step starts, one with its time when it ends.

use std::{
    env,
    ffi::OsStr,
    fmt,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::{Duration, Instant},
};

/// What failed, and what to do about it.
#[derive(Debug)]
pub struct Failure {
    pub what: String,
    pub remedy: String,
}

impl Failure {
    pub fn new(what: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self {
            what: what.into(),
            remedy: remedy.into(),
        }
    }

    /// A file that could not be read or written.
    pub fn file(path: &Path, error: &std::io::Error) -> Self {
        Self::new(
            format!("{}: {error}", path.display()),
            "Check that the path exists, is yours, and that the disk is not full.",
        )
    }
}

pub type Outcome<T = ()> = Result<T, Failure>;

/// The repository's root.
pub fn root() -> PathBuf {
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR"));
    manifest.parent().unwrap_or(manifest).to_path_buf()
}

/// The folder that Cargo builds into.
pub fn target() -> Outcome<PathBuf> {
    let metadata = output(&mut cargo([
        "metadata",
        "--no-deps",
        "--format-version",
        "1",
    ]));
    let folder = metadata.as_deref().and_then(target_in_metadata);
    folder.ok_or_else(|| {
        Failure::new(
            "`cargo metadata` names no target folder",
            "Run `cargo metadata` to see why.",
        )
    })
}

fn target_in_metadata(json: &str) -> Option<PathBuf> {
    let (_, rest) = json.split_once("\"target_directory\":\"")?;
    let (path, _) = rest.split_once('"')?;
    Some(PathBuf::from(path.replace("\\\\", "\\")))
}

/// The version that the repository's lock file holds of `package`.
pub fn locked_version(package: &str) -> Outcome<String> {
    let path = root().join("Cargo.lock");
    let text = std::fs::read_to_string(&path).map_err(|error| Failure::file(&path, &error))?;
    version_in_lock(&text, package).ok_or_else(|| {
        Failure::new(
            format!("Cargo.lock names no {package}"),
            "Restore Cargo.lock from the repository.",
        )
    })
}

fn version_in_lock(text: &str, package: &str) -> Option<String> {
    let name = format!("name = \"{package}\"");
    let mut lines = text.lines();
    lines.find(|line| *line == name)?;
    let version = lines.next()?.strip_prefix("version = \"")?;
    Some(version.strip_suffix('"')?.to_owned())
}

/// A duration as a person reads it.
pub struct Took(pub Duration);

impl fmt::Display for Took {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let secs = self.0.as_secs_f64();
        if secs < 60.0 {
            let text = format!("{secs:.1} s");
            formatter.pad(&text)
        } else {
            let whole = self.0.as_secs();
            formatter.pad(&format!("{} min {:02} s", whole / 60, whole % 60))
        }
    }
}

/// Runs `work` as a step that is announced and timed.
pub fn step<T>(name: &str, work: impl FnOnce() -> Outcome<T>) -> Outcome<T> {
    println!("==> {name}");
    let start = Instant::now();
    let result = work();
    let verdict = if result.is_ok() { "done" } else { "failed" };
    println!("    {verdict} in {}", Took(start.elapsed()));
    result
}

/// A line within a step.
pub fn note(text: impl fmt::Display) {
    println!("    {text}");
}

/// `cargo`, as the toolchain in use, in the repository's root.
pub fn cargo<S: AsRef<OsStr>>(arguments: impl IntoIterator<Item = S>) -> Command {
    let program = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = program_at_root(program);
    command.args(arguments);
    command
}

/// A program in the repository's root, without what `cargo run` put into the environment for this one: some build
/// scripts would otherwise run again.
pub fn program_at_root(program: impl AsRef<OsStr>) -> Command {
    let mut command = Command::new(program);
    command.current_dir(root());
    for (name, _) in env::vars_os() {
        let name = name.to_string_lossy();
        if name.starts_with("CARGO_PKG_") || name.starts_with("CARGO_MANIFEST_") {
            command.env_remove(&*name);
        }
    }
    command
}

/// Runs a program with its output shown; `remedy` says what to do where it fails.
pub fn execute(command: &mut Command, remedy: &str) -> Outcome {
    let status = command.status().map_err(|error| {
        Failure::new(
            format!("{} did not start: {error}", shown(command)),
            "Check that the program is installed and on PATH.",
        )
    })?;
    if status.success() {
        Ok(())
    } else {
        Err(Failure::new(
            format!("`{}` ended with {status}", shown(command)),
            remedy,
        ))
    }
}

/// What a program prints, where it starts and succeeds.
pub fn output(command: &mut Command) -> Option<String> {
    let output = command
        .stdin(Stdio::null())
        .stderr(Stdio::null())
        .output()
        .ok()?;
    output
        .status
        .success()
        .then(|| String::from_utf8_lossy(&output.stdout).into_owned())
}

/// The command line, for messages.
fn shown(command: &Command) -> String {
    let program = Path::new(command.get_program());
    let name = program.file_stem().unwrap_or(program.as_os_str());
    let mut text = name.to_string_lossy().into_owned();
    for argument in command.get_args() {
        text.push(' ');
        text.push_str(&argument.to_string_lossy());
    }
    text
}

/// The first of `names` on PATH.
pub fn on_path(names: &[&str]) -> Option<PathBuf> {
    let path = env::var_os("PATH")?;
    let folders: Vec<PathBuf> = env::split_paths(&path).collect();
    names.iter().find_map(|name| {
        folders.iter().find_map(|folder| {
            let file = folder.join(format!("{name}{}", env::consts::EXE_SUFFIX));
            let file = if cfg!(windows) && !file.is_file() {
                folder.join(format!("{name}.cmd"))
            } else {
                file
            };
            file.is_file().then_some(file)
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_version_is_read_from_the_lock_file() {
        let lock = "[[package]]\nname = \"wasm-bindgen-futures\"\nversion = \"0.4.1\"\n\n[[package]]\nname = \"wasm-bindgen\"\nversion = \"0.2.130\"\n";
        assert_eq!(
            version_in_lock(lock, "wasm-bindgen").as_deref(),
            Some("0.2.130")
        );
        assert_eq!(version_in_lock(lock, "wasm"), None);
    }

    #[test]
    fn the_target_folder_is_read_from_the_metadata() {
        let json = r#"{"packages":[],"target_directory":"C:\\x\\target","version":1}"#;
        assert_eq!(
            target_in_metadata(json),
            Some(PathBuf::from(r"C:\x\target"))
        );
        assert_eq!(target_in_metadata("{}"), None);
    }

    #[test]
    fn times_read_well() {
        assert_eq!(Took(Duration::from_millis(1_240)).to_string(), "1.2 s");
        assert_eq!(Took(Duration::from_secs(125)).to_string(), "2 min 05 s");
    }
}
