"""The graph of one twin as of a moment."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import msgspec

from doxa.beliefmap.model import BeliefMap, Edge
from doxa.domain.clock import Clock
from doxa.domain.node import Address, NodeKind
from doxa.runtime.frozen import Frozen
from doxa.runtime.held import Held, held
from doxa.types import Credence, Json, Moment, Uncertainty

PART_OF = "part_of"


class GraphNode(msgspec.Struct, frozen=True, kw_only=True):
    """A node that the person has evidence about.

    Attributes
    ----------
    begins : int or None
        When the first evidence came.
    ends : int or None
        When it dissolved, or will if nothing comes; None = never.
    """

    node: Address
    kind: NodeKind
    says: str
    credence: Credence
    uncertainty: Uncertainty
    status: str
    begins: Moment | None
    ends: Moment | None


class GraphEdge(msgspec.Struct, frozen=True, kw_only=True):
    """An edge between two nodes of the graph; it stands while both of them do.

    Attributes
    ----------
    kind : str
        supports, contradicts, motivates, part_of, blocks or about.
    weight : float or None
        As declared; None where the map leaves it out.
    begins, ends : int or None
        The later beginning and the earlier end of the two nodes.
    """

    source: Address
    target: Address
    kind: str
    weight: float | None
    begins: Moment | None
    ends: Moment | None


class Graph(msgspec.Struct, frozen=True, kw_only=True):
    """What one person holds and how it hangs together, as of a moment.

    Attributes
    ----------
    twin : str
    as_of : int
    known_at : int or None
    clock : Clock
        What moments count.
    nodes : tuple of GraphNode
        Those that evidence speaks of, in the order of the map.
    edges : tuple of GraphEdge
    """

    twin: str
    as_of: Moment
    known_at: Moment | None
    clock: Clock
    nodes: tuple[GraphNode, ...]
    edges: tuple[GraphEdge, ...]

    def at(self, moment: Moment) -> Graph:
        """The part that stands at a moment: what began by then and has not ended."""
        nodes = tuple(each for each in self.nodes if _stands(each, moment))
        edges = tuple(each for each in self.edges if _stands(each, moment))
        return msgspec.structs.replace(self, nodes=nodes, edges=edges)

    def as_dict(self) -> dict[str, Json]:
        """The graph as plain fields, addresses as text."""
        told: dict[str, Json] = msgspec.to_builtins(self)
        told["nodes"] = [{**_plain(each), "node": str(each.node)} for each in self.nodes]
        told["edges"] = [
            {**_plain(each), "source": str(each.source), "target": str(each.target)}
            for each in self.edges
        ]
        return told


def graph_of(frozen: Frozen) -> Graph:
    """The graph of a frozen twin."""
    nodes = tuple(_node(each) for each in held(frozen) if each.met)
    return Graph(
        twin=frozen.twin,
        as_of=frozen.now,
        known_at=frozen.known_at,
        clock=frozen.belief_map.clock,
        nodes=nodes,
        edges=tuple(_edges(frozen.belief_map, nodes)),
    )


def declared_edges(belief_map: BeliefMap) -> tuple[Edge, ...]:
    """All edges of a map: those under `edges`, and `part_of` of goals."""
    told = [
        Edge(source=Address(node.name), target=Address(node.part_of), kind=PART_OF)
        for node in belief_map.nodes.values()
        if node.part_of is not None
    ]
    return (*belief_map.edges, *told)


def _falling_back(belief_map: BeliefMap) -> Iterator[Edge]:
    """Members are part of the node that they fall back on."""
    for node in belief_map.nodes.values():
        if node.within is not None:
            yield Edge(source=Address(node.name), target=Address(node.within), kind=PART_OF)


def joins(belief_map: BeliefMap, edge: Edge, source: Address, target: Address) -> bool:
    """Whether an edge between families joins two of their members: those they share are equal.

    Examples
    --------
    >>> from doxa.beliefmap.map_file import parse_map
    >>> shop = parse_map("{doxa: 1, product: p, nodes: {a: {kind: belief, of: x}, b: {kind: belief, of: x}},"
    ...     " edges: [{from: a, to: b, kind: supports}]}")
    >>> [joins(shop, shop.edges[0], Address("a", ("1",)), Address("b", (to,))) for to in ("1", "2")]
    [True, False]
    """
    for asked, end in ((edge.source, source), (edge.target, target)):
        if asked.node != end.node or (asked.member and asked.member != end.member):
            return False
    if edge.source.member or edge.target.member:
        return True
    left = dict(zip(belief_map.nodes[source.node].dimensions, source.member, strict=True))
    right = dict(zip(belief_map.nodes[target.node].dimensions, target.member, strict=True))
    return all(left[name] == right[name] for name in left.keys() & right.keys())


def _node(each: Held) -> GraphNode:
    opinion = each.opinion
    return GraphNode(
        node=each.node,
        kind=each.kind,
        says=each.says,
        credence=opinion.credence,
        uncertainty=opinion.uncertainty,
        status=opinion.status,
        begins=opinion.first,
        ends=opinion.dissolves,
    )


def _edges(belief_map: BeliefMap, nodes: Sequence[GraphNode]) -> Iterator[GraphEdge]:
    by_name: dict[str, list[GraphNode]] = {}
    for each in nodes:
        by_name.setdefault(each.node.node, []).append(each)
    for edge in (*declared_edges(belief_map), *_falling_back(belief_map)):
        for source in by_name.get(edge.source.node, ()):
            for target in by_name.get(edge.target.node, ()):
                if joins(belief_map, edge, source.node, target.node):
                    yield _edge(edge, source, target)


def _edge(edge: Edge, source: GraphNode, target: GraphNode) -> GraphEdge:
    ends = [each.ends for each in (source, target) if each.ends is not None]
    begins = [each.begins for each in (source, target) if each.begins is not None]
    return GraphEdge(
        source=source.node,
        target=target.node,
        kind=edge.kind,
        weight=edge.weight,
        begins=max(begins, default=None),
        ends=min(ends, default=None),
    )


def _stands(each: GraphNode | GraphEdge, moment: Moment) -> bool:
    begun = each.begins is None or each.begins <= moment
    return begun and (each.ends is None or moment < each.ends)


def _plain(each: GraphNode | GraphEdge) -> dict[str, Json]:
    told: dict[str, Json] = msgspec.to_builtins(each)
    return told
