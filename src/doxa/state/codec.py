"""One twin's state as bytes: names in a msgpack header, numbers as they lie in memory.

After the header come one block of int64 and one of float64, table after table, column after column;
decoding makes views into the bytes. `doxa.state.encoding` writes them, `doxa.state.decoding` reads
those of many twins at once.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import msgspec
import numpy as np

from doxa.beliefmap.columns import Ints, Members
from doxa.domain.evidence import EvidenceKind
from doxa.state.cells import EventSums, NodeCells
from doxa.state.entries import SLOTS, Layout, keyed, node_of
from doxa.state.people import Seen, Sessions, State
from doxa.state.traits import NONE_SAID, Traits
from doxa.state.written import ClaimRow, MarkRow, Sources, read_claims, read_marks
from doxa.types import HalfLife

FORMAT = 5
COLUMNS = ("source", "first", "last", "opened", "occasions")
"""What every cell has, after its place among the twin's (entry, member)."""

WORD = 8


class Table(msgspec.Struct, array_like=True):
    """One table of a state: its layout, and how many cells it has."""

    kind: EvidenceKind
    bands: tuple[HalfLife, ...]
    unit: float
    cells: int
    events: dict[str, tuple[HalfLife, ...]]


class Header(msgspec.Struct, array_like=True):
    """What stands before the numbers; what many people may have alike is left as it was written."""

    version: int
    integers: int
    sources: msgspec.Raw
    names: msgspec.Raw
    """Each (entry, member) that has cells."""
    tables: msgspec.Raw
    sessions: msgspec.Raw
    seen: int
    traits: list[tuple[str, Any]]
    consents: list[tuple[str, Any]]
    claims: list[ClaimRow]
    marks: list[MarkRow]


_HEADER = msgspec.msgpack.Decoder(Header)
_SOURCES = msgspec.msgpack.Decoder(tuple[str, ...])
_NAMES = msgspec.msgpack.Decoder(list[tuple[str, tuple[str, ...]]])
_TABLES = msgspec.msgpack.Decoder(list[Table])
_SESSIONS = msgspec.msgpack.Decoder(dict[str, int])


@dataclass(frozen=True, slots=True)
class Part:
    """Where one table lies in the numbers of a blob.

    Attributes
    ----------
    cells : slice
        Of the columns that all tables share.
    sums : slice
        Of the floats; each cell has `shape` of them.
    events : dict of kind to (bands, slices of ticks, openings and sums)
    """

    table: Table
    cells: slice
    sums: slice
    shape: tuple[int, int]
    events: dict[str, tuple[tuple[HalfLife, ...], slice, slice, slice]]

    @property
    def layout(self) -> Layout:
        """Kind and bands."""
        return self.table.kind, self.table.bands


@dataclass(frozen=True, slots=True)
class Structure:
    """What a header says of the numbers after it; headers that differ only in what people said share it.

    Attributes
    ----------
    entries : dict of entry to code
        Those of the map that reads.
    sources : tuple of str
    names : list of (node, member)
        Of each (entry, member) that has cells.
    codes : int64[names]
        The key of each name's entry; its member is still to come.
    parts : list of Part
    columns : list of slice
        Of the integers: place and the other columns of all cells, then those of `Seen`, of traits
        and of consents.
    words : int
        How many integers there are.
    sessions : dict of kind to count
    seen : int
    alone : bool
        Single nodes only.
    """

    entries: dict[str, int]
    sources: tuple[str, ...]
    names: list[tuple[str, tuple[str, ...]]]
    codes: Ints
    parts: list[Part]
    columns: list[slice]
    words: int
    sessions: dict[str, int]
    seen: int
    alone: bool

    def keys(self, members: Members) -> Ints:
        """Keys of all (entry, member), as the reading map and `members` count them."""
        if self.alone:
            members.meet(node for node, _ in self.names)
            return self.codes
        told = [members.code(node, member) for node, member in self.names]
        return self.codes | np.array(told, dtype=np.int64)

    def heard(self, sources: Sources) -> Ints:
        """Codes of its sources, as `sources` counts them."""
        return np.array([sources.code(name) for name in self.sources], dtype=np.int64)


_KEPT = 1_024
_STRUCTURES: dict[tuple[bytes, ...], Structure] = {}
"""Structures of single nodes met last; nothing in them hangs on the person."""


