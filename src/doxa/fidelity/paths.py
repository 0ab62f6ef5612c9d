"""Scores of simulated paths: where the real value fell among them, how people differ, what they come to.

Paths are float64[n, P]: of each of n people (at an origin) what P simulated futures came to. y is what
really came. Nothing here knows how the paths were drawn.
"""

from __future__ import annotations

import numpy as np

from doxa.beliefmap.columns import Floats, Ints

CUTS = 10
"""People are cut into cohorts so many times."""


def pit_of_paths(drawn: Floats, y: Floats, rng: np.random.Generator) -> Floats:
    """u of each row: the randomised rank of y among its paths, in (0, 1).

    u = (#{x < y} + v (#{x = y} + 1)) / (P + 1), v drawn evenly from [0, 1]. Exactly even over [0, 1] where
    y is one more draw of what the paths were drawn from, of counts too, and with few paths.

    Examples
    --------
    >>> u = pit_of_paths(np.array([[1.0, 2.0, 2.0]]), np.array([2.0]), np.random.default_rng(1))
    >>> bool(0.25 <= u[0] <= 1.0)
    True
    """
    below, same = (drawn < y[:, None]).sum(axis=1), (drawn == y[:, None]).sum(axis=1)
    return np.asarray((below + rng.random(len(y)) * (same + 1)) / (drawn.shape[1] + 1))


def covered_by_paths(drawn: Floats, y: Floats, share: float) -> Floats:
    """The chance that u of each row lies in the middle `share`, over all that v may be.

    The mean of this over rows is the coverage by `pit_of_paths`, without the luck of one v.

    Examples
    --------
    >>> covered_by_paths(np.array([[0.0, 1.0, 1.0, 2.0]]), np.array([1.0]), 0.4).round(4).tolist()
    [0.6667]
    """
    below, same = (drawn < y[:, None]).sum(axis=1), (drawn == y[:, None]).sum(axis=1)
    size = drawn.shape[1] + 1
    low = np.maximum(below / size, (1 - share) / 2)
    high = np.minimum((below + same + 1) / size, (1 + share) / 2)
    return np.asarray(np.maximum(high - low, 0.0) * size / (same + 1))


def covered_cohorts(
    drawn: Floats, y: Floats, origin: Ints, size: int, share: float, rng: np.random.Generator
) -> float:
    """How often sums over random cohorts lie in the middle `share` of the sums of their paths.

    People of one origin are cut into cohorts at random, ten times over; where they are fewer than
    `size` they are one cohort. The luck of each averages out in a sum, and an error common to all does
    not: here it shows.

    Parameters
    ----------
    drawn : float64[n, P]
    y : float64[n]
    origin : int64[n]
        From when each row's paths run.

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> drawn, y = rng.poisson(3, (2000, 99)), rng.poisson(3, 2000)
    >>> origin = np.zeros(2000, dtype=np.int64)
    >>> bool(abs(covered_cohorts(drawn, y, origin, 20, 0.8, rng) - 0.8) < 0.05)
    True
    """
    told = []
    for at in np.unique(origin):
        here = np.flatnonzero(origin == at)
        own = min(size, len(here))
        for _ in range(CUTS):
            cohorts = rng.permutation(here)[: len(here) // own * own].reshape(-1, own)
            told.append(covered_by_paths(drawn[cohorts].sum(1), y[cohorts].sum(1), share))
    return min(float(np.concatenate(told).mean()), 1.0) if told else float("nan")


def crps_of_paths(drawn: Floats, y: Floats) -> Floats:
    """The continuous ranked probability score of each row: mean |X - y| - mean |X - X'| / 2.

    X and X' are two different paths, so that few paths are not counted as a worse forecast.

    Examples
    --------
    >>> crps_of_paths(np.array([[0.0, 2.0]]), np.array([1.0])).tolist()
    [0.0]
    """
    paths = drawn.shape[1]
    away = np.abs(drawn - y[:, None]).mean(axis=1)
    if paths < 2:
        return np.asarray(away)
    rank = 2 * np.arange(paths) - paths + 1
    apart = np.sort(drawn, axis=1) @ rank * 2 / (paths * (paths - 1))
    return np.asarray(away - apart / 2)


def spread_ratio(drawn: Floats, y: Floats) -> float:
    """sd over people of one path of each / sd over people of y, averaged over the paths.

    One path per person, not the mean of theirs: people differ by what they are and by what happens to
    them, and so must the simulated ones. 1 where they differ as much.

    Examples
    --------
    >>> spread_ratio(np.array([[0.0], [4.0]]), np.array([0.0, 2.0]))
    2.0
    """
    own = float(y.std())
    return float(drawn.std(axis=0).mean()) / own if own > 0 else float("nan")


def total_error(drawn: Floats, y: Floats) -> float:
    """sum over people of what was simulated (mean over paths) / sum over people of y, less 1.

    Examples
    --------
    >>> total_error(np.array([[1.0, 3.0], [2.0, 4.0]]), np.array([2.0, 2.0]))
    0.25
    """
    whole = float(y.sum())
    return float(drawn.mean(axis=1).sum()) / whole - 1 if whole else float("nan")


def autocorrelation(steps: Floats) -> float:
    """Lag-1 autocorrelation of what each step brought, within people: float64[..., S].

    r = sum_i sum_t (x_it - m_i)(x_i,t+1 - m_i) / sum_i sum_t (x_it - m_i)^2, m_i the mean over the steps of
    series i. Short series have it below that of long ones: compare series of equal length.

    Examples
    --------
    >>> autocorrelation(np.array([[1.0, -1.0, 1.0, -1.0]]))
    -0.75
    """
    return ratio_of_products(products(steps))


def products(steps: Floats) -> Floats:
    """[sum of neighbours' products, sum of squares] about each series' mean: of chunks they add up."""
    about = steps - steps.mean(axis=-1, keepdims=True)
    return np.array([(about[..., 1:] * about[..., :-1]).sum(), (about**2).sum()])


def ratio_of_products(found: Floats) -> float:
    """The autocorrelation that some `products` come to; NaN where nothing ever changed."""
    return float(found[0] / found[1]) if found[1] > 0 else float("nan")


def energy_score(drawn: Floats, y: Floats) -> Floats:
    """The energy score of each row's vector: mean ||X - y|| - mean ||X - X'|| / 2; lower is better.

    It is the CRPS where there is one number, and judges the numbers of one path together where there
    are several: the same person at several horizons (Gneiting and Raftery, 2007). X and X' are two
    different paths.

    Parameters
    ----------
    drawn : float64[n, P, K]
    y : float64[n, K]

    Examples
    --------
    >>> energy_score(np.array([[[0.0, 0.0], [6.0, 8.0]]]), np.array([[3.0, 4.0]])).tolist()
    [0.0]
    """
    paths = drawn.shape[1]
    away = np.linalg.norm(drawn - y[:, None, :], axis=2).mean(axis=1)
    if paths < 2:
        return np.asarray(away)
    return np.asarray(away - _apart(drawn) / 2)


def _apart(drawn: Floats) -> Floats:
    """Mean distance of two different paths of each row: all paths against all, turned by 1 .. P - 1 places.

    Turning by t and by P - t meets the same pairs.
    """
    paths = drawn.shape[1]
    total = np.zeros(len(drawn))
    for turn in range(1, paths // 2 + 1):
        twice = 1 if 2 * turn == paths else 2
        total += twice * np.linalg.norm(drawn - np.roll(drawn, turn, axis=1), axis=2).sum(axis=1)
    return np.asarray(total / (paths * (paths - 1)))
