//! The tree engine: binned columns in, flat trees out.
//!
//! # The numeric contract
//!
//! * A feature's values become bins `u8`: 0 to 254, and [`MISSING_BIN`] for `NaN`. Bin `b` holds the values `x` with
//!   `edges[b - 1] < x <= edges[b]`; so `bin <= b` is the same question as `x <= edges[b]`, and a tree that asks the
//!   first predicts the same from raw values and from bins, bit for bit.
//! * Class counts are exact integers, so a histogram does not depend on the order of its rows. Derivatives
//!   are integers of one unit a tree ([`Units`]), so that the same holds of their sums.
//! * `ln` and `exp` are `libm`'s. Randomness is [`Rng`], a counter through SplitMix64, the same on every target.
//! * A tree is a pure function of (binned columns, targets, checked parameters, its seed).
//! * An [`IsolationTree`] asks raw values: what it is after lies in the tails, which bins would blur.
//!
//! Growing and fitted trees are different types: growers work on row lists and histograms, a [`Tree`] is a flat array.

mod bin_rows;
mod binning;
mod bytes;
mod class_grower;
mod class_random;
mod class_rows;
mod class_scan;
mod class_sets;
mod class_split;
mod gradient_careful;
mod gradient_grower;
mod gradient_histogram;
mod gradient_roots;
mod gradient_sets;
mod gradient_split;
#[cfg(test)]
mod gradient_tests;
mod isolation_grower;
mod isolation_tree;
#[cfg(test)]
mod naive;
mod packed;
mod quad;
mod random;
mod tree;
mod tree_over_rows;
mod walk;

pub use bin_rows::BinRows;
pub(crate) use bin_rows::run_of;
pub use binning::{BinEdges, BinnedColumns, FeatureBins, MAX_BINS, MISSING_BIN, midpoint};
pub use bytes::{BytesError, Reader, Writer};
pub use class_grower::{ClassGrower, ClassTreeParams, GrownTree, RowMajor};
pub use class_split::Impurity;
pub use gradient_grower::{GradientGrower, GradientRows, GradientTreeParams, TreeTask};
pub use gradient_histogram::{Histogram, Pair, Units};
pub use gradient_roots::{RootCounter, TOGETHER};
pub use isolation_grower::IsolationGrower;
pub use isolation_tree::{IsolationNode, IsolationTree, IsolationTreeError, average_path_length};
pub(crate) use packed::share;
pub use random::Rng;
pub use tree::{BinSet, Node, NodeKind, Tree, TreeError, set_has};
pub use tree_over_rows::TreeOverRows;
pub use walk::{Steps, set_twins};
