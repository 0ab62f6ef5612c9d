"""Why a node reads as it does: what each signal still contributes, adding up to the whole."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from doxa.beliefmap.columns import Floats, Ints
from doxa.domain.evidence import Channel, EvidenceKind
from doxa.reading.beta import bounded
from doxa.reading.pooled import Voices
from doxa.reading.prior import threshold
from doxa.state.evidence import NodeEvidence
from doxa.state.occasions import steps
from doxa.types import Moment


@dataclass(frozen=True, slots=True)
class Contributions:
    """What each piece of evidence of one (twin, member) still counts; e rows in time order.

    Attributes
    ----------
    row : int64[e]
        Row of the `SignalColumns` that the evidence was drawn from.
    at, source, channel : int64[e]
    weight, value : float64[e]
        As the map's rule drew them.
    support, attack : float64[e]
        Shares now: of r and s after trust and the self rule; of decayed counts (support); of
        decayed n, as support beyond the threshold and attack below it (values).
    """

    row: Ints
    at: Ints
    source: Ints
    channel: Ints
    weight: Floats
    value: Floats
    support: Floats
    attack: Floats


def explain(
    evidence: NodeEvidence,
    twin: int,
    member: int,
    now: Moment,
    voices: Voices,
    base: float = 0.5,
    stance: float | None = None,
) -> Contributions:
    """Split a reading over the evidence behind it.

    An occasion's g(W) 2^(-age / h), its age counted from its last row, is split over its rows in
    proportion to their weights, times trust; where the self rule bounds others, all of them are
    scaled alike. Shares of support add up to r, of attack to s (`Opinion.support`, `attack`).

    Parameters
    ----------
    evidence : NodeEvidence
        The node's, from signals with ``at <= now``.
    twin, member : codes
    base : a, the base rate that the self rule refers to.
    stance : a, optional
        See `bounded`.
    """
    cell = evidence.cell
    rows = np.flatnonzero(
        (evidence.twin[cell] == twin)
        & (evidence.member[cell] == member)
        & voices.visible[evidence.source[cell]]
    )
    rows = rows[np.lexsort((evidence.order[rows], evidence.at[rows]))]
    source = evidence.source[cell[rows]]
    share = _shares(evidence, now)[rows]
    if evidence.kind is not EvidenceKind.OCCURRENCE:
        share = share * voices.trust[source]
    attacks = evidence.channel[rows] == Channel.AGAINST
    if evidence.kind is EvidenceKind.VALUE:
        attacks = evidence.value[rows] < threshold(evidence.node)
    support, attack = np.where(attacks, 0.0, share), np.where(attacks, share, 0.0)
    if evidence.kind is EvidenceKind.OPINION:
        support, attack = _after_self(support, attack, voices.own[source], base, stance)
    return Contributions(
        row=evidence.row[rows],
        at=evidence.at[rows],
        source=source,
        channel=evidence.channel[rows],
        weight=evidence.weight[rows],
        value=evidence.value[rows],
        support=support,
        attack=attack,
    )


def _shares(evidence: NodeEvidence, now: Moment) -> Floats:
    """What each row counts now, before trust."""
    grown = steps(evidence)
    if evidence.kind is EvidenceKind.VALUE:
        return grown.level * np.exp2(-(now - evidence.at) / evidence.node.half_life)
    closing = np.flatnonzero(grown.closing)
    occasion = evidence.occasion
    last = np.zeros(int(occasion.max(initial=-1)) + 1, dtype=np.int64)
    last[occasion[closing]] = closing
    total = np.bincount(occasion, weights=evidence.weight)
    level = grown.level[last] * np.exp2(-(now - evidence.at[last]) / evidence.node.half_life)
    return (level / total)[occasion] * evidence.weight


def _after_self(
    support: Floats, attack: Floats, own: NDArray[np.bool_], base: float, stance: float | None
) -> tuple[Floats, Floats]:
    """Scale what others say so that shares add up to r and s after the self rule."""
    mine, others = own.astype(np.float64), 1.0 - own
    said = np.array([(support * mine).sum(), (attack * mine).sum()])
    heard = np.array([(support * others).sum(), (attack * others).sum()])
    r, s = bounded(said, heard, base, stance)
    kept_r = (r - said[0]) / heard[0] if heard[0] > 0 else 1.0
    kept_s = (s - said[1]) / heard[1] if heard[1] > 0 else 1.0
    return support * (mine + others * kept_r), attack * (mine + others * kept_s)
