//! What is measured of the state, with noise, rounding and lost scrapes: the table's 24 columns.

use crate::data::{Column, ColumnKind, Dictionary, Frame, FrameError, MISSING_CODE, Values};

use super::fault::{ISSUE_TYPES, IssueKind};
use super::topology::{Topology, node_name};

/// The label of a row without an issue.
const HEALTHY: &str = "None";

/// The columns of numbers between `workload_type` and `timestamp`, in the table's order.
const MEASURES: [&str; 19] = [
    "pod_count",
    "cpu_usage_percent",
    "memory_usage_percent",
    "disk_usage_percent",
    "network_receive_bytes",
    "network_transmit_bytes",
    "pod_restart_count",
    "pod_ready_percent",
    "node_ready_status",
    "api_server_latency_ms",
    "etcd_latency_ms",
    "scheduler_latency_ms",
    "container_runtime_errors",
    "kubelet_rpc_rate",
    "pvc_usage_percent",
    "time_of_day",
    "day_of_week",
    "is_weekend",
    "cluster_age_days",
];

/// One row's numbers, in the order of [`MEASURES`]. `NaN` is a scrape that was lost.
pub(super) type Measures = [f64; MEASURES.len()];

/// The table as it grows.
#[derive(Debug)]
pub(super) struct Telemetry {
    placements: Vec<u32>,
    measures: [Vec<f64>; MEASURES.len()],
    timestamps: Vec<i64>,
    labels: Vec<u8>,
}

impl Telemetry {
    pub(super) fn with_capacity(rows: usize) -> Self {
        Self {
            placements: Vec::with_capacity(rows),
            measures: std::array::from_fn(|_| Vec::with_capacity(rows)),
            timestamps: Vec::with_capacity(rows),
            labels: Vec::with_capacity(rows),
        }
    }

    pub(super) fn rows(&self) -> usize {
        self.labels.len()
    }

    pub(super) fn push(
        &mut self,
        placement: usize,
        micros: i64,
        measures: &Measures,
        label: Option<IssueKind>,
    ) {
        self.placements.push(placement as u32);
        for (column, &value) in self.measures.iter_mut().zip(measures) {
            column.push(value);
        }
        self.timestamps.push(micros);
        self.labels
            .push(label.map_or(ISSUE_TYPES.len() as u8, |kind| kind as u8));
    }

    /// The table. Each column has the kind that its cells show, so the table equals what is read back from its CSV.
    pub(super) fn into_frame(self, name: String, topology: &Topology) -> Result<Frame, FrameError> {
        let node_of = |e: &u32| topology.placements[*e as usize].node;
        let nodes = dictionary(&self.placements, node_of, |e| node_name(node_of(e)));
        let workload_of = |e: &u32| &topology.workloads[topology.placements[*e as usize].workload];
        let namespaces = self.placements.iter().map(|e| workload_of(e).namespace);
        let types = self
            .placements
            .iter()
            .map(|e| workload_of(e).workload_type.name());
        let labels = dictionary(
            &self.labels,
            |&label| usize::from(label),
            |&label| {
                let name = ISSUE_TYPES.get(usize::from(label));
                name.map_or(HEALTHY, |name| name).to_owned()
            },
        );
        let mut columns = vec![
            names("node", nodes),
            names("namespace", Dictionary::from_cells(namespaces)),
            names("workload_type", Dictionary::from_cells(types)),
        ];
        columns.extend(
            MEASURES
                .into_iter()
                .zip(self.measures)
                .map(|(name, values)| numbers(name, values)),
        );
        columns.push(Column::time("timestamp", self.timestamps));
        columns.push(names("issue_type", labels));
        Frame::new(name, columns)
    }
}

/// Codes in order of first appearance.
fn dictionary<T>(
    cells: &[T],
    index: impl Fn(&T) -> usize,
    name: impl Fn(&T) -> String,
) -> Dictionary {
    let mut code_of = Vec::new();
    let mut out = Dictionary::default();
    for cell in cells {
        let at = index(cell);
        if at >= code_of.len() {
            code_of.resize(at + 1, MISSING_CODE);
        }
        if code_of[at] == MISSING_CODE {
            code_of[at] = out.names.len() as u32;
            out.names.push(name(cell));
        }
        out.codes.push(code_of[at]);
    }
    out
}

/// A column of names, of the kind that reading them from a file would find.
fn names(name: &str, cells: Dictionary) -> Column {
    let (rows, distinct) = (cells.codes.len(), cells.names.len());
    let kind = if distinct < 2 && rows > 1 {
        ColumnKind::Constant
    } else if rows >= 10 && distinct * 20 >= rows * 19 {
        ColumnKind::Identifier
    } else if distinct <= 32 || (distinct <= 1_000 && distinct * 10 <= rows) {
        ColumnKind::Category
    } else {
        ColumnKind::Text
    };
    Column {
        name: name.to_owned(),
        kind,
        values: Values::Text(cells),
        null_tokens: Vec::new(),
    }
}

/// A column of numbers, of the kind that reading them from a file would find.
fn numbers(name: &str, values: Vec<f64>) -> Column {
    let (mut least, mut most) = (f64::INFINITY, f64::NEG_INFINITY);
    let (mut missing, mut whole, mut zero_one) = (0, true, true);
    for &x in &values {
        if x.is_nan() {
            missing += 1;
            continue;
        }
        (least, most) = (least.min(x), most.max(x));
        whole &= x.fract() == 0.0;
        zero_one &= x == 0.0 || x == 1.0;
    }
    let one_value = least == most && missing == 0 && values.len() > 1;
    let kind = if one_value || missing == values.len() {
        ColumnKind::Constant
    } else if zero_one && least < most {
        ColumnKind::Boolean
    } else if whole {
        ColumnKind::Integer
    } else {
        ColumnKind::Number
    };
    Column {
        kind,
        ..Column::number(name, values)
    }
}

/// Rounded to so many decimals, as an exporter writes it; the shortest text stays short.
pub(super) fn rounded(x: f64, decimals: u32) -> f64 {
    let scale = f64::from(10_u32.pow(decimals));
    (x * scale).round() / scale
}
