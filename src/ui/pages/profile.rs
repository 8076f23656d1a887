//! The look at the whole data set: what is missing together, how classes differ, what goes together, time.

use std::rc::Rc;

use yew::prelude::*;

use crate::app::plot::{Chart, Correlations, Spreads};
use crate::app::profiling::{
    class_title, correlation_title, group_name, missing_title, named_lines, named_title, sentence,
    series_title,
};
use crate::app::{Act, Handle, Route, format};
use crate::protocol::{ClassProfile, DataProfile, MissingProfile, SeriesProfile, Spread};
use crate::ui::charts::ChartCard;
use crate::ui::shell::App;
use crate::ui::widgets::{actions, card, cell, choice, failed, named_field, pairs, scroll, spark};

pub(super) fn profile_card(app: &App) -> Html {
    let state = &app.state.profile;
    let body = match state.value() {
        Some(profile) => html! { <Parts profile={profile.clone()} /> },
        None if state.running().is_some() => html! {
            <p class="why" role="status">{ "Looking at the whole table." }</p>
        },
        None => actions(app.button(
            "btn",
            "profile-now",
            "Look at the whole table",
            Act::Profile,
        )),
    };
    let why = match state.value() {
        Some(profile) => sentence(profile),
        None => {
            "What is missing together, how classes differ, what goes together, and time.".to_owned()
        }
    };
    let body = html! {
        <>
            { failed(app, state, Route::Data) }
            { body }
        </>
    };
    card("card span12", "profile-title", "Profile", &why, body)
}

#[derive(PartialEq, Properties)]
struct PartsProps {
    profile: Handle<DataProfile>,
}

const PARTS: [&str; 4] = ["Missing cells", "Classes", "Correlation", "Time"];

/// One part at a time.
#[component]
fn Parts(props: &PartsProps) -> Html {
    let shown = use_state_eq(|| 0);
    let profile = &props.profile;
    let body = match *shown {
        0 => missing(&profile.missing, profile.rows),
        1 if profile.by_class.is_some() => html! { <Classes profile={profile.clone()} /> },
        1 => nothing("There are no classes to compare: choose a column to predict."),
        2 if profile.correlation.is_some() => html! { <Correlation profile={profile.clone()} /> },
        2 => nothing("There are no two columns of numbers."),
        _ => match &profile.series {
            Some(series) => time(series),
            None => nothing("No column is a time: steps, gaps and counter resets are not known."),
        },
    };
    let part = |(at, name): (usize, &'static str)| {
        let is_shown = *shown == at;
        let shown = shown.clone();
        let onclick = Callback::from(move |_: MouseEvent| shown.set(at));
        html! {
            <button type="button" class="part" id={format!("profile-{at}")} aria-pressed={is_shown.to_string()} {onclick}>
                { name }
            </button>
        }
    };
    html! {
        <>
            <div class="parts" role="group" aria-label="Parts of the profile">
                for button in PARTS.into_iter().enumerate().map(part) { { button } }
            </div>
            { body }
        </>
    }
}

fn nothing(words: &str) -> Html {
    html! { <p class="part-none">{ words }</p> }
}

/// The finding of a part without a chart.
fn titled(title: &str, body: Html) -> Html {
    html! {
        <>
            <h3>{ title }</h3>
            { body }
        </>
    }
}

fn share(n: u64, of: u64) -> String {
    format::percent(n as f64 / of.max(1) as f64)
}

/// A row: its name, the name in full, its cells, and what is drawn behind them.
struct Line(String, String, Vec<String>, Html);

impl Line {
    fn new(name: String, cells: Vec<String>) -> Self {
        Self(format::shortened(&name, 60), name, cells, html! {})
    }
}

/// A table in which numbers stand where their heads do; a head, whether it is one of numbers, and what it means.
fn table(label: &'static str, heads: &[(&str, bool, &'static str)], lines: &[Line]) -> Html {
    let class = |at: usize| match heads.get(at) {
        Some((_, true, _)) => "num",
        _ => "",
    };
    scroll(
        label,
        true,
        html! {
            <table class="data">
                <thead><tr>
                    for (at, (name, _, meaning)) in heads.iter().enumerate() {
                        <th scope="col" class={class(at)} title={*meaning}>{ *name }</th>
                    }
                </tr></thead>
                <tbody>
                    for Line(name, full, cells, drawn) in lines.iter() {
                        <tr>
                            <th scope="row" class={class(0)} title={full.clone()}>{ name }</th>
                            for (at, text) in cells.iter().enumerate() { { cell(class(at + 1), "", text) } }
                            if cells.len() + 1 < heads.len() { <td>{ drawn.clone() }</td> }
                        </tr>
                    }
                </tbody>
            </table>
        },
    )
}

