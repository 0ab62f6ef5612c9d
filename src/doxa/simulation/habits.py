"""Habits: when in a step a person's signals of a kind come, from when theirs came before."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from doxa.beliefmap.columns import Floats, Ints
from doxa.features.past import Past


@dataclass(frozen=True, slots=True)
class Times:
    """How long after the beginning of a step the earlier signals of some twins came.

    Attributes
    ----------
    twins : int64[g]
        Ascending.
    starts : int64[g + 1]
    offset : int64[m]
    """

    twins: Ints
    starts: Ints
    offset: Ints


@dataclass(frozen=True, slots=True)
class Habits:
    """Times by kind; whoever has none is taken to come in the middle of a step."""

    step: int
    times: Mapping[str, Times]
    twins: Ints

    def take(self, twins: Ints) -> Habits:
        """For some people, in their order."""
        return Habits(self.step, self.times, twins)

    def offsets(self, kind: str, person: Ints, u: Floats) -> Ints:
        """How long after the beginning of a step signals come.

        Parameters
        ----------
        person : int64[m]
            Places among the people.
        u : float64[m]
            In (0, 1): picks one of the person's own earlier times.
        """
        found = np.full(len(person), self.step // 2)
        told = self.times.get(kind)
        if told is None or not len(told.twins):
            return found
        twin = self.twins[person]
        place = np.minimum(np.searchsorted(told.twins, twin), len(told.twins) - 1)
        known = told.twins[place] == twin
        size = told.starts[place + 1] - told.starts[place]
        pick = told.starts[place] + np.minimum((u * size).astype(np.int64), size - 1)
        return np.where(known, told.offset[pick], found)


def habits_of(past: Past, kinds: Sequence[str], origin: int, step: int) -> Habits:
    """When in a step of a walk from an origin everybody's signals came before."""
    times = {}
    for kind in kinds:
        rows = past.of_kind(kind)
        rows = rows[~past.signals.inert[rows]]
        twin = past.signals.twin[rows]
        offset = (past.signals.at[rows] - origin) % step
        sort = np.lexsort((offset, twin))
        twins, first = np.unique(twin[sort], return_index=True)
        times[kind] = Times(twins, np.append(first, len(rows)), offset[sort])
    return Habits(step, times, np.zeros(0, dtype=np.int64))
