"""What simulated paths came to, held against what people then did: one ladder per outcome, and the rest."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import msgspec
import numpy as np

from doxa.beliefmap.columns import Floats, Ints
from doxa.beliefmap.model import Outcome
from doxa.domain.clock import Clock, format_span
from doxa.fidelity.ladder import BASE, TWIN, Ladder, Step
from doxa.fidelity.metrics import COVERED
from doxa.fidelity.paths import (
    covered_by_paths,
    covered_cohorts,
    crps_of_paths,
    energy_score,
    pit_of_paths,
    products,
    ratio_of_products,
    spread_ratio,
    total_error,
)
from doxa.fidelity.pit import pit_counts
from doxa.fidelity.resampling import Resamples
from doxa.fidelity.series import Series
from doxa.simulation.arms import HIGH, LOW, positions

LOSS = "crps"
REAL = "real"
SHARES = (0.5, 0.8, 0.95)
COHORTS = (30, 100, 300)
COHORT = 100
"""How many people a cohort of the metric `cohorts_80` has."""
LEVELS = tuple(round(0.05 * place, 2) for place in range(1, 20))
"""People are laid side by side at these shares, from those with least to those with most."""


class Fan(msgspec.Struct, frozen=True, kw_only=True):
    """What everybody together came to after every step.

    Attributes
    ----------
    steps : how long after the origin
    real : sum over people
    low, median, high : of the same sum over paths, its 10, 50 and 90 % quantiles
    """

    steps: list[str]
    real: list[float]
    low: list[float]
    median: list[float]
    high: list[float]


class SimulatedSeries(msgspec.Struct, frozen=True, kw_only=True):
    """Outcomes that are one course read at several horizons.

    Attributes
    ----------
    name : of the outcome with the longest window
    autocorrelation : lag-1 autocorrelation of what steps brought, within people, by forecaster and
        ``real``; NaN where there is but one step
    energy : energy score of the vector of all horizons, by forecaster: [estimate, low, high]
    """

    name: str
    outcomes: list[str]
    rows: int
    fan: Fan
    autocorrelation: dict[str, float]
    energy: dict[str, list[float]]


class SimulatedOutcome(msgspec.Struct, frozen=True, kw_only=True):
    """The twin's paths of one outcome at its horizon, beside what people did.

    Attributes
    ----------
    real, simulated : mean over people; of the latter, over their paths too
    coverage : by share ("50", "80", "95"): [estimate, low, high] of people whose real value lies in
        the middle of their paths by the randomised rank, over all that its random part may be
    cohorts : by size ("30", "100", "300"; as far as there are two of them), how often sums over random cohorts lie in the middle 80 % of
        the sums of their paths
    spread : [estimate, low, high] of sd over people of one path each / sd over people of real values
    total : [estimate, low, high] of the sum over people of simulated / of real, less 1
    pit : rows by tenth of their paths
    shares, real_at, simulated_at : quantiles over people, of one path each averaged over paths
    """

    outcome: str
    horizon: str
    rows: int
    people: int
    real: float
    simulated: float
    coverage: dict[str, list[float]]
    cohorts: dict[str, float]
    spread: list[float]
    total: list[float]
    pit: list[int]
    shares: list[float]
    real_at: list[float]
    simulated_at: list[float]


class Simulated(msgspec.Struct, frozen=True, kw_only=True):
    """How a row of simulations came out.

    Attributes
    ----------
    step : how long a step is
    draws : the outcomes that people are run forward by
    """

    paths: int
    step: str
    draws: list[str]
    outcomes: list[SimulatedOutcome]
    series: list[SimulatedSeries]


@dataclass(frozen=True, slots=True)
class Lived:
    """What really came, of n rows of one series.

    Attributes
    ----------
    person, unit : int64[n]
    origin : int64[n]
    y : by outcome, float64[n]; NaN where its window had not closed
    course : float64[n, S], after every step
    """

    series: Series
    person: Ints
    unit: Ints
    origin: Ints
    y: Mapping[str, Floats]
    course: Floats

    @property
    def whole(self) -> Ints:
        """Rows whose every step is known."""
        return np.flatnonzero(~np.isnan(self.course).any(axis=1))


@dataclass(slots=True)
class Walked:
    """What one forecaster's paths came to, gathered chunk by chunk of people.

    Attributes
    ----------
    drawn : by outcome, float64[n, P]
    totals : float64[P, S]
        Sums over the rows whose every step is known.
    products : float64[2]
        Of the same rows, see `doxa.fidelity.paths.products`.
    """

    lived: Lived
    paths: int
    drawn: dict[str, Floats] = field(init=False)
    totals: Floats = field(init=False)
    products: Floats = field(init=False)

    def __post_init__(self) -> None:
        rows, size = self.lived.course.shape
        series = self.lived.series
        self.drawn = {outcome.name: np.empty((rows, self.paths)) for outcome in series.outcomes}
        self.totals, self.products = np.zeros((self.paths, size)), np.zeros(2)

    def take(self, rows: Ints, courses: Floats) -> None:
        """Some rows' paths after every step, float64[T, P, S]."""
        series = self.lived.series
        for outcome, steps in zip(series.outcomes, series.steps, strict=True):
            self.drawn[outcome.name][rows] = courses[:, :, steps - 1]
        known = courses[np.isin(rows, self.lived.whole)]
        self.totals += known.sum(axis=0)
        self.products += products(steps_of(known))


