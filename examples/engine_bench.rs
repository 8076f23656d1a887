//! Fits one model to a CSV file (features, `label`, `split` of train or test) and prints one line of JSON: CPU seconds
//! of the fit, accuracy and macro F1 on the test rows, nodes, bytes, and how fast it predicts.
//!
//! `engine_bench FILE [--model rf|et|gb] [--trees N] [--depth D] [--leaves L] [--rate R] [--least ROWS] [--hessian H] [--l2 P] [--weights none|balanced] [--seed S] [--save MODEL]`

#![expect(clippy::print_stdout, reason = "a program that prints its result")]
#![expect(
    clippy::disallowed_methods,
    reason = "it reads the clock of the machine"
)]

use std::collections::{BTreeMap, BTreeSet};
use std::time::Instant;

use kubecast_engine::learn::{BoostParams, ClassWeights, Fitter, ForestParams, Learner, Model};
use kubecast_engine::trees::{Reader, Writer};
use linfa::ParamGuard as _;
use ndarray::{Array2, ArrayView2, s};

struct Table {
    features: Array2<f64>,
    classes: Vec<u8>,
    names: Vec<String>,
}

struct Options {
    file: String,
    values: BTreeMap<String, String>,
}

impl Options {
    fn parse(arguments: impl Iterator<Item = String>) -> Result<Self, String> {
        let mut file = None;
        let mut values = BTreeMap::new();
        let mut arguments = arguments.peekable();
        while let Some(argument) = arguments.next() {
            match argument.strip_prefix("--") {
                Some(name) => {
                    let value = arguments.next().ok_or(format!("--{name} needs a value"))?;
                    values.insert(name.to_owned(), value);
                }
                None => file = Some(argument),
            }
        }
        Ok(Self {
            file: file.ok_or("which file?")?,
            values,
        })
    }

    fn text(&self, name: &str, default: &str) -> String {
        self.values
            .get(name)
            .map_or(default, String::as_str)
            .to_owned()
    }

    fn number<T: std::str::FromStr>(&self, name: &str) -> Result<Option<T>, String> {
        let parse = |v: &String| v.parse().map_err(|_| format!("--{name} {v} is no number"));
        self.values.get(name).map(parse).transpose()
    }
}

/// CPU seconds of this thread where the system tells them (Linux), else of the clock.
fn cpu_secs(begun: Instant) -> f64 {
    let stat = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    let nanos = stat.split(' ').next().and_then(|n| n.parse::<f64>().ok());
    nanos.map_or_else(|| begun.elapsed().as_secs_f64(), |n| n / 1e9)
}

/// The most memory that this process held, in bytes; 0 where the system does not tell.
fn peak_bytes() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|l| l.strip_prefix("VmHWM:"));
    let kib = line.and_then(|l| l.trim().split(' ').next()?.parse::<u64>().ok());
    kib.unwrap_or(0) * 1024
}

/// Train and test rows. Columns that are not numbers become the places of their values in order.
fn read(text: &str) -> Result<(Table, Table), String> {
    let mut lines = text.lines();
    let header: Vec<&str> = lines.next().ok_or("an empty file")?.split(',').collect();
    let place = |name: &str| header.iter().position(|h| *h == name);
    let label = place("label").ok_or("no column `label`")?;
    let split = place("split").ok_or("no column `split`")?;
    let cells: Vec<Vec<&str>> = lines.map(|l| l.split(',').collect()).collect();
    if cells.iter().any(|row| row.len() != header.len()) {
        return Err("a row of another width".to_owned());
    }
    let distinct = |c: usize| -> Vec<&str> {
        let set: BTreeSet<&str> = cells.iter().map(|row| row[c]).collect();
        set.into_iter().collect()
    };
    let used: Vec<usize> = (0..header.len())
        .filter(|c| *c != label && *c != split)
        .collect();
    let mut features = Array2::zeros((cells.len(), used.len()));
    for (f, &c) in used.iter().enumerate() {
        let number = |cell: &str| {
            if cell.is_empty() {
                Some(f64::NAN)
            } else {
                cell.parse().ok()
            }
        };
        let numbers: Option<Vec<f64>> = cells.iter().map(|row| number(row[c])).collect();
        let values = numbers.unwrap_or_else(|| {
            let names = distinct(c);
            let code = |row: &Vec<&str>| names.partition_point(|n| *n < row[c]) as f64;
            cells.iter().map(code).collect()
        });
        features
            .column_mut(f)
            .iter_mut()
            .zip(values)
            .for_each(|(to, x)| *to = x);
    }
    let names = distinct(label);
    let of = |train: bool| {
        let rows: Vec<usize> = (0..cells.len())
            .filter(|&i| (cells[i][split] == "train") == train)
            .collect();
        Table {
            features: features.select(ndarray::Axis(0), &rows),
            classes: rows
                .iter()
                .map(|&i| names.partition_point(|n| *n < cells[i][label]) as u8)
                .collect(),
            names: names.iter().map(|n| (*n).to_owned()).collect(),
        }
    };
    Ok((of(true), of(false)))
}

