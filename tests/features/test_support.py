"""Overlap: inside is fine, near is flagged with its distance, far is refused."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from doxa.errors import InputError
from doxa.features.support import Lies, Range, Support, checked, refuse_far

ORDER = [Lies.INSIDE, Lies.OUTSIDE, Lies.FAR]
AMOUNTS = st.lists(st.floats(0.01, 1e6), min_size=1, max_size=20)
NUMBERS = st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=20)


def seen(numbers: list[float], option: str | None = None) -> Range:
    found = Range.of("price", "shelf", np.array(numbers), option)
    assert found is not None
    return found


@given(NUMBERS, st.floats(0, 1))
def test_a_value_between_two_that_were_seen_is_inside(numbers: list[float], share: float) -> None:
    value = min(numbers) + share * (max(numbers) - min(numbers))
    verdict = checked(Support([seen(numbers)]), "price", value)
    assert (verdict.lies, verdict.distance, verdict.says) == (Lies.INSIDE, 0.0, "")


@given(AMOUNTS)
def test_three_times_the_highest_amount_and_nothing_at_all_are_refused(
    numbers: list[float],
) -> None:
    support = Support([seen(numbers)])
    for value in (3 * max(numbers), 0.0, -min(numbers)):
        assert checked(support, "price", value).refused


@given(NUMBERS, st.floats(-1e7, 1e7), st.floats(0, 1e7))
def test_going_further_never_looks_nearer(
    numbers: list[float], value: float, further: float
) -> None:
    support = Support([seen(numbers)])
    near = checked(support, "price", value)
    away = further if value > float(np.mean(numbers)) else -further
    far = checked(support, "price", value + away)
    if Lies.UNREAD not in (near.lies, far.lies):
        assert ORDER.index(far.lies) >= ORDER.index(near.lies)
    assert far.distance >= near.distance


@given(NUMBERS, st.floats(-1e7, 1e7))
def test_the_distance_is_to_the_nearest_that_was_seen_of_a_range(
    numbers: list[float], value: float
) -> None:
    verdict = checked(Support([seen(numbers)]), "price", value)
    by_hand = max(value - max(numbers), min(numbers) - value, 0.0)
    assert verdict.distance == pytest.approx(by_hand, abs=1e-9 * (1 + max(map(abs, numbers))))


@given(NUMBERS, NUMBERS, st.floats(-1e7, 1e7))
@settings(max_examples=50)
def test_whoever_saw_more_refuses_no_more(
    numbers: list[float], more: list[float], value: float
) -> None:
    one, both = Support([seen(numbers)]), Support([seen(numbers + more)])
    joined = Support.joined([one, Support([seen(more)])])
    wide = checked(both, "price", value)
    assert checked(joined, "price", value).lies is wide.lies
    assert wide.distance <= checked(one, "price", value).distance + 1e-9 * max(map(abs, numbers))


def test_it_says_how_far_in_words() -> None:
    support = Support([seen([1.2, 1.88]), seen([1.4, 1.5], "yoplait")])
    near = checked(support, "price", 2.1)
    assert near.says == "price 2.1 lies 12 % above the highest seen, 1.88"
    assert near.distance == pytest.approx(0.22)
    below = checked(support, "price", 1.3, "yoplait")
    assert below.says == "price of yoplait 1.3 lies 7 % below the lowest seen, 1.4"
    assert checked(support, "price", 1.88 * 1.001).says.startswith("price 1.882 lies 0.1 % above")
    with pytest.raises(
        InputError, match=r"given: price 6 lies 219 % above .* expected 1.2 to 1.88"
    ):
        refuse_far([near, checked(support, "price", 6)], where="given")
    refuse_far([near], where="given")


def test_an_option_is_held_against_its_own_range_and_a_new_one_against_all() -> None:
    support = Support([seen([1.0, 9.0]), seen([1.0, 2.0], "cheap"), seen([9.0, 9.0], "dear")])
    assert checked(support, "price", 6.0, "cheap").refused
    assert checked(support, "price", 6.0, "new").lies is Lies.INSIDE
    still = checked(support, "price", 6.0, "dear")
    assert still.lies is Lies.OUTSIDE
    assert still.says == (
        "price of dear was never anything but 9; other options were seen from 1 to 9"
    )


def test_what_never_moved_teaches_nothing() -> None:
    off = Support([seen([0.0, 0.0])])
    assert checked(off, "price", 0).lies is Lies.INSIDE
    assert checked(off, "price", 1).lies is Lies.UNREAD
    assert checked(off, "colour", "red").lies is Lies.UNREAD
    assert checked(Support([seen([2.0])]), "price", 6.0).refused


def test_levels_are_known_by_name_and_nothing_is_always_inside() -> None:
    support = Support([Range(field="kind", kind="shelf", levels=["plain", "fine"])])
    assert checked(support, "kind", "fine").lies is Lies.INSIDE
    assert checked(support, "kind", None).lies is Lies.INSIDE
    strange = checked(support, "kind", ["fine", "odd"])
    assert (strange.lies, strange.refused) == (Lies.UNSEEN, False)
    assert "kind odd was not seen with ten people" in strange.says
    with pytest.raises(InputError, match="'dear' is no number"):
        checked(Support([seen([1.0, 2.0])]), "price", "dear")
