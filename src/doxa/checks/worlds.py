"""Small worlds of signals that try features, labels and heads: few twins, ties, late signals."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
from hypothesis import strategies as st

from doxa.beliefmap.map_file import parse_map
from doxa.beliefmap.model import BeliefMap, Outcome
from doxa.checks.columns import signal_columns
from doxa.domain.clock import DAY, HOUR, Clock, format_moment, parse_time
from doxa.domain.signal import Signal
from doxa.features.past import Past, read_past
from doxa.learning.population import fields_for_fit
from doxa.types import Json, Moment

TIMED = """
doxa: 1
product: shop
timezone: America/New_York
bands: [6h, 3d, 21d, never]
event_bands: {visit: [2, 6]}
fields: {ends: time, tags: items, where: category, deal: flag}
sources: {default: {trust: 0.7}, till: {trust: 1.0}}
nodes:
  buys: {kind: preference, of: category, half_life: 3d}
  shops: {kind: preference, half_life: 21d}
  fair: {kind: belief, half_life: 3d}
  mood: {kind: feeling, scale: [1, 7], half_life: 6h}
  liking: {kind: preference, of: tags, scale: [1, 7], half_life: 3d}
signals:
  visit: [{node: shops, count: 1}]
  buy:
    - {node: buys, count: 1, once: session, amount: price}
    - {node: fair, for: 0.2, when: {deal: 1}}
  complaint: [{node: fair, against: 1}]
  beep: [{node: mood, value: mood}]
  offer: []
  tagged: [{node: liking, value: price}]
outcomes:
  buys_soon: {of: category, items: {top: 3}, happens: buy, within: 2d}
  no_visit: {never: visit, within: 1d, among: {did: visit, within: 3d}}
  deals: {happens: buy, when: {deal: 1}, within: 36h, among: [{did: visit, at_least: 2}, {never: complaint, within: 2d}]}
  buys_count: {count: buy, within: 2d}
  buy_days: {count: buy, once: day, within: 3d}
  buy_sessions: {count: buy, once: session, within: 3d}
  spend: {sum: price, of_signal: buy, within: 2d, among: {trait: tier, is: [gold, "2"]}}
  next_buy: {of: category, items: {top: 2}, time_to: buy, within: 2d}
  taken_in: {after: offer, same: [campaign], time_to: buy, until: ends}
  takes: {after: offer, same: [campaign], happens: buy, within: 1d}
  takes_until: {after: offer, happens: buy, until: ends}
  takes_later: {after: offer, plus: [0h, 12h, 1d], same: [campaign], happens: buy, within: 18h}
  in_session: {after: visit, same: [session], happens: buy, within: 6h}
  mood_after: {after: offer, value: mood, of_signal: beep, within: 1d}
  mood_now: {value: mood, of_signal: beep, among: {did: beep, same: [session]}}
  mood_since: {value: mood, of_signal: beep, among: {did: visit, since: offer}}
  tag_price: {of: tags, by: {tags: tags}, value: price, of_signal: tagged}
  tagged_soon: {of: tags, items: [a, b], happens: tagged, within: 1d}
  tags_known: {value: price, of_signal: tagged, given: [tags, where], recent: {beep: [mood], buy: [category, price]}}
  category_known: {value: deal, of_signal: buy, given: [category, price], recent: {buy: [deal]}, same: [campaign]}
"""

ORDERED = """
doxa: 1
product: trials
clock: position
bands: [2, 8, never]
event_bands: {visit: [2, 6]}
fields: {tags: items, where: category, deal: flag}
nodes:
  buys: {kind: preference, of: category, half_life: 8}
  shops: {kind: preference, half_life: 8}
  fair: {kind: belief, half_life: 8}
  mood: {kind: feeling, scale: [1, 7], half_life: 8}
  liking: {kind: preference, of: tags, scale: [1, 7], half_life: 8}
signals:
  visit: [{node: shops, count: 1}]
  buy:
    - {node: buys, count: 1, once: session, amount: price}
    - {node: fair, for: 0.2, when: {deal: 1}}
  complaint: [{node: fair, against: 1}]
  beep: [{node: mood, value: mood}]
  offer: []
  tagged: [{node: liking, value: price}]
outcomes:
  buys_soon: {of: category, items: {top: 3}, happens: buy, within: 4}
  no_visit: {never: visit, within: 3, among: {did: visit, within: 5}}
  buys_count: {count: buy, within: 5}
  buy_sessions: {count: buy, once: session, within: 8}
  spend: {sum: price, of_signal: buy, within: 4, among: {trait: tier, is: [gold, "2"]}}
  next_buy: {time_to: buy, within: 5}
  taken_in: {after: offer, plus: [0, 1], time_to: buy, within: 3}
  takes: {after: offer, same: [campaign], happens: buy, within: 3}
  takes_later: {after: offer, plus: [0, 1, 4], happens: buy, within: 3}
  mood_after: {after: offer, value: mood, of_signal: beep, within: 4}
  mood_now: {value: mood, of_signal: beep, among: {did: beep, same: [session]}}
  mood_since: {value: mood, of_signal: beep, among: {did: visit, since: offer}}
  tags_known: {value: price, of_signal: tagged, given: [tags, where], recent: {beep: [mood], buy: [category, price]}}
  category_known: {value: deal, of_signal: buy, given: [category, price], recent: {buy: [deal]}, same: [campaign]}
