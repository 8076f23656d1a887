// The shapes of the plain objects, part of the module's declarations.

/** How a column is read. */
export type ColumnKind = 'number' | 'integer' | 'boolean' | 'category' | 'timestamp' | 'text' | 'constant' | 'identifier';

/** A scenario for the simulator. */
export interface SimulateOptions {
  /** Where what is not given comes from (default 'seed': 24 columns, nine kinds, 30 % of the rows). */
  preset?: 'seed' | 'default' | 'production' | 'stress';
  /** Rows to make, 1 to 5,000,000 (default 10,000). */
  num_samples?: number;
  /** Hours that they span, 1 to 8,784 (default 168; of the other presets about 48). */
  time_periods?: number | null;
  /** Issue kinds to draw from (default: all of the preset). */
  issue_types?: string[];
  /** What each of them weighs (default: all alike). */
  issue_weights?: number[];
  /** Share of rows with an issue, 0 to 1 (default 0.3, 0.05, 0.01, 0.15 by preset). */
  issue_probability?: number | null;
  /** Seconds between scrapes: 15, 30 or a multiple of 60 up to 3600. */
  scrape_interval?: number | null;
  /** The first scrape, such as '2025-03-03T00:07:30' (UTC). */
  start_time?: string | null;
  /** Clusters (1 to 64), nodes of each (2 to 200), workloads on each node (2 to 20). */
  clusters?: number | null;
  nodes?: number | null;
  placements_per_node?: number | null;
  /** Shares of deployments, stateful sets, daemon sets, cron jobs and jobs. */
  workload_mix?: number[];
  load_preset?: 'office' | 'global' | 'batch' | null;
  /** Factor on the noise of measuring, 0 to 10. */
  noise?: number | null;
  /** Share of scraped cells that are lost, 0 to 0.5, and whether Prometheus itself is away now and then. */
  missingness?: number | null;
  outages?: boolean | null;
  /** Share of rows that are dropped whole, 0 to 0.5. */
  row_drop?: number | null;
  /** Share of issue rows whose label is wrong, 0 to 0.5. */
  label_noise?: number | null;
  label_mode?: 'impact' | 'onset' | 'horizon' | null;
  /** Minutes for which there is a y_ column each. */
  horizons?: number[];
  /** Factor on the severity of faults, 0.1 to 4. */
  severity?: number | null;
  /** Shares of faults that nothing announces, that heal before harm, that may strike where another does. */
  p_sudden?: number | null;
  abort_rate?: number | null;
  overlap?: number | null;
  /** Kinds that stay unknown to training, and their share of the issue rows. */
  unknown_types?: string[];
  unknown_fraction?: number | null;
  autoscaling?: boolean | null;
  /** Factor on how often something is rolled out, 0 to 20. */
  deploy_rate?: number | null;
  export_profile?: 'full' | 'no_etcd' | 'no_control_plane' | 'no_pvc' | 'mixed' | null;
  columns?: 'seed' | 'full' | null;
  /** false: the healthy twin of the same seed. */
  faults?: boolean;
  /** Same seed, same bytes (default 42). */
  seed?: number;
}

export interface Simulation {
  name: string;
  csv: string;
  rows: number;
  columns: string[];
  /** 16 hexadecimal digits. */
  fingerprint: string;
}

export interface RandomForestOptions {
  kind: 'random-forest';
  /** 1 to 2,000 (default 100). */
  trees?: number;
  /** Levels below the root, 1 to 64; null: until leaves are pure (default). */
  max_depth?: number | null;
  /** At least 2 (default 2). */
  min_samples_split?: number;
  /** At least 1 (default 1). */
  min_samples_leaf?: number;
  /** Features drawn at each node (default 'sqrt'). */
  max_features?: 'sqrt' | 'log2' | 'all' | { share: number };
  /** Default 'balanced'. */
  class_weight?: 'none' | 'balanced';
  /** Default 'gini'. */
  criterion?: 'gini' | 'entropy';
  /** Default true. */
  bootstrap?: boolean;
  /** Cuts are drawn at random (extremely randomized trees). Default false. */
  random_cuts?: boolean;
  /** Leaves of a tree, those of largest gain first, 2 to 65,536 (default: no bound). */
  max_leaves?: number | null;
  /** Judge each training row by the trees that did not draw it. Default false. */
  out_of_bag?: boolean;
}

export interface GradientBoostingOptions {
  kind: 'gradient-boosting';
  /** 1 to 2,000 (default 100). */
  rounds?: number;
  /** Above 0, at most 1 (default 0.1). */
  learning_rate?: number;
  /** 1 to 64, null for no bound (default). */
  max_depth?: number | null;
  /** Leaves of a tree, those of largest gain first, 2 to 65,536, null for no bound (default 31). */
  max_leaves?: number | null;
  /** At least 1 (default 1). */
  min_samples_leaf?: number;
  /** Least sum of a leaf's second derivatives, 0 or more; less in proportion where the average row has less than 1/20 (default 1). */
  min_hessian?: number;
  /** A split lowers the loss by more than half of this (default 0). */
  min_gain?: number;
  /** 0 or more (default 0.1). */
  l2?: number;
  /** Share of columns that each tree draws, above 0, at most 1; null: half where fewer than 10,000 rows are learned from, else all (default). */
  column_share?: number | null;
  /** Stop after so many rounds that do not predict a held-out tenth of the training rows better (default: never). */
  stop_after?: number | null;
  /** Above 0, at most 1 (default 1). */
  subsample?: number;
  /** Default 'none'. */
  class_weight?: 'none' | 'balanced';
}

