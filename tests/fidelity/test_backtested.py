"""People run forward from before a fit's end: good heads are believed, bad ones are read otherwise."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
from msgspec.structs import replace
from tests.simulation.test_known_people import BEGIN, DAYS, PEOPLE, truth

from doxa.beliefmap.map_file import parse_map
from doxa.checks.worlds import keys_of as twins_of
from doxa.checks.worlds import past_of
from doxa.domain.clock import DAY
from doxa.domain.view import EVERYTHING
from doxa.errors import InputError
from doxa.features.labels import labels_of
from doxa.features.moments import at_origins
from doxa.features.past import Past
from doxa.fidelity.backtested import backtested
from doxa.fidelity.path_leaks import change_of_paths
from doxa.fidelity.paths import total_error
from doxa.heads.population import Population, SightPart, decode, encode
from doxa.heads.recalibration import Backtested
from doxa.learning.labelled import Labelled
from doxa.learning.population import head_on
from doxa.runtime.opening import open_twins
from doxa.runtime.simulating.reading import PathReading, bands_of_means, readings_for
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
  trips: {count: trip, within: 28d}
rollout: {step: 1d, draws: [shops_today]}
""")
ORIGIN = BEGIN + DAYS * DAY
PATHS = 100


def silent(what: str, done: float) -> None:
    pass


@cache
def past() -> Past:
    return past_of(truth().signals, MAP, MAP.outcomes.values())


@cache
def fitted() -> SightPart:
    twins, nobody = np.unique(past().signals.twin), np.zeros(0, dtype=np.int64)
    heads = {}
    for name, days in (("shops_today", range(30, DAYS, 3)), ("trips", range(30, DAYS - 28, 7))):
        rows = at_origins(MAP.outcomes[name], twins, [BEGIN + day * DAY for day in days])
        fit = Labelled(rows, labels_of(MAP.outcomes[name], past(), rows, ORIGIN).y)
        heads[name] = head_on(past(), MAP.outcomes[name], fit, nobody, ORIGIN)
    return SightPart(sight=EVERYTHING, priors={}, heads=heads)


def shorter() -> SightPart:
    """The same, had the daily head learned that everybody comes less often than they do."""
    daily = fitted().heads["shops_today"]
    less = replace(daily, bias=daily.bias - 0.7)
    return replace(fitted(), heads={**fitted().heads, "shops_today": less})


@cache
def told(short: bool) -> Backtested:
    part = shorter() if short else fitted()
    return backtested(past(), part, ORIGIN, progress=silent)["trips"]


def drawn(part: SightPart) -> np.ndarray:
    cast = cast_of(past(), part, np.arange(PEOPLE), keys_of(twins_of(truth().signals)), ORIGIN)
    runs = rollout(cast, steps=28, paths=PATHS, seed=2, counted=[MAP.outcomes["trips"]])
    return np.concatenate([run.outcomes["trips"] for run in runs])


@cache
def came() -> np.ndarray:
    bought, _ = truth().lives(8, seed=9)
    return bought[:, :, :28].sum(axis=2)


def read(part: SightPart, person: int) -> PathReading | None:
    return readings_for(part, past(), np.array([person]), ORIGIN, [MAP.outcomes["trips"]]).get(
        "trips"
    )


def test_good_heads_are_believed():
    found = told(False)
    assert found.steps == 28
    assert (found.recalibration.people, found.recalibration.origins) == (200, 4)
    assert abs(found.recalibration.shift) < 0.2
    assert found.recalibration.width == pytest.approx(1, abs=0.15)


def test_what_came_before_moves_paths_and_what_comes_later_does_not():
    """The leak test finds what it looks for: take away what may be read, and paths change."""
    rows = at_origins(MAP.outcomes["trips"], np.arange(1, 20), [ORIGIN - 30 * DAY])

    def names(keys):
        return [f"p{key}" for key in keys.tolist()]

    def changed(moment: int) -> float:
        counted = [MAP.outcomes["trips"]]
        return change_of_paths(past(), fitted(), rows, names, counted, moment, steps=10, seed=1)

    assert changed(ORIGIN - 30 * DAY) == 0
    assert changed(ORIGIN - 45 * DAY) > 0


