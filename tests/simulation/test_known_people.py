"""People whose law is known, and who buy the more the more they bought: rollouts recover them, far out too.

logit P(buys today) = base_i + FEED a_t, a_t the purchases so far, halved every week; the amount is gamma
about a mean of the person's own. What comes is drawn many times over from that law, from where each
person stands at the origin: the truth has no luck in it but that of paths.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
import pytest

from doxa.beliefmap.map_file import parse_map
from doxa.checks.worlds import keys_of as twins_of
from doxa.checks.worlds import past_of
from doxa.domain.clock import DAY, HOUR, parse_time
from doxa.domain.signal import Signal
from doxa.domain.view import EVERYTHING
from doxa.features.labels import labels_of
from doxa.features.moments import at_origins, at_signals
from doxa.fidelity.paths import autocorrelation, covered_by_paths, spread_ratio, total_error
from doxa.heads.population import SightPart
from doxa.learning.labelled import Labelled
from doxa.learning.population import head_on
from doxa.simulation.cast import cast_of
from doxa.simulation.numbers import keys_of
from doxa.simulation.rollout import rollout

MAP = parse_map("""
doxa: 1
product: shop
bands: [3d, 7d, 30d, never]
nodes: {shops: {kind: preference, half_life: 7d}}
signals: {joined: [], trip: [{node: shops, count: 1, amount: spend}]}
outcomes:
  shops_today: {happens: trip, within: 1d}
  trip_spend: {value: spend, of_signal: trip, scale: [0, 500]}
  trips: {count: trip, within: 180d}
  spend: {sum: spend, of_signal: trip, within: 180d}
rollout: {step: 1d, draws: [shops_today, trip_spend]}
""")
BEGIN = parse_time("2026-01-01T00:00:00Z")
PEOPLE, DAYS, AHEAD, PATHS = 300, 120, 180, 24
FEED, KEPT = 0.25, 0.5 ** (1 / 7)
MARKS = np.array([7, 28, 90, 180])


@dataclass(frozen=True)
class Truth:
    """Everybody's law, and where they stand at the origin."""

    base: np.ndarray
    much: np.ndarray
    lately: np.ndarray
    signals: list[Signal]

    def lives(self, times: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
        """Purchases and amounts of every day ahead, drawn anew: float64[N, times, AHEAD] each."""
        rng = np.random.default_rng(seed)
        lately = np.repeat(self.lately[:, None], times, axis=1)
        bought, spent = (np.zeros((PEOPLE, times, AHEAD)) for _ in range(2))
        for day in range(AHEAD):
            hit = rng.random(lately.shape) < chance(self.base[:, None], lately)
            bought[:, :, day] = hit
            spent[:, :, day] = hit * rng.gamma(4, self.much[:, None] / 4, lately.shape)
            lately = (lately + hit) * KEPT
        return bought, spent


def chance(base: np.ndarray, lately: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-base - FEED * lately))


@cache
def truth() -> Truth:
    rng = np.random.default_rng(3)
    base, much = rng.normal(-2.6, 0.8, PEOPLE), rng.gamma(6, 4, PEOPLE)
    lately = np.zeros(PEOPLE)
    found = [signal(f"j{person}", person, "joined", BEGIN, {}) for person in range(PEOPLE)]
    for day in range(DAYS):
        hit = rng.random(PEOPLE) < chance(base, lately)
        for person in np.flatnonzero(hit).tolist():
            told = {"spend": float(rng.gamma(4, much[person] / 4))}
            at = BEGIN + day * DAY + 12 * HOUR
            found.append(signal(f"{person}-{day}", person, "trip", at, told))
        lately = (lately + hit) * KEPT
    return Truth(base, much, lately, found)


def signal(name: str, person: int, kind: str, at: int, payload: dict[str, float]) -> Signal:
    return Signal(id=name, twin=f"p{person}", kind=kind, at=at, recorded=at, payload={**payload})


@cache
def simulated() -> dict[str, np.ndarray]:
    """What everybody's paths came to, float64[N, PATHS, AHEAD], by outcome."""
    signals = truth().signals
    past = past_of(signals, MAP, MAP.outcomes.values())
    origin = BEGIN + DAYS * DAY
    twins, nobody = np.unique(past.signals.twin), np.zeros(0, dtype=np.int64)
    daily, spends = MAP.outcomes["shops_today"], MAP.outcomes["trip_spend"]
    days = at_origins(daily, twins, [BEGIN + day * DAY for day in range(30, DAYS, 3)])
    heads = {}
    for outcome, rows in ((daily, days), (spends, at_signals(spends, past))):
        fit = Labelled(rows, labels_of(outcome, past, rows, origin).y)
        heads[outcome.name] = head_on(past, outcome, fit, nobody, origin)
    part = SightPart(sight=EVERYTHING, priors={}, heads=heads)
    names = twins_of(signals)
    cast = cast_of(past, part, np.arange(PEOPLE), keys_of(names), origin)
    counted = [MAP.outcomes[name] for name in ("trips", "spend")]
    runs = list(rollout(cast, steps=AHEAD, paths=PATHS, seed=1, counted=counted))
    return {
        name: np.concatenate([run.outcomes[name] for run in runs]) for name in ("trips", "spend")
    }


@cache
def real(times: int = 12) -> dict[str, np.ndarray]:
    bought, spent = truth().lives(times, seed=8)
    return {"trips": bought.cumsum(axis=2), "spend": spent.cumsum(axis=2)}


@pytest.mark.parametrize("name", ["trips", "spend"])
@pytest.mark.parametrize("day", MARKS.tolist())
def test_it_recovers_totals_spread_and_coverage(name: str, day: int) -> None:
    drawn, came = simulated()[name][:, :, day - 1], real()[name][:, :, day - 1]
    told = [
        (covered_by_paths(drawn, y, 0.8).mean(), spread_ratio(drawn, y), total_error(drawn, y))
        for y in came.T
    ]
    inside, spread, total = np.mean(told, axis=0)
    assert inside == pytest.approx(0.8, abs=0.07)
    assert spread == pytest.approx(1, abs=0.1)
    assert total == pytest.approx(0, abs=0.12)


@pytest.mark.parametrize("name", ["trips", "spend"])
def test_steps_hang_together_as_they_do(name: str) -> None:
    weeks = [
        np.diff(found[name][:, :, 6::7], axis=2, prepend=0.0) for found in (simulated(), real())
    ]
    own, there = (autocorrelation(each) for each in weeks)
    assert own == pytest.approx(there, abs=0.03)


def test_without_what_feeds_back_they_would_fall_short() -> None:
    """The same people, had buying taught nothing: the totals far out are not those."""
    still = truth()
    steady = chance(still.base, still.lately * 0)[:, None] * np.ones(12)
    assert total_error(steady * AHEAD, real()["trips"][:, :, -1].mean(axis=1)) < -0.2
