"""Labelled rows, and samples of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from doxa.beliefmap.columns import Floats, Ints
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
