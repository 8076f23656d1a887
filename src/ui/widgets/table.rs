//! Tables that scroll within their card, and shapes the size of a word.

use yew::prelude::*;

use crate::app::{Handle, format};
use crate::data::read_float;
use crate::protocol::{Profile, RowsPage};

#[derive(PartialEq, Properties)]
pub(in crate::ui) struct ScrollProps {
    /// What is in it, for those who do not see it.
    pub(in crate::ui) label: AttrValue,
    #[prop_or_default]
    pub(in crate::ui) tall: bool,
    pub(in crate::ui) children: Html,
}

/// A region that scrolls on its own and can be reached by keyboard.
#[component]
pub(in crate::ui) fn Scroll(props: &ScrollProps) -> Html {
    html! {
        <div
            class={classes!("scroll", props.tall.then_some("tall"))}
            tabindex="0"
            role="region"
            aria-label={props.label.clone()}
        >
            { props.children.clone() }
        </div>
    }
}

#[derive(PartialEq, Properties)]
pub(in crate::ui) struct RowsProps {
    pub(in crate::ui) page: Handle<RowsPage>,
    pub(in crate::ui) label: AttrValue,
}

/// Columns of a page that are drawn; the rest is told.
const DRAWN: usize = 120;

/// A page of a table.
#[component]
pub(in crate::ui) fn Rows(props: &RowsProps) -> Html {
    let page = &props.page;
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
    let class = |i: usize| numeric.get(i).copied().unwrap_or(false).then_some("num");
    html! {
        <>
            <Scroll label={props.label.clone()} tall={true}>
                <table class="data">
                    <thead>
                        <tr>
                            <th scope="col" class="num">{ "Row" }</th>
                            for (i, name) in page.columns.iter().take(drawn).enumerate() {
                                <th scope="col" class={class(i)} title={name.clone()}>{ format::shortened(name, 40) }</th>
                            }
                        </tr>
                    </thead>
                    <tbody>
                        for (number, cells) in page.rows.iter() {
                            <tr>
                                <th scope="row" class="num">{ format::count(number + 1) }</th>
                                for (i, cell) in cells.iter().take(drawn).enumerate() {
                                    <td class={class(i)}>{ cell_text(cell, class(i).is_some()) }</td>
                                }
                            </tr>
                        }
                    </tbody>
                </table>
            </Scroll>
            if drawn < page.columns.len() {
                <p class="why">{ format!("The first {drawn} of {} columns.", page.columns.len()) }</p>
            }
        </>
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

#[derive(PartialEq, Properties)]
pub(in crate::ui) struct SparkProps {
    pub(in crate::ui) counts: Vec<u64>,
    pub(in crate::ui) label: AttrValue,
}

/// Bars the size of a word.
#[component]
pub(in crate::ui) fn Spark(props: &SparkProps) -> Html {
    const HEIGHT: f64 = 22.0;
    let most = props.counts.iter().copied().max().unwrap_or(0).max(1) as f64;
    // One path: a table of a thousand columns has a thousand of these.
    let mut path = String::new();
    for (i, &n) in props.counts.iter().enumerate() {
        if n > 0 {
            let height = (n as f64 / most * HEIGHT).max(1.0);
            path.push_str(&format!("M{} {HEIGHT}v-{height:.1}h3v{height:.1}z", i * 4));
        }
    }
    let width = props.counts.len().max(1) * 4;
    html! {
        <svg
            class="spark"
            viewBox={format!("0 0 {width} {HEIGHT}")}
            width={width.to_string()}
            height="22"
            role="img"
            aria-label={props.label.clone()}
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
