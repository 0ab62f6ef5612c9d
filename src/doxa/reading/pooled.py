"""Cells pooled over the sources a reader may see, apart only into the person's word and others'."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from doxa.beliefmap.columns import Floats, Ints
from doxa.domain.evidence import EvidenceKind
from doxa.reading.bands import EVER, OWN, QUICK, Terms
from doxa.state.cells import NodeCells
from doxa.state.entries import entry_of_key, member_of_key

MOST = 3
"""Sums that a reading looks at: for and against; count and amount; n, sum x and sum x^2."""


@dataclass(frozen=True, slots=True)
class Voices:
    """How a reading hears each source: arrays over source codes.

    Attributes
    ----------
    trust : float64[sources]
        In [0, 1]; multiplies for/against and the precision of values, never occurrences.
    own : bool[sources]
        True for the person's own word (source ``self``).
    visible : bool[sources]
        False for sources the purpose may not see.
    """

    trust: Floats
    own: NDArray[np.bool_]
    visible: NDArray[np.bool_]

    @classmethod
    def of(cls, sources: tuple[str, ...], trust: dict[str, float] | None = None) -> Voices:
        """All sources visible, with the trust given by name (else by ``default``, else 1).

        Examples
        --------
        >>> Voices.of(("shop", "self"), {"default": 0.5, "self": 1.0}).trust.tolist()
        [0.5, 1.0]
        """
        known = trust or {}
        default = known.get("default", 1.0)
        return cls(
            np.array([known.get(name, default) for name in sources], dtype=np.float64),
            np.array([name == "self" for name in sources], dtype=bool),
            np.ones(len(sources), dtype=bool),
        )


@dataclass(frozen=True, slots=True)
class Looked:
    """Cells at the three bands that a reading of their node looks at; of any kinds of evidence.

    Attributes
    ----------
    twin, member, source : int64[c]
        Those of one (twin, member) stand together.
    sums : float64[3, 3, c]
        By slot (the first three of the kind, 0 where it has fewer) and band: OWN, QUICK, EVER.
    first, last, occasions : int64[c]
    trusted : bool[c] or bool
        Whether trust scales the sums: never those of occurrences.
    """

    twin: Ints
    member: Ints
    source: Ints
    sums: Floats
    first: Ints
    last: Ints
    occasions: Ints
    trusted: NDArray[np.bool_] | bool

    @classmethod
    def at(cls, tables: Sequence[NodeCells], places: Sequence[Ints]) -> Looked:
        """Look at the cells of some tables, one after the other.

        Parameters
        ----------
        places : for each table int64[3, c], or int64[3, 1] where all its cells are looked at alike
            Where OWN, QUICK and EVER stand among the table's bands.
        """
        sums = np.zeros((MOST, 3, sum(map(len, tables))))
        low = 0
        for cells, bands in zip(tables, places, strict=True):
            rows = slice(low, low := low + len(cells))
            slots = min(MOST, cells.sums.shape[1])
            for band in (OWN, QUICK, EVER):
                if bands.shape[1] == 1:
                    sums[:slots, band, rows] = cells.sums[:, :slots, bands[band, 0]].T
                else:
                    every = np.arange(len(cells))
                    sums[:slots, band, rows] = cells.sums[every, :slots, bands[band]].T
        trusted = [cells.kind is not EvidenceKind.OCCURRENCE for cells in tables]
        columns = (
            getattr(tables[0], name)
            if len(tables) == 1
            else np.concatenate([getattr(cells, name) for cells in tables])
            for name in ("twin", "member", "source", "first", "last", "occasions")
        )
        twin, member, source, first, last, occasions = columns
        return cls(
            twin,
            member,
            source,
            sums,
            first,
            last,
            occasions,
            trusted[0] if len(set(trusted)) == 1 else np.repeat(trusted, [len(c) for c in tables]),
        )

    @classmethod
    def none(cls) -> Looked:
        """No cells."""
        none = np.zeros(0, dtype=np.int64)
        return cls(none, none, none, np.zeros((MOST, 3, 0)), none, none, none, True)

    def take(self, rows: Ints) -> Looked:
        """Some of the cells."""
        return Looked(
            self.twin[rows],
            self.member[rows],
            self.source[rows],
            self.sums[..., rows],
            self.first[rows],
            self.last[rows],
            self.occasions[rows],
            self.trusted[rows] if isinstance(self.trusted, np.ndarray) else self.trusted,
        )


@dataclass(frozen=True, slots=True)
class Pooled:
    """Sums of q rows of (twin, member) at their newest evidence L, trust applied.

    Attributes
    ----------
    twin, member : int64[q]
    heard : float64[3, 3, q]
        From everybody, by slot and band.
    own, other : float64[3, 3, q] or None
        From the person, and from all others; None where no row has the person's own word.
    first, newest : int64[q]
        Oldest and newest evidence; 0 where there is none.
    occasions : int64[q]
    row : int64[c]
        The row each visible cell went into; None where every row has at most one cell.
    each : float64[3, 3, c]
        The sums of each visible cell at L, trust applied.
    """

    twin: Ints
    member: Ints
    heard: Floats
    own: Floats | None
    other: Floats | None
    first: Ints
    newest: Ints
    occasions: Ints
    row: Ints | None
    each: Floats

    def part(self, rows: slice) -> Pooled:
        """Rows that stand together, as views."""
        row, each = self.row, self.each
        if row is not None:
            here = np.flatnonzero((row >= rows.start) & (row < rows.stop))
            row, each = row[here] - rows.start, each[..., here]
            several = len(row) > 1 and bool((row[1:] == row[:-1]).any())
            row = row if several else None
        return Pooled(
            self.twin[rows],
            self.member[rows],
            self.heard[..., rows],
            None if self.own is None else self.own[..., rows],
            None if self.other is None else self.other[..., rows],
            self.first[rows],
            self.newest[rows],
            self.occasions[rows],
            row,
            each,
        )


def pool(
    cells: Looked, terms: Terms, voices: Voices, asked: tuple[Ints, Ints] | None = None
) -> Pooled:
    """Pool the visible cells by (twin, member).

    Parameters
    ----------
    cells : Looked
    terms : Terms
        One row for each row asked, or one for all.
    voices : Voices
    asked : (int64[q], int64[q]), optional
        The distinct (twin, member) to read, met or not; left out, all with visible evidence.
    """
    visible = voices.visible[cells.source]
    seen = cells if visible.all() else cells.take(np.flatnonzero(visible))
    twin, member, row = _rows(seen, asked)
    if len(row) and row.min() < 0:
        kept = np.flatnonzero(row >= 0)
        seen, row = seen.take(kept), row[kept]
    q = len(twin)
    first, newest, occasions = np.zeros((3, q), dtype=np.int64)
    begins = np.flatnonzero(row[1:] != row[:-1]) + 1
    alone = len(begins) + 1 >= len(row)
    each = seen.sums
    if alone:
        newest[row], first[row], occasions[row] = seen.last, seen.first, seen.occasions
    else:
        starts = np.concatenate([[0], begins])
        met = row[starts]
        newest[met] = np.maximum.reduceat(seen.last, starts)
        first[met] = np.minimum.reduceat(seen.first, starts)
        occasions[met] = np.add.reduceat(seen.occasions, starts)
        half_lives = terms.half_lives if terms.one else terms.half_lives[:, row]
        each = each * np.exp2(-(newest[row] - seen.last) / half_lives)
    if seen.trusted is not False:
        trust = voices.trust[seen.source]
        each = each * (trust if seen.trusted is True else np.where(seen.trusted, trust, 1.0))

    def pooled(sums: Floats) -> Floats:
        out = np.zeros((MOST, 3, q))
        if alone:
            out[..., row] = sums
        else:
            out[..., met] = np.add.reduceat(sums, starts, axis=-1)
        return out

    mine = voices.own[seen.source]
    if mine.any():
        own, other = pooled(each * mine), pooled(each * ~mine)
        heard = own + other
    else:
        heard, own, other = pooled(each), None, None
    return Pooled(
        twin,
        member,
        heard,
        own,
        other,
        first,
        newest,
        occasions,
        None if alone else row,
        each,
    )


def _rows(seen: Looked, asked: tuple[Ints, Ints] | None) -> tuple[Ints, Ints, Ints]:
    """The (twin, member) to read, and the row each cell goes into, -1 where it was not asked."""
    if asked is None:
        fresh = np.ones(len(seen.twin), dtype=bool)
        fresh[1:] = (seen.twin[1:] != seen.twin[:-1]) | (seen.member[1:] != seen.member[:-1])
        return seen.twin[fresh], seen.member[fresh], np.cumsum(fresh) - 1
    twin, member = asked
    if not len(twin) or not len(seen.twin):
        return twin, member, np.full(len(seen.twin), -1)
    keys, cells, size = _pairs((twin, member), (seen.twin, seen.member))
    if size <= _DENSE * (len(keys) + len(cells)) + _SMALL:
        row = np.full(size, -1)
        row[keys] = np.arange(len(keys))
        return twin, member, row[cells]
    sort = np.argsort(keys)
    place = np.searchsorted(keys, cells, sorter=sort)
    place[place == len(keys)] = 0
    found = sort[place]
    return twin, member, np.where(keys[found] == cells, found, -1)


_DENSE, _SMALL = 8, 1 << 12
"""Rows are looked up in a table of all possible ones while it stays so many times their number."""


def _pairs(asked: tuple[Ints, Ints], cells: tuple[Ints, Ints]) -> tuple[Ints, Ints, int]:
    """One number from 0 on for each (twin, member) on both sides, and how many there may be.

    Numbers are counted from the smallest where they lie close together, else by rank, so that no
    product overflows.
    """
    twin, member = (np.concatenate(pair) for pair in zip(asked, cells, strict=True))
    codes, size = np.zeros(len(twin), dtype=np.int64), 1
    for column in (twin, entry_of_key(member), member_of_key(member)):
        low, high = column.min(), column.max()
        if low == high:
            continue
        if high - low < len(column):
            place, met = column - low, int(high - low) + 1
        else:
            known, place = np.unique(column, return_inverse=True)
            met = len(known)
        codes, size = codes * met + place, size * met
    return codes[: len(asked[0])], codes[len(asked[0]) :], size
