use super::parts::Parts;
use super::rivals::ALERTS_AT;
use super::{ForecastRun, ForecastSpec, RowMatrix};
use crate::data::{Frame, time_text};
use crate::evaluate::{BudgetPoint, IncidentReport, IncidentScore, Interval, Reliability};
use crate::json::{self, record};

/// A rule that needs no learning, judged as the model is.
#[derive(Clone, Debug, PartialEq)]
pub struct RivalReport {
    /// What it is.
    pub name: String,
    /// What it is worth.
    pub score: IncidentScore,
}

/// What a forecast is worth.
#[derive(Clone, Debug, PartialEq)]
pub struct ForecastReport {
    /// The sentence on top.
    pub verdict: String,
    /// What was worked around.
    pub notices: Vec<String>,
    /// Leaks of a split that was scored all the same.
    pub leaks: Vec<String>,
    /// The table's name.
    pub data_name: String,
    /// The time's column.
    pub time: String,
    /// The columns that tell entities apart.
    pub entity: Vec<String>,
    /// How many there are.
    pub entities: u32,
    /// Clusters watched.
    pub clusters: u32,
    /// The usual step between rows, in seconds.
    pub step_secs: f64,
    /// Incidents in the whole table.
    pub episodes: u32,
    /// Rows learned from, calibrated on, judged by, and left out between them.
    pub rows: [u64; 4],
    /// The first instants to calibrate on and to judge by; empty where entities are held out.
    pub cuts: Vec<String>,
    /// Features.
    pub features: u32,
    /// How far ahead, in minutes.
    pub horizon_minutes: u32,
    /// False pages per cluster-day that are paid.
    pub budget: f64,
    /// Pages are sent where at least so large a share of them, by rows that are not judged by, was ahead of an incident;
    /// none where every page costs too much.
    pub threshold: Option<f64>,
    /// The probability from which on each kind is paged, of those that are.
    pub thresholds: Vec<(String, f64)>,
    /// Judged by incident.
    pub incidents: IncidentReport,
    /// What each threshold costs and gives on the test part.
    pub curve: Vec<BudgetPoint>,
    /// Of all kinds' probabilities on the test part.
    pub reliability: Option<Reliability>,
    /// Of "any issue within the horizon" by rows; none where the test part has no such row or no other.
    pub roc_auc: Option<f64>,
    /// The same.
    pub average_precision: Option<f64>,
    /// Its 90 % interval, over stretches of the time judged by, and over entities where others were learned from; of a run on
    /// the page none.
    pub average_precision_90: Option<Interval>,
    /// The rules that the model must beat.
    pub rivals: Vec<RivalReport>,
    /// The classes' names, by number.
    pub class_names: Vec<String>,
    /// Rows by what came and what was said at these thresholds.
    pub row_matrix: RowMatrix,
    /// What is kept of it to be compared with other runs.
    pub run: Option<ForecastRun>,
}

impl ForecastReport {
    pub(super) fn new(parts: &Parts, spec: &ForecastSpec, frame: &Frame, features: usize) -> Self {
        let cuts = parts
            .split
            .cuts
            .map_or(Vec::new(), |c| vec![time_text(c.0), time_text(c.1)]);
        Self {
            verdict: String::new(),
            notices: parts.notices.clone(),
            leaks: parts.leaks.iter().map(|f| f.meaning() + ".").collect(),
            data_name: frame.name.clone(),
            time: parts.series.time.clone(),
            entity: parts.series.entity.clone(),
            entities: parts.series.names.len() as u32,
            clusters: parts.clusters,
            step_secs: parts.series.step_micros as f64 / 1e6,
            episodes: parts.incidents.len() as u32,
            rows: [
                parts.train.len() as u64,
                parts.split.calibrate.len() as u64,
                parts.split.test.len() as u64,
                parts.split.embargoed,
            ],
            cuts,
            features: features as u32,
            horizon_minutes: spec.horizon_minutes,
            budget: spec.budget,
            threshold: None,
            thresholds: Vec::new(),
            incidents: IncidentReport::default(),
            curve: Vec::new(),
            reliability: None,
            roc_auc: None,
            average_precision: None,
            average_precision_90: None,
            rivals: Vec::new(),
            class_names: parts.class_names.clone(),
            row_matrix: RowMatrix::default(),
            run: None,
        }
    }

