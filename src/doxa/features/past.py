"""The past: the ledger read once, in columns, with what every signal says about every node."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from typing import Any

import msgspec
import numpy as np

from doxa.beliefmap.batches import evidence_of_batch
from doxa.beliefmap.columns import ARRAYS, EvidenceColumns, Ints, Members, SignalColumns
from doxa.beliefmap.model import BeliefMap
from doxa.beliefmap.payloads import Bools, Column, Columns, columns_of
from doxa.beliefmap.values import schema_of
from doxa.domain.consent import NODE, PURPOSE
from doxa.domain.signal import CONSENT, TRAITS
from doxa.features.marks import MarkColumns, MarkReader, joined


@dataclass(frozen=True, slots=True)
class KindColumns:
    """The payload fields kept of one kind.

    Attributes
    ----------
    row : int64[m]
        Which signals of the past they are.
    fields : Columns
    cleared : dict of bool[m]
        Of traits: where the payload says null, which clears the trait; absent says nothing.
    """

    row: Ints
    fields: Columns
    cleared: dict[str, Bools] = field(default_factory=dict)

    def with_copies(self, place: Ints, row: Ints) -> KindColumns:
        """The same with some of the signals again, as other rows of the past."""
        again = place.tolist()
        found = {
            name: [*values, *(values[one] for one in again)]
            for name, values in self.fields.found.items()
        }
        size = len(self.row) + len(row)
        return KindColumns(
            np.concatenate([self.row, row]),
            Columns(self.fields.schema, np.arange(size), found),
            {name: np.append(told, told[place]) for name, told in self.cleared.items()},
        )


@dataclass(frozen=True, slots=True)
class Past:
    """The signals of many twins in columns, in ledger order, and their evidence.

    Attributes
    ----------
    map : BeliefMap
    signals : SignalColumns
        Without payloads.
    evidence : EvidenceColumns
        Its `row` points into `signals`.
    members : Members
        Codes of members; values of a dimension are coded under ``of:dimension``.
    columns : dict of KindColumns
        The payload fields that were asked for, by kind.
    marks : MarkColumns
        When single goals and constraints form, advance, begin and end; rows point into `signals`.
    compared : dict
        Codes of the fields that the `done` of goals compare, as marks hold them.
    first_copy : int, optional
        Signals from here on stand before it, too: copies for rows that could not have known all of them.
    """

    map: BeliefMap
    signals: SignalColumns
    evidence: EvidenceColumns
    members: Members
    columns: dict[str, KindColumns]
    marks: MarkColumns = field(default_factory=lambda: joined([]))
    compared: Mapping[tuple[str, ...], int] = field(default_factory=dict)
    first_copy: int | None = None

    def coder(self, dimension: str) -> Callable[[str], int]:
        """Codes of the values of a dimension, given as they are met."""
        return lambda value: self.members.code(f"of:{dimension}", (value,))

    def codes(self, dimension: str, column: Column) -> Ints:
        """The code of the one value each row of a column names; -1 where it names none, or several."""
        return column.single(self.members, f"of:{dimension}")

    def values(self, dimension: str) -> list[str]:
        """The values of a dimension by code."""
        return [value for (value,) in self.members.names(f"of:{dimension}")]

    def of_kind(self, kind: str) -> Ints:
        """Rows of the signals of one kind."""
        if kind not in self.signals.kinds:
            return np.zeros(0, dtype=np.int64)
        return np.flatnonzero(self.signals.kind == self.signals.kinds.index(kind))


def read_past(
    belief_map: BeliefMap,
    batches: Iterable[SignalColumns],
    *,
    fields: Mapping[str, Sequence[str]],
    progress: Callable[[int], None] | None = None,
) -> Past:
    """Read a scan of the ledger into columns, batch by batch.

    Parameters
    ----------
    belief_map : BeliefMap
    batches : iterable of SignalColumns
        A scan; codes are the same over all batches.
    fields : dict
        Payload fields to keep, by kind; those of consents are kept in any case.
    progress : callable
        Told how many signals were read after each batch.
    """
    reader = _Reader(belief_map, fields)
    for batch in batches:
        reader.take(batch)
        if progress is not None:
            progress(reader.read)
    return reader.past()


class _Reader:
    def __init__(self, belief_map: BeliefMap, wanted: Mapping[str, Sequence[str]]) -> None:
        self.map = belief_map
        self.wanted = {**wanted, CONSENT: (PURPOSE, NODE, "given")}
        self.members = Members()
        self.read = 0
        self.batches: list[SignalColumns] = []
        self.evidence: list[EvidenceColumns] = []
        self.marks: list[MarkColumns] = []
        self.marker = MarkReader(belief_map)
        self.rows: dict[str, list[Ints]] = {kind: [] for kind in self.wanted}
        self.payloads: dict[str, list[bytes]] = {kind: [] for kind in self.wanted}

    def take(self, batch: SignalColumns) -> None:
        found = evidence_of_batch(self.map, batch, self.members)
        self.evidence.append(replace(found, row=found.row + self.read))
        marks = self.marker.of_batch(batch, found)
        self.marks.append(replace(marks, row=marks.row + self.read))
        self._keep_fields(batch)
        self.batches.append(replace(batch, payload=[]))
        self.read += len(batch)

    def _keep_fields(self, batch: SignalColumns) -> None:
        for kind in self.wanted:
            if kind in batch.kinds:
                rows = np.flatnonzero(batch.kind == batch.kinds.index(kind))
                self.rows[kind].append(rows + self.read)
                self.payloads[kind].extend(batch.payload[row] for row in rows.tolist())

    def past(self) -> Past:
        return Past(
            self.map,
            _signals(self.batches),
            _evidence(self.evidence),
            self.members,
            {kind: self._columns(kind) for kind in self.wanted},
            joined(self.marks),
            self.marker.fields,
        )

    def _columns(self, kind: str) -> KindColumns:
        fields = columns_of(self.payloads[kind], self.wanted[kind], schema_of(self.map))
        cleared = {}
        if kind == TRAITS:
            cleared = {name: _nulls(self.payloads[kind], name) for name in self.wanted[kind]}
        return KindColumns(_joined(self.rows[kind]), fields, cleared)


def _nulls(payloads: Sequence[bytes], name: str) -> Bools:
    """Where a payload says null of a field."""
    found = np.zeros(len(payloads), dtype=bool)
    for place, payload in enumerate(payloads):
        if b"null" in payload:
            found[place] = msgspec.json.decode(payload).get(name, False) is None
    return found


def _signals(batches: list[SignalColumns]) -> SignalColumns:
    columns: dict[str, Any] = {
        name: _joined([getattr(batch, name) for batch in batches]) for name in ARRAYS
    }
    last = batches[-1] if batches else None
    device = [batch.device for batch in batches if batch.device is not None]
    return SignalColumns(
        payload=[],
        kinds=last.kinds if last else (),
        sources=last.sources if last else (),
        device=np.concatenate(device) if device else None,
        **columns,
    )


def _evidence(parts: list[EvidenceColumns]) -> EvidenceColumns:
    return EvidenceColumns(
        *(_joined([getattr(part, f.name) for part in parts]) for f in fields(EvidenceColumns))
    )


def _joined(parts: list[Any]) -> Any:
    return np.concatenate(parts) if parts else np.zeros(0, dtype=np.int64)
