//! The table: which columns there are (specification, 9), and a run of rows of them.
//!
//! A cell is a whole number of 32 bits: a count of the column's least unit (two decimals: hundredths), or a name's
//! code. So a column is a quarter of what text takes, its text needs no search for the shortest float, and what is
//! read back from it is the same number bit for bit: the count over a power of ten.

use super::scenario::{ColumnSet, Scenario};
use crate::data::{
    Column, ColumnKind, Dictionary, Frame, FrameError, MISSING_CODE, Values, time_text,
};

/// A cell without a value.
pub(super) const MISSING: i32 = i32::MIN;

/// What a column's cells are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cells {
    /// Codes of names.
    Names,
    /// Whole numbers of a unit of so many decimals.
    Decimals(u8),
    /// Numbers of scrapes, which stand for instants.
    Instants,
}

macro_rules! columns {
    ($($id:ident $name:literal $cells:expr;)*) => {
        /// Places of the columns in a full row.
        #[derive(Clone, Copy, Debug)]
        #[repr(usize)]
        pub(super) enum Col { $($id),* }

        const COLUMNS: &[(&str, Cells)] = &[$(($name, $cells)),*];
    };
}

use Cells::{Decimals, Instants, Names};

columns! {
    // The data set that Kubecast began with.
    Node "node" Names;
    Namespace "namespace" Names;
    WorkloadType "workload_type" Names;
    PodCount "pod_count" Decimals(0);
    Cpu "cpu_usage_percent" Decimals(2);
    Memory "memory_usage_percent" Decimals(2);
    Disk "disk_usage_percent" Decimals(2);
    Receive "network_receive_bytes" Decimals(1);
    Transmit "network_transmit_bytes" Decimals(1);
    RestartCount "pod_restart_count" Decimals(0);
    ReadyPercent "pod_ready_percent" Decimals(2);
    NodeReady "node_ready_status" Decimals(0);
    ApiMs "api_server_latency_ms" Decimals(2);
    EtcdMs "etcd_latency_ms" Decimals(2);
    ScheduleMs "scheduler_latency_ms" Decimals(2);
    RuntimeErrors "container_runtime_errors" Decimals(0);
    Rpc "kubelet_rpc_rate" Decimals(2);
    Pvc "pvc_usage_percent" Decimals(2);
    TimeOfDay "time_of_day" Decimals(4);
    DayOfWeek "day_of_week" Decimals(0);
    IsWeekend "is_weekend" Decimals(0);
    ClusterAge "cluster_age_days" Decimals(3);
    Timestamp "timestamp" Instants;
    IssueType "issue_type" Names;
    // Where.
    Cluster "cluster" Names;
    Zone "zone" Names;
    Workload "workload" Names;
    Entity "entity_id" Decimals(0);
    // Of the placement.
    Throttled "container_cpu_cfs_throttled_ratio" Decimals(4);
    CpuOfLimit "container_cpu_usage_ratio" Decimals(4);
    WorkingSet "container_memory_working_set_ratio" Decimals(4);
    WorkingSetBytes "container_memory_working_set_bytes" Decimals(0);
    RestartsTotal "kube_pod_container_status_restarts_total" Decimals(0);
    RestartRate "kube_pod_container_status_restarts_rate5m" Decimals(5);
    OomKilled "oomkilled_total" Decimals(0);
    WaitingCrash "waiting_crashloop" Decimals(0);
    WaitingImage "waiting_imagepull" Decimals(0);
    SpecReplicas "spec_replicas" Decimals(0);
    ReadyReplicas "ready_replicas" Decimals(0);
    MaxReplicas "max_replicas" Decimals(0);
    DeployAge "deploy_age_s" Decimals(0);
    AppRps "app_rps" Decimals(1);
    AppP99 "app_p99_seconds" Decimals(4);
    AppErrors "app_error_ratio" Decimals(5);
    // Of the node.
    Relist "kubelet_pleg_relist_duration_seconds_p99" Decimals(4);
    Evictions "kubelet_evictions_total" Decimals(0);
    Load1 "node_load1_per_core" Decimals(3);
    DiskIo "node_disk_io_time_weighted_rate" Decimals(3);
    InodesFree "node_filesystem_inodes_free_ratio" Decimals(4);
    Retrans "tcp_retrans_ratio" Decimals(5);
    Conntrack "node_nf_conntrack_ratio" Decimals(4);
    Processes "node_processes_ratio" Decimals(4);
    ClockOffset "node_timex_offset_seconds" Decimals(5);
    Certificate "kubelet_certificate_ttl_seconds" Decimals(0);
    MemoryPressure "node_memory_pressure" Decimals(0);
    DiskPressure "node_disk_pressure" Decimals(0);
    PidPressure "node_pid_pressure" Decimals(0);
    Unschedulable "unschedulable" Decimals(0);
    // Of the control plane.
    ApiRps "apiserver_request_rate" Decimals(1);
    ApiP50 "apiserver_request_p50_seconds" Decimals(5);
    ApiP99 "apiserver_request_p99_seconds" Decimals(5);
    Api5xx "apiserver_request_5xx_ratio" Decimals(5);
    Api429 "apiserver_request_429_rate" Decimals(2);
    Inflight "apiserver_current_inflight_requests" Decimals(0);
    Webhook "apiserver_admission_webhook_p99_seconds" Decimals(4);
    Fsync "etcd_disk_wal_fsync_p99_seconds" Decimals(5);
    Commit "etcd_disk_backend_commit_p99_seconds" Decimals(5);
    LeaderChanges "etcd_leader_changes_total" Decimals(0);
    DbRatio "etcd_db_ratio" Decimals(4);
    PendingActive "scheduler_pending_pods_active" Decimals(0);
    PendingBackoff "scheduler_pending_pods_backoff" Decimals(0);
    PendingUnschedulable "scheduler_pending_pods_unschedulable" Decimals(0);
    SchedulerP99 "scheduler_p99_seconds" Decimals(5);
    DnsQps "coredns_qps" Decimals(1);
    DnsP99 "coredns_p99_seconds" Decimals(5);
    DnsFailed "coredns_servfail_ratio" Decimals(5);
    // The truth.
    IssueTrue "issue_type_true" Names;
    Phase "phase" Names;
    EpisodeId "episode_id" Decimals(0);
    RootCause "root_cause" Names;
    Role "role" Names;
    NearMiss "near_miss" Decimals(0);
    TimeToImpact "time_to_impact_s" Decimals(0);
    AlertFiring "alert_firing" Decimals(0);
    AlertName "alert_name" Names;
    Split "split" Names;
    // Then, for each horizon, whether harm begins within it and of which kind.
}

