"""What rules mean, case by case, written by hand: the same for a signal and for columns."""

import math

import msgspec
import numpy as np
import pytest

from doxa.beliefmap.batches import evidence_of_batch
from doxa.beliefmap.columns import Members, SignalColumns
from doxa.beliefmap.model import BeliefMap, Condition, FieldType, Operator, Rule, Weight, Zone
from doxa.beliefmap.model import Test as Comparison
from doxa.beliefmap.rows import evidence_of
from doxa.domain.clock import Clock
from doxa.domain.evidence import Channel
from doxa.domain.signal import CONSENT, TRAITS, Signal
from doxa.errors import SignalError

FIELDS = {"correct": FieldType.FLAG, "code": FieldType.NUMBER, "due": FieldType.TIME}


def rule(channel=Channel.FOR, weight=1.0, *, log1p=False, kind="k", node="n", **rest):
    as_weight = (
        Weight(field=weight, log1p=log1p) if isinstance(weight, str) else Weight(constant=weight)
    )
    return Rule(kind=kind, node=node, channel=channel, weight=as_weight, **rest)


def when(field, operator, *literals):
    return Condition(tests=(Comparison(field=field, operator=operator, values=literals),))


def map_of(*rules):
    signals = {kind: tuple(one for one in rules if one.kind == kind) for kind in ("j", "k")}
    return BeliefMap(
        product="p", clock=Clock.TIME, zone=Zone(), bands=(), fields=FIELDS, signals=signals
    )


def said_by_row(belief_map, payload, kind="k", inert=False):
    signal = Signal(id="1", twin="t", kind=kind, at=0, recorded=0, payload=payload)
    found = evidence_of(belief_map, signal, inert)
    return [(one.rule, one.member, one.weight, one.value) for one in found]


def said_by_column(belief_map, payload, kind="k", inert=False):
    zeros = np.zeros(1, np.int64)
    signals = SignalColumns(
        twin=zeros, at=zeros, recorded=zeros, order=zeros, seq=zeros, kind=zeros, source=zeros,
        session=zeros, day=zeros, payload=[msgspec.json.encode(payload)],
        inert=np.array([inert]), kinds=(kind,), sources=("s",),
    )  # fmt: skip
    members = Members()
    found = evidence_of_batch(belief_map, signals, members)
    names = [
        members.names(belief_map.rules[place].node)[code]
        for place, code in zip(found.rule, found.member, strict=True)
    ]
    assert sum(map(len, members.codes.values())) == len(set(names))
    return list(
        zip(found.rule.tolist(), names, found.weight.tolist(), found.value.tolist(), strict=True)
    )


@pytest.fixture(params=[said_by_row, said_by_column], ids=["row", "column"])
def said(request):
    return request.param


def brief(found):
    """Members, weights and values, with a dash for no value."""
    return [
        (",".join(member), weight, "-" if math.isnan(value) else value)
        for _, member, weight, value in found
    ]


LINES = {"shop": "A", "lines": [{"cat": "x", "qty": 2, "price": "3.5"}, {"cat": "y"}, 7, None]}
COUNTS = rule(Channel.COUNT, fields=("cat",), amount="price")
WALKS = rule(Channel.COUNT, "qty", fields=("cat",), amount="price", each="lines")

