"""How a value of a payload is read: as a number, a member's name, a moment. The only such rule.

Rows and columns, rules, conditions and outcomes all read through these functions:

- *Nothing*: null, NaN, an infinity (also a number beyond the range of a double), the empty text and
  an absent field are the same.
- *Who asks decides*. Where a number is asked for (a weight, a value, an amount, ``gt ge lt le``), text
  that writes a number counts as one, whatever the field is declared to be; true is 1, false is 0, also
  as the text ``true`` and ``false``.
- *Equal numbers have equal names*: 5, 5.0 and true, 1 name the same members ``5`` and ``1``. Text names
  itself: it is neither stripped, folded nor normalised, so ``"5.0"`` and ``"5"`` are two members of a
  category, and one member of a field declared ``number``.
- *A declared type narrows*: a ``number`` that is no number, a ``flag`` other than 0 and 1, a ``time``
  that names no moment are nothing. Objects are no values.
- *Times* are ISO 8601 text, or whole numbers in the unit of the clock. Without an offset they are
  read in the map's default zone, for evidence depends on the map and the signal alone.

Equal Python values are read equally, so a column may read each distinct value once.
"""

from __future__ import annotations

import math
import re
from functools import lru_cache
from typing import NamedTuple, TypeAlias

import msgspec

from doxa.beliefmap.model import BeliefMap, FieldType
from doxa.domain.clock import EARLIEST, LATEST, Clock, format_moment, parse_time
from doxa.errors import InputError
from doxa.types import Moment

NAN = float("nan")
LARGEST_NUMBER = 1e100
"""What lies beyond is no number here: sums of squares must stay finite."""
_NUMBER = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
_WHOLE = re.compile(r"[+-]?[0-9]{1,300}")
_WORDS = {"true": 1, "false": 0}
_FARTHEST = 2**62
_AS_NUMBER = frozenset({FieldType.NUMBER, FieldType.FLAG, FieldType.TIME})

Kind: TypeAlias = FieldType | None
"""The declared type of a field; None: its JSON type."""


class Calendar(NamedTuple):
    """The clock and the zone in which a bare time is read."""

    clock: Clock = Clock.TIME
    zone: str = "UTC"


UTC = Calendar()


class Schema(msgspec.Struct, frozen=True):
    """The declared types of the fields, and the calendar of their times."""

    types: dict[str, FieldType] = {}
    calendar: Calendar = UTC


def schema_of(belief_map: BeliefMap) -> Schema:
    """How a map reads its payloads."""
    return Schema(belief_map.fields, Calendar(belief_map.clock, belief_map.zone.default))


def absent(value: object) -> bool:
    """Whether a value, as it stands in a payload, is nothing.

    Examples
    --------
    >>> [absent(value) for value in (None, float("nan"), "", 0, False, "none")]
    [True, True, True, False, False, False]
    """
    if isinstance(value, float):
        return not math.isfinite(value)
    return value is None or value == ""


def number(value: object, kind: Kind = None, calendar: Calendar = UTC) -> float:
    """The value as a finite number; NaN if it is none.

    Examples
    --------
    >>> number("2.50"), number(True), number("five"), number(2, FieldType.FLAG)
    (2.5, 1.0, nan, nan)
    """
    if kind is FieldType.TIME:
        found = moment(value, calendar)
        return NAN if found is None else float(found)
    plain = _plain(value)
    if kind is FieldType.FLAG and plain != 0.0 and plain != 1.0:
        return NAN
    return plain


def member(value: object, kind: Kind = None, calendar: Calendar = UTC) -> str | None:
    """The canonical text of a single value, as which it names a member; None if it names none.

    Examples
    --------
    >>> member(5.0), member("5.0"), member("5.0", FieldType.NUMBER), member(True), member([5])
    ('5', '5.0', '5', '1', None)
    """
    if kind in _AS_NUMBER:
        if kind is FieldType.TIME:
            found = moment(value, calendar)
            return None if found is None else format_moment(found, calendar.clock)
        value = number(value, kind)
    if isinstance(value, str):
        return value or None
    if not isinstance(value, int | float) or math.isnan(_plain(value)):
        return None
    return str(int(value)) if value == int(value) else repr(value)


