"""A shop with an aisle: people come, take one of three brands or none, and a bag of some size."""

from __future__ import annotations

from functools import cache

import numpy as np
from tests.simulation.shops import BEGIN, DAYS, ORIGIN, Shop, fitted

from doxa.beliefmap.map_file import parse_map
from doxa.domain.clock import DAY, HOUR
from doxa.domain.signal import Signal
from doxa.types import Json

MAP = parse_map("""
doxa: 1
product: aisle
bands: [7d, 30d, never]
fields: {brand: category, size: category}
nodes:
  comes_by: {kind: preference, says: "Comes by.", half_life: 30d}
  likes: {kind: preference, of: brand, says: "Likes {brand}."}
  thrifty: {kind: belief, says: "Minds prices.", half_life: 30d}
signals:
  shelf: [{node: comes_by, count: 1}]
  picked:
    - {node: likes, count: 1}
    - {node: thrifty, for: 0.4, when: {price: {lt: 1.5}}}
    - {node: thrifty, against: 0.4, when: {price: {ge: 2.5}}}
outcomes:
  comes: {happens: shelf, within: 1d}
  picks:
    {choice: shelf, options: brands, attributes: [price], chosen: brand, of_signal: picked,
     same: [session], within: 1h, otherwise: none}
  bag: {value: size, of_signal: picked, given: [price]}
  took_a: {count: picked, when: {brand: a}, within: 28d}
  took_b: {count: picked, when: {brand: b}, within: 28d}
  took_c: {count: picked, when: {brand: c}, within: 28d}
  paid: {sum: price, of_signal: picked, within: 28d}
  big_bags: {count: picked, when: {size: big}, within: 28d}
  visits: {count: shelf, within: 28d}
rollout: {step: 1d, draws: [comes, picks, bag]}
""")
BRANDS = ("a", "b", "c")


def lives(people: int, seed: int) -> list[Signal]:
    """People who like one brand or another, and mind what it costs."""
    rng = np.random.default_rng(seed)
    found: list[Signal] = []
    for person in range(people):
        chance, liking = rng.beta(3, 9), rng.normal(0, 1, 3)
        for day in range(DAYS):
            if rng.random() >= chance:
                continue
            at = BEGIN + day * DAY + int(rng.integers(8, 20)) * HOUR
            price = rng.uniform(1, 3, 3).round(2)
            eta = np.r_[liking - 1.2 * (price - 2), -1.0]
            pick = int(rng.choice(4, p=np.exp(eta) / np.exp(eta).sum()))
            offered = [{"id": b, "price": float(p)} for b, p in zip(BRANDS, price, strict=True)]
            found.append(signal(len(found), f"p{person}", "shelf", at, {"brands": offered}))
            if pick < 3:
                size = "big" if rng.random() < 0.3 else "small"
                told = {"brand": BRANDS[pick], "price": float(price[pick]), "size": size}
                found.append(signal(len(found), f"p{person}", "picked", at, told))
    return sorted(found, key=lambda one: (one.at, one.order))


def signal(number: int, twin: str, kind: str, at: int, payload: dict[str, Json]) -> Signal:
    """One signal; what is picked comes behind the shelf, in the session of the day."""
    return Signal(
        id=f"s{number}",
        twin=twin,
        kind=kind,
        at=at,
        recorded=at,
        payload=payload,
        session=f"{twin}-{at}",
        order=int(kind == "picked"),
    )


@cache
def aisle(people: int = 50, seed: int = 5) -> Shop:
    """The aisle, fitted once."""
    return fitted(MAP, lives(people, seed), ORIGIN)
