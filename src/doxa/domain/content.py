"""What a signal without an id is called: a hash of its content and its place among its equals."""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import blake2b
from typing import Any

import msgspec

from doxa.types import Moment

_ENCODER = msgspec.json.Encoder(order="deterministic", decimal_format="number")
_DIGEST = 12


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
    (True, 25)
    >>> content_id("h42", "purchase", "till", 0, b"{}", ordinal=1) == first + ".1"
    True
    """
    head = _ENCODER.encode((twin, kind, source, at, order, session, device, cause))
    name = "#" + blake2b(head + payload, digest_size=_DIGEST).hexdigest()
    return f"{name}.{ordinal}" if ordinal else name
