"""Drawing: from what a head says and a random number, what becomes of a row."""

from __future__ import annotations

import numpy as np

from doxa.beliefmap.columns import Floats, Ints
from doxa.beliefmap.model import Outcome
from doxa.beliefmap.payloads import Bools
from doxa.heads.distribution import SHARES, counts_of, on_scale, values_of, with_tails
from doxa.heads.glm import Family, mean_of
from doxa.heads.head import Head, within_scale
from doxa.heads.spread import sigma_of

SMALLEST_SHARE = 1e-9


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
    if outcome.scale is None:
        z = with_tails(np.asarray(spread.quantiles)[None, :])[0]
        return np.asarray(mean + sigma * np.interp(u, SHARES, z))
    told = on_scale(values_of(spread, mean, sigma), outcome)
    if outcome.step:
        levels = np.asarray(told.at)
        below = (u[:, None] > told.share).sum(axis=1)
        return np.asarray(levels[np.minimum(below, len(levels) - 1)])
    z = with_tails(np.asarray(spread.quantiles)[None, :])[0]
    low, high = min(outcome.scale), max(outcome.scale)
    return np.asarray(np.clip(mean + sigma * np.interp(u, SHARES, z), low, high))
