"""The quick order of rows is the plain one."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from doxa.state.order import changes, distinct, ordered, tied

SPANS = st.sampled_from([1, 3, 1 << 15, 1 << 17, 1 << 31, 1 << 40, 1 << 62])


@st.composite
def columns(draw: st.DrawFn) -> list[np.ndarray]:
    rows = draw(st.integers(0, 30))
    found = []
    for _ in range(draw(st.integers(1, 4))):
        span = draw(SPANS)
        numbers = draw(st.lists(st.integers(-span, span), min_size=rows, max_size=rows))
        few = draw(st.booleans())
        numbers = [numbers[number % 3] for number in range(rows)] if few and rows > 3 else numbers
        found.append(np.array(numbers, dtype=np.float64 if draw(st.booleans()) else np.int64))
    return found


@given(columns())
def test_order_is_lexical_and_stable(told):
    assert ordered(*told).tolist() == np.lexsort(told[::-1]).tolist()


@given(columns(), st.integers(1, 4))
def test_ties_are_refined_by_the_rest(told, leading):
    first, rest = tuple(told[:leading]), tuple(told[leading:])
    assert tied(ordered(*first), first, rest).tolist() == np.lexsort(told[::-1]).tolist()


@given(columns())
def test_changes_are_where_rows_differ(told):
    rows = list(zip(*(column.tolist() for column in told), strict=True))
    expected = [number == 0 or row != rows[number - 1] for number, row in enumerate(rows)]
    assert changes(*told).tolist() == expected


@given(st.lists(st.one_of(st.integers(-50, 50), st.integers(-(2**62), 2**62)), max_size=30))
def test_distinct_numbers_ascend_and_each_row_names_its_own(told):
    values, place = distinct(np.array(told, dtype=np.int64))
    assert values.tolist() == sorted(set(told))
    assert [int(values[row]) for row in place] == told
