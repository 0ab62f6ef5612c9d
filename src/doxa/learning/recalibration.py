"""Learning how paths are to be read at a horizon, from the ranks of what came among earlier ones.

Shift and width are the line through the tenths of z = Phi^-1(u) against those of a standard normal: ranks
beyond all paths say only that, and tenths do not ask them how far. Both are kept only as far as they
are surely not 0 and 1: x max(0, 1 - (t s / x)^2), s the larger of two standard errors by leaving out parts
of the people, and origins (a holiday moves everybody at once), t the 97.5 % quantile of Student's
distribution with as many degrees of freedom as there are parts, less one.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TypeAlias

import numpy as np

from doxa.beliefmap.columns import Floats, Ints
from doxa.beliefmap.payloads import Bools
from doxa.heads.recalibration import Recalibration, normal_of, student

FEWEST_PEOPLE = 100
FEWEST_ORIGINS = 3
PARTS = 20
"""People are left out in so many parts."""
LEVELS = np.arange(1, 10) / 10
Estimate: TypeAlias = Callable[[Bools], Floats]
"""Numbers estimated from some of the rows, float64[k]."""


def recalibrated(u: Floats, person: Ints, origin: Ints) -> Recalibration:
    """The recalibration of some ranks; none where people or origins are few, or ranks are even.

    Parameters
    ----------
    u : float64[n]
        Ranks in (0, 1) of what came among its paths, see `doxa.fidelity.paths.pit_of_paths`.
    person, origin : int64[n]
        Whose they are, and from when.

    Examples
    --------
    >>> even = (np.arange(4000) % 1000 + 0.5) / 1000
    >>> people, origins = np.arange(4000) % 1000, np.arange(4000) // 1000
    >>> recalibrated(even, people, origins).changes
    False
    >>> narrow = recalibrated(np.where(even < 0.5, even / 2, (1 + even) / 2), people, origins)
    >>> round(narrow.shift, 3), narrow.width > 1.3
    (0.0, True)
    """
    people, origins = len(np.unique(person)), len(np.unique(origin))
    none = Recalibration(rows=len(u), people=people, origins=origins)
    if people < FEWEST_PEOPLE or origins < FEWEST_ORIGINS:
        return none
    z, normal = normal_of(u), normal_of(LEVELS)

    def line(rows: Bools) -> Floats:
        tenths = np.quantile(z[rows], LEVELS)
        slope = float(tenths @ normal / (normal @ normal))
        return np.array([tenths.mean(), math.log(max(slope, 1e-3))])

    shift, wider = _kept(line, person, origin)
    return Recalibration(
        shift=float(shift), width=math.exp(wider), rows=len(u), people=people, origins=origins
    )


def _kept(estimate: Estimate, person: Ints, origin: Ints) -> Floats:
    """What is kept of some estimates."""
    _, place = np.unique(person, return_inverse=True)
    _, when = np.unique(origin, return_inverse=True)
    found = estimate(np.ones(len(person), dtype=bool))
    sure = np.maximum(_error(estimate, place % PARTS), _error(estimate, when))
    away = np.where(found == 0, 1.0, found)
    return np.asarray(found * np.maximum(0.0, 1 - (sure / away) ** 2))


def _error(estimate: Estimate, part: Ints) -> Floats:
    """t times the standard error, by leaving out one part at a time (the jackknife)."""
    size = int(part.max()) + 1
    without = np.array([estimate(part != one) for one in range(size)])
    spread = ((without - without.mean(axis=0)) ** 2).sum(axis=0)
    return np.asarray(student(size - 1) * np.sqrt((size - 1) / size * spread))


def blend(paths: Floats, direct: Floats, y: Floats, person: Ints, origin: Ints) -> float:
    """How far the mean of paths is moved towards a direct forecast of the same horizon, in [0, 1].

    The share b that makes (1 - b) paths + b direct closest to what came in squares; 0 where it is not
    surely above 0, by the same rule as above.

    Parameters
    ----------
    paths, direct : float64[n]
        Means of what will come by each, of fit rows.
    y : float64[n]
        What came.

    Examples
    --------
    >>> y = np.tile([1.0, 3.0], 300)
    >>> people, origins = np.arange(600) % 200, np.arange(600) // 200
    >>> round(blend(y * 0.5, y, y, people, origins), 3), blend(y, y * 0.5, y, people, origins)
    (1.0, 0.0)
    """
    apart, left = direct - paths, y - paths
    enough = len(np.unique(person)) >= FEWEST_PEOPLE and len(np.unique(origin)) >= FEWEST_ORIGINS
    if not enough or not apart.any():
        return 0.0

    def share(rows: Bools) -> Floats:
        size = float((apart[rows] ** 2).sum())
        return np.array([float(left[rows] @ apart[rows]) / size if size else 0.0])

    return float(np.clip(_kept(share, person, origin)[0], 0.0, 1.0))
