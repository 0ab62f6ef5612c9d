"""Base rates across people: by moments, as of one origin."""

from __future__ import annotations

import numpy as np

from doxa.beliefmap.columns import Ints
from doxa.beliefmap.model import Node
from doxa.beliefmap.payloads import Bools
from doxa.domain.evidence import EvidenceKind
from doxa.features.norms import FEWEST_PEOPLE
from doxa.features.totals import NodeTotals, Totals
from doxa.heads.priors import NodePriors
from doxa.reading.prior import STRENGTH, map_prior

LARGEST_SHAPE = 1e3
SMALLEST_SHAPE = 0.01
"""Where exposures are next to nothing, moments say nothing: people are not told apart further."""


def node_priors(known: Totals, node: Node, twins: Ints) -> NodePriors:
    """What the people registered before the origin say, on the whole, about one node.

    For/against: base = share of support, people weighing n / (n + W). Occurrences: the gamma whose
    mean and variance of rates, beyond Poisson noise, are those of all people, met or not. Values:
    the mean of people's means, and the spread within people. Members known to fewer than ten people
    are pooled into one.
    """
    totals = known.of(node, twins)
    people = np.bincount(totals.member, minlength=totals.members)
    enough = np.flatnonzero(people >= FEWEST_PEOPLE)
    names = known.past.members.names(node.name)
    single = not node.dimensions
    table = [_PRIORS[totals.kind](totals, totals.member == code, 1, node) for code in enough]
    rest = np.isin(totals.member, enough, invert=True)
    if single and len(enough):
        return NodePriors([()], table, table[0])
    others = max(totals.members - len(enough), 1)
    family = _PRIORS[totals.kind](totals, rest, others, node)
    return NodePriors([names[code] for code in enough], table, family)


def _opinion(totals: NodeTotals, chosen: Bools, members: int, node: Node) -> list[float]:
    r, s = totals.sums[chosen, 0], totals.sums[chosen, 1]
    prior = map_prior(node)
    weight = (r + s) / (r + s + STRENGTH)
    share = np.divide(r, r + s, out=np.zeros_like(r), where=r + s > 0)
    base = (weight @ share + STRENGTH * float(prior.base)) / (weight.sum() + STRENGTH)
    return [float(np.clip(base, 0.01, 0.99)), 1.0, 1.0, 0.0, 1.0]


def _occurrence(totals: NodeTotals, chosen: Bools, members: int, node: Node) -> list[float]:
    count, seen = totals.sums[chosen, 0], totals.exposure[chosen]
    all_seen = totals.all_exposure
    prior = map_prior(node)
    longest = float(all_seen.sum()) * members
    mean = (float(count.sum()) + 1.0) / (longest + float(prior.rate))
    spread = float(count @ count) - 2 * mean * float(count @ seen)
    spread += mean**2 * float(all_seen @ all_seen) * members - mean * longest
    squares = float(all_seen @ all_seen) * members
    found = mean**2 * squares / spread if spread > 0 else LARGEST_SHAPE
    shape = min(max(found, SMALLEST_SHAPE), LARGEST_SHAPE)
    rate = shape / mean
    base = float(-np.expm1(shape * np.log(rate / (rate + node.period))))
    return [float(np.clip(base, 1e-6, 1 - 1e-6)), shape, rate, 0.0, 1.0]


def _value(totals: NodeTotals, chosen: Bools, members: int, node: Node) -> list[float]:
    n, total, squares = (totals.undecayed[chosen, slot] for slot in range(3))
    prior = map_prior(node)
    kept = n > 0
    if not kept.any():
        return [0.5, 1.0, 1.0, float(prior.mean), float(prior.spread)]
    means = total[kept] / n[kept]
    within = np.maximum(squares[kept] - n[kept] * means**2, 0.0).sum()
    freedom = np.maximum(n[kept] - 1, 0.0).sum()
    spread = np.sqrt((within + float(prior.spread) ** 2) / (freedom + 1))
    mean = (means.sum() + float(prior.mean)) / (kept.sum() + 1)
    return [0.5, 1.0, 1.0, float(mean), float(max(spread, 1e-9))]


_PRIORS = {
    EvidenceKind.OPINION: _opinion,
    EvidenceKind.OCCURRENCE: _occurrence,
    EvidenceKind.VALUE: _value,
}
