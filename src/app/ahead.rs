//! What a forecast says, computed from its figures; a budget picks among what the engine has counted.

mod asked;
mod sight;

pub use asked::{
    entity_columns, found, mends, metric_columns, target_columns, time_columns, why_not,
};
pub use sight::{Nudge, nudged, second_at};

use super::format;
use super::select::capital;
use super::verdict::{Figure, Sentence};
use crate::protocol::{
    BudgetRung, CalibrationSummary, ForecastOutcome, ForecastSummary, ForecastTrack, IncidentLine,
    Interval,
};

/// The place of the budget that was asked for.
pub fn asked(summary: &ForecastSummary) -> usize {
    let rungs = &summary.rungs;
    let asked = rungs.iter().position(|r| r.budget == summary.spec.budget);
    asked.unwrap_or(rungs.len() / 2)
}

fn rung_of(summary: &ForecastSummary, rung: usize) -> Option<&BudgetRung> {
    summary
        .rungs
        .get(rung.min(summary.rungs.len().checked_sub(1)?))
}

/// What a budget buys.
pub fn outcome(summary: &ForecastSummary, rung: usize) -> Option<&ForecastOutcome> {
    let rung = rung_of(summary, rung)?;
    summary.outcomes.get(rung.outcome as usize)
}

/// What it buys each rival.
pub fn rivals(summary: &ForecastSummary, rung: usize) -> Vec<&IncidentLine> {
    let Some(rung) = rung_of(summary, rung) else {
        return Vec::new();
    };
    let all = summary.rivals.iter().zip(&rung.rivals);
    all.filter_map(|(rival, &at)| rival.outcomes.get(at as usize))
        .collect()
}

/// The budget of a place.
pub fn budget(summary: &ForecastSummary, rung: usize) -> f64 {
    rung_of(summary, rung).map_or(0.0, |rung| rung.budget)
}

/// At most one decimal, none where it is 0; two below 1.
pub fn short(x: f64) -> String {
    let text = match x.abs() {
        size if size < 0.995 => format!("{x:.2}"),
        size if size < 99.5 => format!("{x:.1}"),
        _ => format::count(libm::round(x) as u64),
    };
    match text.contains('.') {
        true => text.trim_end_matches('0').trim_end_matches('.').to_owned(),
        false => text,
    }
}

/// What the time is counted in: minutes, or what the time's column counts.
pub fn unit(summary: &ForecastSummary) -> String {
    match (&summary.spec.time, summary.counted) {
        (Some(time), true) => format!("{}s", format::shortened(time, 16)),
        _ => "minutes".to_owned(),
    }
}

/// A day, where the time is dated; as many minutes, where it is counted.
fn day(summary: &ForecastSummary) -> String {
    match summary.counted {
        true => format!("per 1,440 {}", unit(summary)),
        false => "a day".to_owned(),
    }
}

fn of_all(line: &IncidentLine) -> String {
    let n = u64::from(line.incidents);
    format!(
        "{} of {}",
        format::count(u64::from(line.ahead)),
        format::plural(n, "incident")
    )
}

/// The rival that does as well or better for as little, if one does.
fn better_rival<'a>(all: &IncidentLine, rivals: &[&'a IncidentLine]) -> Option<&'a IncidentLine> {
    let lead = |line: &IncidentLine| line.lead_minutes.unwrap_or(0.0);
    let mut best: Option<&IncidentLine> = None;
    for rival in rivals.iter().filter(|r| r.pages_false <= all.pages_false) {
        if rival.ahead > best.map_or(0, |b| b.ahead) {
            best = Some(rival);
        }
    }
    best.filter(|r| r.ahead > all.ahead || r.ahead == all.ahead && lead(r) >= lead(all))
}

