"""Goals, feelings and constraints of one person, through the facade."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.runtime.conftest import NOW

from doxa.beliefmap.map_file import parse_map
from doxa.checks.store_samples import make_signal
from doxa.domain.clock import DAY, datetime_of
from doxa.runtime.twins import Twins
from doxa.runtime.wiring import Wiring
from doxa.storage.memory import MemoryStore

KITCHEN = """
doxa: 1
product: kitchen
fields: {due: time, starts: time, ends: time}
sources: {self: {trust: 1}, rumour: {seen_by: [care]}}
nodes:
  feel_better: {kind: goal, says: "Wants to feel better."}
  eat_healthier: {kind: goal, part_of: feel_better, deadline: due}
  cook_at_home: {kind: goal, part_of: eat_healthier, done: {count: cooked, when: {home: 1}, at_least: 8}}
  less_sugar: {kind: goal, part_of: eat_healthier, done: {happens: no_sugar}}
  save: {kind: goal, part_of: feel_better, value: 2, done: {sum: amount, of_signal: saved, at_least: 500}}
  weigh_less: {kind: goal, done: {value: kg, of_signal: weighed, at_most: 70}}
  pass_exam: {kind: goal, of: topic, done: {happens: passed, same: [topic]}}
  fix: {kind: goal, done: {happens: fixed, same: [ticket]}}
  learn_piano: {kind: goal, done: {count: lesson, at_least: 10}}
  play_in_public: {kind: goal, done: {node: dares, above: 0.8}}
  dares: {kind: belief}
  can_cook: {kind: belief}
  moving: {kind: constraint, says: "Is moving house.", from: starts, until: ends}
  stressed: {kind: constraint, until: 14d}
  mood: {kind: feeling, axis: valence, scale: [1, 5]}
  likes_cooking: {kind: feeling, axis: valence, scale: [1, 5]}
  mood_about: {kind: feeling, of: topic, scale: [1, 5]}
edges:
  - {from: can_cook, to: cook_at_home, kind: motivates}
  - {from: cook_at_home, to: learn_piano, kind: motivates}
  - {from: learn_piano, to: weigh_less, kind: blocks}
  - {from: moving, to: save, kind: blocks}
  - {from: likes_cooking, to: cook_at_home, kind: about}
signals:
  resolution: [{node: eat_healthier, for: 1}]
  given_up: [{node: eat_healthier, against: 1}]
  wish: [{node: save, for: 1}, {node: weigh_less, for: 1}, {node: learn_piano, for: 1}]
  exam: [{node: pass_exam, for: 1}]
  ticket: [{node: fix, for: 1}]
  dared: [{node: dares, for: 1}, {node: play_in_public, for: 1}]
  cooked: [{node: can_cook, for: 0.5}]
  no_sugar: []
  saved: []
  weighed: []
  passed: []
  fixed: []
  lesson: []
  move: [{node: moving, for: 1}]
  stay: [{node: moving, against: 1}]
  overtime: [{node: stressed, for: 0.5}, {node: stressed, for: 0.5, when: {long: 1}, until: 30d}]
  beep: [{node: mood, value: mood}, {node: likes_cooking, value: fun}, {node: mood_about, value: mood}]
