"""Gaps: whether it is about time, measured by the person's own intervals."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np

from doxa.beliefmap.columns import Floats
from doxa.domain.clock import Clock, format_span
from doxa.features.norms import RowNorms
from doxa.features.views import View
from doxa.types import HalfLife

WORTH = 2.0
"""The usual gap is worth so many of the person's own."""
FARTHEST = 3.0
NUMBER = ", number"


def columns(
    view: View, norms: RowNorms, horizon: float | None, clock: Clock
) -> Iterator[tuple[str, Floats]]:
    """Own log gap (mean and spread), z of the time since, and the hazard of the next horizon.

    z = (ln(elapsed + 1/2) - mean) / spread; the hazard is the chance that a lognormal gap ends
    within the horizon, given that it has lasted so long.

    Parameters
    ----------
    horizon : float or None
        Days (positions) of the outcome's window.
    """
    for place in gap_places(view.bands, view.node.half_life):
        label = format_span(view.bands[place], clock)
        yield from _of_band(view, norms, place, horizon, f"own gap {label}")


def gap_places(bands: tuple[HalfLife, ...], half_life: HalfLife) -> list[int]:
    """The longest band and the one at the node's own half-life."""
    own = bands.index(half_life) if half_life in bands else -1
    return sorted({own % len(bands), len(bands) - 1})


def _of_band(
    view: View, norms: RowNorms, place: int, horizon: float | None, name: str
) -> Iterator[tuple[str, Floats]]:
    met = view.met
    count, mean, spread = _own(view, norms, place)
    z = np.where(met, (np.log(view.elapsed + 0.5) - mean) / spread, 0.0)
    yield name, np.where(met, mean - norms["gap_mean"], 0.0)
    yield f"{name}, spread", np.where(met, spread - np.sqrt(norms["gap_variance"]), 0.0)
    yield f"{name}{NUMBER}", np.log1p(count)
    yield f"{name}, overdue", np.clip(z, -FARTHEST, FARTHEST)
    yield f"{name}, overdue squared", np.minimum(z * z, FARTHEST**2)
    if horizon is not None:
        chance = hazard(view.elapsed, mean, spread, horizon)
        logit = np.log(chance / (1 - chance))
        yield f"{name}, hazard", np.where(met, logit, 0.0)
        yield f"{name}, hazard squared", np.where(met, logit**2, 0.0)


def _own(view: View, norms: RowNorms, place: int) -> tuple[Floats, Floats, Floats]:
    """Number of own gaps, and mean and spread of their logs, shrunk to what is usual."""
    n, total, squares = (view.sums[:, slot, place] for slot in (2, 3, 4))
    mean = (total + WORTH * norms["gap_mean"]) / (n + WORTH)
    around = np.maximum(squares - 2 * mean * total + n * mean**2, 0.0)
    return n, mean, np.sqrt((around + WORTH * norms["gap_variance"]) / (n + WORTH))


def hazard(elapsed: Floats, mean: Floats, spread: Floats, horizon: float) -> Floats:
    """P(gap <= elapsed + horizon | gap > elapsed) of a lognormal gap, kept within [1e-4, 1 - 1e-4].

    Examples
    --------
    >>> one = np.ones(1)
    >>> float(hazard(one * 1e-9, 0 * one, one, 1.0).round(3)[0])
    0.5
    """
    now = _survival((np.log(np.maximum(elapsed, 1e-3)) - mean) / spread)
    later = _survival((np.log(elapsed + horizon) - mean) / spread)
    return np.clip(1 - (later + 1e-4) / (now + 1e-4), 1e-4, 1 - 1e-4)


def _survival(z: Floats) -> Floats:
    """1 - Phi(z), by Abramowitz and Stegun 7.1.26 (absolute error below 1.5e-7)."""
    x = np.abs(z) / math.sqrt(2)
    t = 1 / (1 + 0.3275911 * x)
    poly = ((((1.061405429 * t - 1.453152027) * t) + 1.421413741) * t - 0.284496736) * t
    tail = (poly + 0.254829592) * t * np.exp(-x * x) / 2
    return np.where(z >= 0, tail, 1 - tail)
