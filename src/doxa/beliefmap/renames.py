"""Nodes that were called otherwise once: what was said of them by a former name is said of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from doxa.beliefmap.derived import per_map
from doxa.beliefmap.model import BeliefMap

_NAMED = frozenset({"node", "part_of", "within"})
_LISTED = frozenset({"moderated_by", "hidden", "sees"})
"""Keys of a map's parts under which names of nodes stand."""


@per_map
def former_names(belief_map: BeliefMap) -> dict[str, str]:
    """The node that each former name means now.

    Examples
    --------
    >>> from doxa.beliefmap.map_file import parse_map
    >>> shop = parse_map("{doxa: 1, product: p, nodes: {calm: {kind: belief, renamed_from: ease}}}")
    >>> former_names(shop)
    {'ease': 'calm'}
    """
    return _onward(belief_map.former, belief_map)


def with_history(belief_map: BeliefMap, earlier: Iterable[BeliefMap]) -> BeliefMap:
    """A map that also knows the names of maps before it, oldest first."""
    former: dict[str, str] = {}
    for each in earlier:
        former = _onward(former, each)
    return msgspec.structs.replace(belief_map, former=former) if former else belief_map


def _onward(former: Mapping[str, str], belief_map: BeliefMap) -> dict[str, str]:
    """Former names as of the next map; a name that it declares again is a node of its own."""
    own = {
        node.renamed_from: node.name
        for node in belief_map.nodes.values()
        if node.renamed_from is not None
    }
    found = {**{old: own.get(name, name) for old, name in former.items()}, **own}
    return {
        old: name
        for old, name in found.items()
        if name in belief_map.nodes and old not in belief_map.nodes
    }


def carried(part: Any, names: Mapping[str, str]) -> Any:
    """A part of a map, as plain values, with the nodes under their present names.

    Examples
    --------
    >>> carried({"node": "ease", "value": "ease"}, {"ease": "calm"})
    {'node': 'calm', 'value': 'ease'}
    """
    if isinstance(part, dict):
        return {key: _carried(key, value, names) for key, value in part.items()}
    if isinstance(part, list | tuple):
        return [carried(each, names) for each in part]
    return part


def _carried(key: str, value: Any, names: Mapping[str, str]) -> Any:
    if isinstance(value, str) and key in _NAMED:
        return names.get(value, value)
    if isinstance(value, list | tuple) and key in _LISTED:
        return [names.get(each, each) for each in value]
    return carried(value, names)
