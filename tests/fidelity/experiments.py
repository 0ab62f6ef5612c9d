"""A world in which chance decides who is called, and what a call does is known."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np

from doxa.beliefmap.map_file import parse_map
from doxa.beliefmap.model import BeliefMap
from doxa.checks.worlds import past_of
from doxa.domain.clock import DAY, Clock, format_moment, parse_time
from doxa.domain.signal import Signal
from doxa.features.past import Past

MAP = """
doxa: 1
product: club
timezone: UTC
fields: {arm: category}
groups: {home: {trait: home}}
nodes:
  comes_often: {kind: preference, says: "Comes often.", half_life: 90d}
  feels_asked: {kind: belief, says: "Feels asked for.", half_life: 90d}
signals:
  met:
    - {node: comes_often, for: 1, when: {came: 1}}
    - {node: comes_often, against: 1, when: {came: 0}}
  assigned:
    - {node: feels_asked, for: 1, when: {arm: call}}
  come: []
  beep: []
outcomes:
  comes: {after: assigned, happens: come, given: [arm], within: 10d}
  mood: {value: mood, of_signal: beep, recent: {assigned: [arm]}, scale: [1, 7]}
actions:
  call: {signal: assigned, with: {arm: call}, control: {arm: none}, randomised: chance, unit: home}
  card: {signal: assigned, with: {arm: card}, control: {arm: none}, randomised: chance, unit: home}
personas: [tier]
"""
CHANCES = {"none": 0.4, "call": 0.3, "card": 0.3}
START = parse_time("2026-01-01T00:00:00Z")
OFTEN, SELDOM, CALL, CARD = 0.8, 0.1, 0.5, 0.1
SHIFT = 1.5


def truth(action: str) -> float:
    """What the action does to the mean: a call only to those who come seldom."""
    return CALL / 2 if action == "call" else CARD


def signals_of_lot(people: int, *, always: str | None = None, values: bool = False) -> list[Signal]:
    """Two to a home; who came seldom comes .5 more often when called, everybody .1 with a card."""
    rng = np.random.default_rng(13)
    found: list[Signal] = []

    def add(person: int, kind: str, day: float, **payload: object) -> None:
        when = START + round(day * DAY)
        found.append(
            Signal(
                id=f"n{len(found)}",
                twin=f"p{person}",
                kind=kind,
                at=when,
                recorded=when,
                payload=payload,
            )
        )

    for person in range(people):
        home = person // 2
        drawn = np.random.default_rng(5000 + home).choice(list(CHANCES), p=list(CHANCES.values()))
        arm = always or str(drawn)
        often = rng.random() < 0.5
        add(person, "traits", 0, tier="gold" if rng.random() < 0.5 else "blue", home=f"h{home}")
        for day in range(1, 7):
            came = rng.random() < (0.9 if often else 0.1)
            add(person, "met", day, came=int(came))
        if values:
            for day in range(7, 12):
                add(person, "beep", day, mood=float(np.clip(rng.normal(3, 0.7), 1, 7)))
        add(person, "assigned", 20, arm=arm, chance=CHANCES[arm])
        chance = OFTEN if often else SELDOM
        chance += {"none": 0.0, "call": 0.0 if often else CALL, "card": CARD}[arm]
        if rng.random() < chance:
            add(person, "come", 23)
        if values:
            for day in range(31, 36):
                mean = 3 + (SHIFT if arm == "call" else 0.0)
                add(person, "beep", day, mood=float(np.clip(rng.normal(mean, 0.7), 1, 7)))
    add(0, "met", 40)  # so that every window is over
    return found


def past_of_lot(
    people: int,
    *,
    always: str | None = None,
    values: bool = False,
    belief_map: BeliefMap | None = None,
) -> Past:
    """The past of such people."""
    belief_map = belief_map or parse_map(MAP)
    told = signals_of_lot(people, always=always, values=values)
    return past_of(told, belief_map, belief_map.outcomes.values())


def rows_of(signals: Iterable[Signal]) -> Iterator[dict[str, Any]]:
    """Signals as a product sends them."""
    for signal in signals:
        at = format_moment(signal.at, Clock.TIME)
        yield {
            "twin": signal.twin,
            "kind": signal.kind,
            "at": at,
            "recorded": at,
            "payload": signal.payload,
        }
