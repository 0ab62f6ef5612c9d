"""After a fit, somebody without evidence reads as the frozen population does, whatever comes later."""

from __future__ import annotations

import math
import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from doxa.beliefmap.map_file import parse_map
from doxa.domain.clock import DAY, format_moment, parse_time
from doxa.runtime.opening import open_twins
from doxa.runtime.twins import Twins
from doxa.runtime.versions import population_at

START = parse_time("2026-01-01T12:00:00Z")
MAP = parse_map("""
doxa: 1
product: cafe
nodes:
  fair: {kind: belief, says: "Prices are fair."}
  comes: {kind: preference, says: "Comes here."}
  pleased: {kind: feeling, axis: valence, says: "Is pleased.", scale: [1, 5], half_life: 30d}
signals:
  visit: [{node: comes, count: 1}]
  word: [{node: fair, for: 1, when: {kind: praise}}, {node: fair, against: 1, when: {kind: blame}}]
  stars: [{node: pleased, value: stars}]
outcomes:
  comes_back: {happens: visit, within: 7d}
""")


def signals(twin: int) -> Iterator[dict[str, object]]:
    """Two months of one guest; some come often, some are hard to please."""
    rng = random.Random(twin)
    often, mild = 0.05 + 0.4 * rng.random(), rng.random()
    for day in range(60):
        at = format_moment(START + day * DAY + twin)
        row = {"twin": f"t{twin}", "at": at, "recorded": at, "id": f"{twin}-{day}"}
        if rng.random() < often:
            yield {**row, "kind": "visit"}
        elif rng.random() < 0.1:
            said = "praise" if rng.random() < 0.3 + 0.4 * mild else "blame"
            yield {**row, "kind": "word", "payload": {"kind": said}}
        elif rng.random() < 0.1:
            yield {**row, "kind": "stars", "payload": {"stars": 2 + round(3 * mild)}}


def filled(path: Path, guests: range) -> Twins:
    twins = open_twins(path, MAP)
    twins.observe_many(row for twin in guests for row in signals(twin))
    return twins


def rates(twins: Twins) -> dict[str, float]:
    """What the active population says of each node, from its own numbers."""
    active = population_at(twins.wiring, None)
    assert active is not None
    priors = {
        name: dict(zip(NUMBERS, found.family, strict=False))
        for name, found in active[1].priors.items()
    }
    comes, pleased = priors["comes"], priors["pleased"]
    period = MAP.nodes["comes"].period
    apart = pleased["spread"] / math.sqrt(pleased["weight"])
    return {
        "fair": priors["fair"]["base"],
        "comes": 1 - (comes["rate"] / (comes["rate"] + period)) ** comes["shape"],
        "pleased": 0.5 * (1 + math.erf((pleased["mean"] - 3) / apart / math.sqrt(2))),
    }


NUMBERS = ("base", "shape", "rate", "mean", "spread", "strength", "weight")


def test_a_stranger_reads_as_the_population(tmp_path: Path) -> None:
    with filled(tmp_path / "cafe.db", range(40)) as twins:
        before = {
            node: twins["stranger"].opinion(node).credence for node in ("fair", "comes", "pleased")
        }
        twins.fit()
        expected = rates(twins)
        for node, rate in expected.items():
            assert twins["stranger"].opinion(node).credence == pytest.approx(rate, rel=1e-9)
            assert rate != pytest.approx(before[node], abs=0.005)


def test_a_refit_without_somebody_leaves_what_was_read_before(tmp_path: Path) -> None:
    with (
        filled(tmp_path / "cafe.db", range(40)) as twins,
        filled(tmp_path / "b.db", range(39)) as fewer,
    ):
        twins.fit()
        known_at = twins.wiring.clock()
        old = {
            node: twins.twin("t3", known_at=known_at).opinion(node) for node in ("fair", "comes")
        }
        fewer.fit()
        [without] = fewer.wiring.store.populations()
        twins.wiring.store.put_population(without)
        now = {node: twins["t3"].opinion(node) for node in old}
        again = {node: twins.twin("t3", known_at=known_at).opinion(node) for node in old}
        assert {node: each.credence for node, each in again.items()} == {
            node: each.credence for node, each in old.items()
        }
        assert any(now[node].credence != old[node].credence for node in old)


def test_one_twin_forecasts_from_the_moment_it_was_read_at(tmp_path: Path) -> None:
    with filled(tmp_path / "cafe.db", range(40)) as twins:
        assert [each.label for each in twins["t3"].forecast("comes_back")] == ["prior"]
        twins.fit()
        day = format_moment(START + 50 * DAY)
        [told] = twins.twin("t3", as_of=day).forecast("comes_back")
        [same] = twins.forecast("comes_back", cohort=["t3"], at=day).rows()
    assert (told.probability, told.label) == (same.probability, "backtest")
    assert told.base + sum(each.contribution for each in told.reasons) == pytest.approx(
        told.predictor
    )
