use super::folds::{FoldTask, TrainFolds};
use super::target::Target;
use super::{ForecastError, ForecastSpec};
use crate::data::{Column, Frame, SortedSet, Values, grouped, sort_rows};
use crate::evaluate::{
    Finding, Gate, Groups, NO_GROUP, ScopedTracks, Scopes, Tracks, duplicates, fair, giveaway,
};
use crate::prepare::{
    Ahead, Episode, MINUTE_MICROS, NO_SERIES, Series, Shares, TimeSplit, ahead, past_minutes,
    split_entities, split_forward, split_shuffled,
};
use crate::session::keys;

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

/// Fewer entities to judge by are told of where others were learned from.
const FEW_ENTITIES: u32 = 5;
/// Incidents of a cluster that begin so close together are one.
const NEAR_MICROS: i64 = 5 * MINUTE_MICROS;
/// Columns whose groups may be hit together, the widest first.
pub(super) const TOGETHER: [&str; 4] = ["cluster", "cluster_id", "cluster_name", "node"];

/// Which rows are scored: those that thresholds are chosen on, or those that are judged by.
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
    /// The training rows once more, to be held out in turn.
    pub(super) folds: TrainFolds,
    /// Rows that are scored, ascending: to choose thresholds on (the calibration part, and the training part where it has
    /// folds), and to judge by.
    pub(super) judged: [Vec<u32>; 2],
    /// The same as alerts see them, with what hits whole clusters.
    pub(super) tracks: [ScopedTracks; 2],
    pub(super) scopes: Scopes,
    /// Episodes by what they hit.
    pub(super) incidents: Vec<Episode>,
    pub(super) clusters: u32,
    /// Whether the entities judged by are others than those learned from.
    pub(super) others: bool,
    pub(super) leaks: Vec<Finding>,
    pub(super) notices: Vec<String>,
}

