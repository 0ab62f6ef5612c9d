"""Cells pooled over the sources a reader may see, apart only into the person's word and others'."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from doxa.beliefmap.columns import Floats, Ints
from doxa.domain.evidence import EvidenceKind
from doxa.reading.bands import Terms
from doxa.state.cells import NodeCells
from doxa.state.entries import SLOTS


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
    """Cells of one kind of evidence at the three bands that a reading of their node looks at.

    Attributes
    ----------
    kind : EvidenceKind
    twin, member, source : int64[c]
        Those of one (twin, member) stand together.
    sums, half_lives : float64[c, C, 3], float64[c, 3]
    first, last, occasions : int64[c]
    """

    kind: EvidenceKind
    twin: Ints
    member: Ints
    source: Ints
    sums: Floats
    half_lives: Floats
    first: Ints
    last: Ints
    occasions: Ints

    @classmethod
    def at(cls, cells: NodeCells, terms: Terms) -> Looked:
        """Look at cells; `terms` has one row per cell, or one for all."""
        every = np.arange(len(cells)) if len(terms.places) > 1 else np.zeros(len(cells), np.int64)
        places = terms.places[every]
        return cls(
            cells.kind,
            cells.twin,
            cells.member,
            cells.source,
            cells.sums[np.arange(len(cells))[:, None], :, places].transpose(0, 2, 1),
            terms.half_lives[every],
            cells.first,
            cells.last,
            cells.occasions,
        )

    def take(self, rows: Ints) -> Looked:
        """Some of the cells."""
        return Looked(self.kind, *(getattr(self, name)[rows] for name in _PER_CELL))

    @classmethod
    def joined(cls, parts: Sequence[Looked]) -> Looked:
        """Cells of several tables as one."""
        if len(parts) == 1:
            return parts[0]
        columns = (np.concatenate([getattr(p, name) for p in parts]) for name in _PER_CELL)
        return cls(parts[0].kind, *columns)


_PER_CELL = (
    *("twin", "member", "source", "sums", "half_lives"),
    *("first", "last", "occasions"),
)


@dataclass(frozen=True, slots=True)
class Pooled:
    """Sums of q rows of (twin, member) at their newest evidence L, trust applied.

    Attributes
    ----------
    kind : EvidenceKind
    twin, member : int64[q]
    own, other : float64[q, C, 3]
        From the person, and from all others, at OWN, QUICK and EVER.
    first, newest : int64[q]
        Oldest and newest evidence; 0 where there is none.
    occasions : int64[q]
    row : int64[c]
        The row each visible cell went into.
    each : float64[c, C, 3]
        The sums of each visible cell at L, trust applied.
    """

    kind: EvidenceKind
    twin: Ints
    member: Ints
    own: Floats
    other: Floats
    first: Ints
    newest: Ints
    occasions: Ints
    row: Ints
    each: Floats


def pool(cells: Looked, voices: Voices, asked: tuple[Ints, Ints] | None = None) -> Pooled:
    """Pool the visible cells by (twin, member).

    Parameters
    ----------
    cells : Looked
    voices : Voices
    asked : (int64[q], int64[q]), optional
        The distinct (twin, member) to read, met or not; left out, all with visible evidence.
    """
    visible = voices.visible[cells.source]
    seen = cells if visible.all() else cells.take(np.flatnonzero(visible))
    twin, member, row = _rows(seen, asked)
    if (row < 0).any():
        kept = np.flatnonzero(row >= 0)
        seen, row = seen.take(kept), row[kept]
    q = len(twin)
    newest = np.full(q, np.iinfo(np.int64).min)
    np.maximum.at(newest, row, seen.last)
    first = np.full(q, np.iinfo(np.int64).max)
    np.minimum.at(first, row, seen.first)
    left = np.exp2(-(newest[row] - seen.last)[:, None] / seen.half_lives)
    each = seen.sums * left[:, None, :]
    if seen.kind is not EvidenceKind.OCCURRENCE:
        each *= voices.trust[seen.source][:, None, None]
    mine = voices.own[seen.source]
    shape = (q, len(SLOTS[seen.kind]), 3)
    own, other = np.zeros(shape), np.zeros(shape)
    np.add.at(own, row[mine], each[mine])
    np.add.at(other, row[~mine], each[~mine])
    occasions = np.bincount(row, weights=seen.occasions, minlength=q).astype(np.int64)
    met = np.bincount(row, minlength=q) > 0
    first, newest = np.where(met, first, 0), np.where(met, newest, 0)
    return Pooled(seen.kind, twin, member, own, other, first, newest, occasions, row, each)


def _rows(seen: Looked, asked: tuple[Ints, Ints] | None) -> tuple[Ints, Ints, Ints]:
    """The (twin, member) to read, and the row each cell goes into, -1 where it was not asked."""
    if asked is None:
        fresh = np.ones(len(seen.twin), dtype=bool)
        fresh[1:] = (seen.twin[1:] != seen.twin[:-1]) | (seen.member[1:] != seen.member[:-1])
        return seen.twin[fresh], seen.member[fresh], np.cumsum(fresh) - 1
    twin, member = asked
    wanted = _pairs((twin, member), (seen.twin, seen.member))
    keys, cells = wanted[: len(twin)], wanted[len(twin) :]
    if not len(keys):
        return twin, member, np.full(len(cells), -1)
    sort = np.argsort(keys)
    ordered = keys[sort]
    place = np.minimum(np.searchsorted(ordered, cells), len(keys) - 1)
    return twin, member, np.where(ordered[place] == cells, sort[place], -1)


def _pairs(*columns: tuple[Ints, Ints]) -> Ints:
    """One number for each (twin, member); twins are counted, so that no product overflows."""
    twin = np.concatenate([column[0] for column in columns])
    member = np.concatenate([column[1] for column in columns])
    if not len(twin) or not (twin != twin[0]).any():
        return member
    members, place = np.unique(member, return_inverse=True)
    return np.unique(twin, return_inverse=True)[1] * len(members) + place
