"""Our engine beside the libraries a user would pick instead, on the same files, in turns.

`cargo xtask bench engine` runs it and names in the environment: KUBECAST_BENCH (examples/engine_bench.rs, built),
KUBECAST_PEERS (the peers' scripts), KUBECAST_DATA, KUBECAST_WORK (a folder to write to). Prints a table for each data set:
medians of the repetitions. CPU seconds compare on a busy machine; wall seconds only within one run.

    --sets k8s,synth20k,synth100k   which data
    --reps 3                        repetitions, each of which runs everything once
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
#: Peers of the scripts, and what to call them; those that ours is compared with by learner.
PEERS = {
    "sklearn_rf_t1": "scikit-learn RandomForest, 100 trees",
    "sklearn_et_t1": "scikit-learn ExtraTrees, 100 trees",
    "sklearn_hgb_t1": "scikit-learn HistGradientBoosting",
    "lgbm_gbdt_t1": "LightGBM, 100 rounds",
    "lgbm_quant_t1": "LightGBM, quantized gradients",
}
#: Ours: a name, the options of engine_bench, the peers to compare with.
OURS = {
    "Kubecast forest, 100 trees": (["--model", "rf"], ["sklearn_rf_t1", "sklearn_et_t1"]),
    "Kubecast boosting, 100 rounds": (["--model", "gb"], ["sklearn_hgb_t1", "lgbm_gbdt_t1", "lgbm_quant_t1"]),
}
SHORT = {"sklearn_rf_t1": "RF", "sklearn_et_t1": "ET", "sklearn_hgb_t1": "HGB", "lgbm_gbdt_t1": "LGBM", "lgbm_quant_t1": "LGBM-q"}


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


def ours(program, path, options):
    one, why = last_json([program, str(path), *options])
    if one is None:
        return None, why
    return {
        "cpu": one["fit_cpu_s"],
        "wall": one["fit_wall_s"],
        "accuracy": one["accuracy"],
        "f1": one["macro_f1"],
        "bytes": one["model_bytes"],
        "peak": one["peak_bytes"],
        "speed": one["rows_per_s_1000"],
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
    return {key: statistics.median(run[key] for run in runs) for key in runs[0]}


def measure(program, peers, data, path, reps):
    """Results by runner: medians, or why there are none."""
    jobs = {}
    for name, (options, _) in OURS.items():
        jobs[name] = lambda options=options: ours(program, path, options)
    for name in PEERS:
        jobs[name] = lambda name=name: peer(peers, name, data)
    runs = {name: [] for name in jobs}
    failures = {}
    for rep in range(reps):
        # Turned by one each time, so that nobody is always measured after the same neighbour.
        order = list(jobs)
        turn = rep % len(order)
        for name in order[turn:] + order[:turn]:
            if name in failures:
                continue
            run, why = jobs[name]()
            if run is None:
                failures[name] = why
                say(f"{data}: {PEERS.get(name, name)} left out: {why}")
            else:
                runs[name].append(run)
                say(f"{data} {rep + 1}/{reps} {PEERS.get(name, name)}: {run['cpu']:.2f} CPU-s, accuracy {run['accuracy']:.4f}")
    return {name: medians(done) for name, done in runs.items() if done and name not in failures}


def mega(count):
    return f"{count / 1e6:.2f} MB" if count < 1e7 else f"{count / 1e6:.0f} MB"


def rows(results):
    for name, one in results.items():
        compared = OURS[name][1] if name in OURS else []
        ratios = [f"{SHORT[p]} {one['cpu'] / results[p]['cpu']:.2f}" for p in compared if p in results]
        yield [
            f"**{name}**" if name in OURS else PEERS[name],
            f"{one['cpu']:.2f}",
            f"{one['wall']:.2f}",
            f"{one['accuracy']:.4f}",
            f"{one['f1']:.4f}",
            mega(one["bytes"]),
            mega(one["peak"]),
            f"{one['speed'] / 1000:,.0f}k",
            ", ".join(ratios),
        ]


def main():
    options = argparse.ArgumentParser()
    options.add_argument("--sets", default="k8s,synth20k,synth100k")
    options.add_argument("--reps", type=int, default=3)
    options.add_argument("--write", action="store_true")
    options = options.parse_args()
    program = os.environ["KUBECAST_BENCH"]
    work = folder("KUBECAST_WORK", "target/peers")
    work.mkdir(parents=True, exist_ok=True)
    peers = copy_of_peers(work)
    head = ["learner", "fit CPU-s", "wall s", "accuracy", "macro F1", "model", "peak memory", "rows/s", "CPU against"]
    text = []
    for data in options.sets.split(","):
        path = make_data(peers, data)
        if path is None:
            continue
        results = measure(program, peers, data, path, options.reps)
        title = f"### Native, one thread: `{data}`"
        text += [title, "", *table(head, rows(results)), ""]
        print("\n".join(["", *text[-len(results) - 5 :]]), flush=True)
    text.insert(0, f"{machine()}, {options.reps} repetitions in turns, medians. Peak memory counts the process, rows/s batches of 1,000 (peers: the whole test part).\n")
    if options.write:
        replace_section("engine", "\n".join(text))


if __name__ == "__main__":
    main()
