"""What everybody lately does: counted by hand, from what was known then, of no few people."""

from __future__ import annotations

import math
import random
from dataclasses import replace
from itertools import pairwise

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from doxa.checks.worlds import START, crowd, past_of, world_map
from doxa.domain.clock import DAY, HOUR, Clock
from doxa.domain.signal import Signal
from doxa.features.knowledge import with_copies
from doxa.features.popularity import Popularity, popularity_of

MAP = world_map(Clock.TIME)
BUYS = MAP.nodes["buys"]
BANDS = [6 * HOUR, 3 * DAY, 21 * DAY]
MOMENTS = [START + day * DAY for day in (3, 9, 15)]


def tables(signals: list[Signal]) -> Popularity:
    return popularity_of(past_of(signals, MAP, [MAP.outcomes["buys_soon"]]), BUYS, MOMENTS, BANDS)


def table(found: Popularity, moment: int, band: int) -> dict[str, float]:
    code = np.arange(len(found.members))
    told = found.of(code, found.members, np.full(len(code), moment))
    return dict(zip(found.members, told[:, band].tolist(), strict=True))


def late(signals: list[Signal], every: int) -> list[Signal]:
    """Some of the purchases are recorded three days after they happened."""
    return [
        msgspec.structs.replace(one, recorded=one.at + 3 * DAY) if place % every == 0 else one
        for place, one in enumerate(signals)
    ]


def by_hand(signals: list[Signal], moment: int, fast: int, slow: int) -> dict[str, float]:
    """The definition, one signal after the other."""
    days: dict[tuple[str, str, int], int] = {}
    known = [s for s in signals if s.kind == "buy" and s.at < moment and s.recorded <= moment]
    for one in sorted(known, key=lambda s: (max(s.at + 1, s.recorded), s.at)):
        local = (one.at - 5 * HOUR) // DAY  # New York in winter
        days.setdefault((one.twin, str(one.payload["category"]), local), one.at)
    names = {name for _, name, _ in days}
    lately, before = dict.fromkeys(names, 0.0), dict.fromkeys(names, 0.0)
    for (_, name, _), at in days.items():
        lately[name] += 2 ** (-(moment - at) / fast)
        before[name] += 2 ** (-(moment - at) / slow)
    swings = {}
    for name in names:
        people = {twin for twin, bought, _ in days if bought == name}
        usual = sum(lately.values()) * before[name] / sum(before.values())
        swing = math.log((lately[name] + 0.5) / (usual + 0.5))
        swings[name] = swing if len(people) >= 10 else 0.0
    return swings


@given(seed=st.integers(0, 50), every=st.integers(2, 5))
@settings(max_examples=6)
def test_tables_are_what_is_counted_by_hand(seed: int, every: int) -> None:
    signals = late(crowd(30, days=16, seed=seed), every)
    found = tables(signals)
    for moment in MOMENTS:
        for place, (fast, slow) in enumerate(pairwise(BANDS)):
            expected = by_hand(signals, moment, fast, slow)
            for name, swing in table(found, moment, place).items():
                assert math.isclose(swing, expected.get(name, 0.0), rel_tol=1e-9, abs_tol=1e-9)


@given(seed=st.integers(0, 50))
@settings(max_examples=4)
def test_neither_order_nor_what_was_not_known_changes_a_table(seed: int) -> None:
    signals = late(crowd(30, days=20, seed=seed), 4)
    last = MOMENTS[-1]
    known = [one for one in signals if one.at < last and one.recorded <= last]
    assert len(known) < len(signals)
    shuffled = random.Random(seed).sample(known, len(known))
    found = tables(signals)
    for again in (tables(known), tables(shuffled)):
        for band in range(len(BANDS) - 1):
            told = pytest.approx(table(found, last, band), rel=1e-9, abs=1e-12)
            assert table(again, last, band) == told


def test_who_stands_in_the_past_twice_counts_once() -> None:
    past = past_of(crowd(30, days=16), MAP, [MAP.outcomes["buys_soon"]])
    every = np.arange(len(past.signals))
    copied = with_copies(past, every, past.signals.twin + 1_000)
    assert popularity_of(copied, BUYS, MOMENTS, BANDS) == popularity_of(past, BUYS, MOMENTS, BANDS)
    counted_twice = popularity_of(replace(copied, first_copy=None), BUYS, MOMENTS, BANDS)
    assert counted_twice != popularity_of(past, BUYS, MOMENTS, BANDS)


def test_what_few_people_met_is_neither_named_nor_told() -> None:
    found = tables(crowd(60, days=16))
    assert set(found.members) == {"milk", "tea"}  # five people buy rye
    unknown = found.of(np.array([0, -1]), ["rye"], np.array([MOMENTS[-1], MOMENTS[-1]]))
    assert not unknown.any()


def test_before_the_first_table_and_long_after_the_last_all_is_as_usual() -> None:
    found = tables(crowd(30, days=16))
    names = found.members
    one = np.zeros(1, dtype=np.int64)
    assert not found.of(one, names, np.array([MOMENTS[0] - 1])).any()
    told = found.of(one, names, np.array([MOMENTS[-1]]))
    later = found.of(one, names, np.array([MOMENTS[-1] + BANDS[0]]))
    assert told[0, 0] != 0
    assert math.isclose(later[0, 0], told[0, 0] / 2)
    assert np.abs(found.of(one, names, np.array([MOMENTS[-1] + 4000 * DAY]))).max() < 1e-9


def test_what_lifts_all_alike_moves_nothing() -> None:
    """Everybody buys milk and tea on the same days, and twice as often in the end."""
    signals = [
        Signal(
            id=f"{person}-{day}-{name}",
            twin=f"p{person}",
            kind="buy",
            at=START + day * DAY + person,
            recorded=START + day * DAY + person,
            payload={"category": name, "price": 1},
        )
        for person in range(12)
        for day in (0, 2, 4, 6, 8, 9, 10, 11, 12, 13, 14)
        for name in ("milk", "tea")
    ]
    found = tables(signals)
    assert np.abs(found.swings).max() < 1e-12
