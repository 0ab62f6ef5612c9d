"""What fields are worth, against penalised regressions fitted by brute force."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize

from doxa.fidelity.breaks import cost_of
from doxa.fidelity.metrics import log_losses
from doxa.fidelity.resampling import Resamples
from doxa.fidelity.worth import (
    FOLDS,
    Ground,
    Penalties,
    Side,
    Values,
    chosen_penalties,
    levelled,
    with_fields,
    worth_of,
)
from doxa.heads.glm import Family, loss_of, sigmoid


def ground_of(
    family: Family, people: int = 12, rows: int = 6, members: int = 2, seed: int = 0
) -> Ground:
    rng = np.random.default_rng(seed)
    draw = {
        Family.BERNOULLI: lambda n: (rng.random(n) < 0.4).astype(float),
        Family.POISSON: lambda n: rng.poisson(1.5, n).astype(float),
        Family.GAUSSIAN: lambda n: rng.normal(3, 2, n),
    }[family]

    def side() -> Side:
        n = people * rows
        known = rng.normal(0, 0.5, n)
        return Side(draw(n), known, rng.integers(0, members, n), np.repeat(np.arange(people), rows))

    return Ground(side(), side(), members, family)


def by_hand(
    side: Side, code: np.ndarray, size: int, members: int, family: Family, p: Penalties
) -> tuple[np.ndarray, np.ndarray]:
    """Shared effects, then own ones, each by a general optimiser."""

    def solved(place: np.ndarray, count: int, known: np.ndarray, penalty: float) -> np.ndarray:
        if math.isinf(penalty):
            return np.zeros(count)

        def objective(effect: np.ndarray) -> float:
            lost = loss_of(known + effect[place], side.y, family).sum()
            return float(lost + 0.5 * penalty * effect @ effect)

        return minimize(objective, np.zeros(count), method="BFGS").x

    shared = solved(code, size, side.known, p.shared)
    own = solved(code * members + side.member, size * members, side.known + shared[code], p.own)
    return shared, own.reshape(size, members)


@pytest.mark.parametrize("family", list(Family))
@pytest.mark.parametrize("penalties", [Penalties(3.0, 30.0), Penalties(math.inf, 30.0)])
def test_effects_are_those_of_a_penalised_regression_on_other_people(family, penalties) -> None:
    ground = ground_of(family)
    rng = np.random.default_rng(1)
    values = Values("f", rng.integers(0, 3, len(ground.fit.y)), rng.integers(0, 3, 72), 3)
    found = with_fields(ground, [(values, penalties)])
    for part in range(FOLDS):
        others = ground.fit.person % FOLDS != part
        own = np.flatnonzero(ground.score.person % FOLDS == part)
        shared, apart = by_hand(
            ground.fit.take(others), values.fit[others], 3, 2, family, penalties
        )
        code = values.score[own]
        want = ground.score.known[own] + shared[code] + apart[code, ground.score.member[own]]
        np.testing.assert_allclose(found[own], want, atol=2e-3)


@given(seed=st.integers(0, 1000))
@settings(max_examples=5, deadline=None)
def test_a_field_that_names_people_says_nothing_of_others(seed: int) -> None:
    ground = ground_of(Family.BERNOULLI, seed=seed)
    name = Values("name", ground.fit.person, ground.score.person, 12)
    found = with_fields(ground, [(name, Penalties(3.0, 30.0))])
    np.testing.assert_array_equal(found, ground.score.known)


@pytest.fixture(scope="module")
def drawn() -> tuple[Ground, Ground, dict[str, Values]]:
    """Truth known: a field that says everything, one that says nothing, one that history says."""
    rng = np.random.default_rng(4)
    people, rows = 400, 8
    person = np.repeat(np.arange(people), rows)
    fields = {
        "secret": rng.integers(0, 2, people),
        "habit": rng.integers(0, 3, people),
        "noise": rng.integers(0, 4, people),
    }
    history = 1.0 * (fields["habit"][person] - 1)
    y = (rng.random(len(person)) < sigmoid(2.0 * fields["secret"][person] - 1 + history)) * 1.0

    def ground(known: np.ndarray) -> Ground:
        even, odd = slice(0, None, 2), slice(1, None, 2)
        sides = (
            Side(y[half], known[half], np.zeros(len(y) // 2, dtype=np.int64), person[half])
            for half in (even, odd)
        )
        return levelled(Ground(*sides, 1, Family.BERNOULLI))

    values = {
        name: Values(name, value[person][::2], value[person][1::2], 4)
        for name, value in fields.items()
    }
    return ground(np.zeros(len(y))), ground(history - 7.0), values


def test_fields_alone_and_beside_history(drawn) -> None:
    alone, beside, fields = drawn
    base = alone.losses(alone.score.known)
    resamples = Resamples(alone.score.person, draws=300)

    def removed(ground: Ground, values: Values) -> list[float]:
        found = with_fields(ground, [(values, chosen_penalties(ground, values))])
        return worth_of(ground, found, resamples, base).removed.as_list()

    told = {name: (removed(alone, one), removed(beside, one)) for name, one in fields.items()}
    assert told["secret"][0][1] > 0.05
    assert told["secret"][1][1] > 0.05
    assert told["habit"][0][1] > 0.01
    for low, high in (ends[1:] for ends in (told["habit"][1], *told["noise"])):
        assert low <= 0 <= high


def test_a_cost_is_the_difference_of_skills_on_the_same_rows() -> None:
    rng = np.random.default_rng(2)
    y = (rng.random(300) < 0.3).astype(float)
    person = np.repeat(np.arange(60), 5)
    base, kept = np.full(300, 0.3), np.where(y > 0, 0.6, 0.2)
    cold = np.where(y > 0, 0.4, 0.25)
    found = cost_of(y, base, kept, cold, Family.BERNOULLI, Resamples(person, draws=200))
    usual, own, other = (log_losses(y, p).mean() for p in (base, kept, cold))
    assert found.kept.estimate == pytest.approx(1 - own / usual)
    assert found.reset.estimate == pytest.approx(1 - other / usual)
    assert found.lost.estimate == pytest.approx(found.kept.estimate - found.reset.estimate)
    assert found.lost.low < found.lost.estimate < found.lost.high
    assert found.lost.low > 0
