//! How a search for better settings is typed.

use clap::{Args as ClapArgs, ValueEnum};

use crate::protocol::{FoldKind, SearchScore, SearchSpec};

#[derive(Debug, ClapArgs)]
#[command(next_help_heading = "Better settings, by cross-validation on the training rows (F B)")]
pub(super) struct SearchArgs {
    /// Search for so many seconds, then train with the best settings.
    #[arg(long, value_name = "SECONDS")]
    search: Option<f64>,
    /// Candidates to draw at most, 1 to 900; with time enough for all of them the result does not depend on the machine.
    #[arg(long, value_name = "N", requires = "search", default_value_t = SearchSpec::default().candidates)]
    candidates: u32,
    /// Folds, 2 to 20.
    #[arg(long, value_name = "K", requires = "search", default_value_t = SearchSpec::default().folds)]
    folds: u32,
    /// Which rows are scored on: stratified, grouped:COLUMN (of nodes or pods never seen) or forward:COLUMN (later in
    /// time) [default: stratified].
    #[arg(long, value_name = "KIND", requires = "search", value_parser = fold_kind)]
    fold_kind: Option<FoldKind>,
    /// Seconds before the scored rows whose rows are left out, with forward folds.
    #[arg(
        long,
        value_name = "SECONDS",
        requires = "fold_kind",
        default_value_t = 0.0
    )]
    fold_gap: f64,
    /// What makes settings better.
    #[arg(long, value_enum, requires = "search", default_value_t = ScoreRule::MacroF1)]
    score: ScoreRule,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum ScoreRule {
    /// The mean F1 of the classes.
    MacroF1,
    /// The share of rows predicted right.
    Accuracy,
    /// The mean negative logarithm of the true class's probability.
    LogLoss,
}

impl SearchArgs {
    /// The search to make first, if one is.
    pub fn spec(&self) -> Option<SearchSpec> {
        let mut kind = self.fold_kind.clone().unwrap_or_default();
        if let FoldKind::Forward { gap_secs, .. } = &mut kind {
            *gap_secs = self.fold_gap;
        }
        Some(SearchSpec {
            seconds: self.search?,
            candidates: self.candidates,
            folds: self.folds,
            fold_kind: kind,
            score: match self.score {
                ScoreRule::MacroF1 => SearchScore::MacroF1,
                ScoreRule::Accuracy => SearchScore::Accuracy,
                ScoreRule::LogLoss => SearchScore::LogLoss,
            },
        })
    }
}

fn fold_kind(text: &str) -> Result<FoldKind, String> {
    match text.split_once(':') {
        None if text == "stratified" => Ok(FoldKind::Stratified),
        Some(("grouped", column)) if !column.is_empty() => Ok(FoldKind::Grouped {
            column: column.to_owned(),
        }),
        Some(("forward", column)) if !column.is_empty() => Ok(FoldKind::Forward {
            column: column.to_owned(),
            gap_secs: 0.0,
        }),
        _ => Err("it is stratified, grouped:COLUMN or forward:COLUMN".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::Parser;

    #[derive(Debug, Parser)]
    struct Program {
        #[command(flatten)]
        search: SearchArgs,
    }

    fn parse(words: &str) -> Result<Program, clap::Error> {
        Program::try_parse_from(["kubecast"].into_iter().chain(words.split_whitespace()))
    }

    fn spec(words: &str) -> Option<SearchSpec> {
        parse(words).unwrap().search.spec()
    }

    #[test]
    fn a_search_is_made_only_where_it_is_asked_for() {
        assert_eq!(spec(""), None);
        let five = SearchSpec {
            seconds: 5.0,
            ..SearchSpec::default()
        };
        assert_eq!(spec("--search 5"), Some(five.clone()));
        let words = "--search 5 --candidates 9 --folds 3 --fold-kind forward:a:b --fold-gap 60 --score log-loss";
        assert_eq!(
            spec(words),
            Some(SearchSpec {
                candidates: 9,
                folds: 3,
                fold_kind: FoldKind::Forward {
                    column: "a:b".to_owned(),
                    gap_secs: 60.0
                },
                score: SearchScore::LogLoss,
                ..five
            })
        );
        for wrong in ["--folds 3", "--search 5 --fold-kind grouped", "--search x"] {
            assert!(parse(wrong).is_err(), "{wrong}");
        }
    }
}
