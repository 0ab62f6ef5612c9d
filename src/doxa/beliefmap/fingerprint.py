"""The fingerprint of a map: equal exactly when the same signals give the same state."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from types import MappingProxyType

import msgspec

from doxa.beliefmap.model import BeliefMap, Node, Outcome, Rule
from doxa.beliefmap.renames import carried

READ_TIME = ("line",)
"""What a rule says that nothing kept depends on."""


def fingerprint(belief_map: BeliefMap, names: Mapping[str, str] = MappingProxyType({})) -> str:
    """A hash over what decides evidence, cells and marks.

    Covered: clock, zone, field types, bands and event bands, every node's kind, dimensions,
    evidence kind, half-life, occasion, holder, interval, deadline and end, and every rule, each in the order of the file (a rule's
    place is its number in evidence). Not covered: trust, edges, outcomes, actions, purposes,
    sentences, bases and scales, which are applied when a twin is read.

    Parameters
    ----------
    names : mapping, optional
        Present names of nodes by their former ones: the hash is that of the map under those.

    Examples
    --------
    >>> from doxa.beliefmap.map_file import parse_map
    >>> text = "{doxa: 1, product: shop, signals: {visit: []}, sources: {till: {trust: %s}}}"
    >>> fingerprint(parse_map(text % 1)) == fingerprint(parse_map(text % 0.5))
    True
    """
    decides = {
        "clock": belief_map.clock,
        "zone": msgspec.to_builtins(belief_map.zone),
        "fields": dict(sorted(belief_map.fields.items())),
        "bands": [_written(band) for band in belief_map.bands],
        "event_bands": dict(sorted(belief_map.event_bands.items())),
        "nodes": [_node(node, names) for node in belief_map.nodes.values()],
        "rules": [carried(_rule(rule), names) for rule in belief_map.rules],
    }
    return hashlib.blake2b(msgspec.json.encode(decides), digest_size=16).hexdigest()


def _written(band: float) -> str:
    return repr(float(band))


def question(outcome: Outcome, names: Mapping[str, str] = MappingProxyType({})) -> str:
    """A hash over what a head answers: the outcome as it is asked and judged, and its scale.

    Two maps whose evidence and question are the same give a head the same rows and features. Its
    `base` is not covered: it holds before a fit. `names` is as for `fingerprint`.
    """
    asked = carried(msgspec.to_builtins(outcome), names)
    decides = {key: value for key, value in asked.items() if key not in ("line", "base")}
    return hashlib.blake2b(msgspec.json.encode(decides), digest_size=16).hexdigest()


def _node(node: Node, names: Mapping[str, str]) -> list[object]:
    bands = [_written(band) for band in node.bands]
    held = [node.occasion, node.held_by, _written(node.half_life), bands]
    marked = carried([node.begins, node.ends, node.deadline, msgspec.to_builtins(node.done)], names)
    name = names.get(node.name, node.name)
    return [name, node.kind, node.dimensions, node.evidence, *held, *marked]


def _rule(rule: Rule) -> dict[str, object]:
    found: dict[str, object] = msgspec.to_builtins(rule)
    return {key: value for key, value in found.items() if key not in READ_TIME}
