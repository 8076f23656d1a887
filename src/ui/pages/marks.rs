//! Incidents marked by hand: a column over time to draw them on, the fields that do the same, and the table of marks.

use std::any::Any;
use std::rc::Rc;

use web_sys::HtmlCanvasElement;
use yew::prelude::*;

use crate::app::ahead::{self, Zoom};
use crate::app::form::Field;
use crate::app::marking::{self, Drag, DragStep, Marking};
use crate::app::plot::Chart;
use crate::app::{Act, format};
use crate::protocol::{ForecastTrack, Mark};
use crate::ui::charts::ChartCard;
use crate::ui::shell::App;
use crate::ui::widgets::{
    Chosen, card, cell, choice, column_heads, file_button, named_field, number_field, scroll,
};

const HEADS: [(&str, bool, &str); 6] = [
    ("Kind", false, ""),
    ("Entity", false, ""),
    ("From", false, ""),
    ("Until", false, "The first instant after it"),
    ("Rows", true, ""),
    ("", false, ""),
];

/// Names to choose from, below a first choice that is empty.
pub(super) fn columns(first: Option<String>, names: &[String]) -> Vec<(AttrValue, AttrValue)> {
    let first = first.map(|label| ("".into(), label.into()));
    let names = names
        .iter()
        .map(|name| (name.clone().into(), format::shortened(name, 40).into()));
    first.into_iter().chain(names).collect()
}

