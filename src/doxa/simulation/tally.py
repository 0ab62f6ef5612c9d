"""The tally: what an outcome comes to along the paths of a walk."""

from __future__ import annotations

import numpy as np

from doxa.beliefmap.columns import Floats, Ints
from doxa.beliefmap.conditions import mask
from doxa.beliefmap.model import BeliefMap, Outcome, Target
from doxa.beliefmap.payloads import Columns
from doxa.beliefmap.values import schema_of
from doxa.domain.clock import DAY, Clock
from doxa.domain.evidence import Once
from doxa.errors import InputError
from doxa.features.blocks.calendar import offsets
from doxa.simulation.signals import Coming

COUNTED = (Target.HAPPENS, Target.NEVER, Target.COUNT, Target.SUM)
"""Outcomes that are counted on a path."""


class Tally:
    """One outcome, counted on every row of a walk from the origin on; its window is the reader's.

    Parameters
    ----------
    size : number of rows

    Raises
    ------
    InputError
        The outcome is nothing that can be counted from an origin.
    """

    def __init__(self, outcome: Outcome, belief_map: BeliefMap, size: int) -> None:
        if outcome.target not in COUNTED or outcome.after is not None or outcome.of is not None:
            raise InputError(
                f"{outcome.name!r} is not counted on a path",
                where=outcome.name,
                expected="an outcome that happens, never happens, is counted or summed up, from any origin",
            )
        self.outcome = outcome
        self._schema = schema_of(belief_map)
        self._clock, self._zone = belief_map.clock, belief_map.zone.default
        self._total = np.zeros(size)
        self._last = np.full(size, np.iinfo(np.int64).min)

    def add(self, coming: Coming) -> None:
        """Count signals that came."""
        outcome = self.outcome
        if coming.kind != outcome.kind or not len(coming):
            return
        columns = Columns(self._schema, np.arange(len(coming)), coming.fields)
        kept = mask(outcome.when, columns)
        worth = np.ones(len(coming))
        if outcome.target is Target.SUM:
            worth = columns[outcome.field or ""].numbers()
            kept = kept & ~np.isnan(worth)
        chosen = np.flatnonzero(kept)
        if outcome.once is not None:
            chosen = self._first(coming, chosen)
        self._total += np.bincount(coming.row[chosen], worth[chosen], minlength=len(self._total))

    def value(self) -> Floats:
        """What it has come to, float64[rows]: a sum, a count, or 0 and 1."""
        if self.outcome.target is Target.HAPPENS:
            return np.asarray(self._total > 0, dtype=np.float64)
        if self.outcome.target is Target.NEVER:
            return np.asarray(self._total == 0, dtype=np.float64)
        return np.array(self._total)

    def _first(self, coming: Coming, chosen: Ints) -> Ints:
        """Of signals that count as one only the first."""
        row = coming.row[chosen]
        part = self._days(coming.at[chosen])
        if self.outcome.once is Once.SESSION:
            width = int(coming.session.max(initial=0)) + 1
            part = part * width + coming.session[chosen]
        _, first = np.unique(np.stack([row, part]), axis=1, return_index=True)
        kept, when = row[first], part[first]
        new = when > self._last[kept]
        np.maximum.at(self._last, kept, when)
        return np.asarray(chosen[first[new]])

    def _days(self, at: Ints) -> Ints:
        if self._clock is Clock.POSITION:
            return at
        return np.asarray((at + offsets(at, self._zone)) // DAY)
