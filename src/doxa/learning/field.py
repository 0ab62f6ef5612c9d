"""Learning how nodes lean on each other: symmetric weights in closed form from the population."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from doxa.beliefmap.columns import Floats, Ints
from doxa.beliefmap.model import BeliefMap
from doxa.domain.node import Address, NodeKind
from doxa.features.norms import FEWEST_PEOPLE
from doxa.features.totals import Totals
from doxa.heads.priors import NodePriors
from doxa.learning.deviations import Deviations, deviations
from doxa.reading.coupling.field import HEAVIEST, Link, declared_field

WORTH = 100.0
"""A declared weight is worth so many people who met both ends."""

LEAST_RELIABLE = 0.5
LEAST_RIDGE = 0.02

FEWEST_FOR_NEW = 100
LEAST_PARTIAL = 0.1
MOST_PER_NODE = 5
"""A link that nobody declared needs so many people, so much partial correlation beyond what chance
brings among all pairs, and stands among the strongest of both its ends."""


def learned_links(
    known: Totals, belief_map: BeliefMap, priors: dict[str, NodePriors], twins: Ints
) -> list[Link]:
    """The links of a map with weights from the population, and loose links that it found itself.

    With S the covariance of people's x - mu and V the mean variance that their evidence leaves of
    each x, the latent log odds have the variances S_ii + V_i; their covariances are those of S over
    the reliabilities h_i h_j, h_i = S_ii / (S_ii + V_i), since evidence shows each x only in part
    (an h counts as at least one half, and a ridge is added where the matrix then asks for one).
    The field's own precision has -g w beside its diagonal, so w = -g Q_ij of the inverse Q. A
    declared link with n people who met both ends gets

        w = (100 w_declared + n max(0, -g Q_ij)) / (100 + n)

    so that its sign never flips, and with fewer than ten people it stays as declared. A family named
    as a whole has one weight, the mean over its pairs. Families that fall back on a wider node are
    not looked at: their members start from the person, not from everybody.

    Parameters
    ----------
    known : Totals
        Of signals before the origin.
    priors : the fitted priors
    twins : int64[p], ascending
        Keys of the people.
    """
    field = declared_field(belief_map)
    nodes = [
        node
        for node in belief_map.nodes.values()
        if node.name in priors and not node.opt_in and node.within is None
    ]
    found = deviations(known, nodes, priors, twins)
    if len(found.addresses) < 2:
        return list(field.links)
    between = Between.of(found)
    place = {address: number for number, address in enumerate(found.addresses)}
    kinds = {node.name: node.kind for node in nodes}
    dimensions = {node.name: node.dimensions for node in belief_map.nodes.values()}
    firm, taken = [], set[tuple[int, int]]()
    for link in field.links:
        pairs = list(_pairs(link, found.addresses, place, dimensions))
        taken |= {(min(pair), max(pair)) for pair in pairs}
        firm.append(_shrunk(link, between, pairs))
    goals = [kinds[address.node] is NodeKind.GOAL for address in found.addresses]
    return [*firm, *_new(found.addresses, between, taken, np.array(goals, dtype=bool))]


@dataclass(frozen=True, slots=True)
class Between:
    """What the population says of each pair of c nodes and members.

    Attributes
    ----------
    precision : Q, float64[c, c]
    shown : float64[c, c]
        Partial correlations of what was seen, before reliabilities: chance is judged by these.
    people : int64[c, c]
        Who met both.
    looked_at : number of people
    """

    precision: Floats
    shown: Floats
    people: Ints
    looked_at: int

    @classmethod
    def of(cls, found: Deviations) -> Between:
        """The precision matrix of people's deviations, in closed form."""
        away = found.away - found.away.mean(axis=0)
        spread = away.T @ away / max(len(away), 1)
        whole = np.diag(spread) + found.unsure
        reliable = np.maximum(np.diag(spread) / whole, LEAST_RELIABLE)
        latent = spread / reliable[:, None] / reliable
        on = np.diag_indices(len(spread))
        spread[on] = latent[on] = whole
        met = found.met.astype(np.float32)
        people = np.rint(met.T @ met).astype(np.int64)
        return cls(_inverse(latent), _partial(np.linalg.inv(spread)), people, len(away))

    @property
    def partial(self) -> Floats:
        """Partial correlations of the latent log odds, float64[c, c]."""
        return _partial(self.precision)


