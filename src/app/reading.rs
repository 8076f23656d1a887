//! How files were read and joined, in words, and what choosing something else makes of it.

use super::format;
use crate::protocol::{Guess, JoinSummary, ReadSetting, ReadSpec, ReadingSummary};

/// A guess as a field shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GuessField {
    /// What it is about.
    pub setting: ReadSetting,
    /// The field's name.
    pub label: &'static str,
    /// What was said; empty where it was guessed.
    pub said: String,
    /// What may be chosen, value and label; the first, with an empty value, is the guess. Alone it says what stands for
    /// nothing typed.
    pub options: Vec<(String, String)>,
}

/// How the files were read, in one sentence.
pub fn read_sentence(readings: &[ReadingSummary]) -> String {
    let Some(first) = readings.first() else {
        return String::new();
    };
    let is_alike = |other: &ReadingSummary| dialect(other) == dialect(first);
    let how = match readings {
        [_] => dialect(first),
        _ if readings.iter().all(is_alike) => {
            format!("{} files, each {}", readings.len(), lower(&dialect(first)))
        }
        _ => format!("{} files, not all written alike", readings.len()),
    };
    let repaired: u64 = readings.iter().map(|r| r.repaired.count).sum();
    let skipped: u64 = readings.iter().map(|r| r.skipped.count).sum();
    let rows = match (repaired, skipped) {
        (0, 0) => "every row stands as it is in the file".to_owned(),
        (0, n) => format!("{} left out", format::plural(n, "line")),
        (n, 0) => format!("{} repaired", format::plural(n, "row")),
        (n, m) => format!(
            "{} repaired, {} left out",
            format::plural(n, "row"),
            format::plural(m, "line")
        ),
    };
    format!("{how}; {rows}.")
}

fn value(reading: &ReadingSummary, setting: ReadSetting) -> &str {
    let guess = reading.guesses.iter().find(|g| g.setting == setting);
    guess.map_or("", |g| &g.value)
}

fn dialect(reading: &ReadingSummary) -> String {
    let between = match value(reading, ReadSetting::Delimiter) {
        "comma" => "Comma-separated".to_owned(),
        "semicolon" => "Semicolon-separated".to_owned(),
        "tab" => "Tab-separated".to_owned(),
        other => format!("Separated by {other}"),
    };
    let decimal = match value(reading, ReadSetting::Decimal) {
        "," => ", decimal comma",
        _ => "",
    };
    let header = match value(reading, ReadSetting::HeaderRows) {
        "0" => "no header".to_owned(),
        "1" => "1 header row".to_owned(),
        n => format!("{n} header rows"),
    };
    let encoding = value(reading, ReadSetting::Encoding);
    format!("{between}, {encoding}{decimal}, {header}")
}

fn lower(text: &str) -> String {
    let mut chars = text.chars();
    let first = chars.next().map(crate::data::lower);
    first.into_iter().chain(chars).collect()
}

/// In the order in which they are shown.
const SETTINGS: [ReadSetting; 10] = [
    ReadSetting::Encoding,
    ReadSetting::Delimiter,
    ReadSetting::Quote,
    ReadSetting::Escape,
    ReadSetting::Decimal,
    ReadSetting::HeaderRows,
    ReadSetting::PreambleRows,
    ReadSetting::Comment,
    ReadSetting::DateOrder,
    ReadSetting::Offset,
];

/// The settings of delimited text with what was found, and what may be chosen instead: in one file, or in all of them.
pub fn guess_fields(
    readings: &[ReadingSummary],
    spec: &ReadSpec,
    file: Option<&str>,
) -> Vec<GuessField> {
    let read = |reading: &&ReadingSummary| file.is_none_or(|file| reading.file == file);
    let field = |setting: &ReadSetting| {
        let all = readings.iter().filter(read).flat_map(|r| &r.guesses);
        let mut all = all.filter(|guess| guess.setting == *setting);
        let mut least = all.next()?;
        let mut are_alike = true;
        for guess in all {
            are_alike &= guess.value == least.value;
            if guess
                .sure
                .is_some_and(|sure| least.sure.is_none_or(|of| sure < of))
            {
                least = guess;
            }
        }
        Some(field(least, are_alike, spec, file))
    };
    SETTINGS.iter().filter_map(field).collect()
}

fn said_in(said: &[(ReadSetting, String)], setting: ReadSetting) -> &str {
    let said = said.iter().find(|(of, _)| *of == setting);
    said.map_or("", |(_, value)| value)
}

const ORDERS: &[&str] = &["day-first", "month-first"];

