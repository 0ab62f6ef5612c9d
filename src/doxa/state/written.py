"""Claims and marks as the head of a snapshot writes them: row by row, with names for codes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

import msgspec
import numpy as np

from doxa.beliefmap.columns import Ints, Members
from doxa.state.claims import Claims, Key
from doxa.state.entries import entry_of_key, keyed, member_of_key
from doxa.state.marks import NOBODY, Marks
from doxa.state.people import State

R = TypeVar("R")


class ClaimRow(msgspec.Struct, array_like=True):
    """One claim as a header writes it: they are few, and name each other."""

    node: str
    member: tuple[str, ...]
    source: str
    at: int
    order: int
    session: int
    day: int
    channel: int
    weight: float
    begins: int
    ends: int
    id: str
    replaces: Key | None
    words: str


class MarkRow(msgspec.Struct, array_like=True):
    """One mark; without a member where it advances goals by what its fields say."""

    node: str
    member: tuple[str, ...] | None
    source: str
    at: int
    order: int
    role: int
    begins: int
    ends: int
    amount: float
    fields: tuple[str, ...]


class Sources:
    """Codes of sources by name, growing as new ones are met."""

    def __init__(self, names: tuple[str, ...] = ()) -> None:
        self.codes = {name: code for code, name in enumerate(names)}

    def code(self, name: str) -> int:
        """The source's code, given now if it is new."""
        return self.codes.setdefault(name, len(self.codes))

    @property
    def names(self) -> tuple[str, ...]:
        """Sources by code."""
        return tuple(self.codes)


def claim_rows(state: State, members: Members, low: int, high: int) -> list[ClaimRow]:
    """Some of the claims of a state."""
    claims, entries = state.claims, list(state.entries) if low < high else []
    return [
        ClaimRow(
            node=node,
            member=members.names(node)[int(member_of_key(claims.key[row]))],
            source=claims.id[row][0],
            at=int(claims.at[row]),
            order=int(claims.order[row]),
            session=int(claims.session[row]),
            day=int(claims.day[row]),
            channel=int(claims.channel[row]),
            weight=float(claims.weight[row]),
            begins=int(claims.begins[row]),
            ends=int(claims.ends[row]),
            id=claims.id[row][1],
            replaces=claims.replaces[row],
            words=claims.words[row],
        )
        for row in range(low, high)
        for node in (entries[int(entry_of_key(claims.key[row]))],)
    ]


def mark_rows(
    state: State, members: Members, sources: tuple[str, ...], low: int, high: int
) -> list[MarkRow]:
    """Some of the marks of a state."""
    marks, entries = state.marks, list(state.entries) if low < high else []
    return [
        MarkRow(
            node=node,
            member=None if member == NOBODY else members.names(node)[member],
            source=sources[marks.source[row]],
            at=int(marks.at[row]),
            order=int(marks.order[row]),
            role=int(marks.role[row]),
            begins=int(marks.begins[row]),
            ends=int(marks.ends[row]),
            amount=float(marks.amount[row]),
            fields=marks.fields[row],
        )
        for row in range(low, high)
        for node, member in ((entries[int(marks.entry[row])], int(marks.member[row])),)
    ]


class _Columns:
    """Columns of rows that several twins have alike, one twin's after the other's."""

    def __init__(self, keys: Ints, entries: dict[str, int]) -> None:
        self.keys, self.entries = keys, entries

    def of(self, rows: Sequence[R], number: Callable[[R], int]) -> Ints:
        return np.tile(np.array([number(row) for row in rows], dtype=np.int64), len(self.keys))

    def twin(self, rows: Sequence[R]) -> Ints:
        return np.repeat(self.keys, len(rows))

    def entry(self, node: str) -> int:
        try:
            return self.entries[node]
        except KeyError as error:
            raise ValueError(f"a snapshot of a map with {error.args[0]!r}") from None


def read_claims(
    rows: Sequence[ClaimRow],
    keys: Ints,
    entries: dict[str, int],
    members: Members,
    sources: Sources,
) -> Claims:
    """The claims of twins that all have these rows.

    Raises
    ------
    ValueError
        The map that reads them has no such node.
    """
    if not rows:
        return Claims.none()
    made = _Columns(keys, entries)
    return Claims(
        row=np.full(len(rows) * len(keys), -1),
        twin=made.twin(rows),
        source=made.of(rows, lambda one: sources.code(one.source)),
        at=made.of(rows, lambda one: one.at),
        order=made.of(rows, lambda one: one.order),
        session=made.of(rows, lambda one: one.session),
        day=made.of(rows, lambda one: one.day),
        key=keyed(
            made.of(rows, lambda one: made.entry(one.node)),
            made.of(rows, lambda one: members.code(one.node, one.member)),
        ),
        channel=made.of(rows, lambda one: one.channel),
        weight=np.tile(np.array([one.weight for one in rows]), len(keys)),
        begins=made.of(rows, lambda one: one.begins),
        ends=made.of(rows, lambda one: one.ends),
        id=[(one.source, one.id) for one in rows] * len(keys),
        replaces=[one.replaces for one in rows] * len(keys),
        words=[one.words for one in rows] * len(keys),
    )


def read_marks(
    rows: Sequence[MarkRow],
    keys: Ints,
    entries: dict[str, int],
    members: Members,
    sources: Sources,
) -> Marks:
    """The marks of twins that all have these rows; see `read_claims`."""
    if not rows:
        return Marks.none()
    made = _Columns(keys, entries)

    def member(one: MarkRow) -> int:
        return NOBODY if one.member is None else members.code(one.node, one.member)

    return Marks(
        twin=made.twin(rows),
        source=made.of(rows, lambda one: sources.code(one.source)),
        at=made.of(rows, lambda one: one.at),
        order=made.of(rows, lambda one: one.order),
        entry=made.of(rows, lambda one: made.entry(one.node)),
        member=made.of(rows, member),
        role=made.of(rows, lambda one: one.role),
        begins=made.of(rows, lambda one: one.begins),
        ends=made.of(rows, lambda one: one.ends),
        amount=np.tile(np.array([one.amount for one in rows]), len(keys)),
        fields=[one.fields for one in rows] * len(keys),
    )
