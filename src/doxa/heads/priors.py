"""Priors of the frozen population: what is believed of a node before any evidence of a person."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec
import numpy as np

from doxa.beliefmap.columns import Floats
from doxa.beliefmap.model import Node
from doxa.domain.evidence import EvidenceKind
from doxa.reading.prior import STRENGTH, Prior, map_prior
from doxa.reading.priors import Asked, kept_table

USUAL = (STRENGTH, 1.0)
SHORT = 5
"""How many numbers a row has without strengths."""


class NodePriors(msgspec.Struct, frozen=True):
    """The priors of one node, per member known to at least ten people and for all others.

    Attributes
    ----------
    members : list of dimension values
    table : one row per member: base, shape, rate, mean, spread, strength, weight
        A row without the last two reads as W = 2 and k0 = 1.
    family : the same for every other member; for a single node, for the node itself
    """

    members: list[tuple[str, ...]]
    table: list[list[float]]
    family: list[float]

    def as_usual(self) -> NodePriors:
        """The same base rates, as firm as before a fit."""
        return NodePriors(self.members, [row[:SHORT] for row in self.table], self.family[:SHORT])

    def weighs(self, kind: EvidenceKind | None) -> float:
        """How much evidence counts as much as the prior, of a member that few people met."""
        _, shape, _, _, _, strength, weight = _whole(self.family)
        if kind is EvidenceKind.VALUE:
            return weight
        return shape if kind is EvidenceKind.OCCURRENCE else strength

    def prior(self, asked: Sequence[tuple[str, ...]]) -> Prior:
        """The prior of each member asked for, one row per member.

        Examples
        --------
        >>> found = NodePriors([("a",)], [[0.9, 1, 1, 0, 1]], [0.5, 1, 1, 0, 1])
        >>> found.prior([("a",), ("b",)]).base.tolist()
        [0.9, 0.5]
        """
        known = {member: place for place, member in enumerate(self.members)}
        table = np.array([_whole(row) for row in (*self.table, self.family)], dtype=np.float64)
        rows = table[[known.get(member, -1) for member in asked]]
        return Prior(
            base=rows[:, 0],
            shape=rows[:, 1],
            rate=rows[:, 2],
            mean=rows[:, 3],
            spread=rows[:, 4],
            strength=rows[:, 5],
            weight=rows[:, 6],
        )


def _whole(row: list[float]) -> list[float]:
    return [*row, *USUAL[len(row) - SHORT :]]


class PopulationPriors:
    """The priors of a frozen population; a node it does not know reads from the map.

    Parameters
    ----------
    nodes : priors by node name
    """

    def __init__(self, nodes: Mapping[str, NodePriors]) -> None:
        self.nodes = nodes

    def table(self, nodes: tuple[Node, ...]) -> Floats | None:
        """The priors of single nodes, one column each; None where a family is among them."""
        if any(node.dimensions for node in nodes):
            return None
        return kept_table(self.nodes, nodes, self._single)

    def _single(self, node: Node) -> Prior:
        known = self.nodes.get(node.name)
        return map_prior(node) if known is None else known.prior([()])

    def prior(self, node: Node, asked: Asked) -> Prior:
        """The prior of each row asked for."""
        known = self.nodes.get(node.name)
        if known is None:
            return map_prior(node)
        names = asked.members.names(node.name)
        here = range(len(names))
        return known.prior([names[code] if code in here else () for code in asked.member.tolist()])
