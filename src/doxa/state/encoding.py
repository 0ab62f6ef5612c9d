"""States of many twins as bytes, written from columns; `doxa.state.codec` describes the format."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import msgspec
import numpy as np

from doxa.beliefmap.columns import Floats, Ints, Members
from doxa.beliefmap.payloads import Bools
from doxa.state.cells import NodeCells
from doxa.state.codec import COLUMNS, FORMAT, WORD
from doxa.state.entries import Layout, entry_of_key, member_of_key, node_of
from doxa.state.order import changes, ordered
from doxa.state.people import State
from doxa.state.traits import Traits
from doxa.state.written import claim_rows, mark_rows

_NONE: Ints = np.zeros(0, dtype=np.int64)
_ENCODE = msgspec.msgpack.Encoder().encode


def encode(state: State, members: Members, sources: tuple[str, ...]) -> bytes:
    """Write the state of one twin: ``State.twin(key)``; see `encode_all`."""
    columns = [cells.twin for cells in state.tables.values()]
    columns += [told.twin for told in state.sessions.values()]
    told = [state.seen.twin, state.traits.twin, state.consents.twin]
    twins = np.unique(np.concatenate([*told, *columns]))
    return next(encode_all(state, twins if len(twins) else np.zeros(1, int), members, sources))


def encode_all(
    state: State, twins: Ints, members: Members, sources: tuple[str, ...]
) -> Iterator[bytes]:
    """Write the states of many twins, each as it would be written alone.

    Parameters
    ----------
    state : State
    twins : int64[q], ascending
        Everybody in the state.
    members, sources
        What the codes in it mean. Nobody's bytes name a source that only others have.

    Yields
    ------
    bytes
        One state per twin, in the order of `twins`.
    """
    tables = {layout: _by_twin(cells) for layout, cells in state.tables.items()}
    parts = [_Rows.of(cells.twin, twins) for cells in tables.values()]
    lasting = (state.traits, state.consents)
    seen, *lasts = (_Rows.of(told.twin, twins) for told in (state.seen, *lasting))
    known = _known(list(tables.values()), parts, len(twins))
    place, source, *columns = known.columns
    told_by = [
        (known.rows, source),
        (seen, state.seen.source),
        *((rows, told.source) for rows, told in zip(lasts, lasting, strict=True)),
    ]
    heard, (cell_source, seen_source, *codes) = _heard(told_by, len(twins), len(sources))
    integers = [
        (known.rows, [place, cell_source, *columns]),
        *_ticks(tables, parts),
        (seen, [seen_source, state.seen.first, state.seen.last]),
        *(
            (rows, [code, told.at, told.order])
            for rows, code, told in zip(lasts, codes, lasting, strict=True)
        ),
    ]
    words = _laid_out(integers, _sums(tables, parts), len(twins))
    sessions = [told.of(twins) for told in state.sessions.values()]
    counts = np.stack([part.counts for part in parts] + sessions + [seen.counts], axis=1)
    claims, marks = (
        _Rows.of(told.twin, twins).bounds.tolist() for told in (state.claims, state.marks)
    )
    heads = _Heads(tables, tuple(state.sessions), sources, _names(known.keys, state, members))
    for number in range(len(twins)):
        told = known.key[known.bounds[number] : known.bounds[number + 1]]
        held = [
            _held(each, rows.bounds[number], rows.bounds[number + 1])
            for rows, each in zip(lasts, lasting, strict=True)
        ]
        own: _Personal = (
            *held,
            claim_rows(state, members, claims[number], claims[number + 1]),
            mark_rows(state, members, sources, marks[number], marks[number + 1]),
        )
        head = heads.of(counts[number], told, heard[number], int(words.integers[number]), own)
        yield head + words.of(number)


def _heard(told_by: list[tuple[_Rows, Ints]], twins: int, sources: int) -> tuple[Bools, list[Ints]]:
    """The sources that each twin has, bool[q, sources], and their codes counted among those."""
    heard = np.zeros((twins, sources), dtype=np.bool_)
    for rows, source in told_by:
        heard[rows.twin, source] = True
    code = np.cumsum(heard, axis=1) - 1
    return heard, [code[rows.twin, source] for rows, source in told_by]


def _by_twin(cells: NodeCells) -> NodeCells:
    sorted_already = not (cells.twin[1:] < cells.twin[:-1]).any()
    return cells if sorted_already else cells.take(ordered(cells.twin))


@dataclass(frozen=True, slots=True)
class _Rows:
    """How rows in the order of twins fall to them.

    Attributes
    ----------
    twin, turn : int64[n]
        Of each row: the twin's place, and the row's number among the twin's.
    bounds : int64[q + 1]
        Where each twin's rows begin.
    """

    twin: Ints
    turn: Ints
    bounds: Ints

    @classmethod
    def of(cls, column: Ints, twins: Ints) -> _Rows:
        return cls.placed(np.searchsorted(twins, column), len(twins))

    @classmethod
    def placed(cls, twin: Ints, twins: int) -> _Rows:
        bounds = _bounds(np.bincount(twin, minlength=twins))
        return cls(twin, np.arange(len(twin)) - bounds[twin], bounds)

    @property
    def counts(self) -> Ints:
        return np.diff(self.bounds)


def _bounds(counts: Ints) -> Ints:
    bounds = np.zeros(len(counts) + 1, dtype=np.int64)
    np.cumsum(counts, out=bounds[1:])
    return bounds


_Block = tuple[_Rows, list[Ints]]
"""Columns of one table: a twin's rows of the first, then those of the second, ..."""


