//! Drawing on a canvas at the density of the screen.

use plotters_canvas::CanvasBackend;
use wasm_bindgen::JsCast;
use web_sys::{CanvasRenderingContext2d, HtmlCanvasElement, window};

use crate::app::plot::{Chart, DrawError, FONT, Layout, Raster, Theme, estimate, paint};

/// Widest and highest canvas that every browser can hold, in pixels of the device.
const MOST_PIXELS: f64 = 8_192.0;

/// A canvas outside the document.
pub(super) fn spare_canvas() -> Option<HtmlCanvasElement> {
    let canvas = window()?.document()?.create_element("canvas").ok()?;
    canvas.dyn_into().ok()
}

fn context_of(canvas: &HtmlCanvasElement) -> Option<CanvasRenderingContext2d> {
    canvas.get_context("2d").ok()??.dyn_into().ok()
}

/// Measures texts in the page's own font; by [`estimate`] where there is no canvas.
pub(super) struct Ruler(Option<CanvasRenderingContext2d>);

impl Ruler {
    pub(super) fn new() -> Self {
        Self(spare_canvas().as_ref().and_then(context_of))
    }

    pub(super) fn measure(&self, text: &str, size: f64, bold: bool) -> f64 {
        let Some(context) = &self.0 else {
            return estimate(text, size, bold);
        };
        let weight = if bold { "bold" } else { "normal" };
        context.set_font(&format!("{weight} {size}px {FONT}"));
        match context.measure_text(text) {
            Ok(metrics) => metrics.width(),
            Err(_) => estimate(text, size, bold),
        }
    }
}

/// Gives the canvas the layout's size at this density and draws the chart on it. A layout without area only clears it.
pub(super) fn paint_canvas(
    canvas: &HtmlCanvasElement,
    chart: &Chart,
    layout: &Layout,
    theme: &Theme,
    ratio: f64,
    focus: Option<usize>,
) -> Result<(), DrawError> {
    let (width, height) = layout.size();
    let ratio = ratio.min(MOST_PIXELS / width.max(height).max(1.0));
    // Between the pixels of a coarse screen curves need finer steps than on a dense one.
    let raster = Raster::finer(ratio, if ratio < 2.0 { 4 } else { 2 });
    let ratio = raster.units / f64::from(raster.pixel);
    canvas.set_width((width * ratio).round() as u32);
    canvas.set_height((height * ratio).round() as u32);
    if canvas.width() == 0 || canvas.height() == 0 {
        return Ok(());
    }
    let refused = || DrawError {
        reason: "the browser gives no canvas".into(),
    };
    let context = context_of(canvas).ok_or_else(refused)?;
    let scale = 1.0 / f64::from(raster.pixel);
    context
        .set_transform(scale, 0.0, 0.0, scale, 0.0, 0.0)
        .map_err(|_| refused())?;
    context.set_line_join("round");
    let mut backend = CanvasBackend::with_canvas_object(canvas.clone()).ok_or_else(refused)?;
    paint(chart, layout, &mut backend, theme, raster, focus)
}
