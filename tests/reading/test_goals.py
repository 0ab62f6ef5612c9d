"""Goals: progress goes up, motivation moves as stated, and nothing reaches another tree."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from doxa.beliefmap.model import Done
from doxa.reading.goals.forest import Forest, Own
from doxa.reading.goals.motivation import motives
from doxa.reading.goals.progress import believed, reached, rolled_up
from doxa.reading.goals.status import Facts, GoalStatus, judged

NAN = math.nan
SHARE = st.floats(0.05, 0.9)


@st.composite
def forests(draw):
    """Several trees of goals; only leaves have progress of their own, and some of them."""
    size = draw(st.integers(2, 9))
    edges = [
        (child, parent)
        for child in range(1, size)
        if (parent := draw(st.none() | st.integers(0, child - 1))) is not None
    ]
    forest = Forest.of(size, edges)
    leaves = [goal for goal in range(size) if not forest.children(goal)]
    known = {leaf: draw(st.none() | st.floats(0, 0.9)) for leaf in leaves}

    def column(strategy):
        return np.array([draw(strategy) for _ in range(size)])

    maybe = st.sampled_from([NAN]) | SHARE
    own = Own(
        commitment=column(maybe),
        value=column(st.floats(0.2, 5)),
        progress=np.array([NAN if (p := known.get(g)) is None else p for g in range(size)]),
        expectancy=column(maybe),
        blocked=column(st.floats(0, 0.8)),
        deadline=column(st.sampled_from([NAN]) | st.floats(-2, 3)),
    )
    return forest, own


def read(forest, own):
    return motives(forest, own, rolled_up(forest, own))


def tree(forest, goal):
    """Everything connected to a goal."""
    found, waiting = set(), [goal]
    while waiting:
        here = waiting.pop()
        if here not in found:
            found.add(here)
            waiting += [*forest.parents(here), *forest.children(here)]
    return found


def above(forest, goal):
    found = set(forest.parents(goal))
    return found | {far for near in found for far in above(forest, near)}


@given(forests(), st.data())
@settings(max_examples=150, deadline=None)
def test_a_milestone_moves_its_tree_in_the_stated_sign_and_no_other(world, pick):
    forest, own = world
    leaves = np.flatnonzero(~np.isnan(own.progress)).tolist()
    if not leaves:
        return
    leaf = pick.draw(st.sampled_from(leaves))
    progress = own.progress.copy()
    progress[leaf] = pick.draw(st.floats(progress[leaf] + 0.05, 1.0))
    after_own = Own(own.commitment, own.value, progress, own.expectancy, own.blocked, own.deadline)
    before, after = read(forest, own), read(forest, after_own)
    here = tree(forest, leaf)
    apart = [goal for goal in range(forest.size) if goal not in here]
    assert after.motivation[apart].tolist() == before.motivation[apart].tolist()
    assert after.progress[apart].tolist() == pytest.approx(
        before.progress[apart].tolist(), abs=0, nan_ok=True
    )
    wanted = before.commitment * before.expectancy > 0
    for parent in above(forest, leaf):
        assert after.progress[parent] > before.progress[parent]
        if after.progress[parent] < 1 and wanted[parent]:
            assert after.motivation[parent] > before.motivation[parent]
    siblings = {each for parent in forest.parents(leaf) for each in forest.children(parent)}
    if any(after.progress[parent] >= 1 for parent in above(forest, leaf)):
        return
    for each in siblings - {leaf}:
        if wanted[each] and not before.progress[each] >= 1:
            assert after.motivation[each] > before.motivation[each]
    for each in here - {leaf}:
        assert after.motivation[each] >= before.motivation[each] - 1e-12
    if progress[leaf] < 1 and wanted[leaf]:
        assert after.motivation[leaf] > before.motivation[leaf]
    else:
        assert after.motivation[leaf] == 0


@given(forests())
@settings(max_examples=100, deadline=None)
def test_motivation_is_the_product_of_its_parts(world):
    forest, own = world
    found = read(forest, own)
    p = np.nan_to_num(found.progress, nan=0.0)
    product = found.commitment * found.expectancy * found.value * found.urgency
    product = product * (1 - found.blocked) / (1 + (1 - p))
    assert found.motivation == pytest.approx(np.where(p >= 1, 0, product))
    roots = [goal for goal in range(forest.size) if not forest.parents(goal)]
    assert found.value[roots] == pytest.approx(own.value[roots])
    for name in ("commitment", "expectancy", "blocked", "urgency"):
        column = getattr(found, name)
        assert ((column >= 0) & (column <= 1)).all(), name


@given(forests())
@settings(max_examples=100, deadline=None)
def test_progress_is_the_mean_of_the_parts_by_value(world):
    forest, own = world
    found = rolled_up(forest, own)
    for goal in range(forest.size):
        parts = [part for part in forest.children(goal) if not math.isnan(found[part])]
        if math.isnan(own.progress[goal]) and parts:
            total = sum(own.value[part] for part in parts)
            expected = sum(own.value[part] * found[part] for part in parts) / total
            assert found[goal] == pytest.approx(expected)


def test_goals_in_a_circle_are_no_forest():
    with pytest.raises(AssertionError):
        Forest.of(2, [(0, 1), (1, 0)])


def test_what_a_part_lends_its_goal_is_not_passed_down_again():
    forest = Forest.of(3, [(1, 0), (2, 0)])
    nothing = np.full(3, NAN)
    own = Own(np.array([NAN, 0.8, NAN]), np.ones(3), nothing, nothing, np.zeros(3), nothing)
    assert read(forest, own).commitment.tolist() == [0.8, 0.8, 0.0]


COUNT = Done(target="count", kind="k", at_least=4.0)
LIMIT = Done(target="sum", kind="k", field="f", at_most=10.0)
UP = Done(target="value", kind="k", field="f", at_least=80.0)
BEYOND = Done(target="value", kind="k", field="f", above=5.0)
DOWN = Done(target="value", kind="k", field="f", at_most=80.0)


@pytest.mark.parametrize(
    ("done", "amounts", "elapsed", "expected"),
    [
        (Done(target="happens", kind="k"), [], NAN, 0.0),
        (Done(target="happens", kind="k"), [1], NAN, 1.0),
        (COUNT, [1], NAN, 0.25),
        (COUNT, [1] * 9, NAN, 1.0),
        (LIMIT, [4, 6], 0.3, 0.3),
        (LIMIT, [4, 7], 0.3, 0.0),
        (LIMIT, [], NAN, NAN),
        (UP, [], NAN, 0.0),
        (UP, [60, 40], NAN, 0.75),
        (UP, [60, 85, 40], NAN, 1.0),
        (BEYOND, [5], NAN, pytest.approx(1.0, abs=1e-9)),
        (BEYOND, [5.1], NAN, 1.0),
        (DOWN, [100, 95], NAN, 0.25),
        (DOWN, [100, 79, 90], NAN, 1.0),
        (DOWN, [70], NAN, 1.0),
    ],
)
def test_progress_by_what_was_done(done, amounts, elapsed, expected):
    found = reached(done, np.array(amounts, dtype=float), elapsed)
    assert found == pytest.approx(expected, nan_ok=True)
    if done is BEYOND and amounts == [5]:
        assert found < 1


@given(st.floats(0, 1), st.floats(0.01, 0.99), st.floats(0, 1))
def test_progress_by_a_belief_is_one_only_beyond_the_bound(credence, base, bound):
    found = believed(credence, base, bound)
    assert 0 <= found <= 1
    assert (found == 1) == (credence > bound)


FACTS = Facts(
    wanted=True, progress=0.5, broken=False, given_up=False, silent=0.1, moved=0.1,
    overdue=False, blockers=(),
)  # fmt: skip


@pytest.mark.parametrize(
    ("changed", "status"),
    [
        ({}, GoalStatus.ADVANCING),
        ({"wanted": False}, GoalStatus.UNMET),
        ({"progress": 1.0, "given_up": True}, GoalStatus.ACHIEVED),
        ({"given_up": True, "blockers": ("x",)}, GoalStatus.ABANDONED),
        ({"silent": 2.5}, GoalStatus.ABANDONED),
        ({"blockers": ("x",), "overdue": True}, GoalStatus.BLOCKED),
        ({"overdue": True}, GoalStatus.STALLED),
        ({"broken": True}, GoalStatus.STALLED),
        ({"moved": 0.4}, GoalStatus.STALLED),
        ({"moved": None, "progress": 0.0}, GoalStatus.ACTIVE),
        ({"moved": None, "progress": None}, GoalStatus.ACTIVE),
    ],
)
def test_status_is_the_first_that_holds(changed, status):
    from dataclasses import replace

    found, reasons = judged(replace(FACTS, **changed))
    assert found is status
    assert reasons
