//! Incidents that a person marked: what they are in a table, and the labels of its rows.

use super::error::sentence;
use super::{ForecastError, ForecastSpec};
use crate::data::{
    Column, ColumnKind, Dictionary, Frame, Names, SortedSet, Values, grouped, read_float, sort_by,
    time_text,
};
use crate::ingest::{Offset, ReadReport, instants};
use crate::prepare::{MINUTE_MICROS, Series, healthy_classes, time_columns};
use crate::protocol::{Mark, SeriesSummary};

/// How a row is labelled that is within no mark.
const NONE: &str = "None";
/// What the label is called.
const LABEL: &str = "marked by hand";
/// Marks or entities that are named where there are many.
const NAMED: usize = 3;
/// Minutes that a count may say, as in [`Series`].
const MOST_MINUTES: f64 = 1e10;

/// What is wrong with a mark.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MarkFault {
    /// An instant that cannot be read.
    #[error("{text:?} is no time")]
    NoTime {
        /// What stands there.
        text: String,
    },
    /// Time is counted in this table, and this is no number.
    #[error("{text:?} is no number, which {column:?} counts time by")]
    NoCount {
        /// What stands there.
        text: String,
        /// The time's column.
        column: String,
    },
    /// It ends before it begins, or as it begins.
    #[error("it ends before it has begun")]
    EndsFirst,
    /// It says not what was wrong.
    #[error("it names no kind of issue")]
    NoKind,
    /// Its kind is a name for health.
    #[error("{kind:?} says that nothing is wrong: it is no kind of issue")]
    Healthy {
        /// The name.
        kind: String,
    },
    /// The table has no such entity.
    #[error("there is no entity {entity:?}; there is {known}")]
    NoEntity {
        /// Its name.
        entity: String,
        /// Some that there are.
        known: String,
    },
}

/// A mark whose instants and entity are known.
struct Placed {
    from: i64,
    until: i64,
    /// None for all.
    entity: Option<usize>,
}

/// How far times without a zone are ahead of UTC in files that were read so; UTC where they differ.
pub(in crate::session) fn offset_of(hows: &[(String, ReadReport)]) -> Offset {
    let mut found = hows
        .iter()
        .filter_map(|(_, how)| Offset::named(&how.offset));
    let first = found.next().unwrap_or_default();
    match found.all(|other| other == first) {
        true => first,
        false => Offset::default(),
    }
}

/// What is asked, with each window once, ascending, and its marks in UTC; those that cannot be read are left as they are.
pub(in crate::session) fn settled(
    frame: &Frame,
    spec: &ForecastSpec,
    offset: Offset,
) -> ForecastSpec {
    let mut spec = spec.clone();
    let windows: SortedSet<u32> = spec.windows_minutes.iter().copied().collect();
    spec.windows_minutes = windows.iter().copied().collect();
    let Some(marks) = &mut spec.marks else {
        return spec;
    };
    spec.target.clear();
    let likeliest = || time_columns(frame).first().copied().map(str::to_owned);
    let time = spec.time.clone().or_else(likeliest);
    let column = time.and_then(|time| frame.column(&time));
    let counts = column.is_some_and(|c| matches!(c.values, Values::Number(_)));
    for mark in &mut *marks {
        for text in [
            &mut mark.entity,
            &mut mark.kind,
            &mut mark.from,
            &mut mark.until,
        ] {
            *text = text.trim().to_owned();
        }
    }
    if !counts {
        let found = dated(marks, offset);
        for (mark, ends) in marks.iter_mut().zip(found) {
            for (text, at) in [&mut mark.from, &mut mark.until].into_iter().zip(ends) {
                if let Some(at) = at {
                    *text = time_text(at) + "Z";
                }
            }
        }
    }
    spec
}

fn dated(marks: &[Mark], offset: Offset) -> Vec<[Option<i64>; 2]> {
    let texts: Vec<&str> = marks
        .iter()
        .flat_map(|m| [m.from.as_str(), m.until.as_str()])
        .collect();
    let found = instants(&texts, offset);
    found.chunks_exact(2).map(|two| [two[0], two[1]]).collect()
}

