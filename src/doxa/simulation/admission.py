"""Admission: who meets the requirements of outcomes and changes, at any moment of a walk.

What a requirement asks of signals is counted over the ledger and over what came since; what it asks of
a node is read from what is held by then, as far from the native credence as at the origin.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from doxa.beliefmap.columns import Floats, Ints, Values
from doxa.beliefmap.conditions import mask
from doxa.beliefmap.model import (
    Among,
    AmongNode,
    AmongSignal,
    AmongTrait,
    Condition,
    Operator,
    Test,
)
from doxa.beliefmap.payloads import Bools, Columns
from doxa.beliefmap.values import schema_of
from doxa.features.credence import credence_of
from doxa.features.past import Past
from doxa.features.plan import Reading
from doxa.features.rows import Rows
from doxa.heads.glm import logit, sigmoid
from doxa.simulation.changes import Changes
from doxa.simulation.credence import credence
from doxa.simulation.enacting import admitted
from doxa.simulation.walk import Walk

LOWEST = np.iinfo(np.int64).min // 4


@dataclass(slots=True)
class Times:
    """Moments by owner, counted in any span.

    Attributes
    ----------
    owner, at : int64[m]
        Sorted by both.
    """

    owner: Ints
    at: Ints

    @classmethod
    def of(cls, owner: Ints, at: Ints) -> Times:
        """Sorted."""
        order = np.lexsort((at, owner))
        return cls(owner[order], at[order])

    def before(self, owner: Ints, at: Ints) -> Ints:
        """How many of each owner lie strictly before a moment, int64[n]; counted from the first of all."""
        moments, rank = np.unique(self.at, return_inverse=True)
        width = len(moments) + 1
        wanted = owner * width + np.searchsorted(moments, at, side="left")
        return np.searchsorted(self.owner * width + rank, wanted, side="left").astype(np.int64)

    def more(self, owner: Ints, at: Ints) -> Times:
        """With others."""
        return Times.of(np.concatenate([self.owner, owner]), np.concatenate([self.at, at]))

    def since(self, at: int) -> Times:
        """Those at a moment and later."""
        kept = np.flatnonzero(self.at >= at)
        return Times(self.owner[kept], self.at[kept])


@dataclass(slots=True)
class Deeds:
    """How often somebody did what a requirement asks, on every row of a walk.

    Attributes
    ----------
    known : Times
        In the ledger, by person.
    came : Times
        Since, by row.
    counts : int64[R]
        Of those that came, how many are no longer held apart.
    newest : int64[R]
        When the signal came last since which it is counted.
    """

    among: AmongSignal
    known: Times
    came: Times
    counts: Ints
    newest: Ints

    @classmethod
    def of(cls, among: AmongSignal, walk: Walk) -> Deeds:
        """As the ledger has it."""
        past, size = walk.stage.past, walk.size
        signal = past.of_kind(among.kind)
        if among.when is not None:
            columns = past.columns[among.kind]
            signal = columns.row[mask(among.when, columns.fields)]
        newest = np.full(size, LOWEST)
        if among.since is not None:
            own = Deeds._times(past, past.of_kind(among.since), walk)
            last = np.full(len(walk.twins), LOWEST)
            np.maximum.at(last, own.owner, own.at)
            newest = last[walk.person]
        none = np.zeros(0, dtype=np.int64)
        known = Deeds._times(past, signal, walk)
        return cls(among, known, Times(none, none), np.zeros(size, dtype=np.int64), newest)

    @staticmethod
    def _times(past: Past, signal: Ints, walk: Walk) -> Times:
        order = np.argsort(walk.twins)
        place = np.searchsorted(walk.twins[order], past.signals.twin[signal])
        place = order[np.minimum(place, len(order) - 1)]
        mine = np.flatnonzero(walk.twins[place] == past.signals.twin[signal])
        return Times.of(place[mine], past.signals.at[signal[mine]])

    @property
    def _spans(self) -> bool:
        return self.among.within is not None or self.among.since is not None

    def holds(self, rows: Rows, person: Ints) -> Bools:
        """Whether it is so at the moments of some rows."""
        now = rows.seen.at
        start = np.full(len(rows), LOWEST)
        if self.among.within is not None:
            start = now - self.among.within
        if self.among.since is not None:
            start = np.maximum(start, self.newest[rows.twin] + 1)
        count = self.known.before(person, now) - self.known.before(person, start)
        count = count + self.came.before(rows.twin, now) - self.came.before(rows.twin, start)
        count = np.maximum(count + self.counts[rows.twin], 0)
        enough = count >= self.among.at_least
        return np.asarray(enough if self.among.did else ~enough)

    def take(self, kind: str, row: Ints, at: Ints, fields: Columns) -> None:
        """Take note of signals that came."""
        if kind == self.among.kind:
            kept = np.flatnonzero(mask(self.among.when, fields))
            self.came = self.came.more(row[kept], at[kept])
        if kind == self.among.since:
            np.maximum.at(self.newest, row, at)

    def close(self, now: int) -> None:
        """End a step: what no later moment can tell apart is only counted."""
        if not self._spans:
            np.add.at(self.counts, self.came.owner, 1)
            none = np.zeros(0, dtype=np.int64)
            self.came = Times(none, none)
        elif self.among.within is not None:
            self.came = self.came.since(now - self.among.within)


class Admission:
    """Judges requirements along a walk.

    Parameters
    ----------
    changes : Changes
        Of rows: traits that are put count too.
    """

    def __init__(self, walk: Walk, changes: Changes) -> None:
        self.walk, self.changes = walk, changes
        self._deeds: dict[Among, Deeds] = {}
        self._origin: dict[Among, Bools] = {}
        self._apart: dict[AmongNode, tuple[Reading, int, Floats]] = {}

    def want(self, among: Sequence[Among]) -> None:
        """Be asked for some requirements; from the origin on."""
        for one in among:
            if one in self._origin:
                continue
            told = admitted([one], self.walk.stage.past, self.walk.twins, self.walk.now)
            self._origin[one] = told[self.walk.person]
            if isinstance(one, AmongSignal) and not one.same:
                self._deeds[one] = Deeds.of(one, self.walk)
            elif isinstance(one, AmongNode):
                self._follow(one)

    def admits(self, among: Sequence[Among], rows: Rows) -> Bools:
        """Who meets all requirements at the moments of some rows, bool[n].

        One that compares fields with a signal (`same`) is as it was at the origin.
        """
        found = np.ones(len(rows), dtype=bool)
        for one in among:
            found &= self._holds(one, rows)
        return found

    def take(self, kind: str, row: Ints, at: Ints, fields: Mapping[str, Values]) -> None:
        """Take note of signals that came."""
        if any(kind in (deeds.among.kind, deeds.among.since) for deeds in self._deeds.values()):
            columns = Columns(schema_of(self.walk.map), np.arange(len(row)), fields)
            for deeds in self._deeds.values():
                deeds.take(kind, row, at, columns)

    def close(self, now: int) -> None:
        """End a step."""
        for deeds in self._deeds.values():
            deeds.close(now)

    def _holds(self, among: Among, rows: Rows) -> Bools:
        if among in self._deeds:
            return self._deeds[among].holds(rows, self.walk.person[rows.twin])
        origin = self._origin[among][rows.twin]
        if isinstance(among, AmongTrait):
            told = self.changes.traits(rows.twin, rows.seen.at).get(among.trait)
            if told is None:
                return origin
            columns = Columns(schema_of(self.walk.map), np.arange(len(rows)), {among.trait: told})
            test = Test(field=among.trait, operator=Operator.IN, values=among.values)
            return mask(Condition(tests=(test,)), columns)
        if isinstance(among, AmongNode) and among in self._apart:
            held = self._credence(among, rows)
            low = -np.inf if among.above is None else among.above
            high = np.inf if among.below is None else among.below
            absent = self.walk.absent(among.node.node, rows)
            inside = (held > low) & (held < high)
            return np.asarray(inside if absent is None else inside & ~absent)
        return origin

    def _follow(self, among: AmongNode) -> None:
        """Read a node along the way, where the walk carries it."""
        walk, past = self.walk, self.walk.stage.past
        node = past.map.nodes[among.node.node]
        reading = next(
            (
                reading
                for name, reading in walk.held
                if name == node.name and reading.by_member == bool(node.dimensions)
            ),
            None,
        )
        if reading is None or node.evidence is None:
            return
        code = past.members.code(node.name, among.node.member)
        if not walk.held[node.name, reading].carries(code):
            return
        whole = credence_of(past, walk.origin, among.node)[walk.person]
        rows = walk.rows()
        native = self._native(reading, code, rows)
        self._apart[among] = (reading, code, logit(whole) - logit(native))

    def _native(self, reading: Reading, code: int, rows: Rows) -> Floats:
        view = self.walk.view(reading, rows, np.full(len(rows), code))
        return credence(view, self.walk.unit)

    def _credence(self, among: AmongNode, rows: Rows) -> Floats:
        reading, code, apart = self._apart[among]
        return sigmoid(logit(self._native(reading, code, rows)) + apart[rows.twin])
