"""Our engine beside the libraries a user would pick instead, on the same files, in turns.

`cargo xtask bench engine` runs it and names in the environment: KUBECAST_BENCH and KUBECAST_ISOLATION
(examples/engine_bench.rs and isolation_bench.rs, built), KUBECAST_PEERS (the peers' scripts), KUBECAST_DATA, KUBECAST_WORK
(a folder to write to), KUBECAST_NODE (Node, where the site is built and Chromium there). Prints two tables for each data
set, medians of the repetitions, and one of isolation forests. CPU seconds compare on a busy machine; wall seconds only
within one run.

    --sets k8s,synth20k,synth100k   which data
    --reps 3                        repetitions, each of which runs everything once
    --native                        nothing in the browser
    --write                         puts the tables into docs/benchmarks.md
"""

import argparse
import json
import os
import pathlib
import shutil
import statistics
import subprocess
import sys

from document import machine, replace_section, table

PATIENCE_S = 900
#: Peers of the scripts, and what to call them in words and in short.
PEERS = {
    "sklearn_rf_t1": ("scikit-learn RandomForest, 100 trees", "RF"),
    "sklearn_et_t1": ("scikit-learn ExtraTrees, 100 trees", "ET"),
    "sklearn_hgb_t1": ("scikit-learn HistGradientBoosting", "HGB"),
    "lgbm_gbdt_t1": ("LightGBM, 100 rounds", "LGBM"),
    "lgbm_quant_t1": ("LightGBM, quantized gradients", "LGBM-q"),
}
#: Those that use two threads, for the browser's two workers.
PEERS_OF_TWO = {
    "sklearn_rf_t2": ("scikit-learn RandomForest, 2 jobs", "RF-2"),
    "lgbm_gbdt_t2": ("LightGBM, 2 threads", "LGBM-2"),
}
#: Ours: a name, the options of engine_bench, the peers to compare with.
OURS = {
    "Kubecast forest, 100 trees": (["--model", "rf"], ["sklearn_rf_t1", "sklearn_et_t1"]),
    "Kubecast extra trees, 100": (["--model", "et"], ["sklearn_rf_t1", "sklearn_et_t1"]),
    "Kubecast boosting, 100 rounds": (["--model", "gb"], ["sklearn_hgb_t1", "lgbm_gbdt_t1", "lgbm_quant_t1"]),
}
#: Ours in Chromium: learner, workers, its native name, the peers to compare wall seconds with, with as many threads.
IN_CHROMIUM = {
    "Kubecast forest, 1 thread": ("rf", 1, "Kubecast forest, 100 trees", ["sklearn_rf_t1"]),
    "Kubecast forest, 2 workers": ("rf", 2, "Kubecast forest, 100 trees", ["sklearn_rf_t2"]),
    "Kubecast boosting, 1 thread": ("gb", 1, "Kubecast boosting, 100 rounds", ["lgbm_gbdt_t1"]),
    "Kubecast boosting, 2 workers": ("gb", 2, "Kubecast boosting, 100 rounds", ["lgbm_gbdt_t1", "lgbm_gbdt_t2"]),
}
ALL_PEERS = PEERS | PEERS_OF_TWO
SCRIPT = pathlib.Path(__file__).resolve().parents[1] / "browser" / "engine.mjs"


def folder(name, default):
    return pathlib.Path(os.environ.get(name) or default).resolve()


def say(text):
    print(f"    {text}", flush=True)


def copy_of_peers(work):
    """The peers' scripts write beside themselves: they are run from a copy."""
    there = folder("KUBECAST_PEERS", "../shared/peers")
    if not (there / "py" / "peer.py").is_file():
        say(f"not run: {there} holds no peers' scripts (set KUBECAST_PEERS)")
        sys.exit(0)
    copy = work / "peers"
    shutil.copytree(there / "py", copy / "py", dirs_exist_ok=True)
    for path in [copy, *copy.rglob("*")]:
        path.chmod(path.stat().st_mode | 0o200)
    (copy / "data").mkdir(exist_ok=True)
    return copy


