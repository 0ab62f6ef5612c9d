"""The discrete hazard: when something happens, interval by interval of a window.

A window is cut at `ends` e_1 < .. < e_K. Where it has not happened before interval k, it happens in
it with the chance h_k = s(level_k + slope_k eta): eta is the person's linear predictor, the same in
every interval. Inside an interval ln S(t), with S(t) the chance that it has not happened by t, is
a straight line.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import msgspec
import numpy as np

from doxa.beliefmap.columns import Floats, Ints
from doxa.heads.glm import BLOCK, Matrix, fit_glm, sigmoid
from doxa.heads.newton import lowest

LEVEL_RIDGE = 0.1
"""How weakly levels are held where they would be without anything known of the person."""


class Hazard(msgspec.Struct, frozen=True, kw_only=True):
    """The chance of each interval, given the linear predictor.

    Attributes
    ----------
    ends : K spans, ascending
        The window, cut; intervals hold their end.
    levels, slopes : K numbers; slopes are positive
    """

    ends: list[int]
    levels: list[float]
    slopes: list[float]

    def logits(self, eta: Floats) -> Floats:
        """The log-odds of every interval, float64[n, K]."""
        return np.asarray(self.levels + eta[:, None] * self.slopes)

    def by_ends(self, eta: Floats) -> Floats:
        """The chance that it has happened by each end, float64[n, K]."""
        return np.asarray(-np.expm1(self._log_left(eta)[:, 1:]))

    def by(self, eta: Floats, span: Ints | Floats) -> Floats:
        """The chance that it has happened within a span of each row's own, float64[n].

        Examples
        --------
        >>> even = Hazard(ends=[1, 2], levels=[0.0, 0.0], slopes=[1.0, 1.0])
        >>> even.by(np.zeros(3), np.array([0, 1, 2])).tolist()
        [0.0, 0.5, 0.75]
        """
        left = self._log_left(eta)
        shares = covered(np.asarray(self.ends), np.asarray(span, dtype=np.float64))
        return np.asarray(0.0 - np.expm1((np.diff(left, axis=1) * shares).sum(axis=1)))

    def when(self, eta: Floats, share: float) -> Floats:
        """The span by which it has happened with a chance of `share`; infinite beyond the last end.

        Examples
        --------
        >>> even = Hazard(ends=[1, 2], levels=[0.0, 0.0], slopes=[1.0, 1.0])
        >>> even.when(np.zeros(1), 0.5).tolist(), even.when(np.zeros(1), 0.9).tolist()
        ([1.0], [inf])
        """
        left, wanted = self._log_left(eta), np.log1p(-share)
        ends = np.r_[0.0, self.ends]
        place = (left > wanted + 1e-12).sum(axis=1)
        there = np.minimum(place, len(self.ends))
        rows = np.arange(len(eta))
        low, high = left[rows, there - 1], left[rows, there]
        within = np.clip((wanted - low) / np.minimum(high - low, -1e-300), 0.0, 1.0)
        found = ends[there - 1] + within * (ends[there] - ends[there - 1])
        return np.where(place > len(self.ends), np.inf, found)

    def losses(self, eta: Floats, spells: Spells) -> Floats:
        """Minus the log-likelihood of what became of each row, float64[n]."""
        return spells.losses(self.logits(eta))

    def _log_left(self, eta: Floats) -> Floats:
        """ln S at 0 and at every end, float64[n, K + 1]."""
        steps = -np.logaddexp(0.0, self.logits(eta))
        return np.concatenate([np.zeros((len(eta), 1)), np.cumsum(steps, axis=1)], axis=1)


def covered(ends: Ints, span: Floats) -> Floats:
    """How much of each interval lies within a span, float64[n, K]; longer spans stretch the last.

    Examples
    --------
    >>> covered(np.array([2, 6]), np.array([1.0, 4.0, 6.0])).tolist()
    [[0.5, 0.0], [1.0, 0.5], [1.0, 1.0]]
    """
    begins = np.r_[0, ends[:-1]]
    share = (span[:, None] - begins) / (ends - begins)
    share[:, :-1] = np.minimum(share[:, :-1], 1.0)
    return np.asarray(np.maximum(share, 0.0))


@dataclass(frozen=True, slots=True)
class Spells:
    """What became of n rows, by interval.

    Attributes
    ----------
    risk : float32[n, K]
        How much of an interval it could still happen in: 1 up to that in which it happened; where
        it did not, as much as the row's window holds.
    came : float32[n, K]
        1 in the interval in which it happened.
    """

    risk: Matrix
    came: Matrix

    @classmethod
    def of(cls, ends: list[int], waited: Floats, length: Ints) -> Spells:
        """Of how long rows waited (infinite: in vain) in windows of some lengths.

        Examples
        --------
        >>> found = Spells.of([2, 6], np.array([3.0, np.inf]), np.array([6, 4]))
        >>> found.risk.tolist(), found.came.tolist()
        ([[1.0, 1.0], [1.0, 0.5]], [[0.0, 1.0], [0.0, 0.0]])
        """
        happened = np.isfinite(waited)
        where = np.where(happened, waited, 0.0)
        place = np.minimum(np.searchsorted(ends, where), len(ends) - 1)
        every = np.arange(len(ends))
        in_vain = covered(np.asarray(ends), length.astype(np.float64))
        risk = np.where(happened[:, None], every <= place[:, None], in_vain)
        came = happened[:, None] & (every == place[:, None])
        return cls(risk.astype(np.float32), came.astype(np.float32))

    def __len__(self) -> int:
        return len(self.risk)

    def take(self, rows: Ints) -> Spells:
        """The chosen rows."""
        return Spells(self.risk[rows], self.came[rows])

    def cells(self, logits: Floats) -> tuple[Floats, Floats, Floats, Floats]:
        """Of each row: whether it happened, how often it was to be expected, curvature, intervals at risk."""
        chance = sigmoid(logits)
        parts = (self.came, self.risk * chance, self.risk * chance * (1 - chance), self.risk)
        came, mean, mass, count = (part.sum(axis=1, dtype=np.float64) for part in parts)
        return came, mean, mass, count

    def losses(self, logits: Floats) -> Floats:
        """Minus the log-likelihood of each row: sum over intervals of risk ln(1 + e^z) - came z."""
        return np.asarray((self.risk * np.logaddexp(0.0, logits) - self.came * logits).sum(axis=1))

    def levels(self) -> Floats:
        """The log-odds of every interval over all rows, with a yes and a no that nobody gave, half a row each."""
        came, risk = self.came.sum(axis=0, dtype=float), self.risk.sum(axis=0, dtype=float)
        return np.asarray(np.log(came + 0.5) - np.log(np.maximum(risk - came, 0.0) + 0.5))


def fit_hazard(
    x: Matrix,
    spells: Spells,
    *,
    ridge: Floats,
    offset: Floats | None = None,
    start: tuple[Floats, Floats] | None = None,
    progress: Callable[[int], None] | None = None,
) -> tuple[Floats, Floats]:
    """Levels and coefficients of the largest penalised likelihood, all slopes 1, by Newton's method.

    Minimises sum_i sum_k risk_ik ln(1 + e^z_ik) - came_ik z_ik, z_ik = level_k + offset_i + x_i beta,
    plus 1/2 sum_j ridge_j beta_j^2 and a weak pull of the levels to those of all rows. This is the
    logistic regression on one row per person and interval; those rows are never written down.

    Parameters
    ----------
    x : float[n, p]
    ridge : float64[p]
    offset : float64[n]
        Added to the linear predictor.
    start : levels and coefficients to begin with

    Returns
    -------
    float64[K], float64[p]

    Examples
    --------
    >>> spells = Spells.of([1, 2], np.array([1.0, 2.0, np.inf, 1.0] * 50), np.full(200, 2))
    >>> levels, beta = fit_hazard(np.zeros((200, 1)), spells, ridge=np.ones(1))
    >>> sigmoid(levels).round(2).tolist(), beta.tolist()
    ([0.5, 0.5], [0.0])
    """
    held = spells.levels()
    problem = _Problem(x, spells, np.zeros(len(x)) if offset is None else offset, ridge, held)
    theta = np.r_[held, np.zeros(x.shape[1])] if start is None else np.r_[start[0], start[1]]
    theta = lowest(problem, theta, exact=1e-12, progress=progress)
    return theta[: len(held)], theta[len(held) :]


def fit_beside(hazard: Hazard, x: Floats, eta: Floats, spells: Spells, *, ridge: Floats) -> Floats:
    """Coefficients of columns beside a linear predictor, levels and slopes as they are, float64[p].

    Here one row per person and interval is written down: give few rows, or few columns.

    Parameters
    ----------
    x : float64[n, p]
    eta : float64[n]
    """
    slopes = np.asarray(hazard.slopes)
    row, place = np.nonzero(spells.risk)
    return fit_glm(
        x[row] * slopes[place][:, None],
        spells.came[row, place].astype(np.float64),
        ridge=ridge,
        weight=spells.risk[row, place].astype(np.float64),
        offset=np.asarray(hazard.levels)[place] + slopes[place] * eta[row],
    )


@dataclass(frozen=True, slots=True)
class _Problem:
    x: Matrix
    spells: Spells
    offset: Floats
    ridge: Floats
    held: Floats

    def objective(self, theta: Floats) -> float:
        levels, beta = self._split(theta)
        total = 0.5 * float(self.ridge @ beta**2)
        total += 0.5 * LEVEL_RIDGE * float(((levels - self.held) ** 2).sum())
        for rows in self._blocks():
            total += float(self.spells.take(rows).losses(self._logits(theta, rows)).sum())
        return total

    def derivatives(self, theta: Floats) -> tuple[Floats, Floats]:
        levels, beta = self._split(theta)
        count = len(levels)
        gradient = np.r_[LEVEL_RIDGE * (levels - self.held), self.ridge * beta]
        hessian = np.diag(np.r_[np.full(count, LEVEL_RIDGE), self.ridge])
        for rows in self._blocks():
            block = self.x[rows].astype(np.float64)
            p = sigmoid(self._logits(theta, rows))
            risk, came = self.spells.risk[rows], self.spells.came[rows]
            left, curved = risk * p - came, risk * p * (1 - p)
            gradient += np.r_[left.sum(axis=0), block.T @ left.sum(axis=1)]
            cross = curved.T @ block
            hessian[:count, :count] += np.diag(curved.sum(axis=0))
            hessian[:count, count:] += cross
            hessian[count:, :count] += cross.T
            hessian[count:, count:] += block.T @ (block * curved.sum(axis=1)[:, None])
        return gradient, hessian

    def _logits(self, theta: Floats, rows: Ints) -> Floats:
        levels, beta = self._split(theta)
        eta = self.offset[rows] + self.x[rows].astype(np.float64) @ beta
        return np.asarray(levels + eta[:, None])

    def _split(self, theta: Floats) -> tuple[Floats, Floats]:
        return theta[: len(self.held)], theta[len(self.held) :]

    def _blocks(self) -> list[Ints]:
        size = len(self.x)
        return [np.arange(low, min(low + BLOCK, size)) for low in range(0, size, BLOCK)]
