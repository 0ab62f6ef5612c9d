"""Marks in columns: when single goals form, fall due and advance, when single constraints begin and end."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields, replace

import msgspec
import numpy as np

from doxa.beliefmap.columns import EvidenceColumns, Floats, Ints, SignalColumns
from doxa.beliefmap.derived import per_map
from doxa.beliefmap.marking import Role, marking_of, marks_of
from doxa.beliefmap.model import BeliefMap
from doxa.domain.evidence import Channel
from doxa.domain.node import NodeKind
from doxa.features.copies import of_sources
from doxa.types import Json

_PAYLOAD: msgspec.json.Decoder[dict[str, Json]] = msgspec.json.Decoder(dict)
_MARKED = (NodeKind.GOAL, NodeKind.CONSTRAINT)


@dataclass(frozen=True, slots=True)
class MarkColumns:
    """What m marks say, each of one signal.

    Attributes
    ----------
    row : int64[m]
        The signal, a row of the past.
    node : int64[m]
        Place among `marked_nodes`.
    role : int64[m]
        Codes of `Role`.
    begins, ends : int64[m]
    amount : float64[m]
    same : int64[m]
        Which fields `done` compares, one number per combination; 0 where it compares none.
    """

    row: Ints
    node: Ints
    role: Ints
    begins: Ints
    ends: Ints
    amount: Floats
    same: Ints

    def __len__(self) -> int:
        return len(self.row)

    def take(self, chosen: Ints) -> MarkColumns:
        """Some of the marks."""
        return MarkColumns(*(getattr(self, part.name)[chosen] for part in fields(self)))

    def with_copies(self, sources: Ints, first: int) -> MarkColumns:
        """The marks with those of some signals once more, for copies that stand from row `first` on."""
        place, owner = of_sources(self.row, sources)
        return joined([self, replace(self.take(place), row=first + owner)])


def joined(parts: Sequence[MarkColumns]) -> MarkColumns:
    """The marks of several parts as one."""
    if not parts:
        nothing = np.zeros(0, dtype=np.int64)
        return MarkColumns(nothing, nothing, nothing, nothing, nothing, np.zeros(0), nothing)
    return MarkColumns(
        *(np.concatenate([getattr(part, f.name) for part in parts]) for f in fields(MarkColumns))
    )


@per_map
def marked_nodes(belief_map: BeliefMap) -> tuple[str, ...]:
    """The single goals and constraints of a map."""
    return tuple(
        node.name
        for node in belief_map.nodes.values()
        if node.kind in _MARKED and not node.dimensions
    )


class MarkReader:
    """Draws marks from a scan of the ledger, batch by batch."""

    def __init__(self, belief_map: BeliefMap) -> None:
        self.map = belief_map
        self.place = {name: place for place, name in enumerate(marked_nodes(belief_map))}
        self.fields: dict[tuple[str, ...], int] = {(): 0}

    def of_batch(self, batch: SignalColumns, evidence: EvidenceColumns) -> MarkColumns:
        """The marks of one batch; rows are those of the batch."""
        if not self.place:
            return joined([])
        return joined([self._told(batch), formed_by(self.map, evidence)])

    def _told(self, batch: SignalColumns) -> MarkColumns:
        """What payloads mark."""
        kinds = marking_of(self.map).kinds
        codes = [code for code, kind in enumerate(batch.kinds) if kind in kinds]
        rows = np.flatnonzero(np.isin(batch.kind, codes) & ~batch.inert)
        found = list(self._marks(batch, rows.tolist()))
        if not found:
            return joined([])
        row, node, role, begins, ends, amount, same = zip(*found, strict=True)
        return MarkColumns(
            _ints(row),
            _ints(node),
            _ints(role),
            _ints(begins),
            _ints(ends),
            np.array(amount, dtype=np.float64),
            _ints(same),
        )

    def _marks(
        self, batch: SignalColumns, rows: list[int]
    ) -> Iterator[tuple[int, int, int, int, int, float, int]]:
        for row in rows:
            kind, payload = batch.kinds[batch.kind[row]], _PAYLOAD.decode(batch.payload[row])
            for mark in marks_of(self.map, kind, payload, int(batch.at[row])):
                if mark.node in self.place:
                    same = self.fields.setdefault(mark.fields, len(self.fields))
                    node = self.place[mark.node]
                    yield row, node, int(mark.role), mark.begins, mark.ends, mark.amount, same


def formed_by(belief_map: BeliefMap, evidence: EvidenceColumns) -> MarkColumns:
    """Since when goals are wanted that nothing but evidence forms: what is said for them, or done."""
    forming = _forming(belief_map)
    chosen = np.flatnonzero(forming[evidence.rule] >= 0)
    count = len(chosen)
    zeros = np.zeros(count, dtype=np.int64)
    return MarkColumns(
        evidence.row[chosen],
        forming[evidence.rule[chosen]],
        np.full(count, int(Role.WANTED)),
        zeros,
        zeros,
        np.zeros(count),
        zeros,
    )


@per_map
def _forming(belief_map: BeliefMap) -> Ints:
    """The place of the goal that evidence by each rule forms; -1 where a rule forms none."""
    place = {name: spot for spot, name in enumerate(marked_nodes(belief_map))}
    told = marking_of(belief_map).forming
    found = np.full(len(belief_map.rules) + 1, -1)
    for number, rule in enumerate(belief_map.rules):
        goal = rule.node in place and belief_map.nodes[rule.node].kind is NodeKind.GOAL
        done = rule.channel not in (Channel.FOR, Channel.AGAINST)
        if goal and (number in told or done):
            found[number] = place[rule.node]
    return found


def _ints(values: Sequence[int]) -> Ints:
    return np.array(values, dtype=np.int64)
