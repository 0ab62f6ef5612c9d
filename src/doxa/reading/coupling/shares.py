"""Why a node reads as its neighbours have it: what each of them adds to the credence."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from doxa.beliefmap.columns import Floats, Ints
from doxa.reading.coupling.mode import log_odds
from doxa.reading.coupling.read import Settled


@dataclass(frozen=True, slots=True)
class Shares:
    """What n neighbours add to the credence of one row; `native` and they make the credence.

    Attributes
    ----------
    row : int64[n]
        The neighbour's row of the field.
    sign, weight, share : float64[n]
    """

    row: Ints
    sign: Floats
    weight: Floats
    share: Floats


def shares_of(settled: Settled, row: int) -> Shares:
    """Split what neighbours move: share_j = w (g (x_j - mu_j) - (x_i - mu_i)) / m_i.

    At the mode the slope of everything is 0, so that the native credence and all shares add up
    to the credence: without a cut by the self rule, credence = [aW + r + sum_j w (...)] / (n + W).
    """
    joins = settled.rows.joins
    if not settled.rows.leads[row]:
        kept = np.ones(len(joins.left), dtype=bool)
    else:
        kept = settled.rows.leads[joins.left] & settled.rows.leads[joins.right]
    away = settled.x - log_odds(settled.natives.base)
    near = np.flatnonzero(kept & ((joins.left == row) | (joins.right == row)))
    other = np.where(joins.left[near] == row, joins.right[near], joins.left[near])
    sign, weight = joins.sign[near], joins.weight[near]
    share = weight * (sign * away[other] - away[row]) / settled.weighs[row]
    return Shares(other, sign, weight, share)
