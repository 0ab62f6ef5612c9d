"""The uplift head: what an action changes beyond what the forecast says of it, person by person."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from doxa.beliefmap.columns import Floats, Ints
from doxa.beliefmap.model import Action
from doxa.beliefmap.payloads import Bools
from doxa.features.arms import had_got
from doxa.features.coupling import JOINED
from doxa.features.past import Past
from doxa.features.phi import GIVEN, phi
from doxa.features.plan import readings_of
from doxa.features.rows import Rows
from doxa.features.views import Views
from doxa.heads.head import Head, recipe_of
from doxa.heads.predictor import CHUNK
from doxa.learning.choosing import LEFT_OUT
from doxa.learning.simulated import Paired

RIDGES = (3000.0, 300.0, 30.0, 3.0)
LEVEL = 1e-6
NAMED = 0.1


@dataclass(frozen=True, slots=True)
class Uplift:
    """tau(x) = uplift of the forecast + bias + sum_j weights_j x_j, in units of the outcome.

    Attributes
    ----------
    gained : [estimate, standard error]
        What it takes off the loss of fitted people left out, (y - m(x) - (t - e) tau(x))^2 added up.
    ridge : float
        The penalty that forecasts them best.
    """

    bias: float
    weights: Floats
    centre: Floats
    scale: Floats
    ridge: float
    gained: tuple[float, float]

    def beyond(self, x: Floats) -> Floats:
        """What it adds to the uplift that is forecast of some rows, from their columns."""
        return np.asarray(self.bias + (x - self.centre) / self.scale @ self.weights)


def columns_of(
    head: Head, past: Past, action: Action, rows: Rows, signal: Ints
) -> tuple[Floats, Floats]:
    """What a head reads of rows but for what was done to them: float64[n, p], and what each costs.

    Columns of what an action is `moderated_by` cost a tenth of the others.

    Parameters
    ----------
    signal : int64[n]
        The signal that put each row's person into an arm; what it says of nodes is read as if it
        were the control.
    """
    past = had_got(past, action, signal, treated=False)
    views = Views(past, readings_of(past.map, past.map.outcomes[head.outcome]))
    recipe = recipe_of(head, past.map)
    fields = dict.fromkeys((*action.sets, *action.control))
    done = {f"{GIVEN}{name}" for name in fields} | {
        f"recent {action.signal}.{name}" for name in fields
    }
    kept = np.array([done.isdisjoint(owner.split(JOINED)) for owner in head.owners], dtype=bool)
    owners = [owner for owner, own in zip(head.owners, kept, strict=True) if own]
    costs = np.array(
        [
            1.0 if set(action.moderated_by).isdisjoint(each.split(JOINED)) else NAMED
            for each in owners
        ]
    )
    parts = [np.zeros((0, int(kept.sum())))]
    for low in range(0, len(rows), CHUNK):
        found = phi(recipe, views, rows.take(np.arange(low, min(low + CHUNK, len(rows)))))
        parts.append(np.clip(found.table, head.low, head.high)[:, kept])
    return np.concatenate(parts), costs


def uplift_head(
    x: Floats,
    costs: Floats,
    y: Floats,
    told: Paired,
    treated: Bools,
    chance: Floats,
    unit: Ints,
) -> Uplift | None:
    """Fit what an action changes on what the forecast leaves; None where that does no better.

    With e(t) the chance of treatment among rows of either arm, m(x) the forecast of their mix and
    r = y - m - (t - e) uplift: least squares of r on (t - e) (1, x) with a penalty on x, so that no
    error of m moves it. It must beat the forecast's own uplift on people left out by more than the
    standard error of that.

    Parameters
    ----------
    x : float64[n, p]
        Of rows in one of the two arms, as `columns_of` has them.
    costs : float64[p]
    told : Paired
        Their forecasts under either arm.
    """
    on, off = chance[treated], chance[~treated]
    if not len(on) or not len(off):
        return None
    share = float(on.mean() / (on.mean() + off.mean()))
    away = treated - share
    left = y - (share * told.with_it + (1 - share) * told.without_it) - away * told.uplift
    centre, scale = x.mean(axis=0), np.maximum(x.std(axis=0), 1e-9)
    z = np.column_stack([np.ones(len(x)), (x - centre) / scale]) * away[:, None]
    _, place = np.unique(unit, return_inverse=True)
    out = place % LEFT_OUT == LEFT_OUT - 1
    if not out.any() or out.all():
        return None
    tries = [
        (
            _gained(z[out] @ _solved(z[~out], left[~out], ridge * costs), left[out], place[out]),
            ridge,
        )
        for ridge in RIDGES
    ]
    gained, ridge = max(tries)
    if gained[0] <= gained[1]:
        return None
    beta = _solved(z, left, ridge * costs)
    return Uplift(float(beta[0]), beta[1:], centre, scale, ridge, gained)


def _solved(z: Floats, left: Floats, ridge: Floats) -> Floats:
    penalty = np.r_[LEVEL, ridge]
    return np.asarray(np.linalg.solve(z.T @ z + np.diag(penalty), z.T @ left))


def _gained(told: Floats, left: Floats, place: Ints) -> tuple[float, float]:
    """What is taken off the squares of what was left, and the standard error of that between units."""
    by_unit = np.bincount(place, left**2 - (left - told) ** 2)
    return float(by_unit.sum()), float(np.sqrt(by_unit @ by_unit))
