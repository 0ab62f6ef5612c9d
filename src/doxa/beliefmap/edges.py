"""Edges, compiled: relations between declared nodes."""

from __future__ import annotations

from doxa.beliefmap.declared import Declared
from doxa.beliefmap.document import Mapping, Tree
from doxa.beliefmap.literals import each_of, mapping, one_of, positive, required
from doxa.beliefmap.model import Edge
from doxa.domain.node import Address, NodeKind

EDGE_KINDS = (
    "supports",
    "contradicts",
    "motivates",
    "part_of",
    "blocks",
    "about",
    "supersedes",
    "derived_from",
)


def read_edges(top: Mapping, declared: Declared) -> tuple[Edge, ...]:
    """Compile the edges; both sides stand under `nodes`."""
    tree = top.get("edges")
    if tree is None:
        return ()
    found: list[Edge] = []
    for edge, item in each_of(tree, lambda item: (_edge(item, declared), item), "a list of edges"):
        same = [other for other in found if _ends(other) == _ends(edge)]
        if same:
            raise item.error(f"stands in line {same[0].line} already", hint="keep one")
        found.append(edge)
    return tuple(found)


def _ends(edge: Edge) -> tuple[Address, Address, str]:
    return edge.source, edge.target, edge.kind


def _edge(tree: Tree, declared: Declared) -> Edge:
    expected = "{from: node, to: node, kind: supports}"
    section = mapping(tree, expected, ["from", "to", "kind", "weight"])
    source = declared.address(required(section, "from", expected))
    target = declared.address(required(section, "to", expected))
    kind = one_of(required(section, "kind", expected), EDGE_KINDS, "kind of edge")
    if source == target:
        raise section.error("joins a node to itself", expected="two nodes")
    _check_families(section, source, target, declared)
    if kind == "part_of":
        _check_goals(section, (source, target), declared)
    if kind in ("motivates", "blocks"):
        _check_end(section, "to", target, NodeKind.GOAL, declared)
    if kind == "about":
        _check_end(section, "from", source, NodeKind.FEELING, declared)
    weight = section.get("weight")
    edge = Edge(
        source=source,
        target=target,
        kind=kind,
        weight=positive(weight) if weight else None,
        line=section.place.line,
    )
    if edge.sign:
        _check_opinions(section, (source, target), declared)
    return edge


def _check_opinions(section: Mapping, ends: tuple[Address, Address], declared: Declared) -> None:
    for address in ends:
        if declared.nodes[address.node].kind is NodeKind.TRAIT:
            raise section.error(
                f"{address.node!r} is a trait", expected="two nodes that opinions are held of"
            )


def _check_families(section: Mapping, source: Address, target: Address, declared: Declared) -> None:
    left = () if source.member else declared.nodes[source.node].dimensions
    right = () if target.member else declared.nodes[target.node].dimensions
    if not (set(left) <= set(right) or set(right) <= set(left)):
        raise section.error(
            f"{source.node!r} is over {', '.join(left)}, {target.node!r} over {', '.join(right)}",
            expected="families that share their dimensions, or {family: MEMBER}",
        )


def _check_goals(section: Mapping, ends: tuple[Address, Address], declared: Declared) -> None:
    for address in ends:
        kind = declared.nodes[address.node].kind
        if kind is not NodeKind.GOAL:
            raise section.error(f"{address.node!r} is a {kind.value}", expected="two goals")


def _check_end(
    section: Mapping, key: str, address: Address, wanted: NodeKind, declared: Declared
) -> None:
    kind = declared.nodes[address.node].kind
    if kind is not wanted:
        raise section.entries[key].error(
            f"{address.node!r} is a {kind.value}", expected=f"a {wanted.value}"
        )
