"""JSON text from outside, read with a sentence about what is wrong with it."""

from __future__ import annotations

import json
import re
from typing import Any

import msgspec

_HALF = re.compile(r"\\u[dD][89a-fA-F]")


class NotJson(ValueError):
    """The text is no JSON; the message is a sentence about why."""


def read_json(text: str) -> Any:
    """The value that a JSON text stands for.

    Raises
    ------
    NotJson
        Says what is wrong, and at which character where that is known.

    Examples
    --------
    >>> read_json('{"price": 2.5}')
    {'price': 2.5}
    >>> read_json('{"price": }')
    Traceback (most recent call last):
    doxa.domain.json_text.NotJson: is no JSON: expecting value at character 11
    """
    try:
        return msgspec.json.decode(text)
    except RecursionError:
        raise NotJson("is nested too deep") from None
    except UnicodeError:
        raise NotJson("is no valid Unicode (a lone surrogate)") from None
    except msgspec.DecodeError as error:
        raise NotJson(_reason(text, error)) from None


def _reason(text: str, error: msgspec.DecodeError) -> str:
    if "out of range" in str(error):
        return "holds a number that is too large"
    try:
        json.loads(text, parse_int=str, parse_constant=_refuse)
    except json.JSONDecodeError as found:
        problem = found.msg.removesuffix(" at").removesuffix(" starting")
        return f"is no JSON: {problem[:1].lower()}{problem[1:]} at character {found.pos + 1}"
    except NotJson as found:
        return str(found)
    except RecursionError:
        return "is nested too deep"
    if _HALF.search(text):
        return "is no valid Unicode (a lone surrogate)"
    return f"is no JSON: {error}"


def _refuse(word: str) -> Any:
    raise NotJson(f"holds {word}, which JSON does not know")
