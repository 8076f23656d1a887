//! Which labels name a row, which a column, and which say nothing.

use super::super::IngestError;
use super::super::limits::{MAX_COLUMNS, MAX_LABEL_NAMES};
use super::super::names::Names;
use super::super::series::{METRIC, MetricKind, SeriesSet};
use super::JoinOptions;
use crate::data::{self, sort_by};

/// Labels that name what is watched, from the widest to the narrowest; rows are named by them in this order.
const IDENTITIES: [&str; 28] = [
    "cluster",
    "kube_cluster_name",
    "cluster_name",
    "node",
    "kube_node",
    "kubernetes_node",
    "nodename",
    "host",
    "hostname",
    "instance",
    "namespace",
    "kube_namespace",
    "deployment",
    "statefulset",
    "daemonset",
    "workload",
    "job_name",
    "cronjob",
    "pod",
    "pod_name",
    "container",
    "container_name",
    "persistentvolumeclaim",
    "service",
    "entity",
    "series",
    "unit",
    "object",
];
/// Labels of a part of what is watched: they name columns.
const ASPECTS: [&str; 26] = [
    "le",
    "quantile",
    "mode",
    "cpu",
    "core",
    "code",
    "verb",
    "method",
    "resource",
    "condition",
    "status",
    "phase",
    "reason",
    "state",
    "type",
    "device",
    "interface",
    "mountpoint",
    "fstype",
    "direction",
    "operation",
    "operation_type",
    "handler",
    "path",
    "severity",
    "unit_name",
];
/// Labels of the scrape, which name its target and not what is watched where a pod or a node is named as well.
const SCRAPE: [&str; 8] = [
    "instance",
    "job",
    "endpoint",
    "service",
    "prometheus",
    "metrics_path",
    "app",
    "monitor",
];
/// Labels that change whenever a pod is started again.
const PASSING: [&str; 7] = [
    "uid",
    "container_id",
    "id",
    "image",
    "image_id",
    "image_spec",
    "pod_ip",
];
/// Labels of the members of a highly available pair.
const REPLICAS: [&str; 6] = [
    "prometheus_replica",
    "__replica__",
    "receive_replica",
    "thanos_replica",
    "rule_replica",
    "replica",
];
/// Other names for a node.
const NODES: [&str; 6] = [
    "instance",
    "nodename",
    "kubernetes_node",
    "host",
    "hostname",
    "exported_node",
];
/// Columns that labels may be spread over before one of them names rows instead.
const MOST_SPREAD: usize = 600;
/// Labels that may name a row.
const MOST_ENTITY_LABELS: usize = 32;

/// A series as the table sees it.
#[derive(Clone, Debug)]
pub(super) struct Placed {
    /// The series' number.
    pub series: usize,
    /// Its column; none for alerts.
    pub column: Option<usize>,
    /// The values of the entity labels that it has.
    pub tuple: u32,
    /// Which entity labels those are.
    pub mask: u32,
}

/// A column, before it has cells.
#[derive(Clone, Debug)]
pub(super) struct ColumnPlan {
    pub name: String,
    pub metric: String,
    /// The labels in its name, as they stand there: `{mode="idle"}`.
    pub labels: String,
}

/// Which series stands where.
#[derive(Debug, Default)]
pub(super) struct Layout {
    pub entity_labels: Vec<String>,
    pub dropped_labels: Vec<String>,
    /// In the order of their series.
    pub placed: Vec<Placed>,
    /// Sorted by name.
    pub columns: Vec<ColumnPlan>,
    /// The values of the entity labels, each ended by 0xFF; those that a series does not have are empty.
    pub tuples: Names,
    /// The sets of entity labels that rows are made of: those that are part of no other.
    pub row_masks: Vec<u32>,
}

/// A series' labels but for those that tell nothing.
struct Labelled<'a> {
    metric: &'a str,
    labels: Vec<(&'a str, &'a str)>,
    /// Whether it names what is watched itself, so that the labels of the scrape do not.
    is_named: bool,
    /// Whether it says what happened rather than what was measured.
    is_aside: bool,
}

impl Labelled<'_> {
    fn value(&self, name: &str) -> Option<&str> {
        let at = self.labels.binary_search_by(|l| l.0.cmp(name)).ok()?;
        self.labels.get(at).map(|l| l.1)
    }

    /// Whether the label could name a row.
    fn is_candidate(&self, name: &str) -> bool {
        let is_of_scrape = self.is_named && SCRAPE.contains(&name);
        let is_of_sample =
            ["le", "quantile", "alertname", "alertstate", "severity"].contains(&name);
        !is_of_scrape && !is_of_sample
    }
}

