"""The order of rows by several columns, without the passes that would change nothing."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from doxa.beliefmap.columns import Floats, Ints

_SHORT = 1 << 16
"""Columns that span less are sorted by radix, several times quicker than by comparison."""


def ordered(*columns: Ints | Floats) -> Ints:
    """The stable order of rows by some columns of equal length, the first column first.

    What ``np.lexsort(columns[::-1])`` gives; columns that are in order already, and those that span
    little, cost a fraction of it.

    Examples
    --------
    >>> ordered(np.array([1, 0, 1]), np.array([5, 7, 4])).tolist()
    [1, 2, 0]
    """
    order: Ints | None = None
    for column in reversed(columns):
        now = column if order is None else column[order]
        if (now[1:] < now[:-1]).any():
            place = _place(now)
            order = place if order is None else order[place]
    return np.arange(len(columns[0])) if order is None else order


def tied(order: Ints, leading: tuple[Ints, ...], rest: tuple[Ints | Floats, ...]) -> Ints:
    """An order by `leading` columns, refined by `rest` where rows are equal in all of them.

    Ties are few where time leads: sorting them alone spares a pass over everything per column.

    Examples
    --------
    >>> tied(np.arange(3), (np.array([1, 1, 2]),), (np.array([9, 8, 7]),)).tolist()
    [1, 0, 2]
    """
    same = ~changes(*(column[order] for column in leading))
    if not same.any():
        return order
    inside = same.copy()
    inside[:-1] |= same[1:]
    places = np.flatnonzero(inside)
    rows = order[places]
    group = np.cumsum(~same)[places]
    order = order.copy()
    order[places] = rows[np.lexsort((*(column[rows] for column in rest[::-1]), group))]
    return order


def changes(*columns: Ints | Floats) -> NDArray[np.bool_]:
    """True where a row of columns differs from the row before, and at the first."""
    fresh = np.zeros(len(columns[0]), dtype=bool)
    fresh[:1] = True
    for column in columns:
        fresh[1:] |= column[1:] != column[:-1]
    return fresh


def distinct(column: Ints) -> tuple[Ints, Ints]:
    """The distinct numbers of a column, ascending, and which of them each row holds.

    What ``np.unique(column, return_inverse=True)`` gives; numbers close together are looked up in
    a table, which takes a tenth of the time.

    Examples
    --------
    >>> [part.tolist() for part in distinct(np.array([7, 5, 7]))]
    [[5, 7], [1, 0, 1]]
    """
    if not len(column):
        return column, column
    low = int(column.min())
    span = int(column.max()) - low + 1
    if span > 4 * len(column) + _SHORT:
        values, place = np.unique(column, return_inverse=True)
        return values, place
    there = np.zeros(span, dtype=np.bool_)
    there[column - low] = True
    return np.flatnonzero(there) + low, (np.cumsum(there) - 1)[column - low]


def distinct_rows(*columns: Ints) -> tuple[Ints, Ints]:
    """The first of each set of equal rows, rows ascending, and which set each row belongs to.

    What ``np.unique(np.stack(columns), axis=1, return_index=True, return_inverse=True)`` gives
    beside the rows themselves, in a third of the time.

    Examples
    --------
    >>> first, place = distinct_rows(np.array([2, 1, 2]), np.array([7, 7, 7]))
    >>> first.tolist(), place.tolist()
    ([1, 0], [1, 0, 1])
    """
    order = ordered(*columns)
    fresh = changes(*(column[order] for column in columns))
    place = np.empty(len(order), dtype=np.int64)
    place[order] = np.cumsum(fresh) - 1
    return order[fresh], place


def _place(column: Ints | Floats) -> Ints:
    """The stable order of one column."""
    if column.dtype.kind != "i":
        return np.argsort(column, kind="stable")
    low = column.min()
    span = int(column.max()) - int(low)
    if span < _SHORT:
        return np.argsort((column - low).astype(np.uint16), kind="stable")
    if span < _SHORT**2:
        whole = (column - low).astype(np.uint32)
        first = np.argsort(whole.astype(np.uint16), kind="stable")
        return first[np.argsort((whole >> 16).astype(np.uint16)[first], kind="stable")]
    return np.argsort(column, kind="stable")
