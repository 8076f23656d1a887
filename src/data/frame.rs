//! A table of typed columns.

use std::fmt;

use sha2::{Digest, Sha256};

use super::{Column, Names, Values};

/// A table: columns of equal length with unique names.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Frame {
    /// Where it came from, for people: a file's name or what simulated it.
    pub name: String,
    columns: Vec<Column>,
    rows: usize,
}

/// Why columns do not make a table.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FrameError {
    /// Two columns share a name.
    #[error("the column {name:?} appears twice")]
    DuplicateName {
        /// The name.
        name: String,
    },
    /// A column is shorter or longer than the first.
    #[error("the column {name:?} has {rows} rows where the first has {expected}")]
    UnequalLength {
        /// The name.
        name: String,
        /// Its rows.
        rows: usize,
        /// The first column's rows.
        expected: usize,
    },
    /// More rows than a 32-bit row number can hold.
    #[error("{rows} rows are more than a table can hold (4,294,967,294)")]
    TooManyRows {
        /// The rows.
        rows: usize,
    },
}

impl Frame {
    /// A table of these columns.
    pub fn new(name: impl Into<String>, columns: Vec<Column>) -> Result<Self, FrameError> {
        let rows = columns.first().map_or(0, Column::len);
        let mut seen = Names::default();
        for column in &columns {
            if column.len() != rows {
                return Err(FrameError::UnequalLength {
                    name: column.name.clone(),
                    rows: column.len(),
                    expected: rows,
                });
            }
            if !seen.take(&column.name) {
                return Err(FrameError::DuplicateName {
                    name: column.name.clone(),
                });
            }
        }
        if u32::try_from(rows).is_err() || rows == u32::MAX as usize {
            return Err(FrameError::TooManyRows { rows });
        }
        Ok(Self {
            name: name.into(),
            columns,
            rows,
        })
    }

    /// Its columns, in file order.
    pub fn columns(&self) -> &[Column] {
        &self.columns
    }

    /// The number of rows.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// The column of that name.
    pub fn column(&self, name: &str) -> Option<&Column> {
        self.columns.iter().find(|c| c.name == name)
    }

    /// The place of the column of that name.
    pub fn position(&self, name: &str) -> Option<usize> {
        self.columns.iter().position(|c| c.name == name)
    }

    /// Puts another column (of the same name and length) in a column's place.
    pub fn replace(&mut self, at: usize, column: Column) -> Result<(), FrameError> {
        if column.len() != self.rows {
            return Err(FrameError::UnequalLength {
                name: column.name.clone(),
                rows: column.len(),
                expected: self.rows,
            });
        }
        if self
            .columns
            .iter()
            .enumerate()
            .any(|(i, c)| i != at && c.name == column.name)
        {
            return Err(FrameError::DuplicateName { name: column.name });
        }
        self.columns[at] = column;
        Ok(())
    }

    /// The table's content as a fingerprint: names, kinds and cells, but not the table's own name.
    pub fn fingerprint(&self) -> Fingerprint {
        let mut hash = Sha256::new();
        hash.update((self.rows as u64).to_le_bytes());
        for column in &self.columns {
            hash.update((column.name.len() as u64).to_le_bytes());
            hash.update(column.name.as_bytes());
            hash.update(column.kind.name().as_bytes());
            match &column.values {
                Values::Number(v) => hash_all(&mut hash, v, |x| {
                    let bits = if x.is_nan() {
                        f64::NAN.to_bits()
                    } else {
                        x.to_bits()
                    };
                    bits.to_le_bytes()
                }),
                Values::Time(v) => hash_all(&mut hash, v, |x| x.to_le_bytes()),
                Values::Text(d) => {
                    hash_all(&mut hash, &d.codes, |c| c.to_le_bytes());
                    for name in &d.names {
                        hash.update((name.len() as u64).to_le_bytes());
                        hash.update(name.as_bytes());
                    }
                }
            }
            for token in &column.null_tokens {
                hash.update(token.row.to_le_bytes());
                hash.update(token.token.as_bytes());
            }
        }
        let digest = hash.finalize();
        let mut short = [0; 8];
        short.copy_from_slice(&digest[..8]);
        Fingerprint(u64::from_be_bytes(short))
    }
}

/// Hashes the bytes of all values, many at a time.
fn hash_all<T: Copy, const N: usize>(
    hash: &mut Sha256,
    values: &[T],
    bytes: impl Fn(T) -> [u8; N],
) {
    let mut block = [0_u8; 4096];
    for run in values.chunks(block.len() / N) {
        for (place, &value) in block.chunks_exact_mut(N).zip(run) {
            place.copy_from_slice(&bytes(value));
        }
        hash.update(&block[..run.len() * N]);
    }
}

/// The first 64 bits of the SHA-256 of a table's content; written as 16 hexadecimal digits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Fingerprint(pub u64);

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}", self.0)
    }
}
