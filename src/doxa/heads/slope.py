"""The slope of real on simulated effects: how far effects of a kind of action may be believed."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec


class Experiment(msgspec.Struct, frozen=True, kw_only=True):
    """One experiment: what the head makes of it, and what it found.

    Attributes
    ----------
    simulated : float
        Mean forecast with the action less with its control.
    real, error : float
        Difference of the arms by inverse propensity, and its standard error.
    """

    action: str
    simulated: float
    real: float
    error: float


class Slope(msgspec.Struct, frozen=True, kw_only=True):
    """What a simulated effect of a kind of action is multiplied by before it is handed out.

    Attributes
    ----------
    kind : str
        The kind of signal that says the action was done.
    outcome : str
    slope, error : float
        real = slope * simulated, and the standard error of the slope; shrunk to 1 where experiments
        say little.
    experiments : list of Experiment
    """

    kind: str
    outcome: str
    slope: float
    error: float
    experiments: list[Experiment]


def slope_for(slopes: Iterable[Slope], kind: str, outcome: str) -> Slope | None:
    """The slope of effects of a kind of action on an outcome; None where no experiment says.

    Examples
    --------
    >>> known = Slope(kind="letter", outcome="votes", slope=0.9, error=0.1, experiments=[])
    >>> slope_for([known], "letter", "votes").slope, slope_for([known], "coupon", "votes")
    (0.9, None)
    """
    return next((one for one in slopes if (one.kind, one.outcome) == (kind, outcome)), None)
