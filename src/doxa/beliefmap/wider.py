"""Wider nodes: what the members of a family with `within` fall back on, and what may not be both."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from doxa.beliefmap.model import BeliefMap, Node
from doxa.domain.node import Address


def wider_nodes(nodes: Mapping[str, Node], name: str) -> Iterator[str]:
    """All that a node falls back on, the nearest first."""
    above = nodes[name].within
    while above is not None:
        yield above
        above = nodes[above].within


def wider_member(node: Node, wider: Node, member: tuple[str, ...]) -> tuple[str, ...]:
    """The wider node's member that a member is part of.

    Examples
    --------
    >>> from doxa.domain.node import NodeKind
    >>> day, both = (
    ...     Node(name="n", kind=NodeKind.BELIEF, half_life=1.0, bands=(), period=1, dimensions=each)
    ...     for each in (("weekpart",), ("device", "weekpart"))
    ... )
    >>> wider_member(both, day, ("phone", "weekend"))
    ('weekend',)
    """
    told = dict(zip(node.dimensions, member, strict=True))
    return tuple(told[name] for name in wider.dimensions)


def wider_address(belief_map: BeliefMap, address: Address) -> Address | None:
    """What a node falls back on, None where it does on nothing."""
    node = belief_map.nodes.get(address.node)
    if node is None or node.within is None:
        return None
    wider = belief_map.nodes[node.within]
    return Address(wider.name, wider_member(node, wider, address.member))


def entangled(
    nodes: Mapping[str, Node], pairs: Iterable[tuple[str, str]]
) -> tuple[str, str] | None:
    """A family and a node it falls back on that some chain of edges joins, too; None: there is none.

    A node leans on another one way only (decision 22): what supports the wider node moves its
    members' base rates, and must not come back to it through edges with the sign turned round.

    Parameters
    ----------
    pairs : the names of both ends of each edge of the field

    Examples
    --------
    >>> from doxa.domain.node import NodeKind
    >>> alike = {"kind": NodeKind.BELIEF, "half_life": 1.0, "bands": (), "period": 1}
    >>> calm, fair = Node(name="calm", **alike), Node(name="fair", **alike)
    >>> there = Node(name="there", dimensions=("device",), within="calm", **alike)
    >>> nodes = {"calm": calm, "fair": fair, "there": there}
    >>> entangled(nodes, [("there", "fair")]), entangled(nodes, [("there", "fair"), ("fair", "calm")])
    (None, ('there', 'calm'))
    """
    part: dict[str, str] = {name: name for name in nodes}
    for one, other in pairs:
        old, new = part[one], part[other]
        part = {name: new if root == old else root for name, root in part.items()}
    for name in nodes:
        for above in wider_nodes(nodes, name):
            if part[name] == part[above]:
                return name, above
    return None
