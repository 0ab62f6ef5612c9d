"""Goals and constraints in columns are what the twin shows, at any moment, of anybody."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from doxa.beliefmap.map_file import parse_map
from doxa.checks.worlds import keys_of, past_of
from doxa.domain.signal import Signal
from doxa.features.knowledge import as_known
from doxa.features.living import Living
from doxa.features.moments import at_origins, at_signals
from doxa.features.phi import phi
from doxa.features.rows import Rows
from doxa.features.views import Views
from doxa.heads.forecast import forecast
from doxa.heads.head import recipe_of
from doxa.heads.reasons import reasons
from doxa.learning.population import fit_population
from doxa.runtime.opening import open_twins
from doxa.types import Json

MAP = parse_map(
    """
doxa: 1
product: money
clock: position
bands: [8, never]
fields: {stayed: flag}
nodes:
  well_off: {kind: goal, half_life: 8}
  saving: {kind: goal, half_life: 8, part_of: well_off, deadline: due, value: 2, done: {sum: amount, of_signal: saved, at_least: 100}}
  learning: {kind: goal, half_life: 8, part_of: well_off, done: {count: lesson, when: {ok: 1}, at_least: 4}}
  frugal: {kind: goal, half_life: 8, deadline: due, done: {sum: amount, of_signal: spent, at_most: 50}}
  lean: {kind: goal, half_life: 8, done: {value: weight, of_signal: weighed, at_most: 70}}
  moving: {kind: constraint, half_life: 8, from: starts, until: ends}
signals:
  vowed:
    - {node: saving, for: 1, when: {what: saving}}
    - {node: learning, for: 1, when: {what: learning}}
    - {node: well_off, for: 1, when: {what: well_off}}
    - {node: frugal, for: 1, when: {what: frugal}}
    - {node: lean, for: 1, when: {what: lean}}
  announced: [{node: moving, for: 1}]
  cancelled: [{node: moving, against: 2}]
  saved: []
  spent: []
  lesson: []
  weighed: []
  asked: []
outcomes:
  stays: {value: stayed, of_signal: asked}
  saves: {happens: saved, within: 4}
