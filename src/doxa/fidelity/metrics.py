"""Scores of probabilistic forecasts; each is checked in the tests against scikit-learn."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from doxa.beliefmap.columns import Floats, Ints

SMALLEST = 1e-12
COVERED = 0.8
"""The share of values that lie within the ends of a forecast, as `coverage_80` asks."""
NEAR = 0.1
MOST_BINS, FEWEST_BINS, ROWS_PER_BIN = 20, 5, 50


def log_losses(y: Floats, p: Floats) -> Floats:
    """-ln of the probability given to what happened, per row, in nats.

    Examples
    --------
    >>> log_losses(np.array([1.0]), np.array([0.5])).round(4).tolist()
    [0.6931]
    """
    kept = np.clip(p, SMALLEST, 1 - SMALLEST)
    return -(y * np.log(kept) + (1 - y) * np.log1p(-kept))


def squared_errors(y: Floats, p: Floats) -> Floats:
    """(p - y)^2 per row; its mean is the Brier score, or the squared RMSE."""
    return (p - y) ** 2


def coverage(y: Floats, low: Floats, high: Floats) -> float:
    """The share of values between their ends, both included; ends are real numbers, not rounded.

    Examples
    --------
    >>> coverage(np.array([1.0, 2.0]), np.array([0.5, 2.5]), np.array([1.5, 3.0]))
    0.5
    """
    return float(((low <= y) & (y <= high)).mean())


def people_covered(y: Floats, low: Floats, high: Floats, twin: Ints) -> float:
    """The share of people whose own coverage lies within .1 of four fifths."""
    _, person = np.unique(twin, return_inverse=True)
    inside = np.bincount(person, (low <= y) & (y <= high)) / np.bincount(person)
    return float((np.abs(inside - COVERED) <= NEAR + SMALLEST).mean())


def auc(y: Floats, score: Floats) -> float:
    """The chance that a row with y = 1 outranks one with y = 0; ties count half; NaN without both.

    Examples
    --------
    >>> auc(np.array([0.0, 1.0, 1.0]), np.array([0.1, 0.1, 0.9]))
    0.75
    """
    positive = y > 0.5
    ones, zeros = int(positive.sum()), int((~positive).sum())
    if ones == 0 or zeros == 0:
        return float("nan")
    ranks = _mid_ranks(score)
    return float((ranks[positive].sum() - ones * (ones + 1) / 2) / (ones * zeros))


def _mid_ranks(score: Floats) -> Floats:
    order = np.argsort(score, kind="stable")
    ordered = score[order]
    starts = np.flatnonzero(np.r_[True, ordered[1:] != ordered[:-1]])
    sizes = np.diff(np.r_[starts, len(ordered)])
    middle = starts + (sizes + 1) / 2
    ranks = np.empty(len(score))
    ranks[order] = np.repeat(middle, sizes)
    return ranks


def auc_within(y: Floats, score: Floats, unit: Ints) -> float:
    """Mean over units that have both classes of the AUC among the unit's own rows.

    Pooled AUC may only rank people; this one ranks what each person does.
    """
    order = np.lexsort((score, unit))
    units, ys, scores = unit[order], y[order], score[order]
    starts = np.flatnonzero(np.r_[True, units[1:] != units[:-1]])
    groups = np.repeat(np.arange(len(starts)), np.diff(np.r_[starts, len(units)]))
    ranks = _group_mid_ranks(scores, groups, starts)
    ones = np.bincount(groups, weights=ys)
    sizes = np.bincount(groups)
    zeros = sizes - ones
    both = (ones > 0) & (zeros > 0)
    if not both.any():
        return float("nan")
    total = np.bincount(groups, weights=ranks * ys)[both]
    ones, zeros = ones[both], zeros[both]
    return float(np.mean((total - ones * (ones + 1) / 2) / (ones * zeros)))


def _group_mid_ranks(score: Floats, group: Ints, starts: Ints) -> Floats:
    """Mid-ranks within groups of rows already sorted by (group, score)."""
    change = np.r_[True, (score[1:] != score[:-1]) | (group[1:] != group[:-1])]
    first = np.flatnonzero(change)
    sizes = np.diff(np.r_[first, len(score)])
    middle = first - starts[group[first]] + (sizes + 1) / 2
    return np.repeat(middle, sizes)


@dataclass(frozen=True, slots=True)
class Reliability:
    """A calibration curve: rows binned by forecast into bins of equal size.

    Attributes
    ----------
    forecast, observed : float64[bins]
        Mean forecast and share that happened.
    count : int64[bins]
    error : float
        Expected calibration error: sum of count-weighted |forecast - observed|.
    chance : float
        What that would be, were every forecast true: of each bin sqrt(2 / pi) times the standard
        error of its observed share.
    """

    forecast: Floats
    observed: Floats
    count: Ints
    error: float
    chance: float


def reliability(y: Floats, p: Floats, bins: int | None = None) -> Reliability:
    """The calibration curve over `bins` bins with equally many rows; equal forecasts stay together.

    Parameters
    ----------
    bins : int, optional
        Left out, one per 50 rows: 5 at least, 20 at most.
    """
    place, count = _bins(p, bins)
    forecast = np.bincount(place, weights=p) / count
    observed = np.bincount(place, weights=y) / count
    error = float(np.average(np.abs(forecast - observed), weights=count))
    chance = np.sqrt(2 / np.pi * np.bincount(place, weights=p * (1 - p))) / count
    return Reliability(forecast, observed, count, error, float(np.average(chance, weights=count)))


def _bins(p: Floats, bins: int | None) -> tuple[Ints, Ints]:
    """The bin of each row, codes 0..k-1 in order of forecast, and how many rows each has."""
    wanted = bins or min(MOST_BINS, max(FEWEST_BINS, len(p) // ROWS_PER_BIN))
    edges = np.unique(np.quantile(p, np.linspace(0, 1, wanted + 1)[1:-1]))
    _, place, count = np.unique(
        np.searchsorted(edges, p, side="right"), return_inverse=True, return_counts=True
    )
    return place, count


@dataclass(frozen=True, slots=True)
class Murphy:
    """Brier = reliability - resolution + uncertainty + within, over bins of forecasts.

    `within` is what forecasts differ inside a bin, less twice what that says of the outcome; 0 where
    every bin holds one forecast (Stephenson, Coelho and Jolliffe, 2008).
    """

    reliability: float
    resolution: float
    uncertainty: float
    within: float


def murphy(y: Floats, p: Floats, bins: int | None = None) -> Murphy:
    """Murphy's decomposition (1973) of the Brier score over the bins of `reliability`.

    Few rows per bin would count chance as bad calibration, and as resolution.
    """
    place, count = _bins(p, bins)
    forecast = np.bincount(place, weights=p) / count
    observed = np.bincount(place, weights=y) / count
    mean = float(y.mean())
    apart, happened = p - forecast[place], y - observed[place]
    return Murphy(
        float(np.average((forecast - observed) ** 2, weights=count)),
        float(np.average((observed - mean) ** 2, weights=count)),
        mean * (1 - mean),
        float((apart**2).mean() - 2 * (apart * happened).mean()),
    )
