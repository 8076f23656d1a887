//! Incidents marked by hand: a column over time to draw them on, the fields that do the same, and the table of marks.

use std::any::Any;
use std::rc::Rc;

use wasm_bindgen::JsCast;
use web_sys::{HtmlCanvasElement, HtmlInputElement};
use yew::prelude::*;

use crate::app::ahead::{self, Nudge, Zoom};
use crate::app::marking::{self, Drag, DragStep, KIND, Marking};
use crate::app::plot::{Chart, class_color};
use crate::app::{Act, format};
use crate::protocol::{ForecastTrack, Mark, MarkRead};
use crate::ui::charts::ChartCard;
use crate::ui::shell::App;
use crate::ui::widgets::{
    Chosen, card, cell, check, choice, column_heads, file_button, named_field, scroll,
};

const ZOOMS: [(&str, &str, Zoom); 4] = [
    ("marks-closer", "Closer", Zoom::Closer),
    ("marks-wider", "Wider", Zoom::Wider),
    ("marks-earlier", "Earlier", Zoom::Earlier),
    ("marks-later", "Later", Zoom::Later),
];
const HEADS: [(&str, bool, &str); 6] = [
    ("Kind", false, ""),
    ("Entity", false, ""),
    ("From", false, ""),
    ("Until", false, "The first instant after it"),
    ("Rows", true, "Rows of the data within it"),
    ("", false, ""),
];

/// What happened to the time in sight on a timeline's picture, and on it alone.
pub(super) fn nudge_of(event: &MouseEvent, times: f64, drawn: f64) -> Option<Nudge> {
    let canvas: Option<HtmlCanvasElement> = event.target_dyn_into();
    let width = f64::from(canvas?.client_width());
    (times != 1.0 || drawn != 0.0).then(|| Nudge {
        x: f64::from(event.offset_x()),
        width,
        times,
        drawn,
    })
}

