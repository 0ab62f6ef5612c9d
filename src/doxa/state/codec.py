"""One twin's state as bytes: names in a msgpack header, numbers as they lie in memory.

After the header come one block of int64 and one of float64, table after table, column after column;
decoding makes views into the bytes. `doxa.state.encoding` writes them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import msgspec
import numpy as np
from numpy.typing import NDArray

from doxa.beliefmap.columns import Ints, Members
from doxa.domain.evidence import EvidenceKind
from doxa.state.cells import EventSums, NodeCells
from doxa.state.entries import SLOTS, Layout, keyed, node_of
from doxa.state.people import Seen, Sessions, State, side_by_side
from doxa.state.traits import NONE_SAID, Traits
from doxa.state.written import ClaimRow, MarkRow, Sources, read_claims, read_marks
from doxa.types import HalfLife

FORMAT = 5
COLUMNS = ("source", "first", "last", "opened", "occasions")
"""What every cell has, after its place among the twin's (entry, member)."""

WORD = 8

T = TypeVar("T", np.int64, np.float64)


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
    consents: list[tuple[str, Any]]
    claims: list[ClaimRow]
    marks: list[MarkRow]


_DECODER = msgspec.msgpack.Decoder(_Header)


@dataclass(frozen=True, slots=True)
class _Part:
    """Where one table lies in the numbers of a blob.

    Attributes
    ----------
    cells : slice
        Of the columns that all tables share.
    sums : slice
        Of the floats; each cell has `shape` of them.
    events : dict of kind to (bands, slices of ticks, openings and sums)
    """

    table: _Table
    cells: slice
    sums: slice
    shape: tuple[int, int]
    events: dict[str, tuple[tuple[HalfLife, ...], slice, slice, slice]]


@dataclass(frozen=True, slots=True)
class _Plan:
    """What the header of a blob says of the numbers after it; blobs of equal headers share it.

    Attributes
    ----------
    nodes : list of str
        The node of each name in the header.
    codes : int64[names]
        The key of each name's entry in the reading map; its member is still to come.
    columns : list of slice
        Of the integers: place and the other columns of all cells, then those of `Seen` and `Traits`.
    words : int
        How many integers there are.
    impersonal : bool
        The header says nothing that hangs on the person: single nodes only, no traits,
        consents, claims or marks.
    """

    header: _Header
    entries: dict[str, int]
    nodes: list[str]
    codes: Ints
    parts: list[_Part]
    columns: list[slice]
    words: int
    impersonal: bool


_KEPT = 256
_PLANS: dict[bytes, _Plan] = {}
"""Plans of the impersonal headers met last; maps of single nodes have few."""


def decode(
    blob: bytes, twin: int, members: Members, sources: Sources, entries: dict[str, int]
) -> State:
    """Read the state of one twin back; see `decode_many`."""
    return decode_many([blob], [twin], members, sources, entries)


def decode_many(
    blobs: Sequence[bytes],
    twins: Sequence[int],
    members: Members,
    sources: Sources,
    entries: dict[str, int],
) -> State:
    """Read the states of different twins back as one; new members and sources get codes.

    Blobs of equal headers are cut together, as the rows of one matrix.

    Parameters
    ----------
    blobs : sequence of bytes
        What `doxa.state.encoding` wrote, at least one.
    twins : sequence of int, ascending
        The twins' keys in this store.
    entries : dict of entry to code
        Those of the map that reads them.

    Raises
    ------
    ValueError
        When the format or the map is another one: drop the snapshot and fold again.
    """
    alike: dict[bytes, list[int]] = {}
    for place, blob in enumerate(blobs):
        alike.setdefault(_head(blob), []).append(place)
    keys = np.array(twins, dtype=np.int64)
    states = []
    for head, places in alike.items():
        plan = _plan(head, entries)
        start = WORD + len(head) + -len(head) % WORD
        here = keys if len(alike) == 1 else keys[places]
        numbers = _numbers([blobs[place] for place in places], start)
        states.append(_cut(plan, numbers, here, members, sources))
    return states[0] if len(states) == 1 else side_by_side(states)


def _head(blob: bytes) -> bytes:
    if blob[3:WORD] != bytes(WORD - 3):
        raise ValueError(f"a snapshot of another format than {FORMAT}")
    return blob[WORD : WORD + int.from_bytes(blob[:WORD], "little")]


