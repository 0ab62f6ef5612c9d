"""Drawing: from what a head says and a random number, what becomes of a row."""

from __future__ import annotations

import numpy as np

from doxa.beliefmap.columns import Floats, Ints
from doxa.beliefmap.model import Outcome
from doxa.beliefmap.payloads import Bools
from doxa.heads.distribution import SHARES, counts_of, on_scale, values_of, with_tails
from doxa.heads.forecast import within_scale
from doxa.heads.glm import Family, mean_of
from doxa.heads.head import Head
from doxa.heads.spread import sigma_of

SMALLEST_SHARE = 1e-9
POINTS, STEPS, SMALLEST_INSIDE = 64, 4, 0.1
"""A mean within ends is met in so many steps, over so many quantiles."""


def chances(head: Head, outcome: Outcome, eta: Floats, span: int) -> Floats:
    """The chance that it happens within a span, float64[n].

    Of an outcome with another window w, as if its hazard were even: 1 - (1 - p)^(span / w).
    """
    if head.hazard is not None:
        return head.hazard.by(eta, np.full(len(eta), float(span)))
    chance = mean_of(eta, Family.BERNOULLI)
    if outcome.within is None or outcome.within == span:
        return chance
    return np.asarray(-np.expm1(np.log1p(-np.minimum(chance, 1 - 1e-12)) * span / outcome.within))


def comes(chance: Floats, u: Floats) -> Bools:
    """Whether it happens."""
    return np.asarray(u < chance)


def counts(head: Head, outcome: Outcome, eta: Floats, span: int, u: Floats) -> Ints:
    """How often it happens within a span, int64[n]: Poisson or negative binomial, by inversion."""
    share = 1.0 if outcome.within is None else span / outcome.within
    mean = mean_of(eta, Family.POISSON) * share
    told = counts_of(mean, head.dispersion, 0.0)
    return np.asarray((u[:, None] > told.share).sum(axis=1), dtype=np.int64)


def flags(eta: Floats, u: Floats) -> Floats:
    """A yes or no as a number, float64[n]."""
    return np.asarray(u < mean_of(eta, Family.BERNOULLI), dtype=np.float64)


def values(head: Head, outcome: Outcome, eta: Floats, squares: Floats, u: Floats) -> Floats:
    """A number from the head's distribution, by inversion; its mean where the head has no spread.

    Parameters
    ----------
    squares : float64[n, q]
        How far the person's values lay from their forecasts, see `Standing`.
    """
    mean = within_scale(mean_of(eta, head.family), outcome)
    spread = head.spread
    if spread is None:
        return mean
    place = np.clip((mean - spread.centre) / spread.scale, -3, 3)
    columns = np.column_stack([np.ones(len(mean)), squares, place, place**2])
    sigma = sigma_of(spread, columns)
    z = with_tails(np.asarray(spread.quantiles)[None, :])[0]
    if outcome.scale is None:
        return np.asarray(mean + sigma * (np.interp(u, SHARES, z) - _mean_of(z)))
    if outcome.step:
        told = on_scale(values_of(spread, mean, sigma), outcome)
        levels = np.asarray(told.at)
        below = (u[:, None] > told.share).sum(axis=1)
        return np.asarray(levels[np.minimum(below, len(levels) - 1)])
    low, high = min(outcome.scale), max(outcome.scale)
    middle = _centred(mean, sigma, z, low, high)
    return np.asarray(np.clip(middle + sigma * np.interp(u, SHARES, z), low, high))


def _mean_of(z: Floats) -> float:
    """The mean of a number on lines between the quantiles z."""
    return float(((z[1:] + z[:-1]) / 2) @ np.diff(SHARES))


def _centred(mean: Floats, sigma: Floats, z: Floats, low: float, high: float) -> Floats:
    """Where the distribution must lie so that what is drawn within the ends has its mean, float64[n].

    What would lie beyond an end lies there; had the mean not been moved for it, sums over many
    values drawn from a skewed person would come out too high.

    Examples
    --------
    >>> z = np.interp(SHARES, [0.0, 1.0], [-1.0, 1.0])
    >>> middle = _centred(np.array([0.25, 5.0]), np.ones(2), z, 0.0, 10.0)
    >>> middle.round(3).tolist()
    [0.0, 5.0]
    """
    at = np.interp((np.arange(POINTS) + 0.5) / POINTS, SHARES, z)
    at += _mean_of(z) - at.mean()
    middle = mean - sigma * _mean_of(z)
    for _ in range(STEPS):
        drawn = middle[:, None] + sigma[:, None] * at
        inside = ((drawn > low) & (drawn < high)).mean(axis=1)
        off = np.clip(drawn, low, high).mean(axis=1) - mean
        middle = middle - off / np.maximum(inside, SMALLEST_INSIDE)
    return middle
