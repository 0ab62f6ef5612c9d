"""Learning how sums over many people are read, from what they came to at earlier origins.

e = ln(real / simulated) of each origin has the variance v by chance (what paths hold) and a variance
tau^2 common to everybody. Both are estimated as where several studies are brought together
(DerSimonian and Laird 1986): Q = sum (e - m)^2 / v, tau^2 = (Q - f) / (sum 1/v - sum 1/v^2 / sum 1/v).
"""

from __future__ import annotations

import numpy as np

from doxa.beliefmap.columns import Floats
from doxa.heads.recalibration import TotalReading, student

FEWEST_PEOPLE = 100
FEWEST_ORIGINS = 4
SURE = 1.959963984540054
"""A common error is kept where Q lies beyond the 97.5 % quantile of what chance alone makes of it."""


def total_reading(real: Floats, simulated: Floats, chance: Floats, people: int) -> TotalReading:
    """How sums are read; as drawn where origins or people are few, or nothing is surely amiss.

    Parameters
    ----------
    real, simulated : float64[k]
        Sums over people, by origin; origins at which either is not above 0 are left out.
    chance : float64[k]
        Variance of ln(real / simulated) by what paths hold.
    people : int
        How many were summed up.

    Examples
    --------
    >>> total = np.full(6, 1000.0)
    >>> total_reading(total * 1.01, total, np.full(6, 0.01**2), 500).changes
    False
    >>> total_reading(total * 1.2, total, np.full(6, 0.01**2), 500).shift > 0.17
    True
    """
    known = (real > 0) & (simulated > 0) & (chance > 0)
    count = int(known.sum())
    none = TotalReading(people=people, origins=count)
    if people < FEWEST_PEOPLE or count < FEWEST_ORIGINS:
        return none
    e, v = np.log(real[known] / simulated[known]), chance[known]
    weight = 1 / (v + _between(e, v))
    mean, error = float(weight @ e / weight.sum()), float(weight.sum() ** -0.5)
    far = student(count - 1) * error
    shift = mean * (1 - (far / mean) ** 2) if abs(mean) > far else 0.0
    q = float(((e - shift) ** 2 / v).sum())
    if q <= _chi_squared(count, SURE):
        return TotalReading(shift=shift, people=people, origins=count)
    common = float(np.sqrt((q - count) / (1 / v).sum()))
    return TotalReading(shift=shift, common=common, people=people, origins=count)


def _between(e: Floats, v: Floats) -> float:
    """tau^2 about the mean."""
    weight = 1 / v
    q = float((weight * (e - weight @ e / weight.sum()) ** 2).sum())
    size = float(weight.sum() - (weight**2).sum() / weight.sum())
    return max(0.0, (q - len(e) + 1) / size)


def _chi_squared(freedom: int, z: float) -> float:
    """The quantile of chi squared that a normal number has at z (Wilson and Hilferty 1931)."""
    part = 2 / (9 * freedom)
    return float(freedom * (1 - part + z * part**0.5) ** 3)
