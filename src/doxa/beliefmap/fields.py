"""One payload as rules see it: a field is looked up in the element of an ``each`` first.

What is nothing in the element counts as absent there; every reading goes through
`doxa.beliefmap.values`. `doxa.beliefmap.payloads` is the same for many payloads.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from doxa.beliefmap import values
from doxa.beliefmap.values import Kind, Schema
from doxa.errors import SignalError

MOST = 200
"""The most elements of a list that a rule walks or fans out."""


def elements_of(value: object) -> list[dict[str, Any]]:
    """What ``each`` walks: the objects of a list, or the pairs of an object as ``key``, ``value``.

    Examples
    --------
    >>> elements_of([{"a": 1}, 2]), elements_of({"a": 1})
    ([{'a': 1}], [{'key': 'a', 'value': 1}])
    """
    if isinstance(value, dict):
        return [{"key": key, "value": one} for key, one in value.items()]
    if isinstance(value, list):
        return [one for one in value if isinstance(one, dict)]
    return []


def size_of(value: object) -> int:
    """How many elements a value has as a list; a single value has one."""
    return len(value) if isinstance(value, list | dict) else 1


def refuse_long(size: int, name: str, row: int | None = None) -> None:
    """Raise `SignalError` for a list with more than `MOST` elements."""
    if size > MOST:
        raise SignalError(
            f"the list has {size} elements",
            where=name if row is None else f"row {row}, {name}",
            expected=f"at most {MOST}",
            hint="send several signals",
        )


@dataclass(frozen=True, slots=True)
class Fields:
    """The fields of one payload, and of one element of it.

    Examples
    --------
    >>> fields = Fields({"shop": 7, "qty": 1}, Schema(), {"qty": "2"})
    >>> fields.number("qty"), fields.member("shop")
    (2.0, '7')
    """

    payload: Mapping[str, Any]
    schema: Schema
    element: Mapping[str, Any] | None = None

    def value(self, name: str) -> Any:
        """The value as it was sent: of the element, else of the payload; None if absent."""
        if self.element is not None:
            found = self.element.get(name)
            if not values.absent(found):
                return found
        return self.payload.get(name)

    def kind(self, name: str) -> Kind:
        """The declared type of a field."""
        return self.schema.types.get(name)

    def number(self, name: str) -> float:
        """The field as a number; NaN if it is none."""
        return values.number(self.value(name), self.kind(name), self.schema.calendar)

    def member(self, name: str) -> str | None:
        """The member that the field names; None if it names none, or several."""
        return values.member(self.value(name), self.kind(name), self.schema.calendar)

    def members(self, name: str) -> tuple[str, ...]:
        """The members that the field names, each once."""
        return values.members(self.value(name), self.kind(name), self.schema.calendar)

    def each(self, name: str) -> list[Fields]:
        """One view per element of a list of objects, or per pair of an object."""
        found = self.value(name)
        refuse_long(size_of(found), name)
        return [Fields(self.payload, self.schema, element) for element in elements_of(found)]
