//! What one may say of how files are to be read and joined, in every command that reads tables.

use clap::Args as ClapArgs;

use super::files;
use crate::protocol::{Failure, FailureCode, Place, ReadSetting, ReadSpec};
use crate::session::{READ_SETTINGS, check_said, check_step};

/// What the options are called where other commands than `read` take them: their short help leaves them out.
pub(super) const NAMES: [&str; 17] = [
    "delimiter",
    "quote",
    "escape",
    TEXT_ENCODING,
    "header_rows",
    "preamble_rows",
    "decimal",
    "dates",
    "offset",
    "comment",
    "one_file",
    "step",
    "entity_labels",
    "rates",
    "no_rates",
    "replica_labels",
    "victoria_format",
];

/// The encoding of a file. `--encoding` is how `train` makes numbers of categories.
pub(super) const TEXT_ENCODING: &str = "text_encoding";

#[derive(Debug, Default, ClapArgs)]
pub(super) struct ReadingArgs {
    #[command(flatten)]
    text: TextArgs,
    #[command(flatten)]
    join: JoinArgs,
}

#[derive(Debug, Default, ClapArgs)]
#[command(next_help_heading = "How files are read, instead of a guess")]
struct TextArgs {
    /// What separates cells: a sign or several, or comma, semicolon, tab, space, blanks, wide-blanks, fixed.
    #[arg(long, value_name = "SIGN", value_parser = said(ReadSetting::Delimiter), allow_hyphen_values = true)]
    delimiter: Option<String>,
    /// The quote, or none.
    #[arg(long, value_name = "SIGN", value_parser = said(ReadSetting::Quote), allow_hyphen_values = true)]
    quote: Option<String>,
    /// How a quote stands within quotes: doubled, or after backslash or another sign.
    #[arg(long, value_name = "RULE", value_parser = said(ReadSetting::Escape))]
    escape: Option<String>,
    /// utf-8, utf-16le, utf-16be, utf-32le, utf-32be or windows-1252.
    #[arg(long, value_name = "NAME", value_parser = said(ReadSetting::Encoding))]
    text_encoding: Option<String>,
    /// Rows of the header; 0 where the first row is data.
    #[arg(long, value_name = "N", value_parser = said(ReadSetting::HeaderRows))]
    header_rows: Option<String>,
    /// Lines above the header, blank ones and comments not counted.
    #[arg(long, value_name = "N", value_parser = said(ReadSetting::PreambleRows))]
    preamble_rows: Option<String>,
    /// The sign before fractions, . or ,
    #[arg(long, value_name = "SIGN", value_parser = said(ReadSetting::Decimal))]
    decimal: Option<String>,
    /// Which comes first in dates such as 01/02/2026: day-first or month-first.
    #[arg(long, value_name = "ORDER", value_parser = said(ReadSetting::DateOrder))]
    dates: Option<String>,
    /// How far times without a zone are ahead of UTC: UTC, or such as +01:00.
    #[arg(long, value_name = "OFFSET", value_parser = said(ReadSetting::Offset), allow_hyphen_values = true)]
    offset: Option<String>,
    /// What comment lines begin with, or none.
    #[arg(long, value_name = "SIGN", value_parser = said(ReadSetting::Comment), allow_hyphen_values = true)]
    comment: Option<String>,
    /// The same for one of several files, once for each setting: --for b.csv,delimiter=; --for b.csv,offset=+01:00
    #[arg(long = "for", value_name = "FILE,OPTION=VALUE", value_parser = one_file, allow_hyphen_values = true)]
    one_file: Vec<OneFile>,
}

#[derive(Debug, Default, ClapArgs)]
#[command(next_help_heading = "How series are joined")]
struct JoinArgs {
    /// Seconds between rows, instead of the samples' own distance.
    #[arg(long, value_name = "SECONDS", value_parser = step)]
    step: Option<f64>,
    /// Labels that name a row, instead of those that vary and are shared.
    #[arg(long, value_name = "LABEL", value_delimiter = ',')]
    entity_labels: Option<Vec<String>>,
    /// Metrics that are counters, to be made rates.
    #[arg(long, value_name = "METRIC", value_delimiter = ',')]
    rates: Vec<String>,
    /// Metrics that are not to be made rates.
    #[arg(long, value_name = "METRIC", value_delimiter = ',')]
    no_rates: Vec<String>,
    /// Labels that tell the members of a pair apart that scrape the same.
    #[arg(long, value_name = "LABEL", value_delimiter = ',')]
    replica_labels: Option<Vec<String>>,
    /// The format of VictoriaMetrics' CSV export, as it was asked for: __name__,instance,__value__,__timestamp__:unix_s
    #[arg(long, value_name = "FORMAT")]
    victoria_format: Option<String>,
}

/// What is said of one file.
#[derive(Clone, Debug)]
struct OneFile {
    file: String,
    setting: ReadSetting,
    value: String,
}

/// Takes what can be said of a setting.
fn said(setting: ReadSetting) -> impl Fn(&str) -> Result<String, String> + Clone {
    move |value| match check_said(setting, value) {
        Ok(()) => Ok(value.to_owned()),
        Err(means) => Err(means.to_owned()),
    }
}

fn step(text: &str) -> Result<f64, String> {
    let secs = text.parse().unwrap_or(f64::NAN);
    check_step(secs).map(|()| secs).map_err(str::to_owned)
}

