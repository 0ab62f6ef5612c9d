"""Trees stand beside a head with effects of persons too, see these, and add up with them."""

from __future__ import annotations

import msgspec
import numpy as np
import pytest
from tests.lives import in_order

from doxa.beliefmap.map_file import parse_map
from doxa.checks.worlds import past_of
from doxa.domain.signal import Signal
from doxa.features.labels import labels_of
from doxa.features.moments import at_signals
from doxa.features.views import Views
from doxa.heads.errors import OWNER
from doxa.heads.forecast import forecast
from doxa.heads.glm import loss_of
from doxa.heads.head import Head, recipe_of
from doxa.heads.population import Population, decode, encode
from doxa.heads.reasons import reasons
from doxa.learning.population import fit_population

MAP = parse_map(
    """
doxa: 1
product: game
clock: position
bands: [8, never]
fields: {left: number, right: number, guess: flag}
signals: {guess: []}
outcomes:
  next: {value: guess, of_signal: guess, given: [left, right]}
"""
)
OUTCOME = MAP.outcomes["next"]
ROUNDS = 25


def guesses(people: int, seed: int) -> list[Signal]:
    """Yes where left and right agree, which no line says, and as often as everybody likes to say it."""
    rng = np.random.default_rng(seed)
    found: list[Signal] = []
    for person in range(people):
        own, steps = rng.normal(0, 2.0), []
        for _ in range(ROUNDS):
            left, right = (float(number) for number in rng.uniform(-1, 1, 2))
            eta = own + (2.5 if left * right > 0 else -2.5)
            yes = int(rng.random() < 1 / (1 + np.exp(-eta)))
            steps.append(("guess", {"left": left, "right": right, "guess": yes}))
        found += in_order(person, steps)
    return found


@pytest.fixture(scope="module")
def population() -> Population:
    past = past_of(guesses(120, 1), MAP, [OUTCOME])
    return fit_population(past, [OUTCOME], ROUNDS, challenger=True)


@pytest.fixture(scope="module")
def head(population: Population) -> Head:
    return population.heads["next"]


def test_strangers_are_forecast_better_by_both_than_by_either(head: Head) -> None:
    assert head.errors is not None
    assert head.boosted is not None
    past = past_of(guesses(60, 2), MAP, [OUTCOME])
    rows = at_signals(OUTCOME, past)
    rows = rows.take(rows.seen.at >= 5)
    y = labels_of(OUTCOME, past, rows, ROUNDS).y
    views = Views(past, recipe_of(head, MAP).readings)
    both = forecast(head, views, rows)
    without_trees = forecast(msgspec.structs.replace(head, boosted=None), views, rows)
    assert both.expected is not None
    loss, line, strangers = (
        float(loss_of(eta, y, head.family).mean())
        for eta in (both.eta, without_trees.eta, both.expected)
    )
    assert loss < line - 0.05
    assert loss < strangers - 0.05


def test_reasons_of_trees_and_own_effects_add_up(head: Head) -> None:
    past = past_of(guesses(4, 3), MAP, [OUTCOME])
    rows = at_signals(OUTCOME, past)
    views = Views(past, recipe_of(head, MAP).readings)
    told = reasons(head, views, rows)
    whole = forecast(head, views, rows).eta
    np.testing.assert_allclose(told.base + told.by_node.sum(axis=1), whole, atol=1e-6)
    own = told.by_node[:, told.nodes.index(OWNER)]
    assert np.abs(own[rows.seen.at > 5]).mean() > 0.5


def test_later_answers_and_other_people_change_no_forecast(head: Head) -> None:
    signals = guesses(4, 4)
    early = [each for each in signals if each.at <= 9 and each.twin == "p2"]
    assert told(head, early)["2-9"] == pytest.approx(told(head, signals)["2-9"], abs=1e-9)


def told(head: Head, signals: list[Signal]) -> dict[str, float]:
    """The linear predictor of every guess, by its signal."""
    past = past_of(signals, MAP, [OUTCOME])
    rows = at_signals(OUTCOME, past)
    eta = forecast(head, Views(past, recipe_of(head, MAP).readings), rows).eta
    return {signals[place].id: float(eta[n]) for n, place in enumerate(rows.signal.tolist())}


def test_it_comes_back_from_its_bytes(population: Population) -> None:
    assert decode(encode(population)) == population
