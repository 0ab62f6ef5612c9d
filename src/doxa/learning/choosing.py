"""Choosing a penalty, and calibrating, on people left out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from doxa.beliefmap.columns import Floats, Ints
from doxa.heads.glm import Family, curvature, eta_of, fit_glm, loss_of, mean_of
from doxa.learning.design import Design
from doxa.learning.labelled import Labelled, Progress, sample_of

MOST_TO_CHOOSE = 200_000
MOST_TO_JUDGE = 100_000
RIDGES = (10.0, 100.0, 1000.0)
MORE_RIDGES = (10.0, 30.0, 100.0, 300.0, 1000.0)
"""Tried while rows are few, where it matters and costs little."""
ALIKE = 1e6
"""A penalty under which nothing but levels is left."""
FEW_ROWS = 20_000
HELD = 5.0
"""The slope of calibration is held to 1 as by so many people left out."""
SMALLEST = 1e-12
LEFT_OUT = 5
"""One person in five is left out to choose the penalty and to calibrate."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """A penalty, and the losses of left-out rows under it, with whose they are."""

    ridge: float
    start: Floats
    intercept: float
    slope: float
    losses: Floats
    person: Ints


def clearly_better(one: Chosen, other: Chosen) -> bool:
    """Whether a choice loses less on left-out people, by more than the standard error of that."""
    return clearly_less(one.losses, other.losses, one.person)


def clearly_less(losses: Floats, others: Floats, person: Ints) -> bool:
    """Whether some losses are less than others, by more than the standard error over people.

    Examples
    --------
    >>> person = np.array([0, 1, 2, 3])
    >>> clearly_less(np.zeros(4), np.ones(4), person)
    True
    >>> clearly_less(np.zeros(4), np.array([1.0, -1.0, 1.0, -1.0]), person)
    False
    """
    gained = np.bincount(person, others - losses)
    return bool(gained.sum() > np.sqrt((gained**2).sum()))


def left_out(sample: Labelled) -> NDArray[np.bool_]:
    """The rows of one person in five."""
    _, person = np.unique(sample.rows.person, return_inverse=True)
    return np.asarray(person % LEFT_OUT == LEFT_OUT - 1)


def choose(design: Design, sample: Labelled, family: Family, tell: Progress, seed: int) -> Chosen:
    """The penalty that forecasts left-out people best, and the calibration found on them.

    Where rows are few every fifth of the people is left out in its turn, else one fifth. While the
    largest penalty tried is the best, a tenfold one is tried too; where none is clearly better than
    treating all alike, all are treated alike.
    """
    rng = np.random.Generator(np.random.Philox(seed))
    few = len(sample.y) < FEW_ROWS
    parts = _parts(design, sample, family, rng, LEFT_OUT if few else 1)
    if not parts:
        zeros = np.zeros(design.table.shape[1])
        return Chosen(RIDGES[-2], zeros, 0.0, 1.0, np.zeros(0), np.zeros(0, dtype=np.int64))
    outside = np.concatenate([part.outside for part in parts])
    y, person = sample.y[outside], sample.rows.person[outside]
    ridges = [*sorted(MORE_RIDGES if few else RIDGES), ALIKE]
    found: list[_Tried] = []
    while ridges:
        ridge = ridges.pop()
        fits = [part.fit(ridge) for part in parts]
        eta = np.concatenate([part.forecast(beta) for part, beta in zip(parts, fits, strict=True)])
        found.append(_Tried(loss_of(eta, y, family), ridge, fits[-1], eta))
        tell("choosing the penalty", len(found) / (len(found) + len(ridges)))
        some = found[1:]
        if not ridges and _best(some).ridge == max(one.ridge for one in some) < ALIKE / 10:
            ridges = [10 * _best(some).ridge]
    alike, best = found[0], _best(some)
    ridge = between([one.ridge for one in some], [one.losses.mean() for one in some])
    if not clearly_less(best.losses, alike.losses, person):
        best, ridge = alike, ALIKE
    usual = float(parts[-1].within(best.start).var())
    intercept, slope = calibration(best.eta, y, family, person, usual)
    return Chosen(ridge, best.start, intercept, slope, best.losses, person)


def _best(tried: Sequence[_Tried]) -> _Tried:
    return min(tried, key=lambda one: float(one.losses.mean()))


def between(ridges: Sequence[float], losses: Sequence[float]) -> float:
    """Where the loss is least by the parabola, in the logarithm, through the best and its neighbours.

    Examples
    --------
    >>> round(between([10.0, 100.0, 1000.0], [2.0, 1.0, 2.0]), 6)
    100.0
    >>> round(between([10.0, 100.0, 1000.0], [2.0, 1.0, 1.0]), 2)
    316.23
    >>> between([10.0, 100.0], [2.0, 1.0])
    100.0
    """
    order = np.argsort(ridges)
    x, y = np.log(np.asarray(ridges))[order], np.asarray(losses)[order]
    best = int(np.argmin(y))
    if best in (0, len(x) - 1):
        return float(ridges[order[best]])
    around = slice(best - 1, best + 2)
    curve, slope, _ = np.polyfit(x[around] - x[best], y[around], 2)
    return float(np.exp(x[best] - slope / (2 * curve)))


@dataclass(frozen=True, slots=True)
class _Tried:
    """What the rows left out lose under one penalty."""

    losses: Floats
    ridge: float
    start: Floats
    eta: Floats


class _Part:
    """Some people left out, and a fit on the others that goes on from penalty to penalty."""

    def __init__(
        self, design: Design, sample: Labelled, family: Family, inside: Ints, outside: Ints
    ) -> None:
        self.design, self.sample, self.family = design, sample, family
        self.inside, self.outside = inside, outside
        self._x, self._x_out = design.table[inside], design.table[outside]
        # A penalty is what is known beforehand, however many rows there are; but of rows by the
        # hundred thousand, of few people and moments, not each is news.
        self._share = 1.0 if len(sample.y) < FEW_ROWS else len(inside) / len(sample.y)
        self._start: Floats | None = None

    def fit(self, ridge: float) -> Floats:
        """Coefficients under a penalty."""
        inside = self.inside
        beta = fit_glm(
            self._x,
            self.sample.y[inside],
            ridge=self.design.penalty(ridge * self._share),
            family=self.family,
            offset=self.design.offset(inside),
            start=self._start,
        )
        self._start = beta
        return beta

    def forecast(self, beta: Floats) -> Floats:
        """Linear predictors of the rows left out."""
        return eta_of(self._x_out, beta, self.design.offset(self.outside))

    def within(self, beta: Floats) -> Floats:
        """Linear predictors of the rows that were fitted on."""
        return eta_of(self._x, beta, self.design.offset(self.inside))


def _parts(
    design: Design, sample: Labelled, family: Family, rng: np.random.Generator, many: int
) -> list[_Part]:
    """The last fifths of the people, each to be left out; none where there is nobody else."""
    _, person = np.unique(sample.rows.person, return_inverse=True)
    found = []
    for fifth in range(LEFT_OUT - many, LEFT_OUT):
        out = person % LEFT_OUT == fifth
        if out.any() and not out.all():
            inside, outside = _some(~out, MOST_TO_CHOOSE, rng), _some(out, MOST_TO_JUDGE, rng)
            found.append(_Part(design, sample, family, inside, outside))
    return found


def dearer(ridge: float, overlap: float) -> float:
    """The penalty of rows that overlap: that many times the one chosen, within what is usual.

    Examples
    --------
    >>> dearer(100.0, 4.0), dearer(300.0, 4.0), dearer(10_000.0, 4.0)
    (400.0, 1000.0, 10000.0)
    """
    return max(ridge, min(ridge * overlap, RIDGES[-1]))


def levelled(
    design: Design, sample: Labelled, family: Family, beta: Floats, chosen: Chosen
) -> Chosen:
    """The calibration with the intercept at which the fit rows are forecast right on the whole.

    The slope comes from people left out, who are few: what they do more or less than others is no
    reason to forecast everybody higher or lower.
    """
    eta = eta_of(design.table, beta, design.offset(np.arange(len(sample.y))))
    return replace(chosen, intercept=level_at(chosen.slope * eta, sample.y, family))


def level_at(eta: Floats, y: Floats, family: Family) -> float:
    """What to add to linear predictors so that rows are forecast right on the whole.

    Examples
    --------
    >>> round(level_at(np.zeros(4), np.array([1.0, 1.0, 1.0, 0.0]), Family.BERNOULLI), 6)
    1.098611
    """
    found = fit_glm(np.ones((len(y), 1)), y, ridge=np.zeros(1), family=family, offset=eta)
    return float(found[0])


def _some(chosen: NDArray[np.bool_], most: int, rng: np.random.Generator) -> Ints:
    rows = np.flatnonzero(chosen)
    return rows[sample_of(len(rows), most, rng)]


def calibration(
    eta: Floats, y: Floats, family: Family, person: Ints, usual: float = 0.0
) -> tuple[float, float]:
    """Intercept and slope on people left out, as far as they are more than chance of who these are.

    Found are the level of the forecasts (d_0, at their weighted mean m) and their slope (d_1), each
    held close to 0 where people are few. Each counts by the share max(0, 1 - v / d^2), with v its
    variance by H^-1 (sum_p g_p g_p') H^-1, g_p the score of person p: people differ, and a correction
    that is no larger than they differ by is none.

    Parameters
    ----------
    person : int64[n]
        Whose each row is.
    usual : float
        How far linear predictors of values lie apart (variance) among the people fitted on: a slope
        found on people who are all alike holds for none of the others.
    """
    mean = mean_of(eta, family)
    weight = curvature(mean, family)
    middle = float(weight @ eta / max(weight.sum(), SMALLEST))
    columns = np.column_stack([np.ones(len(eta)), eta - middle])
    worth = HELD * usual if family is Family.GAUSSIAN else 0.0
    ridge = np.array([HELD, max(HELD, worth)])
    found = fit_glm(columns, y, ridge=ridge, family=family, offset=eta)
    _, whose = np.unique(person, return_inverse=True)
    scores = np.stack([np.bincount(whose, (y - mean) * column) for column in columns.T])
    around = np.linalg.inv(columns.T @ (weight[:, None] * columns) + np.diag(ridge))
    variance = np.diag(around @ scores @ scores.T @ around)
    level, slope = found * np.maximum(0.0, 1 - variance / np.maximum(found**2, SMALLEST))
    return float(level - slope * middle), float(1 + slope)