/// The wheel with Ctrl makes the time in sight wider or closer; turned sideways it draws it along.
pub(super) fn onwheel(app: &App, act: fn(Nudge) -> Act) -> Callback<WheelEvent> {
    let store = app.store.clone();
    Callback::from(move |event: WheelEvent| {
        // A pinch comes as a wheel with Ctrl. Without, the page scrolls.
        let nudge = if event.ctrl_key() || event.meta_key() {
            event.prevent_default();
            let turn = (event.delta_y() / 400.0).clamp(-0.25, 0.25);
            nudge_of(&event, 1.0 + turn, 0.0)
        } else {
            nudge_of(&event, 1.0, -event.delta_x())
        };
        if let Some(nudge) = nudge {
            store.act(act(nudge));
        }
    })
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
    let Some(track) = app.state.marking.value() else {
        return card("card span12", "marks-title", &title, "", body);
    };
    let of: Rc<dyn Any> = app.state.drag.shared();
    let make = || Chart::marked(track, marking::spans(&app.state, track));
    let chart = app.store.charts().chart(&of, "marks", &make);
    let utc = if track.counted { "" } else { " Times are UTC." };
    html! {
        <div
            class="span12 chart-cell"
            id="marking"
            onwheel={onwheel(app, |nudge| Act::Mark(Marking::Nudge(nudge)))}
            onpointerdown={dragging(app, DragStep::Begin)}
            onpointermove={dragging(app, DragStep::On)}
            onpointerup={dragging(app, DragStep::End)}
            onpointercancel={dragging(app, DragStep::Lost)}
        >
            <ChartCard
                {chart}
                {title}
                why={format!("Draw across the time of an incident, or say when it was below. Rows outside the marks count as healthy.{utc}")}
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
    let entities: Vec<(AttrValue, AttrValue)> = names
        .iter()
        .enumerate()
        .map(|(number, name)| {
            (
                number.to_string().into(),
                format::shortened(name, 48).into(),
            )
        })
        .collect();
    let columns: Vec<(AttrValue, AttrValue)> = ahead::metric_columns(&app.state)
        .into_iter()
        .map(|c| (c.clone().into(), format::shortened(&c, 40).into()))
        .collect();
    let show = |of: fn(String, u32, String) -> (u32, String)| {
        let (store, entity, column) = (app.store.clone(), track.entity, column.to_owned());
        move |chosen: String| {
            let (entity, column) = of(chosen, entity, column.clone());
            store.act(Act::Mark(Marking::Show(entity, column)));
        }
    };
    html! {
        <div class="track-tools">
            if entities.len() > 1 {
                { choice(&named_field("marks-entity", "Entity", ""), &track.entity.to_string(), &entities, show(|chosen, was, column| (chosen.parse().unwrap_or(was), column))) }
            }
            { choice(&named_field("marks-column", "Column", ""), column, &columns, show(|chosen, entity, _| (entity, chosen))) }
            <div class="actions" role="group" aria-label="Time in sight">
                for (id, label, how) in ZOOMS {
                    { sight(app, id, label, ahead::zoom(track, how)) }
                }
                { app.button("btn", "marks-all", "All", Act::Mark(Marking::Sight(None))) }
            </div>
        </div>
    }
}

fn sight(app: &App, id: &'static str, label: &str, to: Option<(f64, f64)>) -> Html {
    app.button_unless(
        to.is_none(),
        "btn",
        id,
        label,
        Act::Mark(Marking::Sight(to)),
    )
}

/// The same as drawing, by keyboard.
fn fields(app: &App) -> Html {
    let draft = &app.state.settings.ahead.draft;
    let series = app.state.series.value();
    let span = |at: usize| {
        series
            .and_then(|s| s.span.get(at))
            .cloned()
            .unwrap_or_default()
    };
    let field = |id: &'static str,
                 label,
                 value: &str,
                 found: String,
                 put: fn(&mut Mark, String)| {
        let (store, draft) = (app.store.clone(), draft.clone());
        let oninput = Callback::from(move |event: InputEvent| {
            let input = event
                .target()
                .and_then(|t| t.dyn_into::<HtmlInputElement>().ok());
            if let Some(input) = input {
                let mut draft = draft.clone();
                put(&mut draft, input.value());
                store.act(Act::Mark(Marking::Draft(draft)));
            }
        });
        html! {
            <div class="field">
                <label for={id}>{ label }</label>
                <input {id} type="text" autocomplete="off" spellcheck="false" value={value.to_owned()}
                    required={id != "mark-kind"} placeholder={found} {oninput} />
            </div>
        }
    };
    let onsubmit = {
        let store = app.store.clone();
        Callback::from(move |event: SubmitEvent| {
            event.prevent_default();
            store.act(Act::Mark(Marking::Add));
        })
    };
    let of_all = {
        let (store, draft) = (app.store.clone(), draft.clone());
        Callback::from(move |of_all: bool| {
            store.act(Act::Mark(Marking::Draft(Mark {
                entity: if of_all { "" } else { "this" }.to_owned(),
                ..draft.clone()
            })));
        })
    };
    let many = series.is_some_and(|s| s.entities > 1);
    html! {
        <form class="filters marks-form" {onsubmit}>
            { field("mark-from", "From", &draft.from, span(0), |mark, text| mark.from = text) }
            { field("mark-until", "Until", &draft.until, span(1), |mark, text| mark.until = text) }
            { field("mark-kind", "Kind", &draft.kind, KIND.to_owned(), |mark, text| mark.kind = text) }
            if many {
                { check(&named_field("mark-all", "Of all entities", ""), draft.entity.is_empty(), of_all) }
            }
            <div class="actions">
                <button type="submit" class="btn" id="mark-add">{ "Add" }</button>
                { file_button(app, "btn", "marks-open", "Load marks from CSV", ".csv,text/csv", Chosen::Marks) }
                { app.button_unless(app.state.settings.ahead.marks.is_empty(), "btn", "marks-save", "Save marks as CSV", Act::Mark(Marking::Save)) }
            </div>
        </form>
    }
}

fn table(app: &App) -> Html {
    let marks = marking::marks(&app.state);
    if marks.is_empty() {
        return html! {};
    }
    let mut kinds: Vec<String> = Vec::new();
    for read in &marks {
        if !kinds.contains(&read.mark.kind) {
            kinds.push(read.mark.kind.clone());
        }
    }
    let table = html! {
        <table class="data" id="marks">
            { column_heads(&HEADS) }
            <tbody>
                for (at, read) in marks.iter().enumerate() {
                    { row(app, at, read, &kinds) }
                }
            </tbody>
        </table>
    };
    scroll("Marks", marks.len() > 12, table)
}

fn row(app: &App, at: usize, read: &MarkRead, kinds: &[String]) -> Html {
    let mark = &read.mark;
    let entity = match mark.entity.as_str() {
        "" => "all",
        name => name,
    };
    let color = class_color(&mark.kind, kinds, app.dark).css();
    html! {
        <tr>
            <th scope="row">
                <span class="key" style={format!("background:{color}")} aria-hidden="true"></span>
                { format::shortened(&mark.kind, 40) }
            </th>
            { cell("", entity, &format::shortened(entity, 48)) }
            { cell("", "", &mark.from) }
            { cell("", "", &mark.until) }
            <td class="num">
                if read.problem.is_empty() {
                    { format::count(u64::from(read.rows)) }
                } else {
                    <span class="error">{ &read.problem }</span>
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
