"""Newton's method with halved steps, for smooth convex objectives of a few hundred numbers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

import numpy as np

from doxa.beliefmap.columns import Floats

STEPS = 50


class Smooth(Protocol):
    """An objective with its derivatives."""

    def objective(self, theta: Floats, /) -> float: ...

    def derivatives(self, theta: Floats, /) -> tuple[Floats, Floats]: ...


def lowest(
    problem: Smooth,
    theta: Floats,
    *,
    exact: float,
    progress: Callable[[int], None] | None = None,
) -> Floats:
    """Where an objective is lowest.

    A step is halved until the objective falls: on wide, nearly separable columns the full one
    overshoots.

    Parameters
    ----------
    theta : float64[p]
        Where to begin.
    exact : float
        Done when a step promises to gain less than this share of 1 + |objective|.
    progress : callable, optional
        Told the number of every step.
    """
    value = problem.objective(theta)
    for number in range(STEPS):
        gradient, hessian = problem.derivatives(theta)
        step = np.linalg.solve(hessian + 1e-9 * np.eye(len(theta)), gradient)
        if float(step @ gradient) <= exact * (1 + abs(value)):
            break
        length, found = 1.0, problem.objective(theta - step)
        while found >= value and length > 1e-6:
            length /= 2
            found = problem.objective(theta - length * step)
        if found >= value:
            break
        theta, value = theta - length * step, found
        if progress is not None:
            progress(number + 1)
    return theta
