"""``doxa graph``: one person as nodes and edges with their intervals."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from doxa.errors import InputError
from doxa.interfaces.cli.arguments import AsOf, KnownAt, TwinId
from doxa.interfaces.cli.console import Json, cut, note, plain, print_json, say, table
from doxa.interfaces.cli.opinions import when
from doxa.interfaces.cli.stores import (
    DEFAULT_DB,
    DEFAULT_WORKSPACE,
    Db,
    MapFile,
    Purpose,
    Workspace,
    open_existing,
)

if TYPE_CHECKING:
    from doxa.runtime.graph.graph import Graph, GraphEdge, GraphNode


class Form(StrEnum):
    """What a graph is written as."""

    TABLE = "table"
    GRAPHML = "graphml"
    CYPHER = "cypher"


def graph(
    twin: TwinId,
    as_of: AsOf = None,
    known_at: KnownAt = None,
    form: Annotated[
        Form, typer.Option("--format", help="A table, or text for other tools.")
    ] = Form.TABLE,
    output: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write there; left out, standard output.")
    ] = None,
    purpose: Purpose = None,
    db: Db = DEFAULT_DB,
    workspace: Workspace = DEFAULT_WORKSPACE,
    map_file: MapFile = None,
    as_json: Json = False,
) -> None:
    """Show one person as a graph: what they hold, how it hangs together, and since when.

    Example: doxa graph h42 --format graphml --output h42.graphml
    """
    from doxa.runtime.graph.export import to_cypher, to_graphml

    with open_existing(db, map_file, workspace=workspace) as twins:
        found = twins.twin(twin, as_of, known_at, purpose=purpose).graph()
    if as_json:
        print_json(found.as_dict(), found.clock)
        return
    lines = _lines(found)
    if form is not Form.TABLE:
        text = to_graphml(found) if form is Form.GRAPHML else to_cypher(found)
        lines = text.rstrip("\n").split("\n")
    if output is None:
        say(*lines)
        return
    try:
        output.write_text("\n".join(lines) + "\n", encoding="utf-8")
    except OSError as error:
        raise InputError(
            f"cannot be written ({error.strerror})", where=f"--output {output}"
        ) from error
    note(f"{output}: {len(found.nodes)} nodes, {len(found.edges)} edges")


def _lines(found: Graph) -> list[str]:
    title = f"{plain(found.twin)} as of {when(found.as_of, found.clock)}"
    if not found.nodes:
        return [title, "no evidence yet: nothing was observed of this person by then"]
    nodes = [["node", "kind", "credence", "status", "from", "until"]]
    nodes += [
        [
            plain(cut(str(node.node), 36)),
            node.kind.value,
            f"{node.credence:.2f}",
            node.status,
            *_interval(found, node),
        ]
        for node in found.nodes
    ]
    edges = [
        [
            plain(cut(str(edge.source), 28)),
            edge.kind,
            plain(cut(str(edge.target), 28)),
            *_interval(found, edge),
        ]
        for edge in found.edges
    ]
    lines = [title, "", *table(nodes, "llrlll"), ""]
    if not edges:
        return [*lines, "no edge joins two of them"]
    return [*lines, *table([["edge", "", "", "from", "until"], *edges])]


def _interval(found: Graph, each: GraphNode | GraphEdge) -> tuple[str, str]:
    begins = "" if each.begins is None else when(each.begins, found.clock)
    return begins, "" if each.ends is None else when(each.ends, found.clock)
