"""Cells: decayed sums of evidence for (twin, node, member, source), and how two tables add up."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from doxa.beliefmap.columns import Floats, Ints
from doxa.beliefmap.model import Node
from doxa.domain.evidence import EvidenceKind
from doxa.state.bands import cell_bands, decay
from doxa.state.entries import SLOTS
from doxa.types import HalfLife


@dataclass(frozen=True, slots=True)
class EventSums:
    """The same sums on an event clock: aged by the twin's later sessions of a kind.

    Attributes
    ----------
    bands : tuple of E half-lives, in sessions
    sums : float64[c, C, E]
    tick : int64[c]
        Sessions begun by the cell's newest evidence.
    opened : int64[c]
        Sessions begun by the first counted occurrence, see `NodeCells`.
    """

    bands: tuple[HalfLife, ...]
    sums: Floats
    tick: Ints
    opened: Ints

    def take(self, rows: Ints) -> EventSums:
        """Some rows of the table."""
        return EventSums(self.bands, self.sums[rows], self.tick[rows], self.opened[rows])


@dataclass(frozen=True, slots=True)
class NodeCells:
    """The cells of one node, or of all entries of a layout: c rows by (twin, member, source).

    In a table of many entries `member` holds keys of (entry, member), see `entries.keyed`.

    Attributes
    ----------
    kind : EvidenceKind
        Names the C slots: ``SLOTS[kind]``.
    bands : tuple of K half-lives; the last one is infinity
    unit : float
        The unit of gaps, see `NodeEvidence`.
    twin, member, source : int64[c]
    sums : float64[c, C, K]
        At the cell's own reference time, `last`; ``sums[..., -1]`` are undecayed.
    first, last : int64[c]
        Moments of the oldest and newest evidence.
    opened : int64[c]
        Moment at which the first occasion ended; of occurrences, the first counted one.
    occasions : int64[c]
        Occasions of for and of against, occurrences, or values.
    events : dict of kind to EventSums
    """

    kind: EvidenceKind
    bands: tuple[HalfLife, ...]
    unit: float
    twin: Ints
    member: Ints
    source: Ints
    sums: Floats
    first: Ints
    last: Ints
    opened: Ints
    occasions: Ints
    events: dict[str, EventSums] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.twin)

    @classmethod
    def none(cls, kind: EvidenceKind, node: Node, unit: float = 1.0) -> NodeCells:
        """The empty table of a node."""
        bands, ints = cell_bands(node), np.zeros(0, dtype=np.int64)
        sums = np.zeros((0, len(SLOTS[kind]), len(bands)))
        return cls(kind, bands, unit, ints, ints, ints, sums, ints, ints, ints, ints)

    def at(self, now: int | Ints) -> Floats:
        """The sums decayed to a moment not before `last`, float64[c, C, K]."""
        return self.sums * decay(np.asarray(now) - self.last, self.bands)[:, None, :]

    def take(self, rows: Ints) -> NodeCells:
        """Some rows of the table."""
        columns: list[Any] = [getattr(self, name)[rows] for name in PER_CELL]
        columns.append({kind: event.take(rows) for kind, event in self.events.items()})
        return NodeCells(self.kind, self.bands, self.unit, *columns)


PER_CELL = ("twin", "member", "source", "sums", "first", "last", "opened", "occasions")
"""The columns of `NodeCells` that have one row per cell."""
