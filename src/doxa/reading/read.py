"""The reading: cells, a map's node, a prior and a moment in; opinions out. Pure."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from doxa.beliefmap.columns import Ints
from doxa.beliefmap.model import Node
from doxa.domain.evidence import EvidenceKind
from doxa.reading.answer import Answer, answered
from doxa.reading.bands import terms_of
from doxa.reading.claims import with_claims
from doxa.reading.for_against import read_for_against
from doxa.reading.occurrences import read_occurrences
from doxa.reading.opinion import Opinions
from doxa.reading.pooled import Looked, Voices, pool
from doxa.reading.prior import Prior, map_prior
from doxa.reading.question import Question, question
from doxa.reading.values import read_values
from doxa.state.cells import NodeCells
from doxa.state.entries import claims_about
from doxa.state.people import Seen, State
from doxa.types import Moment

READERS: dict[EvidenceKind, Callable[[Question], Answer]] = {
    EvidenceKind.OPINION: read_for_against,
    EvidenceKind.OCCURRENCE: read_occurrences,
    EvidenceKind.VALUE: read_values,
}
"""How each kind of evidence is read, in the order in which many nodes are."""


def opinions(
    cells: NodeCells,
    node: Node,
    now: Moment | Ints,
    voices: Voices,
    *,
    prior: Prior | None = None,
    seen: Seen | None = None,
    asked: tuple[Ints, Ints] | None = None,
) -> Opinions:
    """Read one node for many people.

    Parameters
    ----------
    cells : NodeCells
        Folded from signals with ``at <= now`` only.
    node : Node
    now : int, or int64[q] with `asked`
        The moment read.
    voices : Voices
        Trust, visibility and the person's own word, by source.
    prior : Prior, optional
        The population's; left out, the map's.
    seen : Seen, optional
        Since when each twin is seen; occurrences need it (left out: since the first of them).
    asked : (int64[q] twins, int64[q] members), optional
        Distinct (twin, member) to read, met or not; left out, all that have visible evidence.

    Returns
    -------
    Opinions
        One row per (twin, member).
    """
    terms = terms_of([node])
    sums = pool(Looked.at([cells], [terms.places]), terms, voices, asked)
    whole = question(sums, terms, now, voices, prior or map_prior(node), seen)
    return answered(whole, [(slice(None), READERS[cells.kind](whole))])


def read_node(
    state: State,
    node: Node,
    now: Moment | Ints,
    voices: Voices,
    *,
    prior: Prior | None = None,
    asked: tuple[Ints, Ints] | None = None,
) -> Opinions:
    """Read one node of a state, claims about it included; see `opinions`.

    Left out, `asked` is everybody who has visible evidence or claims.
    """
    kind = node.evidence or EvidenceKind.OPINION
    nodes = state.nodes
    native = nodes.get(node.name, NodeCells.none(kind, node))
    claims = nodes.get(claims_about(node.name))
    if claims is None:
        return opinions(native, node, now, voices, prior=prior, seen=state.seen, asked=asked)
    if asked is None:
        asked = _everybody(native, claims, voices)
    own = opinions(native, node, now, voices, prior=prior, seen=state.seen, asked=asked)
    return with_claims(own, opinions(claims, node, now, voices, prior=prior, asked=asked))


def _everybody(native: NodeCells, claims: NodeCells, voices: Voices) -> tuple[Ints, Ints]:
    """All (twin, member) with visible cells on either side."""
    told = [
        np.stack([cells.twin, cells.member])[:, voices.visible[cells.source]]
        for cells in (native, claims)
    ]
    twin, member = np.unique(np.concatenate(told, axis=1), axis=1)
    return twin, member
