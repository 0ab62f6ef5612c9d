"""Since when each twin is there: where its exposure and its tenure begin."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from doxa.beliefmap.columns import Ints
from doxa.domain.clock import BEGINNING
from doxa.features.past import Past
from doxa.features.rows import Rows


@dataclass(frozen=True, slots=True)
class Since:
    """The first of some moments of each twin, twins ascending.

    Examples
    --------
    >>> since = Since.of(np.array([7, 3, 7]), np.array([20, 5, 10]))
    >>> since.of_twins(np.array([7, 4]), np.array([0, -1])).tolist()
    [10, -1]
    """

    twins: Ints
    first: Ints

    @classmethod
    def of(cls, twin: Ints, at: Ints) -> Since:
        """From moments of twins."""
        twins, group = np.unique(twin, return_inverse=True)
        first = np.full(len(twins), np.iinfo(np.int64).max)
        np.minimum.at(first, group, at)
        return cls(twins, first)

    def of_twins(self, twin: Ints, otherwise: Ints) -> Ints:
        """The first moment of each twin asked for; `otherwise` where it has none."""
        if not len(self.twins):
            return otherwise
        place = np.minimum(np.searchsorted(self.twins, twin), len(self.twins) - 1)
        return np.where(self.twins[place] == twin, self.first[place], otherwise)


def first_seen(past: Past) -> Since:
    """When each twin's first signal of any kind happened.

    Traits known from the beginning do not count, nor does what doxa put out itself.
    """
    dated = np.flatnonzero(~past.signals.inert & (past.signals.at > BEGINNING[past.map.clock]))
    return Since.of(past.signals.twin[dated], past.signals.at[dated])


def tenure_of(past: Past, rows: Rows) -> Ints:
    """Time from the first signal of each row's person to its moment; negative before there is one."""
    never = rows.seen.at + 1
    return np.asarray(rows.seen.at - first_seen(past).of_twins(rows.twin, never))
