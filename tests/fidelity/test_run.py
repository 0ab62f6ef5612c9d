"""A whole evaluation of a small made-up shop: everything the report says, written and read back."""

from __future__ import annotations

import math
from pathlib import Path

import msgspec
import numpy as np
import pytest

from doxa.beliefmap.evaluation_file import load_evaluation
from doxa.domain.clock import Clock, format_moment, parse_time
from doxa.fidelity.report import FidelityReport
from doxa.fidelity.report_file import load_report
from doxa.interfaces.cli.dated import dated
from doxa.interfaces.cli.fidelity import lines
from doxa.interfaces.pages.fidelity import fidelity_page
from doxa.report import Chart, render
from doxa.runtime.opening import open_twins

MAP = """
doxa: 1
product: shop
timezone: UTC
nodes:
  shops: {kind: preference, says: "Shops here."}
signals:
  buy: [{node: shops, count: 1}]
  offer: []
  rating: []
  complaint: []
outcomes:
  complains: {happens: complaint, within: 14d}
  redeems: {after: offer, plus: [0d, 3d], happens: buy, within: 5d}
  often: {count: buy, within: 14d}
  rates: {value: stars, of_signal: rating, scale: [1, 5], step: 1}
personas: [tier]
"""
EVALUATION = """
doxa: 1
map: map.yaml
complete_until: 2026-06-30
seed: 1
rows:
  redeems: {outcome: redeems, fit: {to: 2026-03-31}, score: {from: 2026-04-08}, metrics: [auc]}
  often: {outcome: often, fit: {from: 2026-02-01, to: 2026-03-15, every: 14d}, score: {from: 2026-04-01, to: 2026-06-01, every: 14d}, metrics: [rmse]}
  rates: {outcome: rates, fit: {to: 2026-03-31}, score: {from: 2026-04-01}, metrics: [rmse]}
  complains: {outcome: complains, fit: {from: 2026-02-01, to: 2026-03-15, every: 14d}, score: {from: 2026-04-01, to: 2026-06-01, every: 14d}, metrics: [auc]}
"""
PEOPLE, DAYS = 60, 180
START = parse_time("2026-01-01T00:00:00Z")
DAY = 86_400_000_000


def rows():
    rng = np.random.default_rng(4)
    for person in range(PEOPLE):
        twin, chance, mood = f"p{person}", rng.beta(2, 8), rng.normal(3, 1)
        told = [("traits", 0.0, {"tier": "gold" if person % 2 else "blue"})]
        told += [("buy", day + 0.5, {}) for day in np.flatnonzero(rng.random(DAYS) < chance)]
        told += [("offer", day + 0.6, {}) for day in range(5 + person % 7, DAYS, 20)]
        told += [
            ("rating", day + 0.7, {"stars": int(np.clip(round(rng.normal(mood, 0.7)), 1, 5))})
            for day in range(3 + person % 5, DAYS, 12)
        ]
        for kind, day, payload in told:
            at = format_moment(START + round(float(day) * DAY), Clock.TIME)
            yield {"twin": twin, "kind": kind, "at": at, "recorded": at, "payload": payload}


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> FidelityReport:
    folder: Path = tmp_path_factory.mktemp("shop")
    (folder / "map.yaml").write_text(MAP)
    (folder / "evaluation.yaml").write_text(EVALUATION)
    with open_twins(folder / "shop.db", folder / "map.yaml") as twins:
        twins.observe_many(rows())
        return twins.fidelity(load_evaluation(folder / "evaluation.yaml"))


def test_each_horizon_of_a_trigger_is_scored_and_calibrated(report):
    row = report.rows[0]
    horizon = next(cut for cut in row.cuts if cut.by == "horizon")
    assert [group.name for group in horizon.groups] == ["0d after", "3d after"]
    assert sum(group.rows for group in horizon.groups) == row.scored_rows
    assert [each.horizon for each in row.calibration_by_horizon] == ["0d after", "3d after"]
    assert row.numbers is None


def test_numbers_have_distributions(report):
    often, rates = report.rows[1:3]
    assert (often.numbers.kind, rates.numbers.kind) == ("counts", "levels")
    for row in (often, rates):
        assert sum(row.numbers.all.pit) == row.scored_rows
        assert row.numbers.all.coverage["80"][0] == pytest.approx(0.8, abs=0.1)
        assert row.numbers.all.skill[0] > 0
        assert row.calibration is None


def test_every_row_has_a_headline_cuts_people_and_a_curve(report):
    for row in report.rows[:3]:
        assert row.headline.skill == row.ladders[0].step("twin").skill_over_persona
        assert {"persona", "twin"} <= set(row.headline.removed)
        assert row.cuts[0].by == "evidence"
        assert {cut.trait for cut in row.cuts if cut.by == "segment"} == {"tier"}
        assert row.people.people == PEOPLE
        assert sum(point.rows for point in row.learning.points) == row.scored_rows
        assert row.learning.effects == (row.learning.gain is not None)
        assert bool(row.learning.why) != row.learning.effects
    assert report.rows[2].headline.remembering == "own_mean"


def test_what_is_written_is_read_back(report, tmp_path):
    path = tmp_path / "fidelity.json"
    path.write_bytes(msgspec.json.encode(dated(report, Clock.TIME)))
    assert _plain(load_report(path)) == _plain(report)


def test_it_is_printed_and_drawn(report):
    text = "\n".join(lines(report))
    for told in ("skill over your personas", "by horizon", "forecasts answered before", "CRPS"):
        assert told in text
    page = fidelity_page(report, command="doxa fidelity")
    titles = [b.title for s in page.sections for b in s.blocks if isinstance(b, Chart)]
    assert {"By how far ahead it was asked", "The same at horizon 3d after"} <= set(titles)
    assert render(page).count('class="chart"') == len(titles)


def _plain(value: object) -> object:
    """Plain data in which what is not defined equals itself."""
    if isinstance(value, float) and math.isnan(value):
        return "not defined"
    if isinstance(value, list):
        return [_plain(one) for one in value]
    if isinstance(value, dict):
        return {key: _plain(one) for key, one in value.items()}
    if isinstance(value, msgspec.Struct):
        return _plain(msgspec.structs.asdict(value))
    return value


def test_what_nobody_ever_did_shows_no_skill(report):
    row = report.rows[3]
    (found,) = row.ladders
    assert found.alike
    assert all(step.skill_over_base is None for step in found.steps)
    assert row.headline.skill is None
    said = "\n".join(lines(report)).split("complains: ")[1]
    assert "none can be said, all rows came out alike" in said
    assert "%" not in said.replace("95 %", "")
    assert "nan" not in said
    assert "All rows came out alike" in render(fidelity_page(report, command="doxa fidelity"))
