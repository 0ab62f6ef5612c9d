"""A condition cut into words, each with its place."""

from __future__ import annotations

import re
from enum import Enum

import msgspec

from doxa.errors import InputError

LONGEST = 4_000
"""Characters of a condition."""


class Sort(Enum):
    """What a word is."""

    NAME = "a name"
    NUMBER = "a number"
    TEXT = "a text in quotes"
    MEMBER = "a member in brackets"
    SIGN = "a sign"
    END = "the end"


class Word(msgspec.Struct, frozen=True):
    """One word: its sort, its text (quotes and brackets taken off), and where it begins."""

    sort: Sort
    text: str
    place: int


_FORMS = re.compile(
    r"""(?P<space>\s+)
    |(?P<NUMBER>[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?%?(?![\w]))
    |(?P<NAME>[^\W\d]\w*)
    |(?P<MEMBER>\[(?:\\.|[^\]\\])*\])
    |(?P<TEXT>"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*')
    |(?P<SIGN><=|>=|==|!=|[<>=().,])
    """,
    re.VERBOSE,
)


def words_of(text: str) -> list[Word]:
    """The words of a condition, the last one being its end.

    Examples
    --------
    >>> [word.text for word in words_of("buys[FLUID MILK] >= 0.5 and not goal.stalled")]
    ['buys', 'FLUID MILK', '>=', '0.5', 'and', 'not', 'goal', '.', 'stalled', '']
    """
    if len(text) > LONGEST:
        raise InputError(
            f"the condition is {len(text):,} characters long", expected=f"at most {LONGEST:,}"
        )
    found, place = [], 0
    while place < len(text):
        match = _FORMS.match(text, place)
        if match is None:
            raise wrong(text, place, f"{text[place]!r} cannot stand here", _unclosed(text[place]))
        if match.lastgroup != "space":
            sort = Sort[str(match.lastgroup)]
            found.append(Word(sort, _inside(match[0], sort), place))
        place = match.end()
    return [*found, Word(Sort.END, "", len(text))]


def wrong(text: str, place: int, problem: str, expected: str = "", hint: str = "") -> InputError:
    """The error of a condition, which shows where in it."""
    shown = f"{text[max(0, place - 20) : place]}>>>{text[place : place + 20]}"
    return InputError(
        problem, where=f"condition at {place + 1}: {shown}", expected=expected, hint=hint
    )


def _unclosed(letter: str) -> str:
    return {"[": "a closing ]", '"': 'a closing "', "'": "a closing '"}.get(letter, "")


def _inside(text: str, sort: Sort) -> str:
    if sort is Sort.MEMBER:
        return text[1:-1]
    return re.sub(r"\\(.)", r"\1", text[1:-1]) if sort is Sort.TEXT else text