    /// The verdict: worse news first.
    pub(super) fn word(&mut self) {
        let all = &self.incidents.overall;
        let mut text = String::new();
        if !self.leaks.is_empty() {
            text.push_str("Not to be believed, since the split leaks: ");
        }
        // The first of those that catch most and wake nobody more often.
        let mut best: Option<&RivalReport> = None;
        for rival in self
            .rivals
            .iter()
            .filter(|r| r.score.pages_false <= all.pages_false)
        {
            if rival.score.ahead > best.map_or(0, |b| b.score.ahead) {
                best = Some(rival);
            }
        }
        let cost = |s: &IncidentScore| format!("at {} false pages a day", short(s.false_per_day));
        let lead = |s: &IncidentScore| s.lead_minutes.map_or(0.0, |lead| lead.0);
        let beats =
            |s: &IncidentScore| s.ahead > all.ahead || s.ahead == all.ahead && lead(s) >= lead(all);
        if let Some(rival) = best.filter(|r| beats(&r.score)) {
            text.push_str(&format!(
                "No better than {}, which warns of {} of {} incidents {}. ",
                rival.name,
                rival.score.ahead,
                all.incidents,
                cost(&rival.score)
            ));
        }
        match all.ahead {
            0 => text.push_str(&format!("Warns of none of {} incidents", all.incidents)),
            n => text.push_str(&format!("Warns of {n} of {} incidents", all.incidents)),
        }
        if let Some((median, _)) = all.lead_minutes {
            text.push_str(&format!(", median {} minutes ahead", short(median)));
        }
        text.push_str(&format!(", {}", cost(all)));
        if let Some(interval) = self.incidents.false_per_day {
            text.push_str(&format!(
                " (90 % interval {} to {})",
                short(interval.low),
                short(interval.high)
            ));
        }
        text.push('.');
        if let Some(alerts) = self.rivals.get(ALERTS_AT) {
            let s = &alerts.score;
            text.push_str(&format!(
                " The {}: {} of {} ahead, {} late",
                alerts.name, s.ahead, s.incidents, s.late
            ));
            if let Some(delay) = s.delay_minutes {
                text.push_str(&format!(", by {} minutes on the median", short(delay)));
            }
            text.push_str(&format!(", {}.", cost(s)));
        }
        self.verdict = text;
    }

    /// As JSON, indented.
    pub fn to_json(&self) -> String {
        let kind = |k: u32| {
            self.class_names
                .get(k as usize)
                .cloned()
                .unwrap_or_default()
        };
        let overall = &self.incidents;
        json::to_lines(&Report {
            verdict: self.verdict.clone(),
            notices: self.notices.clone(),
            leaks: self.leaks.clone(),
            data: self.data_name.clone(),
            time: self.time.clone(),
            entity: self.entity.clone(),
            entities: self.entities,
            clusters: self.clusters,
            step_secs: self.step_secs,
            episodes: self.episodes,
            rows_train: self.rows[0],
            rows_calibrate: self.rows[1],
            rows_test: self.rows[2],
            rows_embargoed: self.rows[3],
            cuts: self.cuts.clone(),
            features: self.features,
            horizon_minutes: self.horizon_minutes,
            budget: self.budget,
            threshold: self.threshold,
            thresholds: self
                .thresholds
                .iter()
                .map(|(kind, probability)| KindThreshold {
                    kind: kind.clone(),
                    probability: *probability,
                })
                .collect(),
            roc_auc: self.roc_auc,
            average_precision: self.average_precision,
            average_precision_90: ends(self.average_precision_90),
            overall: line("all", &overall.overall),
            recall_ahead_90: ends(overall.recall_ahead),
            lead_minutes_90: ends(overall.lead),
            false_per_day_90: ends(overall.false_per_day),
            kinds: overall
                .kinds
                .iter()
                .map(|(k, s)| line(&kind(*k), s))
                .collect(),
            rivals: self
                .rivals
                .iter()
                .map(|r| line(&r.name, &r.score))
                .collect(),
            curve: self
                .curve
                .iter()
                .map(|p| Point {
                    threshold: p.threshold,
                    false_per_cluster_day: p.false_per_cluster_day,
                    recall_ahead: known(p.recall_ahead),
                    lead_minutes: known(p.lead_minutes),
                })
                .collect(),
            calibration: self.reliability.as_ref().map(|r| Calibrated {
                brier: r.brier,
                reliability: r.reliability,
                resolution: r.resolution,
                uncertainty: r.uncertainty,
                within: r.within,
                expected_calibration_error: r.calibration_error,
                bins: r
                    .bins
                    .iter()
                    .map(|b| Bin {
                        mean: b.mean,
                        share: b.share,
                        rows: b.rows,
                    })
                    .collect(),
            }),
            rows: self.row_matrix.clone(),
            run: self.run.clone(),
        }) + "\n"
    }