/// The columns of the data set that Kubecast began with.
pub(super) const SEED_COLUMNS: usize = Col::IssueType as usize + 1;
/// The columns that do not depend on the scenario.
pub(super) const FIXED_COLUMNS: usize = COLUMNS.len();
/// The most cells of a row.
pub(super) const MOST_COLUMNS: usize = FIXED_COLUMNS + 12;
/// One row's cells.
pub(super) type Row = [i32; MOST_COLUMNS];

/// Names and kinds of a scenario's columns, in order.
pub(super) fn columns(scenario: &Scenario) -> Vec<(String, Cells)> {
    let fixed = match scenario.columns {
        ColumnSet::Seed => &COLUMNS[..SEED_COLUMNS],
        ColumnSet::Full => COLUMNS,
    };
    let mut all: Vec<(String, Cells)> = fixed
        .iter()
        .map(|&(name, cells)| (name.to_owned(), cells))
        .collect();
    if scenario.columns == ColumnSet::Full {
        for horizon in &scenario.horizons_mins {
            all.push((format!("y_{horizon}"), Decimals(0)));
            all.push((format!("y_{horizon}_kind"), Names));
        }
    }
    all
}

/// A cell of so many decimals, at most about 2.1e9 of the least unit; nothing for `NaN`. Halves go to the even side.
pub(super) fn cell(x: f64, decimals: u8) -> i32 {
    /// Adding it puts the whole part of a number into the low bits.
    const ROUND: f64 = 6_755_399_441_055_744.0;
    const SCALES: [f64; 6] = [1.0, 10.0, 100.0, 1e3, 1e4, 1e5];
    if x.is_nan() {
        return MISSING;
    }
    let scaled = (x * SCALES[decimals as usize]).clamp(-2e9, 2e9);
    (scaled + ROUND).to_bits() as i32
}

