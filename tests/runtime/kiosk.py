"""A kiosk where what is paid follows the price on the tag and who pays: for changes that are put."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from doxa.beliefmap.map_file import parse_map
from doxa.domain.clock import DAY, HOUR, parse_time
from doxa.domain.signal import Signal
from doxa.types import Json

MAP = parse_map("""
doxa: 1
product: kiosk
nodes:
  buys: {kind: preference, says: "Buys here.", half_life: 21d}
  fair: {kind: belief, says: "Prices are fair.", base: 0.5}
signals:
  buy: [{node: buys, count: 1}]
  word: [{node: fair, for: 1, when: {good: 1}}, {node: fair, against: 1, when: {good: 0}}]
outcomes:
  buys_today: {happens: buy, within: 1d}
  pays: {value: paid, of_signal: buy, given: [tag]}
  spends: {sum: paid, of_signal: buy, within: 14d}
rollout: {step: 1d, draws: [buys_today, pays]}
personas: [plan]
""")
BEGIN = parse_time("2026-01-01T00:00Z")
DAYS, PEOPLE = 60, 50
END = BEGIN + DAYS * DAY


def signals() -> list[Signal]:
    """Two months: paid = 2 tag + noise; who finds prices fair, and who has a plan, buys more often."""
    return sorted(_signals(), key=lambda one: (one.at, one.id))


def _signals() -> Iterator[Signal]:
    rng = np.random.default_rng(11)
    for number in range(PEOPLE):
        twin, gold = f"k{number:02}", number % 2 == 0
        yield _one(twin, "traits", BEGIN, {"plan": "gold" if gold else "plain"})
        fair = rng.random() < 0.5
        for day in range(DAYS):
            at = BEGIN + day * DAY + 10 * HOUR
            if rng.random() < 0.15:
                yield _one(twin, "word", at, {"good": int(fair)})
            if rng.random() < 0.1 + 0.3 * fair + 0.3 * gold:
                tag = round(float(rng.uniform(1.0, 2.0)), 2)
                paid = round(2 * tag + float(rng.normal(0, 0.1)), 2)
                yield _one(twin, "buy", at + 2 * HOUR, {"tag": tag, "paid": paid})


def _one(twin: str, kind: str, at: int, payload: dict[str, Json]) -> Signal:
    return Signal(
        id=f"{twin}-{kind}-{at}",
        twin=twin,
        kind=kind,
        at=at,
        recorded=at,
        payload=payload,
    )
