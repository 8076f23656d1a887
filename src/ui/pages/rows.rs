//! The rows of the data set: in any order, and those that one looks for.

use yew::prelude::*;

use crate::app::{Act, Handle, Purpose, Route, format};
use crate::data::{ColumnKind, read_float};
use crate::protocol::{DataSummary, Request, RowsFilter, RowsView};
use crate::ui::shell::App;
use crate::ui::widgets::{
    Rows, Source, actions, card, choice, failed, named_field, pager, typed_field,
};

pub(super) fn rows_card(app: &App, data: &Handle<DataSummary>) -> Html {
    let listed = app.state.rows.value();
    let page = listed.map_or(&data.preview, |page| page);
    let title = match page.total == data.rows {
        true => format::plural(data.rows, "row"),
        false => format!(
            "{} of {}",
            format::count(page.total),
            format::plural(data.rows, "row")
        ),
    };
    let source = match listed {
        Some(page) => Source::Page(page.clone()),
        None => Source::Preview(data.clone()),
    };
    let sorted = Some((app.store.clone(), app.state.rows_view.clone()));
    let body = html! {
        <>
            { filter_fields(app, data) }
            if app.state.queue.iter().any(|p| p.purpose == Purpose::Rows) {
                <p class="why" role="status">{ "These rows are listed once the work at hand is done." }</p>
            }
            { failed(app, &app.state.rows, Route::Data) }
            <Rows {source} label="Rows of the data set" {sorted} />
            { pager(app, page, Act::PageRows) }
            { actions(app.button(
                "btn",
                "download-data",
                "Download this data as CSV",
                Act::Export(Request::ExportData),
            )) }
        </>
    };
    card(
        "card span12",
        "rows-title",
        &title,
        "Cells as they were read. A column's name sorts by it: up, down, and as it was. The table scrolls sideways.",
        body,
    )
}

/// Which rows are listed: by the text of a column's cells, or the range of its numbers.
fn filter_fields(app: &App, data: &DataSummary) -> Html {
    let view = &app.state.rows_view;
    let filter = view.filter.clone().unwrap_or_default();
    let ask = |change: fn(&mut RowsFilter, String)| {
        let (store, view, filter) = (app.store.clone(), view.clone(), filter.clone());
        move |text: String| {
            let mut filter = filter.clone();
            change(&mut filter, text);
            store.act(Act::ViewRows(RowsView {
                filter: (!filter.column.is_empty()).then_some(filter),
                ..(*view).clone()
            }));
        }
    };
    let mut columns: Vec<(AttrValue, AttrValue)> = vec![("".into(), "Every row".into())];
    columns.extend(
        data.columns
            .iter()
            .map(|c| (c.name.clone().into(), format::shortened(&c.name, 48).into())),
    );
    let of_column = ask(|filter, column| {
        *filter = RowsFilter {
            column,
            ..RowsFilter::default()
        };
    });
    let kind = data.columns.iter().find(|c| c.name == filter.column);
    let kind = kind.map(|c| c.kind);
    let bound = |x: Option<f64>| x.map(|x| x.to_string()).unwrap_or_default();
    let typed = |id, label, kind, value: &str, change| {
        typed_field(&named_field(id, label, ""), kind, value, "", ask(change))
    };
    html! {
        <div class="filters">
            { choice(&named_field("rows-column", "Rows by", ""), &filter.column, &columns, of_column) }
            if matches!(kind, Some(ColumnKind::Number | ColumnKind::Integer)) {
                { typed("rows-min", "At least", "number", &bound(filter.min), |f, text| f.min = read_float(&text)) }
                { typed("rows-max", "At most", "number", &bound(filter.max), |f, text| f.max = read_float(&text)) }
            } else if kind.is_some() {
                { typed("rows-contains", "Contains", "text", &filter.contains, |f, text| f.contains = text) }
            }
        </div>
    }
}