def make_data(peers, name):
    """The path of a data set, made where it is not there yet."""
    path = peers / "data" / f"{name}.csv"
    if path.is_file():
        return path
    if name == "synth20k":
        with open(make_data(peers, "synth100k")) as whole, open(path, "w") as part:
            part.writelines(line for _, line in zip(range(20_001), whole))
        return path
    say(f"making {name}.csv")
    seed = folder("KUBECAST_DATA", "../shared/data") / "seed" / "kubernetes_metrics_dataset.csv"
    if name == "k8s" and not seed.is_file():
        say(f"k8s is left out: there is no {seed} (set KUBECAST_DATA)")
        return None
    run = [sys.executable, str(peers / "py" / "make_data.py"), name]
    subprocess.run(run, check=True, env=os.environ | {"K8S_CSV": str(seed)})
    return path


def last_json(command):
    """The last line of JSON that a program prints, and why there is none."""
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE_S)
    except subprocess.TimeoutExpired:
        return None, f"took more than {PATIENCE_S} s"
    lines = [line for line in done.stdout.splitlines() if line.startswith("{")]
    if done.returncode or not lines:
        return None, (done.stderr.strip().splitlines() or [f"ended with {done.returncode}"])[-1]
    return json.loads(lines[-1]), None


def ours(command):
    """Natively or in the browser, which does not say how fast it predicts."""
    one, why = last_json(command)
    if one is None:
        return None, why
    return {
        "cpu": one["fit_cpu_s"],
        "wall": one["fit_wall_s"],
        "accuracy": one["accuracy"],
        "f1": one["macro_f1"],
        "bytes": one["model_bytes"],
        "peak": one["peak_bytes"],
        "speed": one.get("rows_per_s_1000", 0),
    }, None


def peer(peers, name, data):
    one, why = last_json([sys.executable, str(peers / "py" / "peer.py"), name, data])
    if one is None:
        return None, why
    return {
        "cpu": one["fit_cpu_s"],
        "wall": one["fit_s"],
        "accuracy": one["accuracy"],
        "f1": one["macro_f1"],
        "bytes": one["model_bytes"],
        "peak": one["peak_mem_MB"] * 2**20,
        "speed": one["predict_rows"] / one["predict_s"],
    }, None


def medians(runs):
    # What was too short for a figure in one run says nothing there.
    figures = {key: [run[key] for run in runs if run.get(key) is not None] for key in runs[0]}
    return {key: statistics.median(known) if known else None for key, known in figures.items()}


def measure(program, node, peers, data, path, reps):
    """Results by runner: medians. One that fails once is left out, and said."""
    jobs = {}
    for name, (options, _) in OURS.items():
        jobs[name] = lambda options=options: ours([program, str(path), *options])
    if node:
        for name, (kind, workers, _, _) in IN_CHROMIUM.items():
            jobs[name] = lambda kind=kind, workers=workers: ours([node, str(SCRIPT), str(path), kind, str(workers)])
    for name in ALL_PEERS if node else PEERS:
        jobs[name] = lambda name=name: peer(peers, name, data)
    runs = {name: [] for name in jobs}
    failed = set()
    for rep in range(reps):
        # Turned each time, so that nobody is always measured after the same neighbour.
        order = list(jobs)
        turn = rep * 3 % len(order)
        for name in order[turn:] + order[:turn]:
            if name in failed:
                continue
            run, why = jobs[name]()
            called = ALL_PEERS[name][0] if name in ALL_PEERS else name
            if run is None:
                failed.add(name)
                say(f"{data}: {called} left out: {why}")
            else:
                runs[name].append(run)
                say(f"{data} {rep + 1}/{reps} {called}: {run['cpu']:.2f} CPU-s, {run['wall']:.2f} s, accuracy {run['accuracy']:.4f}")
    return {name: medians(done) for name, done in runs.items() if done and name not in failed}


def mega(count):
    return f"{count / 1e6:.2f} MB" if count < 1e7 else f"{count / 1e6:.0f} MB"


def figures(one):
    return [f"{one['cpu']:.2f}", f"{one['wall']:.2f}", f"{one['accuracy']:.4f}", f"{one['f1']:.4f}", mega(one["bytes"]), mega(one["peak"])]


def native(results):
    """Ours and the peers on one thread."""
    for name in [*OURS, *PEERS]:
        if name not in results:
            continue
        one = results[name]
        compared = OURS[name][1] if name in OURS else []
        ratios = [f"{ALL_PEERS[p][1]} {one['cpu'] / results[p]['cpu']:.2f}" for p in compared if p in results]
        called = f"**{name}**" if name in OURS else PEERS[name][0]
        yield [called, *figures(one), f"{one['speed'] / 1000:,.0f}k", ", ".join(ratios)]


