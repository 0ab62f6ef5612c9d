"""Times from the ledger to a forecast: learned, calibrated, told with reasons, scored, handed out."""

from __future__ import annotations

from pathlib import Path

import msgspec
import numpy as np
import pytest

from doxa.beliefmap.map_file import parse_map
from doxa.checks.worlds import past_of
from doxa.domain.clock import DAY, HOUR, Clock, format_moment, format_span, parse_time
from doxa.domain.signal import Signal
from doxa.features.labels import labels_of
from doxa.features.moments import at_origins
from doxa.features.views import Views
from doxa.fidelity.times import brier_of_head
from doxa.heads.forecast import forecast
from doxa.heads.head import Head, recipe_of
from doxa.heads.population import Population, decode, encode
from doxa.heads.reasons import reasons
from doxa.heads.renaming import renamed
from doxa.learning.hazards import ends_of
from doxa.learning.labelled import Labelled
from doxa.learning.population import fit_population
from doxa.runtime.default_evaluation import default_evaluation
from doxa.runtime.opening import open_twins

TEXT = """
doxa: 1
product: gym
bands: [7d, 30d, never]
nodes:
  comes: {kind: preference, says: "Comes.", half_life: 30d}
  likes: {kind: belief, says: "Likes it.", half_life: 30d}
signals:
  visit: [{node: comes, count: 1}]
  praise: [{node: likes, for: 1}]
outcomes:
  returns: {time_to: visit, within: 14d}
purposes:
  desk: {sees: [comes], forecasts: [returns]}
"""
MAP = parse_map(TEXT)
OUTCOME = MAP.outcomes["returns"]
BEGIN = parse_time("2026-01-01T00:00:00Z")
DAYS = 150
END = BEGIN + DAYS * DAY


def visits(people: int, seed: int) -> list[Signal]:
    """People who come every day with a chance of their own: one in 30 up to one in 3."""
    rng = np.random.default_rng(seed)
    found = []
    for person in range(people):
        chance = np.exp(rng.uniform(np.log(1 / 30), np.log(1 / 3)))
        days = np.flatnonzero(rng.random(DAYS) < chance)
        moments = [BEGIN + int(day) * DAY + 9 * HOUR for day in np.r_[0, days[days > 0]]]
        kinds = ["visit"] * len(moments) + ["praise"]
        found += [
            Signal(id=f"{person}-{n}", twin=f"p{person}", kind=kind, at=at, recorded=at, payload={})
            for n, (kind, at) in enumerate(zip(kinds, [*moments, moments[-1]], strict=True))
        ]
    return sorted(found, key=lambda signal: signal.at)


PEOPLE = 240
SIGNALS = visits(PEOPLE, 1)


@pytest.fixture(scope="module")
def population() -> Population:
    return fit_population(past_of(SIGNALS, MAP, [OUTCOME]), [OUTCOME], END)


@pytest.fixture(scope="module")
def head(population: Population) -> Head:
    return population.heads["returns"]


def strangers(head: Head):
    """What the head says of other people in the middle of their time, and how long they waited."""
    past = past_of(visits(300, 2), MAP, [OUTCOME])
    rows = at_origins(OUTCOME, np.unique(past.signals.twin), [BEGIN + 100 * DAY, BEGIN + 120 * DAY])
    y = labels_of(OUTCOME, past, rows, END).y
    return Views(past, recipe_of(head, MAP).readings), Labelled(rows, y)


def test_strangers_are_forecast_as_calibrated_at_every_interval(head: Head) -> None:
    views, rows = strangers(head)
    found = forecast(head, views, rows.rows)
    assert head.hazard is not None
    told = head.hazard.by_ends(found.eta)
    np.testing.assert_allclose(told[:, -1], found.mean)
    for place, end in enumerate(head.hazard.ends):
        assert told[:, place].mean() == pytest.approx((rows.y <= end).mean(), abs=0.06)
    often = found.mean > np.median(found.mean)
    assert (rows.y[often] <= 7 * DAY).mean() > (rows.y[~often] <= 7 * DAY).mean() + 0.2


