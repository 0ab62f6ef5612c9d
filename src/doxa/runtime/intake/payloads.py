"""Payloads that arrive from outside: JSON objects of a bearable size and depth."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import Any

from doxa.domain.content import canonical_payload
from doxa.errors import SignalError
from doxa.storage.rows import decode_payload
from doxa.types import Json

LARGEST = 64 * 1024
DEEPEST = 32
_NUL = b"\\u0000"


def given_payload(value: Any) -> tuple[dict[str, Json], bytes]:
    """A payload as plain JSON and as its one JSON text, or a `SignalError` naming the field.

    Dates, decimals and scalars of NumPy become what JSON has for them.

    Examples
    --------
    >>> given_payload({"price": 2.5, "shop": 7})[1]
    b'{"price":2.5,"shop":7}'
    """
    if value is None:
        return {}, b"{}"
    if not isinstance(value, Mapping):
        raise SignalError(
            f"is no JSON object but {type(value).__name__}", where="payload", expected="a dict"
        )
    _walk(value, "payload", 1)
    try:
        encoded = canonical_payload(dict(value))
    except UnicodeError as error:
        raise SignalError("holds text that is no valid Unicode", where="payload") from error
    except (TypeError, ValueError, OverflowError, RecursionError) as error:
        raise SignalError(f"cannot be written as JSON: {error}", where="payload") from error
    if len(encoded) > LARGEST:
        raise SignalError(
            f"has {len(encoded)} bytes as JSON",
            where="payload",
            expected=f"at most {LARGEST}",
            hint="keep documents elsewhere and send what they say",
        )
    if _NUL in encoded and _NUL in encoded.replace(b"\\\\", b""):
        raise SignalError("holds a NUL character", where="payload")
    return decode_payload(encoded), encoded


def _walk(value: Any, path: str, depth: int) -> None:
    """Refuse what JSON would change silently: odd keys, NaN, bottomless nesting."""
    items: Iterable[tuple[Any, Any]]
    if isinstance(value, Mapping):
        items = value.items()
    elif isinstance(value, list | tuple):
        items = enumerate(value)
    else:
        _check_number(value, path)
        return
    if depth > DEEPEST:
        raise SignalError(f"is nested more than {DEEPEST} deep", where="payload")
    for key, one in items:
        if isinstance(one, Mapping | list | tuple | float) or not isinstance(key, str):
            _walk(one, _below(value, path, key), depth + 1)


def _below(value: Any, path: str, key: Any) -> str:
    if not isinstance(value, Mapping):
        return f"{path}[{key}]"
    if not isinstance(key, str):
        raise SignalError(f"has the key {key!r}", where=path, expected="keys that are text")
    return f"{path}.{key}"


def _check_number(value: Any, path: str) -> None:
    if isinstance(value, float) and not math.isfinite(value):
        raise SignalError(
            f"is {value}, which JSON cannot hold", where=path, expected="a number or null"
        )
