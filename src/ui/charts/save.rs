//! Charts as files to keep.

use wasm_bindgen::{JsCast, JsValue, closure::Closure};
use web_sys::{Blob, BlobPropertyBag, HtmlAnchorElement, Url, window};

use super::paint::{Ruler, paint_canvas, spare_canvas};
use crate::app::plot::{Chart, Layout, Theme, csv, svg};
use crate::data::lower;

/// Until a download has surely begun, in milliseconds.
const BEGUN_MILLIS: i32 = 60_000;

/// A file of a chart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Format {
    /// The picture in pixels, at twice the screen's size at least.
    Png,
    /// The picture in lines.
    Svg,
    /// The figures.
    Csv,
}

/// A file's name from a title: letters and digits of any script, joined by hyphens.
fn file_stem(title: &str) -> String {
    let mut stem = String::new();
    for c in title.chars().take(80) {
        if c.is_alphanumeric() {
            stem.push(lower(c));
        } else if !stem.is_empty() && !stem.ends_with('-') {
            stem.push('-');
        }
    }
    let stem = stem.trim_end_matches('-');
    if stem.is_empty() {
        "chart".into()
    } else {
        stem.into()
    }
}

/// Hands a blob to the browser's downloads; the page's memory of it is freed a minute later.
pub fn save_file(name: &str, blob: &Blob) -> Result<(), JsValue> {
    let window = window().ok_or(JsValue::NULL)?;
    let document = window.document().ok_or(JsValue::NULL)?;
    let url = Url::create_object_url_with_blob(blob)?;
    let anchor: HtmlAnchorElement = document.create_element("a")?.dyn_into()?;
    anchor.set_href(&url);
    anchor.set_download(name);
    // Firefox clicks only what stands in the document.
    anchor.set_hidden(true);
    document
        .body()
        .ok_or(JsValue::NULL)?
        .append_child(&anchor)?;
    anchor.click();
    anchor.remove();
    let revoke = Closure::once_into_js(move || {
        Url::revoke_object_url(&url).ok();
    });
    window.set_timeout_with_callback_and_timeout_and_arguments_0(
        revoke.unchecked_ref(),
        BEGUN_MILLIS,
    )?;
    Ok(())
}

fn save_text(name: &str, media_type: &str, text: &str) -> Result<(), JsValue> {
    let options = BlobPropertyBag::new();
    options.set_type(media_type);
    let parts = js_sys::Array::of1(&JsValue::from_str(text));
    save_file(
        name,
        &Blob::new_with_str_sequence_and_options(&parts, &options)?,
    )
}

/// Saves a chart as it stands on a screen of this width and height (CSS pixels).
pub(super) fn save_chart(
    chart: &Chart,
    title: &str,
    format: Format,
    size: (f64, f64),
    theme: &Theme,
    ratio: f64,
) -> Result<(), JsValue> {
    let stem = file_stem(title);
    let ruler = Ruler::new();
    let measure = |text: &str, size: f64, bold: bool| ruler.measure(text, size, bold);
    let refused = |error: crate::app::plot::DrawError| JsValue::from_str(&error.to_string());
    match format {
        Format::Csv => save_text(
            &format!("{stem}.csv"),
            "text/csv;charset=utf-8",
            &csv(chart),
        ),
        Format::Svg => {
            let size = (size.0.round() as u32, size.1.round() as u32);
            let document = svg(chart, size, theme, &measure).map_err(refused)?;
            save_text(&format!("{stem}.svg"), "image/svg+xml", &document)
        }
        Format::Png => {
            let canvas = spare_canvas().ok_or(JsValue::NULL)?;
            let layout = Layout::new(chart, size, &measure);
            paint_canvas(&canvas, chart, &layout, theme, ratio.max(2.0), None).map_err(refused)?;
            let name = format!("{stem}.png");
            let save = Closure::once_into_js(move |blob: Option<Blob>| {
                if let Some(blob) = blob {
                    save_file(&name, &blob).ok();
                }
            });
            canvas.to_blob(save.unchecked_ref())
        }
    }
}
