"""Requirements judged along a walk, against a ledger that holds what came."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from tests.simulation.conftest import PATHS
from tests.simulation.school import MAP, ORIGIN, school
from tests.simulation.test_pursuing import SENT, replayed

from doxa.beliefmap.map_file import parse_map
from doxa.beliefmap.model import Among, AmongNode, AmongSignal, Condition, Operator
from doxa.beliefmap.model import Test as Compared
from doxa.beliefmap.scenarios import Scenario, Send
from doxa.domain.clock import DAY
from doxa.domain.node import Address
from doxa.domain.signal import Signal
from doxa.heads.population import SightPart
from doxa.simulation import course as courses
from doxa.simulation.cast import Cast, cast_of
from doxa.simulation.changes import changes_of
from doxa.simulation.enacting import admitted
from doxa.simulation.numbers import keys_of
from doxa.simulation.rollout import rollout

GOOD = Condition(tests=(Compared(field="score", operator=Operator.GE, values=("5",)),))
ASKED: tuple[Among, ...] = (
    AmongSignal(did=True, kind="lesson", within=3 * DAY),
    AmongSignal(did=True, kind="lesson", when=GOOD, within=5 * DAY, at_least=2),
    AmongSignal(did=False, kind="skip", within=4 * DAY),
    AmongSignal(did=True, kind="lesson", at_least=12),
    AmongSignal(did=False, kind="enrol"),
    AmongSignal(did=False, kind="lesson", since="work"),
    AmongSignal(did=True, kind="mood", since="lesson", within=9 * DAY),
    AmongNode(node=Address("able"), above=0.6),
    AmongNode(node=Address("studies"), below=0.995),
)
STEPS = 9


def cast(part: SightPart | None = None) -> Cast:
    """Everybody at the origin."""
    known = school()
    twins = np.arange(len(known.names))
    keys = keys_of(known.names)
    return cast_of(known.past, part or known.part, twins, keys, ORIGIN, among=ASKED)


def test_requirements_are_met_as_in_a_ledger_that_holds_what_came(
    drawn: list[tuple[int, Signal]],
) -> None:
    everybody = cast()
    people, known = np.arange(len(everybody.twins)), school()
    changes = changes_of(SENT, everybody.plan, known.past, everybody.twins, ORIGIN)
    course = courses.Course(everybody, people, PATHS, 1, [], changes, [])
    course.admission.want(ASKED)
    begin = {one: course.admission.admits([one], course.walk.rows()) for one in ASKED}
    for step in range(STEPS):
        course.step(step)
        for path in range(PATHS) if step in (0, STEPS - 1) else ():
            past, twins = replayed(drawn, path)
            for one in ASKED:
                got = course.admission.admits([one], course.walk.rows(people * PATHS + path))
                want = admitted([one], past, twins, course.walk.now)
                assert np.array_equal(got, want), one
    now = {one: course.admission.admits([one], course.walk.rows()) for one in ASKED}
    moved = [one for one in ASKED if not np.array_equal(begin[one], now[one])]
    assert len(moved) >= 7, moved


def test_at_the_origin_they_are_met_as_the_ledger_says() -> None:
    everybody, known = cast(), school()
    people = np.arange(len(everybody.twins))
    course = courses.Course(everybody, people, PATHS, 1, [], courses.Changes(), [])
    course.admission.want(ASKED)
    for one in ASKED:
        want = admitted([one], known.past, everybody.twins, ORIGIN)
        got = course.admission.admits([one], course.walk.rows())
        assert np.array_equal(got, np.repeat(want, PATHS)), one


ONCE = "studies_today: {happens: lesson, within: 1d, among: {never: lesson, within: 3d}}"


def test_who_is_asked_is_judged_at_every_step() -> None:
    """Of whom a lesson is asked only three days after the last, there are never two in three days."""
    known = school()
    text = MAP.text.replace("studies_today: {happens: lesson, within: 1d}", ONCE)
    seldom = parse_map(text)
    past = replace(known.past, map=seldom)
    twins = np.arange(len(known.names))
    everybody = cast_of(past, known.part, twins, keys_of(known.names), ORIGIN)
    found = list(
        rollout(everybody, steps=12, paths=4, seed=1, counted=[seldom.outcomes["lessons"]])
    )
    lessons = np.concatenate([part.outcomes["lessons"] for part in found])
    daily = np.diff(lessons, axis=2)
    for gap in (1, 2):
        assert not ((daily[:, :, gap:] > 0) & (daily[:, :, :-gap] > 0)).any()
    assert lessons[:, :, -1].mean() > 1.5


def test_whom_a_change_is_for_is_judged_when_it_comes() -> None:
    """A letter to those who studied nothing for two days reaches whom it says on every path."""
    idle = AmongSignal(did=False, kind="lesson", within=2 * DAY)
    late = Scenario(name="late", changes=(Send(kind="resolve", at=(5 * DAY,), among=(idle,)),))
    counted = [MAP.outcomes["lessons"]]
    told: list[np.ndarray] = []
    for scenario in (None, late):
        runs = rollout(cast(), steps=8, paths=5, seed=1, counted=counted, scenario=scenario)
        told.append(np.concatenate([part.outcomes["lessons"] for part in runs]))
    plain, sent = told
    assert np.array_equal(plain[:, :, :5], sent[:, :, :5])
    reached = plain[:, :, 4] == plain[:, :, 2]
    assert 0.1 < reached.mean() < 0.9
    assert np.array_equal(plain[~reached], sent[~reached])
    assert not np.array_equal(plain[reached], sent[reached])
