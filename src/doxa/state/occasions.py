"""Occasions: what was said or done at one time counts once, more of it a little more."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from doxa.beliefmap.columns import Floats, Ints
from doxa.domain.evidence import EvidenceKind
from doxa.state.evidence import NodeEvidence
from doxa.state.order import changes, ordered
from doxa.state.ranks import Ranks, running_maxima, running_totals


def saturate(weight: ArrayLike) -> Floats:
    """The weight of one occasion: W up to 1, 1 + ln W beyond.

    Parameters
    ----------
    weight : array[...]
        Sums of weights within occasions, >= 0.

    Examples
    --------
    >>> saturate([0.2, 1.0, np.e]).tolist()
    [0.2, 1.0, 2.0]
    """
    given = np.asarray(weight, dtype=np.float64)
    return np.where(given <= 1.0, given, 1.0 + np.log(np.maximum(given, 1.0)))


@dataclass(frozen=True, slots=True)
class Steps:
    """How occasions grow, evidence row by evidence row (length m, in the order of the evidence).

    Attributes
    ----------
    level : float64[m]
        What the occasion counts after the row.
    before : int64[m]
        The occasion's row before this one, -1 at its first.
    """

    level: Floats
    before: Ints

    @property
    def closing(self) -> NDArray[np.bool_]:
        """True at the last known row of each occasion, length m."""
        last = np.ones(len(self.before), dtype=bool)
        last[self.before[self.before >= 0]] = False
        return last


def steps(evidence: NodeEvidence) -> Steps:
    """Follow every occasion (for/against) or `once` (counts) through its rows.

    Weights of for and against add up and saturate; of repeated counts the largest holds; every
    value stands alone.
    """
    before = np.full(len(evidence), -1)
    if evidence.kind is EvidenceKind.VALUE:
        return Steps(evidence.weight, before)
    weighs = evidence.kind is EvidenceKind.OPINION
    level = saturate(evidence.weight) if weighs else evidence.weight.copy()
    shared = np.flatnonzero((np.bincount(evidence.occasion) > 1)[evidence.occasion])
    if len(shared):
        sort = shared[ordered(evidence.occasion[shared])]
        fresh = changes(evidence.occasion[sort])
        starts = np.append(np.flatnonzero(fresh), len(sort))
        weight = evidence.weight[sort]
        reached = running_totals(starts, weight) if weighs else running_maxima(starts, weight)
        level[sort] = saturate(reached) if weighs else reached
        before[sort] = np.where(fresh, -1, np.roll(sort, 1))
    return Steps(level, before)


@dataclass(frozen=True, slots=True)
class Neighbours:
    """Which occurrences stand beside which, as seen at each row (-1 = none; length m).

    Attributes
    ----------
    previous, following : int64[m]
        Around the occurrence that this row replaces (``steps.before``).
    newest : int64[m]
        The newest other occurrence of the cell, just before this row.
    """

    previous: Ints
    following: Ints
    newest: Ints


def neighbours(starts: Ints, before: Ints) -> Neighbours:
    """Keep each cell's list of counted occurrences while repeats move to their last time.

    Parameters
    ----------
    starts : int64[c + 1]
        First row of each cell.
    before : int64[m]
        The row each one replaces, -1 when it is a new occurrence.
    """
    none = np.full(len(before), -1)
    newest = np.arange(len(before)) - 1
    newest[starts[:-1][np.diff(starts) > 0]] = -1
    if not (before >= 0).any():
        return Neighbours(none, none.copy(), newest)
    left, right = none.copy(), none.copy()
    out = Neighbours(none, none.copy(), none.copy())
    layout = Ranks.of(starts)
    tail = np.full(np.diff(layout.bounds)[:1].sum(), -1)
    for low, high in zip(layout.bounds[:-1].tolist(), layout.bounds[1:].tolist(), strict=True):
        rows, tails = layout.rows[low:high], tail[: high - low]
        _unlink(rows, before[rows], left, right, tails, out)
        out.newest[rows] = tails
        left[rows] = tails
        linked = tails >= 0
        right[tails[linked]] = rows[linked]
        tails[:] = rows
    return out


def _unlink(rows: Ints, old: Ints, left: Ints, right: Ints, tails: Ints, out: Neighbours) -> None:
    """Take the replaced occurrences out of their cells' lists, noting who stood beside them."""
    moved = np.flatnonzero(old >= 0)
    if not len(moved):
        return
    row, gone = rows[moved], old[moved]
    before, after = left[gone], right[gone]
    out.previous[row], out.following[row] = before, after
    tails[moved] = np.where(after < 0, before, tails[moved])
    right[before[before >= 0]] = after[before >= 0]
    left[after[after >= 0]] = before[after >= 0]
