"""One change of a scenario, read: ``set``, ``send``, ``do`` or ``assume``."""

from __future__ import annotations

import math

from doxa.beliefmap.criteria import read_condition
from doxa.beliefmap.declared import NUMBERS, Declared
from doxa.beliefmap.document import Mapping, Sequence, Tree
from doxa.beliefmap.eligibility import read_among
from doxa.beliefmap.json_values import json_object, json_value
from doxa.beliefmap.known_fields import fields_by_kind, traits_known
from doxa.beliefmap.literals import (
    field_name,
    flag,
    mapping,
    number,
    one_of,
    one_or_more,
    positive,
    required,
    span,
    text,
)
from doxa.beliefmap.model import BeliefMap
from doxa.beliefmap.names import listed, nearest, unknown
from doxa.beliefmap.scenarios import Assume, Change, Put, Send
from doxa.domain.node import Address, NodeKind, parse_address
from doxa.domain.signal import BUILT_IN_KINDS, CLAIM, TRAITS
from doxa.errors import InputError
from doxa.types import Span

VERBS = ("set", "send", "do", "assume")
MOST_SENDS = 1_000
"""More of one change than this is a slip of the pen."""

_EXPECTED = "{set: price, times: 1.1}, {send: kind}, {do: action} or {assume: node}"
_WHEN = ["at", "every", "from", "until"]
_KEYS = {
    "set": ["set", "of", "to", "times", "plus", "when", "from", "until", "among"],
    "send": ["send", "with", *_WHEN, "among"],
    "do": ["do", "with", *_WHEN, "among"],
    "assume": ["assume", "holds", "weight", "at", "among"],
}
_INSTEAD = {TRAITS: "write {set: {trait: name}, to: value}", CLAIM: "write {assume: node}"}


def read_change(tree: Tree, belief_map: BeliefMap, declared: Declared) -> Change:
    """Read one change and check every name in it against the map."""
    section = mapping(tree, _EXPECTED)
    verbs = [verb for verb in VERBS if verb in section.entries]
    if len(verbs) != 1:
        problem = f"says {' and '.join(verbs)}" if verbs else "changes nothing"
        near = [nearest(key, VERBS) for key in section.entries if not verbs]
        raise section.error(problem, expected=_EXPECTED, hint=next(filter(None, near), ""))
    (verb,) = verbs
    mapping(section, _EXPECTED, _KEYS[verb])
    required(section, verb, _EXPECTED)
    if verb == "set":
        return _put(section, belief_map, declared)
    if verb == "assume":
        return _assume(section, declared)
    return _send(section, belief_map, declared)


def _send(section: Mapping, belief_map: BeliefMap, declared: Declared) -> Send:
    payload, among = section.get("with"), read_among(section.get("among"), declared)
    told = json_object(payload, declared) if payload else {}
    at = _offsets(section, declared)
    if "send" in section.entries:
        kind = _sent_kind(section.entries["send"], declared)
        return Send(kind=kind, payload=told, at=at, among=among)
    name = one_of(section.entries["do"], belief_map.actions, "action")
    action = belief_map.actions[name]
    own = {field: json_value(value, field, declared) for field, value in action.sets.items()}
    return Send(
        kind=action.signal,
        payload={**own, **told},
        at=at,
        among=(*action.among, *among),
        action=name,
    )


def _sent_kind(tree: Tree, declared: Declared) -> str:
    kind = declared.kind(tree)
    if kind in BUILT_IN_KINDS:
        raise tree.error(
            f"{kind!r} cannot be sent", expected="a kind of the map", hint=_INSTEAD.get(kind, "")
        )
    return kind


def _offsets(section: Mapping, declared: Declared) -> tuple[Span, ...]:
    at, every = section.get("at"), section.get("every")
    begin, end = section.get("from"), section.get("until")
    if at is not None and every is not None:
        raise every.error("stands beside 'at'", expected="one of them")
    if every is None:
        for key in ("from", "until"):
            if section.get(key) is not None:
                raise section.key_error(key, f"{key!r} without 'every'", expected="at: [0d, 7d]")
        expected = "an offset, or a list of them, such as [0d, 7d]"
        found = one_or_more(at, lambda one: span(one, declared.clock), expected) if at else (0,)
        return tuple(sorted(set(found)))
    step = span(every, declared.clock, least=1)
    if end is None:
        raise every.error("has no end", expected="until: an offset, beside it")
    last, first = span(end, declared.clock), span(begin, declared.clock) if begin else 0
    return _range(end, first, last, step)


