//! What a first visit fetches, file by file, as a host that compresses with brotli sends it.

use std::{
    fs,
    io::Write,
    path::{Path, PathBuf},
};

use crate::command::{Failure, Outcome, note};

/// What everything fetched before first use may weigh at most.
pub const LIMIT_BYTES: u64 = 400_000;

/// The program's two files.
pub struct Glue {
    pub js: PathBuf,
    pub wasm: PathBuf,
}

/// Finds a program's names in the built page: `boot` is the page's own, `engine` the one that is fetched when needed.
pub fn glue(dist: &Path, program: &str) -> Outcome<Glue> {
    let page = read(&dist.join("index.html"))?;
    let page = String::from_utf8_lossy(&page);
    let named = |kind: &str| {
        let attribute = &format!("data-{program}-{kind}");
        values(&page, attribute)
            .first()
            .map(|name| dist.join(name))
            .ok_or_else(|| {
                Failure::new(
                    format!("dist/index.html has no {attribute}"),
                    "Restore `pattern_script` in Trunk.toml.",
                )
            })
    };
    Ok(Glue {
        js: named("js")?,
        wasm: named("wasm")?,
    })
}

/// Prints each file's size and the total; returns the total's compressed bytes.
pub fn print(dist: &Path) -> Outcome<u64> {
    let mut files = vec!["index.html".to_owned()];
    let page = read(&dist.join("index.html"))?;
    let page = String::from_utf8_lossy(&page);
    for attribute in ["href", "src", "data-boot-js", "data-boot-wasm"] {
        files.extend(values(&page, attribute));
    }
    // Scripts that the program's glue imports.
    let js = read(&glue(dist, "boot")?.js)?;
    files.extend(imports(&String::from_utf8_lossy(&js)));
    files.sort();
    files.dedup();

    note(format_args!(
        "{:<40} {:>11} {:>11}",
        "file", "bytes", "brotli"
    ));
    let (mut raw_total, mut small_total) = (0, 0);
    for file in files {
        let bytes = read(&dist.join(&file))?;
        let small = brotli_bytes(&bytes)?;
        note(format_args!("{file:<40} {:>11} {small:>11}", bytes.len()));
        raw_total += bytes.len() as u64;
        small_total += small;
    }
    note(format_args!(
        "{:<40} {raw_total:>11} {small_total:>11}",
        "total"
    ));
    note(format_args!(
        "{} KB of the {} KB that a first visit may fetch",
        small_total.div_ceil(1000),
        LIMIT_BYTES / 1000
    ));
    let engine = glue(dist, "engine")?;
    let (js, wasm) = (read(&engine.js)?, read(&engine.wasm)?);
    note(format_args!(
        "{} KB more at the first touch: the engine",
        (brotli_bytes(&js)? + brotli_bytes(&wasm)?).div_ceil(1000)
    ));
    Ok(small_total)
}

fn read(path: &Path) -> Outcome<Vec<u8>> {
    fs::read(path).map_err(|error| Failure::file(path, &error))
}

/// The site's own files that an attribute of the page names.
fn values(page: &str, attribute: &str) -> Vec<String> {
    let opening = format!(" {attribute}=\"");
    page.split(&opening)
        .skip(1)
        .filter_map(|rest| rest.split('"').next())
        .filter_map(|value| value.strip_prefix("./"))
        .map(str::to_owned)
        .collect()
}

/// The files that a script imports by a relative path.
pub fn imports(script: &str) -> Vec<String> {
    script
        .lines()
        .filter(|line| line.starts_with("import ") || line.starts_with("export "))
        .filter_map(|line| line.rsplit_once("from "))
        .filter_map(|(_, path)| path.trim_matches([' ', ';', '\'', '"']).strip_prefix("./"))
        .map(str::to_owned)
        .collect()
}

/// Bytes after brotli's strongest setting.
fn brotli_bytes(bytes: &[u8]) -> Outcome<u64> {
    let mut small = Vec::new();
    let mut writer = brotli::CompressorWriter::new(&mut small, 1 << 16, 11, 24);
    let written = writer.write_all(bytes).and_then(|()| writer.flush());
    drop(writer);
    written.map_err(|error| {
        Failure::new(
            format!("brotli failed: {error}"),
            "This is a defect: report it.",
        )
    })?;
    Ok(small.len() as u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pages_own_files_are_found() {
        let page = r#"<link rel="icon" href="./a.svg"/><a href="https://elsewhere.example/b.css">b</a><script src="./c.js" data-boot-js="./d.js"></script>"#;
        assert_eq!(values(page, "href"), ["a.svg"]);
        assert_eq!(values(page, "src"), ["c.js"]);
        assert_eq!(values(page, "data-boot-js"), ["d.js"]);
        assert_eq!(
            imports("import { a } from './snippets/a.js';\nlet from = 1;"),
            ["snippets/a.js"]
        );
    }

    #[test]
    fn what_repeats_is_counted_small() {
        let small = brotli_bytes(&[7; 10_000]).unwrap();
        assert!((1..100).contains(&small), "{small}");
    }
}