fn field(guess: &Guess, are_alike: bool, spec: &ReadSpec, file: Option<&str>) -> GuessField {
    let setting = guess.setting;
    let (label, values): (_, &[&str]) = match setting {
        ReadSetting::Encoding => (
            "Encoding",
            &[
                "UTF-8",
                "UTF-16LE",
                "UTF-16BE",
                "UTF-32LE",
                "UTF-32BE",
                "Windows-1252",
            ],
        ),
        ReadSetting::Delimiter => (
            "Between cells",
            &[
                "comma",
                "semicolon",
                "tab",
                "|",
                ":",
                "blank",
                "blanks",
                "wide-blanks",
                "fixed",
            ],
        ),
        ReadSetting::Quote => ("Quote", &["\"", "'", "none"]),
        ReadSetting::Escape => ("A quote within quotes", &["doubled", "backslash"]),
        ReadSetting::Decimal => ("Before fractions", &[".", ","]),
        ReadSetting::HeaderRows => ("Header rows", &["0", "1", "2", "3", "4", "5"]),
        ReadSetting::PreambleRows => (
            "Lines above the header",
            &[
                "0", "1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "12", "15", "20",
            ],
        ),
        ReadSetting::Comment => ("Comments begin with", &["none", "#", "%", ";", "!"]),
        ReadSetting::DateOrder if guess.is_open() => {
            ("Day or month first? The dates leave it open", ORDERS)
        }
        ReadSetting::DateOrder => ("Dates", ORDERS),
        ReadSetting::Offset if guess.is_open() => (
            "How far ahead of UTC? These times name no zone, others do",
            &[],
        ),
        ReadSetting::Offset => ("Times without a zone are", &[]),
    };
    let of_all = said_in(&spec.said, setting);
    let said = match file {
        None => of_all,
        Some(file) => said_in(spec.said_of(file), setting),
    };
    let value = in_words(setting, &guess.value);
    let found = match (said.is_empty(), guess.sure) {
        (false, _) if file.is_none() || of_all.is_empty() => "Guess it".to_owned(),
        _ if file.is_some() && !of_all.is_empty() => {
            format!("{}, as all files", in_words(setting, of_all))
        }
        _ if !are_alike => "Not the same in all files".to_owned(),
        (_, Some(sure)) => format!("{value} ({:.0} % sure)", libm::floor(sure * 100.0)),
        (_, None) => format!("{value} (guessed)"),
    };
    let mut options = vec![(String::new(), found)];
    let offered = |value: &str| (value.to_owned(), in_words(setting, value));
    options.extend(values.iter().map(|value| offered(value)));
    if !values.is_empty() && !options.iter().any(|(value, _)| value == said) {
        options.push(offered(said));
    }
    GuessField {
        setting,
        label,
        said: said.to_owned(),
        options,
    }
}

fn in_words(setting: ReadSetting, value: &str) -> String {
    match (setting, value) {
        (ReadSetting::Delimiter, "blanks") => "runs of blanks",
        (ReadSetting::Delimiter, "wide-blanks") => "two blanks or more",
        (ReadSetting::Delimiter, "fixed") => "fixed places",
        (ReadSetting::DateOrder, "day-first") => "day first",
        (ReadSetting::DateOrder, "month-first") => "month first",
        (ReadSetting::Decimal, ".") => "point",
        (ReadSetting::Decimal, ",") => "comma",
        (ReadSetting::Quote, "\"") => "double \"",
        (ReadSetting::Quote, "'") => "single '",
        (ReadSetting::Escape, "backslash") => "after a backslash",
        (_, value) => value,
    }
    .to_owned()
}

/// Endings of files that are read, those of compressed ones included.
const ENDINGS: [&str; 17] = [
    "csv", "tsv", "tab", "txt", "psv", "dat", "log", "out", "json", "jsonl", "ndjson", "prom",
    "metrics", "om", "gz", "zip", "kubecast",
];

/// Whether a file of this name may hold data: by its ending, or since it has none.
pub fn may_be_data(name: &str) -> bool {
    match name.rsplit_once('.') {
        Some((_, ending)) => ENDINGS.iter().any(|e| ending.eq_ignore_ascii_case(e)),
        None => true,
    }
}

impl ReadSpec {
    /// What is said of one file.
    fn said_of(&self, file: &str) -> &[(ReadSetting, String)] {
        let said = self.said_of.iter().find(|(of, _)| of == file);
        said.map_or(&[], |(_, said)| said)
    }

    /// The same with a setting said, of one file or of all of them; left to be guessed where the value is empty. What is said
    /// of all takes back what was said of single ones.
    pub fn saying(&self, file: Option<&str>, setting: ReadSetting, value: String) -> Self {
        let mut spec = self.clone();
        for (of, said) in &mut spec.said_of {
            if file.is_none_or(|file| of == file) {
                said.retain(|(of, _)| *of != setting);
            }
        }
        let is_of_all = file.is_none();
        let said = match file {
            None => &mut spec.said,
            Some(file) => {
                let at = spec.said_of.iter().position(|(of, _)| of == file);
                let at = at.unwrap_or_else(|| {
                    spec.said_of.push((file.to_owned(), Vec::new()));
                    spec.said_of.len() - 1
                });
                &mut spec.said_of[at].1
            }
        };
        if is_of_all {
            said.retain(|(of, _)| *of != setting);
        }
        if !value.is_empty() {
            said.push((setting, value));
        }
        spec.said_of.retain(|(_, said)| !said.is_empty());
        spec
    }