export interface DecisionTreeOptions {
  kind: 'decision-tree';
  /** 1 to 32 (default 8). */
  max_depth?: number;
  /** At least 2 (default 2). */
  min_samples_split?: number;
  /** At least 1 (default 1). */
  min_samples_leaf?: number;
  /** Default 'gini'. */
  criterion?: 'gini' | 'entropy';
}

export type ModelOptions = RandomForestOptions | GradientBoostingOptions | DecisionTreeOptions;

export interface PrepareOptions {
  /** The column to predict (default: the likeliest). */
  target?: string;
  /** The columns to learn from (default: every suitable one). */
  columns?: string[];
  /** Missing cells (default 'as-is': trees learn to which side they go). */
  missing?: 'as-is' | 'drop-rows' | 'mean' | 'median' | 'most-frequent' | { constant: number };
  /** Add a column of 0 and 1 for each feature with missing cells (default false). */
  indicator?: boolean;
  /** Default 'none'. */
  scaling?: 'none' | 'standard' | 'min-max' | 'robust';
  /** Default 'sets': splits by sets of names. */
  encoding?: 'ordinal' | 'sets' | 'one-hot';
  /** Share of rows held out, above 0 and below 1 (default 0.25). */
  test_share?: number;
  /** Default 42. */
  seed?: number;
  /** Hold out the same share of each class (default true). */
  stratify?: boolean;
  /** Learn to tell rows that are unlike those learned from (default true). */
  mark_unfamiliar?: boolean;
  /** Tell them by each row's distance from its entity's own earlier rows, rather than by the row as it is (default false). */
  unfamiliar_own_past?: boolean;
  /** For that the column of time; null: the likeliest. */
  time?: string | null;
  /** For that the columns that tell entities apart; empty: those that leave no time twice. */
  entity?: string[];
}

/** How a table's text is written, and how series in it are joined; what is not said is guessed. */
export interface ReadingOptions {
  /** A sign or several, or 'comma', 'semicolon', 'tab', 'blank', 'blanks', 'wide-blanks', 'fixed'. */
  delimiter?: string | null;
  /** One character, or 'none'. */
  quote?: string | null;
  /** How a quote stands within quotes: 'doubled', or after 'backslash' or another sign. */
  escape?: string | null;
  /** Of bytes: 'utf-8', 'utf-16le', 'utf-16be', 'utf-32le', 'utf-32be' or 'windows-1252'. */
  encoding?: string | null;
  /** Rows of the header; 0 where the first row is data. */
  header_rows?: number | null;
  /** Lines above the header, blank ones and comments not counted. */
  preamble_rows?: number | null;
  /** The sign before fractions. */
  decimal?: '.' | ',' | null;
  /** Which comes first in dates such as 01/02/2026. */
  dates?: 'day-first' | 'month-first' | null;
  /** How far times without a zone are ahead of UTC: 'UTC', or such as '+01:00'. */
  offset?: string | null;
  /** What comment lines begin with, or 'none'. */
  comment?: string | null;
  /** Of exported metrics: seconds between rows, instead of the samples' own distance. */
  step?: number | null;
  /** Labels that name a row, instead of those that vary and are shared. */
  entity_labels?: string[] | null;
  /** Metrics that are to be made rates, and that are not to be. */
  rates?: string[] | null;
  no_rates?: string[] | null;
  /** Labels that tell the members of a pair apart that scrape the same. */
  replica_labels?: string[] | null;
  /** The format of VictoriaMetrics' CSV export, as it was asked for. */
  victoria_format?: string | null;
}

/** A table that is predicted or evaluated; it may be written otherwise than the one that the model learned from. */
export interface TableOptions {
  reading?: ReadingOptions | null;
}

export interface TrainOptions extends PrepareOptions {
  /** Default 'random-forest'. */
  model?: ModelOptions | ModelOptions['kind'];
  /** Columns to read as another kind. */
  kinds?: Record<string, ColumnKind>;
  /** The table's name, for the report (default 'data.csv'). */
  name?: string;
  /** How the table is written (default: guessed). */
  reading?: ReadingOptions | null;
}

export interface SearchOptions extends TrainOptions {
  search?: {
    /** How long it may take, above 0, at most 86,400 (default 60). With time for all candidates the result does not depend on the machine. */
    seconds?: number;
    /** Settings to draw at most, 1 to 900 (default 900). */
    candidates?: number;
    /** 2 to 20 (default 5). */
    folds?: number;
    /** Default 'stratified'; grouped: scored on nodes or pods never seen; forward: on what came later. */
    fold_kind?: 'stratified' | { grouped: { column: string } } | { forward: { column: string; gap_secs: number } };
    /** Default 'macro-f1'. */
    score?: 'macro-f1' | 'accuracy' | 'log-loss';
  };
}

