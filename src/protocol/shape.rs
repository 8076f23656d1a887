//! What each message looks like as JSON, which is also what reports, run logs and model files hold.

use super::{
    Baseline, BoostSpec, BudgetRung, CalibrationBin, CalibrationSummary, Candidate, ClassColumn,
    ClassCount, ClassNames, ClassProfile, ClassRows, ClassScore, ClassWeight, ColumnSummary,
    CorrelatedPair, CorrelationProfile, CounterLine, Criterion, Curve, DataOrigin, DataProfile,
    DataSummary, Encoding, EntityLine, Estimate, Event, Exporters, Failure, FailureCode, FileHead,
    FileSummary, Flattering, FoldKind, ForecastOutcome, ForecastSpec, ForecastSummary,
    ForecastTrack, ForestSpec, Guess, Importance, IncidentLine, Interval, JoinSummary,
    JoinedColumn, LabelRule, LeakSummary, LoadShape, Mark, MaxFeatures, Mend, Missing,
    MissingGroup, MissingPattern, MissingProfile, ModelSpec, ModelSummary, NameRows, Options,
    Place, PredictionFilter, PredictionSummary, PrepareSpec, PreviewAlert, PreviewEpisode,
    PreviewMetric, Profile, ReadSetting, ReadSpec, ReadingSummary, Refusal, Report, Request,
    RivalSummary, RowNote, RowNotes, RowsFilter, RowsPage, RowsView, RunComparison, RunRecord,
    Scaling, ScenarioColumns, ScenarioFile, ScenarioPreset, ScenarioPreview, SearchScore,
    SearchSpec, SearchSummary, SeriesProfile, SeriesSummary, SimulateSpec, Spread, Stage,
    TargetSummary, TrackIncident, TrackKind, TrackPage, TreeSpec, Undefined, UnfamiliarRows,
    WatchedEntity,
};
use crate::json::{choice, record};

choice!(Whole: Request {
    Load { files, reading } = "load",
    Simulate { spec, sample } = "simulate",
    PreviewScenario { spec, episode } = "preview-scenario",
    ExportScenario { spec, what } = "export-scenario",
    SetKind { column, kind } = "set-kind",
    DescribeTarget { column } = "describe-target",
    Rows { offset, limit, view } = "rows",
    Profile { target } = "profile",
    Estimate { prepare, model } = "estimate",
    Train { prepare, model } = "train",
    Search { prepare, model, search } = "search",
    DescribeSeries { spec } = "describe-series",
    Forecast { spec } = "forecast",
    Track { entity, secs } = "track",
    Metric { spec, entity, column, secs } = "metric",
    ReadMarks { name } = "read-marks",
    ExportForecast = "export-forecast",
    CompareRuns { runs, budget } = "compare-runs",
    OpenModel { name } = "open-model",
    SaveModel = "save-model",
    Predict { files, reading } = "predict",
    PredictionRows { filter, offset, limit } = "prediction-rows",
    ExportData = "export-data",
    ExportRowNotes = "export-row-notes",
    ExportPredictions = "export-predictions",
    ExportReport = "export-report",
});
record!(Whole: FileHead { name, bytes, modified_secs });
record!(Options: ReadSpec { said, said_of, step_secs, entity_labels, rates, replica_labels, victoria_format });
choice!(Whole: ReadSetting {
    Encoding = "encoding",
    Delimiter = "delimiter",
    Quote = "quote",
    Escape = "escape",
    Decimal = "decimal",
    HeaderRows = "header-rows",
    PreambleRows = "preamble-rows",
    Comment = "comment",
    DateOrder = "date-order",
    Offset = "offset",
});
record!(Options: RowsView { sort, descending, filter });
record!(Options: RowsFilter { column, contains, min, max });
record!(Lenient: PredictionFilter { class, min_probability, wrong_only, unfamiliar_only });

