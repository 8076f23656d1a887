//! One drawing surface for every backend, so that the drawing code is compiled once.
//!
//! plotters is generic over its backend: drawing on canvas and to SVG would put every element's code into the page
//! twice. [`Surface`] hides the backend behind an object-safe face instead.

use plotters::style::TextStyle;
use plotters_backend::{
    BackendColor, BackendCoord, BackendStyle, BackendTextStyle, DrawingBackend, DrawingErrorKind,
    FontTransform,
};

/// The backend refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the chart could not be drawn: {reason}")]
pub struct DrawError {
    /// What the backend said.
    pub reason: String,
}

impl DrawError {
    pub(super) fn new(reason: impl std::fmt::Display) -> Self {
        Self {
            reason: reason.to_string(),
        }
    }
}

/// The object-safe face of a backend: colours, widths and coordinates in the backend's own units.
pub trait Sheet {
    /// A straight line.
    fn line(&mut self, ends: [BackendCoord; 2], pen: Pen) -> Result<(), DrawError>;
    /// A rectangle by two corners.
    fn rect(&mut self, corners: [BackendCoord; 2], pen: Pen, fill: bool) -> Result<(), DrawError>;
    /// A line through points.
    fn path(&mut self, points: &[BackendCoord], pen: Pen) -> Result<(), DrawError>;
    /// A filled polygon.
    fn polygon(&mut self, points: &[BackendCoord], pen: Pen) -> Result<(), DrawError>;
    /// A circle.
    fn circle(
        &mut self,
        center: BackendCoord,
        radius: u32,
        pen: Pen,
        fill: bool,
    ) -> Result<(), DrawError>;
    /// A text; its font is in the backend's own units.
    fn text(&mut self, text: &str, style: &TextStyle, at: BackendCoord) -> Result<(), DrawError>;
    /// All is drawn.
    fn finish(&mut self) -> Result<(), DrawError>;
}

/// Colour and width, whatever plotters' own style type was.
#[derive(Clone, Copy)]
pub struct Pen {
    color: BackendColor,
    width: u32,
}

impl Pen {
    fn of(style: &impl BackendStyle) -> Self {
        Self {
            color: style.color(),
            width: style.stroke_width(),
        }
    }
}

impl BackendStyle for Pen {
    fn color(&self) -> BackendColor {
        self.color
    }

    fn stroke_width(&self) -> u32 {
        self.width
    }
}

impl<B: DrawingBackend> Sheet for B {
    fn line(&mut self, [from, to]: [BackendCoord; 2], pen: Pen) -> Result<(), DrawError> {
        self.draw_line(from, to, &pen).map_err(DrawError::new)
    }

    fn rect(&mut self, [a, b]: [BackendCoord; 2], pen: Pen, fill: bool) -> Result<(), DrawError> {
        self.draw_rect(a, b, &pen, fill).map_err(DrawError::new)
    }

    fn path(&mut self, points: &[BackendCoord], pen: Pen) -> Result<(), DrawError> {
        self.draw_path(points.iter().copied(), &pen)
            .map_err(DrawError::new)
    }

    fn polygon(&mut self, points: &[BackendCoord], pen: Pen) -> Result<(), DrawError> {
        self.fill_polygon(points.iter().copied(), &pen)
            .map_err(DrawError::new)
    }

    fn circle(
        &mut self,
        center: BackendCoord,
        radius: u32,
        pen: Pen,
        fill: bool,
    ) -> Result<(), DrawError> {
        self.draw_circle(center, radius, &pen, fill)
            .map_err(DrawError::new)
    }

    fn text(&mut self, text: &str, style: &TextStyle, at: BackendCoord) -> Result<(), DrawError> {
        self.draw_text(text, style, at).map_err(DrawError::new)
    }

    fn finish(&mut self) -> Result<(), DrawError> {
        self.present().map_err(DrawError::new)
    }
}

/// What all charts are drawn on.
pub struct Surface<'a> {
    sheet: &'a mut dyn Sheet,
    size: (u32, u32),
}

impl<'a> Surface<'a> {
    /// A surface of this size, in the sheet's units.
    pub fn new(sheet: &'a mut dyn Sheet, size: (u32, u32)) -> Self {
        Self { sheet, size }
    }
}

type Outcome = Result<(), DrawingErrorKind<DrawError>>;

impl DrawingBackend for Surface<'_> {
    type ErrorType = DrawError;

    fn get_size(&self) -> (u32, u32) {
        self.size
    }

    fn ensure_prepared(&mut self) -> Outcome {
        Ok(())
    }

    fn present(&mut self) -> Outcome {
        self.sheet.finish().map_err(DrawingErrorKind::DrawingError)
    }

    fn draw_pixel(&mut self, (x, y): BackendCoord, color: BackendColor) -> Outcome {
        let corner = (x.saturating_add(1), y.saturating_add(1));
        self.draw_rect((x, y), corner, &color, true)
    }

    fn draw_line<S: BackendStyle>(
        &mut self,
        from: BackendCoord,
        to: BackendCoord,
        style: &S,
    ) -> Outcome {
        self.sheet
            .line([from, to], Pen::of(style))
            .map_err(DrawingErrorKind::DrawingError)
    }

    fn draw_rect<S: BackendStyle>(
        &mut self,
        upper_left: BackendCoord,
        bottom_right: BackendCoord,
        style: &S,
        fill: bool,
    ) -> Outcome {
        self.sheet
            .rect([upper_left, bottom_right], Pen::of(style), fill)
            .map_err(DrawingErrorKind::DrawingError)
    }

    fn draw_path<S: BackendStyle, I: IntoIterator<Item = BackendCoord>>(
        &mut self,
        path: I,
        style: &S,
    ) -> Outcome {
        let points: Vec<BackendCoord> = path.into_iter().collect();
        self.sheet
            .path(&points, Pen::of(style))
            .map_err(DrawingErrorKind::DrawingError)
    }

    fn draw_circle<S: BackendStyle>(
        &mut self,
        center: BackendCoord,
        radius: u32,
        style: &S,
        fill: bool,
    ) -> Outcome {
        self.sheet
            .circle(center, radius, Pen::of(style), fill)
            .map_err(DrawingErrorKind::DrawingError)
    }

    fn fill_polygon<S: BackendStyle, I: IntoIterator<Item = BackendCoord>>(
        &mut self,
        vert: I,
        style: &S,
    ) -> Outcome {
        let points: Vec<BackendCoord> = vert.into_iter().collect();
        self.sheet
            .polygon(&points, Pen::of(style))
            .map_err(DrawingErrorKind::DrawingError)
    }

    fn draw_text<T: BackendTextStyle>(
        &mut self,
        text: &str,
        style: &T,
        at: BackendCoord,
    ) -> Outcome {
        let mut font = plotters::style::FontDesc::new(style.family(), style.size(), style.style());
        // `FontTransform::None` is the default of a new font.
        if !matches!(style.transform(), FontTransform::None) {
            font = font.transform(style.transform());
        }
        let style = TextStyle {
            font,
            color: style.color(),
            pos: style.anchor(),
        };
        self.sheet
            .text(text, &style, at)
            .map_err(DrawingErrorKind::DrawingError)
    }
}
