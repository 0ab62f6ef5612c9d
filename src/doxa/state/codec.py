"""One twin's state as bytes: names in a msgpack header, numbers as they lie in memory."""

from __future__ import annotations

from typing import Any

import msgspec
import numpy as np

from doxa.beliefmap.columns import Floats, Ints, Members
from doxa.domain.evidence import EvidenceKind
from doxa.state.cells import EventSums, NodeCells
from doxa.state.evidence import SLOTS, node_of
from doxa.state.people import Seen, Sessions, State
from doxa.state.traits import Traits
from doxa.types import HalfLife

FORMAT = 1
_COLUMNS = ("source", "first", "last", "opened", "occasions")


class _Node(msgspec.Struct, array_like=True):
    name: str
    kind: EvidenceKind
    bands: tuple[HalfLife, ...]
    unit: float
    members: list[tuple[str, ...]]
    events: dict[str, tuple[HalfLife, ...]]


class _Header(msgspec.Struct, array_like=True):
    version: int
    integers: int
    sources: tuple[str, ...]
    nodes: list[_Node]
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
    tables = list(state.nodes.items())
    nodes = [_header(name, cells, members) for name, cells in tables]
    integers = [getattr(cells, column) for column in _COLUMNS for _, cells in tables]
    events = [event for _, cells in tables for event in cells.events.values()]
    integers += [column for event in events for column in (event.tick, event.opened)]
    floats = [cells.sums for _, cells in tables] + [event.sums for event in events]
    seen, traits = state.seen, state.traits
    integers += [seen.source, seen.first, seen.last, traits.source, traits.at, traits.order]
    counted = {kind: int(told.count.sum()) for kind, told in state.sessions.items()}
    numbers = b"".join(np.ascontiguousarray(part).tobytes() for part in integers)
    sums = b"".join(np.ascontiguousarray(part).tobytes() for part in floats)
    told = list(zip(traits.name, traits.value, strict=True))
    header = _Header(FORMAT, len(numbers), sources, nodes, counted, len(seen.twin), told)
    head = msgspec.msgpack.encode(header)
    return len(head).to_bytes(4, "little") + head + numbers + sums


def _header(name: str, cells: NodeCells, members: Members) -> _Node:
    names = members.names(node_of(name))
    kept = [names[code] for code in cells.member.tolist()]
    bands = {kind: event.bands for kind, event in cells.events.items()}
    return _Node(name, cells.kind, cells.bands, cells.unit, kept, bands)


class _Reader:
    """Takes arrays off a buffer, one after the other."""

    def __init__(self, blob: bytes, integers: int, floats: int) -> None:
        self.integers: Ints = np.frombuffer(blob, np.int64, (floats - integers) // 8, integers)
        self.floats: Floats = np.frombuffer(blob, np.float64, -1, floats)
        self.at = [0, 0]

    def ints(self, count: int) -> Ints:
        self.at[0] += count
        return self.integers[self.at[0] - count : self.at[0]]

    def sums(self, *shape: int) -> Floats:
        count = shape[0] * shape[1] * shape[2]
        self.at[1] += count
        return self.floats[self.at[1] - count : self.at[1]].reshape(shape)


def decode(blob: bytes, twin: int, members: Members, sources: Sources) -> State:
    """Read the state of one twin back; new members and sources get codes.

    Parameters
    ----------
    blob : bytes
        What `encode` wrote.
    twin : int
        The twin's key in this store.

    Raises
    ------
    ValueError
        When the format is another one: drop the snapshot and fold again.
    """
    start = 4 + int.from_bytes(blob[:4], "little")
    header = _DECODER.decode(memoryview(blob)[4:start])
    if header.version != FORMAT:
        raise ValueError(f"a snapshot of format {header.version}, not {FORMAT}")
    # the numbers may lie at any address of the blob; NumPy wants them aligned
    body = bytes(memoryview(blob)[start:])
    reader = _Reader(body, 0, header.integers)
    code = np.array([sources.code(name) for name in header.sources], dtype=np.int64)
    nodes = _nodes(header.nodes, reader, twin, members, code)
    rows = header.seen
    seen = Seen(np.full(rows, twin), code[reader.ints(rows)], reader.ints(rows), reader.ints(rows))
    told = len(header.traits)
    columns = (code[reader.ints(told)], reader.ints(told), reader.ints(told))
    named: tuple[list[Any], list[Any]] = (
        [t[0] for t in header.traits],
        [t[1] for t in header.traits],
    )
    sessions = {
        kind: Sessions(np.array([twin]), np.array([count]))
        for kind, count in header.sessions.items()
    }
    return State(nodes, seen, Traits(np.full(told, twin), *columns, *named), sessions)


def _nodes(
    headers: list[_Node], reader: _Reader, twin: int, members: Members, code: Ints
) -> dict[str, NodeCells]:
    """All tables, cut from whole columns: cells stand in the order they were written in."""
    codes = [members.code(node_of(node.name), m) for node in headers for m in node.members]
    member, twins = np.array(codes, dtype=np.int64), np.full(len(codes), twin)
    table = [reader.ints(len(codes)) for _ in _COLUMNS]
    table[0] = code[table[0]]
    ends = np.cumsum([len(node.members) for node in headers]).tolist()
    parts = [slice(low, high) for low, high in zip([0, *ends], ends, strict=False)]
    sums = [
        reader.sums(len(node.members), len(SLOTS[node.kind]), len(node.bands)) for node in headers
    ]
    return {
        node.name: NodeCells(
            node.kind,
            node.bands,
            node.unit,
            twins[part],
            member[part],
            table[0][part],
            held,
            table[1][part],
            table[2][part],
            table[3][part],
            table[4][part],
            {kind: _event(node, bands, reader) for kind, bands in node.events.items()},
        )
        for node, part, held in zip(headers, parts, sums, strict=True)
    }


def _event(node: _Node, bands: tuple[HalfLife, ...], reader: _Reader) -> EventSums:
    cells = len(node.members)
    tick, opened = reader.ints(cells), reader.ints(cells)
    return EventSums(bands, reader.sums(cells, len(SLOTS[node.kind]), len(bands)), tick, opened)