choice!(Whole: Event {
    Progress { stage, done, detail, candidates } = "progress",
    Data(summary) = "data",
    Target(summary) = "target",
    Rows(page) = "rows",
    Profiled(profile) = "profiled",
    Estimated(estimate) = "estimated",
    Preview(preview) = "preview",
    Trained { model, report, run } = "trained",
    Found(summary) = "found",
    Series(summary) = "series",
    Forecast(summary) = "forecast",
    Refused(refusal) = "refused",
    Track(track) = "track",
    Marks(marks) = "marks",
    Compared(comparison) = "compared",
    Opened { model, report } = "opened",
    Predicted(summary) = "predicted",
    PredictionRows(page) = "prediction-rows",
    File { name, media_type } = "file",
    Failed { failure, notices } = "failed",
    Cancelled = "cancelled",
});
choice!(Whole: Stage {
    Reading = "reading",
    Simulating = "simulating",
    Profiling = "profiling",
    Preparing = "preparing",
    Growing = "growing",
    Searching = "searching",
    Evaluating = "evaluating",
    Explaining = "explaining",
    Predicting = "predicting",
    Writing = "writing",
});

record!(Whole: Failure { code, title, detail, hint, place });
record!(Lenient: Place { file, line, column, byte });
choice!(Whole: FailureCode {
    Input = "input",
    Data = "data",
    Option = "option",
    Model = "model",
    Mismatch = "mismatch",
    Resource = "resource",
    Internal = "internal",
});

record!(Options: SimulateSpec {
    preset, num_samples, time_periods, issue_types, issue_weights, issue_probability, seed, scrape_interval, start_time,
    clusters, nodes, placements_per_node, workload_mix, load_preset, noise, missingness, outages, row_drop, label_noise,
    label_mode, horizons, severity, p_sudden, abort_rate, overlap, unknown_types, unknown_fraction, autoscaling,
    deploy_rate, export_profile, columns, faults,
});
choice!(Whole: ScenarioPreset {
    Seed = "seed",
    Default = "default",
    Production = "production",
    Stress = "stress",
});
choice!(Whole: ScenarioFile {
    Table = "table",
    Episodes = "episodes",
    Events = "events",
    Config = "config",
});
record!(Whole: ScenarioPreview {
    start_secs, rows, columns, scrape_secs, entities, clusters, span_secs, seen_secs, entity, episode, secs, metrics,
    episodes, episodes_found, alerts,
});
record!(Whole: PreviewMetric { name, unit, values });
record!(Whole: PreviewEpisode {
    number, kind, place, onset_secs, impact_secs, end_secs, recovered_secs, announced, near_miss, here,
});
record!(Whole: PreviewAlert { name, from_secs, until_secs });
choice!(Whole: LoadShape { Office = "office", Global = "global", Batch = "batch" });
choice!(Whole: LabelRule { Impact = "impact", Onset = "onset", Horizon = "horizon" });
choice!(Whole: Exporters {
    Full = "full",
    NoEtcd = "no_etcd",
    NoControlPlane = "no_control_plane",
    NoPvc = "no_pvc",
    Mixed = "mixed",
});
choice!(Whole: ScenarioColumns { Seed = "seed", Full = "full" });
record!(Options: PrepareSpec {
    target, columns, missing, indicator, scaling, encoding, test_share, seed, stratify,
    mark_unfamiliar, unfamiliar_own_past, time, entity,
});
choice!(Whole: Missing {
    AsIs = "as-is",
    DropRows = "drop-rows",
    Mean = "mean",
    Median = "median",
    MostFrequent = "most-frequent",
    Constant(value) = "constant",
});
choice!(Whole: Scaling { None = "none", Standard = "standard", MinMax = "min-max", Robust = "robust" });
choice!(Whole: Encoding { Ordinal = "ordinal", Sets = "sets", OneHot = "one-hot" });
choice!(Whole: ClassWeight { None = "none", Balanced = "balanced" });
choice!(Whole: MaxFeatures { Sqrt = "sqrt", Log2 = "log2", All = "all", Share(share) = "share" });
choice!(Whole: Criterion { Gini = "gini", Entropy = "entropy" });
choice!(Whole "kind": ModelSpec {
    RandomForest(spec) = "random-forest",
    GradientBoosting(spec) = "gradient-boosting",
    DecisionTree(spec) = "decision-tree",
});
record!(Options: ForestSpec {
    trees, max_depth, min_samples_split, min_samples_leaf, max_features, class_weight, criterion, bootstrap,
    random_cuts, max_leaves, out_of_bag,
});
record!(Options: BoostSpec {
    rounds, learning_rate, max_depth, max_leaves, min_samples_leaf, min_hessian, min_gain, l2, subsample, column_share,
    stop_after, class_weight,
});
record!(Options: TreeSpec { max_depth, min_samples_split, min_samples_leaf, criterion });
choice!(Whole: FoldKind {
    Stratified = "stratified",
    Grouped { column } = "grouped",
    Forward { column, gap_secs } = "forward",
});
choice!(Whole: SearchScore { MacroF1 = "macro-f1", Accuracy = "accuracy", LogLoss = "log-loss" });
record!(Options: SearchSpec { seconds, candidates, folds, fold_kind, score });
record!(Lenient: Options { prepare, model, kinds });

