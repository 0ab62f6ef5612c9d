"""Moments in the JSON that commands print: text that says which moment, never a bare number."""

from __future__ import annotations

from typing import Any

import msgspec

from doxa.domain.clock import EARLIEST, LATEST, Clock, format_moment

ON_THE_MAP = frozenset(
    {
        *("at", "as_of", "origin", "closes", "first", "newest", "last", "dissolves"),
        *("begins", "ends", "valid_from", "valid_until"),
        *("early", "middle", "late"),
    }
)
"""Fields that hold a moment on the map's clock."""
ON_THE_WALL = frozenset(
    {"recorded", "known_at", "gone_at", "purged_at", "created", "activated", "since"}
)
"""Fields that hold a time of day whatever the map's clock."""
FOREIGN = frozenset({"traits", "payload", "metrics", "chosen"})
"""Fields whose contents belong to the product: their names mean nothing here."""


def dated(document: Any, clock: Clock) -> Any:
    """A document as plain values, its moments as ISO 8601 text in UTC.

    Positions stay whole numbers; a time that no calendar holds (a belief that would dissolve after
    the year 9999) is null.

    Examples
    --------
    >>> dated({"as_of": 0, "nodes": [{"newest": None}], "traits": {"at": 5}}, Clock.TIME)
    {'as_of': '1970-01-01T00:00:00Z', 'nodes': [{'newest': None}], 'traits': {'at': 5}}
    >>> dated({"as_of": 7, "known_at": 0}, Clock.POSITION)
    {'as_of': 7, 'known_at': '1970-01-01T00:00:00Z'}
    """
    timed = ON_THE_WALL | (ON_THE_MAP if clock is Clock.TIME else frozenset())
    return _dated(msgspec.to_builtins(document), timed)


def _dated(value: Any, timed: frozenset[str]) -> Any:
    if isinstance(value, list | tuple):
        return [_dated(one, timed) for one in value]
    if not isinstance(value, dict):
        return value
    return {
        key: _moments(one, timed)
        if key in timed
        else (one if key in FOREIGN else _dated(one, timed))
        for key, one in value.items()
    }


def _moments(value: Any, timed: frozenset[str]) -> Any:
    if type(value) is int:
        return _text(value)
    if isinstance(value, list | tuple) and all(type(one) is int for one in value):
        return [_text(one) for one in value]
    return _dated(value, timed)


def _text(moment: int) -> str | None:
    return format_moment(moment) if EARLIEST <= moment <= LATEST else None
