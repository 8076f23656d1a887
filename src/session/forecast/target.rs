//! What is to be warned of, read off the target: a column of labels, a counter of restarts, or what a person marked.

use super::{ForecastError, ForecastSpec, marks};
use crate::data::{Column, Frame, Values, grouped, lowered};
use crate::prepare::{
    Episode, MINUTE_MICROS, NO_LABEL, Restarts, Series, SeriesError, episodes, healthy_classes,
    restarts,
};

/// What the name of a counter of restarts holds.
const NAMED: &str = "restart";
/// The classes of a counter's rows: it stands, or it rises.
const CLASSES: [&str; 2] = ["none", "restart"];
/// How exports that are joined call the rate of a counter.
const RATE: &str = "rate(";
/// What is said of a counter's name by that of what it grew by, or of the counter once more.
const GROWTH: [&str; 9] = [
    "rate", "diff", "delta", "increase", "change", "new", "per", "total", "count",
];

/// Each row's label, and the incidents that these make.
pub(super) struct Target {
    pub(super) class_names: Vec<String>,
    /// Each row's class, [`NO_LABEL`] where it has none.
    pub(super) now: Vec<u32>,
    pub(super) episodes: Vec<Episode>,
    /// How it was read, where that is not plain.
    pub(super) notices: Vec<String>,
    /// Of a counter, the rows at which it rises, in the order of the series.
    rises: Option<Vec<u32>>,
}

impl Target {
    /// Reads the target of a table whose rows are in order.
    ///
    /// # Errors
    /// [`ForecastError`] where there is no such column, or no issue in it, or a mark says nothing of this table.
    pub(super) fn read(
        frame: &Frame,
        spec: &ForecastSpec,
        series: &Series,
    ) -> Result<Self, ForecastError> {
        let unknown = || SeriesError::UnknownColumn {
            column: spec.target.clone(),
        };
        let (mut out, healthy) = if let Some(marks) = &spec.marks {
            let (column, notices) = marks::label(marks, series)?;
            let (target, healthy) = labels(&column)?;
            (Self { notices, ..target }, healthy)
        } else {
            let column = frame.column(&spec.target).ok_or_else(unknown)?;
            match counter(column, series) {
                Some(found) => counts(column, found)?,
                None => labels(column)?,
            }
        };
        let gap = i64::from(spec.gap_minutes) * MINUTE_MICROS;
        out.episodes = episodes(series, &out.now, &healthy, gap);
        Ok(out)
    }

    /// Of these columns those that are made of a target that counts, and the others. Such a column has the target's name
    /// within its own, or rises, or is above zero, at nearly the same rows.
    pub(super) fn made_of_it(
        &self,
        frame: &Frame,
        target: &str,
        series: &Series,
        columns: Vec<String>,
    ) -> (Vec<String>, Vec<String>) {
        let Some(own) = &self.rises else {
            return (Vec::new(), columns);
        };
        let is_made = |name: &String| {
            is_named_after(name, target)
                || frame.column(name).is_some_and(|c| match &c.values {
                    Values::Number(values) => {
                        is_same(own, &restarts(values, series).rows)
                            || is_same(own, &above_zero(values, series))
                    }
                    _ => false,
                })
        };
        columns.into_iter().partition(is_made)
    }
}

/// The rises of a column that counts, or where the rate of a counter is above zero; `None` of a column of labels.
///
/// What is called a counter of restarts may fall for each second rise, since pods are replaced; any other column has to hold
/// whole numbers from 0 to more than 1, to rise twice for some entity, but not at most rows, and to fall ten times less often
/// than it rises.
fn counter(column: &Column, series: &Series) -> Option<Restarts> {
    let Values::Number(values) = &column.values else {
        return None;
    };
    let known = || values.iter().copied().filter(|x| !x.is_nan());
    let is_named = lowered(&column.name).contains(NAMED);
    if column.name.starts_with(RATE) {
        let rows = above_zero(values, series);
        let steps = known().count() as u64;
        let is_seldom = rows.len() as u64 * 2 <= steps;
        return (known().all(|x| x >= 0.0) && (is_named || is_seldom)).then_some(Restarts {
            rows,
            steps,
            ..Restarts::default()
        });
    }
    if !known().all(|x| x >= 0.0 && x.fract() == 0.0) {
        return None;
    }
    let found = restarts(values, series);
    let rises = found.rows.len() as u64;
    let counts = match is_named {
        true => found.falls * 2 <= rises && rises * 2 <= found.steps,
        false => {
            let goes_on = found.most > 1 && known().any(|x| x > 1.0);
            goes_on && found.falls * 10 <= rises && rises * 2 <= found.steps
        }
    };
    counts.then_some(found)
}

