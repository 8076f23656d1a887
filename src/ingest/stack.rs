//! Several files with the same columns -> one table.

use super::duplicates::repeated_rows;
use super::infer::tell_kind;
use super::kind::kind_of;
use super::limits::{MAX_CELLS, MAX_ROWS};
use super::report::ReadReport;
use super::retype::retype;
use super::{IngestError, Ingested};
use crate::data::{Column, ColumnKind, Dictionary, Frame, Level, Notice, NullToken, Values};

/// Stacks tables with the same set of headers one below the other, in the order of the first one's columns.
///
/// A column that is text in one file and numbers in another becomes text. The kinds are decided anew over all rows.
///
/// # Errors
/// [`IngestError::DifferentColumns`] names the columns that differ; [`IngestError::TooManyRows`] where the files
/// together go beyond a limit; [`IngestError::NoFile`] without any.
pub fn stack(parts: Vec<Ingested>) -> Result<Ingested, IngestError> {
    let mut parts = parts.into_iter();
    let Some(first) = parts.next() else {
        return Err(IngestError::NoFile);
    };
    let rest: Vec<Ingested> = parts.collect();
    if rest.is_empty() {
        return Ok(first);
    }
    for part in &rest {
        same_columns(&first.frame, &part.frame)?;
    }
    let rows = rest
        .iter()
        .fold(first.rows, |sum, p| sum.saturating_add(p.rows));
    let width = first.frame.columns().len() as u64;
    if rows > MAX_ROWS || rows.saturating_mul(width) > MAX_CELLS {
        let file = format!("{} and {} more", first.frame.name, rest.len());
        return Err(IngestError::TooManyRows {
            file,
            line: 1,
            rows: MAX_ROWS.min(MAX_CELLS / width.max(1)),
        });
    }
    let mut notices = Vec::new();
    let mut columns = Vec::new();
    for (position, top) in first.frame.columns().iter().enumerate() {
        let below = rest.iter().filter_map(|p| p.frame.column(&top.name));
        let column = stacked(std::iter::once(top).chain(below).collect(), position);
        tell_kind(&column, &mut notices);
        columns.push(column);
    }
    let name = match rest.len() {
        1 => format!("{} and {}", first.frame.name, rest[0].frame.name),
        more => format!("{} and {more} more", first.frame.name),
    };
    let bytes = rest.iter().fold(first.bytes, |sum, p| sum + p.bytes);
    // How each file was read stands with that file; what holds for all is told.
    let how = first.how.clone();
    let mut told = Vec::new();
    for part in std::iter::once(first).chain(rest) {
        let file = part.frame.name;
        for notice in part.notices {
            if let Some(notice) = of_file(notice, &file)
                && !told.contains(&notice)
            {
                told.push(notice);
            }
        }
    }
    told.append(&mut notices);
    let frame = Frame::new(name.clone(), columns)
        .map_err(|source| IngestError::Frame { file: name, source })?;
    let (count, _) = repeated_rows(&frame, 0);
    if count > 0 && frame.columns().len() > 1 {
        told.push(Notice::Other {
            title: format!("{count} duplicate rows"),
            meaning: "Counted over all files together. The same row in training and test makes a score look better than it is.".to_owned(),
            level: Level::Warning,
        });
    }
    Ok(Ingested {
        jumps: Vec::new(),
        frame,
        notices: told,
        bytes,
        rows,
        how: ReadReport { rows, ..how },
    })
}

fn same_columns(first: &Frame, other: &Frame) -> Result<(), IngestError> {
    let lacking = |from: &Frame, of: &Frame| -> Vec<String> {
        let names = of.columns().iter().map(|c| c.name.clone());
        names.filter(|n| from.position(n).is_none()).collect()
    };
    let (missing, extra) = (lacking(other, first), lacking(first, other));
    if missing.is_empty() && extra.is_empty() {
        return Ok(());
    }
    Err(IngestError::DifferentColumns {
        file: other.name.clone(),
        first_file: first.name.clone(),
        missing,
        extra,
    })
}

