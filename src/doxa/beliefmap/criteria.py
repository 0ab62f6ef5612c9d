"""Conditions on a payload, read: ``{field: value}``, lists, gt, ge, lt, le, not, present."""

from __future__ import annotations

from doxa.beliefmap.declared import NUMBERS, Declared
from doxa.beliefmap.document import Mapping, Sequence, Tree
from doxa.beliefmap.literals import flag, is_number, mapping, one_or_more, text
from doxa.beliefmap.model import Condition, FieldType, Operator, Test
from doxa.beliefmap.names import key_label
from doxa.domain.clock import parse_time
from doxa.errors import InputError

_ORDERS = (Operator.GT, Operator.GE, Operator.LT, Operator.LE)
_KEYS = ["gt", "ge", "lt", "le", "not", "present"]
_FLAGS = frozenset({"true", "false", "1", "0"})
_EXPECTED = "fields and what they must be, such as {topic: price}"


def read_condition(tree: Tree | None, declared: Declared) -> Condition | None:
    """Read what stands under ``when``; None when it is left out."""
    if tree is None:
        return None
    section = mapping(tree, _EXPECTED)
    if not section.entries:
        raise section.error("is empty", expected=_EXPECTED)
    tests: list[Test] = []
    for field, body in section.entries.items():
        tests.extend(_tests(key_label(section, field), body, declared))
    return Condition(tests=tuple(tests))


def _tests(field: str, body: Tree, declared: Declared) -> list[Test]:
    if not isinstance(body, Mapping):
        return [Test(field=field, operator=Operator.IN, values=_values(field, body, declared))]
    mapping(body, "comparisons, such as {gt: 0}", _KEYS)
    if not body.entries:
        raise body.error("is empty", expected=f"one of {', '.join(_KEYS)}")
    return [
        Test(field=field, operator=Operator(key), values=_operand(field, key, value, declared))
        for key, value in body.entries.items()
    ]


def _operand(field: str, key: str, tree: Tree, declared: Declared) -> tuple[str, ...]:
    if key == "present":
        return ("true" if flag(tree) else "false",)
    if Operator(key) in _ORDERS:
        return (_ordered(field, tree, declared),)
    return _values(field, tree, declared)


def _values(field: str, tree: Tree, declared: Declared) -> tuple[str, ...]:
    expected = "a value, or a list of values"
    items = tree.items if isinstance(tree, Sequence) else (tree,)
    for item in items:
        text(item, f"{expected}; for a missing field write {{present: false}}")
    found = one_or_more(tree, lambda item: text(item, expected), expected)
    for item, literal in zip(items, found, strict=True):
        _check_type(field, item, literal, declared)
    return found


def _check_type(field: str, tree: Tree, literal: str, declared: Declared) -> None:
    kind = declared.header.fields.get(field)
    if kind is FieldType.NUMBER and not is_number(literal):
        raise tree.error(f"{literal!r} is not a number, but field {field!r} is")
    if kind is FieldType.FLAG and literal not in _FLAGS:
        raise tree.error(f"{literal!r} is not a flag, but field {field!r} is", expected="1 or 0")
    if kind is FieldType.TIME and not _is_moment(literal, declared):
        raise tree.error(f"{literal!r} is not a time, but field {field!r} is")


def _is_moment(literal: str, declared: Declared) -> bool:
    try:
        parse_time(literal, declared.header.zone.default)
    except InputError:
        return is_number(literal)
    return True


def _ordered(field: str, tree: Tree, declared: Declared) -> str:
    literal = text(tree, "a number, or a time")
    kind = declared.header.fields.get(field)
    if kind is not None and kind not in NUMBERS and kind is not FieldType.TIME:
        raise tree.error(
            f"field {field!r} is declared {kind.value!r}, which has no order",
            expected="a field of type number, flag or time",
        )
    _check_type(field, tree, literal, declared)
    if not is_number(literal) and not _is_moment(literal, declared):
        raise tree.error(f"{literal!r} has no order", expected="a number, or a time")
    return literal
