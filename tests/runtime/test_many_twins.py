"""Snapshots of all twins, and readings of many twins from them, are what each twin reads."""

from __future__ import annotations

import msgspec
import pytest
from tests.runtime.conftest import NOW, SHOP

from doxa.beliefmap.map_file import parse_map
from doxa.domain.clock import DAY, datetime_of
from doxa.runtime.folding import all_twins
from doxa.runtime.folding.twin_state import fresh_snapshot, readable
from doxa.runtime.identity import Person


def at(days: float) -> object:
    return datetime_of(NOW - round(days * DAY))


@pytest.fixture
def crowd(open_shop):
    """Five people with histories of different lengths, none of them read yet."""
    shop = open_shop(snapshot_after=10**9)
    for person in range(5):
        for day in range(60, 3, -1 - person):
            payload = {"category": ["MILK", "BREAD"][day % 2], "price": 2.5, "discount": day % 4}
            shop.observe(f"p{person}", "purchase", payload, at=at(day), session=f"s{day}")
        shop.observe(f"p{person}", "beep", {"calm": 1 + person}, at=at(20))
        shop.observe(f"p{person}", "traits", {"age": 40 + person}, at=at(30))
    return shop


NODES = ("prices_are_fair", "buys[MILK]", "calm", "eat_healthier")


def told(shop) -> list[list[object]]:
    ids = ["p3", "nobody", "p0", "p4", "p1"]
    found = shop.read(ids, NODES)
    return [[msgspec.to_builtins(found.nodes[node].one(row)) for node in NODES] for row in range(5)]


def same(one: list[list[object]], other: list[list[object]]) -> None:
    for left, right in zip(one, other, strict=True):
        for a, b in zip(left, right, strict=True):
            assert a.keys() == b.keys()
            for name, value in a.items():
                if isinstance(value, float):
                    assert value == pytest.approx(b[name], rel=1e-12, abs=1e-12), name
                else:
                    assert value == b[name], name


def test_snapshots_change_no_reading(crowd, monkeypatch):
    before = told(crowd)
    signals = crowd.wiring.store.stats().signals
    monkeypatch.setattr(all_twins, "SIGNALS", signals / 3)
    steps = []
    assert crowd.snapshot(progress=lambda done, of: steps.append((done, of))) == 5
    assert steps == [(2, 5), (4, 5), (5, 5)]
    same(told(crowd), before)
    assert crowd.snapshot() == 0


def test_people_who_move_are_folded_together_as_one_by_one(open_shop, clock):
    moving = parse_map(SHOP.replace("America/New_York", "{from: tz, default: America/New_York}"))
    shop = open_shop(moving, snapshot_after=10**9)
    for person in range(4):
        for day in range(60, 1 + 4 * person, -1 - person):
            shop.observe(f"p{person}", "praise", at=at(day), session=f"s{day // 9}")
        shop.observe(f"p{person}", "traits", {"tz": "Asia/Tokyo"}, at=at(30))
    clock.move(24 * 3)
    assert shop.snapshot() == 4
    for key in range(1, 5):
        kept = shop.wiring.store.snapshot(key)
        whole = readable(shop.wiring, moving, Person(key), None, None, cached=False)
        alone = fresh_snapshot(shop.wiring, whole, Person(key), None, 1)
        assert kept == alone


def test_tails_and_missing_snapshots_are_read_together(crowd):
    crowd.snapshot(["p0", "p3", "nobody"])
    for person in (0, 1, 3):
        crowd.observe(f"p{person}", "praise", at=at(1), source="self")
    alone = [
        [msgspec.to_builtins(crowd.twin(name).opinion(node)) for node in NODES]
        for name in ("p3", "nobody", "p0", "p4", "p1")
    ]
    same(told(crowd), alone)


def test_what_all_twins_leave_is_what_one_read_leaves(crowd):
    store = crowd.wiring.store
    keys = store.twins().tolist()
    crowd.snapshot()
    together = store.snapshots(keys)
    crowd.observe("p2", "praise", at=at(50))
    assert crowd.snapshot(["p2"]) == 1
    assert [each.until for each in together] == [each.until for each in store.snapshots(keys)]
    assert store.snapshot(keys[0]) == together[0]
