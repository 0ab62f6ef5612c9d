"""Cells pooled over the sources a reader may see, apart only into the person's word and others'."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from doxa.beliefmap.columns import Floats, Ints
from doxa.domain.evidence import EvidenceKind
from doxa.state.bands import decay
from doxa.state.cells import NodeCells
from doxa.state.evidence import SLOTS
from doxa.types import HalfLife


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
class Pooled:
    """Sums of q rows of (twin, member) at their newest evidence L, trust applied.

    Attributes
    ----------
    kind : EvidenceKind
    bands : tuple of K half-lives
    twin, member : int64[q]
    own, other : float64[q, C, K]
        From the person, and from all others.
    first, newest : int64[q]
        Oldest and newest evidence; 0 where there is none.
    occasions : int64[q]
    row : int64[c]
        The row each visible cell went into.
    each : float64[c, C, K]
        The sums of each visible cell at L, trust applied.
    """

    kind: EvidenceKind
    bands: tuple[HalfLife, ...]
    twin: Ints
    member: Ints
    own: Floats
    other: Floats
    first: Ints
    newest: Ints
    occasions: Ints
    row: Ints
    each: Floats


def pool(cells: NodeCells, voices: Voices, asked: tuple[Ints, Ints] | None = None) -> Pooled:
    """Pool the visible cells of a node by (twin, member).

    Parameters
    ----------
    cells : NodeCells
    voices : Voices
    asked : (int64[q], int64[q]), optional
        The distinct (twin, member) to read, met or not; left out, all with visible evidence.
    """
    seen = cells.take(np.flatnonzero(voices.visible[cells.source]))
    twin, member, row = _rows(seen, asked)
    kept = np.flatnonzero(row >= 0)
    if len(kept) < len(row):
        seen, row = seen.take(kept), row[kept]
    q = len(twin)
    newest = np.full(q, np.iinfo(np.int64).min)
    np.maximum.at(newest, row, seen.last)
    first = np.full(q, np.iinfo(np.int64).max)
    np.minimum.at(first, row, seen.first)
    each = seen.sums * decay(newest[row] - seen.last, seen.bands)[:, None, :]
    if seen.kind is not EvidenceKind.OCCURRENCE:
        each *= voices.trust[seen.source][:, None, None]
    mine = voices.own[seen.source]
    shape = (q, len(SLOTS[seen.kind]), len(seen.bands))
    own, other = np.zeros(shape), np.zeros(shape)
    np.add.at(own, row[mine], each[mine])
    np.add.at(other, row[~mine], each[~mine])
    occasions = np.bincount(row, weights=seen.occasions, minlength=q).astype(np.int64)
    met = np.bincount(row, minlength=q) > 0
    first, newest = np.where(met, first, 0), np.where(met, newest, 0)
    return Pooled(
        seen.kind, seen.bands, twin, member, own, other, first, newest, occasions, row, each
    )


def _rows(seen: NodeCells, asked: tuple[Ints, Ints] | None) -> tuple[Ints, Ints, Ints]:
    """The (twin, member) to read, and the row each cell goes into, -1 where it was not asked."""
    if asked is None:
        fresh = np.ones(len(seen), dtype=bool)
        fresh[1:] = (seen.twin[1:] != seen.twin[:-1]) | (seen.member[1:] != seen.member[:-1])
        return seen.twin[fresh], seen.member[fresh], np.cumsum(fresh) - 1
    twin, member = asked
    sort = np.lexsort((member, twin))
    span = 1 + max(int(member.max(initial=0)), int(seen.member.max(initial=0)))
    keys = twin[sort] * span + member[sort]
    wanted = seen.twin * span + seen.member
    place = np.minimum(np.searchsorted(keys, wanted), max(len(keys) - 1, 0))
    found = keys[place] == wanted if len(keys) else np.zeros(len(wanted), dtype=bool)
    return twin, member, np.where(found, sort[place] if len(keys) else 0, -1)
