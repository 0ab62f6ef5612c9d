"""A cafe whose guests come more often after an invitation, sent by lot: for tests that run people forward."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from doxa.beliefmap.map_file import parse_map
from doxa.domain.clock import DAY, HOUR, parse_time
from doxa.domain.signal import Signal
from doxa.types import Json

CAFE = """
doxa: 1
product: cafe
nodes:
  comes: {kind: preference, says: "Comes here.", half_life: 21d}
  invited: {kind: feeling, says: "Feels invited.", half_life: 4d}
  fair: {kind: belief, says: "Prices are fair.", base: 0.6}
  save: {kind: goal, says: "Wants to save."}
signals:
  visit: [{node: comes, count: 1, once: day}]
  invitation: [{node: invited, for: 1, when: {arm: card}}]
  praise: [{node: fair, for: 1}]
  complaint: [{node: fair, against: 1}]
  resolution: [{node: save, for: 1}]
outcomes:
  visits_today: {happens: visit, within: 1d}
  praises_today: {happens: praise, within: 1d}
  visits_month: {count: visit, once: day, within: 28d}
  lapses: {never: visit, within: 14d}
actions:
  invite: {signal: invitation, with: {arm: card}, control: {arm: none}, randomised: 0.5}
  nag: {signal: complaint, among: {node: fair, above: 0.99}}
rollout: {step: 1d, draws: [visits_today, praises_today]}
personas: [age]
purposes:
  care: {sees: all}
  ads: {sees: [comes, invited], forecasts: [visits_today, visits_month]}
"""
MAP = parse_map(CAFE)
BEGIN = parse_time("2026-01-01T00:00Z")
DAYS, PEOPLE = 84, 60
END = BEGIN + DAYS * DAY


def signals(people: int = PEOPLE, seed: int = 5) -> list[Signal]:
    """Twelve weeks of guests; an invitation, or the control, comes by lot every ten days."""
    return sorted(_signals(people, seed), key=lambda one: (one.at, one.id))


def _signals(people: int, seed: int) -> Iterator[Signal]:
    rng = np.random.default_rng(seed)
    for number in range(people):
        twin = f"g{number:02}"
        usual = rng.normal(-1.6, 0.7)
        yield _one(twin, "traits", BEGIN, {"age": "young" if number % 2 else "old"}, 0)
        warm = 0.0
        for day in range(DAYS):
            at = BEGIN + day * DAY + 9 * HOUR
            warm *= 0.8
            if rng.random() < 0.1:
                card = bool(rng.random() < 0.5)
                warm += card
                yield _one(twin, "invitation", at, {"arm": "card" if card else "none"}, 1)
            if rng.random() < 1 / (1 + np.exp(-(usual + 1.5 * warm))):
                yield _one(twin, "visit", at + 3 * HOUR, {}, 2)
            if rng.random() < 0.03:
                kind = "praise" if rng.random() < 0.6 else "complaint"
                yield _one(twin, kind, at + 5 * HOUR, {}, 3)


def _one(twin: str, kind: str, at: int, payload: dict[str, Json], order: int) -> Signal:
    return Signal(
        id=f"{twin}-{kind}-{at}",
        twin=twin,
        kind=kind,
        at=at,
        recorded=at,
        order=order,
        payload=payload,
    )
