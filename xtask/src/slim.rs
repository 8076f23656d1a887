//! What tools write for their own sake and no visitor reads: long names for each browser function that the program
//! imports, comments and indentation in scripts, sections that only tools read, lines of the sources. Together they are
//! ten kilobytes of every first visit; what is left is arranged so that it compresses well.

use std::{collections::BTreeMap, fs, path::Path};

use crate::{
    arrange::{Section, arrange},
    command::{Failure, Outcome, note},
    places,
    weight::Glue,
};

/// Leaves out what the page's first script says to its readers.
pub fn boot(dist: &Path) -> Outcome {
    let boot = dist.join("static/boot.js");
    let script = fs::read_to_string(&boot).map_err(|error| Failure::file(&boot, &error))?;
    fs::write(&boot, without_comments(&script)).map_err(|error| Failure::file(&boot, &error))
}

/// Gives the imports short names, in the program and in its glue, and leaves out what the scripts say to their readers
/// and the program to its debuggers.
pub fn slim(glue: &Glue) -> Outcome {
    let wasm = fs::read(&glue.wasm).map_err(|error| Failure::file(&glue.wasm, &error))?;
    let js = fs::read_to_string(&glue.js).map_err(|error| Failure::file(&glue.js, &error))?;
    let mut names = Names::default();
    let mut lines = 0;
    let Some(slim) = slim_module(&wasm, &mut names, &mut lines) else {
        note("the program cannot be read: kept as it is");
        return Ok(());
    };
    let script = rename_keys(&without_comments(&js), &names);
    fs::write(&glue.wasm, slim).map_err(|error| Failure::file(&glue.wasm, &error))?;
    fs::write(&glue.js, script).map_err(|error| Failure::file(&glue.js, &error))?;
    note(format_args!(
        "{} imports renamed, {lines} lines of the sources left out",
        names.0.len()
    ));
    Ok(())
}

/// Short names by long ones.
#[derive(Default)]
struct Names(BTreeMap<String, String>);

impl Names {
    fn short(&mut self, long: &str) -> String {
        let next = format!("i{}", self.0.len());
        self.0.entry(long.to_owned()).or_insert(next).clone()
    }
}

const CUSTOM_SECTION: u8 = 0;
const IMPORT_SECTION: u8 = 2;
const DATA_SECTION: u8 = 11;

/// The module with its function imports renamed, without lines of the sources, and arranged; none where it is not as
/// wasm-bindgen writes it.
fn slim_module(wasm: &[u8], names: &mut Names, lines: &mut usize) -> Option<Vec<u8>> {
    let mut at = Reader { bytes: wasm, at: 8 };
    let mut sections: Vec<Section> = Vec::new();
    let mut same = BTreeMap::new();
    while at.at < wasm.len() {
        let id = at.byte()?;
        let length = at.number()?;
        let mut body = at.take(length)?.to_vec();
        match id {
            CUSTOM_SECTION => continue,
            IMPORT_SECTION => body = imports(&body, names)?,
            DATA_SECTION => {
                let places = places::without_lines(&mut body)?;
                *lines = places.count;
                same = places.same;
            }
            _ => {}
        }
        sections.push((id, body));
    }
    let mut out = wasm.get(..8)?.to_vec();
    for (id, body) in arrange(&sections, &same)? {
        out.push(id);
        put_bytes(&mut out, &body);
    }
    Some(out)
}

fn imports(section: &[u8], names: &mut Names) -> Option<Vec<u8>> {
    let mut at = Reader {
        bytes: section,
        at: 0,
    };
    let mut out = Vec::new();
    let count = at.number()?;
    put_number(&mut out, count);
    for _ in 0..count {
        let length = at.number()?;
        put_bytes(&mut out, at.take(length)?);
        let length = at.number()?;
        let name = std::str::from_utf8(at.take(length)?).ok()?;
        put_bytes(&mut out, names.short(name).as_bytes());
        // All of wasm-bindgen's are functions.
        let kind = at.byte()?;
        if kind != 0 {
            return None;
        }
        out.push(kind);
        put_number(&mut out, at.number()?);
    }
    (at.at == section.len()).then_some(out)
}