def _numbers(blobs: Sequence[bytes], start: int) -> Ints:
    """What follows the headers, int64[blobs, words]."""
    if len(blobs) == 1:
        return np.frombuffer(blobs[0], np.int64, -1, start)[None, :]
    return np.frombuffer(b"".join(blobs), np.int64).reshape(len(blobs), -1)[:, start // WORD :]


def _plan(head: bytes, entries: dict[str, int]) -> _Plan:
    known = _PLANS.get(head)
    if known is not None and known.entries is entries:
        return known
    header = _DECODER.decode(head)
    if header.version != FORMAT:
        raise ValueError(f"a snapshot of format {header.version}, not {FORMAT}")
    try:
        codes = [entries[name] for name, _ in header.names]
    except KeyError as error:
        raise ValueError(f"a snapshot of a map with {error.args[0]!r}") from None
    plan = _planned(header, entries, codes)
    if plan.impersonal:
        if len(_PLANS) >= _KEPT:
            _PLANS.clear()
        _PLANS[head] = plan
    return plan


def _planned(header: _Header, entries: dict[str, int], codes: list[int]) -> _Plan:
    at = [0, 0]

    def stretch(which: int, count: int) -> slice:
        at[which] += count
        return slice(at[which] - count, at[which])

    cells = sum(table.cells for table in header.tables)
    columns = [stretch(0, cells) for _ in ("place", *COLUMNS)]
    shapes = [(len(SLOTS[table.kind]), len(table.bands)) for table in header.tables]
    sums = [
        stretch(1, table.cells * slots * bands)
        for table, (slots, bands) in zip(header.tables, shapes, strict=True)
    ]
    parts, low = [], 0
    for table, held, shape in zip(header.tables, sums, shapes, strict=True):
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
        parts.append(_Part(table, rows, held, shape, events))
    columns += [stretch(0, header.seen) for _ in range(3)]
    for lasts in (header.traits, header.consents):
        columns += [stretch(0, len(lasts)) for _ in range(3)]
    return _Plan(
        header=header,
        entries=entries,
        nodes=[node_of(name) for name, _ in header.names],
        codes=keyed(np.array(codes, dtype=np.int64), 0),
        parts=parts,
        columns=columns,
        words=header.integers // WORD,
        impersonal=not (header.traits or header.consents or header.claims or header.marks)
        and not any(member for _, member in header.names),
    )


def _cut(plan: _Plan, numbers: Ints, keys: Ints, members: Members, sources: Sources) -> State:
    """The states of the twins whose numbers stand in the rows of a matrix."""
    header, words, stretch = plan.header, plan.words, _of_many
    twins = np.broadcast_to(keys[:, None], (len(keys), words))
    if len(keys) == 1:
        numbers, twins, stretch = numbers[0], np.full(words, keys[0]), _of_one
    integers, floats = numbers[..., :words], numbers[..., words:].view(np.float64)
    place, source, *told = (integers[..., column] for column in plan.columns[:6])
    code = np.array([sources.code(name) for name in header.sources], dtype=np.int64)
    cells = [twins, _keys(plan, members)[place], code[source], *told]
    tables: dict[Layout, NodeCells] = {}
    for part in plan.parts:
        table, rows = part.table, part.cells
        twin, member, source, first, last, opened, occasions = (
            stretch(column, rows) for column in cells
        )
        tables[table.kind, table.bands] = NodeCells(
            table.kind,
            table.bands,
            table.unit,
            twin,
            member,
            source,
            stretch(floats, part.sums).reshape(-1, *part.shape),
            first,
            last,
            opened,
            occasions,
            {
                kind: EventSums(
                    bands,
                    stretch(floats, sums).reshape(-1, part.shape[0], len(bands)),
                    stretch(integers, ticks),
                    stretch(integers, openings),
                )
                for kind, (bands, ticks, openings, sums) in part.events.items()
            },
        )
    seen, seen_first, seen_last, *lasts = (stretch(integers, column) for column in plan.columns[6:])
    return State(
        tables,
        plan.entries,
        Seen(stretch(twins, slice(0, header.seen)), code[seen], seen_first, seen_last),
        _lasts(header.traits, keys, code, *lasts[:3]),
        {
            kind: Sessions(keys, np.full(len(keys), count))
            for kind, count in header.sessions.items()
        },
        _lasts(header.consents, keys, code, *lasts[3:]),
        read_claims(header.claims, keys, plan.entries, members, sources),
        read_marks(header.marks, keys, plan.entries, members, sources),
    )


def _lasts(
    told: list[tuple[str, Any]], keys: Ints, code: Ints, source: Ints, at: Ints, order: Ints
) -> Traits:
    """Last values, of traits or of consents."""
    if not told:
        return NONE_SAID
    return Traits(
        np.repeat(keys, len(told)),
        code[source],
        at,
        order,
        [name for name, _ in told] * len(keys),
        [value for _, value in told] * len(keys),
    )


def _of_one(numbers: NDArray[T], stretch: slice) -> NDArray[T]:
    """A stretch of one twin's numbers: a view."""
    return numbers[stretch]


def _of_many(numbers: NDArray[T], stretch: slice) -> NDArray[T]:
    """A stretch of every twin's numbers, one twin after the other."""
    return numbers[:, stretch].reshape(-1)


def _keys(plan: _Plan, members: Members) -> Ints:
    """Keys of all (entry, member) of a header, as the reading map and `members` count them."""
    if plan.impersonal:
        members.meet(plan.nodes)
        return plan.codes
    named = zip(plan.nodes, plan.header.names, strict=True)
    told = np.array([members.code(node, member) for node, (_, member) in named], np.int64)
    return plan.codes | told
