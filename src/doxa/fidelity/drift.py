"""Drift of calibration: whether what forecasts are worth has changed from one recorded set to the next.

A stream is a row of sets of forecasts. Per set s the calibration error is a score: with mu the
forecast, recalibrated over the whole stream, and x = (1, standardised linear predictor),

    U_s = sum x (y - mu),    H_s = sum x x' mu',    G_s = sum over people of (their part of U_s)^2,

so that theta_s = H_s^-1 U_s is how far intercept and slope of the set lie off. After each set t, for
every k, theta of the sets up to k is held against theta of those after it,

    Q = d' V^-1 d,    d = theta(k, t] - theta(0, k],

V from G and from T, the variance by which sets differ without any drift (weather, weekdays): half the
mean squared difference of neighbouring sets less what sampling explains. The chance of Q without
drift is that of an F with 2 degrees above; it must lie below e^-5 / t, whatever t: tuned on
generated streams so that at most one stable stream in twenty is ever named.

References
----------
Cox (1958), Two further applications of a model for binary regression: intercept and slope.
Zeileis and Hornik (2007), Generalized M-fluctuation tests for parameter instability.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from doxa.beliefmap.columns import Floats, Ints
from doxa.heads.glm import Family, curvature, mean_of

FEWEST_BEFORE, FEWEST_AFTER = 4, 2
"""Sets on either side of a change."""
LEVEL = 5.0
"""ln of the odds against luck that a set must show, beside ln t."""
PRIOR = 1.0
"""Weight of the prior that a set is calibrated as the stream is, on intercept and slope."""
LARGEST_SHARE = 0.15
STEPS = 8

Matrices = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Scores:
    """Calibration errors of b streams of s sets.

    Attributes
    ----------
    score : float64[b, s, 2]
    information, spread : float64[b, s, 2, 2]
        H and G.
    """

    score: Floats
    information: Matrices
    spread: Matrices


@dataclass(frozen=True, slots=True)
class Alarms:
    """Of b streams: after which set it was named (-1 = never), and from which set on it differs.

    Attributes
    ----------
    named, since : int64[b]
    odds : float64[b, s]
        After each set, -ln of the chance of the largest Q had nothing changed.
    """

    named: Ints
    since: Ints
    odds: Floats


def scores_of(
    y: Floats, eta: Floats, place: Ints, person: Ints, shape: tuple[int, int], family: Family
) -> Scores:
    """The calibration errors of all sets of some streams.

    Parameters
    ----------
    y, eta : float64[n]
        Labels and linear predictors of the forecasts.
    place : int64[n]
        Number of the set: s times the number of the stream, plus the place in it.
    person : int64[n]
        Rows of one person in one set count as one piece of information.
    shape : (b, s)
    """
    streams, sets = shape
    stream = place // sets
    x = _standardised(eta, stream, streams)
    y, eta = _in_units(y, eta, stream, streams, family)
    theta = np.zeros((streams, 2))
    mean = weight = np.zeros(0)
    for _ in range(STEPS):
        mean, weight = _at(theta, eta, x, stream, family)
        gradient = _sums(y - mean, x, stream, streams) - PRIOR * theta
        theta += _solved(_squares(weight, x, stream, streams) + PRIOR * np.eye(2), gradient)
    mean, weight = _at(theta, eta, x, stream, family)
    error = y - mean
    own, of = _by_person(error, x, place, person)
    count = streams * sets
    spread = np.empty((count, 2, 2))
    for row in range(2):
        for column in range(2):
            product = own[:, row] * own[:, column]
            spread[:, row, column] = np.bincount(of, product, minlength=count)
    return Scores(
        _sums(error, x, place, count).reshape(streams, sets, 2),
        _squares(weight, x, place, count).reshape(streams, sets, 2, 2),
        spread.reshape(streams, sets, 2, 2),
    )


def _standardised(eta: Floats, stream: Ints, streams: int) -> Floats:
    count = np.maximum(np.bincount(stream, minlength=streams), 1)
    centre = np.bincount(stream, eta, minlength=streams) / count
    away = eta - centre[stream]
    width = np.sqrt(np.bincount(stream, away**2, minlength=streams) / count)
    return np.asarray(away / np.maximum(width, 1e-6)[stream])


def _in_units(
    y: Floats, eta: Floats, stream: Ints, streams: int, family: Family
) -> tuple[Floats, Floats]:
    """Real values in units of their error, so that the prior means the same for all of them."""
    if family is not Family.GAUSSIAN:
        return y, eta
    count = np.maximum(np.bincount(stream, minlength=streams), 1)
    error = np.sqrt(np.bincount(stream, (y - eta) ** 2, minlength=streams) / count)
    unit = np.maximum(error, 1e-12)[stream]
    return y / unit, eta / unit


def _at(
    theta: Floats, eta: Floats, x: Floats, stream: Ints, family: Family
) -> tuple[Floats, Floats]:
    mean = mean_of(eta + theta[stream, 0] + theta[stream, 1] * x, family)
    return mean, curvature(mean, family)


def _sums(error: Floats, x: Floats, group: Ints, count: int) -> Floats:
    parts = [np.bincount(group, error * part, minlength=count) for part in (1.0, x)]
    return np.stack(parts, axis=-1)


def _squares(weight: Floats, x: Floats, group: Ints, count: int) -> Matrices:
    flat, cross, square = (
        np.bincount(group, weight * part, minlength=count) for part in (1.0, x, x * x)
    )
    return np.stack([np.stack([flat, cross], -1), np.stack([cross, square], -1)], -2)


def _by_person(error: Floats, x: Floats, place: Ints, person: Ints) -> tuple[Floats, Ints]:
    """Each person's part of the score of a set, and which set."""
    _, code = np.unique(person, return_inverse=True)
    people = int(code.max(initial=-1)) + 1
    pairs, group = np.unique(place * people + code, return_inverse=True)
    return _sums(error, x, group, len(pairs)), pairs // max(people, 1)


