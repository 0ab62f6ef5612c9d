"""Phi by row equals phi by column, whatever the order, and reads nothing it could not have known."""

from __future__ import annotations

import random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from doxa.beliefmap.model import BeliefMap, Outcome
from doxa.checks.worlds import keys_of, origins_of, past_of, world_map, worlds
from doxa.domain.clock import Clock
from doxa.domain.signal import Signal
from doxa.features.knowledge import as_known
from doxa.features.moments import at_origins
from doxa.features.norms import Tally
from doxa.features.past import Past
from doxa.features.phi import phi
from doxa.features.plan import readings_of
from doxa.features.recipe import Recipe, member_codes
from doxa.features.rows import Rows
from doxa.features.views import Views

MEMBERS = ["milk", "tea", "never met"]
CLOCKS = pytest.mark.parametrize("clock", list(Clock))


def asked(past: Past, outcome: Outcome, twins, origins) -> Rows:
    rows = at_origins(outcome, np.asarray(twins), origins)
    coder = past.coder(outcome.of or "")
    return rows.for_members(np.array([coder(name) for name in MEMBERS]))


def recipe_from(signals: list[Signal], belief_map: BeliefMap, outcome: Outcome) -> Recipe:
    """Norms as a fit on everybody at all origins would have them."""
    past = past_of(signals, belief_map, [outcome])
    readings = readings_of(belief_map, outcome)
    views = Views(past, readings)
    rows = asked(past, outcome, np.unique(past.signals.twin), origins_of(belief_map.clock))
    norms = {}
    recipe = Recipe(belief_map, outcome, readings, norms)
    for reading in readings:
        tally = Tally(tuple(belief_map.event_bands))
        _, member = member_codes(recipe, views, reading, rows)
        tally.add(views.view(reading, rows, member), rows.person)
        norms[reading.node] = tally.norms(reading, past.members)
    return recipe


def features(recipe: Recipe, signals: list[Signal], twin: str, origins) -> np.ndarray:
    """One twin's features at some origins, from these signals and no others."""
    past = past_of(signals, recipe.belief_map, [recipe.outcome])
    keys = keys_of(signals)
    key = keys.index(twin) if twin in keys else len(keys)
    told, rows = as_known(past, asked(past, recipe.outcome, [key], origins))
    return phi(recipe, Views(told, recipe.readings), rows).table


def close(a: np.ndarray, b: np.ndarray) -> None:
    np.testing.assert_allclose(a, b, rtol=1e-9, atol=1e-9)


def world(clock: Clock, data: st.DataObject, **more: int):
    belief_map = world_map(clock)
    signals = data.draw(worlds(clock, most=25, **more))
    outcome = belief_map.outcomes["buys_soon"]
    return signals, recipe_from(signals, belief_map, outcome), origins_of(clock)


@CLOCKS
@given(data=st.data())
@settings(max_examples=8)
def test_a_twin_alone_has_the_features_it_has_among_all(clock: Clock, data) -> None:
    signals, recipe, origins = world(clock, data)
    for twin in keys_of(signals):
        own = [signal for signal in signals if signal.twin == twin]
        close(features(recipe, own, twin, origins), features(recipe, signals, twin, origins))


@CLOCKS
@given(data=st.data(), seed=st.integers(0, 9))
@settings(max_examples=8)
def test_the_order_of_signals_changes_no_feature(clock: Clock, data, seed: int) -> None:
    signals, recipe, origins = world(clock, data)
    shuffled = random.Random(seed).sample(signals, len(signals))
    twin = signals[0].twin
    close(features(recipe, shuffled, twin, origins), features(recipe, signals, twin, origins))
    again = recipe_from(shuffled, recipe.belief_map, recipe.outcome)
    for node, norms in recipe.norms.items():
        np.testing.assert_allclose(again.norms[node].family, norms.family, rtol=1e-9, atol=1e-12)


@CLOCKS
@given(data=st.data())
@settings(max_examples=8)
def test_what_comes_at_or_after_an_origin_changes_no_feature(clock: Clock, data) -> None:
    signals, recipe, origins = world(clock, data)
    twin = signals[0].twin
    for origin in origins:
        before = [signal for signal in signals if signal.at < origin]
        close(features(recipe, before, twin, [origin]), features(recipe, signals, twin, [origin]))


@given(data=st.data())
@settings(max_examples=12)
def test_a_late_signal_is_unknown_until_it_is_recorded(data) -> None:
    signals, recipe, origins = world(Clock.TIME, data)
    for twin in keys_of(signals):
        together = features(recipe, signals, twin, origins)
        for place, origin in enumerate(origins):
            known = [s for s in signals if s.at < origin and s.recorded <= origin]
            then = [replace_recorded(signal) for signal in known]
            rows = slice(place * len(MEMBERS), (place + 1) * len(MEMBERS))
            close(features(recipe, then, twin, [origin]), together[rows])


def replace_recorded(signal: Signal) -> Signal:
    return Signal(
        **{name: getattr(signal, name) for name in signal.__struct_fields__}
        | {"recorded": signal.at}
    )


def test_the_columns_do_not_depend_on_the_rows_asked_for() -> None:
    belief_map = world_map(Clock.TIME)
    outcome = belief_map.outcomes["buys_soon"]
    at = origins_of(Clock.TIME)[0]
    paid = [
        Signal(
            id=f"m{n}",
            twin=f"t{n}",
            kind="buy",
            at=at - n,
            recorded=at - n,
            payload={"category": "milk", "price": 3},
        )
        for n in range(1, 13)
    ]
    free = Signal(
        id="f", twin="t1", kind="buy", at=at - 1, recorded=at - 1, payload={"category": "tea"}
    )
    recipe = recipe_from([*paid, free], belief_map, outcome)
    past = past_of([*paid, free], belief_map, [outcome])
    rows = asked(past, outcome, [0], [at])
    views = Views(past, recipe.readings)
    names = {phi(recipe, views, rows.take(np.array([one]))).names for one in range(len(rows))}
    assert len(names) == 1


def test_traits_known_from_the_beginning_do_not_stretch_a_persons_time() -> None:
    belief_map = world_map(Clock.TIME)
    outcome = belief_map.outcomes["buys_soon"]
    at = origins_of(Clock.TIME)[1]
    buy = Signal(
        id="b", twin="ann", kind="buy", at=at - 5, recorded=at - 5, payload={"category": "tea"}
    )
    since = Signal(
        id="t",
        twin="ann",
        kind="traits",
        at=-62_135_596_800_000_000,
        recorded=at - 9,
        payload={"tier": "2"},
    )
    recipe = recipe_from([buy], belief_map, outcome)
    close(features(recipe, [since, buy], "ann", [at]), features(recipe, [buy], "ann", [at]))


def test_absurd_values_spoil_nobody_else() -> None:
    belief_map = world_map(Clock.TIME)
    outcome = belief_map.outcomes["buys_soon"]
    at = origins_of(Clock.TIME)[1]
    beeps = [
        Signal(
            id=f"b{n}",
            twin=twin,
            kind="beep",
            at=at - n - 5,
            recorded=at - n - 5,
            payload={"mood": mood},
        )
        for n, (twin, mood) in enumerate([("ann", 1e200), ("ann", -1e200), ("bob", 4)])
    ]
    recipe = recipe_from(beeps[2:], belief_map, outcome)
    with np.errstate(all="ignore"):
        found = features(recipe, beeps, "ann", [at])
        other = features(recipe, beeps, "bob", [at])
    assert np.isfinite(found).all()
    close(other, features(recipe, beeps[2:], "bob", [at]))
