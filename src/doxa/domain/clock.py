"""Clocks, durations and zones: how text becomes a moment and a moment a local day."""

from __future__ import annotations

import math
import re
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from doxa.errors import InputError
from doxa.types import HalfLife, Moment, Span

SECOND = 1_000_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR
AHEAD = 5 * MINUTE
"""How far clocks may disagree: what lies further in the future is refused."""
SLOT = 15 * MINUTE
"""Every zone keeps one offset within a quarter of an hour of UTC."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_UNITS = {"s": SECOND, "m": MINUTE, "h": HOUR, "d": DAY, "w": 7 * DAY}
_DURATION = re.compile(r"(\d+(?:\.\d+)?)\s*([smhdw])")
_BARE_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_DATED = re.compile(r"(\d{4}-\d{2}-\d{2}|\d{8}|\d{4}-?W\d{2}(-?\d)?)([Tt _].{2,40})?", re.ASCII)
"""Digits run together beyond a date are milliseconds since 1970, not a time of the year 1711."""
EARLIEST = -62_135_596_800 * SECOND
"""0001-01-01: the first moment a calendar here can name."""
LATEST = 253_402_300_799 * SECOND
"""9999-12-31: the last one."""


class Clock(StrEnum):
    """What a map's moments are: times of day, or places in an order."""

    TIME = "time"
    POSITION = "position"


BEGINNING = {Clock.TIME: EARLIEST, Clock.POSITION: -(2**53)}
"""The moment of a trait without a time: known from the beginning. It begins no exposure."""


def parse_span(text: str, clock: Clock) -> Span:
    """Read a duration such as ``7d`` or ``30m``; on a position clock, a whole number.

    Examples
    --------
    >>> parse_span("7d", Clock.TIME) == 7 * DAY, parse_span("8", Clock.POSITION)
    (True, 8)
    """
    if clock is Clock.POSITION:
        if re.fullmatch(r"\d+", text):
            return int(text)
        raise InputError(f"{text!r} is not a whole number", expected="positions, such as 8")
    match = _DURATION.fullmatch(text)
    if match is None:
        raise InputError(
            f"{text!r} is not a duration", expected="a number and s, m, h, d or w, such as 7d"
        )
    return round(float(match[1]) * _UNITS[match[2]])


def parse_half_life(text: str, clock: Clock) -> HalfLife:
    """Read a half-life: a duration above zero, or ``never``.

    Examples
    --------
    >>> parse_half_life("never", Clock.TIME)
    inf
    """
    if text == "never":
        return math.inf
    span = parse_span(text, clock)
    if span <= 0:
        raise InputError(
            f"half-life {text!r} is not above zero", expected="a duration above zero, or never"
        )
    return float(span)


def format_span(span: float, clock: Clock) -> str:
    """Write a span the way a map would: ``7d``, ``90m``, ``never``, ``8``."""
    if math.isinf(span):
        return "never"
    if clock is Clock.POSITION:
        return str(int(span))
    for unit in ("w", "d", "h", "m", "s"):
        if unit != "w" and span % _UNITS[unit] == 0:
            return f"{int(span // _UNITS[unit])}{unit}"
    return f"{span / SECOND:g}s"


@lru_cache(maxsize=512)
def zone(name: str) -> ZoneInfo:
    """The time zone of that name, or an `InputError` that says what a name looks like."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise InputError(
            f"unknown time zone {name!r}", expected="a name such as Europe/London or UTC"
        ) from error


def moment_of(when: datetime) -> Moment:
    """Microseconds since 1970 of an aware datetime."""
    return (when - _EPOCH) // timedelta(microseconds=1)


def datetime_of(moment: Moment) -> datetime:
    """The UTC datetime of a moment of the time clock."""
    return _EPOCH + timedelta(microseconds=moment)


def parse_time(text: str, zone_name: str = "UTC") -> Moment:
    """Read an ISO 8601 date or time; a bare date is noon in the zone, no offset means the zone.

    Examples
    --------
    >>> parse_time("2017-01-01T00:00:00Z"), parse_time("1970-01-01") == 12 * HOUR
    (1483228800000000, True)
    """
    try:
        if _BARE_DATE.fullmatch(text):
            when = datetime.combine(date.fromisoformat(text), time(12))
        else:
            when = datetime.fromisoformat(_dated(text))
        if when.tzinfo is None:
            when = when.replace(tzinfo=zone(zone_name))
        return moment_of(when)
    except (ValueError, OverflowError) as error:
        if isinstance(error, InputError):
            raise
        raise InputError(
            f"{text!r} is not a time",
            expected="ISO 8601, such as 2017-10-03T18:22:00Z or 2017-10-03",
        ) from error


def _dated(text: str) -> str:
    if _DATED.fullmatch(text):
        return text
    raise ValueError


def offset_at(slot: int, zone_name: str) -> Span:
    """The zone's offset from UTC in microseconds during quarter-hour number `slot`."""
    when = datetime_of(min(max(slot * SLOT, EARLIEST + DAY), LATEST - DAY))
    offset = when.astimezone(zone(zone_name)).utcoffset()
    return 0 if offset is None else offset // timedelta(microseconds=1)


def local_day(moment: Moment, zone_name: str) -> int:
    """The local calendar day of a moment, as days since 1970-01-01.

    Examples
    --------
    >>> local_day(0, "America/New_York"), local_day(0, "UTC")
    (-1, 0)
    """
    return (moment + offset_at(moment // SLOT, zone_name)) // DAY


def format_moment(moment: Moment, clock: Clock = Clock.TIME) -> str:
    """Write a moment as ISO 8601 in UTC, or as its number on a position clock."""
    if clock is Clock.POSITION:
        return str(moment)
    return datetime_of(moment).isoformat().replace("+00:00", "Z")
