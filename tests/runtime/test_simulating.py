"""People run forward through the faces: law 9, effects with their labels, purposes, refusals."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.runtime import cafe

from doxa.beliefmap.changes import assume, do, put, send
from doxa.beliefmap.scenarios import Scenario
from doxa.domain.clock import DAY
from doxa.domain.ground import Ground
from doxa.domain.node import Address
from doxa.errors import InputError, MapError, PopulationError, UnknownName
from doxa.runtime.opening import open_twins
from doxa.runtime.simulating import running
from doxa.runtime.simulating.asked import marks_of
from doxa.runtime.twins import Twins

INVITE = do("invite", at=["0d", "3d"])


@pytest.fixture(scope="module")
def guests(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Twins]:
    file = tmp_path_factory.mktemp("cafe") / "cafe.db"
    with open_twins(file, cafe.MAP, clock=lambda: cafe.END) as twins:
        twins.observe_many(cafe.signals())
        twins.fit()
        yield twins


@pytest.fixture(scope="module")
def both(guests: Twins) -> Any:
    return guests.simulate({"invite": INVITE, "nothing": []}, days=14, paths=20)


def ledger(twins: Twins) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(twins.wiring.path)) as store:
        return store.execute("SELECT * FROM signals").fetchall()


def test_an_empty_scenario_changes_nothing(guests, both):
    nothing = both.arm("nothing")
    assert nothing.grounds is None
    assert {(e.difference, e.low, e.high) for e in nothing.effects} == {(0.0, 0.0, 0.0)}
    assert all(track.under == track.without for track in nothing.tracks)
    one = guests["g07"].simulate([], days=7, paths=10)
    assert all(track.under == track.without for track in one.arm().tracks)
    assert one.arm().movers == {}


@settings(max_examples=4)
@given(size=st.integers(1, 60))
def test_the_same_seed_gives_the_same_however_it_is_cut(size, guests):
    cohort = [f"g{number:02}" for number in range(0, 30, 3)]
    asked = {"cohort": cohort, "days": 5, "paths": 6, "seed": 3, "movers": 2}
    before = running.SLICE
    whole = guests.simulate(INVITE, **asked)
    try:
        running.SLICE = size
        cut = guests.simulate(INVITE, **asked)
    finally:
        running.SLICE = before
    for one, other in zip(whole.arm().effects, cut.arm().effects, strict=True):
        assert one.difference == pytest.approx(other.difference, abs=1e-12)
        assert (one.up, one.down) == (other.up, other.down)
    assert whole.arm().movers == cut.arm().movers
    assert guests.simulate(INVITE, **{**asked, "seed": 4}).effect("visits_month") != whole.effect(
        "visits_month"
    )


def test_arms_share_their_random_numbers(guests):
    """Whoever stands beside, and whatever else is tried: a person's paths stay what they are."""
    alone = guests["g07"].simulate({"nothing": [], "invite": INVITE}, days=7, paths=15)
    beside = guests["g07"].simulate({"invite": INVITE}, days=7, paths=15)
    assert alone.arm("invite").tracks == beside.arm("invite").tracks
    assert [t.without for t in alone.arm("nothing").tracks] == [
        t.without for t in beside.arm().tracks
    ]


def test_the_ledger_is_not_touched(guests):
    before = ledger(guests)
    guests["g07"].simulate(INVITE, days=3, paths=5)
    guests.simulate(INVITE, cohort=["g07", "g08"], days=3, paths=5)
    guests["g07"].recommend(towards="visits_month", days=3, paths=5)
    assert ledger(guests) == before


def test_an_effect_by_lot_is_identified_and_found(both):
    effect = both.effect("visits_month", "invite")
    assert both.arm("invite").grounds.ground is Ground.IDENTIFIED
    assert "60" in both.arm("invite").grounds.rests_on
    assert 0.5 < effect.low < effect.difference < effect.high < 4
    assert effect.gain + effect.hurt + effect.neither == both.people == both.of == 60
    assert effect.gain > 30
    assert effect.under == pytest.approx(effect.without + effect.difference)
    lapses = both.effect("lapses", "invite")
    assert (lapses.better, lapses.gain) == ("less", lapses.down)
    assert lapses.difference < 0


