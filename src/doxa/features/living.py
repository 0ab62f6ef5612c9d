"""Living state in columns: what goals and constraints are at the moment each row may read.

Progress, deadlines and intervals are read from marks as `doxa.reading.goals` and
`doxa.reading.intervals` read them for one person. Of a constraint the newest word alone counts.
"""

from __future__ import annotations

from collections.abc import Callable

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
        self._formed = _inherited(self.forest, self._own_formed)

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

    def _own_forming(self, name: str) -> tuple[Ints, Ints, Ints, Ints]:
        """Twin, moment, order and compared fields of what first formed a goal, by twin."""
        marks, signals = self._of(name, Role.WANTED), self.past.signals
        at, order = signals.at[marks.row], signals.order[marks.row]
        twin = signals.twin[marks.row]
        sort = np.lexsort((marks.same, order, at, twin))
        first = sort[np.unique(twin[sort], return_index=True)[1]]
        return twin[first], at[first], order[first], marks.same[first]

    def _start(self, name: str, rows: Rows) -> tuple[Ints, Ints, Ints]:
        """When the goal of each row's person formed, if before the row; and what it compares."""
        return self._started(self._formed[self.goals.index(name)], rows)

    def _started(self, formed: _Formed, rows: Rows) -> tuple[Ints, Ints, Ints]:
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

    def _reached(self, name: str, rows: Rows, start: tuple[Ints, Ints, Ints]) -> Reached:
        """What was done towards a goal since it formed."""
        done = self.map.nodes[name].done
        assert done is not None
        marks, signals = self._of(name, Role.DONE), self.past.signals
        twin = signals.twin[marks.row]
        at, order = signals.at[marks.row], signals.order[marks.row]
        owner, begun, _, _ = self._formed[self.goals.index(name)]
        place = np.minimum(np.searchsorted(owner, twin), max(len(owner) - 1, 0))
        if len(owner):
            kept = np.flatnonzero((owner[place] == twin) & (at >= begun[place]))
        else:
            kept = np.zeros(0, dtype=np.int64)
        group, wanted = groups_of(
            [twin[kept], marks.same[kept]], [rows.twin, start[2] if done.same else rows.twin * 0]
        )
        sort = np.lexsort((marks.amount[kept], order[kept], at[kept], group))
        chosen = kept[sort]
        if not len(chosen):
            return Reached.none(len(rows))
        timeline = Timeline.of(
            group[sort], at[chosen], order[chosen], int(group.max(initial=-1)) + 1
        )
        after = timeline.before(wanted, rows.seen.at, rows.seen.order, strictly=True)
        first = timeline.starts[np.maximum(wanted, 0)]
        some = (wanted >= 0) & (after > first)
        newest, begin = np.where(some, after - 1, 0), np.where(some, first, 0)
        amount = marks.amount[chosen]
        before = np.r_[0.0, np.cumsum(amount)]
        best = _running(amount, group[sort], better(done))[newest]
        return Reached(
            some,
            np.where(some, before[newest + 1] - before[begin], 0.0),
            amount[begin],
            best,
            np.where(some, at[chosen][newest], NEVER),
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


_Formed = tuple[Ints, Ints, Ints, Ints]


def _inherited(forest: Forest, own: list[_Formed]) -> list[_Formed]:
    """When goals formed: of their own, else with a goal they are part of, else with their first part."""
    found = list(own)
    for goal in forest.order:
        found[goal] = _else(found[goal], [found[above] for above in forest.parents(goal)])
    for goal in reversed(forest.order):
        found[goal] = _else(found[goal], [found[part] for part in forest.children(goal)])
    return found


def _else(own: _Formed, others: list[_Formed]) -> _Formed:
    """The first of what others say of people of whom nothing is known of one's own."""
    if not others:
        return own
    twin, at, order, same = (np.concatenate(columns) for columns in zip(*others, strict=True))
    sort = np.lexsort((order, at, twin))
    sort = sort[~np.isin(twin[sort], own[0])]
    first = sort[np.unique(twin[sort], return_index=True)[1]]
    both = [
        np.concatenate([mine, theirs[first]])
        for mine, theirs in zip(own, (twin, at, order, same), strict=True)
    ]
    by_twin = np.argsort(both[0], kind="stable")
    return both[0][by_twin], both[1][by_twin], both[2][by_twin], both[3][by_twin]


def _running(amount: Floats, group: Ints, best: np.ufunc) -> Floats:
    """The best so far within each group."""
    found = amount.copy()
    for start, end in zip(*_bounds(group), strict=True):
        found[start:end] = best.accumulate(amount[start:end])
    return found


def _bounds(group: Ints) -> tuple[list[int], list[int]]:
    cuts = np.flatnonzero(np.diff(group)) + 1
    return [0, *cuts.tolist()], [*cuts.tolist(), len(group)]


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
