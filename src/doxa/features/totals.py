"""Totals: what everybody's cells of one node hold at one origin."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from doxa.beliefmap.columns import Floats, Ints
from doxa.beliefmap.model import Node
from doxa.beliefmap.payloads import Bools
from doxa.domain.evidence import EvidenceKind
from doxa.features.past import Past
from doxa.features.since import first_seen
from doxa.state.bands import cell_bands, exposure
from doxa.state.cells import NodeCells
from doxa.state.entries import SLOTS
from doxa.state.evidence import split
from doxa.state.fold import fold


@dataclass(frozen=True, slots=True)
class NodeTotals:
    """One row per (twin, member) that has evidence, pooled over sources.

    Attributes
    ----------
    kind : EvidenceKind
    members : int
        Number of members met by anybody.
    member : int64[n]
    twin : int64[n]
        Place among the twins asked about.
    sums : float64[n, C]
        At the node's own half-life, decayed to the origin.
    undecayed : float64[n, C]
    exposure : float64[n]
        At the node's own half-life, in units of the clock.
    all_exposure : float64[twins]
        The same for every twin asked about, met or not.
    """

    kind: EvidenceKind
    members: int
    member: Ints
    twin: Ints
    sums: Floats
    undecayed: Floats
    exposure: Floats
    all_exposure: Floats

    def of_people(self, chosen: Bools) -> NodeTotals:
        """The same of some of the twins asked about, bool[twins]."""
        kept = chosen[self.twin]
        return NodeTotals(
            self.kind,
            self.members,
            self.member[kept],
            (np.cumsum(chosen) - 1)[self.twin[kept]],
            self.sums[kept],
            self.undecayed[kept],
            self.exposure[kept],
            self.all_exposure[chosen],
        )


class Totals:
    """Folds a past once and gives the totals of any node.

    Parameters
    ----------
    past : Past
        Of signals before the origin only.
    origin : int
    """

    def __init__(self, past: Past, origin: int) -> None:
        self.past = past
        self.origin = origin
        self._evidence = split(past.signals, past.evidence, past.map)
        self._since = first_seen(past)
        self._trust = np.array([past.map.trust(name) for name in past.signals.sources])

    def of(self, node: Node, twins: Ints) -> NodeTotals:
        """What the cells of these twins (keys, ascending) hold about one node."""
        moment = np.full(len(twins), self.origin)
        since = self._since.of_twins(twins, moment)
        everybody = exposure(np.maximum(moment - since, 0), node.half_life)
        evidence = self._evidence.get(node.name)
        if evidence is None:
            kind = node.evidence or EvidenceKind.OPINION
            none = np.zeros((0, len(SLOTS[kind])))
            nobody = np.zeros(0, np.int64)
            return NodeTotals(kind, 0, nobody, nobody, none, none, none[:, 0], everybody)
        cells = fold(evidence)
        cells = cells.take(np.flatnonzero(np.isin(cells.twin, twins)))
        twin, member, sums, undecayed = self._pooled(cells, cell_bands(node).index(node.half_life))
        place = np.searchsorted(twins, twin)
        members = int(member.max(initial=-1)) + 1
        seen = everybody[place]
        return NodeTotals(cells.kind, members, member, place, sums, undecayed, seen, everybody)

    def _pooled(self, cells: NodeCells, own: int) -> tuple[Ints, Ints, Floats, Floats]:
        """The sums of all sources together, each as far as it is trusted."""
        sums = cells.at(self.origin)
        if cells.kind is not EvidenceKind.OCCURRENCE:
            sums = sums * self._trust[cells.source][:, None, None]
        pairs, place = np.unique(
            np.stack([cells.twin, cells.member], axis=1), axis=0, return_inverse=True
        )
        pooled = np.zeros((len(pairs), *sums.shape[1:]))
        np.add.at(pooled, place.ravel(), sums)
        return pairs[:, 0], pairs[:, 1], pooled[:, :, own], pooled[:, :, -1]
