"""Anchoring: paths weighed anew so that their mean meets a direct forecast of a far horizon.

w_p is proportional to exp(l x_p), with l such that sum w_p x_p = target: of all weights with that mean the
nearest to equal ones, in information (Csiszar 1975). A path is never changed, only how much it counts.
"""

from __future__ import annotations

import numpy as np

from doxa.beliefmap.columns import Floats

STEPS = 60
FEWEST_PATHS = 20
"""Fewer paths are not weighed."""
EFFECTIVE = 0.5
"""So many of the paths must still count, (sum w)^2 / sum w^2: a target further away is not met in full."""


def tilted(drawn: Floats, target: Floats) -> Floats:
    """Weights of each row's paths, float64[n, P], that sum up to 1.

    Parameters
    ----------
    drawn : float64[n, P]
        What each path came to.
    target : float64[n]
        What the mean should be; NaN leaves a row's paths as they are.

    Examples
    --------
    >>> weights = tilted(np.array([[0.0, 1.0, 2.0, 3.0]]), np.array([1.75]))
    >>> float((weights * [0.0, 1.0, 2.0, 3.0]).sum().round(6)), bool(np.diff(weights).min() > 0)
    (1.75, True)
    """
    mean, spread = drawn.mean(axis=1), drawn.std(axis=1)
    known = (spread > 0) & ~np.isnan(target)
    z = (drawn - mean[:, None]) / np.where(spread > 0, spread, 1.0)[:, None]
    wanted = np.where(known, (target - mean) / np.where(spread > 0, spread, 1.0), 0.0)
    # The mean rises with l, and the share that counts falls with |l|: halving finds both.
    low, high = np.where(wanted < 0, -20.0, 0.0), np.where(wanted > 0, 20.0, 0.0)
    for _ in range(STEPS):
        middle = (low + high) / 2
        weights = _weights(z, middle)
        thin = 1 / (weights**2).sum(axis=1) < EFFECTIVE * drawn.shape[1]
        above = (weights * z).sum(axis=1) > wanted
        over = np.where(wanted > 0, above | thin, above & ~thin)
        high, low = np.where(over, middle, high), np.where(over, low, middle)
    return _weights(z, np.where(wanted > 0, low, np.where(wanted < 0, high, 0.0)))


def _weights(z: Floats, slope: Floats) -> Floats:
    log = slope[:, None] * z
    weights = np.exp(log - log.max(axis=1, keepdims=True))
    return np.asarray(weights / weights.sum(axis=1, keepdims=True))


def weighted_quantiles(drawn: Floats, weights: Floats, levels: list[float]) -> Floats:
    """Quantiles of each row's weighted paths, float64[levels, n].

    On lines between the paths in order, the k-th at P / (P + 1) of the weight up to and with it; equal
    weights put it at k / (P + 1).

    Examples
    --------
    >>> even = np.full((1, 4), 0.25)
    >>> weighted_quantiles(np.array([[4.0, 1.0, 3.0, 2.0]]), even, [0.2, 0.5]).ravel().round(6).tolist()
    [1.0, 2.5]
    """
    paths = drawn.shape[1]
    order = np.argsort(drawn, axis=1, kind="stable")
    x, w = np.take_along_axis(drawn, order, 1), np.take_along_axis(weights, order, 1)
    share = np.cumsum(w, axis=1) * paths / (paths + 1)
    return np.array(
        [[np.interp(q, own, row) for own, row in zip(share, x, strict=True)] for q in levels]
    )
