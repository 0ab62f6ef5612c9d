"""Spread: how far values lie from their forecast, for everybody and for this person.

ln sigma^2 = z gamma, z made of the person's own squared errors at some bands, of how many there are,
and of where on its range the forecast stands: who answers near an end of a scale varies less.
"""

from __future__ import annotations

import math

import msgspec
import numpy as np

from doxa.beliefmap.columns import Floats
from doxa.features.rows import Rows
from doxa.heads.errors import History
from doxa.state.bands import decay
from doxa.state.ranks import running_sums

WORTH = 5.0
"""The usual squared error weighs as much as so many own ones."""
LEVELS = (0.025, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.975)


class Spread(msgspec.Struct, frozen=True, kw_only=True):
    """How wide forecasts of values are.

    Attributes
    ----------
    bands : half-lives of own squared errors, longest last
    usual : the mean squared error of everybody
    centre, scale : of forecasts over the fit rows
    weights : gamma
    quantiles : of (y - mean) / sigma at `LEVELS`, over the fit rows
    """

    bands: list[float]
    usual: float
    centre: float
    scale: float
    weights: list[float]
    quantiles: list[float]

    def within(self, mean: Floats, sigma: Floats, share: float) -> tuple[Floats, Floats]:
        """The ends between which a share of values lies.

        Examples
        --------
        >>> even = Spread(bands=[], usual=1.0, centre=0.0, scale=1.0, weights=[], quantiles=[-3, -2, -1, -0.5, 0, 0.5, 1, 2, 3])
        >>> [end.round(6).tolist() for end in even.within(np.array([10.0]), np.array([2.0]), 0.8)]
        [[8.0], [12.0]]
        """
        low, high = np.interp([(1 - share) / 2, (1 + share) / 2], LEVELS, self.quantiles)
        return mean + low * sigma, mean + high * sigma


def spread_columns(
    spread: Spread, history: History, left: Floats, rows: Rows, mean: Floats
) -> Floats:
    """The columns z of some rows.

    Parameters
    ----------
    left : float64[m]
        What each event of the history was beyond its forecast.
    mean : float64[n]
        The forecasts of the rows.
    """
    own = _own_squares(spread, history, left, rows)
    told = (own[:, 0] + WORTH * spread.usual) / (own[:, 1] + WORTH)
    place = np.clip((mean - spread.centre) / spread.scale, -3, 3)
    return np.column_stack(
        [
            np.ones(len(rows)),
            np.log(np.maximum(told, 1e-12) / spread.usual),
            np.log1p(own[:, 1, -1]),
            place,
            place**2,
        ]
    )


def sigma_of(spread: Spread, columns: Floats) -> Floats:
    """The standard deviation that columns tell of."""
    told = np.einsum("ij,j->i", columns, np.asarray(spread.weights))
    return np.asarray(np.exp(0.5 * np.clip(told, -20, 20)))


def fit_spread(columns: Floats, squares: Floats, *, ridge: float = 5.0, steps: int = 30) -> Floats:
    """gamma that minimises sum (z gamma + squares / exp(z gamma)) / 2 + ridge/2 |gamma|^2, but for the first.

    Examples
    --------
    >>> columns, squares = np.ones((4, 1)), np.array([1.0, 3.0, 2.0, 2.0])
    >>> bool(np.isclose(np.exp(fit_spread(columns, squares))[0], 2.0))
    True
    """
    penalty = np.full(columns.shape[1], ridge)
    penalty[0] = 0.0
    gamma = np.zeros(columns.shape[1])
    gamma[0] = math.log(max(float(squares.mean()), 1e-12))
    hessian = 0.5 * columns.T @ columns + np.diag(penalty + 1e-9)
    for _ in range(steps):
        over = squares * np.exp(-np.clip(columns @ gamma, -50, 50))
        gradient = 0.5 * columns.T @ (1 - over) + penalty * gamma
        step = np.linalg.solve(hessian, gradient)
        gamma = gamma - step
        if float(np.abs(step).max()) < 1e-8:
            break
    return gamma


def _own_squares(spread: Spread, history: History, left: Floats, rows: Rows) -> Floats:
    """Sum of squares and number of the person's own errors before each row, float64[n, 2, bands]."""
    found = np.zeros((len(rows), 2, len(spread.bands)))
    if not len(left):
        return found
    group = np.searchsorted(history.twins, rows.twin)
    starts, at = history.timeline.starts, history.rows.seen.at
    since = np.maximum(np.diff(at, prepend=at[:1]), 0)
    bands = tuple(spread.bands)
    added = np.repeat(np.stack([left**2, np.ones(len(left))], axis=1)[:, :, None], len(bands), 2)
    sums = running_sums(starts, added, decay(since, bands))
    after = history.timeline.before(group, rows.seen.at, rows.seen.order, strictly=True)
    known = after > starts[group]
    last = np.where(known, after - 1, 0)
    age = np.where(known, rows.seen.at - at[last], 0)
    now = sums[last] * decay(age, bands)[:, None, :]
    found[known] = now[known]
    return found
