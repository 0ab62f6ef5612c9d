"""The conditional logit: a choice among the options on a menu, ridge-regularised, by Newton's method.

P(option j of menu i) = exp(eta_j) / sum over the menu of exp(eta). Options of one menu stand one
after the other, menus may differ in length. Maximises sum_i ln P(taken_i) - 1/2 sum_k ridge_k beta_k^2
with eta = X beta.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from doxa.beliefmap.columns import Floats, Ints
from doxa.heads.newton import lowest


def likely(eta: Floats, start: Ints) -> Floats:
    """The probability of each option on its menu, float64[k].

    Parameters
    ----------
    start : int64[n + 1]
        Menu i is ``eta[start[i]:start[i + 1]]``; none is empty.

    Examples
    --------
    >>> likely(np.array([0.0, 0.0, 800.0, 0.0]), np.array([0, 2, 4])).tolist()
    [0.5, 0.5, 1.0, 0.0]
    """
    if not len(eta):
        return np.zeros(0)
    size = np.diff(start)
    grown = np.exp(eta - np.repeat(np.maximum.reduceat(eta, start[:-1]), size))
    return np.asarray(grown / np.repeat(np.add.reduceat(grown, start[:-1]), size))


def losses(eta: Floats, start: Ints, taken: Ints) -> Floats:
    """-ln P of the option taken on each menu, float64[n].

    Parameters
    ----------
    taken : int64[n]
        The place of the option taken, among all options.
    """
    top = np.maximum.reduceat(eta, start[:-1])
    grown = np.exp(eta - np.repeat(top, np.diff(start)))
    return np.asarray(np.log(np.add.reduceat(grown, start[:-1])) + top - eta[taken])


def centred(x: Floats, start: Ints, weight: Floats) -> Floats:
    """Columns less their weighted mean on each menu; weights add up to 1 there."""
    if not len(x):
        return x
    mean = np.add.reduceat(x * weight[:, None], start[:-1], axis=0)
    return np.asarray(x - np.repeat(mean, np.diff(start), axis=0))


@dataclass(frozen=True, slots=True)
class _Problem:
    x: Floats
    start: Ints
    taken: Ints
    ridge: Floats

    def objective(self, beta: Floats) -> float:
        found = float(losses(self.x @ beta, self.start, self.taken).sum())
        return found + 0.5 * float(self.ridge @ beta**2)

    def derivatives(self, beta: Floats) -> tuple[Floats, Floats]:
        p = likely(self.x @ beta, self.start)
        apart = centred(self.x, self.start, p)
        gradient = self.ridge * beta - apart[self.taken].sum(axis=0)
        return gradient, apart.T @ (apart * p[:, None]) + np.diag(self.ridge)


def fit_logit(
    x: Floats, start: Ints, taken: Ints, *, ridge: Floats, begin: Floats | None = None
) -> Floats:
    """Coefficients of the penalised maximum likelihood.

    Parameters
    ----------
    x : float[k, p]
        Columns of every option; what is equal on a whole menu moves nothing.
    start : int64[n + 1]
    taken : int64[n]
        The place of the option taken on each menu, among all options.
    ridge : float[p]
        Penalty per column, >= 0.
    begin : float[p], optional
        Where to start; zeros when left out.

    Returns
    -------
    float[p]

    Examples
    --------
    >>> x = np.array([[1.0], [0.0]] * 4)
    >>> beta = fit_logit(x, np.arange(0, 9, 2), np.array([0, 2, 4, 7]), ridge=np.zeros(1))
    >>> round(float(likely(x[:2] @ beta, np.array([0, 2]))[0]), 6)
    0.75
    """
    problem = _Problem(x, start, taken, np.asarray(ridge, dtype=np.float64))
    beta = np.zeros(x.shape[1]) if begin is None else begin.astype(np.float64)
    return lowest(problem, beta, exact=1e-10)