def test_sums_of_good_heads_are_believed():
    total = told(False).total
    assert (total.people, total.origins) == (300, 4)
    assert abs(total.shift) + total.common < 0.05


def test_sums_that_came_short_are_read_higher():
    """Paths of everybody came a third short, at every origin."""
    total, real = told(True).total, came().mean(axis=1)
    paths = drawn(shorter()).mean(axis=0)
    assert paths[:, -1].mean() < 0.75 * real.mean()
    ends = bands_of_means(total, np.inf, paths)
    assert ends.low[-1] < real.mean() < ends.high[-1]
    assert ends.mean[-1] == pytest.approx(real.mean(), rel=0.12)


def test_paths_that_came_short_are_read_higher():
    found = told(True)
    assert found.blend > 0.3
    assert found.recalibration.shift > 0.2


def test_a_reading_mends_what_was_short():
    part = replace(shorter(), backtested={"trips": told(True)})
    paths, marks = drawn(part), list(range(1, 29))
    means, inside, plain = [], [], []
    some = range(0, PEOPLE, 5)
    for person in some:
        reading = read(part, person)
        assert reading is not None
        weights = reading.weights(paths[person], marks)
        bands = reading.bands(paths[person], weights, marks)
        y = came()[person]
        means.append(bands.mean[-1])
        inside.append(((bands.low[-1] <= y) & (y <= bands.high[-1])).mean())
        low, high = np.quantile(paths[person, :, -1], [0.1, 0.9])
        plain.append(((low <= y) & (y <= high)).mean())
    y = came()[list(some)].mean(axis=1)
    before = total_error(paths[list(some), :, -1], y)
    after = total_error(np.array(means)[:, None], y)
    assert before < -0.3
    assert abs(after) < 0.6 * abs(before)
    assert abs(np.mean(inside) - 0.8) < 0.05
    assert np.mean(inside) > np.mean(plain) + 0.02


def test_early_marks_are_hardly_touched():
    part = replace(shorter(), backtested={"trips": told(True)})
    reading = read(part, 3)
    assert reading is not None
    first = reading.recalibration.after(1 / 28)
    assert abs(first.shift) < abs(reading.recalibration.shift) / 20


def test_too_short_a_history_says_nothing():
    assert backtested(past(), fitted(), BEGIN + 60 * DAY, progress=silent) == {}


def test_a_part_without_the_draws_says_nothing():
    only = replace(fitted(), heads={"trips": fitted().heads["trips"]})
    assert backtested(past(), only, ORIGIN, progress=silent) == {}


def test_it_is_kept_with_the_population():
    kept = Population(
        origin=ORIGIN, signals=1, people=1, priors={}, heads={}, backtested={"trips": told(True)}
    )
    again = decode(encode(kept))
    assert again.backtested == kept.backtested
    part = again.part(EVERYTHING)
    assert part is not None
    assert part.backtested == kept.backtested


def test_nothing_learned_reads_paths_as_they_are():
    assert read(fitted(), 0) is None


def test_a_rollout_that_cannot_be_drawn_does_not_keep_heads_from_being_fitted(tmp_path) -> None:
    belief_map = parse_map(
        "{doxa: 1, product: shop, rollout: {step: 1d, draws: [visits_today, then]},"
        " signals: {visit: [], mood: []}, outcomes:"
        " {visits_today: {happens: visit, within: 1d}, visits_soon: {happens: visit, within: 7d},"
        " then: {value: stars, of_signal: mood, scale: [1, 5]}}}"
    )
    with open_twins(tmp_path / "shop.db", belief_map) as twins:
        for day in range(1, 29):
            for person in (each for each in range(12) if (day + each) % 3 == 0):
                for kind, hour, told in (
                    ("visit", 10, {}),
                    ("mood", 11, {"stars": 1 + person % 5}),
                ):
                    at = f"2026-02-{day:02}T{hour}:00:00Z"
                    twins.observe(f"p{person}", kind, told, at=at, recorded=at)
        assert len(twins.fit().heads) == 3
        with pytest.raises(InputError, match="is a value of 'mood', which nothing draws"):
            twins.twin("p1").simulate({}, days=7)