/// The verdict at a budget: worse news first.
pub fn verdict(summary: &ForecastSummary, rung: usize) -> Sentence {
    let Some(outcome) = outcome(summary, rung) else {
        return Sentence::of(["There is nothing to judge."]);
    };
    let all = &outcome.all;
    let cost = |line: &IncidentLine| {
        format!(
            "{} false {} {}",
            short(line.false_per_day),
            pages(line.false_per_day),
            day(summary)
        )
    };
    let leaks = match summary.leaks.is_empty() {
        true => "",
        false => "Not to be believed, since the split leaks: ",
    };
    let rival = better_rival(all, &rivals(summary, rung)).map_or(String::new(), |rival| {
        format!(
            "No better than {}, which warns of {} at {}. ",
            rival.name,
            of_all(rival),
            cost(rival)
        )
    });
    if all.ahead == 0 && rival.is_empty() {
        return Sentence::of([
            leaks,
            "Nothing here is found to precede the incidents",
            ": at this budget it warns of none of ",
            &format::plural(u64::from(all.incidents), "incident"),
            ".",
        ]);
    }
    let head = match (leaks, rival.as_str()) {
        ("", "") => "",
        ("", _) => "It warns",
        _ => "it warns",
    };
    let head = if head.is_empty() {
        "Warns of ".to_owned()
    } else {
        format!("{head} of ")
    };
    let lead = all.lead_minutes.map_or(String::new(), |lead| {
        format!("{} {}", short(lead), unit(summary))
    });
    let range = outcome.false_per_day.as_ref().map_or(String::new(), |i| {
        format!(" (90 % interval {} to {})", short(i.low), short(i.high))
    });
    let (ahead_of, at) = match lead.is_empty() {
        true => ("", " at "),
        false => (", a median of ", " ahead, at "),
    };
    let warned = match all.ahead {
        0 => format!(
            "none of {}",
            format::plural(u64::from(all.incidents), "incident")
        ),
        _ => of_all(all),
    };
    Sentence::of([
        leaks,
        &rival,
        &head,
        &warned,
        ahead_of,
        &lead,
        at,
        &cost(all),
        &format!("{range}."),
    ])
}

fn pages(n: f64) -> &'static str {
    if short(n) == "1" { "page" } else { "pages" }
}

/// On what the verdict stands.
pub fn grounds(summary: &ForecastSummary) -> String {
    let spec = &summary.spec;
    let longest = spec.windows_minutes.iter().copied().max().unwrap_or(0);
    let embargo = spec.horizon_minutes.saturating_add(longest);
    let time = match summary.counted {
        true => format!("{} {}", short(summary.days * 1440.0), unit(summary)),
        false => format::plural(libm::round(summary.days * 24.0).max(1.0) as u64, "hour"),
    };
    let how = match (spec.shuffled, spec.by_entity) {
        (true, _) => "on rows drawn at random".to_owned(),
        (_, true) => format!("on entities that it never saw, over {time}"),
        _ => format!(
            "on the last {time}, which it never saw, after a gap of {embargo} {}",
            unit(summary)
        ),
    };
    format!(
        "Judged {how}: {} of {}. Looks {} {} ahead.",
        format::plural(summary.rows_test, "row"),
        format::plural(u64::from(summary.entities), "entity").replace("entitys", "entities"),
        spec.horizon_minutes,
        unit(summary),
    )
}

fn interval(interval: Option<&Interval>, text: impl Fn(f64) -> String) -> String {
    interval.map_or(String::new(), |i| {
        format!("90 % interval {} to {}", text(i.low), text(i.high))
    })
}

fn optional(x: Option<f64>, text: impl Fn(f64) -> String) -> String {
    x.map_or_else(|| "not defined".to_owned(), text)
}

