"""What is known of each goal of one person: from its evidence, marks, claims and neighbours."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np

from doxa.beliefmap.columns import Floats, Ints
from doxa.beliefmap.marking import Role
from doxa.beliefmap.model import Done, Edge, Node
from doxa.beliefmap.open_nodes import nodes_of
from doxa.domain.claim import is_open
from doxa.domain.evidence import Channel, EvidenceKind
from doxa.domain.node import Address, NodeKind
from doxa.reading.goals.forest import Own
from doxa.reading.goals.progress import believed, broken, is_limit, reached, scale_of
from doxa.reading.goals.status import Facts
from doxa.reading.intervals import HALF
from doxa.runtime.frozen import Frozen
from doxa.runtime.graph.graph import declared_edges, joins
from doxa.runtime.held import held, opinion_at
from doxa.runtime.living.family import Family
from doxa.state.claims import spans
from doxa.state.entries import keyed
from doxa.types import Moment

_MOVES, _BLOCKS = "motivates", "blocks"
_DONE_NOT_SAID = (EvidenceKind.OCCURRENCE, EvidenceKind.VALUE)
"""Goals that are read from what people do: they form with the first of it."""


@dataclass(slots=True)
class GoalFacts:
    """Facts of all goals of a family, by place.

    Attributes
    ----------
    formed : list of int or None
        When the person took a goal up: by its own evidence, else with what it is part of, else
        with the first of its parts.
    deadlines : list of int or None
    """

    frozen: Frozen
    family: Family
    formed: list[Moment | None] = field(init=False)
    deadlines: list[Moment | None] = field(init=False)
    _place: dict[Address, int] = field(init=False)
    _blockers: list[tuple[str, ...]] = field(init=False)

    def __post_init__(self) -> None:
        goals = self.family.goals
        self._place = {each.node: place for place, each in enumerate(goals)}
        forest = self.family.forest
        self.formed = [self._own_forming(each.node) for each in goals]
        for order, around in (
            (forest.order, forest.parents),
            (forest.order[::-1], forest.children),
        ):
            for place in order:
                known = [when for each in around(place) if (when := self.formed[each]) is not None]
                if self.formed[place] is None:
                    self.formed[place] = min(known, default=None)
        self.deadlines = [self._deadline(each.node) for each in goals]
        self._blockers = [() for _ in goals]

    def own(self, progress: Floats | None) -> Own:
        """What every goal has of its own.

        Parameters
        ----------
        progress : float64[g], optional
            Of all goals, for those that move or block one another; left out, nothing does.
        """
        size = len(self.family.goals)
        columns = {name: np.full(size, math.nan) for name in ("c", "p", "e", "d")}
        value, blocked = np.ones(size), np.zeros(size)
        for place, each in enumerate(self.family.goals):
            node = self._node(each.node)
            if each.met:
                columns["c"][place] = each.opinion.credence
            columns["p"][place] = self._progress(place)
            value[place] = 1.0 if node.value is None else node.value
            due = self.deadlines[place]
            if due is not None:
                columns["d"][place] = (due - self.frozen.now) / scale_of(node)
            if progress is not None:
                columns["e"][place] = self._expectancy(each.node, progress)
                blocked[place], self._blockers[place] = self._blocked(each.node, progress)
        return Own(columns["c"], value, columns["p"], columns["e"], blocked, columns["d"])

    def milestones(self) -> list[Moment | None]:
        """When each goal, or a part of it, last advanced."""
        last = [self._last_mark(place) for place in range(len(self.family.goals))]
        for place in reversed(self.family.forest.order):
            parts = [last[each] for each in self.family.forest.children(place)]
            known = [each for each in (last[place], *parts) if each is not None]
            last[place] = max(known, default=None)
        return last

    def judged_by(self, place: int, progress: float | None, milestone: Moment | None) -> Facts:
        """What the status of one goal follows from."""
        each = self.family.goals[place]
        node, now = self._node(each.node), self.frozen.now
        spoken, given_up = self._spoken(place)
        heard = [moment for moment in (spoken, milestone) if moment is not None]
        due = self.deadlines[place]
        return Facts(
            wanted=self.formed[place] is not None,
            progress=progress,
            broken=node.done is not None
            and is_limit(node.done)
            and broken(node.done, self._amounts(place)[1]),
            given_up=given_up,
            silent=(now - max(heard)) / scale_of(node) if heard else 0.0,
            moved=None if milestone is None else (now - milestone) / scale_of(node),
            overdue=due is not None and due <= now,
            blockers=self._blockers[place],
        )

    def _spoken(self, place: int) -> tuple[Moment | None, bool]:
        """When a goal was last spoken of, and whether to give it up: itself, else its parents."""
        each = self.family.goals[place]
        if each.met:
            return each.opinion.newest, each.opinion.truth == "false"
        above = [self._spoken(parent) for parent in self.family.forest.parents(place)]
        newest = max((when for when, _ in above if when is not None), default=None)
        return newest, bool(above) and all(given_up for _, given_up in above)

    def _node(self, address: Address) -> Node:
        return nodes_of(self.frozen.belief_map)[address.node]

    def _marks(self, address: Address, role: Role) -> Ints:
        """Rows of visible marks about one goal; those that advance it are told by node alone."""
        folded, marks = self.frozen.folded, self.frozen.folded.state.marks
        rows = (marks.entry == folded.state.entries[address.node]) & (marks.role == role)
        rows &= self.frozen.voices.visible[marks.source]
        if role is not Role.DONE:
            rows &= marks.member == folded.members.code(address.node, address.member)
        return np.flatnonzero(rows)

    def _own_forming(self, address: Address) -> Moment | None:
        marks = self.frozen.folded.state.marks
        found = marks.at[self._marks(address, Role.WANTED)].tolist()
        told = min([*found, *self._claimed(address)], default=None)
        if told is None and self._node(address).evidence in _DONE_NOT_SAID:
            place = self._place[address]
            return self.family.goals[place].opinion.first
        return told

    def _claimed(self, address: Address) -> Iterator[Moment]:
        """Since when claims say that the person wants it."""
        folded = self.frozen.folded
        claims = folded.state.claims
        member = folded.members.code(address.node, address.member)
        visible = self.frozen.voices.visible
        rows = claims.key == keyed(folded.state.entries[address.node], member)
        rows &= (claims.channel == Channel.FOR) & visible[claims.source]
        begins = spans(claims, visible).begins[rows]
        yield from begins[begins <= self.frozen.now].tolist()

    def _deadline(self, address: Address) -> Moment | None:
        """The one said last."""
        rows = self._marks(address, Role.DUE)
        return int(self.frozen.folded.state.marks.ends[rows[-1]]) if len(rows) else None

    def _progress(self, place: int) -> float:
        address = self.family.goals[place].node
        done = self._node(address).done
        if done is None:
            return math.nan
        if done.node is not None:
            return math.nan if self.formed[place] is None else self._believed(done, address)
        formed = self.formed[place]
        if formed is None:
            return math.nan
        _, amounts = self._amounts(place)
        return reached(done, amounts, self._elapsed(place, formed))

    def _elapsed(self, place: int, formed: Moment) -> float:
        due = self.deadlines[place]
        if due is None:
            return math.nan
        return 1.0 if due <= formed else min((self.frozen.now - formed) / (due - formed), 1.0)

    def _believed(self, done: Done, address: Address) -> float:
        assert done.node is not None
        dimensions = self.frozen.belief_map.nodes[done.node.node].dimensions
        own = dict(zip(self._node(address).dimensions, address.member, strict=True))
        member = done.node.member or tuple(own[name] for name in dimensions)
        opinion = opinion_at(self.frozen, Address(done.node.node, member))
        return believed(opinion.credence, opinion.base, done.above or 0.0)

    def _amounts(self, place: int) -> tuple[Ints, Floats]:
        """Moments and amounts of the marks that advance one goal since it formed, oldest first."""
        address, formed = self.family.goals[place].node, self.formed[place]
        done = self._node(address).done
        marks = self.frozen.folded.state.marks
        if done is None or done.kind is None or formed is None:
            return np.zeros(0, dtype=np.int64), np.zeros(0)
        wanted = self._same(done, address)
        rows = [
            row
            for row in self._marks(address, Role.DONE).tolist()
            if marks.at[row] >= formed and marks.fields[row] == wanted
        ]
        return marks.at[rows], marks.amount[rows]

    def _same(self, done: Done, address: Address) -> tuple[str, ...]:
        """What `same` asks for: the member's own dimensions, else what the forming signal said."""
        if not done.same:
            return ()
        marks = self.frozen.folded.state.marks
        rows = self._marks(address, Role.WANTED)
        said = marks.fields[rows[0]] if len(rows) else ("",) * len(done.same)
        own = dict(zip(self._node(address).dimensions, address.member, strict=True))
        return tuple(own.get(name, text) for name, text in zip(done.same, said, strict=True))

    def _last_mark(self, place: int) -> Moment | None:
        at, _ = self._amounts(place)
        done = self._node(self.family.goals[place].node).done
        if done is None or is_limit(done) or not len(at):
            return None
        return int(at[-1])

    def _expectancy(self, address: Address, progress: Floats) -> float:
        """What moves a goal, by weight: beliefs by credence, goals by how far they have come."""
        told = [
            (weight, found)
            for source, weight in self._neighbours(_MOVES, address)
            if (found := self._strength(source, progress, moves=True)) is not None
        ]
        if not told:
            return math.nan
        weights, strengths = zip(*told, strict=True)
        return float(np.average(strengths, weights=weights))

    def _blocked(self, address: Address, progress: Floats) -> tuple[float, tuple[str, ...]]:
        """How likely something is in the way, and what is likelier than not."""
        free, names = 1.0, []
        for source, weight in self._neighbours(_BLOCKS, address):
            found = self._strength(source, progress, moves=False)
            strength = min(weight, 1.0) * (found or 0.0)
            free *= 1 - strength
            if strength >= HALF:
                names.append(str(source))
        return 1 - free, tuple(names)

    def _strength(self, source: Address, progress: Floats, *, moves: bool) -> float | None:
        """How strongly a neighbour acts now; None where nothing is known of it.

        A goal moves by what is done of it, and is in the way by what is left of it. A constraint
        is in the way while it is active.
        """
        place = self._place.get(source)
        if place is not None:
            p = 0.0 if math.isnan(progress[place]) else float(progress[place])
            if moves:
                return p
            goal = self.family.goals[place]
            return goal.opinion.credence * (1 - p) if goal.met else None
        opinion = opinion_at(self.frozen, source)
        if not opinion.occasions:
            return None
        if self._node(source).kind is NodeKind.CONSTRAINT and not moves:
            return opinion.credence if opinion.active else 0.0
        return opinion.credence

    def _neighbours(self, kind: str, address: Address) -> Iterator[tuple[Address, float]]:
        """Nodes with an edge of a kind to a goal, each with its weight."""
        if is_open(address.node):
            return
        belief_map = self.frozen.belief_map
        for edge in declared_edges(belief_map):
            if edge.kind != kind or edge.target.node != address.node:
                continue
            for source in self._sources(edge, address):
                yield source, 1.0 if edge.weight is None else edge.weight

    def _sources(self, edge: Edge, address: Address) -> Iterator[Address]:
        belief_map = self.frozen.belief_map
        wanted = belief_map.nodes[edge.source.node].dimensions
        if edge.source.member or not wanted:
            if edge.target.member in ((), address.member):
                yield edge.source
            return
        known = (each.node for each in held(self.frozen) if each.node.node == edge.source.node)
        yield from (each for each in known if joins(belief_map, edge, each, address))