CASES = [
    # channels and weights
    (rule(), {}, [("", 1.0, "-")]),
    (rule(Channel.AGAINST, 0.5), {}, [("", 0.5, "-")]),
    (rule(weight=0.0), {}, []),
    (rule(weight="w"), {"w": 2}, [("", 2.0, "-")]),
    (rule(weight="w"), {"w": "2"}, [("", 2.0, "-")]),
    (rule(weight="w"), {"w": True}, [("", 1.0, "-")]),
    (rule(weight="w"), {"w": -1}, []),
    (rule(weight="w"), {"w": 0}, []),
    (rule(weight="w"), {"w": None}, []),
    (rule(weight="w"), {"w": "many"}, []),
    (rule(weight="w"), {}, []),
    (rule(weight="w", log1p=True), {"w": 10.7}, [("", math.log1p(10.7), "-")]),
    (rule(weight="w", log1p=True), {"w": 0}, []),
    (rule(weight="w", log1p=True), {"w": -5}, []),
    (rule(Channel.VALUE, value="v"), {"v": -3}, [("", 1.0, -3.0)]),
    (rule(Channel.VALUE, value="v"), {"v": 0}, [("", 1.0, 0.0)]),
    (rule(Channel.VALUE, value="v"), {"v": None}, []),
    (rule(Channel.VALUE, value="correct"), {"correct": "true"}, [("", 1.0, 1.0)]),
    (rule(Channel.VALUE, value="correct"), {"correct": 7}, []),
    # members
    (rule(constant=("FRAGILE",)), {}, [("FRAGILE", 1.0, "-")]),
    (COUNTS, {"cat": "x", "price": 2.5}, [("x", 1.0, 2.5)]),
    (COUNTS, {"cat": "x"}, [("x", 1.0, "-")]),
    (COUNTS, {"cat": 5.0}, [("5", 1.0, "-")]),
    (COUNTS, {"cat": None, "price": 2.5}, []),
    (COUNTS, {"price": 2.5}, []),
    (COUNTS, {"cat": ["x", "y", "x", None]}, [("x", 1.0, "-"), ("y", 1.0, "-")]),
    (COUNTS, {"cat": []}, []),
    (COUNTS, {"cat": {"x": 1}}, []),
    (COUNTS, {"cat": dict.fromkeys(map(str, range(201)))}, []),
    (
        rule(fields=("a", "b")),
        {"a": ["p", "q"], "b": [1, 2.0]},
        [("p,1", 1.0, "-"), ("p,2", 1.0, "-"), ("q,1", 1.0, "-"), ("q,2", 1.0, "-")],
    ),
    (rule(fields=("a", "b")), {"a": "p"}, []),
    # each
    (WALKS, LINES, [("x", 2.0, 3.5)]),
    (rule(each="lines", fields=("cat", "shop")), LINES, [("x,A", 1.0, "-"), ("y,A", 1.0, "-")]),
    (WALKS, {**LINES, "qty": 9}, [("x", 2.0, 3.5), ("y", 9.0, "-")]),
    (WALKS, {"lines": [{"cat": "x", "qty": None}], "qty": 4}, [("x", 4.0, "-")]),
    (WALKS, {"lines": "none"}, []),
    (WALKS, {}, []),
    (
        rule(Channel.VALUE, value="value", each="answers", fields=("key",)),
        {"answers": {"sad": 2, "glad": None, "calm": "1"}},
        [("sad", 1.0, 2.0), ("calm", 1.0, 1.0)],
    ),
    (rule(each="lines", when=when("cat", Operator.NOT, "x"), fields=("cat",)), LINES, [("y", 1.0, "-")]),
    # when
    (rule(when=when("correct", Operator.IN, "1")), {"correct": True}, [("", 1.0, "-")]),
    (rule(when=when("correct", Operator.IN, "1")), {"correct": 0}, []),
    (rule(when=when("topic", Operator.IN, "price", "cost")), {"topic": "cost"}, [("", 1.0, "-")]),
    (rule(when=when("topic", Operator.IN, "price")), {"topic": ["a", "price"]}, [("", 1.0, "-")]),
    (rule(when=when("topic", Operator.NOT, "price")), {"topic": "cost"}, [("", 1.0, "-")]),
    (rule(when=when("topic", Operator.NOT, "price")), {"topic": ["a", "price"]}, []),
    (rule(when=when("topic", Operator.NOT, "price")), {}, []),
    (rule(when=when("d", Operator.GT, "0")), {"d": "0.5"}, [("", 1.0, "-")]),
    (rule(when=when("d", Operator.GT, "0")), {"d": 0}, []),
    (rule(when=when("d", Operator.GE, "0")), {"d": 0}, [("", 1.0, "-")]),
    (rule(when=when("d", Operator.LT, "0")), {"d": None}, []),
    (rule(when=when("d", Operator.LE, "x")), {"d": 0}, []),
    (rule(when=when("due", Operator.LT, "2020-01-01")), {"due": "2019-05-05"}, [("", 1.0, "-")]),
    (rule(when=when("due", Operator.LT, "2020-01-01")), {"due": "2021-05-05"}, []),
    (rule(when=when("code", Operator.IN, "7")), {"code": "007"}, [("", 1.0, "-")]),
    (rule(when=when("id", Operator.IN, str(2**53 + 1))), {"id": 2**53}, []),
    (rule(when=when("id", Operator.IN, str(2**53 + 1))), {"id": 2**53 + 1}, [("", 1.0, "-")]),
    (rule(when=when("d", Operator.PRESENT, "true")), {"d": 0}, [("", 1.0, "-")]),
    (rule(when=when("d", Operator.PRESENT, "true")), {"d": ""}, []),
    (rule(when=when("d", Operator.PRESENT, "false")), {"d": ""}, [("", 1.0, "-")]),
    (rule(when=when("d", Operator.PRESENT, "false")), {}, [("", 1.0, "-")]),
    (rule(when=when("code", Operator.PRESENT, "false")), {"code": "abc"}, [("", 1.0, "-")]),
]  # fmt: skip


@pytest.mark.parametrize(("one", "payload", "expected"), CASES)
def test_what_a_rule_says(said, one, payload, expected):
    assert brief(said(map_of(one), payload)) == expected


def test_a_rule_is_numbered_by_its_place_in_the_map(said):
    belief_map = map_of(rule(kind="j"), rule(kind="j"), rule(), rule(Channel.AGAINST))
    assert [place for place, *_ in said(belief_map, {})] == [2, 3]
    assert [place for place, *_ in said(belief_map, {}, kind="j")] == [0, 1]


@pytest.mark.parametrize("kind", ["elsewhere", TRAITS, CONSENT])
def test_a_kind_without_rules_says_nothing(said, kind):
    assert said(map_of(rule()), {"age": 40}, kind=kind) == []


def test_what_doxa_put_out_says_nothing(said):
    assert said(map_of(rule(), WALKS), LINES, inert=True) == []


@pytest.mark.parametrize(
    ("one", "payload"),
    [
        (COUNTS, {"cat": [1] * 201}),
        (WALKS, {"lines": [{}] * 201}),
        (rule(each="lines"), {"lines": dict.fromkeys(map(str, range(201)))}),
    ],
)
def test_a_long_list_is_refused_by_name(said, one, payload):
    name = next(iter(payload))
    with pytest.raises(
        SignalError, match=f"{name}: the list has 201 elements; expected at most 200"
    ):
        said(map_of(one), payload)


def test_a_long_list_that_no_evidence_needs_is_let_be(said):
    unmet = rule(fields=("cat",), when=when("ok", Operator.PRESENT, "true"))
    assert said(map_of(unmet), {"cat": [1] * 201}) == []
    assert len(said(map_of(COUNTS), {"cat": list(range(200))})) == 200