"""
)
STAYS, SAVES = MAP.outcomes["stays"], MAP.outcomes["saves"]
GOALS = ("well_off", "saving", "learning", "frugal", "lean")
LAST = 14


def one(twin: str, at: int, kind: str, **payload: Json) -> Signal:
    return Signal(id=f"{twin}-{at}", twin=twin, kind=kind, at=at, recorded=0, payload=payload)


STEPS = st.one_of(
    st.tuples(st.just("vowed"), st.fixed_dictionaries({"what": st.sampled_from(GOALS)})),
    st.tuples(
        st.just("vowed"),
        st.fixed_dictionaries(
            {"what": st.sampled_from(("saving", "frugal")), "due": st.integers(3, 20)}
        ),
    ),
    st.tuples(st.just("saved"), st.fixed_dictionaries({"amount": st.integers(10, 60)})),
    st.tuples(st.just("spent"), st.fixed_dictionaries({"amount": st.integers(10, 40)})),
    st.tuples(st.just("lesson"), st.fixed_dictionaries({"ok": st.integers(0, 1)})),
    st.tuples(st.just("weighed"), st.fixed_dictionaries({"weight": st.integers(66, 80)})),
)


@settings(max_examples=15)
@given(st.lists(STEPS, min_size=2, max_size=LAST), st.data())
def test_goals_are_what_the_twin_shows(
    tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[str, dict[str, Json]]], data
) -> None:
    signals = [one("ann", at, kind, **payload) for at, (kind, payload) in enumerate(steps)]
    signals.append(one("ben", 0, "saved", amount=30))
    at = data.draw(st.integers(0, LAST))
    past = past_of(signals, MAP, [SAVES])
    rows = at_origins(SAVES, np.array([keys_of(signals).index("ann")]), [at + 1])
    with open_twins(tmp_path_factory.mktemp("s") / "a.db", MAP) as twins:
        twins.observe_many(signals)
        shown = {str(goal.node): goal for goal in twins.twin("ann", as_of=at).goals()}
    living = Living(past)
    for name in GOALS:
        told = living.pursuit(name, rows)
        goal = shown.get(name)
        formed = goal is not None and goal.formed is not None
        assert bool(told.formed[0]) == formed, name
        if goal is None:
            assert np.isnan(told.progress[0])
            continue
        # The twin reads at a moment with all that happened up to it; the row opens just after.
        limit = name == "frugal" and goal.deadline is not None and not np.isnan(told.progress[0])
        if not limit:
            known = np.nan if goal.progress is None else goal.progress
            np.testing.assert_allclose(told.progress[0], known, atol=1e-12, err_msg=name)
        if goal.milestone is not None:
            assert told.since[0] == pytest.approx((at + 1 - goal.milestone) / 8)
        own = goal.deadline if name in ("saving", "frugal") else None
        due = np.nan if own is None else (own - at - 1) / 8
        np.testing.assert_allclose(told.due[0], due, err_msg=name)


def test_a_constraint_binds_while_it_does(tmp_path: Path) -> None:
    signals = [
        one("ann", 0, "saved", amount=1),
        one("ann", 2, "announced", starts=4, ends=9),
        one("ben", 1, "announced", starts=1, ends=12),
        one("ben", 6, "cancelled"),
        one("eve", 3, "announced", starts=3),
    ]
    past = past_of(signals, MAP, [SAVES])
    living, keys = Living(past), keys_of(signals)
    with open_twins(tmp_path / "a.db", MAP) as twins:
        twins.observe_many(signals)
        for twin in ("ann", "ben", "eve"):
            for at in range(1, 13):
                shown = twins.twin(twin, as_of=at).opinion("moving").active
                rows = at_origins(SAVES, np.array([keys.index(twin)]), [at])
                told = living.constraint("moving", rows)
                # A row at t reads what is before t; a twin at t also what is at t.
                if not any(each.twin == twin and each.at == at for each in signals):
                    assert bool(told.active[0]) == bool(shown), (twin, at)
    ann = at_origins(SAVES, np.array([0]), [5, 20])
    np.testing.assert_allclose(living.constraint("moving", ann).left, [4.0, np.nan])


def savers(people: int = 300, seed: int = 1) -> list[Signal]:
    """Who is nearly there stays, unless they are moving just then."""
    rng = np.random.default_rng(seed)
    found: list[Signal] = []
    for person in range(people):
        twin, saved = f"p{person}", int(rng.integers(0, 100))
        moves = bool(rng.integers(2))
        eta = 0.06 * (saved - 50) - 2.5 * moves
        stays = bool(rng.random() < 1 / (1 + np.exp(-eta)))
        found.append(one(twin, 0, "vowed", what="saving", due=12))
        found.append(one(twin, 1, "saved", amount=saved))
        if moves:
            found.append(one(twin, 2, "announced", starts=2, ends=9))
        found.append(one(twin, 5, "asked", stayed=stays))
    return found


def test_heads_weigh_them_and_say_so() -> None:
    signals = savers()
    past = past_of(signals, MAP, [STAYS])
    head = fit_population(past, [STAYS], 9).heads["stays"]
    weight = dict(zip(head.names, head.weights, strict=True))
    assert weight["saving: progress"] > 0
    assert weight["moving: binds"] < 0
    others = past_of(savers(seed=2), MAP, [STAYS])
    rows = at_signals(STAYS, others)
    recipe = recipe_of(head, MAP)
    views = Views(others, recipe.readings)
    told = reasons(head, views, rows)
    found = forecast(head, views, rows)
    np.testing.assert_allclose(told.base + told.by_node.sum(axis=1), found.eta, atol=1e-9)
    y = np.array([savers(seed=2)[row].payload["stayed"] for row in rows.signal.tolist()])
    loss = -np.log(np.where(y, found.mean, 1 - found.mean)).mean()
    assert loss < 0.8 * np.log(2)
    assert not (phi(recipe, views, rows, silenced="saving").table[:, _of(head.names)]).any()


def _of(names: list[str]) -> list[int]:
    return [
        place for place, name in enumerate(names) if name in ("saving: progress", "saving: pull")
    ]


def test_one_person_alone_reads_as_among_all_and_later_marks_change_nothing() -> None:
    signals = savers(20)
    whole = past_of(signals, MAP, [STAYS])
    rows = at_signals(STAYS, whole)
    living = Living(whole)
    alone = past_of([each for each in signals if each.twin == "p3"], MAP, [STAYS])
    own: Rows = at_signals(STAYS, alone)
    place = np.flatnonzero(rows.twin == keys_of(signals).index("p3"))
    for part in ("progress", "since", "due"):
        np.testing.assert_array_equal(
            getattr(Living(alone).pursuit("saving", own), part),
            getattr(living.pursuit("saving", rows), part)[place],
        )
    later = [*signals, *(one(f"p{n}", 30, "saved", amount=50) for n in range(20))]
    again = Living(past_of(later, MAP, [STAYS])).pursuit("saving", rows)
    np.testing.assert_array_equal(again.progress, living.pursuit("saving", rows).progress)


def test_a_milestone_told_late_is_unknown_until_it_is() -> None:
    timed = parse_map(
        """
doxa: 1
product: gym
nodes: {fit: {kind: goal, done: {count: trained, at_least: 4}}}
signals: {vowed: [{node: fit, for: 1}], trained: []}
outcomes: {trains: {happens: trained, within: 1d}}
"""
    )
    day = 86_400_000_000
    told = [("vowed", 0, 0), ("trained", 1, 1), ("trained", 2, 6), ("trained", 3, 3)]
    signals = [
        Signal(id=f"{n}", twin="ann", kind=kind, at=at * day, recorded=recorded * day, payload={})
        for n, (kind, at, recorded) in enumerate(told)
    ]
    outcome = timed.outcomes["trains"]
    past = past_of(signals, timed, [outcome])
    rows = at_origins(outcome, np.array([0]), [4 * day, 7 * day])
    known, seen = as_known(past, rows)
    np.testing.assert_allclose(Living(known).pursuit("fit", seen).progress, [0.5, 0.75])


@settings(max_examples=60, deadline=None)
@given(st.lists(STEPS, min_size=2, max_size=LAST))
def test_what_comes_later_changes_no_goal(steps: list[tuple[str, dict[str, Json]]]) -> None:
    """A goal formed with another, and later of its own, was formed all the while."""
    signals = [one("ann", at, kind, **payload) for at, (kind, payload) in enumerate(steps)]
    whole = Living(past_of(signals, MAP, [SAVES]))
    for at in range(1, len(signals) + 1):
        rows = at_origins(SAVES, np.array([0]), [at])
        then = Living(past_of(signals[:at], MAP, [SAVES]))
        for goal in GOALS:
            told, want = whole.pursuit(goal, rows), then.pursuit(goal, rows)
            for part in ("formed", "progress", "since", "due"):
                np.testing.assert_array_equal(getattr(told, part), getattr(want, part), goal)
