"""How paths are read: one person's weighed towards a direct forecast and stretched as earlier ones turned out, sums by what was common."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from doxa.beliefmap.columns import Floats, Ints
from doxa.beliefmap.model import Outcome
from doxa.features.moments import at_origins
from doxa.features.past import Past
from doxa.features.plan import readings_of
from doxa.features.views import Views
from doxa.heads.forecast import forecast
from doxa.heads.population import SightPart
from doxa.heads.recalibration import Recalibration, TotalReading
from doxa.simulation.anchor import FEWEST_PATHS, tilted, weighted_quantiles
from doxa.simulation.arms import FOUR_IN_FIVE, HIGH, LOW, Bands, bands
from doxa.types import Moment


@dataclass(frozen=True, slots=True)
class PathReading:
    """Of one outcome.

    Attributes
    ----------
    steps : the horizon it was learned at
    blend, direct : the mean at the horizon is moved so far towards this
    """

    steps: int
    recalibration: Recalibration
    blend: float = 0.0
    direct: float = float("nan")

    def weights(self, without: Floats, marks: Sequence[int]) -> Floats | None:
        """Weights of the paths, float64[P]; None where all count alike.

        Parameters
        ----------
        without : float64[P, S]
            What the outcome came to on every path, under no scenario.
        marks : after how many steps
        """
        here = np.flatnonzero(np.asarray(marks) >= self.steps)
        if not self.blend or np.isnan(self.direct) or not len(here) or len(without) < FEWEST_PATHS:
            return None
        drawn = without[:, here[0]]
        target = (1 - self.blend) * float(drawn.mean()) + self.blend * self.direct
        return np.asarray(tilted(drawn[None, :], np.array([target]))[0])

    def bands(self, paths: Floats, weights: Floats | None, marks: Sequence[int]) -> Bands:
        """Where paths lie at every mark, as they are read."""
        plain = bands(paths)
        if weights is None and not self.recalibration.changes:
            return plain
        own = np.full(len(paths), 1 / len(paths)) if weights is None else weights
        levels = [LOW / 100, 0.5, HIGH / 100]
        ends = np.empty((3, paths.shape[1]))
        for place, mark in enumerate(marks):
            read = self.recalibration.after(mark / self.steps)
            told = weighted_quantiles(
                paths[None, :, place], own[None, :], [read.level(q) for q in levels]
            )
            ends[:, place] = told[:, 0]
        return Bands(ends[0], ends[1], ends[2], own @ paths)


def readings_for(
    part: SightPart, past: Past, twins: Ints, origin: Moment, counted: Sequence[Outcome]
) -> dict[str, PathReading]:
    """How the paths of one person are read, by outcome that something was learned of.

    Parameters
    ----------
    past : Past
        What happened to the person before the origin.
    """
    found = {}
    for outcome in counted:
        told = part.backtested.get(outcome.name)
        if told is None or not (told.recalibration.changes or told.blend):
            continue
        direct = float("nan")
        if told.blend and outcome.name in part.heads:
            rows = at_origins(outcome, twins, [origin])
            views = Views(past, readings_of(past.map, outcome))
            direct = float(forecast(part.heads[outcome.name], views, rows).mean[0])
        found[outcome.name] = PathReading(told.steps, told.recalibration, told.blend, direct)
    return found


def totals_for(part: SightPart, counted: Sequence[Outcome]) -> dict[str, TotalReading]:
    """How sums over people are read, by outcome that something was learned of."""
    told = {outcome.name: part.backtested.get(outcome.name) for outcome in counted}
    return {name: one.total for name, one in told.items() if one is not None and one.total.changes}


def bands_of_means(total: TotalReading, most: float, paths: Floats) -> Bands:
    """Where means over people lie at every mark, float64[P, S].

    A common error is a share of the mean, the same at every mark.

    Parameters
    ----------
    most : float
        No mean lies above: of what happens or does not it is 1.
    """
    drawn = bands(paths)
    low, high = total.ends(drawn.low, drawn.middle, drawn.high, FOUR_IN_FIVE)
    middle, mean = total.factor * drawn.middle, total.factor * drawn.mean
    return Bands(*(np.minimum(each, most) for each in (low, middle, high, mean)))
