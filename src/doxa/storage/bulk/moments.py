"""Times as they stand in tables, read on the map's clock: offsets exact, the rest in its zone."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Any

import numpy as np

from doxa.beliefmap.columns import Ints
from doxa.domain.clock import DAY, EARLIEST, HOUR, LATEST, Clock, datetime_of, moment_of, parse_time
from doxa.domain.clock import zone as zone_of
from doxa.errors import InputError
from doxa.types import Moment

NOON = 12 * HOUR
_FIRST_PLACE, _LAST_PLACE = -(2**53), 2**53


class MomentReader:
    """Reads one value at a time; what cannot be read comes back as the reason, never raised.

    Examples
    --------
    >>> read = MomentReader(Clock.TIME, "UTC")
    >>> read("1970-01-01"), read("1970-01-01T00:00:01+00:00"), read("soon")
    (43200000000, 1000000, 'not a time')
    >>> MomentReader(Clock.POSITION, "UTC")("7")
    7
    """

    def __init__(self, clock: Clock, zone_name: str) -> None:
        self._zone = zone_of(zone_name)
        self._name = zone_name
        self._read = self._time if clock is Clock.TIME else _place
        self._seen: dict[str, Moment | str] = {}

    def __call__(self, value: Any) -> Moment | str | None:
        """The moment, or the reason why there is none, or None when the value is missing."""
        if value is None or value == "" or value != value:
            return None
        if type(value) is not str:
            return self._read(value)
        found = self._seen.get(value)
        if found is None:
            if len(self._seen) > 100_000:
                self._seen.clear()
            found = self._seen[value] = self._read(value)
        return found

    def _time(self, value: Any) -> Moment | str:
        try:
            if isinstance(value, str):
                return within(parse_time(value.strip(), self._name), Clock.TIME)
            if isinstance(value, datetime):
                aware = value if value.tzinfo else value.replace(tzinfo=self._zone)
                return within(moment_of(aware), Clock.TIME)
            if isinstance(value, date):
                noon = datetime.combine(value, time(12), tzinfo=self._zone)
                return within(moment_of(noon), Clock.TIME)
        except (InputError, ValueError, OverflowError):
            return "not a time"
        return "not a time"


def _place(value: Any) -> Moment | str:
    if isinstance(value, bool):
        return "not a whole number"
    if isinstance(value, str):
        text = value.strip()
        digits = text[1:] if text[:1] in "+-" else text
        if not digits.isascii() or not digits.isdigit() or len(digits) > 20:
            return "not a whole number"
        return within(int(text), Clock.POSITION)
    try:
        number = int(value)
    except (TypeError, ValueError, OverflowError):
        return "not a whole number"
    return within(number, Clock.POSITION) if number == value else "not a whole number"


def within(moment: Moment, clock: Clock) -> Moment | str:
    """The moment itself, or why it lies outside what the clock can name."""
    if clock is Clock.POSITION:
        return moment if _FIRST_PLACE < moment < _LAST_PLACE else "beyond 2^53"
    if moment <= EARLIEST:
        return "before year 1"
    return moment if moment <= LATEST else "after year 9999"


def local_to_moment(naive: Ints, zone_name: str) -> Ints:
    """Wall-clock times (microseconds, as if UTC) to moments; the same as `parse_time`, by column.

    A time that a change of the clock skips or repeats is read at the offset before the change.

    Examples
    --------
    >>> int(local_to_moment(np.array([0]), "America/New_York")[0]) // HOUR
    5
    """
    inside = np.clip(naive, EARLIEST + DAY, LATEST - DAY)
    slots, which = np.unique(inside // HOUR, return_inverse=True)
    first = np.array([_offset(int(slot) * HOUR, zone_name) for slot in slots], dtype=np.int64)
    last = np.array([_offset(int(slot + 1) * HOUR - 1, zone_name) for slot in slots], np.int64)
    offsets = first[which]
    for row in np.flatnonzero((first != last)[which]):  # the clock changed within this hour
        offsets[row] = _offset(int(inside[row]), zone_name)
    return np.asarray(naive - offsets)


def _offset(naive: int, zone_name: str) -> int:
    wall = datetime_of(naive).replace(tzinfo=zone_of(zone_name))
    return naive - moment_of(wall)
