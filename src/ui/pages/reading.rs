//! How the data were read and joined, and what may be changed of it.

use std::rc::Rc;

use yew::prelude::*;

use crate::app::{Act, Async, format, reading};
use crate::protocol::{
    DataSummary, JoinSummary, JoinedColumn, ReadSpec, ReadingSummary, Request, RowNotes,
};
use crate::ui::shell::App;
use crate::ui::widgets::{
    Named, actions, card, cell, choice, column_heads, named_field, scroll, typed_field,
};

/// Columns of a join that are listed.
const LISTED: usize = 120;

/// The cards of a data set that was read from files.
pub(super) fn reading_cards(app: &App, data: &DataSummary) -> Html {
    let spec = app.state.source.as_ref().map(|s| Rc::clone(&s.reading));
    let spec = spec.unwrap_or_default();
    // After a failure the fields show again what holds.
    let key = match &app.state.data {
        Async::Failed { job, .. } => *job,
        _ => 0,
    };
    html! {
        <>
            if !data.readings.is_empty() {
                { card(
                    "card span12",
                    "reading-title",
                    "How it was read",
                    &reading::read_sentence(&data.readings),
                    html! { <div key={key.to_string()}>{ read_body(app, &data.readings, &spec) }</div> },
                ) }
            }
            if let Some(join) = &data.join {
                { card(
                    "card span12",
                    "join-title",
                    "How it was joined",
                    &reading::join_sentence(join),
                    html! { <div key={key.to_string()}>{ join_body(app, join, &spec) }</div> },
                ) }
            }
        </>
    }
}

fn read_body(app: &App, readings: &[ReadingSummary], spec: &Rc<ReadSpec>) -> Html {
    let seen = readings.iter().find(|r| *r.file == *app.state.reading_of);
    let file = seen.filter(|_| readings.len() > 1).map(|r| r.file.as_str());
    let fields = reading::guess_fields(readings, spec, file).into_iter();
    let fields = fields.map(|field| {
        let (store, spec) = (app.store.clone(), Rc::clone(spec));
        let named = Named {
            id: format!("read-{}", field.setting as u8).into(),
            label: field.label.into(),
            ..Named::default()
        };
        let options: Vec<(AttrValue, AttrValue)> = field
            .options
            .into_iter()
            .map(|(value, label)| (value.into(), label.into()))
            .collect();
        let setting = field.setting;
        let file = file.map(str::to_owned);
        let say = move |value| {
            store.act(Act::ReadAs(spec.saying(file.as_deref(), setting, value)));
        };
        if let [(_, found)] = &options[..] {
            let named = Named {
                hint: "Such as +01:00 or -05:30.".into(),
                ..named
            };
            return typed_field(&named, "text", &field.said, found, say);
        }
        choice(&named, &field.said, &options, say)
    });
    let fields: Html = fields.collect();
    let count = |of: fn(&ReadingSummary) -> &RowNotes| -> (u64, usize) {
        let (all, listed) = (
            readings.iter().map(|r| of(r).count),
            readings.iter().map(|r| of(r).rows.len()),
        );
        (all.sum(), listed.sum())
    };
    let (repaired, skipped) = (count(|r| &r.repaired), count(|r| &r.skipped));
    let (all, listed) = (repaired.0 + skipped.0, repaired.1 + skipped.1);
    html! {
        <>
            if readings.len() > 1 {
                <div class="filters">{ file_choice(app, readings, file) }</div>
            }
            <div class="filters guesses">{ fields }</div>
            if all > 0 {
                <details class="more" id="row-notes">
                    <summary>{ format!("{} not read as they stand", format::plural(all, "line")) }</summary>
                    { scroll("Rows that were repaired or left out", true, row_notes(readings)) }
                    if (listed as u64) < all {
                        <p class="why">{ format!("The first {listed}; the file has all of them.") }</p>
                    }
                    { actions(app.button(
                        "btn",
                        "download-row-notes",
                        "Download these rows as CSV",
                        Act::Export(Request::ExportRowNotes),
                    )) }
                </details>
            }
        </>
    }
}

/// Which of several files the fields are about.
fn file_choice(app: &App, readings: &[ReadingSummary], file: Option<&str>) -> Html {
    let store = app.store.clone();
    let each = readings.iter().map(|reading| {
        let name = reading.file.as_str();
        (name.to_owned().into(), format::shortened(name, 44).into())
    });
    let all = [("".into(), "All files".into())];
    let options: Vec<(AttrValue, AttrValue)> = all.into_iter().chain(each).collect();
    let named = named_field("read-file", "For", "");
    choice(&named, file.unwrap_or_default(), &options, move |file| {
        store.act(Act::SeeReading(file));
    })
}