purposes: {care: {sees: all}, ads: {sees: [feel_better, eat_healthier, cook_at_home]}}
"""


NOWHERE = Path("living.db")
"""Beside which a store in memory would leave files, if it left any."""


def at(days: float) -> object:
    """So many days before now."""
    return datetime_of(NOW - round(days * DAY))


@pytest.fixture
def kitchen(open_shop):
    return open_shop(parse_map(KITCHEN))


@pytest.fixture
def lived(kitchen):
    kitchen.observe("h42", "resolution", {"due": at(-60)}, at=at(40), source="self")
    kitchen.observe("h42", "wish", at=at(39), source="self")
    return kitchen


def goals(twins, days=0.0, **how):
    found = twins.twin("h42", as_of=at(days), **how).goals()
    return {str(goal.node): goal for goal in found}


def around(twins, clock, kind, payload=None, days=5.0):
    """Goals as known just before and just after a signal."""
    known = clock.now
    clock.move(1)
    twins.observe("h42", kind, payload, at=at(days), id=f"{kind}-{days}")
    return goals(twins, known_at=known), goals(twins)


def moved(before, after, name):
    return after[name].motivation - before[name].motivation


def test_a_milestone_moves_parent_and_siblings_up_and_another_tree_not_at_all(lived, clock):
    before, after = around(lived, clock, "no_sugar")
    assert (before["less_sugar"].status, after["less_sugar"].status) == ("active", "achieved")
    assert after["eat_healthier"].progress == 0.5
    assert after["feel_better"].progress == pytest.approx(0.5 / 3)
    for name in ("eat_healthier", "feel_better", "cook_at_home", "save"):
        assert moved(before, after, name) > 0, name
    for name in ("learn_piano", "weigh_less", "play_in_public"):
        assert moved(before, after, name) == 0, name
    assert after["less_sugar"].motivation == 0


def test_a_milestone_moves_what_it_motivates_and_what_it_blocked(lived, clock):
    before, after = around(lived, clock, "cooked", {"home": 1})
    assert moved(before, after, "learn_piano") > 0
    assert after["learn_piano"].expectancy == pytest.approx(1 / 8)
    before, after = around(lived, clock, "lesson", days=4)
    assert after["weigh_less"].blocked < before["weigh_less"].blocked
    assert moved(before, after, "weigh_less") > 0
    assert moved(before, after, "eat_healthier") == 0


def test_what_the_person_believes_to_be_able_to_do_feeds_expectancy(lived):
    assert goals(lived)["cook_at_home"].expectancy == 0.5
    for day in range(4):
        lived.observe("h42", "cooked", {"home": 0}, at=at(10 - day))
    found = goals(lived)["cook_at_home"]
    assert found.expectancy == lived.twin("h42", at(0)).opinion("can_cook").credence > 0.6
    assert found.progress == 0


def test_progress_counts_from_when_the_goal_formed(kitchen):
    kitchen.observe("h42", "no_sugar", at=at(50))
    kitchen.observe("h42", "resolution", at=at(40))
    assert goals(kitchen)["less_sugar"].progress == 0
    assert goals(kitchen)["less_sugar"].formed == NOW - 40 * DAY
    kitchen.observe("h42", "resolution", at=at(60))
    assert goals(kitchen)["less_sugar"].progress == 1
    assert goals(kitchen, 45)["less_sugar"].progress == 1
    assert goals(kitchen, 55)["less_sugar"].progress == 0


def test_every_form_of_done(lived):
    lived.observe("h42", "saved", {"amount": 125}, at=at(9))
    lived.observe("h42", "weighed", {"kg": 80}, at=at(9))
    lived.observe("h42", "weighed", {"kg": 75}, at=at(8))
    lived.observe("h42", "exam", {"topic": "maths"}, at=at(9))
    lived.observe("h42", "exam", {"topic": "art"}, at=at(9))
    lived.observe("h42", "passed", {"topic": "maths"}, at=at(2))
    lived.observe("h42", "ticket", {"ticket": "t1"}, at=at(9))
    lived.observe("h42", "fixed", {"ticket": "t2"}, at=at(8))
    lived.observe("h42", "dared", at=at(1))
    found = goals(lived)
    assert found["save"].progress == 0.25
    assert found["weigh_less"].progress == 0.5
    assert (found["pass_exam[maths]"].progress, found["pass_exam[art]"].progress) == (1, 0)
    assert found["fix"].progress == 0
    dares = lived.twin("h42", at(0)).opinion("dares").credence
    assert found["play_in_public"].progress == pytest.approx((dares - 0.5) / 0.3)
    lived.observe("h42", "fixed", {"ticket": "t1"}, at=at(7))
    assert goals(lived)["fix"].status == "achieved"


def test_deadlines_move_and_are_passed_down(lived):
    found = goals(lived)
    assert found["eat_healthier"].deadline == NOW + 60 * DAY
    assert found["cook_at_home"].urgency == found["eat_healthier"].urgency == pytest.approx(0.6)
    lived.observe("h42", "resolution", {"due": at(3)}, at=at(10), source="self")
    assert goals(lived)["eat_healthier"].status == "stalled"
    assert goals(lived)["eat_healthier"].reasons == ("the deadline has passed",)
    assert goals(lived, 20)["eat_healthier"].deadline == NOW + 60 * DAY


def test_status_over_time(lived):
    lived.observe("h42", "saved", {"amount": 125}, at=at(30))
    assert goals(lived, 35)["save"].status == "active"
    assert goals(lived, 20)["save"].status == "advancing"
    assert goals(lived, -10)["save"].status == "stalled"
    lived.observe("h42", "move", {"starts": at(28), "ends": at(22)}, at=at(29))
    assert goals(lived, 25)["save"].status == "blocked"
    assert goals(lived, 25)["save"].reasons == ("moving is in the way",)
    assert goals(lived, 21)["save"].status == "advancing"
    lived.observe("h42", "given_up", at=at(12), source="self")
    lived.observe("h42", "given_up", at=at(11), source="self")
    assert goals(lived)["eat_healthier"].status == "abandoned"
    assert goals(lived)["less_sugar"].status == "abandoned"
    assert goals(lived)["less_sugar"].motivation == 0


def test_a_goal_nobody_spoke_of(kitchen):
    found = goals(kitchen)
    assert {goal.status for goal in found.values()} == {"unmet"}
    assert {goal.motivation for goal in found.values()} == {0}


def test_a_claim_forms_a_goal(kitchen):
    kitchen.believe("h42", "save", source="self", at=at(5))
    kitchen.believe("h42", "run a marathon", kind="goal", source="self", at=at(5))
    kitchen.observe("h42", "saved", {"amount": 50}, at=at(4))
    found = goals(kitchen)
    assert (found["save"].progress, found["save"].formed) == (0.1, NOW - 5 * DAY)
    open_goal = found["open:goal[run a marathon]"]
    assert (open_goal.status, open_goal.progress) == ("active", None)
    assert found["learn_piano"].status == "unmet"


def test_own_output_is_no_milestone(lived):
    before = goals(lived)["less_sugar"]
    lived.observe("h42", "no_sugar", at=at(3), cause="doxa")
    assert goals(lived)["less_sugar"] == before


def test_a_purpose_sees_no_goal_and_no_milestone_it_may_not(lived):
    lived.observe("h42", "no_sugar", at=at(3), source="rumour")
    assert goals(lived, purpose="care")["less_sugar"].status == "achieved"
    found = goals(lived, purpose="ads")
    assert set(found) == {"feel_better", "eat_healthier", "cook_at_home"}
    assert found["eat_healthier"].progress == 0


def test_as_plain_fields(lived):
    told = lived["h42"].goals()[1].as_dict()
    assert told["node"] == "eat_healthier"
    assert told["goal"]["part_of"] == ["feel_better"]
    assert told["goal"]["status"] == "active"


def constraint(twins, name="moving", days=0.0, **how):
    found = twins.twin("h42", as_of=at(days), **how).constraints()
    return next(each for each in found if str(each.node) == name)


def test_a_constraint_binds_within_its_interval(kitchen, clock):
    kitchen.observe("h42", "move", {"starts": at(10), "ends": at(5)}, at=at(20), source="self")
    clock.move(1)
    standings = [constraint(kitchen, days=days).standing for days in (19, 10, 5.001, 5, 1)]
    assert standings == ["upcoming", "active", "active", "over", "over"]
    told = kitchen.twin("h42", at(7)).opinion("moving")
    assert (told.active, told.begins, told.ends) == (True, NOW - 10 * DAY, NOW - 5 * DAY)
    assert constraint(kitchen, days=7, known_at=NOW - 1).opinion.active is False
    kitchen.observe("h42", "move", {"starts": at(10), "ends": at(2)}, at=at(6), source="self")
    assert constraint(kitchen, days=4).standing == "active"
    assert [turn.what for turn in constraint(kitchen).turns] == ["opened", "extended"]
    kitchen.observe("h42", "stay", at=at(4.5), source="self")
    assert (constraint(kitchen, days=5.5).standing, constraint(kitchen, days=4).standing) == (
        "active",
        "closed",
    )


def test_a_rule_overrides_the_duration_of_its_node(kitchen):
    kitchen.observe("h42", "overtime", at=at(20))
    assert constraint(kitchen, "stressed", 7).opinion.active
    assert not constraint(kitchen, "stressed", 5).opinion.active
    kitchen.observe("h42", "overtime", {"long": 1}, at=at(20), id="long")
    assert constraint(kitchen, "stressed", 5).opinion.active


def test_two_sources_contradict_each_other(kitchen):
    kitchen.observe("h42", "move", {"starts": at(10), "ends": at(-9)}, at=at(20), source="till")
    kitchen.observe("h42", "move", {"starts": at(10), "ends": at(-9)}, at=at(19), source="till")
    kitchen.observe("h42", "stay", at=at(5), source="support")
    found = constraint(kitchen)
    assert (found.standing, found.contradicted) == ("active", True)
    assert found.as_dict()["interval"]["turns"][-1]["what"] == "contradicted"


def test_claims_open_and_close_constraints(kitchen):
    kitchen.believe(
        "h42", "moving", source="support", at=at(9), valid_from=at(8), valid_until=at(-3), id="m"
    )
    kitchen.believe("h42", "stressed", source="self", at=at(9))
    kitchen.believe("h42", "is on a diet", kind="constraint", source="self", at=at(9))
    assert constraint(kitchen).standing == "active"
    assert constraint(kitchen, "stressed").opinion.ends == NOW + 5 * DAY
    diet = constraint(kitchen, "open:constraint[is on a diet]")
    assert (diet.opinion.active, diet.opinion.ends) == (True, None)
    kitchen.believe("h42", "moving", holds=False, source="self", at=at(2))
    assert constraint(kitchen).standing == "closed"


def test_feelings_overall_and_about_something(kitchen):
    kitchen.observe("h42", "beep", {"mood": 5, "fun": 1, "topic": "work"}, at=at(0.5))
    found = {str(each.node): each for each in kitchen.twin("h42", at(0)).feelings()}
    assert (found["mood"].overall, found["mood"].axis) == (True, "valence")
    assert [str(node) for node in found["likes_cooking"].about] == ["cook_at_home"]
    assert found["mood_about[work]"].topics == {"topic": "work"}
    assert found["mood_about[work]"].as_dict()["feeling"]["overall"] is False
    assert found["mood"].opinion.credence > 0.5 > found["likes_cooking"].opinion.credence


KINDS = ("resolution", "given_up", "wish", "cooked", "no_sugar", "saved", "lesson", "move", "stay")


@st.composite
def histories(draw):
    out = []
    for number in range(draw(st.integers(1, 14))):
        days = draw(st.integers(0, 60))
        begins = draw(st.integers(-20, 20))
        payload = {
            "home": draw(st.integers(0, 1)),
            "amount": draw(st.sampled_from([50, 500])),
            "due": NOW + draw(st.integers(-30, 60)) * DAY,
            "starts": NOW + begins * DAY,
            "ends": NOW + (begins + draw(st.integers(1, 20))) * DAY,
        }
        out.append(
            make_signal(
                f"s{number}", twin="h42", kind=draw(st.sampled_from(KINDS)), at=NOW - days * DAY,
                recorded=NOW - days * DAY, payload=payload,
                source=draw(st.sampled_from(["self", "till", "support"])),
            )
        )  # fmt: skip
    return out


def assert_alike(found, told):
    """Equal words and moments; numbers within rounding."""
    assert found.keys() == told.keys()
    for name, value in told.items():
        if isinstance(value, dict):
            assert_alike(found[name], value)
        elif isinstance(value, float):
            assert found[name] == pytest.approx(value, abs=1e-9), name
        else:
            assert found[name] == value, name


def read(signals, now, *, after=1):
    """Goals and constraints; observed in halves and read in between, so that snapshots serve."""
    belief_map = parse_map(KITCHEN)
    store = MemoryStore(zone=belief_map.zone)
    with Twins(Wiring(store, belief_map, NOWHERE, lambda: NOW + 90 * DAY, after)) as twins:
        half = len(signals) // 2
        for part in (signals[:half], signals[half:]):
            store.append(part)
            twins.twin("h42", as_of=now)
            twins.snapshot()
        twin = twins.twin("h42", as_of=now)
        return twin.goals(), twin.constraints()


@given(histories(), st.randoms(use_true_random=False), st.integers(-5, 60))
@settings(deadline=None, max_examples=40, suppress_health_check=list(HealthCheck))
def test_order_snapshots_and_the_future_change_nothing(signals, rng, days):
    now = NOW - days * DAY
    expected = read(signals, now, after=10_000)
    shuffled = list(signals)
    rng.shuffle(shuffled)
    past = [signal for signal in shuffled if signal.at <= now]
    for others in (read(shuffled, now), read(past, now)):
        for found, told in zip((*others[0], *others[1]), (*expected[0], *expected[1]), strict=True):
            assert_alike(found.as_dict(), told.as_dict())