/** Settings that a search tried; number 0 are those given. */
export interface Candidate {
  number: number;
  /** What it changes, in words; empty for those given. */
  changes: string;
  /** Trees or rounds, and folds, that it was scored with. */
  steps: number;
  folds: number;
  /** Mean and standard deviation of the score over these folds. */
  mean: number;
  spread: number;
}

export interface SearchResult {
  prepare: Required<PrepareOptions>;
  /** The best settings: `train(csv, { ...options, model })`. */
  model: ModelOptions;
  /** The best candidate's number. */
  best: number;
  /** The best first, and those given wherever they stand. */
  candidates: Candidate[];
  /** Candidates that were scored, and models that were fitted for it. */
  tried: number;
  fits: number;
  secs: number;
  notices: Notice[];
}

export interface Progress {
  stage: 'reading' | 'simulating' | 'profiling' | 'preparing' | 'growing' | 'searching' | 'evaluating' | 'explaining' | 'predicting' | 'writing';
  /** Share of this step done, 0 to 1. */
  done: number;
  detail: string;
  /** Of a search: the best so far, the best first. */
  candidates: Candidate[];
}

/** A row: column and value. Columns that the model does not need are ignored. */
export type Row = Record<string, number | string | boolean | Date | null | undefined>;

export interface Prediction {
  /** Its row in what was given, from 0: rows that the model's recipe drops are not predicted. */
  row: number;
  predicted: string;
  /** Of the predicted class, 0 to 1. */
  probability: number;
  /** Of each class; they sum to 1. */
  probabilities: Record<string, number>;
  /**
   * The columns that make the row unlike those that its name was learned from, in words; null where it is familiar. Absent
   * where the model does not tell, or compares with the row's own past and too few rows of its entity came before it.
   */
  unfamiliar?: string | null;
}

/** What a number in a row of `Scorer.score` stands for. */
export interface ScorerColumn {
  column: string;
  /**
   * null: the number itself (of yes and no: 1 and 0). Otherwise the number is the name's place among these, and any
   * other number a name that training never saw. NaN is missing in either case.
   */
  names: string[] | null;
}

export interface Interval { low: number; high: number; }

export interface ClassScore {
  class: string;
  precision: number | null;
  recall: number | null;
  f1: number | null;
  support: number;
  roc_auc: number | null;
  average_precision: number | null;
}

export interface Curve { class: string; points: [number, number][]; thresholds: number[]; area: number; }

export interface Importance { column: string; mean: number; std: number; repeats: number[]; impurity: number; }

export interface Baseline {
  class: string;
  accuracy: number;
  balanced_accuracy: number;
  macro_f1: number;
  weighted_f1: number;
  log_loss: number;
}

/** Something that was worked around, or to know before trusting a result; `notice` names it, the rest are its fields. */
export interface Notice { notice: string; [field: string]: unknown; }

/** An evaluation on rows that training did not see. What is not defined is null, and `undefined` says why. */
export interface Report {
  accuracy: number;
  accuracy_interval: Interval;
  balanced_accuracy: number;
  macro_precision: number;
  macro_recall: number;
  macro_f1: number;
  macro_f1_interval: Interval;
  weighted_precision: number;
  weighted_recall: number;
  weighted_f1: number;
  mcc: number;
  log_loss: number;
  roc_auc_ovr: number | null;
  average_precision: number | null;
  classes: string[];
  /** Rows are truth, columns what was predicted. */
  confusion: number[][];
  per_class: ClassScore[];
  roc: Curve[];
  precision_recall: Curve[];
  importance: Importance[];
  baseline: Baseline;
  beats_baseline: boolean;
  rows_train: number;
  rows_test: number;
  fit_secs: number;
  options: { prepare: Required<PrepareOptions>; model: ModelOptions; kinds: [string, ColumnKind][] };
  data_fingerprint: string;
  data_name: string;
  undefined: { figure: string; why: string }[];
  notices: Notice[];
  /** Held-out rows of each class that are unlike those learned from; null where the model does not tell. */
  unfamiliar: { alarm_one_in: number; of_class: number[]; average_precision: number | null } | null;
}

export interface ModelSummary {
  kind: string;
  target: string;
  classes: string[];
  columns: [string, ColumnKind][];
  features: number;
  trees: number;
  nodes: number;
  bytes: number;
  /** SHA-256 of the model file, the first 16 hexadecimal digits. */
  id: string;
  options: Report['options'];
  data_name: string;
  data_fingerprint: string;
  text: string | null;
}

/** What every function of this module throws. */
export interface KubecastError extends Error {
  name: 'KubecastError';
  code: 'input' | 'data' | 'option' | 'model' | 'mismatch' | 'resource' | 'internal';
  title: string;
  detail: string;
  hint: string;
  place: { file: string | null; line: number | null; column: string | null; byte: number | null };
}
