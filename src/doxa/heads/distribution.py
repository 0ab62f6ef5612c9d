"""What a head says of a number beyond its mean: how likely every value is.

A value lies on lines between knots, mean + sigma z, where z are quantiles of what the fit rows left
over; an outcome with a step has levels, each as likely as what lies within half a step of it. A
count with mean m is negative binomial, its variance m + d m^2, and Poisson where d is 0. A sum lies
on lines between the quantiles of its width, and what would lie below the lowest there is lies there.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from doxa.beliefmap.columns import Floats
from doxa.beliefmap.model import Outcome
from doxa.heads.spread import LEVELS, Spread
from doxa.heads.width import Width

# Beyond the outermost quantiles, the tails run out as those of a normal distribution do.
_FIRST = -1.959963984540054
_BEYOND = ((0.0, -5.0), (0.001, -3.090232306167813), (0.01, -2.3263478740408408))
SHARES = np.r_[[s for s, _ in _BEYOND], LEVELS, [1 - s for s, _ in reversed(_BEYOND)]]
"""Of all knots, tails included."""
FAR = 12.0
"""Levels of a count are told up to so many standard deviations above its mean."""


@dataclass(frozen=True, slots=True)
class Knots:
    """P(Y <= x) of n rows: lines between knots; what would lie beyond `low` or `high` lies there.

    Attributes
    ----------
    at : float64[n, K]
        Ascending in every row.
    share : float64[K] or float64[n, K]
        From 0, or what is at `low`, to 1.
    """

    at: Floats
    share: Floats
    low: float = -np.inf
    high: float = np.inf

    def free(self, x: Floats) -> Floats:
        """P(Y <= x) were there no ends, x one column per row or several: float64[n, ...]."""
        wide = x[:, None] if x.ndim == 1 else x
        share = np.broadcast_to(self.share, self.at.shape)
        found = np.empty(wide.shape)
        for place in range(wide.shape[1]):
            found[:, place] = _between(self.at, share, wide[:, place])
        return found[:, 0] if x.ndim == 1 else found

    def below(self, x: Floats) -> Floats:
        """P(Y < x) of each row."""
        return np.where(x <= self.low, 0.0, np.where(x > self.high, 1.0, self.free(x)))

    def upto(self, x: Floats) -> Floats:
        """P(Y <= x) of each row.

        Examples
        --------
        >>> even = Knots(np.array([[0.0, 1.0]]), np.array([0.0, 1.0]), low=0.25)
        >>> even.upto(np.array([0.25])).tolist(), even.below(np.array([0.25])).tolist()
        ([0.25], [0.0])
        """
        return np.where(x < self.low, 0.0, np.where(x >= self.high, 1.0, self.free(x)))


@dataclass(frozen=True, slots=True)
class Levels:
    """P(Y <= level) of n rows over levels that all rows share.

    Attributes
    ----------
    at : float64[K]
        Ascending.
    share : float64[n, K]
        1 at the last.
    """

    at: Floats
    share: Floats

    def place(self, y: Floats) -> Floats:
        """The nearest level of each value, as its place."""
        middle = (self.at[1:] + self.at[:-1]) / 2
        return np.asarray(np.searchsorted(middle, y))

    def below(self, y: Floats) -> Floats:
        """P(Y < the level of y) of each row."""
        place = self.place(y).astype(np.int64)
        padded = np.concatenate([np.zeros((len(y), 1)), self.share], axis=1)
        return np.asarray(padded[np.arange(len(y)), place])

    def upto(self, y: Floats) -> Floats:
        """P(Y <= the level of y) of each row."""
        return np.asarray(self.share[np.arange(len(y)), self.place(y).astype(np.int64)])


Distribution: TypeAlias = Knots | Levels


def values_of(spread: Spread, mean: Floats, sigma: Floats) -> Knots:
    """The distribution of values with these means and standard deviations."""
    z = with_tails(np.asarray(spread.quantiles)[None, :])
    return Knots(mean[:, None] + sigma[:, None] * z, SHARES)


def on_scale(told: Knots, outcome: Outcome) -> Distribution:
    """The same on the outcome's scale: levels where it has a step, else within its ends.

    Examples
    --------
    >>> from doxa.beliefmap.model import Target
    >>> asked = Outcome(name="rates", target=Target.VALUE, kind="rating", scale=(2, 1), step=1)
    >>> on_scale(Knots(np.array([[1.0, 3.0]]), np.array([0.0, 1.0])), asked)
    Levels(at=array([1., 2.]), share=array([[0.25, 1.  ]]))
    """
    if outcome.scale is None:
        return told
    low, high = min(outcome.scale), max(outcome.scale)
    if not outcome.step:
        return Knots(told.at, told.share, low, high)
    at = np.arange(low, high + outcome.step / 2, outcome.step)
    middle = np.tile((at[1:] + at[:-1]) / 2, (len(told.at), 1))
    return Levels(at, np.concatenate([told.free(middle), np.ones((len(middle), 1))], axis=1))


def amounts_of(width: Width, mean: Floats, variance: Floats) -> Knots:
    """The distribution of amounts with these means.

    Parameters
    ----------
    variance : float64[n]
        Of what is not known of each person, as `Doubt.variance` gives it.
    """
    at = with_tails(width.quantiles_at(mean, variance))
    if width.lowest is None:
        return Knots(at, SHARES)
    # What is at the lowest end is there even where every quantile lies above it.
    at[:, 0] = np.minimum(at[:, 0], width.lowest)
    return Knots(at, np.maximum(SHARES, width.least(mean)[:, None]), width.lowest)


def counts_of(mean: Floats, dispersion: float, most: float) -> Levels:
    """The distribution of counts with these means; variance m + dispersion m^2.

    Parameters
    ----------
    most : float
        A count that must be among the levels.

    Examples
    --------
    >>> counts_of(np.array([1.0]), 0.0, 0).share[0, :2].round(4).tolist()
    [0.3679, 0.7358]
    """
    wide = mean + FAR * np.sqrt(mean + dispersion * mean**2)
    last = int(max(np.ceil(wide.max(initial=0.0)), most)) + 2
    k = np.arange(last + 1)
    kept = np.maximum(mean, 1e-12)[:, None]
    falls = np.r_[0.0, np.cumsum(np.log(k[1:]))]
    if dispersion <= 0:
        told = k * np.log(kept) - kept - falls
    else:
        size = 1 / dispersion
        rises = np.r_[0.0, np.cumsum(np.log(size + k[:-1]))]
        stays = -np.log1p(kept * dispersion)
        told = rises - falls + size * stays + k * (np.log(kept * dispersion) + stays)
    share = np.minimum(np.cumsum(np.exp(told), axis=1), 1.0)
    share[:, -1] = 1.0
    return Levels(k.astype(np.float64), share)


def with_tails(quantiles: Floats) -> Floats:
    """Quantiles at `LEVELS`, float64[n, levels], with those of the tails: one column per `SHARES`."""
    middle = quantiles[:, [len(LEVELS) // 2]]
    far = np.array([normal / _FIRST for _, normal in _BEYOND])
    below = middle - (middle - quantiles[:, [0]]) * far
    above = middle + (quantiles[:, [-1]] - middle) * far[::-1]
    whole = np.concatenate([below, quantiles, above], axis=1)
    return np.asarray(np.maximum.accumulate(whole, axis=1))


def _between(at: Floats, share: Floats, x: Floats) -> Floats:
    """Lines between knots, row by row (share: float64[n, K]); the larger where knots coincide."""
    right = np.clip((at <= x[:, None]).sum(axis=1), 1, at.shape[1] - 1)
    row = np.arange(len(x))
    start, end = at[row, right - 1], at[row, right]
    width = end - start
    part = np.where(width > 0, (x - start) / np.where(width > 0, width, 1.0), x >= end)
    part = np.clip(part, 0.0, 1.0)
    first, last = share[row, right - 1], share[row, right]
    return np.asarray(first + part * (last - first))