record!(Options: ForecastSpec {
    time, entity, target, marks, columns, leave, horizon_minutes, windows_minutes, gap_minutes, budget, by_entity, shuffled,
    first_of_duplicates, anyway, trees, seed,
});
record!(Whole: SeriesSummary {
    time, entity, entities, counted, step_secs, span, gaps, duplicates, backwards, without_time, incidents, names, marks, mark_secs,
    mark_rows, mark_problems, refusal,
});
record!(Options: Mark { entity, from, until, kind });
choice!(Whole: Mend {
    Leave(column) = "leave",
    Forward = "forward",
    ByEntity = "by-entity",
    Horizon(minutes) = "horizon",
    FirstOfDuplicates = "first-of-duplicates",
});
record!(Whole: Refusal { failure, leaks, mends });
record!(Whole: LeakSummary { meaning, repair, count, rows });
record!(Whole: IncidentLine {
    name, incidents, ahead, late, missed, lead_minutes, lead_p10_minutes, recall_ahead, lead_interval, delay_minutes, pages_ahead, pages_during,
    pages_false, false_wrong_kind, false_too_early, pages_undecided, false_per_day, false_per_cluster_day,
    page_precision, pages_per_incident,
});
record!(Whole: ForecastOutcome { thresholds, all, kinds, recall_ahead, lead_minutes, false_per_day, row_counts, rows_finding });
record!(Whole: RivalSummary { name, outcomes });
record!(Whole: BudgetRung { budget, outcome, rivals });
record!(Whole: CalibrationBin { mean, share, rows });
record!(Whole: CalibrationSummary { bins, brier, reliability, resolution, uncertainty, calibration_error });
record!(Whole: WatchedEntity { number, name, incidents });
record!(Whole: Flattering { leaks, all, average_precision });
record!(Whole: ForecastSummary {
    spec, data_name, data_fingerprint, entities, clusters, counted, days, episodes, rows_train, rows_calibrate, rows_test,
    rows_embargoed, features, kinds, notices, leaks, roc_auc, average_precision, rungs, outcomes, rivals, calibration,
    watched, telling, flattering, row_classes, run,
});
record!(Whole: RunComparison { finding, notes, tables, budget, budgets });
record!(Whole: ForecastTrack { entity, name, start_secs, counted, span, secs, kinds, incidents, pages });
record!(Whole: TrackKind { name, values });
record!(Whole: TrackIncident { kind, start_secs, end_secs, counts });
record!(Whole: TrackPage { kind, secs });