    /// As a few lines for a terminal.
    pub fn to_text(&self) -> String {
        let mut text = format!("{}\n", self.verdict);
        let rows = format!(
            "{} rows learned from, {} calibrated on, {} judged by, {} left out between them; {} features, {} entities by {}\n",
            self.rows[0],
            self.rows[1],
            self.rows[2],
            self.rows[3],
            self.features,
            self.entities,
            self.entity.join(", ")
        );
        text.push_str(&rows);
        if let (Some(area), Some(precision)) = (self.roc_auc, self.average_precision) {
            text.push_str(&format!("rows, any issue within {} minutes: ROC AUC {area:.3}, average precision {precision:.3}\n", self.horizon_minutes));
        }
        text.push_str(&format!(
            "rows, at these thresholds: {}\n",
            self.row_matrix.finding()
        ));
        text.push_str("                          incidents  ahead  of all, 90 %  late  missed  lead (median, p10)  median, 90 %  false/day  precision\n");
        let mut add = |name: &str, s: &IncidentScore| {
            let lead = s.lead_minutes.map_or("-".to_owned(), |l| {
                format!("{}, {}", short(l.0), short(l.1))
            });
            let range = |i: Option<Interval>, text: &dyn Fn(f64) -> String| {
                i.map_or("-".to_owned(), |i| {
                    format!("{} to {}", text(i.low), text(i.high))
                })
            };
            let share = range(s.recall_ahead, &|x| format!("{x:.2}"));
            let leads = range(s.lead, &short);
            let precision = s.precision.map_or("-".to_owned(), |p| format!("{p:.2}"));
            text.push_str(&format!(
                "{name:<26}{:>9}  {:>5}  {share:>12}  {:>4}  {:>6}  {lead:>18}  {leads:>12}  {:>9}  {precision:>9}\n",
                s.incidents,
                s.ahead,
                s.late,
                s.missed,
                short(s.false_per_day)
            ));
        };
        add("the model", &self.incidents.overall);
        for (kind, score) in &self.incidents.kinds {
            let name = self
                .class_names
                .get(*kind as usize)
                .map_or("", String::as_str);
            add(&format!("  {name}"), score);
        }
        self.rivals.iter().for_each(|r| add(&r.name, &r.score));
        text
    }
}

fn ends(interval: Option<Interval>) -> Vec<f64> {
    interval.map_or(Vec::new(), |i| vec![i.low, i.high])
}

fn known(x: f64) -> Option<f64> {
    x.is_finite().then_some(x)
}

/// At most one decimal, none where it is 0.
fn short(x: f64) -> String {
    let text = format!("{x:.1}");
    text.strip_suffix(".0").map_or(text.clone(), str::to_owned)
}

