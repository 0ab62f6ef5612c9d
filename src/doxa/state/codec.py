"""One twin's state as bytes: names in a msgpack header, numbers as they lie in memory.

After the header come one block of int64 and one of float64, table after table, column after column;
decoding makes views into the bytes.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec
import numpy as np

from doxa.beliefmap.columns import Floats, Ints, Members
from doxa.domain.evidence import EvidenceKind
from doxa.state.cells import EventSums, NodeCells
from doxa.state.entries import SLOTS, Layout, entry_of_key, keyed, member_of_key, node_of
from doxa.state.people import Seen, Sessions, State
from doxa.state.traits import Traits
from doxa.types import HalfLife

FORMAT = 2
_COLUMNS = ("source", "first", "last", "opened", "occasions")
_WORD = 8


class _Table(msgspec.Struct, array_like=True):
    kind: EvidenceKind
    bands: tuple[HalfLife, ...]
    unit: float
    cells: int
    events: dict[str, tuple[HalfLife, ...]]


class _Header(msgspec.Struct, array_like=True):
    version: int
    integers: int
    sources: tuple[str, ...]
    names: list[tuple[str, tuple[str, ...]]]
    """Each (entry, member) that has cells."""
    tables: list[_Table]
    sessions: dict[str, int]
    seen: int
    traits: list[tuple[str, Any]]


_DECODER = msgspec.msgpack.Decoder(_Header)


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


def encode(state: State, members: Members, sources: tuple[str, ...]) -> bytes:
    """Write the state of one twin.

    Parameters
    ----------
    state : State
        Of one twin: ``State.twin(key)``.
    members, sources
        What the codes in it mean.
    """
    tables = list(state.tables.items())
    every = np.concatenate([np.zeros(0, np.int64), *(cells.member for _, cells in tables)])
    keys, place = np.unique(every, return_inverse=True)
    columns = [
        np.concatenate([getattr(cells, column) for _, cells in tables]) if tables else every
        for column in _COLUMNS
    ]
    events = [event for _, cells in tables for event in cells.events.values()]
    integers = [place, *columns]
    integers += [column for event in events for column in (event.tick, event.opened)]
    floats = [cells.sums for _, cells in tables] + [event.sums for event in events]
    seen, traits = state.seen, state.traits
    integers += [seen.source, seen.first, seen.last, traits.source, traits.at, traits.order]
    numbers = b"".join(np.ascontiguousarray(part).tobytes() for part in integers)
    header = _Header(
        version=FORMAT,
        integers=len(numbers),
        sources=sources,
        names=_names(keys, state.entries, members),
        tables=[_table(layout, cells) for layout, cells in tables],
        sessions={kind: int(told.count.sum()) for kind, told in state.sessions.items()},
        seen=len(seen.twin),
        traits=list(zip(traits.name, traits.value, strict=True)),
    )
    head = msgspec.msgpack.encode(header)
    # padded, so that the numbers lie where NumPy can look at them
    size = len(head).to_bytes(_WORD, "little") + head + bytes(-len(head) % _WORD)
    return size + numbers + b"".join(np.ascontiguousarray(part).tobytes() for part in floats)


def _names(
    keys: Ints, entries: Mapping[str, int], members: Members
) -> list[tuple[str, tuple[str, ...]]]:
    name = list(entries)
    known: dict[str, list[tuple[str, ...]]] = {}
    told = zip(entry_of_key(keys).tolist(), member_of_key(keys).tolist(), strict=True)
    out = []
    for code, member in told:
        entry = name[code]
        if entry not in known:
            known[entry] = members.names(node_of(entry))
        out.append((entry, known[entry][member]))
    return out


def _table(layout: Layout, cells: NodeCells) -> _Table:
    events = {kind: event.bands for kind, event in cells.events.items()}
    return _Table(*layout, cells.unit, len(cells), events)


class _Reader:
    """Takes arrays off a buffer, one after the other."""

    def __init__(self, blob: bytes, integers: int, floats: int) -> None:
        self.integers: Ints = np.frombuffer(blob, np.int64, (floats - integers) // _WORD, integers)
        self.floats: Floats = np.frombuffer(blob, np.float64, -1, floats)
        self.at = [0, 0]

    def ints(self, count: int) -> Ints:
        self.at[0] += count
        return self.integers[self.at[0] - count : self.at[0]]

    def sums(self, *shape: int) -> Floats:
        count = shape[0] * shape[1] * shape[2]
        self.at[1] += count
        return self.floats[self.at[1] - count : self.at[1]].reshape(shape)


def decode(
    blob: bytes, twin: int, members: Members, sources: Sources, entries: dict[str, int]
) -> State:
    """Read the state of one twin back; new members and sources get codes.

    Parameters
    ----------
    blob : bytes
        What `encode` wrote.
    twin : int
        The twin's key in this store.
    entries : dict of entry to code
        Those of the map that reads it.

    Raises
    ------
    ValueError
        When the format or the map is another one: drop the snapshot and fold again.
    """
    if blob[3:_WORD] != bytes(_WORD - 3):
        raise ValueError(f"a snapshot of another format than {FORMAT}")
    start = _WORD + int.from_bytes(blob[:_WORD], "little")
    header = _DECODER.decode(memoryview(blob)[_WORD:start])
    if header.version != FORMAT:
        raise ValueError(f"a snapshot of format {header.version}, not {FORMAT}")
    start += -start % _WORD
    reader = _Reader(blob, start, start + header.integers)
    code = np.array([sources.code(name) for name in header.sources], dtype=np.int64)
    tables = _tables(header, reader, twin, _keys(header, members, entries), code)
    rows = header.seen
    seen = Seen(np.full(rows, twin), code[reader.ints(rows)], reader.ints(rows), reader.ints(rows))
    told = len(header.traits)
    columns = (code[reader.ints(told)], reader.ints(told), reader.ints(told))
    traits = Traits(
        np.full(told, twin), *columns, [t[0] for t in header.traits], [t[1] for t in header.traits]
    )
    sessions = {
        kind: Sessions(np.array([twin]), np.array([count]))
        for kind, count in header.sessions.items()
    }
    return State(tables, entries, seen, traits, sessions)


def _keys(header: _Header, members: Members, entries: dict[str, int]) -> Ints:
    """Keys of all (entry, member) of a snapshot, as the reading map and `members` count them."""
    try:
        told = [(entries[name], members.code(node_of(name), each)) for name, each in header.names]
    except KeyError as error:
        raise ValueError(f"a snapshot of a map with {error.args[0]!r}") from None
    entry, member = np.array(told, dtype=np.int64).reshape(-1, 2).T
    return keyed(entry, member)


def _tables(
    header: _Header, reader: _Reader, twin: int, keys: Ints, code: Ints
) -> dict[Layout, NodeCells]:
    """All tables, cut from whole columns: cells stand in the order they were written in."""
    cells = sum(table.cells for table in header.tables)
    twins, member = np.full(cells, twin), keys[reader.ints(cells)]
    source, first, last, opened, occasions = (reader.ints(cells) for _ in _COLUMNS)
    sources = code[source]
    out: dict[Layout, NodeCells] = {}
    sums = [reader.sums(t.cells, len(SLOTS[t.kind]), len(t.bands)) for t in header.tables]
    low = 0
    for table, held in zip(header.tables, sums, strict=True):
        part = slice(low, low := low + table.cells)
        out[table.kind, table.bands] = NodeCells(
            table.kind,
            table.bands,
            table.unit,
            twins[part],
            member[part],
            sources[part],
            held,
            first[part],
            last[part],
            opened[part],
            occasions[part],
            {kind: _event(table, bands, reader) for kind, bands in table.events.items()},
        )
    return out


def _event(table: _Table, bands: tuple[HalfLife, ...], reader: _Reader) -> EventSums:
    tick, opened = reader.ints(table.cells), reader.ints(table.cells)
    return EventSums(
        bands, reader.sums(table.cells, len(SLOTS[table.kind]), len(bands)), tick, opened
    )
