"""A person's own effects: learned from earlier answers alone, kept where they help, and told."""

from __future__ import annotations

import msgspec
import numpy as np
import pytest

from doxa.beliefmap.map_file import parse_map
from doxa.checks.worlds import past_of
from doxa.domain.signal import Signal
from doxa.features.labels import labels_of
from doxa.features.moments import at_signals
from doxa.features.plan import readings_of
from doxa.features.views import Views
from doxa.heads.errors import OWNER
from doxa.heads.forecast import forecast
from doxa.heads.glm import loss_of
from doxa.heads.head import Head, recipe_of
from doxa.heads.population import Population, decode, encode
from doxa.heads.reasons import reasons
from doxa.learning.choosing import LEFT_OUT
from doxa.learning.labelled import Labelled
from doxa.learning.population import fit_population
from doxa.learning.training import train

MAP = parse_map(
    """
doxa: 1
product: beads
clock: position
bands: [2, 8, never]
fields: {shown: flag, guess: flag}
nodes: {leans: {kind: preference, scale: [0, 1]}}
signals:
  guess: [{node: leans, value: guess}]
outcomes:
  next: {value: guess, of_signal: guess, given: [shown]}
"""
)
OUTCOME = MAP.outcomes["next"]
ROUNDS = 60


def guesses(people: int, seed: int, *, apart: bool) -> list[Signal]:
    """People who guess what is shown, or (apart, every other one) its opposite, nine times in ten."""
    rng = np.random.default_rng(seed)
    found = []
    for person in range(people):
        opposite = apart and person % 2 == 1
        for at in range(ROUNDS):
            shown = int(rng.integers(2))
            true = shown ^ int(opposite)
            guess = true if rng.random() < 0.9 else 1 - true
            found.append(
                Signal(
                    id=f"{person}-{at}",
                    twin=f"p{person}",
                    kind="guess",
                    at=at,
                    recorded=0,
                    payload={"shown": shown, "guess": guess},
                )
            )
    return found


@pytest.fixture(scope="module")
def population() -> Population:
    past = past_of(guesses(40, 1, apart=True), MAP, [OUTCOME])
    return fit_population(past, [OUTCOME], ROUNDS)


@pytest.fixture(scope="module")
def head(population: Population) -> Head:
    return population.heads["next"]


def loss(head: Head, signals: list[Signal], since: int) -> float:
    past = past_of(signals, MAP, [OUTCOME])
    rows = at_signals(OUTCOME, past)
    rows = rows.take(rows.seen.at >= since)
    y = labels_of(OUTCOME, past, rows, ROUNDS).y
    eta = forecast(head, Views(past, recipe_of(head, MAP).readings), rows).eta
    return float(loss_of(eta, y, head.family).mean())


def test_people_who_answer_in_their_own_way_are_told_apart(head: Head) -> None:
    strangers = guesses(20, 2, apart=True)
    assert head.errors is not None
    assert loss(head, strangers, 30) < 0.45
    assert loss(head, strangers, 30) < loss(head, strangers, 0)


def test_where_all_answer_alike_own_effects_do_no_harm() -> None:
    past = past_of(guesses(40, 3, apart=False), MAP, [OUTCOME])
    found = fit_population(past, [OUTCOME], ROUNDS).heads["next"]
    strangers, bare = guesses(20, 4, apart=False), msgspec.structs.replace(found, errors=None)
    assert loss(found, strangers, 0) < loss(bare, strangers, 0) + 0.01


def test_reasons_with_own_effects_add_up(head: Head) -> None:
    past = past_of(guesses(6, 5, apart=True), MAP, [OUTCOME])
    rows = at_signals(OUTCOME, past)
    views = Views(past, recipe_of(head, MAP).readings)
    told = reasons(head, views, rows)
    assert told.nodes[-1] == OWNER
    whole = forecast(head, views, rows).eta
    np.testing.assert_allclose(told.base + told.by_node.sum(axis=1), whole, atol=1e-9)


def test_later_answers_and_other_people_change_no_effect(head: Head) -> None:
    signals = guesses(6, 6, apart=True)
    whole = told(head, signals)
    for cut in (1, 7, 30):
        early = [signal for signal in signals if signal.at <= cut and signal.twin == "p3"]
        for name, eta in told(head, early).items():
            np.testing.assert_allclose(eta, whole[name], atol=1e-9)


def told(head: Head, signals: list[Signal]) -> dict[str, float]:
    past = past_of(signals, MAP, [OUTCOME])
    rows = at_signals(OUTCOME, past)
    eta = forecast(head, Views(past, recipe_of(head, MAP).readings), rows).eta
    return {signals[place].id: eta[n] for n, place in enumerate(rows.signal.tolist())}


def test_a_head_with_own_effects_comes_back_from_its_bytes(population: Population) -> None:
    assert decode(encode(population)) == population


def test_the_fit_rows_are_right_on_the_whole_whoever_was_left_out() -> None:
    """One in five says yes less often, and is left out: that is no reason to forecast all lower."""
    signals = [signal for signal in guesses(200, 7, apart=True) if signal.at < 12]
    odd = {f"p{person}" for person in range(LEFT_OUT - 1, 200, LEFT_OUT)}
    rng = np.random.default_rng(8)
    moved = [
        msgspec.structs.replace(signal, payload={**signal.payload, "guess": 0})
        if signal.twin in odd and rng.random() < 0.3
        else signal
        for signal in signals
    ]
    past = past_of(moved, MAP, [OUTCOME])
    rows = at_signals(OUTCOME, past)
    y = labels_of(OUTCOME, past, rows, ROUNDS).y
    views = Views(past, readings_of(MAP, OUTCOME))
    found = train(MAP, OUTCOME, views, Labelled(rows, y), items=[], known=np.zeros(0, np.int64))
    assert found.errors is not None
    told = forecast(found, Views(past, recipe_of(found, MAP).readings), rows).mean
    assert abs(told.mean() - y.mean()) < 0.002
