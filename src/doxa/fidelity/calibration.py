"""Calibration: whether forecasts of a yes or no can be taken at their word."""

from __future__ import annotations

import msgspec
import numpy as np

from doxa.beliefmap.columns import Floats
from doxa.fidelity.groups import Groups
from doxa.fidelity.metrics import murphy, reliability, squared_errors


class Calibration(msgspec.Struct, frozen=True, kw_only=True):
    """The twin's calibration curve over some rows, and Murphy's parts of its Brier score.

    Attributes
    ----------
    forecast, observed, count : of bins with equally many rows, from low forecasts to high
    error : expected calibration error: mean over rows of |forecast - observed| of their bin
    chance : what a perfectly calibrated forecaster would show there on so many rows, by chance alone
    brier : mean squared error = reliability - resolution + uncertainty + within
    within : what forecasts differ within a bin, the one part that is not Murphy's
    """

    forecast: list[float]
    observed: list[float]
    count: list[int]
    error: float
    reliability: float
    resolution: float
    uncertainty: float
    within: float = 0.0
    brier: float | None = None
    chance: float | None = None

    @classmethod
    def of(cls, y: Floats, p: Floats) -> Calibration:
        """Of forecasts of a yes or no."""
        curve, parts = reliability(y, p), murphy(y, p)
        return cls(
            forecast=curve.forecast.tolist(),
            observed=curve.observed.tolist(),
            count=curve.count.tolist(),
            error=curve.error,
            reliability=parts.reliability,
            resolution=parts.resolution,
            uncertainty=parts.uncertainty,
            within=parts.within,
            brier=float(squared_errors(y, p).mean()),
            chance=curve.chance,
        )


class HorizonCalibration(msgspec.Struct, frozen=True, kw_only=True):
    """Calibration of the forecasts of one horizon."""

    horizon: str
    rows: int
    calibration: Calibration


def calibration_by(horizons: Groups | None, y: Floats, p: Floats) -> list[HorizonCalibration]:
    """Calibration by horizon, where there are several.

    Examples
    --------
    >>> two = Groups("horizon", ["7d", "28d"], np.array([0, 1, 1, 0]))
    >>> found = calibration_by(two, np.array([0.0, 1, 1, 0]), np.array([0.5, 0.9, 0.9, 0.5]))
    >>> [(each.horizon, round(each.calibration.error, 6)) for each in found]
    [('7d', 0.5), ('28d', 0.1)]
    """
    if horizons is None or len(horizons.names) < 2:
        return []
    found = []
    for place, name in enumerate(horizons.names):
        own = np.flatnonzero(horizons.code == place)
        calibration = Calibration.of(y[own], p[own])
        found.append(HorizonCalibration(horizon=name, rows=len(own), calibration=calibration))
    return found
