"""Distinct days on which a person did something before each row, decayed at any half-life."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from doxa.beliefmap.columns import Floats, Ints
from doxa.domain.clock import Clock
from doxa.features.events import Events
from doxa.features.past import Past
from doxa.features.rows import FIRST, Bound, Rows
from doxa.state.bands import decay
from doxa.state.ranks import running_sums


@dataclass(frozen=True, slots=True)
class Days:
    """Events before each of n rows, ready to be counted by day.

    Attributes
    ----------
    starts : int64[groups + 1]
        Where the events of each group begin among `at`, which is sorted by (group, at).
    first : float64[m]
        1 at the first event of a group's day, 0 at its repeats.
    last : int64[n]
        The last event before each row's origin; -1 = none.
    asked : int64[n]
        The origins.
    """

    starts: Ints
    at: Ints
    first: Floats
    last: Ints
    asked: Ints

    @classmethod
    def of(cls, past: Past, rows: Rows, events: Events, group: Ints) -> Days:
        """The events of each row's group, as `events_of` gives them."""
        lowest = Bound(np.full(len(rows), FIRST), np.full(len(rows), FIRST))
        low, high = events.span(group, lowest, rows.seen)
        signals = past.signals
        timed = past.map.clock is Clock.TIME
        day = (signals.day if timed else signals.at)[events.signal]
        return cls(
            events.timeline.starts,
            signals.at[events.signal],
            _first_of_day(events, day),
            np.where(high > low, high - 1, -1),
            rows.seen.at,
        )

    def take(self, chosen: Ints) -> Days:
        """The chosen rows, among the same events."""
        return Days(self.starts, self.at, self.first, self.last[chosen], self.asked[chosen])

    def counts(self, half_life: float) -> Floats:
        """Days before each row's origin, decayed: the sum at its last event, aged since then."""
        if not len(self.at):
            return np.zeros(len(self.asked))
        since = np.maximum(np.diff(self.at, prepend=self.at[:1]), 0)
        left = decay(since, (half_life,))
        sums = running_sums(self.starts, self.first[:, None, None], left)[:, 0, 0]
        age = np.where(self.last >= 0, self.asked - self.at[self.last], 0)
        return np.where(self.last >= 0, sums[self.last] * decay(age, (half_life,))[:, 0], 0.0)


def _first_of_day(events: Events, day: Ints) -> Floats:
    """1 for the first event of each group and day, 0 for its repeats."""
    same = (np.diff(events.group) == 0) & (np.diff(day) == 0)
    return np.asarray(np.r_[np.ones(min(1, len(day))), 1.0 - same])
