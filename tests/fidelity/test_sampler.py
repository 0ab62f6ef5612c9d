"""The simple sampler and its courses: by hand, likeliest by brute force, right where its own model holds."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import betabinom
from tests.lives import life

from doxa.beliefmap.map_file import parse_map
from doxa.checks.worlds import past_of
from doxa.errors import InputError
from doxa.features.labels import labels_of
from doxa.features.moments import at_origins
from doxa.features.past import Past
from doxa.fidelity.paths import pit_of_paths, spread_ratio, total_error
from doxa.fidelity.pit import inside
from doxa.fidelity.rivals.sampler import Habit, Known, beta_binomial, fit_habit, forward
from doxa.fidelity.series import Series, course_of, series_of, windows_of, worths_of

MAP = parse_map(
    """
doxa: 1
product: shop
clock: position
nodes: {shops: {kind: preference}}
signals: {joined: [], trip: [{node: shops, count: 1, amount: spend}]}
outcomes:
  trips_4: {count: trip, within: 4}
  trips_12: {count: trip, within: 12}
  sessions_12: {count: trip, once: session, within: 12}
  comes_4: {happens: trip, within: 4}
  stays_away_12: {never: trip, within: 12}
  spend_12: {sum: spend, of_signal: trip, within: 12}
  after_trip: {after: trip, happens: trip, within: 4}
