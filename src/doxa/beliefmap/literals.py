"""From text to numbers, spans, flags and lists: each value read as what its key expects."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable
from typing import TypeVar

from doxa.beliefmap.document import Mapping, Scalar, Sequence, Tree
from doxa.beliefmap.names import label, listed, nearest, unknown
from doxa.beliefmap.values import LARGEST_NUMBER
from doxa.domain.clock import Clock, parse_half_life, parse_span
from doxa.errors import InputError
from doxa.types import HalfLife, Span

T = TypeVar("T")

LARGEST_SPAN = 1 << 62
"""Spans beyond this do not fit in the integers of a column."""
_NUMBER = re.compile(r"[-+]?(\d+(\.\d*)?|\.\d+)([eE][-+]?\d+)?", re.ASCII)
_WHOLE = re.compile(r"[-+]?\d{1,18}", re.ASCII)
_ENDLESS = re.compile(r"[-+]?\.?(nan|inf|infinity)", re.IGNORECASE)
_DURATION = re.compile(r"\d+(\.\d+)?\s*[smhdw]", re.ASCII)


def mapping(tree: Tree, expected: str, keys: Iterable[str] | None = None) -> Mapping:
    """A mapping whose keys are all among `keys`."""
    if not isinstance(tree, Mapping):
        raise tree.error("is not a mapping", expected=expected)
    if keys is not None:
        known = list(keys)
        for key in tree.entries:
            if key not in known:
                raise tree.key_error(
                    key,
                    f"unknown key {key!r}",
                    expected=f"one of {listed(known, 40)}",
                    hint=nearest(key, known),
                )
    return tree


def required(tree: Mapping, key: str, expected: str) -> Tree:
    """The value of a key that must be there."""
    found = tree.get(key)
    if found is None:
        raise tree.error(f"{key!r} is missing", expected=expected)
    return found


def text(tree: Tree, expected: str = "text") -> str:
    """A value as written."""
    if not isinstance(tree, Scalar) or tree.text is None:
        raise tree.error("is not a single value" if _full(tree) else "is empty", expected=expected)
    return tree.text


def _full(tree: Tree) -> bool:
    return not (isinstance(tree, Scalar) and tree.text is None)


def field_name(tree: Tree, expected: str = "the name of a payload field") -> str:
    """The name of a field of the payload: any text that is not a number."""
    name = label(_scalar(tree, expected), text(tree, expected))
    if _ENDLESS.fullmatch(name) or (_NUMBER.fullmatch(name) and not is_number(name)):
        raise tree.error(f"{name!r} is no number that can be reckoned with", expected=expected)
    if _NUMBER.fullmatch(name):
        raise tree.error(f"{name!r} is a number", expected=expected)
    return name


def _scalar(tree: Tree, expected: str) -> Scalar:
    text(tree, expected)
    assert isinstance(tree, Scalar)
    return tree


def is_number(written: str) -> bool:
    """Whether text reads as a number that can be reckoned with: finite, its square too."""
    return bool(_NUMBER.fullmatch(written)) and abs(float(written)) <= LARGEST_NUMBER


def number(tree: Tree, expected: str = "a number") -> float:
    """A finite number."""
    written = text(tree, expected)
    if not is_number(written):
        raise tree.error(f"{written!r} is not a number", expected=expected)
    return float(written)


def positive(tree: Tree, expected: str = "a number above zero") -> float:
    """A finite number above zero."""
    found = number(tree, expected)
    if found <= 0:
        raise tree.error(f"{found:g} is not above zero", expected=expected)
    return found


def share(tree: Tree, *, inner: bool = False) -> float:
    """A number in [0, 1]; with `inner`, strictly between."""
    expected = "a number between 0 and 1, not 0 or 1" if inner else "a number from 0 to 1"
    found = number(tree, expected)
    if not (0 < found < 1 if inner else 0 <= found <= 1):
        raise tree.error(f"{found:g} is outside", expected=expected)
    return found


def whole(tree: Tree, least: int | None = None) -> int:
    """A whole number, at least `least`."""
    expected = "a whole number" if least is None else f"a whole number, at least {least}"
    written = text(tree, expected)
    if not _WHOLE.fullmatch(written):
        raise tree.error(f"{written!r} is not a whole number", expected=expected)
    if least is not None and int(written) < least:
        raise tree.error(f"{written} is too small", expected=expected)
    return int(written)


def flag(tree: Tree) -> bool:
    """``true`` or ``false``."""
    written = text(tree, "true or false")
    if written not in ("true", "false"):
        raise tree.error(f"{written!r} is neither true nor false", expected="true or false")
    return written == "true"


def one_of(tree: Tree, options: Iterable[str], what: str) -> str:
    """One of the given words."""
    known = list(options)
    written = text(tree, f"one of {listed(known)}")
    if written not in known:
        raise unknown(tree, what, written, known)
    return written


def span(tree: Tree, clock: Clock, *, least: int = 0) -> Span:
    """A duration in the unit of the clock."""
    expected = "a whole number of positions" if clock is Clock.POSITION else "such as 7d or 12h"
    written = text(tree, expected)
    found = _clocked(tree, lambda: parse_span(written, clock))
    if not least <= found < LARGEST_SPAN:
        raise tree.error(f"{written!r} is not above zero or too long", expected=expected)
    return found


def half_life(tree: Tree, clock: Clock) -> HalfLife:
    """A half-life above zero, or ``never``."""
    written = text(tree, "a half-life, such as 90d, or never")
    found = _clocked(tree, lambda: parse_half_life(written, clock))
    if LARGEST_SPAN < found < math.inf:
        raise tree.error(f"{written!r} is too long", expected="a half-life, or never")
    return found


def _clocked(tree: Tree, read: Callable[[], T]) -> T:
    try:
        return read()
    except InputError as error:
        raise tree.error(error.problem, expected=error.expected) from error
    except (ValueError, OverflowError) as error:
        raise tree.error("is out of reach", expected="a duration") from error


def field_or_span(tree: Tree, clock: Clock) -> str | Span:
    """A payload field that holds a moment, or a duration from the signal."""
    written = text(tree, "a payload field, or a duration such as 14d")
    if _NUMBER.fullmatch(written) or _DURATION.fullmatch(written):
        return span(tree, clock, least=1)
    return field_name(tree)


def each_of(tree: Tree, read: Callable[[Tree], T], expected: str) -> tuple[T, ...]:
    """A list, every element read by `read`."""
    if not isinstance(tree, Sequence):
        raise tree.error("is not a list", expected=expected)
    return tuple(read(item) for item in tree.items)


def one_or_more(tree: Tree, read: Callable[[Tree], T], expected: str) -> tuple[T, ...]:
    """One value, or a list of them that is not empty."""
    if not isinstance(tree, Sequence):
        return (read(tree),)
    if not tree.items:
        raise tree.error("is an empty list", expected=expected)
    return each_of(tree, read, expected)


def distinct(tree: Tree, read: Callable[[Tree], T], expected: str) -> tuple[T, ...]:
    """A list in which nothing stands twice."""
    found = each_of(tree, read, expected)
    for index, item in enumerate(found):
        if item in found[:index]:
            assert isinstance(tree, Sequence)
            again = tree.items[index]
            shown = again.text if isinstance(again, Scalar) else item
            raise again.error(f"{shown!r} stands here twice", hint="keep one")
    return found


def fields(tree: Tree | None) -> tuple[str, ...]:
    """A list of payload fields, empty when left out."""
    if tree is None:
        return ()
    return distinct(tree, field_name, "a list of payload fields, such as [campaign]")


def scale(tree: Tree) -> tuple[float, float]:
    """``[worst, best]``, two different numbers, in either order."""
    ends = each_of(tree, number, "two numbers, [worst, best]")
    if len(ends) != 2 or ends[0] == ends[1]:
        raise tree.error("is not a scale", expected="two different numbers, [worst, best]")
    return ends[0], ends[1]
