"""What one signal marks: that a constraint begins or ends, a goal forms, falls due or advances.

Evidence says how much a node holds; marks say when. They are drawn by the rules that write a
constraint or a goal, and by the `done` of a goal.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from enum import IntEnum
from typing import NamedTuple

from doxa.beliefmap import values
from doxa.beliefmap.conditions import holds
from doxa.beliefmap.derived import per_map
from doxa.beliefmap.fields import Fields
from doxa.beliefmap.model import BeliefMap, Done, Node, Rule
from doxa.beliefmap.rows import drawn
from doxa.beliefmap.values import schema_of
from doxa.domain.evidence import Channel
from doxa.domain.node import NodeKind
from doxa.types import Json, Moment, Span

ALWAYS, FOREVER = -(2**62), 2**62
"""Ends of intervals that nobody gave."""


class Role(IntEnum):
    """What a mark says; the numbers are the codes in columns."""

    OPENS = 0
    CLOSES = 1
    WANTED = 2
    DUE = 3
    DONE = 4


class Mark(NamedTuple):
    """One thing that a signal marks.

    Attributes
    ----------
    member : tuple of str, or None
        None of `Role.DONE`: which members it advances follows from `fields`.
    begins, ends : int
        Of an interval; of a deadline, `ends`.
    amount : float
        Of `Role.DONE`: what it adds, or the value reached.
    fields : tuple of str
        What `done` compares under `same`, in its order; empty where the signal does not say.
    """

    role: Role
    node: str
    member: tuple[str, ...] | None
    begins: Moment = ALWAYS
    ends: Moment = FOREVER
    amount: float = 0.0
    fields: tuple[str, ...] = ()


class Marking(NamedTuple):
    """What of a map marks.

    Attributes
    ----------
    rules, done : dict
        By kind of signal; what they mark is told by payloads.
    forming : tuple of int
        Places of the rules that mark nothing but that a goal is wanted: their evidence tells it.
    """

    rules: dict[str, list[tuple[int, Rule]]]
    done: dict[str, list[tuple[str, Done]]]
    forming: tuple[int, ...]

    @property
    def kinds(self) -> frozenset[str]:
        """Kinds of signals whose payloads mark anything."""
        return frozenset((*self.rules, *self.done))


@per_map
def marking_of(belief_map: BeliefMap) -> Marking:
    """The rules and ends of goals that mark; worked out once."""
    timed = timed_nodes(belief_map)
    rules: dict[str, list[tuple[int, Rule]]] = {}
    forming: list[int] = []
    for place, rule in enumerate(belief_map.rules):
        if rule.node in timed and rule.channel in (Channel.FOR, Channel.AGAINST):
            if _forms(belief_map.nodes[rule.node], rule):
                forming.append(place)
            else:
                rules.setdefault(rule.kind, []).append((place, rule))
    done: dict[str, list[tuple[str, Done]]] = {}
    for node in belief_map.nodes.values():
        if node.done is not None and node.done.kind is not None:
            done.setdefault(node.done.kind, []).append((node.name, node.done))
    return Marking(rules, done, tuple(forming))


def _forms(node: Node, rule: Rule) -> bool:
    """Whether all that a rule marks is that a goal is wanted, whatever the payload says."""
    dated = _first(rule.deadline, node.deadline) is not None
    compared = node.done is not None and node.done.same
    return node.kind is NodeKind.GOAL and rule.channel is Channel.FOR and not (dated or compared)


def timed_nodes(belief_map: BeliefMap) -> set[str]:
    """Goals, and constraints that have an interval by their own keys or by those of a rule."""
    own = {n.name for n in belief_map.nodes.values() if _spanned(n) or n.kind is NodeKind.GOAL}
    spoken = {r.node for r in belief_map.rules if r.begins is not None or r.ends is not None}
    return own | spoken


def _spanned(node: Node) -> bool:
    return node.begins is not None or node.ends is not None


def marks_of(
    belief_map: BeliefMap, kind: str, payload: dict[str, Json], at: Moment
) -> Iterator[Mark]:
    """What one signal marks by its payload, in the order of the rules; not that goals form.

    Examples
    --------
    >>> from doxa.beliefmap.map_file import parse_map
    >>> text = "{doxa: 1, product: p, nodes: {busy: {kind: constraint, until: ends}}, " \\
    ...     "fields: {ends: time}, signals: {trip: [{node: busy, for: 1}]}}"
    >>> payload = {"ends": "1970-01-02T00:00Z"}
    >>> [(mark.role.name, mark.ends) for mark in marks_of(parse_map(text), "trip", payload, 0)]
    [('OPENS', 86400000000)]
    """
    told = marking_of(belief_map)
    whole = Fields(payload, schema_of(belief_map))
    for place, rule in told.rules.get(kind, ()):
        node = belief_map.nodes[rule.node]
        for fields in whole.each(rule.each) if rule.each else [whole]:
            for piece in drawn(rule, place, fields):
                yield from _written(node, rule, piece.member, fields, at)
    for name, done in told.done.get(kind, ()):
        if holds(done.when, whole):
            yield from _advanced(name, done, whole)


def _written(
    node: Node, rule: Rule, member: tuple[str, ...], fields: Fields, at: Moment
) -> Iterator[Mark]:
    wants = rule.channel is Channel.FOR
    if node.kind is NodeKind.CONSTRAINT:
        begins = _moment(_first(rule.begins, node.begins), fields, at)
        ends = _moment(_first(rule.ends, node.ends), fields, at)
        role = Role.OPENS if wants else Role.CLOSES
        yield Mark(
            role,
            node.name,
            member,
            at if begins is None else begins,
            FOREVER if ends is None else ends,
        )
    elif node.kind is NodeKind.GOAL and wants:
        same = () if node.done is None else node.done.same
        named = tuple("" if name in node.dimensions else fields.member(name) or "" for name in same)
        yield Mark(Role.WANTED, node.name, member, fields=named)
        due = _moment(_first(rule.deadline, node.deadline), fields, at)
        if due is not None:
            yield Mark(Role.DUE, node.name, member, ends=due)


def _advanced(name: str, done: Done, fields: Fields) -> Iterator[Mark]:
    amount = 1.0 if done.field is None else fields.number(done.field)
    same = tuple(fields.member(field) or "" for field in done.same)
    if not math.isnan(amount) and "" not in same:
        yield Mark(Role.DONE, name, None, amount=amount, fields=same)


def _first(own: str | Span | None, other: str | Span | None) -> str | Span | None:
    return other if own is None else own


def _moment(spec: str | Span | None, fields: Fields, at: Moment) -> Moment | None:
    """A moment given by a field of the payload, or by a duration from the signal."""
    if spec is None:
        return None
    if isinstance(spec, str):
        return values.moment(fields.value(spec), fields.schema.calendar)
    return at + spec