def _partial(precision: Floats) -> Floats:
    size = np.sqrt(np.diag(precision))
    return np.asarray(-precision / size[:, None] / size)


def _inverse(latent: Floats) -> Floats:
    """The inverse, with the least ridge of a doubling row that makes the matrix a covariance."""
    scale, ridge = np.diag(np.diag(latent)), 0.0
    while True:
        try:
            root = np.linalg.cholesky(latent + ridge * scale)
        except np.linalg.LinAlgError:
            ridge = max(2 * ridge, LEAST_RIDGE)
            continue
        back = np.linalg.inv(root)
        return np.asarray(back.T @ back)


def _shrunk(link: Link, between: Between, pairs: list[tuple[int, int]]) -> Link:
    """A declared link with its learned weight."""
    left, right = np.array(pairs, dtype=np.int64).reshape(-1, 2).T
    people = between.people[left, right]
    told = people >= FEWEST_PEOPLE
    n = float(people[told].sum())
    if not n:
        return link
    each = np.maximum(0.0, -link.sign * between.precision[left, right][told])
    said = float(each @ people[told]) / n
    n /= told.sum()
    weight = float(min((WORTH * link.weight + n * said) / (WORTH + n), HEAVIEST))
    return Link(link.source, link.target, link.sign, weight)


def _new(
    addresses: tuple[Address, ...],
    between: Between,
    taken: set[tuple[int, int]],
    goals: NDArray[np.bool_],
) -> Iterator[Link]:
    """Links that nobody declared, strongest first; two goals are joined by the map alone."""
    c = len(addresses)
    partial = between.partial
    left, right = np.triu_indices(c, 1)
    free = between.looked_at - c - 3
    if free <= 0:
        return
    beyond = math.sqrt(2 * math.log(len(left) + 1)) + 1
    size = np.abs(partial[left, right])
    kept = (
        (between.people[left, right] >= FEWEST_FOR_NEW)
        & (size >= LEAST_PARTIAL)
        & (np.abs(between.shown[left, right]) * math.sqrt(free) >= beyond)
        & ~(goals[left] & goals[right])
    )
    chosen = np.flatnonzero(kept)
    chosen = chosen[np.argsort(-size[chosen], kind="stable")]
    links = np.zeros(c, dtype=np.int64)
    for i, j in zip(left[chosen].tolist(), right[chosen].tolist(), strict=True):
        if (i, j) in taken or max(links[i], links[j]) >= MOST_PER_NODE:
            continue
        links[[i, j]] += 1
        n = float(between.people[i, j])
        weight = min(n / (WORTH + n) * abs(float(between.precision[i, j])), HEAVIEST)
        sign = 1 if partial[i, j] > 0 else -1
        yield Link(addresses[i], addresses[j], sign, weight, loose=True)


def _pairs(
    link: Link,
    addresses: Iterable[Address],
    place: dict[Address, int],
    dimensions: dict[str, tuple[str, ...]],
) -> Iterator[tuple[int, int]]:
    """The pairs of columns that a declared link joins."""
    source, target = link.source, link.target
    wide = [bool(dimensions[end.node]) and not end.member for end in (source, target)]
    if all(wide):
        few, many = sorted((source.node, target.node), key=lambda name: len(dimensions[name]))
        for address in addresses:
            if address.node == many:
                values = dict(zip(dimensions[many], address.member, strict=True))
                other = Address(few, tuple(values[name] for name in dimensions[few]))
                if other in place:
                    yield place[other], place[address]
        return
    sides = [
        [address for address in addresses if address.node == end.node] if one else [end]
        for end, one in zip((source, target), wide, strict=True)
    ]
    for one in sides[0]:
        for other in sides[1]:
            if one != other and one in place and other in place:
                yield place[one], place[other]