def members(value: object, kind: Kind = None, calendar: Calendar = UTC) -> tuple[str, ...]:
    """The members a value names: a list each of its own once, anything else at most one.

    Examples
    --------
    >>> members(["Drama", "Comedy", None, "Drama"]), members("Drama"), members(None)
    (('Drama', 'Comedy'), ('Drama',), ())
    """
    if isinstance(value, list):
        names = (member(one, kind, calendar) for one in value)
        return tuple(dict.fromkeys(name for name in names if name is not None))
    name = member(value, kind, calendar)
    return () if name is None else (name,)


def moment(value: object, calendar: Calendar = UTC) -> Moment | None:
    """The moment a value names on the clock; None if it names none.

    Examples
    --------
    >>> moment("1970-01-01T00:00:01Z"), moment("soon"), moment(8.0, Calendar(Clock.POSITION))
    (1000000, None, 8)
    """
    found: int | None = None
    if isinstance(value, str):
        found = _moment_of_text(value, calendar)
    elif isinstance(value, int) or (isinstance(value, float) and value.is_integer()):
        found = int(value)
    if found is None:
        return None
    if calendar.clock is Clock.POSITION:
        return found if abs(found) <= _FARTHEST else None
    return found if EARLIEST <= found <= LATEST else None


def present(value: object, kind: Kind = None, calendar: Calendar = UTC) -> bool:
    """Whether a value says anything as its type; a list does if one of its elements does.

    Examples
    --------
    >>> present("abc"), present("abc", FieldType.NUMBER), present([None]), present(0)
    (True, False, False, True)
    """
    if isinstance(value, list):
        return any(present(one, kind, calendar) for one in value)
    if isinstance(value, dict):
        return kind is None and bool(value)
    return member(value, kind, calendar) is not None


def equals(
    value: object, literals: tuple[str, ...], kind: Kind = None, calendar: Calendar = UTC
) -> bool:
    """Whether a value, or an element of a list, is one of the literals, compared as its type.

    Examples
    --------
    >>> equals(5, ("5.0",)), equals("5", ("5.0",)), equals(True, ("1",)), equals(["a", "b"], ("b",))
    (True, False, True, True)
    """
    if isinstance(value, list):
        return any(equals(one, literals, kind, calendar) for one in value)
    if kind in _AS_NUMBER:
        return number(value, kind, calendar) in numbers_of(literals, kind, calendar)
    if isinstance(value, str):
        return value != "" and value in literals
    return isinstance(value, int | float) and value in _exact(literals)


@lru_cache(maxsize=4096)
def numbers_of(
    literals: tuple[str, ...], kind: Kind = None, calendar: Calendar = UTC
) -> frozenset[float]:
    """The literals of a condition as numbers, without those that are none."""
    found = (number(literal, kind, calendar) for literal in literals)
    return frozenset(one for one in found if not math.isnan(one))


@lru_cache(maxsize=4096)
def _exact(literals: tuple[str, ...]) -> frozenset[float]:
    """Literals as numbers without loss: long integers, such as ids, stay apart."""
    return frozenset(
        int(literal) if _WHOLE.fullmatch(literal) else _plain(literal)
        for literal in literals
        if not math.isnan(_plain(literal))
    )


def _plain(value: object) -> float:
    if isinstance(value, str):
        value = float(value) if _NUMBER.fullmatch(value) else _WORDS.get(value)
    if not isinstance(value, int | float):
        return NAN
    try:
        found = float(value)
    except OverflowError:
        return NAN
    return found + 0.0 if abs(found) <= LARGEST_NUMBER else NAN


def _moment_of_text(text: str, calendar: Calendar) -> Moment | None:
    if calendar.clock is Clock.POSITION:
        found = _plain(text)
        return int(found) if found.is_integer() else None
    try:
        return parse_time(text, calendar.zone)
    except InputError:
        return None
