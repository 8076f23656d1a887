//! Rows of plain numbers to features, without a table between.

use super::encode::Encoder;
use super::recipe::Recipe;

impl Recipe {
    /// The names of a column of names (by its number in [`Recipe::columns`]), whose places stand for them in
    /// [`Recipe::encode_cells`]; none for a column of numbers, of which no is 0 and yes is 1.
    pub fn names(&self, column: usize) -> Option<&[String]> {
        match self.encoders().get(column)? {
            Encoder::Number { .. } | Encoder::Boolean { .. } => None,
            Encoder::Ordinal { names, .. }
            | Encoder::Sets { names, .. }
            | Encoder::OneHot { names, .. } => Some(names),
        }
    }

    /// How many features it makes.
    pub fn width(&self) -> usize {
        self.encoders().iter().map(Encoder::width).sum()
    }

    /// The features of one row, into `features` ([`Recipe::width`]), from a number for each of [`Recipe::columns`]: what is
    /// not finite is missing; of a column of names it is the name's place ([`Recipe::names`]), any other number being a name
    /// that training never saw. The same features as from a table. `false` where there are not as many numbers or
    /// features, or the recipe drops rows with cells like these.
    pub fn encode_cells(&self, cells: &[f64], features: &mut [f64]) -> bool {
        if cells.len() != self.columns().len() || features.len() != self.width() {
            return false;
        }
        let mut at = 0;
        let mut whole = true;
        for (encoder, &cell) in self.encoders().iter().zip(cells) {
            let width = encoder.width();
            let of = &mut features[at..at + width];
            let missing = !cell.is_finite();
            whole &= !missing;
            match encoder {
                Encoder::Number { fill, scale, .. } | Encoder::Boolean { fill, scale, .. } => {
                    let x = if missing {
                        fill.unwrap_or(f64::NAN)
                    } else {
                        cell
                    };
                    of[0] = scale.apply(x);
                }
                Encoder::Ordinal { names, fill, .. } | Encoder::Sets { names, fill, .. } => {
                    let place = place(cell, names.len());
                    whole &= place.is_some();
                    of[0] = place.or(*fill).map_or(f64::NAN, f64::from);
                }
                Encoder::OneHot { names, fill, .. } => {
                    of.fill(0.0);
                    let place = if missing {
                        *fill
                    } else {
                        place(cell, names.len())
                    };
                    if let Some(one) = place.and_then(|place| of.get_mut(place as usize)) {
                        *one = 1.0;
                    }
                }
            }
            if encoder.indicator() {
                of[width - 1] = f64::from(u8::from(missing));
            }
            at += width;
        }
        whole || !self.drops_rows()
    }
}

/// A number that is a place among so many names.
fn place(cell: f64, names: usize) -> Option<u32> {
    // A cast saturates and takes NaN to 0: only a place comes back as it was.
    let place = cell as u32;
    (f64::from(place) == cell && (place as usize) < names).then_some(place)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::{Column, Frame};
    use crate::prepare::{EncodingRule, MissingRule, RecipeParams, ScalingRule};

    #[test]
    fn cells_become_what_a_table_becomes() {
        let numbers = [1.0, f64::NAN, 3.5, -2.0, 9.0, 1e300];
        let names = ["b", "", "a", "c", "a", "b"];
        let places = [1.0, f64::NAN, 0.0, 2.0, 0.0, 1.0];
        let truths = ["yes", "no", "", "no", "yes", "yes"];
        let ones = [1.0, 0.0, f64::NAN, 0.0, 1.0, 1.0];
        let mut truth = Column::category("truth", truths);
        truth.kind = crate::data::ColumnKind::Boolean;
        let frame = Frame::new(
            "t",
            vec![
                Column::number("number", numbers.to_vec()),
                Column::category("name", names),
                truth,
                Column::category("class", ["x", "y", "x", "y", "x", "y"]),
            ],
        )
        .unwrap();
        let columns: Vec<String> = ["number", "name", "truth"].map(str::to_owned).to_vec();
        let rows: Vec<u32> = (0..6).collect();
        let mut compared = 0;
        for encoding in [
            EncodingRule::Ordinal,
            EncodingRule::Sets,
            EncodingRule::OneHot,
        ] {
            for missing in [
                MissingRule::AsIs,
                MissingRule::DropRows,
                MissingRule::Median,
            ] {
                for indicator in [false, true] {
                    let params = RecipeParams {
                        encoding,
                        missing,
                        indicator,
                        scaling: ScalingRule::Standard,
                        ..RecipeParams::new("class", columns.clone())
                    };
                    let (recipe, _) = Recipe::fit(&frame, &params, &rows).unwrap();
                    let features = recipe.transform(&frame, &rows).unwrap();
                    assert_eq!(recipe.width(), features.matrix.ncols());
                    assert_eq!(recipe.names(0), None);
                    assert_eq!(recipe.names(1).map(<[String]>::len), Some(3));
                    let mut out = vec![0.0; recipe.width()];
                    for row in 0..6 {
                        let cells = [numbers[row], places[row], ones[row]];
                        let kept = recipe.encode_cells(&cells, &mut out);
                        let at = features.rows.iter().position(|&r| r as usize == row);
                        assert_eq!(kept, at.is_some(), "{params:?} {row}");
                        let Some(at) = at else { continue };
                        for (mine, its) in out.iter().zip(features.matrix.row(at)) {
                            assert_eq!(mine.to_bits(), its.to_bits(), "{params:?} {row}");
                        }
                        compared += 1;
                    }
                    assert!(!recipe.encode_cells(&[1.0], &mut out));
                }
            }
        }
        assert!(compared > 90, "{compared} rows");
    }
}