choice!(Whole "origin": DataOrigin { Files = "files", Simulated { spec, sample } = "simulated" });
record!(Whole: FileSummary { name, bytes, rows });
choice!(Whole "profile": Profile {
    Histogram { min, max, counts } = "histogram",
    Top { values, other } = "top",
    Span { first, last, counts } = "span",
    Empty = "empty",
});
record!(Whole: ColumnSummary {
    name, kind, kind_set, missing, distinct, mean, profile, used, why_not, target_why_not,
});
record!(Whole: DataSummary {
    name, origin, files, rows, bytes, parse_secs, fingerprint, columns, notices, preview, target, join,
    readings,
});
record!(Whole: ReadingSummary { file, guesses, repaired, skipped });
record!(Whole: Guess { setting, value, sure });
record!(Whole: RowNotes { count, rows });
record!(Whole: RowNote { line, why, text });
record!(Whole: JoinSummary {
    series, samples, entity_labels, dropped_labels, step_secs, columns, merged, unplaced,
});
record!(Whole: JoinedColumn { name, metric, source, series, is_rate, resets, gaps, duplicates });
record!(Whole: ClassCount { class, rows, healthy });
record!(Whole: TargetSummary { column, classes, missing, why_not, notices, features });
record!(Whole: RowsPage { columns, offset, total, rows });

record!(Whole: DataProfile { target, rows, missing, by_class, correlation, series, repeated, repeated_first });
record!(Whole: MissingProfile { columns, complete, groups, left_out, patterns, other_patterns, other_rows });
record!(Whole: MissingGroup { columns, missing, course });
record!(Whole: MissingPattern { groups, rows });
record!(Whole: ClassProfile { classes, left_out, columns, named });
record!(Whole: ClassNames { name, apart, names, other_names, others, missing });
record!(Whole: NameRows { name, of_class });
record!(Whole: ClassRows { class, rows, seen });
record!(Whole: ClassColumn { name, apart, spreads });
record!(Whole: Spread { values, at });
record!(Whole: CorrelationProfile { rows, compared, left_out, columns, matrix, pairs });
record!(Whole: CorrelatedPair { a, b, rank, rows });
record!(Whole: SeriesProfile {
    time, entity, counted, entities, step_secs, steps, all_steps, gaps, duplicates, backwards, without_time, lines, counters,
});
record!(Whole: EntityLine { name, rows, step_secs, gaps, longest_secs, longest_at, duplicates });
record!(Whole: CounterLine { name, resets, entities, most, most_resets });

record!(Whole: Estimate { secs, memory_bytes, workers, probe_rows });
record!(Whole: Interval { low, high });
record!(Whole: ClassScore { class, precision, recall, f1, support, roc_auc, average_precision });
record!(Whole: Curve { class, points, thresholds, area });
record!(Whole: Importance { column, mean, std, repeats, impurity });
record!(Whole: Baseline { class, accuracy, balanced_accuracy, macro_f1, weighted_f1, log_loss });
record!(Whole: Undefined { figure, why });
record!(Whole: Report {
    accuracy, accuracy_interval, balanced_accuracy, macro_precision, macro_recall, macro_f1, macro_f1_interval,
    weighted_precision, weighted_recall, weighted_f1, mcc, log_loss, roc_auc_ovr, average_precision, classes,
    confusion, per_class, roc, precision_recall, importance, baseline, beats_baseline, rows_train, rows_test,
    fit_secs, options, data_fingerprint, data_name, undefined, notices, out_of_bag, rounds,
    unfamiliar,
});
record!(Whole: ModelSummary {
    kind, target, classes, columns, features, trees, nodes, bytes, id, options, data_name, data_fingerprint, text,
});
record!(Whole: Candidate { number, changes, steps, folds, mean, spread });
record!(Whole: SearchSummary { prepare, model, best, candidates, tried, fits, secs, notices });
record!(Whole: PredictionSummary { data_name, rows, totals, unfamiliar, page, report, notices, secs });
record!(Whole: UnfamiliarRows { alarm_one_in, of_class, average_precision });
record!(Whole: RunRecord {
    action, at_millis, secs, data_name, data_fingerprint, options, figures, outcome, forecast, training,
});
