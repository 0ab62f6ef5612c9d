"""Laws of swings: they alternate, follow each other and are as wide as asked."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from doxa.reading.swings import swings

COURSES = st.lists(st.integers(0, 20).map(lambda n: n / 20), max_size=30)
LEAST = st.sampled_from([0.1, 0.25, 0.5])


@given(COURSES, LEAST)
def test_swings_join_end_to_end_turn_each_time_and_are_wide_enough(course, least):
    found = swings(course, least)
    for start, end in found:
        assert start < end
        assert abs(course[end] - course[start]) >= least - 1e-12
        between = course[start : end + 1]
        assert {course[start], course[end]} == {min(between), max(between)}
    for (start, end), (following, last) in pairwise(found):
        assert end == following
        assert (course[end] > course[start]) != (course[last] > course[following])


@given(COURSES, LEAST)
def test_a_swing_is_missed_only_where_the_course_stays_within_the_bound(course, least):
    if not swings(course, least):
        assert not course or max(course) - min(course) < least
