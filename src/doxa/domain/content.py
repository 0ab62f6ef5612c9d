"""What a signal without an id is called: a hash of its content and its place among its equals."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from hashlib import blake2b
from typing import Any

import msgspec

from doxa.types import Moment

_DIGEST = 9
_NEAR, _MASK = 1 << 39, (1 << 40) - 1


def _scalar(value: Any) -> Any:
    """Scalars of array libraries and subclasses of datetime, as plain ones."""
    for plain in ("item", "isoformat"):
        if hasattr(value, plain):
            return getattr(value, plain)()
    raise TypeError(f"{type(value).__name__} has no JSON form")


_ENCODER = msgspec.json.Encoder(order="deterministic", decimal_format="number", enc_hook=_scalar)


def canonical_payload(payload: Mapping[str, Any]) -> bytes:
    """The one JSON text of a payload: keys sorted, no blanks, NaN and infinity as null.

    Examples
    --------
    >>> canonical_payload({"b": 1, "a": float("nan")})
    b'{"a":null,"b":1}'
    """
    return _ENCODER.encode(payload)


def content_id(
    twin: str,
    kind: str,
    source: str,
    at: Moment,
    payload: bytes,
    *,
    order: int = 0,
    session: str | None = None,
    device: str | None = None,
    cause: str | None = None,
    ordinal: int = 0,
) -> str:
    """The id of a signal that came without one.

    Equal content gives an equal id, so that loading twice is loading once; rows that really are
    identical are told apart by their `ordinal` among each other within one load or call. When the
    store learned of the row (`recorded`) is not content.

    Parameters
    ----------
    payload : bytes
        As `canonical_payload` writes it.
    ordinal : int
        0 for the first of several identical rows, 1 for the next.

    Examples
    --------
    >>> first = content_id("h42", "purchase", "till", 0, b"{}")
    >>> first.startswith("#"), len(first)
    (True, 29)
    >>> content_id("h42", "purchase", "till", 0, b"{}", ordinal=1) == first + ".1"
    True
    """
    head = _ENCODER.encode((twin, kind, source, at, order, session, device, cause))
    near = at if -_NEAR <= at < _NEAR else at >> 20
    name = f"#{near & _MASK:010x}{blake2b(head + payload, digest_size=_DIGEST).hexdigest()}"
    return f"{name}.{ordinal}" if ordinal else name


def number_repeats(ids: Iterable[str]) -> list[str]:
    """Content ids of one call, in which identical rows are told apart by their ordinal.

    Examples
    --------
    >>> number_repeats(["#a", "#b", "#a"])
    ['#a', '#b', '#a.1']
    """
    seen: Counter[str] = Counter()
    numbered = []
    for name in ids:
        numbered.append(f"{name}.{seen[name]}" if seen[name] else name)
        seen[name] += 1
    return numbered
