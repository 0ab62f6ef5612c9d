"""One node at a time: kernels, and the logarithms between them."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np

from doxa.beliefmap.columns import Floats, Ints
from doxa.beliefmap.payloads import Bools
from doxa.features.blocks.gaps import gap_places
from doxa.simulation.fast import kernels
from doxa.simulation.held import Held


@dataclass(frozen=True, slots=True)
class Norms:
    """What of a node's norms, and of an outcome, its columns depend on; all 0 for and against."""

    rate: float = 0.0
    gap_mean: float = 0.0
    gap_variance: float = 0.0
    horizon: float = 0.0


@dataclass(frozen=True, slots=True)
class Spot:
    """When a node is read, and by whom.

    Attributes
    ----------
    now : int
    unit : float
        Moments in a day (position).
    tenure : int64[all rows]
    rows : int64[n], or None = all of them
    """

    now: int
    unit: float
    tenure: Ints
    rows: Ints | None

    def __len__(self) -> int:
        return len(self.tenure) if self.rows is None else len(self.rows)


@dataclass(frozen=True, slots=True)
class Scale:
    """Of H heads: their places in the table, and by column range and weight; see `Group`."""

    heads: Ints
    width: Ints
    low: Floats
    high: Floats
    weights: Floats


@dataclass(slots=True)
class Desk:
    """Room for numbers on their way, kept: to ask for it anew at every step takes longer than to use it."""

    room: Floats = field(default_factory=lambda: np.zeros(0))
    taken: int = 0

    def clear(self, size: int) -> None:
        """Begin anew, with room for so many numbers."""
        if len(self.room) < size:
            self.room = np.empty(size)
        self.taken = 0

    def array(self, *shape: int) -> Floats:
        """Room for an array."""
        low, self.taken = self.taken, self.taken + math.prod(shape)
        return self.room[low : self.taken].reshape(shape)


def opinion(held: Held, at: Spot, scale: Scale, table: Floats, desk: Desk) -> None:
    """What a node of for and against adds to the heads, into the table."""
    bands, size = len(held.bands), len(at)
    sums, met = _flat(held)
    desk.clear((bands + 2) * size)
    elapsed, logs = desk.array(size), desk.array(bands + 1, size)
    kernels.elapsed_since(met, held.last.reshape(-1), at.tenure, at.now, at.unit, at.rows, elapsed)
    kernels.opinion_ratios(sums, elapsed, at.rows, logs)
    np.log(logs, out=logs)
    kernels.opinion_parts(
        logs,
        met,
        at.rows,
        scale.heads,
        scale.width,
        scale.low,
        scale.high,
        scale.weights,
        table,
    )


def occurrence(
    held: Held,
    exposure: Floats,
    at: Spot,
    norms: Norms,
    again: tuple[float, ...],
    scale: Scale,
    table: Floats,
    desk: Desk,
) -> None:
    """What a node that is counted adds to the heads, into the table.

    Parameters
    ----------
    exposure : float64[all rows, K]
    again : r, alpha, a, b of coming again; empty where no head reads it
    """
    size, bands = len(at), len(held.bands)
    sums, met = _flat(held)
    places = np.array(gap_places(held.bands, held.view.node.half_life))
    many = len(places)
    desk.clear((bands + 12 + 7 * many) * size)
    elapsed, logs = desk.array(size), desk.array(bands + 3, size)
    gaps, powers = desk.array(many, 4, size), desk.array(many, 2, size)
    logits = desk.array(many + (1 if again else 0), size)
    kernels.elapsed_since(met, held.last.reshape(-1), at.tenure, at.now, at.unit, at.rows, elapsed)
    kernels.occurrence_ratios(sums, exposure, elapsed, at.rows, norms.rate, norms.horizon, logs)
    np.log(logs, out=logs)
    kernels.own_gaps(sums, logs, at.rows, places, norms.gap_mean, norms.gap_variance, gaps, powers)
    np.exp(powers, out=powers)
    kernels.hazards(gaps, powers, logits)
    if again:
        _again(held, at, norms.horizon, again, elapsed, logits[many], desk)
    np.log(logits, out=logits)
    kernels.occurrence_parts(
        logs,
        gaps,
        logits,
        met,
        at.rows,
        norms.gap_mean,
        float(np.sqrt(norms.gap_variance)),
        scale.heads,
        scale.width,
        scale.low,
        scale.high,
        scale.weights,
        table,
    )


def _flat(held: Held) -> tuple[Floats, Bools]:
    """Sums, float64[K, C, rows], and who was met, of a node that has no members here; nothing is copied."""
    return held.sums.reshape(held.sums.shape[:3]), held.met.reshape(-1)


def _again(
    held: Held,
    at: Spot,
    horizon: float,
    again: tuple[float, ...],
    elapsed: Floats,
    odds: Floats,
    desk: Desk,
) -> None:
    """Odds of coming again within the horizon, float64[n]."""
    r, alpha, a, b = again
    size = len(at)
    sums, met = _flat(held)
    told, powers = desk.array(5, size), desk.array(2, size)
    kernels.again_ratios(
        sums,
        met,
        held.first.reshape(-1),
        elapsed,
        at.now,
        at.unit,
        at.rows,
        alpha,
        b,
        horizon,
        told,
    )
    np.log(told[1:], out=told[1:])
    kernels.again_powers(told, r, float(np.log(a)), powers)
    np.exp(powers, out=powers)
    kernels.again_odds(told[0], powers, odds)
