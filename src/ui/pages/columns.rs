//! The table of columns.

use yew::prelude::*;

use crate::app::{Act, Handle, format, select};
use crate::data::ColumnKind;
use crate::protocol::{ColumnSummary, DataSummary, Profile, TargetSummary};
use crate::ui::store::Store;
use crate::ui::widgets::{
    Named, actions, button, card, cell, choice, column_heads, scroll, shape, spark,
};

/// Columns that are listed before one asks for all.
const LISTED: usize = 60;

const HEADS: [(&str, bool, &str); 8] = [
    ("Column", false, ""),
    ("Type", false, ""),
    ("Missing", true, ""),
    ("Distinct", true, ""),
    ("Shape", false, ""),
    ("Values", false, ""),
    ("Mean", true, ""),
    ("Used", false, ""),
];

#[derive(PartialEq, Properties)]
pub(super) struct ColumnsCardProps {
    pub(super) store: Store,
    pub(super) data: Handle<DataSummary>,
    pub(super) target: Option<Handle<TargetSummary>>,
}

#[component]
pub(super) fn ColumnsCard(props: &ColumnsCardProps) -> Html {
    let all = use_state(|| false);
    let data = &props.data;
    let target = props.target.as_deref();
    let limit = if *all { usize::MAX } else { LISTED };
    let show_all = {
        let all = all.clone();
        Callback::from(move |_: MouseEvent| all.set(true))
    };
    let changed = data.columns.iter().filter(|c| c.kind_set).count() as u64;
    let set = match changed {
        0 => String::new(),
        n => format!(" {} set by hand.", format::plural(n, "type")),
    };
    let why = format!(
        "Change a type where the guess is wrong. Times, text, constants and identifiers are not learned from.{set}"
    );
    let table = html! {
        <table class="data columns">
            { column_heads(&HEADS) }
            <tbody>
                for (i, column) in data.columns.iter().take(limit).enumerate() {
                    { row(&props.store, i, column, data.rows, target) }
                }
            </tbody>
        </table>
    };
    let body = html! {
        <>
            { scroll("Columns of the data set", true, table) }
            if data.columns.len() > limit {
                { actions(button(
                    "btn",
                    "",
                    &format!("Show all {}", format::plural(data.columns.len() as u64, "column")),
                    false,
                    show_all,
                )) }
            }
        </>
    };
    card("card span12", "columns-title", &title(data), &why, body)
}

fn title(data: &DataSummary) -> String {
    let used = data.columns.iter().filter(|c| c.used).count() as u64;
    format!(
        "{} of {} can be learned from",
        format::count(used),
        format::plural(data.columns.len() as u64, "column")
    )
}

/// Whether the column would do by itself but not with this target.
fn is_left_out(target: &TargetSummary, column: &ColumnSummary) -> bool {
    column.used && target.column != column.name && !target.features.contains(&column.name)
}

fn row(
    store: &Store,
    i: usize,
    column: &ColumnSummary,
    rows: u64,
    target: Option<&TargetSummary>,
) -> Html {
    let name = column.name.clone();
    let store = store.clone();
    let on_choice = move |kind: String| {
        if let Some(kind) = ColumnKind::ALL.into_iter().find(|k| k.name() == kind) {
            store.act(Act::SetKind(name.clone(), kind));
        }
    };
    let named = Named {
        id: format!("kind-{i}").into(),
        label: format!("Type of {}", column.name).into(),
        hint: "".into(),
        hide_label: true,
    };
    let kinds = ColumnKind::ALL.map(|k| (k.name().into(), k.name().into()));
    let is_target = target.is_some_and(|t| t.column == column.name);
    let left_out = target.is_some_and(|t| is_left_out(t, column));
    let missing = select::missing(column, target);
    let used = match (is_target, column.used, left_out) {
        (true, ..) => "target".to_owned(),
        (_, true, true) => "no: gives the target away".to_owned(),
        (_, true, false) => "yes".to_owned(),
        _ if column.why_not.is_empty() => "no".to_owned(),
        _ => format!("no: {}", column.why_not),
    };
    let what = match &column.profile {
        Profile::Top { .. } => "Rows of the most frequent values",
        Profile::Span { .. } => "Rows over time",
        _ => "Distribution",
    };
    html! {
        <tr key={i}>
            <th scope="row" title={column.name.clone()}>{ format::shortened(&column.name, 44) }</th>
            <td>{ choice(&named, column.kind.name(), &kinds, on_choice) }</td>
            { cell("num", "", &format::percent(missing as f64 / rows.max(1) as f64)) }
            { cell("num", "", &format::count(column.distinct)) }
            <td>
                if let Some(counts) = shape(&column.profile) {
                    { spark(&counts, format!("{what} of {}", column.name)) }
                }
            </td>
            { cell("", &top_values(column), &select::range(column)) }
            { cell("num", "", &column.mean.map(format::number).unwrap_or_default()) }
            { cell(if used == "yes" { "" } else { "muted" }, "", &used) }
        </tr>
    }
}

fn top_values(column: &ColumnSummary) -> String {
    match &column.profile {
        Profile::Top { values, .. } => values
            .iter()
            .take(8)
            .map(|(v, n)| format!("{} ({})", format::shortened(v, 30), format::count(*n)))
            .collect::<Vec<_>>()
            .join(", "),
        _ => String::new(),
    }
}
