"""Living state in columns: what goals and constraints are at the moment each row may read.

Progress, deadlines and intervals are read from marks as `doxa.reading.goals` and
`doxa.reading.intervals` read them for one person. Of a constraint the newest word alone counts.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from doxa.beliefmap.columns import Floats, Ints
from doxa.beliefmap.marking import FOREVER, Role, timed_nodes
from doxa.beliefmap.model import BeliefMap, Done
from doxa.beliefmap.payloads import Bools
from doxa.domain.clock import DAY, Clock
from doxa.domain.node import NodeKind
from doxa.features.events import groups_of
from doxa.features.marks import MarkColumns, marked_nodes
from doxa.features.past import Past
from doxa.features.rows import Rows
from doxa.reading.goals.forest import Forest
from doxa.reading.goals.progress import is_limit, scale_of
from doxa.state.timeline import Timeline

_NEVER = np.iinfo(np.int64).max


@dataclass(frozen=True, slots=True)
class Pursuit:
    """A goal as n rows see it.

    Attributes
    ----------
    formed : bool[n]
    progress : float64[n]
        In [0, 1]; NaN where nothing tells it.
    since : float64[n]
        Half-lives since the last milestone; NaN without any.
    due : float64[n]
        Half-lives to the deadline, negative when past; NaN without one.
    """

    formed: Bools
    progress: Floats
    since: Floats
    due: Floats


@dataclass(frozen=True, slots=True)
class Binding:
    """A constraint as n rows see it.

    Attributes
    ----------
    active : bool[n]
    left : float64[n]
        Days (positions) until it ends where it is active; NaN where it is not, or has no end.
    """

    active: Bools
    left: Floats


class Living:
    """Indexes the marks of a past, and reads its single goals and constraints for any rows."""

    def __init__(self, past: Past) -> None:
        self.past = past
        self.map = past.map
        names = marked_nodes(self.map)
        self.place = {name: place for place, name in enumerate(names)}
        self.goals = [n for n in names if self.map.nodes[n].kind is NodeKind.GOAL]
        self.forest = forest_of(self.map, self.goals)
        self._formed = _inherited(self.forest, [self._own_forming(name) for name in self.goals])

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
        found = {goal: self._own(goal, rows) for goal in self.below(name)}
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
        marks = self._of(name, Role.OPENS, Role.CLOSES)
        newest = self._newest(marks, rows)
        known = newest >= 0
        opens = known & (_at(marks.role, newest) == Role.OPENS)
        now, ends = rows.seen.at, _at(marks.ends, newest)
        active = opens & (_at(marks.begins, newest) <= now) & (now < ends)
        unit = float(DAY) if self.map.clock is Clock.TIME else 1.0
        left = np.where(active & (ends < FOREVER), ends - now, np.nan) / unit
        return Binding(active, left)

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
        formed = start[0] < _NEVER
        scale = scale_of(node)
        due = self._deadline(name, rows)
        length = np.maximum(due - start[0], 1)
        elapsed = np.where(due == _NEVER, np.nan, np.clip((rows.seen.at - start[0]) / length, 0, 1))
        progress, last = np.full(len(rows), np.nan), np.full(len(rows), _NEVER)
        if node.done is not None and node.done.kind is not None:
            progress, last = self._advance(name, node.done, rows, start, elapsed)
        since = np.where(formed & (last < _NEVER), (rows.seen.at - last) / scale, np.nan)
        remains = np.where(due < _NEVER, (due - rows.seen.at) / scale, np.nan)
        return Pursuit(formed, np.where(formed, progress, np.nan), since, remains)

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
        twin, at, order, same = self._formed[self.goals.index(name)]
        if not len(twin):
            never = np.full(len(rows), _NEVER)
            return never, never, np.zeros(len(rows), dtype=np.int64)
        place = np.minimum(np.searchsorted(twin, rows.twin), len(twin) - 1)
        met = twin[place] == rows.twin
        seen = (at[place] < rows.seen.at) | (
            (at[place] == rows.seen.at) & (order[place] < rows.seen.order)
        )
        known = met & seen
        return (
            np.where(known, at[place], _NEVER),
            np.where(known, order[place], _NEVER),
            np.where(known, same[place], 0),
        )

    def _deadline(self, name: str, rows: Rows) -> Ints:
        marks = self._of(name, Role.DUE)
        newest = self._newest(marks, rows)
        return np.where(newest >= 0, _at(marks.ends, newest), _NEVER)

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

    def _advance(
        self, name: str, done: Done, rows: Rows, start: tuple[Ints, Ints, Ints], elapsed: Floats
    ) -> tuple[Floats, Ints]:
        """Progress, and the moment of the last milestone, by what was done since the goal formed."""
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
        timeline = Timeline.of(
            group[sort], at[chosen], order[chosen], int(group.max(initial=-1)) + 1
        )
        after = timeline.before(wanted, rows.seen.at, rows.seen.order, strictly=True)
        first = timeline.starts[np.maximum(wanted, 0)]
        some = (wanted >= 0) & (after > first)
        newest = np.where(some, after - 1, 0)
        amount = marks.amount[chosen]
        progress = _reached(done, amount, group[sort], first, newest, some, elapsed)
        limit = is_limit(done)
        last = np.where(some & (not limit), np.r_[at[chosen], _NEVER][newest], _NEVER)
        return progress, last


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


def _reached(
    done: Done,
    amount: Floats,
    group: Ints,
    first: Ints,
    newest: Ints,
    some: Bools,
    elapsed: Floats,
) -> Floats:
    """Progress of each row by the marks ``first..newest`` of its group, as `reached` reads them."""
    if not len(amount):
        amount, group, first = np.zeros(1), np.zeros(1, dtype=np.int64), np.zeros_like(first)
    if done.target == "happens":
        return some.astype(np.float64)
    if done.target == "value":
        return np.where(some, _towards(done, amount, group, first, newest), 0.0)
    before = np.r_[0.0, np.cumsum(amount)]
    total = np.where(some, before[newest + 1] - before[first], 0.0)
    if done.at_most is not None:
        return np.where(total > done.at_most, 0.0, elapsed)
    return _share(total, done.at_least or 0.0)


def _towards(done: Done, amount: Floats, group: Ints, first: Ints, newest: Ints) -> Floats:
    if done.at_most is not None:
        lowest = _running(amount, group, np.minimum)[newest]
        begin = amount[np.minimum(first, len(amount) - 1)]
        way = np.maximum(begin - done.at_most, 1e-300)
        return np.where(lowest <= done.at_most, 1.0, (begin - lowest) / way)
    best = _running(amount, group, np.maximum)[newest]
    if done.above is not None:
        before = np.minimum(_share(best, done.above), float(np.nextafter(1.0, 0.0)))
        return np.where(best > done.above, 1.0, before)
    return _share(best, done.at_least or 0.0)


def _running(amount: Floats, group: Ints, best: np.ufunc) -> Floats:
    """The best so far within each group."""
    found = amount.copy()
    for start, end in zip(*_bounds(group), strict=True):
        found[start:end] = best.accumulate(amount[start:end])
    return found


def _bounds(group: Ints) -> tuple[list[int], list[int]]:
    cuts = np.flatnonzero(np.diff(group)) + 1
    return [0, *cuts.tolist()], [*cuts.tolist(), len(group)]


def _share(got: Floats, needed: float) -> Floats:
    if needed <= 0:
        return (got >= needed).astype(np.float64)
    return np.clip(got / needed, 0.0, 1.0)


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
