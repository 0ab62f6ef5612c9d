"""Readings of single nodes: the formulas by hand, the record, why, and when it ends."""

from __future__ import annotations

import math

import numpy as np
import pytest

from doxa.beliefmap.columns import Floats, Members
from doxa.beliefmap.model import BeliefMap, Node, Rule, Weight, Zone
from doxa.checks.columns import evidence_columns, signal_columns
from doxa.domain.clock import DAY, Clock
from doxa.domain.evidence import Channel, EvidenceKind
from doxa.domain.node import NodeKind
from doxa.domain.signal import Signal
from doxa.reading.bands import terms_of
from doxa.reading.beta import bounded
from doxa.reading.explain import explain
from doxa.reading.occurrences import silence_until
from doxa.reading.opinion import Status
from doxa.reading.pooled import Looked, Voices, pool
from doxa.reading.prior import Prior, map_prior
from doxa.reading.question import question
from doxa.reading.read import opinions, read_node
from doxa.state.evidence import split
from doxa.state.people import fold_people


def node(name: str, kind: EvidenceKind, **more) -> Node:
    settings = {"half_life": 30.0 * DAY, "bands": (3.0 * DAY,), "period": 28 * DAY} | more
    return Node(name=name, kind=NodeKind.BELIEF, evidence=kind, **settings)


def rule(kind: str, name: str, channel: Channel, **more) -> Rule:
    return Rule(kind=kind, node=name, channel=channel, weight=Weight(), **more)


MAP = BeliefMap(
    product="test",
    clock=Clock.TIME,
    zone=Zone(),
    bands=(3.0 * DAY,),
    nodes={
        "fair": node("fair", EvidenceKind.OPINION),
        "mood": node("mood", EvidenceKind.VALUE, scale=(1.0, 7.0)),
        "buys": node("buys", EvidenceKind.OCCURRENCE, dimensions=("item",)),
    },
    signals={
        "yes": (rule("yes", "fair", Channel.FOR),),
        "no": (rule("no", "fair", Channel.AGAINST),),
        "felt": (rule("felt", "mood", Channel.VALUE, value="mood"),),
        "bought": (rule("bought", "buys", Channel.COUNT, fields=("item",)),),
        "never": (rule("never", "buys", Channel.AGAINST, constant=("milk",)),),
    },
)


def signal(number: int, kind: str, day: float, source: str = "shop", **payload) -> Signal:
    at = round(day * DAY)
    return Signal(
        id=str(number), twin="ann", kind=kind, at=at, recorded=at, source=source, payload=payload
    )


def folded(*signals: Signal):
    members = Members()
    columns = signal_columns(list(signals), MAP)
    evidence = evidence_columns(list(signals), MAP, members)
    return columns, evidence, fold_people(columns, evidence, MAP), Voices.of(columns.sources)


def read(name: str, day: float, *signals: Signal, **more):
    *_, state, voices = folded(*signals)
    return read_node(state, MAP.nodes[name], round(day * DAY), voices, **more)


def test_one_occasion_by_hand():
    told = read("fair", 30, signal(0, "yes", 0))
    scale = 50 / 50.5
    assert told.credence[0] == pytest.approx((0.5 * scale + 1) / (0.5 * scale + 2))
    assert told.uncertainty[0] == pytest.approx(2 / (0.5 * scale + 2))
    assert told.one(0).as_dict()["status"] == "forming"
    assert told.one(0).assumed


def test_a_belief_fades_and_dissolves_when_it_said_it_would():
    talk = [signal(n, "yes", 10 * n) for n in range(5)]
    ends = read("fair", 41, *talk).one(0).dissolves / DAY
    assert read("fair", ends - 0.1, *talk).one(0).status == "fading"
    assert read("fair", ends + 0.1, *talk).one(0).status == "dissolved"


def test_the_own_word_bounds_all_others():
    talk = [signal(n, "yes", n) for n in range(40)]
    told = read("fair", 41, *talk, signal(99, "no", 41, "self")).one(0)
    assert told.credence < 0.5
    assert told.status == "contested"


@pytest.mark.parametrize("base", [0.0, 0.2, 0.5, 1.0])
def test_agreeing_evidence_counts_in_full(base):
    own, other = np.array([[2.0], [0.0]]), np.array([[5.0], [0.3]])
    r, s = bounded(own, other, base)
    assert r[0] == 7.0
    assert s[0] <= 0.3


def test_values_lean_to_where_they_lie():
    told = read("mood", 2, signal(0, "felt", 0, mood=6), signal(1, "felt", 2, mood=7)).one(0)
    assert told.credence > 0.8
    assert told.spread is not None
    assert told.mean == pytest.approx((4 + 6 * 2 ** (-2 / 30) + 7) / (2 + 2 ** (-2 / 30)))


