"""How well forecasts of numbers held as distributions: CRPS, PIT and coverage, overall and by horizon."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import msgspec
import numpy as np

from doxa.beliefmap.columns import Floats
from doxa.beliefmap.model import Outcome
from doxa.fidelity.crps import crps, crps_of_sample
from doxa.fidelity.groups import Grouped, Groups
from doxa.fidelity.pit import inside, pit, pit_counts
from doxa.fidelity.resampling import Resamples
from doxa.heads.distribution import Levels
from doxa.heads.ends import distribution
from doxa.heads.forecast import Forecasts
from doxa.heads.glm import Family
from doxa.heads.head import Head

CHUNK = 2048
"""So many rows are scored at once; those of counts have a column per level."""
SHARES = (0.5, 0.8, 0.95)
MOST_VALUES = 2000
"""What fitted people gave is kept as so many quantiles."""

Kind = Literal["values", "levels", "counts"]


@dataclass(frozen=True, slots=True)
class NumberScores:
    """Per scored row: the CRPS, where the outcome fell (u), and the CRPS of what fit rows gave.

    Attributes
    ----------
    crps, u, usual : float64[n]
    """

    kind: Kind
    crps: Floats
    u: Floats
    usual: Floats


class NumbersPart(msgspec.Struct, frozen=True, kw_only=True):
    """Forecasts of one horizon, or all of them.

    Attributes
    ----------
    crps : [estimate, low, high]
    usual : the CRPS of the values of the fit rows, given as everybody's forecast
    skill : [estimate, low, high] of 1 - crps / usual
    pit : rows by tenth of their forecast, randomised within steps; even where it can be trusted
    coverage : by share ("50", "80", "95"): [estimate, low, high] of outcomes in the middle of it
    """

    horizon: str
    rows: int
    people: int
    crps: list[float]
    usual: float
    skill: list[float]
    pit: list[int]
    coverage: dict[str, list[float]]


class Numbers(msgspec.Struct, frozen=True, kw_only=True):
    """Forecasts of numbers as distributions.

    Attributes
    ----------
    kind : ``values`` on a line, ``levels`` of a scale with a step, or ``counts``
    all : every scored row
    horizons : the same by horizon, where there are several
    """

    kind: Kind
    all: NumbersPart
    horizons: list[NumbersPart]


def score_numbers(
    head: Head,
    outcome: Outcome,
    found: Forecasts,
    unknown: Floats,
    y: Floats,
    fitted: Floats,
    seed: int,
) -> NumberScores | None:
    """Score the twin's forecasts of numbers; None where the head gives no distribution.

    Parameters
    ----------
    unknown : float64[n]
        What is not known of each row's person, see `unknown_of`.
    y : float64[n]
        What became of the rows.
    fitted : float64[m]
        Labels of the fit rows.
    """
    if head.family is Family.BERNOULLI or not len(y) or not len(fitted):
        return None
    rng = np.random.Generator(np.random.Philox(seed))
    score, u = np.empty(len(y)), np.empty(len(y))
    kind: Kind = "counts" if head.family is Family.POISSON else "values"
    # Counts alike in size stand together, so that few rows have many levels.
    order = np.argsort(found.mean, kind="stable")
    for low in range(0, len(y), CHUNK):
        part = order[low : low + CHUNK]
        told = distribution(head, outcome, found.take(part), unknown[part], float(y[part].max()))
        if told is None:
            return None
        if isinstance(told, Levels) and kind == "values":
            kind = "levels"
        score[part] = crps(told, y[part])
        u[part] = pit(told, y[part], rng)
    few = fitted
    if len(fitted) > MOST_VALUES:
        few = np.quantile(fitted, (np.arange(MOST_VALUES) + 0.5) / MOST_VALUES)
    return NumberScores(kind, score, u, crps_of_sample(few, y))


def numbers_of(scores: NumberScores, resamples: Resamples, horizons: Groups | None) -> Numbers:
    """The report on forecasts of numbers.

    Parameters
    ----------
    resamples : Resamples
        Of the scored rows.
    """
    everything = Groups("all", ["all"], np.zeros(len(scores.u), dtype=np.int64))
    several = horizons is not None and len(horizons.names) > 1
    return Numbers(
        kind=scores.kind,
        all=_parts(scores, resamples, everything)[0],
        horizons=_parts(scores, resamples, horizons) if several and horizons else [],
    )


def _parts(scores: NumberScores, resamples: Resamples, groups: Groups) -> list[NumbersPart]:
    middles = {f"{100 * share:.0f}": inside(scores.u, share).astype(np.float64) for share in SHARES}
    told = {"crps": scores.crps, "usual": scores.usual, **middles}
    found = Grouped(resamples, groups, told)
    losses, usual = found.mean("crps"), found.mean("usual")
    skills = found.skill("crps", "usual")
    covered = {share: found.mean(share) for share in middles}
    return [
        NumbersPart(
            horizon=name,
            rows=int(found.rows[place]),
            people=int(found.people[place]),
            crps=losses[place],
            usual=usual[place][0],
            skill=skills[place],
            pit=pit_counts(scores.u[groups.code == place]),
            coverage={share: told[place] for share, told in covered.items()},
        )
        for place, name in enumerate(groups.names)
    ]
