"""Goals and constraints of people who are run forward: as marks of the ledger tell, and what came since.

A goal or constraint that no signal touched along the way is read for each person once; from the
first that does on, every row has its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from doxa.beliefmap.columns import EvidenceColumns, Floats, Ints, Values
from doxa.beliefmap.marking import Role
from doxa.beliefmap.model import Node
from doxa.features.marks import MarkColumns
from doxa.features.pursuits import (
    NEVER,
    Begun,
    Binding,
    Pursuit,
    Reached,
    Spoken,
    better,
    bound,
    is_counted,
    pursued,
)
from doxa.features.rows import Rows
from doxa.simulation.marking import kinds_that_mark, marks_along
from doxa.simulation.stage import people_at

if TYPE_CHECKING:
    from collections.abc import Mapping

    from doxa.simulation.walk import Walk


@dataclass(slots=True)
class Way:
    """A goal by itself on R rows of a walk.

    Attributes
    ----------
    begun : Begun
        Of every row.
    row, at, same : int64[m], amount : float64[m]
        What was done in this step: it may have been before the goal formed, which is told later.
    """

    node: Node
    begun: Begun
    row: Ints = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    at: Ints = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    same: Ints = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    amount: Floats = field(default_factory=lambda: np.zeros(0))

    def wanted(self, row: Ints, at: Ints, same: Ints) -> None:
        """Rows that form it of their own; the first word counts."""
        begun = self.begun
        for place in np.lexsort((same, at)).tolist():
            here = row[place]
            if at[place] < begun.own[here]:
                begun.own[here], begun.own_same[here] = at[place], same[place]

    def is_due(self, row: Ints, at: Ints, ends: Ints) -> None:
        """Rows that are given a deadline; the last word counts."""
        order = np.lexsort((ends, at))
        order = order[at[order] >= self.begun.told[row[order]]]
        self.begun.told[row[order]], self.begun.due[row[order]] = at[order], ends[order]

    def start(self, start: Ints, same: Ints) -> None:
        """Let it have formed at some moments: what was done before then does not count."""
        moved = start != self.begun.start
        self.begun.start[moved], self.begun.same[moved] = start[moved], same[moved]
        if moved.any() and is_counted(self.node):
            reached, nothing = self.begun.reached, Reached.none(1)
            for name in ("some", "total", "first", "best", "last"):
                getattr(reached, name)[moved] = getattr(nothing, name)[0]
            again = np.flatnonzero(moved[self.row])
            self._count(self.row[again], self.at[again], self.same[again], self.amount[again])

    def advance(self, row: Ints, at: Ints, same: Ints, amount: Floats) -> None:
        """Rows that do something towards it."""
        self.row, self.at = np.concatenate([self.row, row]), np.concatenate([self.at, at])
        self.same = np.concatenate([self.same, same])
        self.amount = np.concatenate([self.amount, amount])
        self._count(row, at, same, amount)

    def _count(self, row: Ints, at: Ints, same: Ints, amount: Floats) -> None:
        begun, done = self.begun, self.node.done
        assert done is not None
        counts = (begun.start[row] < NEVER) & (at >= begun.start[row])
        if done.same:
            counts &= same == begun.same[row]
        kept = np.flatnonzero(counts)
        kept = kept[np.lexsort((amount[kept], at[kept]))]
        row, at, amount = row[kept], at[kept], amount[kept]
        reached = begun.reached
        new, first = np.unique(row, return_index=True)
        alone = ~reached.some[new]
        reached.first[new[alone]] = amount[first[alone]]
        reached.best[new[alone]] = amount[first[alone]]
        reached.last[new[alone]] = at[first[alone]]
        reached.some[new] = True
        np.add.at(reached.total, row, amount)
        better(done).at(reached.best, row, amount)
        np.maximum.at(reached.last, row, at)

    def close(self) -> None:
        """End the step."""
        if len(self.row):
            nothing = np.zeros(0, dtype=np.int64)
            self.row, self.at, self.same, self.amount = nothing, nothing, nothing, np.zeros(0)


class Pursuits:
    """The goals and constraints of a walk."""

    def __init__(self, walk: Walk) -> None:
        self.walk = walk
        self._ledger = walk.stage.views.living
        self._marking = kinds_that_mark(walk.map)
        self._compared = dict(walk.stage.past.compared)
        self._nodes = list(self._ledger.place)
        self._ways: dict[str, Way] = {}
        self._said: dict[str, Spoken] = {}

    def has_columns(self, name: str) -> bool:
        """See `doxa.features.living.Living`."""
        return self._ledger.has_columns(name)

    def below(self, name: str) -> list[str]:
        """See `doxa.features.living.Living`."""
        return self._ledger.below(name)

    def pursuit(self, name: str, rows: Rows) -> Pursuit:
        """One goal at the moments of some rows."""
        if not self._ways.keys() & set(self.below(name)):
            place, asked = self._people(rows)
            found = self._ledger.pursuit(name, asked)
            return Pursuit(
                found.formed[place], found.progress[place], found.since[place], found.due[place]
            )
        return self._ledger.together(name, lambda goal: self._own(goal, rows))

    def constraint(self, name: str, rows: Rows) -> Binding:
        """One constraint at the moments of some rows."""
        said = self._said.get(name)
        if said is None:
            place, asked = self._people(rows)
            found = self._ledger.constraint(name, asked)
            return Binding(found.active[place], found.left[place])
        return bound(said.take(rows.twin), rows.seen.at, self.walk.map.clock)

    def take(
        self,
        kind: str,
        row: Ints,
        at: Ints,
        fields: Mapping[str, Values],
        evidence: EvidenceColumns,
    ) -> None:
        """Take note of signals of a kind that came.

        Parameters
        ----------
        row : int64[m]
            Rows of the walk.
        evidence : what they say of nodes, by their places
        """
        if kind not in self._marking:
            return
        belief_map = self.walk.map
        told = marks_along(belief_map, kind, at, fields, evidence, self._compared)
        if not len(told):
            return
        formed = False
        for place in np.unique(told.node).tolist():
            name = self._nodes[place]
            own = told.take(np.flatnonzero(told.node == place))
            if name in self._ledger.goals:
                formed |= self._goal(name, own, row, at)
            else:
                self._constraint(name, own, row, at)
        if formed:
            self._form()
        for place in np.unique(told.node[told.role == Role.DONE]).tolist():
            own = told.take(np.flatnonzero((told.node == place) & (told.role == Role.DONE)))
            way = self._way(self._nodes[place])
            way.advance(row[own.row], at[own.row], own.same, own.amount)

    def close(self) -> None:
        """End the step."""
        for way in self._ways.values():
            way.close()

    def _goal(self, name: str, told: MarkColumns, row: Ints, at: Ints) -> bool:
        """Take note of what forms a goal and of its deadline; whether anything formed."""
        way = self._way(name)
        due = told.take(np.flatnonzero(told.role == Role.DUE))
        way.is_due(row[due.row], at[due.row], due.ends)
        wanted = told.take(np.flatnonzero(told.role == Role.WANTED))
        before = way.begun.own[row[wanted.row]]
        new = np.flatnonzero(at[wanted.row] < before)
        wanted = wanted.take(new)
        way.wanted(row[wanted.row], at[wanted.row], wanted.same)
        return bool(len(new))

    def _constraint(self, name: str, told: MarkColumns, row: Ints, at: Ints) -> None:
        said = self._said.get(name)
        if said is None:
            said = self._ledger.spoken(name, self.walk.origin).take(self.walk.person)
            self._said[name] = said
        when, here = at[told.row], row[told.row]
        order = np.lexsort((told.role, told.ends, when))
        order = order[when[order] >= said.at[here[order]]]
        here = here[order]
        said.at[here], said.opens[here] = when[order], told.role[order] == Role.OPENS
        said.begins[here], said.ends[here] = told.begins[order], told.ends[order]

    def _form(self) -> None:
        """Let goals form with those around them: of their own, else with a parent, else with a part."""
        goals, forest = self._ledger.goals, self._ledger.forest
        ways = [self._way(name) for name in goals]
        start = [way.begun.own.copy() for way in ways]
        same = [way.begun.own_same.copy() for way in ways]

        def inherit(goal: int, others: Sequence[int]) -> None:
            for other in others:
                alone = ways[goal].begun.own == NEVER
                sooner = alone & (start[other] < start[goal]) & fresh[goal]
                start[goal][sooner], same[goal][sooner] = start[other][sooner], same[other][sooner]

        fresh = [own == NEVER for own in start]
        for goal in forest.order:
            inherit(goal, forest.parents(goal))
        fresh = [own == NEVER for own in start]
        for goal in reversed(forest.order):
            inherit(goal, forest.children(goal))
        for goal, way in enumerate(ways):
            way.start(start[goal], same[goal])

    def _way(self, name: str) -> Way:
        way = self._ways.get(name)
        if way is None:
            told = self._ledger.begun(name, self.walk.origin).take(self.walk.person)
            way = self._ways[name] = Way(self.walk.map.nodes[name], told)
        return way

    def _own(self, name: str, rows: Rows) -> Pursuit:
        way, now = self._way(name), rows.seen.at
        begun = way.begun.take(rows.twin)
        start = np.where(begun.start < now, begun.start, NEVER)
        return pursued(
            way.node, now, start, begun.due, begun.reached if is_counted(way.node) else None
        )

    def _people(self, rows: Rows) -> tuple[Ints, Rows]:
        """The people and moments that rows are about, each once, and which of them every row is."""
        walk = self.walk
        if len(rows) == walk.size and (rows.seen.at == walk.now).all():
            return walk.person, people_at(walk.twins, np.full(len(walk.twins), walk.now))
        pairs = np.stack([walk.person[rows.twin], rows.seen.at], axis=1)
        distinct, place = np.unique(pairs, axis=0, return_inverse=True)
        return place.ravel(), people_at(walk.twins[distinct[:, 0]], distinct[:, 1])