    /// The same with a metric made a rate, or not.
    pub fn rating(&self, metric: &str, is_rate: bool) -> Self {
        let mut spec = self.clone();
        spec.rates.retain(|(of, _)| of != metric);
        spec.rates.push((metric.to_owned(), is_rate));
        spec
    }

    /// The same with rows named by these labels, separated by commas; left to be found where there is none.
    pub fn naming_rows_by(&self, labels: &str) -> Self {
        let labels: Vec<String> = labels
            .split(',')
            .map(|label| label.trim().to_owned())
            .filter(|label| !label.is_empty())
            .collect();
        Self {
            entity_labels: (!labels.is_empty()).then_some(labels),
            ..self.clone()
        }
    }
}

/// How series were joined, in one or two sentences.
pub fn join_sentence(join: &JoinSummary) -> String {
    let rows = match join.entity_labels.is_empty() {
        true => "one row for each instant".to_owned(),
        false => format!(
            "one row for each instant and {}",
            format::listed(&join.entity_labels, 6)
        ),
    };
    let apart = match join.step_secs {
        0.0 => "in the order of the scrapes".to_owned(),
        secs => format!("{} s apart", format::number(secs)),
    };
    let sum = |of: fn(&crate::protocol::JoinedColumn) -> u64| join.columns.iter().map(of).sum();
    let rates: u64 = sum(|c| u64::from(c.is_rate));
    let (resets, gaps, twice): (u64, u64, u64) =
        (sum(|c| c.resets), sum(|c| c.gaps), sum(|c| c.duplicates));
    let mut told = Vec::new();
    if rates > 0 {
        told.push(format!(
            "{} made a rate per second, {} seen",
            format::plural(rates, "counter"),
            format::plural(resets, "reset")
        ));
    }
    if gaps > 0 {
        told.push(format!("{} left empty", format::plural(gaps, "gap")));
    }
    if twice > 0 {
        told.push(format!("{} series found twice", format::count(twice)));
    }
    let told = match told.is_empty() {
        true => String::new(),
        false => format!("; {}", told.join(", ")),
    };
    format!(
        "{} series became {}: {rows}, {apart}{told}.",
        format::count(join.series),
        format::plural(join.columns.len() as u64, "column")
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::{JoinedColumn, RowNotes};

    fn reading(delimiter: &str, repaired: u64, skipped: u64) -> ReadingSummary {
        let guess = |setting, value: &str, sure| Guess {
            setting,
            value: value.to_owned(),
            sure,
        };
        let notes = |count| RowNotes {
            count,
            rows: Vec::new(),
        };
        ReadingSummary {
            file: "a.csv".to_owned(),
            guesses: vec![
                guess(ReadSetting::Encoding, "UTF-8", Some(1.0)),
                guess(ReadSetting::Delimiter, delimiter, Some(0.98)),
                guess(ReadSetting::Decimal, ",", Some(0.9)),
                guess(ReadSetting::HeaderRows, "2", Some(0.9)),
                guess(ReadSetting::Comment, "none", None),
            ],
            repaired: notes(repaired),
            skipped: notes(skipped),
        }
    }

    #[test]
    fn a_reading_is_one_sentence() {
        assert_eq!(
            read_sentence(&[reading("comma", 3, 2)]),
            "Comma-separated, UTF-8, decimal comma, 2 header rows; 3 rows repaired, 2 lines left out."
        );
        assert_eq!(
            read_sentence(&[reading("||", 0, 0)]),
            "Separated by ||, UTF-8, decimal comma, 2 header rows; every row stands as it is in the file."
        );
        assert_eq!(
            read_sentence(&[reading("tab", 1, 0), reading("tab", 0, 0)]),
            "2 files, each tab-separated, UTF-8, decimal comma, 2 header rows; 1 row repaired."
        );
        assert_eq!(
            read_sentence(&[reading("tab", 0, 1), reading("comma", 0, 0)]),
            "2 files, not all written alike; 1 line left out."
        );
        assert_eq!(read_sentence(&[]), "");
    }

    #[test]
    fn a_guess_is_shown_with_how_sure_it_is_and_what_was_said_in_its_place() {
        let readings = [reading("comma", 0, 0)];
        let spec = ReadSpec::default();
        let fields = guess_fields(&readings, &spec, None);
        assert_eq!(fields[1].options[0].1, "comma (98 % sure)");
        assert_eq!(fields[4].options[0].1, "none (guessed)");
        let mut open = readings[0].clone();
        open.guesses.push(Guess {
            setting: ReadSetting::DateOrder,
            value: "month-first".to_owned(),
            sure: Some(0.5),
        });
        let asked = guess_fields(&[open], &spec, None).pop().unwrap();
        assert!(asked.label.contains("leave it open"), "{}", asked.label);
        assert_eq!(asked.options[0].1, "month first (50 % sure)");
        assert_eq!(asked.options[1].0, "day-first");
        assert_eq!(fields[1].said, "");
        let spec = spec.saying(None, ReadSetting::Delimiter, "~".to_owned());
        let fields = guess_fields(&readings, &spec, None);
        assert_eq!(fields[1].options[0].1, "Guess it");
        assert_eq!(fields[1].said, "~");
        assert!(fields[1].options.iter().any(|(value, _)| value == "~"));
        assert_eq!(
            spec.saying(None, ReadSetting::Delimiter, String::new()),
            ReadSpec::default()
        );
    }

    #[test]
    fn of_several_files_each_is_shown_with_what_was_said_of_it() {
        let mut readings = [reading("comma", 0, 0), reading("semicolon", 0, 0)];
        readings[1].file = "b.csv".to_owned();
        readings[1].guesses.push(Guess {
            setting: ReadSetting::Offset,
            value: "UTC".to_owned(),
            sure: None,
        });
        let shown = |spec: &ReadSpec, file: Option<&str>| {
            let fields = guess_fields(&readings, spec, file);
            let field = fields
                .into_iter()
                .find(|f| f.setting == ReadSetting::Delimiter);
            let field = field.unwrap();
            (field.options[0].1.clone(), field.said)
        };
        let both = |found: &str, said: &str| (found.to_owned(), said.to_owned());
        let spec = ReadSpec::default();
        assert_eq!(shown(&spec, None), both("Not the same in all files", ""));
        assert_eq!(
            shown(&spec, Some("b.csv")),
            both("semicolon (98 % sure)", "")
        );
        // What only one file has is asked of all.
        assert_eq!(guess_fields(&readings, &spec, None).len(), 6);
        assert_eq!(guess_fields(&readings, &spec, Some("a.csv")).len(), 5);

        let tab = || "tab".to_owned();
        let spec = spec.saying(Some("b.csv"), ReadSetting::Delimiter, tab());
        assert_eq!(shown(&spec, None), both("Not the same in all files", ""));
        assert_eq!(shown(&spec, Some("a.csv")), both("comma (98 % sure)", ""));
        assert_eq!(shown(&spec, Some("b.csv")), both("Guess it", "tab"));
        let all = spec.saying(None, ReadSetting::Delimiter, ":".to_owned());
        assert_eq!(all.said_of, []);
        assert_eq!(shown(&all, Some("b.csv")), both(":, as all files", ""));
        let other = all.saying(Some("b.csv"), ReadSetting::Delimiter, tab());
        assert_eq!(shown(&other, Some("b.csv")), both(":, as all files", "tab"));
        assert_eq!(shown(&other, None), both("Guess it", ":"));
        assert_eq!(
            other.saying(Some("b.csv"), ReadSetting::Delimiter, String::new()),
            all
        );
        assert_eq!(
            spec.saying(Some("b.csv"), ReadSetting::Delimiter, String::new()),
            ReadSpec::default()
        );
    }

    #[test]
    fn a_join_is_told_with_its_rates_and_gaps() {
        let column = |is_rate, resets, gaps| JoinedColumn {
            name: "c".to_owned(),
            metric: "m".to_owned(),
            source: "a.json".to_owned(),
            series: 2,
            is_rate,
            resets,
            gaps,
            duplicates: 0,
        };
        let join = JoinSummary {
            series: 4,
            samples: 80,
            entity_labels: vec!["node".to_owned()],
            dropped_labels: Vec::new(),
            step_secs: 30.0,
            columns: vec![column(true, 1, 0), column(false, 0, 3)],
            merged: 0,
            unplaced: 0,
        };
        assert_eq!(
            join_sentence(&join),
            "4 series became 2 columns: one row for each instant and node, 30 s apart; 1 counter made a rate per second, 1 reset seen, 3 gaps left empty."
        );
        let spec = ReadSpec::default()
            .rating("m", true)
            .rating("m", false)
            .naming_rows_by(" pod, node ,");
        assert_eq!(spec.rates, [("m".to_owned(), false)]);
        assert_eq!(
            spec.entity_labels,
            Some(vec!["pod".to_owned(), "node".to_owned()])
        );
        assert_eq!(spec.naming_rows_by(" ").entity_labels, None);
    }
}
