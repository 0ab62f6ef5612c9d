"""The rules of a map applied to one signal."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from itertools import product

import msgspec
import numpy as np

from doxa.beliefmap.columns import EvidenceColumns, Members, SignalColumns
from doxa.beliefmap.conditions import holds
from doxa.beliefmap.contexts import contexts_of
from doxa.beliefmap.derived import per_map
from doxa.beliefmap.fields import Fields, refuse_long
from doxa.beliefmap.model import BeliefMap, Rule, Weight
from doxa.beliefmap.values import NAN, Schema, schema_of
from doxa.domain.evidence import Channel, Evidence
from doxa.domain.signal import Signal
from doxa.types import Json


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
    if inert:
        return []
    rules, schema = _rules(belief_map)
    return _said(
        rules.get(signal.kind, ()), Fields(contexts_of(belief_map).payload(signal), schema)
    )


def evidence_of_few(
    belief_map: BeliefMap, signals: SignalColumns, members: Members
) -> EvidenceColumns:
    """The same as `evidence_of_batch`, signal by signal: quicker for some dozens, in their order."""
    rules, schema = _rules(belief_map)
    heard = [rules.get(kind, ()) for kind in signals.kinds]
    kinds, inert = signals.kind.tolist(), signals.inert.tolist()
    told = [
        (row, piece)
        for row, kind in enumerate(kinds)
        if heard[kind] and not inert[row]
        for piece in _said(heard[kind], Fields(_PAYLOAD.decode(signals.payload[row]), schema))
    ]
    return EvidenceColumns(
        row=np.array([row for row, _ in told], dtype=np.int64),
        rule=np.array([piece.rule for _, piece in told], dtype=np.int64),
        member=np.array([members.code(p.node, p.member) for _, p in told], dtype=np.int64),
        weight=np.array([piece.weight for _, piece in told], dtype=np.float64),
        value=np.array([piece.value for _, piece in told], dtype=np.float64),
    )


_PAYLOAD: msgspec.json.Decoder[dict[str, Json]] = msgspec.json.Decoder(dict)


def _said(rules: Sequence[tuple[int, Rule]], whole: Fields) -> list[Evidence]:
    """What the rules of a kind, with their places among all, draw from one payload."""
    said: list[Evidence] = []
    for place, rule in rules:
        for fields in whole.each(rule.each) if rule.each else (whole,):
            said += drawn(rule, place, fields)
    return said


@per_map
def _rules(belief_map: BeliefMap) -> tuple[dict[str, list[tuple[int, Rule]]], Schema]:
    """The rules of each kind with their places among all, and how payloads are read."""
    rules: dict[str, list[tuple[int, Rule]]] = {}
    for place, rule in enumerate(belief_map.rules):
        rules.setdefault(rule.kind, []).append((place, rule))
    return rules, schema_of(belief_map)


def drawn(rule: Rule, place: int, fields: Fields) -> Sequence[Evidence]:
    """What one rule draws from one payload, or one element of it."""
    if not holds(rule.when, fields):
        return ()
    weight = _weight(rule.weight, fields)
    field = rule.value if rule.channel is Channel.VALUE else rule.amount
    value = fields.number(field) if field else NAN
    if not weight > 0.0 or (rule.channel is Channel.VALUE and math.isnan(value)):
        return ()
    return [
        Evidence(place, rule.node, member, rule.channel, weight, value)
        for member in _members(rule, fields)
    ]


def _weight(weight: Weight, fields: Fields) -> float:
    if weight.field is None:
        return weight.constant
    found = fields.number(weight.field)
    if not weight.log1p:
        return found
    return math.log1p(found) if found > 0.0 else NAN


def _members(rule: Rule, fields: Fields) -> Iterable[tuple[str, ...]]:
    if rule.constant or not rule.fields:
        return (rule.constant,)
    for name in rule.fields:
        value = fields.value(name)
        refuse_long(len(value) if isinstance(value, list) else 1, name)
    return product(*(fields.members(name) for name in rule.fields))
