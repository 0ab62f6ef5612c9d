"""The probability integral transform: where in its forecast distribution each outcome fell.

u = P(Y < y) + v P(Y = y), v drawn evenly from [0, 1]: even over [0, 1] where forecasts can be taken
at their word, also for counts, levels and values heaped at the end of a scale.
"""

from __future__ import annotations

import numpy as np

from doxa.beliefmap.columns import Floats
from doxa.beliefmap.payloads import Bools
from doxa.heads.distribution import Distribution

BINS = 10


def pit(told: Distribution, y: Floats, rng: np.random.Generator) -> Floats:
    """u of each row.

    Examples
    --------
    >>> from doxa.heads.distribution import Levels
    >>> coin = Levels(np.array([0.0, 1.0]), np.array([[0.5, 1.0]]))
    >>> bool(pit(coin, np.array([1.0]), np.random.default_rng(1))[0] >= 0.5)
    True
    """
    below = told.below(y)
    return np.asarray(below + rng.random(len(y)) * (told.upto(y) - below))


def pit_counts(u: Floats) -> list[int]:
    """How many rows fell into each tenth.

    Examples
    --------
    >>> pit_counts(np.array([0.05, 0.95, 1.0]))
    [1, 0, 0, 0, 0, 0, 0, 0, 0, 2]
    """
    place = np.minimum((u * BINS).astype(np.int64), BINS - 1)
    return [int(count) for count in np.bincount(place, minlength=BINS)]


def inside(u: Floats, share: float) -> Bools:
    """Whether each outcome fell into the middle `share` of its forecast.

    Examples
    --------
    >>> inside(np.array([0.05, 0.5]), 0.8).tolist()
    [False, True]
    """
    return np.asarray(np.abs(u - 0.5) <= share / 2)
