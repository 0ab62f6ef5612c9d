"""The goals of one person as a forest: who is part of whom, and what each has of its own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from doxa.beliefmap.columns import Floats, Ints

_NONE = np.zeros(0, dtype=np.int64)


@dataclass(frozen=True, slots=True)
class Forest:
    """Edges of part_of between g goals, and the order to walk them in.

    Attributes
    ----------
    size : int
    child, parent : int64[e]
        One row per edge; a goal may have several parents.
    order : tuple of int
        All goals, parents before children.
    """

    size: int
    child: Ints
    parent: Ints
    order: tuple[int, ...]

    @classmethod
    def of(cls, size: int, edges: Sequence[tuple[int, int]]) -> Forest:
        """A forest from (child, parent) pairs without circles.

        Examples
        --------
        >>> Forest.of(3, [(1, 0), (2, 1)]).order
        (0, 1, 2)
        """
        child, parent = np.array(edges, dtype=np.int64).T if edges else (_NONE, _NONE)
        left = [0] * size
        below: list[list[int]] = [[] for _ in range(size)]
        for one, above in edges:
            left[one] += 1
            below[above].append(one)
        order: list[int] = []
        ready = [goal for goal in range(size) if not left[goal]]
        while ready:
            goal = ready.pop(0)
            order.append(goal)
            for one in below[goal]:
                left[one] -= 1
                if not left[one]:
                    ready.append(one)
        assert len(order) == size, "goals go in a circle"
        return cls(size, child, parent, tuple(order))

    def parents(self, goal: int) -> list[int]:
        """What a goal is part of."""
        found: list[int] = self.parent[self.child == goal].tolist()
        return found

    def children(self, goal: int) -> list[int]:
        """What is part of a goal."""
        found: list[int] = self.child[self.parent == goal].tolist()
        return found


@dataclass(frozen=True, slots=True)
class Own:
    """What g goals have of their own, each float64[g]; NaN where nothing is known.

    Attributes
    ----------
    commitment : in [0, 1]
        Credence that the person holds the goal; NaN: nothing was heard of it.
    value : above 0
        As declared; 1 where the map leaves it out.
    progress : in [0, 1]
        By its own `done`.
    expectancy : in [0, 1]
        What the person believes of their own capability.
    blocked : in [0, 1]
        How likely something stands in the way.
    deadline : float
        In units of the goal's half-life from now, negative when past.
    """

    commitment: Floats
    value: Floats
    progress: Floats
    expectancy: Floats
    blocked: Floats
    deadline: Floats
