"""Loops over the k-th row of every group at once: recurrences over time, vectorised over people."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from doxa.beliefmap.columns import Floats, Ints


@dataclass(frozen=True, slots=True)
class Ranks:
    """Rows of sorted groups, laid out by rank: first rows of all groups, then second rows, ...

    Longer groups come first, so the groups that still have a k-th row are always a prefix.

    Attributes
    ----------
    rows : int64[m]
        The row at each place of the layout.
    bounds : int64[longest + 1]
        Where each rank begins in the layout.
    """

    rows: Ints
    bounds: Ints

    @classmethod
    def of(cls, starts: Ints) -> Ranks:
        """Lay out groups of consecutive rows, group g being ``starts[g]..starts[g + 1] - 1``."""
        lengths = np.diff(starts)
        longest_first = np.argsort(-lengths, kind="stable")
        longest_first = longest_first[: np.count_nonzero(lengths)]
        lengths, first = lengths[longest_first], starts[:-1][longest_first]
        alive = len(lengths) - np.cumsum(np.bincount(lengths))[:-1]
        bounds = np.concatenate([[0], np.cumsum(alive)]).astype(np.int64)
        place = np.arange(bounds[-1]) - np.repeat(bounds[:-1], alive)
        rank = np.repeat(np.arange(len(alive)), alive)
        return cls(first[place] + rank, bounds)

    def __iter__(self) -> Iterator[tuple[slice, slice]]:
        """For every rank from the second: its places, and those of the rows just before them."""
        bounds = self.bounds.tolist()
        for low, start, stop in zip(bounds, bounds[1:], bounds[2:], strict=False):
            yield slice(start, stop), slice(low, low + stop - start)


def running_sums(starts: Ints, added: Floats, kept: Floats) -> Floats:
    """V_j = V_(j-1) kept_j + added_j within each group, for all rows.

    Parameters
    ----------
    starts : int64[groups + 1]
        First row of each group.
    added : float64[m, C, K]
        What each row adds.
    kept : float64[m, K]
        What is left, at each row, of the sums after the row before; unused at first rows.

    Returns
    -------
    float64[m, C, K]

    Examples
    --------
    >>> ones = np.ones((3, 1, 1))
    >>> running_sums(np.array([0, 2, 3]), ones, ones[:, 0] / 2).ravel().tolist()
    [1.0, 1.5, 1.0]
    """
    layout = Ranks.of(starts)
    sums, left = added[layout.rows], kept[layout.rows][:, None, :]
    for now, before in layout:
        sums[now] += sums[before] * left[now]
    out = np.empty_like(sums)
    out[layout.rows] = sums
    return out


def running_totals(starts: Ints, values: Floats) -> Floats:
    """Sums so far within each group, without borrowing digits from other groups."""
    layout = Ranks.of(starts)
    totals = values[layout.rows]
    for now, before in layout:
        totals[now] += totals[before]
    out = np.empty_like(totals)
    out[layout.rows] = totals
    return out


def running_maxima(starts: Ints, values: Floats) -> Floats:
    """The largest so far within each group."""
    layout = Ranks.of(starts)
    largest = values[layout.rows]
    for now, before in layout:
        np.maximum(largest[now], largest[before], out=largest[now])
    out = np.empty_like(largest)
    out[layout.rows] = largest
    return out
