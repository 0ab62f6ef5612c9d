"""States of many twins read back at once: the numbers of all of them picked column by column.

No two headers need be alike: each says where its columns lie, and one look-up per column of a
table fetches the rows of everybody.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from doxa.beliefmap.columns import Floats, Ints, Members
from doxa.beliefmap.payloads import Bools
from doxa.state.cells import EventSums, NodeCells
from doxa.state.codec import WORD, Header, Part, Structure, head_of, header_of, structure_of
from doxa.state.entries import Layout, entry_of_key
from doxa.state.marks import Marks
from doxa.state.people import Seen, Sessions, State
from doxa.state.traits import NONE_SAID, Traits
from doxa.state.written import Sources, read_claims, read_marks


def decode_many(
    blobs: Sequence[bytes],
    twins: Sequence[int],
    members: Members,
    sources: Sources,
    entries: dict[str, int],
    wanted: Bools | None = None,
) -> State:
    """Read the states of different twins back as one; see `doxa.state.codec.decode`.

    Parameters
    ----------
    blobs : sequence of bytes
    twins : sequence of int, ascending
        The twins' keys in this store.
    wanted : bool[entries], optional
        Only cells of these entries, and no marks: what a reading of some nodes needs.

    Raises
    ------
    ValueError
        When the format or the map is another one: drop the snapshots and fold again.
    """
    found = _Blobs.of(blobs, entries)
    keys = np.array(twins, dtype=np.int64)
    code = _Coded.of(found.structures, members, sources)
    parts: dict[Layout, list[tuple[int, Part]]] = {}
    for number, structure in enumerate(found.structures):
        for part in structure.parts:
            parts.setdefault(part.layout, []).append((number, part))
    tables = {
        layout: cells
        for layout, told in parts.items()
        if len(cells := _cells(found, told, keys, code, wanted))
    }
    headers = found.headers
    claims = [(key, row) for key, each in zip(twins, headers, strict=True) for row in each.claims]
    if wanted is None:
        told = [(key, row) for key, each in zip(twins, headers, strict=True) for row in each.marks]
        marks = read_marks(
            [row for _, row in told], _ints(key for key, _ in told), entries, members, sources
        )
    else:
        marks = Marks.none()
    return State(
        tables,
        entries,
        _seen(found, keys, code),
        _lasting(found, keys, code, [each.traits for each in headers], 9),
        _sessions(found, keys),
        _lasting(found, keys, code, [each.consents for each in headers], 12),
        read_claims(
            [row for _, row in claims], _ints(key for key, _ in claims), entries, members, sources
        ),
        marks,
    )


def _ints(values: Iterable[int]) -> Ints:
    return np.array(list(values), dtype=np.int64)


@dataclass(frozen=True, slots=True)
class _Blobs:
    """The numbers of q twins, one after the other, and what each header says of its own.

    Attributes
    ----------
    headers : list of Header, length q
    structures : list of Structure
        Those met, each once.
    which : int64[q]
        The structure of each twin.
    begins : int64[q]
        Where each twin's integers begin in `integers`.
    integers : int64[words]
    """

    headers: list[Header]
    structures: list[Structure]
    which: Ints
    begins: Ints
    integers: Ints

    @classmethod
    def of(cls, blobs: Sequence[bytes], entries: dict[str, int]) -> _Blobs:
        known: dict[bytes, tuple[Header, int]] = {}
        place: dict[int, int] = {}
        structures: list[Structure] = []
        headers, which, starts = [], [], []
        for blob in blobs:
            head, start = head_of(blob)
            told = known.get(head)
            if told is None:
                header = header_of(head)
                structure = structure_of(header, entries)
                number = place.setdefault(id(structure), len(structures))
                if number == len(structures):
                    structures.append(structure)
                told = known[head] = header, number
            headers.append(told[0])
            which.append(told[1])
            starts.append(start)
        sizes = np.fromiter(map(len, blobs), np.int64, len(blobs))
        begins = np.cumsum(sizes) - sizes + np.array(starts, dtype=np.int64)
        integers = np.frombuffer(b"".join(blobs), np.int64)
        return cls(headers, structures, _ints(which), begins // WORD, integers)

    @property
    def floats(self) -> Floats:
        """The same bytes as floats."""
        return self.integers.view(np.float64)

    def each(self, values: Iterable[int]) -> Ints:
        """A number of each structure, for each twin."""
        return _ints(values)[self.which]


@dataclass(frozen=True, slots=True)
class _Coded:
    """Keys and sources by their places in a structure, all structures behind each other.

    Attributes
    ----------
    keys, sources : int64
    first_key, first_source : int64[structures]
    """

    keys: Ints
    sources: Ints
    first_key: Ints
    first_source: Ints

    @classmethod
    def of(cls, structures: Sequence[Structure], members: Members, sources: Sources) -> _Coded:
        keys = [each.keys(members) for each in structures]
        heard = [each.heard(sources) for each in structures]
        return cls(np.concatenate(keys), np.concatenate(heard), _starts(keys), _starts(heard))


def _starts(columns: Sequence[Ints]) -> Ints:
    sizes = _ints(len(column) for column in columns)
    return np.asarray(np.cumsum(sizes) - sizes)


def _rows(counts: Ints) -> tuple[Ints, Ints]:
    """Which twin each row is of, and its number among that twin's."""
    twin = np.repeat(np.arange(len(counts)), counts)
    return twin, np.arange(len(twin)) - np.repeat(np.cumsum(counts) - counts, counts)