fn missing(found: &MissingProfile, rows: u64) -> Html {
    let title = missing_title(found, rows);
    if found.groups.is_empty() {
        return nothing(&title);
    }
    let name = |at: u32| {
        let group = found.groups.get(at as usize);
        group.map_or_else(String::new, |g| group_name(&g.columns))
    };
    let course = |course: &[f64]| {
        let counts: Vec<u64> = course
            .iter()
            .map(|s| libm::round(s * 1000.0) as u64)
            .collect();
        let most = course.iter().copied().fold(0.0, f64::max);
        spark(
            &counts,
            format!(
                "Missing from the first row to the last: at most {}",
                format::percent(most)
            ),
        )
    };
    let counted = |n: u64| vec![format::count(n), share(n, rows)];
    let groups = found.groups.iter().map(|group| {
        let full = group.columns.join(", ");
        let name = group_name(&group.columns);
        Line(name, full, counted(group.missing), course(&group.course))
    });
    // In full: several begin with the same columns.
    let pattern = |name: String, n: u64| Line(name.clone(), name, counted(n), html! {});
    let mut patterns = vec![pattern("Nothing".to_owned(), found.complete)];
    patterns.extend(found.patterns.iter().map(|of| {
        let names: Vec<String> = of.groups.iter().map(|&at| name(at)).collect();
        pattern(names.join("; "), of.rows)
    }));
    if found.other_patterns > 0 {
        let name = format::plural(found.other_patterns, "other pattern");
        patterns.push(pattern(name, found.other_rows));
    }
    let body = html! {
        <>
            { table(
                "Missing cells by column",
                &[
                    ("Columns missing in the same rows", false, ""),
                    ("Rows", true, ""),
                    ("Share", true, ""),
                    ("First row to last", false, ""),
                ],
                &groups.collect::<Vec<_>>(),
            ) }
            { table(
                "Patterns of missing cells",
                &[("Missing in one row", false, ""), ("Rows", true, ""), ("Share", true, "")],
                &patterns,
            ) }
        </>
    };
    titled(&title, body)
}

#[component]
fn Classes(props: &PartsProps) -> Html {
    let Some(found) = &props.profile.by_class else {
        return html! {};
    };
    let chosen = use_state_eq(|| 0);
    let chart = use_memo((props.profile.clone(), *chosen), |(profile, at)| {
        let by_class = profile.by_class.as_ref();
        let spreads = by_class.map(|found| Spreads::new(found, *at));
        Rc::new(Chart::Spreads(spreads.unwrap_or_default()))
    });
    let title = match found.columns.get(*chosen) {
        Some(column) if *chosen > 0 => format!(
            "{}: {} of the variance of its ranks lies between the classes",
            column.name,
            format::percent(column.apart)
        ),
        _ => class_title(found),
    };
    let options: Vec<(AttrValue, AttrValue)> = found
        .columns
        .iter()
        .enumerate()
        .map(|(at, column)| {
            (
                at.to_string().into(),
                format::shortened(&column.name, 48).into(),
            )
        })
        .collect();
    let on_choice = {
        let chosen = chosen.clone();
        move |at: String| chosen.set(at.parse().unwrap_or(0))
    };
    let named = named_field(
        "profile-column",
        "Column",
        "Those that differ most come first.",
    );
    let classes: Vec<String> = found
        .classes
        .iter()
        .map(|class| format::shortened(&format::class_name(&class.class), 24))
        .collect();
    let mut heads = vec![
        ("Column", false, ""),
        (
            "Apart",
            true,
            "Share of the variance of ranks that lies between the classes",
        ),
    ];
    heads.extend(classes.iter().map(|class| (class.as_str(), true, "")));
    let medians = found.columns.iter().map(|column| {
        let median = |spread: &Option<Spread>| {
            let median = spread.as_ref().and_then(|s| s.at.get(2));
            median.map_or_else(|| "–".to_owned(), |&x| format::number(x))
        };
        let apart = format::percent(column.apart);
        let cells = std::iter::once(apart).chain(column.spreads.iter().map(median));
        Line::new(column.name.clone(), cells.collect())
    });
    let mut names = vec![("Column", false, ""), ("Name", false, "")];
    names.extend(heads.iter().skip(2).copied());
    names.push(("Rows", true, ""));
    let lines: Vec<Line> = named_lines(found)
        .into_iter()
        .map(|(column, cells)| Line::new(column, cells))
        .collect();
    html! {
        <>
            if found.columns.is_empty() {
                <p class="part-none">{ title }</p>
            } else {
                <ChartCard chart={(*chart).clone()} {title} why={class_note(found)}>
                    { choice(&named, &chosen.to_string(), &options, on_choice) }
                </ChartCard>
                <details class="more">
                    <summary>{ "Medians of all columns" }</summary>
                    { table("Medians of each column by class", &heads, &medians.collect::<Vec<_>>()) }
                </details>
            }
            if !found.named.is_empty() {
                <details class="more" id="profile-names" open={found.columns.is_empty()}>
                    <summary>{ named_title(found) }</summary>
                    { table("Share of each class's rows that bear a name", &names, &lines) }
                </details>
            }
        </>
    }
}

