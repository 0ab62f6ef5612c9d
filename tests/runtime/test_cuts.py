"""One session that never ends: wherever the history is cut, it reads as the whole."""

from __future__ import annotations

import pytest
from tests.runtime.conftest import NOW, SHOP

from doxa.beliefmap.map_file import parse_map
from doxa.domain.clock import DAY, HOUR, datetime_of
from doxa.runtime.folding.twin_state import readable
from doxa.runtime.identity import Person


def hourly(shop, days: int) -> None:
    shop.observe_many(
        {
            "twin": "h42",
            "kind": "purchase",
            "payload": {"category": "MILK", "discount": 1},
            "at": datetime_of(NOW - days * DAY + hour * HOUR),
            "session": "endless",
        }
        for hour in range(24 * days)
    )


@pytest.mark.parametrize("offset", [0, 5, 10, 17, 23])
def test_a_snapshot_and_its_tail_read_as_the_whole(shop, clock, offset):
    hourly(shop, 9)
    clock.move(offset)
    shop.snapshot()
    kept = readable(shop.wiring, shop.map, Person(1), clock.now, None)
    whole = readable(shop.wiring, shop.map, Person(1), clock.now, None, cached=False)
    assert kept.snapshot is not None
    assert 0 < len(kept.rows) < len(whole.rows)
    for entry, cells in whole.folded().state.nodes.items():
        continued = kept.folded().state.nodes[entry]
        assert continued.occasions.tolist() == cells.occasions.tolist()
        assert continued.sums == pytest.approx(cells.sums, rel=1e-9)


def test_a_snapshot_is_continued_by_the_next(shop, clock):
    hourly(shop, 9)
    first = shop.snapshot() and shop.wiring.store.snapshot(1)
    clock.move(30)
    assert shop.snapshot() == 1
    second = shop.wiring.store.snapshot(1)
    assert second.until - first.until in (23 * HOUR, DAY)
    whole = readable(shop.wiring, shop.map, Person(1), clock.now, None, cached=False)
    kept = readable(shop.wiring, shop.map, Person(1), clock.now, None)
    found, expected = kept.folded().state.nodes["buys"], whole.folded().state.nodes["buys"]
    assert found.sums == pytest.approx(expected.sums, rel=1e-9)


def test_a_person_who_moves_is_cut_where_it_was_quiet(open_shop, clock):
    moving = SHOP.replace("America/New_York", "{from: tz, default: America/New_York}")
    shop = open_shop(parse_map(moving))
    hourly(shop, 9)
    assert shop.snapshot() == 0
    clock.move(24 * 6)
    assert shop.snapshot() == 1
    assert shop.wiring.store.snapshot(1).until > NOW + 2 * DAY
    shop.observe("h42", "traits", {"tz": "Asia/Tokyo"})
    shop.observe("h42", "praise")
    assert shop["h42"].opinion("prices_are_fair").status != "unmet"


def test_many_callers_at_once_are_all_kept(shop):
    from concurrent.futures import ThreadPoolExecutor

    def call(number: int) -> int:
        return shop.observe(f"t{number % 5}", "praise", id=f"p{number}").seq

    with ThreadPoolExecutor(16) as pool:
        places = list(pool.map(call, range(200)))
    assert sorted(places) == list(range(1, 201))
    assert sum(shop[f"t{n}"].opinion("prices_are_fair").occasions for n in range(5)) == 5
