"""Event clocks: time counted in a person's own sessions of a kind."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from doxa.beliefmap.columns import Ints, SignalColumns
from doxa.beliefmap.model import BeliefMap
from doxa.state.timeline import Timeline


@dataclass(frozen=True, slots=True)
class EventClock:
    """When each twin began its sessions of one kind.

    Attributes
    ----------
    kind : str
    twin : int64[g]
        Twins that have any, ascending.
    timeline : Timeline
        One row per session begun, groups being places in `twin`.
    """

    kind: str
    twin: Ints
    timeline: Timeline

    def ticks(
        self, twin: Ints, at: Ints, order: Ints | None = None, *, strictly: bool = False
    ) -> Ints:
        """How many sessions of the kind each twin had begun at a moment.

        Parameters
        ----------
        twin, at, order : int64[q]
            See `Timeline.before` for what a moment sees.

        Returns
        -------
        int64[q]
        """
        if not len(self.twin):
            return np.zeros_like(at)
        place = np.minimum(np.searchsorted(self.twin, twin), len(self.twin) - 1)
        group = np.where(self.twin[place] == twin, place, -1)
        begun = self.timeline.before(group, at, order, strictly=strictly)
        return begun - self.timeline.starts[np.maximum(group, 0)]


def event_clocks(signals: SignalColumns, belief_map: BeliefMap) -> dict[str, EventClock]:
    """The clock of every kind under ``event_bands``, from all visible signals."""
    return {kind: event_clock(signals, kind) for kind in belief_map.event_bands}


def event_clock(signals: SignalColumns, kind: str) -> EventClock:
    """When each twin began its sessions of a kind.

    A session is that of one local day; a signal without one is a session of its own. It begins
    with its first signal of the kind by (at, order). What doxa put out itself never counts.
    """
    if kind not in signals.kinds:
        none = np.zeros(0, dtype=np.int64)
        return EventClock(kind, none, Timeline.of(none, none, none, 0))
    rows = np.flatnonzero((signals.kind == signals.kinds.index(kind)) & ~signals.inert)
    twin, at, order = signals.twin[rows], signals.at[rows], signals.order[rows]
    session = signals.session[rows]
    alone = np.where(session == -1, rows, -1)
    sort = np.lexsort((order, at, alone, signals.day[rows], session, twin))
    key = np.stack([twin, session, signals.day[rows], alone])[:, sort]
    first = np.ones(len(sort), dtype=bool)
    first[1:] = (key[:, 1:] != key[:, :-1]).any(axis=0)
    begun = sort[first]
    begun = begun[np.lexsort((order[begun], at[begun], twin[begun]))]
    twins, group = np.unique(twin[begun], return_inverse=True)
    return EventClock(kind, twins, Timeline.of(group, at[begun], order[begun], len(twins)))
