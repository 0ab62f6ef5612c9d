"""The state of people: the cells of all nodes, since when they are seen, their traits."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from doxa.beliefmap.columns import EvidenceColumns, Ints, SignalColumns
from doxa.beliefmap.model import BeliefMap
from doxa.domain.clock import BEGINNING
from doxa.state.cells import NodeCells
from doxa.state.claims import (
    Claims,
    claim_evidence,
    claim_signals,
    joined_claims,
    spans,
)
from doxa.state.clock import EventClock, event_clocks
from doxa.state.consents import last_consents
from doxa.state.entries import Layout, entries_of, entry_of_key, member_of_key
from doxa.state.evidence import stacked
from doxa.state.fold import fold
from doxa.state.join import join
from doxa.state.marks import Marks, joined_marks
from doxa.state.order import distinct
from doxa.state.traits import NONE_SAID, Traits, join_traits, last_traits


@dataclass(frozen=True, slots=True)
class Seen:
    """Since when each source sees each twin: one row per (twin, source), sorted.

    Attributes
    ----------
    twin, source : int64[n]
    first, last : int64[n]
        Moments of the oldest and newest signal of any kind.
    """

    twin: Ints
    source: Ints
    first: Ints
    last: Ints

    def since(self, twins: Ints, visible: NDArray[np.bool_]) -> tuple[NDArray[np.bool_], Ints]:
        """Whether and since when visible sources see each twin: the start of its exposure.

        Parameters
        ----------
        twins : int64[q]
        visible : bool[sources]

        Returns
        -------
        bool[q], int64[q]
            The moment is 0 where the twin was never seen.
        """
        rows = np.flatnonzero(visible[self.source])
        if not len(rows):
            return np.zeros(len(twins), dtype=bool), np.zeros(len(twins), dtype=np.int64)
        twin = self.twin[rows]
        begins = np.concatenate([[0], np.flatnonzero(twin[1:] != twin[:-1]) + 1])
        known, start = twin[begins], np.minimum.reduceat(self.first[rows], begins)
        at = np.minimum(np.searchsorted(known, twins), len(known) - 1)
        met = known[at] == twins
        return met, np.where(met, start[at], 0)


@dataclass(frozen=True, slots=True)
class Sessions:
    """How many sessions of a kind each twin has begun: int64[n] each, sorted by twin."""

    twin: Ints
    count: Ints

    def of(self, twins: Ints) -> Ints:
        """The count of each twin, 0 where it has none; int64[q]."""
        at = np.searchsorted(self.twin, twins)
        found = np.append(self.twin, -1)[at] == twins
        return np.where(found, np.append(self.count, 0)[at], 0)


@dataclass(frozen=True, slots=True)
class State:
    """Everything folded: by layout of entries, by (twin, source), by trait, by event clock.

    Attributes
    ----------
    tables : dict of Layout to NodeCells
        All entries of one layout in one table, members keyed by entry.
    entries : dict of entry to code
        What the keys mean: those of `entries_of` the map.
    consents : Traits
        The last words of every consent, see `last_consents`.
    claims : Claims
        In no table until `counted`: which of them count depends on the moment read.
    marks : Marks
        When constraints begin and end, goals form, fall due and advance.
    """

    tables: dict[Layout, NodeCells]
    entries: dict[str, int]
    seen: Seen
    traits: Traits
    sessions: dict[str, Sessions]
    consents: Traits = NONE_SAID
    claims: Claims = field(default_factory=Claims.none)
    marks: Marks = field(default_factory=Marks.none)

    @property
    def nodes(self) -> dict[str, NodeCells]:
        """The cells apart by entry; claims about a node stand under ``claims_about(node)``."""
        met = self.met()
        return {name: self.of(name) for name, code in self.entries.items() if code in met}

    def met(self) -> set[int]:
        """Codes of the entries that anybody has cells of."""
        every = [cells.member for cells in self.tables.values()]
        if not every:
            return set()
        return set(np.flatnonzero(np.bincount(entry_of_key(np.concatenate(every)))).tolist())

    def of(self, entry: str) -> NodeCells:
        """The cells of one entry that somebody has cells of, under their own members."""
        code = self.entries[entry]
        for cells in self.tables.values():
            rows = np.flatnonzero(entry_of_key(cells.member) == code)
            if len(rows):
                found = cells.take(rows)
                return replace(found, member=member_of_key(found.member))
        raise KeyError(entry)

    def without(self, *entries: str) -> State:
        """The same with nothing known of some entries."""
        gone = [self.entries[entry] for entry in entries]
        kept = {
            layout: cells.take(np.flatnonzero(~np.isin(entry_of_key(cells.member), gone)))
            for layout, cells in self.tables.items()
        }
        return replace(self, tables=kept)

    def twin(self, key: int) -> State:
        """The part of one twin."""
        return State(
            {
                layout: part
                for layout, cells in self.tables.items()
                if len(part := cells.take(_of(cells.twin, key)))
            },
            self.entries,
            _rows_of(self.seen, _of(self.seen.twin, key)),
            self.traits.take(_of(self.traits.twin, key)),
            {
                kind: Sessions(*(column[_of(told.twin, key)] for column in (told.twin, told.count)))
                for kind, told in self.sessions.items()
            },
            self.consents.take(_of(self.consents.twin, key)),
            self.claims.take(_of(self.claims.twin, key)),
            self.marks.take(_of(self.marks.twin, key)),
        )


def fold_people(
    signals: SignalColumns,
    evidence: EvidenceColumns,
    belief_map: BeliefMap,
    claims: Claims | None = None,
    marks: Marks | None = None,
) -> State:
    """Fold all visible signals of some twins and their evidence.

    Signals that doxa caused itself neither begin an exposure nor count as sessions or traits.

    Parameters
    ----------
    claims, marks : optional
        Those of `claims_of` and `marks_among` the same signals.
    """
    clocks = event_clocks(signals, belief_map)
    parts = stacked(signals, evidence, belief_map, clocks)
    return State(
        {layout: fold(part, belief_map.event_bands) for layout, part in parts.items()},
        entries_of(belief_map).codes,
        seen(signals),
        last_traits(signals),
        {kind: _sessions(clock) for kind, clock in clocks.items()},
        last_consents(signals),
        Claims.none() if claims is None else claims,
        Marks.none() if marks is None else marks,
    )


def counted(
    state: State, belief_map: BeliefMap, now: int | Ints, visible: NDArray[np.bool_]
) -> State:
    """The state at a moment: the claims that count then are in the tables, beside all evidence.

    Claims about one node by one source in one session are one occasion, apart from what the
    source showed in it.

    Parameters
    ----------
    state : State
        Of signals with ``at <= now``, as it was folded.
    now : int, or int64[claims]
        The moment at which each claim is looked at.
    visible : bool[sources]
    """
    rows = np.flatnonzero(spans(state.claims, visible).at(now)) if len(state.claims) else ()
    if not len(rows):
        return state
    told = state.claims.take(np.asarray(rows))
    parts = stacked(claim_signals(told), claim_evidence(told, belief_map), belief_map)
    tables = dict(state.tables)
    for layout, part in parts.items():
        cells = fold(part)
        known = tables.get(layout)
        tables[layout] = cells if known is None else join(replace(known, events={}), cells)
    return replace(state, tables=tables)


def seen(signals: SignalColumns) -> Seen:
    """First and last signal of every (twin, source).

    Signals that doxa caused, and traits known from the beginning, tell nobody from when on.
    """
    told = ~signals.inert
    for beginning in BEGINNING.values():
        told &= signals.at != beginning
    own = np.flatnonzero(told)
    twin, source, at = signals.twin[own], signals.source[own], signals.at[own]
    return _seen(twin, source, at, at)


def join_people(earlier: State, later: State) -> State:
    """The state of a snapshot and of the signals after it; see `join` for where it is exact.

    The event clocks of `later` are taken to begin where those of `earlier` end: every session of
    `later` begins after all evidence of `earlier`.
    """
    tables = dict(earlier.tables)
    for layout, cells in later.tables.items():
        moved = _moved(cells, earlier.sessions)
        tables[layout] = join(tables[layout], moved) if layout in tables else moved
    both = [
        np.concatenate(pair)
        for pair in zip(_columns(earlier.seen), _columns(later.seen), strict=True)
    ]
    return State(
        tables,
        earlier.entries,
        _seen(*both),
        join_traits(earlier.traits, later.traits),
        {kind: _counted(told, later.sessions[kind]) for kind, told in earlier.sessions.items()},
        join_traits(earlier.consents, later.consents),
        joined_claims([earlier.claims, later.claims]),
        joined_marks([earlier.marks, later.marks]),
    )


def _moved(cells: NodeCells, sessions: dict[str, Sessions]) -> NodeCells:
    """Cells whose event clocks count on from those of a snapshot."""
    if not cells.events:
        return cells
    return replace(
        cells,
        events={
            kind: replace(event, tick=event.tick + before, opened=event.opened + before)
            for kind, event in cells.events.items()
            for before in (sessions[kind].of(cells.twin),)
        },
    )


def _counted(a: Sessions, b: Sessions) -> Sessions:
    twin = np.union1d(a.twin, b.twin)
    return Sessions(twin, a.of(twin) + b.of(twin))


def _sessions(clock: EventClock) -> Sessions:
    return Sessions(clock.twin, np.diff(clock.timeline.starts))


def _columns(told: Seen) -> tuple[Ints, Ints, Ints, Ints]:
    return told.twin, told.source, told.first, told.last


def _seen(twin: Ints, source: Ints, first: Ints, last: Ints) -> Seen:
    if not len(twin):
        return Seen(twin, source, first, last)
    wide = int(source.max()) + 1
    keys, place = distinct(twin * wide + source)
    oldest, newest = np.full(len(keys), _LATEST), np.full(len(keys), -_LATEST)
    np.minimum.at(oldest, place, first)
    np.maximum.at(newest, place, last)
    return Seen(keys // wide, keys % wide, oldest, newest)


_LATEST = np.iinfo(np.int64).max


def _of(twins: Ints, key: int) -> Ints:
    low, high = np.searchsorted(twins, [key, key + 1])
    return np.arange(low, high)


def _rows_of(told: Seen, rows: Ints) -> Seen:
    return Seen(*(column[rows] for column in _columns(told)))