fn counted(marks: &[Mark]) -> Vec<[Option<i64>; 2]> {
    let read = |text: &str| {
        let minutes = read_float(text).filter(|x| x.abs() <= MOST_MINUTES)?;
        Some(libm::round(minutes * MINUTE_MICROS as f64) as i64)
    };
    marks
        .iter()
        .map(|m| [read(&m.from), read(&m.until)])
        .collect()
}

/// Each mark's place, or what is wrong with it.
fn placed(marks: &[Mark], series: &Series) -> Vec<Result<Placed, MarkFault>> {
    let ends = match series.counted {
        true => counted(marks),
        false => dated(marks, Offset::default()),
    };
    let known: Names = series.names.iter().map(String::as_str).collect();
    let place = |(mark, ends): (&Mark, [Option<i64>; 2])| {
        let unread = |text: &String| match series.counted {
            true => MarkFault::NoCount {
                text: text.clone(),
                column: series.time.clone(),
            },
            false => MarkFault::NoTime { text: text.clone() },
        };
        let from = ends[0].ok_or_else(|| unread(&mark.from))?;
        let until = ends[1].ok_or_else(|| unread(&mark.until))?;
        if until <= from {
            return Err(MarkFault::EndsFirst);
        }
        if mark.kind.is_empty() {
            return Err(MarkFault::NoKind);
        }
        if healthy_classes(&[NONE.to_owned(), mark.kind.clone()], &[1, 1])[1] {
            let kind = mark.kind.clone();
            return Err(MarkFault::Healthy { kind });
        }
        let entity = match mark.entity.as_str() {
            "" => None,
            name => Some(known.number(name).ok_or_else(|| MarkFault::NoEntity {
                entity: name.to_owned(),
                known: some(&series.names),
            })?),
        };
        Ok(Placed {
            from,
            until,
            entity,
        })
    };
    marks.iter().zip(ends).map(place).collect()
}

/// The first few of these, and how many more.
fn some(names: &[String]) -> String {
    let mut text = match names {
        [only] if only.is_empty() => return "one alone, without a name".to_owned(),
        names => names[..names.len().min(NAMED)].join(", "),
    };
    if names.len() > NAMED {
        let more = grouped((names.len() - NAMED) as u64);
        text.push_str(&format!(" and {more} more"));
    }
    text
}

impl Placed {
    /// Its rows, entity by entity.
    fn rows<'a>(&self, series: &'a Series) -> impl Iterator<Item = u32> + 'a {
        let (from, until, entity) = (self.from, self.until, self.entity);
        let at = |row: &u32| series.instants[*row as usize];
        let wanted = series.each().enumerate();
        let wanted = wanted.filter(move |(e, _)| entity.is_none_or(|own| own == *e));
        wanted.flat_map(move |(_, rows)| {
            let first = rows.partition_point(|row| at(row) < from);
            let end = rows.partition_point(|row| at(row) < until);
            rows[first..end].iter().copied()
        })
    }
}

/// A mark in a few words.
fn words(number: usize, mark: &Mark) -> String {
    let of = match mark.entity.as_str() {
        "" => String::new(),
        name => format!(" of {name}"),
    };
    let Mark {
        from, until, kind, ..
    } = mark;
    format!("mark {} ({kind}{of}, {from} to {until})", number + 1)
}

/// Tells what each mark is in a table.
pub(super) fn tell(marks: &[Mark], series: &Series, out: &mut SeriesSummary) {
    let (first, last) = series.span();
    out.marks = marks.to_vec();
    for placed in placed(marks, series) {
        let (secs, rows, problem) = match placed {
            Err(fault) => ([None; 2], 0, sentence(&fault.to_string())),
            Ok(placed) => {
                let rows = placed.rows(series).count() as u64;
                let problem = match rows {
                    0 if placed.until <= first || placed.from > last => {
                        "It lies outside the data: it is left out."
                    }
                    0 => "No row of the data is within it: it is left out.",
                    _ => "",
                };
                let secs = |micros: i64| Some(micros as f64 / 1e6);
                (
                    [secs(placed.from), secs(placed.until)],
                    rows,
                    problem.to_owned(),
                )
            }
        };
        out.mark_secs.extend(secs);
        out.mark_rows.push(rows);
        out.mark_problems.push(problem);
    }
}