/// A column's cell of a value, with the decimals that the column has.
pub(super) fn put(row: &mut Row, column: Col, x: f64) {
    let decimals = match COLUMNS[column as usize].1 {
        Decimals(n) => n,
        Names | Instants => 0,
    };
    row[column as usize] = cell(x, decimals);
}

/// What the codes and the scrapes of a table stand for.
#[derive(Clone, Debug)]
pub(super) struct Legend {
    pub(super) columns: Vec<(String, Cells)>,
    /// By column; empty where cells are numbers.
    pub(super) names: Vec<Vec<String>>,
    pub(super) start_micros: i64,
    pub(super) scrape_micros: i64,
}

/// Rows of a simulated table, by column.
#[derive(Clone, Debug)]
pub struct Chunk {
    pub(super) legend: std::sync::Arc<Legend>,
    pub(super) cells: Vec<Vec<i32>>,
}

impl Chunk {
    pub(super) fn new(legend: std::sync::Arc<Legend>, rows: usize) -> Self {
        let cells = legend
            .columns
            .iter()
            .map(|_| Vec::with_capacity(rows))
            .collect();
        Self { legend, cells }
    }

    /// The number of rows.
    pub fn rows(&self) -> usize {
        self.cells.first().map_or(0, Vec::len)
    }

    /// Names and kinds of the columns, in order.
    pub fn columns(&self) -> &[(String, Cells)] {
        &self.legend.columns
    }

    /// A column's cells as they are kept: counts of its least unit, codes or scrapes; the least `i32` is missing.
    pub fn cells(&self, column: usize) -> &[i32] {
        self.cells.get(column).map_or(&[], Vec::as_slice)
    }

    /// A cell as a number, in the column's unit. `NaN` is missing.
    pub fn number(&self, column: usize, row: usize) -> f64 {
        let decimals = match self.legend.columns[column].1 {
            Decimals(n) => n,
            Names | Instants => 0,
        };
        number_of(self.cells[column][row], decimals)
    }

    /// A name's cell; `None` where it is missing or no name.
    pub fn name(&self, column: usize, row: usize) -> Option<&str> {
        let code = usize::try_from(self.cells[column][row]).ok()?;
        self.legend.names[column].get(code).map(String::as_str)
    }

    pub(super) fn push(&mut self, row: &Row) {
        for (column, &value) in self.cells.iter_mut().zip(row) {
            column.push(value);
        }
    }

    /// Takes the first rows away.
    pub(super) fn take(&mut self, rows: usize) -> Self {
        let cells = self
            .cells
            .iter_mut()
            .map(|column| {
                // What stays gets room for as many again, and so does not grow step by step.
                let keep = &column[rows.min(column.len())..];
                let mut rest = Vec::with_capacity(column.len().max(keep.len()));
                rest.extend_from_slice(keep);
                let mut taken = std::mem::replace(column, rest);
                taken.truncate(rows);
                taken
            })
            .collect();
        Self {
            legend: self.legend.clone(),
            cells,
        }
    }

    /// The line of column names.
    pub fn write_header(&self, out: &mut Vec<u8>) {
        for (i, (name, _)) in self.legend.columns.iter().enumerate() {
            if i > 0 {
                out.push(b',');
            }
            out.extend_from_slice(name.as_bytes());
        }
        out.push(b'\n');
    }

    /// The rows as lines of CSV, the bytes that `export` writes of the same table; a missing cell is empty.
    pub fn write_rows(&self, out: &mut Vec<u8>) {
        let columns: Vec<(&[i32], Cells, &[String])> = self
            .cells
            .iter()
            .zip(&self.legend.columns)
            .zip(&self.legend.names)
            .map(|((cells, (_, kind)), names)| (cells.as_slice(), *kind, names.as_slice()))
            .collect();
        let mut instant = (MISSING, String::new());
        for row in 0..self.rows() {
            for &(cells, kind, names) in &columns {
                let value = cells[row];
                match kind {
                    _ if value == MISSING => {}
                    Decimals(decimals) => push_decimal(out, value, decimals),
                    Names => out
                        .extend_from_slice(names.get(value as usize).map_or(b"", |n| n.as_bytes())),
                    Instants => {
                        if instant.0 != value {
                            instant = (value, time_text(self.legend.micros(value)));
                        }
                        out.extend_from_slice(instant.1.as_bytes());
                    }
                }
                out.push(b',');
            }
            out.pop();
            out.push(b'\n');
        }
    }

