use super::{ForecastError, ForecastSpec};
use crate::data::{Frame, SortedSet, Values, grouped};
use crate::evaluate::{Finding, Gate, Tracks, duplicates, fair, giveaway};
use crate::prepare::{
    Ahead, Episode, MINUTE_MICROS, NO_LABEL, Series, SeriesError, Shares, TimeSplit, ahead,
    entity_columns, episodes, healthy_classes, split_entities, split_forward, split_shuffled,
    time_columns,
};

/// Rows learned from, at most: quiet ones beyond are thinned.
const MOST_TRAIN: usize = 60_000;
/// What the simulator writes of the truth: known only afterwards.
const AFTERWARDS: [&str; 7] = [
    "issue_type_true",
    "phase",
    "episode_id",
    "near_miss",
    "time_to_impact_s",
    "alert_firing",
    "split",
];

/// Which part a row is scored in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Side {
    Calibrate,
    Test,
}

/// Rows, labels and parts, let pass by the gate.
pub(super) struct Parts {
    pub(super) series: Series,
    pub(super) columns: Vec<String>,
    pub(super) class_names: Vec<String>,
    pub(super) episodes: Vec<Episode>,
    pub(super) labels: Vec<Ahead>,
    /// Each row's class now.
    pub(super) now: Vec<u32>,
    /// Classes that are learned, ascending.
    pub(super) kinds: Vec<u32>,
    pub(super) split: TimeSplit,
    /// Rows that the forest learns from.
    pub(super) train: Vec<u32>,
    pub(super) clusters: u32,
    pub(super) leaks: Vec<Finding>,
    pub(super) notices: Vec<String>,
}

impl Parts {
    pub(super) fn new(frame: &Frame, spec: &ForecastSpec) -> Result<Self, ForecastError> {
        let mut notices = Vec::new();
        let time = match &spec.time {
            Some(time) => time.clone(),
            None => (*time_columns(frame).first().ok_or(SeriesError::NoTime)?).to_owned(),
        };
        let entity = match spec.entity.is_empty() {
            true => entity_columns(frame, &time, std::slice::from_ref(&spec.target)),
            false => spec.entity.clone(),
        };
        let mut series = Series::new(frame, &time, &entity)?;
        if let Some(&row) = series.duplicates.first() {
            if !spec.first_of_duplicates {
                return Err(ForecastError::Duplicates {
                    rows: series.duplicates.len() as u64,
                    row: u64::from(row) + 1,
                });
            }
            notices.push(format!(
                "{} rows that repeat a time were left out.",
                grouped(series.duplicates.len() as u64)
            ));
            series = series.without_duplicates();
        }
        tell_series(&series, &mut notices);

        let target = frame
            .column(&spec.target)
            .ok_or_else(|| SeriesError::UnknownColumn {
                column: spec.target.clone(),
            })?;
        let classes = target.classes();
        let healthy = healthy_classes(&classes.names, &classes.counts());
        if !healthy.contains(&true) || !healthy.contains(&false) {
            let names: Vec<&str> = classes.names.iter().take(5).map(String::as_str).collect();
            return Err(ForecastError::NoIssue {
                column: spec.target.clone(),
                found: names.join(", "),
            });
        }
        let now: Vec<u32> = classes
            .codes
            .iter()
            .map(|&c| {
                if (c as usize) < classes.names.len() {
                    c
                } else {
                    NO_LABEL
                }
            })
            .collect();
        let minutes = |m: u32| i64::from(m) * MINUTE_MICROS;
        let found = episodes(&series, &now, &healthy, minutes(spec.gap_minutes));
        let horizon = minutes(spec.horizon_minutes);
        let window = minutes(spec.windows_minutes.iter().copied().max().unwrap_or(0));
        let labels = ahead(&series, &found, horizon);
        let embargo = horizon.saturating_add(window);
        let split = match spec.by_entity {
            _ if spec.shuffled => split_shuffled(&series, Shares::default(), spec.seed),
            true => split_entities(&series, Shares::default(), spec.seed)?,
            false => split_forward(&series, &found, Shares::default(), embargo)?,
        };
        let columns = columns(frame, spec, &series);
        if columns.is_empty() {
            return Err(ForecastError::NoColumns);
        }
        let mut out = Self {
            clusters: clusters(frame),
            series,
            columns,
            class_names: classes.names,
            episodes: found,
            labels,
            now,
            kinds: Vec::new(),
            train: Vec::new(),
            split,
            leaks: Vec::new(),
            notices,
        };
        out.choose_rows()?;
        out.check_test(horizon)?;
        out.leaks = out.inspect(frame, window, horizon);
        match out.leaks.is_empty() || spec.anyway {
            true => Ok(out),
            false => Err(ForecastError::Leaks(out.leaks)),
        }
    }

