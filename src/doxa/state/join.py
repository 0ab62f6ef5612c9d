"""Adding two tables of cells: a snapshot and its tail, or two parts of a ledger."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from doxa.beliefmap.columns import Floats, Ints
from doxa.domain.evidence import EvidenceKind
from doxa.state.bands import decay
from doxa.state.cells import PER_CELL, EventSums, NodeCells
from doxa.state.mass import GAPS, log_gaps
from doxa.types import HalfLife


def join(a: NodeCells, b: NodeCells) -> NodeCells:
    """The cells of the union of two disjoint sets of evidence about one node.

    Both sums are decayed to the later reference and added. This is exact (to rounding) when no
    occasion has evidence on both sides and, for occurrences, when within each cell all of one
    side is over before the other begins: the gap between the two sides is then known and added.
    Event clocks must count from the same start on both sides.

    Parameters
    ----------
    a, b : NodeCells
        Equal kind, bands and unit.

    Raises
    ------
    ValueError
        When occurrences of one cell lie among each other in time: rebuild it from the ledger.
    """
    sort, same = _ordered(a, b)
    again = np.flatnonzero(same)
    at, met = sort[again - 1], sort[again] - len(a)
    out = _put(a, at, _added(a.take(at), b.take(met))) if len(again) else a
    kept = sort[~same]
    if len(met) < len(b):
        alone = np.ones(len(b), dtype=bool)
        alone[met] = False
        out = stacked_cells((out, b.take(np.flatnonzero(alone))))
        moved = np.concatenate([np.arange(len(a)), len(a) - 1 + np.cumsum(alone)])
        kept = moved[kept]
    return out if (kept[1:] > kept[:-1]).all() else out.take(kept)


def _ordered(a: NodeCells, b: NodeCells) -> tuple[Ints, NDArray[np.bool_]]:
    """The rows of both by cell, those of `a` first, and where a row's cell is that of the one before."""
    columns = [
        np.concatenate([getattr(a, name), getattr(b, name)])
        for name in ("twin", "member", "source")
    ]
    if not (columns[0] != columns[0][:1]).any():
        del columns[0]
    sort = np.lexsort(columns[::-1])
    same = np.zeros(len(sort), dtype=bool)
    same[1:] = True
    for column in columns:
        told = column[sort]
        same[1:] &= told[1:] == told[:-1]
    return sort, same


def _added(a: NodeCells, b: NodeCells) -> NodeCells:
    """The sums of two tables row by row, which are of the same cells."""
    turned = (b.last < a.last) | ((b.last == a.last) & (b.opened < a.opened))
    older, newer = a, b
    if turned.any():
        rows, both = np.arange(len(a)), stacked_cells((a, b))
        older = both.take(np.where(turned, rows + len(a), rows))
        newer = both.take(np.where(turned, rows, rows + len(a)))
    gaps = _gap_between(older, newer)
    sums = newer.sums + older.sums * decay(newer.last - older.last, a.bands)[:, None, :]
    if gaps is not None:
        sums[:, GAPS] += _aged(gaps, newer.last - newer.opened, a.bands)
    return replace(
        newer,
        sums=sums,
        first=np.minimum(older.first, newer.first),
        opened=np.minimum(older.opened, newer.opened),
        occasions=older.occasions + newer.occasions,
        events={
            kind: _added_events(older.events[kind], event, gaps)
            for kind, event in newer.events.items()
        },
    )


def _added_events(older: EventSums, newer: EventSums, gaps: Floats | None) -> EventSums:
    sums = newer.sums + older.sums * decay(newer.tick - older.tick, newer.bands)[:, None, :]
    if gaps is not None:
        sums[:, GAPS] += _aged(gaps, newer.tick - newer.opened, newer.bands)
    return EventSums(newer.bands, sums, newer.tick, np.minimum(older.opened, newer.opened))


def _put(cells: NodeCells, at: Ints, rows: NodeCells) -> NodeCells:
    """A table with other numbers in some rows."""

    def put(column: NDArray[Any], told: NDArray[Any]) -> NDArray[Any]:
        out = column.copy()
        out[at] = told
        return out

    return NodeCells(
        cells.kind,
        cells.bands,
        cells.unit,
        cells.twin,
        cells.member,
        cells.source,
        put(cells.sums, rows.sums),
        put(cells.first, rows.first),
        put(cells.last, rows.last),
        put(cells.opened, rows.opened),
        put(cells.occasions, rows.occasions),
        {
            kind: EventSums(
                event.bands,
                put(event.sums, rows.events[kind].sums),
                put(event.tick, rows.events[kind].tick),
                put(event.opened, rows.events[kind].opened),
            )
            for kind, event in cells.events.items()
        },
    )


def _aged(gaps: Floats, age: Ints, bands: tuple[HalfLife, ...]) -> Floats:
    return gaps[:, :, None] * decay(age, bands)[:, None, :]


def _gap_between(older: NodeCells, newer: NodeCells) -> Floats | None:
    """The gap from the last occurrence of one side to the first of the other, float64[q, 3]."""
    if older.kind is not EvidenceKind.OCCURRENCE:
        return None
    if (older.last > newer.opened).any():
        raise ValueError("occurrences of one cell lie among each other; rebuild it from the ledger")
    return log_gaps(newer.opened - older.last, older.unit)


def stacked_cells(parts: Sequence[NodeCells]) -> NodeCells:
    """The rows of several tables of one layout, one table after the other."""
    one = parts[0]
    if len(parts) == 1:
        return one
    columns: dict[str, Any] = {
        name: np.concatenate([getattr(part, name) for part in parts]) for name in PER_CELL
    }
    return replace(
        one,
        **columns,
        events={kind: _stacked_events(kind, parts) for kind in one.events},
    )


def _stacked_events(kind: str, parts: Sequence[NodeCells]) -> EventSums:
    events = [part.events[kind] for part in parts]
    return EventSums(
        events[0].bands,
        np.concatenate([event.sums for event in events]),
        np.concatenate([event.tick for event in events]),
        np.concatenate([event.opened for event in events]),
    )
