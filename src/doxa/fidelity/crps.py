"""The continuous ranked probability score: integral of (P(Y <= x) - [y <= x])^2 over x.

It is in the units of what is forecast; of a forecast that names one value it is the absolute error.
"""

from __future__ import annotations

import numpy as np

from doxa.beliefmap.columns import Floats
from doxa.heads.distribution import Distribution, Knots, Levels


def crps(told: Distribution, y: Floats) -> Floats:
    """The score of each row, exactly; lower is better.

    Examples
    --------
    >>> sure = Levels(np.array([0.0, 1.0, 2.0]), np.array([[0.0, 1.0, 1.0]]))
    >>> crps(sure, np.array([2.0])).tolist()
    [1.0]
    """
    return _of_levels(told, y) if isinstance(told, Levels) else _of_knots(told, y)


def _of_levels(told: Levels, y: Floats) -> Floats:
    reached = told.at >= told.at[told.place(y).astype(np.int64)][:, None]
    gaps = (told.share - reached)[:, :-1] ** 2
    return np.asarray(gaps @ np.diff(told.at))


def _of_knots(told: Knots, y: Floats) -> Floats:
    at = np.clip(told.at, told.low, told.high)
    clipped = np.isfinite(told.low) or np.isfinite(told.high)
    share = told.free(at) if clipped else np.broadcast_to(told.share, told.at.shape)
    start, end, p, q = at[:, :-1], at[:, 1:], share[:, :-1], share[:, 1:]
    turn = np.clip(y[:, None], start, end)
    width = end - start
    part = (turn - start) / np.where(width > 0, width, 1.0)
    f = p + part * (q - p)
    before = (turn - start) * (p * p + p * f + f * f) / 3
    after = (end - turn) * ((1 - f) ** 2 + (1 - f) * (1 - q) + (1 - q) ** 2) / 3
    beyond = np.maximum(at[:, 0] - y, 0) + np.maximum(y - at[:, -1], 0)
    return np.asarray((before + after).sum(axis=1) + beyond)


def crps_of_sample(sample: Floats, y: Floats) -> Floats:
    """The same of one sample given as the forecast of every row: E|X - y| - E|X - X'| / 2.

    Examples
    --------
    >>> crps_of_sample(np.array([0.0, 2.0]), np.array([1.0])).tolist()
    [0.5]
    """
    ordered = np.sort(sample)
    size = len(ordered)
    sums = np.r_[0.0, np.cumsum(ordered)]
    below = np.searchsorted(ordered, y)
    away = (y * below - sums[below] + sums[-1] - sums[below] - y * (size - below)) / size
    apart = float((ordered * (2 * np.arange(size) - size + 1)).sum()) / size**2
    return np.asarray(away - apart)
