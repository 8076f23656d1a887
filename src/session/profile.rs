//! What the data page shows of a table: columns with their shapes, the target's classes, pages of rows.

use super::shape::{Shape, shown};
use crate::data::{Column, ColumnKind, Frame, Names, Notice, grouped};
use crate::prepare::{FeatureChoice, choose_features, healthy_classes};
use crate::protocol::{
    ClassCount, ColumnSummary, DataOrigin, DataSummary, FileSummary, JoinSummary, ReadingSummary,
    RowsPage, TargetSummary,
};

/// Rows of the preview, and the most of any page.
const PREVIEW_ROWS: u32 = 50;
const MAX_PAGE_ROWS: u32 = 1_000;
/// Most classes of a target.
const MAX_CLASSES: usize = 255;
/// Rows below which a class is rare.
const RARE_ROWS: u64 = 5;

/// What is known of the current data set beside its cells.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct DataFacts {
    /// Where it came from.
    pub origin: DataOrigin,
    /// The files read, if any.
    pub files: Vec<FileSummary>,
    /// Bytes of text read.
    pub bytes: u64,
    /// Seconds of reading and typing.
    pub parse_secs: f64,
    /// Columns whose kind the user set.
    pub kinds_set: Vec<String>,
    /// How series were joined, if they were.
    pub join: Option<JoinSummary>,
    /// How each file of delimited text was read.
    pub readings: Vec<ReadingSummary>,
}

/// The whole table, with `target` (a place among its columns) as target. `notices` are those of reading it; columns that
/// are constant or identifiers are told too where they are not yet.
pub(crate) fn describe(
    frame: &Frame,
    facts: &DataFacts,
    notices: &[Notice],
    target: Option<usize>,
) -> DataSummary {
    let shapes: Vec<Shape> = frame.columns().iter().map(Shape::of).collect();
    let target = target.filter(|&at| at < frame.columns().len());
    let seen = target.map(|at| look_at_target(frame, at, &shapes[at]));
    let choices = match &seen {
        Some((_, choices)) => choices.clone(),
        // No column has an empty name: every suitable column is used.
        None => choose_features(frame, "", None),
    };
    let kind_told = |n: &&Notice| {
        matches!(
            n,
            Notice::ConstantColumn { .. } | Notice::IdentifierColumn { .. }
        )
    };
    let told: Names = notices
        .iter()
        .filter(kind_told)
        .filter_map(Notice::column)
        .collect();
    let mut all = notices.to_vec();
    let columns = frame.columns().iter().zip(shapes).zip(choices);
    let columns = columns.map(|((column, shape), choice)| {
        if !told.contains(column.name.as_str()) {
            all.extend(kind_notice(column, &shape));
        }
        ColumnSummary {
            name: column.name.clone(),
            kind: column.kind,
            kind_set: facts.kinds_set.contains(&column.name),
            missing: shape.missing,
            distinct: shape.distinct as u64,
            mean: shape.mean,
            target_why_not: target_why_not(column, &shape).unwrap_or_default(),
            profile: shape.profile,
            used: choice.used,
            why_not: choice.why_not,
        }
    });
    let columns = columns.collect();
    DataSummary {
        name: shown(&frame.name),
        origin: facts.origin.clone(),
        files: facts.files.clone(),
        rows: frame.rows() as u64,
        bytes: facts.bytes,
        parse_secs: facts.parse_secs,
        fingerprint: frame.fingerprint().to_string(),
        columns,
        notices: all,
        preview: rows_page(frame, 0, PREVIEW_ROWS),
        target: seen.map(|(summary, _)| summary),
        join: facts.join.clone(),
        readings: facts.readings.clone(),
    }
}

/// A column (a place among the table's) as target. Beyond the table, a summary that says so.
pub(crate) fn describe_target(frame: &Frame, column: usize) -> TargetSummary {
    match frame.columns().get(column) {
        Some(found) => look_at_target(frame, column, &Shape::of(found)).0,
        None => TargetSummary {
            column: String::new(),
            classes: Vec::new(),
            missing: 0,
            why_not: "There is no such column.".to_owned(),
            notices: Vec::new(),
            features: Vec::new(),
        },
    }
}

/// Rows from `offset` on, at most `limit` and at most 1,000, cells cut to 200 characters.
pub(crate) fn rows_page(frame: &Frame, offset: u64, limit: u32) -> RowsPage {
    rows_of(frame, None, offset, limit)
}

