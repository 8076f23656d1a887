//! What a class's name says.

use crate::data::lower;

/// Names that say that nothing is wrong, in lower case.
const HEALTHY: [&str; 18] = [
    "none",
    "normal",
    "healthy",
    "ok",
    "okay",
    "no issue",
    "no issues",
    "no fault",
    "no failure",
    "no anomaly",
    "no error",
    "noissue",
    "benign",
    "good",
    "stable",
    "nominal",
    "null",
    "na",
];

/// Names that say so only of a question that is answered by yes or no.
const NEGATIVE: [&str; 7] = ["0", "0.0", "false", "no", "negative", "n", "f"];

/// For each class, whether its name says that nothing is wrong. `0`, `false`, `no` and `negative` say so where there are
/// two classes; among several, `0` does where most rows are of it, since it may as well be a digit.
///
/// `counts` are the classes' rows, in the same order.
pub fn healthy_classes(names: &[String], counts: &[u64]) -> Vec<bool> {
    let total: u64 = counts.iter().sum();
    let healthy = |(at, name): (usize, &String)| {
        if name.len() > 40 {
            return false;
        }
        let name: String = name
            .trim()
            .chars()
            .map(lower)
            .map(|c| if matches!(c, '_' | '-') { ' ' } else { c })
            .collect();
        let most = counts.get(at).is_some_and(|&n| n > total / 2);
        HEALTHY.contains(&name.as_str())
            || (names.len() <= 2 || most) && NEGATIVE.contains(&name.as_str())
    };
    names.iter().enumerate().map(healthy).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_say_nothing_is_wrong() {
        let of = |names: &[&str], counts: &[u64]| {
            let names: Vec<String> = names.iter().map(ToString::to_string).collect();
            healthy_classes(&names, counts)
        };
        assert_eq!(
            of(&["None", "oom", "No_Issue"], &[1, 1, 1]),
            [true, false, true]
        );
        assert_eq!(of(&["0", "1"], &[1, 5]), [true, false]);
        assert_eq!(of(&["0", "1", "2"], &[5, 5, 5]), [false; 3]);
        assert_eq!(of(&["0", "1", "2"], &[50, 5, 5]), [true, false, false]);
        assert_eq!(of(&["FALSE", "TRUE"], &[5, 5]), [true, false]);
    }
}
