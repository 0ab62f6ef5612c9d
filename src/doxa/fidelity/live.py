"""Forecasts really made, beside base rate and persona, apart for people who were acted upon."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import msgspec
import numpy as np

from doxa.beliefmap.columns import Floats, Ints
from doxa.beliefmap.payloads import Bools
from doxa.fidelity.calibration import Calibration
from doxa.fidelity.ladder import BASE, PERSONA, TWIN, Ladder, ladder, row_losses
from doxa.fidelity.live_drift import Drift, drift_of
from doxa.fidelity.metrics import squared_errors
from doxa.fidelity.resampling import Resamples
from doxa.fidelity.rivals.setting import Rung
from doxa.heads.glm import Family
from doxa.types import Moment

ALONE, ACTED = "left alone", "acted upon"


@dataclass(frozen=True, slots=True)
class Scored:
    """The settled forecasts of one outcome, in columns of length n; sets in the order of origins.

    Attributes
    ----------
    place : int64[n]
        Number of the set.
    person : int64[n]
    mean, eta : float64[n]
        What was forecast, and its linear predictor.
    y, y_now : float64[n]
        What became of it as settled, and as the ledger says today; NaN where nothing decided it.
    base, persona : float64[n]
        NaN where there is none.
    acted : bool[n]
    origins, closes : int64[sets]
    """

    place: Ints
    person: Ints
    mean: Floats
    eta: Floats
    y: Floats
    y_now: Floats
    base: Floats
    persona: Floats
    acted: Bools
    origins: Ints
    closes: Ints

    def take(self, chosen: Bools) -> Scored:
        """Some of the forecasts, of the same sets."""
        return Scored(
            self.place[chosen],
            self.person[chosen],
            self.mean[chosen],
            self.eta[chosen],
            self.y[chosen],
            self.y_now[chosen],
            self.base[chosen],
            self.persona[chosen],
            self.acted[chosen],
            self.origins,
            self.closes,
        )


class LivePoint(msgspec.Struct, frozen=True, kw_only=True):
    """One recorded set.

    Attributes
    ----------
    origin, closes : when its horizon began, and when its last window ended
    said, happened : mean forecast and mean label
    loss, base, persona : [estimate, low, high] of the twin, mean loss of the rivals
    """

    origin: Moment
    closes: Moment
    rows: int
    people: int
    said: float
    happened: float
    loss: list[float]
    base: float | None
    persona: float | None


class LiveGroup(msgspec.Struct, frozen=True, kw_only=True):
    """Forecasts about people who were left alone, or acted upon.

    Attributes
    ----------
    ladder : as first settled
    brier : [estimate, low, high] mean squared error, where the outcome is a yes or no
    over_time : by set
    corrected : labels that the ledger gives otherwise today
    second : the ladder with the labels of today, where any was corrected
    """

    who: Literal["left alone", "acted upon"]
    ladder: Ladder
    brier: list[float] | None
    calibration: Calibration | None
    over_time: list[LivePoint]
    corrected: int
    second: Ladder | None


class LiveOutcome(msgspec.Struct, frozen=True, kw_only=True):
    """The forecasts recorded of one outcome.

    Attributes
    ----------
    sets, pending : recorded sets that are settled, and that are not yet
    undecided : settled forecasts that nothing decided
    present : whether the map asks it so today; False where it asked something else then
    drift : of calibration, among people who were left alone
    """

    outcome: str
    family: str
    sets: int
    pending: int
    forecasts: int
    undecided: int
    groups: list[LiveGroup]
    drift: Drift
    present: bool = True


class LiveReport(msgspec.Struct, frozen=True, kw_only=True):
    """All forecasts that were recorded, and what became of them.

    Attributes
    ----------
    not_scored : why not, by the id of a set
    """

    product: str
    clock: Literal["time", "position"]
    outcomes: list[LiveOutcome]
    not_scored: dict[str, str] = {}

    @property
    def drifted(self) -> list[LiveOutcome]:
        """The outcomes whose calibration drifted."""
        return [each for each in self.outcomes if each.drift.drifted]


def live_outcome(
    name: str, scored: Scored, family: Family, pending: int, seed: int = 1
) -> LiveOutcome:
    """Score the settled forecasts of one outcome."""
    decided = ~np.isnan(scored.y)
    kept = scored.take(decided)
    parts = ((ALONE, kept.take(~kept.acted)), (ACTED, kept.take(kept.acted)))
    return LiveOutcome(
        outcome=name,
        family=family.value,
        sets=len(scored.origins),
        pending=pending,
        forecasts=len(kept.y),
        undecided=int((~decided).sum()),
        groups=[_group(who, part, family, seed) for who, part in parts if len(part.y)],
        drift=drift_of(
            parts[0][1].y,
            parts[0][1].eta,
            parts[0][1].mean,
            parts[0][1].place,
            parts[0][1].person,
            scored.origins,
            scored.closes,
            family,
        ),
    )


def _group(who: str, part: Scored, family: Family, seed: int) -> LiveGroup:
    yes_or_no = family is Family.BERNOULLI
    again = ~np.isnan(part.y_now)
    corrected = int((part.y_now[again] != part.y[again]).sum() + (~again).sum())
    resamples = Resamples(part.person, seed=seed)
    brier = resamples.mean(squared_errors(part.y, part.mean)).as_list() if yes_or_no else None
    return LiveGroup(
        who="acted upon" if who == ACTED else "left alone",
        ladder=_ladder(who, part, part.y, family, seed),
        brier=brier,
        calibration=Calibration.of(part.y, part.mean) if yes_or_no else None,
        over_time=[_point(part, number, family, seed) for number in np.unique(part.place).tolist()],
        corrected=corrected,
        second=_second(who, part.take(again), family, seed) if corrected and again.any() else None,
    )


def _second(who: str, part: Scored, family: Family, seed: int) -> Ladder:
    return _ladder(who, part, part.y_now, family, seed)


def _ladder(who: str, part: Scored, y: Floats, family: Family, seed: int) -> Ladder:
    rivals = ((BASE, part.base), (PERSONA, part.persona))
    rungs = [Rung(name, told) for name, told in rivals if not np.isnan(told).any()]
    metrics = ("log_loss", "auc") if family is Family.BERNOULLI else ("rmse",)
    rungs.append(Rung(TWIN, part.mean))
    return ladder(who, rungs, y, part.person, part.person, family, metrics, seed)


def _point(part: Scored, number: int, family: Family, seed: int) -> LivePoint:
    own = part.take(part.place == number)
    rivals = [
        None if np.isnan(told).any() else float(row_losses(own.y, told, family).mean())
        for told in (own.base, own.persona)
    ]
    loss = Resamples(own.person, draws=200, seed=seed).mean(row_losses(own.y, own.mean, family))
    return LivePoint(
        origin=int(part.origins[number]),
        closes=int(part.closes[number]),
        rows=len(own.y),
        people=len(np.unique(own.person)),
        said=float(own.mean.mean()),
        happened=float(own.y.mean()),
        loss=loss.as_list(),
        base=rivals[0],
        persona=rivals[1],
    )
