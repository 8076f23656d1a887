//! The structure of `src`: who may name whom, how long a file (of the tests as well) may be, and what never appears in it.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

/// Each part and the parts that it may name, itself aside. ARCHITECTURE.md says why.
const LAYERS: &[(&str, &[&str])] = &[
    ("data", &[]),
    ("json", &["data"]),
    ("simulate", &["data"]),
    ("ingest", &["data", "json"]),
    ("prepare", &["data", "json"]),
    ("trees", &["data"]),
    ("learn", &["data", "trees"]),
    ("evaluate", &["data", "prepare", "trees", "learn"]),
    // A column is worth what a figure loses without it.
    (
        "explain",
        &["data", "prepare", "trees", "learn", "evaluate"],
    ),
    ("export", &["data", "json", "prepare", "trees", "learn"]),
    ("protocol", &["data", "json"]),
    (
        "session",
        &[
            "data", "json", "simulate", "ingest", "prepare", "trees", "learn", "evaluate",
            "explain", "export", "protocol",
        ],
    ),
    // A pool's worker grows units of the learner, and nothing else of the engine.
    ("worker", &["data", "learn", "protocol", "session"]),
    ("app", &["data", "json", "protocol"]),
    ("ui", &["data", "protocol", "app", "worker"]),
    (
        "cli",
        // `read` shows how a file is read, with no session around it.
        &[
            "data", "json", "ingest", "learn", "export", "protocol", "session",
        ],
    ),
    // Programs. That of `js` grows trees for the page as well.
    ("js", &["data", "json", "protocol", "session", "worker"]),
    ("bin/kubecast", &["cli", "data", "protocol", "session"]),
    ("bin/page", &["ui", "worker"]),
    // Declares the parts and shows the library's use.
    ("lib", &[]),
    // Declares what every part names.
    ("vocabulary", &[]),
    // Declares those that are compiled for speed.
    ("engine", &[]),
];

const MAX_LINES: usize = 600;

/// Ways to turn text into markup or code. Names and labels come from files that strangers made.
const BANNED: &[&str] = &[
    "from_html_unchecked",
    "innerHTML",
    "inner_html",
    "set_inner_html",
    "outerHTML",
    "set_outer_html",
    "insertAdjacentHTML",
    "insert_adjacent_html",
    "document.write",
    "eval(",
    "new Function",
    "Function::new_",
];

#[test]
fn every_part_names_only_the_parts_below_it() {
    let mut wrong = Vec::new();
    for path in files("src", "rs") {
        let (part, module) = place(&path);
        let Some((_, allowed)) = LAYERS.iter().find(|(name, _)| *name == part) else {
            wrong.push(format!("{}: `{part}` has no row in LAYERS", path.display()));
            continue;
        };
        let is_program = part == "js" || part.starts_with("bin/");
        for (line, name) in named_parts(&read(&path), &module, is_program) {
            let known = LAYERS.iter().any(|(part, _)| *part == name);
            if name == part || allowed.contains(&name.as_str()) || (!known && is_program) {
                continue;
            }
            let what = if known {
                format!("{part} must not name {name}")
            } else {
                format!("{name} has no row in LAYERS")
            };
            wrong.push(format!("{}:{line}: {what}", path.display()));
        }
    }
    assert!(wrong.is_empty(), "\n{}\n", wrong.join("\n"));
}

#[test]
fn no_file_is_longer_than_one_idea() {
    let mut long = Vec::new();
    let all =
        [("src", "rs"), ("static", "js"), ("tests", "rs")].map(|(folder, ext)| files(folder, ext));
    for path in all.concat() {
        let lines = read(&path).lines().count();
        if lines > MAX_LINES {
            long.push(format!(
                "{}: {lines} lines, above {MAX_LINES}",
                path.display()
            ));
        }
    }
    assert!(long.is_empty(), "\n{}\n", long.join("\n"));
}

#[test]
fn text_never_becomes_markup_or_code() {
    let mut wrong = Vec::new();
    let scripts = files("static", "js")
        .into_iter()
        .chain([root().join("index.html")]);
    for path in files("src", "rs").into_iter().chain(scripts) {
        for (index, line) in read(&path).lines().enumerate() {
            for banned in BANNED.iter().filter(|banned| holds_word(line, banned)) {
                wrong.push(format!("{}:{}: `{banned}`", path.display(), index + 1));
            }
        }
    }
    assert!(wrong.is_empty(), "\n{}\n", wrong.join("\n"));
}

