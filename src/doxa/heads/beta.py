"""Ends of a Beta: between which a share of people's chances lies, from its mean and strength."""

from __future__ import annotations

from statistics import NormalDist

import numpy as np

from doxa.beliefmap.columns import Floats
from doxa.heads.glm import sigmoid

SHIFT = 6
"""Polygamma functions are shifted by so many before their series is used."""
SMALLEST, LARGEST = 1e-3, 1e9
FEW = 2.0
"""Where a or b is smaller, the log-odds are too lopsided for three cumulants."""
ROUND = 0.02
"""There, both are rounded so, relatively: of many forecasts few differ."""
FARTHEST, GRID, AT_ONCE = 40.0, 0.25, 4096


def beta_ends(mean: Floats, strength: Floats, share: float) -> tuple[Floats, Floats]:
    """Ends of Beta(mean strength, (1 - mean) strength), the mean between them, float64[n] each.

    Examples
    --------
    >>> low, high = beta_ends(np.array([0.5, 0.5]), np.array([2.0, 200.0]), 0.8)
    >>> low.round(2).tolist(), high.round(2).tolist()
    ([0.1, 0.45], [0.9, 0.55])
    """
    a = np.clip(mean * strength, SMALLEST, LARGEST)
    b = np.clip((1 - mean) * strength, SMALLEST, LARGEST)
    ends = _bent(a, b, share)
    few = np.flatnonzero(np.minimum(a, b) < FEW)
    rounded = np.round(np.log(np.stack([a[few], b[few]])) / ROUND)
    distinct, place = np.unique(rounded, axis=1, return_inverse=True)
    told = [
        _summed(np.exp(part[0] * ROUND), np.exp(part[1] * ROUND), share)
        for part in np.array_split(distinct, distinct.shape[1] // AT_ONCE + 1, axis=1)
    ]
    ends[:, few] = np.concatenate(told, axis=1)[:, place.ravel()]
    low, high = sigmoid(ends)
    return np.minimum(low, mean), np.maximum(high, mean)


def _bent(a: Floats, b: Floats, share: float) -> Floats:
    """By mean, variance and skewness of the log-odds (Cornish and Fisher).

    ln(p / (1 - p)) has the cumulants psi(a) - psi(b), psi'(a) + psi'(b), psi''(a) - psi''(b).
    """
    (first_a, second_a, third_a), (first_b, second_b, third_b) = _polygamma(a), _polygamma(b)
    spread = np.sqrt(second_a + second_b)
    skew = (third_a - third_b) / spread**3
    z = NormalDist().inv_cdf((1 + share) / 2)
    moved = (z**2 - 1) * skew / 6
    return np.stack([first_a - first_b + spread * (side * z + moved) for side in (-1.0, 1.0)])


def _summed(a: Floats, b: Floats, share: float) -> Floats:
    """By adding up the density of the log-odds, e^(a x) / (1 + e^x)^(a + b), and its two tails."""
    x = np.arange(-FARTHEST, FARTHEST + GRID, GRID)
    log = a[:, None] * x - (a + b)[:, None] * np.logaddexp(0.0, x)
    top = log.max(axis=1, initial=-np.inf)
    dense = np.exp(log - top[:, None])
    before = dense[:, 0] / a
    steps = np.cumsum((dense[:, 1:] + dense[:, :-1]) * GRID / 2, axis=1)
    below = np.concatenate([before[:, None], before[:, None] + steps], axis=1)
    below /= (below[:, -1] + dense[:, -1] / b)[:, None]
    wanted = ((1 - share) / 2, (1 + share) / 2)
    return np.array([[np.interp(each, row, x) for row in below] for each in wanted])


def _polygamma(x: Floats) -> tuple[Floats, Floats, Floats]:
    """psi, psi' and psi'' of positive numbers, to some seven digits."""
    first, second, third = (np.zeros_like(x) for _ in range(3))
    for _ in range(SHIFT):
        first, second, third = first - 1 / x, second + 1 / x**2, third - 2 / x**3
        x = x + 1
    y = 1 / x
    first = first + np.log(x) - y / 2 - y**2 / 12 + y**4 / 120 - y**6 / 252
    second = second + y + y**2 / 2 + y**3 / 6 - y**5 / 30 + y**7 / 42
    third = third - y**2 - y**3 - y**4 / 2 + y**6 / 6 - y**8 / 6
    return first, second, third