/// The label that the marks make, as a column of a table would hold it, and what there is to say of them.
///
/// A row within several marks is of the one that begins first, and of these the one that is named first.
pub(super) fn label(
    marks: &[Mark],
    series: &Series,
) -> Result<(Column, Vec<String>), ForecastError> {
    if marks.is_empty() {
        return Err(ForecastError::NoMarks);
    }
    let mut all = Vec::with_capacity(marks.len());
    for (at, (mark, placed)) in marks.iter().zip(placed(marks, series)).enumerate() {
        let placed = placed.map_err(|fault| ForecastError::Mark {
            number: at as u32 + 1,
            words: words(at, mark),
            fault,
        })?;
        all.push((at, placed));
    }
    sort_by(&mut all, |a, b| (a.1.from, a.0).cmp(&(b.1.from, b.0)));
    let mut names = vec![NONE.to_owned()];
    let mut codes = vec![0_u32; series.instants.len()];
    // The mark that each row is of.
    let mut of_row = vec![usize::MAX; series.instants.len()];
    let (mut empty, mut shared): (Vec<usize>, Vec<(usize, usize, u64)>) = Default::default();
    for (at, placed) in &all {
        let kind = &marks[*at].kind;
        let code = names
            .iter()
            .position(|name| name == kind)
            .unwrap_or(names.len());
        if code == names.len() {
            names.push(kind.clone());
        }
        let mut rows = 0_u64;
        for row in placed.rows(series) {
            rows += 1;
            let row = row as usize;
            match of_row[row] {
                usize::MAX => (of_row[row], codes[row]) = (*at, code as u32),
                before if codes[row] != code as u32 => match shared.last_mut() {
                    Some((other, first, n)) if *other == *at && *first == before => *n += 1,
                    _ => shared.push((*at, before, 1)),
                },
                _ => {}
            }
        }
        if rows == 0 {
            empty.push(*at);
        }
    }
    if empty.len() == marks.len() {
        return Err(ForecastError::MarksOutside {
            marks: marks.len() as u32,
            first: words(0, &marks[0]),
        });
    }
    if series.order.iter().all(|&row| codes[row as usize] > 0) {
        return Err(ForecastError::MarksEverywhere);
    }
    let mut notices = vec![match marks.len() {
        1 => "The incidents are marked by hand: 1 span.".to_owned(),
        n => format!(
            "The incidents are marked by hand: {} spans.",
            grouped(n as u64)
        ),
    }];
    if !empty.is_empty() {
        sort_by(&mut empty, usize::cmp);
        let named: Vec<String> = empty.iter().map(|&at| words(at, &marks[at])).collect();
        let n = grouped(empty.len() as u64);
        let are = if empty.len() == 1 {
            "mark holds"
        } else {
            "marks hold"
        };
        notices.push(format!(
            "{n} {are} no row of the data, and count for nothing: {}.",
            some(&named)
        ));
    }
    for (at, before, rows) in shared.iter().take(NAMED) {
        notices.push(format!(
            "{} and {} overlap: the {} rows of both are of {:?}, which begins first.",
            sentence(&words(*before, &marks[*before])).trim_end_matches('.'),
            words(*at, &marks[*at]),
            grouped(*rows),
            marks[*before].kind
        ));
    }
    if shared.len() > NAMED {
        let more = grouped((shared.len() - NAMED) as u64);
        notices.push(format!(
            "{more} more marks of other kinds overlap likewise."
        ));
    }
    let column = Column {
        name: LABEL.to_owned(),
        kind: ColumnKind::Category,
        values: Values::Text(Dictionary { codes, names }),
        null_tokens: Vec::new(),
    };
    Ok((column, notices))
}

#[cfg(test)]
mod tests {
    use super::super::features::Features;
    use super::super::parts::Parts;
    use super::*;
    use crate::trees::Rng;