/// Whether a series of this metric is of alerts.
pub(super) fn is_alert(metric: &str) -> bool {
    metric == "ALERTS"
}

/// Decides.
pub(super) fn lay_out(
    set: &SeriesSet,
    options: &JoinOptions,
    file: &str,
) -> Result<Layout, IngestError> {
    let all = labelled(set, options);
    let mut names = Names::default();
    for &(name, _) in all.iter().flat_map(|s| &s.labels) {
        names.intern(name.as_bytes());
        if names.len() > MAX_LABEL_NAMES {
            return Err(IngestError::TooManySeries {
                file: file.to_owned(),
                line: None,
                what: format!("labels of more than {MAX_LABEL_NAMES} names"),
            });
        }
    }
    let mut promoted: Vec<String> = Vec::new();
    loop {
        let entity = entity_labels(&all, options, &promoted);
        let (layout, spread) = place(&all, entity);
        match spread {
            Some(label)
                if layout.columns.len() > MOST_SPREAD
                    && promoted.len() < 8
                    && options.entity_labels.is_none() =>
            {
                promoted.push(label);
            }
            _ if layout.columns.len() > MAX_COLUMNS => {
                return Err(IngestError::TooManyColumns {
                    file: file.to_owned(),
                    line: 1,
                });
            }
            _ => return Ok(layout),
        }
    }
}

fn labelled<'a>(set: &'a SeriesSet, options: &JoinOptions) -> Vec<Labelled<'a>> {
    let replicas: Vec<&str> = match &options.replica_labels {
        Some(labels) => labels.iter().map(String::as_str).collect(),
        None => REPLICAS.to_vec(),
    };
    let mut nodes = data::Names::default();
    let mut all: Vec<Labelled<'a>> = (0..set.points.len())
        .map(|series| {
            let mut metric = "";
            let mut labels = set.labels(series);
            labels.retain(|&(name, value)| {
                if name == METRIC {
                    metric = value;
                } else if name == "node" {
                    nodes.take(value);
                }
                name != METRIC && !replicas.contains(&name)
            });
            let is_named = labels.iter().any(|l| matches!(l.0, "pod" | "node"));
            let is_aside = is_alert(metric) || set.declared(metric) == Some(MetricKind::Events);
            Labelled {
                metric,
                labels,
                is_named,
                is_aside,
            }
        })
        .collect();
    // A node's exporter calls it `instance`, with a port or without.
    for series in all.iter_mut().filter(|s| !s.is_named) {
        let node = series.labels.iter_mut().find(|l| {
            let bare = l.1.rsplit_once(':').map_or(l.1, |(host, _)| host);
            NODES.contains(&l.0) && (nodes.contains(bare) || nodes.contains(l.1))
        });
        if let Some(label) = node {
            let bare = label.1.rsplit_once(':').map_or(label.1, |(host, _)| host);
            *label = ("node", if nodes.contains(bare) { bare } else { label.1 });
            series.is_named = true;
            sort_by(&mut series.labels, |a, b| a.0.cmp(b.0));
        }
    }
    if all.iter().all(|s| s.is_aside) {
        all.iter_mut().for_each(|s| s.is_aside = false);
    }
    all
}

struct LabelFacts {
    name: String,
    values: Names,
    carriers: usize,
}

impl LabelFacts {
    /// How many values it has.
    fn distinct(&self) -> usize {
        self.values.len()
    }
}

fn label_facts<'a>(
    all: impl Iterator<Item = &'a Labelled<'a>>,
    is_candidate_only: bool,
) -> Vec<LabelFacts> {
    let mut names = data::Names::default();
    let mut facts: Vec<LabelFacts> = Vec::new();
    for series in all {
        for &(name, value) in &series.labels {
            if is_candidate_only && !series.is_candidate(name) {
                continue;
            }
            if names.take(name) {
                facts.push(LabelFacts {
                    name: name.to_owned(),
                    values: Names::default(),
                    carriers: 0,
                });
            }
            if let Some(label) = names.number(name).and_then(|at| facts.get_mut(at)) {
                label.carriers += 1;
                label.values.intern(value.as_bytes());
            }
        }
    }
    sort_by(&mut facts, |a, b| a.name.cmp(&b.name));
    facts
}