@dataclass(frozen=True, slots=True)
class _Known:
    """The cells of all tables by twin, and the (entry, member) that each twin has cells of.

    Attributes
    ----------
    rows : _Rows
        Of all cells: a twin's of the first table, then its of the second, ...
    columns : list of int64[n]
        What every cell has; first, where its (entry, member) stands among the twin's.
    keys : int64[k]
        The keys of (entry, member) that anybody has.
    key : int64[m]
        Places in `keys`: the first twin's, ascending, then the second's, ...
    bounds : int64[q + 1]
        Where each twin's begin in `key`.
    """

    rows: _Rows
    columns: list[Ints]
    keys: Ints
    key: Ints
    bounds: Ints


def _known(tables: list[NodeCells], parts: list[_Rows], twins: int) -> _Known:
    twin = np.concatenate([_NONE, *(part.twin for part in parts)])
    by_twin = ordered(twin)
    rows = _Rows.placed(twin[by_twin], twins)
    member, *columns = (
        np.concatenate([_NONE, *(getattr(cells, name) for cells in tables)])[by_twin]
        for name in ("member", *COLUMNS)
    )
    keys, code = np.unique(member, return_inverse=True)
    sort = ordered(rows.twin, code)
    fresh = changes(rows.twin[sort], code[sort])
    first = sort[fresh]
    bounds = _bounds(np.bincount(rows.twin[first], minlength=twins))
    place = np.empty(len(code), dtype=np.int64)
    place[sort] = np.cumsum(fresh) - 1
    place -= bounds[rows.twin]
    return _Known(rows, [place, *columns], keys, code[first], bounds)


def _ticks(tables: dict[Layout, NodeCells], parts: list[_Rows]) -> Iterator[_Block]:
    for part, cells in zip(parts, tables.values(), strict=True):
        for event in cells.events.values():
            yield part, [event.tick, event.opened]


def _sums(tables: dict[Layout, NodeCells], parts: list[_Rows]) -> list[tuple[_Rows, Floats]]:
    """Sums as float64[rows, C K], those on the wall clock first."""
    each = list(zip(parts, tables.values(), strict=True))
    sums = [(part, cells.sums) for part, cells in each]
    sums += [(part, event.sums) for part, cells in each for event in cells.events.values()]
    return [(part, told.reshape(len(told), -1)) for part, told in sums if len(told)]


