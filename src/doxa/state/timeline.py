"""Where a moment falls among rows sorted by group and time: the one search everything as-of uses."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from doxa.beliefmap.columns import Ints


@dataclass(frozen=True, slots=True)
class Timeline:
    """An index of rows sorted by (group, at, order).

    Attributes
    ----------
    times, orders : int64[...]
        Distinct moments and orders, ascending.
    keys : int64[m]
        ``(group (T + 1) + rank of at) (O + 1) + rank of order``, ascending.
    starts : int64[groups + 1]
        First row of each group.
    """

    times: Ints
    orders: Ints
    keys: Ints
    starts: Ints

    @classmethod
    def of(cls, group: Ints, at: Ints, order: Ints, groups: int) -> Timeline:
        """Index m rows that are sorted by (group, at, order); groups are codes 0..groups-1."""
        times, place = np.unique(at, return_inverse=True)
        orders, turn = np.unique(order, return_inverse=True)
        keys = (group * (len(times) + 1) + place) * (len(orders) + 1) + turn
        return cls(times, orders, keys, np.searchsorted(group, np.arange(groups + 1)))

    def before(
        self, group: Ints, at: Ints, order: Ints | None = None, *, strictly: bool = False
    ) -> Ints:
        """The row after the last one a moment sees, for each of q lookups.

        Without `order`, a moment sees rows with at <= t (strictly: at < t); with it, rows with
        (at, order) <= (t, o) (strictly: below). Groups outside 0..groups-1 see nothing.

        Returns
        -------
        int64[q]
            A row number p: the group's rows ``starts[group]..p - 1`` are seen.

        Examples
        --------
        >>> rows = Timeline.of(*(np.array(x) for x in ([0, 0, 1], [5, 5, 3], [0, 1, 0])), groups=2)
        >>> rows.before(np.array([0, 0, 1]), np.array([5, 4, 9])).tolist()
        [2, 0, 3]
        >>> rows.before(np.array([0]), np.array([5]), np.array([1]), strictly=True).tolist()
        [1]
        """
        place, turn = self._rank(at, order, strictly)
        known = (group >= 0) & (group < len(self.starts) - 1)
        code = np.where(known, group, 0)
        wanted = (code * (len(self.times) + 1) + place) * (len(self.orders) + 1) + turn
        found = np.searchsorted(self.keys, wanted)
        return np.where(known, found, self.starts[code])

    def _rank(self, at: Ints, order: Ints | None, strictly: bool) -> tuple[Ints, Ints]:
        if order is None:
            place = np.searchsorted(self.times, at, side="left" if strictly else "right")
            return place, np.zeros_like(place)
        place = np.searchsorted(self.times, at)
        if not len(self.times):
            return place, np.zeros_like(place)
        hit = self.times[np.minimum(place, len(self.times) - 1)] == at
        turn = np.searchsorted(self.orders, order, side="left" if strictly else "right")
        return place, np.where(hit, turn, 0)
