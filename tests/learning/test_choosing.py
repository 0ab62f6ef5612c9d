"""The penalty: what people left out lose says how far coefficients may go, and whether at all."""

from __future__ import annotations

import numpy as np
import pytest
from tests.lives import in_order

from doxa.beliefmap.map_file import parse_map
from doxa.checks.worlds import past_of
from doxa.domain.signal import Signal
from doxa.features.labels import labels_of
from doxa.features.moments import at_signals
from doxa.features.past import Past
from doxa.features.plan import readings_of
from doxa.features.views import Views
from doxa.fidelity.metrics import log_losses
from doxa.heads.forecast import forecast
from doxa.heads.glm import mean_of
from doxa.learning.population import fit_population

MAP = parse_map(
    """
doxa: 1
product: calls
clock: position
bands: [2, 8, 32, never]
nodes:
  calm: {kind: belief, half_life: 8}
  busy: {kind: belief, half_life: 8}
  late: {kind: belief, half_life: 8}
signals:
  word:
    - {node: calm, for: 1, when: {calm: 1}}
    - {node: calm, against: 1, when: {calm: 0}}
    - {node: busy, for: 1, when: {busy: 1}}
    - {node: late, for: 1, when: {late: 1}}
  asked: []
outcomes:
  agrees: {value: agreed, of_signal: asked}
fields: {agreed: flag}
"""
)
OUTCOME = MAP.outcomes["agrees"]
PEOPLE = 150


def calls(seed: int, sway: float) -> list[Signal]:
    """People are asked again and again; what they said before sways the answer, or does not."""
    rng = np.random.default_rng(seed)
    found: list[Signal] = []
    for person in range(PEOPLE):
        calm = rng.random() < 0.5
        steps = []
        for _ in range(6):
            said = {"calm": int(rng.random() < (0.9 if calm else 0.1))}
            said |= {name: int(rng.random() < 0.5) for name in ("busy", "late")}
            yes = bool(rng.random() < 1 / (1 + np.exp(-sway * (2 * calm - 1))))
            steps += [("word", said), ("asked", {"agreed": yes})]
        found += in_order(person, steps)
    return found


def gained(past: Past, scored: Past) -> float:
    """How much less is lost than by the mean, of other people."""
    head = fit_population(past, [OUTCOME], 1000).heads["agrees"]
    rows = at_signals(OUTCOME, scored)
    views = Views(scored, readings_of(MAP, OUTCOME))
    p = mean_of(forecast(head, views, rows).eta, head.family)
    y = labels_of(OUTCOME, scored, rows, 1000).y
    return float(1 - log_losses(y, p).mean() / log_losses(y, np.full(len(y), y.mean())).mean())


@pytest.mark.parametrize(("sway", "low", "high"), [(0.0, -0.006, 0.0), (1.5, 0.18, 0.5)])
def test_where_nothing_tells_people_apart_all_are_forecast_alike(
    sway: float, low: float, high: float
) -> None:
    found = [
        gained(*(past_of(calls(seed + more, sway), MAP, [OUTCOME]) for more in (0, 40)))
        for seed in (10, 11, 12)
    ]
    assert low <= np.mean(found) <= high
