"""The one coercion rule: what a value says as a number, a member, a moment."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doxa.beliefmap import values
from doxa.beliefmap.model import FieldType
from doxa.beliefmap.values import Calendar
from doxa.domain.clock import Clock

POSITION = Calendar(Clock.POSITION)
NOTHING = [None, math.nan, math.inf, -math.inf, "", 10**400]


@pytest.mark.parametrize("value", NOTHING)
@pytest.mark.parametrize("kind", [None, *FieldType])
def test_nothing_is_nothing_as_every_type(value, kind):
    assert math.isnan(values.number(value, kind))
    assert values.member(value, kind) is None
    assert values.members([value], kind) == ()
    assert not values.present(value, kind)
    assert not values.equals(value, ("", "nan", "inf", "None", "null"), kind)


@pytest.mark.parametrize(
    ("value", "kind", "expected"),
    [
        (True, None, 1.0),
        ("2.99", None, 2.99),
        ("-1e3", FieldType.CATEGORY, -1000.0),
        ("true", FieldType.FLAG, 1.0),
        ("0", FieldType.FLAG, 0.0),
        (2, FieldType.FLAG, math.nan),
        ("1_000", None, math.nan),
        (" 5", FieldType.NUMBER, math.nan),
        ("nan", None, math.nan),
        ("1e999", None, math.nan),
        ("٥", None, math.nan),
        ([5], None, math.nan),
        ({"a": 5}, FieldType.NUMBER, math.nan),
        ("1970-01-01T00:00:01Z", FieldType.TIME, 1e6),
        ("1970-01-01T00:00:01Z", FieldType.NUMBER, math.nan),
    ],
)
def test_number(value, kind, expected):
    assert values.number(value, kind) == pytest.approx(expected, rel=0, nan_ok=True)


@pytest.mark.parametrize(
    ("value", "kind", "expected"),
    [
        (5, None, "5"),
        (5.0, None, "5"),
        (-0.0, None, "0"),
        (0.1, None, "0.1"),
        (2**63 + 1, None, str(2**63 + 1)),
        (1e22, None, str(10**22)),
        (1e-7, None, "1e-07"),
        (True, None, "1"),
        (False, FieldType.CATEGORY, "0"),
        ("5.0", FieldType.ITEM, "5.0"),
        ("5.0", FieldType.NUMBER, "5"),
        ("true", FieldType.FLAG, "1"),
        ("abc", FieldType.NUMBER, None),
        (" Käse ", None, " Käse "),
        ("2017-01-01T01:00:00+01:00", FieldType.TIME, "2017-01-01T00:00:00Z"),
        ([1], None, None),
        ({}, None, None),
    ],
)
def test_member(value, kind, expected):
    assert values.member(value, kind) == expected


def test_zero_has_no_sign():
    for zero in (-0.0, "-0", 0, False):
        assert math.copysign(1.0, values.number(zero)) == 1.0


def test_members_of_a_list_count_once():
    assert values.members([5, 5.0, "5", True, None, [1], "x"]) == ("5", "1", "x")
    assert values.members(["5", 5.0], FieldType.NUMBER) == ("5",)


@pytest.mark.parametrize(
    ("value", "literals", "kind", "expected"),
    [
        (1, ("true",), FieldType.FLAG, True),
        ("1", ("true",), FieldType.FLAG, True),
        (True, ("1",), None, True),
        (1, ("true",), None, True),
        ("true", ("1",), None, False),
        (5, ("5.0",), None, True),
        ("5", ("5.0",), None, False),
        ("5", ("5.0",), FieldType.NUMBER, True),
        (5.0, ("5",), FieldType.CATEGORY, True),
        (2**53, (str(2**53 + 1),), FieldType.ITEM, False),
        (["a", "b"], ("b", "c"), FieldType.ITEMS, True),
        (["a", "b"], ("c",), None, False),
        ({"a": 1}, ("1",), None, False),
        ("1970-01-01T00:00:01Z", ("1970-01-01T01:00:01+01:00",), FieldType.TIME, True),
    ],
)
def test_equals_compares_as_the_type(value, literals, kind, expected):
    assert values.equals(value, literals, kind) is expected


@pytest.mark.parametrize(
    ("value", "calendar", "expected"),
    [
        ("12", POSITION, 12),
        (-3, POSITION, -3),
        (2.5, POSITION, None),
        ("x", POSITION, None),
        (10**30, POSITION, None),
        ("1970-01-01", Calendar(Clock.TIME, "Europe/Berlin"), 11 * 3600 * 10**6),
        ("12:30", values.UTC, None),
        (10**18, values.UTC, None),
        (1_000_000, values.UTC, 1_000_000),
        (None, values.UTC, None),
    ],
)
def test_moment(value, calendar, expected):
    assert values.moment(value, calendar) == expected


def test_present_is_about_the_declared_type():
    assert values.present({"a": None})
    assert not values.present({})
    assert not values.present({"a": 1}, FieldType.NUMBER)
    assert not values.present("soon", FieldType.TIME)
    assert values.present([None, 0])


scalars = st.one_of(
    st.booleans(),
    st.integers(),
    st.integers(-3, 3),
    st.integers(-3, 3).map(float),
    st.floats(),
    st.text(max_size=3),
)


@given(st.lists(scalars, min_size=2), st.sampled_from([None, *FieldType]))
def test_equal_values_read_equally(some, kind):
    for one in some:
        for other in [*some, float(one) if isinstance(one, int) and abs(one) < 2**53 else one]:
            if one == other:
                assert values.member(one, kind) == values.member(other, kind)
                assert repr(values.number(one, kind)) == repr(values.number(other, kind))
                assert values.equals(one, ("1", "true", "2.0"), kind) == values.equals(
                    other, ("1", "true", "2.0"), kind
                )
