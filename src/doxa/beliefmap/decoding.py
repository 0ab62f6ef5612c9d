"""Some fields of many JSON payloads, decoded without the rest."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from operator import attrgetter
from typing import Any

import msgspec

_CHUNK = 50_000


def decode(payloads: Sequence[bytes], names: tuple[str, ...]) -> dict[str, list[Any]]:
    """The values of each named field, None where a payload lacks it.

    Examples
    --------
    >>> decode([b'{"a": 1, "b": 2}', b"{}"], ("a",))
    {'a': [1, None]}
    """
    found: dict[str, list[Any]] = {name: [] for name in names}
    for start in range(0, len(payloads) if names else 0, _CHUNK):
        part = _decode(payloads[start : start + _CHUNK], names)
        for name, column in zip(names, part, strict=True):
            found[name].extend(column)
    return found


def _decode(payloads: Sequence[bytes], names: tuple[str, ...]) -> list[Iterable[Any]]:
    decoder, getters = _decoder(names)
    decoded = decoder.decode(b"[" + b",".join(payloads) + b"]")
    return [map(getter, decoded) for getter in getters]


@lru_cache(maxsize=256)
def _decoder(
    names: tuple[str, ...],
) -> tuple[msgspec.json.Decoder[Any], list[Callable[[Any], Any]]]:
    if any('"' in name or "\\" in name or min(name, default=" ") < " " for name in names):
        plain: msgspec.json.Decoder[Any] = msgspec.json.Decoder(list[dict[str, Any]])
        return plain, [_getter(name) for name in names]
    slots = [f"f{place}" for place in range(len(names))]
    row = msgspec.defstruct(
        "Row",
        [(slot, Any, None) for slot in slots],
        rename=dict(zip(slots, names, strict=True)),
        gc=False,
    )
    # The type is made here, at run time; no checker can know it.
    decoder: msgspec.json.Decoder[Any] = msgspec.json.Decoder(list[row])  # type: ignore[valid-type]
    return decoder, [attrgetter(slot) for slot in slots]


def _getter(name: str) -> Callable[[Any], Any]:
    return lambda row: row.get(name)
