"""What cannot be taken in, and the sentence that says so."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta

import pytest
from tests.runtime.conftest import NOW

from doxa.domain.clock import datetime_of, parse_time
from doxa.domain.signal import Signal
from doxa.errors import SignalConflict, SignalError
from doxa.runtime.intake.signals import BadRows

DEEP: dict[str, object] = {}
for _ in range(40):
    DEEP = {"in": DEEP}

BAD = [
    ({"twin": ""}, "twin: is empty"),
    ({"twin": None}, "twin: is missing"),
    ({"twin": ["h42"]}, "twin: is no text but list"),
    ({"twin": "x" * 513}, "twin: has 513 characters; expected at most 512"),
    ({"twin": "h\x0042"}, "twin: holds a NUL character"),
    ({"twin": "h\x1b42"}, r"twin: holds the control character '\x1b'"),
    ({"twin": "h\ud80042"}, "twin: is no valid Unicode (a lone surrogate)"),
    ({"kind": ""}, "kind: is empty"),
    ({"kind": "purchse"}, "kind: 'purchse' is not declared by the map"),
    ({"source": ""}, "source: is empty"),
    ({"session": "a\nb"}, r"session: holds the control character '\n'"),
    ({"device": 1.5}, "device: is no text but float"),
    ({"id": "x" * 600}, "id: has 600 characters"),
    ({"id": ""}, "id: is empty"),
    ({"payload": [1, 2]}, "payload: is no JSON object but list"),
    ({"payload": {"price": math.nan}}, "payload.price: is nan, which JSON cannot hold"),
    ({"payload": {"lines": [{"qty": math.inf}]}}, "payload.lines[0].qty: is inf"),
    ({"payload": {1: 2}}, "payload: has the key 1; expected keys that are text"),
    ({"payload": {"a": object()}}, "payload: cannot be written as JSON"),
    ({"payload": {"a": "\ud800"}}, "payload: holds text that is no valid Unicode"),
    ({"payload": {"a": "x\x00"}}, "payload: holds a NUL character"),
    ({"payload": {"a": "x" * 70_000}}, "bytes as JSON; expected at most 65536"),
    ({"payload": DEEP}, "payload: is nested more than 32 deep"),
    ({"payload": {"category": ["c"] * 201}}, "category: the list has 201 elements"),
    ({"kind": "order", "payload": {"lines": [{}] * 201}}, "lines: the list has 201 elements"),
    ({"at": "soon"}, "at: 'soon' is not a time; expected ISO 8601"),
    ({"at": "2026-13-01"}, "at: '2026-13-01' is not a time"),
    ({"at": 1_700_000_000}, "at: 1700000000 is not a time"),
    ({"at": True}, "at: True is not a time"),
    ({"at": "2026-03-10T12:06:00Z"}, "at: lies more than 5 minutes in the future"),
    ({"at": datetime(1, 1, 1, tzinfo=UTC)}, "at: 0001-01-01 00:00:00+00:00 is before year 1"),
    ({"order": 1.5}, "order: 1.5 is not a whole number"),
    ({"recorded": "2027-01-01"}, "recorded: lies more than 5 minutes in the future"),
]


@pytest.mark.parametrize(("part", "message"), BAD, ids=[message[:40] for _, message in BAD])
def test_names_the_field(shop, part, message):
    given = {"twin": "h42", "kind": "purchase", "payload": {}, **part}
    with pytest.raises(SignalError) as raised:
        shop.observe(**given)
    assert message in str(raised.value)
    assert shop.wiring.store.stats().signals == 0


def test_the_nearest_kind_is_offered(shop):
    with pytest.raises(SignalError, match="did you mean 'purchase'"):
        shop.observe("h42", "Purchas")


def test_rows_are_all_taken_or_none(shop):
    rows = [{"twin": "a", "kind": "visit"}, {"twin": "", "kind": "visit"}, 7, {"when": 1}]
    with pytest.raises(BadRows) as raised:
        shop.observe_many(rows)
    assert [index for index, _ in raised.value.rows] == [1, 2, 3]
    assert "rows[1] twin: is empty" in str(raised.value)
    assert "rows[3] has an unknown key 'when'" in str(raised.value)
    assert shop.wiring.store.stats().signals == 0


def test_only_twenty_bad_rows_are_told(shop):
    with pytest.raises(BadRows, match="30 of 30 rows cannot be taken") as raised:
        shop.observe_many({"twin": "", "kind": "visit"} for _ in range(30))
    assert len(raised.value.rows) == 20
    assert str(raised.value).endswith("and 10 more")


def test_a_conflict_writes_nothing_of_the_call(shop):
    shop.observe("h42", "visit", {"page": 1}, id="v")
    rows = [
        {"twin": "h42", "kind": "visit"},
        {"twin": "h42", "kind": "visit", "id": "v", "at": "2020-01-01"},
    ]
    with pytest.raises(SignalConflict):
        shop.observe_many(rows)
    assert shop.wiring.store.stats().signals == 1


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        ("2026-03-01T10:00", "2026-03-01T15:00:00Z"),
        ("2026-03-01", "2026-03-01T17:00:00Z"),
        (datetime(2026, 3, 1, 10), "2026-03-01T15:00:00Z"),
        (datetime(2026, 3, 1, 10).date(), "2026-03-01T17:00:00Z"),
        (datetime(2026, 3, 1, 10, tzinfo=UTC), "2026-03-01T10:00:00Z"),
        ("2026-03-10T12:04:59Z", "2026-03-10T12:04:59Z"),
        (None, "2026-03-10T12:00:00Z"),
    ],
)
def test_times_are_read_in_the_zone_of_the_map(shop, at, expected):
    shop.observe("h42", "visit", at=at)
    (signal,) = shop.wiring.store.signals(shop.wiring.store.twin_key("h42"))
    assert (signal.at, signal.recorded) == (parse_time(expected), NOW)


def test_now_can_be_given(shop):
    shop.observe("h42", "visit", now=datetime_of(NOW) + timedelta(days=1))
    assert shop.wiring.store.newest(1) == NOW + 86_400_000_000


def test_odd_but_right_names_and_payloads(shop):
    import numpy as np

    shop.observe(
        42, "purchase", {"category": "Käse 🧀", "price": np.float64(2.5), "n": np.int64(3)}
    )
    (signal,) = shop.wiring.store.signals(shop.wiring.store.twin_key("42"))
    assert signal.payload == {"category": "Käse 🧀", "price": 2.5, "n": 3}


def test_identical_rows_are_told_apart_and_loading_twice_is_loading_once(shop):
    rows = [{"twin": "h42", "kind": "visit", "at": "2026-03-01"}] * 3
    first = shop.observe_many(rows)
    again = shop.observe_many(rows)
    assert len({receipt.id for receipt in first}) == 3
    assert [receipt.duplicate for receipt in again] == [True] * 3


def test_signals_as_records(shop):
    signal = Signal(id="s", twin="h42", kind="visit", at=5, recorded=6)
    (receipt,) = shop.observe_many([signal])
    assert (receipt.id, shop.wiring.store.signals(1)) == ("s", [signal])


def test_traits_without_a_time_hold_from_the_beginning(shop):
    shop.observe_many([{"twin": "h42", "kind": "traits", "payload": {"age": 41}}])
    assert shop.twin("h42", as_of="1900-01-01").traits() == {"age": 41}
