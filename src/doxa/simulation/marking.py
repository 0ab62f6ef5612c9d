"""Marks of signals that come along a walk: when goals form, fall due and advance, when constraints begin and end."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from doxa.beliefmap import values
from doxa.beliefmap.columns import EvidenceColumns, Floats, Ints, Values
from doxa.beliefmap.conditions import mask
from doxa.beliefmap.derived import per_map
from doxa.beliefmap.marking import ALWAYS, FOREVER, Mark, Role, marking_of, marks_of
from doxa.beliefmap.model import BeliefMap, Done, FieldType, Node, Rule
from doxa.beliefmap.payloads import Columns
from doxa.beliefmap.values import schema_of
from doxa.domain.evidence import Channel
from doxa.domain.node import NodeKind
from doxa.features.marks import MarkColumns, formed_by, joined, marked_nodes
from doxa.types import Span


@per_map
def kinds_that_mark(belief_map: BeliefMap) -> frozenset[str]:
    """Kinds of signals that may mark a single goal or constraint."""
    marked = set(marked_nodes(belief_map))
    told = {rule.kind for rule in belief_map.rules if rule.node in marked}
    wanted = (belief_map.nodes[name].done for name in marked)
    done = {one.kind for one in wanted if one is not None and one.kind is not None}
    return frozenset(told | done)


def marks_along(
    belief_map: BeliefMap,
    kind: str,
    at: Ints,
    fields: Mapping[str, Values],
    evidence: EvidenceColumns,
    compared: dict[tuple[str, ...], int],
) -> MarkColumns:
    """What signals of one kind mark; rows are their places.

    Parameters
    ----------
    evidence : what they say of nodes, by place
    compared : codes of the fields that goals compare; new ones are added
    """
    place = {name: spot for spot, name in enumerate(marked_nodes(belief_map))}
    columns = Columns(schema_of(belief_map), np.arange(len(at)), fields)
    told, parts = marking_of(belief_map), [formed_by(belief_map, evidence)]
    rules = [(n, rule) for n, rule in told.rules.get(kind, ()) if rule.node in place]
    done = [(name, done) for name, done in told.done.get(kind, ()) if name in place]
    if any(rule.each for _, rule in rules):
        # Elements of a list have fields of their own: such signals are read one by one.
        every = range(len(at))
        payloads = [{name: _plain(own[row]) for name, own in fields.items()} for row in every]
        found = [
            (row, mark)
            for row in every
            for mark in marks_of(belief_map, kind, payloads[row], int(at[row]))
            if mark.node in place
        ]
        return joined([*parts, _listed(found, place, compared)])
    for number, rule in rules:
        row = np.unique(evidence.row[(evidence.rule == number) & (evidence.weight > 0)])
        parts += _written(belief_map, rule, place[rule.node], row, at, columns, compared)
    for name, end in done:
        parts.append(_advanced(end, place[name], columns, compared))
    return joined(parts)


def _plain(value: Any) -> Any:
    return value.item() if isinstance(value, np.generic) else value


def _listed(
    found: Sequence[tuple[int, Mark]],
    place: Mapping[str, int],
    compared: dict[tuple[str, ...], int],
) -> MarkColumns:
    def ints(told: Iterator[int]) -> Ints:
        return np.fromiter(told, dtype=np.int64)

    return MarkColumns(
        ints(row for row, _ in found),
        ints(place[mark.node] for _, mark in found),
        ints(int(mark.role) for _, mark in found),
        ints(mark.begins for _, mark in found),
        ints(mark.ends for _, mark in found),
        np.fromiter((mark.amount for _, mark in found), dtype=np.float64),
        ints(compared.setdefault(mark.fields, len(compared)) for _, mark in found),
    )


def _written(
    belief_map: BeliefMap,
    rule: Rule,
    place: int,
    row: Ints,
    at: Ints,
    columns: Columns,
    compared: dict[tuple[str, ...], int],
) -> Iterator[MarkColumns]:
    """What a rule about a goal or constraint marks, as `doxa.beliefmap.marking` reads one signal."""
    node, when = belief_map.nodes[rule.node], at[row]
    wants = rule.channel is Channel.FOR
    if node.kind is NodeKind.CONSTRAINT:
        begins = _moments(_first(rule.begins, node.begins), columns, row, when)
        ends = _moments(_first(rule.ends, node.ends), columns, row, when)
        role = Role.OPENS if wants else Role.CLOSES
        yield _marks(
            row,
            place,
            role,
            np.where(np.isnan(begins), when, np.nan_to_num(begins)).astype(np.int64),
            np.where(np.isnan(ends), FOREVER, np.nan_to_num(ends)).astype(np.int64),
        )
    elif wants:
        yield _marks(row, place, Role.WANTED, same=_compared(node, columns, row, compared))
        due = _moments(_first(rule.deadline, node.deadline), columns, row, when)
        dated = ~np.isnan(due)
        yield _marks(row[dated], place, Role.DUE, ends=due[dated].astype(np.int64))


def _advanced(
    done: Done, place: int, columns: Columns, compared: dict[tuple[str, ...], int]
) -> MarkColumns:
    kept = mask(done.when, columns)
    amount = np.ones(len(columns)) if done.field is None else columns[done.field].numbers()
    row = np.flatnonzero(kept & ~np.isnan(amount))
    same = _codes(done.same, columns, row, compared)
    row, same = row[same >= 0], same[same >= 0]
    return _marks(row, place, Role.DONE, amount=amount[row], same=same)


def _marks(
    row: Ints,
    place: int,
    role: Role,
    begins: Ints | None = None,
    ends: Ints | None = None,
    amount: Floats | None = None,
    same: Ints | None = None,
) -> MarkColumns:
    size = len(row)
    return MarkColumns(
        row,
        np.full(size, place),
        np.full(size, int(role)),
        np.full(size, ALWAYS) if begins is None else begins,
        np.full(size, FOREVER) if ends is None else ends,
        np.zeros(size) if amount is None else amount,
        np.zeros(size, dtype=np.int64) if same is None else same,
    )


def _compared(
    node: Node, columns: Columns, row: Ints, compared: dict[tuple[str, ...], int]
) -> Ints:
    """The code of what a goal compares, of the signals that form it; what they do not name is empty."""
    names = () if node.done is None else node.done.same
    if not names:
        return np.full(len(row), compared.setdefault((), len(compared)))
    told = _named(names, columns, row)
    return np.array([compared.setdefault(one, len(compared)) for one in told], dtype=np.int64)


def _codes(
    names: Sequence[str], columns: Columns, row: Ints, compared: dict[tuple[str, ...], int]
) -> Ints:
    """The same of signals that advance it; -1 where they do not name all."""
    if not names:
        return np.full(len(row), compared.setdefault((), len(compared)))
    told = _named(names, columns, row)
    return np.array(
        [-1 if "" in one else compared.setdefault(one, len(compared)) for one in told],
        dtype=np.int64,
    )


def _named(names: Sequence[str], columns: Columns, row: Ints) -> list[tuple[str, ...]]:
    found: list[list[str]] = []
    for name in names:
        column = columns[name]
        told = [values.member(one, column.kind, column.calendar) or "" for one in column.values]
        found.append([told[place] for place in row.tolist()])
    return list(zip(*found, strict=True))


def _moments(spec: str | Span | None, columns: Columns, row: Ints, at: Ints) -> Floats:
    """Moments that a field or a span from the signal gives; NaN where there is none."""
    if spec is None:
        return np.full(len(row), np.nan)
    if not isinstance(spec, str):
        return np.asarray(at + spec, dtype=np.float64)
    column = columns[spec]
    if column.kind is FieldType.TIME and isinstance(column.values, np.ndarray):
        return column.numbers()[row]

    def moment(one: object) -> float:
        found = values.moment(one, column.calendar)
        return np.nan if found is None else float(found)

    return column.read(moment, np.float64)[row]


def _first(own: str | Span | None, other: str | Span | None) -> str | Span | None:
    return other if own is None else own
