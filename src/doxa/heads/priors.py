"""Priors of the frozen population: what is believed of a node before any evidence of a person."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
import numpy as np

from doxa.reading.prior import Prior


class NodePriors(msgspec.Struct, frozen=True):
    """The priors of one node, per member known to at least ten people and for all others.

    Attributes
    ----------
    members : list of dimension values
    table : one row per member: base, shape, rate, mean, spread
    family : the same for every other member; for a single node, for the node itself
    """

    members: list[tuple[str, ...]]
    table: list[list[float]]
    family: list[float]

    def prior(self, asked: Sequence[tuple[str, ...]]) -> Prior:
        """The prior of each member asked for, one row per member.

        Examples
        --------
        >>> found = NodePriors([("a",)], [[0.9, 1, 1, 0, 1]], [0.5, 1, 1, 0, 1])
        >>> found.prior([("a",), ("b",)]).base.tolist()
        [0.9, 0.5]
        """
        known = {member: place for place, member in enumerate(self.members)}
        table = np.array([*self.table, self.family], dtype=np.float64)
        rows = table[[known.get(member, -1) for member in asked]]
        return Prior(
            base=rows[:, 0],
            shape=rows[:, 1],
            rate=rows[:, 2],
            mean=rows[:, 3],
            spread=rows[:, 4],
        )
