//! Drawing: strokes and texts in CSS pixels on plotters' drawing area, and the way in for every chart.

use plotters::coord::Shift;
use plotters::drawing::{DrawingArea, IntoDrawingArea};
use plotters::element::{Circle, DashedPathElement, PathElement, Polygon, Rectangle};
use plotters::style::text_anchor::{HPos, Pos, VPos};
use plotters::style::{
    Color, FontDesc, FontFamily, FontStyle, FontTransform, RGBAColor, ShapeStyle, TextStyle,
};
use plotters_backend::{BackendCoord, DrawingBackend};

use super::layout::{Layout, Rect};
use super::palette::{Dash, Rgb, Theme};
use super::surface::{DrawError, Sheet, Surface};
use super::{Chart, bars, budget, curve, dots, matrix, pairs, spread, times};

/// The fonts of the page.
pub const FONT: &str =
    "system-ui, -apple-system, \"Segoe UI\", Roboto, \"Liberation Sans\", sans-serif";
/// Font size of labels, CSS pixels.
pub const LABEL_SIZE: f64 = 12.0;
/// Font size of ticks, axis titles and notes, CSS pixels.
pub const SMALL_SIZE: f64 = 11.0;

/// How CSS pixels become the backend's integer units.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Raster {
    /// Units per CSS pixel, above 0.
    pub units: f64,
    /// Units per pixel of the device, at least 1: straight edges are laid on its grid.
    pub pixel: u32,
}

impl Raster {
    /// One unit per pixel of a device with this many pixels per CSS pixel (1 where it is not usable).
    pub fn of_device(ratio: f64) -> Self {
        Self::finer(ratio, 1)
    }

    /// As [`Raster::of_device`], with this many units per pixel of the device, for smooth curves.
    pub fn finer(ratio: f64, pixel: u32) -> Self {
        let ratio = if ratio.is_finite() && ratio > 0.0 {
            ratio.clamp(0.25, 8.0)
        } else {
            1.0
        };
        let pixel = pixel.clamp(1, 16);
        Self {
            units: ratio * f64::from(pixel),
            pixel,
        }
    }
}

/// Draws a chart on any plotters backend at `scale` pixels per CSS pixel; `size` is in CSS pixels, `focus` the item
/// that is pointed at. Text is laid out with [`super::estimate`]; use [`paint`] with an own [`Layout`] where the real
/// font can be measured.
pub fn draw<DB: DrawingBackend>(
    chart: &Chart,
    mut backend: DB,
    size: (u32, u32),
    theme: &Theme,
    scale: f64,
    focus: Option<usize>,
) -> Result<(), DrawError> {
    let size = (f64::from(size.0), f64::from(size.1));
    let layout = Layout::new(chart, size, &super::estimate);
    paint(
        chart,
        &layout,
        &mut backend,
        theme,
        Raster::of_device(scale),
        focus,
    )
}

/// Draws a chart as it was laid out.
pub fn paint(
    chart: &Chart,
    layout: &Layout,
    sheet: &mut dyn Sheet,
    theme: &Theme,
    raster: Raster,
    focus: Option<usize>,
) -> Result<(), DrawError> {
    let (width, height) = layout.size();
    let ink = Ink::new(sheet, (width, height), theme, raster);
    ink.fill(Rect::new(0.0, 0.0, width, height), theme.surface, 1.0)?;
    match (chart, layout) {
        (Chart::Confusion(data), Layout::Matrix(at)) => matrix::paint(data, at, &ink, focus)?,
        (Chart::Curves(data), Layout::Curves(at)) => curve::paint(data, at, &ink, focus)?,
        (Chart::Importance(data), Layout::Rows(at)) => {
            bars::paint_importance(data, at, &ink, focus)?;
        }
        (Chart::Counts(data), Layout::Rows(at)) => bars::paint_counts(data, at, &ink, focus)?,
        (Chart::Timeline(data), Layout::Times(at)) => times::paint(data, at, &ink, focus)?,
        (Chart::Budget(data), Layout::Budget(at)) => budget::paint(data, at, &ink, focus)?,
        (Chart::Pairs(data), Layout::Matrix(at)) => pairs::paint(data, at, &ink, focus)?,
        (Chart::Spreads(data), Layout::Rows(at)) => spread::paint(data, at, &ink, focus)?,
        (Chart::Scores(data), Layout::Rows(at)) => dots::paint(data, at, &ink, focus)?,
        // Nothing to show, or the layout of another chart.
        _ => {
            if width > 80.0 && height > 16.0 {
                ink.text(
                    "Nothing to draw",
                    (width / 2.0, height / 2.0),
                    Write::small().middle(),
                )?;
            }
        }
    }
    ink.area.present().map_err(DrawError::new)
}

/// How a text is written.
#[derive(Clone, Copy)]
pub(super) struct Write {
    size: f64,
    bold: bool,
    color: Option<Rgb>,
    across: HPos,
    upward: bool,
}

