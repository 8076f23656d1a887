//! Node, Chromium and Firefox for the browser tests: found, installed where this machine allows it, else asked for.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::Command,
};

use crate::command::{
    Failure, Outcome, execute, note, on_path, output, program_at_root, root, step,
};

/// The oldest Node that runs the tests.
const NODE_MAJOR: u32 = 18;

/// The programs of the browser tests.
pub struct Machine {
    node: PathBuf,
    npm: PathBuf,
    chromium: PathBuf,
    firefox: PathBuf,
}

/// Finds or installs all of them.
pub fn ready() -> Outcome<Machine> {
    step("Node and two browsers", || {
        if let Ok(machine) = find() {
            return Ok(machine);
        }
        install()?;
        find().map_err(|missing| {
            Failure::new(
                format!("the browser tests lack {}", missing.join(", ")),
                advice(),
            )
        })
    })
}

/// The browser tests in both browsers, on the site under `dist/`.
pub fn suite(machine: &Machine) -> Outcome {
    packages(machine)?;
    step("the JavaScript module in Node", || {
        execute(
            &mut script(machine, "module.test.mjs"),
            "See the failed tests above. Again: node tests/browser/module.test.mjs",
        )
    })?;
    for browser in ["chromium", "firefox"] {
        step(&format!("the page in {browser}"), || {
            let mut command = script(machine, "suite.mjs");
            command.env("KUBECAST_BROWSER", browser);
            execute(
                &mut command,
                &format!(
                    "See the failed tests above and the pictures in tests/browser/shots. Again, in {browser} alone: KUBECAST_BROWSER={browser} node tests/browser/suite.mjs [SPEC]"
                ),
            )
        })?;
    }
    Ok(())
}

/// One of the browser tests' scripts, as a program that finds its browsers.
pub fn script(machine: &Machine, name: &str) -> Command {
    let mut command = program_at_root(&machine.node);
    command
        .arg(folder().join(name))
        .env("KUBECAST_CHROMIUM", &machine.chromium)
        .env("KUBECAST_FIREFOX", &machine.firefox);
    command
}

/// Installs the tests' own packages, as their lock file names them, unless they are there already.
pub fn packages(machine: &Machine) -> Outcome {
    let lock = folder().join("package-lock.json");
    let stamp = folder().join("node_modules/.installed-lock.json");
    let wanted = fs::read(&lock).map_err(|error| Failure::file(&lock, &error))?;
    if fs::read(&stamp).is_ok_and(|there| there == wanted) {
        return Ok(());
    }
    step("the browser tests' packages", || {
        execute(
            program_at_root(&machine.npm).current_dir(folder()).args([
                "ci",
                "--ignore-scripts",
                "--no-audit",
                "--no-fund",
            ]),
            "npm could not install them: check the connection to the package registry, then run the command again.",
        )?;
        fs::write(&stamp, &wanted).map_err(|error| Failure::file(&stamp, &error))
    })
}

fn folder() -> PathBuf {
    root().join("tests/browser")
}

fn find() -> Result<Machine, Vec<&'static str>> {
    let node = on_path(&["node", "nodejs"]).filter(|path| node_is_recent(path));
    let npm = on_path(&["npm"]);
    let chromium = chosen("KUBECAST_CHROMIUM")
        .or_else(|| {
            on_path(&[
                "chromium",
                "chromium-browser",
                "google-chrome",
                "google-chrome-stable",
            ])
        })
        .or_else(|| installed(&CHROMIUM_PLACES));
    let firefox = chosen("KUBECAST_FIREFOX")
        .or_else(|| on_path(&["firefox-esr", "firefox"]))
        .or_else(|| installed(&FIREFOX_PLACES));
    match (node, npm, chromium, firefox) {
        (Some(node), Some(npm), Some(chromium), Some(firefox)) => {
            for path in [&node, &chromium, &firefox] {
                note(path.display());
            }
            Ok(Machine {
                node,
                npm,
                chromium,
                firefox,
            })
        }
        (node, npm, chromium, firefox) => {
            let lacks = [
                (node.is_none(), "Node 18 or newer"),
                (npm.is_none(), "npm"),
                (chromium.is_none(), "Chromium"),
                (firefox.is_none(), "Firefox"),
            ];
            Err(lacks
                .iter()
                .filter(|(lacks, _)| *lacks)
                .map(|(_, name)| *name)
                .collect())
        }
    }
}