/// A file's name may hold commas, and a value too.
fn one_file(text: &str) -> Result<OneFile, String> {
    let places = READ_SETTINGS.iter().filter_map(|(name, setting)| {
        let at = text.find(&format!(",{name}="))?;
        Some((at, name.len(), *setting))
    });
    let Some((at, length, setting)) = places.min_by_key(|(at, ..)| *at) else {
        let names = READ_SETTINGS.map(|(name, _)| name);
        return Err(format!(
            "it is FILE,OPTION=VALUE, where OPTION is one of {}",
            names.join(", ")
        ));
    };
    Ok(OneFile {
        file: text[..at].to_owned(),
        setting,
        value: said(setting)(&text[at + length + 2..])?,
    })
}

impl ReadingArgs {
    /// Whether all is left to be guessed.
    pub fn is_silent(&self) -> bool {
        self.text.all().is_empty() && self.text.one_file.is_empty() && self.join.is_silent()
    }

    /// What is said of the files at `paths`, as plain data; nothing where all is left to be guessed. What is said of a file
    /// that is none of them is a failure, unless it may be within one.
    pub fn spec(&self, paths: &[String]) -> Result<Option<Box<ReadSpec>>, Failure> {
        if self.is_silent() {
            return Ok(None);
        }
        let mut said_of: Vec<(String, Vec<(ReadSetting, String)>)> = Vec::new();
        let holds_files = |path: &String| path.to_ascii_lowercase().ends_with(".zip");
        for said in &self.text.one_file {
            let is_it = |path: &&String| **path == said.file || files::file_name(path) == said.file;
            let name = match paths.iter().find(is_it) {
                Some(path) => files::file_name(path),
                None if paths.iter().any(holds_files) => said.file.clone(),
                None => return Err(about_no_file(&said.file, paths)),
            };
            let at = said_of.iter().position(|(of, _)| *of == name);
            let at = at.unwrap_or_else(|| {
                said_of.push((name, Vec::new()));
                said_of.len() - 1
            });
            said_of[at].1.push((said.setting, said.value.clone()));
        }
        let rates = |metrics: &[String], rate: bool| {
            let pair = |metric: &String| (metric.clone(), rate);
            metrics.iter().map(pair).collect::<Vec<_>>()
        };
        let join = &self.join;
        Ok(Some(Box::new(ReadSpec {
            said: self.text.all(),
            said_of,
            step_secs: join.step,
            entity_labels: join.entity_labels.clone(),
            rates: [rates(&join.rates, true), rates(&join.no_rates, false)].concat(),
            replica_labels: join.replica_labels.clone(),
            victoria_format: join.victoria_format.clone(),
        })))
    }
}

fn about_no_file(file: &str, paths: &[String]) -> Failure {
    let names: Vec<String> = paths.iter().map(|path| files::file_name(path)).collect();
    Failure {
        code: FailureCode::Option,
        title: format!("--for {file} is about no file that is read"),
        detail: format!("The files are {}.", names.join(", ")),
        hint: "Name one of them before the first comma.".to_owned(),
        place: Place::default(),
    }
}

impl TextArgs {
    /// What is said of all files.
    fn all(&self) -> Vec<(ReadSetting, String)> {
        let said = [
            (ReadSetting::Delimiter, &self.delimiter),
            (ReadSetting::Quote, &self.quote),
            (ReadSetting::Escape, &self.escape),
            (ReadSetting::Encoding, &self.text_encoding),
            (ReadSetting::HeaderRows, &self.header_rows),
            (ReadSetting::PreambleRows, &self.preamble_rows),
            (ReadSetting::Decimal, &self.decimal),
            (ReadSetting::DateOrder, &self.dates),
            (ReadSetting::Offset, &self.offset),
            (ReadSetting::Comment, &self.comment),
        ];
        let said = said.into_iter();
        said.filter_map(|(setting, value)| Some((setting, value.clone()?)))
            .collect()
    }
}

impl JoinArgs {
    fn is_silent(&self) -> bool {
        self.step.is_none()
            && self.entity_labels.is_none()
            && self.rates.is_empty()
            && self.no_rates.is_empty()
            && self.replica_labels.is_none()
            && self.victoria_format.is_none()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_said_of_one_file_arrives() {
        let said = one_file("a,b.csv,delimiter=,").unwrap();
        assert_eq!(
            (said.file.as_str(), said.setting, said.value.as_str()),
            ("a,b.csv", ReadSetting::Delimiter, ",")
        );
        for text in [
            "a.csv",
            "a.csv,colour=red",
            "a.csv,decimal=x",
            "a.csv;offset=UTC",
        ] {
            assert!(one_file(text).is_err(), "{text}");
        }
        let args = ReadingArgs {
            text: TextArgs {
                one_file: vec![said],
                ..TextArgs::default()
            },
            ..ReadingArgs::default()
        };
        assert!(!args.is_silent());
        let spec = args.spec(&["deep/a,b.csv".to_owned()]).unwrap().unwrap();
        let of_file = vec![(ReadSetting::Delimiter, ",".to_owned())];
        assert_eq!(spec.said_of, [("a,b.csv".to_owned(), of_file)]);
        assert!(args.spec(&["c.csv".to_owned()]).is_err());
        assert!(args.spec(&["c.zip".to_owned()]).is_ok());
        assert_eq!(ReadingArgs::default().spec(&[]), Ok(None));
    }
}
