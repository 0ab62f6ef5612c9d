"""A row that runs people forward: on a small made-up shop, from the file to the page and back."""

from __future__ import annotations

from pathlib import Path

import msgspec
import numpy as np
import pytest

from doxa.beliefmap.evaluation_file import load_evaluation
from doxa.domain.clock import Clock, format_moment, parse_time
from doxa.errors import InputError
from doxa.fidelity.report import FidelityReport
from doxa.fidelity.report_file import load_report
from doxa.interfaces.cli.dated import dated
from doxa.interfaces.cli.fidelity import lines
from doxa.interfaces.pages.fidelity import fidelity_page
from doxa.report import render
from doxa.runtime.judging import fidelity
from doxa.runtime.opening import open_twins

MAP = """
doxa: 1
product: shop
timezone: UTC
bands: [7d, 30d, never]
nodes:
  shops: {kind: preference, says: "Shops here."}
signals:
  joined: []
  trip: [{node: shops, count: 1, amount: spend}]
outcomes:
  shops_today: {happens: trip, within: 1d}
  trip_spend: {value: spend, of_signal: trip, scale: [0, 200]}
  days_4d: {count: trip, once: day, within: 4d}
  days_12d: {count: trip, once: day, within: 12d}
  spend_12d: {sum: spend, of_signal: trip, within: 12d}
  stays_away: {never: trip, within: 12d}
rollout: {step: 1d, draws: [shops_today, trip_spend]}
"""
EVALUATION = """
doxa: 1
map: map.yaml
complete_until: 2026-05-20
seed: 1
rows:
  open_loop:
    simulate: [days_4d, days_12d, spend_12d, stays_away]
    fit: {from: 2026-02-01, to: 2026-04-10, every: 2d}
    score: {from: 2026-04-15, to: 2026-05-15, every: 15d}
    paths: 30
    rivals: [sampler, lifetime]
    metrics: [crps, coverage_80, cohorts_80, spread, total]
    bars: {all: {coverage_80: [0.6, 0.95]}, days_12d: {spread: [0.6, 1.5]}}
    aims: {spend_12d: {total: [-0.01, 0.01]}}
"""
PEOPLE, DAYS = 60, 140
START = parse_time("2026-01-01T00:00:00Z")
DAY = 86_400_000_000
ORIGIN = parse_time("2026-04-15T00:00:00Z")


def rows(until: int = START + DAYS * DAY):
    rng = np.random.default_rng(4)
    for person in range(PEOPLE):
        chance, much = rng.beta(2, 6), rng.gamma(4, 5)
        days = np.flatnonzero(rng.random(DAYS) < chance)
        spent = [{"spend": round(float(one), 2)} for one in rng.gamma(4, much / 4, len(days))]
        trips = [("trip", day + 0.5, one) for day, one in zip(days, spent, strict=True)]
        told = [("joined", 0.0, {}), *trips]
        for kind, day, payload in told:
            moment = START + round(float(day) * DAY)
            if moment < until:
                at = format_moment(moment, Clock.TIME)
                yield {
                    "twin": f"p{person}",
                    "kind": kind,
                    "at": at,
                    "recorded": at,
                    "payload": payload,
                }


def reported(
    folder: Path, evaluation: str = EVALUATION, shuffles: int = 0, **how: int
) -> FidelityReport:
    (folder / "map.yaml").write_text(MAP)
    (folder / "evaluation.yaml").write_text(evaluation)
    with open_twins(folder / "shop.db", folder / "map.yaml") as twins:
        twins.observe_many(rows(**how))
        asked = load_evaluation(folder / "evaluation.yaml")
        return fidelity(twins.wiring, asked, shuffles=shuffles)


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> FidelityReport:
    return reported(tmp_path_factory.mktemp("shop"), shuffles=3)


def test_every_outcome_has_a_ladder_at_its_own_horizon(report):
    (row,) = report.rows
    assert [ladder.subset for ladder in row.ladders] == [
        *("days_4d", "days_12d", "spend_12d", "stays_away"),
    ]
    for ladder in row.ladders:
        assert [step.name for step in ladder.steps] == ["base", "sampler", "twin"]
        assert set(ladder.steps[0].metrics) == {
            *("crps", "coverage_80", "cohorts_80", "spread", "total")
        }
    assert row.not_built == ["lifetime"]
    horizons = [each.horizon for each in row.simulated.outcomes]
    assert horizons == ["4d", "12d", "12d", "12d"]


