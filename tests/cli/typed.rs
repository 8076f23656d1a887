//! A folder of its own for each test, and what is typed there.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;

/// A folder of its own that goes away with the test.
pub struct Folder(pub PathBuf);

impl Folder {
    pub fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("kubecast-cli-{name}-{}", std::process::id()));
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    pub fn file(&self, name: &str, content: impl AsRef<[u8]>) -> String {
        std::fs::write(self.0.join(name), content).unwrap();
        name.to_owned()
    }

    pub fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.0.join(name)).unwrap()
    }

    pub fn json(&self, name: &str) -> Value {
        serde_json::from_str(&self.read(name)).unwrap()
    }

    pub fn run(&self, words: &str) -> Output {
        command(&self.0, words).output().unwrap()
    }

    /// Runs what must succeed, and returns its standard output.
    pub fn ok(&self, words: &str) -> String {
        let out = self.run(words);
        assert!(out.status.success(), "{words}: {}", stderr(&out));
        String::from_utf8(out.stdout).unwrap()
    }

    /// Runs what must fail with an exit code, and returns what it says.
    pub fn fails(&self, words: &str, code: i32) -> String {
        let out = self.run(words);
        assert_eq!(out.status.code(), Some(code), "{words}: {}", stderr(&out));
        assert!(out.stdout.is_empty(), "{words} wrote to standard output");
        stderr(&out)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

pub fn command(folder: &Path, words: &str) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_kubecast"));
    command.current_dir(folder).args(words.split_whitespace());
    command
}

pub fn stderr(out: &Output) -> String {
    String::from_utf8_lossy(&out.stderr).into_owned()
}
