"""Heads of twins as scikit-learn estimators: a classifier and a regressor."""

from __future__ import annotations

from typing import Any

import numpy as np
from sklearn.base import ClassifierMixin, RegressorMixin
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import (
    assert_all_finite,
    check_consistent_length,
    check_is_fitted,
    column_or_1d,
)

from doxa.beliefmap.columns import Floats
from doxa.errors import InputError
from doxa.features.plan import readings_of
from doxa.features.views import Views
from doxa.heads.forecast import Forecasts, forecast
from doxa.heads.glm import Family
from doxa.heads.head import Head, family_of, recipe_of
from doxa.learning.labelled import Labelled
from doxa.learning.popularity import looked_up
from doxa.learning.selection import known_members
from doxa.learning.training import train
from doxa.sklearn.reader import Told
from doxa.sklearn.settings import TwinEstimator

NEVER_ENDS = np.iinfo(np.int64).max


class _TwinHead(TwinEstimator):
    """A head of one outcome, fitted on some rows of twins and moments."""

    def _labels(self, y: Any) -> Any:
        if y is None:
            raise ValueError(
                f"This {type(self).__name__} estimator requires y to be passed, but the target y is"
                " None."
            )
        labels = column_or_1d(y, warn=True)
        assert_all_finite(labels, input_name="y")
        return labels

    def _train(self, found: Told, y: Floats) -> None:
        outcome, past = found.ground.outcome, found.past
        check_consistent_length(found.rows.twin, y)
        before = int(found.rows.seen.at.max(initial=0))
        self.head_: Head = train(
            past.map,
            outcome,
            Views(past, readings_of(past.map, outcome)),
            Labelled(found.rows, y),
            items=[],
            known=known_members(outcome, past, before),
            seed=self.seed,
        )

    def _forecasts(self, X: Any) -> Forecasts:
        check_is_fitted(self)
        found = self._told(X, reset=False)
        head = looked_up(self.head_, found.past, found.rows.seen.at)
        recipe = recipe_of(head, found.past.map)
        return forecast(head, Views(found.past, recipe.readings), found.rows)

    def _family(self, found: Told) -> Family:
        return family_of(found.ground.outcome, found.past.map)


class TwinClassifier(ClassifierMixin, _TwinHead):
    """Whether an outcome happens, by the head that doxa fits: a regularised GLM on phi.

    Parameters
    ----------
    db, outcome, workspace, purpose, seed
        As for `TwinFeatures`; the outcome is a yes or no.

    Attributes
    ----------
    classes_ : array of at most two labels
    head_ : Head
        With its reasons, calibration and columns.

    Examples
    --------
    >>> TwinClassifier("shop.db", "lapses", seed=7).get_params()["seed"]
    7
    """

    def fit(self, X: Any, y: Any) -> TwinClassifier:
        """Fit the head on rows and what became of them; the larger label is yes."""
        labels = self._labels(y)
        check_classification_targets(labels)
        classes, code = np.unique(labels, return_inverse=True)
        if len(classes) > 2:
            raise ValueError(
                "Only binary classification is supported. The type of the target is multiclass."
            )
        found = self._told(X, reset=True)
        if self._family(found) is not Family.BERNOULLI:
            raise InputError(
                f"{self.outcome!r} is no yes or no", where="outcome", hint="use TwinRegressor"
            )
        self._train(found, code.astype(np.float64))
        self.classes_ = classes
        return self

    def predict_proba(self, X: Any) -> Floats:
        """The probability of each class, float64[n, classes]."""
        found = self._forecasts(X)
        if len(self.classes_) == 1:
            return np.ones((len(found.mean), 1))
        return np.column_stack([1 - found.mean, found.mean])

    def decision_function(self, X: Any) -> Floats:
        """The linear predictor: log-odds of the larger label, float64[n]."""
        return self._forecasts(X).eta

    def predict(self, X: Any) -> Any:
        """The likelier label of each row."""
        check_is_fitted(self)
        return self.classes_[self.predict_proba(X).argmax(axis=1)]

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.classifier_tags.multi_class = False
        return tags


class TwinRegressor(RegressorMixin, _TwinHead):
    """How much or how often, by the head that doxa fits: counts, sums and values.

    Parameters
    ----------
    db, outcome, workspace, purpose, seed
        As for `TwinFeatures`.

    Attributes
    ----------
    head_ : Head

    Examples
    --------
    >>> TwinRegressor("shop.db", "spend_month").get_params()["outcome"]
    'spend_month'
    """

    def fit(self, X: Any, y: Any) -> TwinRegressor:
        """Fit the head on rows and what became of them."""
        labels = self._labels(y).astype(np.float64)
        self._train(self._told(X, reset=True), labels)
        return self

    def predict(self, X: Any) -> Floats:
        """The mean that each row is forecast, float64[n]."""
        return self._forecasts(X).mean
