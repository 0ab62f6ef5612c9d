"""The rules of a map applied to one signal."""

from __future__ import annotations

import math
from collections.abc import Iterator
from itertools import product

from doxa.beliefmap.conditions import holds
from doxa.beliefmap.fields import Fields, refuse_long
from doxa.beliefmap.model import BeliefMap, Rule, Weight
from doxa.beliefmap.values import NAN, schema_of
from doxa.domain.evidence import Channel, Evidence
from doxa.domain.signal import Signal


def evidence_of(belief_map: BeliefMap, signal: Signal, inert: bool = False) -> list[Evidence]:
    """What one signal says about the nodes of a map.

    A weight that is missing, zero or negative is no evidence, nor is a value or a dimension that is
    missing; a count without its amount still counts. Evidence comes in the order of the rules, then
    of the elements, then of the members.

    Parameters
    ----------
    belief_map : BeliefMap
    signal : Signal
    inert : bool
        The signal's cause chain ends in doxa's own output: it says nothing.

    Raises
    ------
    SignalError
        A list that a rule walks or fans out has more than 200 elements.

    Examples
    --------
    >>> from doxa.beliefmap.model import Zone
    >>> from doxa.domain.clock import Clock
    >>> rule = Rule(kind="rating", node="likes", channel=Channel.VALUE, weight=Weight(), value="stars")
    >>> belief_map = BeliefMap(
    ...     product="films", clock=Clock.TIME, zone=Zone(), bands=(), signals={"rating": (rule,)}
    ... )
    >>> signal = Signal(id="1", twin="ann", kind="rating", at=0, recorded=0, payload={"stars": 4})
    >>> [(one.node, one.value) for one in evidence_of(belief_map, signal)]
    [('likes', 4.0)]
    """
    rules = belief_map.signals.get(signal.kind, ())
    if inert or not rules:
        return []
    whole = Fields(signal.payload, schema_of(belief_map))
    first = _first(belief_map, signal.kind)
    return [
        evidence
        for place, rule in enumerate(rules, first)
        for fields in (whole.each(rule.each) if rule.each else [whole])
        for evidence in _apply(rule, place, fields)
    ]


def _first(belief_map: BeliefMap, kind: str) -> int:
    """The place of a kind's first rule among all rules of the map."""
    place = 0
    for name, rules in belief_map.signals.items():
        if name == kind:
            break
        place += len(rules)
    return place


def _apply(rule: Rule, place: int, fields: Fields) -> Iterator[Evidence]:
    if not holds(rule.when, fields):
        return
    weight = _weight(rule.weight, fields)
    field = rule.value if rule.channel is Channel.VALUE else rule.amount
    value = fields.number(field) if field else NAN
    if not weight > 0.0 or (rule.channel is Channel.VALUE and math.isnan(value)):
        return
    for member in _members(rule, fields):
        yield Evidence(place, rule.node, member, rule.channel, weight, value)


def _weight(weight: Weight, fields: Fields) -> float:
    if weight.field is None:
        return weight.constant
    found = fields.number(weight.field)
    if not weight.log1p:
        return found
    return math.log1p(found) if found > 0.0 else NAN


def _members(rule: Rule, fields: Fields) -> Iterator[tuple[str, ...]]:
    if rule.constant or not rule.fields:
        return iter((rule.constant,))
    for name in rule.fields:
        value = fields.value(name)
        refuse_long(len(value) if isinstance(value, list) else 1, name)
    return product(*(fields.members(name) for name in rule.fields))