impl Write {
    /// A label in the text colour.
    pub(super) fn label() -> Self {
        Self {
            size: LABEL_SIZE,
            bold: false,
            color: None,
            across: HPos::Left,
            upward: false,
        }
    }

    /// A tick or note.
    pub(super) fn small() -> Self {
        Self {
            size: SMALL_SIZE,
            ..Self::label()
        }
    }

    /// Figures in a small cell.
    pub(super) fn tiny() -> Self {
        Self {
            size: 10.0,
            ..Self::label()
        }
    }

    /// In this colour.
    pub(super) fn color(self, color: Rgb) -> Self {
        Self {
            color: Some(color),
            ..self
        }
    }

    /// Bold where `yes`.
    pub(super) fn bold(self, yes: bool) -> Self {
        Self { bold: yes, ..self }
    }

    /// Ending at the position.
    pub(super) fn end(self) -> Self {
        Self {
            across: HPos::Right,
            ..self
        }
    }

    /// Centred on the position.
    pub(super) fn middle(self) -> Self {
        Self {
            across: HPos::Center,
            ..self
        }
    }

    /// Running upward from the position.
    pub(super) fn upward(self) -> Self {
        Self {
            upward: true,
            ..self
        }
    }
}

/// The hand that draws: positions in CSS pixels, from the upper left corner.
pub(super) struct Ink<'a, 's> {
    area: DrawingArea<Surface<'s>, Shift>,
    pub(super) theme: &'a Theme,
    raster: Raster,
}

impl<'a, 's> Ink<'a, 's> {
    fn new(sheet: &'s mut dyn Sheet, size: (f64, f64), theme: &'a Theme, raster: Raster) -> Self {
        // Whole pixels of the device: plotters cuts what lies outside.
        let pixel = f64::from(raster.pixel);
        let units = |length: f64| {
            let pixels = (length * raster.units / pixel).round();
            (pixels * pixel).clamp(0.0, 1e6) as u32
        };
        let surface = Surface::new(sheet, (units(size.0), units(size.1)));
        Self {
            area: surface.into_drawing_area(),
            theme,
            raster,
        }
    }

    fn unit(&self, css: f64) -> i32 {
        // Far outside is as good as infinitely far, and leaves room for sums.
        (css * self.raster.units).round().clamp(-1e6, 1e6) as i32
    }

    fn point(&self, (x, y): (f64, f64)) -> BackendCoord {
        (self.unit(x), self.unit(y))
    }

    /// On the device's grid.
    fn snap(&self, css: f64) -> i32 {
        let pixel = f64::from(self.raster.pixel);
        ((css * self.raster.units / pixel).round() * pixel).clamp(-1e6, 1e6) as i32
    }

    /// One CSS pixel, in whole pixels of the device.
    fn hair(&self) -> i32 {
        let pixel = f64::from(self.raster.pixel);
        ((self.raster.units / pixel).round().max(1.0) * pixel) as i32
    }

    fn stroke(&self, color: Rgb, alpha: f64, width: f64) -> ShapeStyle {
        ShapeStyle {
            color: rgba(color, alpha),
            filled: false,
            stroke_width: (width * self.raster.units).round().clamp(1.0, 1e4) as u32,
        }
    }

    /// A filled rectangle with crisp edges.
    pub(super) fn fill(&self, rect: Rect, color: Rgb, alpha: f64) -> Result<(), DrawError> {
        let (a, b) = (
            (self.snap(rect.x), self.snap(rect.y)),
            (self.snap(rect.x + rect.w), self.snap(rect.y + rect.h)),
        );
        if b.0 <= a.0 || b.1 <= a.1 {
            return Ok(());
        }
        self.element(&Rectangle::new([a, b], rgba(color, alpha).filled()))
    }

    /// A filled rectangle with corners rounded by `radius` (less where it is small).
    pub(super) fn fill_round(
        &self,
        rect: Rect,
        radius: f64,
        color: Rgb,
        alpha: f64,
    ) -> Result<(), DrawError> {
        let (x0, y0) = (self.snap(rect.x), self.snap(rect.y));
        let (x1, y1) = (self.snap(rect.x + rect.w), self.snap(rect.y + rect.h));
        let r = (radius * self.raster.units)
            .min(f64::from(x1 - x0) / 2.0)
            .min(f64::from(y1 - y0) / 2.0);
        if r < 1.0 {
            return self.fill(rect, color, alpha);
        }
        // A quarter of a circle: 1 - cosine and 1 - sine of 0, 22.5, 45, 67.5 and 90 degrees.
        const ARC: [(f64, f64); 5] = [
            (0.0, 1.0),
            (0.076, 0.617),
            (0.293, 0.293),
            (0.617, 0.076),
            (1.0, 0.0),
        ];
        let mut points = Vec::with_capacity(20);
        for (corner, (sx, sy)) in [(x0, y0), (x1, y0), (x1, y1), (x0, y1)].into_iter().zip([
            (1.0, 1.0),
            (-1.0, 1.0),
            (-1.0, -1.0),
            (1.0, -1.0),
        ]) {
            for i in 0..ARC.len() {
                // Clockwise: every second corner runs through the arc backwards.
                let (dx, dy) = ARC[if sx * sy > 0.0 { i } else { ARC.len() - 1 - i }];
                let x = f64::from(corner.0) + sx * dx * r;
                let y = f64::from(corner.1) + sy * dy * r;
                points.push((x.round() as i32, y.round() as i32));
            }
        }
        self.element(&Polygon::new(points, rgba(color, alpha)))
    }

