//! Small tables, all of whose columns but the target are features, and those of the public suites.

use super::*;

pub fn numbers(list: &serde_json::Value) -> Vec<f64> {
    let number = |x: &serde_json::Value| x.as_f64().unwrap_or(f64::NAN);
    list.as_array().unwrap().iter().map(number).collect()
}

pub fn feature(features: &Features, name: &str) -> Vec<f64> {
    let at = features.names.iter().position(|n| n == name);
    features.matrix.column(at.expect(name)).to_vec()
}

/// `frame` with its target, all other columns as features.
pub fn params(frame: &Frame) -> RecipeParams {
    let names = frame.columns().iter().map(|c| c.name.clone());
    RecipeParams::new("y", names.filter(|n| n != "y").collect())
}

pub fn all_rows(frame: &Frame) -> Vec<u32> {
    (0..frame.rows() as u32).collect()
}

pub fn sample() -> Frame {
    let n = 40;
    let number = |f: &dyn Fn(usize) -> f64| (0..n).map(f).collect::<Vec<_>>();
    let hole = |i: usize, x: f64| if i % 7 == 3 { f64::NAN } else { x };
    let mut up = Column::category("up", (0..n).map(|i| if i % 3 == 0 { "yes" } else { "no" }));
    up.kind = ColumnKind::Boolean;
    Frame::new(
        "sample",
        vec![
            Column::number("cpu", number(&|i| hole(i, (i * 17 % 40) as f64 / 3.0))),
            Column::integer("restarts", number(&|i| (i % 4) as f64)),
            up,
            Column::category("zone", (0..n).map(|i| ["b", "a", "", "c", "None"][i % 5])),
            Column::category("y", (0..n).map(|i| ["None", "oom"][i % 2])),
        ],
    )
    .unwrap()
}

/// A file of the public suites, read as the page reads it; `None` where the suites are absent.
#[expect(clippy::print_stderr, reason = "a test that did not run must say so")]
pub fn suite(name: &str) -> Option<Frame> {
    let folder = std::env::var_os("KUBECAST_DATA").map_or_else(
        || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared/data"),
        PathBuf::from,
    );
    let Ok(bytes) = std::fs::read(folder.join(name)) else {
        eprintln!("{name} DID NOT RUN: not in {}", folder.display());
        return None;
    };
    Some(read_csv(name, &bytes).expect(name).frame)
}
