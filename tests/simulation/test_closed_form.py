"""Heads that know everything, and nothing that feeds back: paths are binomial, and sums are compound."""

from __future__ import annotations

import math
from functools import cache

import numpy as np
import pytest
from msgspec.structs import replace
from scipy.stats import binom, chisquare, nbinom

from doxa.beliefmap.map_file import parse_map
from doxa.checks.worlds import keys_of as twins_of
from doxa.checks.worlds import past_of
from doxa.domain.clock import DAY, HOUR, parse_time
from doxa.domain.signal import Signal
from doxa.domain.view import EVERYTHING
from doxa.heads.head import Head
from doxa.heads.population import SightPart
from doxa.heads.spread import LEVELS
from doxa.learning.population import fit_population
from doxa.simulation.cast import cast_of
from doxa.simulation.numbers import keys_of
from doxa.simulation.rollout import Run, rollout

TEXT = """
doxa: 1
product: shop
nodes: {shops: {kind: preference}}
signals: {trip: [{node: shops, count: 1, amount: spend}]}
outcomes:
  shops_today: {happens: trip, within: 1d}
  trips_today: {count: trip, within: 1d}
  trip_spend: {value: spend, of_signal: trip}
  trips: {count: trip, within: 28d}
  spend: {sum: spend, of_signal: trip, within: 28d}
  comes: {happens: trip, within: 28d}
  stays_away: {never: trip, within: 28d}
rollout: {step: 1d, draws: [%s, trip_spend]}
"""
BEGIN = parse_time("2026-01-01T00:00:00Z")
ORIGIN = BEGIN + 40 * DAY
PEOPLE, PATHS = 30, 400
CHANCE, MEAN, SIGMA, RATE, DISPERSION = 0.3, 20.0, 4.0, 0.7, 0.5


def shoppers() -> list[Signal]:
    rng = np.random.default_rng(1)
    found = []
    for person in range(PEOPLE):
        for day in range(40):
            for turn in range(int(rng.poisson(0.4))):
                at = BEGIN + day * DAY + (9 + turn) * HOUR
                told = {"spend": float(rng.gamma(4, 5))}
                name = f"{person}-{day}-{turn}"
                found.append(
                    Signal(
                        id=name, twin=f"p{person}", kind="trip", at=at, recorded=at, payload=told
                    )
                )
    return sorted(found, key=lambda signal: signal.at)


def sure(head: Head, bias: float, **how: object) -> Head:
    """The same head, had it learned one number for everybody and that for certain."""
    nothing = [0.0] * len(head.weights)
    plain = replace(head, bias=bias, weights=nothing, errors=None, cold=None, doubt=None, unsure=[])
    return replace(plain, by_member=None, boosted=None, **how)


@cache
def run(draw: str) -> Run:
    belief_map = parse_map(TEXT % draw)
    outcomes = list(belief_map.outcomes.values())
    signals = shoppers()
    past = past_of(signals, belief_map, outcomes)
    asked = [belief_map.outcomes[name] for name in (draw, "trip_spend")]
    fitted = fit_population(past, asked, ORIGIN).heads
    spread = fitted["trip_spend"].spread
    assert spread is not None
    normal = [-1.96, -1.645, -1.2816, -0.6745, 0.0, 0.6745, 1.2816, 1.645, 1.96]
    assert len(normal) == len(LEVELS)
    still = replace(
        spread,
        weights=[math.log(SIGMA**2), *[0.0] * (len(spread.weights) - 1)],
        quantiles=normal,
    )
    bias = math.log(RATE) if draw == "trips_today" else math.log(CHANCE / (1 - CHANCE))
    heads = {
        draw: sure(fitted[draw], bias, dispersion=DISPERSION if draw == "trips_today" else 0.0),
        "trip_spend": sure(fitted["trip_spend"], MEAN, spread=still),
    }
    part = SightPart(sight=EVERYTHING, priors={}, heads=heads)
    names = twins_of(signals)
    cast = cast_of(past, part, np.arange(len(names)), keys_of(names), ORIGIN)
    counted = [belief_map.outcomes[name] for name in ("trips", "spend", "comes", "stays_away")]
    parts = list(rollout(cast, steps=28, paths=PATHS, seed=5, counted=counted))
    return Run(
        np.concatenate([each.twin for each in parts]),
        parts[0].marks,
        {
            outcome.name: np.concatenate([each.outcomes[outcome.name] for each in parts])
            for outcome in counted
        },
    )


def drawn(draw: str, outcome: str, day: int) -> np.ndarray:
    return run(draw).outcomes[outcome][:, :, day - 1].ravel()


@pytest.mark.parametrize("day", [1, 7, 28])
def test_days_of_a_known_chance_are_binomial(day: int) -> None:
    found = np.bincount(drawn("shops_today", "trips", day).astype(int), minlength=day + 1)
    assert_alike(found, binom.pmf(np.arange(day + 1), day, CHANCE))


@pytest.mark.parametrize("day", [1, 7, 28])
def test_counts_of_a_known_rate_are_negative_binomial(day: int) -> None:
    size = day / DISPERSION
    found = np.bincount(drawn("trips_today", "trips", day).astype(int), minlength=120)
    chance = nbinom.pmf(np.arange(len(found)), size, size / (size + day * RATE))
    assert_alike(found, chance)


def assert_alike(found: np.ndarray, chance: np.ndarray) -> None:
    """Counts against chances, by chi square over cells with five expected or more."""
    expected = chance * found.sum()
    kept = expected >= 5
    observed = np.r_[found[kept], found[~kept].sum()]
    wanted = np.r_[expected[kept], expected[~kept].sum()]
    wanted = wanted[: len(observed)]
    some = wanted > 0.5
    scaled = wanted[some] * observed[some].sum() / wanted[some].sum()
    assert chisquare(observed[some], scaled).pvalue > 1e-4


@pytest.mark.parametrize(
    ("draw", "mean", "variance"),
    [
        ("shops_today", CHANCE, CHANCE * (1 - CHANCE)),
        ("trips_today", RATE, RATE + DISPERSION * RATE**2),
    ],
)
@pytest.mark.parametrize("day", [1, 7, 28])
def test_sums_are_compound(draw: str, mean: float, variance: float, day: int) -> None:
    """E S = n m mu; Var S = n (m sigma^2 + v mu^2)."""
    found = drawn(draw, "spend", day)
    wide = day * (mean * SIGMA**2 + variance * MEAN**2)
    assert found.mean() == pytest.approx(day * mean * MEAN, abs=5 * math.sqrt(wide / len(found)))
    assert found.std() == pytest.approx(math.sqrt(wide), rel=0.05)


@pytest.mark.parametrize("day", [1, 7, 28])
def test_whether_it_happens_at_all_is_one_less_all_misses(day: int) -> None:
    misses = (1 - CHANCE) ** day
    close = 5 * math.sqrt(misses * (1 - misses) / (PEOPLE * PATHS)) + 1e-9
    assert drawn("shops_today", "comes", day).mean() == pytest.approx(1 - misses, abs=close)
    assert drawn("shops_today", "stays_away", day).mean() == pytest.approx(misses, abs=close)


def test_days_of_a_person_hang_together_by_nothing() -> None:
    steps = np.diff(run("shops_today").outcomes["trips"], axis=2, prepend=0)
    flat = steps.reshape(-1, 28)
    assert abs(np.corrcoef(flat[:, 3], flat[:, 4])[0, 1]) < 0.04
    by_person = steps.mean(axis=(1, 2))
    assert by_person.std() == pytest.approx(
        math.sqrt(CHANCE * (1 - CHANCE) / (PATHS * 28)), rel=0.5
    )
