//! What can be typed, and the specs that it makes.

use std::ffi::OsString;

use clap::{Args as ClapArgs, CommandFactory, FromArgMatches, Parser, Subcommand, ValueEnum};

use super::compare::CompareArgs;
use super::forecast::ForecastArgs;
use super::profile::ProfileArgs;
use super::read::ReadArgs;
use super::read_args::{self, ReadingArgs};
use super::search_args::SearchArgs;
use super::simulate_args::SimulateArgs;
use crate::data::ColumnKind;
use crate::protocol::{
    BoostSpec, ClassWeight, Criterion, Encoding, Failure, FailureCode, ForestSpec, MaxFeatures,
    Missing, ModelSpec, Place, PrepareSpec, Scaling, TreeSpec,
};

/// Predicts Kubernetes issues from cluster metrics.
#[derive(Debug, Parser)]
#[command(name = "kubecast", version, about, max_term_width = 100)]
pub(super) struct Args {
    #[command(subcommand)]
    pub command: Command,
}

const LONG_HELP: &str = "\
For example --delimiter ';' --decimal , --dates day-first, or for one of several files --for b.csv,offset=+01:00";

/// Reads the words of a command line.
pub(super) fn parse(words: impl IntoIterator<Item = OsString>) -> Result<Args, clap::Error> {
    let mut command = grammar();
    let matches = command.try_get_matches_from_mut(words)?;
    Args::from_arg_matches(&matches).map_err(|error| error.format(&mut command))
}

/// What can be typed. How files are read is not in the short help of the commands that do more than read.
fn grammar() -> clap::Command {
    let mut command = Args::command();
    for name in [
        "train", "evaluate", "predict", "inspect", "profile", "forecast",
    ] {
        command = command.mut_subcommand(name, |command| {
            let command = read_args::NAMES.iter().fold(command, |command, name| {
                command.mut_arg(name, |arg| arg.hide_short_help(true))
            });
            command
                .after_help("How files are read and joined can be said as to `kubecast read`: --help tells.")
                .after_long_help(LONG_HELP)
        });
    }
    // What it was called before every command took it.
    command.mut_subcommand("read", |command| {
        command.mut_arg(read_args::TEXT_ENCODING, |arg| {
            arg.visible_alias("encoding")
        })
    })
}

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Simulate a cluster's metrics with known issues, as CSV.
    Simulate(Box<SimulateArgs>),
    /// Learn from a table or exported metrics, evaluate on rows held out, and keep the model.
    Train(Box<TrainArgs>),
    /// Evaluate a model on files that hold its target.
    Evaluate(Box<EvaluateArgs>),
    /// Predict the rows of a table or of exported metrics.
    Predict(Box<PredictArgs>),
    /// Describe a table, exported metrics or a model, as JSON.
    Inspect(Box<InspectArgs>),
    /// Look at a whole table, as JSON: what is missing together, how classes differ, correlation, steps, gaps and repeats.
    Profile(Box<ProfileArgs>),
    /// Warn ahead of issues, and judge the warnings by incident: how early, how reliably, at what price.
    Forecast(Box<ForecastArgs>),
    /// Compare two forecasts, or two trainings, by their reports: differences with intervals and tests, and what changed sides.
    Compare(CompareArgs),
    /// Write the table that a file of any delimiter, encoding or damage holds, and how it was read.
    Read(Box<ReadArgs>),
}

#[derive(Debug, ClapArgs)]
pub(super) struct EvaluateArgs {
    /// The model file.
    pub model: String,
    /// Files with the target's column: CSV, or exports of Prometheus, Grafana, VictoriaMetrics, Datadog or kubectl, packed
    /// (.gz, .zip) or not; - is standard input.
    #[arg(required = true, value_name = "FILE")]
    pub files: Vec<String>,
    /// The report to write, as JSON; - is standard output.
    #[arg(long, value_name = "FILE", default_value = "-")]
    pub report: String,
    #[command(flatten)]
    pub reading: ReadingArgs,
}

#[derive(Debug, ClapArgs)]
pub(super) struct PredictArgs {
    /// The model file.
    pub model: String,
    /// Files with the columns that the model needs, of any kind that train takes; - is standard input.
    #[arg(required = true, value_name = "FILE")]
    pub files: Vec<String>,
    /// The predictions to write, as CSV: row, predicted, probability, then one p_CLASS per class, then whether the
    /// row is unlike those learned from (unfamiliar, 1 or 0) and the columns that make it so; - is standard output.
    #[arg(long, value_name = "FILE", default_value = "-")]
    pub out: String,
    #[command(flatten)]
    pub reading: ReadingArgs,
}

