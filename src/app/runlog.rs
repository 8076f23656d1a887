//! The run log as text, as JSON, and as a table of what differs.

use super::format;
use crate::json;
use crate::protocol::RunRecord;
pub use crate::protocol::option_lines;

/// The figure that counts rows.
pub const ROWS: &str = "rows";
/// The figure that names the accuracy.
pub const ACCURACY: &str = "accuracy";
/// The figure that names the macro F1.
pub const MACRO_F1: &str = "macro F1";

/// The figure that counts the settings that a search tried.
pub const TRIED: &str = "settings tried";
/// The figure that counts the models that it fitted.
pub const FITTED: &str = "models fitted";
/// The figure that names the best settings' score on the folds.
pub const BEST_FOUND: &str = "macro F1 on folds, best";
/// The figure that names the own settings' score on the folds.
pub const OWN: &str = "macro F1 on folds, own";

/// A figure of a run by name.
pub fn figure(run: &RunRecord, name: &str) -> Option<f64> {
    run.figures.iter().find(|(n, _)| n == name).map(|(_, x)| *x)
}

/// A figure of a run as text; a dash where it has none.
pub fn figure_text(run: &RunRecord, name: &str) -> String {
    match figure(run, name) {
        None => "–".to_owned(),
        Some(x) if name.contains("rows") || [TRIED, FITTED, "columns"].contains(&name) => {
            format::count(x as u64)
        }
        Some(x) if name.ends_with("accuracy") => format::percent(x),
        Some(x) => format::score(x),
    }
}

/// The model's name for people; a dash for what is no training.
pub fn model_name(run: &RunRecord) -> &'static str {
    run.options.as_ref().map_or("–", |o| o.model.name())
}

/// An instant in UTC to the second.
pub fn instant(at_millis: f64) -> String {
    let text = crate::data::time_text((at_millis as i64).saturating_mul(1_000));
    match text.get(..19) {
        Some(second) => format!("{} UTC", second.replace('T', " ")),
        None => String::new(),
    }
}

/// The log as JSON, an array of records.
pub fn to_json(runs: &[RunRecord]) -> String {
    json::to_lines(&runs.to_vec())
}

/// The log read back; what cannot be read is an empty log.
pub fn of_json(text: &str) -> Vec<RunRecord> {
    json::of_text(text.as_bytes()).unwrap_or_default()
}

/// The log as text, oldest first, a paragraph each.
pub fn to_text(runs: &[RunRecord]) -> String {
    let mut out = String::from("Kubecast run log\n");
    for run in runs {
        out.push_str(&format!(
            "\n{}  {}  {}  {}\n",
            instant(run.at_millis),
            run.action,
            run.outcome,
            format::duration(run.secs)
        ));
        if !run.data_name.is_empty() {
            out.push_str(&format!("  data         {}", run.data_name));
            if !run.data_fingerprint.is_empty() {
                out.push_str(&format!(" (fingerprint {})", run.data_fingerprint));
            }
            out.push('\n');
        }
        for (name, value) in run.options.as_ref().map(option_lines).unwrap_or_default() {
            out.push_str(&format!("  {name:<24} {value}\n"));
        }
        for (name, value) in &run.figures {
            out.push_str(&format!("  {name:<24} {value}\n"));
        }
    }
    out
}

/// A row of the comparison: a name, and a value for each run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// What differs.
    pub name: String,
    /// Its value in each run.
    pub values: Vec<String>,
    /// Whether it is a figure, which stands at the right.
    pub numeric: bool,
}

/// What differs between runs: data, options, then figures. What all share is left out.
pub fn differences(runs: &[&RunRecord]) -> Vec<Difference> {
    let mut rows: Vec<Difference> = Vec::new();
    let mut add = |name: &str, values: Vec<String>, numeric: bool| {
        if values.windows(2).any(|w| w[0] != w[1]) {
            rows.push(Difference {
                name: name.to_owned(),
                values,
                numeric,
            });
        }
    };
    let each =
        |f: &dyn Fn(&RunRecord) -> String| -> Vec<String> { runs.iter().map(|r| f(r)).collect() };
    add("data", each(&|r| r.data_name.clone()), false);
    add("fingerprint", each(&|r| r.data_fingerprint.clone()), false);
    let options: Vec<Vec<(String, String)>> = runs
        .iter()
        .map(|r| r.options.as_ref().map(option_lines).unwrap_or_default())
        .collect();
    for name in names(&options) {
        let values = options
            .iter()
            .map(|lines| {
                lines
                    .iter()
                    .find(|(n, _)| *n == name)
                    .map_or_else(|| "–".to_owned(), |(_, v)| v.clone())
            })
            .collect();
        add(&name, values, false);
    }
    let figures: Vec<Vec<(String, String)>> = runs
        .iter()
        .map(|r| {
            r.figures
                .iter()
                .map(|(n, _)| (n.clone(), String::new()))
                .collect()
        })
        .collect();
    for name in names(&figures) {
        add(&name, each(&|r| figure_text(r, &name)), true);
    }
    add("duration", each(&|r| format::duration(r.secs)), true);
    add("outcome", each(&|r| r.outcome.clone()), false);
    rows
}

/// The names of all lists, in order of first appearance.
fn names(lists: &[Vec<(String, String)>]) -> Vec<String> {
    let mut out: Vec<String> = Vec::new();
    for (name, _) in lists.iter().flatten() {
        if !out.contains(name) {
            out.push(name.clone());
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::{BoostSpec, ModelSpec, Options};

    fn run(options: Options, accuracy: f64) -> RunRecord {
        RunRecord {
            action: "train".into(),
            at_millis: 1_760_000_000_000.0,
            secs: 2.5,
            data_name: "a.csv".into(),
            data_fingerprint: "0123456789abcdef".into(),
            options: Some(options),
            figures: vec![("rows".into(), 5000.0), (ACCURACY.into(), accuracy)],
            outcome: "done".into(),
            forecast: None,
            training: None,
        }
    }

    #[test]
    fn only_what_differs_is_listed() {
        let a = run(Options::default(), 0.9);
        let mut options = Options::default();
        options.prepare.test_share = 0.5;
        options.model = ModelSpec::GradientBoosting(BoostSpec::default());
        let b = run(options, 0.95);
        let rows = differences(&[&a, &b]);
        let row = |name: &str| {
            rows.iter()
                .find(|r| r.name == name)
                .map(|r| r.values.clone())
        };
        assert_eq!(row("test share"), Some(vec!["0.25".into(), "0.5".into()]));
        assert_eq!(
            row("model"),
            Some(vec!["random forest".into(), "gradient boosting".into()])
        );
        assert_eq!(row("accuracy"), Some(vec!["90 %".into(), "95 %".into()]));
        assert_eq!(row("learning rate"), Some(vec!["–".into(), "0.1".into()]));
        assert_eq!(row("rows"), None);
        assert_eq!(row("data"), None);
        assert!(differences(&[&a, &a]).is_empty());
    }

    #[test]
    fn the_log_survives_as_json_and_reads_as_text() {
        let runs = vec![run(Options::default(), 0.9)];
        assert_eq!(of_json(&to_json(&runs)), runs);
        assert!(of_json("{").is_empty());
        let text = to_text(&runs);
        assert!(
            text.contains("2025-10-09 08:53:20 UTC  train  done  2.5 s"),
            "{text}"
        );
        assert!(text.contains("fingerprint 0123456789abcdef"));
        assert!(text.contains("test share               0.25"));
    }
}
