//! What a forecast says, computed from its figures; a budget picks among what the engine has counted.

use super::format;
use super::select::capital;
use super::verdict::{Figure, Sentence};
use crate::protocol::{
    BudgetRung, ForecastOutcome, ForecastSummary, IncidentLine, Interval, Mend, SeriesSummary,
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
        format!("{} to {}", text(i.low), text(i.high))
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
    let of = |label, meaning, value: String, beside: String| Figure {
        label,
        meaning,
        value,
        beside,
        below: String::new(),
        better: false,
    };
    let cluster = short(all.false_per_cluster_day);
    let mut figures = vec![
        of(
            "Caught ahead",
            "Incidents with a page in the horizon before they set in. Beside it the 90 % interval of the share.",
            format!("{} of {}", all.ahead, all.incidents),
            interval(outcome.recall_ahead.as_ref(), percent),
        ),
        of(
            "Median lead",
            "From the first page to the start, of incidents caught ahead.",
            optional(all.lead_minutes, |x| format!("{} {unit}", short(x))),
            interval(outcome.lead_minutes.as_ref(), short),
        ),
        of(
            "False pages a day",
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
        figures[2].below = format!("{cluster} for each of {} clusters", summary.clusters);
    }
    figures[1].below = all.lead_p10_minutes.map_or(String::new(), |x| {
        format!("nine of ten at least {} {unit}", short(x))
    });
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
pub fn cells(line: &IncidentLine) -> [String; 9] {
    let count = |n: u32| format::count(u64::from(n));
    let dash = |x: Option<f64>, text: &dyn Fn(f64) -> String| x.map_or("–".to_owned(), text);
    let lead = match (line.lead_minutes, line.lead_p10_minutes) {
        (Some(median), Some(p10)) => format!("{} / {}", short(median), short(p10)),
        _ => "–".to_owned(),
    };
    [
        count(line.incidents),
        count(line.ahead),
        count(line.late),
        count(line.missed),
        lead,
        short(line.false_per_day),
        short(line.false_per_cluster_day),
        dash(line.page_precision, &|x| {
            format::percent(libm::round(x * 1000.0) / 1000.0)
        }),
        dash(line.pages_per_incident, &short),
    ]
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
        "{}: {} ahead of an incident, {} during one, {} false. Of the false ones {} were about another kind of incident, {} came more than a horizon early. {} more cannot be judged, since the data ends.",
        format::plural(u64::from(decided), "page"),
        n(all.pages_ahead),
        n(all.pages_during),
        n(all.pages_false),
        n(all.false_wrong_kind),
        n(all.false_too_early),
        n(all.pages_undecided),
    )
}

/// What mends a refusal, on its button.
pub fn mends(mends: &[Mend]) -> String {
    let words: Vec<String> = mends
        .iter()
        .map(|mend| match mend {
            Mend::Leave(column) => format!("leave {} out", format::shortened(column, 24)),
            Mend::Forward => "split forward in time".to_owned(),
            Mend::ByEntity => "hold out entities".to_owned(),
            Mend::Horizon(minutes) => format!("look {minutes} minutes ahead"),
            Mend::FirstOfDuplicates => "keep the first of each".to_owned(),
        })
        .collect();
    match words.as_slice() {
        [] => String::new(),
        [first, ..] if words.len() > 3 => {
            capital(&format!("{first}, and {} more repairs", words.len() - 1))
        }
        _ => capital(&words.join(", ")),
    }
}

/// What was found of time and entities, in a sentence.
pub fn found(series: &SeriesSummary) -> String {
    if series.time.is_empty() {
        return "No column of time was found.".to_owned();
    }
    let by = match series.entity.as_slice() {
        [] => "one entity".to_owned(),
        columns => format!(
            "{} by {}",
            format::plural(u64::from(series.entities), "entity").replace("entitys", "entities"),
            format::listed(columns, 3)
        ),
    };
    let step = match series.counted {
        true => format!("{} {}", short(series.step_secs / 60.0), series.time),
        false => format::duration(series.step_secs),
    };
    let span: Vec<&str> = series
        .span
        .iter()
        .map(|at| at.get(..16).unwrap_or(at))
        .collect();
    let mut text = format!(
        "{by}, a row every {step}, {}; {}.",
        span.join(" to ").replace('T', " "),
        format::plural(u64::from(series.incidents), "incident")
    );
    let odd = [
        (series.gaps, "gap"),
        (series.duplicates, "repeated time"),
        (series.backwards, "row out of order"),
        (series.without_time, "row without a time"),
    ];
    let odd: Vec<String> = odd
        .iter()
        .filter(|(n, _)| *n > 0)
        .map(|(n, what)| match what.split_once(' ') {
            Some((noun, rest)) if noun == "row" => format!("{} {rest}", format::plural(*n, noun)),
            _ => format::plural(*n, what),
        })
        .collect();
    if !odd.is_empty() {
        text.push_str(&format!(" {}.", capital(&odd.join(", "))));
    }
    text
}

/// Why a forecast cannot begin; absent where it can.
pub fn why_not(state: &super::State) -> Option<String> {
    if state.data.value().is_none() {
        return Some("Load a table first.".to_owned());
    }
    match state.target.value() {
        None => Some("Choose the column that says what was wrong.".to_owned()),
        Some(target) => state
            .settings
            .forecast_spec(&target.column)
            .err()
            .map(|field| format!("Set {} right first.", field.rule().label)),
    }
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