    /// A crisp horizontal line of one CSS pixel.
    pub(super) fn rule_across(
        &self,
        x0: f64,
        x1: f64,
        y: f64,
        color: Rgb,
    ) -> Result<(), DrawError> {
        let (x0, x1, y) = (self.snap(x0), self.snap(x1), self.snap(y));
        let corner = (x1.max(x0), y + self.hair());
        self.element(&Rectangle::new(
            [(x0, y), corner],
            rgba(color, 1.0).filled(),
        ))
    }

    /// A crisp vertical line of one CSS pixel.
    pub(super) fn rule_down(&self, x: f64, y0: f64, y1: f64, color: Rgb) -> Result<(), DrawError> {
        let (x, y0, y1) = (self.snap(x), self.snap(y0), self.snap(y1));
        let corner = (x + self.hair(), y1.max(y0));
        self.element(&Rectangle::new(
            [(x, y0), corner],
            rgba(color, 1.0).filled(),
        ))
    }

    /// A rectangle's outline, `width` CSS pixels inward.
    pub(super) fn outline(&self, rect: Rect, width: f64, color: Rgb) -> Result<(), DrawError> {
        let Rect { x, y, w, h } = rect;
        for side in [
            Rect::new(x, y, w, width),
            Rect::new(x, y + h - width, w, width),
            Rect::new(x, y, width, h),
            Rect::new(x + w - width, y, width, h),
        ] {
            self.fill(side, color, 1.0)?;
        }
        Ok(())
    }

    /// A line through points, solid or dashed.
    pub(super) fn path(
        &self,
        points: &[(f64, f64)],
        dash: Dash,
        color: Rgb,
        alpha: f64,
        width: f64,
    ) -> Result<(), DrawError> {
        let style = self.stroke(color, alpha, width);
        let mut points: Vec<BackendCoord> = points.iter().map(|&point| self.point(point)).collect();
        points.dedup();
        if points.len() < 2 {
            return Ok(());
        }
        match dash.lengths() {
            None => self.element(&PathElement::new(points, style)),
            Some((on, off)) => {
                let on = (on * self.raster.units).round().max(1.0) as i32;
                let off = (off * self.raster.units).round().max(1.0) as i32;
                self.element(&DashedPathElement::new(points, on, off, style))
            }
        }
    }

    /// A filled disc.
    pub(super) fn disc(&self, at: (f64, f64), radius: f64, color: Rgb) -> Result<(), DrawError> {
        let radius = self.unit(radius).max(1);
        self.element(&Circle::new(
            self.point(at),
            radius,
            rgba(color, 1.0).filled(),
        ))
    }

    /// A ring: a disc of the surface's colour in a disc.
    pub(super) fn ring(
        &self,
        at: (f64, f64),
        radius: f64,
        width: f64,
        color: Rgb,
    ) -> Result<(), DrawError> {
        self.disc(at, radius, color)?;
        self.disc(at, (radius - width).max(0.5), self.theme.surface)
    }

    /// A filled polygon.
    pub(super) fn polygon(
        &self,
        points: &[(f64, f64)],
        color: Rgb,
        alpha: f64,
    ) -> Result<(), DrawError> {
        let points: Vec<BackendCoord> = points.iter().map(|&point| self.point(point)).collect();
        self.element(&Polygon::new(points, rgba(color, alpha)))
    }

    /// A text, centred vertically on the position.
    pub(super) fn text(&self, text: &str, at: (f64, f64), write: Write) -> Result<(), DrawError> {
        if text.is_empty() {
            return Ok(());
        }
        let style = if write.bold {
            FontStyle::Bold
        } else {
            FontStyle::Normal
        };
        let mut font = FontDesc::new(
            FontFamily::Name(FONT),
            write.size * self.raster.units,
            style,
        );
        if write.upward {
            font = font.transform(FontTransform::Rotate270);
        }
        let style = TextStyle {
            font,
            color: rgba(write.color.unwrap_or(self.theme.text), 1.0).to_backend_color(),
            pos: Pos::new(write.across, VPos::Center),
        };
        self.area
            .draw_text(text, &style, self.point(at))
            .map_err(DrawError::new)
    }

    fn element<E>(&self, element: &E) -> Result<(), DrawError>
    where
        for<'e> &'e E: plotters::element::PointCollection<'e, BackendCoord>,
        E: plotters::element::Drawable<Surface<'s>>,
    {
        self.area.draw(element).map_err(DrawError::new)
    }
}

fn rgba(Rgb(r, g, b): Rgb, alpha: f64) -> RGBAColor {
    RGBAColor(r, g, b, alpha)
}
