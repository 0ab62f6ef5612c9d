"""Graphs for other tools: networkx, GraphML, Cypher."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree

from doxa.domain.clock import format_moment
from doxa.errors import MissingExtra
from doxa.runtime.graph.graph import Graph, GraphEdge, GraphNode

if TYPE_CHECKING:
    import networkx

_NAMESPACE = "http://graphml.graphdrawing.org/xmlns"
_NUMBERS = ("credence", "uncertainty", "weight")


def to_networkx(graph: Graph) -> networkx.MultiDiGraph[str]:
    """The graph as a `networkx.MultiDiGraph`: keys are addresses, attributes as in GraphML.

    Raises
    ------
    MissingExtra
        networkx is not installed.
    """
    try:
        import networkx
    except ImportError as error:
        raise MissingExtra(
            "networkx is not installed", hint="pip install networkx, or take GraphML"
        ) from error
    found: networkx.MultiDiGraph[str] = networkx.MultiDiGraph(**_of_graph(graph))
    for node in graph.nodes:
        found.add_node(str(node.node), **_of_node(graph, node))
    for edge in graph.edges:
        told = _of_edge(graph, edge)
        found.add_edge(str(edge.source), str(edge.target), key=edge.kind, **told)
    return found


def to_graphml(graph: Graph) -> str:
    """The graph as GraphML, the XML that Gephi, yEd, igraph and networkx read."""
    root = ElementTree.Element("graphml", xmlns=_NAMESPACE)
    nodes = [(str(node.node), _of_node(graph, node)) for node in graph.nodes]
    edges = [(edge, _of_edge(graph, edge)) for edge in graph.edges]
    keys: dict[tuple[str, str], str] = {}
    for scope, rows in (
        ("graph", [_of_graph(graph)]),
        ("node", [told for _, told in nodes]),
        ("edge", [told for _, told in edges]),
    ):
        for name in dict.fromkeys(name for told in rows for name in told):
            keys[scope, name] = f"{scope}_{name}"
            ElementTree.SubElement(
                root,
                "key",
                {
                    "id": f"{scope}_{name}",
                    "for": scope,
                    "attr.name": name,
                    "attr.type": "double" if name in _NUMBERS else "string",
                },
            )
    body = ElementTree.SubElement(root, "graph", edgedefault="directed")
    _data(body, "graph", _of_graph(graph), keys)
    for address, told in nodes:
        _data(ElementTree.SubElement(body, "node", id=_sound(address)), "node", told, keys)
    for place, (edge, told) in enumerate(edges):
        ends = {"source": _sound(str(edge.source)), "target": _sound(str(edge.target))}
        _data(ElementTree.SubElement(body, "edge", {"id": f"e{place}", **ends}), "edge", told, keys)
    ElementTree.indent(root)
    return ElementTree.tostring(root, encoding="unicode", xml_declaration=True) + "\n"


def to_cypher(graph: Graph) -> str:
    """The graph as one Cypher statement, for Neo4j and its kin.

    Every value is a quoted literal; what a person said can never become part of the statement.
    """
    lines = [f"CREATE (twin:Twin {_cypher({'id': graph.twin, **_of_graph(graph)})})"]
    place = {}
    for number, node in enumerate(graph.nodes):
        place[node.node] = f"n{number}"
        label = node.kind.value.capitalize()
        told = {"address": str(node.node), **_of_node(graph, node)}
        lines.append(f"CREATE (n{number}:{label} {_cypher(told)})")
        lines.append(f"CREATE (twin)-[:HOLDS]->(n{number})")
    for edge in graph.edges:
        told = {name: value for name, value in _of_edge(graph, edge).items() if name != "kind"}
        ends = place[edge.source], place[edge.target]
        lines.append(f"CREATE ({ends[0]})-[:{edge.kind.upper()} {_cypher(told)}]->({ends[1]})")
    return "\n".join(lines) + ";\n"


def _of_graph(graph: Graph) -> dict[str, Any]:
    return {"twin": graph.twin, "as_of": format_moment(graph.as_of, graph.clock)}


def _of_node(graph: Graph, node: GraphNode) -> dict[str, Any]:
    told = {"kind": node.kind.value, "says": node.says, "credence": node.credence}
    told |= {"uncertainty": node.uncertainty, "status": node.status}
    return told | dict(_interval(graph, node))


def _of_edge(graph: Graph, edge: GraphEdge) -> dict[str, Any]:
    weight = {} if edge.weight is None else {"weight": edge.weight}
    return {"kind": edge.kind, **weight, **dict(_interval(graph, edge))}


def _interval(graph: Graph, each: GraphNode | GraphEdge) -> Iterator[tuple[str, str]]:
    for name, moment in (("begins", each.begins), ("ends", each.ends)):
        if moment is not None:
            yield name, format_moment(moment, graph.clock)


def _data(
    parent: ElementTree.Element, scope: str, told: dict[str, Any], keys: dict[tuple[str, str], str]
) -> None:
    for name, value in told.items():
        text = repr(value) if isinstance(value, float) else _sound(str(value))
        ElementTree.SubElement(parent, "data", key=keys[scope, name]).text = text


def _sound(text: str) -> str:
    """Text that XML may hold: other control characters stand as escapes."""
    return "".join(
        letter if letter in "\t\n\r" or letter >= " " else f"\\x{ord(letter):02x}"
        for letter in text.replace("\ufffe", "\\ufffe").replace("\uffff", "\\uffff")
    )


def _cypher(told: dict[str, Any]) -> str:
    parts = (f"{name}: {_literal(value)}" for name, value in told.items())
    return "{" + ", ".join(parts) + "}"


def _literal(value: Any) -> str:
    if isinstance(value, float):
        return repr(value)
    quoted = str(value).replace("\\", "\\\\").replace("'", "\\'")
    quoted = quoted.replace("\n", "\\n").replace("\r", "\\r").replace("\t", "\\t")
    return f"'{quoted}'"
