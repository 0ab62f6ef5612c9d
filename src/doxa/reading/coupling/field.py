"""The field of a map: which nodes lean on each other, with what sign and weight."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache

import msgspec

from doxa.beliefmap.derived import per_map
from doxa.beliefmap.model import BeliefMap, Node
from doxa.beliefmap.wider import entangled
from doxa.domain.node import Address, NodeKind

WEIGHT = 0.5
"""What an edge weighs unless the map says: as much as a prior of W = 2 pieces at one half, so that
a node without evidence goes half of the way with a neighbour that is certain (decision 19)."""

HEAVIEST = 1e3
"""Nodes joined by so much move as one; more would only cost precision."""


class Link(msgspec.Struct, frozen=True):
    """Two nodes that lean on each other; a family without a member stands for each of its members.

    Attributes
    ----------
    source, target : Address
        The two ends; the field does not tell them apart.
    sign : int
        +1 where they support each other, -1 where they contradict each other.
    weight : float > 0
        Without dimension: precision of the difference of two log odds.
    loose : bool
        True where it joins only what a twin met; a declared link holds at the prior too.
    """

    source: Address
    target: Address
    sign: int
    weight: float
    loose: bool = False


@dataclass(frozen=True, eq=False)
class Field:
    """All links of a map, and the nodes that they join.

    Attributes
    ----------
    nodes : tuple of Node
        In the order of the map; links name them by their place here too.
    links : tuple of Link
    parts : dict of node name to number
        Nodes that no chain of links joins are in different parts and never move each other.
    """

    nodes: tuple[Node, ...]
    links: tuple[Link, ...]
    parts: dict[str, int]

    @cached_property
    def firm(self) -> tuple[Link, ...]:
        """The links that hold for everybody: those declared."""
        return tuple(link for link in self.links if not link.loose)

    @cached_property
    def place(self) -> dict[str, int]:
        """Places of the nodes by name."""
        return {node.name: place for place, node in enumerate(self.nodes)}

    def around(self, names: Iterable[str]) -> Field:
        """The parts that some nodes belong to; nodes without a link are passed over."""
        wanted = frozenset(self.parts[name] for name in names if name in self.parts)
        return _restricted(self, wanted)


def field_of(nodes: Iterable[Node], links: Iterable[Link]) -> Field:
    """The field of some links; those whose ends are not both among the nodes are left out.

    Parameters
    ----------
    nodes : iterable of Node
        All that may be read: what a reader may not see takes no part.
    links : iterable of Link

    Examples
    --------
    >>> from doxa.beliefmap.map_file import parse_map
    >>> shop = parse_map('''{doxa: 1, product: shop, signals: {said: [{node: fair, for: 1}]},
    ...   nodes: {fair: {kind: belief}, loyal: {kind: goal}, busy: {kind: constraint}},
    ...   edges: [{from: fair, to: loyal, kind: supports}]}''')
    >>> declared_field(shop).parts
    {'fair': 0, 'loyal': 0}
    """
    known = {node.name: node for node in nodes}
    kept = tuple(link for link in links if {link.source.node, link.target.node} <= known.keys())
    part: dict[str, int] = {}
    for link in kept:
        ends = [part.setdefault(end.node, len(part)) for end in (link.source, link.target)]
        for name, number in part.items():
            if number == max(ends):
                part[name] = min(ends)
    joined = tuple(node for name, node in known.items() if name in part)
    return Field(joined, kept, {node.name: part[node.name] for node in joined})


@lru_cache(maxsize=64)
def _restricted(field: Field, wanted: frozenset[int]) -> Field:
    if wanted >= set(field.parts.values()):
        return field
    nodes = [node for node in field.nodes if field.parts[node.name] in wanted]
    return field_of(nodes, field.links)


@per_map
def declared_field(belief_map: BeliefMap) -> Field:
    """The field that a map declares: `supports` and `contradicts` between its nodes."""
    return field_of(readable(belief_map), declared_links(belief_map))


def learned_field(belief_map: BeliefMap, learned: Iterable[Link]) -> Field:
    """The field that a map declares, with what a population learned of it.

    A declared link has its learned weight, where the population knows it by its ends and sign; a
    learned link that the map now declares otherwise is left out, and so is one that would join a
    family to what it falls back on.
    """
    found = list(learned)
    known = {_ends(link): link.weight for link in found if not link.loose}
    firm = [
        msgspec.structs.replace(link, weight=known.get(_ends(link), link.weight))
        for link in declared_links(belief_map)
    ]
    taken = {frozenset(_ends(link)[:2]) for link in firm}
    nodes = belief_map.nodes
    loose = [
        link
        for link in found
        if link.loose
        and frozenset(_ends(link)[:2]) not in taken
        and all(
            end.node in nodes and len(nodes[end.node].dimensions) == len(end.member)
            for end in (link.source, link.target)
        )
    ]
    links = list(firm)
    for link in loose:
        pairs = [(each.source.node, each.target.node) for each in (*links, link)]
        if entangled(nodes, pairs) is None:
            links.append(link)
    return field_of(readable(belief_map), links)


def _ends(link: Link) -> tuple[Address, Address, int]:
    return link.source, link.target, link.sign


def readable(belief_map: BeliefMap) -> list[Node]:
    """The nodes of a map that opinions are held of."""
    return [node for node in belief_map.nodes.values() if node.kind is not NodeKind.TRAIT]


def declared_links(belief_map: BeliefMap) -> Iterator[Link]:
    """The links of a map's edges; other kinds of edges have no part in the field."""
    for edge in belief_map.edges:
        if edge.sign:
            weight = WEIGHT if edge.weight is None else edge.weight
            yield Link(edge.source, edge.target, edge.sign, min(weight, HEAVIEST))