fn line(name: &str, s: &IncidentScore) -> Line {
    Line {
        name: name.to_owned(),
        incidents: s.incidents,
        ahead: s.ahead,
        late: s.late,
        missed: s.missed,
        lead_minutes_median: s.lead_minutes.map(|l| l.0),
        lead_minutes_p10: s.lead_minutes.map(|l| l.1),
        recall_ahead_90: ends(s.recall_ahead),
        lead_minutes_90: ends(s.lead),
        lead_bars: s.lead_bars.to_vec(),
        delay_minutes_median: s.delay_minutes,
        pages_ahead: s.pages_ahead,
        pages_during: s.pages_during,
        pages_false: s.pages_false,
        false_wrong_kind: s.wrong_kind,
        false_too_early: s.too_early,
        pages_undecided: s.undecided,
        false_per_day: s.false_per_day,
        false_per_cluster_day: s.false_per_cluster_day,
        page_precision: s.precision,
        pages_per_incident: s.pages_per_incident,
    }
}

struct Report {
    verdict: String,
    notices: Vec<String>,
    leaks: Vec<String>,
    data: String,
    time: String,
    entity: Vec<String>,
    entities: u32,
    clusters: u32,
    step_secs: f64,
    episodes: u32,
    rows_train: u64,
    rows_calibrate: u64,
    rows_test: u64,
    rows_embargoed: u64,
    cuts: Vec<String>,
    features: u32,
    horizon_minutes: u32,
    budget: f64,
    threshold: Option<f64>,
    thresholds: Vec<KindThreshold>,
    roc_auc: Option<f64>,
    average_precision: Option<f64>,
    average_precision_90: Vec<f64>,
    overall: Line,
    recall_ahead_90: Vec<f64>,
    lead_minutes_90: Vec<f64>,
    false_per_day_90: Vec<f64>,
    kinds: Vec<Line>,
    rivals: Vec<Line>,
    curve: Vec<Point>,
    calibration: Option<Calibrated>,
    rows: RowMatrix,
    run: Option<ForecastRun>,
}

struct Line {
    name: String,
    incidents: u32,
    ahead: u32,
    late: u32,
    missed: u32,
    lead_minutes_median: Option<f64>,
    lead_minutes_p10: Option<f64>,
    recall_ahead_90: Vec<f64>,
    lead_minutes_90: Vec<f64>,
    lead_bars: Vec<u32>,
    delay_minutes_median: Option<f64>,
    pages_ahead: u32,
    pages_during: u32,
    pages_false: u32,
    false_wrong_kind: u32,
    false_too_early: u32,
    pages_undecided: u32,
    false_per_day: f64,
    false_per_cluster_day: f64,
    page_precision: Option<f64>,
    pages_per_incident: Option<f64>,
}

struct KindThreshold {
    kind: String,
    probability: f64,
}

struct Point {
    threshold: f64,
    false_per_cluster_day: f64,
    recall_ahead: Option<f64>,
    lead_minutes: Option<f64>,
}

struct Calibrated {
    brier: f64,
    reliability: f64,
    resolution: f64,
    uncertainty: f64,
    within: f64,
    expected_calibration_error: f64,
    bins: Vec<Bin>,
}

struct Bin {
    mean: f64,
    share: f64,
    rows: u64,
}

record!(Whole: Report {
    verdict, notices, leaks, data, time, entity, entities, clusters, step_secs, episodes, rows_train, rows_calibrate, rows_test,
    rows_embargoed, cuts, features, horizon_minutes, budget, threshold, thresholds, roc_auc, average_precision, average_precision_90, overall, recall_ahead_90,
    lead_minutes_90, false_per_day_90, kinds, rivals, curve, calibration, rows, run,
});
record!(Whole: Line {
    name, incidents, ahead, late, missed, lead_minutes_median, lead_minutes_p10, recall_ahead_90, lead_minutes_90, lead_bars, delay_minutes_median, pages_ahead,
    pages_during, pages_false, false_wrong_kind, false_too_early, pages_undecided, false_per_day, false_per_cluster_day,
    page_precision, pages_per_incident,
});
record!(Whole: KindThreshold { kind, probability });
record!(Whole: Point { threshold, false_per_cluster_day, recall_ahead, lead_minutes });
record!(Whole: Calibrated { brier, reliability, resolution, uncertainty, within, expected_calibration_error, bins });
record!(Whole: Bin { mean, share, rows });
