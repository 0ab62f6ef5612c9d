"""Generated signals: purchases like those of a till, and the map of fifty nodes."""

from __future__ import annotations

import random
from collections.abc import Iterator

import msgspec

from doxa.beliefmap.map_file import parse_map
from doxa.beliefmap.model import BeliefMap
from doxa.domain.clock import DAY, HOUR, parse_time
from doxa.domain.signal import Signal
from doxa.storage.rows import SignalRows

NOW = parse_time("2026-03-10T12:00:00Z")
START = 1_600_000_000_000_000
HOUSEHOLDS = 2_000
GROUPS = (
    ("belief", 20, "{kind: belief}", "[{node: NODE, for: 1, when: {agree: true}}, {node: NODE, against: 1, when: {agree: false}}]"),
    ("goal", 10, "{kind: goal}", "[{node: NODE, for: 1}]"),
    ("habit", 12, "{kind: preference}", "[{node: NODE, count: 1}]"),
    ("mood", 8, "{kind: feeling, scale: [1, 7]}", "[{node: NODE, value: x}]"),
)  # fmt: skip


def purchase(name: str, number: int) -> Signal:
    """A purchase, about 130 bytes of payload."""
    at = START + number * 1_000_000
    return Signal(
        id=f"{name}-{number}",
        twin=f"household-{(number * 7919) % HOUSEHOLDS}",
        kind="purchase",
        source="till",
        session=f"basket-{number // 8}",
        at=at,
        recorded=at + 500_000,
        payload={
            "category": "FLUID MILK PRODUCTS",
            "product": 1_029_743 + number % 5_000,
            "sales_value": round(0.5 + number % 900 / 100, 2),
            "retail_disc": 0.4,
            "coupon": False,
            "store": 367,
            "week": number % 53,
        },
    )


def columns(signals: list[Signal]) -> SignalRows:
    """Signals as columns, for a bulk append."""
    texts = ("id", "twin", "kind", "source", "at", "recorded", "order", "session")
    return SignalRows(
        **{field: [getattr(one, field) for one in signals] for field in texts},
        assumed=[0] * len(signals),
        device=[None] * len(signals),
        cause=[None] * len(signals),
        payload=[msgspec.json.encode(one.payload) for one in signals],
    )


def nodes_map(nodes: int = 50) -> BeliefMap:
    """A map of up to fifty nodes of all kinds of evidence, each fed by a kind of its own."""
    names = [(f"{kind}_{k}", *rest) for kind, count, *rest in GROUPS for k in range(count)]
    names = names[:: 50 // nodes][:nodes]
    text = ["doxa: 1", "product: bench", "timezone: America/New_York"]
    text += ["sources: {default: {trust: 0.7}}", "nodes:"]
    text += [f"  {name}: {node}" for name, node, _ in names]
    text += ["signals:"]
    text += [f"  on_{name}: {rule.replace('NODE', name)}" for name, _, rule in names]
    return parse_map("\n".join(text) + "\n")


def lives(
    belief_map: BeliefMap, twin: str, count: int, *, until: int, span: int = 300 * DAY
) -> Iterator[Signal]:
    """One person's signals, round the kinds of a map, at random moments before another."""
    rng = random.Random(f"{twin} {until}")
    kinds = list(belief_map.signals)
    for number in range(count):
        at = until - int(rng.random() * span)
        yield Signal(
            id=f"{twin}-{until}-{number}",
            twin=twin,
            kind=kinds[number % len(kinds)],
            source="app",
            at=at,
            recorded=at,
            payload={"agree": rng.random() < 0.6, "x": rng.randint(1, 7)},
        )


def settled(belief_map: BeliefMap, twin: str, count: int = 200) -> list[Signal]:
    """A history that a snapshot may hold whole."""
    return list(lives(belief_map, twin, count, until=NOW - 3 * DAY))


def tail(belief_map: BeliefMap, twin: str, count: int = 16) -> list[Signal]:
    """What happened today."""
    return list(lives(belief_map, twin, count, until=NOW - HOUR, span=20 * HOUR))