    /// The kinds with rows to learn from, and those rows.
    fn choose_rows(&mut self) -> Result<(), ForecastError> {
        let kind = |row: &u32| match self.labels[*row as usize] {
            Ahead::Kind(kind) => Some(kind),
            _ => None,
        };
        let kinds: SortedSet<u32> = self.split.train.iter().filter_map(kind).collect();
        if kinds.is_empty() {
            return Err(ForecastError::FewIncidents {
                incidents: 0,
                all: self.episodes.len(),
                part: "learn from",
            });
        }
        let quiet = |row: &u32| self.labels[*row as usize] == Ahead::Quiet;
        let all = self.split.train.iter().filter(|r| quiet(r)).count();
        let stride = all.div_ceil(MOST_TRAIN).max(1);
        let mut seen = 0_usize;
        let keep = |row: &u32| {
            let is_quiet = quiet(row);
            seen += usize::from(is_quiet);
            kind(row).is_some() || is_quiet && seen.is_multiple_of(stride)
        };
        self.train = self.split.train.iter().copied().filter(keep).collect();
        self.kinds = kinds.iter().copied().collect();
        Ok(())
    }

    fn check_test(&mut self, horizon: i64) -> Result<(), ForecastError> {
        let (incidents, _) = fair(
            &Tracks::new(&self.series, &self.split.test),
            &self.episodes,
            horizon,
        );
        if incidents.len() < 2 {
            return Err(ForecastError::FewIncidents {
                incidents: incidents.len(),
                all: self.episodes.len(),
                part: "judge by",
            });
        }
        let unknown = incidents
            .iter()
            .filter(|e| !self.kinds.contains(&e.kind))
            .count();
        if unknown > 0 {
            self.notices.push(format!("{unknown} incidents of the test part are of kinds that the training part lacks: they count as missed."));
        }
        if incidents.len() < 10 {
            self.notices.push(format!(
                "Only {} incidents to judge by: the intervals are wide.",
                incidents.len()
            ));
        }
        Ok(())
    }

    fn inspect(&self, frame: &Frame, window_micros: i64, horizon_micros: i64) -> Vec<Finding> {
        let gate = Gate {
            series: &self.series,
            episodes: &self.episodes,
            window_micros,
            horizon_micros,
        };
        let split = &self.split;
        let mut leaks = gate.inspect(&split.train, &split.test);
        leaks.extend(gate.inspect(&split.train, &split.calibrate));
        leaks.extend(gate.inspect(&split.calibrate, &split.test));
        leaks.extend(duplicates(frame, &self.columns, &split.train, &split.test));
        let answers: Vec<bool> = self
            .train
            .iter()
            .map(|&r| self.labels[r as usize] != Ahead::Quiet)
            .collect();
        let columns = self.columns.iter();
        leaks.extend(
            columns.filter_map(|name| giveaway(name, &self.of(frame, name, &self.train), &answers)),
        );
        leaks
    }

    /// Classes of the rows to learn from: 0 quiet, then the kinds.
    pub(super) fn train_classes(&self) -> Vec<u8> {
        let class = |&row: &u32| match self.labels[row as usize] {
            Ahead::Kind(kind) => self
                .kinds
                .iter()
                .position(|k| *k == kind)
                .map_or(0, |k| k as u8 + 1),
            _ => 0,
        };
        self.train.iter().map(class).collect()
    }

    /// A column's numbers at some rows.
    pub(super) fn of(&self, frame: &Frame, name: &str, rows: &[u32]) -> Vec<f64> {
        match frame.column(name).map(|c| &c.values) {
            Some(Values::Number(values)) => rows.iter().map(|&r| values[r as usize]).collect(),
            _ => vec![f64::NAN; rows.len()],
        }
    }
}

fn columns(frame: &Frame, spec: &ForecastSpec, series: &Series) -> Vec<String> {
    let is_left = |name: &str| {
        name == spec.target
            || name == series.time
            || series.entity.iter().any(|e| e == name)
            || spec.leave.iter().any(|l| l == name)
    };
    let is_truth = |name: &str| AFTERWARDS.contains(&name) || name.starts_with("y_");
    let columns = frame
        .columns()
        .iter()
        .filter(|c| matches!(c.values, Values::Number(_)) && !is_left(&c.name));
    let wanted = columns.filter(|c| match spec.columns.is_empty() {
        true => c.kind.is_feature() && !is_truth(&c.name),
        false => spec.columns.contains(&c.name),
    });
    wanted.map(|c| c.name.clone()).collect()
}

fn clusters(frame: &Frame) -> u32 {
    let column = ["cluster", "cluster_id", "cluster_name"]
        .iter()
        .find_map(|name| frame.column(name));
    column.map_or(1, |c| c.classes().names.len().max(1) as u32)
}

fn tell_series(series: &Series, notices: &mut Vec<String>) {
    if series.names.len() == 1 {
        notices.push(
            "All rows are of one entity: what is learned of it may not hold for another."
                .to_owned(),
        );
    }
    if !series.backwards.is_empty() {
        let (n, row) = (
            grouped(series.backwards.len() as u64),
            series.backwards[0] + 1,
        );
        notices.push(format!(
            "Time goes backwards at {n} rows, first at row {row}: rows were put in order."
        ));
    }
    if series.gaps > 0 {
        notices.push(format!(
            "{} gaps of more than two steps: windows across them hold fewer rows, or none.",
            grouped(series.gaps)
        ));
    }
    if series.without_time > 0 {
        notices.push(format!(
            "{} rows without a time were left out.",
            grouped(series.without_time)
        ));
    }
    if series.counted {
        notices.push(format!(
            "{:?} is a number: one of it counts as a minute, in horizon and windows too.",
            series.time
        ));
    }
}
