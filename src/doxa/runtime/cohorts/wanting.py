"""Tests of goals as living state: those who want something are read one by one, and only where asked."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

import numpy as np

from doxa.beliefmap.cohorts.tree import OfGoal
from doxa.beliefmap.model import Operator
from doxa.beliefmap.open_nodes import nodes_of
from doxa.beliefmap.payloads import Bools
from doxa.domain.node import NodeKind
from doxa.reading.goals.status import GoalStatus
from doxa.runtime.cohorts.part import Part, compared
from doxa.runtime.frozen import Frozen
from doxa.runtime.living.goals import Goal, goals
from doxa.state.entries import entry_of_key, node_of


@dataclass(frozen=True, slots=True)
class Wanting:
    """The goals of some people.

    Attributes
    ----------
    part : Part
    frozen : callable
        The twin at a place of the part, as it is read alone.
    """

    part: Part
    frozen: Callable[[int], Frozen]
    _read: dict[int, tuple[Goal, ...]] = field(default_factory=dict)

    def of_goal(self, test: OfGoal, asked: Bools) -> Bools:
        """Who passes a test of goals; nobody passes who is not asked.

        Who never said, did or claimed anything about a goal has all of them unmet: nothing else
        needs to be read of them.
        """
        found = asked & self._idle(test)
        for place in np.flatnonzero(asked & self._busy()).tolist():
            found[place] = self._passes(test, place)
        return found

    def _passes(self, test: OfGoal, place: int) -> bool:
        if place not in self._read:
            self._read[place] = goals(self.frozen(place))
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