"""
)
STEP, LENGTH, ORIGIN = 2, 60, 40
MODES = ("trips_12", "sessions_12", "comes_4", "stays_away_12", "spend_12")


def shoppers(people: int, *, seed: int = 1, again: bool = True) -> Past:
    """People with a rate of their own per step of two positions; gamma amounts about their own mean."""
    rng = np.random.default_rng(seed)
    found = []
    for person in range(people):
        rate, much = rng.beta(2, 5), rng.gamma(4, 5)
        told: list[tuple[str, int, dict[str, float], str | None]] = [("joined", 0, {}, None)]
        for step in np.flatnonzero(rng.random(LENGTH // STEP) < rate).tolist():
            for turn in range(1 + again * int(rng.integers(0, 3))):
                spend = {"spend": float(rng.gamma(6, much / 6))}
                told.append(("trip", step * STEP + turn % STEP, spend, f"s{turn % 2}"))
        found += life(person, told)
    return past_of(found, MAP, MAP.outcomes.values())


def one(name: str) -> Series:
    return series_of([MAP.outcomes[name]], STEP)[0]


@pytest.fixture(scope="module")
def some() -> Past:
    return shoppers(25)


def rows_of(series: Series, past: Past, *origins: int):
    return at_origins(series.longest, np.unique(past.signals.twin), origins)


@pytest.mark.parametrize("name", MODES)
def test_a_course_is_the_label_of_every_shorter_window(some, name):
    series = one(name)
    rows = rows_of(series, some, 10, ORIGIN)
    course = course_of(series, some, rows, STEP, LENGTH)
    for place in range(series.steps[-1]):
        shorter = windows_of(rows, (place + 1) * STEP)
        np.testing.assert_array_equal(
            course[:, place], labels_of(series.longest, some, shorter, LENGTH).y
        )


def test_what_is_not_over_is_not_known(some):
    series = one("trips_12")
    course = course_of(series, some, rows_of(series, some, LENGTH - 4), STEP, LENGTH)
    assert (~np.isnan(course[:, :2])).all()
    assert np.isnan(course[:, 2:]).all()


@pytest.mark.parametrize("name", MODES)
def test_worths_of_the_steps_ahead_make_the_course(some, name):
    series = one(name)
    rows = rows_of(series, some, 10, ORIGIN)
    size = series.steps[-1]
    found = worths_of(series, some, rows, STEP).between(0, size)
    sums = np.zeros((len(rows), size))
    np.add.at(sums, (found.row, found.step), found.worth)
    course = course_of(series, some, rows, STEP, LENGTH)
    target = series.longest.target.value
    told = {"happens": course.max(axis=1), "never": 1 - course[:, -1]}.get(target, course[:, -1])
    whole = sums.sum(axis=1)
    if target in ("happens", "never"):
        np.testing.assert_array_equal(whole > 0, told > 0)
    elif series.longest.once is None:
        np.testing.assert_allclose(whole, told)


def test_outcomes_that_differ_in_their_window_are_one_series():
    found = series_of([MAP.outcomes[name] for name in ("trips_12", "spend_12", "trips_4")], STEP)
    assert [each.name for each in found] == ["trips_12", "spend_12"]
    assert [each.name for each in found[0].outcomes] == ["trips_4", "trips_12"]
    assert found[0].steps == (2, 6)


def test_what_a_trigger_asks_is_no_course():
    with pytest.raises(InputError, match="after_trip"):
        series_of([MAP.outcomes["after_trip"]], STEP)


def test_likelihood_of_a_rate_that_is_not_known():
    rng = np.random.default_rng(2)
    hits, a, b = rng.integers(0, 8, 30), rng.uniform(0.2, 9, 30), rng.uniform(0.2, 9, 30)
    choices = np.array([math.comb(7, hit) for hit in hits])
    theirs = betabinom.logpmf(hits, 7, a, b).sum() - np.log(choices).sum()
    assert beta_binomial(hits, 7, a, b) == pytest.approx(theirs)


def test_what_is_known_ends_at_the_origin(some):
    series = one("spend_12")
    rows = rows_of(series, some, ORIGIN)
    known = Known.of(series, some, rows, STEP)
    assert known.before.step.max() < 0
    earlier = np.flatnonzero(some.signals.at < ORIGIN)
    spent = some.columns["trip"]
    told = dict(zip(spent.row.tolist(), spent.fields["spend"].numbers().tolist(), strict=True))
    assert known.before.worth.sum() == pytest.approx(sum(told.get(row, 0) for row in earlier))


@pytest.fixture(scope="module")
def run():
    """Fitted on two windows, run from a third, of people who are as the sampler takes them."""
    past = shoppers(900, seed=3, again=False)
    series = one("spend_12")
    fit = rows_of(series, past, 16, 28)
    habit = fit_habit(series, past, fit, course_of(series, past, fit, STEP, LENGTH), STEP)
    asked = rows_of(series, past, ORIGIN)
    known = Known.of(series, past, asked, STEP)
    chunks = list(forward(series, habit, known, 60, series.steps[-1], seed=1))
    drawn = np.concatenate([courses for _, courses in chunks])
    return habit, drawn, course_of(series, past, asked, STEP, LENGTH)


def test_steady_people_are_remembered_for_good(run):
    assert run[0].half_life >= 24


def test_it_is_calibrated_where_its_model_holds(run):
    _, drawn, course = run
    u = pit_of_paths(drawn[:, :, -1], course[:, -1], np.random.default_rng(1))
    assert inside(u, 0.8).mean() == pytest.approx(0.8, abs=0.04)
    assert spread_ratio(drawn[:, :, -1], course[:, -1]) == pytest.approx(1, abs=0.15)
    assert total_error(drawn[:, :, -1], course[:, -1]) == pytest.approx(0, abs=0.07)


def test_courses_only_rise(run):
    assert (np.diff(run[1], axis=2) >= 0).all()


def test_a_person_without_history_is_like_anybody():
    past = shoppers(200, seed=5, again=False)
    series = one("trips_12")
    known = Known.of(series, past, rows_of(series, past, ORIGIN), STEP)
    habit = Habit(half_life=math.inf, strength=3.0, memory=math.inf, others=2.0)
    a, b = known.rates(habit)
    usual = len(known.before.row) / known.tenure.sum()
    fresh = replace(known, before=known.before.between(0, 0))
    none_a, none_b = fresh.rates(habit)
    assert (none_a / (none_a + none_b)).max() < usual
    assert (a + b) == pytest.approx(known.tenure + 3.0)


@pytest.mark.parametrize("name", ["comes_4", "stays_away_12"])
def test_a_yes_or_no_stays_what_it_is(some, name):
    series = one(name)
    known = Known.of(series, some, rows_of(series, some, ORIGIN), STEP)
    habit = Habit(half_life=math.inf, strength=1.0, memory=math.inf, others=1.0)
    (_, courses), *_ = forward(series, habit, known, 9, series.steps[-1], seed=1)
    assert set(np.unique(courses)) <= {0.0, 1.0}
    sign = 1 if name == "comes_4" else -1
    assert (sign * np.diff(courses, axis=2) >= 0).all()