/// The same of these rows, in their order.
pub(super) fn rows_of(frame: &Frame, listed: Option<&[u32]>, offset: u64, limit: u32) -> RowsPage {
    let total = listed.map_or(frame.rows(), <[u32]>::len) as u64;
    let start = offset.min(total);
    let end = start
        .saturating_add(limit.min(MAX_PAGE_ROWS).into())
        .min(total);
    let row = |at: u64| {
        let row = listed.map_or(at, |listed| listed[at as usize].into());
        let cells = frame.columns().iter().map(|c| shown(&c.text(row as usize)));
        (row, cells.collect())
    };
    RowsPage {
        columns: frame.columns().iter().map(|c| c.name.clone()).collect(),
        offset: start,
        total,
        rows: (start..end).map(row).collect(),
    }
}

fn look_at_target(frame: &Frame, at: usize, shape: &Shape) -> (TargetSummary, Vec<FeatureChoice>) {
    let column = &frame.columns()[at];
    let mut summary = TargetSummary {
        column: column.name.clone(),
        classes: Vec::new(),
        missing: shape.empty,
        why_not: target_why_not(column, shape).unwrap_or_default(),
        notices: Vec::new(),
        features: Vec::new(),
    };
    // Classes are named even where they are too few to train on, not where they are too many to list.
    let classes = (shape.classes <= MAX_CLASSES && shape.continuous.is_none() && shape.classes > 0)
        .then(|| column.classes());
    if let Some(classes) = &classes {
        let counts = classes.counts();
        let healthy = healthy_classes(&classes.names, &counts);
        for ((name, &rows), healthy) in classes.names.iter().zip(&counts).zip(healthy) {
            summary.classes.push(ClassCount {
                class: shown(name),
                rows,
                healthy,
            });
            if rows < RARE_ROWS {
                summary.notices.push(Notice::RareClass {
                    class: shown(name),
                    rows,
                });
            }
        }
    }
    if shape.empty > 0 && shape.classes > 0 {
        summary
            .notices
            .push(Notice::MissingTarget { rows: shape.empty });
    }
    let tested = classes.filter(|_| summary.why_not.is_empty());
    let choices = choose_features(frame, &column.name, tested.as_ref());
    for choice in &choices {
        summary.notices.extend(choice.notice.clone());
        if choice.used {
            summary.features.push(choice.column.clone());
        }
    }
    if summary.why_not.is_empty() && summary.features.is_empty() {
        summary.why_not =
            "No other column can be learned from: each is constant, an identifier, text or time."
                .to_owned();
    }
    (summary, choices)
}

/// Why the column cannot be a target, if it cannot.
fn target_why_not(column: &Column, shape: &Shape) -> Option<String> {
    if shape.classes == 0 {
        return Some("It is empty, so there is nothing to predict.".to_owned());
    }
    if column.kind == ColumnKind::Timestamp {
        return Some("It is time, which has no classes.".to_owned());
    }
    if shape.classes == 1 {
        let only = shape.only.as_deref().unwrap_or_default();
        return Some(format!(
            "It holds one class only ({only}), so there is nothing to tell apart."
        ));
    }
    if let Some(distinct) = shape.continuous {
        return Some(format!(
            "It is continuous ({} different numbers). Choose a column with classes, or make it a category.",
            grouped(distinct as u64)
        ));
    }
    if column.kind == ColumnKind::Identifier {
        return Some("It names rows, so no two rows share a class.".to_owned());
    }
    if shape.classes > MAX_CLASSES {
        return Some(format!(
            "It has {} classes; at most {MAX_CLASSES} can be told apart.",
            grouped(shape.classes as u64)
        ));
    }
    if !shape.has_twice {
        return Some("Every class has one row, so none can be both learned and tested.".to_owned());
    }
    None
}

