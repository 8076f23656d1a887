//! The vocabulary's shapes.

use super::shape::choice;
use crate::data::{ColumnKind, Level, Notice};

choice!(Whole: ColumnKind {
    Number = "number",
    Integer = "integer",
    Boolean = "boolean",
    Category = "category",
    Timestamp = "timestamp",
    Text = "text",
    Constant = "constant",
    Identifier = "identifier",
});

choice!(Whole: Level { Info = "info", Warning = "warning" });

choice!(Whole "notice": Notice {
    ConstantColumn { column, value } = "constant-column",
    IdentifierColumn { column, distinct } = "identifier-column",
    TargetCopy { column, target, share_explained } = "target-copy",
    DuplicateRows { count, first_lines } = "duplicate-rows",
    RareClass { class, rows } = "rare-class",
    MissingTarget { rows } = "missing-target",
    DroppedRows { rows } = "dropped-rows",
    RaggedRows { count, expected, first_lines } = "ragged-rows",
    UnclosedQuote { line } = "unclosed-quote",
    InvalidText { encoding, count, first_line } = "invalid-text",
    NulBytes { count, first_line } = "nul-bytes",
    NonFinite { column, count, first_lines } = "non-finite",
    InexactInteger { column, example } = "inexact-integer",
    NotAllNumbers { column, count, example, first_line } = "not-all-numbers",
    RenamedColumn { from, to, position } = "renamed-column",
    Dialect { delimiter, encoding } = "dialect",
    AmbiguousDate { column, example, read_as } = "ambiguous-date",
    Unreadable { column, kind, count, example } = "unreadable",
    ExtraColumn { column } = "extra-column",
    ColumnOrder = "column-order",
    UnseenCategories { column, names, rows } = "unseen-categories",
    LeftOut { column, why } = "left-out",
    Sampled { used, of, why } = "sampled",
    Other { title, meaning, level } = "other",
});
