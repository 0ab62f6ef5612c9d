"""Occurrences: a rate from counts and exposure, and the probability of one within a period."""

from __future__ import annotations

import numpy as np

from doxa.beliefmap.columns import Floats
from doxa.types import Span


def gamma_credence(
    count: Floats, seen: Floats, period: Span | Floats, shape: float | Floats, rate: float | Floats
) -> Floats:
    """P(at least one within the period T) = 1 - ((b + e) / (b + e + T))^(a + count).

    Parameters
    ----------
    count : float64[q]
        Decayed occurrences.
    seen : float64[q]
        Exposure e, decayed alike.
    period : T > 0
    shape, rate : a, b of the prior

    Examples
    --------
    >>> gamma_credence(np.array([0.0, 1.0]), np.array([0.0, 0.0]), 1, 1.0, 1.0).tolist()
    [0.5, 0.75]
    """
    chance: Floats = -np.expm1((shape + count) * np.log1p(-period / (rate + seen + period)))
    return chance


def gamma_uncertainty(seen: Floats, rate: float | Floats) -> Floats:
    """How little was seen: b / (b + e)."""
    return np.asarray(rate / (rate + seen))


def gamma_rate(count: Floats, seen: Floats, shape: float | Floats, rate: float | Floats) -> Floats:
    """Expected occurrences per unit of the clock: (a + count) / (b + e)."""
    return np.asarray((shape + count) / (rate + seen))