const CHROMIUM_PLACES: [&str; 4] = [
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    r"C:\Program Files\Google\Chrome\Application\chrome.exe",
    r"C:\Program Files (x86)\Microsoft\Edge\Application\msedge.exe",
];
const FIREFOX_PLACES: [&str; 2] = [
    "/Applications/Firefox.app/Contents/MacOS/firefox",
    r"C:\Program Files\Mozilla Firefox\firefox.exe",
];

fn chosen(name: &str) -> Option<PathBuf> {
    env::var_os(name)
        .map(PathBuf::from)
        .filter(|path| path.is_file())
}

fn installed(places: &[&str]) -> Option<PathBuf> {
    places.iter().map(PathBuf::from).find(|path| path.is_file())
}

fn node_is_recent(path: &Path) -> bool {
    output(Command::new(path).arg("--version")).is_some_and(|text| major(&text) >= NODE_MAJOR)
}

/// `v20.20.2` is 20; what cannot be read is 0.
fn major(version: &str) -> u32 {
    let digits = version.trim().trim_start_matches('v').split('.').next();
    digits.and_then(|digits| digits.parse().ok()).unwrap_or(0)
}

/// Debian's packages of what is missing, where this is Debian or Ubuntu and packages may be installed.
fn install() -> Outcome {
    let Some(prefix) = may_install() else {
        return Ok(());
    };
    let ubuntu = os_release().contains("ID=ubuntu");
    let mut wanted = vec!["fonts-dejavu-core", "fonts-liberation"];
    if let Err(missing) = find() {
        for name in missing {
            match name {
                "Chromium" => wanted.push(if ubuntu {
                    "chromium-browser"
                } else {
                    "chromium"
                }),
                "Firefox" => wanted.push(if ubuntu { "firefox" } else { "firefox-esr" }),
                "npm" => wanted.push("npm"),
                _ => wanted.push("nodejs"),
            }
        }
    }
    note(format_args!("installing {}", wanted.join(", ")));
    let apt = |arguments: &[&str]| {
        let mut words =
            prefix
                .iter()
                .copied()
                .chain(["env", "DEBIAN_FRONTEND=noninteractive", "apt-get"]);
        let mut command = program_at_root(words.next().unwrap_or("env"));
        command.args(words).args(["-q", "-y"]).args(arguments);
        execute(&mut command, &advice())
    };
    apt(&["update"])?;
    apt(&[&["install", "--no-install-recommends"], wanted.as_slice()].concat())
}

/// What to put before `apt-get`; none where packages may not be installed.
fn may_install() -> Option<&'static [&'static str]> {
    let release = os_release();
    let debian = ["ID=debian", "ID=ubuntu", "ID_LIKE=debian", "ID_LIKE=ubuntu"];
    if !debian.iter().any(|id| release.contains(id)) || on_path(&["apt-get"]).is_none() {
        return None;
    }
    if output(Command::new("id").arg("-u"))?.trim() == "0" {
        Some(&[])
    } else if output(Command::new("sudo").args(["-n", "true"])).is_some() {
        Some(&["sudo", "-n"])
    } else {
        None
    }
}

fn os_release() -> String {
    let text = fs::read_to_string("/etc/os-release").unwrap_or_default();
    text.replace('"', "")
}

/// What a person installs by hand.
fn advice() -> String {
    let how = if cfg!(target_os = "macos") {
        "brew install node && brew install --cask google-chrome firefox"
    } else if cfg!(windows) {
        "winget install OpenJS.NodeJS.LTS Google.Chrome Mozilla.Firefox"
    } else if on_path(&["apt-get"]).is_some() {
        "sudo apt-get install nodejs npm chromium firefox-esr fonts-dejavu-core fonts-liberation"
    } else if on_path(&["dnf"]).is_some() {
        "sudo dnf install nodejs npm chromium firefox dejavu-sans-fonts liberation-fonts"
    } else if on_path(&["pacman"]).is_some() {
        "sudo pacman -S nodejs npm chromium firefox ttf-dejavu ttf-liberation"
    } else {
        "install Node 18 or newer with npm, Chromium (or Chrome) and Firefox"
    };
    format!(
        "Install them and run the command again: {how}\nBrowsers elsewhere are named by KUBECAST_CHROMIUM and KUBECAST_FIREFOX."
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nodes_version_is_read() {
        assert_eq!(major("v20.20.2\n"), 20);
        assert_eq!(major("nonsense"), 0);
    }
}
