"""Kubecast's learners as scikit-learn estimators.

They check and convert what scikit-learn's own estimators check in Python before their Cython sees it, and leave the rest to
the program of examples/estimator.rs, which answers line by line.
"""

import json
import os
import subprocess
from numbers import Integral, Real

import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin, OutlierMixin
from sklearn.utils import check_random_state, column_or_1d
from sklearn.utils._param_validation import Interval, StrOptions
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import _check_sample_weight, check_is_fitted, validate_data

_program = None


def ask(request):
    """The program's answer; what it refuses is a ValueError with its sentence."""
    global _program
    if _program is None:
        _program = subprocess.Popen(
            [os.environ["KUBECAST_ESTIMATOR"], "--serve"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
    _program.stdin.write(json.dumps(request) + "\n")
    _program.stdin.flush()
    line = _program.stdout.readline()
    if not line:
        code, _program = _program.wait(), None
        raise RuntimeError(f"the program ended with {code}")
    answer = json.loads(line)
    if "error" in answer:
        raise ValueError(answer["error"])
    return answer


def seed_of(random_state):
    if isinstance(random_state, Integral):
        return int(random_state)
    return int(check_random_state(random_state).randint(2**31 - 1))


class _Kubecast(BaseEstimator):
    def _fit(self, X, y, sample_weight):
        if sample_weight is not None:
            sample_weight = _check_sample_weight(sample_weight, X, dtype=np.float64).tolist()
        params = self.get_params(deep=False)
        seed = seed_of(params.pop("random_state"))
        if isinstance(params.get("class_weight"), dict):
            params["class_weight"] = {str(label): weight for label, weight in params["class_weight"].items()}
        return ask(
            {"op": "fit", "kind": self._kind, "X": X.tolist(), "y": y, "w": sample_weight, "params": params, "seed": seed}
        )

    def _ask(self, X):
        check_is_fitted(self)
        X = validate_data(self, X, reset=False, dtype=np.float64, ensure_all_finite=False)
        return ask({"op": "predict", "model": self.model_, "X": X.tolist()})

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = True
        return tags


class _Classifier(ClassifierMixin, _Kubecast):
    def fit(self, X, y, sample_weight=None):
        X, y = validate_data(self, X, y, dtype=np.float64, ensure_all_finite=False)
        y = column_or_1d(y, warn=True)
        check_classification_targets(y)
        answer = self._fit(X, y.tolist(), sample_weight)
        self.classes_ = np.array(answer["classes"], dtype=y.dtype)
        self.model_ = answer["model"]
        return self

    def predict(self, X):
        return np.array(self._ask(X)["label"], dtype=self.classes_.dtype)

    def predict_proba(self, X):
        return np.array(self._ask(X)["proba"])

    def predict_log_proba(self, X):
        with np.errstate(divide="ignore"):
            return np.log(self.predict_proba(X))


class KubecastForest(_Classifier):
    _kind = "rf"

    def __init__(
        self,
        n_estimators=100,
        criterion="gini",
        max_depth=None,
        min_samples_split=2,
        min_samples_leaf=1,
        max_features="sqrt",
        max_leaf_nodes=None,
        bootstrap=True,
        class_weight=None,
        random_state=None,
    ):
        self.n_estimators = n_estimators
        self.criterion = criterion
        self.max_depth = max_depth
        self.min_samples_split = min_samples_split
        self.min_samples_leaf = min_samples_leaf
        self.max_features = max_features
        self.max_leaf_nodes = max_leaf_nodes
        self.bootstrap = bootstrap
        self.class_weight = class_weight
        self.random_state = random_state


class KubecastBoosting(_Classifier):
    _kind = "gb"

    def __init__(
        self,
        n_estimators=100,
        learning_rate=0.1,
        max_depth=None,
        max_leaf_nodes=31,
        min_samples_leaf=1,
        l2_regularization=0.1,
        subsample=1.0,
        colsample_bytree="auto",
        min_child_weight=1.0,
        class_weight=None,
        random_state=None,
    ):
        self.n_estimators = n_estimators
        self.learning_rate = learning_rate
        self.max_depth = max_depth
        self.max_leaf_nodes = max_leaf_nodes
        self.min_samples_leaf = min_samples_leaf
        self.l2_regularization = l2_regularization
        self.subsample = subsample
        self.colsample_bytree = colsample_bytree
        self.min_child_weight = min_child_weight
        self.class_weight = class_weight
        self.random_state = random_state


class KubecastIsolationForest(OutlierMixin, _Kubecast):
    _kind = "iforest"
    _parameter_constraints = {
        "contamination": [StrOptions({"auto"}), Interval(Real, 0, 0.5, closed="right")],
    }

    def __init__(
        self,
        n_estimators=100,
        max_samples="auto",
        contamination="auto",
        max_features=1.0,
        bootstrap=False,
        random_state=None,
    ):
        self.n_estimators = n_estimators
        self.max_samples = max_samples
        self.contamination = contamination
        self.max_features = max_features
        self.bootstrap = bootstrap
        self.random_state = random_state

    def fit(self, X, y=None, sample_weight=None):
        X = validate_data(self, X, dtype=np.float64, ensure_all_finite=False)
        answer = self._fit(X, None, sample_weight)
        self.offset_ = answer["offset"]
        self.model_ = answer["model"]
        return self

    def score_samples(self, X):
        return np.array(self._ask(X)["score"])

    def decision_function(self, X):
        return self.score_samples(X) - self.offset_

    def predict(self, X):
        return np.where(self.decision_function(X) >= 0, 1, -1)
