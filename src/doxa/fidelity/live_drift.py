"""Whether the calibration of one outcome's recorded forecasts drifted, and since when."""

from __future__ import annotations

import math

import msgspec
import numpy as np

from doxa.beliefmap.columns import Floats, Ints
from doxa.beliefmap.payloads import Bools
from doxa.fidelity.drift import FEWEST_AFTER, FEWEST_BEFORE, alarms_of, scores_of
from doxa.heads.glm import Family, fit_glm
from doxa.types import Moment

TOGETHER = 0.1
"""Sets that begin within this share of a window count as one."""
WEAK = 1e-3


class Calm(msgspec.Struct, frozen=True, kw_only=True):
    """Calibration over some sets.

    Attributes
    ----------
    said, happened : mean forecast and mean label
    slope : how much of a difference between two forecasts came true; 1 = all of it
    """

    sets: int
    rows: int
    said: float
    happened: float
    slope: float


class Drift(msgspec.Struct, frozen=True, kw_only=True):
    """What the drift test found.

    Attributes
    ----------
    sets : how many sets it could use: those whose windows do not overlap
    enough : whether these are enough to find anything
    drifted : bool
    at : origin of the set after which it was named
    first : origin of the first set that differs
    chance : of so large a difference, at that set, had nothing changed
    before, after : calibration before that set, and from it on
    """

    sets: int
    enough: bool
    drifted: bool
    at: Moment | None = None
    first: Moment | None = None
    chance: float | None = None
    before: Calm | None = None
    after: Calm | None = None


def apart(origins: Ints, closes: Ints) -> Ints:
    """Numbers sets whose windows do not overlap: -1 = not used, as it overlaps one before it.

    Sets that begin within a tenth of a window of the first of a number belong to it.

    Examples
    --------
    >>> apart(np.array([0, 5, 20, 105]), np.array([100, 105, 120, 205])).tolist()
    [0, 0, -1, 1]
    """
    found = np.full(len(origins), -1)
    number, begins, ends = -1, 0, 0
    for place in np.argsort(origins, kind="stable").tolist():
        origin, end = int(origins[place]), int(closes[place])
        if number < 0 or origin >= ends:
            number, begins, ends = number + 1, origin, end
        elif origin > begins + TOGETHER * (ends - begins):
            continue
        found[place], ends = number, max(ends, end)
    return found


def drift_of(
    y: Floats,
    eta: Floats,
    mean: Floats,
    place: Ints,
    person: Ints,
    origins: Ints,
    closes: Ints,
    family: Family,
) -> Drift:
    """Hold the calibration of later sets against that of earlier ones; see `doxa.fidelity.drift`.

    Parameters
    ----------
    y, eta, mean : float64[n]
        Labels, linear predictors and means of forecasts.
    place : int64[n]
        Number of the set of each.
    origins, closes : int64[sets]
    """
    used, place = _used(place, origins, closes)
    y, eta, mean, person, place = y[used], eta[used], mean[used], person[used], place[used]
    begins, place = np.unique(place, return_inverse=True)
    sets = len(begins)
    if sets < FEWEST_BEFORE + FEWEST_AFTER:
        return Drift(sets=sets, enough=False, drifted=False)
    found = alarms_of(scores_of(y, eta, place.astype(np.int64), person, (1, sets), family))
    named, since = int(found.named[0]), int(found.since[0])
    if named < 0:
        return Drift(sets=sets, enough=True, drifted=False)
    later = np.asarray(place >= since)
    return Drift(
        sets=sets,
        enough=True,
        drifted=True,
        at=int(begins[named]),
        first=int(begins[since]),
        chance=math.exp(-float(found.odds[0, named])),
        before=_calm(y, eta, mean, place, ~later, family),
        after=_calm(y, eta, mean, place, later, family),
    )


def _used(place: Ints, origins: Ints, closes: Ints) -> tuple[Bools, Ints]:
    """Which forecasts are used, and when the set they count with begins."""
    there = np.unique(place)
    number = np.full(len(origins), -1)
    number[there] = apart(origins[there], closes[there])
    begins = np.zeros(len(origins), dtype=np.int64)
    for each in np.unique(number[number >= 0]).tolist():
        begins[number == each] = origins[number == each].min()
    return np.asarray(number[place] >= 0), begins[place]


def _calm(y: Floats, eta: Floats, mean: Floats, place: Ints, chosen: Bools, family: Family) -> Calm:
    columns = np.column_stack([np.ones(int(chosen.sum())), eta[chosen]])
    found = fit_glm(columns, y[chosen], ridge=np.full(2, WEAK), family=family, offset=eta[chosen])
    return Calm(
        sets=len(np.unique(place[chosen])),
        rows=int(chosen.sum()),
        said=float(mean[chosen].mean()),
        happened=float(y[chosen].mean()),
        slope=float(1 + found[1]),
    )