fn counts(column: &Column, found: Restarts) -> Result<(Target, Vec<bool>), ForecastError> {
    if found.rows.is_empty() {
        return Err(ForecastError::NeverRises {
            column: column.name.clone(),
        });
    }
    let mut now = vec![0; column.len()];
    for &row in &found.rows {
        now[row as usize] = 1;
    }
    let falls = match found.falls {
        0 => String::new(),
        n => format!(" Its falls ({}) are none.", grouped(n)),
    };
    let notice = format!(
        "{:?} is read as a counter: each of the {} rows at which it rises is a restart.{falls}",
        column.name,
        grouped(found.rows.len() as u64)
    );
    let target = Target {
        class_names: CLASSES.map(str::to_owned).to_vec(),
        now,
        episodes: Vec::new(),
        notices: vec![notice],
        rises: Some(found.rows),
    };
    Ok((target, vec![true, false]))
}

fn labels(column: &Column) -> Result<(Target, Vec<bool>), ForecastError> {
    let classes = column.classes();
    let healthy = healthy_classes(&classes.names, &classes.counts());
    if !healthy.contains(&true) || !healthy.contains(&false) {
        let names: Vec<&str> = classes.names.iter().take(5).map(String::as_str).collect();
        return Err(ForecastError::NoIssue {
            column: column.name.clone(),
            found: names.join(", "),
        });
    }
    let numbers = match &column.values {
        Values::Number(values) if lowered(&column.name).contains(NAMED) => Some(values),
        _ => None,
    };
    // A rate that fades over minutes, or seconds since: neither counts, and each number as a kind would be nonsense.
    if numbers.is_some_and(|values| values.iter().any(|x| x.fract() != 0.0 && !x.is_nan())) {
        return Err(ForecastError::NoIssue {
            column: column.name.clone(),
            found: "its numbers are no counts".to_owned(),
        });
    }
    let label = |&code: &u32| match (code as usize) < classes.names.len() {
        true => code,
        false => NO_LABEL,
    };
    let notices = numbers.iter().map(|_| {
        format!(
            "{:?} does not go up like a counter of restarts: each of its numbers but that of health is read as a kind of issue.",
            column.name
        )
    });
    let target = Target {
        now: classes.codes.iter().map(label).collect(),
        class_names: classes.names,
        episodes: Vec::new(),
        notices: notices.collect(),
        rises: None,
    };
    Ok((target, healthy))
}

/// Rows with a number above zero, in the order of the series.
fn above_zero(values: &[f64], series: &Series) -> Vec<u32> {
    let rows = series.order.iter().copied();
    rows.filter(|&row| values[row as usize] > 0.0).collect()
}

/// Whether of the rows of either at least nine in ten are of both. Each row stands once in each.
fn is_same(a: &[u32], b: &[u32]) -> bool {
    let (small, large) = (a.len().min(b.len()), a.len().max(b.len()));
    if small * 10 < large * 9 {
        return false;
    }
    let mut sorted = a.to_vec();
    crate::data::sort_rows(&mut sorted);
    let both = b.iter().filter(|row| sorted.binary_search(row).is_ok());
    let both = both.count();
    both * 10 >= (a.len() + b.len() - both) * 9
}

/// Whether a column is by its name what a counter grew by, or the counter itself: `rate(restarts_total{container="a"})`,
/// `restarts_total_diff`, `new_restarts`. Of other labels it is another counter.
fn is_named_after(name: &str, counter: &str) -> bool {
    let split = |name: &str| {
        let name = lowered(name);
        let from = name.find('{').unwrap_or(name.len());
        let until = name.rfind('}').map_or(name.len(), |at| at + 1).max(from);
        let labels = name[from..until].to_owned();
        let bare = format!("{}{}", &name[..from], &name[until..]);
        let metric = bare.strip_prefix(RATE).and_then(|m| m.strip_suffix(')'));
        (metric.unwrap_or(&bare).to_owned(), labels)
    };
    let ((name, labels), (counter, own)) = (split(name), split(counter));
    let Some((before, after)) = name.split_once(&counter) else {
        return false;
    };
    let is_edge = |c: Option<char>| !c.is_some_and(char::is_alphanumeric);
    let rest = format!("{before} {after}");
    let is_growth = rest == " " || GROWTH.iter().any(|word| rest.contains(word));
    let is_other = !labels.is_empty() && !own.is_empty() && labels != own;
    is_growth && !is_other && is_edge(before.chars().next_back()) && is_edge(after.chars().next())
}