def test_knowing_the_person_beats_the_same_for_all(head: Head) -> None:
    views, rows = strangers(head)
    flat = msgspec.structs.replace(head, weights=[0.0] * len(head.weights), bias=0.0)
    assert brier_of_head(head, views, rows).mean() < 0.9 * brier_of_head(flat, views, rows).mean()


def test_reasons_add_up_to_the_predictor(head: Head) -> None:
    views, rows = strangers(head)
    told = reasons(head, views, rows.rows)
    whole = forecast(head, views, rows.rows).eta
    np.testing.assert_allclose(told.base + told.by_node.sum(axis=1), whole, atol=1e-9)
    assert "comes" in told.nodes


def test_a_population_with_times_is_stored_and_renamed(population: Population) -> None:
    again = decode(encode(population))
    assert again == population
    other = renamed(again, {"comes": "attends"})
    assert other.heads["returns"].hazard == population.heads["returns"].hazard
    assert "attends" in other.heads["returns"].owners


def test_windows_are_cut_at_whole_units_and_where_it_happens() -> None:
    waited = np.r_[np.repeat(np.arange(1.0, 25.0), 20), [np.inf] * 50]
    ends = ends_of(waited, np.full(len(waited), 30), Clock.POSITION)
    assert len(ends) == 12
    assert ends[-1] == 30
    assert ends[:3] == [2, 4, 6]
    assert ends_of(np.full(9, np.inf), np.full(9, 30), Clock.POSITION) == [30]


def test_times_are_handed_out_scored_recorded_and_settled(tmp_path: Path) -> None:
    now = [END]
    with open_twins(tmp_path / "gym.db", MAP, clock=lambda: now[0]) as twins:
        twins.observe_many(SIGNALS)
        [prior] = twins.twin("p1").forecast("returns")
        assert prior.label == "prior"
        assert prior.times is None
        receipt = twins.fit()
        assert [head.family for head in receipt.heads] == ["hazard"]
        [one] = twins.twin("p1").forecast("returns")
        assert one.times is not None
        assert one.times.by[-1].at == one.closes
        assert one.times.by[-1].probability == pytest.approx(one.probability)
        if one.times.middle is not None:
            assert one.origin < one.times.middle <= one.closes
        parts = sum(reason.contribution for reason in one.reasons)
        assert one.base + parts == pytest.approx(one.predictor)
        [seen] = twins.twin("p1", purpose="desk").forecast("returns")
        assert "likes" not in {reason.node for reason in seen.reasons}
        past = twins.forecast("returns", at=END - 30 * DAY)
        assert past.label == "backtest"
        assert next(past.rows()).times is not None
        twins.forecast("returns", record=True)
        report = twins.fidelity(default_evaluation(twins.wiring))
        ladder = report.rows[0].ladder("all")
        assert ladder is not None
        twin, base = ladder.step("twin"), ladder.step("base")
        assert twin is not None
        assert base is not None
        assert twin.metrics["log_loss"] < base.metrics["log_loss"]
        assert twin.metrics["brier"] < base.metrics["brier"]
        assert {"lifetime", "one_band"} <= {step.name for step in ladder.steps}
        row = report.rows[0]
        horizons = [each.horizon for each in row.calibration_by_horizon]
        assert len(horizons) == 4
        assert horizons[-1] == f"by {format_span(MAP.outcomes['returns'].within or 0, MAP.clock)}"
        whole = row.calibration_by_horizon[-1].calibration
        assert row.calibration == whole
        came = [np.average(each.calibration.observed, weights=each.calibration.count)
                for each in row.calibration_by_horizon]  # fmt: skip
        assert came == sorted(came)
        assert row.headline is not None
        assert row.headline.removed["twin"] == twin.skill_over_base
        now[0] = END + 20 * DAY
        twins.observe("p1", "visit", {}, at=format_moment(END + 2 * DAY), id="later")
        [live] = twins.live_fidelity().outcomes
        assert live.groups[0].ladder.rows == PEOPLE
