"""A course is what reading at each of its moments says, and names the signals of every change."""

from __future__ import annotations

import pytest
from tests.runtime.conftest import NOW
from tests.runtime.test_living import KITCHEN, at

from doxa.beliefmap.map_file import parse_map
from doxa.domain.clock import DAY
from doxa.domain.node import NodeKind

MOODS = """
doxa: 1
product: moods
clock: position
nodes:
  worried: {kind: feeling, scale: [7, 1], half_life: 2}
  calm: {kind: feeling}
signals:
  beep: [{node: worried, value: worried}]
  sigh: [{node: calm, against: 1}]
"""


@pytest.fixture
def kitchen(open_shop):
    twins = open_shop(parse_map(KITCHEN))
    twins.observe("h42", "resolution", {"due": at(-60)}, at=at(40), source="self", id="r")
    twins.observe("h42", "wish", at=at(39), source="self", id="w")
    for day in (30, 20):
        twins.observe("h42", "cooked", {"home": 1}, at=at(day), id=f"c{day}")
    twins.observe("h42", "no_sugar", at=at(15), id="n")
    payload = {"starts": at(10), "ends": at(6)}
    twins.observe("h42", "move", payload, at=at(12), source="self", id="m")
    twins.observe("h42", "beep", {"mood": 2}, at=at(3), id="b")
    return twins


def told(course, node, of="status"):
    found = [each for each in course.shifts if str(each.node) == node and each.of == of]
    return [(each.what, [signal.id for signal in each.signals]) for each in found]


def test_every_reading_is_what_was_held_then(kitchen):
    course = kitchen.twin("h42", NOW).course()
    for track in course.tracks:
        for reading in track.readings[:: max(1, len(track.readings) // 4)]:
            twin = kitchen.twin("h42", reading.at)
            held = {
                each.node: each for each in (*twin.goals(), *twin.feelings(), *twin.constraints())
            }
            found = held[track.node]
            if track.kind is NodeKind.GOAL:
                assert reading.status == found.status
                assert reading.progress == pytest.approx(found.progress)
                assert reading.motivation == pytest.approx(found.motivation)
                assert reading.credence == pytest.approx(found.commitment)
            else:
                assert reading.credence == pytest.approx(found.opinion.credence)


def test_a_change_is_named_with_the_signals_that_made_it(kitchen):
    course = kitchen.twin("h42", NOW).course()
    assert told(course, "less_sugar") == [("formed", ["r"]), ("achieved", ["n"])]
    assert told(course, "eat_healthier", "progress") == [
        ("rose", ["c30"]),
        ("rose", ["c20"]),
        ("rose", ["n"]),
    ]
    assert told(course, "eat_healthier")[0] == ("formed", ["r"])
    assert told(course, "save")[:3] == [("formed", ["w"]), ("blocked", []), ("active", [])]
    assert [what for what, _ in told(course, "moving")] == ["formed", "active", "over"]
    assert told(course, "moving")[0] == ("formed", ["m"])
    assert told(course, "learn_piano", "progress") == []


def test_time_alone_is_nobodys_signal(kitchen):
    late = kitchen.twin("h42", NOW + 70 * DAY).course()
    stalled = [each for each in late.shifts if each.what == "stalled" and "eat" in str(each.node)]
    assert [each.signals for each in stalled] == [()] * len(stalled)
    assert stalled[-1].reasons == ("no milestone for long",)
    due = NOW + 60 * DAY
    assert due in [reading.at for reading in late.tracks[0].readings]


def test_a_feeling_changes_in_swings_and_names_what_was_said(open_shop):
    twins = open_shop(parse_map(MOODS))
    said = [2, 2, 2, 6, 7, 6, 6, 3, 2, 2]
    for place, value in enumerate(said):
        twins.observe("ann", "beep", {"worried": value}, at=place, id=f"b{place}")
    for place in (2, 3, 4):
        twins.observe("ann", "sigh", at=place, id=f"s{place}")
    course = twins.twin("ann").course()
    assert told(course, "worried", "mean") == [
        ("rose", ["b3", "b4", "b5", "b6"]),
        ("fell", ["b7", "b8", "b9"]),
    ]
    assert told(course, "calm", "credence") == [("fell", ["s3", "s4"])]
    assert told(course, "calm") == [("formed", ["s2"])]


def test_a_purpose_is_shown_no_other_nodes_nor_signals(kitchen):
    course = kitchen.twin("h42", NOW, purpose="ads").course()
    shown = {node.node for node in course.nodes}
    assert shown == {"feel_better", "eat_healthier", "cook_at_home"}
    assert {said.node.node for signal in course.signals for said in signal.says} <= {
        "feel_better",
        "eat_healthier",
        "cook_at_home",
    }
    assert "m" not in [signal.id for signal in course.signals]


def test_nobody_has_no_course(kitchen):
    found = kitchen.twin("nobody", NOW).course()
    assert (found.signals, found.tracks, found.shifts) == ((), (), ())
    assert found.as_dict()["tracks"] == []


def test_a_course_as_plain_fields_names_signals_by_id(kitchen):
    plain = kitchen.twin("h42", NOW).course().as_dict()
    progress = [
        each
        for each in plain["shifts"]
        if (each["node"], each["of"]) == ("eat_healthier", "progress")
    ]
    assert progress[-1]["signals"] == ["n"]
    assert {"node": "less_sugar", "way": "done", "amount": 1.0} in next(
        each["says"] for each in plain["signals"] if each["id"] == "n"
    )


def test_no_swing_reaches_over_a_time_in_which_too_little_is_known(open_shop):
    twins = open_shop(parse_map(MOODS))
    said = {0: 2, 1: 2, 2: 2, 3: 2, 200: 7, 201: 7, 202: 7, 203: 7}
    for place, value in said.items():
        twins.observe("ann", "beep", {"worried": value}, at=place, id=f"b{place}")
    course = twins.twin("ann").course()
    swings = [each for each in course.shifts if each.of == "mean"]
    assert [(each.what, each.since) for each in swings[:1]] == [("rose", 3)]
    assert all(each.at >= 200 for each in swings)
    [worried] = [track for track in course.tracks if str(track.node) == "worried"]
    unknown = [each.at for each in worried.readings if not each.known]
    for each in swings[1:]:
        assert not any(each.since < at < each.at for at in unknown)
