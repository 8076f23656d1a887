"""Macro F1 by five stratified folds on the collected files: ours, scikit-learn's and LightGBM at their defaults.

`cargo xtask bench engine --folds` runs it and names in the environment KUBECAST_ESTIMATOR (examples/estimator.rs, built) and
KUBECAST_DATA. Columns are treated as in the reference file of the data: categories by ordinal, missing numbers as they are,
constant columns and those that give the answer away left out, classes of fewer than 5 rows too.

One draw of folds differs from another by more than many learners do: `--draws` averages over several, with the learners drawing
from the same seeds. A score that was measured is kept beside the peers' data in KUBECAST_WORK, by the rows, the learner with its
parameters, its version or program, and the seed, and is not measured again.

    --write   puts the table into docs/benchmarks.md
    --draws N draws folds so many times, 1 to 3 (default 1)
    --fresh   measures all again
    NAME...   only files whose names hold one of these
"""

import hashlib
import json
import os
import pathlib
import sys
import time
import warnings

# One thread each: on a busy machine threads that wait for one another take many times as long.
os.environ.update(OMP_NUM_THREADS="1", OMP_WAIT_POLICY="PASSIVE")

import lightgbm
import numpy as np
import pandas as pd
import sklearn
from lightgbm import LGBMClassifier
from scipy.stats import rankdata
from sklearn.base import clone
from sklearn.ensemble import HistGradientBoostingClassifier, RandomForestClassifier
from sklearn.metrics import f1_score
from sklearn.model_selection import StratifiedKFold

from document import machine, replace_section, table

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "conformance"))
from estimators import KubecastBoosting, KubecastForest  # noqa: E402

FOLDS = 5
SEEDS = (42, 1, 2)
LEARNERS = {
    "Kubecast forest": KubecastForest(class_weight="balanced"),
    "Kubecast boosting": KubecastBoosting(),
    "RandomForest": RandomForestClassifier(),
    "HistGradientBoosting": HistGradientBoostingClassifier(),
    "LightGBM": LGBMClassifier(verbose=-1, n_jobs=1),
}
SEED_FILE = {"file": "seed/kubernetes_metrics_dataset.csv", "label": "issue_type", "dropped_columns": ["timestamp"]}


def files(data):
    references = json.loads((data / "reference.json").read_text())["classification"].values()
    by_name = {pathlib.Path(one["file"]).name: one for one in references}
    yield data / SEED_FILE["file"], SEED_FILE
    for path in sorted([*(data / "classic").glob("*.csv"), *(data / "telemetry").glob("*.csv")]):
        plain = path.name.removeprefix("devtrails_").removeprefix("dishang_")
        reference = by_name.get(path.name) or by_name.get(plain)
        if reference:
            yield path, reference


def read(path, reference):
    """Features as numbers, classes as numbers."""
    frame = pd.read_csv(path, keep_default_na=False, na_values=["", "?"], low_memory=False)
    label = frame.pop(reference["label"]).astype(str)
    frame = frame.drop(columns=[c for c in reference["dropped_columns"] if c in frame])
    counts = label.map(label.value_counts())
    frame, label = frame[counts >= FOLDS], label[counts >= FOLDS]
    columns = []
    for name in frame:
        column = pd.to_numeric(frame[name], errors="coerce")
        if column.isna().sum() > frame[name].isna().sum():
            codes, _ = pd.factorize(frame[name], sort=True)
            column = pd.Series(np.where(codes < 0, np.nan, codes), index=frame.index)
        column = column.astype(float).replace([np.inf, -np.inf], np.nan)
        if column.nunique(dropna=False) > 1:
            columns.append(column.to_numpy())
    return np.column_stack(columns), pd.factorize(label, sort=True)[0]