impl Parts {
    /// Of `own_rows`, where it is there, only those before are split; all from there on are judged by, and none of the others.
    pub(super) fn new(
        frame: &Frame,
        spec: &ForecastSpec,
        own_rows: Option<u32>,
    ) -> Result<Self, ForecastError> {
        let mut notices = Vec::new();
        let mut series = keys::series(frame, spec.time.as_deref(), &spec.entity, &spec.target)?;
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

        let target = Target::read(frame, spec, &series)?;
        notices.extend_from_slice(&target.notices);
        let found = &target.episodes;
        let minutes = |m: u32| i64::from(m) * MINUTE_MICROS;
        let horizon = minutes(spec.horizon_minutes);
        let longest = spec.windows_minutes.iter().copied().max().unwrap_or(0);
        let window = minutes(longest.max(past_minutes(&series, &spec.windows_minutes)));
        let labels = ahead(&series, found, horizon);
        let embargo = horizon.saturating_add(window);
        let of = |series: &Series| match spec.by_entity {
            _ if spec.shuffled => Ok(split_shuffled(series, Shares::default(), spec.seed)),
            true => split_entities(series, Shares::default(), spec.seed),
            false => split_forward(series, found, Shares::default(), embargo),
        };
        let split = match own_rows {
            None => of(&series)?,
            Some(own_rows) => {
                let mut split = of(&series.clone().without_from(own_rows))?;
                let is_elsewhere = |row: &u32| *row >= own_rows;
                split.test = series.order.iter().copied().filter(is_elsewhere).collect();
                sort_rows(&mut split.test);
                split
            }
        };
        let columns = columns(frame, spec, &series);
        let (made, columns) = target.made_of_it(frame, &spec.target, &series, columns);
        if !made.is_empty() {
            notices.push(format!(
                "Left out, since they tell the rises of {:?} once more: {}.",
                spec.target,
                made.join(", ")
            ));
        }
        if columns.is_empty() {
            return Err(ForecastError::NoColumns);
        }
        let mut out = Self {
            clusters: clusters(frame, &split.test),
            others: own_rows.is_some() || spec.by_entity && !spec.shuffled,
            series,
            columns,
            class_names: target.class_names,
            episodes: target.episodes,
            labels,
            now: target.now,
            kinds: Vec::new(),
            train: Vec::new(),
            folds: TrainFolds::default(),
            judged: [Vec::new(), Vec::new()],
            tracks: [ScopedTracks::default(), ScopedTracks::default()],
            scopes: Scopes::single(&[], 0),
            incidents: Vec::new(),
            split,
            leaks: Vec::new(),
            notices,
        };
        out.choose_rows()?;
        out.folds = FoldTask {
            series: &out.series,
            episodes: &out.episodes,
            labels: &out.labels,
            all: &out.split.train,
            learned: &out.train,
            embargo_micros: embargo,
            by_entity: spec.by_entity,
        }
        .folds();
        out.watch(frame);
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

    /// What is scored, and as what it counts.
    fn watch(&mut self, frame: &Frame) {
        let mut scored = self.split.calibrate.clone();
        if !self.folds.of.is_empty() {
            scored.extend(&self.split.train);
            crate::data::sort_by(&mut scored, |a, b| a.cmp(b));
        }
        self.judged = [scored, self.split.test.clone()];
        let mut is_learned = vec![(i64::MAX, i64::MIN); self.series.names.len()];
        for &row in &self.split.train {
            let t = self.series.instants[row as usize];
            let of = &mut is_learned[self.series.of_row[row as usize] as usize];
            *of = (of.0.min(t), of.1.max(t));
        }
        let learned = |e: &&Episode| {
            let (first, last) = is_learned[e.entity as usize];
            first <= e.start && e.start <= last
        };
        let learned: Vec<Episode> = self.episodes.iter().filter(learned).copied().collect();
        let entities = self.series.names.len() as u32;
        let groups = groups(frame, &self.series);
        self.scopes = Scopes::learn(groups, &self.kinds, entities, &learned, NEAR_MICROS);
        for &kind in &self.kinds {
            if let Some(column) = self.scopes.column(kind) {
                let name = &self.class_names[kind as usize];
                self.notices.push(format!("{name} hits all of a {column} together: it is one incident, and one page, for each."));
            }
        }
        self.incidents = self.scopes.merge(&self.episodes, NEAR_MICROS);
        self.tracks = [0, 1].map(|side| {
            let rows: &Vec<u32> = &self.judged[side];
            self.scopes
                .tracks(Tracks::new(&self.series, rows), rows.len())
        });
    }

    fn check_test(&mut self, horizon: i64) -> Result<(), ForecastError> {
        let (incidents, _) = fair(&self.tracks[1].tracks, &self.incidents, horizon);
        if incidents.len() < 2 {
            return Err(ForecastError::FewIncidents {
                incidents: incidents.len(),
                all: self.incidents.len(),
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
        let few = match self.entities_of(Side::Test) {
            _ if !self.others => None,
            1 => Some("All rows to judge by are of one entity: the intervals say how another time of it would read, and cannot know how another entity would.".to_owned()),
            n if n < FEW_ENTITIES => Some(format!("Only {n} entities to judge by: the intervals take all others to differ as these do, and cannot know of one that is unlike them.")),
            _ => None,
        };
        self.notices.extend(few);
        if incidents.len() < 10 {
            self.notices.push(format!(
                "Only {} incidents to judge by: the intervals are wide.",
                incidents.len()
            ));
        }
        Ok(())
    }

    /// Entities of which rows of a side are scored.
    pub(super) fn entities_of(&self, side: Side) -> u32 {
        let entities = self.series.names.len() as u32;
        let seen = self.tracks[side as usize].tracks.seen();
        seen.filter(|seen| seen.0 < entities).count() as u32
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

    /// Classes of some of the rows to learn from: 0 quiet, then the kinds.
    pub(super) fn classes_of(&self, rows: &[u32]) -> Vec<u8> {
        let class = |&row: &u32| match self.labels[row as usize] {
            Ahead::Kind(kind) => self
                .kinds
                .iter()
                .position(|k| *k == kind)
                .map_or(0, |k| k as u8 + 1),
            _ => 0,
        };
        rows.iter().map(class).collect()
    }

    /// Places among the rows of a side that are scored by the forest of a fold, or by that of all training rows.
    pub(super) fn places(&self, side: Side, fold: Option<u8>) -> Vec<u32> {
        let rows = &self.judged[side as usize];
        let of = |row: u32| {
            let at = self.split.train.binary_search(&row).ok()?;
            self.folds.of.get(at).copied()
        };
        let here = rows.iter().enumerate().filter(|(_, row)| match side {
            Side::Calibrate => of(**row) == fold,
            Side::Test => fold.is_none(),
        });
        here.map(|(at, _)| at as u32).collect()
    }

    /// A column's numbers at some rows.
    pub(super) fn of(&self, frame: &Frame, name: &str, rows: &[u32]) -> Vec<f64> {
        match frame.column(name).map(|c| &c.values) {
            Some(Values::Number(values)) => rows.iter().map(|&r| values[r as usize]).collect(),
            _ => vec![f64::NAN; rows.len()],
        }
    }
}

/// The columns that are looked at.
pub(super) fn columns(frame: &Frame, spec: &ForecastSpec, series: &Series) -> Vec<String> {
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

/// Those of the rows to judge by.
fn clusters(frame: &Frame, rows: &[u32]) -> u32 {
    let column = ["cluster", "cluster_id", "cluster_name"]
        .iter()
        .find_map(|name| frame.column(name));
    let Some(classes) = column.map(Column::classes) else {
        return 1;
    };
    let mut is_there = vec![false; classes.names.len()];
    for &row in rows {
        if let Some(there) = is_there.get_mut(classes.codes[row as usize] as usize) {
            *there = true;
        }
    }
    is_there.iter().filter(|there| **there).count().max(1) as u32
}

/// The groups whose entities may be hit together. An entity that moves between groups is of none.
fn groups(frame: &Frame, series: &Series) -> Vec<Groups> {
    let of = |name: &&str| {
        let classes = frame.column(name)?.classes();
        let mut of_entity = vec![None; series.names.len()];
        for (&entity, &code) in series.of_row.iter().zip(&classes.codes) {
            if entity == NO_SERIES || code as usize >= classes.names.len() {
                continue;
            }
            let known = &mut of_entity[entity as usize];
            match *known {
                None => *known = Some(code),
                Some(before) if before != code => *known = Some(NO_GROUP),
                Some(_) => {}
            }
        }
        Some(Groups {
            column: (*name).to_owned(),
            of_entity: of_entity
                .into_iter()
                .map(|g| g.unwrap_or(NO_GROUP))
                .collect(),
            names: classes.names,
        })
    };
    TOGETHER.iter().filter_map(of).collect()
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
