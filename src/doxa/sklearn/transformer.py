"""Phi as a scikit-learn transformer."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from sklearn.base import TransformerMixin
from sklearn.utils.validation import check_consistent_length, check_is_fitted, column_or_1d

from doxa.beliefmap.columns import Floats
from doxa.features.phi import phi
from doxa.features.plan import readings_of
from doxa.features.recipe import Recipe
from doxa.features.views import Views
from doxa.heads.head import family_of
from doxa.heads.predictor import CHUNK
from doxa.learning.design import level_of
from doxa.learning.fields import Fields, fields_of_fit
from doxa.learning.training import learned_recipe
from doxa.sklearn.reader import Told
from doxa.sklearn.settings import TwinEstimator


class TwinFeatures(TransformerMixin, TwinEstimator):
    """What twins hold at a moment, as the columns a head for an outcome reads.

    Fitting learns from its rows alone what is usual of each node, of each field, and of the items
    that fields name; nobody's features read what was learned of them after their moment.

    Parameters
    ----------
    db : path
        The store's file.
    outcome : str
        An outcome of its map: it decides which nodes and fields are read.
    workspace : str
    purpose : str, optional
        Read only what this purpose may see.
    seed : int
        Norms are learned from a sample where there are very many rows.

    Attributes
    ----------
    recipe_ : Recipe
        What was learned.
    n_features_in_ : int
        2, or 3 with members.

    Examples
    --------
    >>> TwinFeatures("shop.db", "lapses").get_params()["outcome"]
    'lapses'
    """

    def fit(self, X: Any, y: Any = None) -> TwinFeatures:
        """Learn what is usual among some rows.

        Parameters
        ----------
        X : table of twin, moment and, where the outcome has them, member
        y : array, optional
            What became of the rows; needed where the outcome is given fields that name items, for
            an item is known by what became of it.
        """
        self._learn(X, y)
        return self

    def fit_transform(self, X: Any, y: Any = None, **_: Any) -> Floats:
        """Fit, and the features of the same rows; their items are known by other people's rows."""
        found, views, fields = self._learn(X, y)
        if not fields.apart:
            return _table(self.recipe_, views, found)
        table: Floats | None = None
        for part, known in enumerate(fields.apart):
            own = np.flatnonzero(fields.part == part)
            if len(own):
                recipe = replace(self.recipe_, known=known)
                made = phi(recipe, views, found.rows.take(own)).table
                table = np.empty((len(found.rows), made.shape[1])) if table is None else table
                table[own] = made
        assert table is not None
        return table

    def transform(self, X: Any) -> Floats:
        """The features of some rows, float64[n, p]."""
        check_is_fitted(self)
        found = self._told(X, reset=False)
        return _table(self.recipe_, Views(found.past, self.recipe_.readings), found)

    def get_feature_names_out(self, input_features: Any = None) -> Any:
        """The names of the columns, such as ``buys: band 30d``."""
        check_is_fitted(self)
        return np.asarray(self.names_, dtype=object)

    def _learn(self, X: Any, y: Any) -> tuple[Told, Views, Fields]:
        found = self._told(X, reset=True)
        outcome, past = found.ground.outcome, found.past
        family = family_of(outcome, past.map)
        label = np.zeros(len(found.rows))
        if y is not None:
            label = column_or_1d(y, warn=True).astype(np.float64)
            check_consistent_length(found.rows.twin, label)
        views = Views(past, readings_of(past.map, outcome))
        level = level_of(label, family)
        fields = fields_of_fit(outcome, past, found.rows, label, family, level)
        rng = np.random.Generator(np.random.Philox(self.seed))
        recipe = learned_recipe(past.map, outcome, views, found.rows, fields, rng)
        self.recipe_: Recipe = recipe
        self.names_ = list(phi(recipe, views, found.rows.take(np.arange(1))).names)
        return found, views, fields


def _table(recipe: Recipe, views: Views, found: Told) -> Floats:
    parts = [
        phi(recipe, views, found.rows.take(np.arange(low, min(low + CHUNK, len(found.rows))))).table
        for low in range(0, len(found.rows), CHUNK)
    ]
    return np.concatenate(parts)
