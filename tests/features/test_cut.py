"""A cut past against features made from the signals of the one part a row may read."""

from __future__ import annotations

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.features.test_phi import CLOCKS, asked, close, features, recipe_from

from doxa.beliefmap.map_file import parse_map
from doxa.checks.worlds import keys_of, origins_of, past_of, world_map, worlds
from doxa.domain.clock import DAY, Clock, local_day, parse_time
from doxa.domain.signal import Signal
from doxa.features.consents import withheld
from doxa.features.cut import Part, cut, newest_before, parts_of
from doxa.features.knowledge import as_known
from doxa.features.moments import at_origins, at_signals
from doxa.features.phi import phi
from doxa.features.rows import NONE
from doxa.features.views import Views


def sent_by(signals: list[Signal]) -> list[Signal]:
    """The same signals, from two sources and from two devices or none."""
    return [
        msgspec.structs.replace(
            signal, source=("web", "till")[place % 2], device=("a", None, "b")[place % 3]
        )
        for place, signal in enumerate(signals)
    ]


def part_of(signal: Signal, part: Part, clock: Clock) -> object:
    if part is not Part.SESSION:
        return getattr(signal, part.value)
    if signal.session is not None:
        return signal.session
    return local_day(signal.at, "America/New_York") if clock is Clock.TIME else signal.at


@CLOCKS
@pytest.mark.parametrize("part", list(Part))
@given(data=st.data())
@settings(max_examples=6)
def test_a_row_reads_the_part_of_its_newest_signal_and_no_other(clock, part, data) -> None:
    belief_map = world_map(clock)
    signals = sent_by(data.draw(worlds(clock, most=20)))
    outcome = belief_map.outcomes["buys_soon"]
    recipe, origins = recipe_from(signals, belief_map, outcome), origins_of(clock)
    past = past_of(signals, belief_map, [outcome])
    twins = keys_of(signals)
    told, rows = as_known(past, asked(past, outcome, range(len(twins)), origins))
    reset, seen = cut(told, rows, parts_of(told, part))
    found = phi(recipe, Views(reset, recipe.readings), seen).table
    per = len(found) // (len(twins) * len(origins))
    for place, (origin, twin) in enumerate((o, t) for o in origins for t in twins):
        known = [
            s
            for s in signals
            if s.twin == twin
            and s.at < origin
            and (clock is Clock.POSITION or s.recorded <= origin)
        ]
        visits = [s for s in known if s.kind != "traits"]
        newest = max(visits, key=lambda s: (s.at, s.order, signals.index(s)), default=None)
        kept = [
            msgspec.structs.replace(s, recorded=min(s.recorded, s.at))
            for s in known
            if newest is not None and part_of(s, part, clock) == part_of(newest, part, clock)
        ]
        alone = features(recipe, kept, twin, [origin])
        close(found[place * per : (place + 1) * per], alone)


def test_a_row_asked_at_a_signal_stands_in_the_part_of_that_signal() -> None:
    belief_map = parse_map("""
doxa: 1
product: p
timezone: UTC
nodes: {mood: {kind: feeling, scale: [1, 7]}}
signals: {beep: [{node: mood, value: mood}]}
outcomes: {now: {value: mood, of_signal: beep}}
""")
    outcome, start = belief_map.outcomes["now"], parse_time("2026-01-01T00:00:00Z")
    signals = [
        Signal(
            id=f"n{day}",
            twin="ann",
            kind="beep",
            at=start + day * DAY,
            recorded=start + day * DAY,
            source=source,
            payload={"mood": day + 1},
        )
        for day, source in enumerate(["web", "shop", "web", "shop"])
    ]
    past = past_of(signals, belief_map, [outcome])
    rows = at_signals(outcome, past)
    assert newest_before(past, rows).tolist() == rows.signal.tolist()
    reset, seen = cut(past, rows, parts_of(past, Part.SOURCE))
    assert len(set(seen.twin.tolist())) == 2
    assert seen.person.tolist() == rows.person.tolist()
    views = Views(reset, ())
    assert views._since.of_twins(seen.twin, seen.seen.at).tolist() == [
        start, start + DAY, start, start + DAY,
    ]  # fmt: skip


def test_consent_holds_in_every_part_and_opens_none() -> None:
    belief_map = parse_map("""
doxa: 1
product: p
timezone: UTC
nodes: {stressed: {kind: constraint, opt_in: true, until: 9d}}
signals: {overtime: [{node: stressed, for: 1}]}
outcomes: {again: {happens: overtime, within: 1d}}
""")
    start = parse_time("2026-01-01T00:00:00Z")

    def told(number: int, kind: str, source: str, payload: dict) -> Signal:
        at = start + number * DAY
        return Signal(
            id=f"n{number}", twin="ann", kind=kind, at=at, recorded=at, source=source,
            payload=payload,
        )  # fmt: skip

    signals = [
        told(0, "consent", "self", {"node": "stressed", "given": True}),
        told(1, "overtime", "web", {}),
        told(2, "overtime", "shop", {}),
    ]
    outcome = belief_map.outcomes["again"]
    past = past_of(signals, belief_map, [outcome])
    rows = at_origins(outcome, np.array([0]), [start + day * DAY for day in (0, 2, 3)])
    reset, seen = cut(past, rows, parts_of(past, Part.SOURCE))
    assert withheld(reset, seen.twin, seen.seen, "stressed").tolist() == [True, False, False]
    since = Views(reset, ())._since.of_twins(seen.twin, np.full(3, NONE))
    assert since.tolist() == [NONE, start + DAY, start + 2 * DAY]
