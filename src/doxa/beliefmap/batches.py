"""The rules of a map applied to many signals at once, column by column."""

from __future__ import annotations

import math
from collections.abc import Iterable

import numpy as np

from doxa.beliefmap.columns import (
    EvidenceColumns,
    Floats,
    Ints,
    Members,
    SignalColumns,
    picked,
)
from doxa.beliefmap.conditions import fields_of, mask
from doxa.beliefmap.fields import MOST, refuse_long
from doxa.beliefmap.model import BeliefMap, Rule, Weight
from doxa.beliefmap.payloads import Columns, Named, columns_of
from doxa.beliefmap.values import schema_of
from doxa.domain.evidence import Channel

_NONE: Ints = np.empty(0, np.int64)
_WIDE = 1_000_000


def evidence_of_batch(
    belief_map: BeliefMap, signals: SignalColumns, members: Members
) -> EvidenceColumns:
    """What many signals say about the nodes of a map: `evidence_of`, for all of them at once.

    Evidence comes by rule in the order of the map, and within a rule by row, then element, then
    member. Members get codes in that order too; only those with evidence get one.

    Raises
    ------
    SignalError
        A list that a rule walks or fans out has more than 200 elements; names row and field.

    Examples
    --------
    >>> from doxa.beliefmap.model import Zone
    >>> from doxa.domain.clock import Clock
    >>> rule = Rule(kind="visit", node="comes", channel=Channel.COUNT, weight=Weight())
    >>> belief_map = BeliefMap(
    ...     product="shop", clock=Clock.TIME, zone=Zone(), bands=(), signals={"visit": (rule,)}
    ... )
    >>> zeros = np.zeros(2, np.int64)
    >>> signals = SignalColumns(
    ...     twin=zeros, at=zeros, recorded=zeros, order=zeros, seq=zeros, kind=zeros, source=zeros,
    ...     session=zeros, day=zeros, payload=[b"{}", b"{}"], inert=np.array([False, True]),
    ...     kinds=("visit",), sources=("default",),
    ... )
    >>> evidence_of_batch(belief_map, signals, Members()).row
    array([0])
    """
    parts: list[EvidenceColumns] = []
    place = 0
    met = {signals.kinds[code] for code in np.unique(signals.kind).tolist()}
    for kind, rules in belief_map.signals.items():
        columns = _columns(belief_map, kind, signals) if rules and kind in met else None
        for rule in rules:
            if columns is not None and len(columns):
                parts.append(_apply(rule, place, columns, members))
            place += 1
    return _joined(parts)


def fields_read(rules: Iterable[Rule]) -> tuple[str, ...]:
    """The payload fields that some rules read."""
    found: dict[str, None] = {}
    for rule in rules:
        single = (rule.each, rule.weight.field, rule.value, rule.amount)
        names = (*rule.fields, *(name for name in single if name), *fields_of(rule.when))
        found.update(dict.fromkeys(names))
    return tuple(found)


def _columns(belief_map: BeliefMap, kind: str, signals: SignalColumns) -> Columns:
    rows = np.flatnonzero((signals.kind == signals.kinds.index(kind)) & ~signals.inert)
    names, schema = fields_read(belief_map.signals[kind]), schema_of(belief_map)
    every = len(rows) == len(signals)
    if signals.fields is not None:
        told = {name: signals.fields[name] for name in names if name in signals.fields}
        found = {name: column if every else picked(column, rows) for name, column in told.items()}
        return Columns(schema, rows, found)
    payload = signals.payload if every else [signals.payload[row] for row in rows.tolist()]
    return columns_of(payload, names, schema, rows)


