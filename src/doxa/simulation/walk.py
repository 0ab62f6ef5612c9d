"""The walk: people run forward, each along several paths, with what they hold at every step.

A row of the walk is one person on one path; rows of a person stand together. Phi reads a walk as it
reads the ledger (`doxa.features.seeing`), where `Rows.twin` is the row of the walk.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Hashable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from doxa.beliefmap.columns import Floats, Ints, Values
from doxa.beliefmap.model import BeliefMap, Outcome
from doxa.beliefmap.payloads import Bools, Columns
from doxa.beliefmap.values import schema_of
from doxa.features.known import carrier
from doxa.features.past import KindColumns, Past
from doxa.features.plan import Reading
from doxa.features.rows import FIRST, NONE, Bound, Rows
from doxa.features.seeing import Columns as Listed
from doxa.features.seeing import Joining
from doxa.features.views import View, Views, exposures
from doxa.heads.glm import logit, sigmoid
from doxa.reading.coupling.field import Field
from doxa.simulation.credence import credence
from doxa.simulation.held import NEVER, Held, Moments
from doxa.simulation.lately import Lately
from doxa.simulation.pursuing import Pursuits
from doxa.simulation.stage import Stage, people_at
from doxa.simulation.told import ascends
from doxa.types import HalfLife

MOST_ANEW = 0.5
"""Where something happened to more than this share of the rows, the columns of all are made anew."""


class Walk:
    """What T people hold on P paths each, from the origin on.

    Parameters
    ----------
    stage : Stage
        What is known of everybody at the origin.
    people : int64[T]
        Which of the stage's people.
    paths : P
    """

    def __init__(self, stage: Stage, people: Ints, paths: int) -> None:
        twins = stage.twins[people]
        self.people = people
        self.stage = stage
        self.map: BeliefMap = stage.past.map
        self.past: Past = stage.past
        self.twins, self.paths = twins, paths
        self.size = len(twins) * paths
        self.now = stage.origin
        self.unit = stage.unit
        self.person = np.repeat(np.arange(len(twins)), paths)
        self.path = np.tile(np.arange(paths), len(twins))
        self.begun = stage.since.of_twins(twins, np.full(len(twins), stage.origin))
        at = np.full(len(twins), stage.origin)
        self.origin = people_at(twins, at)
        self.counts = {
            kind: np.repeat(clock.ticks(twins, at, self.origin.seen.order, strictly=True), paths)
            for kind, clock in stage.clocks.items()
        }
        self.held = {key: self._held(key[1], views) for key, views in stage.indexed.items()}
        self._every = np.arange(self.size)
        self._asked: tuple[Rows | None, bool, int] = (None, False, self.now)
        self._exposed: dict[tuple[HalfLife, ...], tuple[int, Floats]] = {}
        self._columns: dict[Hashable, tuple[int | None, int, Listed]] = {}
        self.moved = np.zeros(self.size, dtype=bool)
        self.lately = Lately(stage.past, self.origin, self.person)
        self.asking = np.zeros(0, dtype=np.int64)
        """The sessions that the signals stand in which ask, in the order of the asked past."""
        self._absent: dict[str, Bools | None] = {}
        self.coupling: Joining = _Leaning(self)
        self.living = Pursuits(self)

    def rows(
        self,
        row: Ints | None = None,
        at: Ints | None = None,
        member: Ints | None = None,
        signal: Ints | None = None,
        within: int | None = None,
    ) -> Rows:
        """Some rows of the walk at some moments; left out, all of them now."""
        kept = np.arange(self.size) if row is None else row
        moment = np.full(len(kept), self.now) if at is None else at
        first = np.full(len(kept), FIRST)
        seen = Bound(moment, first)
        closes = Bound(moment + (within or 0), first)
        none = np.full(len(kept), NONE)
        return Rows(
            kept,
            seen,
            seen,
            closes,
            none if member is None else member,
            none if signal is None else signal,
            kept,
        )

    def view(self, reading: Reading, rows: Rows, member: Ints) -> View:
        """One node for some rows; where the person withholds it, as if it had no evidence."""
        held = self.held[_key(reading)]
        begun = self.begun[self.person[rows.twin]]
        tenure = np.maximum(rows.seen.at - begun, 0)
        when = Moments(rows.twin, rows.seen.at, tenure, self.stage.unit)
        everybody = self.is_everybody(rows)
        exposure = self.exposure(held.bands) if everybody else None
        found = held.read(when, member, self.now, self.counts, exposure)
        absent = self.absent(reading.node, rows)
        return found if absent is None else found.silent_where(absent)

    def kept(
        self, reading: Reading, rows: Rows, by: Hashable, make: Callable[[Rows], Listed]
    ) -> Listed:
        """The columns that `make` makes; those of everybody now are made once for all heads.

        Where something happened to some of them since, only theirs are made anew.
        """
        if reading.by_member or not self.is_everybody(rows):
            return make(rows)
        key = (reading, by)
        fed = self.held[_key(reading)].fed
        now, known, columns = self._columns.get(key, (None, 0, []))
        some = once(fed[known:])
        if now != self.now or len(some) > self.size * MOST_ANEW:
            columns = [
                (name, np.require(made, requirements=["OWNDATA", "WRITEABLE"]))
                for name, made in make(rows)
            ]
        elif len(some):
            for (_, column), (_, made) in zip(columns, make(rows.take(some)), strict=True):
                column[some] = made
        self._columns[key] = (self.now, len(fed), columns)
        return columns

    def absent(self, node: str, rows: Rows) -> Bools | None:
        """Rows of people who do not let a node be read, as they said by the origin."""
        if node not in self._absent:
            self._absent[node] = self.stage.views.absent(node, self.origin)
        found = self._absent[node]
        return None if found is None else found[self.person[rows.twin]]

    def asked(self, kind: str, fields: Mapping[str, Values], size: int) -> Past:
        """A past of `size` signals of one kind that hold these fields, in the same codes."""
        return asked_past(self.stage.past, kind, fields, size)

    def age(self, span: int) -> None:
        """Let a span pass in silence."""
        for held in self.held.values():
            held.age(span)
        self.now += span

    def begin(self, kind: str, row: Ints) -> None:
        """Let some rows begin a session of a kind, on whose clock sums are aged."""
        if kind in self.counts:
            for held in self.held.values():
                held.begin(kind, row)
            self.counts[kind][row] += 1

    def recent(self, kind: str, field: str, outcome: Outcome, rows: Rows) -> list[Any]:
        """The last value of a field before some rows, equal in what is `same`; None where there is none."""
        same: list[Ints] = []
        if outcome.same:
            own = carrier(outcome)
            fields = self.past.columns[own].fields.found if own in self.past.columns else {}
            size = len(self.past.signals)
            visit = self.asking if len(self.asking) == size else np.full(size, NONE)
            asks = np.zeros(size, dtype=np.int64)
            asks[rows.signal] = rows.twin
            told = self.lately.codes(outcome.same, own, asks, visit, fields)
            same = [code[rows.signal] for code in told]
        return self.lately.told(outcome, kind, field, rows.twin, same)

    def is_everybody(self, rows: Rows) -> bool:
        """Whether these are all rows of the walk, in their order, now."""
        known, asked, at = self._asked
        if known is not rows or at != self.now:
            everybody = len(rows) == self.size and np.array_equal(rows.twin, self._every)
            asked = everybody and bool((rows.seen.at == self.now).all())
            self._asked = rows, asked, self.now
        return asked

    def exposure(self, bands: tuple[HalfLife, ...]) -> Floats:
        """How long everybody could be seen by now, decayed at each band, float64[rows, K]."""
        found = self._exposed.get(bands)
        if found is None or found[0] != self.now:
            tenure = np.maximum(self.now - self.begun, 0)
            own = exposures(tenure, bands, self.unit)
            found = self._exposed[bands] = (self.now, np.asfortranarray(own[self.person]))
        return found[1]

    def _held(self, reading: Reading, views: Views) -> Held:
        codes = self.stage.codes.get(reading.node, np.zeros(1, dtype=np.int64))
        size = len(self.past.members.names(reading.node)) or 1
        place = np.full(size + 1, NONE)
        if not self.map.nodes[reading.node].dimensions:
            place[0] = 0
        else:
            place[codes] = np.arange(len(codes))
        asked = codes if reading.by_member else np.zeros(1, dtype=np.int64)
        every = np.ones(len(self.twins), dtype=np.int64)
        seen = [views.view(reading, self.origin, code * every) for code in asked.tolist()]
        unit = self.stage.unit
        held = Held.of(reading, seen, place, self.origin.seen.at, unit, self.paths)
        if reading.pooled:
            held.place[: len(place) - 1] = np.where(place[:-1] >= 0, place[:-1], NONE)
            held.apart = self._apart(reading, codes)
        return held

    def _apart(self, reading: Reading, codes: Ints) -> Ints | None:
        """Newest occurrence of every member that may be drawn of a family read as a whole."""
        views = self.stage.of_members.get(reading.node)
        if views is None:
            return None
        single = Reading(reading.node, reading.kind, by_member=True)
        every = np.ones(len(self.twins), dtype=np.int64)
        found = np.full((len(self.twins), len(codes)), NEVER)
        for spot, code in enumerate(codes.tolist()):
            view = views.view(single, self.origin, code * every)
            ago = np.rint(view.elapsed * self.stage.unit).astype(np.int64)
            found[:, spot] = np.where(view.met, self.now - ago, NEVER)
        return np.repeat(found, self.paths, axis=0)


def once(parts: list[Ints]) -> Ints:
    """The rows named by any of the parts, each once."""
    if len(parts) == 1 and ascends(parts[0]):
        return parts[0]
    return np.unique(np.concatenate(parts)) if parts else np.zeros(0, dtype=np.int64)


def _key(reading: Reading) -> tuple[str, Reading]:
    """Where a reading is held: families read at some field's members are held by member."""
    return reading.node, as_held(reading)


