"""Which action helps a person: ranked, explained, recorded only when asked, or none of them."""

from __future__ import annotations

import pytest
from tests.runtime.test_simulating import guests, ledger

from doxa.beliefmap.changes import assume, do, send
from doxa.domain.ground import Ground
from doxa.domain.node import Address
from doxa.errors import InputError, UnknownName

__all__ = ["guests"]


def test_the_one_that_helps_comes_first_and_says_why(guests):
    found = guests["g07"].recommend(towards="visits_month", paths=100, propensity={"invite": 0.5})
    assert found.best == "invite"
    option = found.option
    assert option is not None
    assert (option.helps, option.low > 0, option.propensity) == (True, True, 0.5)
    assert option.grounds.ground is Ground.IDENTIFIED
    assert option.because[0].node == "invited"
    assert "Feels invited" in found.why
    assert Address("invited") in found.nodes
    assert [one.action for one in found.excluded] == ["nag"]
    assert found.excluded[0].why == "only where fair is above 0.99"


def test_none_of_these_is_an_answer(guests):
    passed = {"nothing": [], "complain": send("complaint")}
    found = guests["g07"].recommend(passed, towards="visits_month", paths=50)
    assert (found.best, found.option) == (None, None)
    assert found.why.startswith("None of these")
    assert {one.action for one in found.options} == {"nothing", "complain"}
    assert not any(one.because for one in found.options)


def test_what_moves_nothing_is_not_open(guests):
    found = guests["g07"].recommend(
        {"invite": do("invite"), "visit": send("resolution"), "feel": assume("comes")},
        towards="visits_month",
        paths=20,
    )
    assert [one.action for one in found.options][:1] == ["invite"]
    [why] = [one.why for one in found.excluded]
    assert "read from counts" in why


def test_less_of_what_never_happens_is_aimed_at(guests):
    lapses = guests["g07"].recommend(["invite"], towards="lapses", days=3, paths=200)
    assert lapses.less
    more = guests["g07"].recommend(["invite"], towards="lapses", less=False, days=3, paths=200)
    assert lapses.options[0].difference == pytest.approx(-more.options[0].difference)


def test_towards_a_node(guests):
    found = guests["g07"].recommend(
        {"praise": send("praise"), "complaint": send("complaint")}, towards="fair", paths=50
    )
    assert found.best == "praise"
    assert found.options[-1].difference < 0


def test_recorded_only_when_asked_and_never_as_evidence(guests):
    before, read = ledger(guests), guests["g08"].opinions()
    guests["g08"].recommend(["invite"], towards="visits_month", paths=20)
    assert ledger(guests) == before
    found = guests["g08"].recommend(
        ["invite"], towards="visits_month", paths=20, propensity={"invite": 0.25}, record=True
    )
    assert len(ledger(guests)) == len(before) + 1
    assert guests["g08"].opinions() == read
    row = next(one for one in guests.export("g08")["signals"] if one["id"] == found.id)
    assert (row["kind"], row["cause"]) == ("recommendation", "doxa.recommend")
    assert row["payload"]["options"][0]["propensity"] == 0.25
    guests.retract(found.id)


def test_refusals(guests):
    twin = guests["g07"]
    for given, error, words in [
        ({"towards": "visits_moth"}, UnknownName, "did you mean 'visits_month'"),
        ({"towards": "fair", "actions": ["invit"]}, UnknownName, "did you mean 'invite'"),
        ({"towards": "fair", "actions": []}, InputError, "names no action"),
        ({"towards": "fair", "propensity": {"invite": 2}}, InputError, "is no propensity"),
        (
            {"towards": "fair", "actions": ["invite"], "propensity": {"nag": 0.5}},
            InputError,
            "is not among the actions",
        ),
    ]:
        with pytest.raises(error, match=words):
            twin.recommend(**given)
    with pytest.raises(InputError, match="about the past cannot be recorded"):
        guests.twin("g07", "2026-02-01").recommend(towards="visits_month", record=True)
