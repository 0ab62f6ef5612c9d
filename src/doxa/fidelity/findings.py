"""What a row of an evaluation finds beyond its ladders."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import msgspec
import numpy as np

from doxa.beliefmap.columns import Floats, Ints
from doxa.beliefmap.model import Outcome
from doxa.features.resolved import resolved_before
from doxa.fidelity.calibration import Calibration, HorizonCalibration, calibration_by
from doxa.fidelity.cuts import Cut, cuts_of
from doxa.fidelity.experiment import ActionEffect
from doxa.fidelity.headline import Headline, headline_of
from doxa.fidelity.horizons import horizons_of
from doxa.fidelity.ladder import BASE, TWIN, Ladder
from doxa.fidelity.learning_curve import LearningCurve, curve_of
from doxa.fidelity.numbers import Numbers, NumberScores, numbers_of
from doxa.fidelity.people import People, people_of
from doxa.fidelity.resampling import Resamples
from doxa.fidelity.split import Split


class Findings(msgspec.Struct, frozen=True, kw_only=True):
    """Everything beyond the ladders.

    Attributes
    ----------
    calibration : of forecasts of a yes or no, and of options; None of numbers
    calibration_by_horizon : where there are several horizons
    numbers : of forecasts of numbers that have a distribution
    people : spread of twins over that of people, and the split-half ceiling; None of choices
    cuts : by evidence, tenure, volume, horizon, segment
    learning : loss by answered forecasts, with and without the person's own effects
    effects : per action, of a row that asks what actions do
    """

    calibration: Calibration | None
    headline: Headline | None = None
    calibration_by_horizon: list[HorizonCalibration] = []
    numbers: Numbers | None = None
    people: People | None = None
    cuts: list[Cut] = []
    learning: LearningCurve | None = None
    effects: list[ActionEffect] = []


@dataclass(frozen=True, slots=True)
class TwinScores:
    """What the twin said of n scored rows beyond a mean.

    Attributes
    ----------
    without : float64[n]
        The mean with the person's own effects off; NaN where the head has none.
    variance : float64[n]
        Of the outcome, by the forecast.
    numbers : NumberScores or None
    """

    without: Floats
    variance: Floats
    numbers: NumberScores | None = None

    def without_at(self, mean: Floats) -> Floats | None:
        """`without`, and the mean where the head of a part has no own effects; None where none has."""
        unknown = np.isnan(self.without)
        return None if unknown.all() else np.where(unknown, mean, self.without)


def joined_scores(parts: Sequence[tuple[Ints, TwinScores]], size: int) -> TwinScores:
    """The scores of all parts as one, each at its rows; numbers where every part has them."""

    def laid(columns: Sequence[Floats]) -> Floats:
        whole = np.empty(size)
        for (place, _), column in zip(parts, columns, strict=True):
            whole[place] = column
        return whole

    each = [scores for _, scores in parts]
    numbers = [scores.numbers for scores in each if scores.numbers is not None]
    whole = None
    if len(numbers) == len(each):
        whole = NumberScores(
            numbers[0].kind,
            laid([one.crps for one in numbers]),
            laid([one.u for one in numbers]),
            laid([one.usual for one in numbers]),
        )
    return TwinScores(
        laid([one.without for one in each]), laid([one.variance for one in each]), whole
    )


@dataclass(frozen=True, slots=True)
class Means:
    """What was forecast of n scored rows, and what became of them.

    Attributes
    ----------
    y, forecast, base, variance : float64[n]
        `variance` of the outcome, by the twin's forecast.
    yes_or_no : whether forecasts are probabilities
    """

    y: Floats
    forecast: Floats
    base: Floats
    variance: Floats
    yes_or_no: bool


def findings_of(
    outcome: Outcome,
    split: Split,
    ladders: Sequence[Ladder],
    losses: Mapping[str, Floats],
    resamples: Resamples,
    seed: int,
    *,
    without: Floats | None = None,
    why: str = "",
    means: Means | None = None,
    numbers: NumberScores | None = None,
) -> Findings:
    """The findings of rows that were forecast.

    Parameters
    ----------
    losses : of every rung, by name, float64[n]
    without : float64[n]
        Of the twin with the person's own effects off; None where it has none.
    why : why it has none
    means : None of choices
    """
    rows = split.score.rows
    horizons = horizons_of(outcome, split.past, rows)
    headline = headline_of(ladders)
    if headline is not None and headline.alike:
        return Findings(calibration=None, headline=headline)
    answered = resolved_before(outcome, split.past, rows)
    found = Findings(
        calibration=None,
        headline=headline,
        numbers=numbers_of(numbers, resamples, horizons) if numbers else None,
        cuts=cuts_of(split.past, rows, losses, horizons, resamples),
        learning=curve_of(answered, losses[BASE], losses[TWIN], without, resamples, why),
    )
    if means is None:
        return found
    people = people_of(
        rows.person, means.y, means.forecast, means.base, means.variance, resamples, seed
    )
    found = msgspec.structs.replace(found, people=people)
    if not means.yes_or_no:
        return found
    return msgspec.structs.replace(
        found,
        calibration=Calibration.of(means.y, means.forecast),
        calibration_by_horizon=calibration_by(horizons, means.y, means.forecast),
    )
