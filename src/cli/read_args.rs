//! What one may say of how files are to be read and joined.

use clap::Args as ClapArgs;

use crate::ingest::{DateOrder, Delimiter, Encoding, Escape, JoinOptions, Offset, ReadOptions};

#[derive(Debug, ClapArgs)]
#[command(next_help_heading = "How series are joined")]
pub(super) struct JoinArgs {
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

impl JoinArgs {
    pub fn options(&self) -> JoinOptions {
        let said = |metrics: &[String], rate: bool| {
            let pair = |metric: &String| (metric.clone(), rate);
            metrics.iter().map(pair).collect::<Vec<_>>()
        };
        JoinOptions {
            step_secs: self.step,
            entity_labels: self.entity_labels.clone(),
            rates: [said(&self.rates, true), said(&self.no_rates, false)].concat(),
            replica_labels: self.replica_labels.clone(),
            victoria_format: self.victoria_format.clone(),
        }
    }
}

fn step(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(secs) if (1e-3..1e9).contains(&secs) => Ok(secs),
        _ => Err("rows are from 0.001 to a billion seconds apart".to_owned()),
    }
}

#[derive(Debug, Default, ClapArgs)]
#[command(next_help_heading = "Instead of a guess")]
pub(super) struct OptionArgs {
    /// What separates cells: a sign or several, or comma, semicolon, tab, space, blanks, wide-blanks, fixed.
    #[arg(long, value_name = "SIGN", value_parser = delimiter, allow_hyphen_values = true)]
    delimiter: Option<Delimiter>,
    /// The quote, or none.
    #[arg(long, value_name = "SIGN", value_parser = sign)]
    quote: Option<Sign>,
    /// How a quote stands within quotes: doubled, or after backslash or another sign.
    #[arg(long, value_name = "RULE", value_parser = escape)]
    escape: Option<Escape>,
    /// utf-8, utf-16le, utf-16be, utf-32le, utf-32be or windows-1252.
    #[arg(long, value_name = "NAME", value_parser = encoding)]
    encoding: Option<Encoding>,
    /// Rows of the header; 0 where the first row is data.
    #[arg(long, value_name = "N")]
    header_rows: Option<usize>,
    /// Lines above the header, blank ones and comments not counted.
    #[arg(long, value_name = "N")]
    preamble_rows: Option<usize>,
    /// The sign before fractions, . or ,
    #[arg(long, value_name = "SIGN", value_parser = decimal)]
    decimal: Option<char>,
    /// Which comes first in dates such as 01/02/2026: day-first or month-first.
    #[arg(long, value_name = "ORDER", value_parser = dates)]
    dates: Option<DateOrder>,
    /// How far times without a zone are ahead of UTC: UTC, or such as +01:00.
    #[arg(long, value_name = "OFFSET", value_parser = offset, allow_hyphen_values = true)]
    offset: Option<Offset>,
    /// What comment lines begin with, or none.
    #[arg(long, value_name = "SIGN", value_parser = sign)]
    comment: Option<Sign>,
    /// The same for one of several files, once for each setting: --for b.csv,delimiter=; --for b.csv,offset=+01:00
    #[arg(long = "for", value_name = "FILE,OPTION=VALUE", value_parser = one_file)]
    one_file: Vec<OneFile>,
}

/// What is said of one file.
#[derive(Clone, Debug)]
struct OneFile {
    file: String,
    option: &'static str,
    value: String,
}

const OPTIONS: [&str; 10] = [
    "delimiter",
    "quote",
    "escape",
    "encoding",
    "header-rows",
    "preamble-rows",
    "decimal",
    "dates",
    "offset",
    "comment",
];

/// A file's name may hold commas, and a value too.
fn one_file(text: &str) -> Result<OneFile, String> {
    let places = OPTIONS.iter().filter_map(|option| {
        let at = text.find(&format!(",{option}="))?;
        Some((at, *option))
    });
    let Some((at, option)) = places.min() else {
        return Err(format!(
            "it is FILE,OPTION=VALUE, where OPTION is one of {}",
            OPTIONS.join(", ")
        ));
    };
    let said = OneFile {
        file: text[..at].to_owned(),
        option,
        value: text[at + option.len() + 2..].to_owned(),
    };
    said.add_to(&mut ReadOptions::default())?;
    Ok(said)
}

impl OneFile {
    fn add_to(&self, options: &mut ReadOptions) -> Result<(), String> {
        let value = self.value.as_str();
        match self.option {
            "delimiter" => options.delimiter = Some(delimiter(value)?),
            "quote" => options.quote = Some(sign(value)?.0),
            "escape" => options.escape = Some(escape(value)?),
            "encoding" => options.encoding = Some(encoding(value)?),
            "header-rows" => options.header_rows = Some(rows(value)?),
            "preamble-rows" => options.preamble_rows = Some(rows(value)?),
            "decimal" => options.decimal = Some(decimal(value)?),
            "dates" => options.date_order = Some(dates(value)?),
            "offset" => options.offset = Some(offset(value)?),
            _ => options.comment = Some(sign(value)?.0),
        }
        Ok(())
    }
}

