"""What a reading looks at of each node: three of its bands, its period and its threshold."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from doxa.beliefmap.columns import Floats, Ints
from doxa.beliefmap.model import Node
from doxa.reading.prior import threshold
from doxa.state.bands import cell_bands

OWN, QUICK, EVER = 0, 1, 2
"""The node's own half-life, the next shorter one (its own where there is none), and never."""


@dataclass(frozen=True, slots=True)
class Terms:
    """How n nodes (or rows of nodes) are read.

    Attributes
    ----------
    places : int64[3, n]
        OWN, QUICK and EVER in the bands of the node's cells.
    half_lives : float64[3, n]
    turns : bool[n]
        False where no band is shorter than the node's own.
    period, above : float64[n]
    """

    places: Ints
    half_lives: Floats
    turns: NDArray[np.bool_]
    period: Floats
    above: Floats

    @property
    def one(self) -> bool:
        """Whether these are the terms of one node."""
        return len(self.turns) == 1

    def take(self, rows: Ints | slice) -> Terms:
        """The terms of some rows."""
        return Terms(
            self.places[:, rows],
            self.half_lives[:, rows],
            self.turns[rows],
            self.period[rows],
            self.above[rows],
        )


def terms_of(nodes: Sequence[Node]) -> Terms:
    """The terms of some nodes.

    Examples
    --------
    >>> from doxa.domain.node import NodeKind
    >>> terms = terms_of([Node(name="a", kind=NodeKind.BELIEF, half_life=5.0, bands=(2.0,), period=1)])
    >>> terms.places.T.tolist(), terms.half_lives.T.tolist()
    ([[1, 0, 2]], [[5.0, 2.0, inf]])
    """
    found = [_looks(node) for node in nodes]
    columns = list(zip(*found, strict=True)) or [()] * 4
    places = np.array(columns[0], dtype=np.int64).reshape(-1, 3).T
    return Terms(
        np.ascontiguousarray(places),
        np.ascontiguousarray(np.array(columns[1], dtype=np.float64).reshape(-1, 3).T),
        places[OWN] != places[QUICK],
        np.array(columns[2], dtype=np.float64),
        np.array(columns[3], dtype=np.float64),
    )


def _looks(node: Node) -> tuple[tuple[int, int, int], tuple[float, float, float], float, float]:
    bands = cell_bands(node)
    own = bands.index(node.half_life)
    quick = max(own - 1, 0)
    half_lives = (node.half_life, bands[quick], math.inf)
    return (own, quick, len(bands) - 1), half_lives, float(node.period), threshold(node)
