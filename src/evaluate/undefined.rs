use super::{ConfusionMatrix, EvaluateError};

/// Figures that are not defined, and why: for people, in the words of the report.
#[derive(Default)]
pub(super) struct Undefined {
    pub(super) list: Vec<(String, String)>,
}

impl Undefined {
    pub(super) fn add(&mut self, figure: String, why: String) {
        self.list.push((figure, why));
    }

    pub(super) fn of_matrix(&mut self, matrix: &ConfusionMatrix, classes: &[String]) {
        if matrix.total() <= 0.0 {
            self.add("every figure".to_owned(), EvaluateError::NoRows.to_string());
            return;
        }
        if matrix.mcc().is_none() {
            self.add(
                "MCC".to_owned(),
                "all rows, or all predictions, are of one class".to_owned(),
            );
        }
        if matrix.kappa().is_none() {
            self.add(
                "kappa".to_owned(),
                "all rows and all predictions are of one class".to_owned(),
            );
        }
        for (c, name) in classes.iter().enumerate() {
            if matrix.predicted(c) <= 0.0 {
                self.add(
                    format!("precision of {name}"),
                    "no row is predicted as this class".to_owned(),
                );
            }
            if matrix.support(c) <= 0.0 {
                self.add(
                    format!("recall of {name}"),
                    EvaluateError::NoPositives.to_string(),
                );
            }
            if !matrix.is_present(c) {
                self.add(
                    format!("F1 of {name}"),
                    "no row is of this class or predicted as it".to_owned(),
                );
            }
        }
    }
}

/// `1 row`, `2 rows`.
pub(super) fn rows_text(rows: usize) -> String {
    if rows == 1 {
        "1 row".to_owned()
    } else {
        format!("{rows} rows")
    }
}
