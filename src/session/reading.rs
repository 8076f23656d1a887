//! How files were read, as plain data.

use super::failure::Fault;
use crate::data::{Column, Frame};
use crate::export::{CsvOptions, frame_csv};
use crate::ingest::{Delimiter, Escape, FileRead, ReadReport, RowList};
use crate::protocol::{Guess, ReadSetting, ReadingSummary, RowNote, RowNotes};

/// Rows of each sort that a summary lists, over all files of a table.
const LISTED: usize = 50;

/// The files that are delimited text, with how each was read.
pub(super) fn hows(files: Vec<FileRead>) -> Vec<(String, ReadReport)> {
    files
        .into_iter()
        .filter_map(|file| Some((file.name, file.how?)))
        .collect()
}

/// The same, short enough to be shown.
///
/// A zone that is guessed is a question where `asks_zone` is set; of files that are all without one there is nothing to be
/// sure of or not.
pub(super) fn summaries(hows: &[(String, ReadReport)], asks_zone: bool) -> Vec<ReadingSummary> {
    let (mut repaired, mut skipped) = (LISTED, LISTED);
    hows.iter()
        .map(|(file, how)| ReadingSummary {
            file: file.clone(),
            guesses: guesses(how, asks_zone),
            repaired: notes(&how.repaired, &mut repaired),
            skipped: notes(&how.skipped, &mut skipped),
        })
        .collect()
}

fn guesses(how: &ReadReport, asks_zone: bool) -> Vec<Guess> {
    let sure = how.sure;
    let or_none = |sign: &str| match sign {
        "" => "none".to_owned(),
        sign => sign.to_owned(),
    };
    let delimiter = Delimiter::named(&how.delimiter);
    let of = |setting, value: String, sure: Option<f64>| Guess {
        setting,
        value,
        sure: sure.filter(|sure| sure.is_finite()),
    };
    let mut all = vec![
        of(
            ReadSetting::Encoding,
            how.encoding.clone(),
            Some(sure.encoding),
        ),
        of(
            ReadSetting::Delimiter,
            delimiter.map_or_else(|| how.delimiter.clone(), Delimiter::name),
            Some(sure.delimiter),
        ),
        of(ReadSetting::Quote, or_none(&how.quote), Some(sure.quote)),
    ];
    if !how.quote.is_empty() {
        let escape = match how.escape == how.quote {
            true => Escape::Doubled,
            false => Escape::named(&how.escape).unwrap_or_default(),
        };
        all.push(of(ReadSetting::Escape, escape.name(), Some(sure.escape)));
    }
    all.extend([
        of(
            ReadSetting::Decimal,
            how.decimal.clone(),
            Some(sure.decimal),
        ),
        of(
            ReadSetting::HeaderRows,
            how.header_rows.to_string(),
            Some(sure.header_rows),
        ),
        of(
            ReadSetting::PreambleRows,
            how.preamble_rows.to_string(),
            Some(sure.preamble_rows),
        ),
        of(ReadSetting::Comment, or_none(&how.comment), None),
    ]);
    if !how.date_order.is_empty() {
        all.push(of(
            ReadSetting::DateOrder,
            how.date_order.clone(),
            Some(sure.date_order),
        ));
    }
    if !how.offset.is_empty() {
        let is_told = asks_zone || sure.offset >= 1.0;
        all.push(of(
            ReadSetting::Offset,
            how.offset.clone(),
            is_told.then_some(sure.offset),
        ));
    }
    all
}

fn notes(list: &RowList, left: &mut usize) -> RowNotes {
    let note = |note: &crate::ingest::RowNote| RowNote {
        line: note.line,
        why: note.why.words().to_owned(),
        text: note.text.clone(),
    };
    let rows: Vec<RowNote> = list.rows.iter().take(*left).map(note).collect();
    *left -= rows.len();
    RowNotes {
        count: list.count,
        rows,
    }
}

/// Every row that was not read as it stands as CSV: `file,line,what,why,text`.
pub(super) fn csv(hows: &[(String, ReadReport)]) -> Result<Vec<u8>, Fault> {
    let notes = || {
        hows.iter().flat_map(|(file, how)| {
            let repaired = how.repaired.rows.iter().map(|note| ("repaired", note));
            let skipped = how.skipped.rows.iter().map(|note| ("left out", note));
            repaired
                .chain(skipped)
                .map(move |(what, note)| (file, what, note))
        })
    };
    let lines = notes().map(|(_, _, note)| note.line as f64).collect();
    let columns = vec![
        Column::category("file", notes().map(|(file, ..)| file)),
        Column::integer("line", lines),
        Column::category("what", notes().map(|(_, what, _)| what)),
        Column::category("why", notes().map(|(_, _, note)| note.why.words())),
        Column::category("text", notes().map(|(_, _, note)| note.text.as_str())),
    ];
    let frame = Frame::new("rows", columns).map_err(|error| Fault::internal(&error.to_string()))?;
    Ok(frame_csv(&frame, CsvOptions::default()))
}
