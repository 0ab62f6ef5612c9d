"""Conditions (``when``) on one payload and on columns of many."""

from __future__ import annotations

from collections.abc import Callable
from operator import ge, gt, le, lt
from typing import Any

import numpy as np

from doxa.beliefmap import values
from doxa.beliefmap.fields import Fields
from doxa.beliefmap.model import Condition, Operator, Rule, Test
from doxa.beliefmap.payloads import Bools, Column, Columns
from doxa.beliefmap.values import Calendar, Kind

COMPARE: dict[Operator, Callable[[Any, Any], Any]] = {
    Operator.GT: gt,
    Operator.GE: ge,
    Operator.LT: lt,
    Operator.LE: le,
}
"""The comparisons by order."""
_EXACT = 2.0**53


def holds(condition: Condition | None, fields: Fields) -> bool:
    """Whether all tests of a condition hold for one payload (or one element of it).

    A field that says nothing fails every test but ``present: false``; a list passes an equality
    if one of its elements does, and ``not`` if none does.

    Examples
    --------
    >>> from doxa.beliefmap.values import Schema
    >>> cheap = Condition(tests=(Test(field="price", operator=Operator.LT, values=("5",)),))
    >>> holds(cheap, Fields({"price": 3}, Schema())), holds(cheap, Fields({}, Schema()))
    (True, False)
    """
    if condition is None:
        return True
    for test in condition.tests:
        name = test.field
        if not passes(test, fields.value(name), fields.kind(name), fields.schema.calendar):
            return False
    return True


def mask(condition: Condition | None, columns: Columns) -> Bools:
    """`holds` for every row of some columns.

    Examples
    --------
    >>> from doxa.beliefmap.payloads import columns_of
    >>> from doxa.beliefmap.values import Schema
    >>> late = Condition(tests=(Test(field="late", operator=Operator.IN, values=("true",)),))
    >>> mask(late, columns_of([b'{"late": 1}', b'{"late": false}'], ["late"], Schema()))
    array([ True, False])
    """
    found = np.ones(len(columns), dtype=np.bool_)
    for test in condition.tests if condition else ():
        found &= _column(test, columns[test.field])
    return found


def passes(test: Test, value: Any, kind: Kind, calendar: Calendar) -> bool:
    """Whether one value passes one test."""
    compare = COMPARE.get(test.operator)
    if compare is not None:
        return bool(compare(values.number(value, kind, calendar), _bound(test, kind, calendar)))
    if test.operator is Operator.IN:
        return values.equals(value, test.values, kind, calendar)
    there = values.present(value, kind, calendar)
    if test.operator is Operator.PRESENT:
        return there is (values.number(test.values[0]) == 1.0)
    return there and not values.equals(value, test.values, kind, calendar)


def fields_read(rule: Rule) -> tuple[str, ...]:
    """The payload fields from which a rule draws its evidence.

    Examples
    --------
    >>> from doxa.domain.evidence import Channel
    >>> from doxa.beliefmap.model import Weight
    >>> rule = Rule(kind="beep", node="mood", channel=Channel.VALUE, weight=Weight(), value="mood")
    >>> fields_read(rule)
    ('mood',)
    """
    read = (rule.value, rule.amount, rule.weight.field, rule.each, *rule.fields)
    told = dict.fromkeys((*read, *fields_of(rule.when)))
    return tuple(field for field in told if field is not None)


def fields_of(condition: Condition | None) -> tuple[str, ...]:
    """The fields that a condition reads."""
    return tuple(test.field for test in condition.tests) if condition else ()


def _bound(test: Test, kind: Kind, calendar: Calendar) -> float:
    """The bound of a comparison; one that is no number lets nothing pass."""
    return next(iter(values.numbers_of(test.values[:1], kind, calendar)), values.NAN)


def _column(test: Test, column: Column) -> Bools:
    kind, calendar = column.kind, column.calendar
    compare = COMPARE.get(test.operator)
    if compare is not None:
        found: Bools = compare(column.numbers(), _bound(test, kind, calendar))
        return found
    literals = values.numbers_of(test.values, kind, calendar)
    if column.is_numeric and all(abs(one) < _EXACT for one in literals):
        numbers = column.numbers()
        if test.operator is Operator.IN:
            return np.isin(numbers, list(literals))
        if test.operator is Operator.NOT:
            return ~(np.isnan(numbers) | np.isin(numbers, list(literals)))
    return column.read(lambda value: passes(test, value, kind, calendar), np.bool_)
