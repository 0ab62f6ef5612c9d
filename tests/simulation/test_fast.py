"""Kernels: rollouts compiled by numba are those of the blocks, to the last digit."""

from __future__ import annotations

import subprocess
import sys
from functools import cache
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.simulation.shops import shop
from tests.simulation.test_rollout import COUNTED, WATCHED, run, scenario, whole

from doxa.beliefmap.map_file import parse_map
from doxa.beliefmap.scenarios import Assume, Put, Send
from doxa.checks.worlds import keys_of as twins_of
from doxa.checks.worlds import past_of
from doxa.domain.clock import DAY, HOUR, parse_time
from doxa.domain.signal import Signal
from doxa.domain.view import EVERYTHING
from doxa.learning.population import fit_population
from doxa.simulation.cast import Cast, cast_of
from doxa.simulation.changes import Changes
from doxa.simulation.course import Course
from doxa.simulation.fast import SWITCH, is_wanted, parts_of
from doxa.simulation.numbers import keys_of
from doxa.simulation.signals import Coming, happen

MAP = parse_map("""
doxa: 1
product: gym
bands: [7d, 30d, never]
nodes:
  trains: {kind: preference, says: "Trains.", half_life: 30d}
  swims: {kind: preference, says: "Swims.", half_life: 45d}
  fit: {kind: belief, says: "Is fit.", half_life: 30d}
  tired: {kind: belief, says: "Is tired.", half_life: 3d}
signals:
  training:
    - {node: trains, count: 1}
    - {node: fit, for: 0.5}
    - {node: tired, for: 1}
  swim: [{node: swims, count: 1}, {node: tired, against: 0.3}, {node: fit, for: 0.2}]
outcomes:
  trains_today: {happens: training, within: 1d}
  swims_today: {happens: swim, within: 1d}
  trainings: {count: training, within: 28d}
  swims: {count: swim, within: 28d}
rollout: {step: 1d, draws: [trains_today, swims_today]}
""")
BEGIN = parse_time("2026-01-01T00:00:00Z")
DAYS, PEOPLE, PATHS = 50, 75, 3
ORIGIN = BEGIN + DAYS * DAY
GYM = [MAP.outcomes[name] for name in ("trainings", "swims")]


@cache
def gym() -> Cast:
    """People who train and swim, some of whom do neither."""
    rng = np.random.default_rng(3)
    found = []
    for person in range(PEOPLE):
        chances = rng.beta(1, 4, 2) * (person % 5 > 0)
        for day in range(DAYS):
            for kind, chance in zip(("training", "swim"), chances, strict=True):
                if rng.random() < chance or (day == 0 and kind == "swim"):
                    at = BEGIN + day * DAY + int(rng.integers(6, 20)) * HOUR
                    name = f"{kind}-{person}-{day}"
                    told = {"id": name, "twin": f"p{person}", "kind": kind, "session": name}
                    found.append(Signal(**told, at=at, recorded=at, payload={}))
    found.sort(key=lambda signal: signal.at)
    past, names = past_of(found, MAP, MAP.outcomes.values()), twins_of(found)
    drawn = [MAP.outcomes[name] for name in ("trains_today", "swims_today")]
    part = fit_population(past, drawn, ORIGIN).part(EVERYTHING)
    assert part is not None
    return cast_of(past, part, np.arange(len(names)), keys_of(names), ORIGIN)


def courses(without: tuple[str, ...] = ()) -> tuple[Course, Course]:
    """The same people on their way, by blocks and by kernels."""
    people = np.arange(PEOPLE)
    make = [
        Course(gym(), people, PATHS, 1, GYM, Changes(), without, fast) for fast in (False, True)
    ]
    return make[0], make[1]


def same(one: Course, other: Course) -> None:
    """Everything they hold and every head says is the same, to the last digit."""
    for key, held in one.walk.held.items():
        assert np.array_equal(held.sums, other.walk.held[key].sums, equal_nan=True)
        assert np.array_equal(held.last, other.walk.held[key].last)
        assert np.array_equal(held.first, other.walk.held[key].first)
        assert np.array_equal(held.met, other.walk.held[key].met)
    for name, readout in one.readouts.items():
        for rows in (None, np.arange(1, one.walk.size, 2)):
            want = readout.eta(one.walk.rows(rows))
            assert np.array_equal(want, other.readouts[name].eta(other.walk.rows(rows))), name


