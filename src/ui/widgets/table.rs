//! Tables that scroll within their card, and shapes the size of a word.

use yew::prelude::*;

use super::button::{button, named};
use super::card::cell;
use crate::app::{Act, Handle, format};
use crate::data::read_float;
use crate::protocol::{DataSummary, Profile, RowsPage, RowsView};
use crate::ui::store::Store;

/// A region that scrolls on its own and can be reached by keyboard, told what is in it for those who do not see it.
pub(in crate::ui) fn scroll(label: &'static str, tall: bool, body: Html) -> Html {
    let class = if tall { "scroll tall" } else { "scroll" };
    html! { <div {class} tabindex="0" role="region" aria-label={label}>{ body }</div> }
}

/// A page of rows as it came.
#[derive(PartialEq)]
pub(in crate::ui) enum Source {
    Preview(Handle<DataSummary>),
    Page(Handle<RowsPage>),
}

#[derive(PartialEq, Properties)]
pub(in crate::ui) struct RowsProps {
    pub(in crate::ui) source: Source,
    pub(in crate::ui) label: &'static str,
    /// What sorts by a column, where its name does.
    #[prop_or_default]
    pub(in crate::ui) sorted: Option<(Store, Handle<RowsView>)>,
}

/// Columns of a page that are drawn; the rest is told.
const DRAWN: usize = 120;

/// A page of a table.
#[component]
pub(in crate::ui) fn Rows(props: &RowsProps) -> Html {
    let page = match &props.source {
        Source::Preview(data) => &data.preview,
        Source::Page(page) => &**page,
    };
    let drawn = page.columns.len().min(DRAWN);
    let numeric: Vec<bool> = (0..drawn)
        .map(|i| {
            let mut cells = page
                .rows
                .iter()
                .filter_map(|(_, cells)| cells.get(i))
                .filter(|c| !c.is_empty())
                .peekable();
            cells.peek().is_some() && cells.all(|c| read_float(c).is_some())
        })
        .collect();
    let class = |i: usize| match numeric.get(i) {
        Some(true) => "num",
        _ => "",
    };
    html! {
        <>
            { scroll(props.label, true, html! {
                <table class="data">
                    <thead>
                        <tr>
                            <th scope="col" class="num">{ "Row" }</th>
                            for (i, name) in page.columns.iter().take(drawn).enumerate() {
                                { head(name, class(i), &props.sorted) }
                            }
                        </tr>
                    </thead>
                    <tbody>
                        for (number, cells) in page.rows.iter() {
                            <tr>
                                <th scope="row" class="num">{ format::count(number + 1) }</th>
                                for (i, text) in cells.iter().take(drawn).enumerate() {
                                    { cell(class(i), "", &cell_text(text, !class(i).is_empty())) }
                                }
                            </tr>
                        }
                    </tbody>
                </table>
            }) }
            if drawn < page.columns.len() {
                <p class="why">{ format!("The first {drawn} of {} columns.", page.columns.len()) }</p>
            }
        </>
    }
}

/// A column's name, which sorts by it: up, down, and as it was.
fn head(name: &str, class: &'static str, sorted: &Option<(Store, Handle<RowsView>)>) -> Html {
    let text = format::shortened(name, 40);
    let title = name.to_owned();
    let Some((store, view)) = sorted else {
        return html! { <th scope="col" class={named(class)} {title}>{ text }</th> };
    };
    let is_sorted = view.sort.as_deref() == Some(name);
    let (order, mark) = match (is_sorted, view.descending) {
        (false, _) => ("none", ""),
        (true, false) => ("ascending", " ↑"),
        (true, true) => ("descending", " ↓"),
    };
    let next = RowsView {
        sort: (!is_sorted || !view.descending).then(|| name.to_owned()),
        descending: is_sorted && !view.descending,
        ..(**view).clone()
    };
    let store = store.clone();
    let onclick = Callback::from(move |_: MouseEvent| store.act(Act::ViewRows(next.clone())));
    html! {
        <th scope="col" class={named(class)} aria-sort={order} {title}>
            { button("sort", "", &format!("{text}{mark}"), false, onclick) }
        </th>
    }
}

/// A cell short enough for a table: a number keeps six significant digits, text its first 60 characters.
fn cell_text(cell: &str, numeric: bool) -> String {
    match read_float(cell) {
        Some(x) if numeric && cell.len() > 9 && x.abs() >= 1e-4 && x.abs() < 1e15 => {
            let whole = libm::floor(libm::log10(x.abs())) as i32;
            let places = usize::try_from(5 - whole).unwrap_or(0).min(9);
            format!("{x:.places$}")
        }
        _ => format::shortened(cell, 60),
    }
}

/// Bars the size of a word.
pub(in crate::ui) fn spark(counts: &[u64], label: String) -> Html {
    const HEIGHT: f64 = 22.0;
    let most = counts.iter().copied().max().unwrap_or(0).max(1) as f64;
    // One path: a table of a thousand columns has a thousand of these.
    let mut path = String::new();
    for (i, &n) in counts.iter().enumerate() {
        if n > 0 {
            let height = (n as f64 / most * HEIGHT).max(1.0);
            path.push_str(&format!("M{} {HEIGHT}v-{height:.1}h3v{height:.1}z", i * 4));
        }
    }
    let width = counts.len().max(1) * 4;
    html! {
        <svg
            class="spark"
            viewBox={format!("0 0 {width} {HEIGHT}")}
            width={width.to_string()}
            height="22"
            role="img"
            aria-label={label}
        >
            <path d={path} />
        </svg>
    }
}

/// The shape of a column, if it has one.
pub(in crate::ui) fn shape(profile: &Profile) -> Option<Vec<u64>> {
    match profile {
        Profile::Histogram { counts, .. } | Profile::Span { counts, .. } => {
            Some(counts.iter().copied().take(64).collect())
        }
        Profile::Top { values, other } => {
            let mut counts: Vec<u64> = values.iter().map(|(_, n)| *n).collect();
            if *other > 0 {
                counts.push(*other);
            }
            Some(counts)
        }
        Profile::Empty => None,
    }
}
