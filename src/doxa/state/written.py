"""Claims and marks as the head of a snapshot writes them: row by row, with names for codes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import msgspec
import numpy as np

from doxa.beliefmap.columns import Ints, Members
from doxa.state.claims import Claims, Key
from doxa.state.entries import entry_of_key, keyed, member_of_key
from doxa.state.marks import NOBODY, Marks
from doxa.state.people import State


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


def read_claims(
    rows: Sequence[ClaimRow],
    twin: Ints,
    entries: dict[str, int],
    members: Members,
    sources: Sources,
) -> Claims:
    """Claims, each of the twin beside it.

    Raises
    ------
    ValueError
        The map that reads them has no such node.
    """
    if not rows:
        return Claims.none()
    return Claims(
        row=np.full(len(rows), -1),
        twin=twin,
        source=_column(sources.code(one.source) for one in rows),
        at=_column(one.at for one in rows),
        order=_column(one.order for one in rows),
        session=_column(one.session for one in rows),
        day=_column(one.day for one in rows),
        key=keyed(
            _entries(rows, entries), _column(members.code(one.node, one.member) for one in rows)
        ),
        channel=_column(one.channel for one in rows),
        weight=np.array([one.weight for one in rows], dtype=np.float64),
        begins=_column(one.begins for one in rows),
        ends=_column(one.ends for one in rows),
        id=[(one.source, one.id) for one in rows],
        replaces=[one.replaces for one in rows],
        words=[one.words for one in rows],
    )


def read_marks(
    rows: Sequence[MarkRow],
    twin: Ints,
    entries: dict[str, int],
    members: Members,
    sources: Sources,
) -> Marks:
    """Marks, each of the twin beside it; see `read_claims`."""
    if not rows:
        return Marks.none()
    return Marks(
        twin=twin,
        source=_column(sources.code(one.source) for one in rows),
        at=_column(one.at for one in rows),
        order=_column(one.order for one in rows),
        entry=_entries(rows, entries),
        member=_column(
            NOBODY if one.member is None else members.code(one.node, one.member) for one in rows
        ),
        role=_column(one.role for one in rows),
        begins=_column(one.begins for one in rows),
        ends=_column(one.ends for one in rows),
        amount=np.array([one.amount for one in rows], dtype=np.float64),
        fields=[one.fields for one in rows],
    )


def _column(values: Iterable[int]) -> Ints:
    return np.array(list(values), dtype=np.int64)


def _entries(rows: Sequence[ClaimRow] | Sequence[MarkRow], entries: dict[str, int]) -> Ints:
    try:
        return _column(entries[one.node] for one in rows)
    except KeyError as error:
        raise ValueError(f"a snapshot of a map with {error.args[0]!r}") from None