def _apply(rule: Rule, place: int, columns: Columns, members: Members) -> EvidenceColumns:
    view = columns.each(rule.each) if rule.each else columns
    weight = _weights(rule.weight, view)
    field = rule.value if rule.channel is Channel.VALUE else rule.amount
    value = view[field].numbers() if field else np.full(len(view), np.nan)
    keep = (weight > 0.0) & mask(rule.when, view)
    if rule.channel is Channel.VALUE:
        keep &= ~np.isnan(value)
    rows, codes = _members(rule, view, np.flatnonzero(keep), members)
    return EvidenceColumns(
        view.rows[rows], np.full(len(rows), place, np.int64), codes, weight[rows], value[rows]
    )


def _weights(weight: Weight, view: Columns) -> Floats:
    """Weights by row. Logarithms one by one: NumPy's differ from the row's in the last digit."""
    if weight.field is None:
        return np.full(len(view), weight.constant)
    found = view[weight.field].numbers()
    if not weight.log1p:
        return found
    logs = (math.log1p(one) if one > 0.0 else math.nan for one in found.tolist())
    return np.fromiter(logs, np.float64, len(found))


def _members(rule: Rule, view: Columns, rows: Ints, members: Members) -> tuple[Ints, Ints]:
    """Rows, repeated for each member they name, and the members' codes."""
    if not len(rows):
        return rows, rows
    if rule.constant or not rule.fields:
        return rows, np.full(len(rows), members.code(rule.node, rule.constant), np.int64)
    tables: list[list[str]] = []
    local: list[Ints] = []
    for name in rule.fields:
        named = view[name].lists()
        _refuse_long(named, name, view, rows)
        repeat, code = _fan_out(named, rows)
        rows, local = rows[repeat], [one[repeat] for one in local]
        local.append(code)
        tables.append(named.names)
    return rows, _coded(rule.node, local, tables, members)


def _refuse_long(named: Named, name: str, view: Columns, rows: Ints) -> None:
    long = rows[named.size[rows] > MOST]
    if len(long):
        refuse_long(int(named.size[long[0]]), name, int(view.rows[long[0]]))


def _fan_out(named: Named, rows: Ints) -> tuple[Ints, Ints]:
    """Which of the rows each member belongs to, and the member's code."""
    first = named.start[rows]
    count = named.start[rows + 1] - first
    repeat = np.repeat(np.arange(len(rows)), count)
    within = np.arange(len(repeat)) - np.repeat(np.cumsum(count) - count, count)
    return repeat, named.code[first[repeat] + within]


def _coded(node: str, local: list[Ints], tables: list[list[str]], members: Members) -> Ints:
    """Codes of members from the codes of their dimensions, given in order of first appearance."""
    place, first = _dense(local[0], len(tables[0]))
    for code, table in zip(local[1:], tables[1:], strict=True):
        place, first = _dense(place * len(table) + code, len(first) * len(table))
    codes = np.empty(len(first), np.int64)
    for one in np.argsort(first):
        at = first[one]
        member = tuple(table[code[at]] for code, table in zip(local, tables, strict=True))
        codes[one] = members.code(node, member)
    return codes[place]


def _dense(key: Ints, space: int) -> tuple[Ints, Ints]:
    """Keys below `space` as codes without gaps, and where each code stands first."""
    if space > _WIDE + len(key):
        _, first, place = np.unique(key, return_index=True, return_inverse=True)
        return place, first
    seen = np.full(space, -1, np.int64)
    seen[key[::-1]] = np.arange(len(key))[::-1]
    used = seen >= 0
    return (np.cumsum(used) - 1)[key], seen[used]


def _joined(parts: list[EvidenceColumns]) -> EvidenceColumns:
    none = EvidenceColumns(_NONE, _NONE, _NONE, np.empty(0), np.empty(0))
    whole = [none, *parts]
    return EvidenceColumns(
        row=np.concatenate([part.row for part in whole]),
        rule=np.concatenate([part.rule for part in whole]),
        member=np.concatenate([part.member for part in whole]),
        weight=np.concatenate([part.weight for part in whole]),
        value=np.concatenate([part.value for part in whole]),
    )