/// The glue's object of imports has each name as a key at the beginning of a line.
fn rename_keys(script: &str, names: &Names) -> String {
    let mut out = String::with_capacity(script.len());
    for line in script.lines() {
        match line.split_once(':') {
            Some((key, rest)) if names.0.contains_key(key) => {
                out.push_str(&names.0[key]);
                out.push(':');
                out.push_str(rest);
            }
            _ => out.push_str(line),
        }
        out.push('\n');
    }
    out
}

/// Without indentation, empty lines, and comments that have lines of their own.
fn without_comments(script: &str) -> String {
    let mut out = String::with_capacity(script.len());
    let mut in_comment = false;
    for line in script.lines().map(str::trim) {
        in_comment |= line.starts_with("/*");
        if !in_comment && !line.is_empty() && !line.starts_with("//") {
            out.push_str(line);
            out.push('\n');
        }
        if in_comment && line.ends_with("*/") {
            in_comment = false;
        }
    }
    out
}

pub struct Reader<'a> {
    pub bytes: &'a [u8],
    pub at: usize,
}

impl<'a> Reader<'a> {
    pub fn byte(&mut self) -> Option<u8> {
        let byte = *self.bytes.get(self.at)?;
        self.at += 1;
        Some(byte)
    }

    /// An unsigned number of seven bits a byte, the lowest first.
    pub fn number(&mut self) -> Option<usize> {
        let mut number = 0;
        for shift in (0..35).step_by(7) {
            let byte = self.byte()?;
            number |= usize::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                return Some(number);
            }
        }
        None
    }

    pub fn take(&mut self, length: usize) -> Option<&'a [u8]> {
        let part = self.bytes.get(self.at..self.at.checked_add(length)?)?;
        self.at += length;
        Some(part)
    }
}

pub fn put_number(out: &mut Vec<u8>, mut number: usize) {
    while number >= 0x80 {
        out.push((number & 0x7f) as u8 | 0x80);
        number >>= 7;
    }
    out.push(number as u8);
}

pub fn put_bytes(out: &mut Vec<u8>, bytes: &[u8]) {
    put_number(out, bytes.len());
    out.extend_from_slice(bytes);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn imports_are_renamed_in_both_files_and_nothing_else_is() {
        let mut wasm = b"\0asm\x01\0\0\0".to_vec();
        let mut section = vec![2];
        for name in ["__wbg_now_1234", "__wbg_log_5678"] {
            put_bytes(&mut section, b"./page_bg.js");
            put_bytes(&mut section, name.as_bytes());
            section.extend([0, 0x81, 1]);
        }
        wasm.push(IMPORT_SECTION);
        put_bytes(&mut wasm, &section);
        wasm.extend([0, 2, 1, b'x', 10, 1, 0]);
        let mut names = Names::default();
        let slim = slim_module(&wasm, &mut names, &mut 0).unwrap();
        assert!(slim.ends_with(&[1, 10, 1, 0]));
        assert!(!slim.ends_with(&[b'x', 10, 1, 0]));
        assert!(slim.windows(2).any(|w| w == b"i1"));
        assert!(!slim.windows(6).any(|w| w == b"__wbg_"));
        assert_eq!(
            slim_module(&slim[..slim.len() - 1], &mut names, &mut 0),
            None
        );

        let script = "/**\n * Says.\n */\nexport function say() {\n    // Loud.\n    wasm.say(\"__wbg_now_1234\");\n}\n        __wbg_log_5678: function(x) {\n";
        assert_eq!(
            rename_keys(&without_comments(script), &names),
            "export function say() {\nwasm.say(\"__wbg_now_1234\");\n}\ni1: function(x) {\n"
        );
    }
}
