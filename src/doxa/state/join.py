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
    both = stacked_cells((a, b))
    sort = np.lexsort((both.opened, both.last, both.source, both.member, both.twin))
    both = both.take(sort)
    same = _paired(both)
    later = np.flatnonzero(same)
    out = both.take(np.flatnonzero(~np.append(same[1:], False)))
    place = np.cumsum(~same)[later] - 1
    older, newer = both.take(later - 1), both.take(later)
    gaps = _gap_between(older, newer)
    sums = _added(out.sums, place, (older.sums, newer.last - older.last), a.bands)
    if gaps is not None:
        sums[place, GAPS] += _aged(gaps, newer.last - newer.opened, a.bands)
    first, opened, occasions = out.first.copy(), out.opened.copy(), out.occasions.copy()
    first[place] = np.minimum(older.first, newer.first)
    opened[place] = np.minimum(older.opened, newer.opened)
    occasions[place] += older.occasions
    return replace(
        out,
        sums=sums,
        first=first,
        opened=opened,
        occasions=occasions,
        events={
            kind: _joined_events(event, place, older.events[kind], newer.events[kind], gaps)
            for kind, event in out.events.items()
        },
    )


def _joined_events(
    out: EventSums, place: Ints, older: EventSums, newer: EventSums, gaps: Floats | None
) -> EventSums:
    sums = _added(out.sums, place, (older.sums, newer.tick - older.tick), out.bands)
    if gaps is not None:
        sums[place, GAPS] += _aged(gaps, newer.tick - newer.opened, out.bands)
    opened = out.opened.copy()
    opened[place] = np.minimum(older.opened, newer.opened)
    return EventSums(out.bands, sums, out.tick, opened)


def _added(
    sums: Floats, place: Ints, older: tuple[Floats, Ints], bands: tuple[HalfLife, ...]
) -> Floats:
    out = sums.copy()
    out[place] += older[0] * decay(older[1], bands)[:, None, :]
    return out


def _aged(gaps: Floats, age: Ints, bands: tuple[HalfLife, ...]) -> Floats:
    return gaps[:, :, None] * decay(age, bands)[:, None, :]


def _gap_between(older: NodeCells, newer: NodeCells) -> Floats | None:
    """The gap from the last occurrence of one side to the first of the other, float64[q, 3]."""
    if older.kind is not EvidenceKind.OCCURRENCE:
        return None
    if (older.last > newer.opened).any():
        raise ValueError("occurrences of one cell lie among each other; rebuild it from the ledger")
    return log_gaps(newer.opened - older.last, older.unit)


def _paired(cells: NodeCells) -> NDArray[np.bool_]:
    """True where a row belongs to the same cell as the one before."""
    same = np.zeros(len(cells), dtype=bool)
    same[1:] = True
    for column in (cells.twin, cells.member, cells.source):
        same[1:] &= column[1:] == column[:-1]
    return same


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
