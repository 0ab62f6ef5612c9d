"""Directions: along which the coefficients of a head may lie elsewhere than fitted.

By Laplace's approximation coefficients are normal around their estimates, with the inverse of the
penalised information H as covariance. What that does to linear predictors is nearly all done along a
few directions: with L L' = H^-1 and C the mean of x x' over fit rows, those of the largest
eigenvalues of L' C L.
"""

from __future__ import annotations

import numpy as np

from doxa.beliefmap.columns import Floats
from doxa.heads.glm import curvature, mean_of
from doxa.learning.fitted import Fitted
from doxa.learning.labelled import Labelled, sample_of

MOST = 16
MOST_ROWS = 20_000


def directions(fitted: Fitted, sample: Labelled, rng: np.random.Generator) -> list[list[float]]:
    """Up to sixteen directions: what a standard normal number along each adds to bias and weights.

    Returns
    -------
    list of [bias, weight of every column]
    """
    design, slope = fitted.design, fitted.chosen.slope
    rows = sample_of(len(sample.y), MOST_ROWS, rng)
    x = np.delete(design.table[rows].astype(np.float64), 1, axis=1)
    penalty = np.delete(design.penalty(fitted.chosen.ridge), 1)
    eta = design.offset(rows) + design.table[rows].astype(np.float64) @ fitted.beta
    mean = mean_of(eta, fitted.family)
    mass = curvature(mean, fitted.family)
    left = float(((sample.y[rows] - mean) ** 2).sum() / max(mass.sum(), 1e-9))
    found = []
    for direction in farthest(x, mass * len(sample.y) / len(rows), penalty, left) * slope:
        weights = direction[1:] / design.scale
        found.append([float(direction[0] - weights @ design.centre), *weights.tolist()])
    return found


def farthest(x: Floats, mass: Floats, penalty: Floats, left: float) -> Floats:
    """The directions of some columns along which linear predictors may move most, float64[at most 16, p].

    Parameters
    ----------
    x : float64[n, p]
    mass : float64[n]
        How much each row tells: its curvature.
    penalty : float64[p]
    left : float
        What rows vary, as a multiple of what their family says.
    """
    told = (x * mass[:, None]).T @ x + np.diag(penalty + 1e-6)
    spread = np.linalg.cholesky(np.linalg.inv(told) * max(left, 1e-12))
    values, along = np.linalg.eigh(spread.T @ (x.T @ x / len(x)) @ spread)
    return np.asarray((spread @ along[:, np.argsort(-values)[:MOST]]).T)