/// Buttons with these ids that change the time in sight.
pub(super) fn sight(
    app: &App,
    ids: &[&'static str; 5],
    track: &ForecastTrack,
    act: fn(Option<(f64, f64)>) -> Act,
) -> Html {
    let button = |id, label, how| {
        let to = ahead::zoom(track, how);
        app.button_unless(to.is_none(), "btn", id, label, act(to))
    };
    html! {
        <div class="actions" role="group" aria-label="Time in sight">
            { button(ids[0], "Closer", Zoom::Closer) }
            { button(ids[1], "Wider", Zoom::Wider) }
            { button(ids[2], "Earlier", Zoom::Earlier) }
            { button(ids[3], "Later", Zoom::Later) }
            { app.button("btn", ids[4], "All", act(None)) }
        </div>
    }
}

/// The pointer on the picture, which keeps it until it is lifted.
fn dragging(app: &App, step: DragStep) -> Callback<PointerEvent> {
    let store = app.store.clone();
    Callback::from(move |event: PointerEvent| {
        let canvas: Option<HtmlCanvasElement> = event.target_dyn_into();
        let Some(canvas) = canvas.filter(|_| event.is_primary()) else {
            return;
        };
        match step {
            DragStep::Begin if event.button() != 0 => return,
            // Where it cannot be kept it is lost at the picture's edge, and no more.
            DragStep::Begin => drop(canvas.set_pointer_capture(event.pointer_id())),
            DragStep::On if event.buttons() & 1 == 0 => return,
            _ => {}
        }
        store.act(Act::Mark(Marking::Drag(Drag {
            x: f64::from(event.offset_x()),
            width: f64::from(canvas.client_width()),
            step,
        })));
    })
}

pub(super) fn marks(app: &App) -> Html {
    let title = marking::title(&app.state);
    let body = html! {
        <>
            { fields(app) }
            { table(app) }
        </>
    };
    let Some(track) = &app.state.marking else {
        return card("card span12", "marks-title", &title, "", body);
    };
    let of: Rc<dyn Any> = app.state.drag.shared();
    let make = || Chart::marked(&marking::seen(&app.state).unwrap_or_default());
    let chart = app.store.charts().chart(&of, "marks", &make);
    let name = match track.name.as_str() {
        "" => String::new(),
        name => format!(" Shown is {}.", format::shortened(name, 48)),
    };
    let utc = if track.counted { "" } else { " Times are UTC." };
    html! {
        <div
            class="span12 chart-cell"
            id="marking"
            onpointerdown={dragging(app, DragStep::Begin)}
            onpointermove={dragging(app, DragStep::On)}
            onpointerup={dragging(app, DragStep::End)}
            onpointercancel={dragging(app, DragStep::Lost)}
        >
            <ChartCard
                {chart}
                {title}
                why={format!("Draw across the time of an incident, or give it below. Rows outside the marks count as healthy.{name}{utc}")}
            >
                { tools(app, track) }
                { body }
            </ChartCard>
        </div>
    }
}

/// Which column of which entity is in sight, and when.
fn tools(app: &App, track: &ForecastTrack) -> Html {
    let column = track.kinds.first().map_or("", |kind| kind.name.as_str());
    let series = app.state.series.value();
    let names = series.map_or(&[][..], |s| s.names.as_slice());
    let of = match app.state.settings.ahead.of_all {
        true => "",
        false => track.name.as_str(),
    };
    let show = |entity: String, column: String| Act::Mark(Marking::Show(entity, column));
    let (store, own) = (app.store.clone(), column.to_owned());
    let show_entity = move |entity| store.act(show(entity, own.clone()));
    let (store, own) = (app.store.clone(), of.to_owned());
    let show_column = move |column| store.act(show(own.clone(), column));
    html! {
        <div class="track-tools">
            if names.len() > 1 {
                { choice(&named_field("marks-entity", "Marks are of", ""), of, &columns(Some("All entities".to_owned()), names), show_entity) }
            }
            { choice(&named_field("marks-column", "Column", ""), column, &columns(None, &ahead::metric_columns(&app.state)), show_column) }
            { sight(app, &["", "", "", "", "marks-all"], track, |to| Act::Mark(Marking::Sight(to))) }
        </div>
    }
}

/// The same as drawing, by keyboard.
fn fields(app: &App) -> Html {
    let form = &app.state.settings.ahead;
    let onsubmit = {
        let store = app.store.clone();
        Callback::from(move |event: SubmitEvent| {
            event.prevent_default();
            store.act(Act::Mark(Marking::Add));
        })
    };
    html! {
        <form class="filters marks-form" {onsubmit}>
            { number_field(app, Field::MarkFrom) }
            { number_field(app, Field::MarkUntil) }
            { number_field(app, Field::MarkKind) }
            <div class="actions">
                <button type="submit" class="btn" id="mark-add">{ "Add" }</button>
                { file_button(app, "btn", "marks-open", "Load marks from CSV", ".csv,text/csv", Chosen::Marks) }
                { app.button_unless(form.marks.is_empty(), "btn", "marks-save", "Save marks as CSV", Act::Mark(Marking::Save)) }
            </div>
        </form>
    }
}

fn table(app: &App) -> Html {
    let marks = &app.state.settings.ahead.marks;
    if marks.is_empty() {
        return html! {};
    }
    let table = html! {
        <table class="data" id="marks">
            { column_heads(&HEADS) }
            <tbody>
                for (at, mark) in marks.iter().enumerate() {
                    { row(app, at, mark) }
                }
            </tbody>
        </table>
    };
    scroll("Marks", marks.len() > 12, table)
}

fn row(app: &App, at: usize, mark: &Mark) -> Html {
    let (rows, problem) = marking::known(&app.state, at);
    let entity = match mark.entity.as_str() {
        "" => "all",
        name => name,
    };
    html! {
        <tr>
            <th scope="row">{ format::shortened(&mark.kind, 40) }</th>
            { cell("", entity, &format::shortened(entity, 48)) }
            { cell("", "", &mark.from) }
            { cell("", "", &mark.until) }
            <td class="num">
                if problem.is_empty() {
                    { rows }
                } else {
                    <span class="error">{ problem }</span>
                }
            </td>
            <td>
                <button type="button" class="btn" aria-label={format!("Remove mark {}", at + 1)}
                    onclick={app.on(Act::Mark(Marking::Remove(at)))}>
                    { "Remove" }
                </button>
            </td>
        </tr>
    }
}