fn entity_labels(all: &[Labelled<'_>], options: &JoinOptions, promoted: &[String]) -> Vec<String> {
    if let Some(labels) = &options.entity_labels {
        return labels.iter().take(MOST_ENTITY_LABELS).cloned().collect();
    }
    let measured = || all.iter().filter(|s| !s.is_aside);
    let facts = label_facts(measured(), true);
    let series = measured().count();
    let rank = |name: &str| IDENTITIES.iter().position(|i| *i == name);
    // Of a label that only some series have, one value tells these apart from the others.
    let varies = |f: &LabelFacts| f.distinct() > 1;
    let mut labels: Vec<&LabelFacts> = facts
        .iter()
        .filter(|f| varies(f) && rank(&f.name).is_some())
        .collect();
    let has_identity = !labels.is_empty();
    labels.extend(facts.iter().filter(|f| {
        let is_shared = varies(f) && f.carriers == series && rank(&f.name).is_none();
        let is_aspect = ASPECTS.contains(&f.name.as_str()) || PASSING.contains(&f.name.as_str());
        // A job names rows only where nothing better does.
        is_shared && !is_aspect && !(has_identity && SCRAPE.contains(&f.name.as_str()))
    }));
    let mut names: Vec<String> = labels.iter().map(|f| f.name.clone()).collect();
    // A single value of a label that finer entities are named with, where others lack it, is no column of its own.
    for name in promoted {
        if !names.contains(name) {
            names.push(name.clone());
        }
    }
    sort_by(&mut names, |a, b| {
        let key = |name: &str| rank(name).unwrap_or(IDENTITIES.len());
        key(a).cmp(&key(b)).then_with(|| a.cmp(b))
    });
    names.truncate(MOST_ENTITY_LABELS);
    names
}

/// Places all series; beside them the label that is spread over the most columns.
fn place(all: &[Labelled<'_>], entity_labels: Vec<String>) -> (Layout, Option<String>) {
    let mut layout = Layout {
        entity_labels,
        ..Layout::default()
    };
    let mut metrics = data::Names::default();
    let mut of_metric: Vec<Vec<usize>> = Vec::new();
    for (at, series) in all.iter().enumerate() {
        let (tuple, mask) = tuple_of(series, &layout.entity_labels, &mut layout.tuples);
        layout.placed.push(Placed {
            series: at,
            column: None,
            tuple,
            mask,
        });
        if is_alert(series.metric) {
            continue;
        }
        if metrics.take(series.metric) {
            of_metric.push(Vec::new());
        }
        if let Some(list) = metrics
            .number(series.metric)
            .and_then(|n| of_metric.get_mut(n))
        {
            list.push(at);
        }
    }
    let mut names = data::Names::default();
    let mut columns = Vec::new();
    let mut used: Vec<String> = Vec::new();
    let mut spread: Option<(usize, String)> = None;
    for members in &of_metric {
        let kept = column_labels(all, members, &layout);
        for (label, distinct) in &kept {
            if spread.as_ref().is_none_or(|(most, _)| distinct > most) {
                spread = Some((*distinct, label.clone()));
            }
        }
        let kept: Vec<String> = kept.into_iter().map(|(label, _)| label).collect();
        for &at in members {
            let Some(series) = all.get(at) else {
                continue;
            };
            let labels = in_braces(series, &kept);
            let name = format!("{}{labels}", series.metric);
            if names.take(&name) {
                columns.push(ColumnPlan {
                    name: name.clone(),
                    metric: series.metric.to_owned(),
                    labels,
                });
            }
            layout.placed[at].column = names.number(&name);
        }
        used.extend(kept);
    }
    // Columns by name, wherever their series stand.
    let mut order: Vec<usize> = (0..columns.len()).collect();
    sort_by(&mut order, |&a, &b| columns[a].name.cmp(&columns[b].name));
    let mut to = vec![0; columns.len()];
    for (place, &from) in order.iter().enumerate() {
        to[from] = place;
    }
    layout.columns = order.iter().map(|&from| columns[from].clone()).collect();
    for placed in &mut layout.placed {
        placed.column = placed.column.map(|from| to[from]);
    }
    let mut masks: Vec<u32> = all
        .iter()
        .zip(&layout.placed)
        .filter(|(series, _)| !series.is_aside)
        .map(|(_, placed)| placed.mask)
        .collect();
    data::sort_rows(&mut masks);
    masks.dedup();
    let is_part = |a: u32, b: u32| a != b && a & b == a;
    layout.row_masks = masks
        .iter()
        .copied()
        .filter(|&m| !masks.iter().any(|&other| is_part(m, other)))
        .collect();
    for label in label_facts(all.iter(), false) {
        if !layout.entity_labels.contains(&label.name) && !used.contains(&label.name) {
            layout.dropped_labels.push(label.name);
        }
    }
    (layout, spread.map(|s| s.1))
}

fn tuple_of(series: &Labelled<'_>, labels: &[String], tuples: &mut Names) -> (u32, u32) {
    let (mut key, mut mask) = (Vec::new(), 0);
    for (bit, label) in labels.iter().enumerate() {
        if let Some(value) = series.value(label).filter(|_| series.is_candidate(label)) {
            key.extend_from_slice(value.as_bytes());
            mask |= 1 << bit;
        }
        key.push(0xff);
    }
    (tuples.intern(&key).0, mask)
}

/// Few labels beside the entity's that tell a metric's series apart, and how many values each has.
fn column_labels(all: &[Labelled<'_>], members: &[usize], layout: &Layout) -> Vec<(String, usize)> {
    let series = || members.iter().filter_map(|&at| all.get(at));
    let is_of_row = |name: &String| {
        // A row's own label does not name a column as well, unless it is the scrape's here.
        let is_kept = |s: &Labelled<'_>| s.value(name).is_some() && !s.is_candidate(name);
        layout.entity_labels.contains(name) && !series().any(is_kept)
    };
    let mut labels: Vec<(String, usize)> = label_facts(series(), false)
        .into_iter()
        .filter(|f| f.distinct() > 1 || f.carriers < members.len())
        .filter(|f| !PASSING.contains(&f.name.as_str()) || layout.entity_labels.is_empty())
        .filter(|f| !is_of_row(&f.name))
        .map(|f| {
            let distinct = f.distinct();
            (f.name, distinct)
        })
        .collect();
    // Those that are known to name columns go first, and the labels of the scrape last.
    sort_by(&mut labels, |(a, _), (b, _)| {
        let rank = |name: &str| match (SCRAPE.contains(&name), ASPECTS.contains(&name)) {
            (true, _) => 2,
            (_, false) => 1,
            _ => 0,
        };
        rank(a).cmp(&rank(b)).then_with(|| a.cmp(b))
    });
    // Each label divides the groups that those before it left together.
    let tuples = members
        .iter()
        .filter_map(|&at| layout.placed.get(at))
        .map(|p| p.tuple);
    let entities: Vec<u32> = tuples.collect();
    let divided = |groups: &[u32], label: &str| {
        let mut seen = Names::default();
        let mut key = Vec::new();
        let divide = |(group, series): (&u32, &Labelled<'_>)| {
            key.clear();
            key.extend_from_slice(&group.to_le_bytes());
            key.extend_from_slice(series.value(label).unwrap_or_default().as_bytes());
            seen.intern(&key).0
        };
        groups
            .iter()
            .zip(series())
            .map(divide)
            .collect::<Vec<u32>>()
    };
    let count = |groups: &[u32]| {
        let mut sorted = groups.to_vec();
        data::sort_rows(&mut sorted);
        sorted.dedup();
        sorted.len()
    };
    let choose = |labels: &[(String, usize)]| {
        let mut groups = entities.clone();
        let mut groups_count = count(&groups);
        let mut kept = Vec::new();
        for label in labels {
            if groups_count == members.len() {
                break;
            }
            let finer = divided(&groups, &label.0);
            let finer_count = count(&finer);
            if finer_count > groups_count {
                (groups, groups_count) = (finer, finer_count);
                kept.push(label.clone());
            }
        }
        kept
    };
    // What later labels made needless goes when the chosen ones are looked at from behind.
    let mut kept = choose(&labels);
    kept.reverse();
    let mut kept = choose(&kept);
    sort_by(&mut kept, |a, b| a.0.cmp(&b.0));
    kept
}

/// `{mode="idle"}`, or nothing where the series has none of these labels.
fn in_braces(series: &Labelled<'_>, labels: &[String]) -> String {
    let parts: Vec<String> = labels
        .iter()
        .filter_map(|name| series.value(name).map(|value| format!("{name}={value:?}")))
        .collect();
    match parts.is_empty() {
        true => String::new(),
        false => format!("{{{}}}", parts.join(",")),
    }
}
