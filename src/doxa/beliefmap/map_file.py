"""The belief map file, from text to `BeliefMap`."""

from __future__ import annotations

from pathlib import Path

from doxa.beliefmap.actions import read_actions, read_rollout
from doxa.beliefmap.declared import gather
from doxa.beliefmap.document import Mapping, parse_document, read_text
from doxa.beliefmap.edges import read_edges
from doxa.beliefmap.event_bands import read_event_bands
from doxa.beliefmap.evidence_kinds import settle
from doxa.beliefmap.goals import check_no_circle
from doxa.beliefmap.header import read_header
from doxa.beliefmap.literals import mapping
from doxa.beliefmap.living import check_apart, check_living
from doxa.beliefmap.model import BeliefMap
from doxa.beliefmap.nodes import read_nodes
from doxa.beliefmap.outcomes import read_outcomes
from doxa.beliefmap.purposes import read_personas, read_purposes, read_sources
from doxa.beliefmap.rules import read_signals

SECTIONS = [
    *("doxa", "product", "timezone", "clock", "bands", "event_bands", "fields", "groups"),
    *("sources", "nodes", "edges", "signals", "outcomes", "actions", "rollout", "personas"),
    "purposes",
]


def load_map(path: Path | str) -> BeliefMap:
    """Read and check a belief map.

    Parameters
    ----------
    path : Path or str
        A YAML file in the grammar of belief maps.

    Raises
    ------
    MapError
        With file and line, what is wrong, what was expected, and the nearest known name.

    Examples
    --------
    >>> import tempfile, pathlib
    >>> file = pathlib.Path(tempfile.mkdtemp()) / "map.yaml"
    >>> _ = file.write_text("{doxa: 1, product: shop, signals: {visit: []}}")
    >>> load_map(file).product
    'shop'
    """
    return parse_map(read_text(path), str(path))


def parse_map(text: str, name: str = "map.yaml") -> BeliefMap:
    """Read and check a belief map given as text; `name` stands for the file in errors.

    Examples
    --------
    >>> belief_map = parse_map('''
    ... doxa: 1
    ... product: grocery
    ... nodes:
    ...   buys: {kind: preference, of: category, says: "Buys {category}."}
    ... signals:
    ...   purchase:
    ...     - {node: buys, count: 1, once: session}
    ... ''')
    >>> belief_map.nodes["buys"].evidence.value, belief_map.rules[0].fields
    ('occurrence', ('category',))
    """
    return _compile(parse_document(text, name), text)


def _compile(top: Mapping, text: str) -> BeliefMap:
    mapping(top, "a belief map", SECTIONS)
    header = read_header(top)
    declared = gather(top, header)
    nodes, signals = settle(top, read_nodes(top, declared), read_signals(top, declared))
    check_living(top, nodes, signals)
    edges = read_edges(top, declared)
    check_apart(top, nodes, edges)
    check_no_circle(top, nodes, edges)
    personas = read_personas(top, declared)
    return BeliefMap(
        product=header.product,
        clock=header.clock,
        zone=header.zone,
        bands=header.bands,
        event_bands=read_event_bands(top.get("event_bands"), declared.kinds),
        fields=header.fields,
        groups=header.groups,
        sources=read_sources(top, declared),
        nodes=nodes,
        edges=edges,
        signals=signals,
        outcomes=read_outcomes(top, declared),
        actions=read_actions(top, declared),
        rollout=read_rollout(top, declared),
        personas=personas,
        purposes=read_purposes(top, declared, personas),
        text=text,
    )
