"""Values: a mean shrunk to the prior, and the probability that it lies beyond a threshold."""

from __future__ import annotations

import math

import numpy as np

from doxa.beliefmap.columns import Floats
from doxa.reading.prior import Prior

ROUNDING = 1e-12
"""Share of the mean square below which a variance is nothing but rounding."""


def normal_cdf(z: Floats) -> Floats:
    """Phi(z), to full precision.

    Examples
    --------
    >>> normal_cdf(np.array([0.0, 1.959963984540054])).round(6).tolist()
    [0.5, 0.975]
    """
    scaled = (z * -math.sqrt(0.5)).ravel().tolist()
    return np.array([0.5 * math.erfc(x) for x in scaled], dtype=np.float64).reshape(z.shape)


def normal_credence(n: Floats, total: Floats, above: float | Floats, prior: Prior) -> Floats:
    """P(mean above c) = Phi((k0 (mu0 - c) + sum w (x - c)) / (sigma sqrt(k0 + n))).

    Parameters
    ----------
    n, total : float64[..., q]
        n and sum x, after trust.
    above : c
    """
    shift = prior.weight * (prior.mean - above) + (total - n * above)
    return normal_cdf(np.asarray(shift / (prior.spread * np.sqrt(prior.weight + n))))


def normal_uncertainty(n: Floats, weight: float | Floats) -> Floats:
    """How few values there are: k0 / (k0 + n)."""
    return np.asarray(weight / (weight + n))


def normal_mean(n: Floats, total: Floats, prior: Prior) -> Floats:
    """(k0 mu0 + sum w x) / (k0 + n)."""
    return np.asarray((prior.weight * prior.mean + total) / (prior.weight + n))


def own_spread(n: Floats, total: Floats, squares: Floats) -> Floats:
    """The person's own standard deviation, NaN without values.

    A variance below 1e-12 of the mean square is rounding and reads as 0.
    """
    some = np.where(n > 0, n, np.nan)
    square = squares / some
    variance = square - (total / some) ** 2
    return np.sqrt(np.where(variance <= ROUNDING * square, 0.0, variance))
