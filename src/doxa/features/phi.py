"""Phi: the columns a head reads, made of blocks, by column for all rows and alike for one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from doxa.beliefmap.columns import Floats
from doxa.beliefmap.model import BeliefMap, Outcome
from doxa.domain.clock import DAY, Clock
from doxa.domain.evidence import EvidenceKind
from doxa.features.blocks import amounts, bands, calendar, contrasts, event_bands, gaps, recency
from doxa.features.norms import NodeNorms, RowNorms
from doxa.features.plan import SMALLEST_CALENDAR, Reading
from doxa.features.rows import Rows
from doxa.features.views import View, Views

LARGEST = 1e30
"""Sums of absurd values overflow: a column then stands at its end, and spoils no other person."""
CIRCUMSTANCES = ""
"""The owner of columns that no node of the person carries."""


@dataclass(frozen=True, slots=True)
class Phi:
    """Features of n rows.

    Attributes
    ----------
    names : tuple of p names, such as ``buys: band 30d``
    owners : tuple of p node names; ``""`` for what belongs to no node
    table : float64[n, p]
    """

    names: tuple[str, ...]
    owners: tuple[str, ...]
    table: Floats


@dataclass(frozen=True, slots=True)
class Recipe:
    """How to make phi for one outcome: the nodes read and their norms."""

    belief_map: BeliefMap
    outcome: Outcome
    readings: tuple[Reading, ...]
    norms: dict[str, NodeNorms]

    @property
    def horizon(self) -> float | None:
        """The outcome's window in days (positions), None where it varies."""
        if self.outcome.within is None:
            return None
        return self.outcome.within / (DAY if self.belief_map.clock is Clock.TIME else 1)

    def has_amounts(self, node: str) -> bool:
        """Whether any rule gives the node's occurrences an amount."""
        rules = self.belief_map.rules
        return any(rule.node == node and rule.amount is not None for rule in rules)


def phi(recipe: Recipe, views: Views, rows: Rows, *, silenced: str | None = None) -> Phi:
    """The features of some rows.

    Parameters
    ----------
    silenced : node name, optional
        Make the features as if this node had no evidence; ``"*"`` silences every node.
    """
    found: list[tuple[str, str, Floats]] = []
    for reading in recipe.readings:
        member = member_codes(views, reading, rows)
        view = views.view(reading, rows, member)
        if silenced in (reading.node, "*"):
            view = view.without_evidence()
        norms = recipe.norms[reading.node].of(member, views.past.members, reading.node)
        found += [
            (f"{reading.node}: {name}", reading.node, column)
            for name, column in _node_columns(recipe, view, norms)
        ]
    found += [(name, CIRCUMSTANCES, column) for name, column in _calendar(recipe, rows)]
    table = np.empty((len(rows), len(found)))
    for place, (_, _, column) in enumerate(found):
        table[:, place] = column
    np.clip(np.nan_to_num(table, copy=False), -LARGEST, LARGEST, out=table)
    return Phi(tuple(name for name, _, _ in found), tuple(owner for _, owner, _ in found), table)


def member_codes(
    views: Views, reading: Reading, rows: Rows
) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """The node's member code of each row: the member asked for, or 0 for a single node."""
    if not reading.by_member:
        return np.zeros(len(rows), dtype=np.int64)
    dimension = views.map.nodes[reading.node].dimensions[0]
    known = views.past.members.codes.get(reading.node, {})
    names = views.past.values(dimension)
    code = np.array([known.get((name,), -1) for name in names] + [-1], dtype=np.int64)
    return code[rows.member]


def _node_columns(recipe: Recipe, view: View, norms: RowNorms) -> Iterator[tuple[str, Floats]]:
    clock = recipe.belief_map.clock
    kind = view.node.evidence or EvidenceKind.OPINION
    wall = list(bands.columns(view, norms, clock))
    yield from wall
    yield from event_bands.columns(view, norms)
    yield from contrasts.columns(wall, kind)
    yield from recency.columns(view)
    if kind is EvidenceKind.OCCURRENCE:
        yield from gaps.columns(view, norms, recipe.horizon, clock)
        if recipe.has_amounts(view.node.name):
            yield from amounts.columns(view, norms)


def _calendar(recipe: Recipe, rows: Rows) -> Iterator[tuple[str, Floats]]:
    whole = recipe.horizon is not None and recipe.horizon >= SMALLEST_CALENDAR
    if recipe.belief_map.clock is Clock.TIME and not (whole and recipe.outcome.after is None):
        yield from calendar.columns(rows.seen.at, recipe.belief_map.zone.default)
