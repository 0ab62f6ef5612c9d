"""The posterior mode of a signed Gaussian field over log odds, for many twins at once.

Of every twin the x is found that maximises

    sum_i l_i(x_i) - 1/2 sum_e w_e ((x_i - mu_i) - g_e (x_j - mu_j))^2,   mu = logit base.

l_i is the likelihood of the node's own evidence. Its slope is m_i (P_i - s(x_i)), P_i being the
native credence and m_i the pieces of evidence behind it, those of the prior included: for plain
evidence for and against this is the slope of (r + aW) ln s(x) + (s + (1 - a)W) ln s(-x). Where the
person's own word cut what others say, m_i is not the same above and below P_i (decision 19).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from doxa.beliefmap.columns import Floats, Ints

NEAREST = 1e-9
"""Credences closer to 0 or 1 than this stand there: log odds stay finite."""

FLATTEST = 1e-10
"""Least slope of s(x) that steps reckon with: beyond NEAREST no system may become singular."""

SMALL = 1e-18
"""Groups whose objective can gain no more than this, beyond rounding, are done."""

ROUGH = 1e-3
"""Share of a step's gain that its direction may leave for the next one."""

EPSILON = 2.0**-52

FEW_ROWS = 96
"""Up to so many rows a direction is found by elimination, beyond by conjugate gradients."""

PATIENCE, MOST_STEPS = 40, 4_000


@dataclass(frozen=True, slots=True)
class Natives:
    """q nodes as read one by one; those that edges may join stand together.

    Attributes
    ----------
    group : int64[q], ascending
        Equal for the nodes of one part of the field of one twin. What is found for a group does
        not depend, to the last bit, on the groups beside it.
    credence : P, float64[q]
    base : a, float64[q]
    below, above : m, float64[q]
        What the credence weighs, in pieces of evidence, against neighbours that pull it below
        itself, and above.
    """

    group: Ints
    credence: Floats
    base: Floats
    below: Floats
    above: Floats

    def take(self, rows: Ints) -> Natives:
        """Some of the nodes."""
        return Natives(
            self.group[rows],
            self.credence[rows],
            self.base[rows],
            self.below[rows],
            self.above[rows],
        )


@dataclass(frozen=True, slots=True)
class Joins:
    """Edges between q nodes; both ends belong to one group.

    Attributes
    ----------
    left, right : int64[e]
        Rows of the two ends.
    sign, weight : float64[e]
        +1 or -1, and w >= 0.
    """

    left: Ints
    right: Ints
    sign: Floats
    weight: Floats

    def take(self, edges: Ints | NDArray[np.bool_]) -> Joins:
        """Some of the edges."""
        return Joins(self.left[edges], self.right[edges], self.sign[edges], self.weight[edges])


def posterior_mode(natives: Natives, joins: Joins, *, fixed: Floats | None = None) -> Floats:
    """Log odds of every node at the mode; a node that nothing pulls keeps its own.

    Parameters
    ----------
    natives : Natives
    joins : Joins
    fixed : float64[q], optional
        Log odds of rows that stay there, NaN for rows that move; left out, all move.

    Returns
    -------
    float64[q]

    Examples
    --------
    Two beliefs that support each other; of the second nothing is known:

    >>> two = np.ones(2)
    >>> sure = Natives(np.zeros(2, int), np.array([0.9, 0.5]), two / 2, 12 * two, 2 * two)
    >>> joins = Joins(np.array([0]), np.array([1]), np.ones(1), np.array([0.5]))
    >>> (1 / (1 + np.exp(-posterior_mode(sure, joins)))).round(3).tolist()
    [0.863, 0.722]
    """
    start = log_odds(natives.credence)
    x = start.copy() if fixed is None else np.where(np.isnan(fixed), start, fixed)
    active = _Active.all(natives, joins, start, x, None if fixed is None else np.isnan(fixed))
    for step in range(MOST_STEPS):
        active.step(careful=step >= PATIENCE)
        x[active.rows] = active.x
        if active.done.all():
            break
        if active.done.sum() * 4 >= len(active.done):
            active = active.going_on()
    return x


def log_odds(p: Floats) -> Floats:
    """ln(p / (1 - p)), kept finite."""
    inside = np.clip(p, NEAREST, 1 - NEAREST)
    return np.log(inside) - np.log1p(-inside)


