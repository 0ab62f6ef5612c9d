"""What is known of the asking signal and just before it: by row as by column, and nothing later."""

from __future__ import annotations

import random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.features.test_phi import close, replace_recorded

from doxa.beliefmap.model import BeliefMap
from doxa.checks.worlds import keys_of, past_of, world_map, worlds
from doxa.domain.clock import Clock
from doxa.domain.signal import Signal
from doxa.features.knowledge import as_known
from doxa.features.known import Form
from doxa.features.moments import at_signals
from doxa.features.norms import Tally
from doxa.features.phi import phi
from doxa.features.plan import readings_of
from doxa.features.recipe import Recipe, member_codes
from doxa.features.views import Views
from doxa.heads.glm import Family
from doxa.learning.fields import fields_of_fit

CLOCKS = pytest.mark.parametrize("clock", list(Clock))
OUTCOMES = pytest.mark.parametrize("name", ["tags_known", "category_known"])


def recipe_from(signals: list[Signal], belief_map: BeliefMap, name: str) -> Recipe:
    """Norms as a fit on everybody at all such signals would have them."""
    outcome = belief_map.outcomes[name]
    past = past_of(signals, belief_map, [outcome])
    rows = at_signals(outcome, past)
    readings = readings_of(belief_map, outcome)
    fields = fields_of_fit(outcome, past, rows, np.zeros(len(rows)), Family.GAUSSIAN, 0.0)
    norms = {}
    recipe = Recipe(belief_map, outcome, readings, norms, fields.known, fields.recent)
    views = Views(past, readings)
    for reading in readings:
        tally = Tally(tuple(belief_map.event_bands))
        owner, member = member_codes(recipe, views, reading, rows)
        told = rows.take(owner)
        tally.add(views.view(reading, told, member), told.person)
        norms[reading.node] = tally.norms(reading, past.members)
    return recipe


def features(recipe: Recipe, signals: list[Signal]) -> dict[str, np.ndarray]:
    """The features at each asking signal, by its id, from these signals and no others."""
    past = past_of(signals, recipe.belief_map, [recipe.outcome])
    told, rows = as_known(past, at_signals(recipe.outcome, past))
    if not len(rows):
        return {}
    table = phi(recipe, Views(told, recipe.readings), rows).table
    return {signals[place].id: table[n] for n, place in enumerate(rows.signal.tolist())}


def world(clock: Clock, data: st.DataObject, name: str) -> tuple[list[Signal], Recipe]:
    signals = data.draw(worlds(clock, most=30))
    return signals, recipe_from(signals, world_map(clock), name)


@CLOCKS
@OUTCOMES
@given(data=st.data(), seed=st.integers(0, 9))
@settings(max_examples=15)
def test_alone_or_among_all_in_any_order(clock: Clock, name: str, data, seed: int) -> None:
    signals, recipe = world(clock, data, name)
    together = features(recipe, signals)
    for twin in keys_of(signals):
        own = [signal for signal in signals if signal.twin == twin]
        for ident, row in features(recipe, random.Random(seed).sample(own, len(own))).items():
            close(row, together[ident])


@CLOCKS
@OUTCOMES
@given(data=st.data())
@settings(max_examples=15)
def test_nothing_at_or_after_the_moment_nor_learned_later(clock: Clock, name: str, data) -> None:
    signals, recipe = world(clock, data, name)
    together = features(recipe, signals)
    for ident, row in together.items():
        [asking] = [signal for signal in signals if signal.id == ident]
        moment = max(asking.at, asking.recorded) if clock is Clock.TIME else asking.at
        before = [
            replace_recorded(signal)
            for signal in signals
            if (signal.at, signal.order) < (asking.at, asking.order)
            and (clock is Clock.POSITION or signal.recorded <= moment)
        ]
        close(features(recipe, [*before, replace_recorded(asking)])[ident], row)


def tagged(name: str, at: int, tags: list[str], price: float | None, **more: str) -> Signal:
    payload = {"tags": tags, "price": price, **more}
    return Signal(id=name, twin="ann", kind="tagged", at=at, recorded=0, payload=payload)


def test_families_are_read_at_the_members_a_list_names() -> None:
    belief_map = world_map(Clock.POSITION)
    signals = [tagged("1", 1, ["a"], 7), tagged("2", 2, ["b"], 1), tagged("3", 3, ["a", "b"], 4)]
    signals += [tagged("4", 3, ["a"], 4), tagged("5", 3, ["b"], 4), tagged("6", 3, [], 4)]
    recipe = recipe_from(signals, belief_map, "tags_known")
    past = past_of(signals, belief_map, [recipe.outcome])
    names = phi(recipe, Views(past, recipe.readings), at_signals(recipe.outcome, past)).names
    found = features(recipe, signals)
    mean, largest = (names.index(f"liking: band never, {part}") for part in ("mean", "largest"))
    number = names.index("liking: number of members")
    both, one, other, none = (found[ident] for ident in ("3", "4", "5", "6"))
    assert one[mean] > other[mean]
    assert both[mean] == pytest.approx((one[mean] + other[mean]) / 2)
    assert both[largest] == one[mean]
    assert [round(float(np.expm1(row[number]))) for row in (both, one, none)] == [2, 1, 0]


def test_the_last_value_of_a_field_that_has_one() -> None:
    belief_map = world_map(Clock.POSITION)
    beeps = [(1, 3), (2, 6), (3, None), (9, 1)]
    signals = [
        Signal(id=f"b{at}", twin="ann", kind="beep", at=at, recorded=0, payload={"mood": mood})
        for at, mood in beeps
    ]
    signals += [tagged("first", 0, ["a"], 1), tagged("asked", 5, ["a"], 2)]
    recipe = recipe_from(signals, belief_map, "tags_known")
    [mood] = [norms for norms in recipe.recent if norms.field == "mood"]
    assert (mood.form, mood.mean) == (Form.NUMBER, 6.0)
    past = past_of(signals, belief_map, [recipe.outcome])
    names = phi(recipe, Views(past, recipe.readings), at_signals(recipe.outcome, past)).names
    value, missing = (names.index(f"recent beep.mood: mood{end}") for end in ("", ", missing"))
    found = features(recipe, signals)
    assert (found["asked"][value], found["asked"][missing]) == (0.0, 0.0)
    assert (found["first"][value], found["first"][missing]) == (0.0, 1.0)