def decode(
    blob: bytes, twin: int, members: Members, sources: Sources, entries: dict[str, int]
) -> State:
    """Read the state of one twin back; new members and sources get codes.

    Parameters
    ----------
    blob : bytes
        What `doxa.state.encoding` wrote.
    twin : int
        The twin's key in this store.
    entries : dict of entry to code
        Those of the map that reads it.

    Raises
    ------
    ValueError
        When the format or the map is another one: drop the snapshot and fold again.
    """
    head, start = head_of(blob)
    header = header_of(head)
    found = structure_of(header, entries)
    numbers = np.frombuffer(blob, np.int64, -1, start)
    integers, floats = numbers[: found.words], numbers[found.words :].view(np.float64)
    place, source, *told = (integers[column] for column in found.columns[:6])
    code = found.heard(sources)
    twins = np.full(max(len(place), header.seen), twin)
    cells = [twins, found.keys(members)[place], code[source], *told]
    tables: dict[Layout, NodeCells] = {}
    for part in found.parts:
        rows = part.cells
        keys, member, of, first, last, opened, occasions = (column[rows] for column in cells)
        tables[part.layout] = NodeCells(
            *part.layout,
            part.table.unit,
            keys,
            member,
            of,
            floats[part.sums].reshape(-1, *part.shape),
            first,
            last,
            opened,
            occasions,
            {
                kind: EventSums(
                    bands,
                    floats[sums].reshape(-1, part.shape[0], len(bands)),
                    integers[ticks],
                    integers[openings],
                )
                for kind, (bands, ticks, openings, sums) in part.events.items()
            },
        )
    seen, seen_first, seen_last, *lasts = (integers[column] for column in found.columns[6:])
    key = np.array([twin], dtype=np.int64)
    return State(
        tables,
        entries,
        Seen(twins[: header.seen], code[seen], seen_first, seen_last),
        lasting(header.traits, twin, code, *lasts[:3]),
        {kind: Sessions(key, np.array([count])) for kind, count in found.sessions.items()},
        lasting(header.consents, twin, code, *lasts[3:]),
        read_claims(header.claims, key.repeat(len(header.claims)), entries, members, sources),
        read_marks(header.marks, key.repeat(len(header.marks)), entries, members, sources),
    )


def head_of(blob: bytes) -> tuple[bytes, int]:
    """The header as it was written, and where the numbers begin."""
    if blob[3:WORD] != bytes(WORD - 3):
        raise ValueError(f"a snapshot of another format than {FORMAT}")
    end = WORD + int.from_bytes(blob[:WORD], "little")
    return blob[WORD:end], end + -end % WORD


def header_of(head: bytes) -> Header:
    """The header of a state of this format."""
    header = _HEADER.decode(head)
    if header.version != FORMAT:
        raise ValueError(f"a snapshot of format {header.version}, not {FORMAT}")
    return header


def structure_of(header: Header, entries: dict[str, int]) -> Structure:
    """What the header says of the numbers after it."""
    raws = (header.sources, header.names, header.tables, header.sessions)
    counts = (header.seen, len(header.traits), len(header.consents))
    same = (*map(bytes, raws), bytes(str(counts), "ascii"))
    known = _STRUCTURES.get(same)
    if known is not None and known.entries is entries:
        return known
    found = _structure(header, entries)
    if found.alone:
        if len(_STRUCTURES) >= _KEPT:
            _STRUCTURES.clear()
        _STRUCTURES[same] = found
    return found


def _structure(header: Header, entries: dict[str, int]) -> Structure:
    names = _NAMES.decode(header.names)
    try:
        codes = [entries[name] for name, _ in names]
    except KeyError as error:
        raise ValueError(f"a snapshot of a map with {error.args[0]!r}") from None
    tables = _TABLES.decode(header.tables)
    at = [0, 0]

    def stretch(which: int, count: int) -> slice:
        at[which] += count
        return slice(at[which] - count, at[which])

    cells = sum(table.cells for table in tables)
    columns = [stretch(0, cells) for _ in ("place", *COLUMNS)]
    shapes = [(len(SLOTS[table.kind]), len(table.bands)) for table in tables]
    sums = [
        stretch(1, table.cells * slots * bands)
        for table, (slots, bands) in zip(tables, shapes, strict=True)
    ]
    parts, low = [], 0
    for table, held, shape in zip(tables, sums, shapes, strict=True):
        rows, low = slice(low, low + table.cells), low + table.cells
        events = {
            kind: (
                bands,
                stretch(0, table.cells),
                stretch(0, table.cells),
                stretch(1, table.cells * shape[0] * len(bands)),
            )
            for kind, bands in table.events.items()
        }
        parts.append(Part(table, rows, held, shape, events))
    columns += [stretch(0, header.seen) for _ in range(3)]
    for lasts in (header.traits, header.consents):
        columns += [stretch(0, len(lasts)) for _ in range(3)]
    return Structure(
        entries=entries,
        sources=_SOURCES.decode(header.sources),
        names=[(node_of(name), member) for name, member in names],
        codes=keyed(np.array(codes, dtype=np.int64), 0),
        parts=parts,
        columns=columns,
        words=header.integers // WORD,
        sessions=_SESSIONS.decode(header.sessions),
        seen=header.seen,
        alone=not any(member for _, member in names),
    )


def lasting(
    told: list[tuple[str, Any]], twin: int, code: Ints, source: Ints, at: Ints, order: Ints
) -> Traits:
    """Last values, of traits or of consents."""
    if not told:
        return NONE_SAID
    names, values = (list(column) for column in zip(*told, strict=True))
    return Traits(np.full(len(told), twin), code[source], at, order, names, values)