def steps_of(courses: Floats) -> Floats:
    """What every step brought of what had come by then, float64[..., S]."""
    return np.diff(courses, axis=-1, prepend=0.0)


@dataclass(frozen=True, slots=True)
class Settings:
    """What scores are made under."""

    clock: Clock
    step: int
    metrics: Sequence[str]
    seed: int
    chosen: Mapping[str, Mapping[str, dict[str, float | str]]]
    """By series and forecaster: what it chose on the fit rows."""


def ladders_of_paths(walked: Mapping[str, Walked], settings: Settings) -> list[Ladder]:
    """One ladder per outcome of a series: every forecaster's paths by CRPS and what else is asked."""
    lived = walked[TWIN].lived
    return [_ladder(outcome, walked, settings) for outcome in lived.series.outcomes]


def _ladder(outcome: Outcome, walked: Mapping[str, Walked], settings: Settings) -> Ladder:
    lived = walked[TWIN].lived
    known = np.flatnonzero(~np.isnan(lived.y[outcome.name]))
    y = lived.y[outcome.name][known]
    resamples = Resamples(lived.unit[known], seed=settings.seed)
    drawn = {name: found.drawn[outcome.name][known] for name, found in walked.items()}
    losses = {name: crps_of_paths(paths, y) for name, paths in drawn.items()}
    chosen = settings.chosen.get(lived.series.name, {})
    steps = [
        Step(
            name=name,
            loss=resamples.mean(losses[name]).as_list(),
            metrics=_metrics(settings, drawn[name], y, lived.origin[known], losses[name]),
            skill_over_base=_skill(resamples, losses, name, BASE),
            skill_over_persona=None,
            chosen=chosen.get(name, {}),
        )
        for name in walked
    ]
    others = [name for name in walked if name != TWIN]
    strongest = min(others, key=lambda name: float(losses[name].mean()), default=None)
    return Ladder(
        subset=outcome.name,
        loss=LOSS,
        rows=len(y),
        people=len(np.unique(lived.unit[known])),
        mean=float(y.mean()),
        steps=steps,
        strongest=strongest,
        skill_over_strongest=None
        if strongest is None
        else _skill(resamples, losses, TWIN, strongest),
    )


def _skill(
    resamples: Resamples, losses: Mapping[str, Floats], own: str, rival: str
) -> list[float] | None:
    if own == rival or rival not in losses:
        return None
    return resamples.skill(losses[own], losses[rival]).as_list()


def _metrics(
    settings: Settings, drawn: Floats, y: Floats, origin: Ints, losses: Floats
) -> dict[str, float]:
    made = {
        LOSS: lambda: float(losses.mean()),
        "coverage_80": lambda: float(covered_by_paths(drawn, y, COVERED).mean()),
        "cohorts_80": lambda: _cohorts(drawn, y, origin, COHORT, settings),
        "spread": lambda: spread_ratio(drawn, y),
        "total": lambda: total_error(drawn, y),
    }
    return {name: made[name]() for name in settings.metrics}


def _cohorts(drawn: Floats, y: Floats, origin: Ints, size: int, settings: Settings) -> float:
    """How often sums over random cohorts are covered."""
    rng = np.random.Generator(np.random.Philox(settings.seed))
    return covered_cohorts(drawn, y, origin, size, COVERED, rng)