#[cfg(test)]
mod tests {
    use super::*;

    const N: f64 = f64::NAN;

    /// Two pods in turn, a row a minute, and a column of each's numbers.
    fn table(name: &str, pods: [&[f64]; 2]) -> (Frame, Series) {
        let minutes = pods[0].len() as i64;
        let at = (0..minutes).flat_map(|t| [t * MINUTE_MICROS; 2]).collect();
        let pod = (0..minutes).flat_map(|_| ["a", "b"]);
        let values = pods[0].iter().zip(pods[1]).flat_map(|(a, b)| [*a, *b]);
        let columns = vec![
            Column::time("at", at),
            Column::category("pod", pod),
            Column::number(name, values.collect()),
        ];
        let frame = Frame::new("t", columns).unwrap();
        let series = Series::new(&frame, "at", &["pod".to_owned()]).unwrap();
        (frame, series)
    }

    fn read(name: &str, pods: [&[f64]; 2], gap_minutes: u32) -> Result<Target, ForecastError> {
        let (frame, series) = table(name, pods);
        let spec = ForecastSpec {
            target: name.to_owned(),
            gap_minutes,
            ..ForecastSpec::default()
        };
        Target::read(&frame, &spec, &series)
    }

    /// Pod, first and last minute, rows.
    fn told(target: &Target) -> Vec<(u32, i64, i64, u32)> {
        let minutes = |at: i64| at / MINUTE_MICROS;
        let episodes = target.episodes.iter();
        episodes
            .map(|e| (e.entity, minutes(e.start), minutes(e.end), e.rows))
            .collect()
    }

    /// Minutes               0    1    2    3    4    5    6    7    8    9
    const A: [f64; 10] = [N, 4.0, 4.0, 5.0, 6.0, 6.0, 7.0, 7.0, 7.0, 7.0];
    const B: [f64; 10] = [0.0, 0.0, N, N, 2.0, 2.0, 0.0, 0.0, 0.0, 1.0];

    #[test]
    fn each_rise_is_a_restart_and_those_close_together_are_one() {
        let names = [
            "restarts",
            "restart_count",
            "kube_pod_container_status_restarts_total",
        ];
        for name in names {
            let target = read(name, [&A, &B], 0).unwrap();
            assert_eq!(target.class_names, ["none", "restart"]);
            // a: 4 and 5 at minutes 3 and 4 are a step apart; b: the rise over a gap is seen at minute 4, the fall is none.
            let each = [(0, 3, 4, 2), (1, 4, 4, 1), (0, 6, 6, 1), (1, 9, 9, 1)];
            assert_eq!(told(&target), each);
            assert!(
                target
                    .episodes
                    .iter()
                    .all(|e| e.kind == 1 && !e.censored_start)
            );
            assert!(target.episodes[3].censored_end && !target.episodes[2].censored_end);
            let notice = &target.notices[0];
            assert!(
                notice.contains("the 5 rows") && notice.contains("falls (1) are none"),
                "{notice}"
            );
        }
        let flaps = read("restarts", [&A, &B], 1).unwrap();
        assert_eq!(told(&flaps), [(0, 3, 6, 3), (1, 4, 4, 1), (1, 9, 9, 1)]);
        // Any counter that is asked for, and the rate that a joined export makes of it.
        let kills = [3.0, 3.0, 4.0, 4.0, 4.0, 4.0, 5.0, 5.0, 5.0, 5.0];
        let found = read("oom_kills", [&kills, &[0.0; 10]], 0).unwrap();
        assert_eq!(told(&found), [(0, 2, 2, 1), (0, 6, 6, 1)]);
        let rate = [N, 0.0, 0.1, 0.0, 0.0, 0.0, 0.5, 0.0, 0.0, N];
        let name = "rate(kube_pod_container_status_restarts_total)";
        let found = read(name, [&rate, &[0.0; 10]], 0).unwrap();
        assert_eq!(told(&found), [(0, 2, 2, 1), (0, 6, 6, 1)]);
    }

