from __future__ import annotations

import pytest

from doxa.beliefmap.model import BeliefMap, Condition, Node, Operator, Rule, Test, Weight, Zone
from doxa.domain.clock import DAY, Clock
from doxa.domain.evidence import Channel, EvidenceKind
from doxa.domain.node import NodeKind


@pytest.fixture
def belief_map_fair() -> BeliefMap:
    node = Node(
        name="fair",
        kind=NodeKind.BELIEF,
        evidence=EvidenceKind.OPINION,
        half_life=90.0 * DAY,
        bands=(),
        period=28 * DAY,
    )
    rules = tuple(
        Rule(
            kind="said_fair",
            node="fair",
            channel=channel,
            weight=Weight(field="weight"),
            when=Condition(tests=(Test(field="holds", operator=Operator.IN, values=(holds,)),)),
        )
        for holds, channel in (("1", Channel.FOR), ("0", Channel.AGAINST))
    )
    return BeliefMap(
        product="laws",
        clock=Clock.TIME,
        zone=Zone(),
        bands=(),
        nodes={"fair": node},
        signals={"said_fair": rules},
    )