def chromium(results):
    """Ours in the browser, and the peers of two threads."""
    for name in [*IN_CHROMIUM, *PEERS_OF_TWO]:
        if name not in results:
            continue
        one = results[name]
        ratios, against_native = [], ""
        if name in IN_CHROMIUM:
            _, workers, natively, compared = IN_CHROMIUM[name]
            ratios = [f"{ALL_PEERS[p][1]} {one['wall'] / results[p]['wall']:.2f}" for p in compared if p in results]
            alone = results.get(name.replace("2 workers", "1 thread"))
            if workers > 1 and alone:
                ratios.append(f"1 thread {one['wall'] / alone['wall']:.2f}")
            if natively in results:
                against_native = f"{one['cpu'] / results[natively]['cpu']:.2f}"
        called = f"**{name}**" if name in IN_CHROMIUM else PEERS_OF_TWO[name][0]
        yield [called, *figures(one), against_native, ", ".join(ratios)]


def isolation(program, peers, path, reps):
    """The isolation forest beside scikit-learn's: 100 trees on all rows, which are scored as well."""
    runs = {"**Kubecast isolation forest**": [], "scikit-learn IsolationForest": []}
    commands = [[program, str(path)], [sys.executable, str(peers / "py" / "shap_iso.py"), "iforest", path.stem]]
    for _ in range(reps):
        for done, command in zip(runs.values(), commands):
            one, why = last_json(command)
            if one is None:
                say(f"{path.stem}: an isolation forest left out: {why}")
            else:
                score = one["score_cpu_s"] if "score_cpu_s" in one else one["predict_cpu_s"]
                done.append({"fit": one["fit_cpu_s"], "score": score})
    if not all(runs.values()):
        return
    ours, theirs = (medians(done) for done in runs.values())
    for name, one in zip(runs, (ours, theirs)):
        against = f"fit {ours['fit'] / theirs['fit']:.2f}, score {ours['score'] / theirs['score']:.2f}" if one is ours else ""
        yield [name, f"{one['fit']:.3f}", f"{one['score']:.3f}", against]


COLUMNS = ["learner", "fit CPU-s", "wall s", "accuracy", "macro F1", "model", "peak memory"]
NOTE = (
    "Peak memory is the process's, data included; in Chromium that of the page's process with all its workers. Rows/s: ours "
    "per CPU second in batches of 1,000, the peers' per wall second of the whole test part. In Chromium a fifth of the rows "
    "is held out by the page's own draw, and CPU counts the whole browser. A ratio below 1 is in our favour."
)


def main():
    options = argparse.ArgumentParser()
    options.add_argument("--sets", default="k8s,synth20k,synth100k")
    options.add_argument("--reps", type=int, default=3)
    options.add_argument("--native", action="store_true")
    options.add_argument("--write", action="store_true")
    options = options.parse_args()
    program = os.environ["KUBECAST_BENCH"]
    node = None if options.native else os.environ.get("KUBECAST_NODE")
    work = folder("KUBECAST_WORK", "target/peers")
    work.mkdir(parents=True, exist_ok=True)
    peers = copy_of_peers(work)
    text = [f"{machine()}. {options.reps} repetitions in turns, medians. {NOTE}", ""]
    for data in options.sets.split(","):
        path = make_data(peers, data)
        if path is None:
            continue
        results = measure(program, node, peers, data, path, options.reps)
        part = [f"### `{data}`, native, one thread", "", *table([*COLUMNS, "rows/s", "CPU against"], native(results)), ""]
        if node:
            head = [*COLUMNS, "CPU against native", "wall against"]
            part += [f"### `{data}`, in Chromium", "", *table(head, chromium(results)), ""]
        if data == "synth100k":
            head = ["learner", "fit CPU-s", "score CPU-s", "CPU against"]
            measured = list(isolation(os.environ["KUBECAST_ISOLATION"], peers, path, options.reps))
            part += [f"### `{data}`, outliers, native, one thread", "", *table(head, measured), ""]
        print("\n".join(["", *part]), flush=True)
        text += part
    if options.write:
        replace_section("engine", "\n".join(text))


if __name__ == "__main__":
    main()
