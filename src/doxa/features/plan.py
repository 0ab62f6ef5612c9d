"""Which nodes a head reads for an outcome, and at which member."""

from __future__ import annotations

import msgspec

from doxa.beliefmap.model import BeliefMap, Node, Outcome
from doxa.domain.evidence import EvidenceKind
from doxa.errors import UnknownName

SMALLEST_CALENDAR = 7
"""Windows of at least so many days see every weekday: the weekday says nothing about them."""


class Reading(msgspec.Struct, frozen=True):
    """One node read for a row: at the row's member, or for the person as a whole."""

    node: str
    kind: EvidenceKind
    by_member: bool


def outcome_named(belief_map: BeliefMap, name: str) -> Outcome:
    """The outcome of that name, or `UnknownName` with those there are."""
    if name not in belief_map.outcomes:
        raise UnknownName(
            f"the map declares no outcome {name!r}",
            expected=", ".join(belief_map.outcomes) or "an outcome in the map",
        )
    return belief_map.outcomes[name]


def readings_of(belief_map: BeliefMap, outcome: Outcome) -> tuple[Reading, ...]:
    """Every node with evidence: families at the member asked for, single nodes as they are.

    A family is read only where its one dimension is the outcome's `of`.
    """
    found = []
    for node in belief_map.nodes.values():
        if node.evidence is None or not _is_met(node, outcome):
            continue
        found.append(Reading(node.name, node.evidence, bool(node.dimensions)))
    return tuple(found)


def _is_met(node: Node, outcome: Outcome) -> bool:
    return not node.dimensions or node.dimensions == (outcome.of,)
