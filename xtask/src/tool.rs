//! trunk and wasm-bindgen in the versions that the project needs: found on PATH, else in a per-user cache that every
//! clone shares, else fetched prebuilt where cargo-binstall is at hand, else built from source.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::Command,
};

use crate::command::{
    Failure, Outcome, cargo, execute, locked_version, note, on_path, output, step,
};

const TRUNK_VERSION: &str = "0.21.14";
pub const WASM_TARGET: &str = "wasm32-unknown-unknown";

/// Where the tools are.
pub struct Tools {
    pub trunk: PathBuf,
    pub wasm_bindgen: PathBuf,
}

/// Finds or fetches all of them.
pub fn ready() -> Outcome<Tools> {
    step("the WebAssembly target", wasm_target)?;
    let trunk = Tool {
        package: "trunk",
        version: TRUNK_VERSION.to_owned(),
        // Unoptimised is enough for what it does, and builds in a third of the time.
        options: &[
            "--debug",
            "--locked",
            "--no-default-features",
            "--features",
            "rustls",
        ],
        program: "trunk",
        minutes: 3,
    };
    // Equal to the library's, or the two do not understand each other. Its own lock file names a withdrawn version.
    let wasm_bindgen = Tool {
        package: "wasm-bindgen-cli",
        version: locked_version("wasm-bindgen")?,
        options: &["--debug"],
        program: "wasm-bindgen",
        minutes: 1,
    };
    Ok(Tools {
        trunk: step(&format!("trunk {}", trunk.version), || trunk.find())?,
        wasm_bindgen: step(&format!("wasm-bindgen {}", wasm_bindgen.version), || {
            wasm_bindgen.find()
        })?,
    })
}

pub fn wasm_target() -> Outcome {
    let sysroot = output(Command::new("rustc").args(["--print", "sysroot"]));
    let present = sysroot.is_some_and(|sysroot| {
        Path::new(sysroot.trim())
            .join("lib/rustlib")
            .join(WASM_TARGET)
            .join("lib")
            .is_dir()
    });
    if present {
        note("already there");
        return Ok(());
    }
    if on_path(&["rustup"]).is_none() {
        return Err(Failure::new(
            format!("this Rust has no {WASM_TARGET} target and there is no rustup to add it"),
            "Install Rust from https://rustup.rs, or your system's package of that target.",
        ));
    }
    execute(
        Command::new("rustup").args(["target", "add", WASM_TARGET]),
        "rustup could not fetch the target: check the connection, then run the command again.",
    )
}

struct Tool {
    package: &'static str,
    version: String,
    options: &'static [&'static str],
    program: &'static str,
    /// About how long it takes to build on two cores.
    minutes: u32,
}

impl Tool {
    fn find(&self) -> Outcome<PathBuf> {
        if let Some(path) = on_path(&[self.program])
            && self.is_right(&path)
        {
            note(format_args!("found on PATH: {}", path.display()));
            return Ok(path);
        }
        let folder = cache()?.join(format!("{}-{}", self.package, self.version));
        let path = self.within(&folder);
        if self.is_right(&path) {
            note(format_args!("found in the cache: {}", path.display()));
            return Ok(path);
        }
        self.install(&folder)?;
        if self.is_right(&path) {
            note(format_args!("kept for the next time: {}", path.display()));
            Ok(path)
        } else {
            Err(Failure::new(
                format!(
                    "{} does not run, or is not version {}",
                    path.display(),
                    self.version
                ),
                format!("Delete {} and run the command again.", folder.display()),
            ))
        }
    }

    fn within(&self, folder: &Path) -> PathBuf {
        let name = format!("{}{}", self.program, env::consts::EXE_SUFFIX);
        folder.join("bin").join(name)
    }

    fn is_right(&self, path: &Path) -> bool {
        path.is_file()
            && output(Command::new(path).arg("--version"))
                .is_some_and(|text| names_version(&text, &self.version))
    }

    /// Installs beside its place and moves it there, so that what is broken off leaves nothing half-made behind.
    fn install(&self, folder: &Path) -> Outcome {
        let parent = folder.parent().unwrap_or(folder);
        fs::create_dir_all(parent).map_err(|error| Failure::file(parent, &error))?;
        let partial = parent.join(format!(
            "{}-{}.partial-{}",
            self.package,
            self.version,
            std::process::id()
        ));
        let named = format!("{}@{}", self.package, self.version);
        if output(cargo(["binstall", "-V"]).current_dir(parent)).is_some() {
            note("fetching it with cargo-binstall");
            let mut fetch = cargo([
                "binstall",
                "--no-confirm",
                "--disable-strategies",
                "compile",
            ]);
            fetch.arg("--root").arg(&partial).arg(&named);
            fetch.current_dir(parent);
            if execute(&mut fetch, "").is_err() || !self.is_right(&self.within(&partial)) {
                note("no prebuilt one could be had");
                fs::remove_dir_all(&partial).ok();
            }
        }
        if !self.is_right(&self.within(&partial)) {
            note(format_args!(
                "building it from source, once: about {} min on two cores",
                self.minutes
            ));
            let mut build = cargo(["install"]);
            build.args(self.options).arg("--root").arg(&partial);
            build
                .arg(&named)
                .current_dir(parent)
                .env_remove("CARGO_TARGET_DIR");
            execute(
                &mut build,
                "Check the connection to the package registry and that a C compiler (cc) is installed, then run the command again.",
            )?;
        }
        fs::remove_dir_all(folder).ok();
        fs::rename(&partial, folder).map_err(|error| Failure::file(folder, &error))
    }
}

/// Whether the text of `--version` names this version.
fn names_version(text: &str, version: &str) -> bool {
    text.split_whitespace().any(|word| word == version)
}

/// The per-user folder in which the tools are kept, by name and version.
pub fn cache() -> Outcome<PathBuf> {
    let from = |name: &str| {
        env::var_os(name)
            .map(PathBuf::from)
            .filter(|path| path.is_absolute())
    };
    let base = if cfg!(windows) {
        from("LOCALAPPDATA")
    } else if cfg!(target_os = "macos") {
        from("HOME").map(|home| home.join("Library/Caches"))
    } else {
        from("XDG_CACHE_HOME").or_else(|| from("HOME").map(|home| home.join(".cache")))
    };
    base.map(|base| base.join("kubecast").join("tools"))
        .ok_or_else(|| {
            Failure::new(
                "there is no folder for the build tools",
                "Set HOME (on Windows LOCALAPPDATA) to a folder of yours.",
            )
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_is_not_taken_for_its_prefix() {
        assert!(names_version("wasm-bindgen 0.2.130\n", "0.2.130"));
        assert!(!names_version("wasm-bindgen 0.2.130\n", "0.2.13"));
        assert!(!names_version("trunk 0.21.14-beta\n", "0.21.14"));
    }
}
