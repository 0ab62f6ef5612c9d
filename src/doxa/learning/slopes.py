"""The slope of real on simulated effects: what a head makes of experiments, and what they found."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from doxa.beliefmap.columns import Floats, Ints
from doxa.beliefmap.model import Action
from doxa.domain.ground import FEWEST
from doxa.features.arms import arms_of
from doxa.features.past import Past
from doxa.heads.head import Head
from doxa.heads.slope import Experiment, Slope
from doxa.learning.experiments import effect_of
from doxa.learning.labelled import Labelled, sample_of
from doxa.learning.simulated import paired

MOST_ASKED = 50_000
"""Of more people than this some are drawn, to say what is simulated of all."""
PRIOR = 0.5
"""How far slopes of kinds of actions lie from 1 (standard deviation), before any experiment."""


def slope_of(simulated: Floats, real: Floats, error: Floats) -> tuple[float, float]:
    """The slope through the origin of real on simulated effects, and its standard error.

    slope = (sum w real simulated + 1 / .25) / (sum w simulated^2 + 1 / .25), w = 1 / error^2

    It is 1 by a prior of standard deviation .5: few experiments say little, none nothing. What a
    head was fitted on is what its experiments are read from, so both share one luck: it widens
    neither against the other.

    Parameters
    ----------
    simulated, real, error : float64[experiments]
        `error` is the standard error of the real ones.

    Examples
    --------
    >>> none = np.zeros(0)
    >>> slope_of(none, none, none)
    (1.0, 0.5)
    >>> slope, error = slope_of(np.array([0.1]), np.array([0.05]), np.array([1e-4]))
    >>> round(slope, 3), round(error, 3)
    (0.5, 0.001)
    """
    weight = 1 / error**2
    prior = 1 / PRIOR**2
    above = float(weight @ (real * simulated)) + prior
    below = float(weight @ simulated**2) + prior
    return above / below, 1 / math.sqrt(below)


def slope_from(
    head: Head, past: Past, actions: Sequence[Action], fit: Labelled, unit: Ints
) -> Slope | None:
    """The slope of a kind of action from its experiments; None where there is none.

    Parameters
    ----------
    past : Past
        With the fields of `fields_of_arms`.
    actions : of one kind of signal
    fit : Labelled
        What the head was fitted on, as of the moment that decided each row's arm.
    unit : int64[n]
        Who was put into an arm together.
    """
    found = []
    for action in actions:
        arms = arms_of(past, action, fit.rows)
        known = arms.either & ~np.isnan(arms.chance)
        people = (fit.rows.person[known & arm] for arm in (arms.treated, arms.control))
        if min(len(np.unique(each)) for each in people) < FEWEST:
            continue
        there = np.flatnonzero(arms.signal >= 0)
        there = there[sample_of(len(there), MOST_ASKED, np.random.Generator(np.random.Philox(1)))]
        told = paired(head, past, action, fit.rows.take(there), arms.signal[there])
        real = effect_of(fit.y[known], arms.treated[known], arms.chance[known], unit[known])
        if real.error > 0:
            simulated = float(told.uplift.mean())
            found.append(
                Experiment(
                    action=action.name, simulated=simulated, real=real.estimate, error=real.error
                )
            )
    if not found:
        return None
    columns = np.array([[each.simulated, each.real, each.error] for each in found]).T
    slope, error = slope_of(*columns)
    return Slope(
        kind=actions[0].signal, outcome=head.outcome, slope=slope, error=error, experiments=found
    )