#[derive(Debug, ClapArgs)]
pub(super) struct InspectArgs {
    /// Files of any kind that train takes, or a model file; - is standard input.
    #[arg(required = true, value_name = "FILE")]
    pub files: Vec<String>,
    #[command(flatten)]
    pub reading: ReadingArgs,
}

#[derive(Debug, ClapArgs)]
pub(super) struct TrainArgs {
    /// CSV files with equal headers, which are stacked, or exports of Prometheus, Grafana, VictoriaMetrics, Datadog or
    /// kubectl, which are joined on time and labels; packed (.gz, .zip) or not; - is standard input.
    #[arg(required = true, value_name = "FILE")]
    pub files: Vec<String>,
    /// The model file to write; - is standard output.
    #[arg(long, value_name = "FILE")]
    pub out: Option<String>,
    /// The evaluation to write, as JSON; - is standard output.
    #[arg(long, value_name = "FILE")]
    pub report: Option<String>,
    /// Threads to grow trees on; the result does not depend on it [default: one per core].
    #[arg(long, value_name = "N")]
    pub threads: Option<std::num::NonZeroUsize>,
    /// Tell what the training would need, memory and time by a short probe, as JSON on standard output, and do not train.
    #[arg(long, conflicts_with_all = ["out", "report", "search"])]
    pub estimate: bool,
    /// Memory that the training may take, such as 800MB or 2GB; what needs more is refused before it begins [default: what
    /// the system has to give, where it tells].
    #[arg(long, value_name = "SIZE", value_parser = super::memory::size)]
    pub memory_limit: Option<u64>,
    #[command(flatten)]
    prepare: PrepareArgs,
    /// What to train.
    #[arg(long, value_enum, default_value_t = ModelKind::RandomForest)]
    model: ModelKind,
    #[command(flatten)]
    params: ModelArgs,
    #[command(flatten)]
    pub search: SearchArgs,
    #[command(flatten)]
    pub reading: ReadingArgs,
}

#[derive(Debug, ClapArgs)]
#[command(next_help_heading = "From table to features")]
struct PrepareArgs {
    /// The column to predict [default: the likeliest].
    #[arg(long, value_name = "COLUMN")]
    target: Option<String>,
    /// The columns to learn from, separated by commas [default: every suitable one].
    #[arg(long, value_name = "A,B", value_delimiter = ',')]
    columns: Vec<String>,
    /// Read a column as another kind: number, integer, boolean, category, timestamp, text, constant, identifier.
    #[arg(long = "kind", value_name = "COLUMN=KIND", value_parser = column_kind)]
    kinds: Vec<(String, ColumnKind)>,
    /// Missing cells.
    #[arg(long, value_enum, default_value_t = MissingRule::AsIs)]
    missing: MissingRule,
    /// The number for missing cells with --missing constant.
    #[arg(long, value_name = "X", allow_negative_numbers = true)]
    missing_value: Option<f64>,
    /// Add a column of 0 and 1 for each feature with missing cells.
    #[arg(long)]
    indicator: bool,
    /// How numbers are scaled; trees do not need it.
    #[arg(long, value_enum, default_value_t = ScalingRule::None)]
    scaling: ScalingRule,
    /// How categories become numbers.
    #[arg(long, value_enum, default_value_t = EncodingRule::Sets)]
    encoding: EncodingRule,
    /// Share of rows held out, above 0 and below 1.
    #[arg(long, value_name = "SHARE", default_value_t = PrepareSpec::default().test_share)]
    test_share: f64,
    /// Draws the held-out rows and everything in training that is drawn.
    #[arg(long, value_name = "S", default_value_t = PrepareSpec::default().seed)]
    seed: u64,
    /// Hold out rows whatever their class, rather than the same share of each.
    #[arg(long)]
    no_stratify: bool,
    /// Do not learn to tell rows that are unlike those learned from.
    #[arg(long)]
    no_unfamiliar: bool,
    /// Tell them by each row's distance from its entity's own earlier rows, rather than by the row as it is.
    #[arg(long, conflicts_with = "no_unfamiliar")]
    unfamiliar_own_past: bool,
    /// With --unfamiliar-own-past the column of time: instants, or a number that counts [default: the likeliest].
    #[arg(long, value_name = "COLUMN", requires = "unfamiliar_own_past")]
    time: Option<String>,
    /// With --unfamiliar-own-past the columns that tell entities apart [default: those that leave no time twice].
    #[arg(
        long,
        value_name = "A,B",
        value_delimiter = ',',
        requires = "unfamiliar_own_past"
    )]
    entity: Vec<String>,
}

