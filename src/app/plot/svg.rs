//! Charts as SVG files.

use plotters::backend::SVGBackend;
use plotters::style::TextStyle;
use plotters_backend::BackendCoord;

use super::label::allowed;
use super::surface::{Pen, Sheet};
use super::{Chart, DrawError, Layout, Measure, Raster, Theme, paint, sentence};

/// plotters writes font sizes divided by this, so that its own estimate of a text's box holds.
const FONT_FACTOR: f64 = 1.24;
/// Drawn at this many units per CSS pixel: plotters' coordinates are integers, and curves want to be smooth.
const UNITS: u32 = 4;

/// plotters' SVG backend, with fonts at the size asked for.
struct SvgSheet<'a>(SVGBackend<'a>);

impl Sheet for SvgSheet<'_> {
    fn line(&mut self, ends: [BackendCoord; 2], pen: Pen) -> Result<(), DrawError> {
        self.0.line(ends, pen)
    }

    fn rect(&mut self, corners: [BackendCoord; 2], pen: Pen, fill: bool) -> Result<(), DrawError> {
        self.0.rect(corners, pen, fill)
    }

    fn path(&mut self, points: &[BackendCoord], pen: Pen) -> Result<(), DrawError> {
        self.0.path(points, pen)
    }

    fn polygon(&mut self, points: &[BackendCoord], pen: Pen) -> Result<(), DrawError> {
        self.0.polygon(points, pen)
    }

    fn circle(
        &mut self,
        center: BackendCoord,
        radius: u32,
        pen: Pen,
        fill: bool,
    ) -> Result<(), DrawError> {
        self.0.circle(center, radius, pen, fill)
    }

    fn text(&mut self, text: &str, style: &TextStyle, at: BackendCoord) -> Result<(), DrawError> {
        let mut style = style.clone();
        style.font = style.font.resize(style.font.get_size() * FONT_FACTOR);
        self.0.text(text, &style, at)
    }

    fn finish(&mut self) -> Result<(), DrawError> {
        self.0.finish()
    }
}

/// The chart as an SVG document of this size in CSS pixels (both at least 1, at most 8,192), laid out with `measure`.
pub fn svg(
    chart: &Chart,
    (width, height): (u32, u32),
    theme: &Theme,
    measure: Measure,
) -> Result<String, DrawError> {
    let (width, height) = (width.clamp(1, 8_192), height.clamp(1, 8_192));
    let units = (width * UNITS, height * UNITS);
    let mut text = String::new();
    let layout = Layout::new(chart, (f64::from(width), f64::from(height)), measure);
    let raster = Raster {
        units: f64::from(UNITS),
        pixel: 1,
    };
    {
        let mut sheet = SvgSheet(SVGBackend::with_string(&mut text, units));
        paint(chart, &layout, &mut sheet, theme, raster, None)?;
    }
    Ok(resized(&text, units, (width, height), &sentence(chart)))
}

/// Gives the document its size in CSS pixels, and what it shows in words.
fn resized(text: &str, units: (u32, u32), size: (u32, u32), words: &str) -> String {
    let drawn = format!("width=\"{}\" height=\"{}\"", units.0, units.1);
    let shown = format!("width=\"{}\" height=\"{}\" role=\"img\"", size.0, size.1);
    let sized = text.replacen(&drawn, &shown, 1);
    match sized.find('>') {
        Some(end) => {
            let (head, rest) = sized.split_at(end + 1);
            format!("{head}\n<desc>{}</desc>{rest}", escaped(words))
        }
        None => sized,
    }
}

fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in allowed(text) {
        match c {
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '&' => safe.push_str("&amp;"),
            c => safe.push(c),
        }
    }
    safe
}
