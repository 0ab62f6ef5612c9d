"""The slope of real on simulated effects, from people whose effects were simulated without them."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import numpy as np

from doxa.beliefmap.columns import Floats, Ints
from doxa.beliefmap.model import Action
from doxa.beliefmap.payloads import Bools
from doxa.errors import PopulationError
from doxa.features.past import Past
from doxa.heads.head import Head
from doxa.heads.slope import Experiment, Slope
from doxa.learning.experiments import Effect, effect_of, error_of_fit
from doxa.learning.labelled import Labelled
from doxa.learning.simulated import paired, when_decided

PRIOR = 0.5
"""How far slopes of kinds of actions lie from 1 (standard deviation), before any experiment."""
HALVES = 2
FEWEST_UNITS = 20
"""Units per arm and half from which an experiment says anything of a slope."""

Fit = Callable[[Bools], Head]
"""Fits a head on some of the rows."""


def slope_of(
    simulated: Floats, real: Floats, simulated_error: Floats, real_error: Floats
) -> tuple[float, float]:
    """The slope through the origin of real on simulated effects, and its standard error.

    Every experiment counts with w = 1 / (real_error^2 + simulated_error^2); what chance alone adds
    to the squares of simulated effects is taken off, so that noise flattens nothing. The slope is
    1 by a prior of standard deviation .5: few experiments say little, none nothing.

    slope = (sum w (real simulated) + 1 / .25) / (sum w (simulated^2 - simulated_error^2) + 1 / .25)

    Examples
    --------
    >>> none = np.zeros(0)
    >>> slope_of(none, none, none, none)
    (1.0, 0.5)
    >>> slope, error = slope_of(np.array([0.1]), np.array([0.05]), np.zeros(1), np.array([1e-4]))
    >>> round(slope, 3), round(error, 3)
    (0.5, 0.001)
    """
    weight = 1 / (real_error**2 + simulated_error**2)
    prior = 1 / PRIOR**2
    above = float(weight @ (real * simulated)) + prior
    below = max(float(weight @ (simulated**2 - simulated_error**2)), 0.0) + prior
    return above / below, 1 / math.sqrt(below)


def crossed_effects(
    past: Past,
    actions: Sequence[Action],
    fit: Labelled,
    unit: Ints,
    trained: Fit,
) -> list[tuple[Action, Effect, Effect]]:
    """Of each action and each half of the people: its effect simulated by the others, and the real one.

    Parameters
    ----------
    past : Past
        With the fields of `fields_of_arms`.
    fit : Labelled
        Rows as of the moment that decided their arm; one per person and assignment.
    unit : int64[n]
        Who was put into an arm together.
    trained : callable
        Fits a head on the rows of a mask.
    """
    half = np.unique(unit, return_inverse=True)[1] % HALVES
    arms = {action.name: when_decided(past, action, fit.rows)[1] for action in actions}
    found = []
    for part in range(HALVES):
        own = half == part
        told = [action for action in actions if _enough(arms[action.name].either, own, unit)]
        if not told:
            continue
        try:
            head = trained(~own)
        except PopulationError:
            continue
        for action in told:
            arm = arms[action.name]
            mine, others = own & arm.either, ~own & arm.either
            asked = own & (arm.signal >= 0)
            forecasts = paired(head, past, action, fit.rows.take(asked), arm.signal[asked])
            fitted = paired(head, past, action, fit.rows.take(others), arm.signal[others])
            error = error_of_fit(
                fit.y[others],
                fitted.under(arm.treated[others]),
                arm.treated[others],
                arm.chance[others],
                unit[others],
            )
            real = effect_of(fit.y[mine], arm.treated[mine], arm.chance[mine], unit[mine])
            simulated = Effect(estimate=float(forecasts.uplift.mean()), error=error)
            if real.error > 0 and error > 0:
                found.append((action, simulated, real))
    return found


def _enough(either: Bools, own: Bools, unit: Ints) -> bool:
    return min(len(np.unique(unit[either & part])) for part in (own, ~own)) >= 2 * FEWEST_UNITS


def slope_from(kind: str, outcome: str, found: Sequence[tuple[Action, Effect, Effect]]) -> Slope:
    """The slope of a kind of action from its experiments."""
    simulated = np.array([[one.estimate, one.error] for _, one, _ in found]).reshape(-1, 2)
    real = np.array([[one.estimate, one.error] for _, _, one in found]).reshape(-1, 2)
    slope, error = slope_of(simulated[:, 0], real[:, 0], simulated[:, 1], real[:, 1])
    return Slope(
        kind=kind,
        outcome=outcome,
        slope=slope,
        error=error,
        experiments=[
            Experiment(
                action=action.name,
                outcome=outcome,
                simulated=[one.estimate, one.error],
                real=[other.estimate, other.error],
            )
            for action, one, other in found
        ],
    )
