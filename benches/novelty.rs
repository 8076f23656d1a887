//! How well rows of issues that no training row was of are told, in the simulator and in files of other people.
//!
//! `cargo xtask bench novelty` prints the tables of `docs/evaluation.md`. The files are read from the folder that
//! `KUBECAST_DATA` names (default `../shared/data`, in `telemetry`); one that is not there is named and left out.

#![expect(clippy::print_stdout, reason = "a benchmark prints")]

use std::collections::BTreeSet;
use std::error::Error;
use std::path::PathBuf;

use kubecast::data::{Column, Frame, Values};
use kubecast::evaluate::RankedScores;
use kubecast::ingest::read_csv;
use kubecast::learn::{
    Fitter, ForestParams, IsolationFitter, IsolationParams, Learner, Model, Novelty, NoveltyFitter,
    TrainRows,
};
use kubecast::prepare::{
    EncodingRule, PastRows, Recipe, RecipeParams, Series, healthy_classes, is_clock,
};
use kubecast::simulate::{Preset, Scenario, Simulation};
use linfa::ParamGuard as _;
use ndarray::{Array2, Axis};

type Outcome<T> = Result<T, Box<dyn Error>>;

/// Stretches of time, each scored by what was fitted on the others.
const STRETCHES: usize = 4;
/// Seeds of the forests; figures are means.
const SEEDS: u64 = 3;
/// Columns that say what is wrong, or are known only afterwards.
const LABELS: [&str; 24] = [
    "issue_type",
    "issue_type_true",
    "phase",
    "episode_id",
    "root_cause",
    "role",
    "near_miss",
    "time_to_impact_s",
    "alert_firing",
    "alert_name",
    "split",
    "y_15",
    "y_15_kind",
    "y_30",
    "y_30_kind",
    "y_60",
    "y_60_kind",
    "label",
    "any_fault",
    "scenario",
    "issue",
    "target_ts",
    "target_metric",
    "root_cause",
];
/// Of a row as rare as one healthy row in a thousand.
const LEAST_SURPRISE: f64 = 6.907755;
const HOUR_MICROS: i64 = 3_600_000_000;
const DAY_MICROS: f64 = 86_400e6;

struct Table {
    name: &'static str,
    frame: Frame,
    target: &'static str,
    time: &'static str,
    entity: Vec<String>,
}

/// What is known of a table's rows.
struct Known {
    /// The columns of numbers that are looked at.
    columns: Vec<String>,
    series: Series,
    /// Class of each row, and its name.
    codes: Vec<u32>,
    names: Vec<String>,
    healthy: Vec<bool>,
    /// Rows whose name says healthy, while the simulator says that something is on its way or not yet over.
    aside: Vec<bool>,
}

impl Known {
    /// A number for each entity and hour.
    fn hour(&self, row: usize) -> u64 {
        let hour = self.series.instants[row] / HOUR_MICROS;
        u64::from(self.series.of_row[row]) << 32 | hour as u64
    }
}

impl Table {
    fn known(&self) -> Outcome<Known> {
        let series = Series::new(&self.frame, self.time, &self.entity)?;
        let target = self.frame.column(self.target).ok_or("no target")?;
        let classes = target.classes();
        let said = healthy_classes(&classes.names, &classes.counts());
        let of = |code: &u32| said.get(*code as usize) == Some(&true);
        let healthy: Vec<bool> = classes.codes.iter().map(of).collect();
        let calm = match self.frame.column("phase") {
            Some(column) => {
                let phases = column.classes();
                let calm = |code: &u32| {
                    phases
                        .names
                        .get(*code as usize)
                        .is_none_or(|n| n == "healthy")
                };
                phases.codes.iter().map(calm).collect()
            }
            None => vec![true; healthy.len()],
        };
        let columns = self.frame.columns().iter().filter(|column| {
            let Values::Number(values) = &column.values else {
                return false;
            };
            let is_label = LABELS.contains(&column.name.as_str());
            let is_key = column.name == self.time || self.entity.contains(&column.name);
            !is_label
                && !is_key
                && column.name != "time_of_day"
                && column.name != "day_of_week"
                && !is_clock(&column.name, values, &series)
        });
        Ok(Known {
            columns: columns.map(|column| column.name.clone()).collect(),
            series,
            codes: classes.codes.clone(),
            names: classes.names.clone(),
            aside: healthy
                .iter()
                .zip(calm)
                .map(|(&h, calm)| h && !calm)
                .collect(),
            healthy,
        })
    }

