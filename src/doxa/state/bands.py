"""Bands: the half-lives a node's sums are kept at, and how much is left after a while."""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike

from doxa.beliefmap.columns import Floats
from doxa.beliefmap.model import Node
from doxa.types import HalfLife


def cell_bands(node: Node) -> tuple[HalfLife, ...]:
    """The K half-lives kept in a node's cells: its bands, its own half-life, and never, ascending.

    The last one is always infinity, so ``sums[..., -1]`` are the undecayed sums.

    Examples
    --------
    >>> from doxa.domain.node import NodeKind
    >>> cell_bands(Node(name="a", kind=NodeKind.BELIEF, half_life=5.0, bands=(2.0, 8.0), period=1))
    (2.0, 5.0, 8.0, inf)
    """
    return tuple(sorted({*node.bands, node.half_life, math.inf}))


def decay(age: ArrayLike, half_lives: tuple[HalfLife, ...]) -> Floats:
    """What is left of evidence of some age: 2^(-age / h), for every half-life.

    Parameters
    ----------
    age : array[...]
        Ages >= 0 in the unit of the half-lives.
    half_lives : K values above 0; infinity = never forgotten.

    Returns
    -------
    float64[..., K]

    Examples
    --------
    >>> decay([0, 2], (1.0, 2.0, math.inf)).tolist()
    [[1.0, 1.0, 1.0], [0.25, 0.5, 1.0]]
    """
    ages: Floats = np.asarray(age, dtype=np.float64)
    left: Floats = np.exp2(ages[..., None] / _negative(half_lives))
    return left


@lru_cache(maxsize=256)
def _negative(half_lives: tuple[HalfLife, ...]) -> Floats:
    """Half-lives as one column, below zero: an age over it is the exponent."""
    return -np.array(half_lives, dtype=np.float64)


def exposure(age: ArrayLike, half_life: HalfLife | Floats) -> Floats:
    """How long somebody could be seen doing something, decayed like the count of it.

    e = (h / ln 2) (1 - 2^(-age / h)); for an infinite half-life simply the age.

    Parameters
    ----------
    age : array[...]
        Time since the first signal; negative counts as 0.

    Examples
    --------
    >>> exposure([-1, 0, 5], math.inf).tolist(), round(float(exposure(1e9, math.log(2))), 9)
    ([0.0, 0.0, 5.0], 1.0)
    """
    seen: Floats = np.maximum(np.asarray(age, dtype=np.float64), 0.0)
    endless = np.isinf(half_life)
    rate = math.log(2) / np.where(endless, 1.0, half_life)
    return np.where(endless, seen, -np.expm1(-seen * rate) / rate)
