"""Signals by name: what each of them says about what a person wants, feels and is bound by."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Literal

import msgspec
import numpy as np

from doxa.beliefmap.columns import Members, SignalColumns
from doxa.beliefmap.marking import Role, marks_of
from doxa.beliefmap.model import BeliefMap
from doxa.domain.evidence import Channel
from doxa.domain.node import Address
from doxa.runtime.claims_told import ClaimsTold
from doxa.runtime.living.past import Past
from doxa.state.entries import node_of
from doxa.state.evidence import NodeEvidence, split
from doxa.types import Json, Moment

Way = Literal["for", "against", "count", "value", "done"]


class Said(msgspec.Struct, frozen=True, kw_only=True):
    """What a signal says about one node.

    Attributes
    ----------
    node : Address
        Of `done`, the member the signal names; a goal without members, itself.
    way : str
        for, against, count, value; or done: it advances the goal.
    amount : float or None
        The value, or how much of a count or towards a goal.
    """

    node: Address
    way: Way
    amount: float | None


class Named(msgspec.Struct, frozen=True, kw_only=True):
    """One signal, by what it says of the person.

    Attributes
    ----------
    id, kind, source : str
    at : int
    sitting : int
        Number of the session it came in, from 1 on in the order they began; 0 = none.
    says : tuple of Said
        Only what the reader may see.
    """

    id: str
    kind: str
    source: str
    at: Moment
    sitting: int
    says: tuple[Said, ...]

    def as_dict(self) -> dict[str, Json]:
        """The signal as plain fields."""
        told = {name: getattr(self, name) for name in self.__struct_fields__}
        plain: dict[str, Json] = msgspec.to_builtins({**told, "says": ()})
        says: list[Json] = [
            {"node": str(each.node), "way": each.way, "amount": each.amount} for each in self.says
        ]
        return {**plain, "says": says}


def named(past: Past) -> tuple[Named, ...]:
    """All signals that a reading saw and that say anything, oldest first."""
    frozen, rows = past.frozen, past.rows
    said: dict[int, list[Said]] = {}
    codes = Members()
    told = ClaimsTold.of(frozen, rows, codes)
    parts = split(rows, told.evidence(frozen, codes), frozen.belief_map)
    for entry, part in parts.items():
        for row, each in _evidence(node_of(entry), part, codes):
            said.setdefault(row, []).append(each)
    for row in np.flatnonzero(~rows.inert).tolist():
        for each in _advances(frozen.belief_map, rows, row):
            said.setdefault(row, []).append(each)
    sittings = _sittings(rows)
    found = [_named(rows, row, sittings[row], each) for row, each in said.items()]
    return tuple(sorted(found, key=lambda each: (each.at, each.id)))


def _evidence(node: str, part: NodeEvidence, codes: Members) -> Iterator[tuple[int, Said]]:
    names = codes.names(node) or [()]
    for place, row in enumerate(part.row.tolist()):
        channel = Channel(int(part.channel[place]))
        way = _WAYS[channel]
        member = names[int(part.member[part.cell[place]])]
        amount = part.value[place] if way == "value" else part.weight[place]
        yield row, Said(node=Address(node, member), way=way, amount=float(amount))


_WAYS: Mapping[Channel, Way] = {
    Channel.FOR: "for",
    Channel.AGAINST: "against",
    Channel.COUNT: "count",
    Channel.VALUE: "value",
}


def _advances(belief_map: BeliefMap, rows: SignalColumns, row: int) -> Iterator[Said]:
    """The goals that a signal advances by their `done`."""
    kind = rows.kinds[rows.kind[row]]
    if not any(n.done is not None and n.done.kind == kind for n in belief_map.nodes.values()):
        return
    payload: dict[str, Json] = msgspec.json.decode(rows.payload[row])
    for mark in marks_of(belief_map, kind, payload, int(rows.at[row])):
        node = belief_map.nodes[mark.node]
        if mark.role is Role.DONE and node.done is not None:
            told = dict(zip(node.done.same, mark.fields, strict=True))
            member = tuple(told.get(dimension, "") for dimension in node.dimensions)
            yield Said(node=Address(mark.node, member), way="done", amount=mark.amount)


def _sittings(rows: SignalColumns) -> list[int]:
    """Numbers of sessions in the order they began."""
    order = np.lexsort((rows.order, rows.at))
    number: dict[int, int] = {}
    for code in rows.session[order].tolist():
        if code >= 0:
            number.setdefault(code, len(number) + 1)
    return [number.get(code, 0) for code in rows.session.tolist()]


def _named(rows: SignalColumns, row: int, sitting: int, said: list[Said]) -> Named:
    return Named(
        id=(rows.ids or [])[row],
        kind=rows.kinds[rows.kind[row]],
        source=rows.sources[rows.source[row]],
        at=int(rows.at[row]),
        sitting=sitting,
        says=tuple(said),
    )
