"""Names that arrive from outside: twins, kinds, sources, sessions, devices, ids."""

from __future__ import annotations

import unicodedata
from typing import Any

from doxa.beliefmap.model import BeliefMap
from doxa.beliefmap.names import listed, nearest
from doxa.domain.signal import BUILT_IN_KINDS, RECOMMENDATION
from doxa.errors import SignalError

LONGEST = 512


def given_name(field: str, value: Any) -> str:
    """The text of a name, or a `SignalError` that says what is wrong with it.

    Whole numbers are taken as their digits.

    Examples
    --------
    >>> given_name("twin", "h42"), given_name("twin", 42)
    ('h42', '42')
    """
    if type(value) is int:
        value = str(value)
    if not isinstance(value, str):
        raise SignalError(
            "is missing" if value is None else f"is no text but {type(value).__name__}",
            where=field,
            expected="a text",
        )
    if not value:
        raise SignalError("is empty", where=field, expected="a text")
    if len(value) > LONGEST:
        raise SignalError(
            f"has {len(value)} characters", where=field, expected=f"at most {LONGEST}"
        )
    if not (value.isascii() and value.isprintable()):
        _check_letters(field, value)
    return value


def _check_letters(field: str, value: str) -> None:
    for letter in value:
        category = unicodedata.category(letter)
        if category == "Cs":
            raise SignalError(
                "is no valid Unicode (a lone surrogate)",
                where=field,
                hint="decode the text with errors='strict' where it comes from",
            )
        if category == "Cc":
            name = "a NUL character" if letter == "\0" else f"the control character {letter!r}"
            raise SignalError(f"holds {name}", where=field, expected="printable text")


def optional_name(field: str, value: Any) -> str | None:
    """The same for a part that may be left out."""
    return None if value is None else given_name(field, value)


def given_kind(value: Any, belief_map: BeliefMap) -> str:
    """A kind of signal that the map declares, or one of the built-in kinds."""
    kind = given_name("kind", value)
    if kind in belief_map.signals or kind in BUILT_IN_KINDS or kind == RECOMMENDATION:
        return kind
    known = [*belief_map.signals, *sorted(BUILT_IN_KINDS)]
    raise SignalError(
        f"{kind!r} is not declared by the map",
        where="kind",
        expected=f"one of {listed(known)}",
        hint=nearest(kind, known) or "add it under `signals`; [] = says nothing about a node",
    )
