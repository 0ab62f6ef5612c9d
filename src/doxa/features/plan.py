"""Which nodes a head reads for an outcome, and at which member."""

from __future__ import annotations

import msgspec

from doxa.beliefmap.model import BeliefMap, Outcome
from doxa.beliefmap.names import listed, nearest
from doxa.domain.evidence import EvidenceKind
from doxa.errors import UnknownName
from doxa.features.known import field_of

SMALLEST_CALENDAR = 7
"""Windows of at least so many days see every weekday: the weekday says nothing about them."""


MOST_APART = 8
"""Of more members than this a head weighs what they share, and each one's level."""


class Reading(msgspec.Struct, frozen=True):
    """One node read for a row: at the row's member, or for the person as a whole."""

    node: str
    kind: EvidenceKind
    by_member: bool
    pooled: bool = False
    """A family read for the person as a whole, over all its members."""
    field: str | None = None
    """A family read at the members that this known field of the asking signal names."""


def outcome_named(belief_map: BeliefMap, name: str) -> Outcome:
    """The outcome of that name, or `UnknownName` with those there are."""
    if name not in belief_map.outcomes:
        raise UnknownName(
            f"the map declares no outcome {name!r}",
            expected=f"one of {listed(belief_map.outcomes)}"
            if belief_map.outcomes
            else "an outcome in the map",
            hint=nearest(name, belief_map.outcomes),
        )
    return belief_map.outcomes[name]


def members_apart(outcome: Outcome) -> tuple[str, ...]:
    """The members that a head may weigh everything for apart: a few, named by the map.

    Examples
    --------
    >>> from doxa.beliefmap.model import Items, Target
    >>> few = Outcome(name="feels", target=Target.VALUE, kind="told", items=Items(names=("sad", "glad")))
    >>> members_apart(few)
    ('sad', 'glad')
    """
    names = outcome.items.names if outcome.items else ()
    return names if len(names) <= MOST_APART else ()


def readings_of(belief_map: BeliefMap, outcome: Outcome) -> tuple[Reading, ...]:
    """Every node with evidence: single nodes as they are, families as far as the outcome asks.

    A family whose one dimension is the outcome's `of` is read at the member asked for, one whose
    dimension a known field names at the members that field names; an outcome without `of` reads
    every other family as a whole, one with `of` no other.
    """
    found = []
    for node in belief_map.nodes.values():
        if node.evidence is None:
            continue
        if not node.dimensions:
            found.append(Reading(node.name, node.evidence, by_member=False))
        elif node.dimensions == (outcome.of,):
            found.append(Reading(node.name, node.evidence, by_member=True))
        elif len(node.dimensions) == 1 and (field := field_of(outcome, node.dimensions[0])):
            found.append(Reading(node.name, node.evidence, by_member=True, field=field))
        elif outcome.of is None:
            found.append(Reading(node.name, node.evidence, by_member=False, pooled=True))
    return tuple(found)
