//! What a look at a whole table says beyond its columns one by one: what is missing together, how classes differ, what
//! goes together, how regularly it was scraped, and what is there twice.

/// The table's profile.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct DataProfile {
    /// The target that it was made for; empty without one.
    pub target: String,
    /// Rows of the table.
    pub rows: u64,
    /// What is missing, and together with what.
    pub missing: MissingProfile,
    /// How the target's classes differ; none without a target that has classes.
    pub by_class: Option<ClassProfile>,
    /// What rises and falls together; none where there are no two columns of numbers.
    pub correlation: Option<CorrelationProfile>,
    /// Time in the table; none where nothing is a time.
    pub series: Option<SeriesProfile>,
    /// Rows that repeat an earlier one in every cell.
    pub repeated: u64,
    /// The first of them, by row number from 0; at most 5.
    pub repeated_first: Vec<u64>,
}

/// Missing cells. Columns that are missing in exactly the same rows are one group.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct MissingProfile {
    /// Columns with a missing cell.
    pub columns: u64,
    /// Rows without any.
    pub complete: u64,
    /// Groups, most missing first; at most 64, to which all else here is limited.
    pub groups: Vec<MissingGroup>,
    /// Groups beyond those.
    pub left_out: u64,
    /// Which groups are missing together, most rows first; at most 12. Rows without any are none of them.
    pub patterns: Vec<MissingPattern>,
    /// Patterns beyond those, and their rows.
    pub other_patterns: u64,
    /// Rows of the patterns beyond those.
    pub other_rows: u64,
}

/// Columns that are missing in the same rows.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct MissingGroup {
    /// Their names, in the table's order.
    pub columns: Vec<String>,
    /// Rows in which they are missing.
    pub missing: u64,
    /// Share missing (0 to 1) in each of as many equal runs of rows, from the first row to the last; at most 60. Told of
    /// the first 24 groups.
    pub course: Vec<f64>,
}

/// Groups that are missing in the same row, and no other.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct MissingPattern {
    /// Their places among the groups.
    pub groups: Vec<u32>,
    /// Rows.
    pub rows: u64,
}

/// How the classes differ.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ClassProfile {
    /// The most frequent classes, most rows first; at most 12.
    pub classes: Vec<ClassRows>,
    /// Classes beyond those.
    pub left_out: u64,
    /// Columns of numbers, those that differ most first; at most 60.
    pub columns: Vec<ClassColumn>,
    /// Columns of names, those that differ most first; at most 30.
    pub named: Vec<ClassNames>,
}

/// A column's most frequent names by class, in all rows of the classes.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ClassNames {
    /// Its name.
    pub name: String,
    /// How much the classes differ, 0 to 1: Cramer's V squared of the names told and the others as one.
    pub apart: f64,
    /// Its most frequent names, most rows first; at most 8.
    pub names: Vec<NameRows>,
    /// Names beyond those.
    pub other_names: u64,
    /// Rows of each class, in order, that bear one of them.
    pub others: Vec<u64>,
    /// Rows of each class in which the cell is missing.
    pub missing: Vec<u64>,
}

/// Rows that bear a name.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct NameRows {
    /// The name.
    pub name: String,
    /// Rows of each class, in order.
    pub of_class: Vec<u64>,
}

/// Rows of a class.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ClassRows {
    /// The class.
    pub class: String,
    /// Its rows.
    pub rows: u64,
    /// Rows that were looked at: all of a small class, some thousands spread evenly over a large one.
    pub seen: u64,
}

/// A column's values by class.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ClassColumn {
    /// Its name.
    pub name: String,
    /// How much the classes differ: the share of the variance of ranks that lies between them, 0 to 1 (the eta squared of
    /// Kruskal and Wallis's test), over the rows that were looked at.
    pub apart: f64,
    /// Of each class, in order; none where the class has no value.
    pub spreads: Vec<Option<Spread>>,
}

/// How values are spread: quantiles, linear between neighbours.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Spread {
    /// Values looked at.
    pub values: u64,
    /// The 5th, 25th, 50th, 75th and 95th percentile.
    pub at: Vec<f64>,
}

/// Rank correlation (Spearman 1904) of the columns of numbers: Pearson's of the columns' mid-ranks. A pair is judged on
/// the rows where both have a value.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct CorrelationProfile {
    /// Rows it was measured on: all, or a sample spread evenly over the table.
    pub rows: u64,
    /// Columns that were compared, each with each.
    pub compared: u64,
    /// Columns of numbers beyond those.
    pub left_out: u64,
    /// The columns of the matrix, in the table's order; at most 30, those with the strongest correlations.
    pub columns: Vec<String>,
    /// Row after row, -1 to 1; none where a column does not vary or too few rows have both.
    pub matrix: Vec<Option<f64>>,
    /// The strongest pairs of all, strongest first; at most 12.
    pub pairs: Vec<CorrelatedPair>,
}

/// Two columns.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct CorrelatedPair {
    /// One.
    pub a: String,
    /// The other.
    pub b: String,
    /// Their correlation, -1 to 1.
    pub rank: f64,
    /// Rows that have both, of those looked at.
    pub rows: u64,
}

/// Time in the table, by entity.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SeriesProfile {
    /// The time's column.
    pub time: String,
    /// The columns whose cells together name an entity; none where all rows are of one.
    pub entity: Vec<String>,
    /// Whether time is counted by a number rather than dated; it then counts minutes.
    pub counted: bool,
    /// Entities.
    pub entities: u64,
    /// The usual step between two rows of an entity (median), in seconds; 0 where none has two.
    pub step_secs: f64,
    /// The most frequent steps, in seconds, and how often; at most 8.
    pub steps: Vec<(f64, u64)>,
    /// Steps in all.
    pub all_steps: u64,
    /// Steps of more than twice their entity's usual one.
    pub gaps: u64,
    /// Rows that have entity and instant in common with another.
    pub duplicates: u64,
    /// Rows that stand below a later one of their entity.
    pub backwards: u64,
    /// Rows without a time.
    pub without_time: u64,
    /// Entities, those with the longest gap first; at most 12.
    pub lines: Vec<EntityLine>,
    /// Columns that count something up, most resets first; at most 20.
    pub counters: Vec<CounterLine>,
}

/// An entity's rows.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct EntityLine {
    /// Its name.
    pub name: String,
    /// Its rows.
    pub rows: u64,
    /// Its usual step (median), in seconds.
    pub step_secs: f64,
    /// Steps of more than twice that.
    pub gaps: u64,
    /// The longest step, in seconds.
    pub longest_secs: f64,
    /// When that began, as in the table.
    pub longest_at: String,
    /// Rows at an instant that an earlier one has.
    pub duplicates: u64,
}

/// A column that counts up.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct CounterLine {
    /// Its name.
    pub name: String,
    /// Falls from one row of an entity to its next: the counter began anew.
    pub resets: u64,
    /// Entities with one.
    pub entities: u64,
    /// The entity with the most, and how many; empty where there is none.
    pub most: String,
    /// Resets of that entity.
    pub most_resets: u64,
}
