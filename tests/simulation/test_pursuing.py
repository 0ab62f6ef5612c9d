"""Goals, constraints and last values along a walk, against a ledger that holds what came."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from tests.simulation.conftest import PATHS
from tests.simulation.school import MAP, ORIGIN, school

from doxa.beliefmap.columns import Ints
from doxa.beliefmap.model import Outcome
from doxa.beliefmap.scenarios import Scenario, Send
from doxa.checks.worlds import keys_of as twins_of
from doxa.checks.worlds import past_of
from doxa.domain.clock import DAY, Clock, format_moment
from doxa.domain.signal import Signal
from doxa.features.living import Living
from doxa.features.past import Past
from doxa.features.phi import columns_of, phi, table_of
from doxa.features.views import Views
from doxa.heads.head import recipe_of
from doxa.simulation import course as courses
from doxa.simulation.cast import Cast, cast_of
from doxa.simulation.changes import changes_of
from doxa.simulation.numbers import keys_of
from doxa.simulation.rollout import rollout
from doxa.simulation.stage import people_at

STEPS = 10
GOALS = ("learn", "practise", "excel", "finish", "collect", "attend", "swift")


def cast() -> Cast:
    """Everybody at the origin."""
    known = school()
    return cast_of(
        known.past, known.part, np.arange(len(known.names)), keys_of(known.names), ORIGIN
    )


def when(days: int) -> str:
    """A moment so many days after the origin, as payloads hold it."""
    return format_moment(ORIGIN + days * DAY, Clock.TIME)


SENT = Scenario(
    name="sent",
    changes=(
        Send(kind="resolve", payload={"due": when(20), "course": "a"}, at=(3 * DAY,)),
        Send(kind="exam", payload={"course": "a"}, at=(6 * DAY,)),
        Send(kind="plan", payload={"starts": when(6), "ends": when(12)}, at=(2 * DAY, 8 * DAY)),
        Send(kind="cancel", at=(7 * DAY,)),
    ),
)


def replayed(drawn: list[tuple[int, Signal]], path: int) -> tuple[Past, np.ndarray]:
    """The ledger with what came along one path, and everybody's keys in it."""
    known = school()
    told = [one for row, one in drawn if row % PATHS == path]
    signals = sorted(known.before + told, key=lambda one: (one.at, one.order))
    past = past_of(signals, MAP, MAP.outcomes.values())
    code = {name: place for place, name in enumerate(twins_of(signals))}
    return past, np.array([code[name] for name in known.names])


def test_goals_and_constraints_are_those_of_a_ledger_that_holds_what_came(
    drawn: list[tuple[int, Signal]],
) -> None:
    everybody = cast()
    people = np.arange(len(everybody.twins))
    known = school()
    changes = changes_of(SENT, everybody.plan, known.past, everybody.twins, ORIGIN)
    course = courses.Course(everybody, people, PATHS, 1, [], changes, [])
    moved = dict.fromkeys(GOALS, 0)
    for step in range(STEPS):
        before = {n: course.walk.living.pursuit(n, course.walk.rows()).progress for n in GOALS}
        course.step(step)
        rows = course.walk.rows()
        for name in GOALS:
            now = course.walk.living.pursuit(name, rows).progress
            moved[name] += int((np.nan_to_num(now) != np.nan_to_num(before[name])).sum())
        for path in range(PATHS) if step in (4, 7, STEPS - 1) else ():
            past, twins = replayed(drawn, path)
            living = Living(past)
            asked = people_at(twins, np.full(len(twins), course.walk.now))
            own = course.walk.rows(people * PATHS + path)
            for name in GOALS:
                got, want = course.walk.living.pursuit(name, own), living.pursuit(name, asked)
                for part in ("formed", "progress", "since", "due"):
                    np.testing.assert_allclose(
                        getattr(got, part), getattr(want, part), rtol=1e-9, err_msg=f"{name} {part}"
                    )
            for name in ("busy", "away"):
                tied, bound = (
                    course.walk.living.constraint(name, own),
                    living.constraint(name, asked),
                )
                np.testing.assert_array_equal(tied.active, bound.active, err_msg=name)
                np.testing.assert_allclose(tied.left, bound.left, rtol=1e-9)
    assert all(count > 10 for count in moved.values()), moved


def test_last_values_follow_what_was_drawn(
    drawn: list[tuple[int, Signal]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of the same kind and of others: phi at the next signal is that of a ledger that holds what came."""
    monkeypatch.setattr(courses, "DOUBT", 0.0)
    everybody = cast()
    people = np.arange(len(everybody.twins))
    course = courses.Course(everybody, people, PATHS, 1, [], courses.Changes(), [])
    for step in range(STEPS):
        course.step(step)
    walk, known = course.walk, school()
    for path in range(PATHS):
        past, twins = replayed(drawn, path)
        rows = people_at(twins, np.full(len(twins), walk.now))
        own = walk.rows(people * PATHS + path)
        for name in ("scores", "moods", "studies_today"):
            recipe = recipe_of(known.part.heads[name], MAP)
            want = phi(recipe, Views(past, recipe.readings), rows)
            told = list(course.readouts[name]._columns(own, {}))
            got = table_of(columns_of(recipe, walk, own, told=told), len(own))
            assert got.names == want.names
            assert name == "studies_today" or any("recent lesson" in one for one in got.names)
            np.testing.assert_allclose(got.table, want.table, rtol=1e-9, atol=1e-9)


def test_within_a_session_the_last_value_is_that_of_the_session(
    drawn: list[tuple[int, Signal]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """What a quiz reads of the lesson before it in the same session is what that lesson held."""
    asked: list[tuple[list[int], list[Any]]] = []
    everybody = cast()
    people = np.arange(len(everybody.twins))
    course = courses.Course(everybody, people, PATHS, 1, [], courses.Changes(), [])
    told = course.walk.lately.told

    def note(outcome: Outcome, kind: str, name: str, row: Ints, same: list[Ints]) -> list[Any]:
        found = told(outcome, kind, name, row, same)
        if outcome.name == "grades":
            asked.append((row.tolist(), found))
        return found

    monkeypatch.setattr(course.walk.lately, "told", note)
    for step in range(3):
        course.step(step)
        rows, values = asked.pop()
        today = {
            row: one for row, one in drawn if one.kind == "lesson" and one.at >= ORIGIN + step * DAY
        }
        assert len(values) > 5
        for row, value in zip(rows, values, strict=True):
            assert value == today[row].payload["score"]


def test_a_resolution_that_is_sent_makes_a_goal_advance_in_its_own_arm_alone() -> None:
    def run(*changes: Send) -> dict[str, np.ndarray]:
        scenario = Scenario(name="tried", changes=changes)
        found = list(
            rollout(
                cast(),
                steps=6,
                paths=3,
                seed=1,
                counted=[MAP.outcomes["lessons"]],
                scenario=scenario,
                rows=45,
            )
        )
        return {"lessons": np.concatenate([part.outcomes["lessons"] for part in found])}

    plain, sent = run(), run(Send(kind="resolve", payload={"due": when(9)}, at=(2 * DAY,)))
    assert np.array_equal(plain["lessons"][:, :, :2], sent["lessons"][:, :, :2])
    assert not np.array_equal(plain["lessons"], sent["lessons"])