    #[test]
    fn labels_stay_labels_and_a_counter_that_stands_still_is_refused() {
        let failing = [0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 1.0, 1.0, 1.0];
        let target = read("failed", [&failing, &[0.0; 10]], 0).unwrap();
        assert_eq!(target.class_names, ["0", "1"]);
        assert_eq!(told(&target), [(0, 7, 9, 3)]);
        assert_eq!(target.notices, [""; 0]);
        let kinds = [0.0, 2.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 3.0, 0.0];
        let target = read("fault", [&kinds, &[0.0; 10]], 0).unwrap();
        assert_eq!((target.class_names.len(), target.episodes.len()), (4, 3));
        // Restarts of each minute rather than since the start: told.
        let target = read("restarts", [&kinds, &[0.0; 10]], 0).unwrap();
        assert_eq!(target.episodes.len(), 3);
        assert!(target.notices[0].contains("does not go up"));
        // Minutes since the last restart rise at nearly every row.
        let since = [5.0, 6.0, 7.0, 0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0];
        let refused = read("minutes_since_restart", [&since, &since], 0).err();
        assert!(matches!(refused, Some(ForecastError::NoIssue { .. })));
        let fading = [0.0, 0.0, 0.1, 0.05, 0.02, 0.01, 0.0, 0.0, 0.0, 0.0];
        let refused = read("restarts_rate5m", [&fading, &[0.0; 10]], 0).err();
        let text = refused.unwrap().to_string();
        assert!(text.contains("its numbers are no counts"), "{text}");
        for still in [[3.0; 10], [N; 10]] {
            let refused = read("restarts", [&still, &[0.0; 10]], 0).err().unwrap();
            let text = refused.failure().to_string();
            assert!(text.contains("never rises: there is no restart to forecast"));
            assert!(text.contains("Choose another column"), "{text}");
        }
    }

    #[test]
    fn what_is_made_of_the_counter_is_left_out() {
        let (frame, series) = table("restarts", [&A, &B]);
        let spec = ForecastSpec {
            target: "restarts".to_owned(),
            ..ForecastSpec::default()
        };
        let target = Target::read(&frame, &spec, &series).unwrap();
        let rises = target.rises.clone().unwrap();
        // New restarts of each row; the same but for one row of six; a copy that began elsewhere; memory.
        let mut fresh = vec![0.0; 20];
        rises.iter().for_each(|&row| fresh[row as usize] = 1.0);
        let mut other = fresh.clone();
        other[0] = 1.0;
        let Values::Number(own) = &frame.column("restarts").unwrap().values else {
            panic!("a number")
        };
        let copy = own.iter().map(|x| x + 100.0).collect();
        let memory = (0..20).map(|row| f64::from(row % 7)).collect();
        let mut columns = frame.columns().to_vec();
        columns.push(Column::number("fresh", fresh));
        columns.push(Column::number("other", other));
        columns.push(Column::number("copy", copy));
        columns.push(Column::number("memory", memory));
        columns.push(Column::number("rate(restarts)", vec![N; 20]));
        columns.push(Column::number("restartsy", vec![N; 20]));
        let frame = Frame::new("t", columns).unwrap();
        let names = frame.columns().iter().map(|c| c.name.clone());
        let names: Vec<String> = names.skip(3).collect();
        let (made, left) = target.made_of_it(&frame, "restarts", &series, names);
        assert_eq!(made, ["fresh", "copy", "rate(restarts)"]);
        assert_eq!(left, ["other", "memory", "restartsy"]);
    }

    #[test]
    fn names_are_compared_without_labels_and_rates() {
        let counter = "kube_pod_container_status_restarts_total";
        let rate = format!("rate({counter}{{container=\"api\"}})");
        assert!(is_named_after(&rate, counter) && is_named_after(counter, &rate));
        assert!(is_named_after("restarts_total_diff", "restarts_total"));
        assert!(is_named_after("increase(restarts[5m])", "restarts"));
        for other in ["restartsx", "cpu", "sidecar_restarts", "restarts_limit"] {
            assert!(!is_named_after(other, "restarts"), "{other}");
        }
        let of = |container: &str| format!("rate(restarts_total{{container=\"{container}\"}})");
        assert!(is_named_after(&of("a"), &of("a")) && !is_named_after(&of("b"), &of("a")));
    }
}
