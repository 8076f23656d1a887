//! A Python with the packages that ours is checked against and compared with, in the per-user cache that every clone
//! shares.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use crate::{
    command::{Failure, Outcome, execute, note, on_path, output, program_at_root, step},
    tool,
};

/// What scikit-learn 1.9 asks for.
const LEAST_MINOR: u32 = 11;
/// The reference, and the peers that install as wheels.
const PACKAGES: [&str; 3] = ["scikit-learn==1.9.1", "pandas==3.1.1", "lightgbm==4.7.0"];

/// The interpreter of an environment that has them; made where it is not there.
pub fn ready() -> Outcome<PathBuf> {
    step("Python with scikit-learn", || {
        let folder = tool::cache()?.join("python");
        let python = within(&folder);
        let stamp = folder.join("kubecast-packages");
        let wanted = PACKAGES.join("\n");
        if fs::read_to_string(&stamp).is_ok_and(|there| there == wanted) && runs(&python) {
            note(format_args!("found in the cache: {}", python.display()));
            return Ok(python);
        }
        let system = on_path(&["python3", "python"])
            .filter(|path| minor(path).is_some_and(|minor| minor >= LEAST_MINOR))
            .ok_or_else(|| {
                Failure::new(
                    format!("there is no Python 3.{LEAST_MINOR} or newer"),
                    advice(),
                )
            })?;
        fs::remove_dir_all(&folder).ok();
        execute(
            Command::new(&system).args(["-m", "venv"]).arg(&folder),
            &advice(),
        )?;
        let install = |packages: &[&str]| {
            let mut pip = program_at_root(&python);
            pip.args([
                "-m",
                "pip",
                "install",
                "--quiet",
                "--disable-pip-version-check",
            ]);
            pip.args(["--only-binary", ":all:"]).args(packages);
            execute(
                &mut pip,
                "pip could not install them: check the connection to the package index, then run the command again.",
            )
        };
        note(format_args!("installing {}", PACKAGES.join(", ")));
        if install(&PACKAGES).is_err() {
            note("not to be had in these versions: taking the newest");
            install(&PACKAGES.map(|package| package.split("==").next().unwrap_or(package)))?;
        }
        fs::write(&stamp, wanted).map_err(|error| Failure::file(&stamp, &error))?;
        note(format_args!("kept for the next time: {}", folder.display()));
        Ok(python)
    })
}

fn within(folder: &Path) -> PathBuf {
    if cfg!(windows) {
        folder.join("Scripts/python.exe")
    } else {
        folder.join("bin/python")
    }
}

fn runs(python: &Path) -> bool {
    output(Command::new(python).args(["-c", "import sklearn, pandas, lightgbm"])).is_some()
}

/// The second number of a Python 3's version.
fn minor(python: &Path) -> Option<u32> {
    minor_of(&output(Command::new(python).arg("--version"))?)
}

fn minor_of(version: &str) -> Option<u32> {
    let numbers = version.trim().strip_prefix("Python 3.")?;
    numbers.split('.').next()?.parse().ok()
}

fn advice() -> String {
    let how = if cfg!(target_os = "macos") {
        "brew install python"
    } else if cfg!(windows) {
        "winget install Python.Python.3.13"
    } else if on_path(&["apt-get"]).is_some() {
        "sudo apt-get install python3 python3-venv"
    } else if on_path(&["dnf"]).is_some() {
        "sudo dnf install python3"
    } else if on_path(&["pacman"]).is_some() {
        "sudo pacman -S python"
    } else {
        "install Python 3 with its venv module"
    };
    format!("Install it and run the command again: {how}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pythons_version_is_read() {
        assert_eq!(minor_of("Python 3.11.7\n"), Some(11));
        assert_eq!(minor_of("Python 2.7.18\n"), None);
    }
}
