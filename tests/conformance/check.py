"""scikit-learn's own estimator checks on Kubecast's learners.

`KUBECAST_ESTIMATOR=PROGRAM python check.py [rf] [gb] [iforest]` prints what passed, what was skipped and why, and what
failed and how; it ends with 1 where a learner fails more than one check. `cargo xtask conformance` runs it.
"""

import sys
import traceback
import warnings

import sklearn
from sklearn.utils.estimator_checks import check_estimator

from estimators import KubecastBoosting, KubecastForest, KubecastIsolationForest

LEARNERS = {"rf": KubecastForest, "gb": KubecastBoosting, "iforest": KubecastIsolationForest}
ALLOWED = 1


def sentence(exception):
    lines = [line.strip() for line in str(exception).splitlines() if line.strip()]
    return f"{type(exception).__name__}: {' '.join(lines)[:300]}"


def main(names):
    warnings.simplefilter("ignore")
    print(f"    scikit-learn {sklearn.__version__}")
    worst = 0
    for name in names:
        results = check_estimator(LEARNERS[name](), on_skip=None, on_fail=None)
        by_status = {"passed": [], "failed": [], "skipped": []}
        for result in results:
            by_status[result["status"]].append(result)
        counts = ", ".join(f"{len(of)} {status}" for status, of in by_status.items())
        print(f"    {name:<8} {counts} of {len(results)}")
        for status in ["skipped", "failed"]:
            for result in by_status[status]:
                print(f"      {status} {result['check_name']}: {sentence(result['exception'])}")
                if status == "failed" and "--trace" in sys.argv:
                    traceback.print_exception(result["exception"])
        worst = max(worst, len(by_status["failed"]))
    if worst > ALLOWED:
        sys.exit(f"    a learner fails {worst} checks; {ALLOWED} is allowed")


if __name__ == "__main__":
    main([name for name in sys.argv[1:] if name in LEARNERS] or list(LEARNERS))
