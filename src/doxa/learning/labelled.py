"""Labelled rows, and samples of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from doxa.beliefmap.columns import Floats, Ints
from doxa.beliefmap.model import Outcome
from doxa.features.rows import Rows

Progress = Callable[[str, float], None]


@dataclass(frozen=True, slots=True)
class Labelled:
    """Rows with what became of them."""

    rows: Rows
    y: Floats

    def take(self, chosen: Ints | NDArray[np.bool_]) -> Labelled:
        """The chosen rows."""
        return Labelled(self.rows.take(chosen), self.y[chosen])


def sample_of(n: int, most: int, rng: np.random.Generator) -> Ints:
    """Places of at most so many of n rows, drawn at random."""
    if n <= most:
        return np.arange(n)
    return np.sort(rng.choice(n, most, replace=False)).astype(np.int64)


def overlap_of(outcome: Outcome, rows: Rows) -> float:
    """In how many windows every moment lies: rows of one stretch of time are not so many proofs.

    Distinct origins over the windows that fit into their span; 1 where windows lie apart, or each
    has a moment of its own.
    """
    if outcome.within is None or outcome.after is not None:
        return 1.0
    origins = np.unique(rows.seen.at)
    span = float(origins[-1] - origins[0]) / outcome.within
    return max(1.0, len(origins) / (1 + span))
