"""Forecasts of a head: its linear predictor, the effects of persons, and what they come to."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from doxa.beliefmap.columns import Floats, Ints
from doxa.beliefmap.model import Outcome
from doxa.features.labels import lengths_of
from doxa.features.met import unmet
from doxa.features.phi import phi
from doxa.features.rows import Rows
from doxa.features.views import Views
from doxa.heads.boosted import Boosted
from doxa.heads.errors import Asked, Errors, History, effect_columns
from doxa.heads.glm import mean_of
from doxa.heads.head import Head, recipe_of
from doxa.heads.predictor import CHUNK, look, tree_columns
from doxa.heads.spread import sigma_of, spread_columns


@dataclass(frozen=True, slots=True)
class Forecasts:
    """Forecasts of n rows on the scale of the linear predictor and of the outcome.

    Attributes
    ----------
    eta, mean : float64[n]
        The mean of an outcome with a scale is kept within it.
    sigma : float64[n] or None
        The standard deviation of a value, where the head knows one.
    expected : float64[n] or None
        The linear predictor with the person's own effects off, where the head has such effects;
        `mean_at` makes p0 of it.
    """

    eta: Floats
    mean: Floats
    sigma: Floats | None = None
    expected: Floats | None = None

    def take(self, chosen: Ints) -> Forecasts:
        """The chosen rows."""
        parts = (self.sigma, self.expected)
        sigma, expected = (None if part is None else part[chosen] for part in parts)
        return Forecasts(self.eta[chosen], self.mean[chosen], sigma, expected)


def forecast(head: Head, views: Views, rows: Rows) -> Forecasts:
    """Forecast every row, in chunks of bounded memory."""
    seen = look(head, views, rows)
    eta = seen.eta
    if head.errors is None and head.spread is None:
        eta = _met_or_not(head, views, rows, eta)
        return Forecasts(eta, mean_at(head, views, rows, eta))
    asked = Asked(rows, seen.x)
    history = history_of(head, views, rows)
    expected = None
    if head.errors is not None:
        effects = effects_of(head, head.errors, views, history, asked)
        eta, expected = eta + effects @ np.asarray(head.errors.weights), seen.expected
        if head.boosted is not None:
            eta = beside_trees(head, head.boosted, views, rows, eta, effects)
            expected = beside_trees(head, head.boosted, views, rows, expected, 0 * effects)
        expected = _met_or_not(head, views, rows, expected)
    eta = _met_or_not(head, views, rows, eta)
    mean = mean_at(head, views, rows, eta)
    if head.spread is None:
        return Forecasts(eta, mean, expected=expected)
    left = left_over(head, views, history)
    sigma = sigma_of(head.spread, spread_columns(head.spread, history, left, rows, mean))
    return Forecasts(eta, mean, sigma, expected)


def _met_or_not(head: Head, views: Views, rows: Rows, eta: Floats) -> Floats:
    """The linear predictors, moved to those of people never seen as far as nothing is known."""
    if head.cold is None:
        return eta
    share = unmet(views.past, rows)
    new = np.flatnonzero(share)
    if len(new):
        eta = eta.copy()
        cold = look(head.cold, views, rows.take(new)).eta
        eta[new] += share[new] * (cold - eta[new])
    return eta


def mean_at(head: Head, views: Views, rows: Rows, eta: Floats) -> Floats:
    """What is forecast of rows at their linear predictors, on the scale of the outcome."""
    if head.hazard is not None:
        return head.hazard.by(eta, lengths_of(rows, views.map.clock))
    return within_scale(mean_of(eta, head.family), recipe_of(head, views.map).outcome)


def within_scale(mean: Floats, outcome: Outcome) -> Floats:
    """Means, kept within the outcome's scale where it has one."""
    return mean if outcome.scale is None else np.clip(mean, min(outcome.scale), max(outcome.scale))


def own_effects(head: Head, views: Views, history: History, asked: Asked) -> Floats:
    """What the effects of each row's person add to its linear predictor."""
    if head.errors is None:
        return np.zeros(len(asked.rows))
    table = effects_of(head, head.errors, views, history, asked)
    return np.asarray(table @ np.asarray(head.errors.weights))


def effects_of(head: Head, errors: Errors, views: Views, history: History, asked: Asked) -> Floats:
    """The effects of each row's person, a column each."""
    outcome = recipe_of(head, views.map).outcome
    return effect_columns(errors, outcome, views.past, history, asked)


def beside_trees(
    head: Head, boosted: Boosted, views: Views, rows: Rows, eta: Floats, effects: Floats
) -> Floats:
    """Linear predictors averaged with what trees say that see effects of persons too.

    Parameters
    ----------
    effects : float64[n, e]
        As of `effects_of`; 0 where they are off.
    """
    recipe = recipe_of(head, views.map)
    told = np.empty(len(rows))
    for low in range(0, len(rows), CHUNK):
        part = np.arange(low, min(low + CHUNK, len(rows)))
        asked = rows.take(part)
        table = tree_columns(head, views, asked, phi(recipe, views, asked))
        told[part] = boosted.eta(np.column_stack([table, effects[part]]))
    return np.asarray((1 - boosted.share) * eta + boosted.share * told)


def left_over(head: Head, views: Views, history: History) -> Floats:
    """What each event of a history was beyond its forecast, the person's effects included."""
    eta = history.eta + own_effects(head, views, history, Asked(history.rows, history.x))
    outcome = recipe_of(head, views.map).outcome
    return history.y - within_scale(mean_of(eta, head.family), outcome)


def history_of(head: Head, views: Views, rows: Rows) -> History:
    """What became of the earlier events of the people of some rows, beside what was expected."""
    outcome = recipe_of(head, views.map).outcome
    return History.of(
        outcome,
        views.past,
        rows,
        head.family,
        lambda events: look(head, views, events),
        head.hazard,
    )