@dataclass(frozen=True, slots=True)
class _Words:
    """The numbers of all twins, one twin after the other, integers before floats.

    Attributes
    ----------
    numbers : memoryview of bytes
    bounds : list of int
        Where each twin's bytes begin.
    integers : int64[q]
        How many of them are integers.
    """

    numbers: memoryview
    bounds: list[int]
    integers: Ints

    def of(self, place: int) -> memoryview:
        """The numbers of one twin."""
        return self.numbers[self.bounds[place] : self.bounds[place + 1]]


def _laid_out(integers: list[_Block], sums: list[tuple[_Rows, Floats]], twins: int) -> _Words:
    whole = np.zeros(twins, dtype=np.int64)
    for part, columns in integers:
        whole += part.counts * len(columns)
    every = whole.copy()
    for part, told in sums:
        every += part.counts * told.shape[1]
    bounds = _bounds(every)
    words = np.empty(int(bounds[-1]), dtype=np.int64)
    begins = bounds[:-1].copy()
    for part, columns in integers:
        for column in columns:
            words[begins[part.twin] + part.turn] = column
            begins += part.counts
    numbers = words.view(np.float64)
    for part, told in sums:
        width = told.shape[1]
        first = begins[part.twin] + part.turn * width
        numbers[first[:, None] + np.arange(width)] = told
        begins += part.counts * width
    return _Words(words.data.cast("B"), (bounds * WORD).tolist(), whole * WORD)


def _names(keys: Ints, state: State, members: Members) -> list[msgspec.Raw]:
    """Each (entry, member) as a header writes it."""
    entries = list(state.entries)
    told = zip(entry_of_key(keys).tolist(), member_of_key(keys).tolist(), strict=True)
    return [
        msgspec.Raw(_ENCODE((entries[code], members.names(node_of(entries[code]))[member])))
        for code, member in told
    ]


def _held(traits: Traits, low: int, high: int) -> list[tuple[str, Any]]:
    return [(traits.name[row], traits.value[row]) for row in range(low, high)]


_Personal = tuple[list[Any], ...]
"""What is the person's alone: traits, consents, claims and marks."""


@dataclass(frozen=True, slots=True)
class _Heads:
    """What stands before the numbers; twins who hold the same things have the same."""

    tables: dict[Layout, NodeCells]
    sessions: tuple[str, ...]
    sources: tuple[str, ...]
    names: list[msgspec.Raw]
    made: dict[tuple[bytes, bytes, bytes], bytes] = field(default_factory=dict)

    def of(
        self,
        counts: Ints,
        key: Ints,
        heard: Bools,
        integers: int,
        own: _Personal,
    ) -> bytes:
        """The head of one twin.

        Parameters
        ----------
        counts : int64[tables + event clocks + 1]
            Cells per table, sessions per event clock, rows of (twin, source).
        key : int64[k]
            Places of its (entry, member) in `names`.
        heard : bool[sources]
            Which sources it has.
        integers : int
            Bytes of its integers.
        held : list
            Its traits, and its consents.
        """
        if any(own):
            return self._written(counts.tolist(), key.tolist(), heard, integers, own)
        same = counts.tobytes(), key.tobytes(), heard.tobytes()
        found = self.made.get(same)
        if found is None:
            found = self._written(counts.tolist(), key.tolist(), heard, integers, own)
            if len(self.made) < _MOST_HEADS:
                self.made[same] = found
        return found

    def _written(
        self,
        counts: list[int],
        key: list[int],
        heard: Bools,
        integers: int,
        own: _Personal,
    ) -> bytes:
        layouts = len(self.tables)
        head = _ENCODE(
            (
                FORMAT,
                integers,
                [self.sources[code] for code in np.flatnonzero(heard).tolist()],
                [self.names[place] for place in key],
                [
                    (*layout, cells.unit, count, {k: e.bands for k, e in cells.events.items()})
                    for (layout, cells), count in zip(self.tables.items(), counts, strict=False)
                    if count
                ],
                dict(zip(self.sessions, counts[layouts:], strict=False)),
                counts[-1],
                *own,
            )
        )
        # padded, so that the numbers lie where NumPy can look at them
        return len(head).to_bytes(WORD, "little") + head + bytes(-len(head) % WORD)


_MOST_HEADS = 4_096
