"""Records of any kind (CSV, JSONL, Python dicts) taken apart as their table says."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from doxa.beliefmap.model import BeliefMap
from doxa.beliefmap.tables import Column, Entry
from doxa.domain.clock import Clock
from doxa.storage.bulk.batch import RawBatch
from doxa.storage.bulk.judging import no_name
from doxa.storage.bulk.layout import Layout
from doxa.storage.bulk.moments import MomentReader

_NUMBER = re.compile(r"-?(0|[1-9]\d{0,17})(\.\d+)?([eE][-+]?\d{1,3})?", re.ASCII)
_FLAGS = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}
_NO_NAME = {bool: "a flag", list: "a list", tuple: "a list", dict: "an object"}
_TEXTS = ("twin", "kind", "source", "session", "device")


def typed(value: str) -> Any:
    """A value of a CSV file as JSON would have it: a number, a flag, nothing or text.

    What would not come back as written (leading zeros, more than 18 digits) stays text.

    Examples
    --------
    >>> typed("2.99"), typed("007"), typed("true"), typed(""), typed("MILK")
    (2.99, '007', True, None, 'MILK')
    """
    if value == "":
        return None
    if value[0] in "-0123456789":
        match = _NUMBER.fullmatch(value)
        if match is None:
            return value
        if match[2] is None and match[3] is None:
            return int(value)
        number = float(value)
        return number if number - number == 0 else value
    return _FLAGS.get(value, value)


def as_is(value: Any) -> Any:
    """A value that already has its JSON type."""
    return value


def canonical_text(value: Any) -> str | None:
    """A value as an id or name: 5.0 is 5, NaN and null are missing.

    A flag, a list or an object names nobody: the row says so when it is judged.

    Examples
    --------
    >>> canonical_text(5.0), canonical_text("a"), canonical_text(float("nan"))
    ('5', 'a', None)
    """
    if type(value) is str:
        return value or None
    if value is None or value != value:
        return None
    if isinstance(value, bool | list | tuple | dict):
        return no_name(_NO_NAME[type(value)])
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    return str(value)


class Taker:
    """Takes records apart into a `RawBatch`.

    Parameters
    ----------
    read : callable
        How one payload value is read: `typed` for CSV, `as_is` for JSON.
    """

    def __init__(self, layout: Layout, map: BeliefMap, read: Callable[[Any], Any]) -> None:
        self._table, self._read = layout.table, read
        self._moment = MomentReader(map.clock, map.zone.default)
        self._recorded = MomentReader(Clock.TIME, map.zone.default)
        self._place = MomentReader(Clock.POSITION, "UTC")
        self._parts = layout.parts
        self._named = frozenset(layout.named)

    def take(self, fields: Mapping[str, Any], line: int, into: RawBatch) -> None:
        """Add one record to a batch."""
        parts = self._parts
        into.line.append(line)
        for name in _TEXTS:
            entry = parts.get(name)
            value = None if entry is None else _value(entry, fields)
            getattr(into, name).append(
                value if type(value) is str and value else canonical_text(value)
            )
        for name, read in (
            ("at", self._moment),
            ("recorded", self._recorded),
            ("order", self._place),
        ):
            entry = parts.get(name)
            getattr(into, name).append(None if entry is None else read(_value(entry, fields)))
        into.id.append(self._id(fields))
        into.payload.append(self._payload(fields))

    def _id(self, fields: Mapping[str, Any]) -> str | None:
        parts = [canonical_text(_value(entry, fields)) for entry in self._table.id]
        return None if None in parts or not parts else "/".join(filter(None, parts))

    def _payload(self, fields: Mapping[str, Any]) -> Any:
        payload = self._table.payload
        if isinstance(payload, str):
            return fields.get(payload) or None
        if payload is None:
            read = self._read
            found = {k: read(v) for k, v in fields.items() if k not in self._named}
        else:
            found = {k: self._field(entry, fields) for k, entry in payload.items()}
        return {k: v for k, v in found.items() if v is not None and v == v}

    def _field(self, entry: Entry, fields: Mapping[str, Any]) -> Any:
        return self._read(fields.get(entry.name)) if isinstance(entry, Column) else entry.value


def _value(entry: Entry, fields: Mapping[str, Any]) -> Any:
    return fields.get(entry.name) if isinstance(entry, Column) else entry.value
