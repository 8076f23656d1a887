//! A table in other forms than its own: a line for each metric and time, and OpenMetrics (specification, 9).
//!
//! Both hold the same numbers as the wide table, digit by digit. What does not change with time names the series: where a
//! row is from. What follows from the time alone (hour, weekday) is left out.

use super::table::{Cells, Chunk, Col, MISSING, push_decimal};
use crate::data::time_text;

/// Columns that name a series, in the order of labels.
const IDENTITY: [Col; 7] = [
    Col::Cluster,
    Col::Zone,
    Col::Node,
    Col::Namespace,
    Col::WorkloadType,
    Col::Workload,
    Col::Entity,
];
/// Numbers that follow from the time, or name something.
const NO_METRIC: [Col; 5] = [
    Col::TimeOfDay,
    Col::DayOfWeek,
    Col::IsWeekend,
    Col::ClusterAge,
    Col::Entity,
];

impl Chunk {
    /// Those of the columns that this table has.
    fn identity(&self) -> impl Iterator<Item = usize> {
        let columns = self.cells.len();
        IDENTITY
            .into_iter()
            .map(|column| column as usize)
            .filter(move |&column| column < columns)
    }

    /// The columns that are metrics, with their decimals.
    fn metrics(&self) -> impl Iterator<Item = (usize, u8)> {
        let no = NO_METRIC.map(|column| column as usize);
        let columns = self.legend.columns.iter().enumerate();
        columns.filter_map(move |(i, (_, cells))| match cells {
            Cells::Decimals(decimals) if !no.contains(&i) => Some((i, *decimals)),
            _ => None,
        })
    }

    fn push_cell(&self, out: &mut Vec<u8>, column: usize, row: usize) {
        let value = self.cells[column][row];
        match self.legend.columns[column].1 {
            _ if value == MISSING => {}
            Cells::Decimals(decimals) => push_decimal(out, value, decimals),
            Cells::Names => {
                let name = self.name(column, row).unwrap_or_default();
                out.extend_from_slice(name.as_bytes());
            }
            Cells::Instants => {
                out.extend_from_slice(time_text(self.legend.micros(value)).as_bytes())
            }
        }
    }

    /// The line of column names of [`Chunk::write_long_rows`].
    pub fn write_long_header(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(b"timestamp,");
        for column in self.identity() {
            out.extend_from_slice(self.legend.columns[column].0.as_bytes());
            out.push(b',');
        }
        out.extend_from_slice(b"issue_type,metric,value\n");
    }

    /// A line of CSV for each metric of each row: when, where, the row's `issue_type`, which metric, and its value. Cells
    /// that are missing have none.
    pub fn write_long_rows(&self, out: &mut Vec<u8>) {
        let metrics: Vec<(usize, u8)> = self.metrics().collect();
        let mut head = Vec::new();
        for row in 0..self.rows() {
            head.clear();
            self.push_cell(&mut head, Col::Timestamp as usize, row);
            head.push(b',');
            for column in self.identity() {
                self.push_cell(&mut head, column, row);
                head.push(b',');
            }
            self.push_cell(&mut head, Col::IssueType as usize, row);
            head.push(b',');
            for &(column, decimals) in &metrics {
                let value = self.cells[column][row];
                if value == MISSING {
                    continue;
                }
                out.extend_from_slice(&head);
                out.extend_from_slice(self.legend.columns[column].0.as_bytes());
                out.push(b',');
                push_decimal(out, value, decimals);
                out.push(b'\n');
            }
        }
    }

    /// The metrics that [`Chunk::write_openmetrics`] has, in order.
    pub fn openmetrics_columns(&self) -> Vec<usize> {
        self.metrics().map(|(column, _)| column).collect()
    }

    /// One metric of all rows as OpenMetrics with times: its family, then the samples of each series in order of time. A
    /// whole text is all of [`Chunk::openmetrics_columns`] and then `# EOF`; the chunk must be the whole run, since a family
    /// stands together. Needs all columns: those of the first data set do not name a series.
    ///
    /// Every family is a gauge: what is summed over the pods that exist falls when one is replaced, so it is no counter.
    pub fn write_openmetrics(&self, column: usize, out: &mut Vec<u8>) {
        let (name, Cells::Decimals(decimals)) = &self.legend.columns[column] else {
            return;
        };
        out.extend_from_slice(format!("# TYPE {name} gauge\n").as_bytes());
        let mut head = Vec::new();
        for rows in self.series() {
            head.clear();
            head.extend_from_slice(name.as_bytes());
            for (i, label) in self.identity().enumerate() {
                head.push(if i == 0 { b'{' } else { b',' });
                head.extend_from_slice(self.legend.columns[label].0.as_bytes());
                // Names are made of letters, digits and hyphens: nothing to escape.
                head.extend_from_slice(b"=\"");
                self.push_cell(&mut head, label, rows[0]);
                head.push(b'"');
            }
            head.extend_from_slice(b"} ");
            for row in rows {
                let value = self.cells[column][row];
                if value == MISSING {
                    continue;
                }
                out.extend_from_slice(&head);
                push_decimal(out, value, *decimals);
                let micros = self.legend.micros(self.cells[Col::Timestamp as usize][row]);
                let (secs, rest) = (micros.div_euclid(1_000_000), micros.rem_euclid(1_000_000));
                let at = if rest == 0 {
                    format!(" {secs}\n")
                } else {
                    format!(" {secs}.{rest:06}\n")
                };
                out.extend_from_slice(at.as_bytes());
            }
        }
    }

    /// Rows of each entity, in order of time; entities by number.
    fn series(&self) -> Vec<Vec<usize>> {
        let mut of: Vec<Vec<usize>> = Vec::new();
        let entities = self.cells.get(Col::Entity as usize);
        for (row, &entity) in entities.into_iter().flatten().enumerate() {
            let entity = usize::try_from(entity).unwrap_or_default();
            if of.len() <= entity {
                of.resize(entity + 1, Vec::new());
            }
            of[entity].push(row);
        }
        of.retain(|rows| !rows.is_empty());
        of
    }
}
