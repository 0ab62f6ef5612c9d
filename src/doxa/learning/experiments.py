"""Real experiments: the effect of an arm decided by chance, with people who belong together.

Every row counts with 1 / (chance of the arm it got), so that each arm stands for everybody.
"""

from __future__ import annotations

import math

import msgspec
import numpy as np

from doxa.beliefmap.columns import Floats, Ints
from doxa.beliefmap.payloads import Bools

WIDE = 1.959964
"""Standard errors to either end of a 95 % interval."""
FEWEST = 2
"""Units per arm without which there is no standard error."""


class Effect(msgspec.Struct, frozen=True, kw_only=True):
    """What an action did to the mean of an outcome.

    Attributes
    ----------
    estimate : float
        Mean with the action less mean with its control, in units of the outcome.
    error : float
        Its standard error, between units.
    treated, control : int
        Units in each arm.

    Examples
    --------
    >>> found = Effect(estimate=0.08, error=0.01, treated=400, control=500)
    >>> round(found.low, 3), round(found.high, 3), found.holds(0.07)
    (0.06, 0.1, True)
    """

    estimate: float
    error: float
    treated: int = 0
    control: int = 0

    @property
    def low(self) -> float:
        """The lower end of the 95 % interval."""
        return self.estimate - WIDE * self.error

    @property
    def high(self) -> float:
        """The upper end of the 95 % interval."""
        return self.estimate + WIDE * self.error

    def holds(self, other: float, error: float = 0.0) -> bool:
        """Whether another estimate, with a standard error of its own, lies within chance of it."""
        return abs(other - self.estimate) <= WIDE * math.hypot(self.error, error)

    def as_list(self) -> list[float]:
        """[estimate, low, high]."""
        return [self.estimate, self.low, self.high]


def effect_of(y: Floats, treated: Bools, chance: Floats, unit: Ints) -> Effect:
    """The difference of arms by inverse propensity, with its standard error between units.

    Parameters
    ----------
    y : float64[n]
        Of rows in one of the two arms.
    treated : bool[n]
    chance : float64[n]
        Of the arm that each row is in.
    unit : int64[n]
        Who was put into an arm together.

    Examples
    --------
    >>> y, treated = np.array([1.0, 0.0, 1.0, 1.0]), np.array([False, False, True, True])
    >>> effect_of(y, treated, np.full(4, 0.5), np.arange(4)).estimate
    0.5
    """
    weight = 1 / chance
    _, place = np.unique(unit, return_inverse=True)
    pull = np.zeros(len(y))
    means, sizes, parts = [], [], []
    for arm in (treated, ~treated):
        total = weight[arm].sum()
        mean = float((weight[arm] @ y[arm]) / total) if total else math.nan
        own = np.where(arm, weight * (y - mean) / total, 0.0) if total else np.full(len(y), np.nan)
        means.append(mean)
        sizes.append(len(np.unique(place[arm])))
        parts.append(own)
        pull = pull + (own if arm is treated else -own)
    by_unit = np.bincount(place, pull) if len(y) else np.zeros(0)
    count = len(by_unit)
    error = math.nan
    if min(sizes) >= FEWEST:
        error = math.sqrt(float(by_unit @ by_unit) * count / (count - 1))
    return Effect(estimate=means[0] - means[1], error=error, treated=sizes[0], control=sizes[1])


def without_covariate(y: Floats, covariate: Floats, treated: Bools, chance: Floats) -> Floats:
    """The outcome less what a covariate, known before chance decided, says of it.

    y - theta (x - mean x), theta by least squares within the arms: whatever the covariate is, the
    difference of arms stays unbiased; one that says nothing changes nothing (theta is 0).

    Examples
    --------
    >>> y, arm = np.array([1.0, 3.0, 2.0, 4.0]), np.array([False, False, True, True])
    >>> without_covariate(y, np.array([0.0, 2.0, 0.0, 2.0]), arm, np.full(4, 0.5)).tolist()
    [2.0, 2.0, 3.0, 3.0]
    """
    weight = 1 / chance
    x, apart = covariate.astype(np.float64), y.astype(np.float64).copy()
    inside = x.copy()
    for arm in (treated, ~treated):
        if arm.any():
            inside[arm] -= np.average(x[arm], weights=weight[arm])
            apart[arm] -= np.average(y[arm], weights=weight[arm])
    spread = float(weight @ inside**2)
    theta = float(weight @ (inside * apart)) / spread if spread > 0 else 0.0
    return np.asarray(y - theta * (x - np.average(x, weights=weight)))


def error_of_fit(y: Floats, told: Floats, treated: Bools, chance: Floats, unit: Ints) -> float:
    """The standard error that a forecast mean effect has because the fit rows are few.

    By the influence of each unit on it, 1/chance (y - forecast) in the arm it is in: what refits on
    other draws of such people would scatter by.

    Parameters
    ----------
    y, told : float64[n]
        Of all fit rows in one of the two arms: what became of them, and their forecast.
    treated, chance, unit : as for `effect_of`
    """
    return effect_of(y - told, treated, chance, unit).error


def difference_in_differences(
    before: Floats, after: Floats, treated: Bools, chance: Floats
) -> Effect:
    """The effect on the change of each person from before to after.

    Parameters
    ----------
    before, after : float64[people]
        Means of a person; NaN where there is none: then the person is left out.
    """
    known = ~(np.isnan(before) | np.isnan(after))
    change = (after - before)[known]
    return effect_of(change, treated[known], chance[known], np.arange(int(known.sum())))
