"""Changes in words, as reports and recommendations name them."""

from __future__ import annotations

from doxa.beliefmap.model import Condition, Operator
from doxa.beliefmap.scenarios import Assume, Change, Put, Send
from doxa.domain.clock import Clock, format_span
from doxa.domain.signal import TRAITS
from doxa.types import Json, Span


def said(change: Change, clock: Clock = Clock.TIME) -> str:
    """A change as a phrase.

    Examples
    --------
    >>> from doxa.domain.clock import DAY
    >>> said(Put(field="price", times=1.1, end=28 * DAY))
    'price times 1.1 until 28d'
    >>> from doxa.beliefmap.model import Test
    >>> dear = Test(field="id", operator=Operator.IN, values=("plus",))
    >>> said(Put(field="price", times=1.1, when=Condition(tests=(dear,))))
    'price times 1.1 where id is plus'
    >>> said(Send(kind="letter", payload={"tone": "warm"}, at=(0, 7 * DAY)))
    'letter (tone warm) at 0d, 7d'
    >>> said(Assume(node="prices_are_fair", holds=False))
    'prices_are_fair does not hold'
    """
    whom = " for some" if change.among else ""
    if isinstance(change, Send):
        return f"{what(change)} at {_at(change.at, clock)}{whom}"
    begin = change.begin if isinstance(change, Put) else change.at
    since = f" from {_span(begin, clock)}" if begin else ""
    until = ""
    if isinstance(change, Put) and change.end is not None:
        until = f" until {_span(change.end, clock)}"
    where = _where(change.when) if isinstance(change, Put) and change.when else ""
    return f"{what(change)}{where}{since}{until}{whom}"


def what(change: Change) -> str:
    """What is done, whenever and to whomever it is.

    Examples
    --------
    >>> what(Put(field="plan", kind="traits", to="gold")), what(Put(field="price", plus=-0.5))
    ('the trait plan = gold', 'price - 0.5')
    """
    if isinstance(change, Assume):
        return f"{change.address} {'holds' if change.holds else 'does not hold'}"
    if isinstance(change, Send):
        name = change.action or change.kind
        told = ", ".join(f"{key} {_value(value)}" for key, value in change.payload.items())
        return f"{name} ({told})" if told else name
    name = f"the trait {change.field}" if change.kind == TRAITS else change.field
    if change.to is not None:
        return f"{name} = {_value(change.to)}"
    times = "" if change.times is None else f" times {change.times:g}"
    plus = "" if not change.plus else f" {'+' if change.plus > 0 else '-'} {abs(change.plus):g}"
    return f"{name}{times}{plus}"


def _where(condition: Condition) -> str:
    """Of which options or signals a change holds."""
    told = []
    for test in condition.tests:
        either = " or ".join(test.values)
        if test.operator is Operator.PRESENT:
            told.append(f"{test.field} is {'there' if either == 'true' else 'not there'}")
        else:
            told.append(f"{test.field} {_RELATIONS[test.operator]} {either}")
    return f" where {' and '.join(told)}"


_RELATIONS = {
    Operator.IN: "is",
    Operator.NOT: "is not",
    Operator.GT: ">",
    Operator.GE: ">=",
    Operator.LT: "<",
    Operator.LE: "<=",
}


def _value(value: Json) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return f"{value:g}"
    if isinstance(value, (list, dict)):
        return "..."
    return str(value)


def _at(offsets: tuple[Span, ...], clock: Clock) -> str:
    shown = [_span(one, clock) for one in offsets[:4]]
    return ", ".join(shown) + (f" and {len(offsets) - 4} more" if len(offsets) > 4 else "")


def _span(span: Span, clock: Clock) -> str:
    return "0d" if clock is Clock.TIME and not span else format_span(span, clock)
