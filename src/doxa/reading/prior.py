"""What is believed of a node before any evidence: by the map, or by the population once fitted."""

from __future__ import annotations

import math
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from doxa.beliefmap.columns import Floats, Ints
from doxa.beliefmap.model import Node

STRENGTH = 2.0
"""W: how many pieces of evidence the base rate of an opinion weighs."""


@dataclass(frozen=True, slots=True)
class Prior:
    """A prior; every number may be one for all rows, or float64[q], one per row read.

    Attributes
    ----------
    base : a in (0, 1)
        Base rate of for/against evidence and of claims.
    strength : W > 0
    shape, rate : a, b > 0
        Gamma of occurrences: `shape` of them per `rate` units of the clock.
    mean, spread, weight : mu0, sigma > 0, k0 > 0
        Normal of values: prior mean, within-person spread, how many values the mean weighs.
    own_base, own_mean : float, or NaN
        The node's own, where `base` and `mean` are those that it falls back on instead (decision
        22); NaN: they are its own. The status is judged by these, which stand still.
    assumed : bool
        True where nobody said it: neither map nor population.
    """

    base: float | Floats = 0.5
    strength: float | Floats = STRENGTH
    shape: float | Floats = 1.0
    rate: float | Floats = 1.0
    mean: float | Floats = 0.0
    spread: float | Floats = 1.0
    weight: float | Floats = 1.0
    own_base: float | Floats = math.nan
    own_mean: float | Floats = math.nan
    assumed: bool | NDArray[np.bool_] = False

    @property
    def stance(self) -> float | Floats:
        """The base rate against which the person's own word says yes or no."""
        return _own(self.own_base, self.base)

    @property
    def still(self) -> float | Floats:
        """The prior mean by which values agree."""
        return _own(self.own_mean, self.mean)

    def take(self, rows: Ints | slice) -> Prior:
        """The prior of some rows."""
        told: list[Any] = [getattr(self, name) for name in NUMBERS]
        return Prior(*(each[rows] if isinstance(each, np.ndarray) else each for each in told))


def _own(own: float | Floats, given: float | Floats) -> float | Floats:
    """The own one where there is one; the very same object as given where there is none."""
    if isinstance(own, np.ndarray):
        there = ~np.isnan(own)
        return np.where(there, own, given) if there.any() else given
    return given if math.isnan(own) else own


NUMBERS = tuple(each.name for each in fields(Prior))
"""The numbers of a prior by name, in their order."""


def map_prior(node: Node) -> Prior:
    """The prior of a node before a fit: its `base`, else .5 and assumed.

    Occurrences: Gamma(1, one per half-life; per period where nothing is forgotten). Values: the
    midpoint of the scale (else `above`), k0 = 1, a quarter of the range (else 1) as spread.

    Examples
    --------
    >>> from doxa.domain.node import NodeKind
    >>> mood = Node(name="mood", kind=NodeKind.FEELING, half_life=1.0, bands=(), period=1, scale=(7.0, 1.0))
    >>> prior = map_prior(mood)
    >>> prior.base, prior.mean, prior.spread, prior.assumed
    (0.5, 4.0, 1.5, True)
    """
    low, high = node.scale or (0.0, 0.0)
    return Prior(
        base=0.5 if node.base is None else node.base,
        rate=float(node.period) if math.isinf(node.half_life) else node.half_life,
        mean=(low + high) / 2 if node.scale else (node.above or 0.0),
        spread=abs(high - low) / 4 or 1.0,
        assumed=node.base is None,
    )


def threshold(node: Node) -> float:
    """The value beyond which a value node holds: `above`, else the midpoint of its scale."""
    if node.above is not None:
        return node.above
    return sum(node.scale) / 2 if node.scale else 0.0