def sigmoid(x: Floats) -> Floats:
    """1 / (1 + exp(-x))."""
    return np.asarray(1.0 / (1.0 + np.exp(-x)))


@dataclass(slots=True)
class _Active:
    """The groups that are still moving.

    `into` and `out` hold every edge twice, once for each end, in the order of `into`; `bounds` is
    where the edges into each of the rows `into_rows` begin.
    """

    rows: Ints
    natives: Natives
    starts: Ints
    of: Ints
    into: Ints
    out: Ints
    bounds: Ints
    into_rows: Ints
    pulls: Floats
    degree: Floats
    start: Floats
    mu: Floats
    free: NDArray[np.bool_] | None
    x: Floats
    done: NDArray[np.bool_]

    @classmethod
    def all(
        cls,
        natives: Natives,
        joins: Joins,
        start: Floats,
        x: Floats,
        free: NDArray[np.bool_] | None,
    ) -> _Active:
        inside = np.clip(natives.credence, NEAREST, 1 - NEAREST)
        clipped = Natives(natives.group, inside, natives.base, natives.below, natives.above)
        into = np.concatenate([joins.left, joins.right])
        out = np.concatenate([joins.right, joins.left])
        weight = np.concatenate([joins.weight, joins.weight])
        pulls = weight * np.concatenate([joins.sign, joins.sign])
        if free is not None:
            kept = free[into]
            into, out, weight, pulls = into[kept], out[kept], weight[kept], pulls[kept]
        order = np.argsort(into, kind="stable")
        into, out, weight, pulls = into[order], out[order], weight[order], pulls[order]
        starts, of = _groups(natives.group)
        done = np.zeros(len(starts), dtype=bool)
        degree = _sums(into, weight, len(start))
        mu = log_odds(natives.base)
        rows = np.arange(len(start))
        return cls(
            rows,
            clipped,
            starts,
            of,
            into,
            out,
            *_edges_into(into),
            pulls,
            degree,
            start,
            mu,
            free,
            x,
            done,
        )

    def going_on(self) -> _Active:
        """The groups that are not done."""
        kept = np.flatnonzero(~self.done[self.of])
        place = np.full(len(self.x), -1)
        place[kept] = np.arange(len(kept))
        edges = np.flatnonzero(place[self.into] >= 0)
        starts, of = _groups(self.of[kept])
        return _Active(
            self.rows[kept],
            self.natives.take(kept),
            starts,
            of,
            place[self.into[edges]],
            place[self.out[edges]],
            *_edges_into(place[self.into[edges]]),
            self.pulls[edges],
            self.degree[kept],
            self.start[kept],
            self.mu[kept],
            None if self.free is None else self.free[kept],
            self.x[kept],
            self.done[~self.done],
        )

    def pushed(self, v: Floats) -> Floats:
        """What the neighbours of every row pass on of v: sum_j w_ij g_ij v_j."""
        out = np.zeros_like(v)
        if len(self.bounds):
            out[self.into_rows] = np.add.reduceat(self.pulls * v[self.out], self.bounds)
        return out

    def step(self, *, careful: bool) -> None:
        """One damped Newton step of every group that is not done.

        Why it converges. Delta solves H Delta = g, H being diag(m s'(x)) and the edges, or is a
        conjugate-gradient iterate of it: either way g.Delta = Delta.H.Delta = c. Along x + t Delta,
        t in [0, 1], the curvature of l_i is m_i s'(x_i + t Delta_i), at most m_i min(s'(x_i)
        e^abs(Delta_i), 1/4), since abs(s'') <= s'; that of the edges does not change. So the
        curvature on the way is at most C >= c, known beforehand: until t = c / C the slope c - C t
        is not below 0, and the gain at least c t / 2. Far out, where s' is next to nothing, another
        bound reaches further: with d = max abs(Delta_i) the curvature is at most c e^(d t), the
        slope not below 0 until t = ln(1 + d) / d, and the gain c ((1 + d) ln(1 + d) - d) / d^2. The
        larger of both steps is taken; it gains, also where the curvature is reckoned larger than it
        is. The objective is strictly concave and bounded: c -> 0, and x goes to its one
        maximum; near it C -> c, t -> 1, and the steps are Newton's. Where m_i is not the same on
        both sides of P_i the argument needs the larger one (`careful`); the one at hand is
        quicker and is tried first.
        """
        natives = self.natives
        p = sigmoid(self.x)
        away = self.x - self.mu
        push = self.pushed(away) - self.degree * away
        up = (self.x > self.start) | ((self.x == self.start) & (push > 0))
        m = np.where(up, natives.above, natives.below)
        slope = m * (natives.credence - p) * (self.x != self.start) + push
        if self.free is not None:
            slope *= self.free
        if careful:
            m = np.maximum(natives.above, natives.below)
        curvature = m * np.maximum(p * (1 - p), FLATTEST)
        rounding = EPSILON * (m + self.degree * np.abs(away))
        floor = SMALL + self._each(rounding**2 / curvature)
        delta, missed = self.direction(curvature, slope, floor)
        bent = m * np.minimum(np.exp(np.minimum(np.abs(delta), 50.0)) * curvature / m, 0.25)
        told = self._each(slope * delta)
        most = told + self._each((np.maximum(bent, curvature) - curvature) * delta**2)
        far = np.maximum.reduceat(np.abs(delta), self.starts)
        pace = np.maximum(
            told / np.where(most > 0, most, 1.0), np.log1p(far) / np.where(far > 0, far, 1.0)
        )
        self.x = self.x + np.where(self.done, 0.0, pace)[self.of] * delta
        self.done = self.done | (told + missed <= 2 * floor)

    def direction(self, curvature: Floats, slope: Floats, floor: Floats) -> tuple[Floats, Floats]:
        """Delta of (diag(curvature) + L) Delta = slope, L the signed Laplacian of the edges.

        With it, what a step along the exact one could gain more, by group.
        """
        if len(slope) > FEW_ROWS:
            return self._iterated(curvature, slope, floor)
        matrix = np.zeros((len(slope), len(slope)))
        np.subtract.at(matrix, (self.into, self.out), self.pulls)
        matrix[np.diag_indices(len(slope))] += curvature + self.degree
        found = np.empty_like(slope)
        ends = [*self.starts.tolist()[1:], len(slope)]
        for low, high in zip(self.starts.tolist(), ends, strict=True):
            found[low:high] = np.linalg.solve(matrix[low:high, low:high], slope[low:high])
        return found, np.zeros(len(self.starts))

    def _iterated(self, curvature: Floats, slope: Floats, floor: Floats) -> tuple[Floats, Floats]:
        """By conjugate gradients, preconditioned by the diagonal; every group at its own pace.

        The matrix is at least diag(curvature), so that the preconditioned one has no eigenvalue
        below kappa = min curvature / diagonal: a residual r leaves at most r.D^-1.r / kappa to gain.
        """
        diagonal = curvature + self.degree
        kappa = np.minimum.reduceat(curvature / diagonal, self.starts)
        found, left = np.zeros_like(slope), slope
        z = slope / diagonal
        along, size = z, self._each(slope * z)
        enough = kappa * np.maximum(ROUGH * size, floor)
        on = (size > enough) & ~self.done
        for _ in range(int(np.diff(np.append(self.starts, len(slope))).max()) + 8):
            if not on.any():
                break
            image = diagonal * along - self.pushed(along)
            bend = self._each(along * image)
            pace = np.where(on, size / np.where(on, bend, 1.0), 0.0)[self.of]
            found = found + pace * along
            left = left - pace * image
            z = left / diagonal
            smaller = self._each(left * z)
            turn = np.where(on, smaller / np.where(on, size, 1.0), 0.0)
            along, size = z + turn[self.of] * along, smaller
            on = on & (size > enough)
        return found, size / kappa

    def _each(self, values: Floats) -> Floats:
        return np.add.reduceat(values, self.starts)


def _edges_into(into: Ints) -> tuple[Ints, Ints]:
    """Where the edges into each row begin, and the rows."""
    fresh = np.append(True, into[1:] != into[:-1]) if len(into) else np.zeros(0, dtype=bool)
    bounds = np.flatnonzero(fresh)
    return bounds, into[bounds]


def _sums(into: Ints, values: Floats, rows: int) -> Floats:
    return np.bincount(into, values, minlength=rows).astype(np.float64, copy=False)


def _groups(group: Ints) -> tuple[Ints, Ints]:
    """Where each group begins, and the number of each row's group."""
    fresh = np.append(True, group[1:] != group[:-1])
    return np.flatnonzero(fresh), np.cumsum(fresh) - 1