def outcomes_of_paths(twin: Walked, settings: Settings) -> list[SimulatedOutcome]:
    """The twin's paths beside what people did, by outcome."""
    return [_outcome(outcome, twin, settings) for outcome in twin.lived.series.outcomes]


def _outcome(outcome: Outcome, twin: Walked, settings: Settings) -> SimulatedOutcome:
    lived = twin.lived
    known = np.flatnonzero(~np.isnan(lived.y[outcome.name]))
    y, drawn = lived.y[outcome.name][known], twin.drawn[outcome.name][known]
    resamples = Resamples(lived.unit[known], seed=settings.seed)
    rng = np.random.Generator(np.random.Philox(settings.seed))
    means = drawn.mean(axis=1)
    covered = {f"{100 * share:.0f}": covered_by_paths(drawn, y, share) for share in SHARES}
    total = resamples.share(means, y)
    return SimulatedOutcome(
        outcome=outcome.name,
        horizon=format_span(outcome.within or 0, settings.clock),
        rows=len(y),
        people=len(np.unique(lived.person[known])),
        real=float(y.mean()),
        simulated=float(means.mean()),
        coverage={share: resamples.mean(own).as_list() for share, own in covered.items()},
        cohorts={
            str(size): _cohorts(drawn, y, lived.origin[known], size, settings)
            for size in COHORTS
            if 2 * size <= np.unique(lived.origin[known], return_counts=True)[1].max(initial=0)
        },
        spread=_spread(drawn, y, resamples),
        total=[end - 1 for end in total.as_list()],
        pit=pit_counts(pit_of_paths(drawn, y, rng)),
        shares=list(LEVELS),
        real_at=np.quantile(y, LEVELS).tolist(),
        simulated_at=np.quantile(drawn, LEVELS, axis=0).mean(axis=1).tolist(),
    )


def _spread(drawn: Floats, y: Floats, resamples: Resamples) -> list[float]:
    """[estimate, low, high] of the ratio, people drawn again."""
    columns = np.column_stack([np.ones(len(y)), y, y**2, drawn, drawn**2])
    sums = resamples.drawn(resamples.totals_at(np.arange(len(y)), columns))
    sums = sums[:, 1:] / sums[:, :1]
    half = 2 + drawn.shape[1]
    own = np.sqrt(np.maximum(sums[:, 1] - sums[:, 0] ** 2, 0.0))
    paths = np.sqrt(np.maximum(sums[:, half:] - sums[:, 2:half] ** 2, 0.0)).mean(axis=1)
    known = own > 0
    ends = np.quantile(paths[known] / own[known], [0.025, 0.975]) if known.any() else [np.nan] * 2
    return [spread_ratio(drawn, y), float(ends[0]), float(ends[1])]


def series_of_paths(walked: Mapping[str, Walked], settings: Settings) -> SimulatedSeries | None:
    """What all forecasters' courses came to; None where no row's every step is known."""
    twin = walked[TWIN]
    lived, rows = twin.lived, twin.lived.whole
    if not len(rows):
        return None
    resamples = Resamples(lived.unit[rows], seed=settings.seed)
    names = [outcome.name for outcome in lived.series.outcomes]
    real = np.column_stack([lived.y[name][rows] for name in names])
    energy = {
        name: resamples.mean(
            energy_score(np.stack([found.drawn[one][rows] for one in names], axis=2), real)
        ).as_list()
        for name, found in walked.items()
    }
    own = {REAL: ratio_of_products(products(steps_of(lived.course[rows])))}
    size = twin.totals.shape[1]
    low, median, high = positions(twin.totals, [LOW, 50.0, HIGH])
    return SimulatedSeries(
        name=lived.series.name,
        outcomes=names,
        rows=len(rows),
        fan=Fan(
            steps=[format_span((gone + 1) * settings.step, settings.clock) for gone in range(size)],
            real=lived.course[rows].sum(axis=0).tolist(),
            low=low.tolist(),
            median=median.tolist(),
            high=high.tolist(),
        ),
        autocorrelation={
            **own,
            **{name: ratio_of_products(found.products) for name, found in walked.items()},
        },
        energy=energy,
    )
