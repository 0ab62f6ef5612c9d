"""A law: what a map says of a signal is the same per signal and per column, to the last bit."""

import math
from collections import Counter

import msgspec
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from doxa.beliefmap.batches import evidence_of_batch
from doxa.beliefmap.columns import Members, SignalColumns
from doxa.beliefmap.conditions import holds, mask
from doxa.beliefmap.fields import Fields
from doxa.beliefmap.model import (
    BeliefMap,
    Condition,
    FieldType,
    Operator,
    Rule,
    Weight,
    Zone,
)
from doxa.beliefmap.model import (
    Test as Comparison,
)
from doxa.beliefmap.payloads import columns_from, columns_of
from doxa.beliefmap.rows import evidence_of
from doxa.beliefmap.values import Calendar, Schema
from doxa.domain.clock import Clock
from doxa.domain.evidence import Channel, Once
from doxa.domain.signal import Signal
from doxa.errors import SignalError

KINDS = ("a", "b", "c")
NAMES = ("x", "y", "a b", 'say "hi"', "key", "value", "lines", "class", "größe")

leaves = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-3, 8),
    st.integers(-3, 8).map(float),
    st.sampled_from([0.1, 2.5, -0.0, 1e16, 10**16, 2**53 + 1, 2**70, 1e300, 10**400]),
    st.sampled_from([math.nan, math.inf, -math.inf]),
    st.integers(),
    st.floats(),
    st.sampled_from(["", "5", "5.0", "nan", "inf", "1e999", "true", "no", " 5", "Käse", "é", "é"]),
    st.sampled_from(["2017-01-01", "2017-01-01T00:00:00Z", "1970-01-01T00:00:00.000005Z"]),
    st.text(max_size=3),
)
members = st.sampled_from(["5", "x", "Käse", 5, 5.0, 1, True, 2.5])
elements = st.dictionaries(st.sampled_from(NAMES), members | leaves, max_size=6)
values = st.one_of(
    leaves,
    members,
    members,
    st.lists(members, min_size=1, max_size=4),
    st.lists(leaves, max_size=4),
    st.lists(elements | leaves, max_size=3),
    elements,
)
payloads = st.fixed_dictionaries(
    {"x": values, "y": members, "key": members, "lines": st.lists(elements, max_size=3)},
    optional={name: values for name in NAMES if name not in ("x", "y", "key", "lines")},
)
names = st.sampled_from([*NAMES, "x", "x", "y", "y", "y", "key"])
literals = st.sampled_from(
    [
        "0",
        "1",
        "1",
        "5",
        "5",
        "5.0",
        "true",
        "false",
        "x",
        "x",
        "Käse",
        "9007199254740993",
        "2017-01-01",
        "é",
    ]
)
tests = st.builds(
    Comparison,
    field=names,
    operator=st.sampled_from(Operator),
    values=st.lists(literals, min_size=1, max_size=3).map(tuple),
)
conditions = st.builds(
    Condition, tests=st.tuples(tests) | st.tuples(tests) | st.tuples(tests, tests)
)
weights = st.one_of(
    st.just(Weight()),
    st.sampled_from([0.2, 0.2, 0.0, -1.0, 3.0]).map(lambda one: Weight(constant=one)),
    st.builds(Weight, field=names, log1p=st.booleans()),
)


@st.composite
def rules(draw, kind):
    channel = draw(st.sampled_from([*Channel, Channel.COUNT, Channel.VALUE]))
    family = draw(st.integers(0, 3))
    constant = draw(st.integers(0, 3)) == 0
    return Rule(
        kind=kind,
        node=f"node{family}",
        channel=channel,
        weight=Weight() if channel is Channel.VALUE else draw(weights),
        constant=("FIXED",) * family if constant else (),
        fields=() if constant else tuple(draw(names) for _ in range(family)),
        value=draw(names) if channel is Channel.VALUE else None,
        amount=draw(st.none() | names) if channel is Channel.COUNT else None,
        when=draw(st.none() | st.none() | conditions),
        each=draw(st.none() | st.sampled_from(["lines", "x", "value"])),
        once=draw(st.sampled_from([None, *Once])),
    )


@st.composite
def maps(draw):
    return BeliefMap(
        product="any",
        clock=draw(st.sampled_from(Clock)),
        zone=Zone(default=draw(st.sampled_from(["UTC", "Europe/Berlin"]))),
        bands=(),
        fields=draw(st.dictionaries(names, st.sampled_from(FieldType), max_size=4)),
        signals={
            kind: tuple(draw(st.lists(rules(kind), min_size=1, max_size=4))) for kind in KINDS[:2]
        },
    )


