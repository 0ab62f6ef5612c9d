"""A school: people learn towards goals that form and fall due, and are away for a while."""

from __future__ import annotations

from functools import cache

import numpy as np
from tests.simulation.shops import BEGIN, Shop, fitted

from doxa.beliefmap.map_file import parse_map
from doxa.domain.clock import DAY, HOUR, Clock, format_moment
from doxa.domain.signal import Signal
from doxa.types import Json

MAP = parse_map("""
doxa: 1
product: school
bands: [7d, 30d, never]
fields: {due: time, starts: time, ends: time, course: category}
nodes:
  studies: {kind: preference, says: "Studies.", half_life: 30d}
  able: {kind: belief, says: "Can do it.", half_life: 30d}
  learn: {kind: goal, says: "Wants to learn."}
  practise: {kind: goal, part_of: learn, deadline: due, done: {count: lesson, at_least: 40}}
  excel: {kind: goal, part_of: learn, value: 2, done: {value: score, of_signal: lesson, at_least: 9}}
  finish: {kind: goal, part_of: learn, done: {happens: exam, same: [course]}}
  collect: {kind: goal, done: {sum: coins, of_signal: lesson, when: {score: {gt: 3}}, at_least: 90}}
  attend: {kind: goal, deadline: 40d, done: {count: skip, at_most: 6}}
  swift: {kind: goal, done: {value: minutes, of_signal: lesson, at_most: 12}}
  busy: {kind: constraint, until: 5d}
  away: {kind: constraint, from: starts, until: ends}
signals:
  lesson: [{node: studies, count: 1}, {node: able, for: 0.3, when: {score: {ge: 5}}}]
  quiz: []
  mood: []
  skip: []
  exam: []
  work: [{node: busy, for: 0.5}]
  enrol: [{node: learn, for: 1}]
  resolve:
    - {node: practise, for: 1}
    - {node: finish, for: 1, when: {course: {present: true}}}
    - {node: collect, for: 1}
    - {node: attend, for: 1}
    - {node: swift, for: 1}
  plan: [{node: away, for: 1}]
  cancel: [{node: away, against: 1}]
outcomes:
  studies_today: {happens: lesson, within: 1d}
  scores: {value: score, of_signal: lesson, recent: {lesson: [score], mood: [mood]}}
  coins: {value: coins, of_signal: lesson}
  minutes: {value: minutes, of_signal: lesson}
  quizzes: {after: lesson, same: [session], happens: quiz, within: 1h}
  grades: {value: grade, of_signal: quiz, recent: {lesson: [score]}, same: [session]}
  moods_today: {happens: mood, within: 1d}
  moods: {value: mood, of_signal: mood, recent: {lesson: [score]}}
  works_today: {happens: work, within: 1d}
  skips_today: {happens: skip, within: 1d}
  enrols_today: {happens: enrol, within: 1d}
  lessons: {count: lesson, within: 28d}
rollout:
  step: 1d
  draws: [enrols_today, works_today, moods_today, moods, studies_today, scores, coins, minutes, quizzes, grades, skips_today]
""")
DAYS = 40
ORIGIN = BEGIN + DAYS * DAY


def lives(people: int, seed: int) -> list[Signal]:
    """People who study more the more they did, and once they resolved to."""
    rng = np.random.default_rng(seed)
    found: list[Signal] = []

    def say(twin: str, kind: str, at: int, order: int = 0, **told: object) -> None:
        found.append(signal(f"s{len(found)}", twin, kind, at, dict(told), order))

    for person in range(people):
        twin, keen = f"p{person}", rng.beta(3, 5)
        for day in range(DAYS):
            at = BEGIN + day * DAY + int(rng.integers(8, 20)) * HOUR
            if rng.random() < 0.02:
                say(twin, "enrol", at)
            if rng.random() < 0.015:
                due = format_moment(at + 30 * DAY, Clock.TIME)
                say(twin, "resolve", at, due=due, course=str(rng.choice(["a", "b"])))
            if rng.random() < 0.05:
                say(twin, "work", at)
            if rng.random() < 0.02:
                starts, ends = at + 2 * DAY, at + 9 * DAY
                told = {"starts": format_moment(starts, Clock.TIME)}
                say(twin, "plan", at, ends=format_moment(ends, Clock.TIME), **told)
            if rng.random() < 0.3:
                say(twin, "mood", at - HOUR, mood=int(rng.integers(1, 6)))
            if rng.random() < keen:
                score = round(float(rng.normal(5, 2)), 1)
                coins, minutes = int(rng.integers(1, 5)), int(rng.integers(10, 60))
                say(twin, "lesson", at, score=score, coins=coins, minutes=minutes)
                if rng.random() < 0.4:
                    say(twin, "quiz", at, 1, grade=round(score + float(rng.normal()), 1))
            elif rng.random() < 0.2:
                say(twin, "skip", at)
            if rng.random() < 0.01:
                say(twin, "exam", at, course=str(rng.choice(["a", "b"])))
    return sorted(found, key=lambda one: (one.at, one.order))


def signal(
    name: str, twin: str, kind: str, at: int, payload: dict[str, Json], order: int
) -> Signal:
    """One signal, in the session of its moment."""
    return Signal(
        id=name,
        twin=twin,
        kind=kind,
        at=at,
        recorded=at,
        payload=payload,
        session=f"{twin}-{at}",
        order=order,
    )


@cache
def school(people: int = 40, seed: int = 2) -> Shop:
    """The school, fitted once."""
    return fitted(MAP, lives(people, seed), ORIGIN)