def test_an_unmet_member_has_the_exposure_of_its_person():
    talk = [signal(n, "bought", 7 * n, item="milk") for n in range(9)]
    told = read("buys", 60, *talk, asked=(np.array([0, 0]), np.array([0, 5])))
    assert told.status.tolist() == [int(Status.HELD), int(Status.UNMET)]
    assert told.uncertainty[0] == told.uncertainty[1]
    assert told.credence[0] > told.base[0] > told.credence[1]
    assert told.one(1).newest is None


def test_a_claim_moves_an_occurrence_and_nothing_else():
    talk = [signal(n, "bought", 7 * n, item="milk") for n in range(9)]
    plain = read("buys", 60, *talk).one(0)
    denied = read("buys", 60, *talk, signal(99, "never", 56, "self")).one(0)
    assert denied.credence < plain.credence
    assert denied.rate == plain.rate


def test_silence_brings_an_occurrence_down_when_it_said_it_would():
    talk = [signal(n, "bought", 7 * n, item="milk") for n in range(9)]
    *_, state, voices = folded(*talk)
    cells, it = state.nodes["buys"], MAP.nodes["buys"]
    terms = terms_of([it])
    asked = question(
        pool(Looked.at([cells], [terms.places]), terms, voices),
        terms,
        60 * DAY,
        voices,
        map_prior(it),
        state.seen,
    )
    level = opinions(cells, it, 56 * DAY, voices, seen=state.seen).credence / 2
    ends = silence_until(asked, level)
    then = opinions(
        cells, it, ends.astype(np.int64), voices, seen=state.seen, asked=(cells.twin, cells.member)
    )
    np.testing.assert_allclose(then.credence, level, rtol=1e-9)
    assert math.isinf(silence_until(asked, np.zeros(1))[0])


def test_a_prior_may_differ_from_row_to_row():
    talk = [signal(0, "bought", 0, item="milk"), signal(1, "bought", 1, item="tea")]
    rate: Floats = np.array([1.0, 100.0]) * DAY
    told = read("buys", 2, *talk, prior=Prior(rate=rate))
    assert told.credence[0] > told.credence[1]


def test_sources_may_disagree():
    one = [signal(n, "yes", 2 * n) for n in range(9)]
    other = [signal(50 + n, "no", 2 * n, "support") for n in range(9)]
    assert read("fair", 20, *one).disagreement[0] == 0
    assert read("fair", 20, *one, *other).disagreement[0] > 0.2


@pytest.mark.parametrize("word", [None, "yes", "no"])
def test_why_adds_up(word):
    talk = [
        signal(n, ("yes", "yes", "no")[n % 3], n / 3, ("shop", "support")[n % 2]) for n in range(20)
    ]
    talk += [signal(99, word, 6, "self")] if word else []
    columns, evidence, state, _ = folded(*talk)
    voices = Voices.of(columns.sources, {"shop": 0.4})
    told = opinions(state.nodes["fair"], MAP.nodes["fair"], 9 * DAY, voices)
    parts = explain(split(columns, evidence, MAP)["fair"], 0, 0, 9 * DAY, voices)
    assert len(parts.row) == len(talk)
    assert parts.support.sum() == pytest.approx(told.support[0], rel=1e-9)
    assert parts.attack.sum() == pytest.approx(told.attack[0], rel=1e-9)


@pytest.mark.parametrize("name", ["mood", "buys"])
def test_why_adds_up_to_the_evidence(name):
    talk = [signal(n, "felt", n, mood=n % 7 + 1) for n in range(9)]
    talk += [signal(50 + n, "bought", n, item="milk") for n in range(9)]
    columns, evidence, state, voices = folded(*talk)
    told = opinions(state.nodes[name], MAP.nodes[name], 20 * DAY, voices, seen=state.seen)
    parts = explain(split(columns, evidence, MAP)[name], 0, 0, 20 * DAY, voices)
    assert (parts.support + parts.attack).sum() == pytest.approx(told.evidence[0], rel=1e-9)


def test_what_a_purpose_may_not_see_is_not_read():
    *_, state, voices = folded(signal(0, "yes", 0), signal(1, "no", 0, "support"))
    seen = Voices(voices.trust, voices.own, np.array([True, False]))
    told = opinions(state.nodes["fair"], MAP.nodes["fair"], DAY, seen)
    assert told.attack[0] == 0
    assert told.occasions[0] == 1


def test_nobody_is_read_as_nobody():
    none = np.zeros(0, dtype=np.int64)
    for name in MAP.nodes:
        assert len(read(name, 1, signal(0, "other", 0))) == 0
        assert len(read(name, 1, signal(0, "other", 0), asked=(none, none))) == 0
