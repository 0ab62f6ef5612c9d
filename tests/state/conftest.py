"""Random ledgers in columns: few twins, many ties, bursts and years of silence."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from doxa.beliefmap.columns import EvidenceColumns, SignalColumns
from doxa.beliefmap.model import BeliefMap, Node, Occasion, Rule, Weight, Zone
from doxa.domain.clock import DAY, HOUR, Clock
from doxa.domain.evidence import Channel, EvidenceKind, Once
from doxa.domain.node import NodeKind

World = tuple[SignalColumns, EvidenceColumns, BeliefMap]
CHANNELS = {
    EvidenceKind.OPINION: (Channel.FOR, Channel.AGAINST),
    EvidenceKind.OCCURRENCE: (Channel.COUNT,),
    EvidenceKind.VALUE: (Channel.VALUE,),
}


def one_node(kind: EvidenceKind, once: Once | None, occasion: Occasion) -> BeliefMap:
    node = Node(
        name="node",
        kind=NodeKind.BELIEF,
        evidence=kind,
        half_life=90.0 * DAY,
        bands=(6.0 * HOUR, 3.0 * DAY, 21.0 * DAY),
        period=28 * DAY,
        occasion=occasion,
    )
    rules = tuple(
        Rule(kind="a", node="node", channel=channel, weight=Weight(), once=once)
        for channel in CHANNELS[kind]
    )
    return BeliefMap(
        product="test",
        clock=Clock.TIME,
        zone=Zone(),
        bands=node.bands,
        nodes={"node": node},
        signals={"a": rules},
        event_bands={"b": (2.0, 5.0)},
    )


@pytest.fixture
def world() -> Callable[..., World]:
    def build(
        kind: EvidenceKind,
        *,
        once: Once | None = None,
        occasion: Occasion = Occasion.SESSION,
        rows: int = 300,
        seed: int = 0,
    ) -> World:
        rng = np.random.default_rng(seed)
        twin = rng.integers(0, 5, rows)
        at = (rng.integers(0, 40, rows) ** 4 * HOUR // 40) + rng.integers(0, 3, rows) * HOUR
        signals = SignalColumns(
            twin=twin,
            at=at,
            recorded=at,
            order=rng.integers(0, 2, rows),
            seq=np.arange(rows),
            kind=rng.integers(0, 2, rows),
            source=rng.integers(0, 2, rows),
            session=rng.integers(-1, 4, rows),
            day=at // DAY,
            payload=[b"{}"] * rows,
            inert=np.zeros(rows, dtype=bool),
            kinds=("a", "b"),
            sources=("shop", "self"),
        )
        row = rng.permutation(np.repeat(np.flatnonzero(signals.kind == 0), 2))
        evidence = EvidenceColumns(
            row=row,
            rule=rng.integers(0, len(CHANNELS[kind]), len(row)),
            member=rng.integers(0, 2, len(row)),
            weight=10.0 ** rng.uniform(-3, 2, len(row))
            if kind is not EvidenceKind.VALUE
            else np.ones(len(row)),
            value=rng.normal(size=len(row)),
        )
        return signals, evidence, one_node(kind, once, occasion)

    return build


def select(signals: SignalColumns, keep: np.ndarray) -> SignalColumns:
    parts = ("twin", "at", "recorded", "order", "seq", "kind", "source", "session", "day", "inert")
    return replace(
        signals, payload=[b"{}"] * int(keep.sum()), **{p: getattr(signals, p)[keep] for p in parts}
    )