def as_held(reading: Reading) -> Reading:
    """The reading as it is held: at members, whatever field names them.

    Examples
    --------
    >>> from doxa.domain.evidence import EvidenceKind
    >>> named = Reading("buys", EvidenceKind.OCCURRENCE, by_member=True, field="categories")
    >>> as_held(named).field is None
    True
    """
    return Reading(reading.node, reading.kind, reading.by_member, reading.pooled)


def asked_past(past: Past, kind: str, fields: Mapping[str, Values], size: int) -> Past:
    """A past of `size` signals of one kind that hold some fields, in the codes of another past."""
    every = np.arange(size)
    none = past.signals.take(np.zeros(0, dtype=np.int64))
    zeros = np.zeros(size, dtype=np.int64)
    signals = replace(
        none,
        twin=zeros,
        at=zeros,
        recorded=zeros,
        order=zeros,
        seq=zeros,
        kind=zeros,
        source=zeros,
        session=zeros - 1,
        day=zeros,
        inert=np.zeros(size, dtype=bool),
        kinds=(kind,),
        payload=[],
    )
    told = {kind: KindColumns(every, Columns(schema_of(past.map), every, dict(fields)))}
    return replace(past, signals=signals, columns=told)


class _Leaning:
    """Coupled credences of a walk: the native one moves, the pull of the neighbours stays."""

    def __init__(self, walk: Walk) -> None:
        self.walk = walk

    @property
    def field(self) -> Field:
        return self.walk.stage.views.coupling.field

    def credences(
        self, rows: Rows, members: Mapping[str, Ints], silenced: Collection[str] = ()
    ) -> dict[str, tuple[Floats, Floats]]:
        found = {}
        for node, member in members.items():
            native = np.empty(len(rows))
            pull = np.empty(len(rows))
            for code in np.unique(member).tolist():
                here = np.flatnonzero(member == code)
                native[here] = self._native(node, rows.take(here), member[here], silenced)
                own = self.walk.stage.pulls.of(node, code, tuple(sorted(silenced)))
                own = own[self.walk.people]
                pull[here] = own[self.walk.person[rows.twin[here]]]
            found[node] = (sigmoid(logit(native) + pull), native)
        return found

    def _native(self, node: str, rows: Rows, member: Ints, silenced: Collection[str]) -> Floats:
        reading = next(r for name, r in self.walk.held if name == node and not r.pooled)
        view = self.walk.view(reading, rows, member)
        if node in silenced:
            view = view.without_evidence()
        return credence(view, self.walk.stage.unit)