fn row_notes(readings: &[ReadingSummary]) -> Html {
    let several = readings.len() > 1;
    let heads = [
        ("Line", true, ""),
        ("What", false, ""),
        ("Why", false, ""),
        ("Text", false, "What is not in the table"),
    ];
    let lines = readings.iter().flat_map(|reading| {
        let repaired = reading.repaired.rows.iter().map(|n| ("repaired", n));
        let skipped = reading.skipped.rows.iter().map(|n| ("left out", n));
        repaired.chain(skipped).map(move |(what, note)| {
            let line = match several {
                true => format!(
                    "{}, {}",
                    format::shortened(&reading.file, 30),
                    format::count(note.line)
                ),
                false => format::count(note.line),
            };
            html! {
                <tr>
                    { cell("num", "", &line) }
                    { cell("", "", what) }
                    { cell("", "", &note.why) }
                    { cell("muted", "", &note.text) }
                </tr>
            }
        })
    });
    html! {
        <table class="data">
            { column_heads(&heads) }
            <tbody>{ for lines }</tbody>
        </table>
    }
}

fn join_body(app: &App, join: &JoinSummary, spec: &Rc<ReadSpec>) -> Html {
    let step = {
        let (store, spec) = (app.store.clone(), Rc::clone(spec));
        let said = spec.step_secs.map(format::number).unwrap_or_default();
        let named = named_field(
            "join-step",
            "Seconds between rows",
            "Empty takes the samples' own distance.",
        );
        typed_field(
            &named,
            "number",
            &said,
            &format::number(join.step_secs),
            move |text| {
                store.act(Act::ReadAs(ReadSpec {
                    step_secs: crate::data::read_float(text.trim()),
                    ..(*spec).clone()
                }));
            },
        )
    };
    let labels = {
        let (store, spec) = (app.store.clone(), Rc::clone(spec));
        let said = spec.entity_labels.as_ref().map(|labels| labels.join(", "));
        let hint = match join.dropped_labels.is_empty() {
            true => "Labels, separated by commas. Empty takes those that vary and are shared."
                .to_owned(),
            false => format!(
                "Labels, separated by commas. Left out, since they tell nothing apart: {}.",
                format::listed(&join.dropped_labels, 8)
            ),
        };
        let named = Named {
            hint: hint.into(),
            ..named_field("join-labels", "Rows told apart by", "")
        };
        let found = join.entity_labels.join(", ");
        typed_field(
            &named,
            "text",
            &said.unwrap_or_default(),
            &found,
            move |text| {
                store.act(Act::ReadAs(spec.naming_rows_by(&text)));
            },
        )
    };
    let heads = [
        ("Column", false, ""),
        ("From", false, ""),
        (
            "Read as",
            false,
            "A counter only grows: its rate tells more.",
        ),
        ("Series", true, ""),
        ("Resets", true, "Times a counter began anew"),
        ("Gaps", true, "Cells without a sample between others"),
        ("Twice", true, "Series that another one repeats"),
    ];
    let columns = join.columns.iter().take(LISTED).enumerate();
    let table = html! {
        <table class="data columns">
            { column_heads(&heads) }
            <tbody>
                for (i, column) in columns {
                    { joined_row(app, i, column, spec) }
                }
            </tbody>
        </table>
    };
    html! {
        <>
            <div class="filters">{ step }{ labels }</div>
            { scroll("Columns of the joined table", true, table) }
            if join.columns.len() > LISTED {
                <p class="why">{ format!("The first {LISTED} of {}.", format::plural(join.columns.len() as u64, "column")) }</p>
            }
        </>
    }
}

fn joined_row(app: &App, i: usize, column: &JoinedColumn, spec: &Rc<ReadSpec>) -> Html {
    let (store, spec) = (app.store.clone(), Rc::clone(spec));
    let metric = column.metric.clone();
    let named = Named {
        id: format!("rate-{i}").into(),
        label: format!("{} is read as", column.name).into(),
        hint: "".into(),
        hide_label: true,
    };
    let options = [
        ("value".into(), "value".into()),
        ("rate".into(), "rate per second".into()),
    ];
    let value = if column.is_rate { "rate" } else { "value" };
    html! {
        <tr key={i}>
            <th scope="row" title={column.name.clone()}>{ format::shortened(&column.name, 44) }</th>
            { cell("muted", &column.source, &format::shortened(&column.source, 32)) }
            <td>{ choice(&named, value, &options, move |value| {
                store.act(Act::ReadAs(spec.rating(&metric, value == "rate")));
            }) }</td>
            { cell("num", "", &format::count(column.series)) }
            { cell("num", "", &format::count(column.resets)) }
            { cell("num", "", &format::count(column.gaps)) }
            { cell("num", "", &format::count(column.duplicates)) }
        </tr>
    }
}
