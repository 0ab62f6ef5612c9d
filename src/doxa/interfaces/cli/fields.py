"""Payload fields as words of a command: FIELD=VALUE, read as JSON would have them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from doxa.domain.json_text import NotJson, read_json
from doxa.errors import InputError


def payload_given(fields: Sequence[str], payload: str | None = None) -> Any:
    """The payload from JSON, with single fields on top.

    Examples
    --------
    >>> payload_given(["film=318", "genres=[1, 2]", "note="], '{"film": 1, "at": "home"}')
    {'film': 318, 'at': 'home', 'genres': [1, 2], 'note': None}
    """
    try:
        found = {} if payload is None else read_json(payload)
    except NotJson as error:
        raise InputError(str(error), where="--payload", expected="a JSON object") from error
    if fields and not isinstance(found, dict):
        raise InputError("is no JSON object", where="--payload")
    named: set[str] = set()
    for field in fields:
        name, equals, text = field.partition("=")
        if not equals or not name:
            raise InputError(f"{field!r} is no field", expected="FIELD=VALUE, such as price=2.99")
        if name in named:
            raise InputError("is given twice", where=name, hint="a list is one value: [1, 2]")
        named.add(name)
        found[name] = _value(name, text)
    return found


def _value(name: str, text: str) -> Any:
    """A value as JSON would have it: numbers, flags, lists and objects; anything else is text."""
    from doxa.storage.bulk.rows import typed

    if text[:1] in {"[", "{"}:
        try:
            return read_json(text)
        except NotJson as error:
            hint = "text that begins so goes into --payload"
            raise InputError(str(error), where=name, hint=hint) from error
    return typed(text)
