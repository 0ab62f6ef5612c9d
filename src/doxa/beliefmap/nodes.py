"""Nodes, compiled: kinds and their defaults, half-lives and bands, scales, goals, constraints."""

from __future__ import annotations

import math
import re

import msgspec

from doxa.beliefmap.contexts import CALENDAR
from doxa.beliefmap.declared import Declared, Outline
from doxa.beliefmap.document import Mapping, Tree
from doxa.beliefmap.goals import read_done, read_parent
from doxa.beliefmap.literals import (
    field_or_span,
    flag,
    half_life,
    mapping,
    number,
    one_of,
    positive,
    scale,
    share,
    span,
    text,
)
from doxa.beliefmap.model import Node, Occasion
from doxa.beliefmap.names import listed, nearest
from doxa.domain.clock import DAY, Clock
from doxa.domain.node import NodeKind
from doxa.types import HalfLife, Span

PERIOD = 28
"""The default period in days, or in positions."""
DEFAULT_DAYS = {
    NodeKind.BELIEF: 180,
    NodeKind.PREFERENCE: 90,
    NodeKind.GOAL: 90,
    NodeKind.FEELING: 1,
    NodeKind.CONSTRAINT: 90,
}
DEFAULT_POSITIONS = 32
FEELING_POSITIONS = 8
AXES = ("valence", "arousal")

_EVERY = ["kind", "says", "opt_in", "renamed_from"]
_EVIDENCE = ["of", "half_life", "base", "scale", "above", "period", "occasion", "held_by", "within"]
KEYS: dict[NodeKind, list[str]] = {
    NodeKind.BELIEF: [*_EVERY, *_EVIDENCE],
    NodeKind.PREFERENCE: [*_EVERY, *_EVIDENCE],
    NodeKind.GOAL: [*_EVERY, *_EVIDENCE, "part_of", "deadline", "done", "value"],
    NodeKind.FEELING: [*_EVERY, *_EVIDENCE, "axis"],
    NodeKind.CONSTRAINT: [*_EVERY, *_EVIDENCE, "from", "until"],
    NodeKind.TRAIT: [*_EVERY, "protected"],
}
_BLANK = re.compile(r"\{([^{}]*)\}")


def read_nodes(top: Mapping, declared: Declared) -> dict[str, Node]:
    """Compile all nodes; which evidence each takes is settled when the rules are known."""
    tree = top.get("nodes")
    if tree is None:
        return {}
    section = mapping(tree, "nodes by name")
    nodes = {
        name: _node(name, mapping(body, "a node"), declared, section.places[name].line)
        for name, body in section.entries.items()
    }
    _check_renames(section, nodes)
    return nodes


def _node(name: str, keys: Mapping, declared: Declared, line: int) -> Node:
    outline = declared.nodes[name]
    _check_keys(keys, outline.kind)
    life = _half_life(keys, outline.kind, declared)
    node = Node(
        name=name,
        kind=outline.kind,
        says=_says(keys.get("says"), outline),
        dimensions=outline.dimensions,
        half_life=life,
        bands=tuple(sorted({*declared.header.bands, life})),
        period=_period(keys.get("period"), declared.clock),
        line=line,
    )
    _check_calendar(keys, outline, declared)
    return msgspec.structs.replace(
        node,
        **_reading(keys, declared),
        **_interval(keys, declared),
        **_goal(keys, name, declared),
        within=_within(keys.get("within"), name, declared),
    )


def _check_calendar(keys: Mapping, outline: Outline, declared: Declared) -> None:
    names = [name for name in outline.dimensions if name in CALENDAR]
    if names and declared.clock is Clock.POSITION:
        raise keys.entries["of"].error(
            f"a position clock has no {names[0]}", expected="clock: time, or another dimension"
        )


def _within(tree: Tree | None, name: str, declared: Declared) -> str | None:
    """The node whose reading a member with little evidence falls back on."""
    if tree is None:
        return None
    parent = declared.node(tree)
    own, wider = declared.nodes[name].dimensions, declared.nodes[parent].dimensions
    if not set(wider) < set(own):
        raise tree.error(
            f"{parent!r} is no wider than {name!r}",
            expected=f"a node over some of {', '.join(own)}, not all"
            if own
            else "of: a dimension, beside it",
        )
    return parent


