"""Learning how far values lie from their forecasts, once those stand."""

from __future__ import annotations

import math

import msgspec
import numpy as np

from doxa.beliefmap.columns import Floats
from doxa.features.moments import is_at_signal
from doxa.features.rows import Rows
from doxa.features.views import Views
from doxa.heads.errors import NOTHING, Asked, History
from doxa.heads.forecast import forecast, left_over, own_effects, within_scale
from doxa.heads.glm import Family
from doxa.heads.head import Head, recipe_of
from doxa.heads.spread import LEVELS, Spread, fit_spread, sigma_of, spread_columns
from doxa.learning.apart import Apart
from doxa.learning.fields import Fields
from doxa.learning.labelled import sample_of

MOST_COUNTS = 50_000
"""The dispersion of counts is found on at most so many fit rows."""


def dispersion_of(y: Floats, mean: Floats) -> float:
    """d >= 0 with sum (y - m)^2 = sum (m + d m^2).

    Examples
    --------
    >>> dispersion_of(np.array([0.0, 2.0]), np.array([1.0, 1.0]))
    0.0
    >>> dispersion_of(np.array([0.0, 4.0]), np.array([2.0, 2.0]))
    0.5
    """
    beyond = float(((y - mean) ** 2 - mean).sum())
    return max(0.0, beyond / max(float((mean**2).sum()), 1e-12))


def with_spread(
    head: Head, views: Views, rows: Rows, y: Floats, fields: Fields, rng: np.random.Generator
) -> Head:
    """The head with the spread of its forecasts, for values at a signal and for counts.

    Parameters
    ----------
    rows, y : fit rows and their labels
    fields : item effects apart, so that no fit row is expected by its own label
    """
    if head.family is Family.POISSON:
        some = sample_of(len(y), MOST_COUNTS, rng)
        mean = forecast(head, views, rows.take(some)).mean
        return msgspec.structs.replace(head, dispersion=dispersion_of(y[some], mean))
    recipe = recipe_of(head, views.map)
    if head.family is not Family.GAUSSIAN or not is_at_signal(recipe.outcome):
        return head
    apart = Apart.of(head, views, rows, fields)
    errors = head.errors or NOTHING
    history = History.of(
        recipe.outcome,
        views.past,
        rows,
        head.family,
        lambda events: apart.look(errors, events),
    )
    seen = apart.look(errors, rows)
    eta = seen.eta + own_effects(head, views, history, Asked(rows, seen.x))
    mean = within_scale(eta, recipe.outcome)
    bands = [band for band in views.map.bands if not math.isinf(band)]
    draft = Spread(
        bands=[*bands[len(bands) // 2 :][:1], math.inf],
        usual=max(float(((y - mean) ** 2).mean()), 1e-12),
        centre=float(mean.mean()),
        scale=max(float(mean.std()), 1e-9),
        weights=[],
        quantiles=[],
    )
    columns = spread_columns(draft, history, left_over(head, views, history), rows, mean)
    weights = fit_spread(columns, (y - mean) ** 2)
    draft = msgspec.structs.replace(draft, weights=weights.tolist())
    quantiles = np.quantile((y - mean) / sigma_of(draft, columns), LEVELS)
    return msgspec.structs.replace(
        head, spread=msgspec.structs.replace(draft, quantiles=quantiles.tolist())
    )