def _range(tree: Tree, first: Span, last: Span, step: Span) -> tuple[Span, ...]:
    if last <= first:
        raise tree.error("lies before it begins", expected="an offset after 'from'")
    if (last - first) / step > MOST_SENDS:
        raise tree.error(f"more than {MOST_SENDS} times", expected="a longer step")
    return tuple(range(first, last, step))


def _put(section: Mapping, belief_map: BeliefMap, declared: Declared) -> Put:
    field, kind = _target(section, belief_map, declared)
    to = section.get("to")
    begin, end = section.get("from"), section.get("until")
    first = span(begin, declared.clock) if begin else 0
    last = span(end, declared.clock) if end else None
    if end is not None and last is not None and last <= first:
        raise end.error("lies before it begins", expected="an offset after 'from'")
    when = section.get("when")
    if when is not None and kind == TRAITS:
        raise when.error("a trait has no signal to look at", hint="say 'among'")
    found = Put(
        field=field,
        kind=kind,
        to=json_value(to, field, declared) if to else None,
        when=read_condition(when, declared),
        begin=first,
        end=last,
        among=read_among(section.get("among"), declared),
        **_reckoned(section, field, declared),
    )
    if (found.to is None) == (found.times is None and found.plus is None):
        raise section.error(
            "says no value" if found.to is None else "says two values",
            expected="either to, or times and plus",
        )
    return found


def _reckoned(section: Mapping, field: str, declared: Declared) -> dict[str, float]:
    times, plus = section.get("times"), section.get("plus")
    for tree in (times, plus):
        if tree is not None:
            declared.typed(tree, field, NUMBERS, "a number, or 'to' a value")
    found = {"times": times, "plus": plus}
    told = {key: number(tree) for key, tree in found.items() if tree is not None}
    if times is not None and told["times"] < 0:
        raise times.error(f"{told['times']:g} is negative", expected="zero or more")
    return told


def _target(section: Mapping, belief_map: BeliefMap, declared: Declared) -> tuple[str, str | None]:
    tree, of = section.entries["set"], section.get("of")
    if isinstance(tree, Mapping):
        body = required(mapping(tree, "{trait: name}", ["trait"]), "trait", "a trait")
        trait = field_name(body, "a trait")
        if of is not None:
            raise of.error("a trait is of no signal", hint="drop 'of'")
        if trait not in traits_known(belief_map):
            raise unknown(body, "trait", trait, sorted(traits_known(belief_map)))
        return trait, TRAITS
    field, kind = field_name(tree), declared.kind(of) if of else None
    _check_read(tree, field, kind, belief_map)
    return field, kind


def _check_read(tree: Tree, field: str, kind: str | None, belief_map: BeliefMap) -> None:
    read = fields_by_kind(belief_map)
    known = read.get(kind, frozenset()) if kind else frozenset().union(*read.values())
    if field not in known:
        what = f"field of {kind!r}" if kind else "field"
        hint = "write {set: {trait: name}}" if field in traits_known(belief_map) else ""
        raise tree.error(
            f"the map reads no {what} {field!r}",
            expected=f"one of {listed(sorted(known))}" if known else "a field that the map reads",
            hint=hint or nearest(field, known),
        )


def _assume(section: Mapping, declared: Declared) -> Assume:
    tree = section.entries["assume"]
    address = _address(tree, declared)
    outline = declared.nodes[address.node]
    if outline.kind is NodeKind.TRAIT:
        raise tree.error(f"{address.node!r} is a trait", hint=_INSTEAD[TRAITS])
    if len(address.member) != len(outline.dimensions):
        raise tree.error(f"{address.node!r} is a family", expected=f"{{{address.node}: MEMBER}}")
    holds, weight, at = section.get("holds"), section.get("weight"), section.get("at")
    found = positive(weight) if weight else 1.0
    assert math.isfinite(found)
    return Assume(
        node=address.node,
        of=dict(zip(outline.dimensions, address.member, strict=True)),
        holds=flag(holds) if holds else True,
        weight=found,
        at=span(at, declared.clock) if at else 0,
        among=read_among(section.get("among"), declared),
    )


def _address(tree: Tree, declared: Declared) -> Address:
    """A node as maps write it, or by its text: ``buys[MILK]``."""
    if isinstance(tree, (Mapping, Sequence)) or "[" not in text(tree, "a node"):
        return declared.address(tree)
    try:
        address = parse_address(text(tree))
    except InputError as error:
        raise tree.error(error.problem, expected=error.expected) from error
    if address.node not in declared.nodes:
        raise unknown(tree, "node", address.node, declared.nodes)
    return address