/// The figures at a budget, with their 90 % intervals.
pub fn figures(summary: &ForecastSummary, outcome: &ForecastOutcome) -> Vec<Figure> {
    let all = &outcome.all;
    let percent = |x: f64| format::percent(libm::round(x * 100.0) / 100.0);
    let unit = unit(summary);
    let of = |label, meaning, value: String, below: String| Figure {
        label,
        meaning,
        value,
        beside: String::new(),
        below,
        better: false,
    };
    let cluster = short(all.false_per_cluster_day);
    let mut figures = vec![
        of(
            "Caught ahead",
            "Incidents with a page in the horizon before they set in. Beside it the 90 % interval of the share.",
            format!("{} of {}", all.ahead, all.incidents),
            outcome.recall_ahead.as_ref().map_or(String::new(), |i| {
                let low = libm::round(i.low * 100.0);
                format!("90 % interval {low} to {}", percent(i.high))
            }),
        ),
        of(
            "Median lead",
            "From the first page to the start, of incidents caught ahead.",
            optional(all.lead_minutes, |x| format!("{} {unit}", short(x))),
            interval(outcome.lead_minutes.as_ref(), short),
        ),
        of(
            if summary.counted {
                "False per 1,440 steps"
            } else {
                "False pages a day"
            },
            "Every page that was about no incident of its entity and kind.",
            short(all.false_per_day),
            interval(outcome.false_per_day.as_ref(), short),
        ),
        of(
            "Page precision",
            "Share of pages that were about an incident.",
            optional(all.page_precision, percent),
            format!(
                "{} of {}",
                all.pages_ahead + all.pages_during,
                all.pages_ahead + all.pages_during + all.pages_false
            ),
        ),
        of(
            "Pages per incident",
            "Of those caught: how often it woke somebody about one.",
            optional(all.pages_per_incident, short),
            String::new(),
        ),
    ];
    if summary.clusters > 1 {
        figures[2].beside = format!("{cluster} per cluster");
    }
    figures
}

/// What a leaking split would have read: figures to be struck through.
pub fn flattered(summary: &ForecastSummary) -> Option<(Vec<Figure>, String)> {
    let leaky = summary.flattering.as_ref()?;
    let outcome = ForecastOutcome {
        all: leaky.all.clone(),
        ..ForecastOutcome::default()
    };
    let mut figures = figures(summary, &outcome);
    figures.truncate(4);
    let price = match (leaky.average_precision, summary.average_precision) {
        (Some(leaky), Some(honest)) => format!(
            "By rows it would read an average precision of {} where the honest split has {}: the leak is worth {}.",
            format::score(leaky),
            format::score(honest),
            format::score(leaky - honest)
        ),
        _ => String::new(),
    };
    Some((figures, price))
}

/// A line of a table of incidents: the name, then its cells.
pub fn cells(line: &IncidentLine) -> [String; 11] {
    let count = |n: u32| format::count(u64::from(n));
    let dash = |x: Option<f64>, text: &dyn Fn(f64) -> String| x.map_or("–".to_owned(), text);
    let lead = match (line.lead_minutes, line.lead_p10_minutes) {
        (Some(median), Some(p10)) => format!("{} / {}", short(median), short(p10)),
        _ => "–".to_owned(),
    };
    [
        count(line.incidents),
        count(line.ahead),
        ends(
            line.recall_ahead.as_ref(),
            &|x| libm::round(x * 100.0).to_string(),
            " %",
        ),
        count(line.late),
        count(line.missed),
        lead,
        ends(line.lead_interval.as_ref(), &short, ""),
        short(line.false_per_day),
        short(line.false_per_cluster_day),
        dash(line.page_precision, &|x| {
            format::percent(libm::round(x * 1000.0) / 1000.0)
        }),
        dash(line.pages_per_incident, &short),
    ]
}

fn ends(interval: Option<&Interval>, text: &dyn Fn(f64) -> String, unit: &str) -> String {
    interval.map_or("–".to_owned(), |i| {
        format!("{} to {}{unit}", text(i.low), text(i.high))
    })
}

/// What the table of kinds shows, as a finding.
pub fn kinds_title(outcome: &ForecastOutcome) -> String {
    let caught: Vec<String> = outcome
        .kinds
        .iter()
        .filter(|line| line.incidents > 0 && 2 * line.ahead >= line.incidents)
        .map(|line| format::class_name(&line.name))
        .collect();
    let with = outcome
        .kinds
        .iter()
        .filter(|line| line.incidents > 0)
        .count();
    match caught.len() {
        0 => "No kind is mostly caught ahead".to_owned(),
        n if n == with => "Most incidents of every kind are caught ahead".to_owned(),
        _ => capital(&format!(
            "{} mostly caught ahead, other kinds not",
            format::listed(&caught, 3)
        )),
    }
}

