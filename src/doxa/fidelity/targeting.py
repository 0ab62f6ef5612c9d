"""Targeting: what is gained by treating first whom a forecast says it helps most.

Rows count with 1 / (chance of the arm they got). Rows with equal forecasts are treated in random
order, so that a forecast that tells nobody apart is as good as chance, exactly.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from doxa.beliefmap.columns import Floats, Ints
from doxa.beliefmap.payloads import Bools
from doxa.fidelity.resampling import Resamples


@dataclass(frozen=True, slots=True)
class Trial:
    """The rows of a randomised experiment: an action against its control.

    Attributes
    ----------
    y : float64[n]
    treated : bool[n]
    weight : float64[n]
        1 / (chance of the arm that the row got).
    """

    y: Floats
    treated: Bools
    weight: Floats


def qini(trial: Trial, uplift: Floats, resamples: Resamples | None = None) -> list[float]:
    """The area between the curve of what is gained by treating the top share, and random order.

    Q = int_0^1 c(q) dq - c(1) / 2 with c(q) = q (mean of the treated among the top q less mean of
    the untreated among them): outcome per person of everybody. 0 = as good as chance.

    Parameters
    ----------
    uplift : float64[n]
        What is forecast to be gained by treating each row.

    Returns
    -------
    [estimate, low, high], or [estimate] without resamples

    Examples
    --------
    >>> trial = Trial(np.array([1.0, 0.0, 0.0, 0.0]), np.array([True, False, True, False]), np.ones(4))
    >>> qini(trial, np.array([1.0, 1.0, 0.0, 0.0]))
    [0.125]
    """
    order = np.argsort(-uplift, kind="stable")
    ordered = uplift[order]
    last = np.flatnonzero(np.r_[ordered[1:] != ordered[:-1], True])
    y, treated, weight = trial.y[order], trial.treated[order], trial.weight[order]

    def area(own: Floats) -> float:
        return _area(y, treated, own, last)

    found = [area(weight)]
    if resamples is not None:
        drawn = [area(weight * count[order]) for count in resamples.counts()]
        found += np.quantile(drawn, [0.025, 0.975]).tolist()
    return found


def _area(y: Floats, treated: Bools, weight: Floats, last: Ints) -> float:
    """Of rows in the order they are treated in; ties end at `last`."""
    on, off = np.where(treated, weight, 0.0), np.where(treated, 0.0, weight)
    size_on, size_off = np.cumsum(on)[last], np.cumsum(off)[last]
    sum_on, sum_off = np.cumsum(on * y)[last], np.cumsum(off * y)[last]
    both = (size_on > 0) & (size_off > 0)
    apart = np.zeros(len(last))
    apart[both] = sum_on[both] / size_on[both] - sum_off[both] / size_off[both]
    share = (size_on + size_off) / (size_on[-1] + size_off[-1])
    curve = np.r_[0.0, share * apart]
    return float(np.trapezoid(curve, np.r_[0.0, share]) - curve[-1] / 2)


def chosen_share(uplift: Floats, weight: Floats, share: float) -> Floats:
    """How likely each row is to be treated when the share with the largest uplift is.

    1 above the bound and 0 below it; those at the bound share what is left.

    Examples
    --------
    >>> chosen_share(np.array([3.0, 1.0, 1.0, 0.0]), np.ones(4), 0.5).tolist()
    [1.0, 0.5, 0.5, 0.0]
    """
    levels, place = np.unique(-uplift, return_inverse=True)
    mass = np.bincount(place, weight, minlength=len(levels))
    before = np.cumsum(mass) - mass
    taken = np.clip((share * mass.sum() - before) / mass, 0.0, 1.0)
    return np.asarray(taken[place])


def value_of(trial: Trial, policy: Floats) -> float:
    """The mean outcome had the policy been followed: of rows whose arm is the policy's.

    Parameters
    ----------
    policy : float64[n]
        The chance with which it treats each row.
    """
    return _value(trial.y, trial.treated, trial.weight, policy)


def _value(y: Floats, treated: Bools, weight: Floats, policy: Floats) -> float:
    followed = weight * np.where(treated, policy, 1 - policy)
    return float(followed @ y / followed.sum())


def values_of(
    trial: Trial, policies: dict[str, Floats], resamples: Resamples
) -> tuple[dict[str, list[float]], dict[tuple[str, str], list[float]]]:
    """The value of each policy, and of each less each that comes after it: [estimate, low, high].

    Both over the same draws, so that differences are paired.
    """
    names = list(policies)
    told = np.array([value_of(trial, policies[name]) for name in names])
    drawn = np.array(
        [
            [_value(trial.y, trial.treated, trial.weight * count, policies[name]) for name in names]
            for count in resamples.counts()
        ]
    )
    own = {name: _ends(told[at], drawn[:, at]) for at, name in enumerate(names)}
    pairs = {
        (names[one], names[other]): _ends(told[one] - told[other], drawn[:, one] - drawn[:, other])
        for one in range(len(names))
        for other in range(one + 1, len(names))
    }
    return own, pairs


def _ends(estimate: float, drawn: Floats) -> list[float]:
    low, high = np.quantile(drawn, [0.025, 0.975])
    return [float(estimate), float(low), float(high)]