/// `eval(` is not in `interval(`.
fn holds_word(line: &str, word: &str) -> bool {
    line.match_indices(word).any(|(at, _)| {
        let before = line[..at].chars().next_back();
        before.is_none_or(|c| !c.is_alphanumeric() && c != '_')
    })
}

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The files below a folder with this extension, in order.
fn files(folder: &str, extension: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut open = vec![root().join(folder)];
    while let Some(folder) = open.pop() {
        let entries =
            fs::read_dir(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
        for entry in entries {
            let path = entry.unwrap().path();
            if path.is_dir() {
                open.push(path);
            } else if path.extension().is_some_and(|found| found == extension) {
                found.push(path);
            }
        }
    }
    found.sort();
    assert!(!found.is_empty(), "no .{extension} below {folder}");
    found
}

/// The part that a file belongs to, and its module path from the crate's root.
fn place(path: &Path) -> (String, Vec<String>) {
    let within = path
        .strip_prefix(root().join("src"))
        .unwrap()
        .with_extension("");
    let mut names: Vec<String> = within
        .iter()
        .map(|name| name.to_string_lossy().into_owned())
        .collect();
    if names[0] == "bin" {
        return (names.join("/"), Vec::new());
    }
    let part = names[0].clone();
    if part == "js" {
        names.remove(0);
    }
    if matches!(
        names.last().map(String::as_str),
        Some("mod" | "lib" | "main")
    ) {
        names.pop();
    }
    (part, names)
}

/// The crate's parts that a source names, each with its line: `crate::a`, `use crate::{a, b::c}`, and `super`s that
/// climb to the root. In a program, `kubecast::a` as well.
fn named_parts(source: &str, module: &[String], is_program: bool) -> BTreeSet<(usize, String)> {
    let tokens = tokens(source);
    let text = |index: usize| tokens.get(index).map_or("", |(_, text)| text.as_str());
    let mut found = BTreeSet::new();
    // The open braces; those of an inline module deepen the path that `super` climbs.
    let mut braces: Vec<bool> = Vec::new();
    let mut at = 0;
    while at < tokens.len() {
        match text(at) {
            "{" => braces.push(at >= 2 && text(at - 2) == "mod"),
            "}" => {
                braces.pop();
            }
            word @ ("crate" | "super" | "kubecast")
                if text(at + 1) == "::" && (at == 0 || text(at - 1) != "::") =>
            {
                let depth = module.len() + braces.iter().filter(|inline| **inline).count();
                let mut next = at + 2;
                let at_root = match word {
                    "crate" => true,
                    "kubecast" => is_program,
                    _ => {
                        let mut climbed = 1;
                        while text(next) == "super" && text(next + 1) == "::" {
                            climbed += 1;
                            next += 2;
                        }
                        climbed == depth
                    }
                };
                if at_root {
                    add_roots(&tokens, next, &mut found);
                }
                at = next;
                continue;
            }
            _ => {}
        }
        at += 1;
    }
    found
}

/// Adds what is named straight below the root: one name, or the first of each path of a group.
fn add_roots(tokens: &[(usize, String)], at: usize, found: &mut BTreeSet<(usize, String)>) {
    let Some((line, text)) = tokens.get(at) else {
        return;
    };
    if text != "{" {
        if text != "self" {
            found.insert((*line, text.clone()));
        }
        return;
    }
    let mut depth = 0;
    let mut starts = false;
    for (line, text) in &tokens[at..] {
        match text.as_str() {
            "{" => {
                depth += 1;
                starts = depth == 1;
                continue;
            }
            "}" => {
                depth -= 1;
                if depth == 0 {
                    return;
                }
            }
            "," if depth == 1 => {
                starts = true;
                continue;
            }
            "self" => {}
            name if starts => {
                found.insert((*line, name.to_owned()));
            }
            _ => {}
        }
        starts = false;
    }
}

/// Words, `::` and single signs with their lines; comments and literals are left out.
fn tokens(source: &str) -> Vec<(usize, String)> {
    let chars: Vec<char> = source.chars().collect();
    let char_at = |index: usize| chars.get(index).copied().unwrap_or('\0');
    let mut tokens = Vec::new();
    let mut line = 1;
    let mut at = 0;
    while at < chars.len() {
        let c = chars[at];
        let start = at;
        if c == '/' && char_at(at + 1) == '/' {
            while at < chars.len() && chars[at] != '\n' {
                at += 1;
            }
        } else if c == '/' && char_at(at + 1) == '*' {
            at = comment_end(&chars, at);
        } else if c == '"' {
            at = string_end(&chars, at);
        } else if c == '\'' {
            at = quote_end(&chars, at);
        } else if c.is_alphanumeric() || c == '_' {
            while char_at(at).is_alphanumeric() || char_at(at) == '_' {
                at += 1;
            }
            let word: String = chars[start..at].iter().collect();
            let hashes = chars[at..].iter().take_while(|c| **c == '#').count();
            if matches!(word.as_str(), "r" | "br" | "cr") && char_at(at + hashes) == '"' {
                at = raw_string_end(&chars, at + hashes, hashes);
            } else {
                tokens.push((line, word));
            }
        } else if c == ':' && char_at(at + 1) == ':' {
            tokens.push((line, "::".to_owned()));
            at += 2;
        } else {
            if !c.is_whitespace() {
                tokens.push((line, c.to_string()));
            }
            at += 1;
        }
        at = at.min(chars.len());
        line += chars[start..at].iter().filter(|c| **c == '\n').count();
    }
    tokens
}

/// The place after a block comment, nested ones included.
fn comment_end(chars: &[char], start: usize) -> usize {
    let mut depth = 0;
    let mut at = start;
    while at < chars.len() {
        match (chars[at], chars.get(at + 1)) {
            ('/', Some('*')) => (depth, at) = (depth + 1, at + 2),
            ('*', Some('/')) => (depth, at) = (depth - 1, at + 2),
            _ => at += 1,
        }
        if depth == 0 {
            break;
        }
    }
    at
}

/// The place after a string's closing quote.
fn string_end(chars: &[char], start: usize) -> usize {
    let mut at = start + 1;
    while at < chars.len() && chars[at] != '"' {
        at += if chars[at] == '\\' { 2 } else { 1 };
    }
    at + 1
}

/// The place after a raw string whose opening quote is at `quote`.
fn raw_string_end(chars: &[char], quote: usize, hashes: usize) -> usize {
    let mut at = quote + 1;
    while at < chars.len() {
        let closes =
            chars[at] == '"' && (1..=hashes).all(|offset| chars.get(at + offset) == Some(&'#'));
        if closes {
            break;
        }
        at += 1;
    }
    at + 1 + hashes
}

/// The place after a character literal, or after a lifetime's quote.
fn quote_end(chars: &[char], start: usize) -> usize {
    if chars.get(start + 1) == Some(&'\\') {
        let mut at = start + 3;
        while at < chars.len() && chars[at] != '\'' {
            at += 1;
        }
        at + 1
    } else if chars.get(start + 2) == Some(&'\'') {
        start + 3
    } else {
        start + 1
    }
}

#[test]
fn the_reader_sees_every_way_to_name_a_part() {
    let source = r##"
use crate::data::{Frame, Column};
use crate::{
    learn::{self, Forest},
    trees,
};
// crate::comment
/* crate::block /* crate::nested */ crate::block */
const TEXT: &str = "crate::text \" crate::text"; const RAW: &str = r#"crate::"raw"#; const QUOTE: char = '"';
fn f<'a>(x: &'a str) -> crate::protocol::JobId { $crate::session::new(x) }
mod tests {
    use super::*;
    use super::super::super::worker;
    fn g() { super::super::sibling(); }
}
fn h() { super::super::ui::draw() }
"##;
    let module = ["learn".to_owned(), "forest".to_owned()];
    let found = named_parts(source, &module, false);
    let names: Vec<(usize, &str)> = found
        .iter()
        .map(|(line, name)| (*line, name.as_str()))
        .collect();
    assert_eq!(
        names,
        [
            (2, "data"),
            (4, "learn"),
            (5, "trees"),
            (10, "protocol"),
            (10, "session"),
            (13, "worker"),
            (16, "ui"),
        ]
    );
    let program = named_parts("use kubecast::session::Session;", &[], true);
    assert_eq!(program.into_iter().next().unwrap().1, "session");
    assert!(holds_word("eval(x)", "eval(") && !holds_word("interval(x)", "eval("));
}
