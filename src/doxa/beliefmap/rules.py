"""Rules, compiled: what one kind of signal says about one node."""

from __future__ import annotations

import re

import msgspec

from doxa.beliefmap.criteria import read_condition
from doxa.beliefmap.declared import Declared
from doxa.beliefmap.document import Mapping, Tree
from doxa.beliefmap.literals import (
    each_of,
    field_name,
    field_or_span,
    is_number,
    mapping,
    number,
    one_of,
    required,
    text,
)
from doxa.beliefmap.model import FieldType, Rule, Weight
from doxa.beliefmap.names import unknown
from doxa.domain.evidence import Channel, Once
from doxa.domain.node import NodeKind
from doxa.domain.signal import CLAIM
from doxa.types import Span

MOST_RULES = 20
CHANNELS = {
    "for": Channel.FOR,
    "against": Channel.AGAINST,
    "count": Channel.COUNT,
    "value": Channel.VALUE,
}
_KEYS = [*("node", *CHANNELS, "amount", "when", "each", "by", "once"), *("from", "until")]
_INTERVAL = {"from": "begins", "until": "ends", "deadline": "deadline"}
_MEMBERS = frozenset(FieldType) - {FieldType.TEXT, FieldType.TIME}
_LOG1P = re.compile(r"log1p\((.+)\)")
_CHANNEL_EXPECTED = "exactly one of for, against, count or value"


def read_signals(top: Mapping, declared: Declared) -> dict[str, tuple[Rule, ...]]:
    """Compile the rules of all kinds, in the order of the file."""
    tree = top.get("signals")
    if tree is None:
        return {}
    section = mapping(tree, "signal kinds and their rules")
    return {kind: _rules(kind, section.get(kind), declared) for kind in section.entries}


def _rules(kind: str, tree: Tree | None, declared: Declared) -> tuple[Rule, ...]:
    if tree is None:
        return ()
    found = each_of(tree, lambda item: _rule(kind, item, declared), "a list of rules, or []")
    if found and kind == CLAIM:
        raise tree.error(
            "claims need no rules: they name the node they are about", hint="choose another kind"
        )
    if len(found) > MOST_RULES:
        raise tree.error(f"holds {len(found)} rules", expected=f"at most {MOST_RULES} per kind")
    return found


def _rule(kind: str, tree: Tree, declared: Declared) -> Rule:
    section = mapping(tree, "a rule, such as {node: buys, count: 1}", [*_KEYS, "deadline"])
    address = declared.address(required(section, "node", "the node the signal speaks of"))
    outline = declared.nodes[address.node]
    if outline.kind is NodeKind.TRAIT:
        raise section.entries["node"].error(
            f"{address.node!r} is a trait", hint="traits arrive as the built-in signal 'traits'"
        )
    channel = _channel(section)
    rule = Rule(
        kind=kind,
        node=address.node,
        channel=channel,
        constant=address.member,
        fields=() if address.member else _fields(section, outline.dimensions, declared),
        weight=_weight(section, channel, declared),
        value=declared.numeric(section.entries["value"]) if channel is Channel.VALUE else None,
        when=read_condition(section.get("when"), declared),
        each=_each(section.get("each"), declared),
        line=section.place.line,
    )
    if address.member and "by" in section.entries:
        raise section.key_error("by", "the node names its member already", hint="drop 'by'")
    return msgspec.structs.replace(
        rule, **_counting(section, channel, declared), **_interval(section, outline.kind, declared)
    )


def _channel(section: Mapping) -> Channel:
    found = [key for key in CHANNELS if key in section.entries]
    if len(found) != 1:
        problem = f"says {' and '.join(found)}" if found else "says nothing"
        raise section.error(problem, expected=_CHANNEL_EXPECTED)
    required(section, found[0], "a weight" if found[0] != "value" else "a payload field")
    return CHANNELS[found[0]]


def _fields(section: Mapping, dimensions: tuple[str, ...], declared: Declared) -> tuple[str, ...]:
    renamed: dict[str, str] = {}
    tree = section.get("by")
    if tree is not None:
        by = mapping(tree, "{dimension: field}")
        for dimension, body in by.entries.items():
            if dimension not in dimensions:
                raise unknown(body, "dimension", dimension, dimensions)
            renamed[dimension] = field_name(body)
    found = tuple(renamed.get(dimension, dimension) for dimension in dimensions)
    for name in found:
        declared.typed(tree or section, name, _MEMBERS, "a category, item or items to be a member")
    return found


def _weight(section: Mapping, channel: Channel, declared: Declared) -> Weight:
    if channel is Channel.VALUE:
        return Weight()
    tree = section.entries[channel.name.lower()]
    expected = "a number, a payload field, or {log1p: field}"
    if isinstance(tree, Mapping):
        body = required(mapping(tree, expected, ["log1p"]), "log1p", expected)
        return Weight(field=declared.numeric(body), log1p=True)
    written = text(tree, expected)
    if is_number(written):
        if number(tree) < 0:
            raise tree.error(f"weight {written} is negative", expected="zero or more")
        return Weight(constant=number(tree))
    inside = _LOG1P.fullmatch(written)
    if inside:
        declared.typed(tree, inside[1], frozenset({FieldType.NUMBER, FieldType.FLAG}), "a number")
        return Weight(field=inside[1], log1p=True)
    return Weight(field=declared.numeric(tree))


def _each(tree: Tree | None, declared: Declared) -> str | None:
    if tree is None:
        return None
    name = field_name(tree)
    declared.typed(tree, name, frozenset({FieldType.ITEMS}), "a list or an object")
    return name


def _counting(section: Mapping, channel: Channel, declared: Declared) -> dict[str, object]:
    for key in ("amount", "once"):
        if key in section.entries and channel is not Channel.COUNT:
            raise section.key_error(key, f"{key!r} stands beside count only")
    amount, once = section.get("amount"), section.get("once")
    return {
        "amount": declared.numeric(amount) if amount else None,
        "once": Once(one_of(once, Once, "unit")) if once else None,
    }


def _interval(section: Mapping, kind: NodeKind, declared: Declared) -> dict[str, str | Span]:
    found: dict[str, str | Span] = {}
    for key, name in _INTERVAL.items():
        tree = section.get(key)
        if tree is None:
            continue
        owner = NodeKind.GOAL if key == "deadline" else NodeKind.CONSTRAINT
        if kind is not owner:
            raise tree.error(f"a {kind.value} has no {key!r}", expected=f"a {owner.value}")
        found[name] = field_or_span(tree, declared.clock)
    return found
