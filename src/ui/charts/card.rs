//! A chart in a card: its title, how to read it, the picture, the values under pointer and keys, the table, the files.

use std::rc::Rc;

use web_sys::HtmlCanvasElement;
use yew::prelude::*;

use super::paint::{Ruler, paint_canvas};
use super::save::{Format, save_chart};
use super::screen::use_screen;
use crate::app::plot::{
    Chart, Layout, Step, Table, Theme, hit, preferred_height, rect, sentence, step, table, text,
};

/// Most rows of the table twin; the CSV has all.
const TABLE_ROWS: usize = 1_000;

/// What a [`ChartCard`] shows.
#[derive(Properties, Clone)]
pub struct ChartCardProps {
    /// The chart; equal only to itself, so keep the handle while the summary is the same.
    pub chart: Rc<Chart>,
    /// What it shows, as a finding where there is one.
    pub title: AttrValue,
    /// How to read it, in one line.
    #[prop_or_default]
    pub why: AttrValue,
    /// More classes for the card, such as its width in the grid.
    #[prop_or_default]
    pub class: Classes,
    /// What stands below the chart.
    #[prop_or_default]
    pub children: Html,
}

impl PartialEq for ChartCardProps {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.chart, &other.chart)
            && self.title == other.title
            && self.why == other.why
            && self.class == other.class
            && self.children == other.children
    }
}

/// A chart's handle, equal to itself alone.
#[derive(Clone)]
struct Handle(Rc<Chart>);

impl PartialEq for Handle {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
    }
}

/// The item that is pointed at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Pointed {
    item: usize,
    /// By key: then it is read out, and stays when the pointer leaves.
    by_key: bool,
}

fn step_of(key: &str) -> Option<Step> {
    Some(match key {
        "ArrowLeft" => Step::Left,
        "ArrowRight" => Step::Right,
        "ArrowUp" => Step::Up,
        "ArrowDown" => Step::Down,
        "Home" => Step::First,
        "End" => Step::Last,
        _ => return None,
    })
}

/// A chart with everything around it.
#[component]
pub fn ChartCard(props: &ChartCardProps) -> Html {
    let body = use_node_ref();
    let screen = use_screen(&body);
    let as_table = use_state_eq(|| false);
    let undrawable = use_state_eq(|| false);
    let handle = Handle(props.chart.clone());
    let theme = Theme::of(screen.dark);
    let height = preferred_height(&props.chart, screen.width).round();
    let save = {
        let (chart, title) = (props.chart.clone(), props.title.clone());
        move |format: Format| {
            let (chart, title) = (chart.clone(), title.clone());
            Callback::from(move |_: MouseEvent| {
                // Where even this fails the browser itself says so; the page goes on.
                let size = (screen.width.max(320.0), height);
                save_chart(&chart, &title, format, size, &theme, screen.ratio).ok();
            })
        }
    };
    let toggle = {
        let as_table = as_table.clone();
        Callback::from(move |_: MouseEvent| as_table.set(!*as_table))
    };
    let failed = {
        let undrawable = undrawable.clone();
        Callback::from(move |()| undrawable.set(true))
    };
    let tabled = *as_table || *undrawable;
    let twin = use_memo((handle.clone(), tabled), |(chart, tabled)| {
        tabled.then(|| table(&chart.0))
    });
    let empty = props.chart.is_empty();
    let tool = |label: &'static str, onclick: Callback<MouseEvent>, hint: &'static str| {
        html! {
            <button type="button" class="ghost" title={hint} onclick={onclick} disabled={empty}
                aria-label={format!("{label}: {}", props.title)}>
                { label }
            </button>
        }
    };
    html! {
        <section class={classes!("card", "chart", props.class.clone())} aria-label={&props.title}>
            <div class="chart-head">
                <h2>{ &props.title }</h2>
                <div class="tools">
                    if !*undrawable {
                        { tool(
                            if tabled { "Chart" } else { "Table" },
                            toggle,
                            if tabled { "Show the chart" } else { "Show the figures as a table" },
                        ) }
                    }
                    { tool("PNG", save(Format::Png), "Save the picture") }
                    { tool("SVG", save(Format::Svg), "Save the picture, sharp at any size") }
                    { tool("CSV", save(Format::Csv), "Save the figures") }
                </div>
            </div>
            if !props.why.is_empty() {
                <p class="why">{ &props.why }</p>
            }
            <div class="chart-body" ref={body}>
                if *undrawable {
                    <p class="why">{ "This browser cannot draw the chart; these are its figures." }</p>
                }
                if let Some(twin) = &*twin {
                    { table_twin(twin, &props.title) }
                } else {
                    <Plot chart={handle} title={&props.title} width={screen.width} ratio={screen.ratio}
                        dark={screen.dark} {height} {failed} />
                }
            </div>
            { props.children.clone() }
        </section>
    }
}

#[derive(Properties, Clone, PartialEq)]
struct PlotProps {
    chart: Handle,
    title: AttrValue,
    width: f64,
    height: f64,
    ratio: f64,
    dark: bool,
    failed: Callback<()>,
}

