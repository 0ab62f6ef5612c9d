"""How far people's log odds stand from everybody's: what a field is learned from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from doxa.beliefmap.columns import Floats, Ints
from doxa.beliefmap.model import Node
from doxa.domain.evidence import EvidenceKind
from doxa.domain.node import Address
from doxa.features.norms import FEWEST_PEOPLE
from doxa.features.totals import NodeTotals, Totals
from doxa.heads.priors import NodePriors
from doxa.reading.beta import beta_credence, beta_uncertainty
from doxa.reading.coupling.mode import NEAREST, log_odds
from doxa.reading.gamma import gamma_credence, gamma_uncertainty
from doxa.reading.normal import normal_credence, normal_uncertainty
from doxa.reading.prior import Prior, threshold

MOST_COLUMNS = 2_000
"""Members, those that most people met."""

MOST_CELLS = 20_000_000
"""People times columns that are looked at; of more people some are taken, evenly."""


@dataclass(frozen=True, slots=True)
class Deviations:
    """x - mu of p people at c nodes and members, as read one by one under the fitted base rates.

    These are as firm as before a fit, alike in all nodes: what evidence leaves open is compared.

    Attributes
    ----------
    addresses : tuple of Address
    away : float64[p, c]
        0 where nothing is known.
    unsure : float64[c]
        Mean variance that the evidence leaves of x: 1 / (m P (1 - P)).
    met : bool[p, c]
    """

    addresses: tuple[Address, ...]
    away: Floats
    unsure: Floats
    met: NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class _Column:
    """One member of a node: the rows of its totals, and everybody's prior."""

    node: Node
    member: tuple[str, ...]
    rows: Ints
    people: int


def deviations(
    known: Totals, nodes: Sequence[Node], priors: dict[str, NodePriors], twins: Ints
) -> Deviations:
    """Read the single nodes, and the members that most people met, of all people at the origin.

    Members met by fewer than ten people are left out.
    """
    usual = {name: each.as_usual() for name, each in priors.items()}
    totals = {node.name: known.of(node, twins) for node in nodes}
    columns = [column for node in nodes for column in _columns(known, node, totals[node.name])]
    columns.sort(key=lambda column: (bool(column.node.dimensions), -column.people))
    columns = columns[:MOST_COLUMNS]
    step = -(-len(twins) * max(len(columns), 1) // MOST_CELLS)
    people = np.arange(0, len(twins), step)
    away = np.zeros((len(people), len(columns)))
    met = np.zeros(away.shape, dtype=bool)
    unsure = np.zeros(len(columns))
    for place, column in enumerate(columns):
        found = totals[column.node.name]
        prior = usual[column.node.name].prior([column.member])
        credence, uncertainty, base = _read(column.node, found, column.rows, prior, len(twins))
        inside = np.clip(credence, NEAREST, 1 - NEAREST)
        away[:, place] = (log_odds(credence) - log_odds(base))[people]
        weighs = float(np.ravel(prior.strength)[0]) / uncertainty
        unsure[place] = float((1 / (weighs * inside * (1 - inside)))[people].mean())
        met[:, place] = np.isin(people, found.twin[column.rows])
    names = tuple(Address(column.node.name, column.member) for column in columns)
    return Deviations(names, away, unsure, met)


def _columns(known: Totals, node: Node, totals: NodeTotals) -> list[_Column]:
    """The members of a node that enough people met."""
    people = np.bincount(totals.member, minlength=totals.members)
    names = known.past.members.names(node.name)
    sort = np.argsort(totals.member, kind="stable")
    ends = np.cumsum(people)
    return [
        _Column(node, names[code], sort[ends[code] - people[code] : ends[code]], int(people[code]))
        for code in np.flatnonzero(people >= FEWEST_PEOPLE).tolist()
    ]


def _read(
    node: Node, totals: NodeTotals, rows: Ints, prior: Prior, twins: int
) -> tuple[Floats, Floats, Floats]:
    """Credence and uncertainty of everybody, and the credence without evidence."""
    sums = np.zeros((twins, totals.sums.shape[1]))
    sums[totals.twin[rows]] = totals.sums[rows]
    if totals.kind is EvidenceKind.OCCURRENCE:
        seen, none = totals.all_exposure, np.zeros(twins)
        return (
            gamma_credence(sums[:, 0], seen, node.period, prior.shape, prior.rate),
            gamma_uncertainty(seen, prior.rate),
            gamma_credence(none, none, node.period, prior.shape, prior.rate),
        )
    if totals.kind is EvidenceKind.VALUE:
        above, none = threshold(node), np.zeros(twins)
        return (
            normal_credence(sums[:, 0], sums[:, 1], above, prior),
            normal_uncertainty(sums[:, 0], prior.weight),
            normal_credence(none, none, above, prior),
        )
    r, s = sums[:, 0], sums[:, 1]
    return (
        beta_credence(r, s, prior.base, prior.strength),
        beta_uncertainty(r + s, prior.strength),
        np.full(twins, np.ravel(prior.base)[0]),
    )