def test_windows_that_had_not_closed_are_not_scored(report):
    (row,) = report.rows
    scored = {ladder.subset: ladder.rows for ladder in row.ladders}
    assert scored["days_4d"] == 3 * PEOPLE
    assert scored["days_12d"] == 2 * PEOPLE
    assert row.unresolved == 3 * PEOPLE
    assert all(series.rows == 2 * PEOPLE for series in row.simulated.series)


def test_real_means_are_what_came(report):
    trips = [each for each in rows() if each["kind"] == "trip"]
    came = 0
    for origin in (ORIGIN, ORIGIN + 15 * DAY):
        came += sum(origin <= parse_time(each["at"]) < origin + 12 * DAY for each in trips)
    days = next(each for each in report.rows[0].simulated.outcomes if each.outcome == "days_12d")
    assert days.real * days.rows == pytest.approx(came)
    fan = report.rows[0].simulated.series[0].fan
    assert fan.real[-1] == pytest.approx(came)
    assert fan.steps[-1] == "12d"
    assert all(
        low <= mid <= high for low, mid, high in zip(fan.low, fan.median, fan.high, strict=True)
    )


def test_sums_over_cohorts_are_told_where_there_are_two(report):
    outcomes = {each.outcome: each for each in report.rows[0].simulated.outcomes}
    assert set(outcomes["days_12d"].cohorts) == {"30"}
    assert 0 <= outcomes["days_12d"].cohorts["30"] <= 1
    for ladder in report.rows[0].ladders:
        assert 0 <= ladder.step("twin").metrics["cohorts_80"] <= 1


def test_a_bar_on_all_is_one_on_each_outcome(report):
    bars = [(bar.subset, bar.metric, bar.aim) for bar in report.rows[0].bars]
    assert bars.count(("days_12d", "coverage_80", False)) == 1
    assert len(bars) == 4 + 1 + 1
    for bar in report.rows[0].bars:
        twin = report.rows[0].ladder(bar.subset).step("twin")
        assert bar.value == twin.metrics[bar.metric]


def test_remembering_people_beats_knowing_nobody(report):
    for ladder in report.rows[0].ladders[:3]:
        base, sampler, twin = (ladder.step(name).loss[0] for name in ("base", "sampler", "twin"))
        assert max(sampler, twin) < base


def test_what_came_later_moves_no_path(report, tmp_path):
    short = EVALUATION.replace(
        "score: {from: 2026-04-15, to: 2026-05-15, every: 15d}",
        "score: {from: 2026-04-15, to: 2026-04-15}",
    )
    (tmp_path / "whole").mkdir()
    (tmp_path / "cut").mkdir()
    whole = reported(tmp_path / "whole", short).rows[0].simulated
    cut = reported(tmp_path / "cut", short, until=ORIGIN).rows[0].simulated
    for one, other in zip(whole.outcomes, cut.outcomes, strict=True):
        assert one.simulated == pytest.approx(other.simulated, abs=1e-12)
        assert one.real != other.real
        assert one.simulated_at == pytest.approx(other.simulated_at)
    assert whole.series[0].fan.median == cut.series[0].fan.median


def test_later_signals_taken_away_change_no_path(report):
    leaks = report.rows[0].leaks
    assert (leaks.passed, leaks.later, leaks.rows, leaks.skill) == (True, 0.0, PEOPLE, None)
    moved = msgspec.structs.replace(leaks, later=1.0)
    row = msgspec.structs.replace(report.rows[0], leaks=moved, bars=[])
    assert not msgspec.structs.replace(report, rows=[row]).passed
    told = "\n".join(lines(report))
    assert f"paths of {PEOPLE} rows change by at most 0" in told
    assert "labels dealt out" not in told


def test_it_is_printed_and_drawn(report):
    told = "\n".join(lines(report))
    assert "days_12d" in told
    assert "lag-1 autocorrelation within people: real" in told
    assert "bar stays_away" in told
    page = render(fidelity_page(report, command="doxa fidelity evaluation.yaml"))
    assert "People run forward" in page
    assert "own rate, own amounts again" in page


def test_it_is_read_back_from_json(report, tmp_path):
    file = tmp_path / "fidelity.json"
    file.write_bytes(msgspec.json.encode(dated(report, Clock.TIME)))
    again = load_report(file)
    assert msgspec.json.encode(again) == msgspec.json.encode(report)


def test_a_map_that_does_not_say_how_is_told(tmp_path):
    (tmp_path / "map.yaml").write_text(MAP.split("rollout:")[0])
    (tmp_path / "evaluation.yaml").write_text(EVALUATION)
    with open_twins(tmp_path / "shop.db", tmp_path / "map.yaml") as twins:
        twins.observe_many(rows())
        with pytest.raises(InputError, match="the map does not say how"):
            twins.fidelity(load_evaluation(tmp_path / "evaluation.yaml"))
