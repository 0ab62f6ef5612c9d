"""A small shop of people who come and buy at rates of their own, and a population fitted on it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np

from doxa.beliefmap.map_file import parse_map
from doxa.beliefmap.model import BeliefMap
from doxa.checks.worlds import keys_of as twins_of
from doxa.checks.worlds import past_of
from doxa.domain.clock import DAY, HOUR, parse_time
from doxa.domain.signal import Signal
from doxa.domain.view import EVERYTHING
from doxa.features.past import Past
from doxa.heads.population import SightPart
from doxa.learning.population import fit_population
from doxa.simulation.cast import Cast, cast_of
from doxa.simulation.numbers import keys_of
from doxa.types import Json

MAP = parse_map("""
doxa: 1
product: shop
bands: [7d, 30d, never]
event_bands: {trip: [2, 6]}
fields: {sent: category}
sources: {default: {trust: 0.8}}
nodes:
  shops: {kind: preference, says: "Shops.", half_life: 30d}
  buys: {kind: preference, of: category, says: "Buys {category}."}
  fair: {kind: belief, says: "Prices are fair.", half_life: 30d}
  glad: {kind: feeling, says: "Is glad.", scale: [1, 5], half_life: 7d}
  eats_well: {kind: goal, says: "Eats well."}
edges:
  - {from: fair, to: eats_well, kind: supports}
signals:
  trip: [{node: shops, count: 1, amount: spend}, {node: glad, value: smile}]
  purchase:
    - {node: buys, count: 1, once: session, amount: paid}
    - {node: fair, for: 0.2, when: {paid: {lt: 4}}}
    - {node: fair, against: 0.6, when: {paid: {gt: 9}}}
  letter: [{node: fair, for: 1}]
  answer: []
  resolved: [{node: eats_well, for: 1}]
outcomes:
  shops_today: {happens: trip, within: 1d}
  trip_spend: {value: spend, of_signal: trip}
  smiles: {value: smile, of_signal: trip, recent: {trip: [smile]}, scale: [1, 5], step: 1}
  buys_on_trip: {after: trip, same: [session], of: category, items: {top: 3}, happens: purchase, within: 1h}
  line_paid: {of: category, value: paid, of_signal: purchase}
  answers: {after: letter, happens: answer, within: 3d}
  days: {count: trip, once: day, within: 28d}
  spend: {sum: spend, of_signal: trip, within: 28d}
  stays_away: {never: trip, within: 28d}
  buys_dear: {happens: purchase, when: {paid: {gt: 9}}, within: 28d}
personas: [tier]
rollout: {step: 1d, draws: [shops_today, trip_spend, smiles, buys_on_trip, line_paid]}
""")
BEGIN = parse_time("2026-01-01T00:00:00Z")
DAYS = 90
ORIGIN = BEGIN + DAYS * DAY


def lives(people: int, days: int, seed: int) -> list[Signal]:
    """People who come with a chance, spend and buy in a way of their own."""
    rng = np.random.default_rng(seed)
    found: list[Signal] = []
    for person in range(people):
        chance, mean, likes = rng.beta(3, 9), rng.gamma(4, 5), rng.beta(1, 2, 3)
        tier = "gold" if mean > 20 else "plain"
        found.append(_signal(len(found), person, "traits", BEGIN, {"tier": tier}, None, 0))
        for day in range(days):
            if rng.random() >= chance:
                continue
            at = BEGIN + day * DAY + int(rng.integers(8, 20)) * HOUR
            spent = {
                "spend": round(float(rng.gamma(4, mean / 4)), 2),
                "smile": int(rng.integers(1, 6)),
            }
            found.append(_signal(len(found), person, "trip", at, spent, day, 0))
            for place, category in enumerate("abc"):
                if rng.random() < likes[place]:
                    told = {"category": category, "paid": round(float(rng.gamma(3, 2)), 2)}
                    found.append(_signal(len(found), person, "purchase", at, told, day, 1))
    return sorted(found, key=lambda signal: signal.at)


def _signal(
    number: int,
    person: int,
    kind: str,
    at: int,
    payload: dict[str, Json],
    day: int | None,
    order: int,
) -> Signal:
    session = None if day is None else f"{person}-{day}"
    return Signal(
        id=f"s{number}",
        twin=f"p{person}",
        kind=kind,
        at=at,
        recorded=at,
        payload=payload,
        session=session,
        order=order,
    )


@dataclass(frozen=True)
class Shop:
    """People, what they did before the origin and after it, and heads fitted before it."""

    map: BeliefMap
    before: list[Signal]
    later: list[Signal]
    past: Past
    part: SightPart
    names: list[str]

    def cast(self, watched: tuple[str, ...] = ()) -> Cast:
        """Everybody at the origin."""
        twins = np.arange(len(self.names))
        return cast_of(self.past, self.part, twins, keys_of(self.names), ORIGIN, watched)


@cache
def shop(people: int = 60, seed: int = 3) -> Shop:
    """The shop, fitted once."""
    signals = lives(people, DAYS + 60, seed)
    before = [signal for signal in signals if signal.at < ORIGIN]
    outcomes = list(MAP.outcomes.values())
    past = past_of(before, MAP, outcomes)
    assert MAP.rollout is not None
    drawn = [MAP.outcomes[name] for name in MAP.rollout.draws]
    part = fit_population(past, drawn, ORIGIN).part(EVERYTHING)
    assert part is not None
    later = [signal for signal in signals if signal.at >= ORIGIN]
    return Shop(MAP, before, later, past, part, twins_of(before))


def fitted(belief_map: BeliefMap, before: list[Signal], origin: int) -> Shop:
    """People of another place, and the heads that its rollout draws from."""
    past = past_of(before, belief_map, belief_map.outcomes.values())
    assert belief_map.rollout is not None
    drawn = [belief_map.outcomes[name] for name in belief_map.rollout.draws]
    part = fit_population(past, drawn, origin).part(EVERYTHING)
    assert part is not None
    return Shop(belief_map, before, [], past, part, twins_of(before))
