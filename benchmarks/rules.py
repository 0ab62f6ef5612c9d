"""Signals per second through the rules of a map, per signal and per column.

The yardstick is a bare msgspec decode of the same payloads to dicts, in the same run.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from pathlib import Path

import msgspec
import numpy as np

from benchmarks.claim import Row, Size
from doxa.beliefmap.batches import evidence_of_batch
from doxa.beliefmap.columns import Members, SignalColumns
from doxa.beliefmap.model import BeliefMap, Condition, Operator, Rule, Test, Weight, Zone
from doxa.beliefmap.rows import evidence_of
from doxa.domain.clock import Clock
from doxa.domain.evidence import Channel, Once
from doxa.domain.signal import Signal


def grocery() -> BeliefMap:
    """The purchase rules of the full example."""
    discount = Test(field="retail_disc", operator=Operator.GT, values=("0",))
    buys = Rule(
        kind="purchase", node="buys", channel=Channel.COUNT, weight=Weight(),
        fields=("category",), amount="sales_value", once=Once.SESSION,
    )  # fmt: skip
    fair = Rule(
        kind="purchase", node="prices_are_fair", channel=Channel.FOR,
        weight=Weight(constant=0.2), when=Condition(tests=(discount,)),
    )  # fmt: skip
    return BeliefMap(
        product="grocery",
        clock=Clock.TIME,
        zone=Zone(),
        bands=(),
        signals={"purchase": (buys, fair)},
    )


def purchases(size: int) -> list[bytes]:
    """Payloads as the Complete Journey data set has them."""
    rng = random.Random(1)
    encode = msgspec.json.Encoder().encode
    return [
        encode(
            {
                "product_id": rng.randrange(60_000),
                "category": f"CATEGORY {int(rng.paretovariate(1)) % 300}",
                "department": "GROCERY",
                "quantity": 1,
                "sales_value": round(rng.uniform(0.5, 20), 2),
                "retail_disc": rng.choice((0, 0, 0.5, 1.25)),
            }
        )
        for _ in range(size)
    ]


def columns(payloads: list[bytes]) -> SignalColumns:
    """Signals of one kind with these payloads."""
    zeros = np.zeros(len(payloads), np.int64)
    return SignalColumns(
        twin=zeros, at=zeros, recorded=zeros, order=zeros, seq=zeros, kind=zeros, source=zeros,
        session=zeros, day=zeros, payload=payloads, inert=zeros.astype(bool),
        kinds=("purchase",), sources=("till",),
    )  # fmt: skip


def seconds(run: Callable[[], object]) -> float:
    """The shorter of two runs."""
    best = float("inf")
    for _ in range(2):
        start = time.perf_counter()
        run()
        best = min(best, time.perf_counter() - start)
    return best


def measure(size: Size, folder: Path) -> list[Row]:
    """Rates by column and by row; nothing is promised of them."""
    belief_map, payloads = grocery(), purchases(size.loaded)
    signals = columns(payloads)
    part = payloads[: size.loaded // 10]
    decode = msgspec.json.Decoder(dict).decode

    def by_row() -> None:
        for payload in part:
            signal = Signal(
                id="1", twin="h1", kind="purchase", at=0, recorded=0, payload=decode(payload)
            )
            evidence_of(belief_map, signal)

    bare = size.loaded / seconds(lambda: [decode(payload) for payload in payloads])
    column = size.loaded / seconds(lambda: evidence_of_batch(belief_map, signals, Members()))
    row = len(part) / seconds(by_row)
    return [
        Row(
            f"rules of a map, by {name}",
            "-",
            f"bare JSON decode {bare:,.0f}/s",
            f"{rate / bare:.2f}x ({rate:,.0f}/s)",
            None,
        )
        for name, rate in (("column", column), ("row", row))
    ]