def _check_keys(keys: Mapping, kind: NodeKind) -> None:
    for key in keys.entries:
        if key in KEYS[kind]:
            continue
        owners = [other.value for other in NodeKind if key in KEYS[other]]
        if owners:
            raise keys.key_error(
                key, f"a {kind.value} has no {key!r}", expected=f"a node of kind {listed(owners)}"
            )
        raise keys.key_error(
            key,
            f"unknown key {key!r}",
            expected=f"one of {listed(KEYS[kind], 40)}",
            hint=nearest(key, KEYS[kind]),
        )


def _says(tree: Tree | None, outline: Outline) -> str:
    if tree is None:
        return ""
    sentence = text(tree, "a sentence")
    for blank in _BLANK.findall(sentence):
        if blank not in outline.dimensions:
            raise tree.error(
                f"{{{blank}}} stands for nothing",
                expected=f"one of the dimensions {listed(outline.dimensions)}"
                if outline.dimensions
                else "no braces in a single node, or 'of' with its dimension",
                hint=nearest(blank, outline.dimensions),
            )
    return sentence


def _half_life(keys: Mapping, kind: NodeKind, declared: Declared) -> HalfLife:
    tree, until = keys.get("half_life"), keys.get("until")
    if tree is not None:
        return half_life(tree, declared.clock)
    if kind is NodeKind.TRAIT:
        return math.inf
    if kind is NodeKind.CONSTRAINT and until is not None:
        interval = field_or_span(until, declared.clock)
        if not isinstance(interval, str):
            return float(interval)
    if declared.clock is Clock.TIME:
        return float(DEFAULT_DAYS[kind] * DAY)
    wanted = FEELING_POSITIONS if kind is NodeKind.FEELING else DEFAULT_POSITIONS
    return _nearest_band(wanted, declared.header.bands)


def _nearest_band(wanted: float, bands: tuple[HalfLife, ...]) -> HalfLife:
    finite = [band for band in bands if math.isfinite(band)]
    return min(finite, key=lambda band: abs(math.log(band / wanted)), default=math.inf)


def _period(tree: Tree | None, clock: Clock) -> Span:
    if tree is not None:
        return span(tree, clock, least=1)
    return PERIOD if clock is Clock.POSITION else PERIOD * DAY


def _reading(keys: Mapping, declared: Declared) -> dict[str, object]:
    base, ends, above = keys.get("base"), keys.get("scale"), keys.get("above")
    occasion, axis, held_by = keys.get("occasion"), keys.get("axis"), keys.get("held_by")
    opt_in, protected, before = keys.get("opt_in"), keys.get("protected"), keys.get("renamed_from")
    return {
        "base": share(base, inner=True) if base else None,
        "scale": scale(ends) if ends else None,
        "above": number(above) if above else None,
        "occasion": Occasion(one_of(occasion, Occasion, "occasion"))
        if occasion
        else Occasion.SESSION,
        "axis": one_of(axis, AXES, "axis") if axis else None,
        "held_by": declared.group(held_by) if held_by else None,
        "opt_in": flag(opt_in) if opt_in else False,
        "protected": flag(protected) if protected else False,
        "renamed_from": text(before, "the node's former name") if before else None,
    }


def _interval(keys: Mapping, declared: Declared) -> dict[str, object]:
    names = {"from": "begins", "until": "ends", "deadline": "deadline"}
    return {
        names[key]: field_or_span(tree, declared.clock)
        for key in names
        if (tree := keys.get(key)) is not None
    }


def _goal(keys: Mapping, name: str, declared: Declared) -> dict[str, object]:
    done, parent, value = keys.get("done"), keys.get("part_of"), keys.get("value")
    return {
        "done": read_done(done, name, declared) if done else None,
        "part_of": read_parent(parent, name, declared) if parent else None,
        "value": positive(value) if value else None,
    }


def _check_renames(section: Mapping, nodes: dict[str, Node]) -> None:
    taken: dict[str, str] = {}
    for name, node in nodes.items():
        before = node.renamed_from
        if before is None:
            continue
        body = section.entries[name]
        assert isinstance(body, Mapping)
        if before in nodes:
            raise body.entries["renamed_from"].error(
                f"{before!r} is still declared", expected="a name that is gone"
            )
        if before in taken:
            raise body.entries["renamed_from"].error(
                f"{before!r} was already taken over by {taken[before]!r}"
            )
        taken[before] = name
