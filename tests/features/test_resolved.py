"""What was known of a person before a moment, against counting by hand."""

from __future__ import annotations

import numpy as np
import pytest

from doxa.beliefmap.map_file import parse_map
from doxa.checks.worlds import past_of
from doxa.domain.clock import DAY, parse_time
from doxa.domain.signal import Signal
from doxa.features.met import signals_before
from doxa.features.moments import after_triggers, at_origins, at_signals
from doxa.features.resolved import resolved_before
from doxa.features.since import tenure_of

MAP = parse_map("""
doxa: 1
product: shop
timezone: UTC
fields: {right: flag}
nodes:
  buys: {kind: preference}
signals:
  buy: [{node: buys, count: 1}]
  offer: []
  answer: []
outcomes:
  soon: {happens: buy, within: 7d}
  redeems: {after: offer, happens: buy, within: 3d}
  right: {value: right, of_signal: answer}
personas: [tier]
""")
START = parse_time("2026-01-01T00:00:00Z")
KINDS = ("buy", "offer", "answer", "traits")


def history(seed: int) -> list[Signal]:
    rng = np.random.default_rng(seed)
    found = []
    for number in range(120):
        kind = KINDS[rng.integers(len(KINDS))]
        at = START + int(rng.integers(0, 60)) * DAY
        payload = {"traits": {"tier": "gold"}, "answer": {"right": 1}}.get(kind, {})
        twin = f"p{rng.integers(6)}"
        found.append(
            Signal(id=f"n{number}", twin=twin, kind=kind, at=at, recorded=at, payload=payload)
        )
    return found


def past(seed: int):
    return past_of(history(seed), MAP, list(MAP.outcomes.values()))


@pytest.mark.parametrize("seed", [1, 2])
def test_signals_and_tenure_are_counted_by_hand(seed):
    told = past(seed)
    signals = told.signals
    rows = at_origins(
        MAP.outcomes["soon"], np.unique(signals.twin), [START + 30 * DAY, START + 55 * DAY]
    )
    traits = signals.kinds.index("traits")
    before = signals_before(told, rows)
    tenure = tenure_of(told, rows)
    for place in range(len(rows)):
        own = (signals.twin == rows.twin[place]) & (signals.at < rows.seen.at[place])
        assert before[place] == (own & (signals.kind != traits)).sum()
        everything = signals.at[signals.twin == rows.twin[place]]
        assert tenure[place] == rows.seen.at[place] - everything.min()


def test_answers_before_are_earlier_ones_of_the_same_person():
    told = past(1)
    outcome = MAP.outcomes["right"]
    rows = at_signals(outcome, told)
    found = resolved_before(outcome, told, rows)
    for place in range(len(rows)):
        same = rows.twin == rows.twin[place]
        earlier = (rows.seen.at < rows.seen.at[place]) | (
            (rows.seen.at == rows.seen.at[place]) & (rows.seen.order < rows.seen.order[place])
        )
        assert found[place] == (same & earlier).sum()
    assert found.max() > 2


def test_a_trigger_counts_once_its_window_has_closed():
    told = past(2)
    outcome = MAP.outcomes["redeems"]
    rows = after_triggers(outcome, told)
    found = resolved_before(outcome, told, rows)
    for place in range(len(rows)):
        closed = rows.seen.at + 3 * DAY < rows.seen.at[place]
        assert found[place] == (closed & (rows.twin == rows.twin[place])).sum()
    assert found.max() > 1


def test_windows_follow_each_other_from_the_first_signal():
    told = past(1)
    outcome = MAP.outcomes["soon"]
    rows = at_origins(outcome, np.unique(told.signals.twin), [START + 30 * DAY])
    expected = tenure_of(told, rows) // (7 * DAY)
    assert resolved_before(outcome, told, rows).tolist() == expected.tolist()
    nobody = at_origins(outcome, np.array([10_000]), [START + 30 * DAY])
    assert resolved_before(outcome, told, nobody).tolist() == [0]
    assert signals_before(told, nobody).tolist() == [0]
    assert tenure_of(told, nobody)[0] < 0