fn rows(text: &str) -> Result<usize, String> {
    text.parse().map_err(|_| "it is a whole number".to_owned())
}

/// A sign, or none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Sign(Option<u8>);

fn sign(text: &str) -> Result<Sign, String> {
    match *text.as_bytes() {
        _ if text == "none" => Ok(Sign(None)),
        [b] if b.is_ascii_graphic() => Ok(Sign(Some(b))),
        _ => Err("it is one character, or none".to_owned()),
    }
}

fn delimiter(text: &str) -> Result<Delimiter, String> {
    Delimiter::named(text).ok_or_else(|| {
        "it is a sign such as , or several such as ->, or comma, semicolon, tab, space, blanks, wide-blanks or fixed"
            .to_owned()
    })
}

fn escape(text: &str) -> Result<Escape, String> {
    Escape::named(text).ok_or_else(|| "it is doubled, backslash, or one sign".to_owned())
}

fn encoding(text: &str) -> Result<Encoding, String> {
    let name = match text.to_ascii_lowercase().as_str() {
        "utf8" => "utf-8".to_owned(),
        "cp1252" | "latin-1" | "latin1" | "iso-8859-1" => "windows-1252".to_owned(),
        other => other.to_owned(),
    };
    Encoding::named(&name).ok_or_else(|| {
        "it is utf-8, utf-16le, utf-16be, utf-32le, utf-32be or windows-1252".to_owned()
    })
}

fn decimal(text: &str) -> Result<char, String> {
    match text {
        "." | "point" => Ok('.'),
        "," | "comma" => Ok(','),
        _ => Err("it is . or ,".to_owned()),
    }
}

fn dates(text: &str) -> Result<DateOrder, String> {
    DateOrder::named(text).ok_or_else(|| "it is day-first or month-first".to_owned())
}

fn offset(text: &str) -> Result<Offset, String> {
    Offset::named(text).ok_or_else(|| "it is UTC, or from -14:00 to +14:00".to_owned())
}

impl OptionArgs {
    pub fn options(&self) -> ReadOptions {
        ReadOptions {
            delimiter: self.delimiter,
            quote: self.quote.map(|sign| sign.0),
            escape: self.escape,
            encoding: self.encoding,
            header_rows: self.header_rows,
            preamble_rows: self.preamble_rows,
            decimal: self.decimal,
            date_order: self.dates,
            offset: self.offset,
            comment: self.comment.map(|sign| sign.0),
        }
    }

    /// What holds of each file that is said something of, under the name that it has in `heads`.
    pub fn of_files(&self, paths: &[String], heads: &[String]) -> Vec<(String, ReadOptions)> {
        let mut all: Vec<(String, ReadOptions)> = Vec::new();
        for said in &self.one_file {
            let at = paths.iter().position(|path| *path == said.file);
            let name = at.and_then(|at| heads.get(at)).unwrap_or(&said.file);
            let at = all
                .iter()
                .position(|(of, _)| of == name)
                .unwrap_or_else(|| {
                    all.push((name.clone(), self.options()));
                    all.len() - 1
                });
            // It was tried when it was said.
            let _ = said.add_to(&mut all[at].1);
        }
        all
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_said_arrives() {
        assert_eq!(delimiter("tab"), Ok(Delimiter::Byte(b'\t')));
        assert_eq!(
            delimiter("||"),
            Delimiter::named("||").ok_or_else(String::new)
        );
        assert!(delimiter("ab").is_err() && delimiter("").is_err());
        assert_eq!(sign("none"), Ok(Sign(None)));
        assert_eq!(sign("'"), Ok(Sign(Some(b'\''))));
        assert!(sign("ab").is_err());
        assert_eq!(decimal(","), Ok(','));
        assert!(offset("+01:00").is_ok() && offset("-5").is_ok() && offset("15:00").is_err());
        let said = one_file("a,b.csv,delimiter=,").unwrap();
        assert_eq!(
            (said.file.as_str(), said.option, said.value.as_str()),
            ("a,b.csv", "delimiter", ",")
        );
        for text in [
            "a.csv",
            "a.csv,colour=red",
            "a.csv,decimal=x",
            "a.csv;offset=UTC",
        ] {
            assert!(one_file(text).is_err(), "{text}");
        }
        assert!(encoding("ebcdic").is_err() && escape("x").is_err());
    }
}