fn learner(options: &Options) -> Result<Learner, String> {
    let weights = match options.text("weights", "none").as_str() {
        "none" => ClassWeights::None,
        "balanced" => ClassWeights::Balanced,
        other => return Err(format!("--weights {other}?")),
    };
    let trees = options.number("trees")?.unwrap_or(100);
    let depth = options.number("depth")?;
    let seed = options.number("seed")?.unwrap_or(42);
    let model = options.text("model", "rf");
    let forest = ForestParams::new()
        .trees(trees)
        .max_depth(depth)
        .class_weights(weights)
        .max_leaves(options.number("leaves")?)
        .random_cuts(model == "et")
        .bootstrap(model != "et")
        .seed(seed);
    match model.as_str() {
        "rf" | "et" => Ok(Learner::Forest(forest.check().map_err(|e| e.to_string())?)),
        "gb" => {
            let boost = BoostParams::new()
                .rounds(trees)
                .max_depth(depth)
                .max_leaves(Some(options.number("leaves")?.unwrap_or(31)))
                .learning_rate(options.number("rate")?.unwrap_or(0.1))
                .min_samples_leaf(options.number("least")?.unwrap_or(1))
                .min_hessian(options.number("hessian")?.unwrap_or(1.0))
                .l2(options.number("l2")?.unwrap_or(0.1))
                .class_weights(weights)
                .seed(seed);
            Ok(Learner::Boost(boost.check().map_err(|e| e.to_string())?))
        }
        other => Err(format!("--model {other}?")),
    }
}

/// Accuracy and macro F1 over the classes that occur in truth or prediction.
fn scores(truth: &[u8], predicted: &[u32], classes: usize) -> (f64, f64) {
    let (mut hits, mut said, mut is) = (vec![0.0; classes], vec![0.0; classes], vec![0.0; classes]);
    for (&t, &p) in truth.iter().zip(predicted) {
        is[usize::from(t)] += 1.0;
        said[p as usize] += 1.0;
        if u32::from(t) == p {
            hits[usize::from(t)] += 1.0;
        }
    }
    let present: Vec<usize> = (0..classes).filter(|&k| is[k] + said[k] > 0.0).collect();
    let f1: f64 = present
        .iter()
        .map(|&k| 2.0 * hits[k] / (is[k] + said[k]))
        .sum();
    let all: f64 = hits.iter().sum();
    (all / truth.len() as f64, f1 / present.len() as f64)
}

/// Rows predicted in a CPU second, in batches of so many.
fn rows_per_sec(model: &Model, features: ArrayView2<'_, f64>, batch: usize, begun: Instant) -> f64 {
    let rows = features
        .nrows()
        .min(if batch == 1 { 5_000 } else { 100_000 });
    let mut bins = vec![0; model.features()];
    let mut probabilities = vec![0.0; model.classes()];
    let at = cpu_secs(begun);
    let mut done = 0;
    while done < rows {
        let end = (done + batch).min(rows);
        if let (1, Some(row)) = (batch, features.row(done).as_slice()) {
            model.predict_row(row, &mut bins, &mut probabilities);
            std::hint::black_box(&probabilities);
        } else {
            std::hint::black_box(model.predict_proba(features.slice(s![done..end, ..])));
        }
        done = end;
    }
    rows as f64 / (cpu_secs(begun) - at)
}

fn run() -> Result<String, String> {
    let options = Options::parse(std::env::args().skip(1))?;
    let begun = Instant::now();
    let text = std::fs::read_to_string(&options.file).map_err(|e| e.to_string())?;
    let (train, test) = read(&text)?;
    drop(text);
    let learner = learner(&options)?;
    let classes = train.names.len();
    let load_s = cpu_secs(begun);
    let fit_begun = Instant::now();
    let mut fitter = Fitter::new(
        train.features.view(),
        train.classes.clone(),
        classes,
        learner,
    )
    .map_err(|e| e.to_string())?;
    let bin_cpu_s = cpu_secs(begun) - load_s;
    while fitter.step().map_err(|e| e.to_string())? {}
    let model = fitter.finish().ok_or("units are missing")?;
    let fit_cpu_s = cpu_secs(begun) - load_s;
    let fit_wall_s = fit_begun.elapsed().as_secs_f64();
    let peak = peak_bytes();
    let predicted = Model::likeliest(model.predict_proba(test.features.view()).view());
    let (accuracy, macro_f1) = scores(&test.classes, &predicted, classes);
    let mut w = Writer::new();
    model.write(&mut w);
    let bytes = w.into_bytes();
    let at = cpu_secs(begun);
    let back = Model::read(&mut Reader::new(&bytes)).map_err(|e| e.to_string())?;
    let open_cpu_s = cpu_secs(begun) - at;
    if back != model {
        return Err("the model that was read is another".to_owned());
    }
    if let Some(path) = options.values.get("save") {
        std::fs::write(path, &bytes).map_err(|e| e.to_string())?;
    }
    let speed = |batch| rows_per_sec(&model, test.features.view(), batch, begun);
    Ok(serde_json::json!({
        "file": options.file,
        "model": options.text("model", "rf"),
        "trees": model.trees().len(),
        "rows": train.classes.len(),
        "test_rows": test.classes.len(),
        "features": model.features(),
        "classes": classes,
        "bin_cpu_s": bin_cpu_s,
        "fit_cpu_s": fit_cpu_s,
        "fit_wall_s": fit_wall_s,
        "accuracy": accuracy,
        "macro_f1": macro_f1,
        "nodes": model.nodes(),
        "model_bytes": bytes.len(),
        "open_cpu_s": open_cpu_s,
        "peak_bytes": peak,
        "rows_per_s_1": speed(1),
        "rows_per_s_1000": speed(1000),
        "rows_per_s_100000": speed(100_000),
    })
    .to_string())
}

fn main() -> Result<(), String> {
    println!("{}", run()?);
    Ok(())
}
