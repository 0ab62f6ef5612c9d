"""Ridge-regularised generalised linear models with canonical links, fitted by Newton's method.

Maximises sum_i w_i log p(y_i | eta_i) - 1/2 sum_j ridge_j beta_j^2 with eta = offset + X beta.
The matrix may be float32 and is read in blocks, so that memory stays at one copy of it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from doxa.beliefmap.columns import Floats

Matrix: TypeAlias = NDArray[np.float32] | NDArray[np.float64]
BLOCK = 4_096
"""Rows read at a time: few enough that a block and its copies stay in the processor's cache."""
LARGEST_ETA = 30.0
SMALLEST_MEAN = 1e-6


class Family(StrEnum):
    """What is forecast: a yes or no, a count, or a real number."""

    BERNOULLI = "bernoulli"
    POISSON = "poisson"
    GAUSSIAN = "gaussian"


def mean_of(eta: Floats, family: Family) -> Floats:
    """The mean of the outcome at linear predictor `eta`."""
    if family is Family.BERNOULLI:
        return sigmoid(eta)
    if family is Family.POISSON:
        return np.exp(np.minimum(eta, LARGEST_ETA))
    return eta


def eta_of(x: Matrix, beta: Floats, offset: Floats) -> Floats:
    """offset + X beta, read in blocks: a whole copy of X in double precision is never made.

    Examples
    --------
    >>> eta_of(np.ones((2, 1), dtype=np.float32), np.array([0.5]), np.array([0.0, 1.0])).tolist()
    [0.5, 1.5]
    """
    found = offset.astype(np.float64)
    for low in range(0, len(found), BLOCK):
        part = slice(low, low + BLOCK)
        found[part] += x[part].astype(np.float64) @ beta
    return found


def sigmoid(eta: Floats) -> Floats:
    """s(x) = 1 / (1 + e^-x), without overflow.

    Examples
    --------
    >>> sigmoid(np.array([0.0, -800.0]))
    array([0.5, 0. ])
    """
    grown = np.exp(-np.abs(eta))
    return np.where(eta >= 0, 1.0, grown) / (1.0 + grown)


def logit(p: Floats) -> Floats:
    """ln(p / (1 - p)), with p kept within [1e-12, 1 - 1e-12]."""
    kept = np.clip(p, 1e-12, 1 - 1e-12)
    return np.log(kept) - np.log1p(-kept)


def link_of(mean: Floats, family: Family) -> Floats:
    """The linear predictor at which the outcome has this mean; rates are kept off 0 and 1.

    Examples
    --------
    >>> link_of(np.array([1.0]), Family.POISSON), link_of(np.array([0.5]), Family.BERNOULLI)
    (array([0.]), array([0.]))
    """
    if family is Family.BERNOULLI:
        return logit(np.clip(mean, SMALLEST_MEAN, 1 - SMALLEST_MEAN))
    if family is Family.POISSON:
        return np.log(np.maximum(mean, SMALLEST_MEAN))
    return mean


def loss_of(eta: Floats, y: Floats, family: Family) -> Floats:
    """Minus the log-likelihood of each outcome, up to what `eta` does not change."""
    if family is Family.BERNOULLI:
        return np.logaddexp(0.0, eta) - y * eta
    if family is Family.POISSON:
        return mean_of(eta, family) - y * eta
    return 0.5 * (eta - y) ** 2


def curvature(mean: Floats, family: Family) -> Floats:
    """Minus the second derivative of the log-likelihood by the linear predictor."""
    if family is Family.BERNOULLI:
        return mean * (1 - mean)
    if family is Family.POISSON:
        return mean
    return np.ones_like(mean)


@dataclass(frozen=True, slots=True)
class _Problem:
    x: Matrix
    y: Floats
    offset: Floats
    weight: Floats
    ridge: Floats
    family: Family

    def eta(self, beta: Floats) -> Floats:
        return eta_of(self.x, beta, self.offset)

    def objective(self, beta: Floats, eta: Floats) -> float:
        losses = loss_of(eta, self.y, self.family)
        return 0.5 * float(self.ridge @ beta**2) + float(self.weight @ losses)

    def derivatives(self, beta: Floats, eta: Floats) -> tuple[Floats, NDArray[np.float64]]:
        """By the coefficients, at the linear predictor that they give."""
        mean = mean_of(eta, self.family)
        away = self.weight * (mean - self.y)
        root = np.sqrt(self.weight * curvature(mean, self.family))[:, None]
        gradient = self.ridge * beta
        hessian = np.diag(self.ridge).astype(np.float64)
        for part in self.blocks():
            block = self.x[part]
            gradient += away[part] @ block.astype(np.float64)
            # The step may be rough, the gradient may not: only the Hessian keeps X's own precision.
            scaled = block * root[part].astype(block.dtype)
            hessian += scaled.T @ scaled
        return gradient, hessian

    def blocks(self) -> list[slice]:
        return [slice(low, low + BLOCK) for low in range(0, len(self.y), BLOCK)]


def fit_glm(
    x: Matrix,
    y: Floats,
    *,
    ridge: Floats,
    family: Family = Family.BERNOULLI,
    offset: Floats | None = None,
    weight: Floats | None = None,
    start: Floats | None = None,
    steps: int = 50,
    progress: Callable[[int], None] | None = None,
) -> Floats:
    """Coefficients of the penalised maximum likelihood.

    Parameters
    ----------
    x : float[n, p]
        Columns; give one constant column for the intercept.
    y : float[n]
        Outcomes: 0/1, counts, or real numbers.
    ridge : float[p]
        Penalty per column, >= 0; usually 0 for the intercept.
    offset, weight : float[n]
        Added to the linear predictor; multiplies a row's log-likelihood.
    start : float[p]
        Where to start; zeros when left out.

    Returns
    -------
    float[p]

    Examples
    --------
    >>> x, y = np.ones((4, 1)), np.array([1.0, 1.0, 1.0, 0.0])
    >>> beta = fit_glm(x, y, ridge=np.zeros(1))
    >>> bool(np.isclose(sigmoid(beta)[0], 0.75))
    True

    Notes
    -----
    Newton's step is halved until the objective falls: on wide, nearly separable columns the full
    step overshoots.
    """
    n, p = x.shape
    problem = _Problem(
        x,
        np.asarray(y, dtype=np.float64),
        np.zeros(n) if offset is None else offset,
        np.ones(n) if weight is None else weight,
        np.asarray(ridge, dtype=np.float64),
        family,
    )
    beta = np.zeros(p) if start is None else start.astype(np.float64)
    eta = problem.eta(beta)
    value = problem.objective(beta, eta)
    for step in range(steps):
        gradient, hessian = problem.derivatives(beta, eta)
        direction = np.linalg.solve(hessian + 1e-9 * np.eye(p), gradient).astype(np.float64)
        if float(direction @ gradient) <= 1e-12 * (1 + abs(value)):
            break
        found = _descend(problem, beta, value, direction)
        if found is None:
            break
        beta, eta, value = found
        if progress is not None:
            progress(step + 1)
    return beta


def _descend(
    problem: _Problem, beta: Floats, value: float, direction: Floats
) -> tuple[Floats, Floats, float] | None:
    """The longest halved step that lowers the objective; None where none does."""
    length = 1.0
    while length > 1e-6:
        candidate = beta - length * direction
        eta = problem.eta(candidate)
        found = problem.objective(candidate, eta)
        if found < value:
            return candidate, eta, found
        length /= 2
    return None