    /// Two pods in turn, a row a minute over 2,400 minutes.
    fn table() -> Frame {
        const MINUTES: i64 = 2_400;
        let at = (0..MINUTES).flat_map(|t| [t * MINUTE_MICROS; 2]).collect();
        let pods = (0..MINUTES).flat_map(|_| ["a", "b"]);
        let noise = |of: u64| (0..2 * MINUTES).map(move |row| Rng::new(row as u64, of).unit());
        let columns = vec![
            Column::time("at", at),
            Column::category("pod", pods),
            Column::number("memory", noise(1).collect()),
            Column::number("cpu", noise(2).collect()),
        ];
        Frame::new("t", columns).unwrap()
    }

    fn mark(entity: &str, from: i64, until: i64) -> Mark {
        let text = |minute: i64| time_text(minute * MINUTE_MICROS);
        Mark {
            entity: entity.to_owned(),
            from: text(from),
            until: text(until),
            kind: "oom".to_owned(),
        }
    }

    /// Names of features, and those of each row that was learned from.
    fn features(marks: Vec<Mark>) -> (Vec<String>, Vec<(u32, Vec<u64>)>) {
        let frame = table();
        let spec = ForecastSpec {
            marks: Some(marks),
            windows_minutes: vec![5, 15],
            horizon_minutes: 20,
            ..ForecastSpec::default()
        };
        let spec = settled(&frame, &spec, Offset::default());
        let parts = Parts::new(&frame, &spec, None).unwrap();
        let mut features = Features::screen(&frame, &spec, &parts);
        while features.step(&frame, &parts).unwrap() {}
        let of_row = |&row: &u32| {
            let values = features.of(&[row]);
            (row, values.iter().map(|x| x.to_bits()).collect())
        };
        (
            features.names.clone(),
            features.rows().iter().map(of_row).collect(),
        )
    }

    /// Marks say what a row is, and nothing of them is looked at: what is learned from cannot tell that a mark was moved.
    #[test]
    fn changing_a_mark_afterwards_changes_no_feature() {
        type Change<'a> = &'a dyn Fn(&mut Vec<Mark>);
        let each = |first: i64| (0..16).map(move |i| first + 140 * i);
        let usual = || -> Vec<Mark> {
            let a = each(100).map(|from| mark("a", from, from + 10));
            a.chain(each(170).map(|from| mark("b", from, from + 10)))
                .collect()
        };
        let (names, before) = features(usual());
        assert!(names.len() > 10 && before.len() > 2_000);
        let moved = |change: Change<'_>| {
            let mut marks = usual();
            change(&mut marks);
            features(marks)
        };
        let changes: [Change<'_>; 4] = [
            &|marks| marks[3] = mark("a", 505, 540),
            &|marks| drop(marks.remove(5)),
            &|marks| marks[2].kind = "disk".to_owned(),
            &|marks| marks.push(mark("", 1_205, 1_211)),
        ];
        for change in changes {
            let (after_names, after) = moved(change);
            assert_eq!(after_names, names);
            let mut shared = 0;
            for (row, values) in &after {
                if let Ok(at) = before.binary_search_by(|(other, _)| other.cmp(row)) {
                    assert_eq!(values, &before[at].1, "row {row}");
                    shared += 1;
                }
            }
            assert!(shared > 2_000, "{shared} rows");
        }
    }

    #[test]
    fn windows_are_settled_each_once_and_ascending() {
        let asked = ForecastSpec {
            windows_minutes: vec![60, 5, 15, 60, 5],
            ..ForecastSpec::default()
        };
        let spec = settled(&table(), &asked, Offset::default());
        assert_eq!(spec.windows_minutes, [5, 15, 60]);
    }

    #[test]
    fn zones_of_files_hold_where_they_agree() {
        let how = |offset: &str| {
            let how = ReadReport {
                offset: offset.to_owned(),
                ..ReadReport::default()
            };
            ("a.csv".to_owned(), how)
        };
        let name = |hows: &[(String, ReadReport)]| offset_of(hows).name();
        assert_eq!(name(&[]), "UTC");
        assert_eq!(name(&[how("+01:00"), how(""), how("+01:00")]), "+01:00");
        assert_eq!(name(&[how("+01:00"), how("+02:00")]), "UTC");
    }
}