    fn as_they_are(&self, columns: &[String]) -> Outcome<Array2<f64>> {
        let mut out = Array2::from_elem((self.frame.rows(), columns.len()), f64::NAN);
        for (at, name) in columns.iter().enumerate() {
            if let Some(Values::Number(values)) = self.frame.column(name).map(|c| &c.values) {
                for (row, &x) in values.iter().enumerate() {
                    out[(row, at)] = x;
                }
            }
        }
        Ok(out)
    }
}

/// Scores of rows by a forest of 100 trees, 256 rows each, fitted on others; higher is stranger.
fn forest(fit: &Array2<f64>, _: &[i64], score: &Array2<f64>, seed: u64) -> Outcome<Vec<f64>> {
    let params = IsolationParams::new().seed(seed).check()?;
    let mut fitter = IsolationFitter::new(fit.view(), None, params)?;
    while fitter.step()? {}
    let forest = fitter.finish().ok_or("trees are missing")?;
    let scores = forest.score_samples(score.view())?;
    Ok(scores.iter().map(|x| -x).collect())
}

/// What Kubecast keeps with a model: the forest and the reach.
fn both(fit: &Array2<f64>, _: &[i64], score: &Array2<f64>, seed: u64) -> Outcome<Vec<f64>> {
    let healthy = vec![0; fit.nrows()];
    let fitter = NoveltyFitter::new(fit.view(), &healthy, &[true], &[], seed);
    let novelty = fitted(fitter.ok_or("too few healthy rows")?)?;
    Ok(novelty.healthy().surprise(score.view())?)
}

/// The same of rows in time, each at its instant.
fn both_in_time(
    fit: &Array2<f64>,
    instants: &[i64],
    score: &Array2<f64>,
    seed: u64,
) -> Outcome<Vec<f64>> {
    let healthy = vec![0; fit.nrows()];
    let fitter = NoveltyFitter::in_time(fit.view(), &healthy, &[true], instants, seed);
    let novelty = fitted(fitter.ok_or("too few healthy rows")?)?;
    Ok(novelty.healthy().surprise(score.view())?)
}

fn fitted(mut fitter: NoveltyFitter) -> Outcome<Novelty> {
    while fitter.step()? {}
    Ok(fitter.finish().ok_or("a part is missing")?)
}

/// Rows to fit on, their instants, rows to score, and a seed.
type Score = fn(&Array2<f64>, &[i64], &Array2<f64>, u64) -> Outcome<Vec<f64>>;

/// Scores every row by what was fitted on the healthy rows (those `told`, that have a past) of the other stretches of time.
fn scores(
    rows: &Array2<f64>,
    known: &Known,
    told: &[bool],
    seed: u64,
    score: Score,
) -> Outcome<Vec<f64>> {
    // As many healthy rows in each.
    let healthy = (0..rows.nrows()).filter(|&row| known.healthy[row] && told[row]);
    let mut instants: Vec<i64> = healthy.map(|row| known.series.instants[row]).collect();
    instants.sort_unstable();
    let ends: Vec<i64> = (1..STRETCHES)
        .filter_map(|at| instants.get(at * instants.len() / STRETCHES).copied())
        .collect();
    let stretch = |row: usize| ends.partition_point(|&end| end <= known.series.instants[row]);
    let mut out = vec![0.0; rows.nrows()];
    for at in 0..STRETCHES {
        let (here, others): (Vec<usize>, Vec<usize>) =
            (0..rows.nrows()).partition(|&row| stretch(row) == at);
        let fit: Vec<usize> = others
            .into_iter()
            .filter(|&row| known.healthy[row] && told[row])
            .collect();
        let at: Vec<i64> = fit.iter().map(|&row| known.series.instants[row]).collect();
        if here.is_empty() {
            continue;
        }
        let found = score(
            &rows.select(Axis(0), &fit),
            &at,
            &rows.select(Axis(0), &here),
            seed,
        )?;
        for (&row, score) in here.iter().zip(found) {
            out[row] = score;
        }
    }
    Ok(out)
}

/// ROC AUC, average precision, and the share of issue rows above a threshold that healthy rows pass once a day: the rows of
/// one entity within an hour (`hours`, a number for each) are one alarm.
fn figures(scores: &[f64], issue: &[bool], hours: &[u64], days: f64) -> Outcome<[f64; 3]> {
    let ranked = RankedScores::new(issue, scores, None)?;
    let mut healthy: Vec<usize> = (0..scores.len()).filter(|&row| !issue[row]).collect();
    healthy.sort_by(|&a, &b| scores[b].total_cmp(&scores[a]));
    let mut alarms = BTreeSet::new();
    let mut least = f64::NEG_INFINITY;
    for row in healthy {
        alarms.insert(hours[row]);
        if alarms.len() > days as usize {
            least = scores[row];
            break;
        }
    }
    let (mut found, mut issues) = (0.0, 0.0);
    for (&score, _) in scores.iter().zip(issue).filter(|(_, issue)| **issue) {
        issues += 1.0;
        found += f64::from(u8::from(score > least));
    }
    Ok([
        ranked.roc(false)?.area,
        ranked.precision_recall()?.average_precision,
        found / issues,
    ])
}