    /// The table. Each column has the kind that its cells show, so it equals what is read back from its CSV.
    pub fn into_frame(self, name: String) -> Result<Frame, FrameError> {
        let legend = self.legend;
        let columns = self.cells.into_iter().enumerate().map(|(i, cells)| {
            let (name, kind) = &legend.columns[i];
            match kind {
                Decimals(decimals) => numbers(
                    name,
                    cells
                        .into_iter()
                        .map(|value| number_of(value, *decimals))
                        .collect(),
                ),
                Names => named(name, &cells, &legend.names[i]),
                Instants => Column::time(
                    name.clone(),
                    cells
                        .into_iter()
                        .map(|value| legend.micros(value))
                        .collect(),
                ),
            }
        });
        Frame::new(name, columns.collect())
    }
}

impl Legend {
    pub(super) fn micros(&self, scrape: i32) -> i64 {
        self.start_micros + i64::from(scrape) * self.scrape_micros
    }
}

fn number_of(value: i32, decimals: u8) -> f64 {
    const SCALES: [f64; 6] = [1.0, 10.0, 100.0, 1e3, 1e4, 1e5];
    if value == MISSING {
        return f64::NAN;
    }
    f64::from(value) / SCALES[decimals as usize]
}

/// The shortest text: no zeros after the last digit that counts.
pub(super) fn push_decimal(out: &mut Vec<u8>, value: i32, decimals: u8) {
    let mut digits = [b'0'; 16];
    let mut left = value.unsigned_abs();
    let mut places = usize::from(decimals);
    if value < 0 {
        out.push(b'-');
    }
    while places > 0 && left.is_multiple_of(10) {
        left /= 10;
        places -= 1;
    }
    let mut at = digits.len();
    let mut count = 0;
    while left > 0 || count <= places {
        if count == places && places > 0 {
            at -= 1;
            digits[at] = b'.';
        }
        at -= 1;
        digits[at] = b'0' + (left % 10) as u8;
        left /= 10;
        count += 1;
    }
    out.extend_from_slice(&digits[at..]);
}

/// A column of names, of the kind that reading them from a file would find.
fn named(name: &str, cells: &[i32], names: &[String]) -> Column {
    let mut code_of = vec![MISSING_CODE; names.len()];
    let mut out = Dictionary::default();
    for &cell in cells {
        let code = usize::try_from(cell)
            .ok()
            .filter(|&at| at < names.len() && !names[at].is_empty());
        let Some(at) = code else {
            out.codes.push(MISSING_CODE);
            continue;
        };
        if code_of[at] == MISSING_CODE {
            code_of[at] = out.names.len() as u32;
            out.names.push(names[at].clone());
        }
        out.codes.push(code_of[at]);
    }
    let (rows, distinct) = (out.codes.len(), out.names.len());
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
        values: Values::Text(out),
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_is_written_as_briefly_as_the_number_it_stands_for() {
        for decimals in 0..=5_u8 {
            for value in [
                0,
                1,
                5,
                10,
                99,
                100,
                1_050,
                12_300,
                99_999,
                100_000,
                2_000_000_000,
                -1,
                -120,
                -100_000,
            ] {
                let mut text = Vec::new();
                push_decimal(&mut text, value, decimals);
                let text = String::from_utf8(text).unwrap();
                let number = number_of(value, decimals);
                assert_eq!(text, format!("{number}"), "{value} with {decimals}");
                assert_eq!(cell(number, decimals), value);
                assert_eq!(text.parse::<f64>().unwrap().to_bits(), number.to_bits());
            }
        }
        assert_eq!(cell(f64::NAN, 2), MISSING);
        assert_eq!(cell(1e300, 2), 2_000_000_000);
        assert_eq!(cell(0.125, 2), 12);
    }
}
