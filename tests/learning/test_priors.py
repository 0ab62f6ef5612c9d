"""Base rates across people against hand computations, one node of each kind of evidence."""

from __future__ import annotations

import math

import numpy as np
import pytest

from doxa.checks.worlds import crowd, past_of, world_map
from doxa.domain.clock import Clock, format_moment
from doxa.features.totals import Totals
from doxa.heads.priors import NodePriors
from doxa.learning.priors import node_priors
from doxa.runtime.opening import open_twins

MAP = world_map(Clock.TIME)
SIGNALS = crowd()
NOW = SIGNALS[-1].at + 1
PEOPLE = sorted({s.twin for s in SIGNALS})


@pytest.fixture(scope="module")
def priors():
    past = past_of(SIGNALS, MAP, [])
    names = ("shops", "mood", "buys")
    nodes = [MAP.nodes[name] for name in names]
    known = Totals(past, NOW)
    twins = np.unique(past.signals.twin)
    return {node.name: node_priors(known, node, twins) for node in nodes}


def of(twin: str, kind: str, **fields: object):
    return [
        s
        for s in SIGNALS
        if s.twin == twin
        and s.kind == kind
        and all(s.payload.get(k) == v for k, v in fields.items())
    ]


def gamma_by_hand(node, events) -> tuple[float, float]:
    """Shape and rate whose mean and variance are those of people's rates beyond Poisson noise."""
    h = node.half_life
    first = {t: min(s.at for s in SIGNALS if s.twin == t) for t in PEOPLE}
    seen = [h / math.log(2) * (1 - 2 ** (-(NOW - first[t]) / h)) for t in PEOPLE]
    count = [sum(2 ** (-(NOW - s.at) / h) for s in events(t)) for t in PEOPLE]
    mean = (sum(count) + 1) / (sum(seen) + h)
    noise = mean * sum(seen)
    spread = sum((c - mean * e) ** 2 for c, e in zip(count, seen, strict=True)) - noise
    variance = max(spread / sum(e * e for e in seen), mean**2 / 1e3)
    shape = min(mean**2 / variance, 1e3)
    return shape, shape / mean


def test_occurrences(priors) -> None:
    node = MAP.nodes["shops"]
    shape, rate = gamma_by_hand(node, lambda twin: of(twin, "visit"))
    base, found_shape, found_rate, _, _ = priors["shops"].family
    assert (found_shape, found_rate) == pytest.approx((shape, rate), rel=1e-9)
    assert base == pytest.approx(1 - (rate / (rate + node.period)) ** shape, rel=1e-9)


def test_a_member_that_enough_people_met_has_its_own(priors) -> None:
    found: NodePriors = priors["buys"]
    assert sorted(found.members) == [("milk",), ("tea",)]
    node = MAP.nodes["buys"]
    shape, rate = gamma_by_hand(node, lambda twin: of(twin, "buy", category="milk"))
    milk = found.table[found.members.index(("milk",))]
    assert milk[1:3] == pytest.approx([shape, rate], rel=1e-9)
    rye = gamma_by_hand(node, lambda twin: of(twin, "buy", category="rye"))
    assert found.family[1:3] == pytest.approx(list(rye), rel=1e-9)


def test_values(priors) -> None:
    told = [[float(s.payload["mood"]) for s in of(t, "beep")] for t in PEOPLE]
    told = [values for values in told if values]
    means = [sum(values) / len(values) for values in told]
    within = sum((x - m) ** 2 for values, m in zip(told, means, strict=True) for x in values)
    freedom = sum(len(values) - 1 for values in told)
    trust = 0.7
    spread = math.sqrt((trust * within + 1.5**2) / (freedom_of(told, trust) + 1))
    assert priors["mood"].family[3] == pytest.approx((sum(means) + 4) / (len(means) + 1), rel=1e-9)
    assert freedom > 0
    assert priors["mood"].family[4] == pytest.approx(spread, rel=1e-6)


def freedom_of(told: list[list[float]], trust: float) -> float:
    """Trust multiplies the precision of values: what is counted is how much they weigh."""
    return sum(max(trust * len(values) - 1, 0.0) for values in told)


def test_people_met_only_now_have_a_prior_that_reads(tmp_path) -> None:
    """Exposures of next to nothing leave the moments of rates without meaning."""
    with open_twins(tmp_path / "now.db", MAP) as twins:
        for twin in range(12):
            twins.observe(f"t{twin}", "visit", at=format_moment(NOW + twin))
        twins.fit([])
        told = twins["stranger"].opinion("shops")
    assert 0 < told.credence < 1
