"""Again: the chance that somebody comes back, by when they came (BG/NBD, Fader, Hardie and Lee 2005).

While a person comes, they come at a Poisson rate that is Gamma(r, alpha) across people; after each
time they may stop for good, with a chance that is Beta(a, b) across people. After x returns, the
last at t_x, seen until T:

P(still coming) = 1 / (1 + [x > 0] a / (b + x - 1) ((alpha + T) / (alpha + t_x))^(r + x)),
P(at least once in the next h) = P(still coming) (1 - ((alpha + T) / (alpha + T + h))^(r + x)).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from doxa.beliefmap.columns import Floats
from doxa.features.views import View

NAME = "comes again"
SMALLEST = 1e-4


def columns(view: View, again: Sequence[float], horizon: float) -> Iterator[tuple[str, Floats]]:
    """Log-odds of coming within the horizon, and their square; 0 for who never came.

    Parameters
    ----------
    again : r, alpha, a, b, times in days (positions)
    horizon : float
        Days (positions) of the outcome's window.
    """
    chance = comes_again(*came(view), again, horizon)
    kept = np.clip(chance, SMALLEST, 1 - SMALLEST)
    logit = np.where(view.met, np.log(kept / (1 - kept)), 0.0)
    yield NAME, logit
    yield f"{NAME}, squared", logit**2


def came(view: View) -> tuple[Floats, Floats, Floats]:
    """Returns x, when the last was (t_x), and how long the person is seen (T), since the first."""
    returns = np.where(view.met, np.maximum(view.sums[:, 0, -1] - 1, 0), 0.0)
    last = np.where(returns > 0, np.maximum(view.begun - view.elapsed, 0), 0.0)
    return returns, last, view.begun


def comes_again(
    returns: Floats, last: Floats, seen: Floats, again: Sequence[float], horizon: float
) -> Floats:
    """P(at least once in the next h), float64[n].

    Examples
    --------
    >>> one = np.ones(1)
    >>> chances = comes_again(4 * one, 80 * one, np.array([90.0]), (1, 30, 1, 3), 30.0)
    >>> chances.round(3).tolist()
    [0.535]
    """
    r, alpha, a, b = again
    shape = r + returns
    silence = np.log(alpha + seen) - np.log(alpha + last)
    odds = np.log(a) - np.log(b + np.maximum(returns, 1) - 1) + shape * silence
    stopped = np.where(returns > 0, np.exp(np.minimum(odds, 700.0)), 0.0)
    none = np.exp(shape * (np.log(alpha + seen) - np.log(alpha + seen + horizon)))
    return np.asarray((1 - none) / (1 + stopped))