def _cells(
    found: _Blobs,
    told: list[tuple[int, Part]],
    keys: Ints,
    code: _Coded,
    wanted: Bools | None,
) -> NodeCells:
    """One table of everybody.

    Parameters
    ----------
    told : list of (structure, part)
        Where the table lies in the structures that have it.
    """
    parts: list[Part | None] = [None] * len(found.structures)
    for number, part in told:
        parts[number] = part

    def of(number: Any) -> Ints:
        return found.each(0 if part is None else number(part) for part in parts)

    model = told[0][1]
    twin, turn = _rows(of(lambda part: part.table.cells))
    cells = found.each(_width(structure) for structure in found.structures)
    at = (found.begins + of(lambda part: part.cells.start))[twin] + turn
    which = found.which[twin]
    member = code.keys[code.first_key[which] + found.integers[at]]
    if wanted is not None:
        kept = np.flatnonzero(wanted[entry_of_key(member)])
        twin, turn, at, which, member = (c[kept] for c in (twin, turn, at, which, member))
    step = cells[twin]
    source, first, last, opened, occasions = (
        found.integers[at + column * step] for column in range(1, 6)
    )
    floats = found.begins + found.each(structure.words for structure in found.structures)

    def sums(start: Any, bands: int) -> Floats:
        slots = model.shape[0]
        begins = (floats + of(start))[twin] + turn * (slots * bands)
        told = found.floats[begins[:, None] + np.arange(slots * bands)]
        return np.asarray(told.reshape(-1, slots, bands))

    def ticked(start: Any) -> Ints:
        return np.asarray(found.integers[(found.begins + of(start))[twin] + turn])

    return NodeCells(
        *model.layout,
        model.table.unit,
        keys[twin],
        member,
        code.sources[code.first_source[which] + source],
        sums(lambda part: part.sums.start, model.shape[1]),
        first,
        last,
        opened,
        occasions,
        {
            kind: EventSums(
                bands,
                sums(lambda part, kind=kind: part.events[kind][3].start, len(bands)),
                ticked(lambda part, kind=kind: part.events[kind][1].start),
                ticked(lambda part, kind=kind: part.events[kind][2].start),
            )
            for kind, (bands, *_) in model.events.items()
        },
    )


def _width(structure: Structure) -> int:
    """How many cells a twin has in all tables."""
    column = structure.columns[0]
    return int(column.stop - column.start)


def _three(found: _Blobs, counts: Ints, column: int) -> tuple[Ints, tuple[Ints, Ints, Ints]]:
    """The twin of each row of a table beside the cells, and its three columns."""
    twin, turn = _rows(counts)
    start = found.each(structure.columns[column].start for structure in found.structures)
    at = (found.begins + start)[twin] + turn
    step = counts[twin]
    return twin, (found.integers[at], found.integers[at + step], found.integers[at + 2 * step])


def _seen(found: _Blobs, keys: Ints, code: _Coded) -> Seen:
    counts = found.each(structure.seen for structure in found.structures)
    twin, (source, first, last) = _three(found, counts, 6)
    heard = code.sources[code.first_source[found.which[twin]] + source]
    sort = np.lexsort((heard, twin))
    return Seen(keys[twin][sort], heard[sort], first[sort], last[sort])


def _lasting(
    found: _Blobs, keys: Ints, code: _Coded, told: list[list[tuple[str, Any]]], column: int
) -> Traits:
    """Last values, of traits or of consents."""
    counts = _ints(map(len, told))
    if not counts.any():
        return NONE_SAID
    twin, (source, at, order) = _three(found, counts, column)
    return Traits(
        keys[twin],
        code.sources[code.first_source[found.which[twin]] + source],
        at,
        order,
        [name for each in told for name, _ in each],
        [value for each in told for _, value in each],
    )


def _sessions(found: _Blobs, keys: Ints) -> dict[str, Sessions]:
    kinds = dict.fromkeys(kind for each in found.structures for kind in each.sessions)
    return {
        kind: Sessions(keys, found.each(each.sessions.get(kind, 0) for each in found.structures))
        for kind in kinds
    }
