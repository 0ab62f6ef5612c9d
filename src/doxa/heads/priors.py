"""Priors of the frozen population: what is believed of a node before any evidence of a person."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping, Sequence

import msgspec
import numpy as np

from doxa.beliefmap.columns import Floats
from doxa.beliefmap.model import BeliefMap, Node
from doxa.beliefmap.values import Schema, member, schema_of
from doxa.domain.evidence import EvidenceKind
from doxa.features.traits import segment_traits
from doxa.reading.prior import STRENGTH, Prior, map_prior
from doxa.reading.priors import Asked, kept_table
from doxa.state.traits import Traits

USUAL = (STRENGTH, 1.0)
SHORT = 5
"""How many numbers a row has without strengths."""


class Segments(msgspec.Struct, frozen=True):
    """The priors of one node among the people of whom a trait says the same.

    Attributes
    ----------
    trait : str
    values : v canonical values of the trait, each known of at least ten people
    people : how many people each value is known of
    tables : per value, a table as `NodePriors` has it for everybody
    families : per value, the row of every other member
    """

    trait: str
    values: list[str]
    people: list[int]
    tables: list[list[list[float]]]
    families: list[list[float]]


class NodePriors(msgspec.Struct, frozen=True):
    """The priors of one node, per member known to at least ten people and for all others.

    Attributes
    ----------
    members : list of dimension values
    table : one row per member: base, shape, rate, mean, spread, strength, weight
        A row without the last two reads as W = 2 and k0 = 1.
    family : the same for every other member; for a single node, for the node itself
    segments : the same by the value of one trait; None where it says nothing of the node
    """

    members: list[tuple[str, ...]]
    table: list[list[float]]
    family: list[float]
    segments: Segments | None = None

    def as_usual(self) -> NodePriors:
        """The same base rates, as firm as before a fit."""
        return NodePriors(self.members, [row[:SHORT] for row in self.table], self.family[:SHORT])

    def weighs(self, kind: EvidenceKind | None) -> float:
        """How much evidence counts as much as the prior, of a member that few people met."""
        _, shape, _, _, _, strength, weight = _whole(self.family)
        if kind is EvidenceKind.VALUE:
            return weight
        return shape if kind is EvidenceKind.OCCURRENCE else strength

    def prior(self, asked: Sequence[tuple[str, ...]], values: Sequence[str] | None = None) -> Prior:
        """The prior of each member asked for, one row per member.

        Parameters
        ----------
        values : of the trait of `segments`, one per member asked for; any that it does not know, and
            "", stand for people on the whole

        Examples
        --------
        >>> found = NodePriors([("a",)], [[0.9, 1, 1, 0, 1]], [0.5, 1, 1, 0, 1])
        >>> found.prior([("a",), ("b",)]).base.tolist()
        [0.9, 0.5]
        """
        known = {member: place for place, member in enumerate(self.members)}
        rows = _tables(self)[
            self._segment(values, len(asked)), [known.get(member, -1) for member in asked]
        ]
        return Prior(
            base=rows[:, 0],
            shape=rows[:, 1],
            rate=rows[:, 2],
            mean=rows[:, 3],
            spread=rows[:, 4],
            strength=rows[:, 5],
            weight=rows[:, 6],
        )

    def _segment(self, values: Sequence[str] | None, size: int) -> list[int]:
        if self.segments is None or values is None:
            return [0] * size
        code = {value: place + 1 for place, value in enumerate(self.segments.values)}
        return [code.get(value, 0) for value in values]


_TABLES: deque[tuple[NodePriors, Floats]] = deque(maxlen=64)


def _tables(priors: NodePriors) -> Floats:
    """float64[1 + v, members + 1, 7]: of people on the whole, then of each segment; kept lately."""
    for known, table in tuple(_TABLES):
        if known is priors:
            return table
    parts = [(priors.table, priors.family)]
    if priors.segments is not None:
        parts += zip(priors.segments.tables, priors.segments.families, strict=True)
    table = np.array([[_whole(row) for row in (*rows, last)] for rows, last in parts], np.float64)
    _TABLES.append((priors, table))
    return table


def _whole(row: list[float]) -> list[float]:
    return [*row, *USUAL[len(row) - SHORT :]]


class PopulationPriors:
    """The priors of a frozen population; a node it does not know reads from the map.

    Parameters
    ----------
    nodes : priors by node name
    belief_map : BeliefMap, optional
        The map as it is now: a trait that it protects, or does not count among its personas, makes
        no segments any more. Left out, nothing does.
    """

    def __init__(
        self, nodes: Mapping[str, NodePriors], belief_map: BeliefMap | None = None
    ) -> None:
        self.nodes = nodes
        self._traits = segment_traits(belief_map) if belief_map is not None else ()
        self._schema = schema_of(belief_map) if belief_map is not None else None
        self._kept: deque[tuple[Traits, str, dict[int, str]]] = deque(maxlen=8)

    def table(self, nodes: tuple[Node, ...]) -> Floats | None:
        """The priors of single nodes, one column each; None where a family is among them, or a node
        of which segments differ."""
        if any(node.dimensions or self._segments(node) is not None for node in nodes):
            return None
        return kept_table(self.nodes, nodes, self._single)

    def _single(self, node: Node) -> Prior:
        known = self.nodes.get(node.name)
        return map_prior(node) if known is None else known.prior([()])

    def _segments(self, node: Node) -> Segments | None:
        known = self.nodes.get(node.name)
        found = None if known is None else known.segments
        return found if found is not None and found.trait in self._traits else None

    def prior(self, node: Node, asked: Asked) -> Prior:
        """The prior of each row asked for, of the segment that the traits of its twin tell."""
        known = self.nodes.get(node.name)
        if known is None:
            return map_prior(node)
        names = asked.members.names(node.name)
        here = range(len(names))
        segments = self._segments(node)
        values = None if segments is None else self._values(segments.trait, asked)
        return known.prior(
            [names[code] if code in here else () for code in asked.member.tolist()], values
        )

    def segment(self, node: Node, asked: Asked) -> str | None:
        """The segment whose base rate the first row asked for is read with, such as ``age: 45-54``."""
        segments = self._segments(node)
        if segments is None:
            return None
        value = self._values(segments.trait, asked)[0]
        return f"{segments.trait}: {value}" if value in segments.values else None

    def _values(self, trait: str, asked: Asked) -> list[str]:
        """The canonical value of a trait for each row asked for; "" where nothing says."""
        found = self._last(asked.traits, trait)
        return [found.get(twin, "") for twin in asked.twin.tolist()]

    def _last(self, traits: Traits, trait: str) -> dict[int, str]:
        for known, name, found in tuple(self._kept):
            if known is traits and name == trait:
                return found
        assert self._schema is not None
        last = last_values(traits, trait, self._schema)
        self._kept.append((traits, trait, last))
        return last


def last_values(traits: Traits, name: str, schema: Schema) -> dict[int, str]:
    """The newest value of one trait by twin, over all sources; a cleared one is gone.

    Between equal (at, order) the larger value as text holds, as everywhere.
    """
    last: dict[int, tuple[int, int, str]] = {}
    rows = [row for row, each in enumerate(traits.name) if each == name]
    for row in rows:
        value = member(traits.value[row], schema.types.get(name), schema.calendar) or ""
        now = int(traits.at[row]), int(traits.order[row]), value
        twin = int(traits.twin[row])
        last[twin] = max(now, last.get(twin, now))
    return {twin: value for twin, (_, _, value) in last.items() if value}