def test_every_node_of_the_gym_is_read_by_kernels_and_says_the_same() -> None:
    one, other = courses()
    for number, readout in enumerate(other.readouts.values()):
        assert readout.parts is not None
        assert readout.parts.nodes(number) == {"trains", "swims", "fit", "tired"}
        assert readout.weights.shape[1] == PATHS  # coefficients are drawn
    assert any(name.endswith("comes again") for name in other.readouts["swims_today"].head.names)
    for step in range(6):
        same(one, other)
        for course in (one, other):
            course.step(step)
    for fed in ([3, 5, 6], [1, 5, 23], list(range(100))):
        row = np.array(fed)
        at = np.full(len(row), one.walk.now + DAY // 3)
        for course in (one, other):
            coming = Coming("training", row, at, np.zeros_like(row), np.arange(len(row)))
            happen(course.walk, coming, 1.0)
        same(one, other)


def test_nodes_that_are_silenced_are_left_to_the_blocks() -> None:
    one, other = courses(without=("tired",))
    parts = other.readouts["swims_today"].parts
    assert parts is not None
    assert parts.nodes(1) == {"trains", "swims", "fit"}
    for step in range(2):
        for course in (one, other):
            course.step(step)
    same(one, other)


@given(seed=st.integers(0, 2**32), scale=st.sampled_from([0.0, 1e-12, 1.0, 30.0, 1e300]))
@settings(max_examples=8, deadline=None)
def test_whatever_is_held_says_the_same(seed: int, scale: float) -> None:
    """Sums that no signal would give too, absurd ones and none at all."""
    rng = np.random.default_rng(seed)
    one, other = courses()
    for course in (one, other):
        course.step(0)
    for key, held in one.walk.held.items():
        own = other.walk.held[key]
        sums = rng.exponential(scale, held.sums.shape)
        sums[..., rng.random(held.sums.shape[2]) < 0.1, :] = np.nan if scale > 1e9 else 0.0
        met = rng.random(held.met.shape) < 0.8
        last = ORIGIN - rng.integers(0, 50 * DAY, held.last.shape)
        for each in (held, own):
            each.sums[:], each.met[:], each.last[:], each.first[:] = sums, met, last, last - DAY
    with np.errstate(all="ignore"):
        same(one, other)


CHANGED = scenario(
    Send(kind="letter", at=(2 * DAY,)),
    Assume(node="fair", holds=False, weight=2.0, at=DAY),
    Put(field="paid", kind="purchase", times=1.2),
)


@pytest.mark.parametrize("more", [{}, {"scenario": CHANGED}, {"without": ("fair",), "rows": 50}])
def test_rollouts_are_the_same_with_and_without(
    more: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Chances, counts, values, what comes after something else and members: every way to draw."""
    found = []
    for said in ("0", "1"):
        monkeypatch.setenv(SWITCH, said)
        found.append(whole(run(steps=6, **more)))
    for name, values in found[0].items():
        assert np.array_equal(values, found[1][name]), name


def test_it_is_used_where_it_is_worth_it_and_can_be_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv(SWITCH, raising=False)
    assert is_wanted(10**6)
    assert not is_wanted(10**3)
    monkeypatch.setenv(SWITCH, "0")
    assert not is_wanted(10**6)
    monkeypatch.setenv(SWITCH, "1")
    assert is_wanted(1)


def test_nothing_is_compiled_before_people_are_run_forward() -> None:
    told = "import sys, doxa, doxa.simulation.rollout; sys.exit('numba' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", told], check=False).returncode == 0


def test_a_shop_whose_nodes_have_clocks_of_their_own_is_left_to_the_blocks() -> None:
    course = Course(shop().cast(WATCHED), np.arange(4), 2, 1, COUNTED, Changes(), (), True)
    parts = parts_of(course.walk, list(course.readouts.values()))
    assert parts.nodes(0) == frozenset()
