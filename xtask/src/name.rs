//! Names for what the bundler does not name by its content: a browser that holds an older engine never runs it in a newer page.

use std::{
    fs,
    hash::{Hash, Hasher},
    path::{Path, PathBuf},
};

use crate::{
    command::{Failure, Outcome, note},
    weight::Glue,
};

/// Renames a program's two files, on the disk and in the page.
pub fn by_content(dist: &Path, program: &Glue) -> Outcome {
    let read = |path: &Path| fs::read(path).map_err(|error| Failure::file(path, &error));
    let mut hasher = Fnv(0xcbf2_9ce4_8422_2325);
    (read(&program.js)?, read(&program.wasm)?).hash(&mut hasher);
    let page = dist.join("index.html");
    let mut text = String::from_utf8_lossy(&read(&page)?).into_owned();
    for path in [&program.js, &program.wasm] {
        let (old, new) = (name(path), named(&name(path), hasher.finish()));
        text = text.replace(&format!("./{old}\""), &format!("./{new}\""));
        let to = dist.join(&new);
        fs::rename(path, &to).map_err(|error| Failure::file(path, &error))?;
        note(&new);
    }
    fs::write(&page, text).map_err(|error| Failure::file(&page, &error))
}

fn name(path: &Path) -> String {
    let name = path.file_name().map(PathBuf::from).unwrap_or_default();
    name.to_string_lossy().into_owned()
}

/// `engine_bg.wasm` is `engine-HASH_bg.wasm`, as the bundler would write it.
fn named(name: &str, hash: u64) -> String {
    let end = name.find(['_', '.']).unwrap_or(name.len());
    format!("{}-{hash:016x}{}", &name[..end], &name[end..])
}

/// FNV-1a: the standard library's may change from one compiler to the next.
struct Fnv(u64);

impl Hasher for Fnv {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            self.0 = (self.0 ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_tells_the_content() {
        assert_eq!(
            named("engine_bg.wasm", 10),
            "engine-000000000000000a_bg.wasm"
        );
        assert_eq!(named("engine.js", 0xff), "engine-00000000000000ff.js");
    }
}