/// A line of the table, for each way to look.
fn ranks(table: &Table) -> Outcome<()> {
    let known = table.known()?;
    let (first, last) = known.series.span();
    let days = (last - first) as f64 / DAY_MICROS;
    let raw = table.as_they_are(&known.columns)?;
    let mut past = PastRows::new(
        (0..table.frame.rows() as u32).collect(),
        known.columns.len(),
    );
    for column in raw.columns() {
        past.add(&column.to_vec(), &known.series);
    }
    let (own, told) = (past.lengths(0, raw.nrows()), past.has_past());
    let ways: [(&str, &Array2<f64>, Score); 4] = [
        ("isolation forest, rows as they are", &raw, forest),
        (
            "isolation forest, against the entity's own past",
            &own,
            forest,
        ),
        ("with the reach, rows as they are", &raw, both),
        (
            "with the reach, against the entity's own past",
            &own,
            both_in_time,
        ),
    ];
    for (name, rows, score) in ways {
        // All rows, and those that are truly calm or truly ill.
        let mut sums = [[0.0; 3]; 2];
        let (mut alarms, mut healthy) = (0.0, 0.0);
        for seed in 0..SEEDS {
            let scores = scores(rows, &known, told, seed, score)?;
            for row in (0..scores.len()).filter(|&row| known.healthy[row] && told[row]) {
                healthy += 1.0;
                alarms += f64::from(u8::from(scores[row] >= LEAST_SURPRISE));
            }
            for (sums, strict) in sums.iter_mut().zip([false, true]) {
                let kept: Vec<usize> = (0..scores.len())
                    .filter(|&r| told[r] && (!strict || !known.aside[r]))
                    .collect();
                let of: Vec<f64> = kept.iter().map(|&r| scores[r]).collect();
                let issue: Vec<bool> = kept.iter().map(|&r| !known.healthy[r]).collect();
                let hours: Vec<u64> = kept.iter().map(|&r| known.hour(r)).collect();
                for (sum, x) in sums.iter_mut().zip(figures(&of, &issue, &hours, days)?) {
                    *sum += x / SEEDS as f64;
                }
            }
        }
        let line = |name: &str, f: [f64; 3], marked: &str| {
            println!(
                "| {name} | {:.3} | {:.3} | {:.0} % | {marked} |",
                f[0],
                f[1],
                100.0 * f[2]
            );
        };
        // A forest's own score says nothing of how rare it is.
        let marked = match alarms > 0.0 {
            true => format!("{:.1}", 1000.0 * alarms / healthy),
            false => String::new(),
        };
        line(&format!("{}: {name}", table.name), sums[0], &marked);
        if known.aside.contains(&true) {
            line(
                "the same, without rows on their way into or out of an issue",
                sums[1],
                "",
            );
        }
    }
    Ok(())
}