def alarms_of(scores: Scores) -> Alarms:
    """After every set, whether those after some set differ from those before it."""
    streams, sets = scores.score.shape[:2]
    odds = np.zeros((streams, sets))
    since = np.zeros((streams, sets), dtype=np.int64)
    sums = _Sums.of(scores)
    for last in range(FEWEST_BEFORE + FEWEST_AFTER, sets + 1):
        each = sums.odds(last)
        best = each.argmax(axis=1)
        odds[:, last - 1] = each[np.arange(streams), best]
        since[:, last - 1] = best + FEWEST_BEFORE
    seen = np.arange(1, sets + 1)
    over = odds > LEVEL + np.log(seen)
    first = np.where(over.any(axis=1), over.argmax(axis=1), -1)
    return Alarms(first, since[np.arange(streams), first], odds)


@dataclass(frozen=True, slots=True)
class _Sums:
    """Running sums over the sets of every stream."""

    score: Floats
    information: Matrices
    spread: Matrices
    level: Matrices
    slope: Matrices
    moved: Floats
    expected: Floats

    @classmethod
    def of(cls, scores: Scores) -> _Sums:
        held = scores.information + PRIOR * np.eye(2)
        theta = _solved(held, scores.score)
        inverse = np.linalg.inv(held)
        variance = np.einsum("bsii->bsi", inverse @ scores.spread @ inverse)
        columns = [scores.information[..., :, place] for place in range(2)]
        level, slope = (np.einsum("bsi,bsj->bsij", one, one) for one in columns)
        return cls(
            np.cumsum(scores.score, axis=1),
            np.cumsum(scores.information, axis=1),
            np.cumsum(scores.spread, axis=1),
            np.cumsum(level, axis=1),
            np.cumsum(slope, axis=1),
            np.cumsum(np.diff(theta, axis=1) ** 2, axis=1),
            np.cumsum(variance[:, 1:] + variance[:, :-1], axis=1),
        )

    def odds(self, last: int) -> Floats:
        """-ln of the chance of Q for every place of a change among the first `last` sets."""
        pairs = last - 1
        grown = 1 + 1 / np.sqrt(pairs)
        own = self.moved[:, pairs - 1] * grown - self.expected[:, pairs - 1]
        between = np.maximum(own / (2 * pairs), 0.0)
        before = slice(FEWEST_BEFORE - 1, last - FEWEST_AFTER)
        sides = [self._part(before, None, between), self._part(before, last - 1, between)]
        apart = sides[1][0] - sides[0][0]
        variance = sides[0][1] + sides[1][1] + 1e-9 * np.eye(2)
        sampling = sides[0][2] + sides[1][2]
        inverse = np.linalg.inv(variance)
        q = np.einsum("bki,bkij,bkj->bk", apart, inverse, apart)
        known = np.clip(np.einsum("bkij,bkji->bk", sampling, inverse) / 2, 0.0, 1.0)
        freedom = (2 * pairs / 3) / np.maximum(1 - known, LARGEST_SHARE) ** 2
        return np.asarray(freedom / 2 * np.log1p(q / freedom))

    def _part(
        self, before: slice, last: int | None, between: Floats
    ) -> tuple[Floats, Matrices, Matrices]:
        """theta of the sets up to each place (after it, if `last` is given), and its variance."""

        def summed(sums: Floats) -> Floats:
            early = sums[:, before]
            return early if last is None else sums[:, last, None] - early

        inverse = np.linalg.inv(summed(self.information) + PRIOR * np.eye(2))
        theta = np.einsum("bkij,bkj->bki", inverse, summed(self.score))
        sampling = inverse @ summed(self.spread) @ inverse
        shocks = sum(
            between[:, place, None, None, None] * summed(sums)
            for place, sums in enumerate((self.level, self.slope))
        )
        return theta, sampling + inverse @ np.asarray(shocks) @ inverse, sampling


def _solved(matrix: Matrices, right: Floats) -> Floats:
    return np.asarray(np.linalg.solve(matrix, right[..., None])[..., 0])
