"""Splits in time: fitted before, scored after."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from doxa.beliefmap.columns import Ints
from doxa.domain.clock import Clock, parse_span
from doxa.sklearn.asked import columns_of, moments_of


class OriginSplit:
    """Cross-validation over moments: every part is scored by what was known before it began.

    The moments of the rows are cut into ``n_splits + 1`` parts of equally many moments; each part
    but the first is scored once, fitted on all rows whose window had closed before its first moment.

    Parameters
    ----------
    n_splits : int
    window : str or int
        How long after its moment a row's label is known: the outcome's `within`, such as ``7d``;
        a whole number on a position clock.
    zone : str
        In which moments without an offset are read.

    Examples
    --------
    >>> rows = [("ann", f"2025-01-{day:02d}") for day in range(1, 10)]
    >>> [(len(fit), score.tolist()) for fit, score in OriginSplit(2, window="1d").split(rows)]
    [(3, [3, 4, 5]), (6, [6, 7, 8])]
    """

    def __init__(self, n_splits: int = 3, *, window: str | int = 0, zone: str = "UTC") -> None:
        if n_splits < 1:
            raise ValueError(f"n_splits={n_splits}: expected 1 or more")
        self.n_splits = n_splits
        self.window = window
        self.zone = zone

    def split(self, X: Any, y: Any = None, groups: Any = None) -> Iterator[tuple[Ints, Ints]]:
        """Places of the rows to fit on and of those to score, part by part."""
        at = moments_of(columns_of(X)[1], Clock.TIME, self.zone)
        moments, place = np.unique(at, return_inverse=True)
        if len(moments) <= self.n_splits:
            raise ValueError(
                f"Cannot have number of splits n_splits={self.n_splits} greater than the number of"
                f" moments less one: {len(moments)} moments"
            )
        part = np.arange(len(moments)) * (self.n_splits + 1) // len(moments)
        known = at + self._window()
        for number in range(1, self.n_splits + 1):
            score = np.flatnonzero(part[place] == number)
            first = at[score].min()
            yield np.flatnonzero((at < first) & (known <= first)), score

    def get_n_splits(self, X: Any = None, y: Any = None, groups: Any = None) -> int:
        """How many parts are scored."""
        return self.n_splits

    def _window(self) -> int:
        if isinstance(self.window, int):
            return self.window
        return int(parse_span(self.window, Clock.TIME))
