"""The goals of one person that belong together: those met, and what they are part of."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from doxa.beliefmap.model import BeliefMap, Edge
from doxa.domain.claim import is_open
from doxa.domain.node import Address, NodeKind
from doxa.reading.goals.forest import Forest
from doxa.runtime.frozen import Frozen
from doxa.runtime.graph.graph import PART_OF, declared_edges, joins
from doxa.runtime.held import Held, held, native_opinion, says_of


@dataclass(frozen=True, slots=True)
class Family:
    """Goals of one person, and how they hang together.

    Attributes
    ----------
    goals : tuple of Held
    forest : Forest
        Over their places.
    """

    goals: tuple[Held, ...]
    forest: Forest


def family_of(frozen: Frozen) -> Family:
    """Every single goal, every member met, and the members that those are part of."""
    known = {each.node: each for each in held(frozen, NodeKind.GOAL)}
    edges = [edge for edge in declared_edges(frozen.belief_map) if edge.kind == PART_OF]
    waiting = list(known)
    pairs: dict[tuple[Address, Address], None] = {}
    while waiting:
        child = waiting.pop()
        for parent in _parents(frozen.belief_map, edges, child, known):
            pairs[child, parent] = None
            if parent not in known:
                known[parent] = _unmet(frozen, parent)
                waiting.append(parent)
    place = {address: number for number, address in enumerate(known)}
    forest = Forest.of(len(known), [(place[child], place[parent]) for child, parent in pairs])
    return Family(tuple(known.values()), forest)


def _parents(
    belief_map: BeliefMap, edges: list[Edge], child: Address, known: dict[Address, Held]
) -> Iterator[Address]:
    if is_open(child.node):
        return
    own = dict(zip(belief_map.nodes[child.node].dimensions, child.member, strict=True))
    for edge in edges:
        if edge.source.node != child.node or edge.source.member not in ((), child.member):
            continue
        wanted = belief_map.nodes[edge.target.node].dimensions
        if edge.target.member or set(wanted) <= set(own):
            yield Address(
                edge.target.node, edge.target.member or tuple(own[name] for name in wanted)
            )
        else:
            yield from [each for each in known if joins(belief_map, edge, child, each)]


def _unmet(frozen: Frozen, address: Address) -> Held:
    return Held(
        node=address,
        kind=NodeKind.GOAL,
        says=says_of(frozen, address),
        opinion=native_opinion(frozen, address),
        met=False,
    )