/// One kind after the other is kept from training: what its rows are called.
fn held_out(table: &Table) -> Outcome<()> {
    let known = table.known()?;
    let params = RecipeParams {
        encoding: EncodingRule::Sets,
        ..RecipeParams::new(table.target, known.columns.clone())
    };
    let mut sums = [0.0; 8];
    for (kind, name) in known.names.iter().enumerate() {
        let is_kind = |row: usize| known.codes[row] as usize == kind;
        let healthy = known.names.iter().map(|n| n == "None").collect::<Vec<_>>();
        if healthy[kind] {
            continue;
        }
        // Every fourth row judges.
        let all = 0..table.frame.rows();
        let train: Vec<u32> = all
            .clone()
            .filter(|&r| r % 4 != 3 && !is_kind(r))
            .map(|r| r as u32)
            .collect();
        let test: Vec<u32> = all
            .filter(|&r| r % 4 == 3 || is_kind(r))
            .map(|r| r as u32)
            .collect();
        let (recipe, _) = Recipe::fit(&table.frame, &params, &train)?;
        let features = recipe.transform(&table.frame, &train)?.matrix;
        let classes: Vec<u8> = train
            .iter()
            .map(|&r| known.codes[r as usize] as u8)
            .collect();
        let rows = TrainRows::new(features.view(), &classes, known.names.len());
        let mut fitter = Fitter::of(&rows, Learner::Forest(ForestParams::new().check()?))?;
        while fitter.step()? {}
        let model = fitter.finish().ok_or("trees are missing")?;
        let novelty = NoveltyFitter::new(features.view(), &classes, &healthy, &[], 42);
        let novelty = fitted(novelty.ok_or("too few healthy rows")?)?;
        let features = recipe.transform(&table.frame, &test)?.matrix;
        let probabilities = model.predict_proba(features.view());
        let predicted = Model::likeliest(probabilities.view());
        let judged = novelty.judge(features.view(), &predicted)?;
        // Rows of the kind: in all, named an issue, named an issue by 80 % or more, unfamiliar, surely named or unfamiliar;
        // then healthy and known issue rows that are unfamiliar.
        let mut count = [0.0; 8];
        for (at, &row) in test.iter().enumerate() {
            let row = row as usize;
            let class = predicted[at] as usize;
            let marked = f64::from(u8::from(judged[at].is_unfamiliar));
            if is_kind(row) {
                count[0] += 1.0;
                count[1] += f64::from(u8::from(!healthy[class]));
                count[2] += f64::from(u8::from(
                    !healthy[class] && probabilities[(at, class)] >= 0.8,
                ));
                count[3] += marked;
            } else if known.healthy[row] {
                count[4] += 1.0;
                count[5] += marked;
            } else {
                count[6] += 1.0;
                count[7] += marked;
            }
        }
        println!(
            "| {name} | {} | {:.0} % | {:.0} % | {:.2} % | {:.1} % |",
            count[0],
            100.0 * count[1] / count[0],
            100.0 * count[3] / count[0],
            100.0 * count[5] / count[4],
            100.0 * count[7] / count[6],
        );
        sums.iter_mut().zip(count).for_each(|(sum, x)| *sum += x);
    }
    println!(
        "| all | {} | {:.0} % | {:.0} % | {:.2} % | {:.1} % |",
        sums[0],
        100.0 * sums[1] / sums[0],
        100.0 * sums[3] / sums[0],
        100.0 * sums[5] / sums[4],
        100.0 * sums[7] / sums[6],
    );
    Ok(())
}

fn simulated(seed: u64) -> Outcome<Table> {
    let scenario = Scenario {
        num_samples: 100_000,
        time_periods_hours: Some(168),
        clusters: 4,
        seed,
        ..Scenario::of(Preset::Default)
    };
    Ok(Table {
        name: "simulator",
        frame: Simulation::new(scenario.check()?).finish(),
        target: "issue_type",
        time: "timestamp",
        entity: vec!["entity_id".to_owned()],
    })
}

fn file(
    name: &'static str,
    path: &str,
    target: &'static str,
    time: &'static str,
    entity: &[&str],
) -> Outcome<Option<Table>> {
    let root = std::env::var_os("KUBECAST_DATA").map_or_else(
        || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared/data"),
        PathBuf::from,
    );
    let path = root.join("telemetry").join(path);
    let Ok(bytes) = std::fs::read(&path) else {
        println!(
            "| {name}: not measured, there is no {} | | | | |",
            path.display()
        );
        return Ok(None);
    };
    let mut frame = read_csv(name, &bytes)?.frame;
    if let Some(at) = frame.position(time)
        && let Values::Number(seconds) = &frame.columns()[at].values
    {
        // A number counts minutes.
        let minutes = seconds.iter().map(|x| x / 60.0).collect();
        frame.replace(at, Column::number(time, minutes))?;
    }
    Ok(Some(Table {
        name,
        frame,
        target,
        time,
        entity: entity.iter().map(|&e| e.to_owned()).collect(),
    }))
}

fn main() -> Outcome<()> {
    let simulator = simulated(1)?;
    println!(
        "| rows scored by | ROC AUC | average precision | found at one false alarm a day | marked of 1,000 healthy rows |\n|---|---|---|---|---|"
    );
    ranks(&simulator)?;
    let files = [
        file(
            "Nezha",
            "nezha_online_boutique_0823.csv",
            "label",
            "timestamp",
            &["PodName"],
        )?,
        file(
            "petshop",
            "petshop_low_traffic.csv",
            "label",
            "unix_timestamp",
            &[],
        )?,
        file(
            "devtrails",
            "devtrails_kubernetes_metrics.csv",
            "issue_type",
            "timestamp",
            &[],
        )?,
    ];
    for table in files.iter().flatten() {
        ranks(table)?;
    }
    println!(
        "\n| kept from training | rows | named another issue | unfamiliar | of healthy rows | of known issues |\n|---|---|---|---|---|---|"
    );
    held_out(&simulator)
}
