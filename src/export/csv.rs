//! Comma-separated values (RFC 4180, lines ended by LF), safe to open in a spreadsheet.

use std::borrow::Cow;
use std::io::Write;
use std::ops::Range;

use ndarray::ArrayView2;

use crate::data::{Column, Frame, Values};

/// How text is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CsvOptions {
    /// Put an apostrophe before text that a spreadsheet would run as a formula. On unless switched off: a name that
    /// comes out of somebody's metrics should not run on the reader's machine (OWASP, "CSV Injection").
    pub neutralise: bool,
}

impl Default for CsvOptions {
    fn default() -> Self {
        Self { neutralise: true }
    }
}

/// A text as it stands between two commas: quoted where RFC 4180 asks for it, neutralised where it starts with
/// `= + - @`, their full-width forms, tab, CR, LF or NUL and is not a plain number.
pub fn cell(text: &str, neutralise: bool) -> Cow<'_, str> {
    let prefixed = neutralise
        && text.starts_with([
            '=', '+', '-', '@', '\t', '\r', '\n', '\0', '＝', '＋', '－', '＠',
        ])
        && !is_plain_number(text);
    // A byte order mark at the start of a file would be taken for one.
    let quoted = text.contains(['"', ',', '\r', '\n']) || text.starts_with('\u{feff}');
    if !prefixed && !quoted {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 3);
    if quoted {
        out.push('"');
    }
    if prefixed {
        out.push('\'');
    }
    if quoted {
        out.push_str(&text.replace('"', "\"\""));
        out.push('"');
    } else {
        out.push_str(text);
    }
    Cow::Owned(out)
}

/// Digits with at most a sign, a point and an exponent: nothing that a spreadsheet could run.
fn is_plain_number(text: &str) -> bool {
    let text = text.strip_prefix(['+', '-']).unwrap_or(text);
    let (mantissa, exponent) = match text.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent)),
        None => (text, None),
    };
    let digits = |s: &str| s.bytes().all(|b| b.is_ascii_digit());
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    digits(whole)
        && digits(fraction)
        && whole.len() + fraction.len() > 0
        && exponent.is_none_or(|e| {
            let e = e.strip_prefix(['+', '-']).unwrap_or(e);
            !e.is_empty() && digits(e)
        })
}

/// The shortest text that reads back as the same bits; nothing where it is no finite number.
fn push_number(out: &mut Vec<u8>, x: f64) {
    let magnitude = x.abs();
    // Writing to a Vec cannot fail.
    let _ = if !x.is_finite() {
        Ok(())
    } else if x.fract() == 0.0 && x != 0.0 && magnitude < 1e15 {
        // The same text, sooner.
        write!(out, "{}", x as i64)
    } else if x == 0.0 || (1e-5..1e16).contains(&magnitude) {
        write!(out, "{x}")
    } else {
        write!(out, "{x:e}")
    };
}

/// Writes a table piece by piece, so that a long one neither blocks nor stands in memory twice.
///
/// ```
/// use kubecast::data::{Column, Frame};
/// use kubecast::export::{CsvOptions, CsvWriter};
///
/// let frame = Frame::new("t", vec![Column::number("x", vec![1.5, f64::NAN, 3.0])])?;
/// let writer = CsvWriter::new(&frame, CsvOptions::default());
/// let mut text = Vec::new();
/// writer.header(&mut text);
/// writer.rows(0..2, &mut text);
/// writer.rows(2..3, &mut text);
/// assert_eq!(text, b"x\n1.5\n\"\"\n3\n");
/// # Ok::<(), kubecast::data::FrameError>(())
/// ```
#[derive(Debug)]
pub struct CsvWriter<'a> {
    frame: &'a Frame,
    options: CsvOptions,
    /// By column, then code: a name's cell, made once. Empty where the column holds no names.
    names: Vec<Vec<Cow<'a, str>>>,
}

impl<'a> CsvWriter<'a> {
    /// Prepares the names; work in proportion to how many different ones there are.
    pub fn new(frame: &'a Frame, options: CsvOptions) -> Self {
        let names = frame
            .columns()
            .iter()
            .map(|column| match &column.values {
                Values::Text(cells) => cells
                    .names
                    .iter()
                    .map(|name| cell(name, options.neutralise))
                    .collect(),
                _ => Vec::new(),
            })
            .collect();
        Self {
            frame,
            options,
            names,
        }
    }

    /// Appends the line of column names.
    pub fn header(&self, out: &mut Vec<u8>) {
        for (i, column) in self.frame.columns().iter().enumerate() {
            if i > 0 {
                out.push(b',');
            }
            out.extend_from_slice(cell(&column.name, self.options.neutralise).as_bytes());
        }
        out.push(b'\n');
    }

    /// Appends these rows, from 0; those beyond the table's end are left out. A missing cell is empty, unless it was
    /// read from a word such as `NA`, which is kept.
    pub fn rows(&self, rows: Range<usize>, out: &mut Vec<u8>) {
        let alone = self.frame.columns().len() == 1;
        for row in rows.start..rows.end.min(self.frame.rows()) {
            let line = out.len();
            for (i, (column, names)) in self.frame.columns().iter().zip(&self.names).enumerate() {
                if i > 0 {
                    out.push(b',');
                }
                self.push_cell(column, names, row, out);
            }
            if alone && out.len() == line {
                // An empty line would be read as none.
                out.extend_from_slice(b"\"\"");
            }
            out.push(b'\n');
        }
    }

