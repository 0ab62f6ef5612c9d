"""Living state in columns: what goals and constraints are at the moment each row may read.

Progress, deadlines and intervals are read from marks as `doxa.reading.goals` and
`doxa.reading.intervals` read them for one person. Of a constraint the newest word alone counts.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeAlias

import numpy as np

from doxa.beliefmap.columns import Floats, Ints
from doxa.beliefmap.marking import Role, timed_nodes
from doxa.beliefmap.model import BeliefMap
from doxa.domain.node import NodeKind
from doxa.features.events import groups_of
from doxa.features.marks import MarkColumns, marked_nodes
from doxa.features.past import Past
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
from doxa.reading.goals.forest import Forest
from doxa.state.timeline import Timeline

Formed: TypeAlias = tuple[Ints, Ints, Ints, Ints]
"""Twin, moment, order and compared fields of what formed a goal, by twin."""
Started: TypeAlias = tuple[Ints, Ints, Ints]
"""Of rows: when a goal formed (moment and order, `NEVER` where it had not), and compared fields."""


class Living:
    """Indexes the marks of a past, and reads its single goals and constraints for any rows."""

    def __init__(self, past: Past) -> None:
        self.past = past
        self.map = past.map
        names = marked_nodes(self.map)
        self.place = {name: place for place, name in enumerate(names)}
        self.goals = [n for n in names if self.map.nodes[n].kind is NodeKind.GOAL]
        self.forest = forest_of(self.map, self.goals)
        self._own_formed = [self._own_forming(name) for name in self.goals]

    def has_columns(self, name: str) -> bool:
        """Whether marks tell more of a goal or constraint than its evidence does."""
        if name not in self.place:
            return False
        node = self.map.nodes[name]
        if node.kind is NodeKind.CONSTRAINT:
            return node.name in timed_nodes(self.map)
        dated = any(rule.deadline is not None for rule in self.map.rules if rule.node == name)
        own = node.done is not None and node.done.kind is not None
        parts = self.forest.children(self.goals.index(name))
        return own or dated or node.deadline is not None or bool(parts)

    def pursuit(self, name: str, rows: Rows) -> Pursuit:
        """One goal at the moments of some rows; of a goal without `done` the mean of its parts."""
        return self.together(name, lambda goal: self._own(goal, rows))

    def together(self, name: str, own: Callable[[str], Pursuit]) -> Pursuit:
        """One goal from what each that it is made of is by itself."""
        found = {goal: own(goal) for goal in self.below(name)}
        for goal in reversed(self.below(name)):
            place = self.goals.index(goal)
            parts = [self.goals[part] for part in self.forest.children(place)]
            if parts and self.map.nodes[goal].done is None:
                found[goal] = _rolled_up(
                    found[goal], [found[p] for p in parts], self._values(parts)
                )
        return found[name]

    def constraint(self, name: str, rows: Rows) -> Binding:
        """One constraint at the moments of some rows, by what was said of it last."""
        return bound(self.spoken(name, rows), rows.seen.at, self.map.clock)

    def below(self, name: str) -> list[str]:
        """A goal and everything it is made of, parents before children; a constraint alone."""
        if name not in self.goals:
            return [name]
        wanted = {self.goals.index(name)}
        for place in self.forest.order:
            if place in wanted:
                wanted.update(self.forest.children(place))
        return [self.goals[place] for place in self.forest.order if place in wanted]

    def _values(self, names: list[str]) -> Floats:
        own = [self.map.nodes[name].value for name in names]
        return np.array([1.0 if value is None else value for value in own])

    def _own(self, name: str, rows: Rows) -> Pursuit:
        node = self.map.nodes[name]
        start = self._start(name, rows)
        due = self._deadline(name, rows)
        reached = self._reached(name, rows, start) if is_counted(node) else None
        return pursued(node, rows.seen.at, start[0], due, reached)

    def begun(self, name: str, rows: Rows) -> Begun:
        """What marks tell of one goal by itself, for people who are run forward from some rows."""
        own = self._started(self._own_formed[self.goals.index(name)], rows)
        start = self._start(name, rows)
        node = self.map.nodes[name]
        reached = self._reached(name, rows, start) if is_counted(node) else Reached.none(len(rows))
        marks = self._of(name, Role.DUE)
        newest = self._newest(marks, rows)
        told = np.where(newest >= 0, _at(self.past.signals.at[marks.row], newest), -NEVER)
        due = np.where(newest >= 0, _at(marks.ends, newest), NEVER)
        return Begun(own[0], own[2], start[0], start[2], told, due, reached)

    def spoken(self, name: str, rows: Rows) -> Spoken:
        """What was said last of one constraint, for people who are run forward from some rows."""
        marks = self._of(name, Role.OPENS, Role.CLOSES)
        newest = self._newest(marks, rows)
        known = newest >= 0
        return Spoken(
            np.where(known, _at(self.past.signals.at[marks.row], newest), -NEVER),
            known & (_at(marks.role, newest) == Role.OPENS),
            _at(marks.begins, newest),
            _at(marks.ends, newest),
        )

    def _of(self, name: str, *roles: Role) -> MarkColumns:
        marks = self.past.marks
        return marks.take(
            np.flatnonzero((marks.node == self.place[name]) & np.isin(marks.role, roles))
        )

    def _own_forming(self, name: str) -> Formed:
        """Twin, moment, order and compared fields of what first formed a goal, by twin."""
        marks, signals = self._of(name, Role.WANTED), self.past.signals
        at, order = signals.at[marks.row], signals.order[marks.row]
        twin = signals.twin[marks.row]
        sort = np.lexsort((marks.same, order, at, twin))
        first = sort[np.unique(twin[sort], return_index=True)[1]]
        return twin[first], at[first], order[first], marks.same[first]

    def _start(self, name: str, rows: Rows) -> Started:
        """When the goal of each row's person had formed by the row; and what it compares.

        Of its own, else with a goal it is part of, else with its first part.
        """
        found = [self._started(formed, rows) for formed in self._own_formed]
        for goal in self.forest.order:
            found[goal] = _else(found[goal], [found[above] for above in self.forest.parents(goal)])
        for goal in reversed(self.forest.order):
            found[goal] = _else(found[goal], [found[part] for part in self.forest.children(goal)])
        return found[self.goals.index(name)]

    def _started(self, formed: Formed, rows: Rows) -> Started:
        twin, at, order, same = formed
        if not len(twin):
            never = np.full(len(rows), NEVER)
            return never, never, np.zeros(len(rows), dtype=np.int64)
        place = np.minimum(np.searchsorted(twin, rows.twin), len(twin) - 1)
        met = twin[place] == rows.twin
        seen = (at[place] < rows.seen.at) | (
            (at[place] == rows.seen.at) & (order[place] < rows.seen.order)
        )
        known = met & seen
        return (
            np.where(known, at[place], NEVER),
            np.where(known, order[place], NEVER),
            np.where(known, same[place], 0),
        )

    def _deadline(self, name: str, rows: Rows) -> Ints:
        marks = self._of(name, Role.DUE)
        newest = self._newest(marks, rows)
        return np.where(newest >= 0, _at(marks.ends, newest), NEVER)

    def _newest(self, marks: MarkColumns, rows: Rows) -> Ints:
        """The newest of some marks of each row's person before the row; -1 = none."""
        signals = self.past.signals
        group, wanted = groups_of([signals.twin[marks.row]], [rows.twin])
        at, order = signals.at[marks.row], signals.order[marks.row]
        sort = np.lexsort((marks.role, marks.ends, order, at, group))
        timeline = Timeline.of(group[sort], at[sort], order[sort], int(group.max(initial=-1)) + 1)
        after = timeline.before(wanted, rows.seen.at, rows.seen.order, strictly=True)
        known = (wanted >= 0) & (after > timeline.starts[np.maximum(wanted, 0)])
        return np.where(known, np.r_[sort, -1][np.where(known, after - 1, -1)], -1)

    def _reached(self, name: str, rows: Rows, start: Started) -> Reached:
        """What was done towards a goal since it formed."""
        done = self.map.nodes[name].done
        assert done is not None
        marks, signals = self._of(name, Role.DONE), self.past.signals
        twin = signals.twin[marks.row]
        at, order = signals.at[marks.row], signals.order[marks.row]
        same = start[2] if done.same else rows.twin * 0
        group, wanted = groups_of([twin, marks.same], [rows.twin, same])
        sort = np.lexsort((marks.amount, order, at, group))
        if not len(sort):
            return Reached.none(len(rows))
        timeline = Timeline.of(group[sort], at[sort], order[sort], int(group.max(initial=-1)) + 1)
        end = timeline.before(wanted, rows.seen.at, rows.seen.order, strictly=True)
        begin = timeline.before(wanted, start[0], strictly=True)
        some = (wanted >= 0) & (end > begin)
        newest, begin = np.where(some, end - 1, 0), np.where(some, begin, 0)
        amount = marks.amount[sort]
        before = np.r_[0.0, np.cumsum(amount)]
        return Reached(
            some,
            np.where(some, before[newest + 1] - before[begin], 0.0),
            amount[begin],
            _best(amount, begin, newest, better(done)),
            np.where(some, at[sort][newest], NEVER),
        )