/// How the classes were looked at.
fn class_note(found: &ClassProfile) -> String {
    let is_sampled = found.classes.iter().any(|c| c.seen < c.rows);
    let left_out = match found.left_out {
        0 => String::new(),
        n => format!(" {} are left out.", format::plural(n, "rarer class")),
    };
    let sampled = match is_sampled {
        true => " Of large classes 4,000 rows spread evenly over the table are looked at.",
        false => "",
    };
    format!(
        "A mark at the median, a bar over the middle half, a line over the middle nine tenths.{sampled}{left_out}"
    )
}

#[component]
fn Correlation(props: &PartsProps) -> Html {
    let Some(found) = &props.profile.correlation else {
        return html! {};
    };
    let chart = use_memo(props.profile.clone(), |profile| {
        let found = profile.correlation.as_ref();
        Rc::new(Chart::Pairs(
            found.map(Correlations::new).unwrap_or_default(),
        ))
    });
    let note = format!(
        "Rank correlation (Spearman) of {}, on {}{}. Blue rises together, orange moves against.",
        format::plural(found.compared, "column"),
        format::plural(found.rows, "row"),
        match found.left_out {
            0 => String::new(),
            n => format!("; {} are left out", format::plural(n, "column")),
        }
    );
    let lines = found.pairs.iter().map(|pair| {
        let cells = vec![pair.a.clone(), pair.b.clone(), format::count(pair.rows)];
        Line::new(format::score(pair.rank), cells)
    });
    let heads = [
        ("Correlation", true, "From −1 to 1"),
        ("Column", false, ""),
        ("With", false, ""),
        ("Rows", true, "Rows looked at in which both have a value"),
    ];
    html! {
        <>
            <ChartCard chart={(*chart).clone()} title={correlation_title(found)} why={note} />
            { table("The strongest correlations", &heads, &lines.collect::<Vec<_>>()) }
        </>
    }
}

fn time(series: &SeriesProfile) -> Html {
    let span = |secs: f64| match series.counted {
        true => format::number(secs / 60.0),
        false => format::duration(secs),
    };
    let steps: Vec<String> = series
        .steps
        .iter()
        .take(4)
        .map(|&(secs, n)| format!("{} ({})", span(secs), share(n, series.all_steps)))
        .collect();
    let entity = match series.entity.is_empty() {
        true => "All rows are of one".to_owned(),
        false => format!(
            "{} by {}",
            format::count(series.entities),
            series.entity.join(", ")
        ),
    };
    let facts = [
        ("Time", series.time.clone()),
        ("Entities", entity),
        ("Steps", steps.join(", ")),
        (
            "Same entity and instant",
            format::plural(series.duplicates, "row"),
        ),
        ("Out of order", format::plural(series.backwards, "row")),
        ("Without a time", format::plural(series.without_time, "row")),
    ];
    let facts: Vec<(String, String)> = facts
        .into_iter()
        .map(|(name, value)| (name.to_owned(), value))
        .collect();
    let lines = series.lines.iter().map(|line| {
        let name = match line.name.is_empty() {
            true => "All rows".to_owned(),
            false => line.name.clone(),
        };
        let cells = vec![
            format::count(line.rows),
            span(line.step_secs),
            format::count(line.gaps),
            span(line.longest_secs),
            line.longest_at.clone(),
        ];
        Line::new(name, cells)
    });
    let counters = series.counters.iter().map(|line| {
        let most = match line.most_resets {
            0 => "–".to_owned(),
            n => format!(
                "{} ({})",
                format::shortened(&line.most, 40),
                format::count(n)
            ),
        };
        let cells = vec![
            format::count(line.resets),
            format::count(line.entities),
            most,
        ];
        Line::new(line.name.clone(), cells)
    });
    let body = html! {
        <>
            { pairs(&facts) }
            { table(
                "Entities with the longest gaps",
                &[
                    ("Entity", false, ""),
                    ("Rows", true, ""),
                    ("Usual step", true, "Median"),
                    ("Gaps", true, "Steps of more than twice the usual one"),
                    ("Longest step", true, ""),
                    ("From", false, ""),
                ],
                &lines.collect::<Vec<_>>(),
            ) }
            if series.counters.is_empty() {
                <p class="why">{ "No column counts up." }</p>
            } else {
                { table(
                    "Counters and their resets",
                    &[
                        ("Counter", false, ""),
                        ("Resets", true, "Falls from one row of an entity to its next"),
                        ("Entities with one", true, ""),
                        ("Most", false, ""),
                    ],
                    &counters.collect::<Vec<_>>(),
                ) }
            }
        </>
    };
    titled(&series_title(series), body)
}
