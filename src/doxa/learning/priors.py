"""Base rates across people: by moments, as of one origin."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from doxa.beliefmap.columns import Floats, Ints
from doxa.beliefmap.model import Node
from doxa.domain.evidence import EvidenceKind
from doxa.features.norms import FEWEST_PEOPLE
from doxa.features.totals import NodeTotals, Totals
from doxa.heads.priors import NodePriors
from doxa.reading.prior import STRENGTH, map_prior

LARGEST_SHAPE = 1e3
SMALLEST_SHAPE = 0.01
STRENGTHS = (0.5, 0.7, 1.0, 1.4, 2.0, 2.8, 4.0, 5.6, 8.0, 11.0, 16.0)
WEIGHTS = (0.25, 8.0)
MOST_PEOPLE = 2_000
"""Where exposures are next to nothing, moments say nothing: people are not told apart further."""


def node_priors(known: Totals, node: Node, twins: Ints) -> NodePriors:
    """What the people registered before the origin say, on the whole, about one node.

    For/against: base = share of support, people weighing n / (n + W). Occurrences: the gamma whose
    mean and variance of rates, beyond Poisson noise, are those of all people, met or not. Values:
    the mean of people's means, and the spread within people. Members known to fewer than ten people
    are pooled into one.
    """
    totals = known.of(node, twins)
    return whole_of(totals, node, known.past.members.names(node.name))


def whole_of(totals: NodeTotals, node: Node, names: Sequence[tuple[str, ...]]) -> NodePriors:
    """The priors of one node from what people's cells hold of it."""
    enough = well_known(totals)
    table, family = rows_of(totals, node, enough)
    return NodePriors([names[code] for code in enough.tolist()], table, family)


def well_known(totals: NodeTotals) -> Ints:
    """Codes of the members that ten people met."""
    people = np.bincount(totals.member, minlength=totals.members)
    return np.flatnonzero(people >= FEWEST_PEOPLE)


def rows_of(totals: NodeTotals, node: Node, enough: Ints) -> tuple[list[list[float]], list[float]]:
    """A row of numbers for each of these members, and one for all others together."""
    order = np.argsort(totals.member, kind="stable")
    low = np.searchsorted(totals.member[order], enough, side="left")
    high = np.searchsorted(totals.member[order], enough, side="right")
    estimate = _PRIORS[totals.kind]
    table = [estimate(totals, np.sort(order[a:b]), 1, node) for a, b in zip(low, high, strict=True)]
    if not node.dimensions and len(enough):
        return table, table[0]
    rest = np.flatnonzero(np.isin(totals.member, enough, invert=True))
    return table, estimate(totals, rest, max(totals.members - len(enough), 1), node)


def _opinion(totals: NodeTotals, chosen: Ints, members: int, node: Node) -> list[float]:
    r, s = totals.sums[chosen, 0], totals.sums[chosen, 1]
    prior = map_prior(node)
    weight = (r + s) / (r + s + STRENGTH)
    share = np.divide(r, r + s, out=np.zeros_like(r), where=r + s > 0)
    base = (weight @ share + STRENGTH * float(prior.base)) / (weight.sum() + STRENGTH)
    base = float(np.clip(base, 0.01, 0.99))
    return [base, 1.0, 1.0, 0.0, 1.0, strength_of(r, s, base), 1.0]


def strength_of(r: Floats, s: Floats, base: float) -> float:
    """W under which what people hold for and against is likeliest, of a Beta with this mean.

    Maximises sum ln B(r + aW, s + (1 - a) W) - ln B(aW, (1 - a) W) - 1/2 (ln W/2)^2 over a grid: W = 2
    unless people say otherwise, and where fewer than ten hold anything.

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> own = rng.beta(6.0, 6.0, 1000)
    >>> alike = strength_of(20 * own, 20 * (1 - own), 0.5)
    >>> apart = strength_of(20 * np.round(own), 20 * (1 - np.round(own)), 0.5)
    >>> 8 <= alike <= 16, apart
    (True, 0.5)
    """
    held = np.flatnonzero(r + s > 0)
    if len(held) < FEWEST_PEOPLE:
        return STRENGTH
    held = held[:: -(-len(held) // MOST_PEOPLE)]
    r, s = r[held], s[held]

    def likely(strength: float) -> float:
        a, b = base * strength, (1 - base) * strength
        told = ln_gamma(r + a) + ln_gamma(s + b) - ln_gamma(r + s + strength)
        usual = math.lgamma(strength) - math.lgamma(a) - math.lgamma(b)
        return float(told.sum()) + len(r) * usual - 0.5 * math.log(strength / STRENGTH) ** 2

    return max(STRENGTHS, key=likely)


def ln_gamma(x: Floats) -> Floats:
    """ln of the gamma function of positive numbers, by Stirling's series six steps up.

    Examples
    --------
    >>> bool(np.isclose(ln_gamma(np.array([0.3, 5.0])), [math.lgamma(0.3), math.log(24)]).all())
    True
    """
    below = np.log(x[:, None] + np.arange(6)).sum(axis=1)
    y = x + 6
    series = 1 / (12 * y) - 1 / (360 * y**3) + 1 / (1260 * y**5)
    return np.asarray((y - 0.5) * np.log(y) - y + 0.5 * math.log(2 * math.pi) + series - below)


def _occurrence(totals: NodeTotals, chosen: Ints, members: int, node: Node) -> list[float]:
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


def _value(totals: NodeTotals, chosen: Ints, members: int, node: Node) -> list[float]:
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
    spread = max(float(spread), 1e-9)
    return [0.5, 1.0, 1.0, float(mean), spread, STRENGTH, _weight(means, n[kept], spread)]


def _weight(means: Floats, n: Floats, spread: float) -> float:
    """k0: variance within people over that between them, held at 1 as by ten people."""
    if len(means) < FEWEST_PEOPLE:
        return 1.0
    within = spread**2
    between = float(np.var(means, ddof=1)) - within * float((1 / n).mean())
    told = float(np.clip(within / max(between, 1e-12), *WEIGHTS))
    share = len(means) / (len(means) + FEWEST_PEOPLE)
    return math.exp(share * math.log(told))


_PRIORS = {
    EvidenceKind.OPINION: _opinion,
    EvidenceKind.OCCURRENCE: _occurrence,
    EvidenceKind.VALUE: _value,
}
