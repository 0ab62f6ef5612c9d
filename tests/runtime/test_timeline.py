"""A timeline holds exactly what reading at each of its moments would have said."""

from __future__ import annotations

import time

import pytest
from tests.runtime.conftest import NOW

from doxa.domain.clock import DAY, datetime_of
from doxa.errors import InputError, UnknownName
from doxa.reading import over_time


def at(days: float) -> object:
    """So many days before now."""
    return datetime_of(NOW - round(days * DAY))


@pytest.fixture
def lived(shop):
    """A person with half a year of history, from several sources and in sessions."""
    for day in range(180, 30, -3):
        payload = {"category": ["MILK", "BREAD"][day % 2], "price": 2.5, "discount": day % 4}
        shop.observe("h42", "purchase", payload, at=at(day), source="till", session=f"s{day // 9}")
        shop.observe("other", "purchase", payload, at=at(day), source="till")
    for days in (90, 89.9, 20):
        shop.observe("h42", "complaint", {"topic": "price"}, at=at(days), source="self")
    for stars, days in ((5, 70), (4, 40), (1, 10)):
        shop.observe("h42", "rating", {"category": "MILK", "stars": stars}, at=at(days))
    return shop


@pytest.mark.parametrize("node", ["prices_are_fair", "buys[MILK]", "likes[MILK]", "eat_healthier"])
def test_every_point_reads_as_it_would_have_been_read_then(lived, node):
    found = lived["h42"].timeline(node)
    for point in found.points[::9] + found.points[-1:]:
        told = lived.twin("h42", as_of=point.at).opinion(node)
        assert point.credence == pytest.approx(told.credence, abs=1e-12)
        assert point.uncertainty == pytest.approx(told.uncertainty, abs=1e-12)
        assert point.status == told.status
        assert 0 <= point.low <= point.credence <= point.high <= 1


def test_folding_a_few_moments_at_a_time_changes_nothing(lived, monkeypatch):
    whole = lived["h42"].timeline("prices_are_fair")
    monkeypatch.setattr(over_time, "MOST_ROWS", 100)
    assert lived["h42"].timeline("prices_are_fair") == whole


def test_points_stand_before_and_at_evidence_and_end_now(lived):
    found = lived["h42"].timeline("likes", category="MILK")
    moments = {point.at for point in found.points}
    assert [(piece.channel, piece.value) for piece in found.evidence] == [
        ("value", 5.0),
        ("value", 4.0),
        ("value", 1.0),
    ]
    assert all({piece.at, piece.at - 1} <= moments for piece in found.evidence)
    assert max(moments) == NOW
    assert sorted(moments) == [point.at for point in found.points]


def test_turns_are_where_the_status_changes(lived):
    found = lived["h42"].timeline("prices_are_fair")
    status = {point.at: point.status for point in found.points}
    assert found.turns
    assert all(status[turn.at] == turn.status for turn in found.turns)


def test_a_frozen_twin_has_no_later_evidence(lived):
    found = lived.twin("h42", as_of=at(60)).timeline("likes[MILK]")
    assert len(found.evidence) == 1
    assert found.points[-1].at == NOW - 60 * DAY


def test_traits_without_a_time_begin_no_timeline(lived):
    lived.observe_many([{"twin": "h42", "kind": "traits", "payload": {"age": 41}}])
    assert lived["h42"].timeline("buys[MILK]").points[0].at == NOW - 180 * DAY


def test_nobody_and_nothing(lived):
    found = lived["nobody"].timeline("prices_are_fair")
    assert (found.evidence, found.turns) == ((), ())
    assert {point.credence for point in found.points} == {0.6}
    assert lived["h42"].timeline("buys[BEER]").evidence == ()
    with pytest.raises(UnknownName):
        lived["h42"].timeline("bys")
    with pytest.raises(InputError, match="consent"):
        lived["h42"].timeline("worried")


def test_as_plain_fields(lived):
    told = lived["h42"].timeline("buys[MILK]").as_dict()
    assert (told["node"], told["clock"]) == ("buys[MILK]", "time")


def test_a_thousand_signals_take_less_than_a_second(shop):
    shop.observe_many(
        {"twin": "h42", "kind": "praise", "payload": {}, "at": at(hours / 24), "id": f"p{hours}"}
        for hours in range(1000)
    )
    twin = shop["h42"]
    started = time.process_time()
    assert len(twin.timeline("prices_are_fair").evidence) == 1000
    assert time.process_time() - started < 1