    fn push_cell(&self, column: &Column, names: &[Cow<'_, str>], row: usize, out: &mut Vec<u8>) {
        match &column.values {
            Values::Text(cells) => {
                if let Some(name) = cells.codes.get(row).and_then(|&c| names.get(c as usize)) {
                    out.extend_from_slice(name.as_bytes());
                }
            }
            Values::Number(values) if values.get(row).is_some_and(|x| !x.is_nan()) => {
                push_number(out, values[row]);
            }
            _ => {
                let text = column.text(row);
                out.extend_from_slice(cell(&text, self.options.neutralise).as_bytes());
            }
        }
    }
}

/// The whole table as text: the header, then every row.
pub fn frame_csv(frame: &Frame, options: CsvOptions) -> Vec<u8> {
    let writer = CsvWriter::new(frame, options);
    let mut out = Vec::new();
    writer.header(&mut out);
    writer.rows(0..frame.rows(), &mut out);
    out
}

/// Predictions as text: `row,predicted,probability`, then `p_CLASS` for each class; where it is known which rows are unlike
/// those learned from, `unfamiliar` (1 or 0) and `because`, the columns that make a row so; a row of which it is not known
/// (`None`) leaves the first empty and says why in the second.
///
/// `rows` are the numbers to show, `predicted` indexes `classes`, `probabilities` is rows × classes; the shortest of
/// the three decides how many lines there are. What is not defined (`NaN`, an index that names no class) is empty.
pub fn predictions_csv(
    classes: &[String],
    rows: &[u64],
    predicted: &[u32],
    probabilities: ArrayView2<'_, f64>,
    familiar: Option<&[(Option<bool>, &str)]>,
    options: CsvOptions,
) -> Vec<u8> {
    let mut out = b"row,predicted,probability".to_vec();
    for class in classes {
        out.push(b',');
        out.extend_from_slice(cell(&format!("p_{class}"), options.neutralise).as_bytes());
    }
    if familiar.is_some() {
        out.extend_from_slice(b",unfamiliar,because");
    }
    out.push(b'\n');
    let cells: Vec<Cow<'_, str>> = classes
        .iter()
        .map(|class| cell(class, options.neutralise))
        .collect();
    let lines = rows.iter().zip(predicted).zip(probabilities.rows());
    for (line, ((row, &class), shares)) in lines.enumerate() {
        let class = class as usize;
        let _ = write!(out, "{row},");
        out.extend_from_slice(cells.get(class).map_or("", |name| name).as_bytes());
        out.push(b',');
        push_number(&mut out, shares.get(class).copied().unwrap_or(f64::NAN));
        for i in 0..classes.len() {
            out.push(b',');
            push_number(&mut out, shares.get(i).copied().unwrap_or(f64::NAN));
        }
        if let Some(familiar) = familiar {
            let (is_familiar, because) = familiar.get(line).copied().unwrap_or_default();
            let unfamiliar = match is_familiar {
                Some(true) => b",0,".as_slice(),
                Some(false) => b",1,",
                None => b",,",
            };
            out.extend_from_slice(unfamiliar);
            out.extend_from_slice(cell(because, options.neutralise).as_bytes());
        }
        out.push(b'\n');
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formulas_are_neutralised_and_numbers_are_not() {
        let safe = |text| cell(text, true).into_owned();
        assert_eq!(safe("=1+1"), "'=1+1");
        assert_eq!(safe("+cmd"), "'+cmd");
        assert_eq!(safe("-2+3"), "'-2+3");
        assert_eq!(safe("@SUM(A1)"), "'@SUM(A1)");
        assert_eq!(safe("\tx"), "'\tx");
        assert_eq!(safe("\0x"), "'\0x");
        assert_eq!(safe("\r=x"), "\"'\r=x\"");
        assert_eq!(safe("\n=x"), "\"'\n=x\"");
        for full_width in ["＝1", "＋1", "－1", "＠a"] {
            assert_eq!(safe(full_width), format!("'{full_width}"));
        }
        for number in ["-1", "+1", "-1.5e-9", "-.5", "+3.", "-0"] {
            assert_eq!(safe(number), number);
        }
        for formula in ["-", "+", "-e5", "-1e", "-1.2.3", "-1 ", "+1e+", "--1", "-."] {
            assert_eq!(safe(formula), format!("'{formula}"));
        }
        assert_eq!(safe("node-001"), "node-001");
        assert_eq!(cell("=1+1", false), "=1+1");
    }

    #[test]
    fn quotes_stand_where_they_are_needed() {
        let plain = |text| cell(text, false).into_owned();
        assert_eq!(plain("a b"), "a b");
        assert_eq!(plain("a,b"), "\"a,b\"");
        assert_eq!(plain("a\"b"), "\"a\"\"b\"");
        assert_eq!(plain("a\r\nb"), "\"a\r\nb\"");
        assert_eq!(cell("=a,\"b\"", true), "\"'=a,\"\"b\"\"\"");
    }

    #[test]
    fn undefined_predictions_are_empty() {
        let classes = ["None".to_owned(), "=x".to_owned()];
        let shares = ndarray::arr2(&[[0.25, 0.75], [f64::NAN, 1.0], [0.5, 0.5]]);
        let text = predictions_csv(
            &classes,
            &[1, 2, 9],
            &[1, 0, 7],
            shares.view(),
            None,
            CsvOptions::default(),
        );
        assert_eq!(
            String::from_utf8(text).unwrap(),
            "row,predicted,probability,p_None,p_=x\n1,'=x,0.75,0.25,0.75\n2,None,,,1\n9,,,0.5,0.5\n"
        );
    }
}
