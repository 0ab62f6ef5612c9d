"""scikit-learn's own checks, on twins and, for those that feed numbers, on numbers that name twins."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sklearn.base import BaseEstimator
from sklearn.utils.estimator_checks import estimator_checks_generator
from sklearn.utils.validation import validate_data
from tests.pipelines.conftest import GRID

from doxa.sklearn import TwinClassifier, TwinFeatures, TwinRegressor
from doxa.sklearn.reader import Told, told

pytestmark = pytest.mark.filterwarnings("ignore")

NOT_MEANT = {"check_classifiers_train", "check_regressors_train"}
"""They ask to learn these numbers, which have nothing to do with the twins that they name."""


class Numbers(BaseEstimator):
    """Lets a row of numbers name somebody and a moment, so that every check meets real twins."""

    def _told(self, X: Any, *, reset: bool) -> Told:  # noqa: N803
        table = validate_data(self, X, reset=reset, dtype=np.float64)
        number = np.abs(np.round(table, 6) @ np.arange(1, table.shape[1] + 1) * 1e3).astype(int)
        rows = [(f"p{one % 80}", GRID[one % len(GRID)]) for one in number.tolist()]
        return told(rows, self.db, self.workspace, self.outcome, self.purpose)


class NumberedFeatures(Numbers, TwinFeatures):
    pass


class NumberedClassifier(Numbers, TwinClassifier):
    pass


class NumberedRegressor(Numbers, TwinRegressor):
    pass


ASKED = [
    (NumberedFeatures, "no_visit"),
    (NumberedClassifier, "no_visit"),
    (NumberedRegressor, "spend"),
]


@pytest.mark.parametrize(("kind", "outcome"), ASKED, ids=lambda one: getattr(one, "__name__", ""))
def test_checks_of_scikit_learn(db: Path, kind: Any, outcome: str) -> None:
    failed = {}
    for estimator, check in estimator_checks_generator(kind(db, outcome), mark=None):
        name = check.func.__name__
        try:
            check(estimator)
        except Exception as error:
            if "SkipTest" not in type(error).__name__:
                failed[name] = repr(error)
    assert {name: why for name, why in failed.items() if name not in NOT_MEANT} == {}


@pytest.mark.parametrize("kind", [TwinFeatures, TwinClassifier, TwinRegressor])
def test_what_needs_no_rows(db: Path, kind: Any) -> None:
    passed = 0
    for estimator, check in estimator_checks_generator(kind(db, "no_visit"), mark=None):
        name = check.func.__name__
        if name in BARE:
            check(estimator)
            passed += 1
    assert passed == len(BARE)


BARE = {
    "check_estimator_cloneable",
    "check_estimator_tags_renamed",
    "check_valid_tag_types",
    "check_estimator_repr",
    "check_no_attributes_set_in_init",
    "check_do_not_raise_errors_in_init_or_set_params",
    "check_mixin_order",
    "check_estimator_sparse_tag",
    "check_estimator_sparse_array",
    "check_estimator_sparse_matrix",
    "check_parameters_default_constructible",
    "check_get_params_invariance",
    "check_set_params",
    "check_fit1d",
    "check_fit2d_1feature",
    "check_estimators_unfitted",
}
