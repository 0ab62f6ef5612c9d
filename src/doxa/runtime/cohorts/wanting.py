"""Tests of goals as living state: those who want something are read one by one, and only where asked."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

import numpy as np

from doxa.beliefmap.cohorts.tree import OfGoal
from doxa.beliefmap.derived import per_map
from doxa.beliefmap.model import BeliefMap, Node, Operator
from doxa.beliefmap.open_nodes import nodes_of
from doxa.beliefmap.payloads import Bools
from doxa.domain.node import NodeKind
from doxa.reading.goals.status import GoalStatus
from doxa.reading.opinion import Opinion
from doxa.runtime.cohorts.part import Part, compared
from doxa.runtime.frozen import Frozen
from doxa.runtime.graph.graph import declared_edges
from doxa.runtime.living.goals import Goal, goals
from doxa.state.entries import entry_of_key, node_of


@dataclass(frozen=True, slots=True)
class Wanting:
    """The goals of some people.

    Attributes
    ----------
    part : Part
    frozen : callable
        The twin at a place of the part, with the opinions given, as it is read alone.
    """

    part: Part
    frozen: Callable[[int, Mapping[tuple[str, int], Opinion]], Frozen]
    _read: dict[int, tuple[Goal, ...]] = field(default_factory=dict)

    def of_goal(self, test: OfGoal, asked: Bools) -> Bools:
        """Who passes a test of goals; nobody passes who is not asked.

        Who never said, did or claimed anything about a goal has all of them unmet: nothing else
        needs to be read of them.
        """
        found = asked & self._idle(test)
        busy = asked & self._busy()
        self._look_at(busy)
        for place in np.flatnonzero(busy).tolist():
            found[place] = self._passes(test, place)
        return found

    def _look_at(self, busy: Bools) -> None:
        """Read the goals of those who were not looked at yet: opinions all at once."""
        fresh = busy.copy()
        fresh[list(self._read)] = False
        if not fresh.any():
            return
        known = self.part.opinions(_nodes_of_goals(self.part.belief_map), fresh)
        for place, told in known.items():
            self._read[place] = goals(self.frozen(place, told))

    def _passes(self, test: OfGoal, place: int) -> bool:
        told = [each for each in self._read[place] if _asks(test, each)]
        alone = test.node is not None and not test.anyone
        return _some(test, told) if told or not alone else _unmet_passes(test)

    def _idle(self, test: OfGoal) -> Bools:
        """Who passes with every goal unmet."""
        keys = self.part.keys
        if test.anyone or not _unmet_passes(test):
            return np.zeros(len(keys), dtype=bool)
        if test.node is not None:
            return np.ones(len(keys), dtype=bool)
        return self.part.single_seen(NodeKind.GOAL) > 0

    def _busy(self) -> Bools:
        """Whose evidence or claims, those that count no more among them, speak of any goal."""
        part = self.part
        state, nodes = part.folded.state, nodes_of(part.belief_map)
        wants = np.zeros(len(state.entries), dtype=bool)
        for name, code in state.entries.items():
            node = nodes.get(node_of(name))
            wants[code] = node is not None and node.kind is NodeKind.GOAL
        told = [
            *(cells.twin[wants[entry_of_key(cells.member)]] for cells in state.tables.values()),
            state.claims.twin[wants[entry_of_key(state.claims.key)]],
        ]
        return np.isin(part.keys, np.concatenate(told))


@per_map
def _nodes_of_goals(belief_map: BeliefMap) -> tuple[Node, ...]:
    """The goals, what they are done by, and what moves or blocks them."""
    nodes = nodes_of(belief_map)
    wants = [node for node in nodes.values() if node.kind is NodeKind.GOAL]
    names = [node.name for node in wants]
    names += [node.done.node.node for node in wants if node.done and node.done.node]
    names += [edge.source.node for edge in declared_edges(belief_map) if edge.target.node in names]
    return tuple(nodes[name] for name in dict.fromkeys(names))


def _asks(test: OfGoal, goal: Goal) -> bool:
    if test.node is None:
        return True
    if test.anyone:
        return goal.node.node == test.node.node
    return goal.node == test.node


def _some(test: OfGoal, told: Iterable[Goal]) -> bool:
    return any(_passed(test, getattr(each, test.facet)) for each in told)


def _passed(test: OfGoal, found: str | float | None) -> bool:
    if test.facet == "status":
        return (found in test.values) is (test.operator is Operator.IN)
    number = math.nan if found is None else float(found)
    return bool(compared(np.array([number]), test.operator, test.values)[0])


def _unmet_passes(test: OfGoal) -> bool:
    """Whether a goal that nobody spoke of passes: it has no progress, and nothing moves it."""
    unmet = {"status": GoalStatus.UNMET.value, "progress": None}
    return _passed(test, unmet.get(test.facet, 0.0))
