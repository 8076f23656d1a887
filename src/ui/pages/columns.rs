//! The table of columns.

use yew::prelude::*;

use crate::app::{Act, Handle, format, select};
use crate::data::ColumnKind;
use crate::protocol::{ColumnSummary, DataSummary, Profile, TargetSummary};
use crate::ui::widgets::{Scroll, Select, Spark, shape, use_app};

/// Columns that are listed before one asks for all.
const LISTED: usize = 60;

#[derive(PartialEq, Properties)]
pub(super) struct ColumnsCardProps {
    pub(super) data: Handle<DataSummary>,
    pub(super) target: Option<Handle<TargetSummary>>,
}

#[component]
pub(super) fn ColumnsCard(props: &ColumnsCardProps) -> Html {
    let all = use_state(|| false);
    let data = &props.data;
    let limit = if *all { usize::MAX } else { LISTED };
    let show_all = {
        let all = all.clone();
        Callback::from(move |_: MouseEvent| all.set(true))
    };
    let changed = data.columns.iter().filter(|c| c.kind_set).count() as u64;
    html! {
        <section class="card span12" aria-labelledby="columns-title">
            <h2 id="columns-title">{ title(data) }</h2>
            <p class="why">
                { "Change a type where the guess is wrong. Times, text, constants and identifiers are not learned from." }
                { match changed { 0 => String::new(), n => format!(" {} set by hand.", format::plural(n, "type")) } }
            </p>
            <Scroll label="Columns of the data set" tall={true}>
                <table class="data columns">
                    <thead>
                        <tr>
                            <th scope="col">{ "Column" }</th>
                            <th scope="col">{ "Type" }</th>
                            <th scope="col" class="num">{ "Missing" }</th>
                            <th scope="col" class="num">{ "Distinct" }</th>
                            <th scope="col">{ "Shape" }</th>
                            <th scope="col">{ "Values" }</th>
                            <th scope="col" class="num">{ "Mean" }</th>
                            <th scope="col">{ "Used" }</th>
                        </tr>
                    </thead>
                    <tbody>
                        for (i, column) in data.columns.iter().take(limit).enumerate() {
                            <ColumnRow
                                key={i}
                                index={i}
                                column={Handle::new(column.clone())}
                                rows={data.rows}
                                missing={select::missing(column, props.target.as_deref())}
                                target={props.target.as_ref().is_some_and(|t| t.column == column.name)}
                                copy={is_left_out(props.target.as_ref(), column)}
                            />
                        }
                    </tbody>
                </table>
            </Scroll>
            if data.columns.len() > limit {
                <p class="actions">
                    <button type="button" class="btn" onclick={show_all}>
                        { format!("Show all {}", format::plural(data.columns.len() as u64, "column")) }
                    </button>
                </p>
            }
        </section>
    }
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
fn is_left_out(target: Option<&Handle<TargetSummary>>, column: &ColumnSummary) -> bool {
    target.is_some_and(|t| {
        column.used && t.column != column.name && !t.features.contains(&column.name)
    })
}

#[derive(PartialEq, Properties)]
struct ColumnRowProps {
    index: usize,
    column: Handle<ColumnSummary>,
    rows: u64,
    missing: u64,
    target: bool,
    copy: bool,
}

#[component]
fn ColumnRow(props: &ColumnRowProps) -> Html {
    let app = use_app();
    let column = &*props.column;
    let name = column.name.clone();
    let store = app.store.clone();
    let on_choice = Callback::from(move |kind: String| {
        if let Some(kind) = ColumnKind::ALL.into_iter().find(|k| k.name() == kind) {
            store.act(Act::SetKind(name.clone(), kind));
        }
    });
    let used = match (props.target, column.used, props.copy) {
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
        <tr>
            <th scope="row" title={column.name.clone()}>{ format::shortened(&column.name, 44) }</th>
            <td>
                <Select
                    id={format!("kind-{}", props.index)}
                    label={format!("Type of {}", column.name)}
                    hide_label={true}
                    value={column.kind.name()}
                    options={ColumnKind::ALL.iter().map(|k| (k.name().into(), k.name().into())).collect::<Vec<_>>()}
                    {on_choice}
                />
            </td>
            <td class="num">{ format::percent(props.missing as f64 / props.rows.max(1) as f64) }</td>
            <td class="num">{ format::count(column.distinct) }</td>
            <td>
                if let Some(counts) = shape(&column.profile) {
                    <Spark {counts} label={format!("{what} of {}", column.name)} />
                }
            </td>
            <td title={top_values(column)}>{ select::range(column) }</td>
            <td class="num">{ column.mean.map(format::number).unwrap_or_default() }</td>
            <td class={if used == "yes" { "" } else { "muted" }}>{ used }</td>
        </tr>
    }
}

fn top_values(column: &ColumnSummary) -> Option<String> {
    match &column.profile {
        Profile::Top { values, .. } => Some(
            values
                .iter()
                .take(8)
                .map(|(v, n)| format!("{} ({})", format::shortened(v, 30), format::count(*n)))
                .collect::<Vec<_>>()
                .join(", "),
        ),
        _ => None,
    }
}