/// The picture with what is pointed at.
#[component]
fn Plot(props: &PlotProps) -> Html {
    let canvas = use_node_ref();
    let pointed = use_state_eq(|| None::<Pointed>);
    let chart = props.chart.clone();
    let layout = use_memo(
        (chart.clone(), props.width, props.height),
        |(chart, width, height)| {
            let ruler = Ruler::new();
            let measure = |text: &str, size: f64, bold: bool| ruler.measure(text, size, bold);
            Layout::new(&chart.0, (*width, *height), &measure)
        },
    );
    {
        // Items of one chart mean nothing in another.
        let pointed = pointed.clone();
        use_effect_with(chart.clone(), move |_| pointed.set(None));
    }
    {
        let (canvas, layout) = (canvas.clone(), layout.clone());
        let item = pointed.map(|pointed| pointed.item);
        let (chart, failed) = (chart.clone(), props.failed.clone());
        use_effect_with(
            (
                chart,
                props.width,
                props.height,
                props.ratio,
                props.dark,
                item,
            ),
            move |(chart, _, _, ratio, dark, item)| {
                let theme = Theme::of(*dark);
                if let Some(canvas) = canvas.cast::<HtmlCanvasElement>()
                    && paint_canvas(&canvas, &chart.0, &layout, &theme, *ratio, *item).is_err()
                {
                    failed.emit(());
                }
            },
        );
    }
    let onpointermove = {
        let (layout, pointed, canvas) = (layout.clone(), pointed.clone(), canvas.clone());
        Callback::from(move |event: PointerEvent| {
            // Not the event's current target: Yew listens at the root.
            let Some(canvas) = canvas.cast::<HtmlCanvasElement>() else {
                return;
            };
            let bounds = canvas.get_bounding_client_rect();
            let x = f64::from(event.client_x()) - bounds.left();
            let y = f64::from(event.client_y()) - bounds.top();
            pointed.set(hit(&layout, x, y).map(|item| Pointed {
                item,
                by_key: false,
            }));
        })
    };
    let onpointerleave = {
        let pointed = pointed.clone();
        Callback::from(move |_: PointerEvent| {
            if pointed.is_some_and(|pointed| !pointed.by_key) {
                pointed.set(None);
            }
        })
    };
    let onkeydown = {
        let (layout, pointed) = (layout.clone(), pointed.clone());
        Callback::from(move |event: KeyboardEvent| {
            if event.alt_key() || event.ctrl_key() || event.meta_key() {
                return;
            }
            if event.key() == "Escape" {
                pointed.set(None);
                return;
            }
            let Some(key) = step_of(&event.key()) else {
                return;
            };
            event.prevent_default();
            let from = pointed.map(|pointed| pointed.item);
            pointed.set(step(&layout, from, key).map(|item| Pointed { item, by_key: true }));
        })
    };
    let onblur = {
        let pointed = pointed.clone();
        Callback::from(move |_: FocusEvent| pointed.set(None))
    };
    let said = pointed.and_then(|pointed| {
        let place = rect(&layout, pointed.item)?;
        Some((place, text(&chart.0, pointed.item)?, pointed.by_key))
    });
    let spoken = match &said {
        Some((_, text, true)) => text.clone(),
        _ => String::new(),
    };
    let size = format!("width:{}px;height:{}px", props.width, props.height);
    html! {
        <>
            <div class="chart-plot" tabindex="0" role="group" style={format!("height:{}px", props.height)}
                aria-label={format!("{}: arrow keys move through the values", props.title)}
                onpointerdown={onpointermove.clone()} {onpointermove} {onpointerleave} {onkeydown} {onblur}>
                <canvas ref={canvas} role="img" aria-label={sentence(&chart.0)} style={size}></canvas>
                if let Some((place, text, _)) = said {
                    <div class="chart-tip" aria-hidden="true" style={tip_style(place, props.width)}>{ text }</div>
                }
            </div>
            <div class="chart-said" aria-live="polite">{ spoken }</div>
        </>
    }
}

/// Above the item, or below where there is no room; never beyond the chart's sides.
fn tip_style(place: crate::app::plot::Rect, width: f64) -> String {
    let middle = (place.x + place.w / 2.0).clamp(0.0, width.max(1.0));
    let back = middle / width.max(1.0) * 100.0;
    if place.y >= 56.0 {
        format!(
            "left:{middle:.0}px;top:{:.0}px;transform:translate(-{back:.1}%,-100%)",
            place.y - 6.0
        )
    } else {
        format!(
            "left:{middle:.0}px;top:{:.0}px;transform:translateX(-{back:.1}%)",
            place.y + place.h + 6.0
        )
    }
}

/// The chart's figures.
fn table_twin(twin: &Table, title: &str) -> Html {
    let left_out = twin.rows.len().saturating_sub(TABLE_ROWS);
    html! {
        <div class="chart-table" tabindex="0" role="region" aria-label={format!("Table: {title}")}>
            <table>
                <thead>
                    <tr>{ for twin.headers.iter().map(|name| html! { <th scope="col">{ name }</th> }) }</tr>
                </thead>
                <tbody>
                    { for twin.rows.iter().take(TABLE_ROWS).map(|row| html! {
                        <tr>
                            { for row.iter().enumerate().map(|(i, cell)| if i == 0 {
                                html! { <th scope="row">{ cell }</th> }
                            } else {
                                html! { <td>{ cell }</td> }
                            }) }
                        </tr>
                    }) }
                </tbody>
            </table>
            if left_out > 0 {
                <p class="why">{ format!("{left_out} more rows in the CSV.") }</p>
            }
        </div>
    }
}