class Kept:
    """Scores by what they hang on, in a file."""

    def __init__(self, fresh):
        self.path = pathlib.Path(os.environ.get("KUBECAST_WORK") or ".") / "folds.json"
        there = not fresh and self.path.is_file()
        self.scores = json.loads(self.path.read_text()) if there else {}
        self.program = hashlib.sha256(pathlib.Path(os.environ["KUBECAST_ESTIMATOR"]).read_bytes()).hexdigest()

    def score(self, name, x, y, seed):
        learner = clone(LEARNERS[name]).set_params(random_state=seed)
        by = self.program if name.startswith("Kubecast") else f"{sklearn.__version__} {lightgbm.__version__}"
        rows = hashlib.sha256(x.tobytes() + y.tobytes()).hexdigest()
        key = hashlib.sha256(f"{name} {by} {sorted(learner.get_params().items())} {FOLDS} {rows}".encode()).hexdigest()
        if key not in self.scores:
            self.scores[key] = score(learner, x, y, seed)
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self.path.write_text(json.dumps(self.scores))
        return self.scores[key]


def score(learner, x, y, seed):
    scores = []
    for train, test in StratifiedKFold(FOLDS, shuffle=True, random_state=seed).split(x, y):
        # scikit-learn's boosting cannot fit a column that is missing throughout.
        there = np.isfinite(x[train]).any(axis=0)
        fitted = clone(learner).fit(x[train][:, there], y[train])
        scores.append(f1_score(y[test], fitted.predict(x[test][:, there]), average="macro"))
    return float(np.mean(scores))


def main():
    warnings.simplefilter("ignore")
    data = pathlib.Path(os.environ.get("KUBECAST_DATA") or "../shared/data").resolve()
    if not (data / "reference.json").is_file():
        print(f"    not run: {data} holds no reference.json (set KUBECAST_DATA)")
        return
    wanted = sys.argv[1:]
    draws = 1
    if "--draws" in wanted:
        at = wanted.index("--draws")
        draws = int(wanted[at + 1])
        del wanted[at : at + 2]
    seeds = SEEDS[:draws]
    wanted = [argument for argument in wanted if not argument.startswith("--")]
    kept = Kept("--fresh" in sys.argv)
    rows, ranks, spreads, short = [], [], [], []
    for path, reference in files(data):
        if wanted and not any(name in path.name for name in wanted):
            continue
        x, y = read(path, reference)
        begun = time.perf_counter()
        drawn = [[kept.score(name, x, y, seed) for seed in seeds] for name in LEARNERS]
        scores = [float(np.mean(one)) for one in drawn]
        spreads.extend(float(np.std(one, ddof=1)) for one in drawn if draws > 1)
        rank = rankdata([-round(s, 4) for s in scores])
        ranks.append(rank)
        best_of_ours = max(s for s, name in zip(scores, LEARNERS) if name.startswith("Kubecast"))
        if best_of_ours < max(scores) - 0.01:
            short.append(path.stem)
        rows.append([path.stem, *(f"{s:.4f}" for s in scores)])
        print(f"    {path.stem:<36} {x.shape[0]:>6} x {x.shape[1]:<4} {' '.join(f'{s:.4f}' for s in scores)}  {time.perf_counter() - begun:.0f} s", flush=True)
    if not rows:
        sys.exit("    no file of that name")
    rows.append(["**mean rank**", *(f"**{r:.2f}**" for r in np.mean(ranks, axis=0))])
    text = [f"{machine()}.", "", *table(["file", *LEARNERS], rows)]
    if draws > 1:
        spread = f"{np.median(spreads):.4f} on the median of files and learners, {max(spreads):.4f} at most"
        text += ["", f"Means of {draws} draws of folds; between draws a figure's standard deviation is {spread}."]
    text += ["", f"Ours more than 0.01 below the best: {', '.join(short) or 'nowhere'}."]
    print("\n".join(["", *text]))
    if "--write" in sys.argv:
        replace_section("folds", "\n".join(text))


if __name__ == "__main__":
    main()
