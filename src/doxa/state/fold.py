"""The fold: evidence to occasions, occasions to cells. A pure function of the set of signals."""

from __future__ import annotations

import numpy as np

from doxa.beliefmap.columns import Floats, Ints
from doxa.domain.evidence import EvidenceKind
from doxa.state.bands import cell_bands, decay
from doxa.state.cells import EventSums, NodeCells
from doxa.state.evidence import NodeEvidence
from doxa.state.mass import GAPS, gap_masses, masses
from doxa.state.occasions import Steps, steps
from doxa.types import HalfLife


def fold(
    evidence: NodeEvidence, event_bands: dict[str, tuple[HalfLife, ...]] | None = None
) -> NodeCells:
    """All cells of one node.

    Each sum is sum_i m_i 2^(-(t_ref - t_i) / h) over closed and open occasions alike, where m_i
    sits at the occasion's last time and t_ref is the cell's newest evidence.

    Parameters
    ----------
    evidence : NodeEvidence
        m rows, c cells.
    event_bands : dict of kind to half-lives in sessions
        As in the map; each needs ``evidence.ticks[kind]``.

    Returns
    -------
    NodeCells
        Equal sets of signals give bit-identical tables.
    """
    bands = cell_bands(evidence.node)
    grown = steps(evidence)
    mass = _settled(evidence, grown)
    starts = evidence.starts[:-1]
    newest = evidence.starts[1:] - 1
    closing = np.where(grown.closing, np.arange(len(evidence)), len(evidence))
    opened = np.minimum.reduceat(closing, starts) if len(starts) else starts
    return NodeCells(
        kind=evidence.kind,
        bands=bands,
        unit=evidence.unit,
        twin=evidence.twin,
        member=evidence.member,
        source=evidence.source,
        sums=_decayed_sums(evidence, mass, evidence.at, bands),
        first=evidence.at[starts],
        last=evidence.at[newest],
        opened=evidence.at[opened],
        occasions=_per_cell(grown.closing.astype(np.int64), evidence),
        events={
            kind: EventSums(
                half_lives,
                _decayed_sums(evidence, mass, tick, half_lives),
                tick[newest],
                tick[opened],
            )
            for kind, half_lives in (event_bands or {}).items()
            for tick in (evidence.ticks[kind],)
        },
    )


def _settled(evidence: NodeEvidence, grown: Steps) -> Floats:
    """What each row adds in the end: occasions at their last row, amounts where they are."""
    mass = masses(evidence, np.where(grown.closing, grown.level, 0.0))
    if evidence.kind is EvidenceKind.OCCURRENCE:
        mass[:, 1] = evidence.value
        counted = np.flatnonzero(grown.closing)
        cell = evidence.cell[counted]
        earlier = np.where(cell == np.roll(cell, 1), np.roll(counted, 1), -1)
        earlier[:1] = -1
        mass[counted, GAPS] = gap_masses(evidence, earlier, counted)
    return mass


def _decayed_sums(
    evidence: NodeEvidence, mass: Floats, tick: Ints, bands: tuple[HalfLife, ...]
) -> Floats:
    """Sums of masses per cell and band at the cell's newest row, float64[c, C, K]."""
    starts = evidence.starts
    left = decay(np.repeat(tick[starts[1:] - 1], np.diff(starts)) - tick, bands)
    out = np.empty((len(starts) - 1, mass.shape[1], len(bands)))
    for slot in range(mass.shape[1] if len(out) else 0):
        out[:, slot] = np.add.reduceat(mass[:, slot, None] * left, starts[:-1], axis=0)
    return out


def _per_cell(counts: Ints, evidence: NodeEvidence) -> Ints:
    starts = evidence.starts[:-1]
    return np.add.reduceat(counts, starts) if len(starts) else starts
