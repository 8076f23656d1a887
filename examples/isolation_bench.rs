//! Fits an isolation forest to all rows of a CSV file and scores them: one line of JSON with the CPU seconds of each.
//!
//! `isolation_bench FILE [TREES]`. The columns `label` and `split` and those that are not numbers are left out.

#![expect(clippy::print_stdout, reason = "a program that prints its result")]
#![expect(
    clippy::disallowed_methods,
    reason = "it reads the clock of the machine"
)]

use std::time::Instant;

use kubecast_engine::learn::{IsolationFitter, IsolationForest, IsolationParams};
use kubecast_engine::trees::{Reader, Writer};
use linfa::ParamGuard as _;
use ndarray::Array2;

/// CPU seconds of this thread where the system tells them (Linux), else of the clock.
fn cpu_secs(begun: Instant) -> f64 {
    let stat = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    let nanos = stat.split(' ').next().and_then(|n| n.parse::<f64>().ok());
    nanos.map_or_else(|| begun.elapsed().as_secs_f64(), |n| n / 1e9)
}

/// Rows x numeric columns; an empty cell is missing.
fn read(text: &str) -> Result<Array2<f64>, String> {
    let mut lines = text.lines();
    let header: Vec<&str> = lines.next().ok_or("an empty file")?.split(',').collect();
    let rows: Vec<Vec<&str>> = lines.map(|line| line.split(',').collect()).collect();
    if rows.iter().any(|row| row.len() != header.len()) {
        return Err("a row of another width".to_owned());
    }
    let number = |cell: &str| {
        if cell.is_empty() {
            Some(f64::NAN)
        } else {
            cell.parse().ok()
        }
    };
    let columns: Vec<Vec<f64>> = (0..header.len())
        .filter(|&c| header[c] != "label" && header[c] != "split")
        .filter_map(|c| rows.iter().map(|row| number(row[c])).collect())
        .collect();
    Ok(Array2::from_shape_fn(
        (rows.len(), columns.len()),
        |(i, c)| columns[c][i],
    ))
}

fn run() -> Result<String, String> {
    let mut arguments = std::env::args().skip(1);
    let file = arguments.next().ok_or("which file?")?;
    let trees = arguments.next().map_or(Ok(100), |n| n.parse());
    let trees = trees.map_err(|_| "TREES is no number")?;
    let text = std::fs::read_to_string(&file).map_err(|e| e.to_string())?;
    let rows = read(&text)?;
    let params = IsolationParams::new().trees(trees).check();
    let params = params.map_err(|e| e.to_string())?;
    let begun = Instant::now();
    let at = cpu_secs(begun);
    let fitter = IsolationFitter::new(rows.view(), None, params);
    let mut fitter = fitter.map_err(|e| e.to_string())?;
    let sort_cpu_s = cpu_secs(begun) - at;
    while fitter.step().map_err(|e| e.to_string())? {}
    let forest = fitter.finish().ok_or("units are missing")?;
    let fit_cpu_s = cpu_secs(begun) - at;
    let at = cpu_secs(begun);
    let scores = forest
        .score_samples(rows.view())
        .map_err(|e| e.to_string())?;
    let score_cpu_s = cpu_secs(begun) - at;
    let mut w = Writer::new();
    forest.write(&mut w);
    let bytes = w.into_bytes();
    if IsolationForest::read(&mut Reader::new(&bytes)) != Ok(forest) {
        return Err("the forest that was read is another".to_owned());
    }
    Ok(serde_json::json!({
        "file": file,
        "rows": rows.nrows(),
        "features": rows.ncols(),
        "trees": trees,
        "sort_cpu_s": sort_cpu_s,
        "fit_cpu_s": fit_cpu_s,
        "score_cpu_s": score_cpu_s,
        "model_bytes": bytes.len(),
        "mean_score": scores.mean(),
    })
    .to_string())
}

fn main() -> Result<(), String> {
    println!("{}", run()?);
    Ok(())
}
