"""People beside people: whether twins differ as much as people do, and how well that can be told."""

from __future__ import annotations

from dataclasses import dataclass

import msgspec
import numpy as np

from doxa.beliefmap.columns import Floats, Ints
from doxa.fidelity.resampling import Resamples

SPLITS, FEWEST_SPLITS, MOST_ROWS = 20, 3, 2_000_000
"""The ceiling is the mean over so many ways to halve each person's outcomes, fewer of very many."""
FEWEST = 10
"""Fewer people have neither spread nor ceiling."""


class Ceiling(msgspec.Struct, frozen=True, kw_only=True):
    """How well a person's own other half of scored outcomes tells this half.

    Of each person with two scored outcomes or more, means of y - base over two random halves.

    Attributes
    ----------
    halves : correlation r of the halves across people, mean over ways to halve
    reliability : 2 r / (1 + r), of means over all outcomes of a person (Spearman and Brown, 1910)
    ceiling : its square root: no forecast can be correlated higher with those means
    twin : the correlation of the mean of forecast - base with them
    """

    people: int
    halves: float
    reliability: float
    ceiling: float
    twin: float


class People(msgspec.Struct, frozen=True, kw_only=True):
    """How far people differ, and how far their twins do.

    Attributes
    ----------
    people : with scored rows
    forecasts, outcomes : sd over people of a person's mean forecast, and of their mean outcome
    noise : sd of what chance alone adds to a mean outcome: root of the mean over people of
        sum of the forecasts' own variances / rows^2
    spread : [estimate, low, high] of forecasts / sqrt(outcomes^2 - noise^2)
    ceiling : None where hardly anybody has two scored outcomes
    """

    people: int
    forecasts: float
    outcomes: float
    noise: float
    spread: list[float]
    ceiling: Ceiling | None


@dataclass(frozen=True, slots=True)
class _Means:
    """Per person: rows, mean forecast, mean outcome, and the chance variance of the latter."""

    rows: Floats
    told: Floats
    found: Floats
    chance: Floats


def people_of(
    person: Ints,
    y: Floats,
    forecast: Floats,
    base: Floats,
    variance: Floats,
    resamples: Resamples,
    seed: int,
) -> People | None:
    """The spread of twins over that of people, and the split-half ceiling; None of under ten people.

    Parameters
    ----------
    person : int64[n]
    y, forecast, base : float64[n]
        Outcomes, the twin's means, and the base rate's.
    variance : float64[n]
        Of the outcome, by the twin's forecast: p (1 - p), m + d m^2 or sigma^2.
    resamples : Resamples
        Of the rows.
    """
    _, first, place = np.unique(person, return_index=True, return_inverse=True)
    rows = np.bincount(place).astype(np.float64)
    if len(rows) < FEWEST:
        return None
    means = _Means(
        rows,
        np.bincount(place, forecast) / rows,
        np.bincount(place, y) / rows,
        np.bincount(place, variance) / rows**2,
    )
    told, found, chance = means.told.var(), means.found.var(), means.chance.mean()
    return People(
        people=len(rows),
        forecasts=float(np.sqrt(told)),
        outcomes=float(np.sqrt(found)),
        noise=float(np.sqrt(chance)),
        spread=_spread(means, resamples, first),
        ceiling=ceiling_of(place, y - base, forecast - base, seed),
    )


def _spread(means: _Means, resamples: Resamples, first: Ints) -> list[float]:
    """[estimate, low, high] of the ratio; `first` is a row of each person."""
    columns = np.column_stack(
        [
            np.ones(len(first)),
            means.told,
            means.told**2,
            means.found,
            means.found**2,
            means.chance,
        ]
    )
    estimate = _ratio(columns.sum(axis=0)[None, :])[0]
    drawn = _ratio(resamples.drawn(resamples.totals_at(first, columns)))
    known = drawn[~np.isnan(drawn)]
    low, high = np.quantile(known, [0.025, 0.975]) if len(known) else (np.nan, np.nan)
    return [float(estimate), float(low), float(high)]


def _ratio(sums: Floats) -> Floats:
    """sd told / sd found beyond chance, from sums of both and of their squares; NaN without any."""
    told, told_squared, found, found_squared, chance = (sums[:, 1:] / sums[:, :1]).T
    above = np.maximum(told_squared - told**2, 0.0)
    below = found_squared - found**2 - chance
    known = below > 1e-12
    return np.where(known, np.sqrt(above / np.where(known, below, 1.0)), np.nan)


def ceiling_of(place: Ints, left: Floats, told: Floats, seed: int) -> Ceiling | None:
    """The split-half ceiling; None where fewer than ten people have two scored outcomes.

    Parameters
    ----------
    place : int64[n]
        People as codes 0..k-1.
    left, told : float64[n]
        y - base, and forecast - base.

    Examples
    --------
    >>> place, steady = np.repeat(np.arange(12), 4), np.repeat(np.arange(12.0), 4)
    >>> found = ceiling_of(place, steady, steady, seed=1)
    >>> round(found.halves, 6), round(found.ceiling, 6), round(found.twin, 6)
    (1.0, 1.0, 1.0)
    """
    rows = np.bincount(place)
    several = rows[place] > 1
    _, place = np.unique(place[several], return_inverse=True)
    left, told = left[several], told[several]
    rows = np.bincount(place)
    if len(rows) < FEWEST:
        return None
    rng = np.random.Generator(np.random.Philox(seed))
    starts = np.r_[0, np.cumsum(rows)[:-1]]
    found = []
    for _ in range(max(FEWEST_SPLITS, min(SPLITS, MOST_ROWS // len(place)))):
        order = np.lexsort((rng.random(len(place)), place))
        first = np.empty(len(place), dtype=bool)
        first[order] = (np.arange(len(place)) - starts[place[order]]) % 2 == 0
        halves = [
            np.bincount(place[own], left[own], minlength=len(rows)) / np.bincount(place[own])
            for own in (first, ~first)
        ]
        found.append(_correlation(*halves))
    halved = float(np.mean(found))
    reliability = 2 * halved / (1 + halved) if halved > 0 else 0.0
    mean, twin = np.bincount(place, left) / rows, np.bincount(place, told) / rows
    return Ceiling(
        people=len(rows),
        halves=halved,
        reliability=reliability,
        ceiling=float(np.sqrt(reliability)),
        twin=_correlation(mean, twin),
    )


def _correlation(a: Floats, b: Floats) -> float:
    """Pearson's; NaN where one of them is the same everywhere."""
    a, b = a - a.mean(), b - b.mean()
    size = float(np.sqrt((a @ a) * (b @ b)))
    return float(a @ b) / size if size > 1e-12 else float("nan")