def forest_of(belief_map: BeliefMap, goals: list[str]) -> Forest:
    """How the single goals of a map hang together."""
    place = {name: number for number, name in enumerate(goals)}
    pairs = {
        (place[name], place[parent]): None
        for name in goals
        if (parent := belief_map.nodes[name].part_of) in place and parent is not None
    }
    for edge in belief_map.edges:
        if edge.kind == "part_of" and edge.source.node in place and edge.target.node in place:
            pairs[place[edge.source.node], place[edge.target.node]] = None
    return Forest.of(len(goals), list(pairs))


def _else(own: Started, others: Sequence[Started]) -> Started:
    """The first of what others say on rows on which nothing is known of one's own."""
    at, order, same = own
    unknown = at == NEVER
    for other in others:
        first = (other[0] < at) | ((other[0] == at) & (other[1] < order))
        kept = unknown & first
        at, order, same = (
            np.where(kept, theirs, mine)
            for theirs, mine in zip(other, (at, order, same), strict=True)
        )
    return at, order, same


def _best(amount: Floats, begin: Ints, newest: Ints, best: np.ufunc) -> Floats:
    """The best of the amounts from one place to another, both in, float64[n]."""
    spans, place = np.unique(np.stack([begin, newest + 1], axis=1), axis=0, return_inverse=True)
    found = best.reduceat(np.r_[amount, 0.0], spans.ravel())[::2]
    return np.asarray(found[place.ravel()])


def _rolled_up(own: Pursuit, parts: list[Pursuit], values: Floats) -> Pursuit:
    """A goal by its parts: mean progress by value of those that are known, the latest milestone."""
    table = np.stack([part.progress for part in parts], axis=1)
    known = ~np.isnan(table)
    weight = known * values
    total = weight.sum(axis=1)
    mean = (np.where(known, table, 0.0) * weight).sum(axis=1) / np.maximum(total, 1e-300)
    since = np.stack([part.since for part in parts], axis=1)
    there = ~np.isnan(since).all(axis=1)
    latest = np.where(there, np.where(np.isnan(since), np.inf, since).min(axis=1), np.nan)
    return Pursuit(own.formed, np.where(total > 0, mean, np.nan), latest, own.due)


def _at(values: Ints, place: Ints) -> Ints:
    """Values at some places; whatever there is where the place is -1."""
    return np.asarray(np.r_[values, 0][place])
