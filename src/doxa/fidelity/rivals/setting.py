"""What every rival is given: the same past, the same fit rows with labels, the same scored rows."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np

from doxa.beliefmap.columns import Floats, Ints
from doxa.beliefmap.model import BeliefMap, Outcome
from doxa.beliefmap.payloads import Bools
from doxa.features.past import Past
from doxa.features.rows import Rows
from doxa.heads.glm import Family, fit_glm, mean_of

MOST_ROWS = 600_000


@dataclass(frozen=True, slots=True)
class Setting:
    """One question of an evaluation, as rivals see it.

    Attributes
    ----------
    fit, score : Rows
    y : float64[fit]
        Labels of the fit rows; those of the scored rows are not here.
    known : tuple of str
        Fields of the asking signal, or traits, that the base rate may know.
    """

    belief_map: BeliefMap
    outcome: Outcome
    family: Family
    past: Past
    fit: Rows
    y: Floats
    score: Rows
    seed: int = 1
    known: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Rung:
    """A rival's forecasts of the scored rows, and what it chose on the fit rows.

    Attributes
    ----------
    low, high : float64[n] or None
        The ends between which it says that four of five values lie.
    """

    name: str
    forecast: Floats
    chosen: dict[str, float | str] = field(default_factory=dict)
    low: Floats | None = None
    high: Floats | None = None

    def take(self, chosen: Ints | Bools) -> Rung:
        """The chosen rows."""
        low = None if self.low is None else self.low[chosen]
        high = None if self.high is None else self.high[chosen]
        return replace(self, forecast=self.forecast[chosen], low=low, high=high)


def curve(x: Floats) -> Floats:
    """Columns of the calibration every rival gets: 1, x, x^2."""
    return np.column_stack([np.ones(len(x)), x, x * x])


def calibrated(x_fit: Floats, y: Floats, x_score: Floats, family: Family) -> Floats:
    """Forecasts of the scored rows by intercept, slope and square found on the fit rows."""
    centre, scale = float(x_fit.mean()), float(x_fit.std()) or 1.0
    fitted = curve((x_fit - centre) / scale)
    beta = fit_glm(fitted, y, ridge=np.full(3, 1e-6), family=family)
    return mean_of(curve((x_score - centre) / scale) @ beta, family)


def sampled(n: int, seed: int, most: int = MOST_ROWS) -> Ints:
    """A random sample of fit rows, all of them while they are few."""
    if n <= most:
        return np.arange(n)
    rng = np.random.Generator(np.random.Philox(seed))
    return np.sort(rng.choice(n, most, replace=False)).astype(np.int64)
