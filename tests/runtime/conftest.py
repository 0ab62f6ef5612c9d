from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from doxa.beliefmap.map_file import parse_map
from doxa.domain.clock import HOUR, parse_time
from doxa.runtime.opening import open_twins
from doxa.runtime.twins import Twins

NOW = parse_time("2026-03-10T12:00:00Z")

SHOP = """
doxa: 1
product: shop
timezone: America/New_York
sources: {default: {trust: 0.7}, till: {trust: 1.0}, self: {trust: 1.0}}
nodes:
  prices_are_fair: {kind: belief, says: "The prices are fair.", half_life: 90d, base: 0.6}
  buys: {kind: preference, of: category, says: "Buys {category}."}
  likes: {kind: preference, of: category, scale: [1, 5]}
  eat_healthier: {kind: goal}
  moving: {kind: constraint}
  worried: {kind: feeling, scale: [7, 1], opt_in: true}
  calm: {kind: feeling, scale: [1, 7]}
  age: {kind: trait}
signals:
  purchase:
    - {node: buys, count: 1, once: session, amount: price}
    - {node: prices_are_fair, for: 0.2, when: {discount: {gt: 0}}}
  rating: [{node: likes, value: stars}]
  complaint: [{node: prices_are_fair, against: 1, when: {topic: price}}]
  praise: [{node: prices_are_fair, for: 1}]
  resolution: [{node: eat_healthier, for: 1}]
  beep: [{node: worried, value: worried}, {node: calm, value: calm}]
  order: [{node: buys, each: lines, by: {category: product}, count: qty}]
  visit: []
"""


class Clockwork:
    """A clock that stands still until it is moved."""

    def __init__(self, now: int = NOW) -> None:
        self.now = now

    def __call__(self) -> int:
        return self.now

    def move(self, hours: float) -> None:
        self.now += round(hours * HOUR)


@pytest.fixture
def clock() -> Clockwork:
    return Clockwork()


@pytest.fixture
def open_shop(tmp_path: Path, clock: Clockwork) -> Iterator[Callable[..., Twins]]:
    opened: list[Twins] = []

    def make(map: object = "shop", snapshot_after: int = 1, **more: object) -> Twins:
        given = parse_map(SHOP) if map == "shop" else map
        twins = open_twins(
            tmp_path / "shop.db",
            given,
            clock=clock,
            snapshot_after=snapshot_after,
            **more,  # type: ignore[arg-type]
        )
        opened.append(twins)
        return twins

    yield make
    for twins in opened:
        twins.close()


@pytest.fixture
def shop(open_shop: Callable[..., Twins]) -> Twins:
    return open_shop()
