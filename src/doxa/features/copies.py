"""Copies: which rows of a table belong to signals that are taken once more."""

from __future__ import annotations

import numpy as np

from doxa.beliefmap.columns import Ints


def of_sources(row: Ints, sources: Ints) -> tuple[Ints, Ints]:
    """Places of the rows of some signals, and which of these signals each belongs to.

    Parameters
    ----------
    row : int64[m]
        The signal of each row, in any order.
    sources : int64[q]
        Signals; one may be named several times.

    Examples
    --------
    >>> place, owner = of_sources(np.array([5, 3, 5]), np.array([5, 4]))
    >>> place.tolist(), owner.tolist()
    ([0, 2], [0, 0])
    """
    by_row = np.argsort(row, kind="stable")
    low = np.searchsorted(row[by_row], sources, side="left")
    size = np.searchsorted(row[by_row], sources, side="right") - low
    owner = np.repeat(np.arange(len(sources)), size)
    within = np.arange(len(owner)) - np.repeat(np.cumsum(size) - size, size)
    return by_row[low[owner] + within], owner