/// A file's notice, told of that file: those that name lines must say of which file, and those about whole columns are
/// found anew.
fn of_file(notice: Notice, file: &str) -> Option<Notice> {
    match notice {
        Notice::ConstantColumn { .. }
        | Notice::IdentifierColumn { .. }
        | Notice::DuplicateRows { .. } => None,
        notice => Some(Notice::Other {
            title: format!("{file}: {}", notice.title()),
            meaning: notice.meaning(),
            level: notice.level(),
        }),
    }
}

/// The columns one below the other.
fn stacked(parts: Vec<&Column>, position: usize) -> Column {
    let name = parts.first().map(|c| c.name.clone()).unwrap_or_default();
    // A part without a value has no kind of its own, whatever it was taken for.
    let valued: Vec<&&Column> = parts
        .iter()
        .filter(|c| c.missing_count() < c.len())
        .collect();
    let all =
        |test: fn(&Values) -> bool| !valued.is_empty() && valued.iter().all(|c| test(&c.values));
    let common = if all(|v| matches!(v, Values::Number(_))) {
        ColumnKind::Number
    } else if all(|v| matches!(v, Values::Time(_))) {
        ColumnKind::Timestamp
    } else {
        ColumnKind::Text
    };
    let (mut numbers, mut times, mut texts) = (Vec::new(), Vec::new(), Vec::new());
    let mut null_tokens = Vec::new();
    let mut row = 0u32;
    for part in parts {
        let (part, _) = retype(part, common);
        null_tokens.extend(part.null_tokens.iter().map(|t| NullToken {
            row: row + t.row,
            token: t.token.clone(),
        }));
        row += part.len() as u32;
        match part.values {
            Values::Number(v) => numbers.extend(v),
            Values::Time(v) => times.extend(v),
            Values::Text(d) => texts.push(d),
        }
    }
    let values = match common {
        ColumnKind::Number => Values::Number(numbers),
        ColumnKind::Timestamp => Values::Time(times),
        _ => Values::Text(Dictionary::from_cells(texts.iter().flat_map(|d| {
            (0..d.codes.len()).map(|row| d.name(row).unwrap_or_default())
        }))),
    };
    Column {
        kind: kind_of(&values, &name, position),
        name,
        values,
        null_tokens,
    }
}

#[cfg(test)]
mod tests {
    use super::super::read_csv;
    use super::*;

    fn read(name: &str, text: &str) -> Ingested {
        read_csv(name, text.as_bytes()).expect("a table")
    }

    #[test]
    fn columns_are_matched_by_name() {
        let a = read("a.csv", "x,t,label\n1,2026-01-01,None\n2,2026-01-02,oom\n");
        let b = read("b.csv", "label,x,t\nNone,NA,2026-01-03\nNone,7,\n");
        let all = stack(vec![a, b]).expect("one table");
        assert_eq!((all.rows, all.frame.rows()), (4, 4));
        let column = |name: &str| all.frame.column(name).expect("a column");
        assert_eq!(column("x").kind, ColumnKind::Integer);
        assert_eq!(column("x").null_token(2), Some("NA"));
        assert_eq!(column("t").kind, ColumnKind::Timestamp);
        assert_eq!(column("label").classes().counts(), [3, 1]);
    }

    #[test]
    fn what_differs_is_named() {
        let parts = vec![read("a.csv", "x,y\n1,2\n"), read("b.csv", "y,z\n1,2\n")];
        let error = stack(parts).expect_err("other columns");
        assert_eq!(
            error.to_string(),
            "b.csv and a.csv have different columns: it lacks \"x\" and adds \"z\""
        );
        assert_eq!(stack(Vec::new()), Err(IngestError::NoFile));
    }

    #[test]
    fn kinds_that_differ_become_text() {
        let parts = vec![
            read("a.csv", "x,y\n1.5,1\nNA,2\n"),
            read("b.csv", "x,y\nhigh,1\n,1\n"),
        ];
        let all = stack(parts).expect("one table");
        let x = all.frame.column("x").expect("a column");
        let expected = Dictionary::from_cells(["1.5", "NA", "high", ""]);
        assert_eq!(x.values, Values::Text(expected));
    }
}