"""

START = parse_time("2026-03-06T05:00:00Z")
"""Two days before the clocks of New York change."""
STEP = {Clock.TIME: 6 * HOUR, Clock.POSITION: 1}
BEGIN = {Clock.TIME: START, Clock.POSITION: -10}
KINDS = ("visit", "buy", "buy", "complaint", "beep", "offer", "tagged", "traits")


def world_map(clock: Clock) -> BeliefMap:
    """The map of these worlds on one of the clocks."""
    return parse_map(TIMED if clock is Clock.TIME else ORDERED)


def origins_of(clock: Clock) -> list[Moment]:
    """Some origins on the same grid as the signals, so that borders are met exactly."""
    return [BEGIN[clock] + STEP[clock] * number for number in (2, 5, 8, 13)]


@st.composite
def worlds(draw: st.DrawFn, clock: Clock, most: int = 40) -> list[Signal]:
    """Signals of up to three twins on a coarse grid, some recorded late, some equal in time."""
    drawn = draw(st.lists(_one(clock), min_size=1, max_size=most))
    return [_signal(number, parts, clock) for number, parts in enumerate(drawn)]


def _one(clock: Clock) -> st.SearchStrategy[tuple[object, ...]]:
    late = (0, 0, 0, 1, 4) if clock is Clock.TIME else (0,)
    return st.tuples(
        st.sampled_from(("ann", "bob", "cy")),
        st.sampled_from(KINDS),
        st.integers(0, 20),
        st.sampled_from(late),
        st.integers(0, 2),
        st.sampled_from((None, "s1", "s2")),
        st.sampled_from(("milk", "tea", "rye", None)),
        st.integers(1, 7),
        st.sampled_from(("spring", "autumn")),
        st.booleans(),
    )


def _signal(number: int, parts: tuple[object, ...], clock: Clock) -> Signal:
    twin, kind, place, late, order, session, category, value, campaign, flag = parts
    step, begin = STEP[clock], BEGIN[clock]
    assert isinstance(place, int)
    assert isinstance(late, int)
    at = begin + step * place
    ends = at + step * int(str(value))
    told: dict[str, dict[str, object]] = {
        "visit": {},
        "buy": {
            "category": category,
            "price": value,
            "deal": int(bool(flag)),
            "campaign": campaign,
        },
        "complaint": {},
        "beep": {"mood": value if flag else None},
        "offer": {"campaign": campaign, "ends": _written(ends, clock) if flag else None},
        "tagged": {
            "tags": ["a", "b", "a"][: int(str(value)) % 4],
            "price": value,
            "where": session,
        },
        "traits": {"tier": ("gold", "2", None)[int(str(value)) % 3]} if flag else {"other": 1},
    }
    # The table above holds one JSON object per kind.
    payload: dict[str, Json] = told[str(kind)]  # type: ignore[assignment] # joined by kind, mypy sees object
    return Signal(
        id=f"n{number}",
        twin=str(twin),
        kind=str(kind),
        at=at,
        recorded=at + late * step if clock is Clock.TIME else 0,
        order=int(str(order)),
        session=None if session is None else str(session),
        payload=payload,
    )


def _written(moment: Moment, clock: Clock) -> str:
    return format_moment(moment, clock)


def crowd(people: int = 40, *, days: int = 24, seed: int = 1) -> list[Signal]:
    """Many people on the time clock who differ in how often they buy what, by time and id.

    Everybody buys milk or tea at a rate of their own; one in twelve also buys rye, so that a small
    crowd knows a member that fewer than ten people met.
    """
    rng = np.random.default_rng(seed)
    found: list[Signal] = []
    for person in range(people):
        rates = rng.gamma(1.0, 0.25, 3) + 0.02
        for day in range(days):
            bought = [int(rng.random() < rate) for rate in rates]
            found += _day(f"p{person}", START + day * DAY, bought, rng, rye=person % 12 == 0)
    return sorted(found, key=lambda signal: (signal.at, signal.id))


def _day(
    twin: str, at: Moment, bought: list[int], rng: np.random.Generator, *, rye: bool
) -> list[Signal]:
    """One person's day: perhaps a visit with purchases in one session, perhaps a beep."""
    milk, tea, beep = bought
    named = [name for name, there in (("milk", milk), ("tea", tea), ("rye", tea and rye)) if there]
    told: list[tuple[str, dict[str, Json]]] = [("visit", {})] if named else []
    for name in named:
        price = round(float(rng.gamma(4.0)), 2)
        told.append(("buy", {"category": name, "price": price, "deal": int(rng.integers(2))}))
    if beep:
        told.append(("beep", {"mood": int(rng.integers(1, 8))}))
    if rng.random() < 0.05:
        told.append(("complaint", {}))
    first = at + int(rng.integers(6, 18)) * HOUR
    return [
        Signal(
            id=f"{twin}-{first}-{place}",
            twin=twin,
            kind=kind,
            at=first,
            recorded=first,
            order=place,
            session=f"{twin}-{first}",
            payload=payload,
        )
        for place, (kind, payload) in enumerate(told)
    ]


def past_of(signals: Sequence[Signal], belief_map: BeliefMap, outcomes: Iterable[Outcome]) -> Past:
    """The past of some signals, with the fields that some outcomes need."""
    fields = fields_for_fit(belief_map, outcomes)
    return read_past(belief_map, [signal_columns(list(signals), belief_map)], fields=fields)


def keys_of(signals: Sequence[Signal]) -> list[str]:
    """The twin of each key in `past_of`."""
    return list(dict.fromkeys(signal.twin for signal in signals))
