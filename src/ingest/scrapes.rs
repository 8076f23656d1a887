//! Scrapes without a time: as old as their file, or in the order of the files.

use super::IngestError;
use super::exposition::UntimedSample;
use super::files::Part;
use super::member::counted;
use super::series::SeriesSet;
use crate::data::{Level, Notice, sort_by};

/// Adds the samples that have no time. True where none of all has one: then an instant is a scrape's number in seconds.
pub(super) fn add_all(
    set: &mut SeriesSet,
    parts: &[Part],
    notices: &mut Vec<Notice>,
) -> Result<bool, IngestError> {
    let mut untimed: Vec<&Part> = parts.iter().filter(|p| !p.end.untimed.is_empty()).collect();
    if untimed.is_empty() {
        return Ok(false);
    }
    // Whatever order they were dropped in: `top-2.txt` comes before `top-10.txt`.
    sort_by(&mut untimed, |a, b| {
        natural(&a.facts.name).cmp(&natural(&b.facts.name))
    });
    let scrapes = |part: &Part| {
        part.end
            .untimed
            .iter()
            .map(|s| s.scrape)
            .max()
            .map_or(0, |last| last + 1)
    };
    let is_dated = |part: &Part| part.facts.modified.is_some() && scrapes(part) == 1;
    let are_dated = untimed.iter().all(|p| is_dated(p));
    let is_alone = set.samples == 0 && parts.iter().all(|p| p.end.events.is_empty());
    if are_dated {
        for part in &untimed {
            let time = part.facts.modified.unwrap_or_default();
            add(set, part, |_| time)?;
        }
        notices.push(Notice::Other {
            title: format!("{} without times", counted(untimed.len() as u64, "file")),
            meaning: "They are taken to be as old as their files, each one scrape.".to_owned(),
            level: Level::Info,
        });
        return Ok(false);
    }
    if !is_alone {
        let skipped: usize = untimed.iter().map(|p| p.end.untimed.len()).sum();
        notices.push(Notice::Other {
            title: format!("{} without a time", counted(skipped as u64, "sample")),
            meaning: "Other files have, so these cannot be placed beside them and were skipped. Give each scrape a file of its own, whose date is then its time.".to_owned(),
            level: Level::Warning,
        });
        return Ok(false);
    }
    let mut before = 0_i64;
    for part in &untimed {
        add(set, part, |sample: &UntimedSample| {
            (before + i64::from(sample.scrape)) * 1_000_000
        })?;
        before += i64::from(scrapes(part));
    }
    if before > 1 {
        notices.push(Notice::Other {
            title: "The samples have no times".to_owned(),
            meaning: "Scrapes are numbered in the order of the files' names, and within a file in its order. Counters stay as they are, since a rate needs times.".to_owned(),
            level: Level::Warning,
        });
    }
    Ok(true)
}

fn add(
    set: &mut SeriesSet,
    part: &Part,
    time: impl Fn(&UntimedSample) -> i64,
) -> Result<(), IngestError> {
    for sample in &part.end.untimed {
        set.add(sample.series, time(sample), sample.value)
            .map_err(|f| f.of_file(&part.facts.name, None))?;
    }
    Ok(())
}

/// A name with its numbers as numbers.
fn natural(name: &str) -> Vec<(String, u64)> {
    let mut parts = Vec::new();
    let mut rest = name;
    while !rest.is_empty() {
        let text = rest
            .find(|c: char| c.is_ascii_digit())
            .unwrap_or(rest.len());
        let (text, after) = rest.split_at(text);
        let digits = after
            .find(|c: char| !c.is_ascii_digit())
            .unwrap_or(after.len());
        let (digits, after) = after.split_at(digits);
        parts.push((text.to_owned(), digits.parse().unwrap_or(u64::MAX)));
        rest = after;
    }
    parts
}
