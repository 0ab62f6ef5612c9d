"""Which nodes a goal, feeling or constraint follows from, so that its changes can be traced."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from doxa.beliefmap.model import BeliefMap, Edge
from doxa.domain.claim import is_open
from doxa.domain.node import Address
from doxa.runtime.frozen import Frozen
from doxa.runtime.graph.graph import declared_edges, joins

Reach = Callable[[Address], bool]

HELD = ("supports", "contradicts")
"""Edges by which one node changes the credence of another."""

STANDS = ("part_of", "blocks", *HELD)
"""Edges by which one node changes where a goal stands: its status and its progress."""


def reach_of(frozen: Frozen, address: Address, by: tuple[str, ...]) -> Reach:
    """Whether evidence about a node can change another one, over some kinds of edges.

    Where a goal stands follows from itself, its parts, the node its `done` names and what blocks
    it; credences of nodes that support or contradict one another follow from each other.
    """
    belief_map = frozen.belief_map
    if is_open(address.node):
        return lambda other: other == address
    edges = [edge for edge in declared_edges(belief_map) if edge.kind in by]

    def reaches(other: Address) -> bool:
        return _reaches(belief_map, edges, other, address, ())

    return reaches


def _reaches(
    belief_map: BeliefMap,
    edges: list[Edge],
    source: Address,
    target: Address,
    seen: tuple[str, ...],
) -> bool:
    if source == target:
        return True
    if is_open(source.node) or source.node in seen:
        return False
    return any(
        _reaches(belief_map, edges, found, target, (*seen, source.node))
        for found in _next(belief_map, edges, source, target)
    )


def _next(
    belief_map: BeliefMap, edges: list[Edge], source: Address, target: Address
) -> Iterator[Address]:
    """What follows from a node by one step, its members carried along as far as they are shared."""
    for edge in edges:
        ends = [(edge.source, edge.target)]
        if edge.sign:
            ends.append((edge.target, edge.source))
        for near, far in ends:
            if near.node == source.node and near.member in ((), source.member):
                yield from _carried(belief_map, source, far, target)
    for node in belief_map.nodes.values():
        if node.done is not None and node.done.node is not None:
            named = node.done.node
            if named.node == source.node and named.member in ((), source.member):
                yield from _carried(belief_map, source, Address(node.name), target)


def _carried(
    belief_map: BeliefMap, source: Address, far: Address, target: Address
) -> Iterator[Address]:
    if far.member or not belief_map.nodes[far.node].dimensions:
        yield far
        return
    if far.node == target.node and _shared(belief_map, source, target):
        yield target
        return
    own = dict(zip(belief_map.nodes[source.node].dimensions, source.member, strict=True))
    wanted = belief_map.nodes[far.node].dimensions
    if set(wanted) <= set(own):
        yield Address(far.node, tuple(own[name] for name in wanted))


def _shared(belief_map: BeliefMap, one: Address, other: Address) -> bool:
    edge = Edge(source=Address(one.node), target=Address(other.node), kind="part_of")
    return joins(belief_map, edge, one, other)