def sent(payload):
    """A payload as the ledger gives it back."""
    return msgspec.json.decode(msgspec.json.encode(payload))


def in_columns(rows):
    zeros = np.zeros(len(rows), np.int64)
    return SignalColumns(
        twin=zeros, at=zeros, recorded=zeros, order=zeros, seq=zeros, source=zeros,
        session=zeros, day=zeros,
        kind=np.array([KINDS.index(kind) for kind, _, _ in rows], np.int64),
        payload=[msgspec.json.encode(payload) for _, payload, _ in rows],
        inert=np.array([inert for _, _, inert in rows], bool),
        kinds=KINDS, sources=("default",),
    )  # fmt: skip


def by_row(belief_map, rows):
    for place, (kind, payload, inert) in enumerate(rows):
        signal = Signal(id="1", twin="t", kind=kind, at=0, recorded=0, payload=sent(payload))
        for one in evidence_of(belief_map, signal, inert):
            assert one.node == belief_map.rules[one.rule].node
            yield place, one.rule, one.member, repr(one.weight), repr(one.value)


def by_column(belief_map, rows):
    members = Members()
    found = evidence_of_batch(belief_map, in_columns(rows), members)
    assert found.row.dtype == found.rule.dtype == found.member.dtype == np.int64
    assert np.all(np.diff(found.rule) >= 0)
    assert np.all(np.diff(found.row)[np.diff(found.rule) == 0] >= 0)
    for row, rule, member, weight, value in zip(
        *(column.tolist() for column in (found.row, found.rule, found.member)),
        found.weight.tolist(),
        found.value.tolist(),
        strict=True,
    ):
        yield (
            row,
            rule,
            members.names(belief_map.rules[rule].node)[member],
            repr(weight),
            repr(value),
        )


inert = st.sampled_from([False, False, False, True])
signals = st.lists(st.tuples(st.sampled_from("aaabbc"), payloads, inert), min_size=1, max_size=6)


@given(maps(), signals)
@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_rows_and_columns_agree(belief_map, rows):
    one, other = list(by_row(belief_map, rows)), list(by_column(belief_map, rows))
    assert Counter(one) == Counter(other)
    assert sorted(one, key=lambda piece: (piece[1], piece[0])) == other


@given(conditions, st.lists(payloads, max_size=5), st.sampled_from([None, *FieldType]))
@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_conditions_agree(condition, rows, kind):
    schema = Schema({} if kind is None else dict.fromkeys(NAMES, kind), Calendar())
    columns = columns_of([msgspec.json.encode(row) for row in rows], NAMES, schema)
    expected = [holds(condition, Fields(sent(row), schema)) for row in rows]
    assert mask(condition, columns).tolist() == expected


@given(
    conditions,
    st.lists(st.integers(-3, 8) | st.none(), max_size=5),
    st.sampled_from([None, *FieldType]),
)
@settings(deadline=None)
def test_arrays_agree_with_payloads(condition, found, kind):
    schema = Schema({} if kind is None else dict.fromkeys(NAMES, kind), Calendar())
    array = np.array([math.nan if one is None else one for one in found], np.float64)
    columns = columns_from(dict.fromkeys(NAMES, array), schema)
    rows = [dict.fromkeys(NAMES, one) for one in found]
    expected = [holds(condition, Fields(row, schema)) for row in rows]
    assert mask(condition, columns).tolist() == expected


def test_a_long_list_is_refused_by_row_and_by_column():
    rule = Rule(kind="a", node="n", channel=Channel.FOR, weight=Weight(), fields=("x",), each=None)
    belief_map = BeliefMap(
        product="any", clock=Clock.TIME, zone=Zone(), bands=(), signals={"a": (rule,)}
    )
    for size, refused in ((200, False), (201, True)):
        rows = [("a", {}, False), ("a", {"x": list(range(size))}, False)]
        if not refused:
            assert len(list(by_column(belief_map, rows))) == size
            continue
        with pytest.raises(SignalError, match="x: the list has 201 elements"):
            list(by_row(belief_map, rows))
        with pytest.raises(SignalError, match="row 1, x: the list has 201 elements"):
            list(by_column(belief_map, rows))