/// What the rivals' table shows, as a finding.
pub fn rivals_title(summary: &ForecastSummary, rung: usize) -> String {
    let Some(outcome) = outcome(summary, rung) else {
        return String::new();
    };
    match better_rival(&outcome.all, &rivals(summary, rung)) {
        Some(rival) => format!("No better than {}", rival.name),
        None if outcome.all.ahead == 0 => "Neither it nor a simple rule warns of any".to_owned(),
        None => "Beats every simple rule".to_owned(),
    }
}

/// What became of all pages at a budget.
pub fn pages_of(all: &IncidentLine) -> String {
    let n = |n: u32| format::count(u64::from(n));
    let decided = all.pages_ahead + all.pages_during + all.pages_false;
    format!(
        "{}: {} ahead of an incident, {} during one, {} false, of which {} about another kind of incident and {} more than a horizon early. Beyond these {} cannot be judged, since the data ends.",
        format::plural(u64::from(decided), "page"),
        n(all.pages_ahead),
        n(all.pages_during),
        n(all.pages_false),
        n(all.false_wrong_kind),
        n(all.false_too_early),
        n(all.pages_undecided),
    )
}

/// The figures of the run log.
pub(super) fn run_figures(
    summary: &ForecastSummary,
    outcome: &ForecastOutcome,
) -> Vec<(String, f64)> {
    let all = &outcome.all;
    let mut figures = vec![
        ("incidents".to_owned(), f64::from(all.incidents)),
        ("caught ahead".to_owned(), f64::from(all.ahead)),
        ("false pages a day".to_owned(), all.false_per_day),
    ];
    figures.extend(
        all.lead_minutes
            .map(|x| ("median lead, minutes".to_owned(), x)),
    );
    figures.extend(
        summary
            .average_precision
            .map(|x| ("average precision".to_owned(), x)),
    );
    figures
}

/// What the curve of budgets shows, as a finding.
pub fn curve_title(summary: &ForecastSummary, rung: usize) -> String {
    let last = summary.rungs.len().saturating_sub(1);
    let (Some(here), Some(most)) = (outcome(summary, rung), outcome(summary, last)) else {
        return String::new();
    };
    let (here, most) = (&here.all, &most.all);
    match most.ahead.saturating_sub(here.ahead) {
        0 if here.ahead == here.incidents => {
            "Every incident is caught ahead at this budget".to_owned()
        }
        0 => "More false pages would catch no more incidents".to_owned(),
        more => format!(
            "{} more would be caught ahead at {} false pages per cluster-day",
            format::plural(u64::from(more), "incident"),
            short(most.false_per_cluster_day)
        ),
    }
}

/// How the time in sight changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names say it")]
pub enum Zoom {
    Closer,
    Wider,
    Earlier,
    Later,
}

/// The seconds then in sight; none where it cannot change so.
pub fn zoom(track: &ForecastTrack, how: Zoom) -> Option<(f64, f64)> {
    let &[begin, end] = track.span.as_slice() else {
        return None;
    };
    let (from, until) = (*track.secs.first()?, *track.secs.last()?);
    let wide = until - from;
    // Of a group of rows the highest is shown: the first and the last may lie within.
    let edge = (end - begin) * 0.01;
    let (is_first, is_last) = (from <= begin + edge, until >= end - edge);
    let middle = (from + until) / 2.0;
    let (from, until) = match how {
        Zoom::Closer if wide > 600.0 => {
            // Towards the incident next to the middle, if there is one.
            let starts = track.incidents.iter().map(|i| i.start_secs);
            let near = starts.filter(|s| *s >= from && *s <= until);
            let near = near.min_by(|a, b| (a - middle).abs().total_cmp(&(b - middle).abs()));
            let middle = near.unwrap_or(middle);
            (middle - wide / 4.0, middle + wide / 4.0)
        }
        Zoom::Closer => return None,
        Zoom::Wider if is_first && is_last => return None,
        Zoom::Wider => (from - wide / 2.0, until + wide / 2.0),
        Zoom::Earlier if is_first => return None,
        Zoom::Earlier => (from - wide / 2.0, until - wide / 2.0),
        Zoom::Later if is_last => return None,
        Zoom::Later => (from + wide / 2.0, until + wide / 2.0),
    };
    // Within what was judged, as wide as before where there is room.
    let wide = (until - from).min(end - begin);
    let from = from.clamp(begin, (end - wide).max(begin));
    Some((from, from + wide))
}

