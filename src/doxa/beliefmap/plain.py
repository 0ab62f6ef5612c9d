"""Plain Python data as the tree that a file would give: what is written in either is read alike."""

from __future__ import annotations

import math
from collections.abc import Iterable
from collections.abc import Mapping as AnyMapping
from datetime import date, timedelta
from typing import Any

from doxa.beliefmap.document import DEEPEST, Mapping, Place, Scalar, Sequence, Tree
from doxa.errors import MapError

_SECOND = timedelta(seconds=1)


def plain_document(data: Any, name: str) -> Tree:
    """A tree of text from dicts, lists and single values; `name` stands for the file in errors.

    A timedelta is a duration, a date or datetime its ISO text.

    Examples
    --------
    >>> tree = plain_document({"price_rise": [{"set": "price", "times": 1.1}]}, "scenarios")
    >>> print(tree.entries["price_rise"].items[0].entries["times"].place)
    scenarios price_rise[0].times

    Raises
    ------
    MapError
        Something is of a type that no file could hold.
    """
    return _tree(data, Place(name, 0), 0)


def _tree(data: Any, place: Place, depth: int) -> Tree:
    if depth > DEEPEST:
        raise MapError("is nested too deep", where=str(place), expected=f"{DEEPEST} levels")
    if isinstance(data, AnyMapping):
        return _mapping(data, place, depth)
    if isinstance(data, Iterable) and not isinstance(data, (str, bytes)):
        items = enumerate(data)
        return Sequence(tuple(_tree(one, place.at(n, 0), depth + 1) for n, one in items), place)
    return Scalar(_text(data, place), place)


def _mapping(data: AnyMapping[Any, Any], place: Place, depth: int) -> Mapping:
    entries: dict[str, Tree] = {}
    places: dict[str, Place] = {}
    for key, value in data.items():
        if not isinstance(key, str) or not key:
            raise MapError(f"the key {key!r} is no name", where=str(place), expected="text")
        places[key] = place.under(key, 0)
        entries[key] = _tree(value, places[key], depth + 1)
    return Mapping(entries, places, place)


def _text(value: Any, place: Place) -> str | None:
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, timedelta):
        return f"{value / _SECOND:.6f}".rstrip("0").rstrip(".") + "s"
    if isinstance(value, date):
        return value.isoformat()
    number = _number(value)
    if number is None:
        raise MapError(
            f"a value of type {type(value).__name__} cannot be written down",
            where=str(place),
            expected="text, a number, a flag, a duration, a date, a list or a dict",
        )
    return repr(number)


def _number(value: Any) -> float | None:
    try:
        found = float(value)
    except (TypeError, ValueError, OverflowError):
        return None
    return found if math.isfinite(found) else None
