"""Choosing a penalty, and calibrating, on people left out."""

from __future__ import annotations

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
    gained = np.bincount(one.person, other.losses - one.losses)
    return bool(gained.sum() > np.sqrt((gained**2).sum()))


def left_out(sample: Labelled) -> NDArray[np.bool_]:
    """The rows of one person in five."""
    _, person = np.unique(sample.rows.person, return_inverse=True)
    return np.asarray(person % LEFT_OUT == LEFT_OUT - 1)


def choose(design: Design, sample: Labelled, family: Family, tell: Progress, seed: int) -> Chosen:
    """The penalty that forecasts left-out people best, and the calibration found on them."""
    rng = np.random.Generator(np.random.Philox(seed))
    _, person = np.unique(sample.rows.person, return_inverse=True)
    out = left_out(sample)
    if out.all() or not out.any():
        zeros = np.zeros(design.table.shape[1])
        return Chosen(RIDGES[-2], zeros, 0.0, 1.0, np.zeros(0), np.zeros(0, dtype=np.int64))
    inside, outside = _some(~out, MOST_TO_CHOOSE, rng), _some(out, MOST_TO_JUDGE, rng)
    x, y = design.table[inside], sample.y[inside]
    x_out, y_out = design.table[outside], sample.y[outside]
    start, best = None, None
    ridges = MORE_RIDGES if len(sample.y) < FEW_ROWS else RIDGES
    for number, ridge in enumerate(reversed(ridges)):
        scaled = design.penalty(ridge * len(inside) / len(sample.y))
        start = fit_glm(
            x, y, ridge=scaled, family=family, offset=design.offset(inside), start=start
        )
        eta = eta_of(x_out, start, design.offset(outside))
        losses = loss_of(eta, y_out, family)
        tell("choosing the penalty", (number + 1) / len(ridges))
        if best is None or losses.mean() < best[0].mean():
            best = (losses, ridge, start, eta)
    assert best is not None
    within = eta_of(x, best[2], design.offset(inside))
    intercept, slope = calibration(best[3], y_out, family, person[outside], float(within.var()))
    return Chosen(best[1], best[2], intercept, slope, best[0], person[outside])


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