def test_groups_are_all_people_told_apart(both):
    arm = both.arm("invite")
    groups = arm.groups["visits_month"]
    assert {(one.by, one.value) for one in groups} >= {("age", "young"), ("age", "old")}
    assert sum(one.people for one in groups if one.by == "age") == 60
    assert {one.by for one in groups} >= {"comes", "invited", "fair"}
    ages = [one for one in groups if one.by == "age"]
    effect = arm.effect("visits_month")
    mean = sum(one.people * one.difference for one in ages) / 60
    assert mean == pytest.approx(effect.difference)
    assert sum(one.gain for one in ages) == effect.gain
    assert sum(one.hurt for one in ages) == effect.hurt
    lapses = [one for one in arm.groups["lapses"] if one.by == "age"]
    assert sum(one.gain for one in lapses) == arm.effect("lapses").gain
    people = arm.people["visits_month"]
    assert [one.difference for one in people] == sorted(one.difference for one in people)


def test_the_nodes_that_carry_it(guests):
    found = guests["g07"].simulate(INVITE, days=14, paths=100)
    movers = found.arm().movers["visits_month"]
    assert movers[0].node == "invited"
    effect = found.effect("visits_month")
    assert movers[0].part == pytest.approx(effect.difference, rel=0.3)
    assert movers[0].low < movers[0].part < movers[0].high
    assert "fair" not in {one.node for one in movers}
    assert Address("invited") in found.nodes


def test_the_nodes_that_carry_it_among_many(guests, both):
    movers = both.arm("invite").movers["visits_month"]
    effect = both.effect("visits_month", "invite")
    assert (both.silenced, both.arm("nothing").movers) == (60, {})
    assert movers[0].node == "invited"
    assert movers[0].part == pytest.approx(effect.difference, rel=0.3)
    assert movers[0].up > 30 > movers[0].down
    lapses = {one.node: one.part for one in both.arm("invite").movers["lapses"]}
    assert lapses["invited"] < 0
    assert guests.simulate(INVITE, days=5, paths=5, movers=0).arm().movers == {}


def test_some_of_many_are_drawn_the_same_whoever_stands_where(guests):
    asked = {"days": 5, "paths": 6, "movers": 7}
    names = [f"g{number:02}" for number in range(20)]
    told: list[tuple[int, int]] = []
    one = guests.simulate(
        INVITE, cohort=names, progress=lambda done, of: told.append((done, of)), **asked
    )
    other = guests.simulate(INVITE, cohort=names[::-1], **asked)
    assert one.silenced == other.silenced == 7
    assert one.arm().movers == other.arm().movers
    done, of = zip(*told, strict=True)
    assert list(done) == sorted(done)
    assert done[-1] == of[-1]
    assert of[-1] % 7 == 20 % 7
    assert of[-1] > 20


def test_stopped_among_silenced_nodes_it_tells_the_rest(guests):
    told: list[tuple[int, int]] = []
    found = guests.simulate(
        INVITE,
        days=3,
        paths=5,
        progress=lambda done, of: told.append((done, of)),
        stop=lambda: bool(told) and told[-1][0] > 60,
    )
    assert found.finished
    assert len(told) < 6
    with pytest.raises(InputError, match="-1 people"):
        guests.simulate(INVITE, movers=-1)


def test_tracks_run_to_the_end(guests):
    found = guests["g07"].simulate(INVITE, days=90, paths=5, nodes=["fair"], outcomes=["lapses"])
    assert found.until == cafe.END + 90 * DAY
    assert {track.what for track in found.arm().tracks} == {"lapses", "fair"}
    track = found.track("fair")
    assert len(track.under) == 60
    assert track.under[-1].at == found.until
    assert all(one.low <= one.middle <= one.high for one in track.under)
    assert marks_of(90)[-1] == 90


def test_what_nobody_was_treated_with_is_assumed(guests):
    found = guests["g07"].simulate({"more": send("invitation", {"arm": "gold"})}, days=3, paths=5)
    assert found.arm().grounds.ground is Ground.ASSUMED
    seen = guests["g07"].simulate({"praised": send("praise")}, days=3, paths=5)
    assert seen.arm().grounds.ground is Ground.TRANSPORTED


def test_the_weakest_change_labels_the_whole(guests):
    found = guests["g07"].simulate([INVITE, send("praise")], days=3, paths=5)
    assert [change.grounds.ground for change in found.arm().changes] == [
        Ground.IDENTIFIED,
        Ground.TRANSPORTED,
    ]
    assert found.arm().grounds.ground is Ground.TRANSPORTED