#[derive(Debug, ClapArgs)]
#[command(next_help_heading = "The model (F random forest, B gradient boosting, T decision tree)")]
struct ModelArgs {
    /// F: trees, 1 to 2000 [default: 100].
    #[arg(long, value_name = "N")]
    trees: Option<u32>,
    /// F B T: levels below the root [default: F B unlimited, T 8].
    #[arg(long, value_name = "N")]
    max_depth: Option<u32>,
    /// F T: fewest rows to split a node [default: 2].
    #[arg(long, value_name = "N")]
    min_samples_split: Option<u32>,
    /// F B T: fewest rows in a leaf [default: 1].
    #[arg(long, value_name = "N")]
    min_samples_leaf: Option<u32>,
    /// F: features drawn at each node: sqrt, log2, all or a share such as 0.5 [default: sqrt].
    #[arg(long, value_name = "RULE", value_parser = max_features)]
    max_features: Option<MaxFeatures>,
    /// F B: what each class's rows weigh [default: F balanced, B none].
    #[arg(long, value_enum)]
    class_weight: Option<WeightRule>,
    /// F T: what a split is judged by [default: gini].
    #[arg(long, value_enum)]
    criterion: Option<CriterionRule>,
    /// F: each tree learns from all rows rather than from rows drawn with replacement.
    #[arg(long)]
    no_bootstrap: bool,
    /// F: cuts are drawn at random (extremely randomized trees).
    #[arg(long)]
    random_cuts: bool,
    /// F: judge each training row by the trees that did not draw it.
    #[arg(long)]
    out_of_bag: bool,
    /// F B: leaves of a tree, those of largest gain first [default: F unlimited, B 31 (unlimited where --max-depth is given)].
    #[arg(long, value_name = "N")]
    max_leaves: Option<u32>,
    /// B: boosting rounds, 1 to 2000 [default: 100].
    #[arg(long, value_name = "N")]
    rounds: Option<u32>,
    /// B: share of each tree's step that is taken, above 0, at most 1 [default: 0.1].
    #[arg(long, value_name = "RATE")]
    learning_rate: Option<f64>,
    /// B: L2 penalty on leaf values [default: 0.1].
    #[arg(long, value_name = "X")]
    l2: Option<f64>,
    /// B: share of rows that each round draws, above 0, at most 1 [default: 1].
    #[arg(long, value_name = "SHARE")]
    subsample: Option<f64>,
    /// B: share of columns that each tree draws, above 0, at most 1 [default: half where fewer than 10,000 rows are learned
    /// from, else all].
    #[arg(long, value_name = "SHARE")]
    column_share: Option<f64>,
    /// B: least sum of a leaf's second derivatives; less in proportion where the average row has less than 1/20 [default: 1].
    #[arg(long, value_name = "X")]
    min_hessian: Option<f64>,
    /// B: a split lowers the loss by more than half of this [default: 0].
    #[arg(long, value_name = "X")]
    min_gain: Option<f64>,
    /// B: stop after so many rounds that do not predict a held-out tenth of the training rows better [default: never].
    #[arg(long, value_name = "N")]
    stop_after: Option<u32>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum ModelKind {
    RandomForest,
    GradientBoosting,
    DecisionTree,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum MissingRule {
    /// Leave them: trees learn to which side they go.
    AsIs,
    /// Leave out rows that miss any used feature.
    DropRows,
    /// The column's mean; categories take the most frequent.
    Mean,
    /// The column's median; categories take the most frequent.
    Median,
    /// The column's most frequent value.
    MostFrequent,
    /// The number of --missing-value.
    Constant,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum ScalingRule {
    None,
    Standard,
    MinMax,
    Robust,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum EncodingRule {
    /// One number for each name, in sorted order
    Ordinal,
    /// As they are: a split sends any set of names to each side
    Sets,
    /// One column of 0 and 1 for each name
    OneHot,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum WeightRule {
    None,
    Balanced,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum CriterionRule {
    Gini,
    Entropy,
}

impl TrainArgs {
    /// The columns whose kind was set.
    pub fn kinds(&self) -> &[(String, ColumnKind)] {
        &self.prepare.kinds
    }

    /// From table to features.
    pub fn prepare(&self) -> Result<PrepareSpec, Failure> {
        let args = &self.prepare;
        Ok(PrepareSpec {
            target: args.target.clone().unwrap_or_default(),
            columns: args.columns.clone(),
            missing: missing(args.missing, args.missing_value)?,
            indicator: args.indicator,
            scaling: match args.scaling {
                ScalingRule::None => Scaling::None,
                ScalingRule::Standard => Scaling::Standard,
                ScalingRule::MinMax => Scaling::MinMax,
                ScalingRule::Robust => Scaling::Robust,
            },
            encoding: match args.encoding {
                EncodingRule::Ordinal => Encoding::Ordinal,
                EncodingRule::Sets => Encoding::Sets,
                EncodingRule::OneHot => Encoding::OneHot,
            },
            test_share: args.test_share,
            seed: args.seed,
            stratify: !args.no_stratify,
            mark_unfamiliar: !args.no_unfamiliar,
            unfamiliar_own_past: args.unfamiliar_own_past,
            time: args.time.clone(),
            entity: args.entity.clone(),
        })
    }

    /// From features to model. An option of another model is an error rather than ignored.
    pub fn model(&self) -> Result<ModelSpec, Failure> {
        let args = &self.params;
        let (forest, boosting, tree) = (
            ModelKind::RandomForest,
            ModelKind::GradientBoosting,
            ModelKind::DecisionTree,
        );
        let given = [
            ("--trees", args.trees.is_some(), &[forest][..]),
            (
                "--min-samples-split",
                args.min_samples_split.is_some(),
                &[forest, tree],
            ),
            ("--max-features", args.max_features.is_some(), &[forest]),
            (
                "--class-weight",
                args.class_weight.is_some(),
                &[forest, boosting],
            ),
            ("--criterion", args.criterion.is_some(), &[forest, tree]),
            ("--no-bootstrap", args.no_bootstrap, &[forest]),
            ("--random-cuts", args.random_cuts, &[forest]),
            ("--out-of-bag", args.out_of_bag, &[forest]),
            (
                "--max-leaves",
                args.max_leaves.is_some(),
                &[forest, boosting],
            ),
            ("--column-share", args.column_share.is_some(), &[boosting]),
            ("--min-hessian", args.min_hessian.is_some(), &[boosting]),
            ("--min-gain", args.min_gain.is_some(), &[boosting]),
            ("--stop-after", args.stop_after.is_some(), &[boosting]),
            ("--rounds", args.rounds.is_some(), &[boosting]),
            ("--learning-rate", args.learning_rate.is_some(), &[boosting]),
            ("--l2", args.l2.is_some(), &[boosting]),
            ("--subsample", args.subsample.is_some(), &[boosting]),
        ];
        for (option, is_given, of) in given {
            if is_given && !of.contains(&self.model) {
                return Err(foreign(option, self.model, of));
            }
        }
        let weight = args.class_weight.map(|rule| match rule {
            WeightRule::None => ClassWeight::None,
            WeightRule::Balanced => ClassWeight::Balanced,
        });
        let criterion = match args.criterion {
            Some(CriterionRule::Entropy) => Criterion::Entropy,
            Some(CriterionRule::Gini) | None => Criterion::Gini,
        };
        Ok(match self.model {
            ModelKind::RandomForest => {
                let default = ForestSpec::default();
                ModelSpec::RandomForest(ForestSpec {
                    trees: args.trees.unwrap_or(default.trees),
                    max_depth: args.max_depth.or(default.max_depth),
                    min_samples_split: args.min_samples_split.unwrap_or(default.min_samples_split),
                    min_samples_leaf: args.min_samples_leaf.unwrap_or(default.min_samples_leaf),
                    max_features: args.max_features.unwrap_or(default.max_features),
                    class_weight: weight.unwrap_or(default.class_weight),
                    criterion,
                    bootstrap: !args.no_bootstrap,
                    random_cuts: args.random_cuts,
                    max_leaves: args.max_leaves,
                    out_of_bag: args.out_of_bag,
                })
            }
            ModelKind::GradientBoosting => {
                let default = BoostSpec::default();
                // Whoever bounds the depth alone means full trees of that depth.
                let leaves = if args.max_depth.is_some() {
                    None
                } else {
                    default.max_leaves
                };
                ModelSpec::GradientBoosting(BoostSpec {
                    rounds: args.rounds.unwrap_or(default.rounds),
                    learning_rate: args.learning_rate.unwrap_or(default.learning_rate),
                    max_depth: args.max_depth.or(default.max_depth),
                    max_leaves: args.max_leaves.or(leaves),
                    min_samples_leaf: args.min_samples_leaf.unwrap_or(default.min_samples_leaf),
                    min_hessian: args.min_hessian.unwrap_or(default.min_hessian),
                    min_gain: args.min_gain.unwrap_or(default.min_gain),
                    column_share: args.column_share,
                    stop_after: args.stop_after,
                    l2: args.l2.unwrap_or(default.l2),
                    subsample: args.subsample.unwrap_or(default.subsample),
                    class_weight: weight.unwrap_or(default.class_weight),
                })
            }
            ModelKind::DecisionTree => {
                let default = TreeSpec::default();
                ModelSpec::DecisionTree(TreeSpec {
                    max_depth: args.max_depth.unwrap_or(default.max_depth),
                    min_samples_split: args.min_samples_split.unwrap_or(default.min_samples_split),
                    min_samples_leaf: args.min_samples_leaf.unwrap_or(default.min_samples_leaf),
                    criterion,
                })
            }
        })
    }
}

fn missing(rule: MissingRule, value: Option<f64>) -> Result<Missing, Failure> {
    match (rule, value) {
        (MissingRule::Constant, Some(value)) => Ok(Missing::Constant(value)),
        (MissingRule::Constant, None) => Err(usage(
            "--missing constant needs --missing-value",
            "It is the number that missing cells are given.",
            "Add for example --missing-value 0.",
        )),
        (_, Some(_)) => Err(usage(
            "--missing-value is only for --missing constant",
            "Any other rule finds its values in the training rows.",
            "Add --missing constant, or leave --missing-value out.",
        )),
        (MissingRule::AsIs, None) => Ok(Missing::AsIs),
        (MissingRule::DropRows, None) => Ok(Missing::DropRows),
        (MissingRule::Mean, None) => Ok(Missing::Mean),
        (MissingRule::Median, None) => Ok(Missing::Median),
        (MissingRule::MostFrequent, None) => Ok(Missing::MostFrequent),
    }
}

fn foreign(option: &str, model: ModelKind, of: &[ModelKind]) -> Failure {
    let name = |kind: ModelKind| {
        kind.to_possible_value()
            .map(|value| value.get_name().to_owned())
            .unwrap_or_default()
    };
    let owners: Vec<String> = of.iter().map(|&kind| name(kind)).collect();
    usage(
        &format!("{option} is no option of {}", name(model)),
        &format!("It belongs to {}.", owners.join(" and ")),
        &format!("Leave it out, or choose --model {}.", owners.join(" or ")),
    )
}

fn usage(title: &str, detail: &str, hint: &str) -> Failure {
    Failure {
        code: FailureCode::Option,
        title: title.to_owned(),
        detail: detail.to_owned(),
        hint: hint.to_owned(),
        place: Place::default(),
    }
}

fn column_kind(text: &str) -> Result<(String, ColumnKind), String> {
    // A column's name may hold an equals sign, a kind's does not.
    let (column, kind) = text.rsplit_once('=').ok_or("write it as COLUMN=KIND")?;
    let kind = ColumnKind::ALL
        .into_iter()
        .find(|k| k.name() == kind)
        .ok_or_else(|| {
            let names: Vec<&str> = ColumnKind::ALL.iter().map(|k| k.name()).collect();
            format!("{kind:?} is none of {}", names.join(", "))
        })?;
    Ok((column.to_owned(), kind))
}

fn max_features(text: &str) -> Result<MaxFeatures, String> {
    match text {
        "sqrt" => Ok(MaxFeatures::Sqrt),
        "log2" => Ok(MaxFeatures::Log2),
        "all" => Ok(MaxFeatures::All),
        share => match share.parse::<f64>() {
            Ok(share) if share > 0.0 && share <= 1.0 => Ok(MaxFeatures::Share(share)),
            _ => Err("it is sqrt, log2, all, or a share above 0 and at most 1".to_owned()),
        },
    }
}

#[cfg(test)]
#[path = "args_tests.rs"]
mod tests;