/// What an entity's timeline shows, as a finding.
pub fn track_title(summary: &ForecastSummary, track: &ForecastTrack, outcome: usize) -> String {
    let name = match (track.name.as_str(), summary.spec.entity.as_slice()) {
        ("", _) => "All rows".to_owned(),
        // A bare number is the name of something.
        (name, [of]) if name.chars().all(|c| c.is_ascii_digit()) => format!("{of} {name}"),
        (name, _) => format::shortened(name, 60),
    };
    let horizon_secs = f64::from(summary.spec.horizon_minutes) * 60.0;
    let pages = track.pages.get(outcome).map_or(&[][..], Vec::as_slice);
    let mut best: Option<(f64, &str)> = None;
    for incident in &track.incidents {
        let of_kind = |kind: u32| summary.kinds.get(kind as usize) == Some(&incident.kind);
        let leads = pages
            .iter()
            .filter(|p| of_kind(p.kind))
            .map(|p| incident.start_secs - p.secs);
        let lead = leads
            .filter(|lead| *lead > 0.0 && *lead <= horizon_secs)
            .fold(0.0, f64::max);
        if lead > best.map_or(0.0, |b| b.0) {
            best = Some((lead, &incident.kind));
        }
    }
    match (best, track.incidents.len() as u64) {
        (Some((lead, kind)), _) => format!(
            "{name}: {} was paged {} {} ahead",
            format::class_name(kind),
            short(lead / 60.0),
            unit(summary)
        ),
        (None, 0) => format!(
            "{name}: no incident in sight, {}",
            format::plural(pages.len() as u64, "page")
        ),
        (None, n) => format!(
            "{name}: {}, none paged ahead",
            format::plural(n, "incident")
        ),
    }
}

/// What the reliability diagram shows, as a finding.
pub fn calibration_title(of: &CalibrationSummary) -> String {
    let error = format::percent(libm::round(of.calibration_error * 1e4) / 1e4);
    match of.calibration_error {
        e if e <= 0.02 => format!("Probabilities are what they say, to {error}"),
        _ => format!("Probabilities are off by {error} in the mean"),
    }
}

/// Its figures.
pub fn calibration_lines(of: &CalibrationSummary) -> Vec<(String, String)> {
    [
        ("Brier score", of.brier),
        ("of which miscalibration", of.reliability),
        ("what it tells apart, subtracted", of.resolution),
        ("what the issues' share leaves open", of.uncertainty),
        ("Expected calibration error", of.calibration_error),
    ]
    .map(|(name, x)| (name.to_owned(), format::number(x)))
    .to_vec()
}

/// On what a forecast rests.
pub fn detail_lines(summary: &ForecastSummary) -> Vec<(String, String)> {
    let spec = &summary.spec;
    let windows: Vec<String> = spec.windows_minutes.iter().map(u32::to_string).collect();
    let mut lines = vec![
        ("Rows learned from", format::count(summary.rows_train)),
        (
            "Rows that chose thresholds",
            format::count(summary.rows_calibrate),
        ),
        ("Rows judged by", format::count(summary.rows_test)),
        (
            "Rows left out between them",
            format::count(summary.rows_embargoed),
        ),
        ("Features", format::count(u64::from(summary.features))),
        (
            "Windows",
            format!("{} {}", windows.join(", "), unit(summary)),
        ),
        (
            "Incidents in the whole table",
            format::count(u64::from(summary.episodes)),
        ),
        ("Trees", format::count(u64::from(spec.trees))),
        ("Seed", spec.seed.to_string()),
    ];
    let scores = [
        ("ROC AUC by rows, any issue", summary.roc_auc),
        ("Average precision by rows", summary.average_precision),
    ];
    lines.extend(
        scores
            .iter()
            .filter_map(|(name, x)| Some((*name, format::score((*x)?)))),
    );
    lines
        .into_iter()
        .map(|(name, text)| (name.to_owned(), text))
        .collect()
}
