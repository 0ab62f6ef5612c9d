"""Norms: what is usual for a node's member across people; a person's sums are read against it."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
import numpy as np

from doxa.beliefmap.columns import Floats, Ints, Members
from doxa.domain.evidence import EvidenceKind
from doxa.features.plan import Reading
from doxa.features.views import View

FEWEST_PEOPLE = 10
"""Members met by fewer people share the norms of their family, and are not named."""

WORTHS = (0.25, 8.0)
"""Between so many own values weighs the usual one, however alike or apart people are."""
QUANTITIES = ("rate", "amount", "gap_mean", "gap_variance", "mean", "variance", "share")


class NodeNorms(msgspec.Struct, frozen=True):
    """Norms of one node: a row of quantities per known member, and one for all others.

    Attributes
    ----------
    members : list of dimension values
    table : list of rows, one per member
        `QUANTITIES`, then the rate per session of each event clock in `kinds`.
    family : list
        The same over all members.
    kinds : list of str
    worth : float
        How many own values the usual one weighs: variance within a person over variance between
        people.
    again : list of float
        How people come back to what the node counts (r, alpha, a, b); empty where it is not read.
    """

    members: list[tuple[str, ...]]
    table: list[list[float]]
    family: list[float]
    kinds: list[str]
    worth: float = 2.0
    again: list[float] = []

    def of(self, member: Ints, names: Sequence[tuple[str, ...]]) -> RowNorms:
        """The norms of each row's member, by name: somebody may be asked about what they never met.

        Parameters
        ----------
        member : int64[n]
            Codes into `names`; -1 = none.
        """
        known = {name: place for place, name in enumerate(self.members)}
        place = np.array([known.get(name, -1) for name in names] + [-1], dtype=np.int64)
        table = np.array([*self.table, self.family], dtype=np.float64)
        if len(member) and (member == member[0]).all():
            row = np.broadcast_to(table[place[member[0]]], (len(member), table.shape[1]))
            return RowNorms(row, tuple(self.kinds), self.worth)
        return RowNorms(table[place[member]], tuple(self.kinds), self.worth)


class RowNorms:
    """The norms of n rows, by name."""

    def __init__(self, table: Floats, kinds: Sequence[str], worth: float = 2.0) -> None:
        self.worth = worth
        self._table = table
        self._place = {name: place for place, name in enumerate((*QUANTITIES, *kinds))}

    def __getitem__(self, name: str) -> Floats:
        return self._table[:, self._place[name]]


class Tally:
    """Adds up views of fit rows, chunk by chunk, and turns the totals into norms."""

    def __init__(self, kinds: Sequence[str]) -> None:
        self.kinds = tuple(kinds)
        self.totals = np.zeros((0, 6 + 2 * len(self.kinds)))
        self.people: list[set[int]] = []

    def add(self, view: View, person: Ints) -> None:
        """Take in one chunk: never-decayed sums and exposures of rows of known members."""
        kept = view.member >= 0
        parts = _totals_of(view, self.kinds)[kept]
        member = view.member[kept]
        size = int(member.max(initial=-1)) + 1
        self._grow(size)
        for column in range(parts.shape[1]):
            self.totals[:size, column] += np.bincount(member, parts[:, column], minlength=size)
        met = kept & view.met
        pairs = np.unique(np.stack([view.member[met], person[met]], axis=1), axis=0)
        for code, whose in pairs.tolist():
            self.people[code].add(whose)

    def _grow(self, members: int) -> None:
        more = max(members - len(self.totals), 0)
        self.totals = np.concatenate([self.totals, np.zeros((more, self.totals.shape[1]))])
        while len(self.people) < members:
            self.people.append(set())

    def norms(self, reading: Reading, codes: Members) -> NodeNorms:
        """The norms of everything added; a family read as a whole names no members."""
        names, kind = codes.names(reading.node), reading.kind
        met = [] if reading.pooled else self.people
        enough = [code for code, people in enumerate(met) if len(people) >= FEWEST_PEOPLE]
        family = self.totals.sum(axis=0)
        table = [_quantities(self.totals[code], family, kind) for code in enough]
        return NodeNorms(
            [names[code] for code in enough],
            table,
            _quantities(family, family, kind),
            list(self.kinds),
            _worth(self.totals) if kind is EvidenceKind.VALUE else 2.0,
        )


def _totals_of(view: View, kinds: Sequence[str]) -> Floats:
    """Per row: up to five undecayed sums, exposure, then (count, sessions) per event clock.

    Beside the three sums of values: squared deviations from the own mean, and their freedom.
    """
    sums = np.zeros((len(view), 6))
    sums[:, : view.sums.shape[1]] = view.sums[:, :, -1]
    if view.node.evidence is EvidenceKind.VALUE:
        sums[:, 3:5] = _within(*sums[:, :3].T)
    sums[:, 5] = view.exposure[:, -1]
    events = []
    for kind in kinds:
        event = view.events[kind]
        events += [event.sums[:, 0, -1], event.exposure[:, -1]]
    return np.column_stack([sums, *events])


def _within(n: Floats, total: Floats, squares: Floats) -> Floats:
    free = np.maximum(n - 1, 0)
    apart = np.maximum(squares - total**2 / np.maximum(n, 1e-12), 0)
    return np.stack([np.where(free > 0, apart, 0.0), free], axis=1)


def _worth(totals: Floats) -> float:
    """Variance within people over variance between them, from the totals of every member."""
    n, total, squares, apart, free = totals[:, :5].T
    if free.sum() <= 0:
        return 2.0
    within = float(apart.sum() / free.sum())
    whole = float((squares - total**2 / np.maximum(n, 1e-12)).sum() / n.sum())
    between = max(whole - within, 1e-9)
    return float(np.clip(within / between, *WORTHS))


def _quantities(totals: Floats, family: Floats, kind: EvidenceKind) -> list[float]:
    """Rate, amount, gap mean and variance, mean, variance, share; then rates per session."""
    rate = amount = gap_mean = mean = 0.0
    gap_variance = variance = 1.0
    share = 0.5
    if kind is EvidenceKind.OCCURRENCE:
        rate = _ratio(totals[0] + 0.5 * _ratio(family[0], family[5]), totals[5] + 0.5)
        amount = _ratio(totals[1], totals[0])
        gap_mean, gap_variance = _moments(totals[2:5], family[2:5])
    elif kind is EvidenceKind.VALUE:
        mean, variance = _moments(totals[:3], family[:3])
    else:
        share = _ratio(totals[0] + 1.0, totals[0] + totals[1] + 2.0)
    rates = [
        _ratio(
            totals[place] + 0.5 * _ratio(family[place], family[place + 1]), totals[place + 1] + 0.5
        )
        for place in range(6, len(totals), 2)
    ]
    return [
        float(value)
        for value in (rate, amount, gap_mean, gap_variance, mean, variance, share, *rates)
    ]


def _moments(own: Floats, family: Floats) -> tuple[float, float]:
    """Mean and variance, shrunk to the family's by a few observations' worth."""
    prior_mean = _ratio(family[1], family[0])
    prior_variance = max(_ratio(family[2], family[0]) - prior_mean**2, 0.05)
    worth = 10.0
    n = own[0] + worth
    mean = (own[1] + worth * prior_mean) / n
    second = (own[2] + worth * (prior_variance + prior_mean**2)) / n
    return float(mean), float(max(second - mean**2, 0.05))


def _ratio(above: float, below: float) -> float:
    return float(above / below) if below > 0 else 0.0