def test_a_purpose_sees_what_it_sees(guests):
    ads = guests.twin("g07", purpose="ads")
    with pytest.raises(InputError, match="may not forecast 'praises_today'"):
        ads.simulate(INVITE, days=3, paths=5)
    care = guests.twin("g07", purpose="care").simulate(INVITE, days=3, paths=5)
    assert care.purpose == "care"
    assert {track.what for track in care.arm().tracks} >= {"fair", "visits_month"}
    with pytest.raises((UnknownName, MapError), match="fair"):
        ads.simulate(assume("fair"), days=3, paths=5)
    compiled = Scenario(name="x", changes=())
    assert guests.simulate(compiled, cohort=["g07"], days=2, paths=4, purpose="care").people == 1


def test_stopped_it_tells_how_far_it_came(guests, monkeypatch):
    monkeypatch.setattr(running, "SLICE", 10)
    told: list[tuple[int, int]] = []
    found = guests.simulate(
        INVITE,
        days=3,
        paths=5,
        progress=lambda done, of: told.append((done, of)),
        stop=lambda: len(told) >= 2,
        movers=0,
    )
    assert (found.people, found.of, found.finished) == (20, 60, False)
    assert told == [(10, 60), (20, 60)]
    assert found.effect("visits_month").gain + found.effect("visits_month").neither <= 20
    none = guests.simulate(INVITE, days=3, paths=5, stop=lambda: True)
    assert (none.people, none.arms) == (0, [])
    alone = guests["g07"].simulate(INVITE, days=3, paths=5, stop=lambda: True)
    assert (alone.people, alone.finished) == (0, False)


def test_refusals(guests, open_shop):
    twin = guests["g07"]
    for wrong, error, words in [
        ({"scenario": put("prise", times=2)}, MapError, "reads no field 'prise'"),
        ({"scenario": INVITE, "days": 0}, InputError, "0 steps"),
        ({"scenario": INVITE, "days": 1e9}, InputError, "expected 1 to 20,000 steps"),
        ({"scenario": INVITE, "paths": 0}, InputError, "0 paths"),
        ({"scenario": INVITE, "outcomes": ["visit"]}, UnknownName, "'visit' is not counted"),
        ({"scenario": INVITE, "nodes": ["age"]}, UnknownName, "no single node 'age'"),
    ]:
        with pytest.raises(error, match=words):
            twin.simulate(**wrong)
    with pytest.raises(UnknownName, match="nothing was ever observed"):
        guests["nobody"].simulate(INVITE)
    with pytest.raises(UnknownName, match="nothing was ever observed"):
        guests.simulate(INVITE, cohort=["nobody"])
    with pytest.raises(UnknownName, match="nothing is told of 'visit'"):
        twin.simulate(INVITE, days=2, paths=2).effect("visit")
    with pytest.raises(InputError, match="does not say how a person is run forward"):
        open_shop()["h42"].simulate([])


def test_nothing_fitted_is_said(tmp_path):
    with open_twins(tmp_path / "new.db", cafe.MAP, clock=lambda: cafe.END) as twins:
        twins.observe("g1", "visit", at="2026-01-01")
        with pytest.raises(PopulationError, match="nothing is fitted"):
            twins["g1"].simulate([])


def test_a_sandbox_is_run_forward_as_the_twin_it_would_be(guests):
    with guests.sandbox("g07") as box:
        same = box.twin(as_of=cafe.END).simulate(INVITE, days=5, paths=10)
        assert (
            same.arm()
            == guests.twin("g07", as_of=cafe.END).simulate(INVITE, days=5, paths=10).arm()
        )
        box.observe("invitation", {"arm": "card"}, at="2026-03-25")
        warm = box.twin(as_of=cafe.END).simulate([], days=5, paths=40).track("visits_month")
        cold = guests.twin("g07", as_of=cafe.END).simulate([], days=5, paths=40)
        assert warm.without[-1].mean > cold.track("visits_month").without[-1].mean


def test_through_a_key_it_is_written_down(guests):
    before = len(guests.accesses("g09"))
    guests.reader("crm", purpose="care").twin("g09").simulate(INVITE, days=2, paths=4)
    row = guests.accesses("g09")[-1]
    assert len(guests.accesses("g09")) == before + 1
    assert (row.face, row.purpose) == ("simulate", "care")
    assert "invited" in row.nodes