/// What the table's reading may not have told yet.
fn kind_notice(column: &Column, shape: &Shape) -> Option<Notice> {
    match column.kind {
        ColumnKind::Constant => Some(Notice::ConstantColumn {
            column: column.name.clone(),
            value: shape.only.clone().unwrap_or_default(),
        }),
        ColumnKind::Identifier => Some(Notice::IdentifierColumn {
            column: column.name.clone(),
            distinct: shape.distinct as u64,
        }),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use crate::protocol::Profile;

    use super::*;

    fn facts() -> DataFacts {
        DataFacts {
            origin: DataOrigin::Files,
            files: Vec::new(),
            bytes: 10,
            parse_secs: 0.5,
            kinds_set: vec!["cpu".to_owned()],
            join: None,
            readings: Vec::new(),
        }
    }

    fn frame(columns: Vec<Column>) -> Frame {
        Frame::new("t", columns).unwrap()
    }

    fn of_kind(kind: ColumnKind, mut column: Column) -> Column {
        column.kind = kind;
        column
    }

    #[test]
    fn a_table_is_described_as_it_is() {
        let n = 60;
        let issue = |i: usize| if i.is_multiple_of(3) { "oom" } else { "None" };
        let frame = frame(vec![
            Column::number(
                "cpu",
                (0..n)
                    .map(|i| if i == 5 { f64::NAN } else { (i % 50) as f64 })
                    .collect(),
            ),
            of_kind(
                ColumnKind::Constant,
                Column::category("region", vec!["eu"; n]),
            ),
            of_kind(
                ColumnKind::Identifier,
                Column::category("pod", (0..n).map(|i| format!("p{i}"))),
            ),
            Column::time("at", (0..n as i64).map(|i| i * 60_000_000).collect()),
            Column::category(
                "cause",
                (0..n).map(|i| if i % 3 == 0 { "memory" } else { "" }),
            ),
            Column::category("issue", (0..n).map(issue)),
        ]);
        let told = Notice::IdentifierColumn {
            column: "pod".to_owned(),
            distinct: 60,
        };
        let summary = describe(&frame, &facts(), std::slice::from_ref(&told), Some(5));
        assert_eq!((summary.rows, summary.columns.len()), (60, 6));
        assert_eq!(summary.fingerprint, frame.fingerprint().to_string());
        let cpu = &summary.columns[0];
        assert_eq!(
            (cpu.missing, cpu.distinct, cpu.kind_set, cpu.used),
            (1, 50, true, true)
        );
        let Profile::Histogram { min, max, counts } = &cpu.profile else {
            panic!("{:?}", cpu.profile);
        };
        assert_eq!((*min, *max, counts.len()), (0.0, 49.0, 24));
        assert_eq!(counts.iter().sum::<u64>(), 59);
        assert!(cpu.target_why_not.is_empty());
        assert!(
            summary.columns[1]
                .target_why_not
                .contains("one class only (eu)")
        );
        assert!(!summary.columns[2].target_why_not.is_empty());
        let Profile::Span {
            first,
            last,
            counts,
        } = &summary.columns[3].profile
        else {
            panic!();
        };
        assert_eq!(
            (first.as_str(), last.as_str()),
            ("1970-01-01T00:00:00", "1970-01-01T00:59:00")
        );
        assert_eq!(counts.iter().sum::<u64>(), 60);
        assert!(summary.columns[3].target_why_not.contains("time"));
        // The healthy class is a class in the target and no value in a feature.
        let issue = &summary.columns[5];
        assert_eq!((issue.missing, issue.distinct, issue.used), (40, 1, false));
        assert!(issue.target_why_not.is_empty());
        let target = summary.target.unwrap();
        let classes: Vec<_> = target
            .classes
            .iter()
            .map(|c| (c.class.as_str(), c.rows, c.healthy))
            .collect();
        assert_eq!(classes, [("None", 40, true), ("oom", 20, false)]);
        assert_eq!(target.features, ["cpu"]);
        assert!(
            matches!(&target.notices[..], [Notice::TargetCopy { column, .. }] if column == "cause")
        );
        assert!(!summary.columns[4].used && summary.columns[4].why_not.contains("away"));
        // What was told is not told twice.
        assert_eq!(summary.notices.len(), 2);
        assert_eq!(summary.notices[0], told);
        assert_eq!(summary.notices[1].column(), Some("region"));
        assert_eq!(summary.preview.rows.len(), 50);
        assert_eq!(
            summary.preview.rows[1].1,
            ["1", "eu", "p1", "1970-01-01T00:01:00", "", "None"]
        );
    }

    #[test]
    fn each_unusable_target_says_why() {
        let n = 600;
        let why = |column: Column| {
            let other = Column::number("x", (0..n).map(|i| (i * 7 % 31) as f64).collect());
            describe_target(&frame(vec![other, column]), 1).why_not
        };
        let number = |f: &dyn Fn(usize) -> f64| Column::number("y", (0..n).map(f).collect());
        let names = |f: &dyn Fn(usize) -> String| Column::category("y", (0..n).map(f));
        assert!(why(names(&|_| String::new())).contains("empty"));
        assert!(why(number(&|_| f64::NAN)).contains("empty"));
        assert!(why(names(&|_| "a".to_owned())).contains("one class only (a)"));
        assert!(why(number(&|i| i as f64 / 7.0)).contains("continuous (600 different numbers)"));
        assert!(why(names(&|i| format!("c{}", i % 300))).contains("300 classes; at most 255"));
        assert!(
            why(of_kind(ColumnKind::Identifier, names(&|i| i.to_string()))).contains("names rows")
        );
        assert!(why(Column::time("y", (0..n as i64).collect())).contains("time"));
        for fine in [
            number(&|i| (i % 3) as f64),
            names(&|i| (i % 255).to_string()),
            number(&|i| (i % 2) as f64 / 2.0),
        ] {
            assert_eq!(why(fine), "");
        }
        let alone = frame(vec![names(&|i| (i % 2).to_string())]);
        assert!(
            describe_target(&alone, 0)
                .why_not
                .contains("No other column")
        );
        assert!(!describe_target(&alone, 7).why_not.is_empty());
    }

    #[test]
    fn rare_classes_and_rows_without_one_are_told() {
        let y = Column::category(
            "y",
            (0..50).map(|i| match i {
                0..4 => "rare",
                4..10 => "",
                _ if i % 2 == 0 => "a",
                _ => "b",
            }),
        );
        let x = Column::number("x", (0..50).map(|i| f64::from(i % 4)).collect());
        let target = describe_target(&frame(vec![x, y]), 1);
        assert_eq!(target.missing, 6);
        assert_eq!(
            target.notices,
            [
                Notice::RareClass {
                    class: "rare".to_owned(),
                    rows: 4
                },
                Notice::MissingTarget { rows: 6 }
            ]
        );
    }

    #[test]
    fn a_null_token_in_numbers_is_a_class_and_a_missing_cell() {
        let mut y = Column::integer("y", vec![f64::NAN, 1.0, 2.0, 1.0, f64::NAN, 2.0]);
        y.null_tokens = vec![crate::data::NullToken {
            row: 0,
            token: "None".to_owned(),
        }];
        let shape = Shape::of(&y);
        assert_eq!(
            (shape.missing, shape.empty, shape.distinct, shape.classes),
            (2, 1, 2, 3)
        );
        let x = Column::number("x", vec![0.0; 6]);
        let target = describe_target(&frame(vec![x, y]), 1);
        assert_eq!(
            target.classes.iter().map(|c| c.rows).collect::<Vec<_>>(),
            [2, 2, 1]
        );
    }

    #[test]
    fn values_are_counted_and_long_cells_cut() {
        let long = "x".repeat(100_000);
        let column = Column::category(
            "c",
            (0..1000).map(|i| match i % 10 {
                0 => long.clone(),
                1 => "NA".to_owned(),
                2 => String::new(),
                3 => format!("v{i}"),
                _ => "common".to_owned(),
            }),
        );
        let frame = frame(vec![column]);
        let shape = Shape::of(&frame.columns()[0]);
        let Profile::Top { values, other } = shape.profile else {
            panic!();
        };
        assert_eq!(values.len(), 12);
        assert_eq!(values[0], ("common".to_owned(), 600));
        assert!(values.contains(&("NA".to_owned(), 100)));
        assert_eq!(other + values.iter().map(|(_, n)| n).sum::<u64>(), 900);
        assert_eq!((shape.missing, shape.distinct), (200, 102));
        let page = rows_page(&frame, 0, 3);
        assert_eq!(page.rows[0].1[0].chars().count(), 201);
        assert!(rows_page(&frame, 5_000, 10).rows.is_empty());
        assert_eq!(rows_page(&frame, 990, u32::MAX).rows.len(), 10);
    }

    #[test]
    fn extreme_numbers_have_a_histogram() {
        let of = |values: Vec<f64>| Shape::of(&Column::number("x", values));
        let wide = of(vec![f64::MIN, 0.0, f64::MAX, f64::MAX]);
        let Profile::Histogram { counts, .. } = &wide.profile else {
            panic!();
        };
        assert_eq!((counts[0], counts[12], counts[23]), (1, 1, 2));
        assert!(wide.mean.is_some_and(f64::is_finite));
        let same = of(vec![3.0; 5]);
        assert!(matches!(same.profile, Profile::Histogram { counts, .. } if counts[0] == 5));
        assert_eq!(of(vec![f64::NAN]).profile, Profile::Empty);
        assert_eq!(of(Vec::new()).profile, Profile::Empty);
    }
}
